r"""The text of `iwlist wlan0 scan` (wireless tools 29 and 30), which older systems have instead of iw.

It decodes RSN and WPA elements as far as their suites, and prints other elements as they were sent; some drivers give
those two raw as well (`Extra:rsn_ie=`). So protected management frames are known from the latter only; WPS where other
elements are there; `transition` of WPA2 alone likewise. A name has 32 bytes at most, escaped or not, and the first line of
an access point has more, so that no name can make one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from netguard.model.vocabulary import Security
from netguard.model.wifi import Wps
from netguard.wifi import channels, elements, rsn, wps
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told
from netguard.wifi.rsn import Suites
from netguard.wifi.security import ESS, PRIVACY, offer

NAME = "output of iwlist (iwlist wlan0 scan)"

MOST_RAW = 4096
"""Bytes of raw elements kept of one access point; a frame's body has at most 2,304 (IEEE 802.11-2020, 9.2.4.7)."""

_CELL = re.compile(rb" *Cell \d{1,4} - Address: ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}) *")
_FREQUENCY = re.compile(rb"Frequency:(\d{1,2})(?:\.(\d{1,3}))? GHz\b.*")
_SIGNAL = re.compile(rb".*Signal level[=:](-\d{1,3}) dBm *")
_NAME = re.compile(rb'ESSID:"(.*)"(?: \[\d+\])?', re.DOTALL)
_ESCAPE = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_RAW = re.compile(rb"IE: Unknown: ((?:[0-9A-F]{2}){2,257})")
_WHOLE = re.compile(rb"Extra: ?(?:rsn|wpa)_ie=((?:[0-9a-f]{2}){2,257})")
_OFFER = re.compile(rb"IE: (?:(IEEE 802\.11i/WPA2)|WPA) Version 1")
_LIST = re.compile(rb"(Group Cipher|Pairwise Ciphers|Authentication Suites)(?: \((\d{1,3})\))? : ?(.{1,400})")
_SUITE = re.compile(rb"(unknown \((\d{1,3})\)|Proprietary|802\.1x|PSK|none|WEP-40|WEP-104|TKIP|WRAP|CCMP) *")
_NUMBERS: Mapping[bytes, int] = {
    b"802.1x": 1,
    b"PSK": 2,
    b"WEP-40": 1,
    b"TKIP": 2,
    b"WRAP": 3,
    b"CCMP": 4,
    b"WEP-104": 5,
    b"none": 0,
}
"""iwlist's names of suites by number."""

_LOGINS = frozenset({Security.WPA2_ENTERPRISE, Security.WPA2_WPA3_ENTERPRISE, Security.WPA3_ENTERPRISE})
DAMAGED = "it has a security element that iwlist could not read to its end, so what it offers was left out"

UNLISTED = "it says that it is encrypted, and not how"
_BARE = b"\0\0\1\1\x82"
"""A name and rates, which every frame has: taken for granted where no elements are listed."""
_HIDDEN = b"<hidden>"
"""What some drivers put in place of a hidden name."""


@dataclass(slots=True, kw_only=True)
class _Cell:
    """One access point."""

    address: bytes
    frequency: int | None = None
    signal: float | None = None
    name: bytes | None = None
    encrypted: bool | None = None
    raw: bytearray = field(default_factory=bytearray)
    whole: bytearray = field(default_factory=bytearray)
    """RSN and WPA elements as they were sent."""
    offers: list[tuple[bool, dict[bytes, tuple[bytes, bytes]]]] = field(default_factory=list)
    """RSN or WPA, and its lists: how many, and what."""


