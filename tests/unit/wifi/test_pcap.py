"""Classic captures: byte orders, clocks, cut packets, and files that lie about themselves."""

import contextlib
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import WifiFileError
from netguard.wifi import packets
from netguard.wifi.formats import pcap
from netguard.wifi.packets import MAX_PACKET
from tests.unit.wifi import captures
from tests.unit.wifi.captures import frame, radiotap, somewhere


def read(data, where=None):
    return list(pcap.read(io.BytesIO(data), where or somewhere()))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_both_byte_orders_and_both_clocks_are_read(order, magic):
    data = captures.pcap([radiotap(frame()), radiotap(frame(0x50, ssid=b"x"))], order=order, magic=magic)
    assert pcap.recognises(data[:4096])
    beacon, response = read(data)
    assert (beacon.source, beacon.frequency, beacon.signal) == ("pcap", 2437, -50)
    assert beacon.bssid is not None
    assert beacon.bssid.packed == captures.BSSID
    assert beacon.beacon == frame()[36:]
    assert beacon.response is None
    assert response.response == frame(0x50, ssid=b"x")[36:]
    assert beacon.capability == 0x0411


def test_something_else_is_not_recognised():
    assert not pcap.recognises(b"")
    assert not pcap.recognises(b"\xd4\xc3\xb2")
    assert not pcap.recognises(b"BSS 02:00:5e:00:00:01(on wlan0)\n")


def test_only_beacons_and_probe_responses_are_taken():
    kinds = [0x00, 0x40, 0x80, 0x08, 0x88, 0x50, 0xB4, 0xC0, 0xD0, 0x81]
    assert len(read(captures.pcap([radiotap(frame(kind)) for kind in kinds]))) == 2


def test_a_beacon_sent_again_is_not_given_again_each_time():
    many = [radiotap(frame(sequence=n, stamp=n * 102400)) for n in range(1000)]
    assert len(read(captures.pcap(many))) == 10  # the first, second, fourth ... 512th


def test_what_is_heard_often_still_outweighs_what_is_heard_once():
    many = [radiotap(frame(sequence=n, stamp=n)) for n in range(100)]
    odd = radiotap(frame(elements=b""))
    heard = read(captures.pcap([odd, *many]))
    assert sum(one.beacon == frame()[36:] for one in heard) == 7
    assert sum(one.beacon == frame(elements=b"")[36:] for one in heard) == 1


def test_frames_without_number_are_not_all_remembered(monkeypatch):
    monkeypatch.setattr(packets, "MAX_SEEN", 10)
    air = [radiotap(frame(ssid=b"%d" % n)) for n in range(15)]
    assert len(read(captures.pcap(air[:10] * 3))) == 20
    assert len(read(captures.pcap(air * 3))) == 45


def test_a_beacon_heard_louder_is_given_again():
    heard = read(captures.pcap([radiotap(frame(), signal=s) for s in (-70, -70, -71, -40, -40, -41, -39)]))
    assert [one.signal for one in heard] == [-70, -70, -40, -39]


def test_another_frequency_is_another_sighting():
    heard = read(captures.pcap([radiotap(frame(), frequency=f) for f in (2412, 2437, 5180)]))
    assert [one.frequency for one in heard] == [2412, 2437, 5180]


def test_the_check_sequence_is_taken_off_though_the_file_says_it_is_there_in_the_link_field():
    link = 0x2400_0000 | 1 << 26 | 105  # FCS length 2 words, and "it is given", above the link type
    (one,) = read(captures.pcap([frame(fcs=True)], link=link))
    assert one.beacon == frame()[36:]


def test_a_cut_packet_is_read_as_far_as_it_goes():
    whole = radiotap(frame(fcs=True), flags=0x10)
    for lost in range(1, 8):
        (one,) = read(captures.pcap([whole[:-lost]], originals=[len(whole)]))
        assert one.beacon == frame()[36:][: len(frame()) - 36 - max(0, lost - 4)]


def test_a_missing_end_keeps_what_came_before_and_says_so():
    data = captures.pcap([radiotap(frame()), radiotap(frame(ssid=b"second"))])
    for lost in range(1, len(radiotap(frame(ssid=b"second"))) + 16):
        where = somewhere()
        assert len(read(data[:-lost], where)) == 1
        assert where.remarks == ["air.cap: its end is missing; what stands before that was read"]
    where = somewhere()
    assert len(read(data, where)) == 2
    assert where.remarks == []


@pytest.mark.parametrize("length", [MAX_PACKET + 1, 2**31, 2**32 - 1])
def test_an_impossible_length_ends_the_reading_and_says_so(length):
    where = somewhere()
    data = captures.pcap([radiotap(frame())]) + struct.pack("<IIII", 0, 0, length, length) + b"x" * 100
    assert len(read(data, where)) == 1
    assert where.remarks == ["air.cap: it is damaged after packet 1; what stands before it was read"]


def test_the_longest_packet_is_read_across_chunks():
    long = [radiotap(frame(ssid=b"%d" % n, elements=b"\xff" * (MAX_PACKET - 200))) for n in range(20)]
    assert len(read(captures.pcap(long))) == 20


def test_empty_packets_cost_nothing_and_yield_nothing():
    assert read(captures.pcap([b""] * 100_000)) == []


@pytest.mark.parametrize(
    ("link", "words"), [(1, "Ethernet (link type 1)"), (195, "IEEE 802.15.4 (link type 195)"), (9999, "link type 9999")]
)
def test_a_capture_of_something_else_names_it(link, words):
    with pytest.raises(WifiFileError, match=r"^air\.cap: .*monitor mode") as caught:
        read(captures.pcap([b"x" * 60], link=link))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", range(4, 24))
def test_half_a_header_is_said(length):
    with pytest.raises(WifiFileError, match="first 24 bytes"):
        read(captures.pcap([])[:length])


@given(st.data())
def test_no_bytes_raise_anything_else(data):
    link = data.draw(st.sampled_from([105, 113, 119, 127, 163, 192, 276, 1]))
    order = data.draw(st.sampled_from("<>"))
    whole = bytearray(captures.pcap([radiotap(frame())] * 3, link=link, order=order))
    for at, value in data.draw(st.lists(st.tuples(st.integers(4, len(whole) - 1), st.integers(0, 255)), max_size=20)):
        whole[at] = value
    with contextlib.suppress(WifiFileError):
        read(bytes(whole) + data.draw(st.binary(max_size=200)))
