"""What a router lets in: the Internet Gateway Device's own answers about the ports it forwards, read and never changed.

UPnP Forum: InternetGatewayDevice:1 and :2, WANIPConnection:1 and :2, WANPPPConnection:1, WANIPv6FirewallControl:1. Where to
ask stands in the description that the device announces by SSDP, and nowhere else: control URLs are taken from there, and
only those at the describing host itself. A gateway that announces nothing is asked once more alone, and for the
descriptions that its kind is known to have; then it offers no IGD.

Of actions only those are called that give: GetStatusInfo, GetNATRSIPStatus, GetExternalIPAddress,
GetGenericPortMappingEntry, GetListOfPortMappings, GetFirewallStatus.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.gateway import GatewayAnswer, Igd, PortMapping, mapping_text
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Depth, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer, OutOfTime, TooMuch
from netguard.probe import _description, _http, _soap, _wan
from netguard.probe._contract import Ask, Declined, Learnt, Target, open_tcp, speaks_otherwise

NEEDS = frozenset({"ports", "upnp"})
PROVIDES = frozenset({"igd"})

AUDIT_SECONDS = 20.0
"""Longest that one description and all its services may take: a slow router needs some 30 ms for each of its mappings. Stops
one that drips, or lists without end, from using up the device's whole time."""

MAX_DESCRIPTIONS = 4
"""Descriptions audited of one device; a FRITZ!Box has two that forward ports, for IGD:1 and IGD:2."""

MAX_NOTES = 8
"""Notes kept of one audit; stops a router all of whose mappings are unreadable from filling the document."""

SSDP_PORT = 1900
SSDP_SECONDS = 1.25
"""Longest wait for the answer to one search; who is asked alone answers at once (UDA 2.0, 1.3.3), a slow one within a second."""

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


def wants(device: Device, ask: Ask) -> Iterable[Target | Declined]:
    """In the light round each description that may be an IGD's; in the deep round a router that announces none, once more.

    Light, so that what is forwarded is known when the devices that it leads to are asked about their ports; and whatever
    announces an IGD is asked, router or not. At depth standard and deep only.
    """
    if not ask.depth.at_least(Depth.STANDARD):
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


def _announced(device: Device, ask: Ask) -> Iterator[Target]:
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
    return Target(address=at, ports=tuple(sorted({s.port for s in services if s.address == at})))


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """All that one description's services say; without a path, whether there is one at all.

    What was learnt before a failure is kept. Raises `NoAnswer` where there is no description, or where some of what it says
    could not be read; then with every reason.
    """
    net = net.within(AUDIT_SECONDS)
    if target.path:
        yield from _audit(target, _fetched(target, net), net)
        return
    found = _search(target, net)
    if found is None:
        yield Fact(kind="igd.absent", value=True)
    else:
        yield from _audit(*found, net)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Description:
    root: Element
    server: str | None


def _fetched(target: Target, net: Net) -> _Description:
    """The description at a place. Raises `NoAnswer`."""
    answer = _http.ask(target, net, target.path, until=_description.END)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for the description that it announces")
    root = _description.parsed(answer.body)
    _description.device_of(root)
    return _Description(root=root, server=clean(answer.headers.get("server", "")) or None)


def _search(target: Target, net: Net) -> tuple[Target, _Description] | None:
    """The first description with a service that forwards ports, at a place it names when it is asked alone or at a known one.

    None where there is none. Raises `OutOfTime`, and `NoAnswer` for a place that it names and that cannot be read.
    """
    for where in _named(target.address, net):
        at = Target(address=where.address, port=where.port, path=where.path)
        return at, _fetched(at, net)
    for port in target.ports:
        for path in KNOWN[port]:
            at = Target(address=target.address, port=port, path=path)
            with suppress(NoAnswer, TooMuch):
                found = _fetched(at, net)
                if _wan.services(found.root, _url(at)):
                    return at, found
    return None


