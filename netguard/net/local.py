"""A conversation with a program of this computer over a Unix datagram socket, such as wpa_supplicant's. Not on Windows."""

import errno
import socket
from collections import deque

from netguard.net.connection import reason
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import NoAnswer, NotInstalled, RefusedByUs
from netguard.net.receive import datagram

ANSWER_SECONDS = 3.0
"""Longest wait for an answer: the program is on this computer, and answers at once or not at all."""

DATAGRAM_BYTES = 64 * 1024
"""Bytes read of one answer; wpa_supplicant's hold 4 KiB (wpa_supplicant/ctrl_iface_unix.c)."""

MOST_NEWS = 256
"""Messages nobody asked for that are kept: stops a program that talks without end."""

_NEWS = b"<"
"""What a message nobody asked for begins with: its level, `<3>` (wpa_supplicant, README, "ctrl_iface")."""

PERMISSION = frozenset({errno.EPERM, errno.EACCES})


class NotAllowed(RefusedByUs):
    """The program's socket is there, and this user may not use it."""


class LocalSocket:
    """Asks one program; a context manager.

    Opening it raises `NotInstalled` where there is no such socket or nobody behind it, and `NotAllowed`.
    """

    def __init__(self, path: str, *, cancel: Cancel, deadline: Deadline) -> None:
        self._cancel, self._deadline = cancel, deadline
        self._news: deque[bytes] = deque(maxlen=MOST_NEWS)
        family = getattr(socket, "AF_UNIX", None)
        if family is None:
            raise NotInstalled("this system has no such sockets")
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            # A name of the kernel's own choosing: answers need one, and no file is left behind (unix(7), "Autobind").
            self._socket.bind("")
            self._socket.connect(path)
            self._socket.setblocking(False)
        except OSError as error:
            self._socket.close()
            if error.errno in PERMISSION:
                raise NotAllowed(f"{path}: this user may not use it") from error
            raise NotInstalled(f"{path}: {reason(error)}") from error

    def __enter__(self) -> "LocalSocket":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        self._socket.close()

    def ask(self, command: str) -> str:
        """What the program answers. Raises `NoAnswer`, `TooMuch` or `Cancelled`."""
        try:
            self._socket.send(command.encode())
        except OSError as error:
            raise NoAnswer(f"it does not take the question ({reason(error)})") from error
        deadline = self._deadline.sooner(ANSWER_SECONDS)
        for _ in range(MOST_NEWS):
            said = self._datagram(deadline)
            if said is None:
                break
            if not said.startswith(_NEWS):
                return said.decode(errors="replace")
            self._news.append(said)
        raise NoAnswer("it gave no answer")

    def news(self, seconds: float) -> str | None:
        """The next message nobody asked for, or null when there is none for so long. Raises as `ask`."""
        if self._news:
            return self._news.popleft().decode(errors="replace")
        said = self._datagram(self._deadline.sooner(seconds))
        return None if said is None else said.decode(errors="replace")

    def _datagram(self, deadline: Deadline) -> bytes | None:
        got = datagram(self._socket, DATAGRAM_BYTES, "the program", cancel=self._cancel, deadline=deadline)
        return None if got is None else got[0]
