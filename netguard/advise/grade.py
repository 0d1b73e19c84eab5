"""The grade: the worst that stands open, by a rule that anybody can check."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

from netguard.model.action import Grade
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.timeline import DeviceLine, OpenLine
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role, Severity, Status

Letter = Literal["A+", "A", "B", "C", "D", "F"]

LEAST_EVALUATED = 0.6
"""Below this share of judgements made there is no letter: too little was seen."""

MANY_HIGHS = 3
"""So many high findings weigh as one high finding on a lock."""

WIFI = "wifi:"
"""How the target of a finding about an own network in the air begins; neighbours' have none."""

GUARDED = DOOR_ROLES | HUB_ROLES | {Role.ROUTER}


_F = TypeVar("_F", Finding, OpenLine)

BEST_FIRST: tuple[Letter, ...] = get_args(Letter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far this home's router can be brought."""

    beyond: frozenset[str]
    """Fingerprints of what stays open with it, whatever else is done."""
    apart: bool
    """Whether it can keep two networks apart."""


def grade(
    findings: Iterable[Finding],
    devices: tuple[Device, ...],
    *,
    isolation_tested: bool = False,
    reach: Reach | None = None,
) -> Grade:
    """The letter, the share of judgements that could be made, and the fingerprints that decide the letter.

    F for anything critical; D for a high one on a lock, hub or gateway, or three high ones; C for any other high one;
    B for a medium one, or locks on the same network as everything else; A for nothing above low; A+ for nothing above
    info where isolation was tested and at least 0.9 evaluated. An own Wi-Fi counts as the gateway it belongs to: whoever
    joins it stands behind the router, in front of all locks. Unknowns never raise it. `best_possible` is the letter
    that is left when everything is closed that can be with this router; null where it is not known what it can do.
    """
    known = tuple(findings)
    open_findings = _open(known)
    judged = sum(f.status in {Status.FAIL, Status.PASS} for f in known)
    unjudged = sum(f.status is Status.UNKNOWN for f in known)
    evaluated = round(judged / (judged + unjudged), 3) if judged + unjudged else 0.0
    guarded = _guarded(devices)
    letter, because = _letter(open_findings, guarded, may_be_best=isolation_tested and evaluated >= 0.9)
    return Grade(
        letter=letter if evaluated >= LEAST_EVALUATED else None,
        best_possible=None if reach is None else _best(open_findings, guarded, reach),
        evaluated=evaluated,
        because=tuple(sorted(f.fingerprint for f in because)),
    )


def without(said: Grade, findings: Iterable[Finding], devices: tuple[Device, ...], accepted: Collection[str]) -> Grade:
    """`said`, the grade of a document, as it is when what bears the fingerprints `accepted` does not count as open.

    The share that was looked at stays, and so does a missing letter: to accept something is not to look at more. No letter
    gets worse, and none changes by what has no part in it, whatever `devices` are called today and were called then. What is
    said of the router's best is the least it can be: what is accepted may have stood in its way.
    """
    open_ones = _open(findings)
    left = [f for f in open_ones if f.fingerprint not in accepted]
    if len(left) == len(open_ones):
        return said
    guarded, may_be_best = _guarded(devices), said.letter == BEST_FIRST[0]
    letter, because = _letter(left, guarded, may_be_best=may_be_best)
    reasons = {*said.because} - {*accepted}
    if letter == _letter(open_ones, guarded, may_be_best=may_be_best)[0] and (reasons or not said.because):
        return replace(said, because=tuple(name for name in said.because if name in reasons))
    better = letter if said.letter is None else _better(said.letter, letter)
    return replace(
        said,
        letter=None if said.letter is None else better,
        best_possible=None if said.best_possible is None else _better(said.best_possible, better),
        because=tuple(sorted(f.fingerprint for f in because)),
    )


def letter_without(
    said: str | None, stood: Sequence[OpenLine], left: Sequence[OpenLine], devices: Iterable[DeviceLine]
) -> str | None:
    """The letter `said` of a scan in short, as it is when only `left` of what `stood` open counts; null stays null."""
    if said not in BEST_FIRST:
        return said
    guarded, may_be_best = _guarded(devices), said == BEST_FIRST[0]
    letter = _letter(left, guarded, may_be_best=may_be_best)[0]
    return said if letter == _letter(stood, guarded, may_be_best=may_be_best)[0] else _better(said, letter)


def _better(one: Letter, other: Letter) -> Letter:
    return min(one, other, key=BEST_FIRST.index)


def _open(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.status is Status.FAIL]


def _guarded(devices: Iterable[Device | DeviceLine]) -> set[str]:
    return {d.key for d in devices if d.role in GUARDED}


def _best(findings: list[Finding], guarded: set[str], reach: Reach) -> Letter:
    left = [f for f in findings if f.fingerprint in reach.beyond]
    return _letter(left, guarded, may_be_best=reach.apart)[0]


def _letter(findings: Sequence[_F], guarded: set[str], *, may_be_best: bool) -> tuple[Letter, list[_F]]:
    of = {severity: [f for f in findings if f.severity is severity] for severity in Severity}
    highs = of[Severity.HIGH]
    guarded_highs = [f for f in highs if f.target in guarded or f.target.startswith(WIFI)]
    if of[Severity.CRITICAL]:
        return "F", of[Severity.CRITICAL]
    if guarded_highs or len(highs) >= MANY_HIGHS:
        return "D", guarded_highs or highs
    if highs:
        return "C", highs
    flat = [f for f in findings if f.check == "lock-shares-segment"]
    if of[Severity.MEDIUM] or flat:
        return "B", of[Severity.MEDIUM] or flat
    if of[Severity.LOW] or not may_be_best:
        return "A", of[Severity.LOW]
    return "A+", []
