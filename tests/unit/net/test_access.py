"""What every probe gets: connections that keep the manners."""

import socket
import threading
import time

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.vocabulary import PortState
from netguard.net import limits
from netguard.net.access import GENTLE, STURDY
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, NoAnswer, OutOfTime, RefusedByUs, TooMuch
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from tests.servers import LOOPBACK, free_port, loopback_network


def test_what_is_sent_and_said_arrives(network, listener):
    service = listener(greeting=b"hello\n", answer=b"bye\n")
    with network.net("test").connect(LOOPBACK, service.port) as connection:
        assert connection.receive(enough=lambda said: b"\n" in said) == b"hello\n"
        connection.send(b"x")
        assert connection.receive(enough=lambda said: b"\n" in said) == b"bye\n"
    assert service.received == b"x"


def test_a_refused_connection_says_so(network):
    with pytest.raises(NoAnswer, match="connection refused"):
        network.net("test").connect(LOOPBACK, free_port())


def test_within_a_time_of_its_own_a_look_ends_and_the_device_s_time_goes_on(network, listener):
    service = listener(answer=b"x")
    net = network.net("test")
    with pytest.raises(OutOfTime):
        net.within(0.0).connect(LOOPBACK, service.port)
    assert net.within(3600).deadline.remaining < 600
    with net.within(5).connect(LOOPBACK, service.port):
        assert service.wait_for(lambda: service.accepted == 1)


def test_nobody_outside_the_asked_network_is_sent_anything():
    transcript = Transcript()
    with loopback_network(guard=Guard([IPNetwork("127.0.0.1/32")]), transcript=transcript) as network:
        net = network.net("test")
        with pytest.raises(RefusedByUs, match="not on the network"):
            net.connect(IPAddress("127.0.0.2"), 80)
        with pytest.raises(RefusedByUs):
            net.sweep(IPAddress("127.0.0.2"), [80])
        with net.datagrams() as datagrams, pytest.raises(RefusedByUs):
            datagrams.send(b"x", IPAddress("127.0.0.2"), 5353)
    assert not transcript.counts


def test_a_device_named_by_its_mac_is_left_alone_at_every_address_it_has(listener):
    service = listener()
    mac = EUI("02:00:00:00:00:01")
    guard = Guard([IPNetwork("127.0.0.0/8")], never_touch_macs=[mac])
    guard.learn(LOOPBACK, mac)
    with loopback_network(guard=guard) as network:
        with pytest.raises(RefusedByUs, match="never to touch"):
            network.net("test").connect(LOOPBACK, service.port)
        assert network.net("test").sweep(LOOPBACK, [service.port]).states == {}
        assert not network.net("test").may_touch(LOOPBACK)
    assert service.accepted == 0


@pytest.mark.parametrize("port", sorted(limits.PAYLOAD_BLOCKED_PORTS))
def test_no_byte_of_payload_leaves_for_a_printing_port(network, listener, port, monkeypatch):
    monkeypatch.setattr("netguard.net.connection.Connection._send_raw", lambda *_: pytest.fail("a byte was sent"))
    with pytest.raises(RefusedByUs, match="printer"), network.net("test").datagrams() as datagrams:
        datagrams.send(b"x", LOOPBACK, port)
    service = listener()
    with network.net("test").connect(LOOPBACK, service.port) as connection:
        connection._port = port
        with pytest.raises(RefusedByUs, match="printer"):
            connection.send(b"x")
        with pytest.raises(RefusedByUs, match="printer"):
            connection.start_tls(None)


def test_a_gentle_device_has_one_connection_at_a_time(network, listener):
    service = listener(greeting=b"hi\n")

    def visit() -> None:
        net = network.net_for([LOOPBACK], GENTLE, Deadline(30), "test")
        with net.connect(LOOPBACK, service.port) as connection:
            connection.receive(enough=lambda said: b"\n" in said)

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert service.accepted == 12
    # The server may notice a close a moment after the next connection came in; the turnstile never holds two.
    assert network.turnstile(LOOPBACK)._established == 0


