"""The dead man's switch: a small process of its own that takes back what was written to a device, also when netguard is killed.

It is started before anything is written, is told exactly which requests to send and to whom, and can send nothing else:
its guard knows that one address. It waits for a word of netguard's, or for the end of the pipe between them, which the
kernel closes however netguard ended. In an orderly scan, too, it is this process that takes everything back: the way that
has to work in an emergency is the one that is always gone.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec
from netaddr import IPAddress, IPNetwork

from netguard.model import address as addresses
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Failure, NoAnswer
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript

if TYPE_CHECKING:
    from netguard.net.access import Network

START_SECONDS = 15.0
"""Longest that the process may take to start; nothing is written before it has. A slow computer takes two."""

TAKE_BACK_SECONDS = 20.0
"""Longest that taking back goes on while netguard waits for it; a router that is there answers within a second."""

ALONE_SECONDS = 60.0
"""Longest that it goes on when nobody waits: a laptop that changes its access point is back by then, and what is written
is to end by itself soon after."""

SETTLE_SECONDS = 4.0
"""How long is looked for what nobody knows to have been written: a request that was on its way when netguard was killed
is answered by the slowest routers within `limits.READ_SECONDS`, or not at all."""

PAUSE_SECONDS = 0.5
"""Between two looks."""

MOST_TRIES = 5
"""Times that it is asked to take back one thing: who says yes and does nothing will not do it the sixth time either."""

MOST_ALSO = 8
"""Further requests kept for the end; bounds the process's memory."""

_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from netguard.net.deadman import main; main()"
"""Finds its modules where this process found them, and nowhere else: `-I` leaves the current folder and the environment
out, so that neither can slip other code into it (Python's documentation, command line, `-I`)."""

_UNDO, _SETTLE, _ALSO, _GONE, _ARMED = b"undo", b"settle", b"also ", b"gone", b"armed"
"""The words between the two, a line each."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,6})\s*$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:\s*chunked\s*$", re.IGNORECASE | re.MULTILINE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,6})[^\r\n]{0,64}\r\n")
"""A chunk's size, and what else stands in that line (RFC 9112, 7.1)."""


_Said = Callable[[bytes], bytes]
"""Gives the answer to a request, over a connection of its own; raises as `Net.connect` does."""


class NotTakenBack(Failure):
    """What was written may still be there; the message says why, and when it ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is to be taken back, as whole HTTP requests.

    `look` asks whether it is there: it is when the answer is 200, and is gone when the answer matches the regular expression
    `gone`. `undo` takes it back. It is somebody else's by now, and left alone, only where the whole answer matches `leads_to`,
    and the one group of that is an address, and another one than `ours`: what cannot be read is taken for ours, since the
    place was seen to be free before anything was written.
    """

    look: bytes
    undo: bytes
    ours: str
    leads_to: bytes
    gone: bytes
    kept: str = ""
    """What a person is told where it may have stayed: what it is, when it ends by itself, and how to end it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Where to send what: all that the process gets to know."""

    address: str
    port: int
    written: Written | None = None
    """Null where only what `Switch.also` adds is sent."""
    also: tuple[bytes, ...] = ()
    why: str
    source: str
    addresses: tuple[str, ...] = ()
    interface: str | None = None
    transcript: str | None = None
    """The file that every act is noted in."""


def order(network: "Network", address: IPAddress, port: int, why: str, written: Written | None) -> Order:
    """To take back `written` by the way that `network` takes. Raises `RefusedByUs` where it may not send."""
    network.guard.check(address)
    Guard.check_payload(port)
    return Order(
        address=str(address),
        port=port,
        written=written,
        why=f"{why}: taking back what was written",
        source=str(network.source),
        addresses=tuple(map(str, network.way.addresses)),
        interface=network.way.interface,
        transcript=network.transcript.path,
    )


