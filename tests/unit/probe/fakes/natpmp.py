"""A router that speaks NAT-PMP, and one whose owner has switched it off (RFC 6886, 3.5: result code 2)."""

import struct

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP


def answer(result: int = 0, epoch: int = 4711, external: bytes = b"\xcb\x00\x71\x09", version: int = 0) -> bytes:
    """To the external address request; 203.0.113.9 by itself."""
    return struct.pack("!BBHI", version, 0x80, result, epoch) + external


def says(said: bytes, *, to: bytes = b"\0\0") -> Mood:
    """A server that says it to this very question, and nothing to any other."""
    return Mood(udp=lambda data: [said] if data == to else [])


RIGHT = Mood(udp=says(answer()).udp, learns={"natpmp.result": 0}, service="nat-pmp")
REFUSING = Mood(udp=says(answer(2, external=bytes(4))).udp, learns={"natpmp.result": 2}, service="nat-pmp")
