"""What clients may use to come in: the RSN element, the older WPA element, and the RSN override elements.

Layouts: RSN element IEEE 802.11-2020, 9.4.2.24, suites in tables 9-149 and 9-151; WPA element: Wi-Fi Alliance, "WPA",
version 3.1, 2.1; RSN Element Override: Wi-Fi Alliance, "WPA3 Specification", version 3.4, whose numbers hostapd has in
src/common/ieee802_11_defs.h (`RSNE_OVERRIDE_IE_VENDOR_TYPE`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

IEEE = b"\x00\x0f\xac"
"""OUI of the suites that IEEE 802.11 defines."""
MICROSOFT = b"\x00\x50\xf2"
"""OUI of the suites of the WPA element, and of the WPA and WPS elements themselves."""

AKMS: Mapping[int, str] = {
    1: "802.1x",
    2: "psk",
    3: "ft-802.1x",
    4: "ft-psk",
    5: "802.1x-sha256",
    6: "psk-sha256",
    8: "sae",
    9: "ft-sae",
    11: "suite-b",
    12: "suite-b-192",
    13: "ft-802.1x-sha384",
    14: "fils-sha256",
    15: "fils-sha384",
    16: "ft-fils-sha256",
    17: "ft-fils-sha384",
    18: "owe",
    19: "ft-psk-sha384",
    20: "psk-sha384",
    24: "sae-ext-key",
    25: "ft-sae-ext-key",
}
"""Authentication suites 00-0F-AC by number, in the words of the scan document; another one is its number."""

CIPHERS: Mapping[int, str] = {
    1: "wep-40",
    2: "tkip",
    4: "ccmp",
    5: "wep-104",
    7: "none",
    8: "gcmp",
    9: "gcmp-256",
    10: "ccmp-256",
}
"""Cipher suites 00-0F-AC by number, in the words of the scan document; another one is its number."""

_WPA_AKMS = {1: "802.1x", 2: "psk"}
_WPA_CIPHERS = {1: "wep-40", 2: "tkip", 4: "ccmp", 5: "wep-104"}

_VERSION = b"\x01\x00"
"""The only version of either element there has ever been; anything else cannot be read."""

_REQUIRED, _CAPABLE = 0x40, 0x80
"""Bits 6 and 7 of the RSN capabilities: management frame protection required, capable (IEEE 802.11-2020, 9.4.2.24.4)."""

_REMEMBERED = 1024
"""Element bodies whose reading is remembered: a home's air has some dozens, and beacons repeat them ten times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suites:
    """What one RSN, RSN override or WPA element offers, in the words of the scan document."""

    group: str
    pairwise: tuple[str, ...]
    akms: tuple[str, ...]
    capable: bool = False
    """Management frames may be protected."""
    required: bool = False
    """Management frames must be protected; means something only together with `capable` (IEEE 802.11-2020, 12.6.3)."""


@lru_cache(maxsize=_REMEMBERED)
def rsn(body: bytes) -> Suites | None:
    """What an RSN element says, `body` from its version on; null where it is damaged or of another version.

    Every field after the version may be missing, with all that follow it (IEEE 802.11-2020, 9.4.2.24.1): then CCMP,
    IEEE 802.1X and no capabilities are meant. A list that claims more suites than there are bytes, or none, is damage.
    What follows the capabilities says nothing about who is let in, and damage in there takes nothing away.
    """
    read = _read(body, ("ccmp", "802.1x"), _rsn_cipher, _rsn_akm)
    if read is None:
        return None
    suites, at = read
    flags = body[at] if len(body) - at >= 2 else 0
    capable, required = bool(flags & _CAPABLE), bool(flags & _REQUIRED)
    return Suites(group=suites[0], pairwise=suites[1], akms=suites[2], capable=capable, required=required)


@lru_cache(maxsize=_REMEMBERED)
def wpa(body: bytes) -> Suites | None:
    """What a WPA element says, `body` from its version on; null where it is damaged. It protects no management frames."""
    read = _read(body, ("tkip", "802.1x"), _wpa_cipher, _wpa_akm)
    if read is None:
        return None
    suites, _ = read
    return Suites(group=suites[0], pairwise=suites[1], akms=suites[2])


def akm(suite: bytes) -> str:
    """The word for an authentication suite of an RSN element, 4 bytes: `sae`, `21`, `50-6f-9a:2`."""
    return _rsn_akm.get(suite) or _number(suite)


def cipher(suite: bytes) -> str:
    """The word for a cipher suite of an RSN element, 4 bytes: `ccmp`, `14`, `00-50-f2:4`."""
    return _rsn_cipher.get(suite) or _number(suite)


_Words = Mapping[bytes, str]
_Read = tuple[tuple[str, tuple[str, ...], tuple[str, ...]], int]


def _words(oui: bytes, names: Mapping[int, str]) -> _Words:
    return {oui + bytes([number]): name for number, name in names.items()}


_rsn_akm = _words(IEEE, AKMS)
_rsn_cipher = _words(IEEE, CIPHERS)
_wpa_akm = _words(MICROSOFT, _WPA_AKMS)
_wpa_cipher = _words(MICROSOFT, _WPA_CIPHERS)


def _number(suite: bytes) -> str:
    """A suite without a word: its number, with the whole OUI where that is not 802.11's own."""
    return str(suite[3]) if suite[:3] == IEEE else f"{suite[0]:02x}-{suite[1]:02x}-{suite[2]:02x}:{suite[3]}"


def _read(body: bytes, absent: tuple[str, str], ciphers: _Words, akms: _Words) -> _Read | None:
    """Group cipher, pairwise ciphers and authentication suites, and where they end; null where they are damaged."""
    end = len(body)
    if body[:2] != _VERSION:
        return None
    group = absent[0]
    pairwise: tuple[str, ...] = (absent[0],)
    offered: tuple[str, ...] = (absent[1],)
    at = 2
    if at < end:
        if end - at < 4:
            return None
        suite = body[at : at + 4]
        group = ciphers.get(suite) or _number(suite)
        at += 4
    if at < end:
        listed = _list(body, at, ciphers)
        if listed is None:
            return None
        pairwise, at = listed
    if at < end:
        listed = _list(body, at, akms)
        if listed is None:
            return None
        offered, at = listed
    return (group, pairwise, offered), at


def _list(body: bytes, at: int, words: _Words) -> tuple[tuple[str, ...], int] | None:
    """The sorted words of a list of suites that starts with its length at `at`, and where it ends."""
    number = int.from_bytes(body[at : at + 2], "little")
    start, end = at + 2, at + 2 + 4 * number
    if not number or end > len(body):
        return None
    suites = {body[i : i + 4] for i in range(start, end, 4)}
    return tuple(sorted({words.get(s) or _number(s) for s in suites})), end
