"""How things went up to a scan, in words: what changed since the one before, the grades, and since when problems stand."""

import re
from collections.abc import Mapping
from datetime import datetime

from netguard.model.difference import Difference
from netguard.model.overlay import Moment, OverTime
from netguard.report import difference as differing
from netguard.report import words
from netguard.report.decided import since
from netguard.report.difference_shape import FindingLine
from netguard.report.headline import TONES
from netguard.report.overlay_shape import UNKNOWN, MomentView, OverTimeView, StandingView
from netguard.report.shape import FindingView
from netguard.report.subjects import prose

CHANGES = 3
"""Changes named; `netguard diff` names all."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,63}")
"""What a scan may be called where that is part of a command to type."""

LONGEST = 5
"""Problems of which it is said here since when they stand; each card says it of its own."""


def over_time(
    said: OverTime, problems: Mapping[str, FindingView], now: datetime, *, saved: bool
) -> OverTimeView | None:
    """`said` in words, with `problems` by fingerprint; null where nothing is known over time.

    A scan that is not `saved` is compared here, and can be nowhere else.
    """
    if not said.moments:
        return None
    standing = sorted(
        ((said.standing[f], p) for f, p in problems.items() if f in said.standing and said.standing[f].scans > 1),
        key=lambda pair: pair[0].since,
    )
    changes = _changes(said.difference, now) if said.difference is not None else []
    several = len(said.moments) > 1
    return OverTimeView(
        sentence=_sentence(said, now),
        changes=tuple(changes[:CHANGES]),
        more_changes=max(0, len(changes) - CHANGES),
        compare=_command(said.difference) if saved and changes and said.difference is not None else None,
        moments=tuple(_moment(m, now, current=m is said.moments[-1]) for m in said.moments) if several else (),
        standing=tuple(StandingView(finding=p, since=since(each, now)) for each, p in standing[:LONGEST]),
        more_standing=max(0, len(standing) - LONGEST),
        notes=tuple(_notes(said)) if several else (),
    )


def _sentence(said: OverTime, now: datetime) -> str:
    if said.difference is not None:
        return differing.view(said.difference, now).sentence
    if said.problem is not None and said.earlier is not None:
        day = words.local_day(said.earlier, now)
        return f"It could not be compared with the scan of {day}: {prose(said.problem).rstrip('.')}."
    if len(said.moments) > 1:
        return "There is no earlier finished scan of this network to compare this one with."
    return "This is the first scan of this network. The next one says what changed."


def _changes(difference: Difference, now: datetime) -> list[str]:
    """What changed, a sentence each: changes of the home first, then findings, then what rules or vantage make of them."""
    told = differing.view(difference, now).told
    return [
        text
        for group in told
        for text in (
            *(f"{line.sentence} ({line.word})" for line in group.changes),
            *(f"{finding.title} ({_turned(finding)})" for finding in group.findings),
        )
    ]


def _turned(finding: FindingLine) -> str:
    return ", ".join(filter(None, (finding.word, finding.note)))


def _command(said: Difference) -> str | None:
    both = (said.old.id, said.new.id)
    return f"netguard diff {both[0]} {both[1]}" if all(map(_ID.fullmatch, both)) else None


def _moment(said: Moment, now: datetime, *, current: bool) -> MomentView:
    remarks = ("this scan",) * current + ("ended early",) * (not said.finished)
    return MomentView(
        when=_short(words.local_day(said.started_at, now)),
        badge=said.letter if said.letter in TONES else UNKNOWN,
        tone=TONES.get(said.letter or "", "unclear"),
        letter=said.letter if said.letter in TONES else "incomplete",
        open=f"{said.open:,}",
        new=UNKNOWN if said.new is None else f"{said.new:,}",
        resolved=UNKNOWN if said.resolved is None else f"{said.resolved:,}",
        accepted=f"{said.accepted:,}" if said.accepted else "",
        remark=", ".join(remarks),
        current=current,
    )


def _short(day: str) -> str:
    """`21 Nov 2025`: a table on a telephone has no room for more."""
    number, month, year = day.split()
    return f"{number} {month[:3]} {year}"


def _notes(said: OverTime) -> list[str]:
    notes = []
    if any(m.accepted for m in said.moments):
        notes.append("What you accept today is left out of the grade and of what is open, in earlier scans, too.")
    if said.elsewhere:
        others = words.count(said.elsewhere, "scan of another network is", "scans of other networks are")
        notes.append(f"{others} left out; `netguard history` lists them.")
    return notes
