"""What stands before an 802.11 frame in a capture, by link type: radiotap, PPI, Prism, AVS, a cooked header, or nothing.

Link types are those of www.tcpdump.org/linktypes.html. A reader here gets one packet and how many bytes of its end the
capture left out, and gives the frame without its check sum, its frequency in MHz and its signal in dBm; null for whatever
is no beacon and no probe response, or is known to be damaged. Nothing that a packet says of lengths is trusted.
"""

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from struct import Struct
from typing import NamedTuple, TypeAlias

Frame: TypeAlias = tuple[bytes, int | None, int | None]
"""The frame, MHz, dBm."""

Reader: TypeAlias = Callable[[bytes, int], Frame | None]

BEACON, PROBE_RESPONSE = 0x80, 0x50
"""First byte of the frame control field: version 0, type management, subtypes 8 and 5 (IEEE 802.11-2020, 9.2.4.1)."""

_FCS = 4
"""Bytes of the frame check sequence (IEEE 802.11-2020, 9.2.4.8): a CRC-32, little endian as captures have it."""

_QUIET = -128
"""What drivers put where they know no signal; so they do with 0 and above, which no receiver ever measures."""

MAX_MASKS = 32
"""Presence masks of one radiotap header; real ones have one an antenna, a hostile one would have 16,000 to be walked."""

MAX_VENDOR_NAMESPACES = 4
"""Vendor namespaces of one radiotap header; each costs a walk over the header again."""

_LAYOUTS = 256
"""Radiotap layouts kept; a capture has one or two, a hostile one would fill the memory with others."""

_TWO, _FOUR, _FOUR_BIG, _PPI = Struct("<H"), Struct("<I"), Struct(">I"), Struct("<H2xH")

_FIELDS = (
    (8, 8),  # 0 TSFT
    (1, 1),  # 1 flags
    (1, 1),  # 2 rate
    (2, 4),  # 3 channel
    (2, 2),  # 4 FHSS
    (1, 1),  # 5 antenna signal, dBm
    (1, 1),  # 6 antenna noise, dBm
    (2, 2),  # 7 lock quality
    (2, 2),  # 8 transmit attenuation
    (2, 2),  # 9 transmit attenuation, dB
    (1, 1),  # 10 transmit power, dBm
    (1, 1),  # 11 antenna
    (1, 1),  # 12 antenna signal, dB
    (1, 1),  # 13 antenna noise, dB
    (2, 2),  # 14 receive flags
    (2, 2),  # 15 transmit flags
    (1, 1),  # 16 RTS retries
    (1, 1),  # 17 data retries
    (4, 8),  # 18 extended channel
    (1, 3),  # 19 MCS
    (4, 8),  # 20 A-MPDU status
    (2, 12),  # 21 VHT
    (8, 12),  # 22 time stamp
    (2, 12),  # 23 HE
    (2, 12),  # 24 HE-MU
    (2, 6),  # 25 HE-MU of other users
    (1, 1),  # 26 PSDU of no length
    (2, 4),  # 27 L-SIG
)
"""Alignment and size of radiotap's fields by bit (radiotap.org/fields/defined)."""

_FLAGS, _CHANNEL, _SIGNAL, _EXTENDED_CHANNEL = 1, 3, 5, 18
_TLVS, _RADIOTAP_NEXT, _VENDOR_NEXT, _EXTENDED = 28, 29, 30, 31
_HAS_FCS, _BAD_FCS = 0x10, 0x40
"""Of the field "flags": the frame ends with its check sequence; the check sequence was wrong."""


class _Places(NamedTuple):
    """Offsets in a radiotap header; null for what it does not have."""

    flags: int | None = None
    frequency: int | None = None
    signal: int | None = None
    vendor: int | None = None
    """Where the description of a vendor's namespace stands whose length is not known yet."""


def raw(packet: bytes, cut: int) -> Frame | None:
    """Link type 105: the frame and nothing else."""
    if not packet or packet[0] not in (BEACON, PROBE_RESPONSE):
        return None
    return _without_likely_fcs(packet, cut), None, None


def radiotap(packet: bytes, cut: int) -> Frame | None:
    """Link type 127 (radiotap.org)."""
    if len(packet) < 8 or packet[0]:
        return None
    length = packet[2] | packet[3] << 8
    if not 8 <= length < len(packet) or packet[length] not in (BEACON, PROBE_RESPONSE):
        return None
    flags, frequency, signal, vendor = _layout(packet[4 : _end_of_masks(packet, length)])
    if vendor is not None:
        flags, frequency, signal, _ = _beyond_vendors(packet, length)
    mhz = dbm = None
    if frequency is not None and frequency + 2 <= length:
        mhz = (packet[frequency] | packet[frequency + 1] << 8) or None
    if signal is not None and signal < length:
        dbm = _dbm(packet[signal])
    if flags is None or flags >= length:
        return _without_likely_fcs(packet[length:], cut), mhz, dbm
    if packet[flags] & _BAD_FCS:
        return None
    if packet[flags] & _HAS_FCS and cut < _FCS:
        return packet[length : len(packet) - _FCS + cut], mhz, dbm
    return packet[length:], mhz, dbm


