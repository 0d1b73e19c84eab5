"""Whole link-layer frames in and out, over a socket that the privileged opener made."""

import errno
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator

from netaddr import IPAddress

from netguard.net import limits
from netguard.net.connection import reason
from netguard.net.control import SLICE, Bucket, Cancel, Deadline
from netguard.net.failures import NoAnswer, RefusedByUs
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript

_QUEUE_IS_FULL = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.EINTR})
_QUEUE_PAUSE = 0.005
"""Seconds until the interface's queue is tried again; Wi-Fi drains slower than `limits.ARP_PER_SECOND` at times."""

ACTS = {"arp": "arp-request", "ndp": "icmpv6-echo"}
"""What sending on a socket of each kind is called in the transcript; a kind that is not here only listens."""

_SOURCE = slice(6, 12)
"""Where an Ethernet frame names its sender (IEEE 802.3, 3.1.1)."""


class RawSocket:
    """Made by `Net.raw`; a context manager."""

    def __init__(
        self,
        sock: socket.socket,
        kind: str,
        *,
        guard: Guard,
        transcript: Transcript,
        cancel: Cancel,
        deadline: Deadline,
        why: str,
    ) -> None:
        self._socket, self._act, self._why = sock, ACTS.get(kind), why
        self._guard, self._transcript = guard, transcript
        self._cancel, self._deadline = cancel, deadline
        self._socket.setblocking(False)
        self._bucket = Bucket(limits.ARP_PER_SECOND)

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self._socket.close()

    def ask(self, frame: bytes, about: IPAddress) -> bool:
        """Send `frame`, which asks for `about`; False, and nothing sent, when that device must not be touched.

        Raises `RefusedByUs` for what was not asked for and on a socket that only listens, `NoAnswer` when the interface
        takes nothing, `Cancelled`, `OutOfTime`.
        """
        if self._act is None:
            raise RefusedByUs("this socket only listens")
        if self._guard.is_untouchable(about):
            return False
        self._guard.check(about)
        self._bucket.wait(self._cancel, self._deadline)
        self._transcript.record(self._act, str(about), self._why)
        while True:
            self._cancel.check()
            self._deadline.check()
            try:
                self._socket.send(frame)
            except OSError as error:
                if error.errno not in _QUEUE_IS_FULL:
                    raise NoAnswer(f"the interface takes no packets ({reason(error)})") from error
                time.sleep(_QUEUE_PAUSE)
            else:
                return True

    def frames_until_quiet(self, quiet: float, empty: float, longest: float) -> Iterator[bytes]:
        """Frames heard until none came for `quiet` seconds; `empty` seconds when none came at all.

        At most `limits.DATAGRAMS_PER_LISTENING` of them, and for at most `longest` seconds, whatever is sent.
        """
        heard = 0
        end = self._deadline.sooner(longest)
        pause = end.sooner(empty)
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while not pause and heard < limits.DATAGRAMS_PER_LISTENING:
                self._cancel.check()
                frame = self._next(selector, pause.remaining)
                if frame is None:
                    continue
                heard += 1
                pause = end.sooner(quiet)
                yield frame

    def frames_while(self, going: Callable[[], bool]) -> Iterator[bytes]:
        """Frames heard for as long as `going()` says so, which is asked at least every `SLICE` seconds.

        Of one sender at most `limits.DATAGRAMS_PER_SOURCE` are given, so that it cannot drown the others out, and
        `limits.DATAGRAMS_PER_LISTENING` in all; what is more is read and thrown away. Ends with the deadline, too.
        """
        heard: Counter[bytes] = Counter()
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while going() and not self._deadline and heard.total() < limits.DATAGRAMS_PER_LISTENING:
                self._cancel.check()
                frame = self._next(selector, self._deadline.remaining)
                if frame is not None and heard[frame[_SOURCE]] < limits.DATAGRAMS_PER_SOURCE:
                    heard[frame[_SOURCE]] += 1
                    yield frame

    def _next(self, selector: selectors.BaseSelector, longest: float) -> bytes | None:
        """The next frame; None when none came within `SLICE` or `longest` seconds."""
        if not selector.select(min(SLICE, longest)):
            return None
        try:
            return self._socket.recv(limits.FRAME_BYTES)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EINTR}:
                return None
            raise NoAnswer(f"the interface went away ({reason(error)})") from error
