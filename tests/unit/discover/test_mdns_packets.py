"""Multicast DNS packets: queries as scapy reads them, answers that scapy builds, and what hostile bytes can and cannot do."""

import struct
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress
from scapy.layers.dns import DNS, DNSQR, DNSRRNSEC, DNSRROPT

from netguard.discover import _mdns_packets as packets
from netguard.model.observation import MAX_ITEMS, MAX_TEXT
from tests.unit.discover.speaking import answer, at, known, ptr, questions, srv, txt

LOCK = answer(
    ptr("_hap._tcp.local.", "Front Door._hap._tcp.local."),
    extra=(
        srv("Front Door._hap._tcp.local.", 52222, "front-door.local."),
        txt("Front Door._hap._tcp.local.", b"id=AA:BB:CC:DD:EE:FF", b"ci=6", b"sf=0"),
        at("front-door.local.", "192.0.2.2"),
        DNSRRNSEC(rrname="front-door.local.", nextname="front-door.local."),
        at("front-door.local.", "fd00::2"),
    ),
)


def test_a_query_reads_the_same_in_scapy_and_asks_for_a_unicast_answer():
    (packet,) = packets.queries([("_services._dns-sd._udp.local", 12), ("Front Door._hap._tcp.local", 33)])
    assert packet == bytes(
        DNS(
            id=0,
            rd=0,
            qd=[
                DNSQR(qname="_services._dns-sd._udp.local.", qtype="PTR", unicastresponse=1, qclass=1),
                DNSQR(qname="Front Door._hap._tcp.local.", qtype="SRV", unicastresponse=1, qclass=1),
            ],
        )
    )


def test_known_answers_go_along_in_packets_of_their_own():
    asked = [("_hap._tcp.local", 12), ("_ipp._tcp.local", 12), ("_hap._tcp.local", 33)]
    plain, told = packets.queries(asked, {"_hap._tcp.local": ["Front Door._hap._tcp.local", "Back._hap._tcp.local"]})
    assert (questions(plain), known(plain)) == ([("_ipp._tcp.local", 12), ("_hap._tcp.local", 33)], [])
    assert questions(told) == [("_hap._tcp.local", 12)]
    assert known(told) == [
        ("_hap._tcp.local", "Front Door._hap._tcp.local"),
        ("_hap._tcp.local", "Back._hap._tcp.local"),
    ]
    # More than half of what a responder's own time to live may be, or it says it again (RFC 6762, 7.1).
    assert {r.ttl for r in DNS(told).an} == {4500}


def test_more_known_answers_than_fit_are_cut_and_no_packet_is_fragmented():
    names = [f"{'x' * 50}{n}._hap._tcp.local" for n in range(200)]
    found = list(packets.queries([("_hap._tcp.local", 12)], {"_hap._tcp.local": names}))
    assert len(found) == 1
    assert len(found[0]) <= packets.MAX_QUERY
    assert 5 < len(known(found[0])) < 200


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("_hap._tcp.local", [b"_hap", b"_tcp", b"local"]),
        ("Dr. No's Lock v1.2._hap._tcp.local", [b"Dr. No's Lock v1.2", b"_hap", b"_tcp", b"local"]),
        ("My._Thing._hap._tcp.local", [b"My._Thing", b"_hap", b"_tcp", b"local"]),
        ("Haustür 🔒._hap._tcp.local", ["Haustür 🔒".encode(), b"_hap", b"_tcp", b"local"]),
        ("_print._sub._http._tcp.local", [b"_print", b"_sub", b"_http", b"_tcp", b"local"]),
        ("20.2.0.192.in-addr.arpa", [b"20", b"2", b"0", b"192", b"in-addr", b"arpa"]),
        ("a..b.local", [b"a", b"b", b"local"]),
    ],
)
def test_an_instance_is_one_label_whatever_is_in_it(name, labels):
    (packet,) = packets.queries([(name, 33)])
    expected = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    assert packet[12:-4] == expected


def test_reverse_names():
    assert packets.reverse_name(IPAddress("192.0.2.20")) == "20.2.0.192.in-addr.arpa"
    assert packets.reverse_name(IPAddress("fd00::2")) == "2." + "0." * 29 + "d.f.ip6.arpa"


