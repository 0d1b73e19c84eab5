"""Answers of `wpa_cli bss N` (also `bss RANGE=ALL`): one access point after the other, a line `key=value` each.

The elements are in it as they were sent, as hexadecimal digits. wpa_supplicant escapes names and cleans the WPS texts, so
that no neighbour can make a line (ctrl_iface.c, `print_bss_info`, version 2.10). It does not say through which access
point this computer is connected.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from netguard.wifi import _wpa
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard

NAME = "answers of wpa_supplicant (wpa_cli bss)"

LONGEST = 2 * _wpa.ELEMENT_BYTES + 64
"""Bytes of a line: the elements of one frame in hexadecimal digits, and their key."""
MOST_FIELDS = 256
"""Lines kept of one access point; wpa_supplicant prints some sixty at most."""

_BSSID = re.compile(rb"(?m)^bssid=[0-9a-f]{2}(?::[0-9a-f]{2}){5}\r?$")
_ELEMENTS = re.compile(rb"(?m)^(?:beacon_)?ie=")
_FIELD = re.compile(rb"[a-z0-9_]{1,40}=")


def recognises(head: bytes) -> bool:
    """Whether there are the lines `bssid=` and `ie=` (or `beacon_ie=`)."""
    return bool(_BSSID.search(head) and _ELEMENTS.search(head))


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each access point, with its elements. One begins with `id=`, or with `bssid=` where that was not asked for."""
    said: list[str] = []
    for line in lines(file, where.remark, LONGEST):
        if not _FIELD.match(line):
            continue
        text = line.decode("utf-8", "replace")
        if text.startswith("id=") or (text.startswith("bssid=") and any(one.startswith("bssid=") for one in said)):
            yield from _heard(said)
            said = []
        if len(said) < MOST_FIELDS:
            said.append(text)
    yield from _heard(said)


def _heard(said: list[str]) -> Iterator[Heard]:
    heard = _wpa.heard(_wpa.fields(said), source="wpa_bss")
    if heard is not None and bssid(_wpa.fields(said)["bssid"].encode()) is not None:
        yield heard
