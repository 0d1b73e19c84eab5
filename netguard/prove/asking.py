"""Sends the twin's packets and sees what comes back. Everybody's sockets live in one process; all is asked side by side."""

import errno
import selectors
import socket
import struct
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from netaddr import IPAddress

from netguard.advise.policy import ROUTER, WAN, leads_to
from netguard.advise.ruleset import CLOUD_SETS
from netguard.errors import LabError
from netguard.net import namespaces
from netguard.prove.flows import DNS_PORT, LEFTOVER_PORT, Flow, forwarded_port
from netguard.prove.net import Twin
from netguard.prove.people import Cast, Host

ANSWER_SECONDS = 1.0
"""Longest wait for an answer. In one computer an answer takes a millisecond; what is dropped never comes."""

AT_ONCE = 256
"""Questions under way side by side: bounds open files."""

WORD = b"netguard"
QUESTION = struct.pack("!6H", 0x6E67, 0x0100, 1, 0, 0, 0) + b"\0" + struct.pack("!2H", 2, 1)
"""What is sent to port 53: which servers the root has (RFC 1035, 4.1), so that real resolvers answer, too."""

SOURCES = range(20_000, 60_000)
"""Source ports of questions by UDP, each used once before any is used again: the answer to an earlier question with the same
ports would make the next one part of a connection that the router lets pass already."""

Heard = Literal["open", "refused", "silent"]
"""An answer; a refusal at once, by a reset or an ICMP error; nothing at all."""

_NOT_YET = frozenset({errno.EINPROGRESS, errno.EAGAIN})
_ECHO_REPLY = {4: 0, 6: 129}
"""RFC 792; RFC 4443, 4.2."""


@dataclass(slots=True, kw_only=True)
class _Asked:
    flow: Flow
    sock: socket.socket
    until: float
    mark: bytes
    """Of an echo, what its answer repeats."""
    heard: Heard = "silent"


