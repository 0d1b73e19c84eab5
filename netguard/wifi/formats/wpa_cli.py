r"""The table of `wpa_cli scan_results`: BSSID, MHz, dBm, flags and name, with tabs between them.

Flags as wpa_supplicant writes them (ctrl_iface.c, `wpa_supplicant_ctrl_iface_scan_result`, version 2.10), names escaped
by its `printf_encode`, so that no name can make a line. What it cannot know: protected management frames, group ciphers,
RSN override, and of WPS anything but that it is on. Without `[WPS]` nothing is known of WPS: it can be built without it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from netguard.model.vocabulary import Security
from netguard.model.wifi import Wps
from netguard.wifi import elements
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told
from netguard.wifi.rsn import Suites
from netguard.wifi.security import ESS, PRIVACY, offer

NAME = "table by wpa_supplicant (wpa_cli scan_results)"

_HEAD = b"bssid / frequency / signal level / flags / ssid"
_LINE = re.compile(
    rb"(?P<bssid>[0-9a-f]{2}(?::[0-9a-f]{2}){5})\t(?P<freq>\d{3,5})\t(?P<level>-?\d{1,4})\t(?P<flags>(?:\[[^\[\]\t]{1,200}\]){0,32})\t(?P<ssid>.*)",
    re.DOTALL,
)

_AKMS: Mapping[str, str] = {
    "EAP": "802.1x",
    "PSK": "psk",
    "SAE": "sae",
    "SAE-EXT-KEY": "sae-ext-key",
    "FT/EAP": "ft-802.1x",
    "FT/PSK": "ft-psk",
    "FT/SAE": "ft-sae",
    "FT/SAE-EXT-KEY": "ft-sae-ext-key",
    "EAP-SHA256": "802.1x-sha256",
    "PSK-SHA256": "psk-sha256",
    "EAP-SUITE-B": "suite-b",
    "EAP-SUITE-B-192": "suite-b-192",
    "FT/EAP-SHA384": "ft-802.1x-sha384",
    "FILS-SHA256": "fils-sha256",
    "FILS-SHA384": "fils-sha384",
    "FT-FILS-SHA256": "ft-fils-sha256",
    "FT-FILS-SHA384": "ft-fils-sha384",
    "OWE": "owe",
    "DPP": "50-6f-9a:2",
    "OSEN": "50-6f-9a:1",
}
_CIPHERS: Mapping[str, str] = {
    "CCMP-256": "ccmp-256",
    "GCMP-256": "gcmp-256",
    "CCMP": "ccmp",
    "GCMP": "gcmp",
    "TKIP": "tkip",
    "WEP104": "wep-104",
    "WEP40": "wep-40",
    "NONE": "none",
}


def _any(words: Mapping[str, str]) -> str:
    one = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return f"(?:{one})(?:\\+(?:{one}))*"


_SUITES = re.compile(rf"(?P<proto>WPA2?)-(?P<akms>{_any(_AKMS)})-(?P<ciphers>{_any(_CIPHERS)})(?:-preauth)?")
_WPS_ACTIVE: Mapping[str, bool] = {"WPS": False, "WPS-PBC": True, "WPS-PIN": True, "WPS-AUTH": True}
"""Flags of WPS, and whether somebody is being let in just now: the plain one means that nobody is."""

_ESCAPE = re.compile(rb"\\(?:x([0-9a-f]{2})|([\\\"enrt]))")
_ESCAPED = {b"\\": b"\\", b'"': b'"', b"e": b"\x1b", b"n": b"\n", b"r": b"\r", b"t": b"\t"}

_BARE = b"\0\0\1\1\x82"
"""A name and rates, which every frame has; the flags tell the rest."""
_PARTNER = elements.Partner(bssid=b"", ssid=b"")
_NO_ACCESS_POINT = frozenset({"MESH", "IBSS", "PBSS"})
"""Networks without an access point, whose security is not told here."""
_CERTAIN = frozenset({Security.WPA3_PERSONAL, Security.OWE, Security.WPA3_ENTERPRISE_192})
"""Classes that RSN override could not make a transition of."""
_BY_PROTECTION = frozenset({Security.WPA2_WPA3_ENTERPRISE, Security.WPA3_ENTERPRISE, Security.WPA2_ENTERPRISE})


def recognises(head: bytes) -> bool:
    """Whether the table's own first line is there, or a line of it."""
    return any(line.rstrip(b"\r") == _HEAD or _LINE.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n"))


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each line's access point; lines that are none (prompts, events) are passed over."""
    for line in lines(file, where.remark):
        if found := _LINE.fullmatch(line):
            flags = found["flags"].decode("ascii", "replace")[1:-1].split("][")
            told, notes = _told([flag for flag in flags if flag])
            level = int(found["level"])
            yield Heard(
                source="wpa_cli",
                bssid=bssid(found["bssid"]),
                ssid=_ESCAPE.sub(_unescaped, found["ssid"]),
                frequency=int(found["freq"]),
                # A driver that has no dBm gives a quality, 0 to 100.
                signal=float(level) if level < 0 else None,
                told=told,
                notes=notes,
            )


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else _ESCAPED[found[2]]


def _told(flags: list[str]) -> tuple[Told, tuple[str, ...]]:
    wps = next((Wps(present=True, active=_WPS_ACTIVE[flag]) for flag in flags if flag in _WPS_ACTIVE), None)
    suites = [flag for flag in flags if flag.startswith(("WPA-", "WPA2-", "RSN-", "OSEN-"))]
    if _NO_ACCESS_POINT & set(flags) or (not suites and "ESS" not in flags):
        return Told(wps=wps), ()
    read = {flag: _SUITES.fullmatch(flag) for flag in suites}
    if None in read.values():
        return Told(wps=wps), ("wpa_supplicant could not read what it offers, so it was left out",)
    new, old = ([_offered(m) for m in read.values() if m and m["proto"] == proto] for proto in ("WPA2", "WPA"))
    found = offer(
        replace(
            elements.read(_BARE),
            rsn=tuple(new),
            wpa=tuple(old),
            owe_partner=_PARTNER if {"OWE-TRANS", "OWE-TRANS-OPEN"} & set(flags) else None,
            h2e=True,
        ),
        ESS | PRIVACY if suites or "WEP" in flags else ESS,
    )
    security = None if found.security is Security.UNKNOWN or _depends(found.security, found.akms) else found.security
    told = Told(
        security=security,
        akms=found.akms,
        pairwise=found.pairwise,
        wps=wps,
        transition=found.transition if security in _CERTAIN or (security and found.transition) else None,
    )
    return told, ()


def _offered(found: re.Match[str]) -> Suites:
    """Suites of one flag. The group cipher and the protection of management frames are not in it; neither is told."""
    return Suites(
        group="ccmp",
        pairwise=tuple(sorted({_CIPHERS[word] for word in found["ciphers"].split("+")})),
        akms=tuple(sorted({_AKMS[word] for word in found["akms"].split("+")})),
        capable=True,
    )


def _depends(security: Security, akms: tuple[str, ...] | None) -> bool:
    """Whether the class hangs on the protection of management frames, which is not known here."""
    return security in _BY_PROTECTION and not set(akms or ()) <= {"802.1x", "ft-802.1x"}
