"""A host that answers every search with far too much: run as a program on a simulated device.

To multicast DNS queries it says 10,000 different announcements in all, and messages that are none: names of 64 KiB,
compression that runs in circles, counts that are lies, control characters. To SSDP searches it says the like.
Run as `python noise.py ADDRESS`; says `ready`, and ends when its standard input is closed.
"""

import os
import random
import select
import socket
import struct
import sys

ANNOUNCEMENTS = 10_000
MOST_SEARCHES = 3
"""Searches of each protocol that are answered; the announcements are spread over them."""
ANSWERS = 400
"""SSDP answers to each of them."""
CONTROL = "\x1b[2J\x07\x9b31m\u202e\u2028\r\n\0<script>"


def name(text: str) -> bytes:
    return b"".join(bytes((len(part),)) + part for part in (p.encode()[:63] for p in text.split(".")) if part) + b"\0"


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 1, 4500, len(data)) + data


def response(*records: bytes, count: int | None = None) -> bytes:
    return struct.pack("!6H", 0, 0x8400, 0, len(records) if count is None else count, 0, 0) + b"".join(records)


def announcement(number: int) -> bytes:
    """One instance of a type of its own now and then, with a host, an entry and an address that are nobody's."""
    kind = f"_noise{number % 700}._tcp.local"
    instance = bytes((20,)) + f"Lautsprecher {number:7}".encode() + name(kind)
    return response(
        record(name("_services._dns-sd._udp.local"), 12, name(kind)),
        record(name(kind), 12, instance),
        record(instance, 33, struct.pack("!3H", 0, 0, 1 + number % 65535) + name(f"noise{number}.local")),
        record(instance, 16, b"\x0cid=" + f"{number:09}".encode()),
        record(name(f"noise{number}.local"), 1, socket.inet_aton("203.0.113.9")),
    )


def garbage(draw: random.Random) -> list[bytes]:
    """Messages that are none."""
    long = b"".join(b"\x3f" + bytes((65 + at % 26,)) * 63 for at in range(1000)) + b"\0"
    rude = CONTROL.encode()
    owner = bytes((len(rude),)) + rude + name("_http._tcp.local")
    return [
        response(record(name("_http._tcp.local"), 12, long)),
        response(long[:64_000] + struct.pack("!HHIH", 12, 1, 120, 0)),
        response(record(owner, 16, b"\xff" + b"\xfe\x80\x1b" * 85), record(name("_http._tcp.local"), 12, owner)),
        response(record(name("x.local"), 16, bytes(range(256)) * 240)),
        response(b"\xc0\x0c" + struct.pack("!HHIH", 12, 1, 120, 2) + b"\xc0\x0c"),
        response(b"\xc0\x0e\xc0\x0c" + struct.pack("!HHIH", 12, 1, 120, 2) + b"\xc0\x0c"),
        response(count=65_535),
        b"",
        *(draw.randbytes(draw.randrange(1, 1400)) for _ in range(40)),
    ]


def answers(draw: random.Random) -> list[bytes]:
    """SSDP answers: far too many, far too long, and such that are none."""
    head = b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\n"
    many = [
        head
        + f"ST: urn:noise:device:{n}:1\r\nUSN: uuid:noise-{n}\r\nSERVER: {CONTROL}\r\nLOCATION: http://203.0.113.9/{n}\r\n\r\n".encode()
        for n in range(ANSWERS)
    ]
    return [
        *many,
        head + b"ST: x\r\nUSN: y\r\nSERVER: " + b"A" * 65_000 + b"\r\n\r\n",
        head + b"".join(b"X-%d: y\r\n" % n for n in range(3000)) + b"\r\n",
        b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: " + b"\xff\0\x1b" * 200 + b"\r\n\r\n",
        *(draw.randbytes(draw.randrange(1, 1400)) for _ in range(40)),
    ]


def ear(group: str, port: int, own: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(own))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    return sock


def main(own: str) -> None:
    names, things = ear("224.0.0.251", 5353, own), ear("239.255.255.250", 1900, own)
    # A process for each protocol: neither flood may hold up the other beyond the time in which answers are waited for.
    mine = things if os.fork() else names
    if mine is things:
        print("ready", flush=True)
    answer(mine, own, upnp=mine is things)


def answer(sock: socket.socket, own: str, *, upnp: bool) -> None:
    """Answers searches on one socket until standard input is closed."""
    draw = random.Random(own)
    said = 0
    while True:
        readable, _, _ = select.select([sock, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        data, sender = sock.recvfrom(65_536)
        wanted = data.startswith(b"M-SEARCH") if upnp else len(data) > 12 and not data[2] & 0x80
        if not wanted or sender[0] == own or said >= MOST_SEARCHES:
            continue
        share = ANNOUNCEMENTS // MOST_SEARCHES + 1
        first = said * share
        said += 1
        if upnp:
            messages = [(each, sender) for each in answers(draw)]
        else:
            messages = [(each, ("224.0.0.251", 5353)) for each in garbage(draw)]
            # Mostly to who asked: the simulated devices share a process, and would be busy reading each other's noise.
            group = ("224.0.0.251", 5353)
            messages += [(announcement(n), sender if n % 20 else group) for n in range(first, first + share)]
        for message, to in messages:
            try:
                sock.sendto(message, to)
            except OSError:  # too long for this system, or its queue is full
                continue


if __name__ == "__main__":
    main(sys.argv[1])
