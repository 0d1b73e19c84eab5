"""MNDP: the question, announcements as RouterOS writes them, and what forged and broken ones cannot do."""

import struct
import time
import unicodedata
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress

from netguard.discover import mndp
from netguard.model.observation import MAX_TEXT
from netguard.model.surroundings import Neighbour
from netguard.net.failures import NoAnswer
from netguard.net.guard import BROADCAST, BROADCAST_PORTS
from tests.unit.discover.conftest import make_ask
from tests.unit.discover.speaking import Air

ROUTER = IPAddress("192.0.2.1")
MAC = bytes.fromhex("744d28910d2f")
ELEMENTS = (
    (1, MAC),
    (5, b"MikroTik"),
    (7, b"7.15.3 (stable) 2024-07-24 10:39:01"),
    (8, b"MikroTik"),
    (10, b"\xdc\x15\0\0"),
    (11, b"H792-MXJ3"),
    (12, b"RBD52G-5HacD2HnD"),
    (14, b"\x01"),
    (15, bytes.fromhex("fe80000000000000764d28fffe910d2f")),
    (16, b"bridge/ether2"),
    (17, bytes((192, 0, 2, 1))),
)
"""What a hAP ac² with RouterOS 7.15 announces (the example of the Elixir library `mndp`, in whose order it is)."""


@pytest.fixture
def ask():
    """The whole network is asked for."""
    return partial(make_ask, targets=("192.0.2.0/24",))


def announcement(elements=ELEMENTS, header=b"\x61\0\0\x07", **changed):
    """An announcement; `changed` are values by type, `t5=b"other"`; None leaves it out."""
    elements = [(kind, changed.get(f"t{kind}", value)) for kind, value in elements]
    return header + b"".join(struct.pack("!HH", k, len(v)) + v for k, v in elements if v is not None)


def announcing(*said, source=ROUTER, delay=0.01):
    """Answers the question to everybody, as RouterOS does: by broadcast."""

    def device(data, to, port, now):
        if (data, to, port) == (bytes(4), BROADCAST, 5678):
            yield from ((delay, each, source) for each in said)

    return device


def test_everybody_is_asked_twice_with_four_zero_bytes_and_the_port_is_listened_to(ask):
    air = Air()
    assert list(mndp.discover(ask(), air)) == []
    assert [(data, to, port) for _, data, to, port in air.sent] == [(bytes(4), BROADCAST, 5678)] * 2
    assert air.broadcast_ports == [5678]
    assert {mndp.PORT} == BROADCAST_PORTS
    assert air.now <= mndp.LISTEN_SECONDS


def test_an_announcement_is_one_sighting_with_what_the_device_says_of_itself(ask):
    known = [Neighbour(address=ROUTER, mac=EUI("74:4d:28:91:0d:2f"))]
    (seen,) = mndp.discover(ask(neighbours=known), Air(announcing(announcement())))
    assert (seen.address, str(seen.mac), seen.hostnames) == (ROUTER, "74:4d:28:91:0d:2f", ("MikroTik",))
    assert {f.kind: f.value for f in seen.facts} == {
        "mndp.identity": "MikroTik",
        "mndp.version": "7.15.3 (stable) 2024-07-24 10:39:01",
        "mndp.board": "RBD52G-5HacD2HnD",
        "firmware.version": "7.15.3",
    }
    assert "RBD52G-5HacD2HnD" in seen.detail
    assert {(f.transport, f.port) for f in seen.facts} == {("udp", 5678)}


@pytest.mark.parametrize(
    "neighbours",
    [[], [Neighbour(address=ROUTER, mac=EUI("02:00:00:00:00:01"))], [Neighbour(address=IPAddress("192.0.2.9"), mac=EUI("74:4d:28:91:0d:2f"))]],
)  # fmt: skip
def test_a_mac_that_the_link_does_not_confirm_is_told_and_joins_nothing(ask, neighbours):
    (seen,) = mndp.discover(ask(neighbours=neighbours), Air(announcing(announcement())))
    assert seen.mac is None
    assert "states the MAC 74:4d:28:91:0d:2f" in seen.detail


def test_another_make_s_version_is_not_taken_for_routeros(ask):
    (seen,) = mndp.discover(ask(), Air(announcing(announcement(t8=b"Mimosa", t7=b"1.5.2 build 9"))))
    assert "firmware.version" not in {f.kind for f in seen.facts}


