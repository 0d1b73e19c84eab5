"""A record's staged sighting as a simulated device: what the sighting says, said again on a wire by protocols.

Announcements go by multicast DNS, search answers by SSDP, pages, UPnP descriptions and certificates by web servers,
greetings by what greets. A name is told in one of four ways: by the device's own multicast DNS, by the router, by NetBIOS
or by DHCP.
"""

import functools
import html
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netguard.demo.homes import Announcement, Device, Page, Server, Upnp
from netguard.demo.parts import MDNS, SSDP, uuid
from netguard.model import ports
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role
from netguard.rules.review import oui_prefix, values
from tests.unit.rules import test_records
from tests.unit.rules.test_records import RECOGNISABLE, RULES, recognised

Told = Mapping[str, Any]
"""A staged sighting: `record`, `mac`, `gateway`, `hostnames`, `facts` of `kind`, `value` and `port`."""

WAYS = ("mdns", "router", "netbios", "dhcp")
"""How a name can be told."""

UNREAD = ("upnp.", "rtsp.")
"""Kinds of fact on which no recognition here relies: UPnP descriptions, which are served and read all the same, so that they
must not mislead, and what an RTSP server says."""

DESCRIPTION = "its UPnP description decides, and the homes are dealt by what else is shown"
STREAM = "its RTSP server decides, and no probe speaks RTSP yet"
FAR_PORT = "what decides is on a port that a quick scan does not ask"
NOT_REPLAYABLE = {
    "aruba-access-point": FAR_PORT,
    "dahua": STREAM,
    "hisense-tv": DESCRIPTION,
    "konnected": DESCRIPTION,
    "onkyo-receiver": DESCRIPTION,
    "proxmox": FAR_PORT,
    "sagemcom-router": DESCRIPTION,
    "tapo-camera": STREAM,
    "tplink-router": DESCRIPTION,
    "yamaha-musiccast": DESCRIPTION,
}
"""Records whose sighting cannot be shown on a wire so that a quick scan could recognise it, and why. A test keeps it exact."""

NEUTRAL = ("kueche", "attic", "Büro", "studio", "porch", "hobbyraum", "salon", "garage", "flur", "loft")
"""Host names that say nothing about a device, for those whose sighting has none."""

ROOMS = ("Küche", "Living Room (2)", "Büro · oben", "Salon", "Attic.North", "Kids' room", "Flur & Diele", "Loft #3")
"""Instance names for announcements whose sighting has none: people's own words, with dots and all."""

QUIET_PORT = 49_401
"""Port that an announcement names where the sighting has none; nobody listens there."""

DESCRIPTION_PORT = 49_402
"""Port of a device's UPnP description, where it has one."""

ASKED = ports.parse(RULES.ports.light) | ports.parse(RULES.ports.quick)
"""TCP ports that a quick scan asks of everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A record's sighting as a device. `dhcp` is the name and the vendor class it tells by DHCP, where it does."""

    record: str
    way: str
    device: Device
    dhcp: tuple[str, str] | None = None

    @property
    def role(self) -> Role:
        """What it has to be taken for."""
        return RULES.devices[self.record].role


@functools.cache
def staged(record: str) -> Told:
    """The record's staged sighting, read once."""
    told: Told = test_records.staged(record)
    return told


def label(name: str) -> str:
    """The first label of a host name."""
    return name.partition(".")[0]


def heard(told: Told, way: str, *, mac: bool = True, gateway: bool = True) -> Told:
    """What of a sighting a quick scan can come to know, when the name is told in `way` (empty: not at all).

    Without `mac` its MAC cannot be seen, without `gateway` it is not the home's router.
    """
    facts = [f for f in told.get("facts", ()) if _is_read(f) and (way == "dhcp" or not f["kind"].startswith("dhcp."))]
    said = {"record": told["record"], "facts": facts, "hostnames": [told_name(told, way)] if way else []}
    kept = {"mac": mac, "gateway": gateway}
    return said | {key: told[key] for key, wanted in kept.items() if wanted and key in told}


def told_name(told: Told, way: str) -> str:
    """The sighting's first name as `way` tells it."""
    name = next(iter(told.get("hostnames", ())), "")
    plain = name.removesuffix(".local")
    if way == "router":
        return plain if "." in plain else f"{plain}.lan"
    if way == "netbios":
        return label(plain).upper()[:15]
    return label(plain) if way == "mdns" else plain


def _is_read(fact: Mapping[str, Any]) -> bool:
    kind = fact["kind"]
    if kind.startswith(UNREAD):
        return False
    return kind.startswith(("dnssd.", "ssdp.", "dhcp.")) or fact.get("port") in ASKED


