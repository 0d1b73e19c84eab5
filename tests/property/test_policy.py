"""What `verdict` promises for every plan and packet; `tests/unit/advise/test_policy.py` has its table row by row."""

from dataclasses import replace
from itertools import chain

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork

from netguard.advise.policy import (
    BOGONS,
    ECHO4,
    ECHO6,
    MDNS_GROUPS,
    ROUTER,
    WAN,
    Packet,
    Policy,
    State,
    Verdict,
    decides,
    is_bogon,
    verdict,
)
from netguard.model.plan import Listen, Member, Plan, SegmentRole
from netguard.model.vocabulary import Transport
from tests.property.homes import home
from tests.property.plans import STRANGER, classes, clouds, free, kept, packets, plans, talks_of

ALLOW, DENY, NOT_ROUTED = Verdict.ALLOW, Verdict.DENY, Verdict.NOT_ROUTED
OLD = {State.ESTABLISHED, State.RELATED}

FLIPPED_PORTS = {67: 547, 68: 546}
"""DHCP's ports and DHCPv6's."""


def allowed(plan: Plan, packet: Packet) -> bool:
    return verdict(Policy.of(plan), packet) is ALLOW


# ---------------------------------------------------------------- properties


@given(st.data(), plans())
def test_what_nobody_lists_is_denied(data, plan):
    """The base of the table is all that passes where no member listens or talks."""
    bare = replace(plan, members=tuple(replace(m, listens=(), talks=()) for m in plan.members))
    packet = data.draw(packets(plan))
    if not allowed(bare, packet):
        return
    roles = {s.name: s.role for s in plan.segments}
    came, to = roles.get(packet.came_in), roles.get(packet.to)
    assert (
        packet.state in OLD
        or (came in {SegmentRole.TRUSTED, SegmentRole.GUEST} and packet.to == WAN)
        or (packet.to == ROUTER and (came is SegmentRole.TRUSTED or served(packet, came)))
        or (packet.came_in == WAN and to is SegmentRole.TRUSTED and packet.dnat)
    )


def served(packet, role):
    """What the router does for others than trusted segments, as RFCs number it."""
    if packet.protocol == "icmp":
        return packet.icmp_type == 8
    if packet.protocol == "icmpv6":
        return packet.icmp_type in {1, 2, 3, 4, 128, 130, 131, 132, 133, 134, 135, 136, 143}
    if role is None:
        return (packet.protocol, packet.port) == ("udp", 68 if packet.source.version == 4 else 546)
    to_group = packet.port == 5353 and str(packet.destination) in {"224.0.0.251", "ff02::fb"}
    if to_group and packet.protocol == "udp" and role is SegmentRole.IOT:
        return True
    dhcp = ("udp", 67 if packet.source.version == 4 else 547)
    return (packet.protocol, packet.port) in {("tcp", 53), ("udp", 53), dhcp}


def poorer(plan: Plan) -> list[Plan]:
    """The plan with one permission less, in every way."""
    found = []
    for n, member in enumerate(plan.members):
        before, after = plan.members[:n], plan.members[n + 1 :]
        less = [replace(member, talks=())] if member.talks else []
        less += [replace(member, listens=_without(member.listens, each)) for each in member.listens]
        less += [
            replace(member, listens=_changed(member.listens, each, ports=_without(each.ports, port)))
            for each in member.listens
            for port in each.ports
        ]
        for talk in talks_of(member):
            less.append(replace(member, talks=_without(member.talks, talk)))
            less += [
                replace(member, talks=_changed(member.talks, talk, ports=_without(talk.ports, p))) for p in talk.ports
            ]
            less += [
                replace(member, talks=_changed(member.talks, talk, names=_without(talk.names, n))) for n in talk.names
            ]
        found += [replace(plan, members=(*before, *after))]
        found += [replace(plan, members=(*before, one, *after)) for one in less]
    return found


def _without(items, item):
    index = items.index(item)
    return (*items[:index], *items[index + 1 :])


