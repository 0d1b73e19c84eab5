"""Kismet's log: kept frames first, its own summary in its own words second, and databases that are none or lie."""

import contextlib
import json
import sqlite3

import pytest

from netguard.model.vocabulary import Pmf, Security, WpsMethod
from tests.unit.wifi.captures import frame, radiotap
from tests.unit.wifi.kismet_log import (
    ADDRESS,
    BIT,
    CCMP,
    SCHEMA,
    TKIP,
    WPA,
    WPA1,
    WPA3,
    device,
    log,
    network,
    read,
    told,
)

__all__ = ["log", "told"]


def test_kept_frames_tell_everything(log):
    path = log(
        packets=[
            (127, radiotap(frame()), 0),
            (105, frame(0x50, ssid=b"b", fcs=True), 0),
            (127, radiotap(frame(0x40)), 0),
        ]
    )
    (beacon, response), remarks = read(path)
    assert (beacon.source, beacon.frequency, beacon.signal, beacon.beacon) == ("kismet", 2437, -50, frame()[36:])
    assert response.response == frame(0x50, ssid=b"b")[36:]
    assert beacon.told is None
    assert remarks == []


def test_frames_that_kismet_found_damaged_are_left_out(log):
    assert (
        read(log(packets=[(127, radiotap(frame()), 1), (1, frame(), 0), (None, frame(), 0), (105, None or b"", 0)]))[0]
        == []
    )


def test_older_logs_do_not_know_how_long_a_packet_was(log):
    packets = [(127, radiotap(frame(fcs=True), flags=0x10), 0)]
    ((one,), _) = read(log(packets=packets, schema=SCHEMA.replace(", packet_full_len INT", "")))
    assert one.beacon == frame()[36:]


def test_a_packet_that_was_cut_is_read_as_far_as_it_goes(log):
    whole = radiotap(frame(fcs=True), flags=0x10)
    path = log(packets=[(127, whole[:-4], 0)])
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE packets SET packet_full_len = ?", (len(whole),))
        base.commit()
    ((one,), _) = read(path)
    assert one.beacon == frame()[36:]


def test_an_access_point_without_a_frame_is_told_from_the_summary(log):
    summary = network(crypt_bitfield=WPA | BIT["psk"] | CCMP, channel="6HT40+", wpa_mfp_required=0, wpa_mfp_supported=1)
    frames = [(127, radiotap(frame()), 0)]
    (beacon, other), remarks = read(
        log([("02:00:5E:00:00:01", -50, device(summary)), (ADDRESS, -61, device(summary))], frames)
    )
    assert beacon.beacon is not None
    assert (str(other.bssid).replace("-", ":"), other.ssid, other.frequency, other.channel, other.signal) == (
        ADDRESS,
        b"home",
        2437,
        6,
        -61,
    )
    assert other.beacon is other.response is other.elements is other.capability is other.associated is None
    assert other.told.security is Security.WPA2_PERSONAL
    assert (other.told.akms, other.told.pairwise, other.told.group, other.told.pmf) == (
        ("psk",),
        ("ccmp",),
        "ccmp",
        Pmf.CAPABLE,
    )
    assert other.told.wps is None
    assert remarks == ["Kismet kept no frame of 1 of the access points; its own summary does not tell everything"]


def test_every_name_of_an_access_point_is_told_and_older_logs_number_them(log):
    record = {"dot11.device": {"dot11.device.advertised_ssid_map": {"1": network(ssid="a"), "2": network(ssid="b")}}}
    assert [one.ssid for one in read(log([(ADDRESS, 0, json.dumps(record))]))[0]] == [b"a", b"b"]
    last = device(last=network(ssid="c"))
    ((one,), _) = read(log([(ADDRESS, 0, last)]))
    assert one.ssid == b"c"
    assert one.signal is None


@pytest.mark.parametrize(
    ("bits", "security"),
    [
        (WPA | BIT["psk"] | CCMP, Security.WPA2_PERSONAL),
        (WPA | BIT["psk"] | BIT["ft-psk"] | BIT["psk-sha256"], Security.WPA2_PERSONAL),
        (WPA | WPA3 | BIT["psk"] | BIT["sae"], Security.WPA2_WPA3_PERSONAL),
        (WPA | WPA3 | BIT["sae"] | BIT["ft-sae"], Security.WPA3_PERSONAL),
        (WPA | WPA3 | BIT["owe"], Security.OWE),
        (WPA | BIT["802.1x"], Security.WPA2_ENTERPRISE),
        (WPA | WPA3 | BIT["suite-b-192"], Security.WPA3_ENTERPRISE_192),
        (1 | 1 << 7 | 1 << 23, Security.WEP),
        (WPA | WPA1 | BIT["psk"] | TKIP, None),  # with or without WPA2 beside it
        (WPA | WPA1 | BIT["psk"] | BIT["sae"], None),
        (WPA | BIT["802.1x-sha256"], None),
        (WPA | BIT["fils-sha256"], None),
        (WPA, None),
        (0, None),  # open, or WEP
        (1 << 17, None),  # an OWE transition element, or a cipher
    ],
)
def test_classes_that_its_bits_tell_and_those_they_do_not(told, bits, security):
    assert told(crypt_bitfield=bits, crypt_set=bits).security is security


