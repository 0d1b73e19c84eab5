"""What a member may still be asked, and where it may go."""

from dataclasses import replace

import msgspec
import pytest

from netguard.advise.propose_flows import flows
from netguard.model import ports as port_text
from netguard.model.plan import MAX_ENTRIES, MAX_NAMES, MAX_PORTS, Name
from netguard.model.vocabulary import PortState, Role, Severity, Transport
from netguard.rules import loader
from netguard.rules.schema import Inbound, Outbound
from tests import builders

RULES = loader.load()
HOME = (Name.of("trusted"),)
CALLS = Outbound(transport=Transport.TCP, ports=(443,), names=("*.maker.example",))


def known(**fields):
    record = msgspec.structs.replace(RULES.devices["nuki-bridge"], **fields)
    return replace(RULES, devices={**RULES.devices, "nuki-bridge": record})


def of(*, inbound=None, outbound=None, sources=HOME, observations=(), **given):
    device = builders.device(20, Role.LOCK_HUB, profile="nuki-bridge", **given)
    rules = known(expected_inbound=inbound, expected_outbound=outbound)
    seen = tuple(builders.observation(n, *each, of=device, port=port) for n, (port, *each) in enumerate(observations))
    return flows(builders.scan(device, observations=seen), rules, device, sources)


def asked(found):
    return {(str(each.transport), each.ports) for each in found.listens}


def tcp(port, **given):
    return Inbound(transport=Transport.TCP, name="x", port=port, **given)


def test_without_a_record_what_is_open_stays_open_to_trusted_but_what_is_dangerous():
    found = of(services=[80, 8080, 23])
    assert asked(found) == {("tcp", (80, 8080))}
    assert {each.source for each in found.listens} == {"trusted"}
    assert "not in `listens`: tcp/23" in found.remarks[-1]


def test_with_a_record_only_what_it_names_may_be_asked():
    found = of(inbound=(tcp(8080), tcp(8081)), services=[8080, 9999], asked=builders.ALL_TCP)
    assert asked(found) == {("tcp", (8080,))}
    assert "tcp/9999" in found.remarks[-1]


def test_what_the_record_names_and_nobody_looked_at_may_be_asked():
    assert asked(of(inbound=(tcp(8080), tcp(8081)), services=[8080], asked="1-8080")) == {("tcp", (8080, 8081))}
    filtered = builders.service(8081, state=PortState.FILTERED)
    unsure = builders.service(8082, state=PortState.OPEN_OR_FILTERED)
    found = of(inbound=(tcp(8081), tcp(8082)), services=[filtered, unsure])
    assert asked(found) == {("tcp", (8082,))}


def test_a_record_that_says_nothing_listens_lets_nobody_in():
    found = of(inbound=(), services=[80])
    assert not found.listens
    assert "tcp/80" in found.remarks[-1]


def test_what_is_announced_for_a_type_of_the_record_may_be_asked():
    inbound = (Inbound(transport=Transport.TCP, name="HomeKit", dnssd="_hap._tcp"),)
    found = of(
        inbound=inbound,
        services=[49153, 49154],
        asked="49153-49154",
        observations=[
            (49153, "dnssd.type", "_hap._tcp.local"),
            (49154, "dnssd.type", "_other._tcp"),
            (None, "dnssd.type", "_hap._tcp"),
        ],
    )
    assert asked(found) == {("tcp", (49153,))}


def test_announcing_it_makes_a_dangerous_port_no_better():
    inbound = (Inbound(transport=Transport.TCP, name="HomeKit", dnssd="_hap._tcp"),)
    found = of(inbound=inbound, services=[23], observations=[(23, "dnssd.type", "_hap._tcp")])
    assert not found.listens
    assert "tcp/23" in found.remarks[-1]


def test_no_dangerous_service_is_ever_opened():
    dangerous = {
        (r.transport, p)
        for r in RULES.ports.services
        if r.risk.at_least(Severity.HIGH)
        for p in port_text.parse(r.ports)
    }
    for profile in RULES.devices:
        device = builders.device(20, profile=profile, services=[p for t, p in dangerous if t is Transport.TCP])
        found = flows(builders.scan(device), RULES, device, HOME)
        assert not {(each.transport, port) for each in found.listens for port in each.ports} & dangerous, profile


