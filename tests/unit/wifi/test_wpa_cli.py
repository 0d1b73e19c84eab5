"""The table of wpa_cli scan_results: flags and escapes as wpa_supplicant writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Security
from netguard.model.wifi import Wps
from netguard.wifi.formats import wpa_cli
from netguard.wifi.join import joined
from tests.unit.wifi.lists import address, knows, one, read

HEAD = "bssid / frequency / signal level / flags / ssid\n"
BSSID = "00:00:5e:00:53:01"


def line(flags="[WPA2-PSK-CCMP][ESS]", ssid="Home", level="-57"):
    return f"{BSSID}\t2437\t{level}\t{flags}\t{ssid}\n"


def test_a_table_in_a_session():
    text = (
        "Selected interface 'wlan0'\n> scan_results\n"
        + HEAD
        + line()
        + "<3>CTRL-EVENT-SCAN-STARTED \n"
        + line("[ESS]", "Free")
    )
    assert wpa_cli.recognises(text.encode())
    home, free = read(wpa_cli, text)
    assert (address(home), home.ssid, home.frequency, home.signal) == (BSSID, b"Home", 2437, -57.0)
    assert (home.told.security, home.told.akms, home.told.pairwise) == (Security.WPA2_PERSONAL, ("psk",), ("ccmp",))
    assert (free.ssid, free.told.security) == (b"Free", Security.OPEN)


def test_what_the_flags_do_not_tell_is_null():
    assert knows(one(wpa_cli, HEAD + line())) == {
        *("bssid", "ssid", "frequency", "signal", "told.security", "told.akms", "told.pairwise")
    }


@pytest.mark.parametrize(
    ("flags", "security", "akms", "pairwise", "transition"),
    [
        ("[WPA-PSK-TKIP]", Security.WPA_PERSONAL, ("psk",), ("tkip",), None),
        (
            "[WPA-PSK-CCMP+TKIP][WPA2-PSK-CCMP+TKIP-preauth]",
            Security.WPA_WPA2_PERSONAL,
            ("psk",),
            ("ccmp", "tkip"),
            None,
        ),
        (
            "[WPA2-PSK+SAE+PSK-SHA256-CCMP][SAE-H2E]",
            Security.WPA2_WPA3_PERSONAL,
            ("psk", "psk-sha256", "sae"),
            ("ccmp",),
            True,
        ),
        ("[WPA2-SAE+FT/SAE-CCMP]", Security.WPA3_PERSONAL, ("ft-sae", "sae"), ("ccmp",), False),
        ("[WPA2-SAE-EXT-KEY-GCMP-256]", Security.WPA3_PERSONAL, ("sae-ext-key",), ("gcmp-256",), False),
        ("[WPA2-OWE-CCMP]", Security.OWE, ("owe",), ("ccmp",), False),
        ("[OWE-TRANS-OPEN]", Security.OWE_TRANSITION, (), (), True),
        ("[WEP]", Security.WEP, (), None, None),
        ("", Security.OPEN, (), (), None),
        ("[WPA2-EAP-CCMP]", Security.WPA2_ENTERPRISE, ("802.1x",), ("ccmp",), None),
        ("[WPA2-EAP+FT/EAP-CCMP]", Security.WPA2_ENTERPRISE, ("802.1x", "ft-802.1x"), ("ccmp",), None),
        ("[WPA2-EAP-SUITE-B-192-GCMP-256]", Security.WPA3_ENTERPRISE_192, ("suite-b-192",), ("gcmp-256",), False),
        # Which of the enterprise classes it is hangs on the protection of management frames, which is not in the flags.
        ("[WPA2-EAP+EAP-SHA256-CCMP]", None, ("802.1x", "802.1x-sha256"), ("ccmp",), None),
        ("[WPA2-?]", None, None, None, None),
        ("[WPA2--CCMP]", None, None, None, None),
    ],
)
def test_classes(flags, security, akms, pairwise, transition):
    found = one(wpa_cli, line(f"{flags}[ESS]")).told
    assert (found.security, found.akms, found.pairwise, found.transition) == (security, akms, pairwise, transition)
    assert (found.group, found.pmf) == (None, None)


def test_what_has_no_access_point_is_not_open():
    for flags in ("[IBSS]", "[RSN-SAE-CCMP][MESH]", "[WPA2-PSK-CCMP][IBSS]", ""):
        assert one(wpa_cli, line(flags)).told.security is None


@pytest.mark.parametrize(
    ("flag", "wps"),
    [
        ("[WPS]", Wps(present=True, active=False)),
        ("[WPS-PBC]", Wps(present=True, active=True)),
        ("[WPS-PIN]", Wps(present=True, active=True)),
        ("", None),
    ],
)
def test_wps(flag, wps):
    assert one(wpa_cli, line(f"[WPA2-PSK-CCMP]{flag}[ESS]")).told.wps == wps


def test_names_are_unescaped():
    written = r"a\tb\n\"\\x41\xc3\xa4\e"
    assert one(wpa_cli, line(ssid=written)).ssid == b'a\tb\n"\\x41\xc3\xa4\x1b'
    assert one(wpa_cli, line(ssid="")).ssid == b""
    assert one(wpa_cli, line(ssid="[WEP]\t[ESS]")).ssid == b"[WEP]\t[ESS]"


def test_a_quality_is_no_signal():
    assert one(wpa_cli, line(level="70")).signal is None


@given(st.binary(max_size=300) | st.text(alphabet="[]WPA2-PSKCE+?\t\n0:5e", max_size=200).map(str.encode))
def test_anything_is_read(data):
    joined(read(wpa_cli, HEAD.encode() + data))
    joined(read(wpa_cli, line().encode()[:-1] + data))
