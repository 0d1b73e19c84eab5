"""An EdgeRouter X that answers Ubiquiti's discovery, and one whose discovery is switched off."""

import struct

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP


def answer(*elements, version=1, command=0, length=None):
    body = b"".join(struct.pack("!BH", kind, len(value)) + value for kind, value in elements)
    return struct.pack("!BBH", version, command, len(body) if length is None else length) + body


MAC = bytes.fromhex("802aa8aef163")
EDGE_ROUTER = (
    (0x02, MAC + bytes((192, 168, 0, 1))),
    (0x02, MAC[:5] + b"\x5e" + bytes((192, 168, 2, 1))),
    (0x01, MAC),
    (0x0A, (113144).to_bytes(4)),
    (0x0B, b"ubnt-router"),
    (0x0C, b"ER-X"),
    (0x03, b"EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227"),
)
"""After the example of nmap's `ubiquiti-discovery`."""

RIGHT = Mood(
    udp=lambda data: [answer(*EDGE_ROUTER)] if data == b"\x01\0\0\0" else [],
    learns={
        "ubnt.name": "ubnt-router",
        "ubnt.model": "ER-X",
        "ubnt.version": "EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227",
        "host.name": "ubnt-router",
        "firmware.version": "1.10.7",
    },
    service="ubiquiti-discovery",
)
REFUSING = Mood(udp=lambda _: [], not_learns=("ubnt.name", "ubnt.model"), reason="it said nothing")
