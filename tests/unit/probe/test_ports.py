"""Ports: which are asked of whom and in which order, and what an answer or its absence is called."""

from dataclasses import replace

import pytest

from netguard.model import ports as port_text
from netguard.model.address import ip
from netguard.model.device import Coverage, Service
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth, PortState, Power, Role, Transport
from netguard.net.failures import Gone, NoAnswer
from netguard.net.swept import Swept
from netguard.probe import ports
from netguard.probe._contract import Target
from tests.builders import coverage, device
from tests.servers import LOOPBACK, free_port
from tests.unit.probe.conftest import fact, make_ask, rules


class FakeNet:
    """Answers a sweep as told."""

    def __init__(self, states=(), stopped=None, gone=False):
        self.swept = Swept(stopped=stopped, gone=gone)
        for port, state in dict(states).items():
            self.swept.book((LOOPBACK, port), state)

    def sweep(self, address, ports):
        return self.swept


def asked(found, **given):
    targets = list(ports.wants(found, make_ask(**given)))
    assert len(targets) <= 1
    return targets[0].ports if targets else ()


def probe(net, *numbers):
    """What was learnt before the end, and the failure if that was the end."""
    learnt = []
    try:
        # What was yielded before a failure stays in the list.
        learnt.extend(ports.probe(Target(address=LOOPBACK, ports=numbers), net))
    except NoAnswer as failure:
        return learnt, failure
    return learnt, None


def test_a_real_sweep_tells_open_ports_and_all_that_was_asked(net, listener):
    service, closed = listener(), free_port()
    learnt, failure = probe(net, service.port, closed)
    assert failure is None
    assert learnt == [
        Service(address=LOOPBACK, transport=Transport.TCP, port=service.port, state=PortState.OPEN),
        Coverage(
            address=LOOPBACK, transport=Transport.TCP, ports=port_text.render([service.port, closed]), engine="builtin"
        ),
    ]
    assert service.received == b""


def test_a_silent_address_is_not_called_closed():
    learnt, failure = probe(FakeNet({80: PortState.FILTERED, 443: PortState.FILTERED}), 80, 443)
    assert learnt == [Fact(kind="tcp.silent", value=("80,443",), transport=Transport.TCP)]
    assert str(failure) == "none of 2 TCP ports answered, so nothing is known about them"


def test_however_many_were_asked_in_vain_the_list_of_them_stays_whole():
    numbers = range(1, 4000, 2)
    learnt, _ = probe(FakeNet(dict.fromkeys(numbers, PortState.FILTERED)), *numbers)
    tv = device(role=Role.TV)
    assert not set(asked(tv, facts=learnt)) & set(numbers)


def test_who_was_silent_in_the_light_round_is_not_asked_the_same_again():
    silent = Fact(kind="tcp.silent", value=("1-4000", "4001-9999"), transport=Transport.TCP)
    assert min(asked(device(role=Role.TV), facts=(silent,))) > 9999


def test_who_drops_everything_is_asked_the_rest_beside_the_others_and_not_before_them():
    (light,) = ports.wants(device(role=Role.TV), make_ask(turn="light"))
    assert set(light.ports) == port_text.parse(rules().ports.light)


def test_one_answer_makes_the_others_silence_worth_something():
    learnt, failure = probe(FakeNet({80: PortState.CLOSED, 443: PortState.FILTERED}), 80, 443)
    assert [c.ports for c in learnt] == ["80,443"]
    assert failure is None


def test_what_was_learnt_before_the_time_was_up_is_kept_and_the_rest_is_outside_coverage():
    net = FakeNet({80: PortState.OPEN}, stopped="its time was used up")
    learnt, failure = probe(net, 80, 443, 8080)
    assert [type(what) for what in learnt] == [Service, Coverage]
    assert learnt[1].ports == "80"
    assert str(failure) == "1 of 3 ports were asked: its time was used up"
    assert not isinstance(failure, Gone)


def test_a_device_that_stopped_answering_is_told_apart():
    _, failure = probe(FakeNet({80: PortState.OPEN}, stopped="it stopped answering", gone=True), 80, 443)
    assert isinstance(failure, Gone)


def test_nothing_at_all_asked_says_why():
    assert probe(FakeNet(stopped="its time was used up"), 80)[1] is not None
    assert probe(FakeNet(), 80) == ([], None)


def test_the_light_round_asks_the_light_ports_and_the_deep_round_what_the_depth_says():
    light, quick, common = (port_text.parse(getattr(rules().ports, name)) for name in ("light", "quick", "common"))
    tv = device(role=Role.TV)
    assert set(asked(tv, turn="light")) == light
    assert set(asked(tv, turn="light", depth=Depth.QUICK)) == quick, "so few that one sweep is enough"
    assert set(asked(tv, depth=Depth.QUICK)) == light | quick
    assert set(asked(tv)) == light | quick | common
    assert set(asked(tv, depth=Depth.DEEP)) == set(range(1, 65536))


