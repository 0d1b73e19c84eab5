"""CoAP: the list of what a thing offers."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.observation import MAX_ITEMS
from netguard.model.vocabulary import Depth, Power, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import coap
from tests.builders import device
from tests.unit.probe.conftest import TEXT, fact, make_ask
from tests.unit.probe.fakes.coap import LIST, answer

NUMBER, TOKEN = b"\x12\x34", b"tokn"
ASKED = coap.request(NUMBER, TOKEN)
ANNOUNCED = fact("dnssd.type", "_coap._udp", 5683, Transport.UDP)


def ports(what, **asked):
    return [t.port for t in coap.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("role", sorted(Role))
def test_things_and_hubs_are_asked_at_depth_deep(role):
    wanted = ports(device(role=role, power=Power.MAINS), depth=Depth.DEEP)
    assert wanted == ([5683] if role in coap.ROLES else [])


def test_at_depth_standard_only_who_announces_it_is_asked():
    assert ports(device(role=Role.LIGHT)) == []
    assert ports(device(role=Role.LIGHT), facts=[ANNOUNCED]) == [5683]
    assert ports(device(role=Role.TV), facts=[ANNOUNCED]) == [5683]


def test_an_announced_port_is_asked_in_place_of_the_usual_one():
    elsewhere = fact("dnssd.type", "_coap._udp", 61616, Transport.UDP)
    assert ports(device(role=Role.LIGHT), facts=[elsewhere], depth=Depth.DEEP) == [61616]


def test_dtls_is_not_asked_in_plain_text():
    """IKEA's gateway announces `_coap._udp` at 5684."""
    secure = fact("dnssd.type", "_coap._udp", 5684, Transport.UDP)
    assert ports(device(role=Role.TV), facts=[secure]) == []


def test_one_that_announces_thousands_is_asked_twice():
    many = [fact("dnssd.type", "_coap._udp", 20000 + n, Transport.UDP) for n in range(1000)]
    assert ports(device(), facts=many) == [20000, 20001]


def test_nothing_goes_to_a_port_that_prints():
    assert ports(device(), facts=[fact("dnssd.type", "_coap._udp", 9100, Transport.UDP)]) == []


def test_the_request_is_the_one_of_rfc_7252():
    assert ASKED == b"\x54\x01" + NUMBER + TOKEN + b"\xbb.well-known\x04core"


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_every_type_of_message_answers(kind):
    said = answer(ASKED, 0x45, LIST)
    said = bytes((said[0] & 0xCF | kind << 4,)) + said[1:]
    assert coap.read(said, NUMBER, TOKEN).resources == ("/lights", "/.well-known/core")


@pytest.mark.parametrize("code", [0x44, 0x81, 0x83, 0x84, 0xA0])
def test_other_codes_are_coap_without_a_list(code):
    assert coap.read(answer(ASKED, code, LIST), NUMBER, TOKEN).resources is None


def test_a_reset_is_coap_that_has_nothing_to_say():
    assert coap.read(b"\x70\x00" + NUMBER, NUMBER, TOKEN).resources is None


def test_an_empty_list_is_a_list():
    assert coap.read(answer(ASKED, 0x45), NUMBER, TOKEN).resources == ()


@pytest.mark.parametrize("options", [b"\xd1\x01\x28", b"\xe1\0\0\x28", b"\x4d\x00" + b"e" * 13, b"\xc1\x28\xb1\x0e"])
def test_options_with_long_numbers_and_lengths_are_stepped_over(options):
    assert coap.read(answer(ASKED, 0x45, LIST, options), NUMBER, TOKEN).resources == ("/lights", "/.well-known/core")


@pytest.mark.parametrize("options", [b"\xf0", b"\x0f", b"\xcd", b"\x11a" * 100])
def test_broken_options_are_an_empty_list(options):
    assert coap.read(answer(ASKED, 0x45, LIST, options), NUMBER, TOKEN).resources == ()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        ASKED,  # our own words: a request
        answer(coap.request(NUMBER, b"othr"), 0x45),  # an answer to somebody else
        b"\x70\x00\x00\x00",  # a reset of another message
        b"\x94\x45" + NUMBER + TOKEN,  # another version
        b"\x60\x00" + NUMBER,  # an acknowledgement, of what needs none
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer, match="not CoAP"):
        coap.read(said, NUMBER, TOKEN)


def test_links_are_bounded():
    assert len(coap.links(b",".join(b"</%d>" % n for n in range(5000)))) == MAX_ITEMS
    assert len(coap.links(b"<" + b"a" * 9000 + b">")[0]) == 512


@given(
    st.one_of(
        TEXT, TEXT.map(lambda junk: answer(ASKED, 0x45, junk, b"")), TEXT.map(lambda junk: answer(ASKED, 0x45) + junk)
    )
)
def test_no_answer_breaks_the_reader(said):
    with suppress(NoAnswer):
        resources = coap.read(said, NUMBER, TOKEN).resources
        assert resources is None or len(resources) <= MAX_ITEMS
