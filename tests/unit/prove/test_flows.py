"""Which questions a proof asks: the plan's answer to each, nobody forgotten, and no end of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork

from netguard.advise import planfile
from netguard.advise.policy import ROUTER, WAN, Packet, Policy, Verdict, decides, is_bogon, verdict
from netguard.advise.ruleset import CLOUD_SETS, ruleset
from netguard.advise.snippet import snippet
from netguard.errors import LabError
from netguard.model.plan import Domain, Listen, Member, Name, Plan, Talk
from netguard.model.vocabulary import Transport
from netguard.prove.flows import MAX_CLOUDS, MAX_FLOWS, flows, forwarded
from netguard.prove.people import MAX_MEMBERS, REBOUND, STRANGER, cast
from netguard.rules import platforms
from tests.lab.flows.houses import house
from tests.property.homes import home
from tests.property.plans import plans


def member(number: int, segment: str = "iot", **more: object) -> Member:
    """A member of the home that nothing but its number tells from others."""
    return Member(name=Name.of(f"m{number}"), mac=EUI(0x020000000100 + number), segment=Name.of(segment), **more)  # type: ignore[arg-type]


def with_members(*members: Member) -> Plan:
    """The home with these members only."""
    return replace(home(), members=members)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize("beside", [False, True])
def test_the_46_flows_want_what_the_policy_says(seed: int | None, beside: bool) -> None:
    known = house(seed, beside=beside)
    policy = Policy.of(known.plan)
    assert len(known.flows) == 46
    for flow in known.flows:
        assert verdict(policy, flow.packet) == flow.wanted, flow
        assert flow.decided == (not beside or decides(policy, flow.packet))
    assert {f.id for f in known.flows if not f.decided} == (
        {"F24", "F25", "F43", "F44", "F45", "F46"} if beside else set()
    )


@given(st.data())
@settings(max_examples=60)
def test_every_question_has_the_plans_answer_and_is_asked_once(data: st.DataObject) -> None:
    plan = data.draw(plans())
    people = cast(plan)
    everybody = {h.name: h for h in (*people.hosts, *people.internet)}
    assert len(everybody) == len(people.hosts) + len(people.internet)
    assert {str(m.name) for m in plan.members} <= set(everybody) | set(people.left_out)
    policy = Policy.of(plan)
    asked = flows(plan, people)
    assert (
        len({flow.id for flow in asked})
        == len({(f.source, f.packet.source, f.address, f.protocol, f.port) for f in asked})
        == len(asked)
    )
    for flow in asked:
        assert flow.wanted == verdict(policy, flow.packet)
        source = everybody[flow.source]
        assert flow.packet.source in {source.address(flow.address.version), source.second}
        assert (flow.packet.came_in, flow.packet.mac) == (source.segment, None if source.segment == WAN else source.mac)
        owned = (
            people.router.values() if flow.target == ROUTER else [everybody[flow.target].addresses, people.router[WAN]]
        )
        assert any(flow.address in addresses for addresses in owned)


@given(st.data())
@settings(max_examples=60)
def test_nobody_has_an_address_of_another_or_outside_of_their_network(data: st.DataObject) -> None:
    plan = data.draw(plans())
    people = cast(plan)
    router = [a for addresses in people.router.values() for a in addresses]
    owned = [a for host in people.hosts for a in (*host.addresses, *({host.second} - {None}))]
    assert len(set(owned)) == len(owned)
    assert not set(owned) & set(router)
    assert not {a for h in people.internet for a in h.addresses} & {*owned, *router}
    for host in people.hosts:
        segment = plan.segment(host.segment)
        assert all(a in segment.prefix_of(a.version) for a in host.addresses)
        assert host.second is None or host.second in segment.prefix


def test_what_a_proof_has_to_show_is_asked() -> None:
    plan = home()
    people = cast(plan)
    own = {a for host in (*people.hosts, *people.internet) for a in host.addresses}
    asked = {
        (f.source, f.target, f.protocol, f.port, f.address.version): f.wanted
        for f in flows(plan, people) if f.packet.source in own
    }  # fmt: skip
    allow, deny = Verdict.ALLOW, Verdict.DENY
    stranger = {s.name: f"{STRANGER} {s.name}" for s in plan.segments}
    for version in (4, 6):
        assert asked[stranger["trusted"], "hub", "tcp", 8443, version] is allow
        assert asked[stranger["guest"], "hub", "tcp", 8443, version] is deny
        assert asked[stranger["trusted"], stranger["iot"], "tcp", 23, version] is deny
        assert asked["hub", "lock-cloud.example", "tcp", 443, version] is allow
        assert asked["hub", "lock-cloud.example", "tcp", 22, version] is deny
        assert asked["hub", "nobody-listed.example", "tcp", 443, version] is deny
        assert asked["hub", "nobody-listed.example", "udp", 123, version] is allow
        assert asked["hub", "router", "tcp", 53, version] is allow
        assert asked["hub", "router", "tcp", 80, version] is deny
        assert asked["hub", "camera", "tcp", 23, version] is Verdict.NOT_ROUTED
        assert asked["nobody-listed.example", "hub", "tcp", 8443, version] is deny
    assert asked["nobody-listed.example", "hub", "tcp", 40443, 4] is deny


def test_the_router_is_asked_at_each_of_its_addresses() -> None:
    plan = home()
    people = cast(plan)
    at = {f.address for f in flows(plan, people) if (f.source, f.target, f.port) == ("camera", ROUTER, 443)}
    assert at == {*people.router["trusted"], *people.router["iot"], *people.router[WAN]}


def test_one_of_every_kind_speaks_before_a_second_of_any() -> None:
    many = [member(n) for n in range(MAX_MEMBERS + 10)]
    talking = member(99, talks=(Talk(transport=Transport.TCP, ports=(443,), names=(Domain.of("a.example"),)),))
    other = member(98, segment="guest")
    people = cast(with_members(*many, talking, other))
    speaking = [str(h.name) for h in people.hosts if h.member is not None]
    assert len(speaking) == MAX_MEMBERS
    assert {"m98", "m99"} <= set(speaking)
    assert people.left_out == tuple(f"m{n}" for n in range(MAX_MEMBERS - 2, MAX_MEMBERS + 10))


def test_nobody_is_left_out_where_there_is_room() -> None:
    assert cast(home()).left_out == ()


def test_every_port_and_every_name_of_a_cloud_is_asked_but_not_every_pair() -> None:
    names = tuple(Domain.of(f"n{n}.example") for n in range(30))
    ports = tuple(range(2000, 2030))
    plan = with_members(member(1, talks=(Talk(transport=Transport.UDP, ports=ports, names=names),)))
    everything = flows(plan, cast(plan))
    asked = [f for f in everything if f.source == "m1" and f.protocol == "udp" and f.target in names]
    assert {f.target for f in asked} == set(names)
    assert {f.port for f in asked} == set(ports)
    assert len(asked) == 2 * (len(names) + len(ports) - 1)
    assert {f.wanted for f in asked} == {Verdict.ALLOW}


def test_a_plan_of_endless_lists_is_refused_and_not_half_asked() -> None:
    ports = tuple(range(1, 65))
    listens = tuple(Listen(transport=t, ports=ports, source=Name.of("trusted")) for t in Transport)
    plan = with_members(*(member(n, addresses=(IPAddress(f"10.77.2.{40 + n}"),), listens=listens) for n in range(20)))
    with pytest.raises(LabError, match=f"{MAX_FLOWS:,} questions"):
        flows(plan, cast(plan))


def test_a_member_that_listens_everywhere_is_still_asked_at_a_port_that_is_not_listed() -> None:
    listens = (Listen(transport=Transport.TCP, ports=(23, 8080, 9999, 10000), source=Name.of("trusted")),)
    plan = with_members(member(1, addresses=(IPAddress("10.77.2.41"),), listens=listens))
    asked = {
        (f.port, f.wanted) for f in flows(plan, cast(plan)) if (f.source, f.target) == (f"{STRANGER} trusted", "m1")
    }
    assert (10001, Verdict.DENY) in asked


def test_a_full_network_has_nobody_that_the_plan_does_not_know() -> None:
    full = """
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: full, role: iot, interface: lan0, prefix: 10.1.1.0/30, router: [10.1.1.1]}
  - {name: home, role: trusted, interface: lan1, prefix: 10.1.2.0/24}
