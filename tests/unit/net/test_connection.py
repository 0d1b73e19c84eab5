"""Connections at their edges: failures told at once, resets, interruption before the first packet."""

import errno
import os
import socket
import threading
import time

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.net import access
from netguard.net.connection import reason
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, OutOfTime
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from tests.servers import LOOPBACK, hang_up, loopback_network


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ECONNREFUSED, "connection refused"),
        (errno.ECONNRESET, "connection reset"),
        (errno.EHOSTUNREACH, "no route to it"),
        (errno.ENETUNREACH, "no route to its network"),
        (errno.ETIMEDOUT, "no answer in time"),
        (errno.EPIPE, "connection closed"),
        (errno.EACCES, os.strerror(errno.EACCES)),
    ],
)
def test_reasons_are_words(code, words):
    assert reason(OSError(code, os.strerror(code))) == words


def test_an_error_without_number_has_a_name():
    assert reason(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize("address", ["127.255.255.255", "fe80::1"])
def test_an_address_that_cannot_be_connected_to_is_not_taken_for_connected(address):
    # A broadcast address and a link-local one without its interface: the kernel says no before it sends anything.
    with loopback_network(guard=Guard([IPNetwork("127.0.0.0/8"), IPNetwork("fe80::/10")])) as network:
        with pytest.raises(NoAnswer):
            network.net("test").connect(IPAddress(address), 80)
        assert network.turnstile(IPAddress(address))._established == 0


def test_no_socket_left_is_a_reason_and_gives_the_turn_back(network, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(access.socket, "socket", refuse)
    with pytest.raises(NoAnswer, match="Too many open files"):
        network.net("test").connect(LOOPBACK, 80)
    assert network.turnstile(LOOPBACK)._established == 0


def test_a_silent_port_is_no_answer_in_time(network):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        filling = []
        try:
            # A full queue drops what comes next, as Linux does it; elsewhere it is refused, which is an answer too.
            for _ in range(3):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(full.getsockname())
                filling.append(one)
            began = time.monotonic()
            with pytest.raises(NoAnswer):
                network.net("test").connect(LOOPBACK, full.getsockname()[1], seconds=0.3)
            assert time.monotonic() - began < 5
        finally:
            for one in filling:
                one.close()


def test_after_an_interruption_not_one_more_packet_is_sent(listener):
    service, cancel, transcript = listener(), Cancel(), Transcript()
    with loopback_network(cancel=cancel, transcript=transcript) as network:
        net = network.net("test")
        with net.datagrams() as datagrams:
            cancel.set()
            for act in (
                lambda: net.connect(LOOPBACK, service.port),
                lambda: net.sweep(LOOPBACK, [service.port]),
                lambda: net.knock([LOOPBACK], [service.port]),
                lambda: datagrams.send(b"x", LOOPBACK, 1900),
            ):
                with pytest.raises(Cancelled):
                    act()
    assert not transcript.counts
    assert service.accepted == 0


def test_after_the_deadline_not_one_more_packet_is_sent(listener):
    service, transcript = listener(), Transcript()
    with loopback_network(transcript=transcript) as network:
        net = network.net_for([LOOPBACK], access.GENTLE, Deadline(0), "test")
        for act in (net.connect, lambda at, port: net.sweep(at, [port]), lambda at, port: net.knock([at], [port])):
            with pytest.raises(OutOfTime):
                act(LOOPBACK, service.port)
    assert not transcript.counts


def how_it_ended(listener, network, fail):
    """What the peer saw when a visit ended, after `fail` or politely."""
    seen, inside = [], threading.Event()

    def behave(peer):
        inside.set()
        try:
            seen.append(peer.recv(1))
        except OSError as error:
            seen.append(error.errno)

    service = listener(behave=behave)
    try:
        with network.net("test").connect(LOOPBACK, service.port):
            assert inside.wait(5)
            if fail:
                raise NoAnswer("something went wrong")
    except NoAnswer:
        pass
    service.close()
    return seen


def test_a_visit_ends_politely_and_a_failed_one_at_once(network, listener):
    assert how_it_ended(listener, network, fail=False) == [b""]
    assert how_it_ended(listener, network, fail=True) == [errno.ECONNRESET]


def test_a_reset_after_an_answer_keeps_the_answer(network, listener):
    def behave(peer):
        peer.sendall(b"hello")
        peer.recv(1)
        hang_up(peer)

    with network.net("test").connect(LOOPBACK, listener(behave=behave).port) as connection:
        assert connection.receive(enough=lambda said: said == b"hello") == b"hello"
        connection.send(b"x")
        assert connection.receive() == b""


def test_closing_twice_gives_the_turn_back_once(network, listener):
    connection = network.net("test").connect(LOOPBACK, listener().port)
    connection.close()
    connection.close()
    assert network.turnstile(LOOPBACK)._established == 0


def test_the_addresses_of_one_device_share_one_turn(network):
    other = IPAddress("127.0.0.2")
    network.net_for(iter([LOOPBACK, other]), access.GENTLE, Deadline(5), "test")
    assert network.turnstile(LOOPBACK) is network.turnstile(other)
    network.net_for([other], access.STURDY, Deadline(5), "test")
    assert network.turnstile(LOOPBACK).manners is access.STURDY
