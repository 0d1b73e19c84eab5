"""mqtt-anonymous: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.mqtt_anonymous import judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import came_to, exposing, facts, judged

LOCK = builders.device(40, Role.LOCK, asked=builders.ALL_TCP)


def about(number, findings):
    return [f for f in findings if f.target == builders.device(number).key]


@pytest.mark.parametrize(
    ("role", "others", "severity"),
    [
        (Role.COMPUTER, (), Severity.MEDIUM),
        (Role.NAS, (builders.device(41, Role.CAMERA, asked=builders.ALL_TCP),), Severity.MEDIUM),
        (Role.COMPUTER, (LOCK,), Severity.HIGH),
        (Role.NAS, (builders.device(41, Role.SMART_HOME_HUB, asked=builders.ALL_TCP),), Severity.HIGH),
        (Role.NAS, (builders.device(41, Role.LOCK, declared=True, seen=False, addresses=()),), Severity.HIGH),
        (Role.LOCK, (), Severity.CRITICAL),
        (Role.LOCK_HUB, (), Severity.CRITICAL),
        (Role.SMART_HOME_HUB, (), Severity.CRITICAL),
        (Role.ALARM, (), Severity.CRITICAL),
    ],
)
def test_severity_by_circumstance(role, others, severity):
    broker = exposing(role, 1883, "mqtt")
    (finding,) = about(
        20, judged(judge, broker, *others, observations=facts(broker, 1883, mqtt_anonymous=True, mqtt_code=0))
    )
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, severity, ("o1", "o2"))
    assert "tcp/1883" in finding.title


def test_a_broker_that_asks_for_a_login_passes_and_says_so():
    broker = exposing(Role.COMPUTER, 1883, "mqtt")
    (finding,) = judged(judge, broker, observations=facts(broker, 1883, mqtt_anonymous=False, mqtt_code=5))
    assert (finding.status, finding.evidence) == (Status.PASS, ("o1", "o2"))
    assert "asks for a login to its MQTT broker on tcp/1883" in finding.title


def test_a_broker_with_and_without_tls_is_judged_on_both():
    services = [builders.service(port, name="mqtt") for port in (1883, 8883)]
    broker = builders.device(20, Role.COMPUTER, services=services, asked=builders.ALL_TCP)
    seen = (*facts(broker, 1883, mqtt_anonymous=False), *facts(broker, 8883, mqtt_anonymous=True))
    (finding,) = judged(judge, broker, observations=seen)
    assert (finding.status, "tcp/8883" in finding.title) == (Status.FAIL, True)


def test_a_broker_that_declined_for_another_reason_is_unknown():
    broker = exposing(Role.COMPUTER, 1883, "mqtt")
    (finding,) = judged(judge, broker, observations=facts(broker, 1883, mqtt_code=3))
    assert finding.status is Status.UNKNOWN
    assert "code 3" in finding.title


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.UNKNOWN])
def test_what_is_never_asked_is_unknown_only_where_the_port_is_open(role):
    (finding,) = judged(judge, exposing(role, 1883))
    assert finding.status is Status.UNKNOWN
    assert "netguard never tries to get in" in finding.title
    assert ("netguard devices role" in finding.fix) == (role is Role.UNKNOWN)
    assert judged(judge, builders.device(20, role, asked="1883,8883"))[0].status is Status.PASS


def test_what_is_only_possibly_a_computer_is_never_asked_either():
    (finding,) = judged(judge, exposing(Role.COMPUTER, 1883, confidence=Confidence.POSSIBLE))
    assert "not identified for sure" in finding.title


def test_why_it_was_not_told_comes_from_the_probe_or_from_tls_before_it():
    reason = came_to("mqtt", "it answered something that is not MQTT", "tcp/1883")
    (finding,) = judged(judge, exposing(Role.NAS, 1883), attempts=(reason,))
    assert (finding.status, "it answered something that is not MQTT" in finding.title) == (Status.UNKNOWN, True)
    reason = came_to("tls", "it ended the handshake", "tcp/8883")
    (finding,) = judged(judge, exposing(Role.NAS, 8883), attempts=(reason,))
    assert (finding.status, "it ended the handshake" in finding.title) == (Status.UNKNOWN, True)


def test_outside_coverage_it_is_unknown_and_alone_it_does_not_apply():
    assert judged(judge, builders.device(20, asked="1883"))[0].status is Status.UNKNOWN
    assert judged(judge)[0].status is Status.NOT_APPLICABLE