def recognises(head: bytes) -> bool:
    """Whether a line looks like iwlist's first line of an access point."""
    return any(_CELL.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n"))


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each access point."""
    cell: _Cell | None = None
    for line in lines(file, where.remark):
        if begins := _CELL.fullmatch(line):
            if cell is not None:
                yield _heard(cell)
            cell = _Cell(address=begins[1])
        elif cell is not None:
            _takes(cell, line.strip(b" \t"))
    if cell is not None:
        yield _heard(cell)


def _takes(cell: _Cell, said: bytes) -> None:
    if found := _NAME.fullmatch(said):
        cell.name = b"" if found[1] == _HIDDEN else _ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), found[1])
    elif found := _FREQUENCY.fullmatch(said):
        cell.frequency = int(found[1]) * 1000 + int((found[2] or b"").ljust(3, b"0"))
    elif found := _SIGNAL.fullmatch(said):
        cell.signal = float(found[1])
    elif said in {b"Encryption key:on", b"Encryption key:off"}:
        cell.encrypted = said.endswith(b"on")
    elif found := _OFFER.fullmatch(said):
        cell.offers.append((found[1] is not None, {}))
    elif (found := _LIST.fullmatch(said)) and cell.offers:
        cell.offers[-1][1].setdefault(found[1], (found[2] or b"", found[3]))
    elif found := _RAW.fullmatch(said):
        _adds(cell.raw, found[1])
    elif found := _WHOLE.fullmatch(said):
        _adds(cell.whole, found[1])


def _adds(kept: bytearray, digits: bytes) -> None:
    """Keep an element, if it is as long as it says."""
    element = bytes.fromhex(digits.decode("ascii"))
    if len(element) == 2 + element[1] and len(kept) + len(element) <= MOST_RAW:
        kept += element


def _heard(cell: _Cell) -> Heard:
    told, notes = _told(cell)
    return Heard(
        source="iwlist",
        bssid=bssid(cell.address),
        ssid=cell.name,
        frequency=cell.frequency,
        signal=cell.signal,
        told=told,
        notes=notes,
    )


def _told(cell: _Cell) -> tuple[Told, tuple[str, ...]]:
    facts = elements.read(bytes(cell.raw) or _BARE)
    raw = elements.read(bytes(cell.whole))
    announced = _wps(facts) if cell.raw else None
    new, old = (
        [_suites(lists, is_rsn=is_rsn) for is_rsn, lists in cell.offers if is_rsn is wanted] for wanted in (True, False)
    )
    certain = bool(cell.offers) and (len(raw.rsn), len(raw.wpa)) == (len(new), len(old))
    unread = facts.rsn or facts.wpa or facts.damaged  # printed as digits, since iwlist could not read them
    if unread or (not certain and (None in new or None in old)):
        return Told(wps=announced), (DAMAGED,)
    secured = replace(
        facts,
        rsn=raw.rsn if certain else tuple(s for s in new if s),
        wpa=raw.wpa if certain else tuple(s for s in old if s),
        h2e=True,  # that it lacks must not be said: the elements may not all be there
        traces=False,
        whole=True,
    )
    capability = None if cell.encrypted is None else ESS | (PRIVACY if cell.encrypted else 0)
    band = None if cell.frequency is None else channels.of_frequency(cell.frequency)[1]
    found = offer(secured, capability, band)
    known = certain or not secured.rsn
    security = None if found.security is Security.UNKNOWN else found.security
    if not known and security in _LOGINS and not set(found.akms or ()) <= {"802.1x", "ft-802.1x"}:
        security = None  # which of them it is hangs on the protection of management frames
    listed = bool(cell.raw)
    if security is Security.WEP and not listed:
        # Absence of RSN and WPA says something only where elements are listed at all.
        return Told(wps=announced), (UNLISTED,)
    return Told(
        security=security,
        akms=found.akms,
        pairwise=found.pairwise,
        group=found.group,
        pmf=found.pmf if known else None,
        wps=announced,
        transition=found.transition
        if security is not None and (listed or security is not Security.WPA2_PERSONAL)
        else None,
    ), ()


def _wps(facts: elements.Elements) -> Wps | None:
    """What the raw elements say of WPS; null where there are none."""
    if facts.wps is not None:
        answer = facts.wps.response
        return wps.joined(None if answer else facts.wps, facts.wps if answer else None)
    return Wps(present=False) if facts.ssid is not None and facts.proper else None


def _suites(lists: Mapping[bytes, tuple[bytes, bytes]], *, is_rsn: bool) -> Suites | None:
    """What one element offers; null where a list is missing, shorter than it says, or not all known.

    Capabilities are not printed; that an RSN element allows protected management frames is assumed, and told nowhere.
    """
    group, pairwise, akms = (
        _words(lists.get(name), akm=name.startswith(b"Auth"))
        for name in (b"Group Cipher", b"Pairwise Ciphers", b"Authentication Suites")
    )
    if group is None or pairwise is None or akms is None or len(group) != 1:
        return None
    return Suites(group=group[0], pairwise=pairwise, akms=akms, capable=is_rsn)


def _words(said: tuple[bytes, bytes] | None, *, akm: bool) -> tuple[str, ...] | None:
    if said is None:
        return None
    count, text = said
    suites = list(_SUITE.finditer(text))
    numbers = [int(s[2]) if s[2] else _NUMBERS.get(s[1]) for s in suites]
    whole = b"".join(s[0] for s in suites) == text and len(suites) == int(count or 1)
    if not whole or any(number is None or number > 0xFF for number in numbers):
        return None
    word = rsn.akm if akm else rsn.cipher
    return tuple(sorted({word(rsn.IEEE + bytes([number])) for number in numbers if number is not None}))
