"""What of a text may leave this computer: nothing that the person's settings do not allow, and no markup. Pure.

A message passes through other people's computers and ends in programs that turn text into links, pictures and mentions.
Whatever a device says of itself is reduced to words here before it is put into one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from netguard.config import Notify

MAX_NAME = 48
"""Characters of one name; a longer one is made to push the rest out of sight."""

MAX_TITLE = 160
"""Characters of the sentence that says what a finding is."""

HIDDEN = "…"
"""What stands where something may not be told."""

MAX_MARKS = 2
"""Combining marks on one letter; Hindi and Vietnamese need two, a tower of them runs over its neighbours' lines."""

PART_OF_MAC = 6
"""Hexadecimal digits of a known MAC that give it away in a name: makers name devices by its last three bytes, which are
what tells two of one maker apart."""

_GAP = r"[\W_]{0,3}"
_MAC = re.compile(
    r"(?<![0-9a-f])(?:(?:[0-9a-f]{2}[:._\- ]?){5}[0-9a-f]{2}"
    r"|(?:[0-9a-f]{2}[\W_]{1,3}){5}[0-9a-f]{2}|(?:[0-9a-f]{4}[^\w\s,;]){2}[0-9a-f]{4})(?![0-9a-f])",
    re.IGNORECASE,
)
"""A MAC in any spelling: `00:00:5e:00:53:01`, `00-00-5E-…`, `0000.5e00.5301`, `00005e005301`, `00 : 00 · 5e …`.

With a longer run of hexadecimal digits about it, it is none."""

_OCTET = r"(?:25[0-5]|2[0-4]\d|[01]?\d{1,2})"
_IPV4 = re.compile(
    r"\d{1,3}(?:[.\-_]\d{1,3}){3,}(?:/\d{1,3})?"
    rf"|(?<!\d){_OCTET}(?:[\W_]{{1,3}}{_OCTET}){{3,}}(?!\d)(?:/\d{{1,3}})?"
)
"""Four numbers, also as host names spell them (`192-168-1-20`), and four up to 255 with any other signs between: dots of
another script, commas, spaces. A version of four numbers looks the same, and goes too, and so does a list of low ports."""

_IPV6 = re.compile(r"(?:[0-9a-f]{0,4}:){2,}[0-9a-f]{0,4}(?:%\w+)?(?:/\d{1,3})?", re.IGNORECASE)
"""Groups with two colons or more; a time with seconds looks the same, and goes too."""

_RUN = re.compile(rf"[0-9a-f](?:{_GAP}[0-9a-f]){{5,}}", re.IGNORECASE)
_SPLIT = re.compile(r"[\W_]+")
_COLONS = dict.fromkeys(map(ord, "\u02d0\u02f8\u05c3\u2236\ua789"), ":")
"""Signs of other scripts that look like a colon, and that NFKC (Unicode, annex 15) leaves alone."""

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = str.maketrans({'"': "'", "\u201c": "'", "\u201d": "'", "\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'"})
_KEPT = frozenset("-'&,()+%;" + HIDDEN)


class Discretion:
    """What may be said, by the person's settings; `macs` are those of the home's devices, to know them when named."""

    def __init__(self, allowed: Notify, macs: Iterable[str] = ()) -> None:
        """Take `macs` in any spelling."""
        self.allowed = allowed
        self._macs = tuple(dict.fromkeys(_SPLIT.sub("", mac).lower() for mac in macs))

    def name(self, text: str, otherwise: str) -> str:
        """`text`, a name, as it may be told; `otherwise` where names may not be, or nothing is left of it."""
        said = self.sentence(text, MAX_NAME) if self.allowed.names else ""
        return said if any(c.isalnum() for c in said) else otherwise

    def sentence(self, text: str, limit: int = MAX_TITLE) -> str:
        """`text` in words: without what may not be told, without markup, links and control characters, cut to `limit`."""
        said = self._masked(unicodedata.normalize("NFKC", text[: limit * 8].translate(_QUOTES)))
        said = self._masked(plain(said))  # taking characters out may have put an address together
        return said if len(said) <= limit else said[: limit - 1].rstrip() + HIDDEN

    def _masked(self, text: str) -> str:
        if not self.allowed.macs:
            text = _cut(_MAC, text)
            text = _cut(_RUN, text, self._is_own)
        if not self.allowed.addresses:
            # A MAC that may be told has the shape of an IPv6 address: it is put aside meanwhile.
            kept = _MAC.findall(text)
            parts = [_cut(_IPV4, _cut(_IPV6, part)) for part in _MAC.split(text)]
            text = "".join(p + k for p, k in zip(parts, [*kept, ""], strict=True))
        return text

    def _is_own(self, run: str) -> bool:
        """Whether enough of `run`, hexadecimal digits, is part of a MAC of this home."""
        digits = _SPLIT.sub("", run).lower()
        pieces = (digits[at : at + PART_OF_MAC] for at in range(len(digits) - PART_OF_MAC + 1))
        return any(piece in mac for piece in pieces for mac in self._macs)


def _cut(pattern: re.Pattern[str], text: str, where: Callable[[str], bool] = bool) -> str:
    """`text` with `HIDDEN` for everything that `pattern` finds and `where` agrees to, in digits of any script."""
    read = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text).translate(_COLONS)
    kept, at = [], 0
    for found in pattern.finditer(read):
        if where(found[0]):
            kept += [text[at : found.start()], HIDDEN]
            at = found.end()
    return "".join((*kept, text[at:]))


def plain(text: str) -> str:
    """`text` as words on one line: letters, digits and the few signs that no messenger takes for markup or a link.

    A dot stays between digits and at a sentence's end, a colon before a space, a slash in `tcp/443`. Nothing else can
    become an address of the internet, a mention, a picture or bold print.
    """
    told = _DASHES.sub("-", unicodedata.normalize("NFC", text.translate(_QUOTES)))
    kept: list[str] = []
    marks = 0
    for place, sign in enumerate(told):
        kind = unicodedata.category(sign)
        if kind in {"Mn", "Mc"}:
            marks += 1
            kept.append(sign if kept and marks <= MAX_MARKS else "")
            continue
        marks = 0
        kept.append(sign if kind[0] in "LN" or sign in _KEPT or _belongs(told, place) else " ")
    return " ".join("".join(kept).split())


def _belongs(text: str, place: int) -> bool:
    """Whether the dot, colon or slash at `place` stands where only prose and port numbers have one."""
    sign, before, after = text[place], text[max(0, place - 3) : place], text[place + 1 : place + 2]
    if sign == ".":
        return after in {"", " "} or (before[-1:].isdigit() and after.isdigit())
    if sign == ":":
        return after in {"", " "}
    if sign == "/":
        return before.lower() in {"tcp", "udp"} and after.isdigit()
    return False
