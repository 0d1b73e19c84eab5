"""A time server, and one that tells us to go away (a kiss of death: RFC 5905, 7.4)."""

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP


def answer(request: bytes, first: int = 0x24, stratum: int = 2, name: bytes = b"\xc0\0\x02\x01") -> bytes:
    return bytes((first, stratum, 6, 0xE9)) + bytes(8) + name + bytes(8) + request[40:48] + bytes(16)


RIGHT = Mood(udp=lambda data: [answer(data)], learns={"ntp.version": 4, "ntp.stratum": 2}, service="ntp")
REFUSING = Mood(
    udp=lambda data: [answer(data, first=0xE4, stratum=0, name=b"DENY")],
    learns={"ntp.version": 4, "ntp.stratum": 0},
    service="ntp",
)
