"""How each real daemon is run for a simulated device: its files, its command, and how one knows that it is ready.

All paths below /run and /etc are private to the daemon's own mount namespace. Nothing is ever sent beyond the home.
"""

import hashlib
import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from netguard.demo.homes import Device, Home, card_name

EXTERNAL_ADDRESS = "11.22.33.44"
"""The router's pretended public address. miniupnpd refuses to work behind a private one; no packet ever goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a daemon runs."""

    home: Home
    device: Device
    address: str
    interface: str
    executable: str
    folder: str
    """Where the packages were unpacked, for what a daemon loads besides libraries."""
    tools: dict[str, str]
    """Executables by name that a recipe may need besides its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`ready` has the listening ports and, where there is one, the log text that say the daemon can be used."""

    argv: tuple[str, ...]
    ready: tuple[tuple[str, int], ...]
    ready_log: str = ""
    files: tuple[tuple[str, str | bytes], ...] = ()
    private_etc: bool = False
    first: tuple[tuple[str, ...], ...] = ()
    """Commands that run before it, in the same place; one that fails is no reason to stop."""
    environment: tuple[tuple[str, str], ...] = ()


def dnsmasq(place: Place) -> Recipe:
    """DNS for the home's names and DHCP; forwards nothing."""
    home = place.home
    named = [(a, d.hostname) for d in home.everyone if d.hostname for a in (home.address(d), home.address6(d)) if a]
    hosts = "".join(f"{address} {name}\n" for address, name in dict.fromkeys(named))
    network = ipaddress.IPv4Network(home.prefix) if home.prefix is not None else None
    large = network is not None and network.num_addresses >= 64
    leases = f"dhcp-range={network[-32]},{network[-3]},{network.netmask},1h" if network is not None and large else ""
    config = f"""
no-resolv
no-hosts
addn-hosts=/run/lab/hosts
interface={place.interface}
bind-interfaces
domain=lan
expand-hosts
local=/lan/
{leases}
dhcp-leasefile=/run/lab/leases
dhcp-authoritative
"""
    return Recipe(
        argv=(place.executable, "--no-daemon", "--conf-file=/run/lab/dnsmasq.conf", "--pid-file=/run/lab/dnsmasq.pid"),
        files=(("/run/lab/dnsmasq.conf", config), ("/run/lab/hosts", hosts)),
        ready=(("udp", 53), ("tcp", 53), *((("udp", 67),) if network is not None else ())),
    )


def miniupnpd(place: Place) -> Recipe:
    """A UPnP gateway. Its nftables table is made first; without nft, discovery and description work all the same."""
    upnp = place.device.upnp
    port, udn = (upnp.port, upnp.udn) if upnp else (5000, "00000000-0000-4000-8000-000000000000")
    name, maker, model = (upnp.friendly_name, upnp.manufacturer, upnp.model_name) if upnp else ("Router", "-", "-")
    config = f"""
ext_ifname={place.interface}
ext_ip={EXTERNAL_ADDRESS}
listening_ip={place.interface}
http_port={port}
enable_natpmp=yes
enable_upnp=yes
min_lifetime=120
max_lifetime=86400
lease_file=/run/lab/leases
secure_mode=no
system_uptime=yes
notify_interval=60
uuid={udn}
friendly_name={name}
manufacturer_name={maker}
model_name={model}
serial=00000000
model_number=23.05
upnp_table_name=miniupnpd
upnp_nat_table_name=miniupnpd
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
allow 1024-65535 {place.home.prefix} 0-65535
deny 0-65535 0.0.0.0/0 0-65535
"""
    table = """table inet miniupnpd {
  chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
"""
    nft = place.tools.get("nft")
    return Recipe(
        argv=(place.executable, "-d", "-f", "/run/lab/miniupnpd.conf", "-P", "/run/lab/miniupnpd.pid"),
        files=(("/run/lab/miniupnpd.conf", config), ("/run/lab/leases", ""), ("/run/lab/table.nft", table)),
        first=((nft, "-f", "/run/lab/table.nft"),) if nft else (),
        ready=(("tcp", port), ("udp", 1900)),
    )


def lighttpd(place: Place) -> Recipe:
    """A static web page: the one of the simulated server it replaces."""
    pages = [p for s in place.device.servers if s.stands_in_for == "lighttpd" for p in s.pages if p.path == "/"]
    config = f"""
server.document-root = "/run/lab/www"
server.bind = "{place.address}"
server.port = 80
server.pid-file = "/run/lab/lighttpd.pid"
index-file.names = ( "index.html" )
mimetype.assign = ( ".html" => "text/html" )
server.modules = ()
"""
    modules = f"{place.folder}/usr/lib/lighttpd" if place.executable.startswith(place.folder) else ""
    return Recipe(
        argv=(place.executable, "-D", "-f", "/run/lab/lighttpd.conf", *(("-m", modules) if modules else ())),
        files=(("/run/lab/lighttpd.conf", config), ("/run/lab/www/index.html", pages[0].body if pages else "")),
        ready=(("tcp", 80),),
    )


def dropbear(place: Place) -> Recipe:
    """An SSH server. Its host key follows from the MAC, so that a device keeps its key when a home is built again."""
    return Recipe(
        argv=(
            place.executable,
            "-F",
            "-E",
            *(word for address in place.home.addresses(place.device) for word in ("-p", f"{address}:22")),
            "-r",
            "/run/lab/host_key",
            "-P",
            "/run/lab/pid",
        ),
        files=(("/run/lab/host_key", host_key(place.device.mac)),),
        ready=(("tcp", 22),),
    )


