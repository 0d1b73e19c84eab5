"""What stands before an 802.11 frame: every link type, and headers that lie about their lengths."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.wifi.radiotap import LINKS, MAX_MASKS, avs, link_name, ppi, prism, radiotap, raw, sll, sll2
from tests.unit.wifi import captures
from tests.unit.wifi.captures import frame

BEACON = frame()


def header(*masks, data=b"", length=None):
    """A radiotap header with these presence masks and data."""
    body = b"".join(struct.pack("<I", mask) for mask in masks) + data
    return struct.pack("<BBH", 0, 0, 4 + len(body) if length is None else length) + body


def test_flags_channel_and_signal():
    assert radiotap(captures.radiotap(BEACON), 0) == (BEACON, 2437, -50)


def test_nothing_present():
    assert radiotap(header(0) + BEACON, 0) == (BEACON, None, None)


def test_fields_before_are_passed_with_their_alignment():
    # Time stamp at 8, flags at 16, rate at 17, channel at 18, FHSS at 22, signal at 24.
    data = struct.pack("<QBBHHBBb", 7, 0, 2, 5180, 0x140, 1, 2, -61)
    assert radiotap(header(0b111111, data=data) + BEACON, 0) == (BEACON, 5180, -61)
    # Flags at 8, one byte of padding, channel at 10.
    assert radiotap(header(0b1010, data=struct.pack("<BxHH", 0, 2412, 0)) + BEACON, 0) == (BEACON, 2412, None)


def test_masks_go_on_and_the_first_of_each_field_counts():
    first, antenna = 0b101010 | 1 << 29 | 1 << 31, 1 << 5 | 1 << 11 | 1 << 29 | 1 << 31
    data = struct.pack("<BxHHbbBbB", 0, 5955, 0, -40, -41, 0, -42, 1)
    assert radiotap(header(first, antenna, antenna ^ 1 << 31, data=data) + BEACON, 0) == (BEACON, 5955, -40)


def test_fields_of_a_second_mask_are_found():
    masks = 1 << 1 | 1 << 29 | 1 << 31, 1 << 3 | 1 << 5
    assert radiotap(header(*masks, data=struct.pack("<BxHHb", 0, 2462, 0, -33)) + BEACON, 0) == (BEACON, 2462, -33)


def test_a_vendors_namespace_is_passed_over_by_its_own_length():
    # Flags at 12 + 4; vendor's OUI (3), sub-namespace (1) and length (2) at 18, five bytes of it, then channel and signal.
    masks = 1 << 1 | 1 << 30 | 1 << 31, 0xFFFF | 1 << 29 | 1 << 31, 1 << 3 | 1 << 5
    data = struct.pack("<BxBBBBH5s", 0, 0, 0x11, 0x22, 9, 5, b"\xff" * 5)
    data += b"\0" * ((4 + 12 + len(data)) % 2) + struct.pack("<HHb", 5500, 0, -77)
    assert radiotap(header(*masks, data=data) + BEACON, 0) == (BEACON, 5500, -77)


def test_a_vendors_namespace_that_would_pass_the_header_leaves_the_rest_unknown():
    masks = 1 << 1 | 1 << 30 | 1 << 31, 0xFFFF | 1 << 29 | 1 << 31, 1 << 3 | 1 << 5
    for length in (6, 100, 65535):
        data = struct.pack("<BxBBBBHHHb", 0x10, 0, 0x11, 0x22, 9, length, 5500, 0, -77)
        assert radiotap(header(*masks, data=data) + frame(fcs=True), 0) == (BEACON, None, None)


def test_bits_that_nobody_has_defined_leave_what_follows_unknown():
    masks = 1 << 1 | 1 << 31, 1 << 7 | 1 << 29 | 1 << 31, 1 << 3 | 1 << 5
    assert radiotap(header(*masks, data=b"\0" * 20) + BEACON, 0) == (BEACON, None, None)


def test_many_vendors_end():
    masks = [1 << 30 | 1 << 31] * 40 + [1 << 3]
    assert radiotap(header(*masks, data=b"\0" * 400) + BEACON, 0) == (BEACON, None, None)


def test_the_extended_channel_is_used_where_there_is_no_other():
    data = struct.pack("<BxxxIHBb", 0, 0x140, 5240, 48, 0)
    assert radiotap(header(1 << 1 | 1 << 18, data=data) + BEACON, 0) == (BEACON, 5240, None)


def test_fields_with_types_and_lengths_come_after_those_that_are_wanted():
    data = struct.pack("<BxHHbxxx", 0, 6135, 0, -51) + struct.pack("<HH", 34, 4) + b"\xff" * 4
    assert radiotap(header(0b101010 | 1 << 28, data=data) + BEACON, 0) == (BEACON, 6135, -51)


@pytest.mark.parametrize("known", [-1, -50, -127])
def test_signals_that_are(known):
    assert radiotap(captures.radiotap(BEACON, signal=known), 0) == (BEACON, 2437, known)


@pytest.mark.parametrize("nothing", [0, 1, 127, -128])
def test_signals_that_no_receiver_ever_measured_are_unknown(nothing):
    assert radiotap(captures.radiotap(BEACON, signal=nothing), 0) == (BEACON, 2437, None)


def test_a_frequency_of_zero_is_unknown():
    assert radiotap(captures.radiotap(BEACON, frequency=0), 0) == (BEACON, None, -50)


def test_the_check_sequence_is_taken_off_where_the_flags_say_so():
    with_fcs = frame(fcs=True)
    assert radiotap(captures.radiotap(with_fcs, flags=0x10), 0)[0] == BEACON
    assert radiotap(captures.radiotap(BEACON + b"\x30\x14\x01\x00", flags=0x10), 0)[0] == BEACON
    assert radiotap(captures.radiotap(BEACON), 0)[0] == BEACON


def test_a_frame_whose_check_sequence_was_wrong_says_nothing():
    assert radiotap(captures.radiotap(BEACON, flags=0x40), 0) is None
    assert radiotap(captures.radiotap(BEACON, flags=0x50), 0) is None


def test_of_a_cut_frame_only_what_is_there_of_the_check_sequence_is_taken_off():
    whole = captures.radiotap(frame(fcs=True), flags=0x10)
    for cut in range(8):
        assert radiotap(whole[: len(whole) - cut], cut)[0] == frame(fcs=True)[: -max(cut, 4)]
    assert radiotap(whole[:-9], 2**32)[0] == BEACON[:-5]


def test_without_flags_the_check_sequence_is_known_by_itself():
    assert radiotap(header(0) + frame(fcs=True), 0)[0] == BEACON
    assert raw(frame(fcs=True), 0) == (BEACON, None, None)
    assert raw(BEACON, 0) == (BEACON, None, None)
    assert raw(frame(fcs=True)[:-1] + b"?", 0)[0] == frame(fcs=True)[:-1] + b"?"
    assert raw(frame(fcs=True), 4)[0] == frame(
        fcs=True
    )  # four bytes of the end are missing, so these are no check sequence


@pytest.mark.parametrize("length", [0, 7, 15 + len(BEACON), 16 + len(BEACON), 65535])
def test_a_header_longer_than_its_packet_or_too_short(length):
    packet = bytearray(captures.radiotap(BEACON))
    packet[2:4] = struct.pack("<H", length)
    assert radiotap(bytes(packet), 0) is None


def test_a_header_shorter_than_its_fields_leaves_them_unknown():
    assert radiotap(header(0b101010) + BEACON, 0) == (BEACON, None, None)
    assert radiotap(header(0b101010, data=b"\0\0") + BEACON, 0) == (BEACON, None, None)


def test_masks_without_end():
    many = header(*[1 << 31 | 1 << 29] * 5000)
    assert radiotap(many + BEACON, 0) == (BEACON, None, None)
    assert MAX_MASKS < 5000


def test_another_version_is_not_radiotap():
    assert radiotap(b"\x01" + captures.radiotap(BEACON)[1:], 0) is None


def cooked(arphrd, data):
    return struct.pack(">HHH8sH", 3, arphrd, 6, b"", 4) + data


def cooked2(arphrd, data):
    return struct.pack(">HHIHBB8s", 4, 0, 1, arphrd, 3, 6, b"") + data


@pytest.mark.parametrize(("reader", "wrapped"), [(sll, cooked), (sll2, cooked2)])
def test_cooked_captures(reader, wrapped):
    assert reader(wrapped(803, captures.radiotap(BEACON)), 0) == (BEACON, 2437, -50)
    assert reader(wrapped(801, BEACON), 0) == (BEACON, None, None)
    assert reader(wrapped(802, prism_header() + BEACON), 0) == (BEACON, 2437, None)
    assert reader(wrapped(1, BEACON), 0) is None
    for length in range(22):
        assert reader(wrapped(803, b"")[:length], 0) is None


def ppi_header(*fields, link=105, flags=0, length=None):
    body = b"".join(fields)
    return struct.pack("<BBHI", 0, flags, 8 + len(body) if length is None else length, link) + body


def common(flags=0, frequency=5180, signal=-44):
    return struct.pack("<HHQHHHHBBbb", 2, 20, 0, flags, 12, frequency, 0, 0, 0, signal, -90)


def test_ppi():
    assert ppi(ppi_header(common()) + BEACON, 0) == (BEACON, 5180, -44)
    assert ppi(ppi_header(common(flags=1)) + frame(fcs=True), 0) == (BEACON, 5180, -44)
    assert ppi(ppi_header(common(flags=1)) + frame(fcs=True)[:-2], 2)[0] == BEACON
    assert ppi(ppi_header(common(flags=5)) + frame(fcs=True), 0) is None
    assert ppi(ppi_header() + frame(fcs=True), 0) == (BEACON, None, None)
    assert ppi(ppi_header(link=127) + captures.radiotap(BEACON), 0) == (BEACON, 2437, -50)
    assert ppi(ppi_header(link=192) + ppi_header() + BEACON, 0) is None
    assert ppi(ppi_header(common(frequency=0, signal=0)) + BEACON, 0) == (BEACON, None, None)


def test_ppi_fields_before_the_common_one_are_passed():
    gps = struct.pack("<HH", 30002, 3) + b"abc"
    assert ppi(ppi_header(gps, common()) + BEACON, 0) == (BEACON, 5180, -44)
    assert ppi(ppi_header(gps, b"\0", common(), flags=1) + BEACON, 0) == (BEACON, 5180, -44)


@pytest.mark.parametrize("field", [struct.pack("<HH", 2, 20), struct.pack("<HH", 2, 0), struct.pack("<HH", 9, 65535)])
def test_ppi_fields_that_pass_the_header(field):
    assert ppi(ppi_header(field) + BEACON, 0) == (BEACON, None, None)


@pytest.mark.parametrize("length", [0, 7, 8 + len(BEACON), 65535])
def test_ppi_header_longer_than_its_packet(length):
    assert ppi(ppi_header(length=length) + BEACON, 0) is None


def prism_header(order="<", channel=6, code=0x44, status=0, length=144):
    items = [(number, 7) for number in (1, 2)] + [(3, channel)] + [(number, 7) for number in range(4, 11)]
    out = struct.pack(order + "II16s", code, length, b"wlan0")
    return out + b"".join(struct.pack(order + "IHHI", n << 16 | code, status, 4, value) for n, value in items)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("code", [0x44, 0x41])
def test_prism(order, code):
    assert prism(prism_header(order, code=code) + frame(fcs=True), 0) == (BEACON, 2437, None)


@pytest.mark.parametrize(
    ("channel", "mhz"), [(1, 2412), (13, 2472), (14, 2484), (36, 5180), (165, 5825), (0, None), (200, None)]
)
def test_prism_channels(channel, mhz):
    assert prism(prism_header(channel=channel) + BEACON, 0) == (BEACON, mhz, None)
    assert prism(prism_header(channel=channel, status=1) + BEACON, 0) == (BEACON, None, None)


@pytest.mark.parametrize("length", [0, 23, 144 + len(BEACON), 2**31, 2**32 - 1])
def test_prism_header_longer_than_its_packet(length):
    assert prism(prism_header(length=length) + BEACON, 0) is None


def test_avs_also_where_prism_is_announced():
    head = struct.pack(">II", 0x80211001, 64) + b"\0" * 56
    assert avs(head + BEACON, 0) == prism(head + BEACON, 0) == (BEACON, None, None)
    assert avs(struct.pack(">II", 0x80211001, 2**32 - 1) + b"\0" * 56 + BEACON, 0) is None
    assert avs(struct.pack(">II", 1, 64) + b"\0" * 56 + BEACON, 0) is None


@pytest.mark.parametrize("kind", [k for k in range(256) if k not in {0x50, 0x80}])
def test_other_frames_are_never_taken(kind):
    other = frame(kind)
    assert raw(other, 0) is None
    assert radiotap(captures.radiotap(other), 0) is None
    assert ppi(ppi_header(common()) + other, 0) is None
    assert prism(prism_header() + other, 0) is None


def test_names_of_link_types():
    assert link_name(1) == "Ethernet (link type 1)"
    assert link_name(60000) == "link type 60000"


@given(st.sampled_from(sorted(LINKS)), st.binary(max_size=120), st.integers(0, 2**32))
def test_no_bytes_raise(link, data, cut):
    found = LINKS[link](data, cut)
    assert found is None or found[0][0] in {0x50, 0x80}


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6),
    st.binary(max_size=60),
    st.integers(0, 90),
    st.integers(0, 8),
)
def test_no_masks_raise(masks, data, length, cut):
    for announced in (None, length):
        found = radiotap(header(*masks, data=data, length=announced) + BEACON, cut)
        assert found is None or isinstance(found[0], bytes)


PLAIN = [bit for bit in range(22) if bit not in {4, 18}]


@given(st.sets(st.sampled_from(PLAIN)), st.integers(1, 0xFFFF), st.integers(-127, -1), st.data())
def test_scapy_finds_the_same_under_any_mask(bits, mhz, dbm, data):
    """scapy's dissector is another reading of the same specification."""
    from scapy.layers.dot11 import RadioTap

    sizes = {0: (8, 8), 18: (4, 8), 19: (1, 3), 20: (4, 8), 21: (2, 12)}
    sizes |= (
        dict.fromkeys([7, 8, 9, 14, 15], (2, 2))
        | {3: (2, 4)}
        | dict.fromkeys([1, 2, 5, 6, 10, 11, 12, 13, 16, 17], (1, 1))
    )
    body = b""
    for bit in sorted(bits):
        align, size = sizes[bit]
        body += b"\0" * (-(8 + len(body)) % align)
        value = data.draw(st.binary(min_size=size, max_size=size))
        value = {1: b"\0", 3: struct.pack("<HH", mhz, 0), 5: struct.pack("<b", dbm)}.get(bit, value)
        body += value
    packet = header(sum(1 << bit for bit in bits), data=body) + BEACON
    theirs = RadioTap(packet)
    assert radiotap(packet, 0) == (BEACON, theirs.ChannelFrequency, theirs.dBm_AntSignal)
