"""login-cleartext: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.login_cleartext import BESIDE, GENERAL, WITHOUT, judge
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders
from tests.unit.checks.guarding import KNOWN, came_to_nothing, one, page, router
from tests.unit.checks.judging import judged, with_record

TO_HTTPS = {"http_status": 301, "http_redirect": "https://192.0.2.1/"}


def found(*ports, **first):
    device = router(*ports)
    pages = [page(device, port, first=10 * n) for n, port in enumerate(ports[1:], 1)]
    return one(judge, device, page(device, ports[0], **first), *pages)


def test_severity_by_circumstance():
    alone = found(80)
    assert (alone.status, alone.severity, alone.confidence) == (Status.FAIL, Severity.MEDIUM, Confidence.CONFIRMED)
    assert alone.fix == "Switch HTTPS on, and plain HTTP off if it can be. In its menu: Tools > HTTPS."
    beside = found(80, 443)
    assert (beside.status, beside.severity) == (Status.FAIL, Severity.LOW)
    assert beside.title.endswith("(tcp/80), beside an encrypted page")
    assert BESIDE in beside.fix
    assert alone.evidence


def test_it_takes_any_kind_of_encrypted_page_beside_it_for_one():
    device = router(80, 8443)
    other = page(device, 8443, None, first=20, tls_version="TLSv1.2")
    assert one(judge, device, page(device, 80), other).severity is Severity.LOW


def test_http_authentication_without_tls_is_a_login_without_encryption():
    sure = found(8080, family=None, http_status=401, http_realm="Router")
    assert (sure.status, sure.severity, sure.confidence) == (Status.FAIL, Severity.MEDIUM, Confidence.CONFIRMED)
    assert (GENERAL in sure.fix, WITHOUT in sure.fix) == (True, True)
    led = found(80, family=None, http_status=302, http_redirect="/admin/", http_realm="Router")
    assert (led.status, led.confidence) == (Status.FAIL, Confidence.LIKELY)


def test_a_family_without_a_known_menu_gets_general_words():
    device = router(80)
    assert GENERAL in one(judge, device, page(device, 80, "mute")).fix


@pytest.mark.parametrize("realm", [None, "Router"])
def test_a_port_that_only_leads_to_an_encrypted_page_is_no_admin_page(realm):
    device = router(80, 443)
    finding = one(judge, device, page(device, 80, None, http_realm=realm, **TO_HTTPS), page(device, first=20))
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert "(tcp/443)" in finding.title
    assert finding.evidence


def test_a_login_page_behind_such_a_port_counts_all_the_same():
    device = router(80, 443)
    finding = one(judge, device, page(device, 80, **TO_HTTPS), page(device, first=20))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.LOW)


def test_an_encrypted_page_that_it_leads_to_and_was_not_seen_is_no_pass():
    device = router(80)
    finding = one(judge, device, page(device, 80, None, **TO_HTTPS))
    assert finding.status is Status.UNKNOWN
    assert "tcp/80 leads to an encrypted page, which was not seen" in finding.title


def test_a_page_that_is_not_recognised_is_unknown():
    device = router(80, 443)
    plain = one(judge, device, page(device, 80, None), page(device, first=20))
    assert (plain.status, "was not recognised" in plain.title) == (Status.UNKNOWN, True)
    both = (*page(device, 80), builders.observation(30, "login.family", "mute", of=device, port=80))
    assert "several families" in one(judge, device, both).title
    encrypted = router(443)
    assert one(judge, encrypted, page(encrypted, 443, None)).status is Status.UNKNOWN


def test_what_was_not_asked_is_no_pass():
    device = router(80, 443)
    failed = came_to_nothing("http", "connection reset", "tcp/80")
    finding = one(judge, device, page(device), attempts=(failed,))
    assert (finding.status, "connection reset" in finding.title) == (Status.UNKNOWN, True)
    half = router(443, asked="443")
    assert one(judge, half, page(half)).status is Status.UNKNOWN


def test_the_provider_s_port_is_no_admin_page():
    device = router(443, 7547)
    provider = page(device, 7547, None, first=20, http_status=401, http_realm="HuaweiHomeGateway")
    assert one(judge, device, page(device), provider).status is Status.PASS


def test_interfaces_that_show_no_page_do_not_count():
    device = router(443, 49000)
    assert one(judge, device, page(device), page(device, 49000, None, first=20, http_status=404)).status is Status.PASS


def test_it_does_not_apply_without_routers_or_pages():
    (finding,) = judged(judge, builders.device(20, Role.PRINTER, services=(80,)))
    assert finding.status is Status.NOT_APPLICABLE
    assert one(judge, router(22)).status is Status.NOT_APPLICABLE


def test_each_port_is_a_finding_and_its_own_record_comes_first():
    device, rules = with_record(router(80, 8080), {"login-cleartext": "Press twice."}, base="router")
    facts = (*page(device, 80), *page(device, 8080, first=20))
    findings = judged(judge, device, rules=replace(KNOWN, devices=rules.devices), observations=facts)
    assert [f.fix for f in findings] == ["Press twice."] * 2
    assert len({f.fingerprint for f in findings}) == 2
