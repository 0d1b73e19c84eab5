"""What a plan means: `verdict(policy, packet)`. The reference that every router's rules are compared with. Pure.

Between segments everything is denied but what is listed here (DESIGN: advice that is true):

| from | to | allowed |
|---|---|---|
| anywhere | anywhere | what belongs to a connection that was allowed (established, related); what is invalid never is |
| trusted | internet, the router | everything |
| trusted, iot | another segment | ports that a member listens on for that segment |
| guest | internet | everything |
| guest | the router | DNS, DHCP, ICMP echo |
| iot | the router | DNS, DHCP, ICMP echo, multicast DNS |
| iot | internet | what the member with this MAC (and, where it keeps one, this IPv4 address) may: `talks` |
| internet | trusted | what the router's owner forwards (destination NAT) |
| internet | the router | DHCP's answers, ICMP echo |
| anywhere | the router | the ICMPv6 without which IPv6 is dead: errors, neighbour and listener discovery |

Packets inside one segment never pass the router: `not-routed`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.plan import INTERFACE_ID, Member, Plan, Segment, SegmentRole, Talk

WAN, ROUTER = "wan", "router"
"""Names that no segment has: the internet's side, and the router itself."""

Protocol = Literal["tcp", "udp", "icmp", "icmpv6", "other"]

DNS, DHCP4_SERVER, DHCP4_CLIENT, DHCP6_CLIENT, DHCP6_SERVER, MDNS = 53, 67, 68, 546, 547, 5353
"""Ports: RFC 1035 4.2, RFC 2131 4.1, RFC 8415 7.2, RFC 6762 3."""

MDNS_GROUPS = (IPAddress("224.0.0.251"), IPAddress("ff02::fb"))
"""RFC 6762, 3."""

ECHO4, ECHO6 = 8, 128
"""Echo request of ICMP (RFC 792) and ICMPv6 (RFC 4443, 4.1)."""

ICMP6_ERRORS = (1, 2, 3, 4)
"""RFC 4443, 3: destination unreachable, packet too big, time exceeded, parameter problem."""

ICMP6_LINK = (130, 131, 132, 133, 134, 135, 136, 143)
"""Listener discovery (RFC 2710, 3; RFC 3810, 5) and router and neighbour discovery (RFC 4861, 4)."""

BOGONS = tuple(
    map(
        IPNetwork,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "224.0.0.0/3", "::/96", "::ffff:0:0/96", "fc00::/7", "fe80::/9", "ff00::/8",
        ),
    )
)  # fmt: skip
"""No address of the internet (IANA special-purpose registries; RFC 6890), among them IPv4 addresses written as IPv6 (RFC
4291, 2.5.5) and what was once site-local (fec0::/10, RFC 3879): a cloud's name that leads to one of these was
answered by somebody who wants to be let into the home (DNS rebinding)."""


class Verdict(StrEnum):
    """What becomes of a packet. `not-routed`: the router never sees it."""

    ALLOW = "allow"
    DENY = "deny"
    NOT_ROUTED = "not-routed"


class State(StrEnum):
    """What connection tracking says of a packet."""

    NEW = "new"
    ESTABLISHED = "established"
    RELATED = "related"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet as the router sees it, after destination NAT and before source NAT."""

    came_in: str
    """The segment it came from, or `WAN`."""
    to: str
    """The segment it is on its way to, `WAN`, or `ROUTER` for any of the router's own addresses."""
    source: IPAddress
    destination: IPAddress
    protocol: Protocol
    port: int | None = None
    """Destination port of TCP and UDP."""
    icmp_type: int | None = None
    mac: EUI | None = None
    """Who sent it on the own link; null for what comes from the internet."""
    state: State = State.NEW
    dnat: bool = False
    """Whether the router forwards it to its destination by a rule of its own."""
    names: frozenset[str] = frozenset()
    """DNS names that the router's resolver has answered with its destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a plan allows, ready for questions."""

    segments: dict[str, Segment]
    members: tuple[Member, ...]

    @classmethod
    def of(cls, plan: Plan) -> "Policy":
        """The policy of `plan`."""
        return cls(segments={s.name: s for s in plan.segments}, members=plan.members)

    def role(self, name: str) -> SegmentRole | None:
        """The role of a segment; null for the internet and the router."""
        segment = self.segments.get(name)
        return None if segment is None else segment.role


