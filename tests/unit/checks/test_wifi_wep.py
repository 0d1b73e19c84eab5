"""wifi-wep: every cell."""

import pytest

from netguard.checks.wifi_wep import WITH_WPA, judge
from netguard.model.vocabulary import Security, Severity, Status
from tests.unit.checks.airing import NO_KEY, keeps_the_contract_of_wifi, mine, one, outcome

PROTECTED = sorted(set(Security) - NO_KEY - {Security.WEP, Security.UNKNOWN})


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


def test_wep_is_critical():
    assert outcome(judge, mine(Security.WEP, akms=(), pairwise=(), group=None, pmf=None)) == (
        Status.FAIL,
        Severity.CRITICAL,
    )


@pytest.mark.parametrize("security", PROTECTED)
@pytest.mark.parametrize("cipher", ["wep-40", "wep-104"])
def test_wep_for_broadcasts_is_high(security, cipher):
    assert outcome(judge, mine(security, group=cipher)) == (Status.FAIL, Severity.HIGH)
    assert outcome(judge, mine(security, pairwise=(cipher,))) == (Status.FAIL, Severity.HIGH)


@pytest.mark.parametrize("security", PROTECTED)
def test_anything_newer_passes(security):
    assert outcome(judge, mine(security)) == (Status.PASS, None)
    assert outcome(judge, mine(security, group="tkip")) == (Status.PASS, None)
    blind = Status.UNKNOWN if security in WITH_WPA else Status.PASS
    assert outcome(judge, mine(security, group=None, pairwise=None)) == (blind, None)


@pytest.mark.parametrize("security", sorted(NO_KEY))
def test_it_does_not_apply_to_what_has_no_encryption(security):
    found = one(judge, mine(security))
    assert found.status is Status.NOT_APPLICABLE
    assert "because Wi-Fi “Home” has no encryption at all" in found.title