def _end_of_masks(packet: bytes, length: int) -> int:
    end = 8
    while packet[end - 1] & 0x80 and end + 4 <= length and end < 4 + 4 * MAX_MASKS:
        end += 4
    return end


def _beyond_vendors(packet: bytes, length: int) -> _Places:
    """Give the places in a header with vendors' namespaces: their lengths stand among the data."""
    masks = packet[4 : _end_of_masks(packet, length)]
    skips: tuple[int, ...] = ()
    places = _layout(masks)
    while places.vendor is not None and len(skips) < MAX_VENDOR_NAMESPACES and places.vendor + 6 <= length:
        skips += (_TWO.unpack_from(packet, places.vendor + 4)[0],)
        places = _layout(masks, skips)
    return places


@lru_cache(maxsize=_LAYOUTS)
def _layout(masks: bytes, skips: tuple[int, ...] = ()) -> _Places:
    """Give where the wanted fields stand under these presence `masks`; the first of each counts.

    `skips` are the lengths of the vendors' namespaces, as far as they are known. Alignment counts from the header's start.
    """
    at = 4 + len(masks)
    found: dict[int, int] = {}
    waiting = list(skips)
    ours, first = True, 0
    for index in range(0, len(masks), 4):
        (mask,) = _FOUR.unpack_from(masks, index)
        for bit in range(_TLVS) if ours else ():
            if not mask >> bit & 1:
                continue
            number = first + bit
            if number >= len(_FIELDS):  # in nobody's list: how long it is, and what follows, cannot be known
                return _places(found)
            align, size = _FIELDS[number]
            at += -at % align
            found.setdefault(number, at)
            at += size
        if ours and mask >> _TLVS & 1:  # what follows are fields with types and lengths; none of ours is among them
            return _places(found)
        ours, first = ours and not mask >> _VENDOR_NEXT & 1, first + 32
        if mask >> _RADIOTAP_NEXT & 1:
            ours, first = True, 0
        elif mask >> _VENDOR_NEXT & 1:
            at += -at % 2
            if not waiting:
                return _places(found, vendor=at)
            at += 6 + waiting.pop(0)
    return _places(found)


def _places(found: Mapping[int, int], *, vendor: int | None = None) -> _Places:
    extended = found.get(_EXTENDED_CHANNEL)
    return _Places(
        found.get(_FLAGS),
        found.get(_CHANNEL, None if extended is None else extended + 4),
        found.get(_SIGNAL),
        vendor,
    )


_PPI_COMMON = 2
_PPI_FCS, _PPI_BAD_FCS = 0x01, 0x04
"""Of the flags of PPI's 802.11-Common field: check sequence at the end; check sequence wrong."""


def ppi(packet: bytes, cut: int) -> Frame | None:
    """Link type 192: Per-Packet Information (CACE Technologies, "PPI Header format" 1.0.7): fields, then a frame.

    Its 802.11-Common field: time stamp (8), flags (2), rate (2), MHz (2), channel flags (2), hopping (2), dBm (1), noise (1).
    """
    if len(packet) < 8 or packet[0]:
        return None
    length, link = _TWO.unpack_from(packet, 2)[0], _FOUR.unpack_from(packet, 4)[0]
    if 8 <= length < len(packet) and link == RADIOTAP:
        return radiotap(packet[length:], cut)
    if not 8 <= length < len(packet) or link != IEEE802_11 or packet[length] not in (BEACON, PROBE_RESPONSE):
        return None
    at = _ppi_common(packet, length)
    frame = packet[length:]
    if at is None:
        return _without_likely_fcs(frame, cut), None, None
    flags, mhz, dbm = *_PPI.unpack_from(packet, at + 8), _dbm(packet[at + 18])
    if flags & _PPI_FCS and cut < _FCS:
        frame = frame[: len(frame) - _FCS + cut]
    return None if flags & _PPI_BAD_FCS else (frame, mhz or None, dbm)


def _ppi_common(packet: bytes, length: int) -> int | None:
    """Give where the data of the 802.11-Common field begin; all 20 bytes of them are inside the header."""
    at = 8
    while at + 4 <= length:
        kind, size = _TWO.unpack_from(packet, at)[0], _TWO.unpack_from(packet, at + 2)[0]
        if kind == _PPI_COMMON:
            return at + 4 if size >= 20 and at + 24 <= length else None
        at += (
            4 + size + (-size % 4 if packet[1] & 1 else 0)
        )  # bit 0 of the header's flags: fields are aligned to 32 bits
    return None


_PRISM_CODES = (0x44, 0x41)
_PRISM_CHANNEL = 3
_AVS_MAGIC = (0x80211001, 0x80211002)