def _changed(items, item, **fields):
    index = items.index(item)
    return (*items[:index], replace(item, **fields), *items[index + 1 :])


@given(st.data(), plans())
def test_nothing_opens_by_permitting_less(data, plan):
    assume(plan.members)
    less = data.draw(st.sampled_from(poorer(plan)))
    packet = data.draw(packets(plan))

    assert allowed(plan, packet) or not allowed(less, packet)


@given(st.data(), plans())
def test_guests_never_reach_iot_whatever_the_plan_says(data, plan):
    """Also where a plan was not read from a file, and members listen for the guests."""
    guests = [s.name for s in plan.with_role(SegmentRole.GUEST)]
    iot = [s.name for s in plan.with_role(SegmentRole.IOT)]
    assume(guests and iot)
    source = data.draw(st.sampled_from(guests))
    wide = tuple(
        replace(m, talks="any", listens=(*m.listens, Listen(transport=Transport.TCP, ports=(9, 443), source=source)))
        for m in plan.members
    )
    packet = data.draw(packets(plan, came_in=source, to=data.draw(st.sampled_from(iot))))

    got = verdict(Policy.of(replace(plan, members=wide)), packet)

    assert got is (ALLOW if packet.state in OLD else DENY)


def flip(address: IPAddress) -> IPAddress:
    """The IPv6 address that stands for an IPv4 one: those of homes for those of homes, groups for groups."""
    if address in MDNS_GROUPS:
        return MDNS_GROUPS[1]
    upper = "ff02::" if address.is_multicast() else "fd00::" if is_bogon(address) else "2001:db8::"
    return IPAddress(int(IPAddress(upper)) + int(address), 6)


def flip_plan(plan: Plan) -> Plan:
    """An IPv4 plan in IPv6."""
    return replace(
        plan,
        segments=tuple(
            replace(
                s,
                prefix=None,
                prefix6=IPNetwork(f"{flip(s.prefix[0])}/{96 + s.prefix.prefixlen}"),
                router=tuple(map(flip, s.router)),
            )
            for s in plan.segments
        ),
        members=tuple(replace(m, addresses=tuple(map(flip, m.addresses))) for m in plan.members),
    )


@given(st.data(), plans(versions=(4,)))
def test_ipv6_gets_the_same_as_ipv4(data, plan):
    """But for the sender's own address: IPv6 gives a device many, so that its MAC alone has to do."""
    packet = data.draw(packets(plan, version=4))
    assume(packet.protocol != "icmp" or packet.icmp_type == ECHO4)
    keeps = [m for m in plan.members if m.mac == packet.mac and m.addresses4]
    assume(not keeps or packet.source in keeps[0].addresses4)

    mirrored = replace(
        packet,
        source=flip(packet.source),
        destination=flip(packet.destination),
        protocol="icmpv6" if packet.protocol == "icmp" else packet.protocol,
        icmp_type=ECHO6 if packet.protocol == "icmp" else None,
        port=FLIPPED_PORTS.get(packet.port, packet.port),
    )

    assume(packet.port not in FLIPPED_PORTS.values())
    assert verdict(Policy.of(flip_plan(plan)), mirrored) is verdict(Policy.of(plan), packet)


@given(st.data(), plans())
def test_the_order_of_anything_is_irrelevant(data, plan):
    shuffled = replace(
        plan,
        segments=tuple(data.draw(st.permutations(plan.segments))),
        members=tuple(
            replace(
                m,
                addresses=tuple(data.draw(st.permutations(m.addresses))),
                listens=tuple(data.draw(st.permutations(m.listens))),
                talks=m.talks if m.talks == "any" else tuple(data.draw(st.permutations(m.talks))),
            )
            for m in data.draw(st.permutations(plan.members))
        ),
    )
    packet = data.draw(packets(plan))

    assert verdict(Policy.of(shuffled), packet) is verdict(Policy.of(plan), packet)


