"""Wireshark's capture file (draft-ietf-opsawg-pcapng): sections with interfaces, and blocks with packets."""

from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard
from netguard.wifi.packets import MAX_PACKET, Packet, heard
from netguard.wifi.radiotap import LINKS, link_name

NAME = "capture (pcapng)"

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_SECTION_BYTES = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}

MAX_BLOCK = 1 << 20
"""Bytes of a block that is looked into: a packet and its options. A longer one is passed over without being kept."""

MAX_INTERFACES = 4096
"""Interfaces of one section; a file of nothing but interfaces would fill the memory."""

_CHUNK = 2 * MAX_BLOCK
"""Bytes read at a time: more than a block, so that what is left over is never copied over and over."""

_HEADS = {order: Struct(order + "II").unpack_from for order in _ORDERS.values()}
_NUMBERS = {order: Struct(order + "I").unpack_from for order in _ORDERS.values()}
_INTERFACES = {order: Struct(order + "H2xI").unpack_from for order in _ORDERS.values()}
_PACKETS = {order: Struct(order + "I8xII").unpack_from for order in _ORDERS.values()}
_OLD_PACKETS = {order: Struct(order + "H10xII").unpack_from for order in _ORDERS.values()}


def recognises(head: bytes) -> bool:
    """Whether the file begins with a section header in either byte order."""
    return head[:4] == _SECTION_BYTES and head[8:12] in _ORDERS


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give what each beacon and probe response says. Raises `WifiFileError` where all of it is of something else."""
    links: set[int] = set()
    yield from heard(_packets(_blocks(file, where), links), "pcapng")
    if links and links.isdisjoint(LINKS):
        names = ", ".join(map(link_name, sorted(links)[:4]))
        raise where.error(
            f"it was captured from {names}, where no beacons are; capture with the Wi-Fi adapter in monitor mode"
        )


def _blocks(file: BinaryIO, where: Where) -> Iterator[tuple[str, int, bytes]]:
    """Give byte order, type and body of each block: type (4), length (4), body, length again (4).

    A block longer than `MAX_BLOCK` is given without its body. What comes after a block with an impossible length cannot be
    found again.
    """
    order, rest, skip = "<", b"", 0
    while chunk := file.read(_CHUNK):
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        buffer = rest + chunk[skip:]
        skip = at = 0
        end = len(buffer)
        while end - at >= 12:
            if buffer.startswith(_SECTION_BYTES, at):
                order = _ORDERS.get(buffer[at + 8 : at + 12], order)
            kind, length = _HEADS[order](buffer, at)
            after = at + length
            if length < 12 or length & 3 or (after <= end and buffer[at + 4 : at + 8] != buffer[after - 4 : after]):
                where.remark("it is damaged in the middle; what stands before that was read")
                return
            if after <= end:
                yield order, kind, buffer[at + 8 : after - 4]
                at = after
                continue
            if length > MAX_BLOCK:
                yield order, kind, b""
                skip, at = after - end, end
            break
        rest = buffer[at:]
    if rest or skip:
        where.remark("its end is missing; what stands before that was read")


def _packets(blocks: Iterator[tuple[str, int, bytes]], links: set[int]) -> Iterator[Packet]:
    """Give each packet of a known interface; put every interface's link type into `links`."""
    interfaces: list[tuple[int, int]] = []
    for order, kind, body in blocks:
        size = len(body)
        if kind == _PACKET and size >= 20:
            number, captured, original = _PACKETS[order](body)
            at = 20
        elif kind == _SECTION:
            interfaces = []
            continue
        elif kind == _INTERFACE and size >= 8 and len(interfaces) < MAX_INTERFACES:
            interfaces.append(_INTERFACES[order](body))
            links.add(interfaces[-1][0])
            continue
        elif kind == _OLD_PACKET and size >= 20:
            number, captured, original = _OLD_PACKETS[order](body)
            at = 20
        elif kind == _SIMPLE_PACKET and size >= 4 and interfaces:
            (original,) = _NUMBERS[order](body)
            number, at = 0, 4
            captured = min(original, interfaces[0][1] or original, size - at)
        else:
            continue
        if number < len(interfaces) and captured <= size - at and captured <= MAX_PACKET:
            cut = original - captured if original > captured else 0
            yield interfaces[number][0], body[at : at + captured], cut