def prism(packet: bytes, cut: int) -> Frame | None:
    """Link type 119: the header of Prism drivers, or the AVS header that some of them put in its place.

    Code (4), length (4), device (16), then items of id (4), status (2, 0 where there is a value), length (2) and value (4),
    in the byte order of the computer that captured. The signal is in every driver's own units, so it is not used.
    """
    if len(packet) < 24:
        return None
    if _FOUR_BIG.unpack_from(packet)[0] in _AVS_MAGIC:
        return avs(packet, cut)
    four = _FOUR if _FOUR.unpack_from(packet)[0] in _PRISM_CODES else _FOUR_BIG
    code, length = four.unpack_from(packet)[0], four.unpack_from(packet, 4)[0]
    if code not in _PRISM_CODES or not 24 <= length < len(packet):
        return None
    if packet[length] not in (BEACON, PROBE_RESPONSE):
        return None
    mhz = None
    for at in range(24, min(length, 24 + 12 * 16) - 11, 12):
        (item,) = four.unpack_from(packet, at)
        absent = packet[at + 4] | packet[at + 5]
        if item >> 16 == _PRISM_CHANNEL and item & 0xFFFF in _PRISM_CODES and not absent:
            mhz = _frequency(four.unpack_from(packet, at + 8)[0])
    return _without_likely_fcs(packet[length:], cut), mhz, None


def avs(packet: bytes, cut: int) -> Frame | None:
    """Link type 163: AVS, whose second word is its length, big endian; nothing else of it is used."""
    if len(packet) < 8 or _FOUR_BIG.unpack_from(packet)[0] not in _AVS_MAGIC:
        return None
    (length,) = _FOUR_BIG.unpack_from(packet, 4)
    return raw(packet[length:], cut) if 8 <= length < len(packet) else None


_ARPHRD: Mapping[int, Reader] = {801: raw, 802: prism, 803: radiotap}
"""ARPHRD_IEEE80211, _PRISM and _RADIOTAP (Linux, include/uapi/linux/if_arp.h)."""


def sll(packet: bytes, cut: int) -> Frame | None:
    """Link type 113, Linux cooked: packet type (2), ARPHRD (2), address (2 + 8), protocol (2), all big endian."""
    reader = _ARPHRD.get(int.from_bytes(packet[2:4], "big"))
    return reader(packet[16:], cut) if reader else None


def sll2(packet: bytes, cut: int) -> Frame | None:
    """Link type 276, Linux cooked 2: protocol (2), 0 (2), interface (4), ARPHRD (2), packet type (1), address (1 + 8)."""
    reader = _ARPHRD.get(int.from_bytes(packet[8:10], "big"))
    return reader(packet[20:], cut) if reader else None


IEEE802_11, RADIOTAP = 105, 127

LINKS: Mapping[int, Reader] = {
    IEEE802_11: raw,
    113: sll,
    119: prism,
    RADIOTAP: radiotap,
    163: avs,
    192: ppi,
    276: sll2,
}
"""What can have 802.11 frames in it, and who reads it."""

_OTHER_LINKS: Mapping[int, str] = {
    0: "loopback",
    1: "Ethernet",
    9: "PPP",
    12: "IP",
    101: "IP",
    187: "Bluetooth",
    195: "IEEE 802.15.4",
    201: "Bluetooth",
    228: "IPv4",
    229: "IPv6",
    230: "IEEE 802.15.4",
    249: "USB",
    220: "USB",
    251: "Bluetooth Low Energy",
    256: "Bluetooth Low Energy",
    283: "IEEE 802.15.4",
}
"""What people capture instead, in words (www.tcpdump.org/linktypes.html)."""


def link_name(link: int) -> str:
    """Give a link type's number, and its name where people know it: `Ethernet (link type 1)`."""
    name = _OTHER_LINKS.get(link)
    return f"{name} (link type {link})" if name else f"link type {link}"


def _without_likely_fcs(frame: bytes, cut: int) -> bytes:
    """`frame` without its last four bytes where they are its check sequence, although nothing said so.

    Left on, they would be read as the beginning of an element; the chance of a mistake is one in four thousand million.
    """
    if cut == 0 and len(frame) > _FCS and zlib.crc32(frame[:-_FCS]) == _FOUR.unpack_from(frame, len(frame) - _FCS)[0]:
        return frame[:-_FCS]
    return frame


def _dbm(byte: int) -> int | None:
    return byte - 256 if byte - 256 > _QUIET and byte > 127 else None


def _frequency(channel: int) -> int | None:
    """MHz of a channel of the bands that there were in the days of Prism headers (IEEE 802.11-2020, 17.3.8.4, 18.4.7)."""
    if 1 <= channel <= 13:
        return 2407 + 5 * channel
    if channel == 14:
        return 2484
    return 5000 + 5 * channel if 36 <= channel <= 177 else None
