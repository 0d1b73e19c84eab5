"""NetBIOS: the question byte by byte, answers that scapy builds, who is asked, and what garbage can and cannot do."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress
from scapy.layers.netbios import NBNSHeader, NBNSNodeStatusRequest, NBNSNodeStatusResponse

from netguard.demo import catalogue
from netguard.demo.homes import Server
from netguard.demo.servers import netbios as demo_netbios
from netguard.demo.servers._contract import Context
from netguard.discover import netbios
from netguard.model.observation import MAX_TEXT
from tests.unit.discover.conftest import make_ask
from tests.unit.discover.speaking import Air

NAS, PC, HUB, GATEWAY = (IPAddress(f"192.0.2.{n}") for n in (5, 6, 7, 1))
NAMES = [
    (b"DISKSTATION", 0x00, 0x0400),
    (b"DISKSTATION", 0x20, 0x0400),
    (b"WORKGROUP", 0x00, 0x8400),
    (b"\x01\x02__MSBROWSE__\x02", 0x01, 0x8400),
]


def reply(number, names=NAMES, mac=b"\x00\x11\x32\x5c\x6d\x50", count=None, **changed):
    body = bytes([len(names) if count is None else count])
    body += b"".join(struct.pack("!15sBH", name.ljust(15), suffix, flags) for name, suffix, flags in names)
    body += mac + bytes(40)
    given = {"flags": 0x8400, "questions": 0, "answers": 1, "kind": 0x21, "length": len(body)} | changed
    head = struct.pack("!6H", number, given["flags"], given["questions"], given["answers"], 0, 0)
    owner = b"\x20CK" + b"A" * 30 + b"\0"
    return head + owner + struct.pack("!HHIH", given["kind"], 1, 0, given["length"]) + body


class Speaker:
    """Answers a node status request to its address."""

    def __init__(self, address, delay=0.003, answer=reply):
        self.address, self.delay, self.answer = address, delay, answer

    def __call__(self, data, to, port, now):
        if to == self.address and port == 137:
            yield self.delay, self.answer(int.from_bytes(data[:2])), self.address


def test_the_question_is_what_rfc_1002_says_byte_by_byte():
    assert (
        netbios.query(0x1234).hex(" ")
        == (
            "12 34 00 00 00 01 00 00 00 00 00 00 "  # number, a request, one question
            "20 43 4b " + "41 " * 30 + "00 "  # the name `*`, two letters for each half of a byte
            "00 21 00 01"  # NBSTAT, internet
        )
    )


def test_the_question_reads_the_same_in_scapy():
    asked = NBNSHeader(netbios.query(7))
    assert (asked.NAME_TRN_ID, asked.RESPONSE, asked.QDCOUNT) == (7, 0, 1)
    assert asked[NBNSNodeStatusRequest].QUESTION_NAME.rstrip(b"\0 ") == b"*"


def test_an_answer_reads_the_same_in_scapy():
    read = NBNSHeader(reply(7))[NBNSNodeStatusResponse]
    assert [n.NETBIOS_NAME.strip() for n in read.NODE_NAME][:3] == [b"DISKSTATION", b"DISKSTATION", b"WORKGROUP"]
    assert EUI(read.MAC_ADDRESS) == netbios.parse(reply(7), 7).mac


def test_an_answer_is_read_whole():
    status = netbios.parse(reply(7), 7)
    assert status.names == (
        ("DISKSTATION", 0x00, False),
        ("DISKSTATION", 0x20, False),
        ("WORKGROUP", 0x00, True),
        ("__MSBROWSE__", 0x01, True),
    )
    assert str(status.mac) == "00:11:32:5c:6d:50"
    assert netbios.parse(reply(7, mac=bytes(6)), 7).mac is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        reply(8),
        reply(7, flags=0x0000),
        reply(7, flags=0x8403),
        reply(7, questions=1),
        reply(7, answers=0),
        reply(7, kind=0x20),
        reply(7, names=[]),
        reply(7, length=0),
        reply(7)[:56],
        reply(7).replace(b"CKAA", b"CKAB"),
        reply(7, names=[(b"\x1b\x07", 0, 0)]),
        b"\xff" * 500,
    ],
)
def test_anything_else_is_no_answer(data):
    assert netbios.parse(data, 7) is None


def test_names_are_bounded_and_clean():
    many = [(b"N%d" % n, 0, 0) for n in range(255)]
    assert len(netbios.parse(reply(7, names=many), 7).names) == netbios.MAX_NAMES
    assert len(netbios.parse(reply(7, count=255), 7).names) <= netbios.MAX_NAMES
    status = netbios.parse(reply(7, names=[(b"A\x1b[2J\x00B", 0, 0), ("BÜRO".encode("cp850"), 0x20, 0)]), 7)
    assert [name for name, _, _ in status.names] == ["A [2J B", "BÜRO"]


@given(st.binary(max_size=700))
def test_no_datagram_breaks_the_reader(data):
    netbios.parse(data, int.from_bytes(data[:2]))


@given(st.binary(max_size=300), st.integers(0, 255))
def test_no_body_breaks_the_reader(body, count):
    status = netbios.parse(reply(7)[:56] + bytes([count]) + body, 7)
    for name, suffix, _ in status.names if status else ():
        assert 0 < len(name) <= MAX_TEXT
        assert 0 <= suffix <= 255


def discover(air, **given):
    return list(netbios.discover(make_ask(**given), air))


def test_everybody_found_is_asked_once_and_what_it_holds_is_told():
    air = Air(Speaker(NAS))
    (seen,) = discover(air, found=lambda: (NAS, PC))
    assert [(to, port) for _, _, to, port in air.sent] == [(NAS, 137), (PC, 137)]
    assert (seen.source, seen.address, seen.mac, seen.hostnames) == ("netbios", NAS, None, ("DISKSTATION",))
    assert seen.detail == (
        "holds DISKSTATION<00>, DISKSTATION<20>, WORKGROUP<00>, __MSBROWSE__<01>; states the MAC 00:11:32:5c:6d:50"
    )
    assert {(f.kind, f.value, f.transport, f.port) for f in seen.facts} == {
        ("netbios.name", "DISKSTATION<00>", "udp", 137),
        ("netbios.name", "DISKSTATION<20>", "udp", 137),
        ("netbios.group", "WORKGROUP<00>", "udp", 137),
        ("netbios.group", "__MSBROWSE__<01>", "udp", 137),
    }


@pytest.mark.parametrize(
    ("names", "hostnames"),
    [
        ([(b"FILES", 0x20, 0x0400)], ("FILES",)),
        ([(b"FILES", 0x20, 0x0400), (b"PC", 0x00, 0x0400)], ("PC",)),
        ([(b"HOME", 0x00, 0x8400), (b"USER", 0x03, 0x0400)], ()),
    ],
)
def test_the_host_name_is_a_name_that_is_its_own(names, hostnames):
    (seen,) = discover(Air(Speaker(NAS, answer=lambda n: reply(n, names))), found=lambda: (NAS,))
    assert seen.hostnames == hostnames


def test_locks_and_hubs_are_not_asked_but_the_gateway_is():
    air = Air(untouchable=[PC])
    others = tuple(map(IPAddress, ("192.0.2.10", "198.51.100.1", "fe80::5")))
    discover(air, found=lambda: (GATEWAY, NAS, PC, HUB, *others), hubs=lambda: (HUB, GATEWAY))
    assert [to for _, _, to, _ in air.sent] == [GATEWAY, NAS]


def test_who_was_not_asked_or_does_not_know_the_number_is_not_heard():
    forged = [(0.01, reply(number), "192.0.2.9") for number in range(64)]
    wrong = Speaker(NAS, answer=lambda number: reply(number ^ 1))
    assert discover(Air(wrong, said=forged), found=lambda: (NAS,)) == []


def test_the_second_answer_of_one_is_not_heard():
    twice = [Speaker(NAS), Speaker(NAS, answer=lambda n: reply(n, [(b"OTHER", 0, 0)]))]
    (seen,) = discover(Air(*twice), found=lambda: (NAS,))
    assert seen.hostnames == ("DISKSTATION",)


def test_who_cannot_be_reached_costs_nobody_else_s_answer():
    assert len(discover(Air(Speaker(NAS), cut=[PC]), found=lambda: (PC, NAS))) == 1


def test_it_takes_little_time_and_asks_a_bounded_number():
    everybody = tuple(IPAddress(f"192.0.2.{n}") for n in range(1, 15))
    air = Air(*(Speaker(a, delay=0.2) for a in everybody))
    assert len(discover(air, found=lambda: everybody)) == 13
    assert air.now <= 0.6
    air = Air()
    assert discover(air) == []
    assert air.now == 0
    crowd = tuple(IPAddress(int(IPAddress("10.0.0.0")) + n) for n in range(5000))
    air = Air()
    began = time.perf_counter()
    discover(air, found=lambda: crowd, targets=("10.0.0.0/16",))
    assert len(air.sent) == netbios.MAX_ASKED
    assert air.now <= 3
    assert time.perf_counter() - began < 10


def test_it_needs_ipv4_and_comes_after_who_finds_addresses():
    assert netbios.skip(make_ask()) is None
    assert "no IPv4" in netbios.skip(make_ask(own=IPAddress("fe80::1")))
    assert netbios.AFTER.isdisjoint({"mdns", "ssdp"})


def test_the_simulated_name_service_answers_this_question_and_nothing_else():
    nas = catalogue.nas()
    home = catalogue.build_home()
    context = Context(
        home=home,
        device=nas,
        server=Server(kind="netbios", port=137, transport="udp", options=(("group", "home"),)),
        address="192.168.77.50",
        port=137,
        ports=(),
        names=(),
        note=lambda _: None,
    )
    server = demo_netbios.responder(context)
    (answer,) = server.answers(netbios.query(7), ("192.168.77.10", 5000))
    status = netbios.parse(answer.data, 7)
    assert status.names == (
        ("DISKSTATION", 0x00, False),
        ("DISKSTATION", 0x03, False),
        ("DISKSTATION", 0x20, False),
        ("HOME", 0x00, True),
    )
    assert str(status.mac) == nas.mac
    assert server.announcements() == ()
    for other in (b"", netbios.query(7)[:-1], answer.data, b"\xff" * 50):
        assert server.answers(other, ("192.168.77.10", 5000)) == ()
