"""SNMP: one packet with the community `public`, never to what may be a lock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Depth, Power, Role
from netguard.net.failures import NoAnswer
from netguard.probe import snmp
from netguard.probe._contract import SPARED_ROLES
from tests.builders import device
from tests.unit.probe.conftest import TEXT, make_ask
from tests.unit.probe.fakes.snmp import element, response

NUMBER = 0x1234
ASKED = snmp.get(NUMBER)


def ports(what, **asked):
    return [t.port for t in snmp.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("role", sorted(snmp.USUAL_ROLES))
def test_what_usually_has_it_is_asked_at_depth_standard(role):
    assert ports(device(role=role)) == [161]


@pytest.mark.parametrize("role", sorted(set(Role) - snmp.USUAL_ROLES - SPARED_ROLES))
def test_the_others_are_asked_at_depth_deep(role):
    assert ports(device(role=role)) == []
    assert ports(device(role=role), depth=Depth.DEEP) == [161]


@pytest.mark.parametrize("role", sorted(SPARED_ROLES))
def test_locks_hubs_alarms_and_the_unidentified_are_never_asked(role):
    assert ports(device(role=role, power=Power.MAINS), depth=Depth.DEEP, named=True) == []


def test_what_is_only_possibly_a_printer_may_be_a_lock():
    assert ports(device(role=Role.PRINTER, confidence=Confidence.POSSIBLE)) == []
    assert ports(device(role=Role.ROUTER, confidence=Confidence.POSSIBLE)) == [161]


def test_the_request_is_the_one_of_rfc_1157():
    """By hand: SEQUENCE, version 0, "public", GetRequest, 0x1234, no error, sysDescr.0 and NULL."""
    assert ASKED.hex() == (
        "3027" "020100" "04067075626c6963" "a01a" "02021234" "020100" "020100" "300e" "300c" "06082b06010201010100" "0500"
    )  # fmt: skip


@pytest.mark.parametrize("number", [1, 127, 128, 255, 256, 0x7FFF, 0x8000, 2**31 - 1])
def test_every_number_comes_back_as_what_it_was(number):
    asked = snmp.get(number)
    assert snmp.read(response(asked, element(0x04, b"x")), number) == snmp.Answer(description="x")


def test_an_answer_to_another_question_is_none():
    with pytest.raises(NoAnswer, match="not SNMP"):
        snmp.read(response(ASKED, element(0x04, b"x")), NUMBER + 1)


def test_an_answer_to_another_community_is_none():
    with pytest.raises(NoAnswer, match="not SNMP"):
        snmp.read(response(ASKED, element(0x04, b"x")).replace(b"public", b"secret"), NUMBER)


def test_our_own_words_are_no_answer():
    with pytest.raises(NoAnswer, match="not SNMP"):
        snmp.read(ASKED, NUMBER)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"\x05\x00", 2),  # noSuchName
        (b"\x05\x00", 0),  # NULL where a text should be
        (b"\x80\x00", 0),  # noSuchObject of version 2c
        (element(0x02, b"\x2a"), 0),  # a number
    ],
)
def test_an_agent_that_tells_nothing_is_an_agent(value, error):
    assert snmp.read(response(ASKED, value, error), NUMBER) == snmp.Answer(description=None)


def test_a_long_description_is_cut():
    long = snmp.read(response(ASKED, element(0x04, b"a" * 9000)), NUMBER).description
    assert 512 < len(long) <= 2048


@pytest.mark.parametrize("length", [b"\x80", b"\x84\x7f\xff\xff\xff", b"\xff", b"\x82\xff\xff", b"\x7f"])
def test_lengths_that_lie_are_refused(length):
    with pytest.raises(NoAnswer, match="not SNMP"):
        snmp.read(b"\x30" + length + b"\x02\x01\x00", NUMBER)


@given(st.one_of(TEXT, st.binary(max_size=60).map(lambda junk: ASKED[: len(junk)] + junk)))
def test_no_answer_breaks_the_reader(said):
    with pytest.raises(NoAnswer, match="not SNMP"):
        snmp.read(said, NUMBER)


@given(st.integers(0, 200), st.integers(0, 255))
def test_no_changed_byte_breaks_the_reader(at, byte):
    said = bytearray(response(ASKED, element(0x04, b"Printer")))
    said[at % len(said)] = byte
    try:
        answer = snmp.read(bytes(said), NUMBER)
    except NoAnswer:
        return
    assert answer.description is None or len(answer.description) <= 7
