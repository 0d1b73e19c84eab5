"""admin-from-iot: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.admin_from_iot import APART, judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.guarding import KNOWN, came_to_nothing, one, page, router
from tests.unit.checks.judging import judged, with_record

LOCK = builders.device(20, Role.LOCK_HUB)
PHONE = builders.device(30, Role.PHONE)


def found(device, *pages, others=(LOCK,), **given):
    return one(judge, device, *pages, others=others, **given)


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({"says": "none"}, Severity.MEDIUM),
        ({"says": "factory"}, Severity.MEDIUM),
        ({"says": "setup"}, Severity.MEDIUM),
        ({"tried": "open"}, Severity.MEDIUM),
        ({"tried": "accepted", "account": "admin", "empty": False}, Severity.MEDIUM),
        ({"says": "set"}, Severity.LOW),
        ({"tried": "refused"}, Severity.LOW),
        ({}, Severity.LOW),
    ],
    ids=str,
)
def test_severity_by_circumstance(said, severity):
    device = router(443)
    finding = found(device, page(device, **said))
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, severity, Confidence.CONFIRMED)
    assert "lock-hub 20" in finding.title
    assert finding.evidence
    assert finding.fix == f"Let its menu be opened from your computers' network only: Tools > Who may. {APART}"


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.CAMERA, Role.PLUG])
def test_whatever_has_no_business_there_counts(role):
    device = router(443)
    assert found(device, page(device), others=(builders.device(20, role),)).status is Status.FAIL


def test_locks_are_named_first():
    device = router(443)
    cameras = [builders.device(n, Role.CAMERA) for n in range(21, 26)]
    title = found(device, page(device), others=(*cameras, LOCK)).title
    assert title.index("lock-hub 20") < title.index("camera 21")
    assert "and 2 more" in title


def test_http_authentication_is_a_menu_and_a_bare_page_is_not_known_to_be():
    device = router(80)
    asks = found(device, page(device, 80, None, http_status=401))
    assert (asks.status, asks.confidence, asks.fix) == (Status.FAIL, Confidence.CONFIRMED, APART)
    led = found(device, page(device, 80, None, http_status=302, http_redirect="/x", http_realm="r"))
    assert led.confidence is Confidence.LIKELY
    bare = found(device, page(device, 80, None))
    assert (bare.status, "was not recognised" in bare.title) == (Status.UNKNOWN, True)


def test_it_passes_where_no_page_answers_there():
    finding = found(router(53))
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert "no page on the network that lock-hub 20 are on" in finding.title or "lock-hub 20" in finding.title
    assert found(router(53, asked="53")).status is Status.UNKNOWN
    failed = found(router(80), attempts=(came_to_nothing("http", "reset", "tcp/80"),))
    assert (failed.status, "reset" in failed.title) == (Status.UNKNOWN, True)


def test_what_was_not_looked_at_from_there_is_unknown():
    device = router(443)
    declared = builders.device(21, Role.LOCK, declared=True, seen=False, addresses=(), name="Front door")
    away = found(device, page(device), others=(PHONE, declared))
    assert (away.status, "Front door" in away.title) == (Status.UNKNOWN, True)
    assert "scan from there" in away.fix
    stranger = found(device, page(device), others=(builders.device(22),))
    assert (stranger.status, "1 device could not be identified" in stranger.title) == (Status.UNKNOWN, True)


def test_it_does_not_apply_where_nobody_is_kept_away():
    device = router(443)
    assert found(device, page(device), others=(PHONE,)).status is Status.NOT_APPLICABLE
    assert [f.status for f in judged(judge, LOCK)] == [Status.NOT_APPLICABLE]


def test_each_device_is_a_finding_and_its_own_record_comes_first():
    first, rules = with_record(router(443), {"admin-from-iot": "Press twice."}, base="router")
    second = router(443, number=2, role=Role.ACCESS_POINT)
    facts = (*page(first), *page(second, first=20))
    rules = replace(KNOWN, devices=rules.devices)
    findings = judged(judge, first, second, LOCK, rules=rules, observations=facts)
    assert [f.status for f in findings] == [Status.FAIL] * 2
    assert findings[0].fix == "Press twice."
    assert len({f.fingerprint for f in findings}) == 2
