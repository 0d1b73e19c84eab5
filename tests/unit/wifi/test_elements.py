"""The walk over the elements, and the facts in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.wifi import elements
from netguard.wifi.elements import Elements, Partner, read, walk
from tests.unit.wifi import making


def test_the_walk():
    data = making.ssid(b"ab") + making.element(3, b"") + making.element(221, bytes(255))

    assert walk(data) == ([(0, b"ab"), (3, b""), (221, bytes(255))], True)
    assert walk(b"") == ([], True)


@pytest.mark.parametrize("rest", [b"\x30\x01", b"\x30\x14\x01\x00", b"\xdd\xff" + bytes(254), b"\x30"])
def test_what_passes_the_end_is_left_out(rest):
    assert walk(making.ssid(b"ab") + rest) == ([(0, b"ab")], False)
    assert not read(making.ssid(b"ab") + rest).whole


@pytest.mark.parametrize("padding", [b"\0", b"\0\0", b"\0\0\0"])
def test_zeros_at_the_end_are_padding(padding):
    assert read(making.ssid(b"ab") + padding) == read(making.ssid(b"ab"))


@pytest.mark.parametrize("bad", [
    making.element(221, b""), making.element(221, b"\0\x50"), making.element(42, b""), making.element(7, b"\0\0"),
    making.element(3, b""), making.element(3, b"\6\6"), making.element(45, b"x"), making.element(61, b""),
    making.element(192, b""), making.element(37, b"x"), making.element(74, b""), making.element(255, b""),
    making.element(255, b"\x24"), making.element(255, b"\x24\0\0\2\0\0\0"), making.element(244, b""),
    making.element(71, b""), making.element(71, b"\xff\0\xff"), making.element(85, b""), making.element(50, b""),
    making.vendor(making.WFA, 9, b"\2\xff\xff"), making.vendor(making.WFA, 0x1C, b"abc"),
    making.vendor(making.WFA, 0x1C, b"abcdef\x20x"), making.vendor(making.WFA, 0x2B, b""),
])  # fmt: skip
def test_a_bad_element_is_skipped_never_the_frame(bad):
    found = read(making.ssid() + making.rates() + bad + making.rsn())

    assert found.rsn
    assert found.rsn[0].akms == ("psk",)
    assert found.whole
    assert not found.damaged


def test_the_first_name_counts_and_a_too_long_one_does_not():
    assert read(making.ssid(b"a") + making.ssid(b"b")).ssid == b"a"
    assert read(making.ssid(b"x" * 33) + making.ssid(b"b")).ssid == b"b"
    assert read(making.rates()).ssid is None
    assert read(making.ssid(b"")).ssid == b""


@pytest.mark.parametrize(("data", "channel", "six"), [
    (making.ds(11), 11, False),
    (making.HT, 6, False),
    (making.ds(3) + making.HT, 3, False),
    (making.he_operation(37), 37, True),
    (making.he_operation(37, vht=True, cohosted=True), 37, True),
    (making.he_operation(), None, False),
    (making.extension(36, b"\0\0\2\x08\xfc\xff" + bytes([37, 0, 37, 0])), None, False),  # a byte is missing
    (making.ds(0), None, False),
])  # fmt: skip
def test_the_channel_that_the_access_point_states(data, channel, six):
    assert (read(data).channel, read(data).six_ghz) == (channel, six)


def test_sae_by_hash_to_element():
    assert read(making.rsnx(0x20)).h2e
    assert not read(making.rsnx(0x40)).h2e
    assert read(making.rsnx(0x60)).sae_pk
    assert read(making.vendor(making.WFA, 0x2B, b"\x20")).h2e
    assert not read(making.rates()).h2e_only
    assert read(making.rates(0xFB)).h2e_only
    assert read(making.rates() + making.element(50, b"\x30\xfb")).h2e_only


def test_owe_transition():
    data = making.owe_transition(bytes(6), b"Harbour")

    assert read(data).owe_partner == Partner(bssid=bytes(6), ssid=b"Harbour")
    assert read(making.owe_transition(bytes(6), b"x", bytes([81, 6]))).owe_partner == Partner(bssid=bytes(6), ssid=b"x")


def test_a_wifi_direct_group_and_an_access_point_that_manages_it():
    assert read(making.p2p()).group_owner
    assert not read(making.p2p(group_owner=False)).group_owner
    assert not read(making.P2P_MANAGED).group_owner
    assert read(making.P2P_MANAGED + making.p2p()).group_owner


def test_kinds_of_rsn_are_kept_apart():
    found = read(making.rsn() + making.wpa() + making.override(0x29, akms=(8,)) + making.override(0x2A, akms=(24,)))

    assert [s.akms for s in found.rsn] == [("psk",)]
    assert [s.akms for s in found.wpa] == [("psk",)]
    assert [s.akms for s in found.override] == [("sae",), ("sae-ext-key",)]


def test_pieces_of_a_security_element_are_noticed():
    assert read(making.element(49, making.rsn_body())).traces
    assert read(making.element(222, making.wpa()[2:])).traces
    assert not read(making.ssid() + making.rates() + making.WMM + making.wps(response=True)).traces
    assert not read(making.rsn()).traces


def test_what_changes_from_beacon_to_beacon_is_not_among_the_facts():
    first = making.ssid() + making.TIM + making.element(11, b"\1\0\2\0\0") + making.rsn()
    second = making.ssid() + making.element(5, b"\2\3\1\xff") + making.element(11, b"\2\0\x30\0\0") + making.rsn()

    assert read(first) == read(second)
    assert hash(read(first)) == hash(read(second))


def test_hundreds_of_elements_fill_no_memory():
    found = read(making.rsn() * 300 + making.element(48, b"") * 100)

    assert len(found.rsn) == elements.MAX_OFFERS
    assert found.damaged == ("RSN",)


def test_megabytes_are_not_looked_at():
    found = read(making.ssid(b"a") + making.element(60, b"") * 1_000_000 + making.rsn())

    assert (found.ssid, found.rsn, found.whole) == (b"a", (), False)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(data):
    found = read(data)

    assert isinstance(found, Elements)
    assert found.ssid is None or len(found.ssid) <= 32


@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 3, 5, 48, 50, 61, 68, 71, 85, 221, 244, 255]), st.binary(max_size=60)))
)
def test_no_elements_make_it_raise(parts):
    data = b"".join(making.element(number, body) for number, body in parts)

    assert walk(data) == (parts, True)
    assert read(data).whole
