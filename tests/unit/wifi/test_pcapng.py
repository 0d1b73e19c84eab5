"""Wireshark's captures: sections, interfaces, every kind of packet block, and blocks with impossible lengths."""

import contextlib
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.wifi.formats import pcapng
from netguard.wifi.formats.pcapng import MAX_BLOCK, MAX_INTERFACES
from netguard.wifi.packets import MAX_PACKET
from tests.unit.wifi import captures
from tests.unit.wifi.captures import block, frame, interface, old, packet, radiotap, section, simple, somewhere

ONE = radiotap(frame())
DAMAGED = ["air.cap: it is damaged in the middle; what stands before that was read"]
ENDLESS = ["air.cap: its end is missing; what stands before that was read"]


def read(data, where=None):
    return list(pcapng.read(io.BytesIO(data), where or somewhere()))


def names(data, where=None):
    """The name in each frame that was read."""
    return [bytes((one.beacon or one.response)[2 : 2 + (one.beacon or one.response)[1]]) for one in read(data, where)]


def named(name):
    return radiotap(frame(ssid=name))


@pytest.mark.parametrize("order", ["<", ">"])
def test_each_kind_of_packet_block_is_read_in_both_byte_orders(order):
    data = section(order) + interface(order=order)
    assert pcapng.recognises(data[:4096])
    data += packet(named(b"a"), order=order) + simple(named(b"bb"), order=order) + old(named(b"ccc"), order=order)
    assert names(data) == [b"a", b"bb", b"ccc"]
    assert read(data)[0].source == "pcapng"


def test_sections_of_both_byte_orders_with_interfaces_of_their_own():
    data = captures.pcapng([named(b"a")]) + captures.pcapng([frame(ssid=b"b")], order=">", link=105)
    assert names(data + captures.pcapng([named(b"c")])) == [b"a", b"b", b"c"]


def test_a_packet_is_read_as_its_own_interface_says():
    data = section() + interface(1) + interface(127) + interface(105)
    data += packet(named(b"a"), number=0) + packet(named(b"b"), number=1) + packet(frame(ssid=b"c"), number=2)
    data += packet(named(b"d"), number=3) + packet(named(b"e"), number=2**32 - 1)
    assert names(data) == [b"b", b"c"]


def test_interfaces_do_not_outlive_their_section():
    assert names(captures.pcapng([named(b"a")]) + section() + packet(named(b"b"))) == [b"a"]
    assert names(section() + simple(ONE)) == []


def test_options_and_unknown_blocks_are_passed_over():
    comment = struct.pack("<HH", 1, 5) + b"hello\0\0\0"
    endless = struct.pack("<HH", 1, 0xFFFF)
    data = section() + block(5, b"statistics") + interface(options=comment) + block(0xBAD, b"x" * 1000)
    data += packet(named(b"a"), options=comment) + packet(named(b"b"), options=endless) + block(0x80000001, b"")
    assert names(data) == [b"a", b"b"]


def test_a_simple_packet_ends_where_its_interface_cut_it():
    data = section() + interface(snaplen=60) + simple(ONE[:60], original=len(ONE))
    (one,) = read(data)
    assert one.beacon == ONE[51:60]


@pytest.mark.parametrize("length", [0, 1, 4, 11, 13, 14, 15, 2**31 + 1, 2**32 - 1])
def test_an_impossible_block_length_ends_the_reading_and_says_so(length):
    where = somewhere()
    data = captures.pcapng([named(b"a")]) + block(6, b"x" * 40, length=length) + packet(named(b"b"))
    assert names(data, where) == [b"a"]
    assert where.remarks == DAMAGED


@pytest.mark.parametrize("length", [1000, MAX_BLOCK + 4, 2**31, 2**32 - 4])
def test_a_block_that_would_end_behind_the_file_is_a_missing_end(length):
    where = somewhere()
    assert names(captures.pcapng([named(b"a")]) + block(6, b"x" * 40, length=length), where) == [b"a"]
    assert where.remarks == ENDLESS


def test_two_lengths_that_disagree_are_damage():
    where = somewhere()
    assert names(captures.pcapng([named(b"a")]) + block(6, b"x" * 40, again=56) + packet(named(b"b")), where) == [b"a"]
    assert where.remarks == DAMAGED


@pytest.mark.parametrize("size", [MAX_BLOCK, 2 * MAX_BLOCK, 7 * MAX_BLOCK + 4])
def test_a_huge_block_is_passed_over(size):
    where = somewhere()
    data = captures.pcapng([named(b"a")]) + block(0x0A, b"x" * size) + packet(named(b"b"))
    assert names(data, where) == [b"a", b"b"]
    assert where.remarks == []


def test_a_missing_end_keeps_what_came_before_and_says_so():
    data = captures.pcapng([named(b"a"), named(b"b")])
    for lost in range(1, len(packet(named(b"b")))):
        where = somewhere()
        assert names(data[:-lost], where) == [b"a"]
        assert where.remarks == ENDLESS


@pytest.mark.parametrize("captured", [len(ONE) + 4, MAX_PACKET + 1, 2**31, 2**32 - 1])
def test_a_packet_longer_than_its_block_is_passed_over(captured):
    data = section() + interface() + packet(ONE, captured=captured, original=1) + packet(named(b"b"))
    assert names(data) == [b"b"]


def test_more_interfaces_than_anybody_has_are_not_kept():
    data = section() + interface() * (MAX_INTERFACES + 100)
    assert names(data + packet(named(b"a"), number=MAX_INTERFACES - 1)) == [b"a"]
    assert names(data + packet(named(b"a"), number=MAX_INTERFACES)) == []


def test_a_capture_of_something_else_names_it():
    with pytest.raises(
        WifiFileError, match=r"^air\.cap: .*Ethernet \(link type 1\), link type 9999, where .*monitor mode"
    ):
        read(section() + interface(1) + packet(b"x" * 60) + interface(9999))
    assert read(section() + interface(1) + interface(127)) == []


def test_something_else_is_not_recognised():
    assert not pcapng.recognises(b"")
    assert not pcapng.recognises(b"\n\r\r\n" + b"text that begins with line ends")


PIECES = st.one_of(
    st.sampled_from([section(), section(">"), interface(), interface(order=">"), packet(ONE), simple(ONE), old(ONE)]),
    st.binary(max_size=40),
    st.builds(
        lambda kind, length, body, order: block(kind, body, order, length=length),
        st.sampled_from([0x0A0D0D0A, 1, 2, 3, 4, 5, 6, 7]),
        st.one_of(st.none(), st.integers(0, 2**32 - 1), st.integers(0, 100)),
        st.binary(max_size=60),
        st.sampled_from("<>"),
    ),
)


@given(st.lists(PIECES, max_size=12))
def test_no_blocks_raise_anything_else(pieces):
    with contextlib.suppress(WifiFileError):
        read(section() + b"".join(pieces))
