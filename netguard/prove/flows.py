"""Which packets show whether a plan's rules are right: who speaks with whom in the twin, and what the plan wants of it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Literal

from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise.closing import Door
from netguard.advise.policy import ROUTER, WAN, Packet, Policy, Protocol, Verdict, decides, verdict
from netguard.errors import LabError
from netguard.model.plan import INTERFACE_ID, Member, Plan, Segment, SegmentRole, Talk

MAX_MEMBERS = 24
"""Members that speak for themselves in the twin; each is a network namespace of its own."""

MAX_FLOWS = 20_000
"""Questions of one proof; 24 members make about 6,000. Stops a plan of long lists from keeping a computer busy for hours."""

STRANGER = "stranger in"
"""Name of somebody in each segment whom the plan does not know; the segment's name follows. No member can be called so."""

CLOUDS4, CLOUDS6 = (
    (IPNetwork("203.0.113.0/24"), IPNetwork("198.51.100.0/24"), IPNetwork("192.0.2.0/24")),
    (IPNetwork("2001:db8:cafe::/64"), IPNetwork("2001:db8:beef::/64"), IPNetwork("3fff:cafe::/64")),
)
"""Where the twin's internet lives: networks for documentation (RFC 5737, RFC 3849, RFC 9637), the first that the plan has no
part in."""

