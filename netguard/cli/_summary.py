"""What a scan says on the terminal: the headline, what to do, what was found and what was not checked. The rest is the report's."""

import textwrap
from collections.abc import Iterator
from datetime import datetime

from netguard.model.scan import Scan
from netguard.report.view import view

WIDTH = 100
MOST_ACTIONS = 3
MOST_UNSEEN = 4
"""Declared devices that were not seen, shown with how to wake them: more of them fill the screen."""
MOST_UNCHECKED = 6
"""Titles of unchecked things shown before "and so many more": the report has them all."""


def summary(scan: Scan, now: datetime) -> str:
    """Plain text of a screenful, at most `WIDTH` columns."""
    return "\n".join(_lines(scan, now))


def _lines(scan: Scan, now: datetime) -> Iterator[str]:
    seen = view(scan, now)
    yield from _wrapped(seen.headline.sentence)
    yield from _wrapped(seen.headline.meaning)
    for notice in (*([seen.headline.no_lock] if seen.headline.no_lock else []), *seen.notices):
        yield from _wrapped(notice)
    yield ", ".join(f"{t.number} {t.what}" for t in seen.tallies)
    if seen.first:
        yield ""
        yield "Do this first"
        for number, action in enumerate(seen.first[:MOST_ACTIONS], 1):
            yield from _wrapped(f"{action.title} (needs {action.needs})", f"  {number}. ", "     ")
    if seen.problems:
        yield ""
        yield "Found"
        for problem in seen.problems:
            yield from _wrapped(problem.title, f"  {problem.severity_word:<9}", " " * 11)
    if seen.unseen:
        yield ""
        yield "Declared, and not seen"
        for device in seen.unseen[:MOST_UNSEEN]:
            yield from _wrapped(f"{device.label}: {device.text}", "  - ", "    ")
        if len(seen.unseen) > MOST_UNSEEN:
            yield f"  and {len(seen.unseen) - MOST_UNSEEN} more: the report has them all"
    titles = [title for group in seen.unchecked for title in group.titles]
    if titles:
        yield ""
        yield "Not checked"
        for title in titles[:MOST_UNCHECKED]:
            yield from _wrapped(title, "  - ", "    ")
        if len(titles) > MOST_UNCHECKED:
            yield f"  and {len(titles) - MOST_UNCHECKED} more: the report has them all, and how to change it"


def _wrapped(text: str, first: str = "", then: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=then) or [first]
