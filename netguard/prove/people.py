"""Who lives in the twin of a plan's home, at which addresses, and what plays the internet. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise.policy import WAN
from netguard.errors import LabError
from netguard.model.plan import INTERFACE_ID, Member, Plan, Segment, SegmentRole, Talk

MAX_MEMBERS = 24
"""Members that speak for themselves in the twin; each is a network namespace of its own."""

STRANGER = "stranger in"
"""Name of somebody in each segment whom the plan does not know; the segment's name follows. No member can be called so."""

CLOUDS4, CLOUDS6 = (
    (IPNetwork("203.0.113.0/24"), IPNetwork("198.51.100.0/24"), IPNetwork("192.0.2.0/24")),
    (IPNetwork("2001:db8:cafe::/64"), IPNetwork("2001:db8:beef::/64"), IPNetwork("3fff:cafe::/64")),
)
"""Where the twin's internet lives: networks for documentation (RFC 5737, RFC 3849, RFC 9637), the first that the plan has no
part in."""

REBOUND4, REBOUND6 = (
    (
        IPNetwork("192.168.255.0/24"),
        IPNetwork("172.31.255.0/24"),
        IPNetwork("10.255.255.0/24"),
        IPNetwork("100.127.255.0/24"),
    ),
    (IPNetwork("fdff:ffff:ffff:ffff::/64"), IPNetwork("fdfe:ffff:ffff:ffff::/64")),
)
"""Private networks (RFC 1918, RFC 6598, RFC 4193), of which the first that the plan has no part in has somebody on the
internet's side to whom every cloud's name leads: who answered so wants to be let into the home (DNS rebinding)."""

