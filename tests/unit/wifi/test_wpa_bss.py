"""Answers of wpa_cli bss: the elements in them, and which frame they are from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.wifi.formats import wpa_bss
from netguard.wifi.join import joined
from tests.unit.wifi.lists import address, addresses, knows, one, read

BSSID, OTHER = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
BEACON = bytes([0, 4]) + b"Home" + bytes([1, 1, 0x82]) + bytes.fromhex("30140100000fac040100000fac040100000fac020000")
ANSWER = BEACON + bytes.fromhex("dd0e0050f204104a0001101044000102")


def answer(bssid=BSSID, ie=ANSWER, beacon=BEACON, **more):
    """Layout of print_bss_info (wpa_supplicant/ctrl_iface.c)."""
    said = {
        "id": "3",
        "bssid": bssid,
        "freq": "2437",
        "beacon_int": "100",
        "capabilities": "0x0411",
        "qual": "0",
        "noise": "-89",
        "level": "-57",
        "tsf": "0000003161d5d3cb",
        "age": "7",
        "ie": ie.hex(),
        "flags": "[WPA2-PSK-CCMP][WPS][ESS]",
        "ssid": "Home",
        "wps_state": "configured",
        "wps_device_name": "x",
        "snr": "32",
        "est_throughput": "65000",
        "update_idx": "7",
        "beacon_ie": None if beacon is None else beacon.hex(),
        **more,
    }
    return "".join(f"{key}={value}\n" for key, value in said.items() if value is not None)


def test_one_answer():
    assert wpa_bss.recognises(answer().encode())
    heard = one(wpa_bss, "Selected interface 'wlan0'\n" + answer())
    assert (address(heard), heard.frequency, heard.signal, heard.capability) == (BSSID, 2437, -57.0, 0x0411)
    assert (heard.beacon, heard.response, heard.elements) == (BEACON, ANSWER, None)


def test_what_it_does_not_tell_is_null():
    # The name is in the elements; who is connected is not asked.
    assert knows(one(wpa_bss, answer())) == {"bssid", "frequency", "signal", "capability", "beacon", "response"}
    same = one(wpa_bss, answer(ie=BEACON))
    assert (same.beacon, same.response, same.elements) == (BEACON, None, None)
    either = one(wpa_bss, answer(beacon=None))
    assert (either.beacon, either.response, either.elements) == (None, None, ANSWER)


def test_many_answers():
    text = "====\n".join([answer(), answer(OTHER)]) + "####\n"
    assert addresses(read(wpa_bss, text)) == [BSSID, OTHER]
    assert addresses(read(wpa_bss, answer(id=None) + answer(OTHER, id=None))) == [BSSID, OTHER]
    assert read(wpa_bss, answer("00:00:00:00:00:00") + answer("01:00:5e:00:00:01")) == []


def test_it_comes_to_a_whole_network():
    (network,) = joined(read(wpa_bss, answer()))
    assert (network.ssid, network.channel, network.security.value, network.pmf.value) == (
        "Home",
        6,
        "wpa2-personal",
        "none",
    )
    assert network.wps.present


@pytest.mark.parametrize("ie", ["xyz", "0", "30" * 5000])
def test_elements_that_are_none_are_null(ie):
    heard = one(wpa_bss, answer(beacon=None).replace(ANSWER.hex(), ie))
    assert (heard.elements, heard.response) == (None, None)


def test_a_key_that_is_there_twice_counts_once():
    assert one(wpa_bss, answer() + f"bssid={BSSID}\n"[:0] + "ie=00\nfreq=5180\n").frequency == 2437


@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from(answer().splitlines(keepends=True)), max_size=20).map("".join).map(str.encode)
)
def test_anything_is_read(data):
    wpa_bss.recognises(data)
    joined(read(wpa_bss, data))
