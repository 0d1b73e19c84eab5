"""One selector loop that drives all simulated servers of a home."""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from netguard.demo.counters import DeviceTally, Tally
from netguard.demo.servers._contract import Conversation, Responder

MOST_CONNECTIONS = 256
"""Connections one device keeps open; the next is closed at once. A flood costs no more than this."""
MOST_PENDING_BYTES = 1 << 20
"""Unwritten answer of one connection; a reader that never reads is cut off."""
IDLE_SECONDS = 60.0
"""A connection on which nothing happens for so long is closed."""
BACKLOG = 64
"""Connections that wait to be accepted."""
Group = tuple[str, int] | tuple[str, int, int, int]
"""Where a group is sent to; over IPv6 with flow label and interface."""

_CHUNK = 65_536
_TICK_SECONDS = 5.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Listener:
    sock: socket.socket
    new: Callable[[], Conversation]
    device: DeviceTally
    tally: Tally


@dataclass(slots=True, kw_only=True, eq=False)
class _Connection:
    sock: socket.socket
    talk: Conversation
    device: DeviceTally
    tally: Tally
    pending: bytearray = field(default_factory=bytearray)
    last: float = 0.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Datagrams:
    ears: socket.socket
    mouth: socket.socket
    group: Group | None
    responder: Responder
    tally: Tally


class Loop:
    """Runs until `stop` is called from one of its own callbacks. Not to be shared between threads."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._connections: dict[socket.socket, _Connection] = {}
        self._running = False

    def listen(self, sock: socket.socket, new: Callable[[], Conversation], device: DeviceTally, tally: Tally) -> None:
        """Serves a listening TCP socket; `new` makes the conversation for each connection."""
        sock.setblocking(False)
        self._watch(sock, _Listener(sock=sock, new=new, device=device, tally=tally))

    def answer(
        self, ears: tuple[socket.socket, ...], mouth: socket.socket, group: Group | None,
        responder: Responder, tally: Tally,
    ) -> None:  # fmt: skip
        """Serves bound UDP sockets; whatever the `ears` hear is answered from `mouth`."""
        for ear in dict.fromkeys((*ears, mouth)):
            ear.setblocking(False)
            served = _Datagrams(ears=ear, mouth=mouth, group=group, responder=responder, tally=tally)
            self._watch(ear, served)
        if group is not None:
            for data in responder.announcements():
                with contextlib.suppress(OSError):  # an announcement nobody can hear changes nothing
                    mouth.sendto(data, group)

    def call(self, readable: socket.socket | int, callback: Callable[[], None]) -> None:
        """Calls `callback` whenever `readable` is."""
        self._watch(readable, callback)

    def run(self) -> None:
        """Serves until `stop`."""
        self._running = True
        swept = time.monotonic()
        while self._running:
            events = self._selector.select(_TICK_SECONDS)
            # Connections before listeners: a client that closed one connection and then opened the next has
            # never had two, and must not be counted as if it had.
            for key, mask in sorted(events, key=lambda event: isinstance(event[0].data, _Listener)):
                self._handle(key.data, mask)
            if time.monotonic() - swept >= _TICK_SECONDS:
                swept = time.monotonic()
                self._sweep(swept)

    def stop(self) -> None:
        """Ends `run` after the current round."""
        self._running = False

    def _watch(self, what: socket.socket | int, data: object) -> None:
        self._selector.register(what, selectors.EVENT_READ, data)

    def _handle(self, data: object, mask: int) -> None:
        if isinstance(data, _Listener):
            self._accept(data)
        elif isinstance(data, _Datagrams):
            self._datagram(data)
        elif isinstance(data, _Connection):
            if data.sock in self._connections and mask & selectors.EVENT_WRITE:
                self._write(data)
            if data.sock in self._connections and mask & selectors.EVENT_READ:
                self._read(data)
        elif callable(data):
            data()

    def _accept(self, listener: _Listener) -> None:
        try:
            sock, _ = listener.sock.accept()
        except OSError:  # reset before it was accepted, or out of descriptors for a moment
            return
        device, tally = listener.device, listener.tally
        for other in [c for c in self._connections.values() if c.device is device]:
            self._read(other)  # its end may have arrived since the selector looked
        if device.established >= MOST_CONNECTIONS:
            sock.close()
            return
        sock.setblocking(False)
        one = _Connection(sock=sock, talk=listener.new(), device=device, tally=tally, last=time.monotonic())
        self._connections[sock] = one
        tally.accepted += 1
        tally.established += 1
        tally.most_established = max(tally.most_established, tally.established)
        device.established += 1
        device.most_established = max(device.most_established, device.established)
        self._watch(sock, one)
        self._say(one, one.talk.opened())

    def _read(self, one: _Connection) -> None:
        try:
            data = one.sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._end(one)
            return
        if not data:
            self._end(one)
            return
        one.last = time.monotonic()
        one.tally.heard(data)
        self._say(one, one.talk.received(data))

    def _say(self, one: _Connection, data: bytes) -> None:
        one.pending += data
        self._write(one)

    def _write(self, one: _Connection) -> None:
        try:
            while one.pending:
                del one.pending[: one.sock.send(one.pending)]
        except BlockingIOError:
            pass
        except OSError:
            self._end(one)
            return
        if len(one.pending) > MOST_PENDING_BYTES or (one.talk.over and not one.pending):
            self._end(one)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if one.pending else 0)
        self._selector.modify(one.sock, events, one)

    def _end(self, one: _Connection) -> None:
        del self._connections[one.sock]
        self._selector.unregister(one.sock)
        one.sock.close()
        one.tally.established -= 1
        one.device.established -= 1

    def _datagram(self, one: _Datagrams) -> None:
        try:
            data, sender = one.ears.recvfrom(_CHUNK)
        except OSError:  # an earlier answer met a closed port
            return
        one.tally.datagrams += 1
        one.tally.heard(data)
        for answer in one.responder.answers(data, sender):
            to = one.group if answer.to == "group" else sender
            if to is not None:
                with contextlib.suppress(OSError):  # who asked is gone, or cannot be reached: nothing to do about it
                    one.mouth.sendto(answer.data, to)

    def _sweep(self, now: float) -> None:
        for one in [c for c in self._connections.values() if now - c.last > IDLE_SECONDS]:
            self._end(one)
