"""What a simulated server is: a protocol without sockets, driven by `netguard.demo.loop`.

A TCP module defines `conversation(context) -> Conversation`, called once for each accepted connection.
A UDP module defines `responder(context) -> Responder`, called once for each server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from netguard.demo.homes import Device, Home, Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a server lives: its device and home, the address it has, and the port it really got."""

    home: Home
    device: Device
    server: Server
    address: str
    port: int
    ports: tuple[tuple[int, int], ...]
    """(described TCP port, port really bound) of all the device's servers; they differ on loopback only."""
    names: tuple[tuple[str, str], ...]
    """(host name, address) of everything in the home that has a name."""
    note: Callable[[str], None]
    """Counts an event by name, `login-attempt`, where tests can read it."""
    addresses: tuple[str, ...] = ()
    """All addresses of the device, IPv6 included, where `address` is not the only one."""

    @property
    def url_host(self) -> str:
        """`address` as it stands in a URL (RFC 3986, 3.2.2)."""
        return f"[{self.address}]" if ":" in self.address else self.address

    def bound(self, port: int) -> int:
        """The port that a server described at `port` really got."""
        return dict(self.ports).get(port, port)


class Conversation(Protocol):
    """One accepted TCP connection. `over` says that the connection is to be closed once everything is written."""

    over: bool

    def opened(self) -> bytes:
        """What the server says first."""
        ...

    def received(self, data: bytes) -> bytes:
        """What the server answers to `data`; never raises, whatever the bytes are."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A datagram to send: back to who asked, or to the responder's group."""

    data: bytes
    to: Literal["sender", "group"] = "sender"


class Responder(Protocol):
    """A UDP server. `group` is the IPv4 multicast group it listens to, or None; over IPv6 it is the one beside it."""

    group: str | None

    def announcements(self) -> tuple[bytes, ...]:
        """What is sent to the group at the start."""
        ...

    def answers(self, data: bytes, sender: tuple[str, int]) -> tuple[Answer, ...]:
        """The answers to one datagram; never raises, whatever the bytes are."""
        ...
