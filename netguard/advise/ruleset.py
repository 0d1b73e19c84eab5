"""A plan as the few groups that routers' rules are made of: who may be reached, and who may go where. Pure.

Members that may do the same share a group, so that rules grow with members plus ports and not with their product. Every
name is made of what the group allows, never of its place: what a resolver has learnt for it stays right when another
group comes or goes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise.policy import BOGONS, leads_to
from netguard.model.plan import Domain, Member, Name, Plan, Segment, SegmentRole, Talk
from netguard.model.vocabulary import Transport

DIGITS = 8
"""Hexadecimal digits of a group's name: with the 4,000 groups that a plan can have, two alike are a chance of 1 in 500."""

CLOUD_SETS = "inet netguard"
"""Family and name of the nftables table with the clouds' sets, `<cloud>v4` and `<cloud>v6`, in every platform whose rules can
be run here: there the resolver enters what it learns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Ports on which some members of `to` may be reached from `source`."""

    source: Segment
    to: Segment
    transport: Transport
    ports: tuple[int, ...]
    addresses4: tuple[IPAddress, ...]
    addresses6: tuple[IPAddress, ...]
    interface_ids: tuple[IPAddress, ...]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A member that sends from an IPv4 address of its own."""

    mac: EUI
    address: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """DNS names whose addresses the router's resolver collects under `name`."""

    name: Name
    names: tuple[Domain, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """What some members of `segment` may do in the internet."""

    segment: Segment
    transport: Transport | None
    """Null: everything."""
    ports: tuple[int, ...]
    cloud: Cloud | None
    """Null: anywhere in the internet."""
    stations: tuple[Station, ...]
    """Those that keep an IPv4 address, with each of them."""
    roaming: tuple[EUI, ...]
    """Those that keep none: by their MAC over IPv4, too."""
    macs: tuple[EUI, ...]
    """All of them, for IPv6."""
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One DNS name, and the clouds that its addresses belong to: its own and those of the names it is below."""

    name: Domain
    clouds: tuple[Cloud, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Everything that a router's rules say, in an order that depends on nothing but the plan's content."""

    plan: Plan
    trusted: tuple[Segment, ...]
    iot: tuple[Segment, ...]
    guest: tuple[Segment, ...]
    segments: tuple[Segment, ...]
    reaches: tuple[Reach, ...]
    egresses: tuple[Egress, ...]
    clouds: tuple[Cloud, ...]
    collected: tuple[Collected, ...]
    members: tuple[Member, ...]
    bogons4: tuple[IPNetwork, ...] = tuple(n for n in BOGONS if n.version == 4)
    bogons6: tuple[IPNetwork, ...] = tuple(n for n in BOGONS if n.version == 6)

    def reaches_from(self, segment: Segment) -> tuple[Reach, ...]:
        """What may be reached from `segment`."""
        return tuple(r for r in self.reaches if r.source.name == segment.name)

    def reaches_to(self, segment: Segment) -> tuple[Reach, ...]:
        """What may be reached in `segment`."""
        return tuple(r for r in self.reaches if r.to.name == segment.name)

    def egresses_of(self, segment: Segment) -> tuple[Egress, ...]:
        """What members of `segment` may do in the internet."""
        return tuple(e for e in self.egresses if e.segment.name == segment.name)

    def members_of(self, segment: Segment) -> tuple[Member, ...]:
        """Who lives in `segment`."""
        return tuple(m for m in self.members if m.segment == segment.name)


def ruleset(plan: Plan) -> Ruleset:
    """The groups of `plan`."""
    members = tuple(sorted(plan.members, key=lambda m: m.name))
    segments = tuple(sorted(plan.segments, key=lambda s: (list(SegmentRole).index(s.role), s.name)))
    egresses = tuple(_egresses(plan, segments, members))
    clouds = tuple(sorted({e.cloud for e in egresses if e.cloud is not None}, key=lambda c: c.name))
    domains = sorted({name for cloud in clouds for name in cloud.names})
    return Ruleset(
        plan=plan,
        trusted=tuple(s for s in segments if s.role is SegmentRole.TRUSTED),
        iot=tuple(s for s in segments if s.role is SegmentRole.IOT),
        guest=tuple(s for s in segments if s.role is SegmentRole.GUEST),
        segments=segments,
        reaches=tuple(_reaches(plan, segments, members)),
        egresses=egresses,
        clouds=clouds,
        collected=tuple(
            Collected(
                name=domain,
                clouds=tuple(c for c in clouds if any(leads_to(domain, allowed) for allowed in c.names)),
            )
            for domain in domains
        ),
        members=members,
    )


def _reaches(plan: Plan, segments: tuple[Segment, ...], members: tuple[Member, ...]) -> list[Reach]:
    groups: dict[tuple[str, str, Transport, tuple[int, ...]], list[Member]] = {}
    for member in members:
        for source, transport in product(segments, Transport):
            ports = {
                port
                for listen in member.listens
                if (listen.source, listen.transport) == (source.name, transport)
                for port in listen.ports
            }
            if ports and member.addresses:
                key = (source.name, str(member.segment), transport, tuple(sorted(ports)))
                groups.setdefault(key, []).append(member)
    return [
        Reach(
            source=plan.segment(source),
            to=plan.segment(to),
            transport=transport,
            ports=ports,
            addresses4=_sorted(a for m in found for a in m.addresses4),
            addresses6=_sorted(a for m in found for a in m.addresses6),
            interface_ids=_sorted(a for m in found for a in m.interface_ids),
            members=tuple(found),
        )
        for (source, to, transport, ports), found in sorted(groups.items())
    ]


def _egresses(plan: Plan, segments: tuple[Segment, ...], members: tuple[Member, ...]) -> list[Egress]:
    groups: dict[tuple[str, str, tuple[int, ...], tuple[Domain, ...]], list[Member]] = {}
    isolated = {s.name for s in segments if s.role is SegmentRole.IOT}
    for member in members:
        if member.segment not in isolated:
            continue  # the other roles may reach all of the internet
        wanted = _everything() if member.talks == "any" else _joined(member.talks)
        for transport, ports, names in wanted:
            groups.setdefault((str(member.segment), transport, ports, names), []).append(member)
    return [
        Egress(
            segment=plan.segment(segment),
            transport=Transport(transport) if transport else None,
            ports=ports,
            cloud=_cloud(names) if names else None,
            stations=tuple(Station(mac=m.mac, address=a) for m in found for a in m.addresses4),
            roaming=tuple(m.mac for m in found if not m.addresses4),
            macs=tuple(m.mac for m in found),
            members=tuple(found),
        )
        for (segment, transport, ports, names), found in sorted(groups.items())
    ]


def _everything() -> list[tuple[str, tuple[int, ...], tuple[Domain, ...]]]:
    return [("", (), ())]


def _joined(talks: tuple[Talk, ...] | str) -> list[tuple[str, tuple[int, ...], tuple[Domain, ...]]]:
    """(transport, ports, names), ports of the same names together."""
    found: dict[tuple[str, tuple[Domain, ...]], set[int]] = {}
    for talk in talks:
        assert isinstance(talk, Talk)  # noqa: S101 - "any" was told apart before
        found.setdefault((talk.transport.value, talk.names), set()).update(talk.ports)
    return [(transport, tuple(sorted(ports)), names) for (transport, names), ports in sorted(found.items())]


def _cloud(names: tuple[Domain, ...]) -> Cloud:
    digest = hashlib.sha256(" ".join(sorted(names)).encode()).hexdigest()[:DIGITS]
    return Cloud(name=Name.of(f"c{digest}"), names=tuple(sorted(names)))


def _sorted(addresses: Iterable[IPAddress]) -> tuple[IPAddress, ...]:
    return tuple(sorted(set(addresses)))