ADMIN_PORTS = (22, 80, 443)
"""Where a router is managed."""
UPNP_PORT, SSDP_PORT = 5000, 1900
"""MiniUPnPd's description, and UPnP's search (UPnP Device Architecture 2.0, 1.3)."""
COMPUTER_PORTS = (22, 445)
"""What a computer may offer: SSH and file sharing."""
SNMP_PORT, DNS_PORT, DOT_PORT, NTP_PORT = 161, 53, 853, 123
"""RFC 3411; RFC 1035, 4.2; RFC 7858, 3.1; RFC 5905, 7.2."""
UNLISTED = (23, 8080, 9999)
"""A port of a member that the plan does not list is the first of these, or of those from 10,000 on, that it does not."""
LEFTOVER_PORT = 40443
"""Where the twin's internet finds a port forward that somebody left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Somebody in the twin. `segment` is a segment's name, or `WAN`."""

    name: str
    segment: str
    mac: EUI
    addresses: tuple[IPAddress, ...]
    member: Member | None = None

    def address(self, version: int) -> IPAddress | None:
        """Its first address of this IP version."""
        return next((a for a in self.addresses if a.version == version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One question to the rules. `wanted` is the plan's answer."""

    id: str
    source: str
    """Name of the host that asks."""
    target: str
    """Name of the host that is asked, `ROUTER` for the router."""
    address: IPAddress
    """What is asked for; of a port forward the router's own address."""
    protocol: Protocol
    port: int
    """0 for ICMP."""
    wanted: Verdict
    why: str
    packet: Packet
    decided: bool = True
    """Whether the rules are answerable for it. Where they stand beside the router's own, some things stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody in the twin."""

    hosts: tuple[Host, ...]
    internet: tuple[Host, ...]
    """The clouds, each with an address of each IP version, and somebody that nobody lists; they live in one place."""
    router: dict[str, tuple[IPAddress, ...]]
    """The router's addresses by segment, and by `WAN`."""
    names: dict[IPAddress, frozenset[str]]
    """Which DNS names lead to an address of the internet."""
    left_out: tuple[str, ...] = ()
    """Members for which there was no room; one of every kind goes in first."""


def cast(plan: Plan) -> Cast:
    """Who takes part. Raises `LabError` where the plan leaves no network to play the internet."""
    four, six = (_free(networks, plan) for networks in (CLOUDS4, CLOUDS6))
    names = sorted({name for member in plan.members for talk in _talks(member) for name in talk.names})
    internet: list[Host] = []
    leads: dict[IPAddress, frozenset[str]] = {}
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
    left_out = tuple(str(m.name) for m in plan.members if m.name not in speaking)
    return Cast(hosts=tuple(hosts), internet=tuple(internet), router=router, names=leads, left_out=left_out)


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


def flows(plan: Plan, people: Cast, *, beside: bool = False, doors: Sequence[Door] = ()) -> tuple[Flow, ...]:
    """Every question, each once, in a stable order; `beside` for rules that stand beside the router's own.

    `doors` are what a scan found open: everybody else asks for those, too. Raises `LabError` where the plan makes too many.
    """
    policy = Policy.of(plan)
    asked: dict[tuple[str, IPAddress, str, int], Flow] = {}
    for source, target, address, protocol, port, why in chain(_found(people, doors), _questions(plan, people)):
        key = (source.name, address, protocol, port)
        if key not in asked:
            packet = packet_of(people, source, target, address, protocol, port)
            asked[key] = Flow(
                id=f"P{len(asked) + 1:03}", source=source.name, target=target.name if target else ROUTER, address=address,
                protocol=protocol, port=port, wanted=verdict(policy, packet), why=why, packet=packet,
                decided=not beside or decides(policy, packet),
            )  # fmt: skip
            if len(asked) > MAX_FLOWS:
                raise LabError(f"the plan's lists make more than {MAX_FLOWS:,} questions, and all of them count")
    return tuple(asked.values())


_Question = tuple[Host, Host | None, IPAddress, Protocol, int, str]


def _found(people: Cast, doors: Sequence[Door]) -> Iterator[_Question]:
    """Everybody else, and the internet, at the doors that a scan found."""
    hosts = {host.name: host for host in people.hosts}
    for door in doors:
        owner = hosts.get(door.member)
        for source in (*people.hosts, people.internet[-1]) if owner is not None else ():
            for address in owner.addresses if owner is not None and source is not owner else ():
                if source.address(address.version) is not None:
                    said = "the internet" if source.segment == WAN else source.name
                    why = f"{said} to {door.member}, which the scan found open"
                    yield source, owner, address, door.transport.value, door.port, why


def _questions(plan: Plan, people: Cast) -> Iterator[_Question]:
    role: dict[str, SegmentRole] = {s.name: s.role for s in plan.segments}
    for host in people.hosts:
        if role[host.segment] is not SegmentRole.TRUSTED or host.member is None:
            yield from _to_router(plan, people, host)
            yield from _to_internet(people, host)
            yield from _to_others(people, host, role)
    outside = people.internet[-1]
    for host in people.hosts:
        for address in host.addresses:
            port = _listed(host)[0][1] if _listed(host) else COMPUTER_PORTS[0]
            yield outside, host, address, "tcp", port, f"the internet to {host.name}"
            yield outside, host, address, _icmp(address), 0, f"the internet pings {host.name}"
    for address in people.router[WAN]:
        yield outside, None, address, "tcp", ADMIN_PORTS[1], "the internet to the router's own page"
    leftover = forwarded(plan, people)
    if leftover is not None:
        yield (
            outside,
            leftover,
            people.router[WAN][0],
            "tcp",
            LEFTOVER_PORT,
            f"a forgotten port forward to {leftover.name}",
        )


def forwarded(plan: Plan, people: Cast) -> Host | None:
    """To whom the twin's forgotten port forward leads: the first member with an IPv4 address outside the trusted segments."""
    trusted = {s.name for s in plan.with_role(SegmentRole.TRUSTED)}
    return next((h for h in people.hosts if h.member and h.segment not in trusted and h.address(4)), None)


def _to_router(plan: Plan, people: Cast, host: Host) -> Iterator[_Question]:
    trusted = [a for s in plan.with_role(SegmentRole.TRUSTED) for a in people.router[s.name]]
    own = [a for a in people.router[host.segment] if host.address(a.version)]
    for address in own:
        yield host, None, address, "udp", DNS_PORT, f"{host.name} asks the router for a name"
        yield host, None, address, "tcp", DNS_PORT, f"{host.name} asks the router for a long answer"
        yield host, None, address, _icmp(address), 0, f"{host.name} pings the router"
        yield host, None, address, "tcp", UPNP_PORT, f"{host.name} to the router's UPnP"
        yield host, None, address, "udp", SSDP_PORT, f"{host.name} searches the router by UPnP"
    for address in dict.fromkeys(chain(own, trusted, people.router[WAN])):
        if host.address(address.version):
            for port in ADMIN_PORTS:
                yield host, None, address, "tcp", port, f"{host.name} to the router's administration"


def _to_internet(people: Cast, host: Host) -> Iterator[_Question]:
    talks = _talks(host.member) if host.member is not None else ()
    *clouds, nobody = people.internet
    for version in (4, 6):
        anywhere = nobody.address(version)
        if host.address(version) is None or anywhere is None:
            continue
        yield host, nobody, anywhere, "tcp", 443, f"{host.name} to somebody in the internet"
        yield host, nobody, anywhere, "udp", NTP_PORT, f"{host.name} asks for the time"
        yield host, nobody, anywhere, "udp", DNS_PORT, f"{host.name} asks for names past the router"
        yield host, nobody, anywhere, "tcp", DOT_PORT, f"{host.name} asks for names past the router, encrypted"
        for talk in talks:
            mine = [(c, a) for c in clouds if c.name in talk.names and (a := c.address(version)) is not None]
            for number, (cloud, address) in enumerate(mine):
                # One rule says all ports of all names: every port of the first name, and the first port of every name.
                for port in talk.ports if number == 0 else talk.ports[:1]:
                    yield host, cloud, address, talk.transport.value, port, f"{host.name} to its cloud"
                yield host, cloud, address, "tcp", 22, f"{host.name} to its cloud on a port that is not listed"


def _to_others(people: Cast, host: Host, role: dict[str, SegmentRole]) -> Iterator[_Question]:
    for other in people.hosts:
        if other is host:
            continue
        for address in other.addresses:
            if host.address(address.version) is None:
                continue
            for transport, port in _listed(other):
                yield host, other, address, transport, port, f"{host.name} to {other.name}"
            if role[other.segment] is SegmentRole.TRUSTED:
                for port in COMPUTER_PORTS:
                    yield host, other, address, "tcp", port, f"{host.name} to a computer"
                yield host, other, address, "udp", SNMP_PORT, f"{host.name} to a computer"
                yield host, other, address, _icmp(address), 0, f"{host.name} pings a computer"
            else:
                why = f"{host.name} to {other.name} on a port that is not listed"
                yield host, other, address, "tcp", _unlisted(other), why


def packet_of(
    people: Cast, source: Host, target: Host | None, address: IPAddress, protocol: Protocol, port: int
) -> Packet:
    """The question as the router sees it; `target` is null for the router itself."""
    dnat = target is not None and address in people.router[WAN]
    destination = target.address(4) if dnat and target is not None else address
    own = source.address(address.version)
    assert destination is not None and own is not None  # noqa: S101, PT018 - questions are asked of those that have one
    return Packet(
        came_in=source.segment,
        to=ROUTER if target is None else target.segment,
        source=own,
        destination=destination,
        protocol=protocol,
        port=forwarded_port(target) if dnat else port or None,
        icmp_type=None if protocol not in {"icmp", "icmpv6"} else 8 if protocol == "icmp" else 128,
        mac=None if source.segment == WAN else source.mac,
        dnat=dnat,
        names=people.names.get(address, frozenset()),
    )


def forwarded_port(target: Host | None) -> int:
    """Which port of its target the forgotten port forward leads to."""
    listed = _listed(target) if target is not None else ()
    return listed[0][1] if listed else UNLISTED[0]


def _listed(host: Host) -> tuple[tuple[Protocol, int], ...]:
    """Ports that the plan lets others reach on this host."""
    listens = host.member.listens if host.member is not None else ()
    return tuple(dict.fromkeys((each.transport.value, port) for each in listens for port in each.ports))


def _unlisted(host: Host) -> int:
    listed = {port for transport, port in _listed(host) if transport == "tcp"}
    return next(port for port in chain(UNLISTED, count(10_000)) if port not in listed)


def _talks(member: Member) -> tuple[Talk, ...]:
    return () if isinstance(member.talks, str) else member.talks


def _icmp(address: IPAddress) -> Protocol:
    return "icmp" if address.version == 4 else "icmpv6"


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
    for network in networks:
        prefixes = (p for s in plan.segments for p in (s.prefix, s.prefix6) if p is not None)
        if not any(network in p or p in network for p in prefixes):
            return network
    raise LabError("the plan's networks take all those that are kept for examples, where the twin's internet would be")
