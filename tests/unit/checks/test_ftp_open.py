"""ftp-open: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.ftp_open import CHECK, judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import exposing, facts, judged, with_record


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        *((r, Severity.HIGH) for r in (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.ROUTER)),
        (Role.ACCESS_POINT, Severity.HIGH),
        *((r, Severity.MEDIUM) for r in (Role.CAMERA, Role.TV, Role.UNKNOWN)),
        *((r, Severity.LOW) for r in (Role.NAS, Role.COMPUTER, Role.PRINTER)),
    ],
)
def test_severity_by_circumstance(role, severity):
    device = exposing(role, 21, "ftp")
    seen = facts(device, 21, tcp_banner="220 FTP ready")
    (finding,) = judged(judge, device, observations=seen)
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, severity, Confidence.CONFIRMED)
    assert finding.evidence == ("o1",)
    assert "FTP on tcp/21" in finding.title
    assert finding.severity.at_least(Severity.LOW)


@pytest.mark.parametrize(
    ("role", "severity"),
    [(Role.ROUTER, Severity.CRITICAL), (Role.CAMERA, Severity.HIGH), (Role.NAS, Severity.MEDIUM)],
)
def test_what_lets_anybody_in_is_worse(role, severity):
    device = exposing(role, 21, "ftp")
    (finding,) = judged(judge, device, observations=facts(device, 21, tcp_banner="220 FTP", ftp_anonymous=True))
    assert (finding.severity, len(finding.evidence)) == (severity, 2)
    assert finding.title.endswith("offers FTP on tcp/21, and lets anybody in")
    (refusing,) = judged(judge, device, observations=facts(device, 21, tcp_banner="220 FTP", ftp_anonymous=False))
    assert "anybody" not in refusing.title
    assert not refusing.severity.at_least(severity)


@pytest.mark.parametrize("banner", ["220 Welcome", "421 Too many connections", "220-Hello", ""])
def test_what_greets_as_ftp_does_or_is_silent_on_21_is_likely(banner):
    device = exposing(Role.CAMERA, 21)
    (finding,) = judged(judge, device, observations=facts(device, 21, tcp_banner=banner))
    assert (finding.status, finding.confidence) == (Status.FAIL, Confidence.LIKELY)


def test_what_says_something_else_on_21_is_not_taken_for_ftp_nor_for_nothing():
    device = exposing(Role.CAMERA, 21)
    (finding,) = judged(judge, device, observations=facts(device, 21, tcp_banner="hello"))
    assert finding.status is Status.UNKNOWN
    assert "said something that is no FTP" in finding.title


def test_ftp_on_any_port_is_found_and_another_protocol_on_21_is_none():
    device = builders.device(
        20, services=[builders.service(21, name="ssh"), builders.service(2121, name="ftp")], asked=builders.ALL_TCP
    )
    assert [f.title for f in judged(judge, device)] == ["unknown 20 offers FTP on tcp/2121"]
    assert judged(judge, exposing(Role.NAS, 21, "ssh"))[0].status is Status.PASS


def test_it_passes_only_inside_coverage():
    assert judged(judge, builders.device(20, asked="1-1024"))[0].status is Status.PASS
    assert judged(judge, builders.device(20, asked="80"))[0].status is Status.UNKNOWN


def test_without_another_device_it_does_not_apply():
    assert judged(judge)[0].status is Status.NOT_APPLICABLE


def test_the_fix_is_the_device_records_where_it_knows_one():
    device, rules = with_record(exposing(Role.LOCK_HUB, 21, "ftp"), {CHECK.id: "Menu > Services > FTP: off"})
    assert judged(judge, device, rules=rules)[0].fix == "Menu > Services > FTP: off"
    assert judged(judge, exposing(Role.LOCK_HUB, 21, "ftp"))[0].fix.startswith("Switch FTP off")
