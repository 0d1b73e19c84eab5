"""The view's types: what a report says, already in words and in order, free of any format's escaping.

Every text in here is one line without control characters (`netguard.model.observation.clean`). It is still
hostile text: a format must escape it in its own way before it writes it.
"""

from dataclasses import dataclass
from typing import Literal

from netguard.model.vocabulary import Role, Severity

Tone = Literal["good", "fair", "warn", "bad", "unclear"]
Disposition = Literal["open"]
"""What a person has said about a finding since. Overlays of the history add accepted, resolved and verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A label and what is said under it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The first thing a person reads."""

    letter: str | None
    """Null where there is no grade; then `badge` says `incomplete` or `not judged`."""
    badge: str
    tone: Tone
    sentence: str
    meaning: str
    """What the letter stands for, or why there is none."""
    no_lock: str | None
    """Said as prominently as the grade when no lock was recognised or seen; null otherwise."""
    best_possible: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One number of the overview: `2 high`."""

    number: int
    what: str
    kind: str
    """A severity, or one of `unchecked`, `passed`, `devices`, `unseen`, `personal`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A public control, CVE or page. `url` is null for what is not a plain https address."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact that a finding rests on."""

    what: str
    value: str
    where: str
    learnt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One judgement. `anchor` is a name made by the view, safe in an attribute."""

    anchor: str
    check: str
    severity: Severity
    severity_word: str
    confidence: str
    who: str
    where: str | None
    door: bool
    title: str
    why: str
    fix: str
    evidence: tuple[Evidence, ...]
    references: tuple[Reference, ...]
    disposition: Disposition = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """What could not be looked at, gathered under what would let netguard look."""

    how: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One step a person can take, what it closes and what it costs."""

    title: str
    severity: Severity | None
    """The worst that it closes; null when it closes nothing that stands open."""
    severity_word: str | None
    needs: str
    loses: tuple[str, ...]
    how: tuple[str, ...]
    closes: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """One port of a device."""

    port: str
    address: str
    state: str
    what: str
    expected: str
    verdict: Literal["expected", "unexpected", "unjudged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One thing on the network."""

    name: str
    role: Role
    role_word: str
    door: bool
    maker: str | None
    address: str | None
    unseen: str | None
    """Why a declared device is here although nothing was heard of it, in sentences; null when it was seen."""
    problems: int
    unexpected: int
    details: tuple[Said, ...]
    services: tuple[ServiceView, ...]
    asked: tuple[str, ...]
    sightings: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """Something that was left out or did not work."""

    stage: str
    target: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole report, in the order in which it is said."""

    site: str
    subtitle: str
    """When and where in one line."""
    headline: Headline
    notices: tuple[str, ...]
    tallies: tuple[Tally, ...]
    circumstances: tuple[Said, ...]
    first: tuple[ActionView, ...]
    later: tuple[ActionView, ...]
    problems: tuple[FindingView, ...]
    no_problem: str | None
    """What to say instead of an empty list of problems; null when there are some."""
    unchecked: tuple[Unchecked, ...]
    passed: tuple[str, ...]
    not_applicable: tuple[str, ...]
    unseen: tuple[Said, ...]
    """What the person declared and the scan did not see: its name, and why that may be and what to do about it."""
    devices: tuple[DeviceView, ...]
    attempts: tuple[AttemptView, ...]
    limits: tuple[Said, ...]
    origin: tuple[Said, ...]
