"""wifi-no-pmf: every cell, for every kind of security."""

import pytest

from netguard.checks.wifi_no_pmf import FIRST_WPA, WITH_WPA3, judge
from netguard.model.vocabulary import Pmf, Security, Severity, Status
from tests.unit.checks.airing import NO_KEY, keeps_the_contract_of_wifi, mine, one, outcome

WITHOUT = NO_KEY | FIRST_WPA | {Security.WEP}
JUDGED = sorted(set(Security) - WITHOUT - {Security.UNKNOWN})


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


@pytest.mark.parametrize("security", JUDGED)
def test_required_passes_optional_is_a_note_and_nobody_told_is_unknown(security):
    assert outcome(judge, mine(security, pmf=Pmf.REQUIRED)) == (Status.PASS, None)
    assert outcome(judge, mine(security, pmf=Pmf.CAPABLE)) == (Status.FAIL, Severity.INFO)
    assert outcome(judge, mine(security, pmf=None)) == (Status.UNKNOWN, None)


@pytest.mark.parametrize("security", JUDGED)
def test_none_is_low_before_wpa3_and_medium_from_it_on(security):
    severity = Severity.MEDIUM if security in WITH_WPA3 else Severity.LOW
    if security is Security.WPA3_COMPATIBILITY:
        severity = Severity.INFO
    assert outcome(judge, mine(security, pmf=Pmf.NONE)) == (Status.FAIL, severity)


@pytest.mark.parametrize("security", sorted(WITHOUT))
@pytest.mark.parametrize("pmf", [None, Pmf.NONE])
def test_it_does_not_apply_to_what_is_older(security, pmf):
    assert outcome(judge, mine(security, pmf=pmf)) == (Status.NOT_APPLICABLE, None)


def test_the_source_that_cannot_tell_is_named():
    found = one(judge, mine(pmf=None, sources=("nmcli",)))
    assert "because nmcli cannot tell whether management frames are protected" in found.title
    assert "netguard wifi --live" in found.fix