members:
  - {name: hub, mac: "02:00:00:00:00:01", segment: full, addresses: [10.1.1.2]}
"""
    plan = planfile.read(full.encode())
    people = cast(plan)
    assert {h.name: tuple(map(str, h.addresses)) for h in people.hosts if h.segment == "full"} == {
        "hub": ("10.1.1.2",), f"{STRANGER} full": (),
    }  # fmt: skip
    assert not any(f.source == f"{STRANGER} full" for f in flows(plan, people))


@pytest.mark.parametrize(
    ("prefix", "prefix6", "internet"),
    [
        ("203.0.113.0/24", "2001:db8:cafe::/64", ("198.51.100.", "2001:db8:beef:")),
        ("198.0.0.0/7", "2001:db8::/32", ("203.0.113.", "3fff:cafe:")),
    ],
)  # fmt: skip
def test_the_internet_is_where_the_plan_is_not(prefix: str, prefix6: str, internet: tuple[str, str]) -> None:
    plan = home()
    first = replace(plan.segments[0], prefix=IPNetwork(prefix), prefix6=IPNetwork(prefix6), router=())
    people = cast(replace(plan, segments=(first, *plan.segments[1:]), members=plan.members[1:]))
    assert all(str(a).startswith(internet) for h in people.internet if h.name != REBOUND for a in h.addresses)


def test_a_plan_without_room_for_an_internet_cannot_be_tried() -> None:
    plan = home()
    first = replace(plan.segments[0], prefix=IPNetwork("192.0.0.0/2"), prefix6=None, router=())
    with pytest.raises(LabError, match="where the twin's internet would be"):
        cast(replace(plan, segments=(first, *plan.segments[1:]), members=()))


def test_the_forgotten_forward_leads_to_the_first_who_is_not_trusted() -> None:
    plan = home()
    people = cast(plan)
    leads = forwarded(plan, people)
    assert leads is not None
    assert leads.name == "hub"
    alone = replace(plan, members=plan.members[:1])
    assert forwarded(alone, cast(alone)) is None


NEIGHBOURS = """
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: lan0, prefix: 10.1.2.0/24, prefix6: "2001:db8:1::/64"}
  - {name: things, role: iot, interface: lan1, prefix: 10.1.1.0/24, prefix6: "2001:db8:2::/64"}
  - {name: toys, role: iot, interface: lan2, prefix: 10.1.3.0/24}