def test_no_query_is_ever_fragmented_and_none_asks_for_an_impossible_name():
    names = ["x" * 300 + "._hap._tcp.local", *(".".join(["y" * 63] * n) for n in range(1, 9))]
    found = list(packets.queries([(name, 12) for name in names * 20]))
    assert found
    assert all(len(packet) <= packets.MAX_QUERY for packet in found)
    # One instance cut to a label, and one to three labels of 63.
    assert sum(len(questions(packet)) for packet in found) == 20 * 4
    assert list(packets.queries([])) == []


names_asked = st.text(max_size=300)


@given(
    st.lists(st.tuples(names_asked, st.sampled_from([12, 16, 33])), max_size=40),
    st.lists(names_asked, max_size=20),
)
def test_whatever_is_asked_no_packet_is_too_long_and_its_counts_are_true(asked, told):
    for packet in packets.queries(asked, dict.fromkeys((name for name, _ in asked), told)):
        assert len(packet) <= packets.MAX_QUERY
        number, answers = struct.unpack_from("!2H", packet, 4)
        index = 12
        for part in range(number + answers):
            while packet[index]:
                assert packet[index] <= 63
                index += packet[index] + 1
            index += 5
            if part >= number:
                index += 6 + struct.unpack_from("!H", packet, index + 4)[0]
        assert index == len(packet)


def test_an_answer_is_read_whole():
    message = packets.read(LOCK)
    assert [(r.name, r.type) for r in message.records] == [
        ("_hap._tcp.local", packets.PTR),
        ("Front Door._hap._tcp.local", packets.SRV),
        ("Front Door._hap._tcp.local", packets.TXT),
        ("front-door.local", packets.A),
        ("front-door.local", packets.AAAA),
    ]
    pointer, service, text, four, six = message.records
    assert pointer.value == "Front Door._hap._tcp.local"
    assert (service.value, service.port) == ("front-door.local", 52222)
    assert text.texts == ("id=AA:BB:CC:DD:EE:FF", "ci=6", "sf=0")
    assert (four.value, six.value) == ("192.0.2.2", "fd00::2")


def test_compressed_and_plain_answers_say_the_same():
    records = (ptr("_x._tcp.local.", "A._x._tcp.local."), srv("A._x._tcp.local.", 1, "a.local."))
    plain, short = answer(*records, compress=False), answer(*records)
    assert len(short) < len(plain)
    assert packets.read(plain) == packets.read(short)


@pytest.mark.parametrize("name", ["Haustür 🔒", "Dr. No's Lock v1.2", "a b  c", "x" * 63, "_underscore"])
def test_instance_names_of_all_kinds_arrive(name):
    label = name.encode()
    wire = struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + b"\x04_hap\x04_tcp\x05local\0"
    value = bytes([len(label)]) + label + b"\xc0\x0c"
    wire += struct.pack("!HHIH", 12, 1, 120, len(value)) + value
    assert packets.read(wire).records[0].value == f"{name}._hap._tcp.local"


def test_a_resolver_s_answer_is_read_with_its_question():
    (query,) = [packets.unicast_query(("20.2.0.192.in-addr.arpa", 12), 0xBEEF)]
    asked = DNS(query)
    assert (asked.id, asked.rd, asked.qr) == (0xBEEF, 1, 0)
    reply = bytes(DNS(id=0xBEEF, qr=1, rcode=3, qd=asked.qd))
    message = packets.read(reply)
    assert (message.id, message.code, message.records) == (0xBEEF, 3, ())
    assert message.questions == (("20.2.0.192.in-addr.arpa", 12),)


def header(answers, more=0):
    return struct.pack("!6H", 0, 0x8400, 0, answers, 0, more)


def record(name, kind, data):
    return name + struct.pack("!HHIH", kind, 1, 120, len(data)) + data


LONG = b"".join(b"\x3f" + bytes([97 + n % 26]) * 63 for n in range(70)) + b"\0"
MANY = b"\x01a" * 2500 + b"\0"
HOSTILE = {
    "a name that points to itself": header(500) + record(b"\xc0\x0c", 12, b"\xc0\x0c") * 500,
    "two names that point to each other": header(1) + record(b"\xc0\x0e\xc0\x0c", 12, b"\xc0\x0c\xc0\x0e"),
    "a chain of two thousand pointers": header(2)
    + record(b"\0", 16, b"\0\0" + b"".join(struct.pack("!H", 0xC000 | (23 + 2 * n)) for n in range(2000)))
    + record(struct.pack("!H", 0xC000 | (23 + 2 * 1900)), 1, b"aaaa"),
    "five hundred names of seventy labels": header(500)
    + record(b"\0", 12, LONG)
    + record(b"\xc0\x17", 12, b"\xc0\x17") * 300,
    "five hundred names of 2,500 labels": header(300)
    + record(b"\0", 12, MANY)
    + record(b"\xc0\x17", 12, b"\xc0\x17") * 250,
    "a name of 64 KiB": header(1) + record(b"\0", 12, b"\x3f" + b"a" * 63 * 1040),
    "as many of the smallest records as fit": header(65535) + record(b"\0", 1, b"") * 815,
    "as many addresses as fit": header(590) + record(b"\0", 1, b"aaaa") * 590,
    "five hundred instances": header(500)
    + b"".join(record(b"\x03%03x\x04_hap\x04_tcp\x05local\0" % n, 33, b"\0\0\0\0\0\x17\x01h\0") for n in range(500)),
}