def _named(address: IPAddress, net: Net) -> Iterator[_description.Place]:
    """Where it says that its IGD is described when it is asked alone, by UDP (UDA 2.0, 1.3.3); nothing where it is silent."""
    host = f"[{address}]" if address.version == 6 else str(address)
    search = (
        f"M-SEARCH * HTTP/1.1\r\nHOST: {host}:{SSDP_PORT}\r\n"
        'MAN: "ssdp:discover"\r\nMX: 1\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n'
    )
    answers: tuple[bytes, ...] = ()
    with suppress(NoAnswer):
        answers = net.exchange(address, SSDP_PORT, search.encode(), seconds=SSDP_SECONDS)
    for answer in answers[:MAX_LOCATIONS]:
        for line in answer.decode("utf-8", "replace").split("\r\n")[:32]:
            name, colon, value = line.partition(":")
            if colon and name.strip().upper() == "LOCATION":
                with suppress(_description.NotFollowed):
                    yield _description.place(value.strip(), {address})


def _url(target: Target) -> str:
    assert target.port is not None  # noqa: S101 - a description's target has a port
    return _description.Place(address=target.address, port=target.port, path=target.path).url


@dataclass(slots=True)
class _Book:
    """What one audit has learnt."""

    igd: Igd
    port: int | None
    external: IPAddress | None = None
    mappings: dict[tuple[object, ...], PortMapping] = field(default_factory=dict)
    states: set[_wan.State] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Something that is to be said at the end."""
        if len(self.notes) < MAX_NOTES:
            self.notes[text] = None

    def fact(self, kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=self.port)

    def answer(self) -> GatewayAnswer:
        """As far as it is known."""
        worst = next((state for state in ("part", "refused", "all") if state in self.states), None)
        return GatewayAnswer(
            said=replace(self.igd, listed=worst),
            external_address=self.external,
            mappings=tuple(self.mappings.values()),
        )


def _audit(target: Target, description: _Description, net: Net) -> Iterator[Learnt]:
    """Everything its services say. Raises `NoAnswer` at the end when anything was not as it should be."""
    root, location = description.root, _url(target)
    services = _wan.services(root, location)
    strays = _wan.strays(root, location)
    if not services:
        if strays:
            raise NoAnswer("; ".join(strays))
        return
    device = _description.device_of(root)
    book = _Book(igd=_igd(device, location, services, description.server), port=target.port)
    for stray in strays:
        book.note(stray)
    yield book.answer()
    try:
        for service in services:
            yield from _asked(service, book, net)
            yield book.answer()
    except (OutOfTime, TooMuch) as failure:
        book.note(f"what it says was not read to its end: {failure}")
        if any(service.is_connection for service in services):
            book.states.add("part")
        yield book.answer()
    if book.notes:
        raise NoAnswer("; ".join(book.notes))


def _igd(device: Element, location: str, services: tuple[_wan.WanService, ...], server: str | None) -> Igd:
    types = [kind for each in _description.devices(device) if (kind := _description.text(each, "deviceType"))]
    gateway = next((kind for kind in types if ":InternetGatewayDevice:" in kind), types[0] if types else "")
    return Igd(
        location=clean(location),
        device_type=clean(gateway),
        services=tuple(dict.fromkeys(clean(service.type) for service in services)),
        manufacturer=clean(_description.text(device, "manufacturer")) or None,
        model=clean(_description.text(device, "modelName")) or None,
        server=server,
    )


def _asked(service: _wan.WanService, book: _Book, net: Net) -> Iterator[Learnt]:
    """What one service says of itself and, where it forwards ports, of each of them."""
    if not service.is_connection:
        said = _told(service, book, net, "GetFirewallStatus")
        yield from _facts(book, "GetFirewallStatus", said, "FirewallEnabled", "InboundPinholeAllowed")
        enabled, allowed = (_wan.flag(said.get(name, "")) for name in ("FirewallEnabled", "InboundPinholeAllowed"))
        book.igd = replace(book.igd, ipv6_firewall_enabled=enabled, inbound_pinhole_allowed=allowed)
        return
    status = _told(service, book, net, "GetStatusInfo")
    yield from _facts(book, "GetStatusInfo", status, "NewConnectionStatus")
    nat = _told(service, book, net, "GetNATRSIPStatus")
    yield from _facts(book, "GetNATRSIPStatus", nat, "NewNATEnabled")
    outside = _told(service, book, net, "GetExternalIPAddress")
    yield from _facts(book, "GetExternalIPAddress", outside, "NewExternalIPAddress")
    _keep(book, status.get("NewConnectionStatus", ""), nat.get("NewNATEnabled", ""))
    _keep_external(book, outside.get("NewExternalIPAddress", ""))
    yield from _lists(service, book, net)


def _told(service: _wan.WanService, book: _Book, net: Net, action: str) -> dict[str, str]:
    """An action's answer; nothing where the service has no such action or will not say. Anything else is a note."""
    try:
        return service.call(net, action)
    except _soap.Fault:
        return {}
    except NoAnswer as failure:
        book.note(f"{action}: {failure}")
        return {}


