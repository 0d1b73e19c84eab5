"""mDNS: queries as scapy reads them, answers that scapy builds, and what a hostile speaker can and cannot do."""

import struct
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRNSEC, DNSRROPT, DNSRRSRV, dns_compress

from netguard.discover import mdns
from netguard.model.observation import MAX_ITEMS, MAX_TEXT

HOME_POD, TV = IPAddress("192.0.2.2"), IPAddress("192.0.2.3")


def ptr(name, value):
    return DNSRR(rrname=name, type="PTR", ttl=4500, rdata=value)


def srv(name, port, target):
    return DNSRRSRV(rrname=name, ttl=120, port=port, target=target)


def txt(name, *entries):
    return DNSRR(rrname=name, type="TXT", ttl=4500, rdata=list(entries))


def answer(*records, extra=(), compress=True):
    message = DNS(qr=1, aa=1, qd=[], an=list(records), ar=list(extra))
    return bytes(dns_compress(message) if compress else message)


LOCK = answer(
    ptr("_hap._tcp.local.", "Front Door._hap._tcp.local."),
    extra=(
        srv("Front Door._hap._tcp.local.", 52222, "front-door.local."),
        txt("Front Door._hap._tcp.local.", b"id=AA:BB:CC:DD:EE:FF", b"ci=6", b"sf=0"),
        DNSRR(rrname="front-door.local.", type="A", rdata="192.0.2.2"),
        DNSRRNSEC(rrname="front-door.local.", nextname="front-door.local."),
    ),
)


def hear(ask, fake_net, *packets, source=HOME_POD, **given):
    """All sightings, with each packet heard in the first listening."""
    net = fake_net(heard=[[(packet, source) for packet in packets]])
    return list(mdns.discover(ask(**given), net))


def facts(sightings):
    return {(f.kind, f.value, f.port) for s in sightings for f in s.facts}


def questions(packet):
    message = DNS(packet)
    assert (message.qr, message.id, message.ancount) == (0, 0, 0)
    return [(q.qname.decode(), q.qtype, bool(q.unicastresponse), q.qclass) for q in message.qd]


def test_a_query_reads_the_same_in_scapy_and_asks_for_a_unicast_answer():
    (packet,) = mdns.queries([("_services._dns-sd._udp.local", 12), ("Front Door._hap._tcp.local", 33)])
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


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("_hap._tcp.local", [b"_hap", b"_tcp", b"local"]),
        ("Dr. No's Lock v1.2._hap._tcp.local", [b"Dr. No's Lock v1.2", b"_hap", b"_tcp", b"local"]),
        ("My._Thing._hap._tcp.local", [b"My._Thing", b"_hap", b"_tcp", b"local"]),
        ("Haustür 🔒._hap._tcp.local", ["Haustür 🔒".encode(), b"_hap", b"_tcp", b"local"]),
        ("_print._sub._http._tcp.local", [b"_print", b"_sub", b"_http", b"_tcp", b"local"]),
        ("a..b.local", [b"a", b"b", b"local"]),
    ],
)
def test_an_instance_is_one_label_whatever_is_in_it(name, labels):
    (packet,) = mdns.queries([(name, 33)])
    expected = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    assert packet[12:-4] == expected


def test_no_query_is_ever_fragmented_and_none_asks_for_an_impossible_name():
    names = ["x" * 300 + "._hap._tcp.local", *(".".join(["y" * 63] * n) for n in range(1, 9))]
    packets = list(mdns.queries([(name, 12) for name in names * 20]))
    assert packets
    assert all(len(packet) <= mdns.MAX_QUERY for packet in packets)
    asked = [q for packet in packets for q in questions(packet)]
    assert len(asked) == 20 * 4  # one instance cut to a label, and one to three labels of 63
    assert list(mdns.queries([])) == []


@given(st.lists(st.tuples(st.text(max_size=300), st.sampled_from([12, 16, 33])), max_size=60))
def test_whatever_is_asked_scapy_reads_as_many_questions_as_were_written(asked):
    for packet in mdns.queries(asked):
        assert len(packet) <= mdns.MAX_QUERY
        count, index = 0, 12
        while index < len(packet):
            while packet[index]:
                assert packet[index] <= 63
                index += packet[index] + 1
            index += 5
            count += 1
        assert count == struct.unpack_from("!H", packet, 4)[0]


def test_a_lock_s_answer_is_read_whole(ask, fake_net):
    (seen,) = hear(ask, fake_net, LOCK)
    assert (seen.source, seen.address, seen.detail) == ("mdns", HOME_POD, "announces _hap._tcp")
    assert seen.hostnames == ("front-door",)
    assert facts([seen]) == {
        ("dnssd.type", "_hap._tcp", 52222),
        ("dnssd.instance", "Front Door._hap._tcp", 52222),
        ("dnssd.txt", "_hap._tcp id=AA:BB:CC:DD:EE:FF", 52222),
        ("dnssd.txt", "_hap._tcp ci=6", 52222),
        ("dnssd.txt", "_hap._tcp sf=0", 52222),
    }