@functools.cache
def ways(record: str, *, mac: bool = True, gateway: bool = True) -> tuple[str, ...]:
    """In which ways its name may be told so that the rules recognise what is heard; an empty text is without its name."""
    told = staged(record)
    able = [*(WAYS if told.get("hostnames") else ()), *([] if _says(told, "dhcp.") else [""])]
    if _says(told, "dhcp.") and not told.get("hostnames"):
        able.append("dhcp")
    if RULES.devices[record].role in DOOR_ROLES | HUB_ROLES:
        able = [way for way in able if way != "netbios"]  # these are not asked for their NetBIOS names
    return tuple(way for way in able if _suffices(record, heard(told, way, mac=mac, gateway=gateway)))


def _says(told: Told, prefix: str) -> bool:
    return any(f["kind"].startswith(prefix) for f in told.get("facts", ()))


def _suffices(record: str, told: Told) -> bool:
    return recognised(told).profile == record


def replayable(*, gateway: bool = True) -> tuple[str, ...]:
    """The records whose sighting a quick scan can recognise; without `gateway` those that need not be the router."""
    return tuple(record for record in RECOGNISABLE if ways(record, gateway=gateway))


def replay(
    record: str, draw: random.Random, host: int, *, way: str | None = None, avahi: bool = False, gateway: bool = False,
    taken: Iterable[str] = (),
) -> Replayed:  # fmt: skip
    """The device that shows the record's sighting. `draw` chooses its MAC, its names and, without `way`, how it is named.

    With `avahi` a real one makes its announcements where it is to be had. `taken` are host names that others have.
    """
    told = staged(record)
    possible = ways(record, gateway=gateway)
    if way is None:
        way = draw.choice([each for each in possible if each] or [""])
    mac = drawn_mac(record, told, draw)
    announces = announcements(told, draw)
    servers = [*web_servers(told), *greeters(told)]
    neutral = draw.choice([name for name in _neutral_names(draw) if name not in taken])
    hostname: str | None = neutral if announces else None
    if way in {"mdns", "router"}:
        hostname = told_name(told, way).removesuffix(".lan")
    if way == "netbios":
        name = (("name", told_name(told, way)),)
        servers.append(Server(kind="netbios", port=137, transport="udp", options=name))
    if announces or way == "mdns":
        stands_in = "avahi-daemon" if avahi else None
        servers.append(Server(kind=MDNS.kind, port=MDNS.port, transport="udp", stands_in_for=stands_in))
    upnp = searched(told, mac)
    if upnp is not None:
        servers.append(SSDP)
        servers += describes(told, upnp)
    vendor_class = next((str(f["value"]) for f in told.get("facts", ()) if f["kind"] == "dhcp.vendor-class"), "")
    device = Device(
        name=record if record[0].isalpha() else f"r-{record}",
        what=RULES.devices[record].name,
        mac=mac,
        host=host,
        hostname=hostname,
        servers=tuple(servers),
        daemons=("avahi-daemon",) if avahi and announces else (),
        announces=announces,
        upnp=upnp,
    )
    dhcp = (told_name(told, way), vendor_class) if way == "dhcp" else None
    return Replayed(record=record, way=way, device=device, dhcp=dhcp)


def _neutral_names(draw: random.Random) -> list[str]:
    return [f"{word}-{draw.randrange(1000)}" for word in NEUTRAL]


def drawn_mac(record: str, told: Told, draw: random.Random) -> str:
    """A MAC of the same block as the sighting's, as long as the record's evidence names it; a random one where it has none."""
    stated = str(told.get("mac", "06:" + ":".join(f"{draw.randrange(256):02x}" for _ in range(5))))
    digits = stated.replace(":", "")
    kept = 6
    for line in RULES.devices[record].evidence:
        for block in map(oui_prefix, values(line.match.get("oui", ()))):
            if block is not None and digits.startswith(block):
                kept = max(kept, len(block))
    drawn = digits[:kept] + "".join(draw.choice("0123456789abcdef") for _ in range(12 - kept))
    return ":".join(drawn[at : at + 2] for at in range(0, 12, 2))


def announcements(told: Told, draw: random.Random) -> tuple[Announcement, ...]:
    """The DNS-SD instances that say the sighting's `dnssd` facts."""
    ports_of: dict[str, int] = {}
    entries: dict[str, list[str]] = {}
    instances: dict[str, list[str]] = {}
    for fact in told.get("facts", ()):
        if not fact["kind"].startswith("dnssd."):
            continue
        text = str(fact["value"])
        if fact["kind"] == "dnssd.txt":
            kind, _, entry = text.partition(" ")
            entries.setdefault(kind, []).append(entry)
        elif fact["kind"] == "dnssd.instance":
            words = text.split(".")
            kind = ".".join(words[-2:])
            instances.setdefault(kind, []).append(".".join(words[:-2]))
        else:
            kind = text
        ports_of.setdefault(kind, fact.get("port", QUIET_PORT))
    room = f"{draw.choice(ROOMS)} {draw.randrange(100)}"
    return tuple(
        Announcement(instance=name, type=kind, port=port, txt=tuple(entries.get(kind, ())))
        for kind, port in ports_of.items()
        for name in instances.get(kind, [room])
    )


