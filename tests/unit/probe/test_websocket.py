"""WebSocket: the handshake, the frames of RFC 6455, and peers that keep neither."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net.failures import Failure, NoAnswer
from netguard.probe import _http, _websocket
from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET
from tests.unit.probe.fakes.zigbee2mqtt import agreed, frame, websocket

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
"""The key of RFC 6455, 1.3."""


def hear(net, service, enough=lambda talk: len(talk.messages) > 1, path="/api"):
    return _websocket.listen(Target(address=LOOPBACK, port=service.port), net, path, enough=enough)


def test_the_handshake_of_the_standards_own_example():
    asked = _websocket.handshake(TARGET, "/chat", KEY)
    assert asked.startswith(b"GET /chat HTTP/1.1\r\nHost: 127.0.0.1:80\r\n")
    assert asked.endswith(b"\r\n\r\n")
    for line in (
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: " + KEY,
    ):
        assert asked.count(b"\r\n" + line + b"\r\n") == 1
    assert b"Connection: close" not in asked
    assert b"Extensions" not in asked
    assert _websocket.accept(KEY) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    with pytest.raises(ValueError):
        _websocket.handshake(TARGET, "/a b", KEY)


@pytest.mark.parametrize(
    ("frames", "messages"),
    [
        (b"\x81\x05Hello", (b"Hello",)),  # RFC 6455, 5.7
        (b"\x01\x03Hel\x80\x02lo", (b"Hello",)),
        (b"\x01\x03Hel\x89\x00\x80\x02lo", (b"Hello",)),  # a ping in between
        (frame(b"x" * 200) + frame(b"y" * 70_000), (b"x" * 200, b"y" * 70_000)),
        (b"\x82\x02\x00\x01" + frame(b"text"), (b"text",)),  # binary is passed over
        (b"\x02\x02\x00\x01\x80\x01x" + frame(b"text"), (b"text",)),
        (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" + frame(b"text"), ()),  # masked: no server may
        (b"\xc1\x02xy" + frame(b"text"), ()),  # an extension nobody agreed to
        (b"\x81\x05Hel", ()),
        (b"\x81", ()),
        (b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffx", ()),
        (b"\x81\x7e\x00", ()),
        (b"\x80\x01x" + frame(b"text"), (b"text",)),  # goes on with nothing
    ],
)
def test_frames_are_put_together(frames, messages):
    assert _websocket.take_apart(frames) == (messages, None)


def test_a_close_is_seen_with_its_code_and_ends_the_reading():
    closed = frame((4401).to_bytes(2) + b"Unauthorized", 8)
    assert _websocket.take_apart(frame(b"a") + closed + frame(b"b")) == ((b"a",), 4401)
    assert _websocket.take_apart(frame(b"", 8)) == ((), _websocket.NO_CODE)


def test_frames_without_end_are_not_all_taken_apart():
    messages, closed = _websocket.take_apart(frame(b"") * 100_000)
    assert (len(messages), closed) == (_websocket.MAX_FRAMES, None)


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_no_bytes_break_the_frames(data, more):
    _websocket.take_apart(data + frame(more) + data)


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 101 x\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]))
def test_no_bytes_break_the_conversation(data, start):
    try:
        talk = _websocket.read(start + data, KEY)
    except NoAnswer:
        return
    assert talk.status


def test_nothing_is_said_but_a_masked_goodbye(net, listener):
    heard = []

    def behave(peer):
        said = b""
        while b"\r\n\r\n" not in said:
            said += peer.recv(65536)
        peer.sendall(agreed(said) + frame(b"one") + frame(b"two"))
        heard.append(peer.recv(65536))

    service = listener(behave=behave)
    assert hear(net, service) == _websocket.Talk(status=101, messages=(b"one", b"two"))
    assert service.wait_for(lambda: bool(heard))
    last = heard[0]
    assert (last[0], last[1], len(last)) == (0x88, 0x82, 8)
    assert bytes(a ^ b for a, b in zip(last[6:], last[2:6], strict=False)) == (1000).to_bytes(2)


def test_a_peer_that_closes_is_not_answered(net, listener):
    talk = hear(net, listener(behave=websocket(frame((1001).to_bytes(2), 8))))
    assert (talk.messages, talk.closed) == ((), 1001)


def test_a_peer_that_says_no_more_is_left_after_a_while(net, listener):
    assert hear(net, listener(behave=websocket(frame(b"one")))).messages == (b"one",)


def test_a_page_in_place_of_it_is_its_status(net, listener):
    service = listener(answer=b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 5\r\n\r\nUpgra", then_close=True)
    assert hear(net, service) == _websocket.Talk(status=426)


def says(answer):
    def behave(peer: socket.socket):
        peer.recv(65536)
        peer.sendall(answer)

    return behave


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\n\r\n", "WebSocket"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "WebSocket"),
        (b"HTTP/1.1 101 Switching Protocols\r\n" + b"X: y\r\n" * 5000, "broken"),
        (b"\x81\x05Hello", "not HTTP"),
        (b"", "said nothing"),
    ],
)
def test_what_is_no_websocket_is_a_reason(net, listener, answer, kind):
    with pytest.raises(NoAnswer, match=kind):
        hear(net, listener(behave=says(answer)))


def test_a_flood_of_messages_is_cut(net, listener):
    def behave(peer):
        said = peer.recv(65536)
        peer.sendall(agreed(said))
        while True:
            peer.sendall(frame(b"x" * 1000) * 60)

    try:
        talk = hear(net, listener(behave=behave), enough=lambda _: False)
    except Failure as failure:
        pytest.fail(f"what came before is worth keeping: {failure}")
    assert 0 < len(talk.messages) <= _websocket.MAX_FRAMES


def test_the_answer_is_read_by_the_same_limits_as_pages_are():
    assert _websocket.MAX_TALK > _http.MAX_BODY
