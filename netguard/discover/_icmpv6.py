"""ICMPv6 frames of neighbour discovery: written for one question, read with every check that RFC 4861 asks for. Pure."""

import struct
from dataclasses import dataclass, replace

from netaddr import EUI, IPAddress

from netguard.model import address as addresses

ALL_NODES = IPAddress("ff02::1")
"""Everybody on the link (RFC 4291, 2.7.1)."""

_ALL_NODES_MAC = bytes.fromhex("333300000001")
"""Where Ethernet carries that group (RFC 2464, 7)."""

_ETHERTYPE, _ICMPV6 = 0x86DD, 58
_ETHERNET, _HEADER = struct.Struct("!6s6sH"), struct.Struct("!IHBB16s16s")
_HEAD = _ETHERNET.size + _HEADER.size

ON_LINK_HOPS = 255
"""Hop limit of every honest neighbour discovery message: from further away it has fewer (RFC 4861, 7.1.2)."""

ECHO, ECHO_REPLY = 128, 129
"""RFC 4443, 4.1 and 4.2."""
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT = 133, 134, 135, 136
"""RFC 4861, 4.1 to 4.4."""

_LEAST = {ROUTER_SOLICITATION: 8, ROUTER_ADVERTISEMENT: 16, NEIGHBOUR_SOLICITATION: 24, NEIGHBOUR_ADVERTISEMENT: 24}
"""Octets each has at least, and where its options begin (RFC 4861, 6.1.1, 6.1.2, 7.1.1 and 7.1.2)."""

_ROUTER, _SOLICITED = 0x80, 0x40
"""Flags of a neighbour advertisement (RFC 4861, 4.4)."""

_TARGET_LINK_LAYER = 2
"""The option that names the MAC to send to (RFC 4861, 4.6.1)."""

MAX_OPTIONS = 32
"""Options read of one message; honest ones have a handful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one frame says: somebody at `address` has `mac`. `router` is None where the frame does not tell."""

    address: IPAddress
    mac: EUI
    kind: int
    """The ICMPv6 type."""
    via: EUI | None = None
    """The Ethernet source, where it is another than `mac`."""
    router: bool | None = None


def echo(own_mac: EUI, own: IPAddress, identifier: int, sequence: int) -> bytes:
    """An Ethernet frame that asks everybody on the link to answer `own` (RFC 4443, 4.1)."""
    message = struct.pack("!BBHHH", ECHO, 0, 0, identifier, sequence)
    message = message[:2] + struct.pack("!H", checksum(own.packed, ALL_NODES.packed, message)) + message[4:]
    header = _HEADER.pack(6 << 28, len(message), _ICMPV6, ON_LINK_HOPS, own.packed, ALL_NODES.packed)
    return _ETHERNET.pack(_ALL_NODES_MAC, own_mac.packed, _ETHERTYPE) + header + message


def checksum(source: bytes, destination: bytes, message: bytes) -> int:
    """The Internet checksum of an ICMPv6 message with its pseudo-header (RFC 4443, 2.3); 0 over one that is right."""
    data = source + destination + struct.pack("!II", len(message), _ICMPV6) + message
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def parse(frame: bytes, identifier: int) -> Heard | None:
    """Who a frame says is there; None for anything but a valid answer to `identifier` or neighbour discovery message."""
    packet = _packet(frame)
    if packet is None:
        return None
    kind, message = packet.message[0], packet.message
    heard = Heard(address=packet.source, mac=packet.mac, kind=kind)
    if kind == ECHO_REPLY:
        asked = struct.unpack_from("!H", message, 4)[0] == identifier and not packet.destination.is_multicast()
        return heard if asked else None
    if kind not in _LEAST or packet.hops != ON_LINK_HOPS or len(message) < _LEAST[kind]:
        return None
    options = _options(message[_LEAST[kind] :])
    if options is None:
        return None
    if kind == ROUTER_ADVERTISEMENT:
        return replace(heard, router=True) if packet.source.is_link_local() else None
    return _advertised(packet, options) if kind == NEIGHBOUR_ADVERTISEMENT else heard


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    """A whole ICMPv6 message with a right checksum, from somebody to somebody."""

    mac: EUI
    source: IPAddress
    destination: IPAddress
    hops: int
    message: bytes


def _packet(frame: bytes) -> _Packet | None:
    if len(frame) < _HEAD + 8:
        return None
    _, sender, ethertype = _ETHERNET.unpack_from(frame)
    version, length, following, hops, source, destination = _HEADER.unpack_from(frame, _ETHERNET.size)
    message = frame[_HEAD : _HEAD + length]
    if ethertype != _ETHERTYPE or version >> 28 != 6 or following != _ICMPV6 or not 8 <= len(message) == length:
        return None
    if message[1] != 0 or checksum(source, destination, message) != 0:
        return None
    found = _Packet(
        mac=addresses.mac(sender.hex(":")), source=_ip(source), destination=_ip(destination), hops=hops, message=message
    )
    return found if _is_station(found.mac) and is_somebody(found.source) else None


def _is_station(mac: EUI) -> bool:
    return bool(int(mac)) and not addresses.is_group(mac)


def is_somebody(address: IPAddress) -> bool:
    """Whether one host can have it: not unspecified, not loopback, not a group, not an IPv4 address in disguise."""
    nobody = address.is_multicast() or address.is_loopback() or address.is_ipv4_mapped() or not int(address)
    return bool(address.version == 6 and not nobody)


def _advertised(packet: _Packet, options: tuple[tuple[int, bytes], ...]) -> Heard | None:
    """What a neighbour advertisement says of its target, which is the sender's own address or one it answers for."""
    flags, target = packet.message[4], _ip(packet.message[8:24])
    if not is_somebody(target) or (packet.destination.is_multicast() and flags & _SOLICITED):
        return None
    named = [data for kind, data in options if kind == _TARGET_LINK_LAYER and len(data) == 6]
    mac = addresses.mac(named[0].hex(":")) if named else packet.mac
    if not _is_station(mac):
        return None
    via = None if mac == packet.mac else packet.mac
    return Heard(address=target, mac=mac, kind=NEIGHBOUR_ADVERTISEMENT, via=via, router=bool(flags & _ROUTER))


def _options(data: bytes) -> tuple[tuple[int, bytes], ...] | None:
    """Type and content of each option; None where one is malformed (RFC 4861, 4.6: none has a length of 0)."""
    found: list[tuple[int, bytes]] = []
    while data and len(found) < MAX_OPTIONS:
        size = data[1] * 8 if len(data) > 1 else 0
        if not 0 < size <= len(data):
            return None
        found.append((data[0], data[2:size]))
        data = data[size:]
    return tuple(found)


def _ip(packed: bytes) -> IPAddress:
    return IPAddress(int.from_bytes(packed), 6)
