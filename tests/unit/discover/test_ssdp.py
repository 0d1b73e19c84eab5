"""SSDP: the search, and what is made of answers, announcements and everything else that comes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress

from netguard.discover import ssdp
from netguard.model.observation import MAX_TEXT
from netguard.net.failures import NoAnswer

HUE, GATEWAY = IPAddress("192.0.2.3"), IPAddress("192.0.2.1")
ANSWER = (
    b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=100\r\nEXT:\r\nLOCATION: http://192.0.2.3:80/description.xml\r\n"
    b"SERVER: Hue/1.0 UPnP/1.0 IpBridge/1.60\r\nST: upnp:rootdevice\r\n"
    b"USN: uuid:2f402f80-da50-11e1-9b23-001788000001::upnp:rootdevice\r\n\r\n"
)
NOTIFY = ANSWER.replace(b"HTTP/1.1 200 OK", b"NOTIFY * HTTP/1.1").replace(b"ST:", b"NTS: ssdp:alive\r\nNT:")


def said(data):
    return {fact.kind: fact.value for fact in ssdp.parse(data)}


def test_the_search_is_what_the_upnp_architecture_says():
    assert ssdp.search("ssdp:all", ssdp.GROUP) == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
    )


@pytest.mark.parametrize(
    "data", [ANSWER, NOTIFY, ANSWER.replace(b"HTTP/1.1", b"HTTP/1.0"), ANSWER.replace(b"ST:", b"st:")]
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
        ssdp.search("ssdp:all", ssdp.GROUP),
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


def test_the_group_is_searched_twice_for_each_target_and_the_gateway_by_itself(ask, fake_net):
    net = fake_net()
    assert list(ssdp.discover(ask(), net)) == []
    assert net.group == (ssdp.GROUP, 1900, 2)
    assert [at for _, at, _ in net.sent] == [ssdp.GROUP, ssdp.GROUP, GATEWAY] * 2
    assert all(b"HOST: 192.0.2.1:1900" in data for data, at, _ in net.sent if at == GATEWAY)


def test_a_gateway_never_to_touch_is_not_searched(ask, fake_net):
    net = fake_net(untouchable=[GATEWAY])
    list(ssdp.discover(ask(), net))
    assert {at for _, at, _ in net.sent} == {ssdp.GROUP}


def test_a_gateway_out_of_reach_costs_nobody_else_s_answers(ask, fake_net):
    net = fake_net(heard=[[(ANSWER, HUE)]], unreachable=[GATEWAY])
    assert [s.address for s in ssdp.discover(ask(), net)] == [HUE]


def test_a_group_that_cannot_be_reached_is_a_reason(ask, fake_net):
    with pytest.raises(NoAnswer):
        list(ssdp.discover(ask(), fake_net(unreachable=[ssdp.GROUP])))


def test_each_answer_is_one_sighting_of_its_sender_and_its_repetition_none(ask, fake_net):
    own, elsewhere = IPAddress("192.0.2.10"), IPAddress("198.51.100.3")
    net = fake_net(heard=[[(ANSWER, HUE), (ANSWER, HUE), (b"junk", HUE), (ANSWER, own), (ANSWER, elsewhere)]])
    found = list(ssdp.discover(ask(), net))
    assert [(s.address, s.detail) for s in found] == [(HUE, "upnp:rootdevice by Hue/1.0 UPnP/1.0 IpBridge/1.60")]


def test_it_needs_ipv4(ask):
    assert ssdp.skip(ask()) is None
    assert "no IPv4" in ssdp.skip(ask(own=IPAddress("fe80::1")))