class Switch:
    """netguard's end of it."""

    def __init__(self, order: Order) -> None:
        """Start the process and wait until it is ready. Raises `NoAnswer` where it does not start: then nothing is written."""
        self._order = order
        command = [sys.executable, "-I", "-c", _BOOT, *(str(Path(folder or ".").absolute()) for folder in sys.path)]
        try:
            # A session of its own: what ends the terminal, or everything that was started in it, does not end this.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise NoAnswer(
                f"nothing was written to it, because the process that would take it back does not start ({error.strerror})"
            ) from error
        if self._say(msgspec.json.encode(order), START_SECONDS) != _ARMED:
            self._end()
            raise NoAnswer("nothing was written to it, because the process that would take it back does not start")

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def also(self, request: bytes) -> None:
        """Send this request, too, when everything is taken back."""
        self._order = replace(self._order, also=(*self._order.also, request)[:MOST_ALSO])
        self._tell(_ALSO + msgspec.json.encode(request))

    def take_back(self, *, settled: bool) -> None:
        """Take everything back and wait until that is done. Where not everything that was sent was answered, not `settled`.

        Raises `NotTakenBack`.
        """
        said = self._say(_UNDO if settled else _SETTLE, TAKE_BACK_SECONDS + START_SECONDS)
        self._end()
        if said == _GONE:
            return
        if not said:
            # It was killed, so that this process is the one that is left.
            taken_back(self._order, settled=settled, seconds=TAKE_BACK_SECONDS)
            return
        raise NotTakenBack(said.decode(errors="replace"))

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        with contextlib.suppress(OSError):
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def _say(self, line: bytes, seconds: float) -> bytes:
        """The process's next line after this one; empty when it has none in time, or is gone."""
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        self._tell(line)
        # A pipe cannot be waited for on every system; killed, the process closes it.
        overdue = threading.Timer(seconds, self._process.kill)
        overdue.start()
        try:
            return self._process.stdout.readline().strip()
        finally:
            overdue.cancel()

    def _end(self) -> None:
        """Close the pipes and see it end; killed it was already if it did not answer in time."""
        with contextlib.suppress(OSError):
            for pipe in filter(None, (self._process.stdin, self._process.stdout)):
                pipe.close()
        self._process.wait()


@contextmanager
def switch(order: Order) -> Iterator[Switch]:
    """A switch for what is written in the block: taken back at its end, whatever ended it.

    Raises `NotTakenBack`, in the stead of what the block raised.
    """
    made = Switch(order)
    try:
        yield made
    except BaseException:
        made.take_back(settled=False)
        raise
    made.take_back(settled=True)


def taken_back(order: Order, *, settled: bool, seconds: float) -> None:
    """Look, take back what is there and is ours, and look again, until it is gone. Raises `NotTakenBack`.

    Where it is not `settled` whether anything was written, looking goes on for `SETTLE_SECONDS`.
    """
    from netguard.net.access import Network  # which knows this module

    address = IPAddress(order.address)
    with contextlib.ExitStack() as stack:
        transcript = Transcript(stack.enter_context(_noted(order.transcript)))
        network = stack.enter_context(
            Network(
                source=IPAddress(order.source),
                guard=Guard([IPNetwork(address)]),
                transcript=transcript,
                cancel=Cancel(),
                deadline=Deadline(seconds),
                interface=order.interface,
                addresses=map(IPAddress, order.addresses),
            )
        )

        def said(request: bytes) -> bytes:
            with network.net(order.why).connect(address, order.port) as connection:
                connection.send(request)
                return connection.receive(enough=_is_whole)

        try:
            if order.written is not None:
                _until_gone(order.written, said, 0.0 if settled else SETTLE_SECONDS, network.deadline)
            for request in order.also:
                # Any answer will do: a request to end something that has ended by itself is declined.
                _again(said, request, network.deadline)
        except Failure as failure:
            kept = f"; {order.written.kept}" if order.written is not None and order.written.kept else ""
            raise NotTakenBack(
                f"{order.why}: what was written may still be there, because {failure}{kept}"
            ) from failure


