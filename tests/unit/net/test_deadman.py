"""The dead man's switch: real processes, a device on loopback that keeps what is written to it, and real kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.net import deadman
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.deadman import NotTakenBack, Written
from netguard.net.failures import Cancelled, NoAnswer, RefusedByUs
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.net.unheard import port_of
from tests.servers import LOOPBACK, Listener, free_port, loopback_network

ROOT = Path(__file__).resolve().parents[3]
posix = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")


class Device:
    """It keeps one thing: GET /look shows it, DELETE takes it away, PUT writes it; its answers can be spoilt."""

    def __init__(self, *, keeps: bool = False, to: str = "192.0.2.7") -> None:
        self.there, self.keeps, self.to = False, keeps, to
        self.asked: list[str] = []
        self.say: bytes | None = None
        self.changed = threading.Condition()
        self.listener = Listener(behave=self._behave)

    def _behave(self, peer: socket.socket) -> None:
        request = peer.recv(65536).split(b"\r\n")[0].decode()
        if not request:
            return
        with self.changed:
            self.asked.append(request)
            if request.startswith("PUT"):
                self.there = True
            if request.startswith("DELETE") and not self.keeps:
                self.there = False
            body = f"<to>{self.to}</to>" if self.there else "<errorCode> 714 </errorCode>"
            status = "200 OK" if self.there or not request.startswith("GET") else "500 Internal Server Error"
            self.changed.notify_all()
        said = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        peer.sendall(said if self.say is None else self.say)

    def until(self, condition, seconds: float = 30.0) -> bool:
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    @property
    def deletes(self) -> int:
        return sum(each.startswith("DELETE") for each in self.asked)


@pytest.fixture
def device():
    made = Device()
    yield made
    made.listener.close()


WRITTEN = Written(
    look=b"GET /look HTTP/1.1\r\n\r\n",
    undo=b"DELETE /it HTTP/1.1\r\n\r\n",
    ours="192.0.2.7",
    leads_to=rb"<to>([^<]+)</to>",
    gone=rb"<errorCode>\s*71[34]\s*<",
    kept="it is TCP 40001",
)


def put(net, device):
    with net.connect(LOOPBACK, device.listener.port) as connection:
        connection.send(b"PUT /it HTTP/1.1\r\n\r\n")
        return connection.receive(enough=lambda said: b"\r\n\r\n" in said)


@pytest.fixture
def quick(monkeypatch):
    """Shorter waits where a test is about what happens at their end, in this process."""
    monkeypatch.setattr(deadman, "PAUSE_SECONDS", 0.02)


def test_what_was_written_is_taken_back_and_seen_to_be_gone(device):
    with loopback_network() as network:
        net = network.net("test")
        with net.taking_back(LOOPBACK, device.listener.port, WRITTEN):
            put(net, device)
            assert device.there
    assert not device.there
    assert device.asked == ["PUT /it HTTP/1.1", "GET /look HTTP/1.1", "DELETE /it HTTP/1.1", "GET /look HTTP/1.1"]


def test_nothing_is_deleted_where_nothing_was_written(device):
    with loopback_network() as network, network.net("test").taking_back(LOOPBACK, device.listener.port, WRITTEN):
        pass
    assert device.asked == ["GET /look HTTP/1.1"]


def test_what_somebody_else_wrote_meanwhile_is_left_alone():
    device = Device(to="192.0.2.8")
    with loopback_network() as network:
        net = network.net("test")
        with net.taking_back(LOOPBACK, device.listener.port, WRITTEN):
            put(net, device)
    device.listener.close()
    assert device.there
    assert device.deletes == 0


PART = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n<to>192.0.2.8</to>"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<to>192.0\r\n9;x=y\r\n.2.7</to>\r\n"
NAME = b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n<to>laptop.lan</to>"


@pytest.mark.parametrize("said", [PART, CHUNKS, CHUNKS + b"0\r\n\r\n", NAME, b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_does_not_say_whose_it_is_is_no_reason_to_leave_it(device, said, monkeypatch, quick):
    """Only a whole answer with another address in it says that it is somebody else's."""
    device.there = True
    original = device._behave

    def spoilt(peer):
        device.say = said if device.there else None
        original(peer)

    device.listener.behave = spoilt
    with loopback_network() as network:
        order = deadman.order(network, LOOPBACK, device.listener.port, "test", WRITTEN)
        deadman.taken_back(order, settled=True, seconds=30)
    assert not device.there
    assert device.deletes >= 1


