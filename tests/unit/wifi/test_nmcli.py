"""Terse lists of NetworkManager: every order of fields in use, escapes, and what the flags cannot tell."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Security
from netguard.wifi.formats import nmcli
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, knows, one, public, read, told

MAC = r"00\:00\:5E\:00\:53\:01"
BSSID = "00:00:5e:00:53:01"


def line(ssid="486F6D65", security="WPA2", wpa="(none)", rsn="pair_ccmp group_ccmp psk", freq="2437 MHz", used="*"):
    """The fields that netguard asks for."""
    return f"{used}:{ssid}:{MAC}:6:{freq}:82:{security}:{wpa}:{rsn}\n"


def test_the_fields_that_netguard_asks_for():
    heard = one(nmcli, line())
    assert (address(heard), heard.ssid, heard.frequency, heard.channel, heard.associated) == (
        BSSID,
        b"Home",
        2437,
        6,
        True,
    )
    assert (heard.told.security, heard.told.pairwise, heard.told.group) == (Security.WPA2_PERSONAL, ("ccmp",), "ccmp")


def test_what_networkmanager_does_not_tell_is_null():
    assert knows(one(nmcli, line())) == {
        *("bssid", "ssid", "frequency", "channel", "associated"),
        *("told.security", "told.pairwise", "told.group"),
    }
    default = f"*:{MAC}:Home:Infra:6:195 Mbit/s:82:▂▄▆█:WPA2\n"
    assert knows(one(nmcli, default)) == {"bssid", "ssid", "channel", "associated", "told.security"}


@pytest.mark.parametrize(
    ("text", "ssid", "associated"),
    [
        (f" :{MAC}:Home:Infra:6:195 Mbit/s:82:▂▄▆█:WPA2\n", b"Home", False),
        (f"*:{MAC}:Home:Infra:6:195 Mbit/s:82:****:WPA2\n", b"Home", True),
        (f"*:{MAC}:Home:Infra:6:195 Mbit/s:20 MHz:82:▂▄▆_:WPA2\n", b"Home", True),
        (f":486F6D65:{MAC}:6:2437 MHz:82:WPA2:(none):pair_ccmp group_ccmp psk\n", b"Home", False),
        (f"*:Home:{MAC}:6:2437 MHz:82:WPA2:(none):pair_ccmp group_ccmp psk\n", b"Home", True),
        (f"yes:Home:{MAC}:Infra:6:2437 MHz:82:WPA2:(none):pair_ccmp psk\n", b"Home", True),
        (f"Home:{MAC}:6:82:WPA2\n", b"Home", None),
        (f"Home:{MAC}:82:WPA2\n", b"Home", None),
        (f"{MAC}:Home:6:82:WPA2\n", b"Home", None),
        (
            f"AP[1]:Home:486F6D65:{MAC}:Infra:6:2437 MHz:195 Mbit/s:82:▂▄▆█:WPA2:(none):pair_ccmp psk:wlan0:no:*:/org/AccessPoint/1\n",
            b"Home",
            False,
        ),
        (f"$ nmcli -t -e yes -f bssid,signal,ssid,security dev wifi\n{MAC}:82:Home:WPA2\n", b"Home", None),
        (f"$ nmcli -t --fields ssid-hex,bssid,security d w l\n486F6D65:{MAC}:WPA2\n", b"Home", None),
    ],
)
def test_orders_of_fields(text, ssid, associated):
    assert nmcli.recognises(text.encode())
    heard = one(nmcli, text)
    assert (address(heard), heard.ssid, heard.associated) == (BSSID, ssid, associated)
    assert heard.told.security is Security.WPA2_PERSONAL


def test_names_with_colons_and_backslashes_and_without_anything():
    text = f"*:{MAC}:a\\:b\\\\c:Infra:6:195 Mbit/s:82:****:WPA2\n :{MAC}::Infra:6:195 Mbit/s:82:****:WPA2\n"
    assert [h.ssid for h in read(nmcli, text)] == [b"a:b\\c", b""]
    assert read(nmcli, line(ssid="00FF3A5C") + line(ssid=""))[0].ssid == b"\x00\xff:\\"
    # Hexadecimal digits are a name where not all of them are.
    text = "".join(f"*:{name}:{MAC}:6:2437 MHz:82:WPA2:(none):pair_ccmp psk\n" for name in ("CAFE", "Home"))
    assert [h.ssid for h in read(nmcli, text)] == [b"CAFE", b"Home"]


CCMP = "pair_ccmp group_ccmp "


@pytest.mark.parametrize(
    ("words", "wpa", "rsn", "security"),
    [
        ("", "(none)", "(none)", Security.OPEN),
        ("--", "(none)", "(none)", Security.OPEN),
        ("WEP", "(none)", "(none)", Security.WEP),
        ("WPA1", "pair_tkip group_tkip psk", "(none)", Security.WPA_PERSONAL),
        ("WPA1 WPA2", "pair_tkip group_tkip psk", CCMP + "psk", Security.WPA_WPA2_PERSONAL),
        ("WPA2 WPA3", "(none)", CCMP + "psk sae", Security.WPA2_WPA3_PERSONAL),
        ("WPA3", "(none)", CCMP + "sae", Security.WPA3_PERSONAL),
        ("OWE", "(none)", CCMP + "owe", Security.OWE),
        ("OWE-TM", "(none)", CCMP + "owe", Security.OWE_TRANSITION),
        ("WPA2 802.1X", "(none)", CCMP + "802.1X", Security.WPA2_ENTERPRISE),
        ("WPA1 WPA2 802.1X", "pair_tkip 802.1X", CCMP + "802.1X", Security.WPA_WPA2_ENTERPRISE),
        ("WPA3 802.1X", "(none)", "wpa-eap-suite-b-192", Security.WPA3_ENTERPRISE_192),
        ("WPA2", "(none)", "pair_ccmp group_ccmp", None),  # a key management that this version does not know
        ("WPA2 802.1X", "(none)", CCMP + "psk 802.1X", None),
    ],
)
def test_classes(words, wpa, rsn, security):
    found = one(nmcli, line(security=words, wpa=wpa, rsn=rsn)).told
    assert (found.security, found.akms, found.pmf, found.wps) == (security, None, None, None)
    assert found.transition in (
        {True} if security in {Security.WPA2_WPA3_PERSONAL, Security.OWE_TRANSITION} else {None}
    )


def test_wep_may_be_anything_that_networkmanager_does_not_know():
    assert one(nmcli, line(security="WEP", rsn="(none)")).notes
    assert one(nmcli, line(security="WEP", rsn="(none)", freq="6135 MHz")).told.security is None


def test_broken_lines_are_passed_over_and_said():
    found, remarks = told(nmcli, line() + "*:486F:00\\:00:6\n" + line(used=" "))
    assert [h.associated for h in found] == [True, False]
    assert remarks == ["lines in it that do not have all fields were passed over"]


def test_an_order_that_is_not_known_is_an_error():
    with pytest.raises(
        WifiFileError, match="order that netguard does not know; list them with nmcli -t -e yes -f IN-USE"
    ):
        read(nmcli, f"82:{MAC}\n")
    assert not nmcli.recognises(b"*:00:00:5E:00:53:01:Home:Infra:6:195 Mbit/s:82:****:WPA2\n")  # --escape no


FIELDS = st.sampled_from(
    ["*", " ", "Home", MAC, "6", "2437 MHz", "WPA2", "(none)", "psk", "486F", ":", "\\", "\n", "yes", "82"]
)


@given(st.binary(max_size=300) | st.lists(FIELDS, max_size=40).map(lambda f: ":".join(f).encode()))
def test_anything_is_read_or_refused(data):
    if nmcli.recognises(data):
        joined(read(nmcli, data))
    else:
        with pytest.raises(WifiFileError):
            read(nmcli, data)


P, W, FREE = Security.WPA2_PERSONAL, Security.WPA_WPA2_PERSONAL, Security.OPEN


@public
def test_a_public_list():
    data = (DATA / "text/node-wifi/nmcli-terse-scan-01.log").read_bytes()
    assert nmcli.recognises(data)
    found, remarks = told(nmcli, data)
    assert remarks == []
    assert [h.told.security for h in found] == [P, FREE, W, P, P, W, P, W, P, P, P, P, P, P]
    rows = [
        re.match(r"(yes|no):(.*?):((?:\w\w\\:){5}\w\w):Infra:(\d+):(\d+) MHz", line)
        for line in data.decode().splitlines()[1:]
    ]
    assert [(h.associated, h.ssid.decode(), h.channel, h.frequency) for h in found] == [
        (m[1] == "yes", m[2], int(m[4]), int(m[5])) for m in rows
    ]
    # Somebody changed the addresses; most are such as no access point can have.
    possible = [m[3].replace("\\", "").lower() if not int(m[3][:2], 16) & 1 else None for m in rows]
    assert addresses(found) == possible
    assert {h.told.pairwise for h in found if h.told.security is W} == {("ccmp", "tkip")}