def test_the_elements_numbers_tell_wpa_from_wpa_beside_wpa2(told):
    bits = WPA | WPA1 | BIT["psk"]
    assert told(crypt_bitfield=bits, ie_tag_list=[0, 1, 221]).security is Security.WPA_PERSONAL
    assert told(crypt_bitfield=bits, ie_tag_list=[0, 1, 48, 221]).security is Security.WPA_WPA2_PERSONAL
    assert told(crypt_bitfield=bits, ie_tag_list=[]).security is None


def test_enterprise_with_sha256_is_wpa3_only_where_protection_is_required(told):
    bits = WPA | BIT["802.1x-sha256"]
    assert told(crypt_bitfield=bits, wpa_mfp_required=1, wpa_mfp_supported=1).security is Security.WPA3_ENTERPRISE
    assert told(crypt_bitfield=bits, wpa_mfp_required=0, wpa_mfp_supported=1).security is None


def test_several_groups_are_no_group(told):
    assert told(crypt_bitfield=WPA | BIT["psk"] | CCMP | TKIP).group is None
    assert told(crypt_bitfield=WPA | BIT["psk"] | CCMP | TKIP).pairwise == ("ccmp", "tkip")


PSK, EAP, SAE, OWE, OLD_WPA, CCM, WPS = 1 << 7, 1 << 11, 1 << 16, 1 << 17, 1 << 6, 1 << 9, 1 << 26
V1, V2, V3 = 1 << 27, 1 << 28, 1 << 29


@pytest.mark.parametrize(
    ("bits", "security"),
    [
        (0, Security.OPEN),
        (1 << 1, Security.WEP),
        (1 << 1 | 1 << 3 | WPS, Security.WEP),
        (1, None),
        (1 << 1 | OLD_WPA | PSK | CCM | V2, Security.WPA2_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | CCM | V1, Security.WPA_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | CCM | V1 | V2, Security.WPA_WPA2_PERSONAL),
        (1 << 1 | OLD_WPA | PSK | SAE | V3, Security.WPA2_WPA3_PERSONAL),
        (1 << 1 | OLD_WPA | SAE | V3, Security.WPA3_PERSONAL),
        (1 << 1 | OLD_WPA | EAP | V2, Security.WPA2_ENTERPRISE),
        (1 << 1 | OLD_WPA | EAP | V1, Security.WPA_ENTERPRISE),
        (1 << 1 | OLD_WPA | EAP | V3, None),
        (1 << 1 | OLD_WPA | OWE, None),
        (1 << 1 | OLD_WPA | PSK, None),
    ],
)
def test_older_logs_have_other_bits(told, bits, security):
    said = told(crypt_set=bits)
    assert said.security is security
    assert said.akms is said.pairwise is said.group is None


def test_no_bits_at_all(told):
    assert told().security is None
    assert told(crypt_bitfield="many", crypt_set=None).security is None


@pytest.mark.parametrize(
    ("required", "supported", "pmf"), [(0, 0, Pmf.NONE), (0, 1, Pmf.CAPABLE), (1, 1, Pmf.REQUIRED), (None, 1, None)]
)
def test_protected_management_frames(told, required, supported, pmf):
    assert told(crypt_bitfield=WPA | BIT["psk"], wpa_mfp_required=required, wpa_mfp_supported=supported).pmf is pmf


@pytest.mark.parametrize(
    ("state", "configured", "locked"),
    [(1, True, None), (2, False, None), (5, True, True), (6, False, True), (3, None, None), (4, None, True)],
)
def test_its_wps_state_is_the_reverse_of_wps_own(told, state, configured, locked):
    wps = told(wps_state=state, wps_version=16, wps_config_methods=0x2388).wps
    assert (wps.present, wps.configured, wps.locked) == (True, configured, locked)
    assert wps.methods == tuple(sorted((WpsMethod.DISPLAY, WpsMethod.KEYPAD, WpsMethod.PUSH_BUTTON)))
    assert wps.version is None  # Kismet reads the attribute that says 1.0 for all of them


def test_no_wps_in_what_it_last_heard_proves_nothing(told):
    assert told(wps_state=0).wps is None
    assert told().wps is None
    assert told(wps_state=1, wps_config_methods=0).wps.methods is None


@pytest.mark.parametrize(
    ("written", "ssid"),
    [
        ("home", b"home"),
        ("", b""),
        ("K\u00fcche", "Küche".encode()),
        ('a\\"b\\\\c', b'a"b\\c'),
        ("\\xFF\\x00", b"\xff\x00"),
        ("\\u0007\\n\\t", b"\x07\n\t"),
        ("\\377\\000", b"\xff\x00"),
        ("x" * 500, b"x" * 32),
        ("\\", b"\\"),
        (7, None),
        (None, None),
    ],
)
def test_names_as_they_were_sent(log, written, ssid):
    ((one,), _) = read(log([(ADDRESS, -60, device(network(ssid=written)))]))
    assert one.ssid == ssid


@pytest.mark.parametrize(
    ("text", "channel"), [("6", 6), ("36VHT80", 36), ("", None), ("FHSS", None), ("0", None), (6, None)]
)
def test_channels(log, text, channel):
    ((one,), _) = read(log([(ADDRESS, -60, device(network(channel=text)))]))
    assert one.channel == channel
