"""The whole scan: what goes wrong costs its own entry, and what was learnt is kept."""

import threading
from dataclasses import replace

import pytest
from netaddr import EUI, IPNetwork

from netguard.checks import telnet_open
from netguard.errors import PrivilegeError, VantageError
from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.surroundings import Neighbour
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Depth, Ended, Outcome, PortState, Role, Status, Transport
from netguard.net import limits
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Gone, NoAnswer
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.pipeline import judge
from netguard.probe._contract import Target
from tests.servers import free_port
from tests.unit.pipeline.conftest import (
    HUB,
    OWN,
    SURROUNDINGS,
    TV,
    attempts,
    check,
    fact,
    others,
    protocol,
    sees,
    sighting,
    surface,
)


def broken(*_):
    raise ZeroDivisionError("oh no")


def target(device, ask):
    return [Target(address=device.addresses[0], port=80)]


def learns(*facts):
    return lambda target, net: iter(facts)


MISTAKE = "netguard's own mistake: ZeroDivisionError: oh no"


def test_a_real_device_with_telnet_is_found_and_judged(scan, stages, listener):
    telnet = listener(b"\xff\xfd\x01\r\nbridge login: ")
    announced = fact("dnssd.type", "_telnet._tcp", telnet.port)
    stages(discover={"fake": sees(sighting(facts=[announced]))})
    events = []
    found = scan(progress=events.append)
    (device,) = others(found)
    assert (found.ended, device.addresses) == (Ended.FINISHED, (HUB,))
    assert (telnet.port, "telnet") in {(s.port, s.name) for s in device.services}
    assert [f.status for f in found.findings if f.check == "telnet-open" and f.target == device.key] == [Status.FAIL]
    assert found.grade is not None
    assert {o.device for o in found.observations} == {device.key}
    assert [e.stage for e in events if e.done == 0] == ["discover", "light probe", "deep probe", "checks"]
    assert all(e.done <= e.total for e in events)
    assert telnet.received == b""
    assert attempts(found, "probe.liveness") == [(str(HUB), Outcome.DONE, None)]


@pytest.mark.parametrize(
    "module", [protocol(broken), protocol(skip=broken), protocol(lambda ask, net: iter([sighting(), 1 / 0]))]
)
def test_a_broken_protocol_costs_one_attempt(scan, stages, module):
    stages(discover={"broken": module, "fake": sees(sighting())}, probe={"none": surface()})
    found = scan()
    ((_, outcome, reason),) = attempts(found, "discover.broken")
    assert outcome is Outcome.FAILED
    assert reason.startswith("netguard's own mistake: ZeroDivisionError")
    assert attempts(found, "discover.fake")[0][1] is Outcome.DONE
    assert [d.addresses for d in others(found)] == [(HUB,)]
    assert found.ended is Ended.FINISHED


@pytest.mark.parametrize(
    "error", [NoAnswer("the interface went away"), PrivilegeError("no raw socket on lo"), VantageError("ip failed")]
)
def test_what_a_person_can_act_on_is_told_in_its_own_words(scan, stages, error):
    def fail(ask, net):
        raise error

    stages(discover={"failing": protocol(fail)}, probe={"none": surface()})
    assert attempts(scan(), "discover.failing") == [("127.0.0.0/28", Outcome.FAILED, str(error))]


def test_a_protocol_says_why_it_does_not_run(scan, stages):
    stages(discover={"shy": protocol(broken, skip=lambda ask: "raw packets need root")}, probe={"none": surface()})
    assert attempts(scan(), "discover.shy") == [("127.0.0.0/28", Outcome.SKIPPED, "raw packets need root")]


def test_protocols_wait_for_those_they_come_after(scan, stages):
    order = []
    second = protocol(lambda ask, net: order.append("second") or (), after=["first", "absent"])
    first = protocol(lambda ask, net: order.append("first") or ())
    stages(discover={"a-second": second, "first": first}, probe={"none": surface()})
    scan()
    assert order == ["first", "second"]


