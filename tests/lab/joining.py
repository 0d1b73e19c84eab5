"""Devices that join a network and say their names to its DHCP server: raw frames from their own interfaces.

Run as `python joining.py`, with a JSON list of [network namespace, MAC, address, name, vendor class] as its one argument.
Every client says DISCOVER and REQUEST in turns, a bounded number of times; it ends when its standard input is closed.
"""

import json
import os
import select
import socket
import struct
import sys

ROUNDS = 60
PAUSE_SECONDS = 0.5
DISCOVER, REQUEST = 1, 3
_ANY, _EVERYBODY = b"\0" * 4, b"\xff" * 4
_IPV4, _UDP = 0x0800, 17
PARAMETERS = (1, 3, 6, 15, 119, 252)


def message(kind: int, mac: bytes, address: bytes, name: str, vendor_class: str, number: int) -> bytes:
    """What a client broadcasts (RFC 2131, 2 and 4.3.6): a REQUEST as one that rebinds its own address."""
    own = address if kind == REQUEST else _ANY
    head = struct.pack(
        "!BBBBIHH4s4s4s4s16s64s128s", 1, 1, 6, 0, number, 0, 0x8000, own, _ANY, _ANY, _ANY, mac, b"", b""
    )
    options = [(53, bytes((kind,))), (55, bytes(PARAMETERS)), (12, name.encode()), (60, vendor_class.encode())]
    said = b"".join(bytes((code, len(value))) + value for code, value in options if value)
    return head + bytes((99, 130, 83, 99)) + said + b"\xff"


def frame(mac: bytes, source: bytes, payload: bytes) -> bytes:
    """The broadcast frame with a UDP datagram from port 68 to port 67; without a UDP checksum, as RFC 768 allows."""
    udp = struct.pack("!4H", 68, 67, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, _UDP, 0, source, _EVERYBODY)
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    head = head[:10] + struct.pack("!H", checksum) + head[12:]
    return b"\xff" * 6 + mac + struct.pack("!H", _IPV4) + head + udp


def main(clients: list[list[str]]) -> None:
    """Says it all, and ends."""
    from netguard.net import namespaces

    sockets = []
    for network, mac, address, name, vendor_class in clients:
        namespaces.enter(os.open(network, os.O_RDONLY))
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.bind(("eth0", 0))
        sockets.append((sock, bytes.fromhex(mac.replace(":", "")), socket.inet_aton(address), name, vendor_class))
    for number in range(ROUNDS):
        kind = (DISCOVER, REQUEST)[number % 2]
        for sock, mac, address, name, vendor_class in sockets:
            source = address if kind == REQUEST else _ANY
            sock.send(frame(mac, source, message(kind, mac, address, name, vendor_class, number + 1)))
        if select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
            return


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
