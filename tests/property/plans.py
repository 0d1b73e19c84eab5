"""Plans and packets that nobody thought of, and a packet of every class of a plan, for the policy and for routers' rules.

`plans()` draws a `Plan` as the reader gives it, `packets(plan)` a `Packet` that could come by in such a home, and
`classes(plan)` goes through the packets that a rule could treat differently, always in the same order: some thousands
for a plan of ten members. What is drawn and what is listed is made of the same senders, destinations and services.

A packet's destination and its names belong together as far as the plan's own names go: `clouds(plan)` says which
address stands for which names. An address of the home's own ranges that stands for a cloud's name is a rebound answer.
"""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.advise.policy import BOGONS, MDNS_GROUPS, ROUTER, WAN, Packet, State
from netguard.model.plan import INTERFACE_ID, Member, Plan, SegmentRole, Talk, is_interface_id
from tests.property.homes import plans

__all__ = ["classes", "clouds", "packets", "plans"]

STRANGER = EUI("02:00:5e:00:53:99", dialect=mac_unix_expanded)
"""A MAC that no drawn member has."""

WAN_ADDRESS = {4: IPAddress("198.51.100.2"), 6: IPAddress("2001:db8:ffff::2")}
"""The router's own on the internet's side."""

NEIGHBOUR = {4: IPAddress("198.51.100.66"), 6: IPAddress("2001:db8:fffe::66")}
"""Somebody in the internet who begins a connection."""

UNNAMED = {4: IPAddress("203.0.113.66"), 6: IPAddress("2001:db8:cafe::66")}
"""A server in the internet whose name nobody asked the router for."""

LATER = IPNetwork("2001:db8:ee::/64")
"""A prefix that no drawn plan has, and that a provider may hand out one day."""

UNLISTED = 9
"""A port that no drawn plan lists (discard, RFC 863)."""

NOT_HOME = ("10.254.9.9", "172.31.9.9", "192.168.254.9", "100.64.9.9", "169.254.9.9", "fdfe::9", "fe80::9:9")
"""Addresses that are no internet and in no drawn plan."""

LOCAL = [
    *product(("tcp",), (22, 53, 80, 443, 853, 5000, 5353)),
    *product(("udp",), (53, 67, 68, 123, 161, 546, 547, 1900, 5351, 5353)),
]
"""What routers serve, or had better not."""

SERVED = {("tcp", 53), ("udp", 53), ("udp", 67), ("udp", 68), ("udp", 546), ("udp", 547), ("udp", 5353), ("tcp", 80)}
"""The few of these that are asked of every address of a router."""

TYPES = {4: ("icmp", (0, 5, 8, 13)), 6: ("icmpv6", (1, 2, 3, 4, 100, 128, 129, *range(130, 138), 139, 143, 151))}
"""Kinds of ICMP: wanted ones, redirects, timestamps, node information."""

GROUPS = {
    4: (MDNS_GROUPS[0], IPAddress("255.255.255.255"), IPAddress("239.255.255.250")),
    6: (MDNS_GROUPS[1], IPAddress("ff02::1:2"), IPAddress("ff02::1")),
}
"""Multicast DNS, DHCP and SSDP or all nodes."""

Service = tuple[str, int | None, int | None]
"""Protocol, port, ICMP type."""


# ---------------------------------------------------------------- who and where


def clouds(plan: Plan) -> dict[frozenset[str], dict[int, IPAddress]]:
    """Names that a resolver may have answered, with the address of each IP version that stands for them."""
    listed = sorted({name for member in plan.members for talk in talks_of(member) for name in talk.names})
    sets = [frozenset({"elsewhere.example"})]
    sets += [frozenset(names) for name in listed for names in _around(name)]
    block = [*IPNetwork("203.0.113.0/24")[100:250], *IPNetwork("198.51.100.0/24")[100:250], *IPNetwork("192.0.2.0/24")]
    return {
        names: {4: block[n % len(block)], 6: IPAddress(int(IPAddress("2001:db8:cafe::100")) + n, 6)}
        for n, names in enumerate(dict.fromkeys(sets))
    }


