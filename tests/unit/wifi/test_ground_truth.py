"""What netguard says of real access points is what tshark and scapy say of them."""

import json
import struct

import pytest
from scapy.layers.dot11 import AKMSuite, Dot11Elt, Dot11EltRSN, RSNCipherSuite

from netguard.model.vocabulary import Pmf, Security
from netguard.wifi import elements, frames, rsn, security
from netguard.wifi.heard import Heard
from netguard.wifi.join import GROUP_OWNER, joined, safe_ssid
from tests.unit.wifi import making, truth

LEFT_OUT = {
    "pwnagotchi_beacon.pcapng": "its BSSIDs are group addresses: a tool sends these beacons to find others of its kind",
    "ieee802.11_parse_elements_oobr.pcap": (
        "a fuzzer's frame of nothing but zeros of ASCII: its RSN has a version that was never defined, and lists longer than "
        "the frame; tshark shows the version and group cipher all the same, netguard takes nothing from it"
    ),
}
"""Files about which tshark says more, and why netguard is right to say less."""


def heard(path):
    for frame, frequency in truth.frames(path):
        one = frames.heard(frame, source="pcap", frequency=frequency)
        if one is not None:
            yield one


def numbers(values, key):
    """A field's numbers of one frame; tshark writes them with commas."""
    (text,) = values.get(key, ["!"])
    return None if text == "!" else {int(n, 0) for n in text.split(",")}


def test_every_network_has_what_tshark_sees_in_it():
    data = truth.needed()
    compared, left_out = [], set()
    for path, bssid, values in truth.lines(data):
        found = {str(n.bssid): n for n in joined(heard(path))}
        if path.name in LEFT_OUT:
            left_out.add(path.name)
            assert bssid not in found or found[bssid].security is Security.UNKNOWN
            continue
        network = found[bssid]
        views = [one for one in heard(path) if str(one.bssid) == bssid]

        def one_of(key, values=values):
            return values.get(key, [None])[0]

        assert (network.ssid or "") == safe_ssid((one_of("ssid") or "").encode())
        assert {bool(v.capability & security.PRIVACY) for v in views} == {
            one_of("wlan.fixed.capabilities.privacy") == "1"
        }
        read = [elements.read(v.beacon if v.beacon is not None else v.response) for v in views]
        group, pairwise = numbers(values, "wlan.rsn.gcs.type"), numbers(values, "wlan.rsn.pcs.type")
        akms = numbers(values, "wlan.rsn.akms.type")
        kinds = numbers(values, "wlan.wfa.ie.type") or set()
        wpa = 1 in kinds
        assert any(e.wpa for e in read) is wpa
        if not wpa:
            assert network.akms == tuple(sorted(rsn.AKMS.get(n, str(n)) for n in akms or ()))
            assert network.pairwise == tuple(sorted(rsn.CIPHERS.get(n, str(n)) for n in pairwise or ()))
            assert network.group == (rsn.CIPHERS[group.pop()] if group else None)
        capable, required = one_of("wlan.rsn.capabilities.mfpc"), one_of("wlan.rsn.capabilities.mfpr")
        if capable is None:
            assert network.pmf is Pmf.NONE
        else:
            assert (network.pmf is not Pmf.NONE, network.pmf is Pmf.REQUIRED) == (capable == "1", required == "1")
        present = 4 in kinds
        assert network.wps.present is present
        if present:
            assert network.wps.configured is (one_of("wps.wifi_protected_setup_state") == "0x02")
            assert network.wps.locked is (one_of("wps.ap_setup_locked") == "0x01")
            version = int(one_of("wps.ext.version2") or one_of("wps.version"), 0)
            assert network.wps.version == f"{version >> 4}.{version & 15}"
        channel = one_of("wlan.ds.current_channel")
        if channel is not None:
            assert network.channel == int(channel)
        assert {e.h2e for e in read} == {bool(int(one_of("wlan.rsnx") or "0", 0) & 0x20)}
        assert any("cut" in note or "damaged" in note for note in network.notes) is False
        compared.append((path.name, network))

    assert left_out == set(LEFT_OUT)
    assert len(compared) >= 13
    assert {n.security for _, n in compared} == {
        "open", "wpa2-personal", "wpa2-enterprise", "wpa2-wpa3-personal", "wpa3-personal", "wpa3-enterprise",
    }  # fmt: skip
    assert {name for name, n in compared if GROUP_OWNER in n.notes} == {"roku.pcap"}


