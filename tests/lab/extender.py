"""A Wi-Fi range extender that works in user space, as a program on a simulated device.

It carries frames between the card that faces the router and the bridge its clients are plugged into. A station has one
MAC on the air, so extenders without four-address frames put another MAC on what their clients send, in ARP and IPv6
neighbour discovery as well, and put the client's back on what comes for it: `rewrite` uses the extender's own MAC for all of them, `translate` one for
each client, 02:0F:B5 and the client's last three bytes, as Netgear's extenders do.

Run as `python extender.py rewrite|translate OUTER INNER`; says `ready`, and ends when its standard input is closed.
"""

import selectors
import socket
import struct
import sys

PACKET_OUTGOING = 4
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_VNET_HDR, PACKET_MR_PROMISC = 263, 1, 15, 1
"""linux/if_packet.h."""
EVERY_PROTOCOL = 3
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
ICMPV6 = 58
ND_OPTIONS = {133: 8, 134: 16, 135: 24, 136: 24, 137: 40}
"""ICMPv6 type of each neighbour discovery message → where its options begin (RFC 4861, 4.1 to 4.5)."""
SOLICITATION, ADVERTISEMENT = 135, 136
LINK_LAYER = {1, 2}
"""Options that hold the sender's and the target's MAC (RFC 4861, 4.6.1)."""
AT_IPV6, AT_ICMPV6 = 14, 54
"""Where these headers begin in a frame; neighbour discovery has no header between them."""
VNET = 10
"""Bytes of struct virtio_net_hdr before each frame: what the kernel still has to do about its checksums goes along."""
MOST_BYTES = 70_000
TRANSLATED = bytes((0x02, 0x0F, 0xB5))


def opened(name: str) -> socket.socket:
    """A socket that hears and sends whole frames on the interface `name`."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    sock.bind((name, EVERY_PROTOCOL))
    everything = struct.pack("iHH8s", socket.if_nametoindex(name), PACKET_MR_PROMISC, 0, b"")
    sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, everything)
    return sock


class Extender:
    """What it knows of its clients."""

    def __init__(self, own: bytes, *, translates: bool) -> None:
        self._own, self._translates = own, translates
        self._clients: dict[bytes, bytes] = {}
        """Client's MAC → the one it has outside."""
        self._by_address: dict[bytes, bytes] = {}
        """IPv4 or IPv6 address → client's MAC."""

    def outward(self, frame: bytearray) -> bytearray | None:
        """A client's frame as it goes out; None when it is for another client."""
        target, client = bytes(frame[:6]), bytes(frame[6:12])
        if target in self._clients:
            return None
        shown = self._clients.setdefault(client, TRANSLATED + client[3:] if self._translates else self._own)
        kind = int.from_bytes(frame[12:14])
        for address in spoken_from(frame):
            self._by_address[address] = client
        frame[6:12] = shown
        if kind == ARP and bytes(frame[22:28]) == client:
            frame[22:28] = shown
        if kind == IPV6 and len(frame) > AT_ICMPV6:
            rewrite_neighbour_discovery(frame, client, shown)
        return frame

    def inward(self, frame: bytearray) -> bytearray | None:
        """A frame from outside as a client gets it; None when it is for nobody there."""
        target, kind = bytes(frame[:6]), int.from_bytes(frame[12:14])
        if target[0] & 1:
            return frame
        if self._translates:
            client = next((inner for inner, outer in self._clients.items() if outer == target), None)
        elif target == self._own and kind in DESTINATION:
            client = self._by_address.get(bytes(frame[DESTINATION[kind]]))
        else:
            client = None
        if client is None:
            return None
        frame[:6] = client
        if kind == ARP:
            frame[32:38] = client
        return frame


DESTINATION = {ARP: slice(38, 42), IPV4: slice(30, 34), IPV6: slice(38, 54)}
"""EtherType → where the address is that the frame is for."""


def spoken_from(frame: bytearray) -> list[bytes]:
    """The addresses that a client's frame shows to be its own.

    Those it asks others about before it has them (duplicate address detection, RFC 4862, 5.4) and those it advertises
    are among them: an address may be asked for before anything was sent from it.
    """
    kind = int.from_bytes(frame[12:14])
    if kind == IPV6 and len(frame) > AT_ICMPV6:
        source, message = bytes(frame[22:38]), frame[AT_ICMPV6:]
        discovers = frame[AT_IPV6 + 6] == ICMPV6 and len(message) >= 24
        own = message[0] == ADVERTISEMENT or (message[0] == SOLICITATION and not any(source)) if discovers else False
        found = [source, *([bytes(message[8:24])] if own else [])]
    else:
        found = [bytes(frame[28:32])] if kind == ARP else [bytes(frame[26:30])] if kind == IPV4 else []
    return [address for address in found if any(address)]


def rewrite_neighbour_discovery(frame: bytearray, old: bytes, new: bytes) -> None:
    """Puts `new` in the place of the MAC `old` in the options of a neighbour discovery message, checksum included.

    The checksum is updated by the difference (RFC 1624, equation 3), so one that was wrong stays wrong.
    """
    end = AT_ICMPV6 + int.from_bytes(frame[AT_IPV6 + 4 : AT_IPV6 + 6])
    if frame[AT_IPV6 + 6] != ICMPV6 or end > len(frame) or frame[AT_ICMPV6] not in ND_OPTIONS:
        return
    at = AT_ICMPV6 + ND_OPTIONS[frame[AT_ICMPV6]]
    while at + 8 <= end and frame[at + 1]:
        if frame[at] in LINK_LAYER and bytes(frame[at + 2 : at + 8]) == old:
            frame[at + 2 : at + 8] = new
            total = 0xFFFF ^ int.from_bytes(frame[AT_ICMPV6 + 2 : AT_ICMPV6 + 4])
            total += sum(0xFFFF ^ word for word in struct.unpack("!3H", old)) + sum(struct.unpack("!3H", new))
            while total >> 16:
                total = (total & 0xFFFF) + (total >> 16)
            frame[AT_ICMPV6 + 2 : AT_ICMPV6 + 4] = (0xFFFF ^ total).to_bytes(2)
        at += 8 * frame[at + 1]


def main(mode: str, outer: str, inner: str) -> None:
    """Carries frames until standard input is closed."""
    outside, inside = opened(outer), opened(inner)
    extender = Extender(outside.getsockname()[4], translates=mode == "translate")
    ways = {outside: (inside, extender.inward), inside: (outside, extender.outward)}
    with selectors.DefaultSelector() as selector:
        for sock in ways:
            selector.register(sock, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    if not sys.stdin.buffer.read1(1):
                        return
                    continue
                data, (_, _, kind, _, _) = key.fileobj.recvfrom(MOST_BYTES)
                if kind == PACKET_OUTGOING or len(data) < VNET + 14:
                    continue
                to, change = ways[key.fileobj]
                changed = change(bytearray(data[VNET:]))
                if changed is not None:
                    try:
                        to.send(data[:VNET] + changed)
                    except OSError as error:  # a full queue loses a frame, as a radio does
                        print(error, file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
