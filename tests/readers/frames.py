"""A plan's packets as nftables sees them, and what has to become of each: by the policy, and around what it speaks of.

`asked(plan, overlay)` has a frame for every class of packet of the plan, what is inside one segment and what comes by an
interface that the plan does not know included; and for what hardly ever comes by, so that no condition of a rule is
without a frame that needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, product

from netaddr import EUI, IPAddress

from netguard.advise.policy import BOGONS, ROUTER, WAN, Packet, Policy, State, Verdict, decides, verdict
from netguard.model.plan import Member, Plan, SegmentRole
from tests.property.plans import classes, clouds, free, kept, rebound, senders, talks_of
from tests.readers.nftables import PROTOCOLS, UNTRACKED, Fate, Frame

OTHER = PROTOCOLS["gre"]
UNKNOWN = "tun9"
"""An interface that no plan has."""

PROVIDER = int(EUI("02:00:5e:00:53:fe"))
"""The MAC of the provider's router, from which everything of the internet comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What has to become of a frame, and the packet it was made of, for the message of a failure."""

    frame: Frame
    verdict: str
    masqueraded: bool = False
    packet: Packet | None = None

    def holds(self, fate: Fate) -> bool:
        return (fate.verdict, fate.masqueraded) == (self.verdict, self.masqueraded)


def asked(plan: Plan, *, overlay: bool = False) -> list[Wanted]:
    """Every frame with what the plan wants of it."""
    policy = Policy.of(plan)
    ways = (classes(plan), _astray(plan), _to_no_internet(plan), _answered_with_home(plan), _of_no_connection(plan))
    every = dict.fromkeys(chain(*ways))
    packets = [each for packet in every for each in _with_twin(policy, packet)]
    return [*(_wanted(plan, policy, each, overlay=overlay) for each in packets), *_around(plan, overlay=overlay)]


def _with_twin(policy: Policy, packet: Packet) -> Iterator[Packet]:
    """What is allowed to begin a connection, as a packet that belongs to none; what is not, as one that belongs to one."""
    yield packet
    if packet.state is State.NEW:
        allowed = verdict(policy, packet) is Verdict.ALLOW
        yield replace(packet, state=State.INVALID if allowed else State.ESTABLISHED)


def _astray(plan: Plan) -> Iterator[Packet]:
    """For the address and port of a member, but on the way into a network in which it does not live."""
    for member, version in product(plan.members, (4, 6)):
        for listen, address in product(member.listens, kept(plan, member, version)):
            for to in [*(s.name for s in plan.segments if s.name not in {member.segment, listen.source}), WAN]:
                mac, source = senders(plan, listen.source, version)[0]
                yield _packet(listen.source, to, source, address, mac, (listen.transport.value, listen.ports[0]))


def _to_no_internet(plan: Plan) -> Iterator[Packet]:
    """To both ends of everything that is no internet, and to what lies beside it, as if a cloud's name led there."""
    for member, address in product(_isolated(plan), _ends()):
        source = _own(plan, member, address.version)
        for port in _talks(member):
            packet = _packet(member.segment, WAN, source, address, member.mac, port)
            yield replace(packet, names=_every_name(plan))


def _answered_with_home(plan: Plan) -> Iterator[Packet]:
    """Where a cloud's name was answered with an address of the home itself: to it, as if to the cloud."""
    for member, version in product(_isolated(plan), (4, 6)):
        source = _own(plan, member, version)
        for segment in (s for s in plan.segments if s.name != member.segment):
            for address, port in product(_at_home(plan, segment.name, version), _talks(member)):
                packet = _packet(member.segment, segment.name, source, address, member.mac, port)
                yield replace(packet, names=_every_name(plan))


def _of_no_connection(plan: Plan) -> Iterator[Packet]:
    """From things to what is no internet, and belongs to no connection: dropped for the latter before it is refused for the former."""
    for segment, network in product(plan.with_role(SegmentRole.IOT), BOGONS):
        mac, source = senders(plan, segment.name, network.version)[0]
        address = IPAddress(network.first + 1, network.version)
        packet = _packet(segment.name, WAN, source, address, mac, ("tcp", 443))
        yield replace(packet, state=State.INVALID)


def _ends() -> list[IPAddress]:
    found = []
    for network in BOGONS:
        ends = {network.first - 1, network.first, network.last, network.last + 1}
        last = 2 ** (32 if network.version == 4 else 128) - 1
        found += [IPAddress(end, network.version) for end in sorted(ends) if 0 <= end <= last]
    return list(dict.fromkeys(found))


def _own(plan: Plan, member: Member, version: int) -> IPAddress:
    return (kept(plan, member, version) or [free(plan, member.segment, version, 1)])[0]


def _talks(member: Member) -> list[tuple[str, int]]:
    return [(t.transport.value, t.ports[0]) for t in talks_of(member)] or [("tcp", 443)]


