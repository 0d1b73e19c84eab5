"""The classic capture file of tcpdump (draft-ietf-opsawg-pcap): a header, then records one after the other."""

from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard
from netguard.wifi.packets import MAX_PACKET, Packet, heard
from netguard.wifi.radiotap import LINKS, link_name

NAME = "capture (pcap)"

_ORDERS = {
    b"\xd4\xc3\xb2\xa1": "<",
    b"\xa1\xb2\xc3\xd4": ">",
    b"\x4d\x3c\xb2\xa1": "<",  # nanoseconds
    b"\xa1\xb2\x3c\x4d": ">",
}

_CHUNK = 1 << 20
"""Bytes read at a time: more than the longest packet, so that what is left over is never copied over and over."""


def recognises(head: bytes) -> bool:
    """Whether the file begins with one of pcap's magic numbers."""
    return head[:4] in _ORDERS


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give what each beacon and probe response says. Raises `WifiFileError` where it is a capture of something else."""
    header = file.read(24)
    if len(header) < 24:
        raise where.error("its first 24 bytes are not all there: the capture broke off before the first packet")
    order = _ORDERS[header[:4]]
    (link,) = Struct(order + "I").unpack_from(header, 20)
    link &= 0xFFFF  # above it: whether, and how long, a check sequence follows; it is known by itself where it does
    if link not in LINKS:
        raise where.error(
            f"it was captured from {link_name(link)}, where no beacons are; capture with the Wi-Fi adapter in monitor mode"
        )
    yield from heard(_packets(file, where, order, link), "pcap")


def _packets(file: BinaryIO, where: Where, order: str, link: int) -> Iterator[Packet]:
    """Give each packet. A record's header: seconds, parts of a second, bytes captured, bytes on the air."""
    lengths = Struct(order + "8xII").unpack_from
    rest, count = b"", 0
    while chunk := file.read(_CHUNK):
        buffer = rest + chunk
        at, end = 0, len(buffer)
        while end - at >= 16:
            captured, original = lengths(buffer, at)
            if captured > MAX_PACKET:
                where.remark(f"it is damaged after packet {count}; what stands before it was read")
                return
            after = at + 16 + captured
            if after > end:
                break
            yield link, buffer[at + 16 : after], original - captured if original > captured else 0
            at = after
            count += 1
        rest = buffer[at:]
    if rest:
        where.remark("its end is missing; what stands before that was read")
