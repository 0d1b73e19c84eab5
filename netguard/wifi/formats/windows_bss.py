"""Memory of Windows as tools dump it: one WLAN_BSS_ENTRY (`.bss`) or a whole WLAN_BSS_LIST, and bare elements (`.ies`).

An entry says where its elements stand, counted from its own start. WinFi and lswifi export the entry alone and the
elements into a file of the same name beside it, `.ies`: that is read, too, where it has just the length that the entry
says. Of bare elements neither BSSID, frequency nor capability is known; only where the file is named after a BSSID, as
those two do, is that taken, and said.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from netguard.wifi import _wlan, elements
from netguard.wifi._lines import bssid
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard

NAME = "dump of Windows' list (WLAN_BSS_ENTRY, .bss) or of its elements (.ies)"

LARGEST = 8 << 20
"""Bytes of a dump: a list of a thousand networks has a megabyte. Entries point forward in it, so it is read as a whole."""

_SSID, _RATES = 0, 1
_FEWEST = 3
"""Elements that a dump of them begins with, whole ones: chance has fewer."""
_BASIC_TYPES = (1, 2)
"""dot11_BSS_type_infrastructure and _independent (Microsoft Learn, DOT11_BSS_TYPE)."""
_KILOHERTZ = ((2_400_000, 2_500_000), (4_900_000, 7_125_000), (57_000_000, 71_000_000))
_NAMED = re.compile(r"((?:[0-9A-Fa-f]{2}[-:_]){5}[0-9A-Fa-f]{2})(?:\.[A-Za-z0-9.]{1,12})?$")

BY_NAME = "its BSSID is taken from the name of the file"


def recognises(head: bytes) -> bool:
    """Whether it begins with an entry, with a list of them, or with the elements of a beacon."""
    return _is_entry(head, 0) or _is_list(head) or _is_elements(head)


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each entry; or what the elements tell, as one. Raises `WifiFileError` for more than `LARGEST`."""
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise where.error(f"it has more than {LARGEST >> 20} MB, and Windows' list has less than one")
    if _is_entry(data, 0):
        yield from _entries(data, 0, where)
    elif _is_list(data):
        yield from _wlan.entries(data, "windows_bss")
    else:
        found, whole = elements.walk(data)
        if not whole:
            where.remark("its last element is cut")
        named = _NAMED.search(where.name)
        address = bssid(re.sub("[-_]", ":", named[1]).encode("ascii")) if named else None
        ssid = next((body for number, body in found if number == _SSID), None)
        yield Heard(
            source="windows_bss",
            bssid=address,
            ssid=ssid,
            elements=data[: elements.MAX_BYTES],
            notes=(BY_NAME,) if address is not None else (),
        )


def _entries(data: bytes, at: int, where: Where) -> Iterator[Heard]:
    """Entries one after the other, each with what it says of its elements."""
    while _is_entry(data, at):
        heard = _wlan.entry(data, at, "windows_bss")
        if heard.elements is None and not at:
            heard = replace(heard, elements=_beside(data, where))
        if heard.elements is None:
            where.remark("the elements are not in it, nor in an .ies file of the same name beside it")
        yield heard
        at += _wlan.ENTRY_BYTES


def _beside(data: bytes, where: Where) -> bytes | None:
    """The elements from the `.ies` beside a dump of one entry; null where they are not there, or are not those meant."""
    (size,) = struct.unpack_from("<I", data, 356)
    if where.path is None or not 0 < size <= _wlan.MOST_ELEMENTS:
        return None
    try:
        with where.path.with_suffix(".ies").open("rb") as file:
            beside = file.read(size + 1)
    except (OSError, ValueError):
        return None
    return beside if len(beside) == size and _is_elements(beside) else None


def _is_list(data: bytes) -> bool:
    if len(data) < _wlan.LIST_HEAD:
        return False
    size, number = struct.unpack_from("<II", data)
    return 0 < number <= _wlan.MOST_ENTRIES and size >= _wlan.LIST_HEAD and _is_entry(data, _wlan.LIST_HEAD)


def _is_entry(data: bytes, at: int) -> bool:
    """Whether a WLAN_BSS_ENTRY may stand here: everything in it that has few values has one of them."""
    if len(data) < at + _wlan.ENTRY_BYTES:
        return False
    (length,) = struct.unpack_from("<I", data, at)
    if length > 32 or any(data[at + 4 + length : at + 36]):
        return False
    basic, kind, rssi, quality = struct.unpack_from("<IIiI", data, at + 48)
    (kilohertz,) = struct.unpack_from("<I", data, at + 92)
    offset, size = struct.unpack_from("<II", data, at + 352)
    return (
        basic in _BASIC_TYPES
        and kind <= 0xFF
        and -150 <= rssi <= 0
        and quality <= 100
        and any(low <= kilohertz <= high for low, high in _KILOHERTZ)
        and (offset >= _wlan.ENTRY_BYTES or not size)
        and size <= 0xFFFF
    )


def _is_elements(head: bytes) -> bool:
    """Whether it begins with a name, then rates (or, at 6 GHz, more of a beacon), in elements that follow each other."""
    found, _ = elements.walk(head)
    if len(found) < _FEWEST or found[0][0] != _SSID or len(found[0][1]) > 32:
        return False
    number, rates = found[1]
    return number == _RATES and 1 <= len(rates) <= 16 and all(rates)
