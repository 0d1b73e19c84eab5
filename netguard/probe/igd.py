"""What a router lets in: the Internet Gateway Device's own answers about the ports it forwards, read and never changed.

UPnP Forum: InternetGatewayDevice:1 and :2, WANIPConnection:1 and :2, WANPPPConnection:1, WANIPv6FirewallControl:1. Where to
ask stands in the description that the device announces by SSDP, and nowhere else: control URLs are taken from there, and
only those at the describing host itself. A gateway that announces nothing is asked again alone, and for the descriptions
that its kind is known to have. It offers no IGD where it then says that nobody listens for searches, or has announced
other things than an IGD; who is silent may have lost the question, or answer to nobody but its own.

Of actions only those are called that give: GetStatusInfo, GetNATRSIPStatus, GetExternalIPAddress,
GetGenericPortMappingEntry, GetListOfPortMappings, GetFirewallStatus.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from netaddr import IPAddress

from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Depth, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import Closed, NoAnswer, TooMuch
from netguard.probe import _audit, _description, _wan
from netguard.probe._contract import Ask, Declined, Learnt, Target, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "upnp"})
PROVIDES = frozenset({"igd"})

AUDIT_SECONDS = 20.0
"""Longest that one description and all its services may take: a slow router needs some 30 ms for each of its mappings. Stops
one that drips, or lists without end, from using up the device's whole time."""

MAX_DESCRIPTIONS = 4
"""Descriptions audited of one device; a FRITZ!Box has two that forward ports, for IGD:1 and IGD:2."""

SSDP_PORT = 1900
SSDP_SECONDS = 1.25
"""Longest wait for the answer to one search; who is asked alone answers at once (UDA 2.0, 1.3.3), a slow one within a second."""

SEARCHES = 3
"""Times that a silent one is searched: datagrams get lost, on Wi-Fi above all (UDA 2.0, 1.3.2: send it more than once)."""

MAX_LOCATIONS = 4
"""Answers read to that search; one is enough."""

KNOWN: dict[int, tuple[str, ...]] = {
    1900: ("/igd.xml", "/gatedesc.xml", "/rootDesc.xml"),
    5000: ("/rootDesc.xml",),
    5555: ("/rootDesc.xml",),
    49000: ("/igddesc.xml",),
    49152: ("/gatedesc.xml", "/gateway.xml"),
    49652: ("/49652gatedesc.xml",),
    52869: ("/picsdesc.xml",),
}
"""Where routers have their descriptions, by port, as their owners' scripts and issues name them: TP-Link and eero (1900),
miniupnpd (5000; NETGEAR 5555), FRITZ!Box (49000), linux-igd on libupnp (49152; Linksys `gateway.xml`), Huawei's fibre
terminals (49652), Realtek's SDK (52869)."""

_IGD = re.compile(
    r":(?:InternetGatewayDevice|WANDevice|WANConnectionDevice|WANIPConnection|WANPPPConnection|WANIPv6FirewallControl):"
)
"""In the types that a device announces: it is an IGD, or a part of one."""

_LIKELY = re.compile(r"igd|gate|root", re.IGNORECASE)
"""In a path: more likely the IGD's than a media server's at the same port."""

_ASKED_ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Target):
    """Whether there is an IGD at all."""

    answers_searches: bool = False
    """Whether the device was heard by SSDP, with something else than an IGD."""


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """In the light round each description that may be an IGD's; in the deep round a router that announces none, once more.

    Light, so that what is forwarded is known when the devices that it leads to are asked about their ports; and whatever
    announces an IGD is asked, router or not. At depth standard and deep only.
    """
    if not ask.depth.at_least(Depth.STANDARD) or not device.addresses:
        return
    if ask.round == "light":
        yield from _announced(device, ask)
    elif (ask.gateway or device.role in _ASKED_ROLES) and not _says_igd(ask):
        yield _search_of(device, ask)


def _says_igd(ask: Ask) -> bool:
    return any(
        fact.kind in {"ssdp.type", "upnp.device-type", "upnp.service"} and _IGD.search(str(fact.value))
        for fact in ask.facts
    )


def _announced(device: Device, ask: Ask) -> Iterator[Target | Declined]:
    if not _says_igd(ask):
        return
    forwards = {f.port for f in ask.facts if f.kind == "upnp.service" and _IGD.search(str(f.value))}
    read = {f.port for f in ask.facts if f.kind == "upnp.service"}
    found = [
        where
        for where in _description.announced(device.addresses, ask.facts)
        # At a port whose descriptions were read and that forward nothing there is no IGD.
        if where.port in forwards or where.port not in read
    ]
    found.sort(key=lambda where: (where.port not in forwards, not _LIKELY.search(where.path), where.port, where.path))
    for where in found[:MAX_DESCRIPTIONS]:
        yield Target(address=where.address, port=where.port, path=where.path)
    if not found:
        yield Declined(
            what=str(device.addresses[0]), reason="it announces an IGD, and no description that may be followed"
        )