def test_the_neighbour_table_is_read_without_a_packet(scan, stages):
    mac = address.mac("00:00:5e:00:53:01")
    stages(probe={"none": surface()})
    transcript = Transcript()
    from netguard import registry

    stages(discover={"neighbours": registry.load("netguard.discover", "neighbours")})
    found = scan(neighbours=lambda: (Neighbour(address=HUB, mac=mac),), transcript=transcript)
    assert [d.mac for d in others(found)] == [mac]
    assert not transcript.counts


@pytest.mark.parametrize("where", ["wants", "probe"])
def test_a_broken_probe_costs_one_attempt_in_each_round(scan, stages, where):
    module = surface(wants=broken) if where == "wants" else surface(wants=target, probe=broken)
    stages(
        discover={"fake": sees(sighting())},
        probe={"broken": module, "good": surface(wants=target, probe=learns(fact()))},
    )
    found = scan()
    assert [(outcome, reason) for _, outcome, reason in attempts(found, "probe.broken")] == [
        (Outcome.FAILED, MISTAKE)
    ] * 2
    assert {o.kind for o in found.observations} == {"tcp.banner"}
    assert found.ended is Ended.FINISHED


def test_a_broken_check_is_an_unknown_that_names_it(scan, stages):
    stages(discover={"fake": sees(sighting())}, probe={"none": surface()}, checks={"telnet-open": check(broken)})
    found = scan()
    assert attempts(found, "check.telnet-open") == [("network", Outcome.FAILED, MISTAKE)]
    (finding,) = found.findings
    assert finding.status is Status.UNKNOWN
    assert finding.title.startswith(telnet_open.CHECK.title)
    assert "netguard made a mistake" in finding.title


def test_what_a_probe_learnt_before_it_failed_is_kept(scan, stages):
    def fails_late(target, net):
        yield fact(value="early")
        raise NoAnswer("connection reset")

    stages(discover={"fake": sees(sighting())}, probe={"p": surface(wants=target, probe=fails_late)})
    found = scan()
    assert [o.value for o in found.observations] == ["early"]
    assert attempts(found, "probe.p")[0][1:] == (Outcome.FAILED, "connection reset")


def test_an_interruption_keeps_what_was_learnt_and_judges_it(scan, stages):
    cancel = Cancel()

    def interrupted(target, net):
        yield fact(value="learnt")
        cancel.set()
        net.connect(target.address, 80)

    stages(discover={"fake": sees(sighting(), sighting(TV))}, probe={"p": surface(wants=target, probe=interrupted)})
    found = scan(cancel=cancel)
    assert found.ended is Ended.INTERRUPTED
    assert "learnt" in {o.value for o in found.observations}
    assert {d.addresses for d in others(found)} == {(HUB,), (TV,)}
    assert (Outcome.SKIPPED, "the scan was interrupted") in {a[1:] for a in attempts(found, "probe.p")}
    assert found.grade is not None


def test_an_interruption_while_discovering_keeps_who_was_seen_and_probes_nobody(scan, stages, listener):
    cancel, probed = Cancel(), []

    def interrupted(ask, net):
        yield sighting()
        cancel.set()

    stages(
        discover={"fake": protocol(interrupted), "later": protocol(broken, after=["fake"])},
        probe={"p": surface(wants=lambda device, ask: probed.append(device) or ())},
    )
    found = scan(cancel=cancel)
    assert (found.ended, [d.addresses for d in others(found)]) == (Ended.INTERRUPTED, [(HUB,)])
    assert probed == []


