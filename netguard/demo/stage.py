"""Puts the simulated servers of a home onto sockets and into one loop, wherever the home is."""

import errno
import importlib
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from netguard.demo.counters import DeviceTally, Tally
from netguard.demo.homes import Device, Home, Server
from netguard.demo.loop import BACKLOG, Loop
from netguard.demo.servers._contract import Context, Conversation, Responder

_REASONS = {errno.EACCES: "an ordinary user may not open that port", errno.EADDRINUSE: "the port is taken"}

MULTICAST_TTL = 4
"""Hops a multicast answer may take: there is no second network in the home, and nothing forwards."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """The loop, the counters and what had to be left out, while servers are added device by device."""

    home: Home
    addresses: dict[str, str]
    """Device name → the address it really has."""
    loop: Loop = field(default_factory=Loop)
    tallies: list[DeviceTally] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, device: Device, without: frozenset[str], *, fallback: bool, multicast: bool = True) -> None:
        """Opens the sockets of `device` in the calling thread's network namespace and serves them from now on.

        `without` names the daemons that run: their stand-ins are not started. `fallback` allows other ports than
        the described ones where those cannot be had. What cannot be opened is added to `left_out`.
        """
        address = self.addresses[device.name]
        tallies = DeviceTally(name=device.name, address=address)
        self.tallies.append(tallies)
        servers = [s for s in device.servers if s.stands_in_for not in without]
        bound: list[tuple[Server, socket.socket]] = []
        for server in servers:
            if server.transport == "udp" and not multicast and server.kind in ("mdns", "ssdp"):
                self.left_out.append(
                    f"{device.name}: {server.kind} is left out: this system's loopback has no multicast"
                )
                continue
            sock = self._socket(device, server, address, fallback=fallback)
            if sock is not None:
                bound.append((server, sock))
        ports = tuple((s.port, sock.getsockname()[1]) for s, sock in bound if s.transport == "tcp")
        for server, sock in bound:
            tally = Tally(transport=server.transport, port=server.port, bound=sock.getsockname()[1])
            tallies.ports.append(tally)
            context = Context(
                home=self.home, device=device, server=server, address=address, port=tally.bound, ports=ports,
                names=tuple((d.hostname, self.addresses[d.name]) for d in self.home.everyone
                            if d.hostname and d.name in self.addresses),
                note=tally.note,
            )  # fmt: skip
            module = importlib.import_module(f"netguard.demo.servers.{server.kind.replace('-', '_')}")
            if server.transport == "tcp":
                self.loop.listen(sock, _maker(module.conversation, context), tallies, tally)
            else:
                self._answer(sock, module.responder(context), address, tally, device)

    def _socket(self, device: Device, server: Server, address: str, *, fallback: bool) -> socket.socket | None:
        kind = socket.SOCK_STREAM if server.transport == "tcp" else socket.SOCK_DGRAM
        what = f"{device.name}: {server.transport} {server.port} ({server.kind})"
        ports = [server.port, *([server.fallback] if fallback and server.fallback else [])]
        why = ""
        for port in ports:
            sock = socket.socket(socket.AF_INET, kind)
            if sys.platform != "win32":  # there it would let two homes share a port
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((address, port))
                if server.transport == "tcp":
                    sock.listen(BACKLOG)
            except OSError as error:
                sock.close()
                why = why or _REASONS.get(error.errno or 0) or str(error.strerror)
            else:
                if port != server.port:
                    self.left_out.append(f"{what} is on port {port} instead: {why}")
                return sock
        self.left_out.append(f"{what} is left out: {why}")
        return None

    def _answer(self, mouth: socket.socket, responder: Responder, address: str, tally: Tally, device: Device) -> None:
        if responder.group is None:
            self.loop.answer((), mouth, None, responder, tally)
            return
        group = (responder.group, tally.port)
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ear.bind(group)
            join = struct.pack("4s4s", socket.inet_aton(responder.group), socket.inet_aton(address))
            ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_TTL)
        except OSError as error:
            ear.close()
            mouth.close()
            self.left_out.append(
                f"{device.name}: {tally.transport} {tally.port} is left out: multicast failed ({error.strerror})"
            )
            return
        self.loop.answer((ear,), mouth, group, responder, tally)


def _maker(conversation: Callable[[Context], Conversation], context: Context) -> Callable[[], Conversation]:
    return lambda: conversation(context)