def _search_of(device: Device, ask: Ask) -> Target | Declined:
    """The open ones of the known ports; or why the device cannot be said to have no IGD."""
    asked: set[int] = set()
    for coverage in device.coverage:
        if coverage.transport is Transport.TCP:
            asked |= set(port_text.parse(coverage.ports))
    listed = port_text.parse(ask.rules.ports.common)
    name = str(device.addresses[0])
    if missing := sorted(port for port in KNOWN if port in listed and port not in asked):
        some = ", ".join(map(str, missing))
        return Declined(what=name, reason=f"it announces no IGD, and whether it has one at port {some} was not seen")
    described = {f.port for f in ask.facts if f.kind.startswith("upnp.")}
    for where in _description.announced(device.addresses, ask.facts):
        if where.port not in described:
            return Declined(what=name, reason=f"what it announces at port {where.port} could not be read")
    services = [s for s in open_tcp(device) if s.port in KNOWN and not speaks_otherwise(ask, s)]
    at = services[0].address if services else device.addresses[0]
    return Search(
        address=at,
        ports=tuple(sorted({s.port for s in services if s.address == at})),
        answers_searches=any(f.kind.startswith("ssdp.") for f in ask.facts),
    )


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """All that one description's services say; without a path, whether there is one at all.

    What was learnt before a failure is kept. Raises `NoAnswer` where there is no description, or where some of what it says
    could not be read; then with every reason.
    """
    net = net.within(AUDIT_SECONDS)
    if target.path:
        yield from _audit.audit(target, _audit.fetched(target, net), net)
        return
    found = _search(target, net)
    if found is None:
        yield Fact(kind="igd.absent", value=True)
    else:
        yield from _audit.audit(*found, net)


class _Heard(Enum):
    """What came of a search."""

    LOCATION = auto()
    NOBODY_LISTENS = auto()
    NOTHING = auto()


def _search(target: Target, net: Net) -> tuple[Target, _audit.Description] | None:
    """The first description with a service that forwards ports, at a place it names when it is asked alone or at a known one.

    None where it is known that there is none. Raises `OutOfTime`, and `NoAnswer` for a place that it names and that cannot be
    read, and for one that is silent.
    """
    astray = ""
    heard, locations = _named(target.address, net)
    for location in locations:
        try:
            where = _description.place(location, {target.address})
        except _description.NotFollowed as why:
            astray = f"it announces an IGD at {clean(location, 120)!r}, which is not followed: {why}"
        else:
            at = Target(address=where.address, port=where.port, path=where.path)
            return at, _audit.fetched(at, net)
    for port in target.ports:
        for path in KNOWN[port]:
            at = Target(address=target.address, port=port, path=path)
            with suppress(NoAnswer, TooMuch):
                found = _audit.fetched(at, net)
                if _wan.services(found.root, _audit.url(at)):
                    return at, found
    if astray:
        raise NoAnswer(astray)
    if heard is _Heard.NOTHING and not (isinstance(target, Search) and target.answers_searches):
        raise NoAnswer("it was silent to every search; UPnP may be off")
    return None


def _named(address: IPAddress, net: Net) -> tuple[_Heard, tuple[str, ...]]:
    """Where it says that its IGD is described when it is asked alone, by UDP (UDA 2.0, 1.3.3)."""
    host = f"[{address}]" if address.version == 6 else str(address)
    search = (
        f"M-SEARCH * HTTP/1.1\r\nHOST: {host}:{SSDP_PORT}\r\n"
        'MAN: "ssdp:discover"\r\nMX: 1\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n'
    )
    for _ in range(SEARCHES):
        try:
            answers = net.exchange(address, SSDP_PORT, search.encode(), seconds=SSDP_SECONDS)
        except Closed:
            return _Heard.NOBODY_LISTENS, ()
        except NoAnswer:
            continue
        if found := tuple(_locations(answers)):
            return _Heard.LOCATION, found
    return _Heard.NOTHING, ()


def _locations(answers: tuple[bytes, ...]) -> Iterator[str]:
    for answer in answers[:MAX_LOCATIONS]:
        for line in answer.decode("utf-8", "replace").split("\r\n")[:32]:
            name, colon, value = line.partition(":")
            if colon and name.strip().upper() == "LOCATION":
                yield value.strip()
