"""airodump-ng's table, which is no CSV: names with commas, guesses without a beacon, and a blank that means unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Security
from netguard.wifi.formats import airodump
from netguard.wifi.join import joined
from tests.unit.wifi.lists import address, knows, one, read, told

HEAD = (
    "\r\nBSSID, First time seen, Last time seen, channel, Speed, Privacy, Cipher, Authentication, Power, # beacons, # IV, "
    "LAN IP, ID-length, ESSID, Key\r\n"
)
CLIENTS = (
    "\r\nStation MAC, First time seen, Last time seen, Power, # packets, BSSID, Probed ESSIDs\r\n"
    "00:00:5E:00:53:99, 2026-01-01 10:00:00, 2026-01-01 10:01:00, -40,       12, 00:00:5E:00:53:01,Home\r\n\r\n"
)


def row(
    essid=b"Home",
    length=4,
    privacy=" WPA2",
    cipher=" CCMP",
    auth=" PSK",
    power=-57,
    beacons=120,
    channel=6,
    bssid="00:00:5E:00:53:01",
    key=b"",
):
    """A row as dump_write.c prints it."""
    start = f"{bssid}, 2026-01-01 10:00:00, 2026-01-01 10:01:00, {channel:2d}, 195,{privacy},{cipher},{auth}, {power:3d}, {beacons:8d}, {3:8d}, "
    return start.encode() + b"  0.  0.  0.  0, %3d, %s, %s\r\n" % (length, essid, key)


def table(*rows):
    return HEAD.encode() + b"".join(rows) + CLIENTS.encode()


def test_a_table():
    data = table(row(), row(b"Free", privacy=" OPN", cipher=" ", auth="   ", bssid="00:00:5E:00:53:02", channel=36))
    assert airodump.recognises(data)
    home, free = read(airodump, data)
    assert (address(home), home.ssid, home.channel, home.signal) == ("00:00:5e:00:53:01", b"Home", 6, -57.0)
    assert (home.told.security, free.told.security) == (Security.WPA2_PERSONAL, Security.OPEN)


def test_what_airodump_does_not_tell_is_null():
    assert knows(one(airodump, table(row()))) == {"bssid", "ssid", "channel", "signal", "told.security"}
    assert knows(one(airodump, table(row(privacy=" ", cipher=" ", auth="   ", power=-1)))) == {
        "bssid",
        "ssid",
        "channel",
    }


@pytest.mark.parametrize(
    ("privacy", "auth", "security"),
    [
        (" OPN", "   ", Security.OPEN),
        (" WEP", "   ", Security.WEP),
        (" WEP", " SKA", Security.WEP),
        (" WPA", " PSK", Security.WPA_PERSONAL),
        (" WPA2 WPA", " PSK", Security.WPA_WPA2_PERSONAL),
        (" WPA2", " PSK", Security.WPA2_PERSONAL),
        (" WPA3 WPA2", " SAE PSK", Security.WPA2_WPA3_PERSONAL),
        (" WPA3 WPA2", " SAE", Security.WPA3_PERSONAL),
        (" WPA3 WPA2", " OWE", Security.OWE),
        (" WPA2", " MGT", Security.WPA2_ENTERPRISE),
        (" WPA2", "   ", None),
        (" WPA2", " MGT PSK", None),
        (" ", " PSK", None),
        (" WPA9", " PSK", None),
    ],
)
def test_classes(privacy, auth, security):
    found = one(airodump, table(row(privacy=privacy, auth=auth))).told
    assert (found.security, found.akms, found.pairwise, found.pmf, found.wps) == (security, None, None, None, None)


@pytest.mark.parametrize(
    ("essid", "length", "name"),
    [
        (b"a, b", 4, b"a, b"),
        (b"a,", 2, b"a,"),
        (b'"a"', 3, b'"a"'),
        (b"a\\,b", 4, b"a\\,b"),  # readable, so it stands there as it is
        (b"\\x01\\,b", 3, b"\x01,b"),
        (b'"\\x01 "', 2, b"\x01 "),
        (b'\\n\\\\\\"', 3, b'\n\\"'),
        (b"\\x00\\x00", 2, b"\0\0"),
        ("Café".encode(), 5, "Café".encode()),
        (b"", 0, b""),
        (b"", 8, b""),
        (b"x" * 32, 32, b"x" * 32),
        (b"abc", 5, None),
        (b"abcdef", 3, None),
        (b"x" * 40, 40, None),
    ],
)
def test_names(essid, length, name):
    heard = one(airodump, table(row(essid, length)))
    assert heard.ssid == name
    assert (heard.notes == ()) == (name is not None)


def test_a_key_that_was_found_is_not_kept():
    heard = one(airodump, table(row(key=b"31:32:33:34:35")))
    assert heard.ssid == b"Home"
    assert "31:32" not in repr(heard)


def test_what_was_made_up_from_data_is_left_out():
    data = table(row(beacons=0), row(channel=-1), row(bssid="00:00:00:00:00:00"), row(bssid="FF:FF:FF:FF:FF:FF"), row())
    found, remarks = told(airodump, data)
    assert len(found) == 1
    assert remarks == ["what airodump-ng made up from data alone, without a beacon, was left out"]


def test_broken_rows_are_passed_over_and_said():
    found, remarks = told(airodump, table(row()[:60] + b"\r\n", row()))
    assert len(found) == 1
    assert remarks == ["rows in it that do not have all columns were passed over"]


@given(st.binary(max_size=40).filter(lambda name: b"\n" not in name and b"\r" not in name), st.integers(0, 40))
def test_any_name_is_read(essid, length):
    joined(read(airodump, table(row(essid, length), row())))


@given(st.binary(max_size=300))
def test_anything_is_read(data):
    airodump.recognises(data)
    joined(read(airodump, HEAD.encode() + data))
    joined(read(airodump, table(row())[:-1] + data))
