"""SSDP: the search, and what is made of answers, announcements and everything else that comes."""

import time
import unicodedata
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress

from netguard.discover import ssdp
from netguard.model.observation import MAX_TEXT
from netguard.net.failures import NoAnswer
from tests.unit.discover.conftest import make_ask
from tests.unit.discover.speaking import Air

HUE, GATEWAY = IPAddress("192.0.2.3"), IPAddress("192.0.2.1")
FOUR, SIX = ssdp.GROUPS[4], ssdp.GROUPS[6]
ANSWER = (
    b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=100\r\nEXT:\r\nLOCATION: http://192.0.2.3:80/description.xml\r\n"
    b"SERVER: Hue/1.0 UPnP/1.0 IpBridge/1.60\r\nST: upnp:rootdevice\r\n"
    b"USN: uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice\r\n\r\n"
)
NOTIFY = ANSWER.replace(b"HTTP/1.1 200 OK", b"NOTIFY * HTTP/1.1").replace(b"ST:", b"NTS: ssdp:alive\r\nNT:")


@pytest.fixture
def ask():
    """The whole network is asked for."""
    return partial(make_ask, targets=("192.0.2.0/24",))


def said(data):
    return {fact.kind: fact.value for fact in ssdp.parse(data)}


def test_the_search_is_what_the_upnp_architecture_says():
    assert ssdp.search("ssdp:all", FOUR) == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
    )


@pytest.mark.parametrize(
    "data",
    [
        ANSWER,
        NOTIFY,
        NOTIFY.replace(b"alive", b"update"),
        ANSWER.replace(b"HTTP/1.1", b"HTTP/1.0"),
        ANSWER.replace(b"ST:", b"st:"),
    ],
)
def test_answers_and_announcements_are_read(data):
    assert said(data) == {
        "ssdp.type": "upnp:rootdevice",
        "ssdp.usn": "uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice",
        "ssdp.server": "Hue/1.0 UPnP/1.0 IpBridge/1.60",
        "ssdp.location": "http://192.0.2.3:80/description.xml",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        NOTIFY.replace(b"ssdp:alive", b"ssdp:byebye"),
        NOTIFY.replace(b"ssdp:alive", b" SSDP:BYEBYE "),
        NOTIFY.replace(b"NTS: ssdp:alive\r\n", b""),
        NOTIFY.replace(b"ssdp:alive", b"upnp:propchange"),
        ssdp.search("ssdp:all", FOUR),
        ANSWER.replace(b"200 OK", b"404 Not Found"),
        b"\xff\xfe\0" * 100,
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\nST:\r\nUSN: \x1b\x07\r\n\r\n",
    ],
)
def test_anything_else_says_nothing(data):
    assert ssdp.parse(data) == ()


def test_a_header_of_64_kib_is_cut_and_control_characters_are_gone():
    facts = said(b"HTTP/1.1 200 OK\r\nSERVER: \x1b[31m" + b"A" * 65536 + b"\r\nST: x\x00\ty\r\n\r\n")
    assert len(facts["ssdp.server"]) == MAX_TEXT
    assert facts["ssdp.server"].startswith("[31mA")
    assert facts["ssdp.type"] == "x y"


def test_thousands_of_lines_are_not_all_read():
    lines = b"".join(b"X-%d: y\r\n" % n for n in range(5000))
    assert said(b"HTTP/1.1 200 OK\r\n" + lines + b"SERVER: late\r\n\r\n") == {}
    assert said(b"HTTP/1.1 200 OK\r\nSERVER: first\r\n" + b"SERVER: again\r\n" * 5000) == {"ssdp.server": "first"}


@given(st.binary(max_size=600))
def test_no_datagram_breaks_the_reader(data):
    ssdp.parse(data)


@given(st.binary(max_size=300))
def test_no_headers_break_the_reader(data):
    for fact in ssdp.parse(b"HTTP/1.1 200 OK\r\nST: " + data):
        assert fact.value
        assert not any(unicodedata.category(character) == "Cc" for character in fact.value)


class Device:
    """Answers a search of the group after `delay`, and one of itself alone at once; `deaf` to the group."""

    def __init__(self, *addresses, delay=0.9, deaf=False, answers=(ANSWER,)):
        self.addresses, self.delay, self.deaf, self.answers = [IPAddress(a) for a in addresses], delay, deaf, answers

    def __call__(self, data, to, port, now):
        speaker = next((a for a in self.addresses if a.version == to.version), None)
        if port == 1900 and speaker is not None and (to == speaker or (to.is_multicast() and not self.deaf)):
            for each in self.answers:
                yield (0.02 if to == speaker else self.delay), each, speaker


def discover(air, asked):
    return [(str(s.address), s.detail) for s in ssdp.discover(asked, air)]


HUE_SAYS = "upnp:rootdevice by Hue/1.0 UPnP/1.0 IpBridge/1.60"


def test_both_groups_are_searched_twice_for_each_target_and_the_gateway_by_itself(ask):
    air = Air()
    assert discover(air, ask()) == []
    assert air.groups == [(FOUR, 1900, 2), (SIX, 1900, 2)]
    assert [at for _, _, at, _ in air.sent] == [FOUR, FOUR, SIX, SIX, GATEWAY] * 2
    assert all(b"HOST: 192.0.2.1:1900" in data for data in air.packets(GATEWAY))
    assert all(b"HOST: [ff02::c]:1900" in data for data in air.packets(SIX))


