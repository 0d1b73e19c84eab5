"""wifi-tkip: every cell, for every kind of security."""

import pytest

from netguard.checks.wifi_tkip import FIRST_WPA, MIXED, judge
from netguard.model.vocabulary import Security, Severity, Status
from tests.unit.checks.airing import NO_KEY, keeps_the_contract_of_wifi, mine, one, outcome

PLAIN = sorted(set(Security) - NO_KEY - FIRST_WPA - MIXED - {Security.WEP, Security.UNKNOWN})


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


@pytest.mark.parametrize("security", sorted(FIRST_WPA))
@pytest.mark.parametrize("pairwise", [("tkip",), ("ccmp",), None])
def test_the_first_wpa_alone_is_high(security, pairwise):
    assert outcome(judge, mine(security, pairwise=pairwise)) == (Status.FAIL, Severity.HIGH)


@pytest.mark.parametrize("security", sorted(MIXED))
@pytest.mark.parametrize(
    ("pairwise", "severity"),
    [
        (("ccmp", "tkip"), Severity.MEDIUM),
        (("ccmp",), Severity.MEDIUM),
        (None, Severity.MEDIUM),
        (("tkip",), Severity.HIGH),
    ],
)
def test_the_first_wpa_beside_wpa2_is_medium_unless_all_is_tkip(security, pairwise, severity):
    assert outcome(judge, mine(security, pairwise=pairwise, group=None)) == (Status.FAIL, severity)


@pytest.mark.parametrize("security", PLAIN)
@pytest.mark.parametrize(
    ("pairwise", "group", "expected"),
    [
        (("tkip",), "tkip", (Status.FAIL, Severity.HIGH)),
        (("tkip",), None, (Status.FAIL, Severity.HIGH)),
        (("ccmp", "tkip"), "tkip", (Status.FAIL, Severity.MEDIUM)),
        (("ccmp", "tkip"), None, (Status.FAIL, Severity.MEDIUM)),
        (("ccmp",), "tkip", (Status.FAIL, Severity.MEDIUM)),
        (None, "tkip", (Status.FAIL, Severity.MEDIUM)),
        (("ccmp",), "ccmp", (Status.PASS, None)),
        (("ccmp", "gcmp-256"), "ccmp", (Status.PASS, None)),
        (("ccmp",), None, (Status.UNKNOWN, None)),
        (None, "ccmp", (Status.UNKNOWN, None)),
        ((), "ccmp", (Status.UNKNOWN, None)),
        (None, None, (Status.UNKNOWN, None)),
    ],
)
def test_the_ciphers_decide_for_everything_else(security, pairwise, group, expected):
    assert outcome(judge, mine(security, pairwise=pairwise, group=group)) == expected


@pytest.mark.parametrize("security", [*sorted(NO_KEY), Security.WEP])
def test_it_does_not_apply_to_what_has_a_check_of_its_own(security):
    assert outcome(judge, mine(security)) == (Status.NOT_APPLICABLE, None)


def test_the_source_that_cannot_tell_is_named():
    assert "because netsh cannot tell its ciphers" in one(judge, mine(pairwise=None, sources=("netsh",))).title