def _around(name: str) -> Iterator[set[str]]:
    """The name, one below it, one that only ends like it, the one above it, and it among others of a shared server."""
    yield {name}
    yield {f"below.{name}"}
    yield {f"not{name}"}
    if name.count(".") > 1:
        yield {name.partition(".")[2]}
    yield {name, "shared.example"}


def talks_of(member: Member) -> tuple[Talk, ...]:
    """The entries of `talks`; none for `any`."""
    return () if isinstance(member.talks, str) else member.talks


def kept(plan: Plan, member: Member, version: int) -> list[IPAddress]:
    """The addresses a member keeps, with its segment's prefix before those of which only the lower half is known."""
    if version == 4:
        return list(member.addresses4)
    upper = _prefix(plan, member.segment, 6).first
    return [
        IPAddress(upper | int(a), 6) if is_interface_id(a) else a for a in (*member.addresses6, *member.interface_ids)
    ]


def free(plan: Plan, segment: str, version: int, number: int) -> IPAddress:
    """An address of the segment that no member keeps and that is not the router's: the last but `number` of them."""
    prefix = _prefix(plan, segment, version)
    mask = INTERFACE_ID if version == 6 else IPAddress("255.255.255.255")
    used = {a & mask for a in plan.segment(segment).router if a.version == version}
    used |= {a & mask for m in plan.members if m.segment == segment for a in m.addresses if a.version == version}
    left = (IPAddress(n, version) for n in range(prefix.last - 1, prefix.first, -1))
    unused = (address for address in left if address & mask not in used)
    for _ in range(number):
        next(unused)
    return next(unused)


def _prefix(plan: Plan, segment: str, version: int) -> IPNetwork:
    """The segment's prefix, or one that devices might have all the same where the plan has none of this version."""
    known = plan.segment(segment).prefix_of(version)
    index = [s.name for s in plan.segments].index(segment)
    return known or IPNetwork(f"10.253.{index}.0/24" if version == 4 else f"2001:db8:fd:{index:x}::/64")


def senders(plan: Plan, came_in: str, version: int) -> list[tuple[EUI | None, IPAddress]]:
    """Strangers first; then each member as itself, by its MAC alone, and somebody else with its address."""
    if came_in == WAN:
        return [(None, NEIGHBOUR[version])]
    found = [(STRANGER, free(plan, came_in, version, 0))]
    for member in plan.members:
        if member.segment == came_in:
            own = kept(plan, member, version)
            found += [(member.mac, address) for address in own]
            found += [(member.mac, free(plan, came_in, version, 1))]
            found += [(STRANGER, address) for address in own]
        else:  # a device that its owner plugged into the wrong segment
            found += [(member.mac, free(plan, came_in, version, 0))]
    return found


Place = tuple[IPAddress, frozenset[str]]


def destinations(plan: Plan, came_in: str, to: str, version: int) -> list[Place]:
    """Where packets for `to` go, with the names of it."""
    nothing: frozenset[str] = frozenset()
    if to == WAN:
        return [
            (UNNAMED[version], nothing),
            *((a[version], n) for n, a in clouds(plan).items()),
            *rebound(plan, version),
        ]
    if to == ROUTER:
        own = [a for s in plan.segments for a in s.router if a.version == version and s.name == came_in]
        others = [a for s in plan.segments for a in s.router if a.version == version and s.name != came_in]
        return [
            (a, nothing) for a in (*(own or [WAN_ADDRESS[version]]), *others, WAN_ADDRESS[version], *GROUPS[version])
        ]
    members = [m for m in plan.members if m.segment == to]
    found = [(address, nothing) for m in members for address in kept(plan, m, version)]
    if version == 6:  # the provider hands out another prefix, and what ends like a member is the member still
        found += [(IPAddress(LATER.first | int(ending), 6), nothing) for m in members for ending in m.interface_ids]
    return [(free(plan, to, version, 0), nothing), *found]


