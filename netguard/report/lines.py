"""Plain lines of a width: what every report for a terminal, a mail or a log is made of."""

import textwrap
from collections.abc import Iterable, Iterator

from netguard.model.observation import clean
from netguard.report.shape import Said
from netguard.report.subjects import MAX_PROSE

NARROWEST = 40
"""Columns below which wrapping makes the text longer than it makes it readable."""

BOLD = "1"
"""SGR parameter (ECMA-48, 8.3.117)."""


class Lines:
    """Lines of at most `width` columns, in colour or without any control character.

    Text is cleaned again here, line by line, so that nothing a device calls itself can move the cursor or start a line of
    its own.
    """

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = max(width, NARROWEST)
        self.colour = colour

    def heading(self, text: str) -> Iterator[str]:
        """A part's title."""
        yield ""
        yield from self.wrap(text.upper(), style=BOLD)
        yield "-" * min(len(text), self.width)

    def table(self, rows: Iterable[Said]) -> Iterator[str]:
        """Labels, and what is said under each."""
        for row in rows:
            yield from self.wrap(row.text, first=f"{row.label:<12} ", rest=" " * 13)

    def wrap(self, text: str, *, first: str = "", rest: str = "", style: str | None = None) -> Iterator[str]:
        """`text` in lines of the width; `first` stands before the first one and `rest` before the others."""
        lines = textwrap.wrap(
            clean(text, 2 * MAX_PROSE),
            self.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
        )
        for line in lines or [first.rstrip()]:
            yield f"\x1b[{style}m{line}\x1b[0m" if self.colour and style else line
