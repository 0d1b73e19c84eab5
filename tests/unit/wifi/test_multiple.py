"""Several networks in one beacon: each is an entry of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Security
from netguard.wifi import join, multiple
from netguard.wifi.join import joined
from tests.unit.wifi import making
from tests.unit.wifi.making import ESS

PLAIN = making.ssid() + making.rates() + making.ds() + making.TIM + making.rsn()
SECURED = making.rsn(akms=(2, 8), caps=making.CAPABLE) + making.wps()


def transmitted(*profiles, indicator=3, more=SECURED):
    return making.ssid() + making.rates() + making.ds() + making.TIM + more + making.multiple(indicator, *profiles)


def further(data, **more):
    return {str(n.bssid): n for n in joined([making.heard(data, **more)]) if n.bssid != making.eui()}


def test_networks_announced_in_one_beacon():
    found = further(
        transmitted(
            making.profile(1, b"Guests", making.non_inheritance([48]), capability=ESS),
            making.profile(2, b"Things", making.rsn()),
            making.profile(3, b"More"),
        ),
        frequency=2437,
        signal=-40.0,
        associated=True,
    )

    assert {mac[-2:]: (n.ssid, n.security, n.channel) for mac, n in found.items()} == {
        "a1": ("Guests", "open", 6),
        "a2": ("Things", "wpa2-personal", 6),
        "a3": ("More", "wpa2-wpa3-personal", 6),
    }
    for network in found.values():
        assert network.notes == (join.ANNOUNCED_BY_ANOTHER,)
        assert (network.signal_dbm, network.associated, network.sources) == (-40.0, None, ("pcap",))
        assert network.wps is None  # what it leaves out is inherited by the letter, and by no access point


@pytest.mark.parametrize(("bssid", "indicator", "index", "wanted"), [
    ("0202020000a0", 3, 1, "02:02:02:00:00:a1"),
    ("0202020000a7", 3, 1, "02:02:02:00:00:a0"),  # counted within the last three bits
    ("0202020000a6", 3, 5, "02:02:02:00:00:a3"),
    ("0202020000ff", 8, 1, "02:02:02:00:00:00"),
    ("0202020000fe", 1, 1, "02:02:02:00:00:ff"),
])  # fmt: skip
def test_the_bssid_of_a_further_network(bssid, indicator, index, wanted):
    octets = bytes.fromhex(bssid)
    heard = making.heard(transmitted(making.profile(index, b"Guests"), indicator=indicator), bssid=octets)

    assert {str(n.bssid) for n in joined([heard])} == {str(making.eui(octets)), wanted}


@pytest.mark.parametrize("bad", [
    making.multiple(0, making.profile(1, b"x")),
    making.multiple(9, making.profile(1, b"x")),
    making.multiple(3, making.profile(0, b"x")),
    making.multiple(3, making.profile(8, b"x")),
    making.multiple(8, making.profile(47, b"x")),
    making.multiple(3, making.element(1, making.profile(1, b"x")[2:])),
    making.multiple(3, making.element(0, making.ssid(b"x") + making.element(85, b"\1"))),
    making.multiple(3, making.element(0, making.element(83, b"\1") + making.element(85, b"\1"))),
    making.multiple(3, making.element(0, making.element(83, b"\1\0"))),
    making.multiple(3, b"\0\xff\1"),
    making.element(71, b""),
])  # fmt: skip
def test_a_damaged_profile_is_left_out(bad):
    assert len(joined([making.heard(PLAIN + bad)])) == 1


def test_a_profile_may_go_on_in_the_next_element():
    start, end = making.profile(1, b"Guests"), making.element(0, making.rsn(akms=(8,), caps=making.REQUIRED))
    (network,) = further(transmitted(start) + making.multiple(3, end)).values()

    assert (network.ssid, network.akms) == ("Guests", ("sae",))


def test_an_entry_that_the_system_took_apart_itself_is_not_taken_apart_again():
    data = PLAIN + making.element(85, b"\2\1\0") + making.multiple(3, making.profile(1, b"Guests"))

    assert len(joined([making.heard(data, kind="elements", source="nl80211")])) == 1


def test_vendor_elements_and_extensions_are_inherited_by_kind():
    own = making.profile(1, b"Guests", making.wpa(), making.non_inheritance([48], [36]))
    data = transmitted(own, more=making.rsn() + making.wpa(akms=(1,)) + making.he_operation(37) + making.WMM)
    (network,) = further(data).values()

    assert network.security is Security.WPA_PERSONAL
    assert network.channel == 6


def test_the_same_network_in_many_beacons_is_one():
    heards = [
        making.heard(
            PLAIN + making.multiple(3, making.profile(1, b"Guests", making.element(5, bytes([count, 3, 0, 0]))))
        )
        for count in range(3)
    ]

    assert [n.ssid for n in joined(heards)] == ["Guests", "Harbour"]


@given(st.binary(max_size=120), st.integers(0, 10))
def test_no_bytes_make_it_raise(data, indicator):
    for body in (
        data,
        making.element(71, bytes([indicator]) + data),
        making.multiple(indicator, making.profile(1, data[:9])),
    ):
        for found in multiple.profiles(PLAIN + body, making.BSSID):
            assert len(found.bssid) == 6


def test_without_the_address_of_the_one_the_others_have_none():
    heard = making.heard(transmitted(making.profile(1, b"Guests")), bssid=None, ssid=b"Harbour")

    assert [n.ssid for n in joined([heard])] == ["Harbour"]
