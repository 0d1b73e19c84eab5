"""smbv1: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.smbv1 import judge
from netguard.model.vocabulary import Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import came_to, exposing, facts, judged


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        *((r, Severity.HIGH) for r in (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.ROUTER)),
        (Role.ACCESS_POINT, Severity.HIGH),
        (Role.NAS, Severity.MEDIUM),
        (Role.COMPUTER, Severity.MEDIUM),
        *((r, Severity.LOW) for r in (Role.PRINTER, Role.TV, Role.CAMERA, Role.UNKNOWN)),
    ],
)
def test_severity_by_circumstance(role, severity):
    device = exposing(role, 445, "smb")
    (finding,) = judged(judge, device, observations=facts(device, 445, smb_v1=True, smb_dialect="NT LM 0.12"))
    assert (finding.status, finding.severity, finding.evidence) == (Status.FAIL, severity, ("o1", "o2"))


def test_what_refuses_it_passes():
    device = exposing(Role.NAS, 445, "smb")
    (finding,) = judged(judge, device, observations=facts(device, 445, smb_v1=False, smb_dialect="3.1.1"))
    assert (finding.status, finding.title) == (Status.PASS, "nas 20 refuses SMB 1")


def test_both_ports_are_doors_to_one_server():
    services = [builders.service(139), builders.service(445, name="smb")]
    device = builders.device(20, Role.NAS, services=services, asked=builders.ALL_TCP)
    for accepts, status in ((True, Status.FAIL), (False, Status.PASS)):
        (finding,) = judged(judge, device, observations=facts(device, 445, smb_v1=accepts))
        assert finding.status is status
    (one,) = judged(judge, device, observations=facts(device, 445, smb_v1=True))
    (other,) = judged(judge, device, observations=facts(device, 139, smb_v1=True))
    assert one.fingerprint == other.fingerprint


def test_what_did_not_answer_is_unknown_with_the_reason():
    reason = came_to("smb", "it said nothing to the greeting of SMB 1", "tcp/445")
    device = exposing(Role.NAS, 445, "smb")
    seen = facts(device, 445, smb_dialect="3.1.1")
    (finding,) = judged(judge, device, attempts=(reason,), observations=seen)
    assert (finding.status, "the greeting of SMB 1" in finding.title) == (Status.UNKNOWN, True)


def test_it_passes_only_inside_coverage():
    assert judged(judge, builders.device(20, asked="1-1024"))[0].status is Status.PASS
    assert judged(judge, builders.device(20, asked="445"))[0].status is Status.UNKNOWN
    assert judged(judge)[0].status is Status.NOT_APPLICABLE
