"""snmp-public: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.snmp_public import judge
from netguard.model.vocabulary import Confidence, Depth, Outcome, PortState, Power, Role, Severity, Status, Transport
from tests import builders
from tests.unit.checks.judging import came_to, facts, judged, udp_covered

UDP = Transport.UDP


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        *((r, Severity.MEDIUM) for r in (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.ROUTER)),
        *((r, Severity.MEDIUM) for r in (Role.ACCESS_POINT, Role.SWITCH)),
        (Role.PRINTER, Severity.INFO),
        *((r, Severity.LOW) for r in (Role.CAMERA, Role.NAS, Role.UNKNOWN)),
    ],
)
def test_severity_by_circumstance(role, severity):
    device = udp_covered(builders.device(20, role))
    (finding,) = judged(judge, device, observations=facts(device, 161, UDP, snmp_sysdescr="Linux router"))
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, severity, ("o1",))
    assert "`public`" in finding.title


def test_a_closed_port_or_an_agent_that_declines_passes():
    assert judged(judge, udp_covered(builders.device(20, Role.ROUTER)))[0].status is Status.PASS
    agent = builders.service(161, name="snmp", transport=UDP)
    assert judged(judge, udp_covered(builders.device(20, Role.ROUTER, services=[agent])))[0].status is Status.PASS


def test_silence_is_no_pass_and_is_said_once_for_all_that_were_silent():
    devices = [builders.device(n, Role.PRINTER) for n in range(20, 26)]
    tries = [came_to("snmp", "it said nothing", "udp/161", device=f"192.0.2.{n}") for n in range(20, 26)]
    (finding,) = judged(judge, *devices, attempts=tries)
    assert finding.status is Status.UNKNOWN
    assert "printer 20, printer 21, printer 22, printer 23 and 2 more, because" in finding.title
    assert "it said nothing" in finding.title
    assert finding.target == "network"


def test_an_answer_that_is_no_snmp_is_unknown_for_a_reason_of_its_own():
    strange = udp_covered(
        builders.device(20, Role.NAS, services=[builders.service(161, transport=UDP, state=PortState.OPEN)])
    )
    silent = builders.device(21, Role.NAS)
    tries = [
        came_to("snmp", "it answered something that is not SNMP", "udp/161"),
        came_to("snmp", "it said nothing", "udp/161", device="192.0.2.21"),
    ]
    findings = judged(judge, strange, silent, attempts=tries)
    assert [f.status for f in findings] == [Status.UNKNOWN, Status.UNKNOWN]
    assert len({f.fingerprint for f in findings}) == 2


def test_who_is_never_asked_is_told_in_one_line():
    roles = (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.UNKNOWN)
    devices = [builders.device(20 + n, role) for n, role in enumerate(roles)]
    possible = builders.device(30, Role.NAS, confidence=Confidence.POSSIBLE)
    (finding,) = judged(judge, *devices, possible)
    assert finding.status is Status.UNKNOWN
    assert "never tries" in finding.title
    assert "and 2 more" in finding.title


def test_what_the_depth_did_not_ask_is_told_with_how_to_have_it_asked():
    (finding,) = judged(judge, builders.device(20, Role.TV), depth=Depth.STANDARD)
    assert finding.fix == "Scan with --depth deep."
    assert "printers, storage, cameras" in finding.title
    (finding,) = judged(judge, builders.device(20, Role.TV), depth=Depth.QUICK)
    assert "depth quick asks nobody for SNMP" in finding.title
    (finding,) = judged(judge, builders.device(20, Role.TV), depth=Depth.DEEP)
    assert finding.fix == "Scan again."


def test_a_battery_is_spared_and_deeper_looking_is_not_advised():
    (finding,) = judged(judge, builders.device(20, Role.CAMERA, power=Power.BATTERY))
    assert "runs on a battery" in finding.title
    assert "--depth" not in finding.fix


def test_what_was_left_alone_altogether_says_why():
    devices = [builders.device(n, Role.PRINTER) for n in (20, 21)]
    tries = [
        builders.attempt("probe", Outcome.SKIPPED, reason, target=f"192.0.2.{n}")
        for n, reason in ((20, "it is on your list of devices never to touch"), (21, "it sleeps"))
    ]
    (finding,) = judged(judge, *devices, attempts=tries)
    assert "because it is on your list of devices never to touch or it sleeps" in finding.title
    assert "never_touch" in finding.fix


def test_the_line_about_many_is_the_same_finding_whoever_they_are():
    (one,) = judged(judge, builders.device(20, Role.LOCK))
    (many,) = judged(judge, builders.device(20, Role.LOCK), builders.device(21, Role.ALARM))
    assert one.fingerprint == many.fingerprint


def test_alone_it_does_not_apply():
    assert judged(judge)[0].status is Status.NOT_APPLICABLE