def test_the_turnstile_never_lets_more_in_than_the_manners_allow(network):
    for manners in (GENTLE, STURDY):
        net = network.net_for([LOOPBACK], manners, Deadline(30), "test")
        turnstile = network.turnstile(LOOPBACK)
        for _ in range(manners.established):
            turnstile.enter(net.cancel, net.deadline)
        with pytest.raises(OutOfTime):
            turnstile.enter(net.cancel, Deadline(0.05))
        for _ in range(manners.established):
            turnstile.leave()


def test_a_flood_is_cut_off(network, listener):
    service = listener(greeting=b"x" * (limits.READ_BYTES + 65536))
    with network.net("test").connect(LOOPBACK, service.port) as connection, pytest.raises(TooMuch):
        connection.receive(seconds=20)


def test_a_drip_ends_at_the_absolute_deadline(network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                while not stop.wait(0.05):
                    try:
                        peer.send(b".")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            began = time.monotonic()
            with network.net("test").connect(LOOPBACK, server.getsockname()[1]) as connection:
                said = connection.receive(seconds=0.5)
            assert said.strip(b".") == b""
            assert time.monotonic() - began < 5
        finally:
            stop.set()
            thread.join()


def test_interrupting_ends_a_wait(listener):
    cancel = Cancel()
    service = listener()
    with loopback_network(cancel=cancel) as network:
        connection = network.net("test").connect(LOOPBACK, service.port)
        threading.Timer(0.1, cancel.set).start()
        with connection, pytest.raises(Cancelled):
            connection.receive(seconds=30)


def test_a_sweep_tells_open_from_closed(network, listener):
    service, closed = listener(), free_port()
    swept = network.net("test").sweep(LOOPBACK, [service.port, closed])
    assert swept.states == {(LOOPBACK, service.port): PortState.OPEN, (LOOPBACK, closed): PortState.CLOSED}
    assert swept.stopped is None


def test_a_sweep_of_every_port_finds_each_that_is_open(network, listener):
    services = [listener() for _ in range(5)]
    network.net_for([LOOPBACK], STURDY, Deadline(60), "test")
    swept = network.net("test").sweep(LOOPBACK, range(1, 65536))
    found = {port for (_, port), state in swept.states.items() if state is PortState.OPEN}
    assert {s.port for s in services} <= found
    assert len(swept.states) == 65535


def test_a_cancelled_sweep_keeps_what_it_knows():
    cancel = Cancel()
    with loopback_network(cancel=cancel) as network:
        net = network.net_for([LOOPBACK], GENTLE, Deadline(60), "test")
        threading.Timer(0.3, cancel.set).start()
        swept = net.sweep(LOOPBACK, range(1, 65536))
    assert swept.stopped == "the scan was interrupted"
    assert 0 < len(swept.states) < 65535


def test_a_sweep_out_of_time_says_so(network):
    net = network.net_for([LOOPBACK], GENTLE, Deadline(0.3), "test")
    swept = net.sweep(LOOPBACK, range(1, 65536))
    assert swept.stopped == "its time was used up"
    assert 0 < len(swept.states) < 65535


def test_every_act_is_in_the_transcript(tmp_path, listener):
    service = listener()
    with (tmp_path / "acts").open("w+") as out:
        with loopback_network(transcript=Transcript(out)) as network:
            with network.net("because of a test").connect(LOOPBACK, service.port) as connection:
                connection.send(b"GET")
            network.net("because of a test").sweep(LOOPBACK, [service.port])
        out.seek(0)
        lines = out.read().splitlines()
    assert len(lines) == 3
    assert all("because of a test" in line for line in lines)
    assert [word for line in lines for word in ("tcp-connect", "tcp-send") if word in line] == [
        "tcp-connect",
        "tcp-send",
        "tcp-connect",
    ]
