"""A plan for homes that nobody thought of, with devices that say what they like."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, mac_unix_expanded

from netguard.advise import planfile, policy
from netguard.advise.exports._contract import Candidate, export
from netguard.advise.policy import Policy, Verdict, verdict
from netguard.advise.propose import propose, text
from netguard.advise.propose_devices import TOGETHER
from netguard.errors import UsageError
from netguard.model.device import Device, Service
from netguard.model.egress import Egress
from netguard.model.plan import SegmentRole
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, PERSONAL_ROLES, Confidence, PortState, Role, Transport
from netguard.rules import loader
from tests import builders
from tests.hostile.corpus import NASTY
from tests.unit.advise.learning import learnts

RULES = loader.load()

NAMES = st.sampled_from([None, *NASTY.values()]) | st.text(max_size=12)
MACS = st.builds(
    lambda number: EUI(0x02_77_00_00_00_00 | number, dialect=mac_unix_expanded), st.integers(0, 0xFFFF)
) | st.sampled_from([None, EUI("01-00-5e-00-53-01"), EUI(0), EUI("02-77-00-00-00-01")])
ADDRESSES = st.sampled_from(
    ["192.0.2.1", "192.0.2.20", "192.0.2.255", "10.9.9.9", "fd00:1:2:3::5", "fd00:1:2:3:77:ff:fe00:1", "fe80::77:ff:fe00:1", "2001:db8::1", "::1"]
).map(IPAddress) | st.integers(2, 250).map(lambda n: IPAddress(f"192.0.2.{n}"))  # fmt: skip
SERVICES = st.builds(
    Service,
    address=ADDRESSES,
    transport=st.sampled_from(Transport),
    port=st.integers(0, 65535) | st.sampled_from([23, 80, 443, 1900, 5353]),
    state=st.sampled_from(PortState),
    name=NAMES,
)
DEVICES = st.builds(
    Device,
    key=st.integers(0, 10**6).map(lambda n: f"k{n}"),
    name=NAMES,
    addresses=st.lists(ADDRESSES, max_size=3).map(tuple),
    mac=MACS,
    mac_randomised=st.none() | st.booleans(),
    role=st.sampled_from(Role),
    profile=st.none() | st.sampled_from([*RULES.devices, "no-such-record"]) | NAMES,
    confidence=st.sampled_from(Confidence),
    seen=st.sampled_from([True, True, False]),
    declared=st.booleans(),
    services=st.lists(SERVICES, max_size=4).map(tuple),
)
FACTS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["api.name", "mqtt.code", "dnssd.type"]), NAMES), max_size=3
)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        label=st.sampled_from(["lan", "iot", "guest", "things", "office"]) | st.text(max_size=8),
        interface=st.sampled_from([f"eth{n}" for n in range(6)]),
        vlan=st.none() | st.integers(0, 5000).map(str),
        addresses=st.lists(
            st.sampled_from(["192.0.2.1/24", "192.168.20.1/24", "192.168.30.1/25", "10.0.0.1/8", "fd00:1:2:3::1/64", "fd00:1:2:1::1/64"]),
            max_size=2,
        ).map(tuple),
    ),
    max_size=5,
)  # fmt: skip
LEASES = st.lists(
    st.tuples(MACS.map(str), st.sampled_from(["192.168.20.9", "192.168.30.9", "192.0.2.20", "192.168.20.1", "fd00:1:2:3::9"])), max_size=4
)  # fmt: skip


@st.composite
def scans(draw):
    devices = draw(st.lists(DEVICES, max_size=9, unique_by=lambda d: d.key))
    facts = tuple(
        builders.observation(n, kind, value, of=replace(devices[index], addresses=(IPAddress("192.0.2.9"),)), port=1)
        for n, (index, kind, value) in enumerate(draw(FACTS))
        if index < len(devices) and value is not None
    )
    return builders.scan(*devices, observations=facts)


@st.composite
def egresses(draw, scan):
    """What was learnt of some of a scan's devices, by MAC or by key, and of others."""
    macs = sorted({str(d.mac) for d in scan.devices if d.mac is not None})
    by_mac = [draw(learnts(mac=mac)) for mac in draw(st.lists(st.sampled_from(macs), unique=True))] if macs else []
    keys = draw(st.lists(st.sampled_from([*(d.key for d in scan.devices), "nobody"]), unique=True, max_size=3))
    return Egress(devices=(*by_mac, *(replace(draw(learnts(mac=None)), key=key) for key in keys)))


@given(st.data(), scans())
def test_whatever_was_learnt_the_plan_can_be_read_and_nothing_new_may_go_everywhere(data, scan):
    before, after = propose(scan, RULES), propose(scan, RULES, egress=data.draw(egresses(scan)))
    assert planfile.read(text(after).encode()) == after.plan
    for one, other in zip(before.plan.members, after.plan.members, strict=True):
        assert replace(one, talks=()) == replace(other, talks=())
        assert other.talks != "any" or one.talks == "any"


@given(scans(), st.none() | st.tuples(CANDIDATES, LEASES))
def test_whatever_a_home_is_like_its_plan_can_be_read_and_means_what_it_promises(scan, router):
    given_export = None
    if router is not None:
        candidates = [Candidate(label="lan", interface="br-lan", addresses=("192.0.2.1/24",)), *router[0]]
        given_export = export(
            "openwrt", wan=("wan0",), candidates=candidates, reservations=router[1], new_interface="br-{name}"
        )
    try:
        made = propose(scan, RULES, given_export)
    except UsageError:
        assert given_export is not None  # a router whose networks take every prefix
        return
    written = text(made)
    plan = made.plan
    assert planfile.read(written.encode()) == plan

    where = {made.devices[m.name]: plan.segment(m.segment) for m in plan.members if m.name in made.devices}
    devices = {d.key: d for d in scan.devices}
    together = {where[key].name for key in where if devices[key].role in TOGETHER}
    assert len(together) <= 1, "a lock was moved away from a hub"
    for key, segment in where.items():
        assert devices[key].role not in INFRASTRUCTURE_ROLES
        if devices[key].role in PERSONAL_ROLES:
            assert segment.role is SegmentRole.TRUSTED
    assert set(made.remarks) == {m.name for m in plan.members}


@given(scans())
def test_what_devices_say_stands_in_comments_only(scan):
    made = propose(scan, RULES)
    spoken = "\n".join(line for line in text(made).split("\n") if not line.lstrip().startswith("#"))
    silent = replace(
        scan, devices=tuple(replace(d, name=None, hostnames=()) for d in scan.devices), observations=scan.observations
    )
    assert spoken == "\n".join(
        line for line in text(propose(silent, RULES)).split("\n") if not line.lstrip().startswith("#")
    )
    assert text(made).isprintable() or all(line.isprintable() for line in text(made).split("\n"))


@given(scans())
def test_from_the_network_of_things_nothing_of_the_trusted_one_is_reached(scan):
    made = propose(scan, RULES)
    rules = Policy.of(made.plan)
    own = [m for m in made.plan.members if m.segment == "trusted"]
    things = [m for m in made.plan.members if m.segment == "iot"]
    for source in things:
        for port in (22, 80, 445, 8123):
            packet = policy.Packet(
                came_in="iot",
                to="trusted",
                source=IPAddress("192.168.20.250"),
                destination=next((a for m in own for a in m.addresses), IPAddress("192.0.2.40")),
                protocol="tcp",
                port=port,
                mac=source.mac,
            )
            assert verdict(rules, packet) is Verdict.DENY