def verdict(policy: Policy, packet: Packet) -> Verdict:
    """What becomes of `packet`.

    Raises `KeyError` for a segment that the policy does not have, and for what the router itself sends: no plan is about that.
    """
    if packet.came_in != WAN:
        policy.segments[packet.came_in]
    if packet.to not in {WAN, ROUTER}:
        policy.segments[packet.to]
    if packet.came_in == packet.to:
        return Verdict.NOT_ROUTED
    if packet.state in {State.ESTABLISHED, State.RELATED}:
        return Verdict.ALLOW
    if packet.state is State.INVALID:
        return Verdict.DENY
    allowed = _into_router(policy, packet) if packet.to == ROUTER else _through(policy, packet)
    return Verdict.ALLOW if allowed else Verdict.DENY


def decides(policy: Policy, packet: Packet) -> bool:
    """Whether the plan changes what becomes of `packet`.

    What comes from the internet for the router or a trusted segment, and what trusted segments do with the internet and
    the router, a router keeps as it has it where netguard's rules stand beside its own.
    """
    roles = {policy.role(packet.came_in), policy.role(packet.to)}
    return bool(roles & {SegmentRole.IOT, SegmentRole.GUEST}) or (
        WAN not in (packet.came_in, packet.to) and packet.to != ROUTER
    )


def _into_router(policy: Policy, packet: Packet) -> bool:
    role = policy.role(packet.came_in)
    if role is SegmentRole.TRUSTED:
        return True
    if packet.protocol == "icmpv6":
        return packet.icmp_type in {*ICMP6_ERRORS, *ICMP6_LINK, ECHO6}
    if packet.protocol == "icmp":
        return packet.icmp_type == ECHO4
    four = packet.destination.version == 4
    if role is None:
        served = {("udp", DHCP4_CLIENT if four else DHCP6_CLIENT)}
    else:
        served = {("tcp", DNS), ("udp", DNS), ("udp", DHCP4_SERVER if four else DHCP6_SERVER)}
    if role is SegmentRole.IOT and packet.destination in MDNS_GROUPS:
        served.add(("udp", MDNS))
    return (packet.protocol, packet.port) in served


def _through(policy: Policy, packet: Packet) -> bool:
    came, to = policy.role(packet.came_in), policy.role(packet.to)
    if packet.came_in == WAN:
        return packet.dnat and to is SegmentRole.TRUSTED
    if packet.to == WAN:
        return came is not SegmentRole.IOT or any(_may_talk(member, packet) for member in policy.members)
    return came is not SegmentRole.GUEST and any(_listens(member, packet) for member in policy.members)


def _may_talk(member: Member, packet: Packet) -> bool:
    """Whether the internet side of this packet is one that `member` sent and may reach."""
    if (member.mac, member.segment) != (packet.mac, packet.came_in) or is_bogon(packet.destination):
        return False
    if packet.source.version == 4 and member.addresses4 and packet.source not in member.addresses4:
        return False
    return member.talks == "any" or any(_reaches(talk, packet) for talk in member.talks)


def _reaches(talk: Talk, packet: Packet) -> bool:
    if packet.protocol != talk.transport or packet.port not in talk.ports:
        return False
    return talk.service is not None or any(leads_to(name, allowed) for name in packet.names for allowed in talk.names)


def leads_to(name: str, allowed: str) -> bool:
    """Whether `name` is `allowed` or below it, as resolvers' lists mean it: `eu.lock-cloud.example` by `lock-cloud.example`."""
    return name == allowed or name.endswith(f".{allowed}")


def _listens(member: Member, packet: Packet) -> bool:
    """Whether this packet is for a port that `member` listens on for the segment it comes from."""
    if member.segment != packet.to or not has(member, packet.destination):
        return False
    return any(
        (listen.source, listen.transport) == (packet.came_in, packet.protocol) and packet.port in listen.ports
        for listen in member.listens
    )


def has(member: Member, address: IPAddress) -> bool:
    """Whether `address` is one that `member` keeps, by its lower half where only that is known."""
    if address in member.addresses:
        return True
    return address.version == 6 and (address & INTERFACE_ID) in member.interface_ids


def is_bogon(address: IPAddress) -> bool:
    """Whether no address of the internet looks like this."""
    return any(address in network for network in BOGONS)
