"""The router, or another device of the home, gets no corrections of faults any more.

| circumstance | on a router, access point, switch, lock, hub or alarm | on other devices |
|---|---|---|
| it has ended, and just these models are known to be taken over | high | medium |
| it has ended | medium | low |
| it may have ended: the source is not sure, or it depends on the hardware revision, which is not known | low | low |
| it ends within half a year | info | info |

What is known is listed in `rules/advisories` with sources, and in device records (`support`). Passes when its model, or
the series of its version, is known to be kept beyond half a year. Unknown in every other case on a router, access point or
switch: no list has all models, so that a model is not on one proves nothing. Does not apply where there is no such device.
It errs where a device names another model than it is, runs other people's firmware under its maker's name, or where the
maker changed its mind after somebody last looked.
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from netguard.checks import _advisories as known
from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import ROUTER
from netguard.checks._looked import NETWORK, absent, fix_on, not_seen, others
from netguard.checks._services import COMMANDING
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Confidence, Needs, Severity
from netguard.rules.advisories import Ending
from netguard.rules.loader import Rules

SOON = timedelta(days=183)
"""How long before its end a person is told: half a year is time to choose another one."""

CHECK = Check(
    id="router-end-of-life",
    title="The router still gets corrections of faults",
    why=(
        "Faults are found in every router. Where nobody mends them any more, each new one stays open for ever, and programs "
        "search the internet for just such routers."
    ),
    remedy=Remedy(
        group="replace-device", title="Replace {device}: nobody mends its faults any more", needs=Needs.PURCHASE
    ),
    references=(
        "https://www.ic3.gov/CSA/2025/250507.pdf",
        "ETSI EN 303 645 V3.1.3, 5.3-13",
        "CIS Controls v8.1, 2.2",
        "CWE-1329",
    ),
)

REPLACE = (
    "Replace it with one whose maker says until when it mends faults. Until then switch off UPnP and access to its menu "
    "from the internet. Free firmware such as OpenWrt keeps some models alive."
)
UPDATE = "Update it to a series that is kept; if this model has none, replace it."


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding for each device that is known to get no corrections, and one for each router, access point and switch."""
    core = [d for d in others(scan) if d.role in INFRASTRUCTURE_ROLES]
    for device in others(scan):
        finding = _judged(scan, device, rules)
        if finding is not None:
            yield finding
        elif device in core:
            yield _not_known(scan, device, rules)
    yield from not_seen(CHECK, scan, INFRASTRUCTURE_ROLES, rules)
    if not core and not absent(scan, INFRASTRUCTURE_ROLES):
        if scan.vantage.gateway is not None:
            yield CHECK.unknown(ROUTER, because="the router was not seen", how="Scan again, the router included.")
        else:
            yield CHECK.not_applicable(NETWORK, because="no router, access point or switch was recognised")


def _judged(scan: Scan, device: Device, rules: Rules) -> Finding | None:
    """What is known of the end of this device's corrections; null where nothing is."""
    today = scan.started_at.date()
    matches = [m for m in known.endings(scan, device, rules) if _concerns(device, m.entry)]
    # What is sure to have ended comes first, then what may have, then what is kept.
    if matches:
        first = min(matches, key=lambda m: (not _sure(m), m.entry.going, m.entry.ended or date.min))
        return _ending(scan, device, first, today, rules)
    record = rules.devices.get(device.profile or "")
    if record is None or record.support is None or device.confidence is Confidence.POSSIBLE:
        return None
    end = _last_day(record.support.until) + timedelta(days=1)
    return _verdict(scan, device, record.name, end, REPLACE, rules)


def _concerns(device: Device, ending: Ending) -> bool:
    """False where the installed version belongs to another series, or no version is known to tell."""
    return ending.series is None or known.in_series(device.firmware, ending.series) is True


def _sure(match: known.Match[Ending]) -> bool:
    return match.sure and not match.entry.perhaps


def _ending(scan: Scan, device: Device, match: known.Match[Ending], today: date, rules: Rules) -> Finding:
    ending, subject = match.entry, Subject.device(device)
    what = match.model if ending.series is None else f"{match.model} {ending.series}"
    evidence = tuple(filter(None, (match.fact, known.version_fact(scan, device) if ending.series else None)))
    if ending.going:
        return CHECK.passed(subject, title=f"{what} still gets corrections", evidence=evidence)
    if not _sure(match):
        revisions = " or ".join(ending.revisions)
        check = f"Only hardware {revisions} is meant: look at its label. " if revisions and not match.sure else ""
        page = (
            f"Look it up with its maker: {match.file.lookup} " if match.file.lookup else "Look it up with its maker. "
        )
        return CHECK.fail(
            subject,
            title=f"{subject.name} ({what}) may get no corrections any more: check it",
            severity=Severity.LOW,
            confidence=Confidence.POSSIBLE,
            fix=fix_on(device, rules, CHECK.id, f"{check}{page}{REPLACE}"),
            evidence=evidence,
        )
    end = ending.ended or today
    fix = REPLACE if ending.series is None else UPDATE
    return _verdict(
        scan, device, what, end, fix, rules, evidence=evidence, attacked=ending.attacked, dated=bool(ending.ended)
    )


def _verdict(
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
    """What a first day without corrections means today."""
    today, subject = scan.started_at.date(), Subject.device(device)
    if end > today + SOON:
        return CHECK.passed(
            subject, title=f"{what} gets corrections until {end - timedelta(days=1)}", evidence=evidence
        )
    if end > today:
        title, severity = (
            f"{subject.name} ({what}) gets corrections until {end - timedelta(days=1)} only",
            Severity.INFO,
        )
    else:
        guarded = device.role in INFRASTRUCTURE_ROLES | COMMANDING
        severities = (Severity.HIGH, Severity.MEDIUM) if attacked else (Severity.MEDIUM, Severity.LOW)
        since = f" since {end}" if dated else ""
        title, severity = (
            f"{subject.name} ({what}) gets no corrections any more{since}",
            severities[0 if guarded else 1],
        )
    return CHECK.fail(
        subject,
        title=title,
        severity=severity,
        confidence=Confidence.LIKELY,
        fix=fix_on(device, rules, CHECK.id, fix),
        evidence=evidence,
    )


def _not_known(scan: Scan, device: Device, rules: Rules) -> Finding:
    subject = Subject.device(device)
    pages = [file.lookup for file in known.makers_files(scan, device, rules) if file.lookup is not None]
    page = f" ({pages[0]})" if pages else ""
    waiting = [m for m in known.endings(scan, device, rules) if m.entry.series is not None]
    if waiting and device.firmware is None:
        because = f"it does not say which version of {waiting[0].model} it runs"
        return CHECK.unknown(
            subject, because=because, how=f"Look in its menu, and whether that series is still kept{page}."
        )
    if not known.is_named(scan, device):
        return CHECK.unknown(
            subject,
            because="its model is not known",
            how=f"Look at its label, and look the model up on its maker's pages about support{page}.",
        )
    return CHECK.unknown(
        subject,
        because=f"until when its maker mends faults of {known.called(device)} is not known to netguard",
        how=f"Look the model up on its maker's pages about support or end of life{page}.",
    )


def _last_day(until: str) -> date:
    """The last day of `2028`, `2028-12` or `2028-12-31`."""
    year, month, day = (*map(int, until.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])
