"""wifi-transition: every kind of security."""

import pytest

from netguard.checks.wifi_transition import judge
from netguard.model.vocabulary import Security, Severity, Status
from tests.unit.checks.airing import keeps_the_contract_of_wifi, mine, one, outcome

NOTED = {
    Security.WPA2_WPA3_PERSONAL: "takes WPA2 beside WPA3",
    Security.WPA2_WPA3_ENTERPRISE: "takes WPA2 beside WPA3",
    Security.WPA3_COMPATIBILITY: "is WPA2 for old devices and WPA3 for new ones",
    Security.OWE_TRANSITION: "is open for what does not know Enhanced Open",
}
ALONE = {Security.OWE, Security.WPA3_PERSONAL, Security.WPA3_ENTERPRISE, Security.WPA3_ENTERPRISE_192}


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


@pytest.mark.parametrize("security", sorted(set(Security) - {Security.UNKNOWN}))
def test_an_older_half_is_a_note_and_no_fault(security):
    expected = (Status.NOT_APPLICABLE, None)
    if security in NOTED:
        expected = (Status.FAIL, Severity.INFO)
        assert one(judge, mine(security)).title.endswith(NOTED[security])
    elif security in ALONE:
        expected = (Status.PASS, None)
    assert outcome(judge, mine(security)) == expected
