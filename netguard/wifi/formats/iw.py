r"""The text of `iw dev X scan` and `iw dev X scan dump` (also with -u or -b), as iw 3.x to 6.x print it (iw's scan.c).

An access point's WPS texts (Manufacturer, Model, Model Number, Serial Number, Device name) are printed as they were
sent, line ends included, so that a neighbour can write lines of this list. What holds against that:

- A text is at most `REACH` bytes long, and iw prints its label before it, so every byte of a neighbour's stands within
  `REACH` bytes of a label. What is further away is iw's own.
- A new access point is believed where its `BSS` line and the lines after it that iw makes of the kernel's answer (TSF,
  freq, capability ...), in iw's order and without another between them, reach beyond that. A neighbour's elements cannot
  make such lines, so what he wrote is too short. Where they are too few to tell, it is believed if "last seen" by the
  clock of this computer and "ms ago" come to the same moment as in the others: he does not know when it was started.
  What is left is left out, and that is said.
- Elements (RSN, WPA, WPS ...) that begin within `REACH` may be written, too: what they would say becomes null, unless
  the same stood before. So does what follows a line that no iw prints there.
- WPS attributes within `REACH` are believed where each is a whole line of iw's and there only once: a neighbour could as
  well send them in earnest.

What it cannot know: RSN override without -u (iw does not decode it), so that `transition` is null for WPA2 alone; WPS
methods from a beacon. Tabs may have become spaces. Signal in percent is not dBm.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from netguard.wifi import _iw, channels
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard

NAME = "output of iw (iw dev X scan)"

REACH = 255 - 4 - 4 + 1
"""Bytes of the longest WPS text with the line end that iw puts after it: an element has 255, of which 4 are OUI and type
and 4 the attribute's head."""

MOST_SECTIONS = 256
"""Elements kept of one access point: a frame has some thirty, and a file must not fill the memory with them."""
MOST_DETAILS = 64
"""Lines kept of one element: the RSN element has seven, WPS some twenty."""

_FAR = 1 << 30

SPREAD = 1.5
"""Seconds by which the moment of the list may differ between its entries: it is printed in a tenth, and the kernel's two
clocks are read some milliseconds apart."""

_HEADER = re.compile(
    rb"BSS ((?:[0-9a-fx]{2}:){5}[0-9a-fx]{2}) ?\(on [^\s()]{1,15}\)(?: -- ([a-zA-Z :0-9]{1,30}))?[ \t]*"
)
"""Interfaces have up to 15 characters (IFNAMSIZ). Samples on the web have `xx` where somebody covered digits up."""

_KERNEL = tuple(
    re.compile(pattern)
    for pattern in (
        rb"last seen: (?P<seen>\d{1,12}\.\d{3})s \[boottime\]",
        rb"TSF: \d{1,20} usec \(\d{1,9}d, [\d:]{8}\)",
        rb"freq: (?P<freq>\d{3,5})(?:\.\d{1,4})?",
        rb"beacon interval: \d{1,5}(?: TUs)?",
        rb"capability:[A-Za-z_ ]* \(0x(?P<capability>[0-9a-f]{4})\)",
        rb"signal: (?:(?P<signal>-\d{1,3})\.-?(?P<part>\d{2}) dBm|\d{1,3}/100)",
        rb"last seen: (?P<age>\d{1,12}) ms ago",
        rb"(?P<response>Information elements from Probe Response frame:)",
    )
)
"""The lines that iw makes of the kernel's answer, in its order; it leaves out what the kernel left out."""

