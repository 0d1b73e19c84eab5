"""A `Connection` in the shape of a socket, for libraries that read from one by themselves.

Deadline, byte limit, cancel token, payload block and transcript stay in force, whatever the library thinks. It may read in
one thread and write in another.
"""

from netguard.net.connection import Connection
from netguard.net.control import SLICE, Deadline
from netguard.net.failures import Failure, NoAnswer, TooMuch

SEND_BYTES = 16 * 1024
"""Most bytes that are sent for a library, several times what a key exchange needs. Stops a peer that asks for answers
without end and reads none of them, which would keep the sender waiting; that much every system takes without waiting."""


class Stream:
    """What paramiko asks of a socket: `send`, `recv`, `settimeout`, `close` (its Transport's contract).

    A library may wrap or swallow what is raised in here; the first reason stays in `failure`.
    """

    def __init__(self, connection: Connection, seconds: float) -> None:
        """`seconds` bounds the whole conversation: a peer that drips bytes would renew any limit for a single answer."""
        self._connection = connection
        self._seconds = seconds
        self._deadline = Deadline(seconds)
        self._pause = SLICE
        self._kept = b""
        self._sent = 0
        self._closed = False
        self.failure: Failure | None = None
        """Why it can be used no more, once that is so."""

    def settimeout(self, seconds: float | None) -> None:
        """How long `recv` waits before it raises `TimeoutError`; never longer than the look at the cancel token."""
        self._pause = SLICE if seconds is None else min(seconds, SLICE)

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises as `Connection.send` does, `TooMuch`, and `EOFError` once it is closed."""
        if self._closed:
            raise EOFError
        self._sent += len(data)
        try:
            self._in_time()
            if self._sent > SEND_BYTES:
                raise TooMuch("it asked for more answers than an honest peer would")
            self._connection.send(data)
        except Failure as failure:
            raise self._first(failure) from failure
        return len(data)

    def recv(self, most: int) -> bytes:
        """At most `most` bytes, none at the end. Raises `TimeoutError` when there are none yet, and as `Connection` does."""
        if self._closed:
            return b""
        try:
            self._in_time()
            if not self._kept:
                self._kept = self._connection.receive_some(self._deadline.sooner(self._pause))
        except Failure as failure:
            raise self._first(failure) from failure
        if not self._kept and not self._connection.at_end:
            raise TimeoutError
        given, self._kept = self._kept[:most], self._kept[most:]
        return given

    def close(self) -> None:
        """No more of it. The connection itself is closed by whoever opened it."""
        self._closed = True

    def _in_time(self) -> None:
        if self._deadline:
            raise NoAnswer(f"it did not come to an end within {self._seconds:g} s")

    def _first(self, failure: Failure) -> Failure:
        self.failure = self.failure or failure
        return failure