members:
  - name: hub
    mac: "02:00:00:00:00:01"
    segment: things
    addresses: [10.1.1.2, "::2"]
    talks: [{names: [a.example, b.example], transport: tcp, ports: [443]}, {names: [c.example], transport: udp, ports: [99]}, {service: ntp}]
  - {name: camera, mac: "02:00:00:00:00:02", segment: things, addresses: [10.1.1.3], talks: any}
  - {name: bulb, mac: "02:00:00:00:00:03", segment: things, talks: [{names: [d.example], transport: tcp, ports: [8883]}]}
  - {name: doll, mac: "02:00:00:00:00:04", segment: toys, addresses: [10.1.3.9], talks: []}
"""
"""Members that keep an address and one that does not, some with clouds of their own, one with the whole internet."""


def _as_another(policy: Policy, plan: Plan, packet: Packet) -> bool:
    """Whether a member of the network it came from that may go to named clouds only may send this, by its MAC and address."""
    return any(
        verdict(
            policy,
            replace(packet, mac=m.mac, source=m.addresses4[0] if m.addresses4 and packet.source.version == 4 else packet.source),
        ) is Verdict.ALLOW
        for m in plan.members if m.segment == packet.came_in and m.talks != "any"
    )  # fmt: skip


WRONG: dict[str, Callable[[Policy, Plan, Packet], bool]] = {
    "whoever asks may go to a member's cloud": lambda policy, plan, p: (
        p.to == WAN and bool(p.names - {"nobody-listed.example"}) and _as_another(policy, plan, p)
    ),
    "a member's address is not looked at": lambda policy, plan, p: (
        p.to == WAN and any(
            m.mac == p.mac and m.addresses4 and verdict(policy, replace(p, source=m.addresses4[0])) is Verdict.ALLOW
            for m in plan.members if p.source.version == 4
        )
    ),
    "a cloud's name may lead into the home, by IPv4": lambda policy, _, p: (
        p.destination.version == 4 and is_bogon(p.destination) and verdict(policy, replace(p, destination=IPAddress("8.8.8.8"))) is Verdict.ALLOW
    ),
    "a cloud's name may lead into the home, by IPv6": lambda policy, _, p: (
        p.destination.version == 6 and is_bogon(p.destination) and verdict(policy, replace(p, destination=IPAddress("2a00::8"))) is Verdict.ALLOW
    ),
    "the trusted network pings things": lambda _, __, p: (p.came_in, p.to, p.protocol) == ("home", "things", "icmp"),
    "and by IPv6": lambda _, __, p: (p.came_in, p.to, p.protocol) == ("home", "things", "icmpv6"),
    "the toys ping things": lambda _, __, p: (p.came_in, p.to, p.protocol) == ("toys", "things", "icmp"),
    "UDP into things": lambda _, __, p: (p.came_in, p.to, p.protocol) == ("home", "things", "udp"),
}  # fmt: skip
"""What wrong rules let through besides."""


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_rules_that_let_more_through_are_noticed(wrong: Callable[[Policy, Plan, Packet], bool]) -> None:
    plan = planfile.read(NEIGHBOURS.encode())
    policy = Policy.of(plan)
    noticed = [f for f in flows(plan, cast(plan)) if f.wanted is Verdict.DENY and wrong(policy, plan, f.packet)]
    assert noticed


def test_every_entry_of_a_member_is_asked_for_by_others_and_from_another_address() -> None:
    plan = planfile.read(NEIGHBOURS.encode())
    people = cast(plan)
    asked = flows(plan, people)
    clouds = {
        ("a.example", "tcp", 443),
        ("b.example", "tcp", 443),
        ("c.example", "udp", 99),
        ("d.example", "tcp", 8883),
    }
    for host in people.hosts:
        if host.segment != "home":
            assert clouds <= {(f.target, f.protocol, f.port) for f in asked if f.source == host.name}
    seconds = {h.name: h.second for h in people.hosts}
    assert {name for name, second in seconds.items() if second is not None} == {"hub", "camera"}
    for name, entries in {
        "hub": {("a.example", "tcp", 443), ("c.example", "udp", 99), ("nobody-listed.example", "udp", 123)},
        "camera": {("nobody-listed.example", "tcp", 443)},
    }.items():
        found = [f for f in asked if f.packet.source == seconds[name]]
        assert {(f.target, f.protocol, f.port) for f in found} == entries
        assert {f.wanted for f in found} == {Verdict.DENY}


def test_others_ask_for_a_bounded_number_of_clouds() -> None:
    names = tuple(Domain.of(f"n{n}.example") for n in range(60))
    talks = tuple(
        Talk(transport=t, ports=(443,), names=names[:30] if t is Transport.TCP else names[30:]) for t in Transport
    )
    more = (Talk(transport=Transport.TCP, ports=(1,), names=tuple(Domain.of(f"x{n}.example") for n in range(60))),)
    plan = with_members(member(1, talks=talks), member(2, talks=more), member(3))
    found = {f.target for f in flows(plan, cast(plan)) if f.source == "m3"} & {*names, *more[0].names}
    assert len(found) == MAX_CLOUDS
    assert {names[0], names[30], more[0].names[0]} <= found


def test_a_plan_that_has_all_private_networks_is_asked_without_one() -> None:
    plan = home()
    taken = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
    segments = tuple(
        replace(plan.segments[0], name=Name.of(f"s{n}"), prefix=IPNetwork(prefix), prefix6=IPNetwork("fc00::/7") if n == 0 else None, router=())
        for n, prefix in enumerate(taken)
    )  # fmt: skip
    people = cast(replace(plan, segments=segments, members=()))
    assert people.internet[0].addresses == ()
    assert flows(replace(plan, segments=segments, members=()), people)


def test_the_clouds_sets_are_where_the_shipped_platforms_have_them() -> None:
    plan = planfile.read(NEIGHBOURS.encode())
    rules = ruleset(plan)
    tried = 0
    for platform in platforms.load().values():
        files = {f.name: f.text for f in snippet(platform, rules).files}
        for file in (f for f in platform.files if f.runs):
            tried += 1
            for cloud in rules.clouds:
                assert f"add set {CLOUD_SETS} {cloud.name}v4 " in files[file.name]
                assert f"add set {CLOUD_SETS} {cloud.name}v6 " in files[file.name]
    assert tried == 2
