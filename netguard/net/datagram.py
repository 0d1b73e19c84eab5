"""UDP: one socket for asking one peer, one multicast group or everybody, with bounds on what is heard."""

import errno
import selectors
import socket
import sys
from collections import Counter, deque
from collections.abc import Iterator

from netaddr import IPAddress

from netguard.net import limits
from netguard.net.connection import reason
from netguard.net.control import SLICE, Cancel, Deadline
from netguard.net.failures import NoAnswer
from netguard.net.guard import BROADCAST, Guard
from netguard.net.transcript import Transcript
from netguard.net.way import Way


class Datagrams:
    """Made by `Net.datagrams`; a context manager."""

    def __init__(
        self,
        *,
        way: Way,
        family: int,
        group: IPAddress | None,
        group_port: int,
        broadcast_port: int,
        ttl: int,
        guard: Guard,
        cancel: Cancel,
        deadline: Deadline,
        transcript: Transcript,
        why: str,
    ) -> None:
        """A socket that sends by `way` over IP version `family`.

        With `group`, it also hears what is sent to the group where the system allows. With `broadcast_port`, it may
        send to everybody (`guard.BROADCAST`) and hears what is sent to everybody at that port. Raises `NoAnswer` when
        the interface has no such address, or is gone, or another program has that port for itself.
        """
        self._guard, self._cancel, self._deadline = guard, cancel, deadline
        self._transcript, self._why, self._way = transcript, why, way
        own = way.source(family)
        if own is None:
            raise NoAnswer(f"this interface has no IPv{family} address")
        self.flooders: set[IPAddress] = set()
        """Who said more than is read of one source; kept as long as the socket is open."""
        self._heard: Counter[str] = Counter()
        self._sockets = [_sender(way, own, ttl)]
        if group is not None:
            listener = _listener(way, own, group, group_port)
            if listener is not None:
                self._sockets.append(listener)
        if broadcast_port:
            self._sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            listener = _broadcast_listener(way, own, broadcast_port)
            if listener is None:
                self._sockets[0].close()
                raise NoAnswer(f"another program on this computer keeps UDP port {broadcast_port} to itself")
            self._sockets.append(listener)
        for each in self._sockets:
            # As much as the system gives; what does not fit while the caller is busy is lost.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limits.RECEIVE_BUFFER)

    def __enter__(self) -> "Datagrams":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        for each in self._sockets:
            each.close()

    def send(self, data: bytes, address: IPAddress, port: int) -> None:
        """Send one datagram. Raises `RefusedByUs`, or `NoAnswer` when the system cannot send it."""
        self._guard.check(address, port)
        Guard.check_payload(port)
        self._cancel.check()
        self._deadline.check()
        self._transcript.record("udp-send", f"{address} {port}", f"{self._why}: {len(data)} bytes")
        try:
            self._sockets[0].sendto(data, self._way.peer(address, port))
        except OSError as error:
            raise NoAnswer(f"nothing could be sent to {address} port {port} ({reason(error)})") from error

    def hear(self, seconds: float) -> Iterator[tuple[bytes, IPAddress]]:
        """Datagrams and who sent them, for `seconds`; bounded per source and in all. Our own are left out by the caller.

        Reading goes before everything: between two datagrams that the caller takes apart, all that has arrived is read,
        so that a flood finds the system's buffer empty and drowns nobody out. What one source says too much is dropped
        unread, and the source is one of `flooders`. What has arrived when the time is over is read still: a busy computer
        may not have come to it.
        """
        deadline = self._deadline.sooner(seconds)
        waiting: deque[tuple[bytes, IPAddress]] = deque()
        room, over = limits.DATAGRAMS_PER_LISTENING, False
        with selectors.DefaultSelector() as selector:
            for each in self._sockets:
                selector.register(each, selectors.EVENT_READ)
            while True:
                self._cancel.check()
                if not over:
                    over = bool(deadline) or room <= 0
                    room -= self._read(waiting, room)
                if waiting:
                    yield waiting.popleft()
                elif over:
                    return
                else:
                    selector.select(min(SLICE, deadline.remaining))

    def _read(self, into: "deque[tuple[bytes, IPAddress]]", room: int) -> int:
        """Append what has arrived, at most `room` datagrams, and return how many; of what is dropped a bounded part is read."""
        before = len(into)
        for each in self._sockets:
            for _ in range(limits.DATAGRAMS_AT_ONCE):
                if len(into) - before >= room:
                    break
                try:
                    data, peer = each.recvfrom(limits.DATAGRAM_BYTES)
                except BlockingIOError:
                    break
                except OSError:
                    # What an earlier datagram of ours came to (an ICMP error); the next one may be an answer.
                    continue
                source = str(peer[0]).partition("%")[0]
                self._heard[source] += 1
                if self._heard[source] <= limits.DATAGRAMS_PER_SOURCE:
                    into.append((data, IPAddress(source)))
                else:
                    self.flooders.add(IPAddress(source))
        return len(into) - before


def _sender(way: Way, own: IPAddress, ttl: int) -> socket.socket:
    sender = socket.socket(socket.AF_INET if own.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        tied = way.tie(sender, own.version)
        if own.version == 4:
            sender.bind((str(own), 0))
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own.packed)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        else:
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if not tied:
                sender.bind(way.peer(own, 0))
            # Tied and not bound, the system takes the address that suits each peer: link-local towards link-local, and
            # one of the peer's own prefix towards the others (RFC 6724, 5).
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, way.index)
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 1)
        sender.setblocking(False)
    except OSError as error:
        sender.close()
        if error.errno == errno.ENODEV:
            raise NoAnswer(f"the interface {way.interface} is gone") from error
        raise NoAnswer(f"this computer cannot send from {own} ({reason(error)})") from error
    return sender


def _listener(way: Way, own: IPAddress, group: IPAddress, port: int) -> socket.socket | None:
    """A second socket on the group's port, beside whatever else listens there; None where the system does not share it."""
    listener = socket.socket(socket.AF_INET if group.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        way.tie(listener, group.version)
        _share(listener)
        if group.version == 6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # Bound to the group where that is possible, so that unicast for another program on this port is not taken from it.
        listener.bind(("", port) if sys.platform == "win32" else way.peer(group, port))
        if group.version == 4:
            listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, way.membership(group, own))
        else:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, way.membership(group, own))
        listener.setblocking(False)
    except OSError:
        listener.close()
        return None
    return listener


def _broadcast_listener(way: Way, own: IPAddress, port: int) -> socket.socket | None:
    """A second socket for what is sent to everybody at `port`, beside whatever else listens there; None where that cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        way.tie(listener, 4)
        _share(listener)
        # Linux lets a socket be bound to the broadcast address itself, so that unicast for another program on this port
        # is not taken from it. On Windows whoever is bound to an interface's address hears its broadcasts.
        where = {"linux": str(BROADCAST), "win32": str(own)}.get(sys.platform, "")
        listener.bind((where, port))
        listener.setblocking(False)
    except OSError:
        listener.close()
        return None
    return listener


def _share(listener: socket.socket) -> None:
    """Let others listen on the same port, too."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