home_addresses = st.sampled_from(BOGONS).flatmap(
    lambda network: st.integers(network.first, network.last).map(lambda n: IPAddress(n, network.version))
)


@given(st.data(), plans(), home_addresses)
def test_no_name_leads_an_iot_member_to_an_address_that_is_no_internet(data, plan, address):
    iot = [s.name for s in plan.with_role(SegmentRole.IOT)]
    assume(iot)
    packet = data.draw(packets(plan, came_in=data.draw(st.sampled_from(iot)), to=WAN, version=address.version))
    names = frozenset(chain.from_iterable(clouds(plan)))

    got = verdict(Policy.of(plan), replace(packet, destination=address, names=names, state=State.NEW))

    assert got is DENY


@given(st.data(), plans())
def test_inside_one_segment_the_router_sees_nothing(data, plan):
    name = data.draw(st.sampled_from([s.name for s in plan.segments]))
    packet = data.draw(packets(plan, came_in=name, to=name))

    assert verdict(Policy.of(plan), packet) is NOT_ROUTED


@given(st.data(), plans())
def test_connections_that_stand_pass_and_invalid_packets_never(data, plan):
    packet = data.draw(packets(plan))
    assume(packet.came_in != packet.to)

    for state, wanted in ((State.ESTABLISHED, ALLOW), (State.RELATED, ALLOW), (State.INVALID, DENY)):
        assert verdict(Policy.of(plan), replace(packet, state=state)) is wanted


@given(st.data(), plans())
def test_the_internet_reaches_iot_and_guests_by_no_forwarded_port(data, plan):
    behind = [s.name for s in plan.segments if s.role is not SegmentRole.TRUSTED]
    assume(behind)
    packet = data.draw(packets(plan, came_in=WAN, to=data.draw(st.sampled_from(behind))))

    assert verdict(Policy.of(plan), replace(packet, state=State.NEW)) is DENY


@given(st.data(), plans())
def test_a_member_in_another_segment_is_a_stranger(data, plan):
    """Whoever plugs the lock into the wrong network gets no more than anybody there."""
    packet = data.draw(packets(plan))
    away = {m.mac for m in plan.members if m.segment != packet.came_in}
    assume(away)
    moved = replace(packet, mac=data.draw(st.sampled_from(sorted(away))))

    assert verdict(Policy.of(plan), moved) is verdict(Policy.of(plan), replace(packet, mac=STRANGER))


@given(st.data(), plans(segments=2))
def test_what_is_open_to_one_segment_is_not_to_another(data, plan):
    came_in, to = data.draw(st.permutations([s.name for s in plan.segments]))[:2]
    packet = data.draw(packets(plan, came_in=came_in, to=to))
    others = tuple(replace(m, listens=tuple(n for n in m.listens if n.source != came_in)) for m in plan.members)

    assert verdict(Policy.of(replace(plan, members=others)), replace(packet, state=State.NEW)) is DENY


@given(st.data(), plans(segments=3))
def test_an_address_is_a_members_in_its_own_segment_only(data, plan):
    """An interface identifier comes by in every prefix."""
    came_in, to, own = data.draw(st.permutations([s.name for s in plan.segments]))[:3]
    packet = replace(data.draw(packets(plan, came_in=came_in, to=to)), state=State.NEW, icmp_type=None)
    policy = Policy.of(replace(plan, members=tuple(m for m in plan.members if m.segment == own)))

    for member in policy.members:
        for address in (a for version in (4, 6) for a in kept(plan, member, version)):
            for listen in (n for n in member.listens if n.source != to):
                asked = replace(packet, came_in=listen.source, destination=address, protocol=listen.transport.value)
                assert verdict(policy, replace(asked, port=listen.ports[0])) is DENY


@given(st.data(), plans())
def test_what_the_plan_does_not_decide_does_not_depend_on_its_members(data, plan):
    packet = data.draw(packets(plan))
    if not decides(Policy.of(plan), packet):
        assert allowed(plan, packet) == allowed(replace(plan, members=()), packet)