def _facts(book: _Book, action: str, said: dict[str, str], *names: str) -> Iterator[Fact]:
    yield from (book.fact("igd.answer", f"{action} {name}={said[name]}") for name in names if said.get(name))


def _keep(book: _Book, status: str, nat: str) -> None:
    """Of several connections the one that is up says how things are."""
    up = book.igd.connection_status == "Connected"
    if status and not up:
        book.igd = replace(book.igd, connection_status=clean(status, 64))
    if (enabled := _wan.flag(nat)) is not None and (book.igd.nat_enabled is None or not up):
        book.igd = replace(book.igd, nat_enabled=enabled)


def _keep_external(book: _Book, text: str) -> None:
    try:
        address = addresses.ip(text) if text else None
    except ValueError:
        book.note(f"its external address cannot be read: {clean(text, 60)!r}")
        return
    # 0.0.0.0 is how a router says that it has none just now.
    if address is not None and int(address) and book.external is None:
        book.external = address


@dataclass(slots=True)
class _List:
    """One way of asking for the mappings, and what came of it."""

    mappings: dict[tuple[object, ...], PortMapping] = field(default_factory=dict)
    end: _wan.End = field(default_factory=lambda: _wan.End(state="part"))
    unread: int = 0

    def take(self, entry: _wan.Entry, book: _Book) -> None:
        """Keep `entry`; one that does not read is a note."""
        if isinstance(entry, _wan.End):
            self.end = entry
        elif isinstance(entry, _wan.Unreadable):
            self.unread += 1
            book.note(f"a mapping in its list cannot be read: {entry}")
        else:
            self.mappings.setdefault(_place(entry), entry)

    @property
    def state(self) -> _wan.State:
        """How much of the list is known."""
        return "part" if self.unread and self.end.state == "all" else self.end.state


def _place(mapping: PortMapping) -> tuple[object, ...]:
    """What makes it the same mapping: its lease runs down, and its description is only a word."""
    leads_to = (mapping.internal_client, mapping.internal_port)
    return (mapping.protocol, mapping.external_port, *leads_to, mapping.remote_host)


def _lists(service: _wan.WanService, book: _Book, net: Net) -> Iterator[Learnt]:
    """Its mappings, each by itself and, from version 2 on, at once: what either lists counts, and that they differ is said."""
    single, at_once = _List(), _List()
    try:
        for entry in _wan.one_by_one(service, net):
            single.take(entry, book)
    except NoAnswer as failure:
        book.note(f"its list ends after {len(single.mappings)} mappings: {failure}")
    except (OutOfTime, TooMuch):
        yield from _learnt(book, single.mappings, "part")
        raise
    if service.version > 1 and ":WANIPConnection:" in service.type:
        try:
            for entry in _wan.at_once(service, net):
                at_once.take(entry, book)
        except (NoAnswer, OutOfTime, TooMuch) as failure:
            book.note(f"GetListOfPortMappings: {failure}")
    yield from _learnt(book, single.mappings | at_once.mappings, _whole(single, at_once, book))


def _whole(single: _List, at_once: _List, book: _Book) -> _wan.State:
    """How much is known with both lists, and notes where they end early or differ."""
    if at_once.state == "all" and not single.unread and single.end.state == "refused":
        return "all"
    if single.end.note:
        book.note(single.end.note)
    if single.state != "all":
        if at_once.end.note:
            book.note(at_once.end.note)
        return single.state
    more = len(at_once.mappings.keys() - single.mappings.keys())
    fewer = len(single.mappings.keys() - at_once.mappings.keys()) if at_once.state == "all" else 0
    if more or fewer:
        book.note(f"its two lists differ: GetListOfPortMappings has {more} that the other has not, and lacks {fewer}")
    return "all"


def _learnt(book: _Book, mappings: dict[tuple[object, ...], PortMapping], state: _wan.State) -> Iterator[Learnt]:
    """Each mapping that no other service of the description has told of."""
    book.states.add(state)
    for place, mapping in mappings.items():
        if place not in book.mappings:
            book.mappings[place] = mapping
            yield book.fact("igd.mapping", mapping_text(mapping))