def test_an_address_in_chunks_is_read_whole(device, quick):
    device.there = True
    device.say = CHUNKS.replace(b".2.7", b".2.8") + b"0\r\n\r\n"
    with loopback_network() as network:
        order = deadman.order(network, LOOPBACK, device.listener.port, "test", WRITTEN)
        deadman.taken_back(order, settled=True, seconds=30)
    assert device.deletes == 0


def test_a_device_that_keeps_it_is_said(device):
    device.keeps = True
    with loopback_network() as network:
        net = network.net("test")
        kept = pytest.raises(
            NotTakenBack, match="may still be there, because it keeps what it was told to delete; it is TCP 40001"
        )
        with kept, net.taking_back(LOOPBACK, device.listener.port, WRITTEN):
            put(net, device)
    assert device.deletes == deadman.MOST_TRIES


def test_a_device_that_no_longer_says_anything_of_it_is_asked_until_time_is_up(device, quick, monkeypatch):
    device.say = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    monkeypatch.setattr(deadman.Switch, "__init__", lambda self, order: setattr(self, "_order", order))
    with loopback_network() as network:
        order = deadman.order(network, LOOPBACK, device.listener.port, "test", WRITTEN)
        with pytest.raises(NotTakenBack, match="its time was used up"):
            deadman.taken_back(order, settled=True, seconds=0.5)
    assert len(device.asked) > 1
    assert device.deletes == 0


def test_an_interrupted_scan_takes_back_too_and_stays_interrupted(device):
    with loopback_network() as network:
        net = network.net("test")

        def interrupted():
            with net.taking_back(LOOPBACK, device.listener.port, WRITTEN):
                put(net, device)
                network.cancel.set()
                net.connect(LOOPBACK, device.listener.port)

        with pytest.raises(Cancelled):
            interrupted()
    assert not device.there


def test_what_arrives_late_is_found_while_it_is_not_settled(device, monkeypatch, quick):
    """The request was on its way when netguard was killed, and the device is slow."""
    monkeypatch.setattr(deadman, "SETTLE_SECONDS", 1.0)
    with loopback_network() as network:
        order = deadman.order(network, LOOPBACK, device.listener.port, "test", WRITTEN)

        def late():
            device.until(lambda: len(device.asked) > 2)
            device.there = True

        writer = threading.Thread(target=late)
        writer.start()
        deadman.taken_back(order, settled=False, seconds=20)
        writer.join()
    assert not device.there
    assert device.deletes == 1


def test_requests_of_its_own_are_sent_at_the_end(device):
    with loopback_network() as network, network.net("test").taking_back(LOOPBACK, device.listener.port) as switch:
        switch.also(b"UNSUBSCRIBE /one HTTP/1.1\r\n\r\n")
        switch.also(b"UNSUBSCRIBE /two HTTP/1.1\r\n\r\n")
        assert device.asked == []
    assert device.asked == ["UNSUBSCRIBE /one HTTP/1.1", "UNSUBSCRIBE /two HTTP/1.1"]


@posix
def test_a_killed_switch_leaves_the_work_to_netguard_itself(device):
    with loopback_network() as network:
        net = network.net("test")
        with net.taking_back(LOOPBACK, device.listener.port, WRITTEN) as switch:
            switch.also(b"UNSUBSCRIBE /one HTTP/1.1\r\n\r\n")
            put(net, device)
            os.kill(switch.pid, signal.SIGKILL)
    assert not device.there
    assert device.asked[-1] == "UNSUBSCRIBE /one HTTP/1.1"