def test_repetitions_our_own_words_and_those_of_strangers_are_no_sightings(ask):
    said = [(0.1, announcement(), at) for at in (ROUTER, ROUTER, "192.0.2.10", "198.51.100.9", "0.0.0.0")]
    said += [(0.2, bytes(4), ROUTER), (0.2, b"junk", ROUTER), (0.3, announcement(header=b"\x61\0\0\x08"), ROUTER)]
    assert [s.address for s in mndp.discover(ask(), Air(said=said))] == [ROUTER]


def test_only_who_was_asked_for_is_told(ask):
    said = [(0.1, announcement(), "192.0.2.1"), (0.1, announcement(), "192.0.2.2")]
    assert [str(s.address) for s in mndp.discover(ask(targets=("192.0.2.2/32",)), Air(said=said))] == ["192.0.2.2"]


def test_each_port_of_a_bridge_may_announce_itself(ask):
    other = announcement(t1=bytes.fromhex("744d28910d30"))
    assert len(list(mndp.discover(ask(), Air(announcing(announcement(), other))))) == 2


def test_without_ipv4_and_without_a_way_out_there_is_a_reason(ask):
    assert mndp.skip(ask(own=IPAddress("fe80::10"))) == "this interface has no IPv4 address"
    assert mndp.skip(ask()) is None
    with pytest.raises(NoAnswer):
        list(mndp.discover(ask(), Air(cut=[BROADCAST])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(4),
        bytes(5),
        announcement()[:-1],
        announcement() + b"\0",
        announcement() + b"\0\x05\xff\xff",
        announcement(t1=MAC[:5]),
        announcement(t1=None),
        announcement(t5=b"", t7=b"\0", t12=b"\x1b"),
        bytes(4) + struct.pack("!HH", 20, 0) * 5000,
        bytes(4) + announcement()[4:] * 4,
    ],
)
def test_what_is_no_whole_announcement_says_nothing(data):
    assert mndp.parse(data) is None


def test_texts_are_cut_and_cleaned():
    heard = mndp.parse(announcement(t5=b"\x1b[31m" + b"A" * 9000, t12=b"RB\0\r\nx"))
    assert len(heard.identity) == MAX_TEXT
    assert heard.identity.startswith("[31mA")
    assert heard.board == "RB x"


@given(st.binary(max_size=300))
def test_no_datagram_breaks_the_reader(data):
    mndp.parse(data)


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=40)), max_size=40), st.binary(min_size=4, max_size=4))
def test_elements_in_any_order_are_read_or_refused_whole(elements, header):
    heard = mndp.parse(announcement([(1, MAC), (5, b"x"), *elements], header))
    if len(elements) + 2 > mndp.MAX_ELEMENTS:
        assert heard is None
    else:
        assert (heard.mac.packed, heard.identity) == (MAC, "x")
        said = heard.version + heard.board + heard.platform
        assert not any(unicodedata.category(character) == "Cc" for character in said)


def test_one_that_is_cut_off_within_an_element_says_nothing():
    whole, ends = announcement(), {4}
    for _, value in ELEMENTS:
        ends.add(max(ends) + 4 + len(value))
    read = [size for size in range(len(whole) + 1) if mndp.parse(whole[:size]) is not None]
    assert set(read) <= ends
    assert len(whole) in read


def test_ten_thousand_announcements_are_bounded_and_quick(ask):
    one = [(0.1, announcement(t5=b"%d" % n), ROUTER) for n in range(10_000)]
    asked, looks = ask(), []
    object.__setattr__(asked, "neighbours", lambda: looks.append(1) or ())
    began = time.perf_counter()
    *read, loud = mndp.discover(asked, Air(said=one))
    assert len(read) == mndp.MAX_ANSWERS
    assert [(f.kind, f.value) for f in loud.facts] == [("link.flood", "mndp")]
    assert len(looks) == 1
    many = [(0.1, announcement(), IPAddress((10 << 24) + n)) for n in range(1, 10_000)]
    assert len(list(mndp.discover(ask(targets=("10.0.0.0/8",)), Air(said=many)))) == mndp.MAX_SOURCES
    assert time.perf_counter() - began < 20  # measured below 1 s


def test_who_floods_the_socket_is_noted(ask):
    class Flooded(Air):
        @contextmanager
        def datagrams(self, **given):
            with super().datagrams(**given) as ears:
                ears.flooders |= {ROUTER, IPAddress("198.51.100.7"), IPAddress("192.0.2.10")}
                yield ears

    (loud,) = mndp.discover(ask(), Flooded())
    assert loud.address == ROUTER
