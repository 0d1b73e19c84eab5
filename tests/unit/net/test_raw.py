"""Raw sockets as `Net` hands them out, with a socket pair in the place of the wire."""

import errno
import socket
import sys
import threading
import time

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.net import limits
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, RefusedByUs
from netguard.net.guard import Guard
from tests.servers import loopback_network

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no datagram socket pairs")

HUB, LOCK, LOCK_MAC = IPAddress("192.0.2.2"), IPAddress("192.0.2.20"), EUI("00:00:5e:00:53:20")


@pytest.fixture
def wire():
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    far.settimeout(2)
    with near, far:
        yield near, far


@pytest.fixture
def raw(wire):
    guard = Guard([IPNetwork("192.0.2.0/24")], never_touch_macs=[LOCK_MAC])
    guard.learn(LOCK, LOCK_MAC)
    with loopback_network(raw=lambda kind: wire[0], guard=guard) as network, network.net("test").raw("arp") as made:
        yield made


def test_without_root_there_is_none(network):
    with pytest.raises(RefusedByUs, match="root"):
        network.net("test").raw("arp")


def test_a_frame_about_somebody_is_sent_and_one_about_the_untouchable_is_not(raw, wire):
    assert raw.ask(b"who has hub", HUB)
    assert not raw.ask(b"who has lock", LOCK)
    assert raw.ask(b"who has hub again", HUB)
    assert [wire[1].recv(100), wire[1].recv(100)] == [b"who has hub", b"who has hub again"]
    with pytest.raises(RefusedByUs):
        raw.ask(b"who has anybody", IPAddress("198.51.100.1"))
    assert raw._transcript.counts == {"arp-request": 2}


class Interface:
    """A socket whose queue is full a few times, or that is gone."""

    def __init__(self, *codes):
        self.codes, self.sent = list(codes), []

    def send(self, frame):
        if self.codes:
            raise OSError(self.codes.pop(0), "no")
        self.sent.append(frame)

    def close(self):
        pass


def test_a_full_queue_is_waited_for(raw):
    raw._socket = Interface(errno.ENOBUFS, errno.EAGAIN, errno.ENOBUFS)
    assert raw.ask(b"who", HUB)
    assert raw._socket.sent == [b"who"]


def test_an_interface_that_is_down_is_a_reason(raw):
    raw._socket = Interface(errno.ENETDOWN)
    with pytest.raises(NoAnswer, match="takes no packets"):
        raw.ask(b"who", HUB)


def test_listening_ends_when_it_is_quiet(raw, wire):
    wire[1].send(b"one")
    wire[1].send(b"two")
    began = time.monotonic()
    assert list(raw.frames_until_quiet(0.05, 5.0, 10.0)) == [b"one", b"two"]
    assert time.monotonic() - began < 4


def test_listening_to_nobody_ends_too(raw):
    assert list(raw.frames_until_quiet(5.0, 0.05, 10.0)) == []


def test_a_frame_now_and_then_does_not_keep_it_listening(raw, wire):
    stop = threading.Event()

    def now_and_then():
        while not stop.wait(0.02):
            wire[1].send(b"still here")

    thread = threading.Thread(target=now_and_then)
    thread.start()
    try:
        began = time.monotonic()
        assert len(list(raw.frames_until_quiet(1.0, 1.0, 0.3))) > 1
        assert time.monotonic() - began < 5
    finally:
        stop.set()
        thread.join()


def test_of_a_flood_a_bounded_number_is_read(raw, wire, monkeypatch):
    monkeypatch.setattr(limits, "DATAGRAMS_PER_LISTENING", 5)
    for _ in range(8):
        wire[1].send(b"x")
    assert len(list(raw.frames_until_quiet(0.05, 0.05, 5.0))) == 5


def test_listening_goes_on_for_as_long_as_it_is_told_to(raw, wire):
    looks = []

    def going():
        looks.append(None)
        if len(looks) == 1:
            wire[1].send(b"one")
        elif len(looks) == 3:
            wire[1].send(b"two")
        return len(looks) < 6

    assert list(raw.frames_while(going)) == [b"one", b"two"]
    assert len(looks) == 6
    assert list(raw.frames_while(lambda: False)) == []


def test_a_loud_sender_does_not_end_the_long_listening_nor_drown_the_others_out(raw, wire, monkeypatch):
    monkeypatch.setattr(limits, "DATAGRAMS_PER_SOURCE", 2)
    monkeypatch.setattr(limits, "DATAGRAMS_PER_LISTENING", 5)
    loud, quiet, others = (b"\xff" * 6 + bytes((n,)) * 6 + b"..." for n in (1, 2, 3))
    for frame in (loud, loud, loud, loud, quiet, loud, others, others, loud, quiet, loud):
        wire[1].send(frame)
    turns = iter(range(100))
    assert list(raw.frames_while(lambda: next(turns) < 90)) == [loud, loud, quiet, others, others]


def test_the_long_listening_ends_with_the_scan(wire):
    with (
        loopback_network(raw=lambda kind: wire[0], deadline=Deadline(0.2)) as network,
        network.net("test").raw("dhcp") as raw,
    ):
        began = time.monotonic()
        assert list(raw.frames_while(lambda: True)) == []
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(("kind", "act"), [("arp", "arp-request"), ("ndp", "icmpv6-echo")])
def test_the_transcript_names_what_was_sent(wire, kind, act):
    guard = Guard([IPNetwork("192.0.2.0/24")])
    with (
        loopback_network(raw=lambda asked: wire[0], guard=guard) as network,
        network.net("test").raw(kind) as raw,
    ):
        raw.ask(b"frame", IPAddress("ff02::1") if kind == "ndp" else HUB)
        assert network.transcript.counts == {act: 1}


def test_what_only_listens_never_sends(wire):
    with loopback_network(raw=lambda kind: wire[0]) as network, network.net("test").raw("dhcp") as raw:
        with pytest.raises(RefusedByUs, match="only listens"):
            raw.ask(b"frame", LOCK)
        assert not network.transcript.counts


def test_an_interruption_ends_it():
    cancel = Cancel()
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with (
        near,
        far,
        loopback_network(raw=lambda kind: near, cancel=cancel) as network,
        network.net("test").raw("arp") as raw,
    ):
        cancel.set()
        with pytest.raises(Cancelled):
            list(raw.frames_until_quiet(5.0, 5.0, 5.0))
