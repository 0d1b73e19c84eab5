"""Which packets show whether a plan's rules are right: who speaks with whom in the twin, and what the plan wants of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from netaddr import IPAddress

from netguard.advise.closing import Door
from netguard.advise.policy import ROUTER, WAN, Packet, Policy, Protocol, Verdict, decides, verdict
from netguard.errors import LabError
from netguard.model.plan import Plan, SegmentRole
from netguard.prove.people import REBOUND, Cast, Host, talks_of

MAX_FLOWS = 20_000
"""Questions of one proof; 24 members make about 7,000. Stops a plan of long lists from keeping a computer busy for hours."""

MAX_CLOUDS = 64
"""Names of clouds that everybody in an isolated network asks for, whosever they are; homes have about twenty. Keeps a plan
of long lists within `MAX_FLOWS`; beyond it, only its own members ask for a name."""

NOT_ASKED = ("DHCP", "multicast DNS", "ICMPv6 other than ping", "connections that began before the rules")
"""What the plan is about as well, and no question here is: each needs more than a packet and its answer."""

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


def flows(plan: Plan, people: Cast, *, beside: bool = False, doors: Sequence[Door] = ()) -> tuple[Flow, ...]:
    """Every question, each once, in a stable order; `beside` for rules that stand beside the router's own.

    `doors` are what a scan found open: everybody else asks for those, too. Raises `LabError` where the plan makes too many.
    """
    policy = Policy.of(plan)
    asked: dict[tuple[str, IPAddress | None, IPAddress, str, int], Flow] = {}
    for source, target, address, protocol, port, why in chain(_found(people, doors), _questions(plan, people)):
        key = (source.name, source.address(address.version), address, protocol, port)
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
    doors = _cloud_doors(plan)
    for host in people.hosts:
        if role[host.segment] is not SegmentRole.TRUSTED or host.member is None:
            yield from _to_router(plan, people, host)
            yield from _to_internet(people, host)
            yield from _to_others(people, host, role)
        if role[host.segment] is SegmentRole.IOT:
            yield from _to_clouds(people, host, doors)
            yield from _unlike_itself(people, host)
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
    talks = talks_of(host.member) if host.member is not None else ()
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


def _cloud_doors(plan: Plan) -> dict[str, list[tuple[Protocol, int]]]:
    """Name of a cloud → what somebody may ask there: the first name of every entry on its first port, then every other name."""
    talks = dict.fromkeys(talk for member in plan.members for talk in talks_of(member) if talk.names)
    first: dict[tuple[str, Protocol, int], None] = {}
    for talk in talks:
        first[talk.names[0], talk.transport.value, talk.ports[0]] = None
    named = {name for name, _, _ in first}
    others: dict[tuple[str, Protocol, int], None] = {}
    for talk in talks:
        others |= {(n, talk.transport.value, talk.ports[0]): None for n in talk.names if n not in named}
        named.update(talk.names)
    found: dict[str, list[tuple[Protocol, int]]] = {}
    for name, transport, port in islice(chain(first, others), MAX_CLOUDS):
        found.setdefault(name, []).append((transport, port))
    return found


def _to_clouds(people: Cast, host: Host, doors: Mapping[str, Sequence[tuple[Protocol, int]]]) -> Iterator[_Question]:
    """Everybody at everybody's clouds: a rule that lets in whoever asks, not its member only, is noticed."""
    for cloud in people.internet:
        for address in cloud.addresses if host.addresses else ():
            for transport, port in doors.get(cloud.name, ()) if host.address(address.version) else ():
                yield host, cloud, address, transport, port, f"{host.name} to a cloud"


def _unlike_itself(people: Cast, host: Host) -> Iterator[_Question]:
    """A member from an address that it does not keep, and at a private address to which its cloud's name leads."""
    if host.member is None or not host.member.talks:
        return
    clouds = {cloud.name: cloud for cloud in people.internet}
    nobody = people.internet[-1]
    allowed: list[tuple[Host, Protocol, int]] = [
        (clouds[talk.names[0]] if talk.names else nobody, talk.transport.value, talk.ports[0])
        for talk in talks_of(host.member)
    ] or [(nobody, "tcp", 443)]
    if host.second is not None:
        other = replace(host, addresses=(host.second,))
        for cloud, transport, port in allowed:
            four = cloud.address(4)
            if four is not None:
                yield (
                    other,
                    cloud,
                    four,
                    transport,
                    port,
                    f"{host.name} to the internet from an address that is not its own",
                )
    _, transport, port = allowed[0]
    for address in clouds[REBOUND].addresses:
        if host.address(address.version) is not None:
            yield (
                host,
                clouds[REBOUND],
                address,
                transport,
                port,
                f"{host.name} to a private address that its cloud's name leads to",
            )


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
                yield host, other, address, "tcp", _unlisted(other, "tcp"), why
                if other.segment != host.segment:
                    yield host, other, address, "udp", _unlisted(other, "udp"), why
                    yield host, other, address, _icmp(address), 0, f"{host.name} pings {other.name}"


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


def _unlisted(host: Host, protocol: Protocol) -> int:
    listed = {port for transport, port in _listed(host) if transport == protocol}
    return next(port for port in chain(UNLISTED, count(10_000)) if port not in listed)


def _icmp(address: IPAddress) -> Protocol:
    return "icmp" if address.version == 4 else "icmpv6"
