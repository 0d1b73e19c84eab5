"""wifi-open: every cell, and which open network is the main one."""

from dataclasses import replace

import pytest

from netguard.checks.wifi_open import judge
from netguard.model import address
from netguard.model.vantage import Segment
from netguard.model.vocabulary import Security, Severity, Status
from tests import builders
from tests.unit.checks.airing import SECOND, air, keeps_the_contract_of_wifi, mine, one, outcome, stranger


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


def test_an_open_network_is_critical_where_nothing_else_is_known():
    found = one(judge, mine(Security.OPEN))
    assert (found.status, found.severity, found.target) == (Status.FAIL, Severity.CRITICAL, "wifi:Home")
    assert found.title == "Wi-Fi “Home” at 2.4 GHz, channel 6 is open: anybody joins without a password"
    both = air(judge, mine(Security.OPEN), mine(Security.OPEN, bssid=SECOND))
    assert [f.title.partition(" is open")[0] for f in both] == [
        "Wi-Fi “Home” at 2.4 GHz, channel 6 (00:00:5e:00:53:01)",
        "Wi-Fi “Home” at 2.4 GHz, channel 6 (00:00:5e:00:53:02)",
    ]


def test_a_guests_network_beside_the_one_in_use_is_medium():
    home, guests = mine(associated=True), mine(Security.OPEN, ssid="Guests", bssid=SECOND)
    found = [f for f in air(judge, home, guests) if f.status is Status.FAIL]
    assert [(f.severity, f.target) for f in found] == [(Severity.MEDIUM, "wifi:Guests")]
    vantage = builders.scan().vantage
    on_home = replace(vantage, segment=Segment(prefix=address.network("192.0.2.0/24"), ssid="Home"))
    on_guests = replace(vantage, segment=Segment(prefix=address.network("192.0.2.0/24"), ssid="Guests"))
    elsewhere = replace(vantage, segment=Segment(prefix=address.network("192.0.2.0/24"), ssid="Cable"))
    home = replace(home, associated=None)
    for seen_from, severity in (
        (on_home, Severity.MEDIUM),
        (on_guests, Severity.CRITICAL),
        (elsewhere, Severity.CRITICAL),
        (vantage, Severity.CRITICAL),
    ):
        found = [f for f in air(judge, home, guests, vantage=seen_from) if f.status is Status.FAIL]
        assert [f.severity for f in found] == [severity]


@pytest.mark.parametrize("security", sorted(set(Security) - {Security.OPEN, Security.UNKNOWN}))
def test_everything_else_is_not_open(security):
    assert outcome(judge, mine(security)) == (Status.PASS, None)


def test_enhanced_open_is_said_to_have_no_password():
    assert "has no password, and encrypts" in one(judge, mine(Security.OWE)).title


def test_each_access_point_has_a_finding_and_the_others_of_its_name_do_not_pass():
    home = mine(Security.OPEN)
    found = air(judge, home, replace(home, bssid=address.mac(SECOND), channel=1), mine(bssid="00:00:5e:00:53:03"))
    assert [f.status for f in found] == [Status.FAIL, Status.FAIL]
    assert len({f.fingerprint for f in found}) == 2
    again = air(judge, replace(home, channel=11, signal_dbm=-80.0))
    assert again[0].fingerprint in {f.fingerprint for f in found}, "neither channel nor signal makes it another finding"


def test_a_network_without_name_is_called_by_its_bssid_and_one_without_either_is_said_so():
    assert one(judge, mine(Security.OPEN, ssid=None)).target == "wifi:00:00:5e:00:53:01"
    nobody = one(judge, mine(Security.OPEN, ssid=None, bssid=None, band=None, channel=None))
    assert nobody.target == "wifi:without a name"


def test_a_neighbours_open_network_is_no_finding():
    assert outcome(judge, mine(), stranger("Next door", SECOND, Security.OPEN)) == (Status.PASS, None)
