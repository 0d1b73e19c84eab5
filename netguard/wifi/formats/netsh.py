"""What Windows prints for `netsh wlan show networks mode=bssid`, in English, German, Spanish or French.

Of each network name it tells one kind of security, that which Windows would choose, for all access points of that name:
another kind beside it (WPA beside WPA2, WPA2 beside WPA3) cannot be seen, and all hidden networks share one block. So
akms, ciphers and `transition` are null, and of several hidden ones the security, too. WPS is never told; protected
management frames by the newest Windows only. Percent are not dBm. A channel without a band may be at 6 GHz.

A name with a line end in it can make a line. It is printed before anything else of its network, has 32 bytes at most, and
a line of a BSSID counts only after the three lines that Windows prints before the first one, in the order of its number.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from netguard.model.vocabulary import Pmf, Security
from netguard.wifi import _netsh
from netguard.wifi._lines import LONGEST, MOST_LINES, bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told

NAME = "output of Windows (netsh wlan show networks mode=bssid)"

MOST_BSSIDS = 1024
"""Access points kept of one name; an airport has some hundreds of one, and a file must not fill the memory."""
LONGEST_LABEL = 120
"""Bytes of a label; those of Windows have less than 80."""
_BEFORE = 3
"""Lines before the first BSSID: kind of network, authentication, encryption."""

_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SSID = re.compile(rb"SSID (\d{1,4}) *:(?: (.*)|)", re.DOTALL)
_NUMBERED = re.compile(rb".*\bSSID.* (?P<number>\d{1,4})|BSSIDD? (?P<plain>\d{1,4})", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_BAND = re.compile(r"(2[.,]4|5|6) ghz")
_BASE = {"2": 2407, "5": 5000, "6": 5950}
"""MHz from which channels of 5 MHz are counted (IEEE 802.11-2020, annex E)."""
_REFUSED = b"location permission"

ONE_KIND = "Windows names one kind of security for all access points of a name, the one it would choose; others may be offered, too"
DAMAGED = "its name has letters that were damaged when the list was saved, and was left out"
SEVERAL_HIDDEN = "Windows lists all hidden networks as one, so what this one offers is not known"


@dataclass(slots=True, kw_only=True)
class _Point:
    """One access point of a name."""

    address: bytes
    channel: int | None = None
    band: str | None = None
    rssi: float | None = None
    pmf: Pmf | None = None


@dataclass(slots=True, kw_only=True)
class _Block:
    """Everything that is listed under one name."""

    name: bytes
    said: int = 0
    """Lines before the first access point."""
    authentication: bytes = b""
    cipher: bytes = b""
    contradicts: bool = False
    pmf: Pmf | None = None
    points: list[_Point] = field(default_factory=list)


def recognises(head: bytes) -> bool:
    """Whether it has a line `SSID 1 : ...` with indented lines `label : value` after it, or Windows' refusal."""
    encoding = _MARKS.get(head[:2])
    if encoding is not None:
        head = head[2:].decode(encoding, "replace").encode("utf-8", "replace")
    said = [line.rstrip(b"\r") for line in head.split(b"\n")]
    listed = any(_SSID.fullmatch(line) and _pair(after) for line, after in pairwise(said))
    return listed or _is_refusal(head)


def _pair(line: bytes) -> tuple[bytes, bytes] | None:
    """Label and value of an indented line; null where it is none."""
    label, colon, value = line.partition(b":")
    name = label.strip(b" \t")
    return (name, value.strip(b" \t")) if colon and line[:1] in b" \t" and 0 < len(name) <= LONGEST_LABEL else None


