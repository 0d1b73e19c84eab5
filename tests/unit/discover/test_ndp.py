"""Neighbour discovery: frames against RFC 4443 and RFC 4861 by hand and against scapy, and what is made of what is heard."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress
from scapy.layers.inet6 import (
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptPrefixInfo,
    IPv6,
)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from netguard.discover import _icmpv6 as icmpv6
from netguard.discover import ndp
from netguard.discover._icmpv6 import Heard
from netguard.model import address

OWN, OWN_MAC = IPAddress("fe80::200:5eff:fe00:5310"), address.mac("00:00:5e:00:53:10")
LOCK, LOCK_MAC = IPAddress("fe80::20"), address.mac("00:00:5e:00:53:20")
OTHER_MAC = address.mac("00:00:5e:00:53:66")
ID = 0x4E47
WHOLE = ("192.0.2.0/24", "fd00:1::/64", "fe80::/10")


def frame(layer, *, source="fe80::20", to=str(OWN), mac=LOCK_MAC, hops=255, **ip):
    return bytes(Ether(src=str(mac), dst=str(OWN_MAC)) / IPv6(src=source, dst=to, hlim=hops, **ip) / layer)


def reply(**given):
    return frame(ICMPv6EchoReply(id=given.pop("id", ID)), **given)


def advertisement(target="fe80::20", *, router=0, solicited=1, named=None, **given):
    layer = ICMPv6ND_NA(tgt=target, R=router, S=solicited, O=1)
    return frame(layer / ICMPv6NDOptDstLLAddr(lladdr=str(named)) if named else layer, **given)


def test_an_echo_is_what_the_rfcs_say_byte_by_byte():
    assert icmpv6.echo(OWN_MAC, OWN, ID, 2).hex(" ") == (
        "33 33 00 00 00 01 00 00 5e 00 53 10 86 dd "  # to all nodes, from us, IPv6
        "60 00 00 00 00 08 3a ff "  # 8 bytes of ICMPv6, 255 hops
        "fe 80 00 00 00 00 00 00 02 00 5e ff fe 00 53 10 "
        "ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 "
        "80 00 81 de 4e 47 00 02"  # echo, checksum, identifier, sequence
    )


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(1, 2**128 - 1))
def test_an_echo_reads_the_same_in_scapy_and_its_checksum_is_scapy_s(identifier, sequence, own):
    made = icmpv6.echo(OWN_MAC, IPAddress(own, 6), identifier, sequence)
    read = Ether(made)
    assert (read[ICMPv6EchoRequest].id, read[ICMPv6EchoRequest].seq, read[IPv6].hlim) == (identifier, sequence, 255)
    again = read.copy()
    del again[ICMPv6EchoRequest].cksum
    assert bytes(again) == made


def test_who_answers_is_there_and_so_is_who_speaks_of_neighbours():
    there = Heard(address=LOCK, mac=LOCK_MAC, kind=129)
    assert icmpv6.parse(reply(), ID) == there
    assert icmpv6.parse(reply() + b"\0" * 6, ID) == there  # padded
    assert icmpv6.parse(reply(hops=64), ID) == there  # an echo's hops are anybody's choice
    assert icmpv6.parse(reply(source="2001:db8::20"), ID) == Heard(
        address=IPAddress("2001:db8::20"), mac=LOCK_MAC, kind=129
    )
    assert icmpv6.parse(frame(ICMPv6ND_NS(tgt="fe80::1")), ID) == Heard(address=LOCK, mac=LOCK_MAC, kind=135)
    assert icmpv6.parse(frame(ICMPv6ND_RS()), ID) == Heard(address=LOCK, mac=LOCK_MAC, kind=133)


def test_an_advertisement_speaks_of_its_target_and_says_whether_that_is_a_router():
    assert icmpv6.parse(advertisement(), ID) == Heard(address=LOCK, mac=LOCK_MAC, kind=136, router=False)
    assert icmpv6.parse(advertisement(router=1), ID) == Heard(address=LOCK, mac=LOCK_MAC, kind=136, router=True)
    target = IPAddress("fd00:1::20")
    assert icmpv6.parse(advertisement("fd00:1::20", named=LOCK_MAC), ID) == Heard(
        address=target, mac=LOCK_MAC, kind=136, router=False
    )
    assert icmpv6.parse(advertisement("fd00:1::20", named=LOCK_MAC, mac=OTHER_MAC), ID) == Heard(
        address=target, mac=LOCK_MAC, kind=136, via=OTHER_MAC, router=False
    )


def test_a_router_s_advertisement_makes_it_one():
    made = frame(ICMPv6ND_RA() / ICMPv6NDOptPrefixInfo(prefix="fd00:1::"), to="ff02::1")
    assert icmpv6.parse(made, ID) == Heard(address=LOCK, mac=LOCK_MAC, kind=134, router=True)


def with_byte(data, at, value):
    return data[:at] + bytes((value,)) + data[at + 1 :]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        reply()[:61],
        reply(id=ID ^ 1),  # an answer to somebody else's question
        reply(to="ff02::1"),
        with_byte(reply(), 57, reply()[57] ^ 1),  # a wrong checksum
        with_byte(reply(), 12, 8),
        with_byte(reply(), 14, 0x40),
        with_byte(reply(), 20, 0),
        with_byte(reply(), 19, 200),  # longer than it is
        frame(ICMPv6EchoReply(id=ID, code=1)),
        reply(source="::"),
        reply(source="::1"),
        reply(source="ff02::1"),
        reply(source="::ffff:192.0.2.1"),
        reply(mac="33:33:00:00:00:01"),
        reply(mac="00:00:00:00:00:00"),
        frame(ICMPv6EchoRequest(id=ID)),
        advertisement(hops=254),  # from beyond the link (RFC 4861, 7.1.2)
        advertisement("ff02::1"),
        advertisement("::"),
        advertisement(to="ff02::1", solicited=1),
        advertisement(named="33:33:00:00:00:01"),
        frame(ICMPv6ND_NA(tgt="fe80::20") / Raw(b"\x02\x00" + b"\0" * 6)),  # an option of no length
        frame(ICMPv6ND_NA(tgt="fe80::20") / Raw(b"\x02\x02" + b"\0" * 6)),  # one that is longer than the message
        frame(ICMPv6ND_NA(tgt="fe80::20") / Raw(b"\x02")),
        frame(ICMPv6ND_RA(), source="2001:db8::1"),  # routers speak from link-local addresses (RFC 4861, 6.1.2)
        frame(ICMPv6ND_RA(), hops=64),
        frame(ICMPv6ND_NS(tgt="fe80::1"), hops=64),
        frame(ICMPv6ND_NS(tgt="fe80::1"), source="::"),  # it only asks whether the address is free
    ],
)
def test_anything_else_is_nobody(data):
    assert icmpv6.parse(data, ID) is None


@given(st.binary(max_size=200))
def test_no_frame_breaks_the_reader(data):
    assert icmpv6.parse(data, ID) is None


@given(st.sampled_from([129, 133, 134, 135, 136]), st.binary(max_size=120), st.binary(min_size=32, max_size=32))
def test_no_almost_right_message_breaks_the_reader(kind, rest, addresses):
    message = bytes((kind, 0, 0, 0)) + rest
    check = icmpv6.checksum(addresses[:16], addresses[16:], message)
    message = message[:2] + struct.pack("!H", check) + message[4:]
    data = OWN_MAC.packed + LOCK_MAC.packed + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(message), 58, 255)
    found = icmpv6.parse(data + addresses + message, ID)
    assert found is None or (found.kind == kind and (found.via or found.mac) == LOCK_MAC)


@pytest.fixture(autouse=True)
def same_identifier(monkeypatch):
    monkeypatch.setattr(ndp.random, "getrandbits", lambda bits: ID)


@pytest.fixture
def asked(ask):
    def made(**given):
        ours = {
            "own6": (str(OWN), "fd00:1::10", "fd00:1::11"),
            "prefixes": ("192.0.2.0/24", "fd00:1::/64"),
            "targets": WHOLE,
        }
        return ask(**ours | {"raw_packets": True} | given)

    return made


def sightings(net, ask):
    return [(str(s.address), str(s.mac), {f.kind: f.value for f in s.facts}) for s in ndp.discover(ask, net)]


def test_everybody_is_asked_to_answer_each_kind_of_address_until_a_round_adds_nobody(asked, fake_net):
    net = fake_net(frames=[[reply(), reply(source="fd00:1::20")], []])
    assert sightings(net, asked()) == [
        ("fe80::20", str(LOCK_MAC), {"link.reply": "ndp"}),
        ("fd00:1::20", str(LOCK_MAC), {"link.reply": "ndp"}),
    ]
    assert net.kinds == ["ndp"]
    sources = [str(Ether(data)[IPv6].src) for data, _ in net.asked]
    assert sources == [str(OWN), "fd00:1::10"] * 2
    assert {str(about) for _, about in net.asked} == {"ff02::1"}


def test_made_up_answers_cannot_go_on_for_ever(asked, fake_net, monkeypatch):
    endless = [[reply(source=f"fe80::{n:x}:{m:x}") for m in range(20)] for n in range(1, 40)]
    net = fake_net(frames=endless)
    assert len(sightings(net, asked())) == ndp.MAX_ADDRESSES
    assert len(net.asked) == 2 * 3  # the third round adds nobody, since one sender has said enough
    monkeypatch.setattr(ndp, "MAX_FOUND", 30)
    forged = [[reply(source=f"fe80::{n:x}", mac=f"00:00:5e:00:54:{n:02x}")] for n in range(1, 60)]
    assert len(sightings(fake_net(frames=forged), asked())) == ndp.MOST_ROUNDS
    crowd = [[reply(source=f"fe80::{n:x}", mac=f"00:00:5e:00:54:{n:02x}") for n in range(1, 60)]]
    assert len(sightings(fake_net(frames=crowd), asked())) == 30


def test_what_is_said_twice_is_one_and_what_is_said_of_a_router_is_added(asked, fake_net):
    net = fake_net(frames=[[reply(), reply(), advertisement(router=1), advertisement(named=LOCK_MAC, mac=OTHER_MAC)]])
    assert [facts for _, _, facts in sightings(net, asked())] == [
        {"link.reply": "ndp"},
        {"link.reply": "ndp", "link.router": True},
        {"link.reply": "ndp", "link.router": False, "link.via": str(OTHER_MAC)},
    ]


def test_ourselves_and_who_was_not_asked_for_are_no_sightings(asked, fake_net):
    frames = [
        reply(mac=OWN_MAC),
        reply(source=str(OWN), mac=OTHER_MAC),
        advertisement(named=OWN_MAC, mac=OTHER_MAC),
        reply(source="2001:db8::1"),
        b"garbage",
    ]
    assert sightings(fake_net(frames=[frames]), asked()) == []
    named = asked(targets=("fe80::20/128",))
    assert [at for at, _, _ in sightings(fake_net(frames=[[reply(), reply(source="fe80::21")]]), named)] == ["fe80::20"]


def test_it_says_why_it_cannot_run(asked):
    assert ndp.skip(asked()) is None
    assert ndp.skip(asked(targets=("192.0.2.0/24",))) is None
    assert ndp.skip(asked(raw_packets=False)) == "raw packets need root"
    assert "no MAC" in ndp.skip(asked(mac=None))
    assert ndp.skip(asked(own6=())) == "this interface has no IPv6 address"
    assert ndp.skip(asked(targets=("192.0.2.7/32",))) == "no IPv6 address was asked for"


def test_an_interface_without_a_link_local_address_asks_from_what_it_has(asked):
    assert ndp.sources(asked(own6=("fd00:1::10",))) == (IPAddress("fd00:1::10"),)
    assert ndp.sources(asked(own6=("fd00:9::10",))) == (IPAddress("fd00:9::10"),)
    many = asked(own6=[f"fd00:{n:x}::1" for n in range(20)], prefixes=[f"fd00:{n:x}::/64" for n in range(20)])
    assert len(ndp.sources(many)) == ndp.MAX_SOURCES
