"""Reads a plan file (`netguard.plan/1`), and refuses, naming the line, what a person could not have meant. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from netaddr import EUI, IPNetwork

from netguard.advise import planaddress
from netguard.advise.place import MAX_SHOWN, Place, misshapen
from netguard.errors import PlanError
from netguard.model import address
from netguard.model.observation import clean
from netguard.model.plan import (
    MAX_ENTRIES,
    MAX_MEMBERS,
    MAX_NAMES,
    MAX_PORTS,
    MAX_SEGMENTS,
    SCHEMA,
    Domain,
    InterfaceName,
    Listen,
    Member,
    Name,
    Plan,
    Segment,
    SegmentRole,
    Talk,
)
from netguard.model.vocabulary import Transport
from netguard.rules import literal

MAX_FILE = 1024 * 1024
"""Bytes of a plan (1 MiB); one of 250 members has about 60 KiB. Stops a file made to fill memory."""

NTP = 123
"""RFC 5905, 7.2."""

RESERVED = frozenset({"wan", "router"})
"""Names that mean the internet's side and the router itself."""

_CHOICES = {
    "role": "trusted, iot or guest",
    "transport": "tcp or udp",
    "service": "ntp",
    "talks": "a list of entries, or `any`",
}
"""What may stand where the file holds one of a few words."""


class _Wan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    interface: str


class _Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    role: SegmentRole
    interface: str
    vlan: int | None = None
    prefix: str | None = None
    prefix6: str | None = None
    router: tuple[str, ...] = ()


class _Listen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    transport: Transport
    ports: tuple[int, ...]
    source: str = msgspec.field(name="from")


class _Talk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...] = ()
    transport: Transport | None = None
    ports: tuple[int, ...] = ()
    service: Literal["ntp"] | None = None


class _Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    mac: str
    segment: str
    addresses: tuple[str, ...] = ()
    listens: tuple[_Listen, ...] = ()
    talks: tuple[_Talk, ...] | Literal["any"] = ()


class _Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    wan: _Wan
    segments: tuple[_Segment, ...]
    members: tuple[_Member, ...] = ()


def read(data: bytes, shown: str = "plan") -> Plan:
    """The plan in `data`; `shown` is the file's name for complaints.

    Raises `PlanError`: `plan.yaml: line 12: members[3].mac: reason`.
    """
    return assembled(*parsed(data, shown))


def parsed(data: bytes, shown: str = "plan") -> tuple[dict[str, Any], Place]:
    """What stands in `data`, whatever it means, with where it stands. Raises `PlanError` for what is no plan at all."""
    lines: dict[literal.Path, int] = {}
    if len(data) > MAX_FILE:
        raise PlanError(f"{shown}: line 1: plan: it is larger than {MAX_FILE >> 10} KiB, no home needs that")
    try:
        raw = literal.parse(data, most=MAX_FILE, lines=lines)
    except literal.UnusableError as error:
        raise PlanError(f"{shown}: {clean(str(error), MAX_SHOWN)}") from error
    place = Place(lines, shown)
    if not isinstance(raw, dict):
        raise place.wrong(f"it has to be a plan with fields, `schema: {SCHEMA}` first")
    return raw, place


def assembled(raw: dict[str, Any], place: Place) -> Plan:
    """The plan that `raw` means. Raises `PlanError` with the line of what it cannot mean."""
    if raw.get("schema") != SCHEMA:
        raise place.at("schema").wrong(f"it has to be {SCHEMA}; write a new one with `netguard plan`")
    try:
        shape = msgspec.convert(raw, _Plan)
    except msgspec.ValidationError as error:
        raise misshapen(place, raw, error, _CHOICES, "a plan") from error
    segments = _segments(shape, place.at("segments"))
    return Plan(
        wan=place.at("wan", "interface").read(InterfaceName.of, shape.wan.interface),
        segments=segments,
        members=_members(shape, {s.name: s for s in segments}, place.at("members")),
    )