def _is_refusal(head: bytes) -> bool:
    return head.lstrip().startswith(b"Network shell commands need") and _REFUSED in head


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each access point. Raises `WifiFileError` where Windows refused to tell."""
    pages: tuple[str, ...] | None = None
    block: _Block | None = None
    understood = False
    mark = file.read(2)
    encoding = _MARKS.get(mark)
    stream = _recoded(file, encoding, where) if encoding else lines(_After(mark, file), where.remark)
    if encoding:
        pages = ("utf-8",)
    for line in stream:
        if _is_refusal(line):
            raise where.error(
                "Windows did not list the networks, since location services are off; turn them on (Settings, Privacy & "
                "security, Location) and save the list anew"
            )
        if found := _SSID.fullmatch(line):
            if block is not None:
                yield from _heard(block, pages)
            block = _Block(name=found[2] or b"")
        elif block is not None and (pair := _pair(line)):
            if not encoding:
                pages = pages if pages is not None else _netsh.page(pair[0])
            understood |= _takes(block, *pair)
    if block is not None:
        if not understood:
            where.remark(
                "its language is not one of those that netguard reads (English, German, Spanish, French), so kinds of "
                "security and channels were left out"
            )
        yield from _heard(block, pages)


class _After:
    """A file whose first bytes were read already."""

    def __init__(self, start: bytes, file: BinaryIO) -> None:
        self._start = start
        self._file = file

    def readline(self, limit: int, /) -> bytes:
        start, self._start = self._start, b""
        end = start.find(b"\n") + 1
        if end:
            self._start = start[end:]
            return start[:end]
        return start + self._file.readline(limit - len(start))


def _recoded(file: BinaryIO, encoding: str, where: Where) -> Iterator[bytes]:
    """The lines of a UTF-16 file in UTF-8, of bounded length."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest, count, last = "", 0, False
    while not last:
        chunk = file.read(1 << 16)
        last = not chunk
        *whole, rest = (rest + decoder.decode(chunk, final=last)).split("\n")
        for line in [*whole, rest] if last else whole:
            count += 1
            yield line.rstrip("\r")[:LONGEST].encode("utf-8", "replace")
        if count > MOST_LINES or len(rest) > LONGEST:
            where.remark("it has more or longer lines than Windows prints; the rest was not read")
            return


def _takes(block: _Block, label: bytes, value: bytes) -> bool:
    """Take in one line; whether its label is a word for the kind of security."""
    meaning = _netsh.LABELS.get(_netsh.plain(label))
    numbered = _NUMBERED.fullmatch(label)
    if numbered and _ADDRESS.fullmatch(value):
        follows = int(numbered["number"] or numbered["plain"]) == len(block.points) + 1 <= MOST_BSSIDS
        if block.said >= _BEFORE and follows:
            block.points.append(_Point(address=value))
        return False
    if block.points:
        _about_point(block.points[-1], meaning, value)
        return False
    block.said += 1
    if meaning == "security":
        block.contradicts = block.contradicts or block.authentication not in {b"", value}
        block.authentication = value
    elif meaning == "cipher":
        block.contradicts = block.contradicts or block.cipher not in {b"", value}
        block.cipher = value
    elif meaning == "pmf":
        block.pmf = _pmf(value)
    return meaning == "security"


def _about_point(point: _Point, meaning: str | None, value: bytes) -> None:
    if meaning == "channel" and re.fullmatch(rb"\d{1,3}", value):
        point.channel = int(value)
    elif meaning == "rssi" and re.fullmatch(rb"-\d{1,3}", value):
        point.rssi = float(value)
    elif meaning == "pmf":
        point.pmf = _pmf(value)
    elif band := _BAND.fullmatch(_netsh.plain(value)):
        point.band = band[1][0]


def _pmf(value: bytes) -> Pmf | None:
    """Not required says nothing of whether it is possible."""
    return Pmf.REQUIRED if value == b"1" else None


def _heard(block: _Block, pages: tuple[str, ...] | None) -> Iterator[Heard]:
    security = None if block.contradicts else _netsh.security(block.authentication, block.cipher)
    notes: tuple[str, ...] = () if security is None else (ONE_KIND,)
    ssid: bytes | None = None
    try:
        ssid = _netsh.name(block.name, pages) if block.name.strip() else b""
    except _netsh.Damaged:
        notes += (DAMAGED,)
    if ssid == b"" and len(block.points) > 1:
        security, notes = None, (SEVERAL_HIDDEN,)
    for point in block.points:
        yield Heard(
            source="netsh",
            bssid=bssid(point.address),
            ssid=ssid,
            frequency=_frequency(point),
            channel=point.channel,
            signal=point.rssi,
            told=_told(security, point.pmf or (None if ssid == b"" else block.pmf)),
            notes=notes,
        )
    if not block.points:
        yield Heard(source="netsh", ssid=ssid, told=_told(security, block.pmf), notes=notes)


def _told(security: Security | None, pmf: Pmf | None) -> Told:
    return Told(security=security, pmf=pmf)


def _frequency(point: _Point) -> int | None:
    """MHz of the channel, where the band is told and has such a channel."""
    channel, band = point.channel, point.band
    if channel is None or band is None:
        return None
    if (band, channel) == ("2", 14):
        return 2484
    possible = {"2": 1 <= channel <= 13, "5": 32 <= channel <= 177, "6": 1 <= channel <= 233}[band]
    return _BASE[band] + 5 * channel if possible else None