def _isolated(plan: Plan) -> list[Member]:
    return [m for m in plan.members if plan.segment(m.segment).role is SegmentRole.IOT and m.talks]


def _at_home(plan: Plan, segment: str, version: int) -> list[IPAddress]:
    members = [m for m in plan.members if m.segment == segment]
    return [free(plan, segment, version, 0), *(a for m in members for a in kept(plan, m, version))]


def _every_name(plan: Plan) -> frozenset[str]:
    return frozenset(name for m in plan.members for talk in talks_of(m) for name in talk.names)


def _packet(came_in: str, to: str, source: IPAddress, destination: IPAddress, mac, port: tuple[str, int]) -> Packet:
    return Packet(
        came_in=came_in, to=to, source=source, destination=destination, protocol=port[0], port=port[1], mac=mac
    )


def _wanted(plan: Plan, policy: Policy, packet: Packet, *, overlay: bool) -> Wanted:
    frame = seen(plan, packet)
    meant = verdict(policy, packet)
    if overlay:
        denied = meant is Verdict.DENY and decides(policy, packet)
    else:
        old = packet.state in {State.ESTABLISHED, State.RELATED}
        denied = meant is Verdict.DENY or (packet.came_in == packet.to == WAN and not old)
    if denied:
        how = "drop" if packet.came_in == WAN or packet.state is State.INVALID else "reject"
        return Wanted(frame=frame, verdict=how, packet=packet)
    leaves = packet.to == WAN and frame.version == 4 and not overlay
    return Wanted(frame=frame, verdict="accept", masqueraded=leaves, packet=packet)


def seen(plan: Plan, packet: Packet) -> Frame:
    """The packet at its hook. What a bridge hands on inside one segment comes by `forward`, too."""
    tracked = packet.protocol != "icmpv6" or packet.icmp_type not in UNTRACKED or packet.state is not State.NEW
    return Frame(
        hook="input" if packet.to == ROUTER else "forward",
        iif=_interface(plan, packet.came_in),
        oif="" if packet.to == ROUTER else _interface(plan, packet.to),
        version=packet.source.version,
        protocol=OTHER if packet.protocol == "other" else PROTOCOLS[packet.protocol],
        saddr=int(packet.source),
        daddr=int(packet.destination),
        mac=PROVIDER if packet.mac is None else int(packet.mac),
        dport=packet.port,
        icmp=packet.icmp_type,
        state=packet.state.value if tracked else "untracked",
        dnat=packet.dnat,
    )


def _interface(plan: Plan, name: str) -> str:
    return str(plan.wan if name == WAN else plan.segment(name).interface)


def _around(plan: Plan, *, overlay: bool) -> Iterator[Wanted]:
    """The router's talks with itself, and an interface that the plan does not have."""
    kept = {SegmentRole.IOT, SegmentRole.GUEST}
    for version, here, there in ((4, "127.0.0.1", "192.0.2.9"), (6, "::1", "2001:db8:77::9")):
        base = Frame(
            hook="input", iif="lo", oif="", version=version, protocol=PROTOCOLS["tcp"], saddr=int(IPAddress(here)),
            daddr=int(IPAddress(here)), dport=53,
        )  # fmt: skip
        yield from (Wanted(frame=replace(base, state=state.value), verdict="accept") for state in State)
        strange = replace(base, iif=UNKNOWN, saddr=int(IPAddress(there)), dport=443)
        yield Wanted(frame=strange, verdict="accept" if overlay else "drop")
        for segment in plan.segments:
            to = replace(
                strange, hook="forward", oif=str(segment.interface), daddr=int(free(plan, segment.name, version, 0))
            )
            dropped = not overlay or segment.role in kept
            yield Wanted(frame=to, verdict="drop" if dropped else "accept")
            yield Wanted(frame=replace(to, state="established"), verdict="accept")
            fro = replace(to, iif=to.oif, oif=UNKNOWN, saddr=to.daddr, daddr=to.saddr)
            yield Wanted(frame=fro, verdict="reject" if dropped else "accept")
        out = replace(strange, hook="forward", oif=str(plan.wan))
        yield Wanted(frame=out, verdict="accept" if overlay else "drop")


def answers(plan: Plan) -> list[tuple[int, IPAddress, list[str]]]:
    """What the resolver of this home has been asked and has answered: version, address, names."""
    places = [(version, address, names) for names, each in clouds(plan).items() for version, address in each.items()]
    places += [(version, address, names) for version in (4, 6) for address, names in rebound(plan, version)]
    assert len({address for _, address, _ in places}) == len(places), "one address, several sets of names"
    home = [address for s in plan.segments for v in (4, 6) for address in _at_home(plan, s.name, v)]
    places += [(address.version, address, _every_name(plan)) for address in dict.fromkeys([*home, *_ends()])]
    return [(version, address, sorted(names)) for version, address, names in places]
