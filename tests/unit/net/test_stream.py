"""A connection in a socket's shape: whatever a library does with it, the limits stay in force."""

import time

import pytest

from netguard.net import limits, stream
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, OutOfTime, RefusedByUs, TooMuch
from netguard.net.stream import Stream
from netguard.net.transcript import Transcript
from tests.servers import LOOPBACK, drip, flood, hang_up, loopback_network


def opened(network, service, seconds=5.0):
    connection = network.net("test").connect(LOOPBACK, service.port)
    return connection, Stream(connection, seconds)


def everything(made, most=65536):
    got = b""
    while True:
        try:
            chunk = made.recv(most)
        except TimeoutError:
            continue
        if not chunk:
            return got
        got += chunk


def test_what_is_sent_arrives_and_what_comes_is_read_in_pieces(network, listener):
    service = listener(b"hello", behave=lambda peer: peer.sendall(b"hello") or peer.sendall(peer.recv(9)))
    connection, made = opened(network, service)
    with connection:
        assert made.send(b"echo") == 4
        pieces = []
        while not pieces or pieces[-1]:
            try:
                pieces.append(made.recv(2))
            except TimeoutError:
                continue
    assert b"".join(pieces) == b"helloecho"
    assert max(map(len, pieces)) == 2
    assert made.failure is None


def test_nothing_yet_is_a_timeout_and_never_takes_longer_than_the_look_at_the_cancel_token(network, listener):
    connection, made = opened(network, listener())
    with connection:
        for seconds in (None, 60.0, 0.01):
            made.settimeout(seconds)
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                made.recv(10)
            assert time.monotonic() - began < SLICE * 20


def test_the_end_is_the_end_also_by_a_reset(network, listener):
    # Both wait to be spoken to: a reset that comes at once would be how the connection itself ends.
    for behave in (lambda peer: peer.sendall(peer.recv(9)), lambda peer: peer.recv(9) and hang_up(peer)):
        connection, made = opened(network, listener(behave=behave))
        with connection:
            made.send(b"bye")
            assert everything(made) in {b"bye", b""}
            assert made.recv(10) == b""


def test_a_closed_one_says_and_takes_nothing(network, listener):
    connection, made = opened(network, listener(b"hello"))
    with connection:
        made.close()
        assert made.recv(10) == b""
        with pytest.raises(EOFError):
            made.send(b"x")


def test_a_drip_ends_with_the_conversation_s_time(network, listener):
    connection, made = opened(network, listener(behave=drip()), seconds=0.5)
    with connection:
        with pytest.raises(NoAnswer, match=r"within 0\.5 s"):
            everything(made)
        with pytest.raises(NoAnswer):
            made.send(b"x")
    assert isinstance(made.failure, NoAnswer)


def test_a_flood_ends_at_the_connection_s_limit(network, listener):
    connection, made = opened(network, listener(behave=flood(b"x" * 65536)))
    with connection, pytest.raises(TooMuch):
        everything(made, most=100_000)
    assert isinstance(made.failure, TooMuch)


def test_endless_answers_are_not_given(network, listener):
    connection, made = opened(network, listener())
    with connection:
        made.send(b"no" * (stream.SEND_BYTES // 2))
        with pytest.raises(TooMuch, match="asked for more"):
            made.send(b"!")
    assert isinstance(made.failure, TooMuch)


def test_interruption_and_the_device_s_time_count(listener):
    service = listener()
    cancel = Cancel()
    with loopback_network(cancel=cancel) as network:
        connection, made = opened(network, service)
        cancel.set()
        with connection, pytest.raises(Cancelled):
            everything(made)
        assert isinstance(made.failure, Cancelled)
    with loopback_network(deadline=Deadline(0.3)) as network:
        connection, made = opened(network, service)
        with connection, pytest.raises(OutOfTime):
            everything(made)


def test_every_byte_is_in_the_transcript_and_a_printing_port_gets_none(network, listener, monkeypatch):
    transcript = Transcript()
    service = listener()
    with loopback_network(transcript=transcript) as watched:
        connection, made = opened(watched, service)
        with connection:
            made.send(b"x")
            monkeypatch.setattr(limits, "PAYLOAD_BLOCKED_PORTS", frozenset({service.port}))
            with pytest.raises(RefusedByUs):
                made.send(b"y")
    assert transcript.counts == {"tcp-connect": 1, "tcp-send": 1}
    assert service.wait_for(lambda: service.received == b"x")
