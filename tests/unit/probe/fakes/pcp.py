"""A router that speaks PCP, and one that declines this client (RFC 6887, 7.4: NOT_AUTHORIZED)."""

import struct

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP


def answer(result: int = 0, epoch: int = 4711, version: int = 2) -> bytes:
    """To ANNOUNCE."""
    return struct.pack("!BBBBII12s", version, 0x80, 0, result, 0, epoch, b"")


def serving(data: bytes, result: int = 0) -> list[bytes]:
    """As a server does: MALFORMED_REQUEST to what is none (7.4), and ADDRESS_MISMATCH to who names another address."""
    if len(data) != 24 or data[:8] != b"\x02\0\0\0\0\0\0\0":
        return [answer(3)]
    return [answer(result if data[8:] == bytes(10) + b"\xff\xff\x7f\0\0\1" else 12)]


RIGHT = Mood(udp=serving, learns={"pcp.result": 0}, service="pcp")
REFUSING = Mood(udp=lambda data: serving(data, 2), learns={"pcp.result": 2}, service="pcp")
