"""Real servers on loopback, and a network that may reach nothing else: what tests of `net` and `probe` share."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript

LOOPBACK = IPAddress("127.0.0.1")


class Listener:
    """A TCP service on loopback that counts what it gets and says what it is told to."""

    def __init__(
        self,
        greeting: bytes = b"",
        answer: bytes = b"",
        port: int = 0,
        *,
        then_close: bool = False,
        behave: Callable[[socket.socket], None] | None = None,
    ) -> None:
        self.greeting, self.answer, self.then_close, self.behave = greeting, answer, then_close, behave
        self.accepted = 0
        self.most_at_once = 0
        self.received = b""
        self._open = 0
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def wait_for(self, condition: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Whether `condition` came true in time; what was connected to it is counted by its threads a moment later."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.005)
        return condition()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            if self._closing:
                peer.close()
                return
            thread = threading.Thread(target=self._serve, args=(peer,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        with self._lock:
            self.accepted += 1
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        try:
            with peer:
                peer.settimeout(5)
                if self.behave is not None:
                    self.behave(peer)
                    return
                if self.greeting:
                    peer.sendall(self.greeting)
                while data := peer.recv(65536):
                    self.received += data
                    if self.answer:
                        peer.sendall(self.answer)
                        if self.then_close:
                            return
        except OSError:
            pass
        finally:
            with self._lock:
                self._open -= 1

    def close(self) -> None:
        self._closing = True
        # Waking accept() by a last connection works on every system; closing under it does not.
        with socket.socket() as last:
            last.connect_ex(("127.0.0.1", self.port))
        self._accepting.join(5)
        self._socket.close()
        for thread in self._threads:
            thread.join(6)


@pytest.fixture
def listener() -> Iterator[type]:
    made: list[Listener] = []

    def make(*args: object, **kwargs: object) -> Listener:
        made.append(Listener(*args, **kwargs))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def drip(byte: bytes = b".", pause: float = 0.05) -> Callable[[socket.socket], None]:
    """Says one byte now and then, for as long as anybody listens."""

    def behave(peer: socket.socket) -> None:
        for _ in range(400):
            peer.sendall(byte)
            time.sleep(pause)

    return behave


def flood(chunk: bytes) -> Callable[[socket.socket], None]:
    """Says it again and again, for as long as anybody listens."""

    def behave(peer: socket.socket) -> None:
        while True:
            peer.sendall(chunk)

    return behave


def hang_up(peer: socket.socket) -> None:
    """Ends the connection with a reset."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def loopback_network(**given: object) -> Iterator[Network]:
    guard = given.pop("guard", Guard([IPNetwork("127.0.0.0/8")]))
    cancel = given.pop("cancel", Cancel())
    transcript = given.pop("transcript", Transcript())
    with Network(
        source=LOOPBACK,
        guard=guard,
        transcript=transcript,
        cancel=cancel,
        deadline=given.pop("deadline", Deadline(60)),
        **given,
    ) as network:
        yield network


@pytest.fixture
def network() -> Iterator[Network]:
    with loopback_network() as made:
        yield made