def _segments(shape: _Plan, place: Place) -> tuple[Segment, ...]:
    if not 1 <= len(shape.segments) <= MAX_SEGMENTS:
        raise place.wrong(f"there are {len(shape.segments)}, a plan has 1 to {MAX_SEGMENTS}")
    found: list[Segment] = []
    for number, each in enumerate(shape.segments):
        here = place.at(number)
        if len(each.router) > MAX_ENTRIES:
            raise here.at("router", MAX_ENTRIES).wrong(f"a router has at most {MAX_ENTRIES} addresses in a segment")
        segment = Segment(
            name=here.at("name").read(Name.of, each.name),
            role=each.role,
            interface=here.at("interface").read(InterfaceName.of, each.interface),
            vlan=each.vlan,
            prefix=_prefix(each.prefix, 4, here.at("prefix")),
            prefix6=_prefix(each.prefix6, 6, here.at("prefix6")),
            router=tuple(here.at("router", n).read(planaddress.whole, text) for n, text in enumerate(each.router)),
        )
        for field, reason in _oddities(segment, shape.wan.interface, found):
            raise here.at(*field).wrong(reason)
        found.append(segment)
    return tuple(found)


def _prefix(text: str | None, version: int, place: Place) -> IPNetwork | None:
    if text is None:
        return None
    network = place.read(address.network, text)
    if network.version != version:
        raise place.wrong(f"{network} is no IPv{version} prefix")
    if reason := planaddress.unfit(network):
        raise place.wrong(reason)
    return network


