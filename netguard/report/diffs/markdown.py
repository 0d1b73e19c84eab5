"""What changed, as Markdown for a wiki, an issue or a chat (CommonMark 0.31; nothing of GitHub's additions is needed).

GitHub makes links of more than CommonMark does, some of them after everything is text already, where a backslash has no say.
What would become one has a character in it that cannot be seen, and is no link then.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from netguard.model.difference import Difference
from netguard.model.observation import clean
from netguard.report.difference import view
from netguard.report.difference_shape import DifferenceView, FindingLine, Line, Told
from netguard.report.subjects import MAX_PROSE

EXTENSION = "md"

_MEANS = re.compile(r"([\\`*_\[\]<>#|~!&$])")
"""Characters that begin something else than text in a line (CommonMark 0.31, 2.4: a backslash before any of them makes it
text; `|`, `~` and `$` mean something to GitHub)."""

_ADDRESS = re.compile(r"(?<=[a-z])(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where an address that is no link in CommonMark becomes one on GitHub (GFM 0.29, 6.9), unless a backslash stands there."""

_BEGINS = re.compile(r"^([-+]|\d{1,9}(?=[.)]))")
"""What begins a list in a list at the start of a text (CommonMark 0.31, 5.2); `*` is in `_MEANS`."""

_AFTER = re.compile(r"(?<=@)(?=\S)|(?<=#)(?=\d)|(?<=\bGH-)(?=\d)", re.IGNORECASE)
"""Where GitHub looks for addresses of mail, also those of `mailto:` and `xmpp:` (GFM 0.29, 6.9: in the text, so that `\\@` is
one too), for people (`@name`), and for issues (`#1`, `owner/name#1`, `GH-1`)."""

_JOINER = "\N{WORD JOINER}"
"""Cannot be seen, is part of no address and no name, and breaks no line (UAX 14)."""

NAMED = 20
"""Things that one reason lists."""


def render(difference: Difference, now: datetime) -> str:
    """`difference` as a Markdown document with a final newline.

    Whatever a device calls itself stays text: no link, picture, heading or tag comes of it.
    """
    return "".join(f"{line}\n" for line in _lines(view(difference, now)))


def _lines(said: DifferenceView) -> Iterator[str]:
    yield f"# What changed: {_text(said.site)}"
    yield ""
    yield f"**{_text(said.sentence)}**"
    yield ""
    yield _text(said.meaning)
    for group in said.told:
        yield from _told(group)
    if said.unlooked:
        yield from ("", "## Not looked at this time", "")
        for gap in said.unlooked:
            names = ", ".join(_text(name) for name in gap.what[:NAMED])
            more = f" and {number:,} more" if (number := gap.beyond(NAMED)) else ""
            yield f"- {names}{more}: {_text(gap.because)}"
    if said.remarks:
        yield from ("", "## To know", "")
        for remark in said.remarks:
            yield f"- {_text(remark)}"
    yield from ("", "## The two scans", "")
    for side in said.sides:
        yield f"- **{side.label}:** {'; '.join(f'{_text(one.label)}: {_text(one.text)}' for one in side.said)}"


def _told(group: Told) -> Iterator[str]:
    yield from ("", f"## {group.title}", "")
    if group.lead:
        yield from (group.lead, "")
    for change in group.changes:
        yield _change(change)
        for found in change.findings:
            yield f"  {_found(found)}"
    for found in group.findings:
        yield _found(found)


def _change(change: Line) -> str:
    details = ", ".join(f"{_text(said.label)} {_text(said.text)}" for said in change.details)
    return f"- **{change.word}**: {_text(change.sentence)}{f' ({details})' if details else ''}"


def _found(found: FindingLine) -> str:
    was = f", was {found.was}" if found.was else ""
    note = f" ({found.note})" if found.note else ""
    return f"- **{found.word}**: {found.severity_word}{was}: {_text(found.title)}{note}"


def _text(text: str) -> str:
    """`text` as text and nothing else."""
    escaped = _ADDRESS.sub(r"\\", _MEANS.sub(r"\\\1", _AFTER.sub(_JOINER, clean(text, MAX_PROSE))))
    return _BEGINS.sub(lambda found: f"\\{found[0]}" if found[0] in "+-" else f"{found[0]}\\", escaped)
