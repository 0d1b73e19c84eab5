r"""Tables of airodump-ng: `NAME-01.csv`, access points first, then a blank line and the clients.

Layout of airodump-ng's dump_write.c (1.7). It is no CSV: a name that airodump finds readable stands there as it is,
commas and all, and others are escaped (`\,` `\"` `\\` `\n` `\xNN`, in quotes where a space is at the end); `ID-length` tells
which. What it cannot know: protected management frames, WPS. `Cipher` and `Authentication` leave out what airodump does
not know and have been seen wrong, so that suites are not told; a blank `Privacy` is unknown. A row without beacons was
made up from data frames, and is left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from netguard.model.vocabulary import Security
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told
from netguard.wifi.names import MAX_SSID

NAME = "table by airodump-ng (.csv)"

_HEAD = b"BSSID, First time seen, Last time seen, channel, Speed, Privacy, Cipher, Authentication, Power, # beacons, # IV, LAN IP, ID-length, ESSID, Key"
_CLIENTS = b"Station MAC, First time seen, Last time seen,"
_ROW = re.compile(
    rb"(?P<bssid>[0-9A-Fa-f:]{17}), [\d :-]{19}, [\d :-]{19}, *(?P<channel>-?\d{1,3}), *-?\d{1,5},(?P<privacy>[ A-Z0-9]{0,40}),"
    rb"(?P<cipher>[ A-Z0-9]{0,80}),(?P<auth>[ A-Z0-9]{0,60}), *(?P<power>-?\d{1,4}), *(?P<beacons>\d{1,20}), *\d{1,20},"
    rb" *\d{1,3}\. *\d{1,3}\. *\d{1,3}\. *\d{1,3}, *(?P<length>\d{1,3}), (?P<rest>.*)",
    re.DOTALL,
)
_KEY = re.compile(rb" ?(?:[0-9A-F]{2}(?::[0-9A-F]{2})*)? ?")
_QUOTED = re.compile(rb'"?(?P<name>(?:[^,"\\]|\\x[0-9A-Fa-f]{2}|\\[^x])*)"?,(?P<key>.*)', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}

_SECURITY: Mapping[tuple[str, str], Security] = {
    ("OPN", ""): Security.OPEN,
    ("WEP", ""): Security.WEP,
    ("WEP", "SKA"): Security.WEP,
    ("WEP", "OPN"): Security.WEP,
    ("WPA", "PSK"): Security.WPA_PERSONAL,
    ("WPA2 WPA", "PSK"): Security.WPA_WPA2_PERSONAL,
    ("WPA2", "PSK"): Security.WPA2_PERSONAL,
    ("WPA2", "CMAC PSK"): Security.WPA2_PERSONAL,
    ("WPA3 WPA2", "SAE PSK"): Security.WPA2_WPA3_PERSONAL,
    ("WPA3 WPA2", "SAE CMAC PSK"): Security.WPA2_WPA3_PERSONAL,
    ("WPA3 WPA2", "SAE"): Security.WPA3_PERSONAL,
    ("WPA3 WPA2", "OWE"): Security.OWE,
    ("WPA", "MGT"): Security.WPA_ENTERPRISE,
    ("WPA2 WPA", "MGT"): Security.WPA_WPA2_ENTERPRISE,
    ("WPA2", "MGT"): Security.WPA2_ENTERPRISE,
}
"""Privacy and Authentication together. airodump writes "WPA3 WPA2" for SAE and OWE alone, too."""


def recognises(head: bytes) -> bool:
    """Whether the first line with anything on it names the columns."""
    first = next((line.strip() for line in head.split(b"\n") if line.strip()), b"")
    return first.lower() == _HEAD.lower()


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each row of the first section that was heard in beacons."""
    for line in lines(file, where.remark):
        if line.startswith(_CLIENTS):
            return
        row = _ROW.fullmatch(line)
        if row is not None:
            yield from _heard(row, where)
        elif line.strip() and line.strip().lower() != _HEAD.lower():
            where.remark("rows in it that do not have all columns were passed over")


def _heard(row: re.Match[bytes], where: Where) -> Iterator[Heard]:
    address = bssid(row["bssid"])
    channel = int(row["channel"])
    if address is None or channel < 1 or not int(row["beacons"]):
        where.remark("what airodump-ng made up from data alone, without a beacon, was left out")
        return
    ssid = _name(row["rest"], int(row["length"]))
    power = int(row["power"])
    security = _security(row)
    yield Heard(
        source="airodump",
        bssid=address,
        ssid=ssid,
        channel=channel,
        # -1 is what a driver gives that has no figure.
        signal=float(power) if power < -1 else None,
        told=Told(security=security, transition=True if security is Security.WPA2_WPA3_PERSONAL else None),
        notes=() if ssid is not None else ("its name could not be told from what stands around it",),
    )


def _security(row: re.Match[bytes]) -> Security | None:
    privacy, auth = (" ".join(row[name].decode("ascii").split()) for name in ("privacy", "auth"))
    return _SECURITY.get((privacy, auth))


def _name(rest: bytes, length: int) -> bytes | None:
    """The name, which has `length` bytes; empty where it is hidden, null where neither reading of it has that length."""
    if length > MAX_SSID:
        return None
    if _is_end(rest[length:]):
        return rest[:length]
    quoted = _QUOTED.fullmatch(rest)
    if quoted is None or not _KEY.fullmatch(quoted["key"]):
        return None
    name = _ESCAPE.sub(_unescaped, quoted["name"])
    # A hidden name has a length all the same.
    return name if len(name) == length else (b"" if not name else None)


def _is_end(rest: bytes) -> bool:
    return rest.startswith(b",") and _KEY.fullmatch(rest[1:]) is not None


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else _ESCAPED.get(found[2], found[2])