@dataclass(slots=True, kw_only=True)
class Stage:
    """Who listens where. `serve` first, then `ask` as often as the rules change."""

    twin: Twin
    people: Cast
    _round: int = 0
    """Counts the times of asking: an echo of another time would belong to a connection that the router knows already."""
    _served: set[tuple[int, str, int, int]] = field(default_factory=set)
    _sources: Iterator[int] = field(default_factory=count)
    _ears: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self, flows: Iterable[Flow], others: Container[tuple[str, str, int]] = ()) -> None:
        """Listen wherever one of the flows leads to and nobody does yet, but for `others`: (target, protocol, port) that real programs serve.

        Raises `LabError` or `OSError`.
        """
        by_name = {host.name: host for host in (*self.people.hosts, *self.people.internet)}
        wanted: dict[tuple[int, str, int, int], None] = {}
        for flow in flows:
            if flow.protocol in {"tcp", "udp"} and (flow.target, flow.protocol, flow.port) not in others:
                space, port = self._place(flow, by_name)
                wanted[space, flow.protocol, port, 6 if flow.address.version == 6 else 4] = None
        for space, protocol, port, version in wanted.keys() - self._served:
            self._served.add((space, protocol, port, version))
            with namespaces.inside(space, self.twin.router):
                self._ears.register(_listening(protocol, port, version), selectors.EVENT_READ, protocol)

    def _place(self, flow: Flow, by_name: Mapping[str, Host]) -> tuple[int, int]:
        if flow.target == ROUTER:
            return self.twin.router, flow.port
        host = by_name[flow.target]
        is_forward = flow.port == LEFTOVER_PORT and flow.address in self.people.router[WAN]
        return self.twin.of(host), forwarded_port(host) if is_forward else flow.port

    def ask(self, flows: Iterable[Flow], *, patience: float = ANSWER_SECONDS) -> dict[str, Heard]:
        """Flow id → what came back within `patience` seconds. A refusal of TCP may be missed: systems drop one that comes too soon."""
        self._round += 1
        by_name = {host.name: host for host in (*self.people.hosts, *self.people.internet)}
        waiting = list(reversed(tuple(flows)))
        under_way: dict[socket.socket, _Asked] = {}
        came: dict[str, Heard] = {}
        with selectors.DefaultSelector() as mouths:
            mouths.register(self._ears, selectors.EVENT_READ, None)
            while waiting or under_way:
                while waiting and len(under_way) < AT_ONCE:
                    flow = waiting.pop()
                    one = self._begin(flow, by_name[flow.source], patience)
                    if one is None:
                        came[flow.id] = "refused"
                        continue
                    under_way[one.sock] = one
                    events = selectors.EVENT_WRITE if flow.protocol == "tcp" else selectors.EVENT_READ
                    mouths.register(one.sock, events, one)
                for key, _ in mouths.select(0.05):
                    if key.data is None:
                        self._answer()
                    elif (heard := _heard(key.data)) is not None:
                        key.data.heard = heard
                        key.data.until = 0.0
                now = time.monotonic()
                for one in [o for o in under_way.values() if o.until <= now]:
                    mouths.unregister(one.sock)
                    one.sock.close()
                    del under_way[one.sock]
                    came[one.flow.id] = one.heard
        return came

    def _begin(self, flow: Flow, source: Host, patience: float) -> _Asked | None:
        """The question, sent; null where the asker's own system says at once that it cannot be."""
        with namespaces.inside(self.twin.of(source), self.twin.router):
            sock = _socket(flow)
        sock.setblocking(False)
        peer = (str(flow.address), flow.port)
        try:
            self._bind(sock, str(flow.packet.source), flow)
            code = sock.connect_ex(peer)
            if code and code not in _NOT_YET:
                sock.close()
                return None
            if flow.protocol == "udp":
                sock.send(QUESTION if flow.port == DNS_PORT else WORD)
            elif flow.protocol != "tcp":
                sock.send(_echo(flow, self._round))
        except OSError:
            sock.close()
            return None
        mark = _mark(flow, self._round) if flow.protocol in {"icmp", "icmpv6"} else b""
        return _Asked(flow=flow, sock=sock, until=time.monotonic() + patience, mark=mark)

    def _bind(self, sock: socket.socket, own: str, flow: Flow) -> None:
        if flow.protocol != "udp":
            sock.bind((own, 0))
            return
        for _ in SOURCES:
            try:
                sock.bind((own, SOURCES[next(self._sources) % len(SOURCES)]))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:  # somebody listens there
                    raise
            else:
                return

    def _answer(self) -> None:
        """Whoever listens answers what has come."""
        for key, _ in self._ears.select(0):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)  # noqa: S101 - nothing else is registered
            if key.data == "tcp":
                try:
                    connection, _ = sock.accept()
                except OSError:
                    continue
                connection.close()
            else:
                _reply(sock)

    def close(self) -> None:
        """Stop listening."""
        for key in list(self._ears.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - nothing else is registered
            key.fileobj.close()
        self._ears.close()


def _socket(flow: Flow) -> socket.socket:
    family = socket.AF_INET if flow.address.version == 4 else socket.AF_INET6
    if flow.protocol == "tcp":
        return socket.socket(family, socket.SOCK_STREAM)
    if flow.protocol == "udp":
        return socket.socket(family, socket.SOCK_DGRAM)
    protocol = socket.IPPROTO_ICMP if flow.address.version == 4 else socket.IPPROTO_ICMPV6
    return socket.socket(family, socket.SOCK_RAW, protocol)


def _heard(one: _Asked) -> Heard | None:
    """What came; null while it is neither an answer nor a refusal."""
    try:
        if one.flow.protocol == "tcp":
            return "refused" if one.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else "open"
        data = one.sock.recv(2048)
    except BlockingIOError:
        return None
    except OSError:
        return "refused"
    if one.flow.protocol == "udp":
        return "open"
    version = one.flow.address.version
    body = data[(data[0] & 0x0F) * 4 :] if version == 4 else data
    # Everybody's raw sockets hear every echo that comes to their namespace.
    answers = body[:1] == bytes((_ECHO_REPLY[version],)) and body[4:8] == one.mark
    return "open" if answers else None


def _mark(flow: Flow, number: int) -> bytes:
    """Identifier and sequence number of an echo: the time of asking, and the flow."""
    return struct.pack("!HH", number & 0xFFFF, int(flow.id[1:]) & 0xFFFF)


def _echo(flow: Flow, number: int) -> bytes:
    """An echo request (RFC 792; RFC 4443, 4.1); the kernel fills in ICMPv6's checksum."""
    version = flow.address.version
    kind = 8 if version == 4 else 128
    head = struct.pack("!BBH", kind, 0, 0) + _mark(flow, number)
    if version == 6:
        return head + WORD
    total = sum(struct.unpack("!8H", head + WORD))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return head[:2] + struct.pack("!H", ~total & 0xFFFF) + head[4:] + WORD


def _listening(protocol: str, port: int, version: int) -> socket.socket:
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if version == 6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "udp":
            # Answers leave from the address that was asked, which of several it was.
            level, option = (socket.IPPROTO_IP, 8) if version == 4 else (socket.IPPROTO_IPV6, 49)
            sock.setsockopt(level, option, 1)
        sock.bind(("0.0.0.0" if version == 4 else "::", port))  # noqa: S104 - in a namespace of its own
        if protocol == "tcp":
            sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise LabError(f"nobody could be made to listen on {protocol} {port} ({error.strerror})") from error
    return sock


def _reply(sock: socket.socket) -> None:
    try:
        data, ancillary, _, peer = sock.recvmsg(2048, 512)
        sock.sendmsg([data], [item for item in ancillary if item[1] in {8, 50}], 0, peer)
    except OSError:
        return


def resolved(plan_names: Mapping[IPAddress, frozenset[str]], clouds: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """What the router's resolver would have put into the clouds' sets, as nftables commands."""
    lines = []
    for name, domains in clouds:
        for version in (4, 6):
            found = sorted(
                a for a, names in plan_names.items()
                if a.version == version and any(leads_to(n, d) for n in names for d in domains)
            )  # fmt: skip
            if found:
                lines.append(f"add element {CLOUD_SETS} {name}v{version} {{ {', '.join(map(str, found))} }}")
    return "".join(f"{line}\n" for line in lines)