def test_compressed_and_plain_answers_say_the_same(ask, fake_net):
    records = (ptr("_x._tcp.local.", "A._x._tcp.local."), srv("A._x._tcp.local.", 1, "a.local."))
    plain, short = answer(*records, compress=False), answer(*records)
    assert len(short) < len(plain)
    assert hear(ask, fake_net, plain) == hear(ask, fake_net, short)


@pytest.mark.parametrize("name", ["Haustür 🔒", "Dr. No's Lock v1.2", "a b  c", "x" * 63, "_underscore"])
def test_instance_names_of_all_kinds_arrive(ask, fake_net, name):
    label = name.encode()
    wire = struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + b"\x04_hap\x04_tcp\x05local\0"
    value = bytes([len(label)]) + label + b"\xc0\x0c"
    wire += struct.pack("!HHIH", 12, 1, 120, len(value)) + value
    assert ("dnssd.instance", f"{name}._hap._tcp", None) in facts(hear(ask, fake_net, wire))


def test_types_are_the_same_in_any_case_and_instances_keep_theirs(ask, fake_net):
    packet = answer(
        ptr("_HAP._TCP.local.", "Front Door._HAP._TCP.local."), srv("Front Door._hap._tcp.LOCAL.", 80, "Door.local.")
    )
    assert facts(hear(ask, fake_net, packet)) == {
        ("dnssd.type", "_hap._tcp", 80),
        ("dnssd.instance", "Front Door._hap._tcp", 80),
    }


def test_udp_services_are_udp(ask, fake_net):
    (seen,) = hear(ask, fake_net, answer(srv("Border._meshcop._udp.local.", 49191, "b.local.")))
    assert {f.transport for f in seen.facts} == {"udp"}


def test_types_that_are_only_enumerated_are_told_and_asked_for(ask, fake_net):
    enumeration = answer(
        ptr("_services._dns-sd._udp.local.", "_airplay._tcp.local."), ptr("_services._dns-sd._udp.local.", "no type")
    )
    net = fake_net(heard=[[(enumeration, TV)]])
    (seen,) = mdns.discover(ask(service_types=("_hap._tcp",)), net)
    assert facts([seen]) == {("dnssd.type", "_airplay._tcp", None)}
    assert net.group == (mdns.GROUP, 5353, 255)
    assert {(at, port) for _, at, port in net.sent} == {(mdns.GROUP, 5353)}
    first, second = net.sent[0][0], net.sent[1][0]
    assert [q[0] for q in questions(first)] == ["_services._dns-sd._udp.local.", "_hap._tcp.local."]
    assert [q[0] for q in questions(second)] == ["_airplay._tcp.local."]


def test_an_instance_that_said_too_little_is_asked_again(ask, fake_net):
    vague = answer(ptr("_hap._tcp.local.", "Front Door._hap._tcp.local."))
    net = fake_net(heard=[[(vague, HOME_POD)], [(LOCK, HOME_POD)]])
    found = list(mdns.discover(ask(service_types=("_hap._tcp",)), net))
    assert [(q[0], q[1]) for q in questions(net.sent[-1][0])] == [
        ("Front Door._hap._tcp.local.", 33),
        ("Front Door._hap._tcp.local.", 16),
    ]
    assert ("dnssd.txt", "_hap._tcp ci=6", 52222) in facts(found)


def test_what_somebody_says_is_about_itself_only(ask, fake_net):
    forged = answer(
        DNSRR(rrname="front-door.local.", type="A", rdata="192.0.2.2"), srv("Lock._hap._tcp.local.", 23, "x.")
    )
    found = hear(ask, fake_net, forged, source=TV)
    assert {s.address for s in found} == {TV}
    net = fake_net(heard=[[(LOCK, HOME_POD), (forged, TV)]])
    by_address = {s.address: s for s in mdns.discover(ask(), net)}
    assert facts([by_address[HOME_POD]]) == facts(hear(ask, fake_net, LOCK))


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
def test_garbage_and_other_people_s_questions_are_no_sightings(ask, fake_net, packet):
    assert hear(ask, fake_net, packet) == []


def test_our_own_and_off_link_answers_are_left_out(ask, fake_net):
    assert hear(ask, fake_net, LOCK, source=IPAddress("192.0.2.10")) == []
    assert hear(ask, fake_net, LOCK, source=IPAddress("198.51.100.2")) == []


