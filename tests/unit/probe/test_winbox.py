"""Winbox: the one message that is sent, who gets it, and which answers are taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Role
from netguard.net.failures import NoAnswer
from netguard.probe import winbox
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import fact, make_ask
from tests.unit.probe.fakes.winbox import KEY, WITH_SALT, WITHOUT_SALT


def asked(one, **given):
    return [str(target) for target in winbox.wants(one, make_ask(**given))]


@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH])
@pytest.mark.parametrize("confidence", [Confidence.CONFIRMED, Confidence.POSSIBLE])
def test_a_router_whose_port_is_open_is_asked_in_the_deep_round(role, confidence):
    router = device(role=role, services=[22, 8291], confidence=confidence)
    assert asked(router) == ["192.0.2.20 tcp/8291"]
    assert asked(router, turn="light") == []
    assert asked(router, facts=[fact("winbox.answer", value=True, port=8291)]) == []
    assert asked(device(role=role, services=[22, 80])) == []


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.UNKNOWN])
def test_what_may_be_a_lock_a_hub_or_an_alarm_is_not(role):
    assert asked(device(role=role, services=[8291])) == []
    assert asked(device(role=Role.CAMERA, services=[8291], confidence=Confidence.POSSIBLE)) == []


def test_the_message_is_a_key_exchange_s_opening_byte_by_byte():
    assert winbox.opening().hex(" ") == (
        "2a 06 "  # 42 bytes follow, for the handler of key exchanges
        "6e 65 74 67 75 61 72 64 00 " + "00 " * 31 + "09 01"  # netguard  # the base point's x, and its y is odd
    )


def test_the_key_is_a_point_of_the_curve_with_an_odd_y():
    """y² = x³ + 486662 x² + x over 2^255 - 19 (RFC 7748, 4.1)."""
    p, x = 2**255 - 19, int.from_bytes(winbox.BASE_POINT)
    y = 14781619447589544791020593568409986887264606134616475288964881837755586237401
    assert (y * y - (x**3 + 486662 * x * x + x)) % p == 0
    assert y % 2 == 1


def test_one_message_is_sent_and_nothing_after_the_answer(net, listener):
    router = listener(answer=WITH_SALT)
    learnt = list(winbox.probe(Target(address=LOOPBACK, port=router.port), net))
    assert [what.value for what in learnt[1:]] == [True]
    assert router.wait_for(lambda: router.received == winbox.opening())
    assert router.accepted == 1


@pytest.mark.parametrize("answer", [WITH_SALT, WITHOUT_SALT, WITHOUT_SALT[:-1] + b"\0"])
def test_both_lengths_of_the_answer_are_winbox_s(answer):
    assert winbox.is_complete(answer)
    assert winbox.is_winbox(answer)


@pytest.mark.parametrize(
    "answer",
    [
        winbox.opening(),
        bytes((33, 6)) + winbox.BASE_POINT + b"\1",
        bytes((33, 6)) + KEY[:-1] + b"\2",
        bytes((33, 1)) + KEY,
        bytes((34, 6)) + KEY + b"\0",
        WITHOUT_SALT + b"\0",
        bytes(2),
        b"\0\x06",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-ROSSSH\r\n",
    ],
)
def test_anything_else_is_not(answer):
    assert winbox.is_complete(answer)
    assert not winbox.is_winbox(answer)


@pytest.mark.parametrize("size", range(len(WITH_SALT)))
def test_half_an_answer_is_none(size):
    assert not winbox.is_complete(WITH_SALT[:size])


def test_another_protocol_is_told_from_winbox_and_silence_is_a_reason(net, listener):
    other = listener(answer=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    (what,) = winbox.probe(Target(address=LOOPBACK, port=other.port), net)
    assert (what.kind, what.value) == ("winbox.answer", False)
    gone = listener(behave=lambda peer: peer.recv(100))
    with pytest.raises(NoAnswer, match=r"before 6\.43"):
        list(winbox.probe(Target(address=LOOPBACK, port=gone.port), net))


@given(st.binary(min_size=2, max_size=200))
def test_no_answer_breaks_the_reader(said):
    if winbox.is_complete(said):
        assert winbox.is_winbox(said) in {True, False}
