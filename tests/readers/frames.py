"""A plan's packets as nftables sees them, and what has to become of each: by the policy, and around what it speaks of.

`asked(plan, overlay)` has a frame for every class of packet of the plan, what is inside one segment and what comes by an
interface that the plan does not know included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netaddr import EUI, IPAddress

from netguard.advise.policy import ROUTER, WAN, Packet, Policy, State, Verdict, decides, verdict
from netguard.model.plan import Plan, SegmentRole
from tests.property.plans import classes, clouds, free, rebound
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
    packets = [each for packet in classes(plan) for each in _with_twin(policy, packet)]
    return [*(_wanted(plan, policy, each, overlay=overlay) for each in packets), *_around(plan, overlay=overlay)]


def _with_twin(policy: Policy, packet: Packet) -> Iterator[Packet]:
    """What is allowed to begin a connection, as a packet that belongs to none; what is not, as one that belongs to one."""
    yield packet
    if packet.state is State.NEW:
        allowed = verdict(policy, packet) is Verdict.ALLOW
        yield replace(packet, state=State.INVALID if allowed else State.ESTABLISHED)


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
    return [(version, address, sorted(names)) for version, address, names in places]
