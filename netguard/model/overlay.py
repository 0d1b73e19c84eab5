"""What the history lays over a scan document when it is read: accepted risks, and how things went over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from netguard.model.acceptance import Acceptance
from netguard.model.action import Grade
from netguard.model.difference import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """A decision whose last day is over."""

    acceptance: Acceptance
    about: tuple[str, str] | None = None
    """The check and the target it was about; null where that is not known any more."""
    open: tuple[str, ...] = ()
    """Fingerprints of what it was about and what stands open, so that it counts again; empty where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A decision that holds and has nothing to hold for."""

    acceptance: Acceptance
    about: tuple[str, str] | None = None
    why: str
    """What is said of what it is about: `is closed now`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the person's decisions mean for one scan on one day."""

    day: date | None = None
    """The day; null where there was nothing to decide."""
    accepted: Mapping[str, Acceptance] = field(default_factory=lambda: MappingProxyType({}))
    """By fingerprint of what stands open: the decision by which it is accepted on that day."""
    lapsed: tuple[Lapsed, ...] = ()
    unused: tuple[Unused, ...] = ()
    grade: Grade | None = None
    """The scan's grade without what is accepted; null where that changes nothing, or there is none."""
    saved: bool = False
    """Whether the scan is in the history, so that what it found can be accepted."""
    site: str | None = None
    """The site, where a command has to name it because there are others; else null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One scan among others."""

    id: str
    started_at: datetime
    finished: bool
    letter: str | None
    """Its grade, without what is accepted today; null where too little was looked at."""
    open: int
    """What stood open, without what is accepted today."""
    accepted: int
    new: int | None
    """What stood open that did not in the scan before from the same place; null where there is none."""
    resolved: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Since when something stands open without a break."""

    since: datetime
    before: bool = False
    """Whether the first of the scans that are looked at had it open already, so that it stood before."""
    scans: int
    """In how many scans, this one included."""
    least: bool = False
    """Whether not all scans were looked at, so that there may be more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTime:
    """How things went up to one scan, in the place where it was made."""

    moments: tuple[Moment, ...] = ()
    """The last scans of that place up to that one, oldest first."""
    elsewhere: int = 0
    """Scans of the site since the first of them that were made in another place."""
    standing: Mapping[str, Standing] = field(default_factory=lambda: MappingProxyType({}))
    """By fingerprint of what stands open in it."""
    difference: Difference | None = None
    """What changed since the scan before from the same place; null where there is none, or it cannot be compared."""
    earlier: datetime | None = None
    """When that scan before was made; null where there is none."""
    problem: str | None = None
    """Why the two cannot be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """All of it, for one scan. Nothing is laid over a document that is not in the history."""

    decisions: Decisions = Decisions()
    time: OverTime = OverTime()


NOTHING = Overlay()