PROGRAM = """
import signal, sys, time
from netaddr import IPAddress, IPNetwork
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.deadman import Written
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it, and that is inherited
here, port = IPAddress("127.0.0.1"), int(sys.argv[1])
written = Written(look={look!r}, undo={undo!r}, ours={ours!r}, gone={gone!r}, leads_to={leads_to!r})
given = dict(source=here, guard=Guard([IPNetwork("127.0.0.1/32")]), cancel=Cancel(), deadline=Deadline(600))
with open(sys.argv[2], "a") as file, Network(transcript=Transcript(file), **given) as network:
    net = network.net("test")
    with net.taking_back(here, port, written) as switch:
        print(switch.pid, flush=True)
        switch.also(b"UNSUBSCRIBE /one HTTP/1.1\\r\\n\\r\\n")
        with net.connect(here, port) as connection:
            connection.send(b"PUT /it HTTP/1.1\\r\\n\\r\\n")
            connection.receive()
            print("written", flush=True)
        time.sleep(600)
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_with_everything_that_was_started_with_it_nothing_is_left_behind(device, tmp_path, number):
    code = PROGRAM.format(
        look=WRITTEN.look, undo=WRITTEN.undo, ours=WRITTEN.ours, gone=WRITTEN.gone, leads_to=WRITTEN.leads_to
    )
    transcript = tmp_path / "acts"
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(device.listener.port), str(transcript)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    assert program.stdout.readline().strip() == "written"
    assert device.there
    os.killpg(program.pid, number)
    program.stdout.close()
    try:
        assert program.wait(30) == -number
    finally:
        program.kill()
        program.wait()
    assert device.until(lambda: not device.there and device.asked[-1].startswith("UNSUBSCRIBE"))
    assert device.listener.wait_for(lambda: not Path(f"/proc/{pid}").exists() or _is_over(pid), 30)
    acts = [json.loads(line) for line in transcript.read_text().splitlines()]
    assert {act["target"] for act in acts} == {f"127.0.0.1 {device.listener.port}"}
    assert any("taking back" in act["why"] for act in acts), "what the process sends is in the transcript, too"


def _is_over(pid: int) -> bool:
    """Whether it has ended, although nobody of its family is left to collect it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_without_the_process_nothing_may_be_written(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with loopback_network() as network, pytest.raises(NoAnswer, match="nothing was written to it"):
        network.net("test").taking_back(LOOPBACK, free_port(), WRITTEN).__enter__()


def test_a_process_that_says_nothing_right_counts_as_none(monkeypatch):
    monkeypatch.setattr(deadman, "_BOOT", "raise SystemExit")
    with loopback_network() as network, pytest.raises(NoAnswer, match="nothing was written to it"):
        network.net("test").taking_back(LOOPBACK, free_port(), WRITTEN).__enter__()


def test_the_guard_is_asked_first():
    never = Guard([IPNetwork("127.0.0.1/32")], never_touch_addresses=[LOOPBACK])
    given = {"source": LOOPBACK, "transcript": Transcript(), "cancel": Cancel(), "deadline": Deadline(5)}
    with Network(guard=never, **given) as network, pytest.raises(RefusedByUs, match="never to touch"):
        network.net("test").taking_back(LOOPBACK, 5000, WRITTEN)
    with loopback_network() as network:
        with pytest.raises(RefusedByUs, match="not on the network"):
            network.net("test").taking_back(IPAddress("198.51.100.1"), 5000, WRITTEN)
        with pytest.raises(RefusedByUs, match="printer"):
            network.net("test").taking_back(LOOPBACK, 9100, WRITTEN)


def test_a_port_that_nobody_listens_on_stays_so():
    with loopback_network() as network, network.net("test").unheard_port(range(40000, 50000)) as port:
        assert 40000 <= port < 50000
        with pytest.raises(NoAnswer, match="refused"):
            network.net("test").connect(LOOPBACK, port)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


def test_no_free_port_is_a_reason():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(NoAnswer, match="no free port"),
        port_of(LOOPBACK, [taken.getsockname()[1]]),
    ):
        pass
