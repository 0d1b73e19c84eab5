"""A name server that says which it is, and one that will not (RFC 1035, 4.1)."""

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP


def answer(query: bytes, flags: int, text: bytes | None = None) -> bytes:
    """The question again, and with `text` a TXT record whose name points at it."""
    head = query[:2] + flags.to_bytes(2) + b"\0\x01" + (1 if text else 0).to_bytes(2) + bytes(4)
    record = b""
    if text:
        data = bytes((len(text),)) + text
        record = b"\xc0\x0c\0\x10\0\x03" + bytes(4) + len(data).to_bytes(2) + data
    return head + query[12:] + record


RIGHT = Mood(
    udp=lambda data: [answer(data, 0x8480, b"dnsmasq-2.90")],
    learns={"dns.version": "dnsmasq-2.90", "dns.recursion": True},
    service="dns",
)
REFUSING = Mood(
    udp=lambda data: [answer(data, 0x8005)],
    learns={"dns.recursion": False},
    not_learns=("dns.version",),
    service="dns",
)
