"""wps-unconfigured: every cell."""

import pytest

from netguard.checks.wps_unconfigured import judge
from netguard.model.vocabulary import Severity, Status
from netguard.model.wifi import Wps
from tests.unit.checks.airing import keeps_the_contract_of_wifi, mine, one, outcome


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


@pytest.mark.parametrize(
    ("wps", "expected"),
    [
        (Wps(present=True, configured=False), (Status.FAIL, Severity.HIGH)),
        (Wps(present=True, configured=True), (Status.PASS, None)),
        (Wps(present=True, configured=None), (Status.UNKNOWN, None)),
        (Wps(present=False), (Status.NOT_APPLICABLE, None)),
        (Wps(present=None), (Status.UNKNOWN, None)),
        (None, (Status.UNKNOWN, None)),
    ],
)
def test_only_state_1_is_a_finding(wps, expected):
    assert outcome(judge, mine(wps=wps)) == expected


def test_the_source_that_cannot_tell_is_named():
    assert "because nmcli cannot tell whether WPS is on" in one(judge, mine(wps=None, sources=("nmcli",))).title
