"""What wpa_supplicant says of one BSS, as its control socket and `wpa_cli bss` print it: a line `key=value` each.

Keys as in wpa_supplicant/ctrl_iface.c, `print_bss_info` (version 2.10). Shared by what asks it and what reads a file of it.
"""

from collections.abc import Iterable, Mapping

from netaddr import EUI
from netaddr.core import AddrFormatError

from netguard.wifi.heard import Heard

ELEMENT_BYTES = 4096
"""Bytes of information elements taken of one frame; a management frame's body has at most 2,304 (IEEE 802.11-2020, 9.2.4.7)."""

_MOST_DIGITS = 16
"""Digits of a number that is read; Python itself refuses to read thousands of them."""


def fields(lines: Iterable[str]) -> Mapping[str, str]:
    """The `key=value` lines by key. Of a key that is there twice the first counts."""
    found: dict[str, str] = {}
    for line in lines:
        key, equals, value = line.rstrip("\r\n").partition("=")
        if equals:
            found.setdefault(key, value)
    return found


def heard(said: Mapping[str, str], *, source: str, associated: str | None = None) -> Heard | None:
    """One BSS from its fields, or null where there is no BSSID among them.

    `associated` is the BSSID that the supplicant is connected through, empty when it is not connected; null where nobody
    asked. The text fields (`ssid`, `wps_device_name` …) are not looked at: the elements say the same, and nothing in
    them can look like another line.
    """
    bssid = address(said.get("bssid", ""))
    if bssid is None:
        return None
    beacon, response, elements = blobs(octets(said.get("ie")), octets(said.get("beacon_ie")))
    level = number(said.get("level"))
    return Heard(
        source=source,
        bssid=bssid,
        frequency=number(said.get("freq")),
        # A driver that has no dBm gives a quality, 0 to 100 (src/drivers/driver.h, struct wpa_scan_res).
        signal=float(level) if level is not None and level < 0 else None,
        associated=None if associated is None else bssid == address(associated),
        capability=number(said.get("capabilities"), most=0xFFFF),
        beacon=beacon,
        response=response,
        elements=elements,
    )


def blobs(
    latest: bytes | None, beacon: bytes | None, *, answered: bool = False
) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Which frame each blob is from: `beacon`, `response` and `elements` of a `Heard`.

    Linux keeps the elements of the latest frame and those of the latest beacon. Where both are there and differ, the
    latest was a probe response; `answered` says so for certain (include/uapi/linux/nl80211.h, `enum nl80211_bss`).
    """
    if latest is not None and (answered or (beacon is not None and latest != beacon)):
        return beacon, latest, None
    if beacon is not None:
        return beacon, None, None
    return None, None, latest


def address(text: str) -> EUI | None:
    """A BSSID from its text, or null."""
    try:
        return EUI(text, version=48) if text.count(":") == 5 else None
    except (AddrFormatError, ValueError):
        return None


def number(text: str | None, most: int = 2**31 - 1) -> int | None:
    """A decimal or `0x` number, or null where it is none, too long, or larger than `most`."""
    if not text or len(text) > _MOST_DIGITS:
        return None
    try:
        value = int(text, 0)
    except ValueError:
        return None
    return value if abs(value) <= most else None


def octets(text: str | None) -> bytes | None:
    """Bytes from their hexadecimal text; null where it is missing, empty, too long or none."""
    if not text or len(text) > 2 * ELEMENT_BYTES:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