def rebound(plan: Plan, version: int) -> list[Place]:
    """Addresses of homes that a cloud's names were answered with."""
    names = frozenset(name for member in plan.members for talk in talks_of(member) for name in talk.names)
    inside = [p for s in plan.segments if (p := s.prefix_of(version)) is not None]
    addresses = [a for a in map(IPAddress, NOT_HOME) if a.version == version and not any(a in p for p in inside)]
    return [(address, names) for address in addresses]


def services(plan: Plan, to: str, version: int) -> list[Service]:
    """Protocols, ports and ICMP types that packets for `to` may have: every one that is listed, and some that are not."""
    icmp, types = TYPES[version]
    if to == ROUTER:
        ports = LOCAL
    elif to == WAN:
        ports = [(t.transport.value, p) for m in plan.members for t in talks_of(m) for p in t.ports]
    else:
        ports = [(n.transport.value, p) for m in plan.members if m.segment == to for n in m.listens for p in n.ports]
    crossed = [("udp" if transport == "tcp" else "tcp", port) for transport, port in ports]
    unlisted = [("tcp", UNLISTED), ("udp", UNLISTED), ("udp", 123)]
    found: list[Service] = [(transport, port, None) for transport, port in (*unlisted, *ports, *crossed)]
    found += [(icmp, None, kind) for kind in types] if to == ROUTER else [(icmp, None, 8 if version == 4 else 128)]
    return list(dict.fromkeys([*found, ("other", None, None)]))


# ---------------------------------------------------------------- packets


@st.composite
def packets(draw, plan: Plan, came_in=None, to=None, version=None) -> Packet:
    """A packet that could come by; `came_in`, `to` and `version` keep to one side, target or IP version."""
    came_in = came_in or draw(st.sampled_from([*(s.name for s in plan.segments), WAN]))
    to = to or draw(st.sampled_from([*(s.name for s in plan.segments), WAN, ROUTER]))
    version = version or draw(st.sampled_from((4, 6)))
    mac, source = draw(st.sampled_from(senders(plan, came_in, version)))
    destination, names = draw(st.sampled_from(destinations(plan, came_in, to, version)))
    protocol, port, icmp_type = draw(st.sampled_from(services(plan, to, version)))
    return Packet(
        came_in=came_in,
        to=to,
        source=source,
        destination=destination,
        protocol=protocol,
        port=port,
        icmp_type=icmp_type,
        mac=mac,
        state=draw(st.sampled_from((State.NEW, State.NEW, State.NEW, *State))),
        dnat=to not in {WAN, ROUTER} and draw(st.booleans()),
        names=names,
    )


def classes(plan: Plan) -> Iterator[Packet]:
    """A packet of every class that a rule for this plan could treat differently, each once, in the same order always."""
    seen = set()
    for packet in _classes(plan):
        if packet not in seen:
            seen.add(packet)
            yield packet


def _classes(plan: Plan) -> Iterator[Packet]:
    inside = [s.name for s in plan.segments]
    for came_in, to, version in product([*inside, WAN], [*inside, ROUTER, WAN], (4, 6)):
        yield from _old(plan, came_in, to, version)
        if came_in == to:
            continue
        if to == ROUTER:
            yield from _for_router(plan, came_in, version)
        elif to != WAN:
            yield from _between(plan, came_in, to, version)
        elif plan.segment(came_in).role is SegmentRole.IOT:
            yield from _out(plan, came_in, version)
        else:
            ways = product(
                senders(plan, came_in, version), destinations(plan, came_in, WAN, version)[:3], _few(version)
            )
            yield from (_packet(came_in, to, *way) for way in ways)


def _packet(came_in: str, to: str, sender, place: Place, service: Service, state=State.NEW, *, dnat=False) -> Packet:
    return Packet(
        came_in=came_in,
        to=to,
        source=sender[1],
        destination=place[0],
        protocol=service[0],
        port=service[1],
        icmp_type=service[2],
        mac=sender[0],
        state=state,
        dnat=dnat,
        names=place[1],
    )