_FREE = re.compile(rb"\* (?:Manufacturer|Model|Model Number|Serial Number|Device name): ")
"""Labels of the texts that iw prints as they were sent."""
_END = b""
"""A line that belongs to nothing: what was begun is then over."""
_LINE = re.compile(rb"(?P<indent>[ \t]*)(?P<said>.*)", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class _Block:
    """One access point's lines, from its `BSS` line on."""

    address: bytes
    associated: bool
    indent: bytes = b""
    step: int = -1
    """Number of the last of `_KERNEL` that was there."""
    facts: dict[str, bytes] = field(default_factory=dict)
    sections: list[_iw.Section] = field(default_factory=list)
    doubtful: bool = False
    """Whether lines were passed over that may have been its own."""
    ended: bool = False
    """Whether what follows may be about another one."""
    hides: bool = False
    """Whether another access point may have been left out after this one."""

    @property
    def now(self) -> float | None:
        """When the list was made, in seconds since this computer was started; null where iw does not tell."""
        if "seen" not in self.facts or "age" not in self.facts:
            return None
        return float(self.facts["seen"]) + int(self.facts["age"]) / 1000

    def takes(self, indent: bytes, said: bytes) -> bool:
        """Whether this is the next of the lines that iw makes of the kernel's answer; if so, it is taken in."""
        for step in range(self.step + 1, len(_KERNEL)):
            if found := _KERNEL[step].fullmatch(said):
                if not indent or (self.indent and indent != self.indent):
                    return False
                self.indent, self.step = indent, step
                self.facts |= {name: value for name, value in found.groupdict().items() if value is not None}
                return True
        return False

    def adds(self, indent: bytes, said: bytes, *, since: int) -> None:
        """Take in a line of an element. `since` is how many bytes ago the last text of a neighbour began."""
        near = since <= REACH
        if not said:
            return
        if self.ended:
            self.doubtful = self.doubtful or indent.startswith(self.indent)
        elif indent == self.indent:
            self._begins(said, near=near)
        elif len(indent) > len(self.indent) and indent.startswith(self.indent) and self.sections:
            section = self.sections[-1]
            if section.name == "WPS" and near and not _iw.ATTRIBUTE.fullmatch(said):
                self.doubtful = section.broken = True
            elif len(section.details) < MOST_DETAILS:
                section.details.append(said)
        else:
            # No iw prints such a line within an access point: a text had a line end, or the list is over.
            self.ended, self.doubtful = True, self.doubtful or near or bool(indent)

    def _begins(self, said: bytes, *, near: bool) -> None:
        name, colon, rest = said.partition(b":")
        if not colon or len(self.sections) >= MOST_SECTIONS:
            self.doubtful = self.doubtful or near
            return
        section = _iw.Section(name=name.decode("ascii", "replace"), near=near)
        self.sections.append(section)
        if rest.strip():
            section.details.append(rest.strip())


def recognises(head: bytes) -> bool:
    """Whether a line looks like iw's first line of an access point."""
    return any(_HEADER.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n"))


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each access point that is certainly iw's own, with what is certain of it; see the module."""
    block: _Block | None = None
    for block in _blocks(lines(file, where.remark), where):
        yield _heard(block)
    if block is None:
        raise where.error(
            "there is no access point in it that iw printed; save the whole of what `iw dev X scan` prints"
        )


def _blocks(stream: Iterator[bytes], where: Where) -> Iterator[_Block]:
    current: _Block | None = None
    begun: _Block | None = None
    since = reached = _FAR
    now: float | None = None
    for line in chain(stream, (_END,)):
        parts = _LINE.fullmatch(line)
        indent, said = (parts["indent"], parts["said"].rstrip()) if parts else (b"", b"")
        before = since
        free = _FREE.search(line)
        # Spaces count as the one tab that they may have been: how much was sent is not known of a copy, and less is safer.
        since = min(_FAR, len(line) - free.end() + 1 if free else since + bool(indent) + len(said) + 1)
        if begun is not None and begun.takes(indent, said):
            reached = since
            continue
        if begun is not None and "freq" in begun.facts and (reached > REACH or _same(begun.now, now)):
            now = begun.now if now is None else now
            if current is not None:
                yield current
            current = begun
            before, since = _FAR, since if free else _FAR  # no text of a neighbour reaches beyond what is iw's own
        elif begun is not None:
            _left_out(current, where)
        begun = None
        if header := _HEADER.fullmatch(line):
            begun = _Block(address=header[1], associated=header[2] in {b"associated", b"joined"})
            reached = since
        elif current is not None:
            current.adds(indent, said, since=before)
    if current is not None:
        yield current


def _same(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= SPREAD


def _left_out(current: _Block | None, where: Where) -> None:
    if current is not None:
        current.ended = current.doubtful = current.hides = True
    where.remark(
        "something in it looks like an access point, but may be text that another one sent; it was left out. "
        "A capture (pcap) or a live look would tell"
    )


def _heard(block: _Block) -> Heard:
    facts = block.facts
    frequency = int(facts["freq"])
    capability = int(facts["capability"], 16) if "capability" in facts else None
    about = _iw.About(capability=capability, band=channels.of_frequency(frequency)[1], response="response" in facts)
    told, ssid, notes = _iw.told(block.sections, about, doubtful=block.doubtful)
    if block.hides:
        notes += ("what looks like an access point after it may be text that it sent, and was left out",)
    return Heard(
        source="iw",
        bssid=bssid(block.address),
        ssid=ssid,
        frequency=frequency,
        signal=float(b"%s.%s" % (facts["signal"], facts["part"])) if "signal" in facts else None,
        associated=block.associated,
        capability=capability,
        told=told,
        notes=notes,
    )