def test_one_bad_record_costs_no_other(ask, fake_net):
    odd = DNSRROPT(rclass=1440)
    packet = answer(odd, txt("A._x._tcp.local."), ptr("_x._tcp.local.", "B._x._tcp.local."), compress=False)
    instances = {value for kind, value, _ in facts(hear(ask, fake_net, packet)) if kind == "dnssd.instance"}
    assert instances == {"A._x._tcp", "B._x._tcp"}


def test_control_characters_never_get_in(ask, fake_net):
    packet = answer(
        srv("Evil\x1b[2J\x07._hap._tcp.local.", 80, "h\x08\x7f\x9bost.local."),
        txt("Evil._hap._tcp.local.", b"md=\x1b]0;x\x07\r\n"),
    )
    for seen in hear(ask, fake_net, packet):
        for text in (seen.detail, *seen.hostnames, *(f.value for f in seen.facts)):
            assert not any(unicodedata.category(character) == "Cc" for character in text)


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
    "as many of the smallest records as fit": header(65535) + record(b"\0", 1, b"") * 815,
    "as many addresses as fit": header(590) + record(b"\0", 1, b"aaaa") * 590,
    "five hundred instances": header(500)
    + b"".join(record(b"\x03%03x\x04_hap\x04_tcp\x05local\0" % n, 33, b"\0\0\0\0\0\x17\x01h\0") for n in range(500)),
}


@pytest.mark.parametrize("packet", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_packet_costs_little_and_its_sender_keeps_few_things(ask, fake_net, packet, caplog):
    began = time.perf_counter()
    found = hear(ask, fake_net, *[packet] * 64)
    # One packet more than the allowance, on a computer ten times slower than this one.
    assert time.perf_counter() - began < 10
    assert sum(len(s.facts) for s in found) <= mdns.MAX_SIGHTINGS * MAX_ITEMS
    for seen in found:
        assert len(seen.hostnames) <= MAX_ITEMS
        assert all(len(f.value) <= MAX_TEXT for f in seen.facts)
    assert not caplog.records  # it would be on the terminal


def test_of_9000_bytes_of_minimal_records_a_bounded_number_is_read(monkeypatch):
    read = []
    monkeypatch.setattr(mdns, "_note", lambda record, talker: read.append(record))
    full = header(590, 200) + record(b"\0", 1, b"aaaa") * 590
    assert len(full) > 8800
    mdns._read(full, mdns._Talker())
    assert len(read) <= mdns.MAX_RECORDS
    read.clear()
    mdns._read(header(500) + record(b"\0", 1, b"aaaa") * 500, mdns._Talker())
    assert len(read) == 500


def test_who_makes_reading_expensive_is_not_read_any_more_and_the_others_are(ask, fake_net, monkeypatch):
    monkeypatch.setattr(mdns, "MAX_READING", 0.0)
    net = fake_net(heard=[[(LOCK, TV), (answer(ptr("_x._tcp.local.", "X._x._tcp.local.")), TV), (LOCK, HOME_POD)]])
    found = list(mdns.discover(ask(), net))
    assert {s.address for s in found} == {TV, HOME_POD}
    assert "_x._tcp" not in {f.value for s in found for f in s.facts}


def test_a_talkative_television_is_kept_whole(ask, fake_net):
    services = [f"_service{n}._tcp" for n in range(12)]
    packets = [
        answer(
            srv(f"TV.{name}.local.", 7000 + n, "tv.local."),
            txt(f"TV.{name}.local.", *(b"k%d=v" % i for i in range(20))),
        )
        for n, name in enumerate(services)
    ]
    found = hear(ask, fake_net, *packets)
    assert len(found) > 1
    assert {f.value for f in found[0].facts if f.kind == "dnssd.type"} == set(services)
    assert len(facts(found)) == 12 * (2 + 20)


@given(st.binary(max_size=400))
def test_no_datagram_breaks_the_reader(data):
    mdns._read(data, mdns._Talker())


@given(st.binary(max_size=300), st.integers(0, 4), st.integers(0, 4))
def test_no_answer_breaks_the_reader_or_gets_a_control_character_in(data, answers, more):
    talker = mdns._Talker()
    mdns._read(header(answers, more) + data, talker)
    for seen in mdns._sightings(HOME_POD, talker):
        for text in (*seen.hostnames, *(f.value for f in seen.facts)):
            assert not any(unicodedata.category(character) == "Cc" for character in text)


@given(st.data())
def test_no_flipped_byte_breaks_the_reader(data):
    packet = bytearray(LOCK)
    for _ in range(data.draw(st.integers(1, 6))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    talker = mdns._Talker()
    mdns._read(bytes(packet), talker)
    list(mdns._sightings(HOME_POD, talker))


def test_it_needs_ipv4(ask):
    assert mdns.skip(ask()) is None
    assert "no IPv4" in mdns.skip(ask(own=IPAddress("fe80::1")))
