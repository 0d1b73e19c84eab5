"""UDP on loopback: what is heard from whom, and how much of it."""

import socket
import sys
import threading
import time

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.net import limits
from netguard.net.control import Cancel
from netguard.net.failures import Cancelled, NoAnswer, RefusedByUs
from netguard.net.guard import Guard
from netguard.net.way import Way
from tests.servers import LOOPBACK, loopback_network


def has_ipv6_loopback():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("::1", 0))
        except OSError:
            return False
    return True


HAS_IPV6_LOOPBACK = has_ipv6_loopback()

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without setting it up"
)


@pytest.fixture
def datagrams(network):
    with network.net("test").datagrams() as made:
        yield made


def speak(datagrams, address, *said):
    """Say things to it from `address`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        for each in said:
            sock.sendto(each, datagrams._sockets[0].getsockname())


def test_what_is_said_arrives_with_who_said_it(datagrams):
    speak(datagrams, "127.0.0.2", b"one", b"")
    speak(datagrams, "127.0.0.3", b"two")
    assert list(datagrams.hear(0.2)) == [
        (b"one", IPAddress("127.0.0.2")),
        (b"", IPAddress("127.0.0.2")),
        (b"two", IPAddress("127.0.0.3")),
    ]


def test_what_is_sent_arrives_and_is_in_the_transcript(network, datagrams):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.2", 0))
        datagrams.send(b"hello", IPAddress("127.0.0.2"), peer.getsockname()[1])
        peer.settimeout(2)
        assert peer.recv(100) == b"hello"
    assert network.transcript.counts == {"udp-send": 1}


def test_of_one_loud_source_a_bounded_part_is_heard_and_nobody_is_drowned_out(datagrams, monkeypatch):
    monkeypatch.setattr(limits, "DATAGRAMS_PER_SOURCE", 8)
    monkeypatch.setattr(limits, "DATAGRAMS_PER_LISTENING", 20)
    speak(datagrams, "127.0.0.2", *[b"loud"] * 50)
    speak(datagrams, "127.0.0.3", b"quiet")
    heard = list(datagrams.hear(0.3))
    assert heard.count((b"loud", IPAddress("127.0.0.2"))) == 8
    assert (b"quiet", IPAddress("127.0.0.3")) in heard
    assert datagrams.flooders == {IPAddress("127.0.0.2")}


def test_one_source_s_part_is_of_everything_it_says_and_not_of_each_listening(datagrams, monkeypatch):
    monkeypatch.setattr(limits, "DATAGRAMS_PER_SOURCE", 8)
    heard = []
    for _ in range(3):
        speak(datagrams, "127.0.0.2", *[b"loud"] * 5)
        heard += datagrams.hear(0.0)
    assert len(heard) == 8


def test_while_one_datagram_is_taken_apart_a_flood_drowns_nobody_out(datagrams):
    """The system's buffer is emptied before each datagram is handed over; it holds some 500 such small ones."""
    buffered = 250
    heard, listening = [], datagrams.hear(5.0)
    for round_ in range(6):
        speak(datagrams, "127.0.0.2", *(b"%d.%d" % (round_, n) for n in range(buffered)))
        heard.append(next(listening))
    speak(datagrams, "127.0.0.3", b"quiet")
    for each in listening:
        heard.append(each)
        if each[1] == IPAddress("127.0.0.3"):
            break
    said = [data for data, source in heard if source == IPAddress("127.0.0.2")]
    assert said[:1024] == [b"%d.%d" % (n // buffered, n % buffered) for n in range(1024)]
    assert heard[-1] == (b"quiet", IPAddress("127.0.0.3"))
    assert datagrams.flooders == {IPAddress("127.0.0.2")}


def test_of_many_sources_a_bounded_part_is_heard(datagrams, monkeypatch):
    monkeypatch.setattr(limits, "DATAGRAMS_PER_LISTENING", 20)
    for number in range(2, 42):
        speak(datagrams, f"127.0.0.{number}", b"x")
    began = time.monotonic()
    assert len(list(datagrams.hear(30))) == 20
    assert time.monotonic() - began < 10


def test_a_jumbo_datagram_is_cut(datagrams):
    speak(datagrams, "127.0.0.2", b"x" * 60000)
    ((data, _),) = datagrams.hear(0.2)
    assert len(data) == limits.DATAGRAM_BYTES


def test_what_had_arrived_when_the_time_was_over_is_read_still(datagrams, monkeypatch):
    speak(datagrams, "127.0.0.5", *(b"%d" % n for n in range(20)))
    assert len(list(datagrams.hear(0.0))) == 20
    monkeypatch.setattr(limits, "DATAGRAMS_AT_ONCE", 5)
    speak(datagrams, "127.0.0.5", *(b"%d" % n for n in range(20)))
    assert len(list(datagrams.hear(0.0))) == 5


def test_listening_ends_in_time_and_with_the_scan():
    cancel = Cancel()
    with loopback_network(cancel=cancel) as network, network.net("test").datagrams() as datagrams:
        began = time.monotonic()
        assert list(datagrams.hear(0.2)) == []
        assert 0.1 < time.monotonic() - began < 5
        threading.Timer(0.1, cancel.set).start()
        with pytest.raises(Cancelled):
            list(datagrams.hear(30))


def test_a_source_this_computer_has_not_is_a_reason(network):
    network.way = Way(addresses=(IPAddress("192.0.2.1"),))
    with pytest.raises(NoAnswer, match=r"cannot send from 192\.0\.2\.1"), network.net("test").datagrams():
        pass


def test_an_ip_version_that_the_interface_has_not_is_a_reason(network):
    for wanted in ({"family": 6}, {"group": IPAddress("ff02::fb"), "group_port": 5353}):
        with pytest.raises(NoAnswer, match="no IPv6 address"), network.net("test").datagrams(**wanted):
            pass
    network.way = Way(addresses=(IPAddress("::1"),))
    with pytest.raises(NoAnswer, match="no IPv4 address"), network.net("test").datagrams():
        pass


@pytest.mark.skipif(not HAS_IPV6_LOOPBACK, reason="this computer's loopback has no IPv6")
@pytest.mark.parametrize("interface", [None, "lo"])
def test_over_ipv6_what_is_said_arrives_with_who_said_it(interface):
    own = IPAddress("::1")
    with (
        loopback_network(guard=Guard([IPNetwork("::1/128")]), interface=interface, addresses=[own]) as network,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as peer,
        network.net("test").datagrams(family=6) as datagrams,
    ):
        peer.bind(("::1", 0))
        peer.settimeout(2)
        datagrams.send(b"hello", own, peer.getsockname()[1])
        data, sender = peer.recvfrom(100)
        assert (data, sender[0]) == (b"hello", "::1")
        peer.sendto(b"and you", sender)
        assert list(datagrams.hear(0.2)) == [(b"and you", own)]


def test_who_may_not_be_sent_to_is_not():
    with (
        loopback_network(guard=Guard([IPNetwork("127.0.0.2/32")])) as network,
        network.net("test").datagrams() as datagrams,
    ):
        with pytest.raises(RefusedByUs):
            datagrams.send(b"x", IPAddress("127.0.0.3"), 1900)
        with pytest.raises(RefusedByUs):
            datagrams.send(b"x", IPAddress("127.0.0.2"), 9100)
        with pytest.raises(NoAnswer):
            datagrams.send(b"x" * 70000, IPAddress("127.0.0.2"), 1900)


def test_a_group_is_heard_beside_whatever_else_listens_there(network):
    group = IPAddress("239.255.255.250")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((str(group), 0))
        port = other.getsockname()[1]
        # The multicast interface is loopback's own, so that nothing leaves this computer.
        with network.net("test").datagrams(group=group, group_port=port, ttl=1) as datagrams:
            if len(datagrams._sockets) < 2:
                pytest.skip("loopback takes no multicast here")
            datagrams.send(b"anybody?", group, port)
            assert (b"anybody?", LOOPBACK) in list(datagrams.hear(0.3))


def test_everybody_cannot_be_asked_at_another_port_nor_by_another_way(network):
    everybody = IPAddress("255.255.255.255")
    net = network.net("test")
    with net.datagrams(broadcast_port=5678) as datagrams, pytest.raises(RefusedByUs):
        datagrams.send(b"x", everybody, 5679)
    for act in (lambda: net.connect(everybody, 5678), lambda: net.exchange(everybody, 5678, b"x")):
        with pytest.raises(RefusedByUs):
            act()
    with net.datagrams() as datagrams, pytest.raises(NoAnswer):
        datagrams.send(bytes(4), everybody, 5678)


def test_a_port_that_another_program_has_for_itself_is_a_reason(network):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("255.255.255.255", 0))
        port = other.getsockname()[1]
        with (
            pytest.raises(NoAnswer, match=f"keeps UDP port {port} to itself"),
            network.net("test").datagrams(broadcast_port=port),
        ):
            pass
