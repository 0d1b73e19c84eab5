"""wifi-anomaly: every cell, and what it leaves alone."""

from dataclasses import replace

import pytest

from netguard.checks.wifi_anomaly import judge
from netguard.model import address
from netguard.model.vocabulary import Confidence, Pmf, Security, Severity, Status
from netguard.wifi.elements import read
from netguard.wifi.security import offer
from tests.unit.checks.airing import SECOND, air, keeps_the_contract_of_wifi, mine, one, outcome, stranger

RSN_SAE = bytes.fromhex("0100 000fac04 0100 000fac04 0100 000fac08 c000")
"""Version 1, CCMP, SAE, protected management frames required (IEEE 802.11-2020, 9.4.2.24)."""


def element(number, body):
    return bytes((number, len(body))) + body


SIX = mine(Security.WPA3_PERSONAL, akms=("sae",), band="6", channel=5)


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


def test_sound_networks_pass():
    assert outcome(judge, SIX) == (Status.PASS, None)
    assert outcome(judge, mine()) == (Status.PASS, None)
    assert outcome(judge, mine(Security.OPEN, akms=None, pmf=None)) == (Status.PASS, None)
    assert outcome(judge, mine(Security.WEP, akms=None, pmf=None)) == (Status.PASS, None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"security": Security.OPEN}, "without a password"),
        ({"security": Security.OWE_TRANSITION}, "without a password"),
        ({"security": Security.WEP}, "with WEP"),
        ({"group": "wep-104"}, "with WEP"),
        ({"pairwise": ("ccmp", "tkip")}, "with TKIP"),
        ({"akms": ("psk", "sae")}, "with WPA2's password"),
        ({"akms": ("psk-sha256",)}, "with WPA2's password"),
        ({"pmf": Pmf.CAPABLE}, "without required protection of management frames"),
        ({"pmf": Pmf.NONE}, "without required protection of management frames"),
    ],
)
def test_what_is_forbidden_at_6_ghz_is_medium_there_and_nothing_elsewhere(changed, said):
    found = one(judge, replace(SIX, **changed))
    assert (found.status, found.severity) == (Status.FAIL, Severity.MEDIUM)
    assert f"lets devices in {said}, which is forbidden at 6 GHz" in found.title
    assert outcome(judge, replace(SIX, band="5", channel=44, **changed)) == (Status.PASS, None)


def test_what_the_reader_of_elements_notes_is_told_in_its_own_words():
    noted = {
        note
        for two in (1, 2)
        for note in offer(read(element(48, RSN_SAE) * two), 0x0011, "6").notes
        if "RSN elements" in note or "hash-to-element" in note
    }
    assert len(noted) == 2
    found = air(judge, replace(SIX, notes=tuple(sorted(noted))))
    assert [f.severity for f in found] == [Severity.MEDIUM, Severity.LOW]
    assert "with SAE of the first kind (without hash-to-element)" in found[0].title


def test_two_statements_of_security_are_low():
    noted = replace(mine(), notes=("it announces two RSN elements; what either of them offers counts",))
    assert outcome(judge, noted) == (Status.FAIL, Severity.LOW)
    assert outcome(judge, replace(noted, notes=("it is far away",))) == (Status.PASS, None)


@pytest.mark.parametrize(
    ("security", "severity"),
    [
        (Security.OPEN, Severity.MEDIUM),
        (Security.OWE_TRANSITION, Severity.MEDIUM),
        (Security.WEP, Severity.LOW),
        (Security.WPA2_ENTERPRISE, Severity.LOW),
    ],
)
def test_another_makers_network_of_that_name_is_told_once(security, severity):
    five = mine(bssid=SECOND, band="5", channel=44)
    found = air(judge, mine(), five, stranger("Home", "00:00:60:00:53:90", security))
    assert [(f.status, f.severity, f.confidence) for f in found] == [(Status.FAIL, severity, Confidence.POSSIBLE)]
    assert found[0].target == "wifi:Home"
    assert "(00:00:60:00:53:90) has the name of yours" in found[0].title


def test_each_imitation_has_a_finding_and_a_strangers_other_name_has_none():
    twins = [stranger("Home", f"00:00:60:00:53:9{n}", Security.OPEN) for n in (0, 1)]
    found = air(judge, mine(), *twins, stranger("Next door", SECOND, Security.OPEN))
    assert [f.status for f in found] == [Status.FAIL, Status.FAIL]
    assert len({f.fingerprint for f in found}) == 2


@pytest.mark.parametrize("weak", [Security.OPEN, Security.OWE, Security.WEP])
def test_one_own_name_with_several_kinds_of_security_is_medium(weak):
    found = air(judge, mine(), mine(weak, bssid=SECOND))
    assert [(f.severity, f.confidence) for f in found] == [(Severity.MEDIUM, Confidence.POSSIBLE)]
    assert SECOND in found[0].title, "the weaker one is the odd one"


def test_kinds_that_belong_together_are_nothing_odd():
    assert outcome(judge, mine(), mine(Security.WPA3_PERSONAL, bssid=SECOND)) == (Status.PASS, None)
    open_pair = mine(Security.OPEN), mine(Security.OWE, bssid=SECOND)
    assert outcome(judge, *open_pair) == (Status.PASS, None)
    named = mine(Security.OPEN, ssid="Guests", bssid=SECOND)
    assert [f.status for f in air(judge, mine(), named)] == [Status.PASS, Status.PASS]
    nameless = mine(ssid=None), mine(Security.OPEN, ssid=None, bssid=SECOND)
    assert [f.status for f in air(judge, *nameless)] == [Status.PASS, Status.PASS]


@pytest.mark.parametrize("changed", [{"pmf": None}, {"akms": None}, {"band": None}])
def test_what_does_not_show_the_announcement_is_unknown(changed):
    found = one(judge, replace(mine(), sources=("netsh",), **changed))
    assert found.status is Status.UNKNOWN
    assert "because netsh cannot tell" in found.title


def test_two_oddities_of_one_network_are_two_findings():
    odd = replace(SIX, pmf=Pmf.NONE, notes=("two RSN elements",), bssid=address.mac(SECOND))
    found = air(judge, odd)
    assert [f.severity for f in found] == [Severity.MEDIUM, Severity.LOW]
    assert len({f.fingerprint for f in found}) == 2