def test_discovery_is_not_forwarded_so_it_is_no_port_to_ask():
    inbound = tuple(Inbound(transport=Transport.UDP, name="x", port=port) for port in (1900, 5353, 3702, 5540))
    assert asked(of(inbound=inbound)) == {("udp", (5540,))}
    assert not of(inbound=inbound[:3]).listens


def test_every_source_is_one_entry_a_transport():
    found = of(
        inbound=(tcp(80), Inbound(transport=Transport.UDP, name="x", port=5540)), sources=(*HOME, Name.of("work"))
    )
    assert [(each.source, each.transport) for each in found.listens] == [
        ("trusted", "tcp"),
        ("trusted", "udp"),
        ("work", "tcp"),
        ("work", "udp"),
    ]


def test_a_device_that_opens_thousands_of_ports_fills_no_plan():
    found = of(services=list(range(10_000, 10_000 + 2 * MAX_PORTS)))
    assert [len(each.ports) for each in found.listens] == [MAX_PORTS]


def test_a_record_s_names_are_allowed_with_the_time_beside_them():
    found = of(outbound=(CALLS,))
    assert [(t.names, t.transport, t.ports, t.service) for t in found.talks] == [
        (("maker.example",), "tcp", (443,), None),
        ((), "udp", (123,), "ntp"),
    ]


def test_nothing_known_is_everything_allowed_and_said_to_be():
    found = of()
    assert found.talks == "any"
    assert "not written down" in found.remarks[0]


def test_a_record_that_calls_nowhere_gets_no_internet():
    found = of(outbound=())
    assert found.talks == ()
    assert "needs nothing of the internet" in found.remarks[0]


@pytest.mark.parametrize(
    "entry",
    [
        Outbound(transport=Transport.TCP, ports=(9998,)),
        Outbound(transport=Transport.TCP, ports=(443,), names=("api.*.example",)),
        Outbound(transport=Transport.TCP, ports=(443,), names=("*",)),
        Outbound(transport=Transport.UDP, ports=(123, 4000)),
    ],
)
def test_what_a_plan_cannot_say_is_everything_and_said_to_be(entry):
    found = of(outbound=(CALLS, entry))
    assert found.talks == "any"
    assert "without saying where to" in found.remarks[0]


def test_names_are_asked_of_the_router_and_the_time_of_anybody():
    found = of(outbound=(Outbound(transport=Transport.UDP, ports=(53, 123)), CALLS))
    assert [t.service for t in found.talks] == [None, "ntp"]
    assert not found.remarks


def test_a_broker_at_home_is_no_reason_to_open_the_internet():
    found = of(outbound=(CALLS, Outbound(transport=Transport.TCP, ports=(1883,))))
    assert [t.names for t in found.talks] == [("maker.example",), ()]
    assert "MQTT broker" in found.remarks[0]


def test_a_record_with_more_than_a_plan_can_hold():
    many = Outbound(transport=Transport.TCP, ports=(443,), names=tuple(f"n{n}.example" for n in range(MAX_NAMES + 1)))
    assert [len(t.names) for t in of(outbound=(many,)).talks] == [1, MAX_NAMES, 0] or [
        len(t.names) for t in of(outbound=(many,)).talks
    ] == [MAX_NAMES, 1, 0]
    endless = tuple(
        Outbound(transport=Transport.TCP, ports=(port,), names=("a.example",)) for port in range(1, MAX_ENTRIES + 1)
    )
    assert of(outbound=endless).talks == "any"


def test_every_record_of_a_thing_gives_flows_that_a_plan_can_have():
    for profile in RULES.devices:
        device = builders.device(20, profile=profile)
        found = flows(builders.scan(device), RULES, device, HOME)
        assert found.talks == "any" or len(found.talks) <= MAX_ENTRIES
