"""hub-tls-key: fail, pass, unknown, not applicable, and how severe."""

from datetime import timedelta

import pytest

from netguard.checks.hub_tls_key import judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import came_to, exposing, facts, judged

DOORS = (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM)
ELSEWHERE = (Role.ROUTER, Role.ACCESS_POINT, Role.CAMERA, Role.DOORBELL)


def day(days):
    return (builders.NOW + timedelta(days=days)).isoformat()


def shown(device, port=443, first=1, **said):
    usual = {
        "tls_version": "TLSv1.3",
        "tls_key": "ab" * 32,
        "tls_starts": day(-100),
        "tls_expires": day(100),
        "tls_accepts": (),
    }
    return facts(
        device, port, device.services[0].transport, first, **{k: v for k, v in (usual | said).items() if v is not None}
    )


def found(role, **said):
    device = exposing(role, 443, "tls")
    return judged(judge, device, observations=shown(device, **said))


@pytest.mark.parametrize("role", [*DOORS, *ELSEWHERE])
def test_a_valid_certificate_with_a_key_of_its_own_passes_and_is_cited(role):
    (finding,) = found(role)
    assert finding.status is Status.PASS
    assert finding.evidence == ("o1", "o2", "o4")


FAULTS = {
    "outdated": (
        {"tls_version": "TLSv1.1", "tls_accepts": None},
        Severity.MEDIUM,
        Severity.LOW,
        "nothing newer than TLSv1.1",
    ),
    "outdated too": ({"tls_accepts": ("TLSv1",)}, Severity.LOW, Severity.INFO, "too (TLSv1)"),
    "run out": ({"tls_expires": day(-2)}, Severity.LOW, Severity.INFO, "ran out on 2026-11-19"),
    "not yet": ({"tls_starts": day(2)}, Severity.LOW, Severity.INFO, "valid from 2026-11-23 only"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("role", [*DOORS, *ELSEWHERE])
def test_severity_by_circumstance(fault, role):
    said, on_doors, elsewhere, words = FAULTS[fault]
    (finding,) = found(role, **said)
    assert finding.status is Status.FAIL
    assert finding.severity is (on_doors if role in DOORS else elsewhere)
    assert words in finding.title
    assert len(finding.evidence) == 1


@pytest.mark.parametrize("role", [*DOORS, *ELSEWHERE])
def test_a_key_that_another_device_shows_too_is_likely_a_shared_one(role):
    device, other = exposing(role, 443, "tls"), exposing(Role.PRINTER, 443, "tls", number=21)
    seen = (*shown(device), *shown(other, first=20))
    (finding,) = judged(judge, device, other, observations=seen)
    assert (finding.status, finding.confidence) == (Status.FAIL, Confidence.LIKELY)
    assert finding.severity is (Severity.MEDIUM if role in DOORS else Severity.LOW)
    assert "the same key on tcp/443 as printer 21" in finding.title
    assert finding.target == device.key, "the printer is not its business"


def test_two_hubs_with_one_key_are_a_finding_each_and_one_hub_on_two_ports_none():
    one, two = exposing(Role.LOCK_HUB, 443, "tls"), exposing(Role.LOCK_HUB, 443, "tls", number=21)
    findings = judged(judge, one, two, observations=(*shown(one), *shown(two, first=20)))
    assert {f.target for f in findings if f.status is Status.FAIL} == {one.key, two.key}
    services = [builders.service(443, name="tls"), builders.service(8443, name="tls")]
    hub = builders.device(20, Role.LOCK_HUB, services=services, asked=builders.ALL_TCP)
    (finding,) = judged(judge, hub, observations=(*shown(hub), *shown(hub, 8443, first=20)))
    assert finding.status is Status.PASS


def test_several_faults_are_a_finding_each():
    findings = found(Role.LOCK_HUB, tls_version="SSLv3", tls_accepts=None, tls_expires=day(-1), tls_starts=day(3))
    assert [f.status for f in findings] == [Status.FAIL] * 3
    assert len({f.fingerprint for f in findings}) == 3


def test_a_clock_that_is_hours_ahead_is_no_fault():
    assert found(Role.LOCK_HUB, tls_starts=day(0.9))[0].status is Status.PASS


def test_a_new_key_or_date_does_not_make_it_a_new_finding():
    (one,), (other,) = (found(Role.LOCK_HUB, tls_expires=day(n), tls_key=str(n)) for n in (-1, -50))
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("expires", [None, "soon", "", 7])
def test_a_certificate_that_cannot_be_read_is_unknown(expires):
    (finding,) = found(Role.LOCK_HUB, tls_expires=expires)
    assert finding.status is Status.UNKNOWN
    assert "could not be read" in finding.title


def test_a_handshake_that_failed_is_unknown_where_nothing_else_is_known_to_listen():
    reason = came_to("tls", "it broke the handshake off", "tcp/443")
    (finding,) = judged(judge, exposing(Role.LOCK_HUB, 443), attempts=(reason,))
    assert (finding.status, "it broke the handshake off" in finding.title) == (Status.UNKNOWN, True)
    (plain,) = judged(judge, exposing(Role.LOCK_HUB, 443, "http"), attempts=(reason,))
    assert plain.status is Status.NOT_APPLICABLE


def test_outdated_versions_that_could_not_be_asked_for_are_unknown_and_a_battery_is_spared_them():
    hub = exposing(Role.LOCK_HUB, 443, "tls")
    reason = came_to("tls", "this computer speaks none of them", "tcp/443")
    (finding,) = judged(judge, hub, observations=shown(hub, tls_accepts=None), attempts=(reason,))
    assert (finding.status, "this computer speaks none of them" in finding.title) == (Status.UNKNOWN, True)
    (finding,) = judged(judge, hub, observations=shown(hub, tls_accepts=None))
    assert finding.status is Status.PASS
    assert "outdated" not in finding.title


def test_outside_coverage_it_is_unknown_and_without_tls_it_does_not_apply():
    assert judged(judge, builders.device(20, Role.LOCK_HUB, asked="80"))[0].status is Status.UNKNOWN
    assert judged(judge, builders.device(20, Role.LOCK_HUB, asked="443,8443"))[0].status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("role", [Role.PRINTER, Role.NAS, Role.COMPUTER, Role.UNKNOWN])
def test_other_devices_are_not_its_business(role):
    (finding,) = found(role, tls_expires=day(-1))
    assert (finding.status, finding.target) == (Status.NOT_APPLICABLE, "network")


def test_a_declared_hub_that_was_not_seen_is_unknown():
    absent = builders.device(20, Role.LOCK_HUB, declared=True, seen=False, addresses=(), unseen="Plug it in.")
    assert judged(judge, absent)[0].status is Status.UNKNOWN
