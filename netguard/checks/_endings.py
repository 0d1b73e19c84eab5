"""What the end of corrections means today: shared by the checks about models and about series of firmware that end."""

from collections.abc import Iterable
from datetime import date, timedelta

from netguard.checks._advisories import Match
from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on
from netguard.checks._services import COMMANDING
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Confidence, Severity
from netguard.rules.advisories import Ending
from netguard.rules.loader import Rules

SOON = timedelta(days=183)
"""How long before its end a person is told: half a year is time to choose what comes next."""


def weightiest(matches: Iterable[Match[Ending]]) -> Match[Ending] | None:
    """Of several endings the one that is judged: what is sure to have ended, then what may have, then what is kept."""
    return min(matches, key=lambda m: (not _is_sure(m), m.entry.going, m.entry.ended or date.min), default=None)


def ending(
    check: Check,
    scan: Scan,
    device: Device,
    match: Match[Ending],
    fix: str,
    rules: Rules,
    *,
    decides: Observation | None,
) -> Finding:
    """What `check` says of an ending that concerns `device`. `decides` is a fact that tells so beside the model."""
    entry, subject, what = match.entry, Subject.device(device), _ending_of(match)
    evidence = tuple(filter(None, (match.fact, decides)))
    if entry.going:
        return check.passed(subject, title=f"{what} still gets corrections", evidence=evidence)
    if not _is_sure(match):
        revisions = " or ".join(entry.revisions)
        look = f"Only hardware {revisions} is meant: look at its label. " if revisions and not match.sure else ""
        page = (
            f"Look it up with its maker: {match.file.lookup} " if match.file.lookup else "Look it up with its maker. "
        )
        return check.fail(
            subject,
            title=f"{subject.name} ({what}) may get no corrections any more: check it",
            severity=Severity.LOW,
            confidence=Confidence.POSSIBLE,
            fix=fix_on(device, rules, check.id, f"{look}{page}{fix}"),
            evidence=evidence,
        )
    end = entry.ended or scan.started_at.date()
    return ended(
        check,
        scan,
        device,
        what,
        end,
        fix,
        rules,
        evidence=evidence,
        attacked=entry.attacked,
        dated=entry.ended is not None,
    )


def ended(
    check: Check,
    scan: Scan,
    device: Device,
    what: str,
    end: date,
    fix: str,
    rules: Rules,
    *,
    evidence: tuple[Observation, ...] = (),
    attacked: bool = False,
    dated: bool = True,
) -> Finding:
    """What `check` says today of `what`, whose first day without corrections is `end`."""
    today, subject = scan.started_at.date(), Subject.device(device)
    last = end - timedelta(days=1)
    if end > today + SOON:
        return check.passed(subject, title=f"{what} gets corrections until {last}", evidence=evidence)
    if end > today:
        title, severity = f"{subject.name} ({what}) gets corrections until {last} only", Severity.INFO
    else:
        guarded = device.role in INFRASTRUCTURE_ROLES | COMMANDING
        severities = (Severity.HIGH, Severity.MEDIUM) if attacked else (Severity.MEDIUM, Severity.LOW)
        since = f" since {end}" if dated else ""
        title, severity = (
            f"{subject.name} ({what}) gets no corrections any more{since}",
            severities[0 if guarded else 1],
        )
    return check.fail(
        subject,
        title=title,
        severity=severity,
        confidence=Confidence.LIKELY,
        fix=fix_on(device, rules, check.id, fix),
        evidence=evidence,
    )


def _is_sure(match: Match[Ending]) -> bool:
    return match.sure and not match.entry.perhaps


def _ending_of(match: Match[Ending]) -> str:
    return match.model if match.entry.series is None else f"{match.model} {match.entry.series}"
