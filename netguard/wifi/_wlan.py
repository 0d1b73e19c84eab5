"""How Windows writes down what it heard: WLAN_BSS_LIST and WLAN_BSS_ENTRY (Microsoft Learn, wlanapi.h). Pure.

Offsets follow from the documented members with the alignment of 64-bit integers at 8; six entries of a real Windows agree.
"""

import struct
from collections.abc import Iterator

from netaddr import EUI

from netguard.wifi.heard import Heard

LIST_HEAD = 8
"""Bytes before the first entry: dwTotalSize, dwNumberOfItems."""
ENTRY_BYTES = 360
"""Bytes of one WLAN_BSS_ENTRY; the elements stand elsewhere, ulIeOffset bytes from the entry's start."""

MOST_ENTRIES = 4096
"""Entries read of one list: a crowded place has some hundreds, and the number comes from outside."""

MOST_ELEMENTS = 4096
"""Bytes of information elements taken of one entry; a management frame's body has at most 2,304 (IEEE 802.11-2020, 9.2.4.7)."""

_SSID_BYTES = 32
"""DOT11_SSID_MAX_LENGTH."""

_SSID_LENGTH, _SSID, _BSSID, _RSSI, _CAPABILITY, _FREQUENCY, _IE = 0, 4, 40, 56, 88, 92, 352


def entries(data: bytes, source: str) -> Iterator[Heard]:
    """What a whole WLAN_BSS_LIST tells. An entry that does not fit into `data` ends it; nothing is raised."""
    if len(data) < LIST_HEAD:
        return
    size, number = struct.unpack_from("<II", data)
    data = data[: max(LIST_HEAD, size)]
    for index in range(min(number, MOST_ENTRIES)):
        at = LIST_HEAD + index * ENTRY_BYTES
        if at + ENTRY_BYTES > len(data):
            return
        yield entry(data, at, source)


def entry(data: bytes, at: int, source: str) -> Heard:
    """The WLAN_BSS_ENTRY at offset `at`, of which `ENTRY_BYTES` must be there; elements outside `data` are null."""
    (length,) = struct.unpack_from("<I", data, at + _SSID_LENGTH)
    (rssi,) = struct.unpack_from("<i", data, at + _RSSI)
    (capability,) = struct.unpack_from("<H", data, at + _CAPABILITY)
    (kilohertz,) = struct.unpack_from("<I", data, at + _FREQUENCY)
    offset, size = struct.unpack_from("<II", data, at + _IE)
    start = at + offset
    whole = offset >= ENTRY_BYTES and size <= MOST_ELEMENTS and start + size <= len(data)
    return Heard(
        source=source,
        bssid=EUI(data[at + _BSSID : at + _BSSID + 6].hex(), version=48),
        ssid=data[at + _SSID : at + _SSID + min(length, _SSID_BYTES)],
        frequency=kilohertz // 1000 or None,
        signal=float(rssi) if rssi < 0 else None,
        capability=capability,
        elements=data[start : start + size] if whole and size else None,
    )
