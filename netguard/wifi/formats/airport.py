r"""The table of the tool `airport -s` (`--scan`) that macOS had until 14.4.

Columns: name (at the right end of 32), BSSID (blank where macOS hides it), RSSI, CHANNEL, HT, CC, and SECURITY: `NONE`,
`WEP`, or `WPA(auth/unicast/group)` and `WPA2(...)`, `RSN(...)` or `WPA3(...)`. What it cannot know: protected management
frames, WPS, RSN override, spaces at the start of a name. A name with a line end in it breaks its line in two; since names
have 32 bytes at most, no part of one is long enough to look like a line.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from netguard.model.vocabulary import Security
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told

NAME = "table by airport of macOS (airport -s)"

_HEAD = re.compile(rb" *SSID BSSID +RSSI CHANNEL HT CC SECURITY \(auth/unicast/group\) *")
_ROW = re.compile(
    rb"(?P<ssid>.{32,}) (?P<bssid>[0-9a-f]{2}(?::[0-9a-f]{2}){5}| {17}) (?P<rssi>-\d{1,3}) +(?P<channel>\d{1,3})(?:,[+-]1)? +"
    rb"[YN] +(?:[A-Z]{2}|--) (?P<security>[A-Za-z0-9.,/() -]{0,200})",
    re.DOTALL,
)
_LONGEST_NAME = 32 * 4
"""Bytes before the BSSID at most: a name of 32 characters."""
_PART = re.compile(
    r"(?P<proto>WPA2?|RSN|WPA3)\((?P<auth>[A-Za-z0-9.,-]+)/(?P<unicast>[A-Z0-9,-]+)/(?P<group>[A-Z0-9-]+)\)"
)
_PARTS = re.compile(
    rf"(?:{_PART.pattern.replace('?P<proto>', '').replace('?P<auth>', '').replace('?P<unicast>', '').replace('?P<group>', '')} *)+"
)

_CIPHERS: Mapping[str, str] = {"AES": "ccmp", "TKIP": "tkip", "WEP40": "wep-40", "WEP104": "wep-104", "GCMP": "gcmp"}
_AUTHS: Mapping[str, str] = {
    "PSK": "psk",
    "802.1x": "802.1x",
    "802.1X": "802.1x",
    "SAE": "sae",
    "FT-PSK": "psk",
    "FT-802.1x": "802.1x",
}
"""Kinds of authentication: fast transition is folded into what it belongs to."""
_SECURITY: Mapping[tuple[frozenset[str], frozenset[str]], Security] = {
    (frozenset(old.split()), frozenset(new.split())): security
    for (old, new), security in {
        ("psk", ""): Security.WPA_PERSONAL,
        ("psk", "psk"): Security.WPA_WPA2_PERSONAL,
        ("", "psk"): Security.WPA2_PERSONAL,
        ("", "psk sae"): Security.WPA2_WPA3_PERSONAL,
        ("", "sae"): Security.WPA3_PERSONAL,
        ("802.1x", ""): Security.WPA_ENTERPRISE,
        ("802.1x", "802.1x"): Security.WPA_WPA2_ENTERPRISE,
        ("", "802.1x"): Security.WPA2_ENTERPRISE,
    }.items()
}


def recognises(head: bytes) -> bool:
    """Whether a line names the columns."""
    return any(_HEAD.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n"))


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each row's access point."""
    broken = False
    for line in lines(file, where.remark):
        row = _ROW.fullmatch(line)
        if row is None or len(row["ssid"]) > _LONGEST_NAME:
            # The second half of a broken row has what the row is about, and only the end of its name.
            broken = bool(line.strip()) and not _HEAD.fullmatch(line) and not line.startswith(b"$ ")
            continue
        yield _heard(row, whole=not broken)
        broken = False


def _heard(row: re.Match[bytes], *, whole: bool) -> Heard:
    return Heard(
        source="airport",
        bssid=bssid(row["bssid"]),
        ssid=row["ssid"].lstrip(b" ") if whole else None,
        channel=int(row["channel"]),
        signal=float(row["rssi"]),
        told=_told(" ".join(row["security"].decode("ascii").split())),
        notes=() if whole else ("its name has a line end in it and was left out",),
    )


def _told(text: str) -> Told:
    if text == "NONE":
        return Told(security=Security.OPEN)
    if text == "WEP":
        return Told(security=Security.WEP)
    if not _PARTS.fullmatch(text):
        return Told()
    parts = list(_PART.finditer(text))
    unicast = {_CIPHERS.get(word) for part in parts for word in part["unicast"].split(",")}
    groups = {_CIPHERS.get(part["group"]) for part in parts}
    old, new = _kinds(parts, old=True), _kinds(parts, old=False)
    security = (
        None if None in old | new else _SECURITY.get((frozenset(filter(None, old)), frozenset(filter(None, new))))
    )
    return Told(
        security=security,
        pairwise=None if None in unicast else tuple(sorted(filter(None, unicast))),
        group=groups.pop() if len(groups) == 1 else None,
        transition=True if security is Security.WPA2_WPA3_PERSONAL else None,
    )


def _kinds(parts: list[re.Match[str]], *, old: bool) -> set[str | None]:
    return {_AUTHS.get(word) for part in parts if (part["proto"] == "WPA") is old for word in part["auth"].split(",")}
