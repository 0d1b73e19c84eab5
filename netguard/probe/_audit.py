"""Everything that the services of one description say, and what is to be said about how they said it: the audit of an IGD."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.gateway import GatewayAnswer, Igd, PortMapping, mapping_text
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer, OutOfTime, TooMuch
from netguard.probe import _description, _http, _soap, _wan
from netguard.probe._contract import Learnt, Target

MAX_NOTES = 8
"""Notes kept of one audit; stops a router all of whose mappings are unreadable from filling the document."""


AT_ONCE_ENOUGH = 8
"""Mappings up to which both ways of listing are read whole; beyond, a router may take several seconds for one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A document, and what the program that serves it calls itself."""

    root: Element
    server: str | None


def fetched(target: Target, net: Net) -> Description:
    """The description at a place. Raises `NoAnswer`."""
    answer = _http.ask(target, net, target.path, until=_description.END)
    if answer.status != 200:
        raise NoAnswer(f"it answered {answer.status} when it was asked for the description that it announces")
    root = _description.parsed(answer.body)
    _description.device_of(root)
    return Description(root=root, server=clean(answer.headers.get("server", "")) or None)


def url(target: Target) -> str:
    """Where a description's target has it."""
    assert target.port is not None  # noqa: S101 - a description's target has a port
    return _description.Place(address=target.address, port=target.port, path=target.path).url


@dataclass(slots=True)
class _Book:
    """What one audit has learnt."""

    igd: Igd
    port: int | None
    external: IPAddress | None = None
    external_up: bool = False
    """Whether a connection that is up has said so."""
    mappings: dict[_wan.Place, PortMapping] = field(default_factory=dict)
    states: set[_wan.State] = field(default_factory=set)
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Something that is to be said at the end."""
        if len(self.notes) < MAX_NOTES:
            self.notes[text] = None

    def cut(self) -> None:
        """There are more mappings than are kept."""
        self.states.add("part")
        self.note(f"more than {_wan.MAX_MAPPINGS} mappings are not read")

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


def audit(target: Target, description: Description, net: Net) -> Iterator[Learnt]:
    """Everything its services say. Raises `NoAnswer` at the end when anything was not as it should be."""
    root, location = description.root, url(target)
    services = _wan.services(root, location)
    strays = _wan.strays(root, location)
    device = _description.device_of(root)
    if not services:
        if strays or ":InternetGatewayDevice:" in _description.text(device, "deviceType"):
            raise NoAnswer("; ".join(strays) or "its IGD has no service that forwards ports")
        return
    book = _Book(igd=_igd(device, location, services, description.server), port=target.port)
    for stray in strays:
        book.note(stray)
    yield book.answer()
    try:
        for service in services:
            if service.is_connection and len(book.mappings) >= _wan.MAX_MAPPINGS:
                book.cut()
                continue
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
    up = status.get("NewConnectionStatus", "") == "Connected"
    _keep_external(book, outside.get("NewExternalIPAddress", ""), up=up)
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


def _keep_external(book: _Book, text: str, *, up: bool) -> None:
    """The first of a connection that is up, else the first of all: a connection that is down may tell its last one."""
    try:
        address = addresses.ip(text) if text else None
    except ValueError:
        book.note(f"its external address cannot be read: {clean(text, 60)!r}")
        return
    # 0.0.0.0 is how a router says that it has none just now.
    if address is not None and int(address) and (book.external is None or (up and not book.external_up)):
        book.external, book.external_up = address, up


@dataclass(slots=True)
class _List:
    """One way of asking for the mappings, and what came of it."""

    mappings: dict[_wan.Place, PortMapping] = field(default_factory=dict)
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
            self.mappings.setdefault(_wan.place_of(entry), entry)

    @property
    def state(self) -> _wan.State:
        """How much of the list is known."""
        return "part" if self.unread and self.end.state == "all" else self.end.state


def _lists(service: _wan.WanService, book: _Book, net: Net) -> Iterator[Learnt]:
    """Its mappings, from version 2 on at once, and each by itself: what either lists counts, and that they differ is said.

    Of a long list that was given at once, the other way shows a few, and its end.
    """
    single, at_once = _List(), _List()
    try:
        if service.version > 1 and ":WANIPConnection:" in service.type:
            _take_at_once(service, at_once, book, net)
        long = at_once.state == "all" and len(at_once.mappings) > AT_ONCE_ENOUGH
        if long and _agrees(service, at_once, net):
            yield from _learnt(book, at_once.mappings, "all")
            return
        _take_one_by_one(service, single, book, net)
    except (OutOfTime, TooMuch):
        yield from _learnt(book, single.mappings | at_once.mappings, "part")
        raise
    yield from _learnt(book, single.mappings | at_once.mappings, _whole(single, at_once, book))


def _take_at_once(service: _wan.WanService, into: _List, book: _Book, net: Net) -> None:
    try:
        for entry in _wan.at_once(service, net):
            into.take(entry, book)
    except (NoAnswer, TooMuch) as failure:
        book.note(f"GetListOfPortMappings: {failure}")


def _take_one_by_one(service: _wan.WanService, into: _List, book: _Book, net: Net) -> None:
    try:
        for entry in _wan.one_by_one(service, net):
            into.take(entry, book)
    except NoAnswer as failure:
        book.note(f"its list ends after {len(into.mappings)} mappings: {failure}")


def _agrees(service: _wan.WanService, at_once: _List, net: Net) -> bool:
    try:
        return _wan.has_just(service, net, at_once.mappings)
    except NoAnswer:
        return False


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
    # Where the second goes on beyond what is read of it, or has what does not read, the first was not all there is.
    return "part" if at_once.unread or (more and at_once.state == "part") else "all"


def _learnt(book: _Book, mappings: dict[_wan.Place, PortMapping], state: _wan.State) -> Iterator[Learnt]:
    """Each mapping that no other service of the description has told of, up to `_wan.MAX_MAPPINGS` of them all."""
    book.states.add(state)
    for place, mapping in mappings.items():
        if place not in book.mappings:
            if len(book.mappings) >= _wan.MAX_MAPPINGS:
                book.cut()
                return
            book.mappings[place] = mapping
            yield book.fact("igd.mapping", mapping_text(mapping))
