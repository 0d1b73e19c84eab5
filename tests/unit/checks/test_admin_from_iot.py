"""admin-from-iot: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.admin_from_iot import APART, PROGRAMS, judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.guarding import KNOWN, came_to_nothing, one, page, router
from tests.unit.checks.judging import judged, with_record

LOCK = builders.device(20, Role.LOCK_HUB)
PHONE = builders.device(30, Role.PHONE)


def found(device, *pages, others=(LOCK,), **given):
    return one(judge, device, *pages, others=others, **given)


@pytest.mark.parametrize(
    "said",
    [
        {"says": "none"},
        {"says": "setup"},
        {"tried": "accepted", "account": "admin", "empty": False},
        {"says": "set"},
        {},
    ],
    ids=str,
)
def test_it_is_low_whatever_is_known_of_its_login_so_that_a_scan_that_did_not_try_is_no_better(said):
    device = router(443)
    finding = found(device, page(device, **said))
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, Severity.LOW, Confidence.CONFIRMED)
    assert "lock-hub 20" in finding.title
    assert finding.evidence
    assert finding.fix == f"Let its menu be opened from your computers' network only: Tools > Who may. {APART}"


def programs(device, port=49000, *, answer=True, first=50):
    return (builders.observation(first, "tr064.answer", answer, of=device, port=port),)


def test_what_programs_set_it_up_by_is_a_way_in_beside_its_menu_or_alone():
    device = router(443, 49000)
    both = found(device, page(device), programs(device))
    assert "shows its menu" in both.title
    assert "(tcp/443, TR-064 on tcp/49000)" in both.title
    assert (PROGRAMS in both.fix, "Tools > Who may" in both.fix) == (True, True)
    alone = found(router(49000), programs(router(49000)))
    assert (alone.status, alone.severity, alone.confidence) == (Status.FAIL, Severity.LOW, Confidence.CONFIRMED)
    assert "lets programs set it up, after a login, on the network that lock-hub 20" in alone.title
    assert alone.fix == f"{PROGRAMS} {APART}"
    assert list(alone.evidence) == [programs(router(49000))[0].id]


def test_a_port_that_is_no_tr064_or_is_closed_by_now_is_none():
    device = router(443, 49000)
    assert "TR-064" not in found(device, page(device), programs(device, answer=False)).title
    assert "TR-064" not in found(router(443), page(router(443)), programs(router(443))).title


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
