"""The second look: who and what is asked once more, what that amounts to, and what is never asked."""

from dataclasses import replace

import pytest
from netaddr import EUI, IPNetwork

from netguard import again
from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.past import Past
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Depth, Ended, Outcome, PortState, Role, Transport
from netguard.net.access import GENTLE
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import NoAnswer
from netguard.net.guard import Guard
from netguard.probe._contract import Target
from tests.servers import free_port
from tests.unit.pipeline.conftest import (
    HUB,
    MAC,
    SURROUNDINGS,
    TV,
    attempts,
    away,
    exposes,
    fact,
    others,
    protocol,
    quiet_until,
    said,
    sees,
    sighting,
    states,
    surface,
)


def test_a_port_that_refuses_again_stands_as_closed(then, now):
    port = free_port()
    found = now(then(port))
    assert states(found) == {(Transport.TCP, port): PortState.CLOSED}
    assert attempts(found, "again.ports") == [(str(HUB), Outcome.DONE, None)]
    assert found.ended is Ended.FINISHED


def test_a_port_that_is_there_after_all_is_looked_at_as_any_other(then, now, listener):
    service, rounds = listener(), []
    before = then(service.port)
    noted = surface(
        wants=lambda device, ask: rounds.append((ask.round, tuple(s.port for s in device.open_services))) or (),
        needs=["x"],
    )
    quiet = exposes()
    found = now(before, probes={"ports": surface(wants=quiet.wants, probe=quiet.probe, provides=["x"]), "later": noted})
    assert states(found) == {(Transport.TCP, service.port): PortState.OPEN}
    assert rounds == [("light", ()), ("deep", ()), ("deep", (service.port,))]
    assert service.received == b""


def test_silence_counts_where_the_device_answers_at_something_else(then, now, sweeps):
    before = then(80, 443)
    sweeps.states = {80: PortState.FILTERED}
    found = now(before, probes={"ports": exposes(443)})
    assert (HUB, (443, 1, 2, 80)) in sweeps.asked
    assert states(found) == {(Transport.TCP, 80): PortState.FILTERED, (Transport.TCP, 443): PortState.OPEN}


def test_a_device_that_answers_nothing_any_more_says_nothing_about_its_ports(then, now, sweeps):
    before = then(80)
    sweeps.otherwise = PortState.FILTERED
    found = now(before)
    assert states(found) == {}
    ((_, outcome, reason),) = attempts(found, "again.ports")
    assert outcome is Outcome.FAILED
    assert "answered at no port" in reason


def test_a_device_that_answered_on_no_port_is_asked_for_those_it_had(then, now, sweeps):
    before = then(80, 8080)
    silent = surface(
        wants=lambda device, ask: [Target(address=device.addresses[0], port=1)],
        probe=lambda target, net: iter([fact("tcp.silent", ("1-1024",), None)]),
    )
    found = now(before, probes={"ports": silent})
    assert sweeps.asked == [(HUB, (80,))]
    assert states(found) == {(Transport.TCP, 80): PortState.CLOSED}
    assert [c.ports for c in others(found)[0].coverage] == ["80"]


@pytest.mark.parametrize(
    "change",
    [
        lambda before: None,
        lambda before: replace(
            before,
            vantage=replace(before.vantage, segment=replace(before.vantage.segment, prefix=IPNetwork("127.0.0.0/29"))),
        ),
        lambda before: replace(
            before, vantage=replace(before.vantage, gateway=NextHop(address=TV, mac=EUI("00:00:5e:00:53:99")))
        ),
        lambda before: replace(before, devices=()),
    ],
    ids=["a first scan", "another prefix", "another router", "nobody was there"],
)
def test_nothing_is_asked_without_an_earlier_scan_of_this_place(then, now, sweeps, change):
    router = replace(SURROUNDINGS.vantage, gateway=NextHop(address=TV, mac=EUI("00:00:5e:00:53:98")))
    before = change(then(80))
    found = now(before, surroundings=replace(SURROUNDINGS, vantage=router))
    assert (sweeps.asked, attempts(found, "again.ports"), attempts(found, "again.devices")) == ([], [], [])


