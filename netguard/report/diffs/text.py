"""What changed, for a terminal, a mail or a log: a line each, wrapped, without any control character of its own."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime

from rich.cells import get_character_cell_size

from netguard.model.difference import Difference
from netguard.model.observation import clean
from netguard.report.difference import view
from netguard.report.difference_shape import DifferenceView, FindingLine, Line, Told, Way
from netguard.report.subjects import MAX_PROSE

EXTENSION = "txt"

NARROWEST = 40
"""Columns below which wrapping makes the text longer than it makes it readable."""

NAMED = 8
"""Things that one reason lists; from another network a home's whole list would stand there."""

_WIDEST_WORD = len("open again")

_BOLD = "1"
_COLOURS: dict[Way, str] = {
    "new": "1;33",
    "gone": "33",
    "back": "33",
    "changed": "33",
    "worse": "1;31",
    "open": "1;31",
    "better": "32",
    "closed": "1;32",
}
"""SGR parameters (ECMA-48, 8.3.117); the words say the same without them."""


def render(difference: Difference, now: datetime, *, width: int = 80, colour: bool = False) -> str:
    """`difference` as lines of at most `width` columns (at least 40), each ending in a newline; the first one says it all.

    Without `colour` there is no control character but the newlines. Text from the scans is cleaned again here, line by
    line, so that nothing a device calls itself can move the cursor or start a line of its own.
    """
    page = _Page(max(width, NARROWEST), colour=colour)
    return "".join(f"{line}\n" for line in page.lines(view(difference, now)))


class _Page:
    """One text being written."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self._width = width
        self._colour = colour

    def lines(self, said: DifferenceView) -> Iterator[str]:
        yield from self._wrap(said.sentence, style=_BOLD)
        yield from self._wrap(said.meaning)
        for group in said.told:
            yield from self._told(group)
        if said.unlooked:
            yield from self._heading("Not looked at this time")
            for gap in said.unlooked:
                names = ", ".join(gap.what[:NAMED])
                more = f" and {number:,} more" if (number := gap.beyond(NAMED)) else ""
                yield from self._wrap(f"{names}{more}: {gap.because}", first="  ", rest="    ")
        if said.remarks:
            yield ""
            for remark in said.remarks:
                yield from self._wrap(remark, first="! ", rest="  ")

    def _told(self, group: Told) -> Iterator[str]:
        if group.anchor == "changed":
            yield ""
        else:
            yield from self._heading(group.title)
        if group.lead:
            yield from self._wrap(group.lead)
        for change in group.changes:
            yield from self._change(change)
        for found in group.findings:
            yield from self._found(found, 2)

    def _change(self, change: Line) -> Iterator[str]:
        details = ", ".join(f"{said.label} {said.text}" for said in change.details)
        text = f"{change.sentence} ({details})" if details else change.sentence
        yield from self._marked(change.word, text, change.way, 2)
        for found in change.findings:
            yield from self._found(found, 2 + _WIDEST_WORD + 2)

    def _found(self, found: FindingLine, indent: int) -> Iterator[str]:
        was = f", was {found.was}" if found.was else ""
        note = f" ({found.note})" if found.note else ""
        yield from self._marked(found.word, f"{found.severity_word}{was}: {found.title}{note}", found.way, indent)

    def _marked(self, word: str, text: str, way: Way, indent: int) -> Iterator[str]:
        """A word in a column of its own, and the text beside it."""
        start = f"{' ' * indent}{word:{_WIDEST_WORD}}  "
        lines = self._wrap(text, first=start, rest=" " * (indent + _WIDEST_WORD + 2))
        first, *rest = lines
        yield first.replace(word, f"\x1b[{_COLOURS[way]}m{word}\x1b[0m", 1) if self._colour else first
        yield from rest

    def _heading(self, text: str) -> Iterator[str]:
        yield ""
        yield from self._wrap(text, style=_BOLD)

    def _wrap(self, text: str, *, first: str = "", rest: str = "", style: str = "") -> list[str]:
        """`text` in lines that fit. What the view says is one line already; it is cleaned once more all the same."""
        wrapped = _folded(clean(text, MAX_PROSE), self._width, first, rest)
        return [f"\x1b[{style}m{line}\x1b[0m" for line in wrapped] if self._colour and style else wrapped


def _folded(text: str, width: int, first: str, rest: str) -> list[str]:
    """`text` in lines of at most `width` columns, the first after `first` and the others after `rest`."""
    lines: list[str] = []
    line, free, is_begun = first, width - _columns(first), False
    for word in text.split():
        left = word
        while left:
            gap = " " if is_begun else ""
            if _columns(gap + left) <= free:
                line, free, is_begun, left = line + gap + left, free - _columns(gap + left), True, ""
            elif is_begun:
                lines.append(line)
                line, free, is_begun = rest, width - _columns(rest), False
            else:
                fits = max(1, bisect_right(range(1, min(len(left), free) + 1), free, key=lambda n: _columns(left[:n])))
                lines.append(line + left[:fits])
                line, free, left = rest, width - _columns(rest), left[fits:]
    return [*lines, line.rstrip()] if is_begun or not lines else lines


def _columns(text: str) -> int:
    """Columns of a terminal that `text` takes at most: two of a letter that is as wide (UAX 11), else one.

    Marks that stand over another letter count as well, since not every terminal puts them there.
    """
    return len(text) if text.isascii() else sum(max(1, get_character_cell_size(letter)) for letter in text)
