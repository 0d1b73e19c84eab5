"""A lamp that lists what it offers, and one that wants to know who asks (RFC 7252, RFC 6690)."""

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP

LIST = b'</lights>;rt="light";title="a <b>",</.well-known/core>;ct=40'


def answer(request: bytes, code: int, payload: bytes = b"", options: bytes = b"\xc1\x28") -> bytes:
    """A response that is not confirmable, with the request's token and Content-Format 40."""
    token = request[4 : 4 + (request[0] & 0x0F)]
    return bytes((0x50 | len(token), code)) + b"\x12\x34" + token + options + (b"\xff" + payload if payload else b"")


RIGHT = Mood(
    udp=lambda data: [answer(data, 0x45, LIST)],
    learns={"coap.resources": ("/lights", "/.well-known/core")},
    service="coap",
)
REFUSING = Mood(udp=lambda data: [answer(data, 0x81)], not_learns=("coap.resources",), service="coap")
