"""SNMP: does it tell about itself to the community `public`? One GET of sysDescr.0, one packet.

In version 1 (RFC 1157), since that reaches most: an agent discards versions that it does not speak (RFC 1157, 4.1; RFC
3584), devices offer 1 and 2c by one switch, and printers have to speak 1 for Windows' port monitor (MS-RPRN,
3.1.4.11.3, which asks by RFC 1157). For a GET both are the same but for one number.

Who is asked: what is known to be no lock, hub or alarm, since `public` counts as a password. At depth standard what
usually has SNMP: printers, storage, routers, access points, switches and cameras; at depth deep everything else, too.

The packet is made and read here: six nested elements whose order is fixed, read to a depth of five and no further. An
ASN.1 library builds whatever tree the device sends before anybody asks for the one text.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import MAX_TEXT, Fact
from netguard.model.vocabulary import Depth, Role, Transport
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _udp
from netguard.probe._contract import Ask, Learnt, Target, is_spared

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"snmp"})

PORT = 161
"""RFC 1157, 4."""

USUAL_ROLES = frozenset({Role.PRINTER, Role.NAS, Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH, Role.CAMERA})

COMMUNITY = b"public"
SYS_DESCR = bytes.fromhex("2b06010201010100")
"""1.3.6.1.2.1.1.1.0 in BER: sysDescr (RFC 3418, 2) with the index of a scalar."""

MAX_LENGTH_BYTES = 3
"""Bytes of a length that are read: more than a datagram can hold would only be arithmetic with numbers of thousands of bits."""

_INTEGER, _OCTETS, _NULL, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_GET, _RESPONSE = 0xA0, 0xA2
_VERSION_1 = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an agent said: its description, or null where it declined to give that to `public`."""

    description: str | None


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """UDP 161, by the rule above."""
    if not _udp.is_due(device, ask) or is_spared(device):
        return
    if device.role in USUAL_ROLES or ask.depth is Depth.DEEP:
        yield from _udp.target(device, PORT)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """`snmp.sysdescr` where it tells. Raises `NoAnswer` when it is silent, which is how SNMP refuses, or no agent."""
    number = 1 + secrets.randbelow(2**31 - 1)
    said = _udp.ask_once(target, net, get(number))
    yield _udp.asked(target)
    if said is None:
        return
    yield _udp.opened(target)
    answer = read(said, number)
    yield _udp.opened(target, "snmp")
    if answer.description is not None:
        yield Fact(kind="snmp.sysdescr", value=answer.description, transport=Transport.UDP, port=target.port)


def get(number: int) -> bytes:
    """A GetRequest for sysDescr.0 (RFC 1157, 4.1.2); `number`, from 1 to 2^31 - 1, comes back in the answer."""
    binding = _put(_SEQUENCE, _put(_OBJECT, SYS_DESCR) + _put(_NULL, b""))
    # One bit more than the number has: BER's integers have a sign.
    request = _put(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))
    unit = _put(_GET, request + _put(_INTEGER, b"\0") * 2 + _put(_SEQUENCE, binding))
    return _put(_SEQUENCE, _put(_INTEGER, bytes((_VERSION_1,))) + _put(_OCTETS, COMMUNITY) + unit)


def read(said: bytes, number: int) -> Answer:
    """What a GetResponse to our request says. Raises `NoAnswer` for anything else."""
    try:
        message = _take(said, _SEQUENCE)[0]
        _, message = _take(message, _INTEGER)
        community, message = _take(message, _OCTETS)
        unit = _take(message, _RESPONSE)[0]
        identifier, unit = _take(unit, _INTEGER)
        error, unit = _take(unit, _INTEGER)
        _, unit = _take(unit, _INTEGER)
        if community != COMMUNITY or int.from_bytes(identifier[:8]) != number:
            raise ValueError("an answer to somebody else")
        if error.strip(b"\0"):
            return Answer(description=None)
        binding = _take(_take(unit, _SEQUENCE)[0], _SEQUENCE)[0]
        name, value = _take(binding, _OBJECT)
        text = _take(value, _OCTETS)[0] if name == SYS_DESCR and value[:1] == bytes((_OCTETS,)) else None
    except (ValueError, IndexError) as error_:
        raise NoAnswer("it answered something that is not SNMP") from error_
    return Answer(description=None if text is None else text[: MAX_TEXT * 4].decode("utf-8", "replace"))


def _take(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """(content, what follows) of the BER element `tag` that `data` begins with. Raises ValueError or IndexError."""
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= MAX_LENGTH_BYTES:
            raise ValueError("a length that no datagram has")
        length, start = int.from_bytes(data[2 : 2 + count]), 2 + count
    if data[0] != tag or len(data) < start + length:
        raise ValueError("another element, or one that ends too early")
    return data[start : start + length], data[start + length :]


def _put(tag: int, content: bytes) -> bytes:
    """A BER element of less than 128 bytes, which is all that we send."""
    return bytes((tag, len(content))) + content
