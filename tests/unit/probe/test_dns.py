"""DNS: one question that the server answers by itself."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Depth, Role
from netguard.net.failures import NoAnswer
from netguard.probe import dns
from tests.builders import device, service
from tests.unit.probe.conftest import TEXT, make_ask
from tests.unit.probe.fakes.dns import answer

NUMBER = b"\xab\xcd"
ASKED = dns.query(NUMBER)


def targets(what, **asked):
    return [(str(t.address), t.port) for t in dns.wants(what, make_ask(**asked))]


def test_the_router_is_asked_and_whatever_has_tcp_53_open():
    assert targets(device(role=Role.ROUTER)) == [("192.0.2.20", 53)]
    assert targets(device(role=Role.NAS, services=(53, 80))) == [("192.0.2.20", 53)]
    assert targets(device(role=Role.NAS, services=(80,)), depth=Depth.DEEP) == []


def test_another_address_with_tcp_53_is_asked_too_and_each_once():
    both = device(role=Role.ROUTER, services=(53, service(53, at="192.0.2.99")))
    assert targets(both) == [("192.0.2.20", 53), ("192.0.2.99", 53)]


def test_one_that_claims_many_addresses_is_asked_at_two():
    many = device(services=tuple(service(53, at=f"192.0.2.{n}") for n in range(20, 60)))
    assert len(targets(many)) == dns.MAX_ADDRESSES


def test_the_question_asks_nobody_else():
    assert ASKED.removeprefix(NUMBER).hex() == "0000" "0001000000000000" "0776657273696f6e0462696e6400" "00100003"  # fmt: skip
    assert not int.from_bytes(ASKED[2:4]) & 0x0100  # RD


def test_recursion_is_told_by_the_flag_alone():
    assert dns.read(answer(ASKED, 0x8080), NUMBER) == dns.Answer(recursion=True, version=None)
    assert dns.read(answer(ASKED, 0x8005), NUMBER) == dns.Answer(recursion=False, version=None)


@pytest.mark.parametrize(
    ("text", "product", "version"),
    [
        ("dnsmasq-2.90", "dnsmasq", "2.90"),
        ("dnsmasq-pi-hole-v2.90+1", "dnsmasq-pi-hole", "2.90+1"),
        ("unbound 1.17.1", "unbound", "1.17.1"),
        ("PowerDNS Recursor 4.8.0 (built Jan 1 2023)", "PowerDNS Recursor", "4.8.0"),
        ("9.18.24-1-Debian", "BIND", "9.18.24-1-Debian"),
        ("go away", None, None),
        ("", None, None),
    ],
)
def test_products_are_named_where_the_text_names_them(text, product, version):
    assert dns.product(text) == (product, version)


def test_a_text_of_several_strings_is_one():
    before = answer(ASKED, 0x8080, b"x")[:-4]
    data = b"\x03dns\x06masq-2"
    assert dns.read(before + len(data).to_bytes(2) + data, NUMBER).version == "dnsmasq-2"
    assert dns.read(before + (len(data) + 1).to_bytes(2) + data, NUMBER).version is None  # it ends too early


def test_records_of_other_classes_are_passed_over():
    said = answer(ASKED, 0x8080, b"mine")
    other = said.replace(b"\0\x10\0\x03" + bytes(4), b"\0\x10\0\x01" + bytes(4))
    assert dns.read(other, NUMBER).version is None


@pytest.mark.parametrize(
    "said",
    [
        b"",
        ASKED,  # our own words: no answer flag
        answer(ASKED, 0x8080)[:11],
        answer(b"\0\0" + ASKED[2:], 0x8080),  # to another question
        answer(ASKED, 0xA880),  # an answer to an update
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer, match="not DNS"):
        dns.read(said, NUMBER)


def test_a_name_that_does_not_end_costs_nothing():
    said = NUMBER + b"\x80\x80\0\x01\0\x01" + bytes(4) + b"\x01a" * 4000
    assert dns.read(said, NUMBER) == dns.Answer(recursion=True, version=None)


@given(TEXT)
def test_nothing_after_the_header_breaks_the_reader(junk):
    said = NUMBER + b"\x80\x80" + junk.ljust(8, b"\0")
    version = dns.read(said, NUMBER).version
    assert version is None or len(version) <= 512
    assert len(dns.product(version or "")) == 2


@given(st.text(max_size=200))
def test_no_version_breaks_the_product(text):
    product, version = dns.product(text)
    assert len(product or "") <= dns.MAX_PRODUCT
    assert len(version or "") <= dns.MAX_VERSION


@given(TEXT)
def test_no_answer_breaks_the_reader(said):
    with suppress(NoAnswer):
        dns.read(said, NUMBER)