def _few(version: int) -> list[Service]:
    echo = ("icmp", None, 8) if version == 4 else ("icmpv6", None, 128)
    return [("tcp", 443, None), ("udp", UNLISTED, None), echo, ("other", None, None)]


def _old(plan: Plan, came_in: str, to: str, version: int) -> Iterator[Packet]:
    """Connections that stand, and packets that belong to none; inside one segment the new ones, too."""
    sender = senders(plan, came_in, version)[0]
    states = [State.ESTABLISHED, State.RELATED, State.INVALID, *([State.NEW] if came_in == to else [])]
    for place, service, state in product(destinations(plan, came_in, to, version)[:1], _few(version), states):
        yield _packet(came_in, to, sender, place, service, state)


def _for_router(plan: Plan, came_in: str, version: int) -> Iterator[Packet]:
    """Everything at the router's address in the segment; what it serves, and its own pages, at its other addresses and groups."""
    own, *others = destinations(plan, came_in, ROUTER, version)
    stranger, *known = senders(plan, came_in, version)[:2]
    every = services(plan, ROUTER, version)
    for service in every:
        yield _packet(came_in, ROUTER, stranger, own, service)
    few = [s for s in every if s[:2] in SERVED] + _few(version)
    for place, service in product(others, few):
        yield _packet(came_in, ROUTER, stranger, place, service)
    for sender, service in product(known, few):
        yield _packet(came_in, ROUTER, sender, own, service)


def _between(plan: Plan, came_in: str, to: str, version: int) -> Iterator[Packet]:
    """Every address of a segment at every port that any of its members listens on, and at others; forwarded ones, too."""
    who = senders(plan, came_in, version)[:2]
    places, ports = destinations(plan, came_in, to, version), services(plan, to, version)
    for sender, place, service in product(who, places, ports):
        yield _packet(came_in, to, sender, place, service)
    for place, service in product(places, ports):
        yield _packet(came_in, to, who[0], place, service, dnat=True)


def _out(plan: Plan, came_in: str, version: int) -> Iterator[Packet]:
    """Every sender to the internet at large; and to the names around those that it may talk to, at all its ports."""
    anywhere, *named = destinations(plan, came_in, WAN, version)
    everybody = senders(plan, came_in, version)
    first = [(t.transport.value, t.ports[0], None) for m in plan.members for t in talks_of(m)]
    general = list(dict.fromkeys([*_few(version), ("udp", 123, None), ("tcp", 123, None), *first]))
    for sender, service in product(everybody, general):
        yield _packet(came_in, WAN, sender, anywhere, service)
    for sender, place in product(everybody, named):
        yield _packet(came_in, WAN, sender, place, ("tcp", 443, None))
    for sender, place in product(everybody, rebound(plan, version)):
        yield from (_packet(came_in, WAN, sender, place, service) for service in general[:5])
    for member in plan.members:
        ports = [(t.transport.value, p, None) for t in talks_of(member) for p in t.ports]
        crossed = [("udp" if transport == "tcp" else "tcp", port, None) for transport, port, _ in ports]
        unlisted: list[Service] = [("tcp", UNLISTED, None), *_few(version)[2:]]
        around = [frozenset(n) for t in talks_of(member) for name in t.names for n in _around(name)]
        mine = [(address, names) for address, names in named if names in set(around)]
        itself = [sender for sender in everybody if sender[0] == member.mac]
        for place, service in product(mine, dict.fromkeys([*ports, *crossed, *unlisted])):
            yield from (_packet(came_in, WAN, sender, place, service) for sender in itself[:1])
        for place, service in product(mine[:2], ports[:1]):
            yield from (_packet(came_in, WAN, sender, place, service) for sender in everybody)
        for place, service in product(rebound(plan, version), ports):
            yield from (_packet(came_in, WAN, sender, place, service) for sender in itself[:1])


assert all(any(IPAddress(a) in network for network in BOGONS) for a in NOT_HOME)