def searched(told: Told, mac: str) -> Upnp | None:
    """What answers SSDP searches with the sighting's types, server and USN; None where it has none of them."""
    said: dict[str, list[str]] = {}
    for fact in told.get("facts", ()):
        said.setdefault(fact["kind"], []).append(str(fact["value"]))
    types = said.get("ssdp.type", [])
    if not types and "ssdp.server" not in said and "ssdp.usn" not in said:
        return None
    shown = (*said.get("ssdp.usn", ()), *said.get("upnp.udn", ()), "")
    usn = shown[0].partition("::")[0].removeprefix("uuid:")
    return Upnp(
        udn=usn or uuid(mac), device_type=next(iter(types), ""), services=tuple(types[1:]),
        server=next(iter(said.get("ssdp.server", [])), "UPnP/1.0"),
        friendly_name="", manufacturer="", model_name="", model_number="",
        port=DESCRIPTION_PORT if _says(told, "upnp.") else QUIET_PORT, path="/description.xml",
    )  # fmt: skip


def describes(told: Told, upnp: Upnp) -> list[Server]:
    """The server of the UPnP description that says the sighting's `upnp` facts, and nothing else of the device.

    Of several device types all but the first are those of nested devices.
    """
    if not _says(told, "upnp."):
        return []
    said = [(f["kind"], html.escape(str(f["value"]))) for f in told["facts"]]
    elements = {"upnp.manufacturer": "manufacturer", "upnp.model": "modelName"}
    types = [f"<deviceType>{text}</deviceType>" for kind, text in said if kind == "upnp.device-type"]
    own = [f"<{elements[kind]}>{text}</{elements[kind]}>" for kind, text in said if kind in elements]
    nested = "".join(f"<device>{each}</device>" for each in types[1:])
    body = "".join((*types[:1], *own, f"<UDN>uuid:{upnp.udn}</UDN><deviceList>{nested}</deviceList>"))
    page = Page(
        path=upnp.path,
        body=f'<root xmlns="urn:schemas-upnp-org:device-1-0"><device>{body}</device></root>',
        content_type="text/xml",
    )
    return [Server(kind="web", port=upnp.port, pages=(page,))]


def web_servers(told: Told) -> list[Server]:
    """A web server for each port of which the sighting has a page or a certificate."""
    by_port: dict[int, dict[str, str]] = {}
    for fact in told.get("facts", ()):
        if fact["kind"].startswith(("http.", "tls.")):
            by_port.setdefault(fact["port"], {})[fact["kind"]] = str(fact["value"])
    return [_web(port, said) for port, said in sorted(by_port.items())]


def _web(port: int, said: Mapping[str, str]) -> Server:
    realm, title = said.get("http.realm"), said.get("http.title")
    head = f"<title>{html.escape(title)}</title>" if title is not None else ""
    page = Page(
        path="/",
        body=f"<!doctype html><html><head>{head}</head><body></body></html>",
        status=int(said.get("http.status", 401 if realm is not None else 200)),
        headers=() if realm is None else (("WWW-Authenticate", f'Basic realm="{realm}"'),),
    )
    names = {"server": "http.server", "subject": "tls.subject", "issuer": "tls.issuer"}
    options = {name: said[kind] for name, kind in names.items() if kind in said}
    secure = "subject" in options or "issuer" in options or port in {443, 8443}
    if secure:
        options.setdefault("subject", "CN=device")
    return Server(
        kind="secure-web" if secure else "web", port=port, pages=(page,), options=tuple(sorted(options.items()))
    )


def greeters(told: Told) -> list[Server]:
    """Servers that say the sighting's SSH, telnet and other greetings, and its RTSP server."""
    found: dict[int, Server] = {}
    taken = {f.get("port") for f in told.get("facts", ()) if f["kind"].startswith(("http.", "tls."))}
    for fact in told.get("facts", ()):
        kind, text, port = fact["kind"], str(fact["value"]), fact.get("port")
        if port in taken:
            continue
        if kind in {"ssh.banner", "tcp.banner"}:
            found[port] = Server(kind="ssh", port=port, options=(("banner", text),))
        elif kind == "telnet.banner":
            prompt = text if text.endswith(":") else f"{text}\r\nlogin:"
            found[port] = Server(kind="telnet", port=port, options=(("prompt", f"{prompt} "),))
        elif kind == "rtsp.server":
            found[port] = Server(kind="rtsp", port=port, options=(("server", text),))
    return list(found.values())