def _oddities(segment: Segment, wan: str, before: list[Segment]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with one segment, the first thing first: field and reason."""
    if segment.name in RESERVED:
        yield ("name",), f"{segment.name} means something else here; choose another name"
    if segment.vlan is not None and not 1 <= segment.vlan <= 4094:
        yield ("vlan",), f"{segment.vlan} is no VLAN; they go from 1 to 4094 (IEEE 802.1Q, 9.6)"
    if segment.prefix is None and segment.prefix6 is None:
        yield ("prefix",), "a segment needs an IPv4 prefix, an IPv6 prefix6 or both"
    if segment.interface == wan:
        yield ("interface",), f"{wan} leads to the internet already"
    for number, router in enumerate(segment.router):
        prefix = segment.prefix_of(router.version)
        if prefix is None or router not in prefix:
            yield ("router", number), f"{router} is outside the segment ({prefix or 'which has no such prefix'})"
        elif planaddress.is_of_all(router, prefix) and router.version == 4:
            yield ("router", number), f"{router} is the address of the whole segment"
    for other in before:
        yield from _clashes(segment, other)


def _clashes(segment: Segment, other: Segment) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What two segments cannot both have."""
    if segment.name == other.name:
        yield ("name",), f"another segment is called {segment.name} already"
    if segment.interface == other.interface:
        yield ("interface",), f"{segment.interface} is {other.name}'s already"
    if segment.vlan is not None and segment.vlan == other.vlan:
        yield ("vlan",), f"VLAN {segment.vlan} is {other.name}'s already"
    for field, mine, theirs in (
        ("prefix", segment.prefix, other.prefix),
        ("prefix6", segment.prefix6, other.prefix6),
    ):
        if mine is not None and theirs is not None and (mine in theirs or theirs in mine):
            yield (field,), f"{mine} overlaps with {theirs} of {other.name}"


def _members(shape: _Plan, segments: Mapping[str, Segment], place: Place) -> tuple[Member, ...]:
    if len(shape.members) > MAX_MEMBERS:
        raise place.at(MAX_MEMBERS).wrong(f"there are {len(shape.members)} members, a plan has at most {MAX_MEMBERS}")
    names: dict[str, int] = {}
    macs: dict[EUI, str] = {}
    owners = planaddress.Owners()
    found: list[Member] = []
    for number, each in enumerate(shape.members):
        here = place.at(number)
        member = _member(each, segments, here)
        if member.name in RESERVED:
            raise here.at("name").wrong(f"{member.name} means something else here; choose another name")
        if member.name in names:
            raise here.at("name").wrong(f"another member is called {member.name} already")
        if member.mac in macs:
            raise here.at("mac").wrong(f"{member.mac} is {macs[member.mac]}'s already")
        names[member.name], macs[member.mac] = number, member.name
        for index, own in enumerate(each.addresses):
            if owner := owners.other(member, address.ip(own)):
                raise here.at("addresses", index).wrong(f"{own} is {owner}'s already")
        found.append(member)
    return tuple(found)


def _member(each: _Member, segments: Mapping[str, Segment], here: Place) -> Member:
    segment = segments.get(each.segment)
    if segment is None:
        raise here.at("segment").wrong(f"there is no segment {each.segment[:40]!r}; there are {', '.join(segments)}")
    for many in ("addresses", "listens", "talks"):
        if len(getattr(each, many)) > MAX_ENTRIES:
            raise here.at(many, MAX_ENTRIES).wrong(f"a member has at most {MAX_ENTRIES}")
    addresses = tuple(here.at("addresses", n).read(planaddress.whole, text) for n, text in enumerate(each.addresses))
    for number, own in enumerate(addresses):
        if reason := planaddress.misplaced(own, segment):
            raise here.at("addresses", number).wrong(reason)
    return Member(
        name=here.at("name").read(Name.of, each.name),
        mac=here.at("mac").read(planaddress.station, each.mac),
        segment=segment.name,
        addresses=tuple(dict.fromkeys(addresses)),
        listens=tuple(_listen(one, segment, segments, here.at("listens", n)) for n, one in enumerate(each.listens)),
        talks=each.talks
        if isinstance(each.talks, str)
        else tuple(_talk(one, here.at("talks", n)) for n, one in enumerate(each.talks)),
    )


def _listen(each: _Listen, own: Segment, segments: Mapping[str, Segment], here: Place) -> Listen:
    source = segments.get(each.source)
    if source is None:
        raise here.at("from").wrong(f"there is no segment {each.source[:40]!r}; there are {', '.join(segments)}")
    if source.name == own.name:
        raise here.at("from").wrong("inside one segment packets never pass the router; leave it out")
    if source.role is SegmentRole.GUEST:
        raise here.at("from").wrong("guests reach the internet only; whoever may use this belongs into another segment")
    return Listen(transport=each.transport, ports=_ports(each.ports, here.at("ports")), source=source.name)


def _talk(each: _Talk, here: Place) -> Talk:
    if each.service is not None:
        if each.names or each.ports or each.transport is not None:
            raise here.at("service").wrong("a service knows its own ports; leave names, transport and ports out")
        return Talk(transport=Transport.UDP, ports=(NTP,), service=each.service)
    if not 1 <= len(each.names) <= MAX_NAMES:
        raise here.at("names").wrong(
            f"there are {len(each.names)}, an entry has 1 to {MAX_NAMES}; `talks: any` allows all"
        )
    if each.transport is None:
        raise here.at("transport").wrong("it is missing: tcp or udp")
    names = sorted({here.at("names", n).read(Domain.of, text) for n, text in enumerate(each.names)})
    return Talk(transport=each.transport, ports=_ports(each.ports, here.at("ports")), names=tuple(names))


def _ports(ports: tuple[int, ...], place: Place) -> tuple[int, ...]:
    if not 1 <= len(ports) <= MAX_PORTS:
        raise place.wrong(f"there are {len(ports)}, an entry has 1 to {MAX_PORTS}")
    for number, port in enumerate(ports):
        if not 1 <= port <= 65535:
            raise place.at(number).wrong(f"{port} is no port; they go from 1 to 65535")
    return tuple(sorted(set(ports)))
