"""telnet-open: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.telnet_open import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Ended, Outcome, Power, Role, Severity, Status
from netguard.rules import loader
from tests import builders

RULES = loader.load()


def judged(*devices, **given):
    return list(judge(builders.scan(*devices, **given), RULES, Past()))


@pytest.mark.parametrize(
    ("role", "login", "severity"),
    [
        (Role.LOCK, "shell", Severity.CRITICAL),
        (Role.LOCK_HUB, "prompt", Severity.HIGH),
        (Role.ROUTER, "prompt", Severity.HIGH),
        (Role.ALARM, "silent", Severity.HIGH),
        (Role.CAMERA, "shell", Severity.HIGH),
        (Role.CAMERA, "prompt", Severity.MEDIUM),
        (Role.UNKNOWN, "prompt", Severity.MEDIUM),
    ],
)
def test_severity_by_circumstance(role, login, severity):
    device = builders.device(20, role, services=[builders.service(23, name="telnet")], asked=builders.ALL_TCP)
    seen = builders.observation(1, "telnet.login", login, of=device, port=23)
    (finding,) = judged(device, observations=(seen,))
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, severity, ("o1",))
    assert ("without any login" in finding.title) == (login == "shell")


def test_telnet_on_any_port_is_found_and_each_is_a_finding_of_its_own():
    services = [builders.service(23, name="telnet"), builders.service(4000, name="telnet")]
    findings = judged(builders.device(20, services=services, asked=builders.ALL_TCP))
    assert [f.status for f in findings] == [Status.FAIL, Status.FAIL]
    assert len({f.fingerprint for f in findings}) == 2


def test_a_silent_service_on_23_is_likely_and_another_protocol_there_is_none():
    (silent,) = judged(builders.device(20, services=[23], asked="23,2323"))
    assert (silent.status, silent.confidence) == (Status.FAIL, Confidence.LIKELY)
    (web,) = judged(builders.device(20, services=[builders.service(23, name="http")], asked="23,2323"))
    assert web.status is Status.PASS


def test_it_passes_only_inside_coverage():
    assert judged(builders.device(20, asked="1-1024,2323"))[0].status is Status.PASS
    (partly,) = judged(builders.device(20, asked="23"))
    assert partly.status is Status.UNKNOWN


def test_what_could_not_be_asked_is_unknown_with_the_reason():
    reason = builders.attempt("probe.ports", Outcome.FAILED, "none of 20 TCP ports answered", target="192.0.2.20")
    (finding,) = judged(builders.device(20), attempts=(reason,))
    assert finding.status is Status.UNKNOWN
    assert "none of 20 TCP ports answered" in finding.title
    (battery,) = judged(builders.device(20, Role.LOCK, power=Power.BATTERY, asked="80"))
    assert "runs on a battery" in battery.title


def test_a_fingerprint_follows_the_device_and_the_port_and_nothing_else():
    def found(**given):
        return judged(builders.device(20, services=[23], asked="23,2323", **given))[0].fingerprint

    assert found() == found(name="renamed", role=Role.LOCK)
    assert found() != found(key="mac:other")


def test_the_own_computer_is_not_judged():
    assert judged()[0].status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("stage", "outcome", "addresses", "scan", "helps"),
    [
        ("probe", Outcome.SKIPPED, True, {}, "never_touch"),
        ("probe", Outcome.SKIPPED, False, {}, "while it is awake"),
        ("probe.ports", Outcome.FAILED, True, {}, "--depth deep"),
        ("probe.ports", Outcome.FAILED, True, {"depth": Depth.DEEP}, "from nearer"),
        ("probe.ports", Outcome.FAILED, True, {"ended": Ended.DEADLINE}, "let the scan finish"),
        ("probe.ports", Outcome.SKIPPED, True, {"ended": Ended.INTERRUPTED}, "let the scan finish"),
    ],
)
def test_what_is_advised_would_really_help(stage, outcome, addresses, scan, helps):
    device = builders.device(20, **({} if addresses else {"addresses": ()}))
    (finding,) = judged(device, attempts=(builders.attempt(stage, outcome, "a reason", target=device.key),), **scan)
    assert finding.status is Status.UNKNOWN
    assert helps in finding.fix
    assert "--max-time" not in finding.fix, "it shortens a scan and lengthens nothing"
    if scan.get("depth") is Depth.DEEP:
        assert "--depth" not in finding.fix