def test_the_end_of_the_time_keeps_what_was_learnt(scan, stages):
    deadline = Deadline(0.2)

    def slow(target, net):
        yield fact(value="learnt")
        while not net.deadline:
            threading.Event().wait(0.01)
        net.connect(target.address, 80)

    stages(discover={"fake": sees(sighting())}, probe={"p": surface(wants=target, probe=slow)})
    found = scan(deadline=deadline)
    assert found.ended is Ended.DEADLINE
    assert [o.value for o in found.observations] == ["learnt"]
    assert attempts(found, "probe.p")[0] == ("127.0.0.1 tcp/80", Outcome.FAILED, "its time was used up")


def test_at_depth_discover_nobody_is_probed(scan, stages):
    stages(discover={"fake": sees(sighting())}, probe={"p": surface(wants=broken)})
    found = scan(depth=Depth.DISCOVER)
    assert len(others(found)) == 1
    assert attempts(found, "probe.p") == []


def test_a_device_never_to_touch_is_seen_and_left_alone(scan, stages, listener):
    service = listener()
    mac = EUI("00:00:5e:00:53:01")
    guard = Guard([IPNetwork("127.0.0.0/8")], never_touch_macs=[mac])
    announced = fact("dnssd.type", "_http._tcp", service.port)
    stages(discover={"fake": sees(sighting(mac=address.mac(str(mac)), facts=[announced]))})
    transcript = Transcript()
    found = scan(guard=guard, transcript=transcript)
    assert len(others(found)) == 1
    assert attempts(found, "probe") == [(str(HUB), Outcome.SKIPPED, "it is on your list of devices never to touch")]
    assert service.accepted == 0
    assert not transcript.counts


def test_this_computer_is_not_probed(scan, stages):
    stages(discover={"fake": sees(sighting(OWN))}, probe={"p": surface(wants=broken)})
    found = scan()
    ((outcome, reason),) = [(a.outcome, a.reason) for a in found.attempts if a.stage == "probe"]
    assert outcome is Outcome.SKIPPED
    assert "the computer netguard runs on" in reason
    assert attempts(found, "probe.p") == []


def test_a_device_without_address_says_so(scan, stages):
    from netguard.model.observation import Sighting

    nameless = Sighting(source="fake", detail="x", mac=address.mac("00:00:5e:00:53:07"))
    stages(discover={"fake": sees(nameless)}, probe={"p": surface(wants=broken)})
    ((_, outcome, reason),) = attempts(scan(), "probe")
    assert (outcome, reason) == (Outcome.SKIPPED, "no address of it is known")


def test_a_device_that_stopped_answering_is_left_alone_from_then_on(scan, stages):
    asked = []

    def gone(target, net):
        yield fact(value="before")
        raise Gone("it stopped answering, so it was left alone")

    def noted(target, net):
        asked.append(target.address)
        return ()

    stages(
        discover={"fake": sees(sighting(), sighting(TV))},
        probe={
            "ports": surface(
                wants=lambda d, ask: target(d, ask) if HUB in d.addresses else (), probe=gone, provides=["x"]
            ),
            "later": surface(wants=target, probe=noted, needs=["x"]),
        },
    )
    found = scan()
    assert asked == [TV, TV]
    assert attempts(found, "probe.ports") == [
        ("127.0.0.1 tcp/80", Outcome.FAILED, "it stopped answering, so it was left alone")
    ]
    assert found.ended is Ended.FINISHED


def opens(port):
    """A probe that says that `port` is open, whatever is so."""
    return surface(
        wants=target,
        probe=lambda target, net: iter(
            [Service(address=target.address, transport=Transport.TCP, port=port, state=PortState.OPEN)]
        ),
    )


def alive(found):
    return [o.value for o in found.observations if o.kind == "host.alive"]


def test_who_answered_before_is_asked_once_more_at_the_end(scan, stages, listener):
    service = listener()
    stages(discover={"fake": sees(sighting())}, probe={"p": opens(service.port)})
    found = scan()
    assert alive(found) == [True]
    assert service.wait_for(lambda: service.accepted == 1)


