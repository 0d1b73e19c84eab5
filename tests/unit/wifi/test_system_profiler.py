"""The report of macOS: kinds of security by their end, Apple's typo included; names that it left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.model.vocabulary import Security
from netguard.wifi.formats import system_profiler
from netguard.wifi.join import joined
from tests.unit.wifi.lists import knows, one, read, told


def network(name="Home", channel="40 (5GHz, 160MHz)", mode="spairport_security_mode_wpa2_personal", **more):
    said = {
        "_name": name,
        "spairport_network_channel": channel,
        "spairport_network_phymode": "802.11ax",
        "spairport_network_type": "spairport_network_type_station",
        "spairport_security_mode": mode,
        "spairport_signal_noise": "-58 dBm / -90 dBm",
        **more,
    }
    return {key: value for key, value in said.items() if value is not None}


def report(*others, current=None):
    interface = {"_name": "en0", "spairport_airport_other_local_wireless_networks": list(others)}
    if current is not None:
        interface["spairport_current_network_information"] = current
    return json.dumps(
        {"SPAirPortDataType": [{"spairport_airport_interfaces": [interface], "spairport_software_information": {}}]},
        indent=2,
    )


def test_the_connected_one_and_others():
    text = report(network("Café", "6 (2GHz, 20MHz)"), current=network())
    assert system_profiler.recognises(text.encode())
    home, other = read(system_profiler, text)
    assert (home.ssid, home.frequency, home.channel, home.signal, home.associated) == (b"Home", 5200, 40, -58.0, True)
    assert (other.ssid, other.frequency, other.channel, other.associated) == ("Café".encode(), 2437, 6, False)
    assert home.told.security is Security.WPA2_PERSONAL


def test_what_macos_does_not_tell_is_null():
    assert knows(one(system_profiler, report(network()))) == {
        "ssid",
        "frequency",
        "channel",
        "signal",
        "associated",
        "told.security",
    }
    bare = {"_name": "Home"}
    assert knows(one(system_profiler, report(bare))) == {"ssid", "associated"}


@pytest.mark.parametrize(
    ("channel", "number", "frequency"),
    [
        ("37 (6GHz, 160MHz)", 37, 6135),
        ("14 (2GHz, 20MHz)", 14, 2484),
        ("11", 11, None),
        ("36,+1", 36, None),
        ("200 (2GHz)", 200, None),
        ("x", None, None),
        (11, 11, None),
        ([], None, None),
    ],
)
def test_channels(channel, number, frequency):
    heard = one(system_profiler, report(network(channel=channel)))
    assert (heard.channel, heard.frequency) == (number, frequency)


@pytest.mark.parametrize(
    ("mode", "security"),
    [
        ("spairport_security_mode_none", Security.OPEN),
        ("spairport_security_mode_wep", Security.WEP),
        ("spairport_security_mode_wpa_personal", Security.WPA_PERSONAL),
        ("spairport_security_mode_wpa2_personal_mixed", Security.WPA_WPA2_PERSONAL),
        ("spairport_security_mode_wpa2_personal", Security.WPA2_PERSONAL),
        ("pairport_security_mode_wpa3_transition", Security.WPA2_WPA3_PERSONAL),
        ("spairport_security_mode_wpa3_transition", Security.WPA2_WPA3_PERSONAL),
        ("spairport_security_mode_wpa3_personal", Security.WPA3_PERSONAL),
        ("spairport_security_mode_wpa2_enterprise", Security.WPA2_ENTERPRISE),
        ("spairport_security_mode_wpa3_enterprise", Security.WPA3_ENTERPRISE),
        ("spairport_security_mode_owe", Security.OWE),
        ("spairport_security_mode_wpa4_personal", None),
        ("wpa2", None),
        (None, None),
        (7, None),
    ],
)
def test_classes(mode, security):
    found = one(system_profiler, report(network(mode=mode))).told
    assert (found.security, found.transition) == (security, True if security is Security.WPA2_WPA3_PERSONAL else None)
    assert (found.akms, found.pairwise, found.pmf, found.wps) == (None, None, None, None)


def test_names_that_macos_left_out():
    found, remarks = told(system_profiler, report(network("<redacted>"), network("<redacted>", "6 (2GHz)")))
    assert [h.ssid for h in found] == [None, None]
    assert len(remarks) == 1
    assert "allow Terminal to use your location" in remarks[0]
    assert one(system_profiler, report(network(None))).ssid is None
    assert one(system_profiler, report(network(""))).ssid == b""


def test_a_damaged_or_huge_report_is_an_error():
    with pytest.raises(WifiFileError, match="its end is missing"):
        read(system_profiler, report(network())[:-20])
    with pytest.raises(WifiFileError, match="more than 8 MB"):
        read(system_profiler, report(network("x" * system_profiler.LARGEST)))
    with pytest.raises(WifiFileError, match="damaged"):
        read(system_profiler, '{"SPAirPortDataType":' + "[" * 100_000)


def test_too_many_networks():
    found, remarks = told(system_profiler, report(*[{"_name": "x"}] * 5000))
    assert len(found) == system_profiler.MOST_NETWORKS
    assert remarks


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["40 (5GHz)", "-58 dBm / -90 dBm"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*network(), *json.loads(report())["SPAirPortDataType"][0], "x"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
def test_any_json_is_read(one_, other):
    joined(read(system_profiler, json.dumps({"SPAirPortDataType": one_})))
    joined(read(system_profiler, report(other, current=one_)))


@given(st.binary(max_size=100))
def test_anything_else_is_refused(data):
    with pytest.raises(WifiFileError):
        read(system_profiler, b'{"SPAirPortDataType": "' + data)