def minidlna(place: Place) -> Recipe:
    """A media server without media."""
    upnp = place.device.upnp
    config = f"""
network_interface={place.interface}
port={upnp.port if upnp else 8200}
media_dir=/run/lab/media
db_dir=/run/lab/db
log_dir=/run/lab/log
friendly_name={upnp.friendly_name if upnp else place.device.name}
uuid={upnp.udn if upnp else ""}
serial=00000000
inotify=no
notify_interval=300
"""
    return Recipe(
        argv=(place.executable, "-S", "-f", "/run/lab/minidlna.conf", "-P", "/run/lab/minidlna.pid"),
        files=(
            ("/run/lab/minidlna.conf", config), ("/run/lab/media/.keep", ""), ("/run/lab/db/.keep", ""),
            ("/run/lab/log/.keep", ""),
        ),
        ready=(("tcp", upnp.port if upnp else 8200), ("udp", 1900)),
    )  # fmt: skip


def mosquitto(place: Place) -> Recipe:
    """A broker that lets anybody in."""
    config = f"listener 1883 {place.address}\nallow_anonymous true\nuser root\npersistence false\nlog_dest stderr\n"
    return Recipe(
        argv=(place.executable, "-c", "/run/lab/mosquitto.conf"),
        files=(("/run/lab/mosquitto.conf", config),),
        ready=(("tcp", 1883),),
    )


def snmpd(place: Place) -> Recipe:
    """An agent that answers community `public`, read only, with the description of the server it replaces."""
    texts = [s.option("sysdescr") for s in place.device.servers if s.stands_in_for == "snmpd"]
    config = (
        f"agentaddress udp:{place.address}:161\nrocommunity public\n"
        f"sysdescr {texts[0] if texts else place.device.what}\nsyslocation -\nsyscontact -\n"
    )
    return Recipe(
        argv=(place.executable, "-f", "-Lo", "-C", "-c", "/run/lab/snmpd.conf", "-p", "/run/lab/snmpd.pid"),
        files=(("/run/lab/snmpd.conf", config), ("/run/lab/var/.keep", "")),
        environment=(("MIBS", ""), ("SNMP_PERSISTENT_DIR", "/run/lab/var"), ("SNMPCONFPATH", "/run/lab")),
        ready=(("udp", 161),),
    )


def avahi_daemon(place: Place) -> Recipe:
    """A multicast DNS responder with the device's announcements, a service group for each instance name."""
    device = place.device
    cards = ",".join((place.interface, *(card_name(number) for number in range(1, 1 + len(device.cards)))))
    config = f"""[server]
host-name={(device.hostname or device.name).partition(".")[0]}
use-ipv4={"no" if place.home.prefix is None else "yes"}
use-ipv6={"no" if place.home.address6(device) is None else "yes"}
allow-interfaces={cards}
enable-dbus=no
[publish]
publish-workstation=no
publish-hinfo=no
[reflector]
[rlimits]
"""
    groups: dict[str, str] = {}
    for one in device.announces:
        entries = "".join(map(_txt_record, one.txt))
        service = f"<service><type>{escape(one.type)}</type><port>{one.port}</port>{entries}</service>"
        groups[one.instance] = groups.get(one.instance, "") + service
    head = '<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd"><service-group>'
    files = tuple(
        (f"/etc/avahi/services/lab{number}.service", f"{head}<name>{escape(name)}</name>{services}</service-group>")
        for number, (name, services) in enumerate(groups.items())
    )
    return Recipe(
        argv=(place.executable, "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", "/etc/avahi/avahi-daemon.conf"),
        files=(
            ("/etc/avahi/avahi-daemon.conf", config),
            *files,
            ("/etc/avahi/hosts", ""),
            # It wants a user of its own to own its folder, and a user namespace has only one to give.
            ("/etc/passwd", "root:x:0:0::/:/bin/false\navahi:x:0:0::/:/bin/false\n"),
            ("/etc/group", "root:x:0:\navahi:x:0:\n"),
        ),
        private_etc=True, ready=(("udp", 5353),),
        ready_log="successfully established" if groups else "startup complete",
    )  # fmt: skip


def _txt_record(entry: str) -> str:
    """A TXT entry as avahi reads it; what XML cannot hold goes as hexadecimal (avahi.service(5), value-format)."""
    key, equals, value = entry.partition("=")
    if equals and not value.isprintable():
        return f'<txt-record value-format="binary-hex">{escape(key)}={value.encode().hex()}</txt-record>'
    return f"<txt-record>{escape(entry)}</txt-record>"


def host_key(mac: str) -> bytes:
    """An Ed25519 host key in dropbear's own format (its signkey.c and ed25519.c), derived from `mac`."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"host key {mac}".encode()).digest())
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return struct.pack("!I", 11) + b"ssh-ed25519" + struct.pack("!I", 64) + private + public


SPEAK_IPV6 = frozenset({"dnsmasq", "avahi-daemon"})
"""Those that also serve a home's IPv6; for the others a simulated server does that part."""

RECIPES: dict[str, Callable[[Place], Recipe]] = {
    "dnsmasq": dnsmasq, "miniupnpd": miniupnpd, "lighttpd": lighttpd, "dropbear": dropbear, "minidlna": minidlna,
    "mosquitto": mosquitto, "snmpd": snmpd, "avahi-daemon": avahi_daemon,
}  # fmt: skip