def test_a_refusal_is_an_answer(scan, stages):
    stages(discover={"fake": sees(sighting())}, probe={"p": opens(free_port())})
    assert alive(scan()) == [True]


def test_who_stays_silent_at_the_end_is_reported(scan, stages, monkeypatch):
    from netguard.net.access import Net
    from netguard.net.swept import Swept

    def silent(self, at, ports):
        swept = Swept()
        swept.book((at, 8443), PortState.FILTERED)
        return swept

    stages(discover={"fake": sees(sighting())}, probe={"p": opens(8443)})
    monkeypatch.setattr(Net, "sweep", silent)
    found = scan()
    assert alive(found) == [False]
    ((_, outcome, reason),) = attempts(found, "probe.liveness")
    assert outcome is Outcome.FAILED
    assert "stopped answering during the scan" in reason


def test_a_device_whose_time_is_used_up_is_not_called_dead(scan, stages, listener, monkeypatch):
    monkeypatch.setattr(limits, "DEVICE_SECONDS", {Depth.QUICK: 0.0})
    stages(discover={"fake": sees(sighting())}, probe={"p": opens(listener().port)})
    assert alive(scan()) == [True]


def test_no_verdict_on_being_alive_without_having_looked(scan, stages, listener, monkeypatch):
    monkeypatch.setattr(limits, "LIVENESS_SECONDS", 0.0)
    stages(discover={"fake": sees(sighting())}, probe={"p": opens(listener().port)})
    found = scan()
    assert alive(found) == []
    assert attempts(found, "probe.liveness")[0][1] is Outcome.FAILED


def test_a_device_has_one_time_for_both_rounds(scan, stages, monkeypatch):
    monkeypatch.setattr(limits, "DEVICE_SECONDS", {Depth.QUICK: 0.3})
    left = []

    def slow(target, net):
        left.append(net.deadline.remaining)
        threading.Event().wait(0.1)
        return ()

    stages(discover={"fake": sees(sighting())}, probe={"p": surface(wants=target, probe=slow)})
    scan()
    assert left[0] <= 0.3
    assert left[1] <= left[0] - 0.1


def test_judging_again_changes_nothing(scan, stages, rules, listener):
    from netguard.model.past import Past

    telnet = listener(b"login: ")
    stages(discover={"fake": sees(sighting(facts=[fact("dnssd.type", "_telnet._tcp", telnet.port)]), sighting(TV))})
    found = scan()
    again = judge(found, rules, Past())
    assert (again.findings, again.actions, again.grade) == (found.findings, found.actions, found.grade)
    assert [(a.stage, a.target, a.outcome, a.reason) for a in again.attempts] == [
        (a.stage, a.target, a.outcome, a.reason) for a in found.attempts
    ]


def test_what_a_device_turns_out_to_be_decides_how_it_is_treated(scan, stages):
    seen = []

    def noted(target, net):
        from netguard.net.access import GENTLE, STURDY

        manners = net._network.turnstile(target.address).manners
        seen.append({id(GENTLE): "gentle", id(STURDY): "sturdy"}[id(manners)])
        return iter([Coverage(address=target.address, transport=Transport.TCP, ports="80", engine="builtin")])

    stages(discover={"fake": sees(sighting(TV))}, probe={"p": surface(wants=target, probe=noted)})
    found = scan()
    assert others(found)[0].role is Role.UNKNOWN
    assert seen == ["gentle", "gentle"]
    assert others(found)[0].coverage[0].ports == "80"


def test_the_gateway_is_told_with_the_device_that_it_is(scan, stages):
    hop = replace(SURROUNDINGS.vantage, gateway=NextHop(address=HUB))
    stages(discover={"fake": sees(sighting())}, probe={"none": surface()})
    found = scan(surroundings=replace(SURROUNDINGS, vantage=hop))
    (device,) = others(found)
    assert [gateway.device for gateway in found.gateways] == [device.key]
    assert scan().gateways == ()
