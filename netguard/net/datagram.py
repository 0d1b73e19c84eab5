"""UDP: one socket for asking one peer or one multicast group, with bounds on what is heard."""

import selectors
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterator

from netaddr import IPAddress

from netguard.net import limits
from netguard.net.connection import reason
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import NoAnswer
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript


class Datagrams:
    """Made by `Net.datagrams`; a context manager."""

    def __init__(
        self,
        *,
        source: IPAddress,
        group: IPAddress | None,
        group_port: int,
        ttl: int,
        guard: Guard,
        cancel: Cancel,
        deadline: Deadline,
        transcript: Transcript,
        why: str,
    ) -> None:
        """A socket that sends from `source`; with `group`, it also hears what is sent to the group where the system allows."""
        self._guard, self._cancel, self._deadline = guard, cancel, deadline
        self._transcript, self._why = transcript, why
        self._sockets = [_sender(source, ttl)]
        if group is not None:
            listener = _listener(source, group, group_port)
            if listener is not None:
                self._sockets.append(listener)

    def __enter__(self) -> "Datagrams":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        for each in self._sockets:
            each.close()

    def send(self, data: bytes, address: IPAddress, port: int) -> None:
        """Send one datagram. Raises `RefusedByUs`, or `NoAnswer` when the system cannot send it."""
        self._guard.check(address)
        Guard.check_payload(port)
        self._cancel.check()
        self._deadline.check()
        self._transcript.record("udp-send", f"{address} {port}", f"{self._why}: {len(data)} bytes")
        try:
            self._sockets[0].sendto(data, (str(address), port))
        except OSError as error:
            raise NoAnswer(f"nothing could be sent to {address} port {port} ({reason(error)})") from error

    def hear(self, seconds: float) -> Iterator[tuple[bytes, IPAddress]]:
        """Datagrams and who sent them, for `seconds`; bounded per source and in all. Our own are left out by the caller.

        What one source says too much is dropped unread and does not count, so that it cannot drown the others out.
        """
        deadline = self._deadline.sooner(seconds)
        heard: Counter[str] = Counter()
        with selectors.DefaultSelector() as selector:
            for each in self._sockets:
                selector.register(each, selectors.EVENT_READ, each)
            while not deadline and heard.total() < limits.DATAGRAMS_PER_LISTENING:
                self._cancel.check()
                for key, _ in selector.select(min(SLICE, deadline.remaining)):
                    ready: socket.socket = key.data
                    try:
                        data, peer = ready.recvfrom(limits.DATAGRAM_BYTES)
                    except OSError:
                        continue
                    source = str(peer[0]).partition("%")[0]
                    if heard[source] < limits.DATAGRAMS_PER_SOURCE:
                        heard[source] += 1
                        yield data, IPAddress(source)


def _sender(source: IPAddress, ttl: int) -> socket.socket:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sender.bind((str(source), 0))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(str(source)))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        sender.setblocking(False)
    except OSError as error:
        sender.close()
        raise NoAnswer(f"this computer cannot send from {source} ({reason(error)})") from error
    return sender


def _listener(source: IPAddress, group: IPAddress, port: int) -> socket.socket | None:
    """A second socket on the group's port, beside whatever else listens there; None where the system does not share it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Bound to the group where that is possible, so that unicast for another program on this port is not taken from it.
        listener.bind(("" if sys.platform == "win32" else str(group), port))
        membership = struct.pack("=4s4s", socket.inet_aton(str(group)), socket.inet_aton(str(source)))
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        listener.setblocking(False)
    except OSError:
        listener.close()
        return None
    return listener