@pytest.mark.parametrize(
    "probe", [exposes(80), exposes(covered="1-79")], ids=["all is as it was", "it was not asked this time"]
)
def test_nothing_is_sent_where_nothing_vanished(then, now, sweeps, probe):
    before, events = then(80), []
    found = now(before, probes={"ports": probe}, progress=events.append)
    assert attempts(found, "again.ports") == []
    assert "again" not in {event.stage for event in events}
    assert sweeps.asked == []


def test_at_depth_discover_no_port_is_asked(then, now, sweeps):
    found = now(then(80), depth=Depth.DISCOVER)
    assert (sweeps.asked, attempts(found, "again.ports")) == ([], [])


def test_what_lives_on_a_battery_is_not_woken_a_second_time(then, now, sweeps):
    before = then(80)
    lock = said(others(before)[0], Role.LOCK)
    found = now(before, known=(lock,))
    assert sweeps.asked == []
    assert attempts(found, "again.ports") == [
        (str(HUB), Outcome.SKIPPED, "it runs on a battery, and is not woken a second time")
    ]


def test_a_device_never_to_touch_is_not_asked_again(then, now, sweeps):
    guard = Guard([IPNetwork("127.0.0.0/8")], never_touch_macs=[EUI(int(MAC))])
    found = now(then(80), guard=guard)
    assert (sweeps.asked, attempts(found, "again.ports")) == ([], [])


def test_a_hub_is_asked_with_its_manners(then, now, sweeps):
    before = then(80)
    now(before, known=(said(others(before)[0], Role.LOCK_HUB),))
    assert [each is GENTLE for each in sweeps.manners] == [True]


def test_no_more_ports_are_asked_than_the_limits_say(then, now, sweeps, monkeypatch):
    monkeypatch.setattr(again, "MAX_PORTS_OF_DEVICE", 3)
    found = now(then(*range(8000, 8010)))
    assert sweeps.asked == [(HUB, (1, 2, 3, 8000, 8001, 8002))]
    assert [reason for _, outcome, reason in attempts(found, "again.ports") if outcome is Outcome.SKIPPED] == [
        "7 more ports that were open were not asked again: that many at once are no lost packets"
    ]
    monkeypatch.setattr(again, "MAX_PORTS", 0)
    sweeps.asked.clear()
    now(then(*range(8000, 8010)))
    assert sweeps.asked == []


def test_an_interruption_ends_it_and_keeps_what_is_known(then, now, sweeps):
    before, cancel = then(80), Cancel()
    sweeps.then = cancel.set
    found = now(before, cancel=cancel)
    assert found.ended is Ended.INTERRUPTED
    assert states(found) == {(Transport.TCP, 80): PortState.CLOSED}


def test_nothing_is_asked_when_the_time_is_over(then, now, sweeps):
    before, deadline = then(80), Deadline(60)
    quiet = exposes()

    def last(target, net):
        yield from quiet.probe(target, net)
        deadline._end = 0.0

    found = now(before, probes={"ports": surface(wants=quiet.wants, probe=last)}, deadline=deadline)
    assert (found.ended, sweeps.asked) == (Ended.DEADLINE, [])


def test_a_mistake_in_it_costs_the_second_look_and_nothing_else(then, now, monkeypatch):
    before = then(80)
    monkeypatch.setattr(again, "Sameness", lambda *_: 1 / 0)
    found = now(before)
    assert found.ended is Ended.FINISHED
    assert [a.outcome for a in found.attempts if a.stage == "again"] == [Outcome.FAILED]


def by_udp(answer):
    """A probe of UDP port 161 that does what `answer` does, asking only what was not asked yet."""

    def wants(device, ask):
        if ask.round == "deep" and not any(c.transport is Transport.UDP and c.ports for c in device.coverage):
            yield Target(address=device.addresses[0], transport=Transport.UDP, port=161)

    return surface(wants=wants, probe=answer)


def udp(target, net, *, state=None):
    yield Coverage(address=target.address, transport=Transport.UDP, ports="161", engine="builtin")
    if state is not None:
        yield Service(address=target.address, transport=Transport.UDP, port=161, state=state)


def silent(target, net):
    raise NoAnswer("no answer in time")


