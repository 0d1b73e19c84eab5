"""How things went over time as plain lines."""

from collections.abc import Iterator

from netguard.report.decided import titled
from netguard.report.lines import Lines
from netguard.report.overlay_shape import UNKNOWN, OverTimeView


def over_time_lines(page: Lines, said: OverTimeView) -> Iterator[str]:
    """The part of a report that says what changed, how the last scans came out, and since when problems stand."""
    yield from page.heading("Over time")
    yield from page.wrap(said.sentence)
    for change in said.changes:
        yield from page.wrap(change, first="  - ", rest="    ")
    if said.more_changes:
        yield from page.wrap(f"and {said.more_changes:,} more", first="  - ", rest="    ")
    if said.compare:
        yield from page.wrap(f"All of it: {said.compare}")
    for place, moment in enumerate(said.moments):
        if not place:
            yield ""
        numbers = (
            (moment.open, "open"),
            (moment.new, "new"),
            (moment.resolved, "resolved"),
            (moment.accepted, "accepted"),
        )
        counts = [f"{number} {what}" for number, what in numbers if number not in {"", UNKNOWN}]
        remark = f" ({moment.remark})" if moment.remark else ""
        text = f"{moment.when}: grade {moment.letter}, {', '.join(counts)}{remark}"
        yield from page.wrap(text, first="  * " if moment.current else "    ", rest="      ")
    for note in said.notes:
        yield from page.wrap(note, first="    ", rest="    ")
    for number, each in enumerate(said.standing):
        if not number:
            yield ""
            yield from page.wrap("Open longest:")
        yield from page.wrap(f"{titled(each.finding)}, {each.since}", first="  - ", rest="    ")
    if said.more_standing:
        yield from page.wrap(f"and {said.more_standing:,} more", first="  - ", rest="    ")
