"""The table of macOS' old airport: columns, hidden addresses, and names that break their line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Security
from netguard.wifi.formats import airport
from netguard.wifi.join import joined
from tests.unit.wifi.lists import DATA, address, addresses, knows, one, public, read

HEAD = "                            SSID BSSID             RSSI CHANNEL HT CC SECURITY (auth/unicast/group)\n"
A = "00:00:5e:00:53:01"
PSK = "WPA2(PSK/AES/AES) "


def row(ssid="Home", bssid=A, channel="6", security=PSK, rssi=-57):
    return f"{ssid:>32} {bssid:17} {rssi:<4d} {channel:<7} Y  US {security}\n"


def test_a_table():
    assert airport.recognises(("$ airport -s\n" + HEAD + row()).encode())
    heard = one(airport, HEAD + row("My Home"))
    assert (address(heard), heard.ssid, heard.channel, heard.signal) == (A, b"My Home", 6, -57.0)
    assert (heard.told.security, heard.told.pairwise, heard.told.group) == (Security.WPA2_PERSONAL, ("ccmp",), "ccmp")


def test_what_airport_does_not_tell_is_null():
    known = {"ssid", "channel", "signal", "told.security", "told.pairwise", "told.group"}
    assert knows(one(airport, HEAD + row())) == known | {"bssid"}
    assert knows(one(airport, HEAD + row(bssid=""))) == known
    assert knows(one(airport, HEAD + row(security="NONE"))) == {"bssid", "ssid", "channel", "signal", "told.security"}


@pytest.mark.parametrize(
    ("text", "security", "pairwise", "group"),
    [
        ("NONE", Security.OPEN, None, None),
        ("WEP", Security.WEP, None, None),
        ("WPA(PSK/TKIP/TKIP) ", Security.WPA_PERSONAL, ("tkip",), "tkip"),
        ("WPA(PSK/AES,TKIP/TKIP) WPA2(PSK/AES,TKIP/TKIP) ", Security.WPA_WPA2_PERSONAL, ("ccmp", "tkip"), "tkip"),
        ("WPA2(802.1x/AES/AES) ", Security.WPA2_ENTERPRISE, ("ccmp",), "ccmp"),
        ("RSN(PSK/AES/AES)", Security.WPA2_PERSONAL, ("ccmp",), "ccmp"),
        ("WPA2(PSK,SAE/AES/AES)", Security.WPA2_WPA3_PERSONAL, ("ccmp",), "ccmp"),
        ("WPA3(SAE/AES/AES)", Security.WPA3_PERSONAL, ("ccmp",), "ccmp"),
        ("WPA2(PSK,802.1x/AES/AES)", None, ("ccmp",), "ccmp"),
        ("WPA2(NEW/AES/AES)", None, ("ccmp",), "ccmp"),
        ("WPA2(PSK/NEW/AES)", Security.WPA2_PERSONAL, None, "ccmp"),
        ("WPA2", None, None, None),
        ("", None, None, None),
    ],
)
def test_classes(text, security, pairwise, group):
    found = one(airport, HEAD + row(security=text)).told
    assert (found.security, found.pairwise, found.group) == (security, pairwise, group)
    assert (found.akms, found.pmf, found.wps) == (None, None, None)
    assert found.transition is (True if security is Security.WPA2_WPA3_PERSONAL else None)


def test_letters_and_second_channels():
    assert one(airport, HEAD + row("Café", channel="9,-1")).ssid == "Café".encode()
    assert one(airport, HEAD + row("", channel="149")).ssid == b""


@pytest.mark.parametrize("name", ["x\n00:00:5e:00:53:66 -1 1 Y US NONE", "\n\n", "a\nb", f"{A}\n-30 6 Y US NONE"])
def test_a_name_with_a_line_end_makes_no_access_point(name):
    found = read(airport, HEAD + row("Before") + row(name) + row("After"))
    assert addresses(found)[0] == addresses(found)[-1] == A
    assert [h.ssid for h in found if h.ssid not in {None, b""}] == [b"Before", b"After"] or len(found) == 2
    assert all(h.told.security is Security.WPA2_PERSONAL for h in found)


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([row(), HEAD, "\n", " " * 40, A, " -57  6 "]), max_size=12).map("".join).map(str.encode)
)
def test_anything_is_read(data):
    airport.recognises(data)
    joined(read(airport, HEAD.encode() + data))


P, W, FREE, E, F = (
    Security.WPA2_PERSONAL,
    Security.WPA_WPA2_PERSONAL,
    Security.OPEN,
    Security.WPA2_ENTERPRISE,
    Security.WPA_PERSONAL,
)
PUBLIC = {
    "jc/airport-s.out": [P, FREE, E, W, FREE, FREE, P, W, W, W, P, P, P, P],
    "node-wifi/airport-scan-monterey.log": [P, P, W, W],
    "node-wifi-scanner/airport01.txt": [P] * 25 + [F] + [P] * 10,
    "node-wifi-scanner/airport02.txt": [W, W, P, W],
}


@public
@pytest.mark.parametrize("name", PUBLIC)
def test_public_lists(name):
    data = (DATA / "text" / name).read_bytes()
    assert airport.recognises(data[:4096])
    found = read(airport, data)
    assert [h.told.security for h in found] == PUBLIC[name]
    rows = [line for line in data.decode().splitlines() if " Y " in line or " N " in line]
    assert [h.ssid.decode() for h in found] == [line[:32].strip() for line in rows]
    assert addresses(found) == [line[33:50].strip() or None for line in rows]
    assert [h.channel for h in found] == [int(re.match(r"-\d+ +(\d+)", line[51:])[1]) for line in rows]
