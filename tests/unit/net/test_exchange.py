"""One question and its answers over UDP, on loopback."""

import socket
import threading
import time

import pytest
from netaddr import IPAddress

from netguard.model.vocabulary import Transport
from netguard.net import limits
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, Closed, NoAnswer, OutOfTime, RefusedByUs
from tests.servers import LOOPBACK, loopback_network
from tests.unit.probe.moods import Mood, Udp, playing


@pytest.fixture
def peer():
    made = []

    def make(reply):
        made.append(Udp(reply))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_the_first_answer_ends_the_waiting(network, peer):
    service = peer(lambda data: [b"to " + data, b"more"])
    began = time.monotonic()
    assert network.net("test").exchange(LOOPBACK, service.port, b"you", seconds=60) == (b"to you",)
    assert time.monotonic() - began < 10
    assert service.received == [b"you"]
    assert network.transcript.counts == {"udp-send": 1}


def test_several_answers_are_heard_where_they_are_wanted(network, peer):
    service = peer(lambda _: [b"1", b"2", b"3"])
    assert network.net("test").exchange(LOOPBACK, service.port, b"?", most=3, seconds=60) == (b"1", b"2", b"3")
    assert network.net("test").exchange(LOOPBACK, service.port, b"?", most=9, seconds=0.3) == (b"1", b"2", b"3")


def test_a_jumbo_answer_is_cut(network, peer):
    service = peer(lambda _: [b"x" * 60_000])
    (said,) = network.net("test").exchange(LOOPBACK, service.port, b"?")
    assert len(said) == limits.DATAGRAM_BYTES


def test_what_another_one_says_is_not_taken_for_its_answer(network, peer, monkeypatch):
    def answered_by_somebody_else(data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.9", 0))
            other.sendto(b"me", asker[0])
        return []

    asker = []
    service = peer(answered_by_somebody_else)
    real = socket.socket.send

    def noted(sock, data, *more):
        asker.append(sock.getsockname())
        return real(sock, data, *more)

    monkeypatch.setattr(socket.socket, "send", noted, raising=False)
    with pytest.raises(NoAnswer, match="said nothing"):
        network.net("test").exchange(LOOPBACK, service.port, b"?", seconds=0.5)


def test_nobody_there_is_known_at_once_and_silence_is_not_taken_for_it(network, peer):
    with playing(None, Transport.UDP) as port:
        began = time.monotonic()
        with pytest.raises(Closed, match="nothing listens"):
            network.net("test").exchange(LOOPBACK, port, b"?", seconds=60)
        assert time.monotonic() - began < 10
    with (
        playing(Mood(udp=lambda _: []), Transport.UDP) as port,
        pytest.raises(NoAnswer, match="said nothing") as silent,
    ):
        network.net("test").exchange(LOOPBACK, port, b"?", seconds=0.2)
    assert not isinstance(silent.value, Closed)


def test_the_guard_the_deadline_and_the_person_come_first(network):
    for address, port in ((IPAddress("192.0.2.1"), 161), (LOOPBACK, 9100)):
        with pytest.raises(RefusedByUs):
            network.net("test").exchange(address, port, b"?")
    with loopback_network(deadline=Deadline(0)) as late, pytest.raises(OutOfTime):
        late.net("test").exchange(LOOPBACK, 161, b"?")
    assert not late.transcript.counts


def test_an_interruption_ends_the_waiting(peer):
    cancel = Cancel()
    service = peer(lambda _: [])
    threading.Timer(0.1, cancel.set).start()
    with loopback_network(cancel=cancel) as network, pytest.raises(Cancelled):
        network.net("test").exchange(LOOPBACK, service.port, b"?", seconds=60)


def test_a_gently_treated_device_is_asked_one_thing_at_a_time(network, peer):
    at_once, most = [], []

    def slow(data):
        at_once.append(data)
        most.append(len(at_once))
        time.sleep(0.05)
        at_once.remove(data)
        return [data]

    services = [peer(slow) for _ in range(3)]
    threads = [
        threading.Thread(
            target=network.net("test").exchange, args=(LOOPBACK, s.port, b"%d" % s.port), kwargs={"seconds": 30}
        )
        for s in services
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]
