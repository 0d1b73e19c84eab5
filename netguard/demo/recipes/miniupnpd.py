"""A UPnP gateway: miniupnpd."""

import ipaddress
from datetime import UTC, datetime

from netguard.demo.homes import Forward, Home
from netguard.demo.recipes._contract import Daemon, Place, Recipe

EXTERNAL_ADDRESS = "11.22.33.44"
"""The router's pretended public address. miniupnpd refuses to work behind a private one; no packet ever goes there."""


def recipe(place: Place) -> Recipe:
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
secure_mode={"yes" if upnp and upnp.secure else "no"}
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
{f"allow 1024-65535 {place.home.prefix} 0-65535" if place.home.prefix else ""}
deny 0-65535 0.0.0.0/0 0-65535
"""
    # Nothing jumps to what it writes for arriving packets: its one card is the home's own bridge, so what it forwards would
    # be taken out of the home's own conversations. It lists and changes its chain all the same.
    table = """table inet miniupnpd {
  chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; policy accept; }
  chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
"""
    nft = place.tools.get("nft")
    return Recipe(
        argv=(place.executable, "-d", "-f", "/run/lab/miniupnpd.conf", "-P", "/run/lab/miniupnpd.pid"),
        files=(
            ("/run/lab/miniupnpd.conf", config),
            ("/run/lab/leases", leases(place.home, upnp.forwards if upnp else ())),
            ("/run/lab/table.nft", table),
        ),
        first=((nft, "-f", "/run/lab/table.nft"),) if nft else (),
        ready=(("tcp", port), ("udp", 1900)),
    )


def leases(home: Home, forwards: tuple[Forward, ...]) -> str:
    """The lease file with these mappings in it: `protocol:external:client:internal:until:description`, 0 for never.

    miniupnpd reads it when it begins (miniupnpd(8), `lease_file`; its upnpredirect.c).
    """
    if home.prefix is None:
        return ""
    network = ipaddress.IPv4Network(home.prefix)
    lines = []
    for each in forwards:
        until = int(datetime.now(UTC).timestamp()) + each.seconds if each.seconds else 0
        client = network[each.host]
        lines.append(f"{each.transport.upper()}:{each.port}:{client}:{each.to}:{until}:{each.description}\n")
    return "".join(lines)


DAEMON = Daemon(packages=("miniupnpd-nftables",), executable="miniupnpd", recipe=recipe, speaks_ipv6=True)
