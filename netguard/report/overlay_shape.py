"""What a report says of what the history lays over a scan: accepted risks, and how things went over time.

As in `shape.py`, every text is one line without control characters, and still hostile: a format escapes it in its own way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netguard.report.shape import Card, FindingView, Tone


UNKNOWN = "–"
"""In the place of a number that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """By whom something is accepted, until when and why."""

    owner: str
    until: str
    """`1 March 2026`, and how soon that is where it is soon."""
    reason: str
    take_back: str | None
    """The command that takes it back, safe to be typed; null when its id is no id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedView:
    """What the person lives with for a while."""

    lead: str
    """What that means, in a sentence or two; empty where there is nothing of it."""
    cards: "tuple[Card, ...]"
    lapsed: tuple[str, ...]
    """Of decisions that have ended while what they were about stands open: it counts again, and what to do, with commands
    in backticks. Is among the notices of the report, too."""
    unused: tuple[str, ...]
    """Of decisions that hold for nothing: why, and how to take them out, with commands in backticks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentView:
    """One scan among others."""

    when: str
    """`21 Nov 2025`."""
    badge: str
    """The letter; `–` where there is none."""
    tone: "Tone"
    letter: str
    """The letter, or in words why there is none."""
    open: str
    new: str
    resolved: str
    accepted: str
    """Empty where nothing is."""
    remark: str
    """`this scan`, `ended early`; empty where there is nothing to say."""
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """Since when one problem stands open."""

    finding: "FindingView"
    since: str
    """`since 3 September 2025, in 5 scans`, `since before 3 September 2025, in 5 scans`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTimeView:
    """How things went up to this scan."""

    sentence: str
    """Whether something changed since the scan before from the same place."""
    changes: tuple[str, ...]
    """The first things that did."""
    more_changes: int
    compare: str | None
    """The command that tells all of them, safe to be typed; null where there is nothing to compare with."""
    moments: tuple[MomentView, ...]
    """Oldest first; empty where this is the first."""
    standing: tuple[StandingView, ...]
    """What stands open longest, the longest first."""
    more_standing: int
    notes: tuple[str, ...]
    """What must be known to read the table."""
