"""Puts the simulated servers of a home onto sockets and into one loop, wherever the home is."""

import errno
import importlib
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from netguard.demo import daemons
from netguard.demo.counters import DeviceTally, Tally
from netguard.demo.homes import Device, Home, Server
from netguard.demo.loop import BACKLOG, Group, Loop
from netguard.demo.servers._contract import Context, Conversation, Responder

_REASONS = {errno.EACCES: "an ordinary user may not open that port", errno.EADDRINUSE: "the port is taken"}

MULTICAST_TTL = 4
"""Hops a multicast answer may take: there is no second network in the home, and nothing forwards."""

MULTICAST_HOPS6 = 255
"""What multicast DNS asks for (RFC 6762, 11); link-local groups go no further anyway."""

GROUPS6 = {"224.0.0.251": "ff02::fb", "239.255.255.250": "ff02::c"}
"""IPv4 group → the IPv6 one beside it (RFC 6762, 3; UPnP Device Architecture 2.0, annex A)."""

EVERY6 = "::"


@dataclass(slots=True, kw_only=True)
class Stage:
    """The loop, the counters and what had to be left out, while servers are added device by device."""

    home: Home
    addresses: dict[str, str]
    """Device name → the address it really has."""
    more_addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Device name → its further IPv4 addresses."""
    loop: Loop = field(default_factory=Loop)
    tallies: list[DeviceTally] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(
        self, device: Device, without: frozenset[str], *, fallback: bool, multicast: bool = True,
        interface: str | None = None,
    ) -> None:  # fmt: skip
        """Opens the sockets of `device` in the calling thread's network namespace and serves them from now on.

        `without` names the daemons that run: their stand-ins are not started, but over IPv6 where the daemon does not
        speak it. `fallback` allows other ports than the described ones where those cannot be had. `interface` is the
        one that IPv6 is served on; None for none. What cannot be opened is added to `left_out`.
        """
        address = self.addresses[device.name]
        own6 = () if interface is None else (self.home.address6(device), self.home.link_local(device))
        addresses6 = tuple(a for a in own6 if a is not None)
        speak_ipv6 = {name for name, daemon in daemons.RECIPES.items() if daemon.speaks_ipv6}
        tallies = DeviceTally(name=device.name, address=address)
        self.tallies.append(tallies)
        bound: list[tuple[Server, socket.socket]] = []
        for server in device.servers:
            if server.transport == "udp" and not multicast and server.kind in ("mdns", "ssdp"):
                self.left_out.append(
                    f"{device.name}: {server.kind} is left out: this system's loopback has no multicast"
                )
                continue
            if ":" not in address and server.stands_in_for not in without:
                heard_by_all = server.kind in ("mdns", "ssdp")  # asked by multicast, at its first address
                for own in (address,) if heard_by_all else (address, *self.more_addresses.get(device.name, ())):
                    sock = self._socket(device, server, own, fallback=fallback)
                    if sock is not None:
                        bound.append((server, sock))
            if addresses6 and server.stands_in_for not in without & speak_ipv6:
                sock = self._socket(device, server, EVERY6, fallback=fallback)
                if sock is not None:
                    bound.append((server, sock))
        ports = tuple((s.port, sock.getsockname()[1]) for s, sock in bound if s.transport == "tcp")
        served: dict[str, tuple[Tally, Context]] = {}
        for server, sock in bound:
            tally, context = served.get(f"{server.transport} {server.port}") or (None, None)
            if tally is None or context is None:
                tally = Tally(transport=server.transport, port=server.port, bound=sock.getsockname()[1])
                tallies.ports.append(tally)
                context = Context(
                    home=self.home, device=device, server=server, address=address, port=tally.bound, ports=ports,
                    names=self._names(), note=tally.note,
                    addresses=tuple(
                        dict.fromkeys((address, *self.more_addresses.get(device.name, ()), *addresses6))
                    ),
                )  # fmt: skip
                served[f"{server.transport} {server.port}"] = tally, context
            if sock.family == socket.AF_INET6:
                context = replace(context, address=addresses6[0])
            module = importlib.import_module(f"netguard.demo.servers.{server.kind.replace('-', '_')}")
            if server.transport == "tcp":
                self.loop.listen(sock, _maker(module.conversation, context), tallies, tally)
            else:
                self._answer(sock, module.responder(context), address, tally, device, interface)

    def _names(self) -> tuple[tuple[str, str], ...]:
        """(host name, address) of everything in the home that has a name."""
        found = []
        for device in self.home.everyone:
            if device.hostname and device.name in self.addresses:
                own = (self.addresses[device.name], self.home.address6(device))
                found += [(device.hostname, address) for address in dict.fromkeys(own) if address is not None]
        return tuple(found)

    def _socket(self, device: Device, server: Server, address: str, *, fallback: bool) -> socket.socket | None:
        kind = socket.SOCK_STREAM if server.transport == "tcp" else socket.SOCK_DGRAM
        what = f"{device.name}: {server.transport} {server.port} ({server.kind})"
        ports = [server.port, *([server.fallback] if fallback and server.fallback else [])]
        why = ""
        for port in ports:
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
            if sys.platform != "win32":  # there it would let two homes share a port
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                if sock.family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
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

    def _answer(
        self, mouth: socket.socket, responder: Responder, address: str, tally: Tally, device: Device,
        interface: str | None,
    ) -> None:  # fmt: skip
        if responder.group is None:
            self.loop.answer((), mouth, None, responder, tally)
            return
        try:
            if mouth.family == socket.AF_INET6 and interface is not None:
                ears, group = _join6(mouth, GROUPS6[responder.group], tally.port, interface)
            else:
                ears, group = _join(mouth, responder.group, tally.port, address)
        except OSError as error:
            mouth.close()
            self.left_out.append(
                f"{device.name}: {tally.transport} {tally.port} is left out: multicast failed ({error.strerror})"
            )
            return
        self.loop.answer(ears, mouth, group, responder, tally)


def _join(mouth: socket.socket, group: str, port: int, address: str) -> tuple[tuple[socket.socket, ...], Group]:
    """A socket that hears the IPv4 group, and where to send to it."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind((group, port))
        join = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(address))
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_TTL)
    except OSError:
        ear.close()
        raise
    return (ear,), (group, port)


def _join6(mouth: socket.socket, group: str, port: int, interface: str) -> tuple[tuple[socket.socket, ...], Group]:
    """`mouth` hears the IPv6 group itself, since it is bound to every address; and where to send to it."""
    index = socket.if_nametoindex(interface)
    join = struct.pack("16sI", socket.inet_pton(socket.AF_INET6, group), index)
    mouth.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, join)
    mouth.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    mouth.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, MULTICAST_HOPS6)
    return (), (group, port, 0, index)


def _maker(conversation: Callable[[Context], Conversation], context: Context) -> Callable[[], Conversation]:
    return lambda: conversation(context)
