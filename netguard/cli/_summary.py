"""What a scan says on the terminal: the headline, what to do, what was found and what was not checked. The rest is the report's."""

import textwrap
from collections.abc import Iterator
from datetime import datetime

from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan
from netguard.report.overlay_shape import AcceptedView
from netguard.report.shape import DoorsView, Unchecked, View
from netguard.report.view import view

WIDTH = 100
MOST_ACTIONS = 3
MOST_UNSEEN = 4
"""Declared devices that were not seen, shown with how to wake them: more of them fill the screen."""
MOST_FOUND = 8
"""Problems named, the worst first; those that one text tells are one."""
MOST_ACCEPTED = 4
"""Accepted risks that are named, the worst first: the person knows them already."""
MOST_LET_IN = 3
"""Ports that lead in from the internet named with what they lead to, the worst first."""
MOST_UNCHECKED = 4
"""Reasons why something was not checked, with what would help; the report has them all."""


def summary(scan: Scan, now: datetime, overlay: Overlay = NOTHING) -> str:
    """Plain text of a screenful, at most `WIDTH` columns; `overlay` is what the history knows of the scan."""
    return "\n".join(_lines(scan, now, overlay))


def _lines(scan: Scan, now: datetime, overlay: Overlay) -> Iterator[str]:
    seen = view(scan, now, overlay=overlay)
    yield from _top(seen)
    if seen.first:
        yield ""
        yield "Do this first"
        for number, action in enumerate(seen.first[:MOST_ACTIONS], 1):
            yield from _wrapped(f"{action.title} (needs {action.needs})", f"  {number}. ", "     ")
        yield from _more(len(seen.first) + len(seen.later) - MOST_ACTIONS)
    cards = (*seen.cards, *seen.more_cards)
    if cards:
        yield ""
        yield "Found"
        for card in cards[:MOST_FOUND]:
            also = len(card.findings) - 1
            title = card.findings[0].title + (f", and {also} more like it" if also else "")
            yield from _wrapped(title, f"  {card.severity_word:<9}", " " * 11)
        yield from _more(sum(len(card.findings) for card in cards[MOST_FOUND:]))
    yield from _accepted(seen.accepted)
    yield from _let_in(seen.doors)
    if seen.unseen:
        yield ""
        yield "Declared, and not seen"
        for device in seen.unseen[:MOST_UNSEEN]:
            yield from _wrapped(f"{device.label}: {device.text}", "  - ", "    ")
        yield from _more(len(seen.unseen) - MOST_UNSEEN)
    groups = (*seen.unchecked, *seen.more_unchecked)
    if groups:
        yield ""
        yield "Not checked"
        for group in groups[:MOST_UNCHECKED]:
            yield from _wrapped(_gap(group), "  - ", "    ")
        yield from _more(len(groups) - MOST_UNCHECKED)
    if explain := next((p.explain for p in seen.problems if p.explain), None):
        yield ""
        yield from _wrapped(f"More: {explain}, and so for every other check and kind of device.")


def _top(seen: View) -> Iterator[str]:
    """The grade, what must be known before believing it, the numbers, and whether anything changed."""
    yield from _wrapped(seen.headline.sentence)
    yield from _wrapped(seen.headline.meaning)
    for notice in (*([seen.headline.no_lock] if seen.headline.no_lock else []), *seen.notices):
        yield from _wrapped(notice)
    for warning in seen.accepted.unused if seen.accepted else ():
        yield from _wrapped(warning)
    yield from _wrapped(", ".join(f"{t.number} {t.what}" for t in seen.tallies))
    if seen.over_time and seen.over_time.moments:
        yield from _wrapped(seen.over_time.sentence)


def _accepted(seen: AcceptedView | None) -> Iterator[str]:
    if seen is None or not seen.cards:
        return
    yield ""
    yield "Accepted for a while"
    for card in seen.cards[:MOST_ACCEPTED]:
        also = len(card.findings) - 1
        title = card.findings[0].title + (f", and {also} more like it" if also else "")
        by = card.findings[0].decision
        yield from _wrapped(f"{title}: by {by.owner} until {by.until}" if by else title, "  - ", "    ")
    yield from _more(sum(len(card.findings) for card in seen.cards[MOST_ACCEPTED:]))


def _let_in(seen: DoorsView) -> Iterator[str]:
    led_in = [m for gateway in seen.gateways for m in gateway.mappings if not m.off]
    if not led_in:
        return
    yield ""
    yield from _wrapped(seen.sentence)
    for mapping in led_in[:MOST_LET_IN]:
        nobody = ", where nobody is" if mapping.absent else ""
        yield from _wrapped(f"{mapping.port} leads to {mapping.leads_to}{nobody}", "  - ", "    ")
    yield from _more(len(led_in) + sum(g.more_mappings for g in seen.gateways) - MOST_LET_IN)


def _gap(group: Unchecked) -> str:
    """Who, why and what would help, in a line or two: the reason for which most is missing, and how much is beside it."""
    most = max(group.reasons, key=lambda reason: reason.count)
    beside = sum(reason.count for reason in group.reasons) - most.count
    also = f", and {beside} more for other reasons" if beside else ""
    return f"{most.who} ({most.counted}), because {most.because.rstrip('.')}{also}. {group.how}"


def _more(number: int) -> Iterator[str]:
    if number > 0:
        yield f"  and {number} more: the report has them all"


def _wrapped(text: str, first: str = "", then: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=then) or [first]
