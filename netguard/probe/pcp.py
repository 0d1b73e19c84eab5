"""PCP: does the router open ports for whoever asks it to? One ANNOUNCE (RFC 6887, 14.1.2), which creates nothing.

ANNOUNCE is how a client learns whether a server is running without changing its state; MAP and PEER are never sent.

Who is asked: `_portmap.is_due`, after NAT-PMP, which has the same port; not where nobody listens there. Silence says nothing.
"""

import struct
from collections.abc import Iterable, Iterator

from netaddr import IPAddress

from netguard.model import address as addresses
from netguard.model.device import Device
from netguard.model.gateway import GatewayAnswer, Pcp
from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _portmap, _udp
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "natpmp"})
PROVIDES = frozenset({"pcp"})

VERSION, NAT_PMP = 2, 0
"""The version asked in (RFC 6887, 7.1), and NAT-PMP's, in which a server that knows nothing newer answers."""

ANNOUNCE, ANSWER = 0, 0x80
"""The opcode (RFC 6887, 19.2), and its bit that marks an answer (RFC 6887, 7.2)."""

UNSUPPORTED_VERSION = 1
"""Result code (RFC 6887, 7.4), in both protocols."""

LONGEST = 1100
"""Bytes of a message at most (RFC 6887, 7)."""

_REQUEST = struct.Struct("!BBHI16s")
"""Version, opcode, nothing, requested lifetime, the client's address (RFC 6887, 7.1)."""
_ANSWER = struct.Struct("!BBBBII12s")
"""Version, opcode, nothing, result, lifetime, epoch, nothing (RFC 6887, 7.2)."""
_OLD = struct.Struct("!BBHI")
"""NAT-PMP's error: version, opcode, result, epoch (RFC 6886, 3.5)."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 5351, by the rule above. The target's path is the address of ours that the request names."""
    if not _portmap.is_due(device, ask):
        return
    for address in _portmap.addresses(device):
        if not _portmap.is_closed(device, address):
            own = own_towards(address, ask.own_addresses)
            yield Target(
                address=address, transport=Transport.UDP, port=_portmap.PORT, path="" if own is None else str(own)
            )


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What it answered, and `pcp.result`. Raises `NoAnswer` when it is silent, or says something else."""
    own = addresses.ip(target.path) if target.path else net.source
    said = _udp.ask_once(target, net, request(own))
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said)
    if answer.version != NAT_PMP:
        yield _udp.opened(target, "pcp")
    yield GatewayAnswer(said=answer)
    yield Fact(kind="pcp.result", value=answer.result, transport=Transport.UDP, port=target.port)


def request(own: IPAddress) -> bytes:
    """An ANNOUNCE from `own`, with the lifetime 0 that it has to have.

    The address is the one that the packet comes from, IPv4 as ::ffff:192.0.2.1; a server that sees another says
    ADDRESS_MISMATCH (RFC 6887, 5 and 7.4), which is an answer, too.
    """
    mapped = own.packed if own.version == 6 else bytes(10) + b"\xff\xff" + own.packed
    return _REQUEST.pack(VERSION, ANNOUNCE, 0, 0, mapped)


def read(said: bytes) -> Pcp:
    """What an answer says. Raises `NoAnswer` for anything else.

    Version 0 is a server's that knows NAT-PMP only: it says that version 2 is unsupported (RFC 6886, 3.5).
    """
    if len(said) >= _OLD.size and said[0] == NAT_PMP:
        version, opcode, result, epoch = _OLD.unpack_from(said)
        if (opcode, result) == (ANSWER | ANNOUNCE, UNSUPPORTED_VERSION):
            return Pcp(version=version, result=result, epoch_seconds=epoch)
    elif _ANSWER.size <= len(said) <= LONGEST and len(said) % 4 == 0:
        version, opcode, _, result, _, epoch, _ = _ANSWER.unpack_from(said)
        if opcode == ANSWER | ANNOUNCE:
            return Pcp(version=version, result=result, epoch_seconds=epoch)
    raise NoAnswer("it answered something that is not PCP")


def own_towards(address: IPAddress, own: Iterable[IPAddress]) -> IPAddress | None:
    """The address of `own` that packets to `address` come from, as far as that is known; None where there is none.

    Of the same version and scope, and of those the one that shares the most leading bits (RFC 6724, 5, rules 2 and 8); the
    first of IPv4's.
    """
    able = [a for a in own if a.version == address.version and a.is_link_local() == address.is_link_local()]
    if address.version == 4:
        return next(iter(able), None)
    return min(able, key=lambda a: (int(a) ^ int(address)).bit_length(), default=None)
