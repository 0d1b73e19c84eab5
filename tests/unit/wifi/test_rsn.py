"""RSN and WPA elements: what they offer, what is meant by what they leave out, what is damage."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.wifi import rsn
from netguard.wifi.rsn import Suites
from tests.unit.wifi import making

FULL = making.rsn_body(pairwise=(4, 9), akms=(8, 24), caps=0xE8, more=bytes(2) + making.suite(6))


def test_all_fields():
    assert rsn.rsn(FULL) == Suites(
        group="ccmp", pairwise=("ccmp", "gcmp-256"), akms=("sae", "sae-ext-key"), capable=True, required=True
    )


@pytest.mark.parametrize(("length", "wanted"), [
    (2, Suites(group="ccmp", pairwise=("ccmp",), akms=("802.1x",))),
    (6, Suites(group="tkip", pairwise=("ccmp",), akms=("802.1x",))),
    (12, Suites(group="tkip", pairwise=("tkip",), akms=("802.1x",))),
    (18, Suites(group="tkip", pairwise=("tkip",), akms=("psk",))),
    (19, Suites(group="tkip", pairwise=("tkip",), akms=("psk",))),
    (20, Suites(group="tkip", pairwise=("tkip",), akms=("psk",), capable=True)),
])  # fmt: skip
def test_what_is_left_out_has_a_meaning(length, wanted):
    assert rsn.rsn(making.rsn_body(pairwise=(2,), group=2, caps=making.CAPABLE)[:length]) == wanted


@pytest.mark.parametrize("length", [0, 1, 3, 5, 7, 8, 11, 13, 14, 17])
def test_what_ends_inside_a_field_is_damaged(length):
    assert rsn.rsn(making.rsn_body()[:length]) is None


@pytest.mark.parametrize("number", [0, 2, 255, 0xFFFF])
@pytest.mark.parametrize("at", [6, 12])
def test_a_list_of_none_or_of_more_than_fits_is_damaged(number, at):
    body = bytearray(making.rsn_body(caps=None))
    struct.pack_into("<H", body, at, number)

    assert rsn.rsn(bytes(body)) is None


@pytest.mark.parametrize("version", [0, 2, 256, 12336])
def test_another_version_cannot_be_read(version):
    body = struct.pack("<H", version) + making.rsn_body()[2:]

    assert rsn.rsn(body) is None
    assert rsn.wpa(body) is None


def test_damage_after_the_capabilities_takes_nothing_away():
    assert rsn.rsn(making.rsn_body(more=b"\xff\xff\x00")) == rsn.rsn(making.rsn_body())


def test_every_word():
    assert [rsn.akm(making.suite(n)) for n in rsn.AKMS] == list(rsn.AKMS.values())
    assert [rsn.cipher(making.suite(n)) for n in rsn.CIPHERS] == list(rsn.CIPHERS.values())
    assert (rsn.akm(making.suite(21)), rsn.cipher(making.suite(14))) == ("21", "14")


def test_the_maker_of_a_suite_counts():
    assert rsn.akm(making.suite(8, making.WFA)) == "50-6f-9a:8"
    assert rsn.cipher(making.suite(2, making.MICROSOFT)) == "00-50-f2:2"
    found = rsn.rsn(
        making.rsn_body(pairwise=(making.suite(4, making.MICROSOFT),), akms=(making.suite(0, b"\0\x40\x96"),))
    )
    assert (found.pairwise, found.akms) == (("00-50-f2:4",), ("00-40-96:0",))


def test_doubles_are_one_and_the_order_changes_nothing():
    assert rsn.rsn(making.rsn_body(akms=(8, 2, 8))).akms == ("psk", "sae")


@pytest.mark.parametrize(("numbers", "wanted"), [
    ((2, 4), ("ccmp", "tkip")),
    ((1,), ("wep-40",)),
    ((5,), ("wep-104",)),
    ((0, 9), ("00-50-f2:0", "00-50-f2:9")),
])  # fmt: skip
def test_wpa(numbers, wanted):
    body = making.wpa(pairwise=numbers)[6:]

    assert rsn.wpa(body) == Suites(group="tkip", pairwise=wanted, akms=("psk",))


def test_wpa_with_suites_of_802_11_names_them_wholly():
    body = b"\x01\x00" + making.suite(2) + making.suites([4]) + making.suites([2])

    assert rsn.wpa(body) == Suites(group="2", pairwise=("4",), akms=("2",))


def test_short_wpa_means_tkip_and_a_login():
    assert rsn.wpa(b"\x01\x00") == Suites(group="tkip", pairwise=("tkip",), akms=("802.1x",))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data):
    for body in (data, b"\x01\x00" + data):
        for read in (rsn.rsn, rsn.wpa):
            found = read(body)
            assert found is None or (found.pairwise and found.akms and found.group)
