"""adb-open: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.adb_open import judge
from netguard.model.vocabulary import Ended, Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import came_to, exposing, facts, judged

COMMANDING = (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.CAMERA, Role.DOORBELL, Role.ROUTER)


@pytest.mark.parametrize(
    ("role", "asks", "severity"),
    [
        *((role, "none", Severity.CRITICAL) for role in COMMANDING),
        *((role, "none", Severity.HIGH) for role in (Role.TV, Role.PHONE, Role.UNKNOWN)),
        *((role, asks, Severity.MEDIUM) for role in COMMANDING for asks in ("key", "tls")),
        *((Role.TV, asks, Severity.LOW) for asks in ("key", "tls")),
    ],
)
def test_severity_by_circumstance(role, asks, severity):
    device = exposing(role, 5555, "adb")
    (finding,) = judged(judge, device, observations=facts(device, 5555, adb_authentication=asks))
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, severity, ("o1",))
    assert finding.title.endswith(", by anybody") == (asks == "none")


def test_an_open_port_that_did_not_answer_as_adb_is_unknown_with_the_reason():
    reason = came_to("adb", "it answered something that is not ADB", "tcp/5555")
    (finding,) = judged(judge, exposing(Role.TV, 5555), attempts=(reason,))
    assert finding.status is Status.UNKNOWN
    assert "it answered something that is not ADB" in finding.title
    (quiet,) = judged(judge, exposing(Role.TV, 5555), attempts=(came_to("adb", where="tcp/5555"),))
    assert quiet.status is Status.UNKNOWN
    assert "answered nothing that is ADB" in quiet.title


def test_an_open_port_that_was_not_asked_says_so():
    (finding,) = judged(judge, exposing(Role.LOCK_HUB, 5555))
    assert "was not asked for ADB" in finding.title
    assert finding.fix == "Scan again."
    (cut,) = judged(judge, exposing(Role.LOCK_HUB, 5555), ended=Ended.INTERRUPTED)
    assert "before the scan ended" in cut.title
    assert cut.fix == "Scan again and let the scan finish."


def test_it_passes_only_inside_coverage_and_where_5555_is_something_else():
    assert judged(judge, builders.device(20, asked="5555"))[0].status is Status.PASS
    assert judged(judge, exposing(Role.TV, 5555, "http"))[0].status is Status.PASS
    assert judged(judge, builders.device(20, asked="80"))[0].status is Status.UNKNOWN
    assert judged(judge)[0].status is Status.NOT_APPLICABLE


def test_debugging_over_wifi_on_a_port_of_its_own_is_found():
    device = exposing(Role.PHONE, 37123, "adb")
    (finding,) = judged(judge, device, observations=facts(device, 37123, adb_authentication="tls"))
    assert "tcp/37123" in finding.title