def _until_gone(written: Written, said: _Said, settle: float, deadline: Deadline) -> None:
    """Raises `Failure` when it is not known to be gone at the end."""
    began, tries = time.monotonic(), 0
    while True:
        answer = _again(said, written.look, deadline)
        status = _STATUS.match(answer)
        if status is not None and status[1] == b"200":
            if _is_others(written, answer):
                return  # not ours to take
            tries += 1
            if tries > MOST_TRIES:
                raise NoAnswer("it keeps what it was told to delete")
            _again(said, written.undo, deadline)
            continue
        if re.search(written.gone, _body(answer) or b"") and time.monotonic() - began >= settle:
            return
        deadline.check()
        time.sleep(PAUSE_SECONDS)


def _again(said: _Said, request: bytes, deadline: Deadline) -> bytes:
    """The answer, asked for anew as long as there is none. Raises `Failure` when time is up."""
    while True:
        try:
            answer = said(request)
        except NoAnswer:
            answer = b""
        if answer:
            return answer
        deadline.check()
        time.sleep(PAUSE_SECONDS)


def _is_others(written: Written, answer: bytes) -> bool:
    """Whether the whole of `answer` says that what is there leads to another address than ours."""
    body = _body(answer)
    found = re.search(written.leads_to, body) if body is not None else None
    if found is None:
        return False
    try:
        return addresses.ip(found[1].decode()) != IPAddress(written.ours)
    except ValueError:  # a name, or nothing that can be read
        return False


def _is_whole(answer: bytes) -> bool:
    """Whether nothing more is to come; never of an answer that ends with its connection."""
    head = answer.partition(b"\r\n\r\n")[0]
    return bool(_CHUNKED.search(head) or _LENGTH.search(head)) and _body(answer) is not None


def _body(answer: bytes) -> bytes | None:
    """The body, out of its chunks; null where it is not all there. All there is of an answer that does not tell its length."""
    head, separator, rest = answer.partition(b"\r\n\r\n")
    if not separator:
        return None
    if _CHUNKED.search(head):
        return _unchunked(rest)
    length = _LENGTH.search(head)
    if length is None:
        return rest
    return rest[: int(length[1])] if len(rest) >= int(length[1]) else None


def _unchunked(rest: bytes) -> bytes | None:
    found: list[bytes] = []
    at = 0
    while (chunk := _CHUNK.match(rest, at)) is not None:
        size, at = int(chunk[1], 16), chunk.end()
        if not size:
            return b"".join(found)
        found.append(rest[at : at + size])
        at += size + 2
    return None


@contextmanager
def _noted(path: str | None) -> Iterator[TextIO | None]:
    """The transcript to add to; None where there is none, or it can no longer be written: taking back matters more."""
    with contextlib.ExitStack() as stack:
        file = None
        if path is not None:
            with contextlib.suppress(OSError):
                file = stack.enter_context(Path(path).open("a", encoding="utf-8"))
        yield file


def main() -> None:
    """The process: read the order, say that it is armed, wait, take back, say how it went."""
    for number in {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        # Whoever ends netguard, or the computer, gives it the second that it needs; it ends by itself.
        signal.signal(number, signal.SIG_IGN)
    words = sys.stdin.buffer
    order = msgspec.json.decode(words.readline(), type=Order)
    _answer(_ARMED)
    while (word := words.readline().strip()).startswith(_ALSO):
        order = replace(order, also=(*order.also, msgspec.json.decode(word[len(_ALSO) :], type=bytes))[:MOST_ALSO])
    try:
        taken_back(order, settled=word == _UNDO, seconds=TAKE_BACK_SECONDS if word else ALONE_SECONDS)
    except NotTakenBack as failure:
        _answer(str(failure).encode())
    else:
        _answer(_GONE)


def _answer(line: bytes) -> None:
    with contextlib.suppress(OSError):  # nobody is left to read it
        os.write(sys.stdout.fileno(), line + b"\n")