def test_an_ipv6_only_vantage_searches_over_ipv6_alone(ask):
    own = IPAddress("fe80::10")
    air = Air(Device("192.0.2.3", "fe80::3"), source=own)
    assert discover(air, ask(own=own, gateway="fe80::1")) == [("fe80::3", HUE_SAYS)]
    assert {at for _, _, at, _ in air.sent} == {SIX, IPAddress("fe80::1")}
    assert ssdp.skip(ask(own=own)) is None


def test_who_takes_all_of_its_time_is_heard_and_a_quiet_home_is_done_soon(ask):
    air = Air(Device("192.0.2.3", "fe80::3", delay=1.1))
    assert sorted(discover(air, ask())) == [("192.0.2.3", HUE_SAYS), ("fe80::3", HUE_SAYS)]
    assert air.now <= 1.5
    air = Air()
    discover(air, ask())
    assert air.now <= ssdp.ANSWER_SECONDS + 0.01


def test_who_never_stops_talking_cannot_make_it_longer_than_stated(ask):
    chatter = [(n / 50, ANSWER.replace(b"2f402f80", b"%08d" % n), "192.0.2.66") for n in range(500)]
    air = Air(said=chatter)
    assert len(discover(air, ask(hubs=lambda: (HUE,)))) <= ssdp.MAX_ANSWERS + 1
    assert air.now <= ssdp.LONGEST_SECONDS + 0.01 <= 2.0


def test_hubs_that_have_not_answered_are_asked_by_themselves_and_the_others_not(ask):
    heard, missed = Device("192.0.2.3", delay=0.5), Device("192.0.2.4", deaf=True)
    air = Air(heard, missed)
    hubs = tuple(IPAddress(a) for a in ("192.0.2.1", "192.0.2.3", "192.0.2.4", "192.0.2.10"))
    assert [at for at, _ in discover(air, ask(hubs=lambda: hubs))] == ["192.0.2.3", "192.0.2.4"]
    alone = [(at, when > 0.5) for when, _, at, _ in air.sent if not at.is_multicast()]
    assert alone == [(GATEWAY, False)] * 2 + [(GATEWAY, True)] * 2 + [(IPAddress("192.0.2.4"), True)] * 2
    assert air.now <= ssdp.LONGEST_SECONDS + 0.01


def test_a_device_never_to_touch_is_not_searched(ask):
    air = Air(untouchable=[GATEWAY, HUE])
    discover(air, ask(hubs=lambda: (GATEWAY, HUE)))
    assert {at for _, _, at, _ in air.sent} == {FOUR, SIX}


def test_what_cannot_be_reached_costs_nobody_else_s_answers(ask):
    for cut in ([GATEWAY], [SIX], [GATEWAY, SIX]):
        assert discover(Air(Device("192.0.2.3"), cut=cut), ask()) == [("192.0.2.3", HUE_SAYS)]
    assert discover(Air(Device("192.0.2.3"), groupless=[SIX]), ask()) == [("192.0.2.3", HUE_SAYS)]


def test_groups_that_cannot_be_reached_are_a_reason(ask):
    with pytest.raises(NoAnswer):
        discover(Air(cut=[FOUR, SIX]), ask())
    with pytest.raises(NoAnswer):
        discover(Air(groupless=[FOUR, SIX]), ask())


def test_each_answer_is_one_sighting_of_its_sender_and_its_repetition_none(ask):
    said = [(0.1, data, at) for data, at in ((ANSWER, HUE), (ANSWER, HUE), (b"junk", HUE), (ANSWER, "192.0.2.10"))]
    said += [(0.1, ANSWER, "198.51.100.3"), (0.1, ANSWER, "2001:db8::3"), (0.1, NOTIFY, HUE)]
    assert discover(Air(said=said), ask()) == [("192.0.2.3", HUE_SAYS)]


def test_ten_thousand_announcements_are_bounded_and_quick(ask):
    one = [(0.1, NOTIFY.replace(b"2f402f80", b"%08d" % n), HUE) for n in range(10_000)]
    many = [(0.1, NOTIFY, IPAddress(0xFE80 << 112 | n)) for n in range(1, 10_000)]
    began = time.perf_counter()
    *read, loud = discover(Air(said=one), ask())
    assert len(read) == ssdp.MAX_ANSWERS
    assert loud == ("192.0.2.3", "said more than was read of it")
    assert len(discover(Air(said=many), ask())) <= ssdp.MAX_SOURCES + 1
    assert time.perf_counter() - began < 20  # measured below 1 s


def test_who_floods_the_socket_is_noted_once_and_only_when_it_is_on_the_link(ask):
    class Flooded(Air):
        @contextmanager
        def datagrams(self, **given):
            with super().datagrams(**given) as ears:
                ears.flooders |= {IPAddress("192.0.2.3"), IPAddress("198.51.100.7"), IPAddress("192.0.2.10")}
                yield ears

    (loud,) = ssdp.discover(ask(), Flooded())
    assert loud.address == IPAddress("192.0.2.3")
    assert [(f.kind, f.value) for f in loud.facts] == [("link.flood", "ssdp")]