def test_the_walk_finds_the_elements_that_tshark_finds():
    data = truth.needed()
    compared = 0
    for path, bssid, values in truth.lines(data):
        if path.name in LEFT_OUT:
            continue
        for one in heard(path):
            if str(one.bssid) == bssid:
                found, whole = elements.walk(one.beacon if one.beacon is not None else one.response)
                assert ",".join(str(number) for number, _ in found) in values["wlan.tag.number"]
                assert whole
                compared += 1

    assert compared >= 20


def test_frames_are_what_tshark_takes_apart():
    data = truth.needed()
    compared = 0
    for path in sorted(data.glob("*/tshark-json/*.json")):
        source = path.parent.parent / path.stem
        if source.name in LEFT_OUT:
            continue
        for packet in json.loads(path.read_text("utf-8")):
            layers = packet["_source"]["layers"]
            fixed = layers["wlan.mgt"]["wlan.fixed.all"]
            one = [h for h in heard(source) if str(h.bssid) == layers["wlan"]["wlan.bssid"]]
            assert int(fixed["wlan.fixed.capabilities"], 0) in {h.capability for h in one}
            is_beacon = layers["wlan"]["wlan.fc.type_subtype"] == "0x0008"
            assert any((h.beacon is not None) is is_beacon for h in one)
            compared += 1

    assert compared >= 12


def test_files_without_any_beacon_and_broken_ones_give_nothing_false():
    data = truth.needed()
    known = {path for path, _, _ in truth.lines(data)}
    for path in truth.captures(data):
        for network in joined(heard(path)):
            assert network.security is not Security.WEP
            assert path in known


@pytest.mark.parametrize("kind", ["elements", "beacon"])
def test_windows_lists(kind):
    data = truth.needed()
    classes = []
    for path in sorted(data.glob("lswifi/winfi-ies/*.bss")):
        entry, blob = path.read_bytes(), path.with_suffix(".ies").read_bytes()
        capability, kilohertz = struct.unpack_from("<HxxI", entry, 88)
        name = entry[4 : 4 + entry[0]]
        (network,) = joined(
            [
                Heard(
                    source="wlanapi",
                    bssid=making.eui(entry[40:46]),
                    capability=capability,
                    frequency=kilohertz // 1000,
                    **{kind: blob},
                )
            ]
        )

        assert str(network.bssid) == path.stem.lower().replace("-", ":")
        assert network.ssid == safe_ssid(name)
        assert (network.akms, network.pairwise) == by_scapy(blob)
        assert network.notes == ()
        assert network.wps.present is False
        classes.append(network.security.value)

    assert sorted(classes) == ["open"] * 4 + ["owe", "wpa2-personal"]


def by_scapy(blob):
    """AKMs and pairwise ciphers as scapy reads them."""
    akms, ciphers = set(), set()
    part = Dot11Elt(blob)
    while isinstance(part, Dot11Elt):
        if isinstance(part, Dot11EltRSN):
            akms |= {rsn.AKMS[s.suite] for s in part.akm_suites if isinstance(s, AKMSuite)}
            ciphers |= {rsn.CIPHERS[s.cipher] for s in part.pairwise_cipher_suites if isinstance(s, RSNCipherSuite)}
        part = part.payload
    return tuple(sorted(akms)), tuple(sorted(ciphers))
