"""NTP: does it tell the time? One client's request (RFC 5905, mode 3), as any clock on the network would send it.

Who is asked: routers, storage and cameras, which are the usual clocks of a home, at depth deep only, since a time server
endangers nothing by itself: it says what a device does.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _udp
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"ntp"})

PORT = 123
"""RFC 5905, 7.2."""

ROLES = frozenset({Role.ROUTER, Role.NAS, Role.CAMERA})

VERSION = 4
_CLIENT, _SERVER = 3, 4
"""Modes (RFC 5905, figure 10)."""
_HEADER, _ORIGIN = 48, slice(24, 32)
"""Bytes of a packet without extensions, and where the answer repeats the transmit timestamp asked with (figure 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The version it answered in, and its stratum: 1 has a clock, 2 asks such a one; 0 and 16 tell no time (figure 11)."""

    version: int
    stratum: int


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 123, by the rule above."""
    if _udp.is_due(device, ask) and ask.depth is Depth.DEEP and device.role in ROLES:
        yield from _udp.target(device, PORT)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`ntp.version` and `ntp.stratum`. Raises `NoAnswer` when it is silent or no time server."""
    cookie = secrets.token_bytes(8)
    said = _udp.ask_once(target, net, request(cookie))
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said, cookie)
    yield _udp.opened(target, "ntp")
    yield Fact(kind="ntp.version", value=answer.version, transport=Transport.UDP, port=target.port)
    yield Fact(kind="ntp.stratum", value=answer.stratum, transport=Transport.UDP, port=target.port)


def request(cookie: bytes) -> bytes:
    """A client's packet. All is 0 but version, mode and the transmit timestamp, which is random instead of our time.

    The server repeats that timestamp (RFC 5905, 8), which shows that the answer is one to us.
    """
    return bytes((VERSION << 3 | _CLIENT,)) + bytes(39) + cookie


def read(said: bytes, cookie: bytes) -> Answer:
    """What a server's answer to our request says. Raises `NoAnswer` for anything else."""
    if len(said) < _HEADER or said[0] & 0x07 != _SERVER or said[_ORIGIN] != cookie:
        raise NoAnswer("it answered something that is not NTP")
    return Answer(version=said[0] >> 3 & 0x07, stratum=said[1])
