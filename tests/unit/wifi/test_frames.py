"""802.11 frames: which are beacons and probe responses, and what is in them."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.wifi import frames
from netguard.wifi.heard import Heard
from tests.unit.wifi import making
from tests.unit.wifi.making import ESS, PRIVACY

BODY = making.ssid() + making.rates() + making.rsn()


def heard(frame, **more):
    return frames.heard(frame, source="pcap", **more)


def test_a_beacon_and_a_probe_response():
    assert heard(making.frame(BODY), frequency=2437, signal=-40.0) == Heard(
        source="pcap", bssid=making.eui(), frequency=2437, signal=-40.0, capability=ESS | PRIVACY, beacon=BODY
    )
    assert heard(making.frame(BODY, kind=0x50)) == Heard(
        source="pcap", bssid=making.eui(), capability=ESS | PRIVACY, response=BODY
    )


@pytest.mark.parametrize("kind", sorted(set(range(256)) - {0x80, 0x50}))
def test_every_other_frame_is_none(kind):
    assert heard(making.frame(BODY, kind=kind)) is None


@pytest.mark.parametrize("flags", [0x01, 0x02, 0x03, 0x04, 0x40, 0xC0])
def test_what_is_forwarded_fragmented_or_encrypted_is_none(flags):
    assert heard(making.frame(BODY, flags=flags)) is None


@pytest.mark.parametrize("flags", [0x08, 0x10, 0x20, 0x38])
def test_retry_power_and_more_data_change_nothing(flags):
    assert heard(making.frame(BODY, flags=flags)) == heard(making.frame(BODY))


def test_a_later_fragment_is_none_and_any_sequence_number_is_one():
    assert heard(making.frame(BODY, sequence=0x0011)) is None
    assert heard(making.frame(BODY, sequence=0xFFF0)) == heard(making.frame(BODY))


def test_ht_control_moves_the_fields():
    assert heard(making.frame(BODY, flags=0x80, control=b"\1\2\3\4")) == heard(making.frame(BODY))
    assert heard(making.frame(b"", flags=0x80)) is None
    assert heard(making.frame(b"", flags=0x80, control=b"\1\2\3\4")).beacon == b""


@pytest.mark.parametrize("bssid", [bytes(6), b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01", b"\x13\x6c\xa5\x25\x85\x53"])
def test_an_address_that_nobody_has_is_none(bssid):
    assert heard(making.frame(BODY, bssid=bssid)) is None


@pytest.mark.parametrize("length", range(37))
def test_what_is_too_short_is_none(length):
    frame = making.frame(BODY)[:length]

    assert heard(frame) is None if length < 36 else heard(frame).beacon == b""


def test_a_right_frame_check_sequence_is_taken_off_and_a_wrong_one_is_not():
    frame = making.frame(BODY)
    checked = frame + struct.pack("<I", zlib.crc32(frame))

    assert heard(checked) == heard(frame)
    assert heard(frame + b"\x30\x02\x01\x00").beacon == BODY + b"\x30\x02\x01\x00"
    bare = making.frame(b"")
    assert heard(bare + struct.pack("<I", zlib.crc32(bare))).beacon == b""


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data):
    for frame in (data, b"\x80\x00" + data, b"\x50\x88" + data):
        found = heard(frame)
        assert found is None or (found.beacon is None) is not (found.response is None)
