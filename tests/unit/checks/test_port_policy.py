"""port-policy: a person's own lines, as they wrote them."""

from dataclasses import replace

import pytest

from netguard.checks.port_policy import judge
from netguard.model.vocabulary import Role, Severity, Status, Transport
from netguard.rules.schema import PolicyRule
from tests import builders
from tests.unit.checks.judging import RULES, exposing, facts, judged, udp_covered

CAMERAS = PolicyRule(
    role=Role.CAMERA, ports="80,8000-8010", severity=Severity.HIGH, why="HTTPS only.", fix="Menu > Web."
)
STRICT = PolicyRule(role=Role.CAMERA, ports="80", severity=Severity.CRITICAL, why="Never.")
UDP = PolicyRule(role=Role.PRINTER, ports="161", transport=Transport.UDP, severity=Severity.LOW, why="No SNMP.")


def told(*devices, policy=(CAMERAS,), **given):
    return judged(judge, *devices, rules=replace(RULES, policy=policy), **given)


def test_a_forbidden_port_fails_as_the_line_says():
    camera = exposing(Role.CAMERA, 8001, "http")
    (finding,) = told(camera, observations=facts(camera, 8001, http_title="Camera"))
    assert (finding.status, finding.severity, finding.why, finding.fix) == (
        Status.FAIL,
        Severity.HIGH,
        "HTTPS only.",
        "Menu > Web.",
    )
    assert finding.evidence == ("o1",)
    assert "tcp/8001 (http), against your own policy" in finding.title


@pytest.mark.parametrize("policy", [(CAMERAS, STRICT), (STRICT, CAMERAS)])
def test_of_two_lines_about_one_port_the_more_severe_counts(policy):
    (finding,) = told(exposing(Role.CAMERA, 80), policy=policy)
    assert (finding.severity, finding.why) == (Severity.CRITICAL, "Never.")
    assert "rules/ports.yaml" in finding.fix


def test_each_port_is_a_finding_and_two_addresses_of_a_device_are_one():
    services = [
        builders.service(80),
        builders.service(80, at="192.0.2.99"),
        builders.service(8000),
        builders.service(443),
    ]
    findings = told(builders.device(20, Role.CAMERA, services=services, asked=builders.ALL_TCP))
    assert ["tcp/80" in findings[0].title, "tcp/8000" in findings[1].title] == [True, True]
    assert len({f.fingerprint for f in findings}) == len(findings) == 2


def test_it_passes_only_when_each_of_its_ports_was_asked():
    assert told(exposing(Role.CAMERA, 443, asked="80,443,8000-8010"))[0].status is Status.PASS
    (finding,) = told(builders.device(20, Role.CAMERA, asked="80,8000-8008"))
    assert finding.status is Status.UNKNOWN
    assert "(left: tcp 8009-8010)" in finding.title


def test_a_forbidden_port_and_one_that_was_not_asked_are_both_told():
    assert {f.status for f in told(exposing(Role.CAMERA, 80, asked="80"))} == {Status.FAIL, Status.UNKNOWN}


def test_over_udp_only_an_answer_counts():
    printer = builders.device(20, Role.PRINTER, asked=builders.ALL_TCP)
    (finding,) = told(printer, policy=(UDP,))
    assert finding.status is Status.UNKNOWN
    assert "udp 161" in finding.title
    assert told(udp_covered(printer), policy=(UDP,))[0].status is Status.PASS
    agent = builders.service(161, name="snmp", transport=Transport.UDP)
    (finding,) = told(builders.device(20, Role.PRINTER, services=[agent]), policy=(UDP,))
    assert (finding.status, "udp/161 (snmp)" in finding.title) == (Status.FAIL, True)


def test_a_long_list_of_ports_that_were_not_asked_is_cut():
    line = PolicyRule(role=Role.TV, ports=",".join(str(p) for p in range(1, 999, 2)), severity=Severity.LOW, why="w")
    (finding,) = told(builders.device(20, Role.TV), policy=(line,))
    assert finding.title.endswith(",…)")
    assert len(finding.title) < 300


def test_without_a_policy_or_a_device_of_its_roles_it_does_not_apply():
    (finding,) = told(exposing(Role.CAMERA, 80), policy=())
    assert finding.status is Status.NOT_APPLICABLE
    assert "you have not written one" in finding.title
    (finding,) = told(exposing(Role.TV, 80))
    assert finding.status is Status.NOT_APPLICABLE


def test_a_declared_device_that_was_not_seen_is_unknown():
    absent = builders.device(20, Role.CAMERA, declared=True, seen=False, addresses=(), unseen="Switch it on.")
    assert told(absent)[0].status is Status.UNKNOWN
