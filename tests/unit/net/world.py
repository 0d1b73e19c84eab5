"""A world of fake devices under the port engine: its sockets are real to the selector, its devices are functions.

Each fake connection is one end of a socket pair. It becomes writable at once when the device answers, and never when it
does not, because its buffer is full.
"""

import errno
import socket
import threading
from collections import Counter
from collections.abc import Callable

OPEN, CLOSED, SILENT = 0, errno.ECONNREFUSED, None
Device = Callable[[int, int], int | None]
"""(port, how many were asked before) -> what it says."""


class World:
    """Stands for the module `socket` in `netguard.net.sweep`; `devices` answer by address."""

    def __init__(self, devices: dict[str, Device], no_socket_for: int = 0) -> None:
        self.devices = devices
        self.no_socket_for = no_socket_for
        self.asked: Counter[tuple[str, int]] = Counter()
        self.order: list[tuple[str, int]] = []
        self.in_flight: Counter[str] = Counter()
        self.most_in_flight: Counter[str] = Counter()
        self.at_start: list[int] = []
        self.changed = threading.Condition()

    def __getattr__(self, name: str) -> object:
        return getattr(socket, name)

    def socket(self, family: int, kind: int) -> "_FakeSocket":
        if self.no_socket_for > 0:
            self.no_socket_for -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return _FakeSocket(self)

    def started(self, address: str, port: int) -> int | None:
        with self.changed:
            count = len(self.order)
            self.asked[address, port] += 1
            self.order.append((address, port))
            self.in_flight[address] += 1
            self.at_start.append(self.in_flight.total())
            self.most_in_flight[address] = max(self.most_in_flight[address], self.in_flight[address])
            self.changed.notify_all()
        return self.devices[address](port, count)

    def ended(self, address: str) -> None:
        with self.changed:
            self.in_flight[address] -= 1

    def wait_for(self, condition: Callable[["World"], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), 10)


class _FakeSocket:
    def __init__(self, world: World) -> None:
        self._world = world
        self._near, self._far = socket.socketpair()
        self._address: str | None = None
        self._says: int | None = None

    def setblocking(self, flag: bool) -> None:
        self._near.setblocking(flag)

    def setsockopt(self, *option: object) -> None:
        pass

    def fileno(self) -> int:
        return self._near.fileno()

    def connect_ex(self, peer: tuple[str, int]) -> int:
        self._address = peer[0]
        self._says = self._world.started(*peer)
        if self._says is None:
            self._near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)
            try:
                while True:
                    self._near.send(b"." * 4096)
            except BlockingIOError:
                pass
        return errno.EINPROGRESS

    def getsockopt(self, *option: object) -> int:
        assert self._says is not None
        return self._says

    def close(self) -> None:
        if self._near.fileno() >= 0 and self._address is not None:
            self._world.ended(self._address)
        self._near.close()
        self._far.close()