@given(plans())
@settings(max_examples=40)
def test_what_is_listed_passes(plan):
    """From the plan's side: every port of every entry, by each address that a member keeps."""
    policy = Policy.of(plan)
    for member in plan.members:
        for listen in member.listens:
            for version in (4, 6):
                source = free(plan, listen.source, version, 0)
                for address in kept(plan, member, version):
                    for port in listen.ports:
                        packet = Packet(
                            came_in=listen.source, to=member.segment, source=source, destination=address,
                            protocol=listen.transport.value, port=port,
                        )  # fmt: skip
                        assert verdict(policy, packet) is ALLOW
        if plan.segment(member.segment).role is SegmentRole.IOT:
            assert all(verdict(policy, packet) is ALLOW for packet in wanted(plan, member))


def wanted(plan: Plan, member: Member):
    """What the member's `talks` promise, by each of its addresses."""
    for version in (4, 6):
        for source in kept(plan, member, version):
            for talk in talks_of(member):
                for name in talk.names or ("anywhere.example",):
                    for port in talk.ports:
                        yield Packet(
                            came_in=member.segment, to=WAN, source=source, destination=IPAddress("203.0.113.7"),
                            protocol=talk.transport.value, port=port, mac=member.mac, names=frozenset({name}),
                        )  # fmt: skip


# ---------------------------------------------------------------- classes


@given(st.data(), plans(members=4))
@settings(max_examples=60)
def test_a_packet_that_tells_two_plans_apart_has_a_class_that_does(data, plan):
    assume(plan.members)
    less = data.draw(st.sampled_from(poorer(plan)))
    packet = data.draw(packets(plan))
    one, other = Policy.of(plan), Policy.of(less)

    if verdict(one, packet) is not verdict(other, packet):
        assert any(verdict(one, each) is not verdict(other, each) for each in classes(plan))


def test_every_permission_of_a_plan_is_noticed_by_a_class():
    plan = home()
    policy, every = Policy.of(plan), list(classes(plan))

    for less in poorer(plan):
        missing = {m.name for m in plan.members} - {m.name for m in less.members}
        if missing != {"camera"}:  # it neither listens nor talks
            assert any(verdict(policy, p) is not verdict(Policy.of(less), p) for p in every), less


@given(plans(members=10))
@settings(max_examples=20)
def test_classes_are_possible_packets_each_once_and_not_too_many(plan):
    found = list(classes(plan))

    assert found == list(classes(plan))
    assert len(found) == len(set(found))
    assert len(found) < 15_000
    for packet in found:
        assert packet.source.version == packet.destination.version
        assert (packet.port is not None) == (packet.protocol in {"tcp", "udp"})
        assert (packet.icmp_type is not None) == packet.protocol.startswith("icmp")
        assert packet.protocol != ("icmpv6" if packet.source.version == 4 else "icmp")
        assert (packet.mac is None) == (packet.came_in == WAN)


def test_every_way_through_a_home_is_among_the_classes():
    plan = home()
    policy = Policy.of(plan)
    found = {(p.came_in, p.to, p.source.version, p.state, verdict(policy, p)) for p in classes(plan)}

    inside = ("trusted", "iot", "guest")
    for came_in, to, version in ((a, b, v) for a in (*inside, WAN) for b in (*inside, WAN, ROUTER) for v in (4, 6)):
        if came_in == to:
            assert (came_in, to, version, State.NEW, NOT_ROUTED) in found
        else:
            assert {(came_in, to, version, s, ALLOW) for s in OLD} < found
            assert (came_in, to, version, State.INVALID, DENY) in found
    both = {
        ("iot", WAN),
        ("trusted", "iot"),
        ("iot", "trusted"),
        ("iot", ROUTER),
        ("guest", ROUTER),
        (WAN, ROUTER),
        (WAN, "trusted"),
    }
    for came_in, to in both:
        assert {(came_in, to, v, State.NEW, w) for v in (4, 6) for w in (ALLOW, DENY)} < found