@pytest.mark.parametrize("role", sorted(ports.ALL_PORTS_ROLES))
def test_doors_hubs_and_the_router_are_asked_about_every_port_with_likely_ones_first(role):
    numbers = asked(device(role=role, power=Power.MAINS))
    assert len(numbers) == len(set(numbers)) == 65535
    light = port_text.parse(rules().ports.light)
    assert set(numbers[: len(light)]) == light


@pytest.mark.parametrize(
    "given",
    [{"power": Power.BATTERY, "role": Role.SENSOR}, {"role": Role.LOCK}, {"power": Power.BATTERY, "role": Role.LOCK}],
)
@pytest.mark.parametrize("depth", [Depth.QUICK, Depth.STANDARD, Depth.DEEP])
def test_what_lives_on_a_battery_is_asked_about_its_known_ports_only(given, depth):
    announced = [
        fact("dnssd.type", "_hap._tcp", 52222),
        fact("dnssd.type", "_meshcop._udp", 49191, transport=Transport.UDP),
        fact("dnssd.type", "_x._tcp", None),
        fact("dnssd.type", "_zero._tcp", 0),
    ]
    assert asked(device(**given), depth=depth, facts=announced) == (52222,)
    assert asked(device(**given), depth=depth) == ()


def test_a_lock_on_a_battery_that_the_person_named_is_asked_fully():
    assert len(asked(device(role=Role.LOCK, power=Power.BATTERY), named=True)) == 65535


def test_a_record_s_ports_are_known_ports():
    record = next(
        r
        for r in rules().devices.values()
        if any(i.port and i.transport is Transport.TCP for i in r.expected_inbound or ())
    )
    expected = {i.port for i in record.expected_inbound if i.port and i.transport is Transport.TCP}
    assert set(asked(device(profile=record.id, power=Power.BATTERY))) == expected


def test_no_port_is_asked_twice():
    tv = device(role=Role.TV, asked="1-1024")
    again = asked(tv)
    assert again
    assert min(again) > 1024
    assert asked(device(role=Role.TV, asked="1-65535"), depth=Depth.DEEP) == ()
    elsewhere = device(role=Role.TV)
    elsewhere = device(role=Role.TV, coverage=(coverage("1-65535", "192.0.2.99"),))
    assert asked(elsewhere) == asked(device(role=Role.TV))


def test_a_device_without_address_is_not_asked():
    assert list(ports.wants(device(addresses=()), make_ask())) == []


def test_the_next_ipv4_addresses_are_asked_what_tells_a_device_once():
    own = [ip(text) for text in ("192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::5")]
    several = device(addresses=tuple(own))
    first, *more = ports.wants(several, make_ask(turn="light"))
    assert first.address == own[0]
    assert [target.address for target in more] == own[1:4]
    assert {target.ports for target in more} == {tuple(sorted(port_text.parse(rules().ports.light)))}
    assert len(list(ports.wants(several, make_ask(turn="deep")))) == 1
    asked_before = replace(coverage("80"), address=own[1])
    assert (
        len(list(ports.wants(device(addresses=tuple(own[:2]), coverage=(asked_before,)), make_ask(turn="light")))) == 1
    )
    spared = device(addresses=tuple(own[:2]), power=Power.BATTERY)
    assert list(ports.wants(spared, make_ask(turn="light"))) == []


FORWARDED = ((Transport.TCP, 0), (Transport.TCP, 443), (Transport.TCP, 59123), (Transport.UDP, 51820))


def forwarded(found, turn="deep", depth=Depth.STANDARD, **given):
    ask = replace(make_ask(turn=turn, depth=depth, **given), forwarded=FORWARDED)
    return next((target.ports for target in ports.wants(found, ask)), ())


def test_ports_that_a_router_forwards_to_it_are_asked_before_all_others():
    numbers = forwarded(device(role=Role.TV))
    assert numbers[:2] == (443, 59123)
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == {59123, *asked(device(role=Role.TV))}
    assert forwarded(device(role=Role.LOCK_HUB, power=Power.MAINS))[:2] == (443, 59123)
    assert forwarded(device(role=Role.TV), depth=Depth.QUICK)[:2] == (443, 59123)


def test_what_was_asked_already_is_not_asked_again_because_it_is_forwarded():
    assert forwarded(device(role=Role.TV, asked="443,59123"))[:2] != (443, 59123)
    assert forwarded(device(role=Role.TV, asked="443"))[0] == 59123


def test_forwarded_or_not_a_battery_is_spared_unless_the_person_named_it():
    lock = device(role=Role.LOCK, power=Power.BATTERY)
    assert forwarded(lock) == ()
    assert forwarded(lock, named=True)[:2] == (443, 59123)


def test_before_gateways_have_answered_nothing_counts_as_forwarded():
    assert forwarded(device(role=Role.TV), turn="light") == asked(device(role=Role.TV), turn="light")
