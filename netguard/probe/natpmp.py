"""NAT-PMP: does the router open ports for whoever asks it to? One request for its external address (RFC 6886, 3.2).

The question is two bytes and creates nothing; a port is never asked for. It says whether the router speaks the protocol,
and by the address whether another router stands before it. It knows IPv4 addresses only.

Who is asked: `_portmap.is_due`. Only an answer, or that nobody listens, says anything: whatever drops the question is silent
just as a lost packet is.
"""

import struct
from collections.abc import Iterable, Iterator

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.gateway import GatewayAnswer, NatPmp
from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _portmap, _udp
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"natpmp"})

QUESTION = bytes((0, 0))
"""Version 0, opcode 0 (RFC 6886, 3.2)."""

VERSION, ANSWER = 0, 0x80
"""An answer's version and opcode: that of the request with the highest bit set (RFC 6886, 3.2)."""

SUCCESS, UNSUPPORTED_VERSION = 0, 1
"""Result codes (RFC 6886, 3.5)."""

_HEADER, _ADDRESS = struct.Struct("!BBH"), struct.Struct("!II")
"""Version, opcode, result; then seconds since the start of the epoch, and the external address."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 5351 at its IPv4 addresses, by the rule above."""
    if _portmap.is_due(device, ask):
        for address in _portmap.addresses(device):
            if address.version == 4:
                yield from _udp.target(device, _portmap.PORT, address)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What it answered, and `natpmp.result`. Raises `NoAnswer` when it is silent, or says something else."""
    said = _udp.ask_once(target, net, QUESTION)
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said)
    if said[0] == VERSION:
        yield _udp.opened(target, "nat-pmp")
    yield GatewayAnswer(said=answer, external_address=answer.external_address)
    yield Fact(kind="natpmp.result", value=answer.result, transport=Transport.UDP, port=target.port)


def read(said: bytes) -> NatPmp:
    """What an answer says. Raises `NoAnswer` for anything else.

    A server of PCP that knows no NAT-PMP answers in its own version that this one is unsupported, with the code in the
    same place (RFC 6887, 9 and appendix A): that is an answer, too. The address is null without success, when the rest
    is undefined, and where it is 0.0.0.0.
    """
    if len(said) >= _HEADER.size:
        version, opcode, result = _HEADER.unpack_from(said)
        if opcode == ANSWER and version != VERSION and result == UNSUPPORTED_VERSION:
            return NatPmp(result=result)
        if (version, opcode) == (VERSION, ANSWER) and len(said) >= _HEADER.size + 4:
            epoch = int.from_bytes(said[4:8])
            if result != SUCCESS:
                return NatPmp(result=result, epoch_seconds=epoch)
            if len(said) >= _HEADER.size + _ADDRESS.size:
                epoch, address = _ADDRESS.unpack_from(said, _HEADER.size)
                return NatPmp(
                    result=result, epoch_seconds=epoch, external_address=IPAddress(address, 4) if address else None
                )
    raise NoAnswer("it answered something that is not NAT-PMP")
