"""rtsp-open: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.rtsp_open import judge
from netguard.model.vocabulary import Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import came_to, exposing, facts, judged


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        *((r, Severity.HIGH) for r in (Role.CAMERA, Role.DOORBELL, Role.LOCK, Role.SMART_HOME_HUB, Role.ALARM)),
        *((r, Severity.MEDIUM) for r in (Role.NAS, Role.COMPUTER, Role.UNKNOWN, Role.TV)),
    ],
)
def test_severity_by_circumstance(role, severity):
    camera = exposing(role, 554, "rtsp")
    seen = facts(camera, 554, rtsp_status=200, rtsp_describe=200, rtsp_path="/")
    (finding,) = judged(judge, camera, observations=seen)
    assert (finding.status, finding.severity) == (Status.FAIL, severity)
    assert finding.evidence == ("o2", "o3"), "that OPTIONS was answered proves nothing"


@pytest.mark.parametrize("code", [401, 403])
def test_a_camera_that_asks_for_a_login_passes(code):
    camera = exposing(Role.CAMERA, 8554, "rtsp")
    (finding,) = judged(judge, camera, observations=facts(camera, 8554, rtsp_status=200, rtsp_describe=code))
    assert finding.status is Status.PASS
    assert "asks for a login" in finding.title


@pytest.mark.parametrize("code", [404, 454, 503])
def test_a_camera_without_a_stream_under_the_usual_names_is_unknown(code):
    camera = exposing(Role.CAMERA, 554, "rtsp")
    (finding,) = judged(judge, camera, observations=facts(camera, 554, rtsp_status=200, rtsp_describe=code))
    assert finding.status is Status.UNKNOWN
    assert f"it answered {code}" in finding.title


def test_options_alone_proves_nothing():
    camera = exposing(Role.CAMERA, 554, "rtsp")
    reason = came_to("rtsp", "it said 200 to DESCRIBE and described no stream", "tcp/554")
    (finding,) = judged(judge, camera, observations=facts(camera, 554, rtsp_status=200), attempts=(reason,))
    assert finding.status is Status.UNKNOWN
    assert "described no stream" in finding.title


def test_one_open_stream_beside_a_closed_one_is_a_finding_and_an_unclear_one_is_told_too():
    services = [builders.service(554, name="rtsp"), builders.service(8554)]
    camera = builders.device(20, Role.CAMERA, services=services, asked=builders.ALL_TCP)
    findings = judged(judge, camera, observations=facts(camera, 554, rtsp_describe=200))
    assert [f.status for f in findings] == [Status.FAIL, Status.UNKNOWN]
    assert len({f.fingerprint for f in findings}) == 2


def test_it_passes_only_inside_coverage():
    assert judged(judge, builders.device(20, Role.CAMERA, asked="554,8554"))[0].status is Status.PASS
    assert judged(judge, exposing(Role.CAMERA, 8554, "http"))[0].status is Status.PASS
    assert judged(judge, builders.device(20, Role.CAMERA, asked="554"))[0].status is Status.UNKNOWN
    assert judged(judge)[0].status is Status.NOT_APPLICABLE