@pytest.mark.parametrize(
    ("answers", "becomes"),
    [
        ([udp, udp], {(Transport.UDP, 161): PortState.CLOSED}),
        ([udp, silent], {}),
        ([silent, silent], {}),
        ([silent, lambda t, n: udp(t, n, state=PortState.OPEN)], {(Transport.UDP, 161): PortState.OPEN}),
    ],
    ids=["it refuses twice", "it is silent then", "it is always silent", "it is there after all"],
)
def test_a_udp_port_is_asked_by_the_probe_that_knows_how(then, now, answers, becomes):
    before, turns = then(161, covered="161", transport=Transport.UDP), iter(answers)
    found = now(
        before,
        probes={"snmp": by_udp(lambda *given: next(turns)(*given))},  # noqa: PLW0108 - another one each time
    )
    assert states(found) == becomes
    assert len(attempts(found, "again.ports")) == 1
    assert next(turns, None) is None


def test_a_printer_that_was_missed_is_asked_for_by_its_address_and_looked_at(then, scan, stages):
    before, asked = then(80), []
    found, rounds = away(scan, stages, before, asked, known=(said(others(before)[0], Role.PRINTER),))
    assert asked == [(f"{HUB}/32",)]
    assert [d.addresses for d in others(found)] == [(HUB,)]
    assert [kind for kind, _ in rounds] == ["light", "deep"]
    assert attempts(found, "again.devices") == [(str(HUB), Outcome.DONE, None)]


@pytest.mark.parametrize("role", [Role.PHONE, Role.COMPUTER, Role.LOCK, Role.SENSOR, Role.UNKNOWN])
def test_who_comes_and_goes_or_sleeps_is_not_asked_for(then, scan, stages, role):
    before, asked = then(80), []
    away(scan, stages, before, asked, known=(said(others(before)[0], role),))
    assert asked == []


def test_what_the_history_knows_it_to_be_counts_where_the_last_scan_could_not_tell(then, scan, stages):
    before, asked = then(80), []
    (device,) = others(before)
    assert device.role is Role.UNKNOWN
    away(scan, stages, before, asked, known=(replace(said(device, None), role=Role.NAS),))
    assert asked == [(f"{HUB}/32",)]


def test_who_was_not_seen_then_is_not_missing_now(then, scan, stages):
    before, asked = then(80), []
    (device,) = others(before)
    declared = replace(before, devices=tuple(replace(d, seen=d is not device) for d in before.devices))
    away(scan, stages, declared, asked, known=(said(device, Role.NAS),))
    assert asked == []


def test_nor_is_who_must_not_be_touched_or_is_nobodys_business(then, scan, stages):
    before, asked = then(80), []
    nas = (said(others(before)[0], Role.NAS),)
    guard = Guard([IPNetwork("127.0.0.0/8")], never_touch_macs=[EUI(int(MAC))])
    away(scan, stages, before, asked, known=nas, guard=guard)
    away(scan, stages, before, asked, known=nas, guard=Guard([IPNetwork("127.0.0.8/29")]))
    away(scan, stages, before, asked, known=nas, asked={"infrastructure_only": True})
    assert asked == []
    away(scan, stages, before, asked, known=nas)
    assert asked == [(f"{HUB}/32",)]


def test_an_address_that_somebody_else_has_now_is_not_asked(then, scan, stages):
    before, asked = then(80), []
    other = sighting(mac=address.mac("00:00:5e:00:53:02"))
    stages(discover={"arp": quiet_until(asked), "fake": sees(other)}, probe={"none": surface()})
    scan(past=Past(here=before, known=(said(others(before)[0], Role.PRINTER),)))
    assert asked == []


def test_where_many_are_missing_only_some_are_asked_for(then, scan, stages, monkeypatch):
    monkeypatch.setattr(again, "MAX_DEVICES", 0)
    before, asked = then(80), []
    found, _ = away(scan, stages, before, asked, known=(said(others(before)[0], Role.PRINTER),))
    assert asked == []
    assert attempts(found, "again.devices") == [
        ("1 more", Outcome.SKIPPED, "1 devices are missing at once, and 0 of them are asked for again")
    ]


def test_why_it_could_not_be_asked_for_is_kept(then, scan, stages):
    before = then(80)

    def fails(ask, net):
        if not ask.is_whole:
            raise NoAnswer("the interface takes no packets")
        return ()

    stages(discover={"arp": protocol(fails)}, probe={"none": surface()})
    found = scan(past=Past(here=before, known=(said(others(before)[0], Role.PRINTER),)))
    assert attempts(found, "again.devices") == [(str(HUB), Outcome.FAILED, "the interface takes no packets")]