@pytest.mark.parametrize("packet", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_packet_costs_little_and_says_nothing_on_the_terminal(packet, caplog):
    began = time.perf_counter()
    message = packets.read(packet)
    assert time.perf_counter() - began < 2  # measured 0.005 to 0.1 s
    for each in message.records if message else ():
        assert all(len(text) <= MAX_TEXT for text in (each.name, each.value, *each.texts))
        assert len(each.texts) <= MAX_ITEMS
    assert not caplog.records


def test_of_9000_bytes_of_minimal_records_a_bounded_number_is_read():
    full = header(590, 200) + record(b"\0", 1, b"aaaa") * 590
    assert len(full) > 8800
    message = packets.read(full)
    assert message is None or len(message.records) <= packets.MAX_RECORDS
    assert len(packets.read(header(500) + record(b"\0", 1, b"aaaa") * 500).records) == 500


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0" * 11,
        b"\xff" * 9000,
        LOCK[:20],
        bytes(DNS(qr=0, qd=[DNSQR(qname="_hap._tcp.local.")])),
        b"GET / HTTP/1.1\r\n",
    ],
)
def test_garbage_and_other_people_s_questions_say_nothing(packet):
    message = packets.read(packet)
    assert message is None or message.records == ()


def test_one_bad_record_costs_no_other():
    odd = DNSRROPT(rclass=1440)
    packet = answer(odd, txt("A._x._tcp.local."), ptr("_x._tcp.local.", "B._x._tcp.local."), compress=False)
    assert [r.type for r in packets.read(packet).records] == [packets.TXT, packets.PTR]


def has_control(text):
    return any(unicodedata.category(character) == "Cc" for character in text)


def test_control_characters_never_get_in():
    packet = answer(
        srv("Evil\x1b[2J\x07._hap._tcp.local.", 80, "h\x08\x7f\x9bost.local."),
        txt("Evil._hap._tcp.local.", b"md=\x1b]0;x\x07\r\n"),
    )
    for each in packets.read(packet).records:
        assert not any(map(has_control, (each.name, each.value, *each.texts)))


@given(st.binary(max_size=400))
def test_no_datagram_breaks_the_reader(data):
    packets.read(data)


@given(st.binary(max_size=300), st.integers(0, 4), st.integers(0, 4))
def test_no_answer_breaks_the_reader_or_gets_a_control_character_in(data, answers, more):
    message = packets.read(header(answers, more) + data)
    for each in message.records if message else ():
        assert not any(map(has_control, (each.name, each.value, *each.texts)))


@given(st.data())
def test_no_flipped_byte_breaks_the_reader(data):
    packet = bytearray(LOCK)
    for _ in range(data.draw(st.integers(1, 6))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    packets.read(bytes(packet))


def test_questions_leave_room_for_answers_in_the_512_bytes_of_a_responder_that_repeats_them():
    asked = [(f"_kind-of-thing-{n}._tcp.local", 12) for n in range(60)]
    found = list(packets.queries(asked))
    assert [q for packet in found for q in questions(packet)] == asked
    assert all(len(packet) <= packets.MAX_PLAIN <= 256 for packet in found)
    (alone,) = packets.queries([(".".join(["y" * 63] * 3) + "._hap._tcp.local", 12)])
    assert len(questions(alone)) == 1


def test_types_with_underscores_in_their_names_are_types():
    assert packets.service_type("55OLED806._philipstv_s_rpc._tcp") == "_philipstv_s_rpc._tcp"
    assert packets.known_type("_360EYE_mqtt._tcp") == "_360eye_mqtt._tcp"
    assert packets.known_type("_._tcp") == ""