REBOUND = "private address outside"
"""Name of who is there. No member and no cloud can be called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Somebody in the twin. `segment` is a segment's name, or `WAN`."""

    name: str
    segment: str
    mac: EUI
    addresses: tuple[IPAddress, ...]
    member: Member | None = None
    second: IPAddress | None = None
    """One that it has besides and does not keep, where it keeps an IPv4 address: whether it may send from any other."""

    def address(self, version: int) -> IPAddress | None:
        """Its first address of this IP version."""
        return next((a for a in self.addresses if a.version == version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody in the twin."""

    hosts: tuple[Host, ...]
    internet: tuple[Host, ...]
    """Who is at a private address there, the clouds, and last somebody that nobody lists; they live in one place.

    The clouds and the last have an address of each IP version.
    """
    router: dict[str, tuple[IPAddress, ...]]
    """The router's addresses by segment, and by `WAN`."""
    names: dict[IPAddress, frozenset[str]]
    """Which DNS names lead to an address of the internet."""
    left_out: tuple[str, ...] = ()
    """Members for which there was no room; one of every kind goes in first."""


def cast(plan: Plan) -> Cast:
    """Who takes part. Raises `LabError` where the plan leaves no network to play the internet."""
    four, six = (_free(networks, plan) for networks in (CLOUDS4, CLOUDS6))
    names = sorted({name for member in plan.members for talk in talks_of(member) for name in talk.names})
    rebound = tuple(IPAddress(net.first + 10) for net in (_first(REBOUND4, plan), _first(REBOUND6, plan)) if net)
    internet = [Host(name=REBOUND, segment=WAN, mac=EUI(0x026E67000000), addresses=rebound)]
    leads: dict[IPAddress, frozenset[str]] = {address: frozenset(names) for address in rebound}
    for number, name in enumerate((*names, "nobody-listed.example")):
        addresses = (IPAddress(four.first + 10 + number % 200), IPAddress(six.first + 10 + number))
        internet.append(Host(name=name, segment=WAN, mac=EUI(0x026E67000000), addresses=addresses))
        for address in addresses:
            leads[address] = leads.get(address, frozenset()) | {name}
    router: dict[str, tuple[IPAddress, ...]] = {s.name: _router(s) for s in plan.segments}
    router[WAN] = (IPAddress(four.first + 2), IPAddress(six.first + 2))
    hosts: list[Host] = []
    speaking = _speaking(plan)
    for place, segment in enumerate(plan.segments):
        mine = [m for m in plan.members if m.segment == segment.name]
        taken = {a for m in mine for a in m.addresses} | set(router[segment.name])
        for member in (m for m in mine if m.name in speaking):
            found = tuple(_addresses(member, segment, taken))
            taken.update(found)
            hosts.append(Host(name=member.name, segment=segment.name, mac=member.mac, addresses=found, member=member))
        versions: tuple[Literal[4, 6], ...] = (4, 6)
        found = tuple(a for version in versions for a in _spare(segment, taken, version))
        hosts.append(
            Host(
                name=f"{STRANGER} {segment.name}",
                segment=segment.name,
                mac=EUI(0x026E67010000 + place),
                addresses=found,
            )
        )
        taken.update(found)
        hosts = [_with_second(host, segment, taken) for host in hosts]
    left_out = tuple(str(m.name) for m in plan.members if m.name not in speaking)
    return Cast(hosts=tuple(hosts), internet=tuple(internet), router=router, names=leads, left_out=left_out)


def _with_second(host: Host, segment: Segment, taken: set[IPAddress]) -> Host:
    """A host of this network with an address that it does not keep, where that matters and there is room."""
    if host.segment != segment.name or segment.role is not SegmentRole.IOT or host.member is None:
        return host
    if not host.member.addresses4 or not host.member.talks:
        return host
    second = next(iter(_spare(segment, taken, 4)), None)
    taken.update(() if second is None else (second,))
    return replace(host, second=second)


def _speaking(plan: Plan) -> frozenset[str]:
    """Whom there is room for: first one of every kind, then a second, and so on."""
    kinds: dict[object, int] = {}
    places: list[tuple[int, int, str]] = []
    for number, member in enumerate(plan.members):
        kept = (bool(member.addresses4), bool(member.addresses6), bool(member.interface_ids))
        kind = (member.segment, member.listens, member.talks, kept)
        kinds[kind] = kinds.get(kind, 0) + 1
        places.append((kinds[kind], number, member.name))
    return frozenset(name for _, _, name in sorted(places)[:MAX_MEMBERS])


def _router(segment: Segment) -> tuple[IPAddress, ...]:
    """The router's addresses in a segment, the first of a prefix where the plan does not say."""
    found = list(segment.router)
    for prefix in (segment.prefix, segment.prefix6):
        if prefix is not None and not any(a.version == prefix.version for a in found):
            found.append(IPAddress(prefix.first + 1, prefix.version))
    return tuple(found)


def _addresses(member: Member, segment: Segment, taken: set[IPAddress]) -> Iterator[IPAddress]:
    """What the twin gives a member: what it keeps, else one that is free."""
    if segment.prefix is not None:
        yield from member.addresses4 or _spare(segment, taken, 4)
    if segment.prefix6 is not None:
        whole = (
            IPAddress((int(segment.prefix6.ip) & ~int(INTERFACE_ID)) | int(own), 6) for own in member.interface_ids
        )
        yield from dict.fromkeys((*member.addresses6, *whole)) or _spare(segment, taken, 6)


def _spare(segment: Segment, taken: Iterable[IPAddress], version: Literal[4, 6]) -> tuple[IPAddress, ...]:
    """A free address of a segment, from its upper end; none where it has no prefix of this version, or no room."""
    prefix = segment.prefix_of(version)
    if prefix is None:
        return ()
    used = set(taken)
    candidates = (IPAddress(prefix.last - number, version) for number in range(1, min(prefix.size, 4096) - 1))
    return tuple(islice((a for a in candidates if a not in used), 1))


def _free(networks: Iterable[IPNetwork], plan: Plan) -> IPNetwork:
    found = _first(networks, plan)
    if found is None:
        raise LabError(
            "the plan's networks take all those that are kept for examples, where the twin's internet would be"
        )
    return found


def _first(networks: Iterable[IPNetwork], plan: Plan) -> IPNetwork | None:
    """The first of `networks` that the plan has no part in."""
    prefixes = [p for s in plan.segments for p in (s.prefix, s.prefix6) if p is not None]
    return next((n for n in networks if not any(n in p or p in n for p in prefixes)), None)


def talks_of(member: Member) -> tuple[Talk, ...]:
    """What a member may do in the internet, entry by entry; empty for `any`, too."""
    return () if isinstance(member.talks, str) else member.talks
