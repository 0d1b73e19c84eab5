"""Findings, what they rest on, and the actions that close them, in words and in order."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from netguard.model.action import Action
from netguard.model.observation import clean
from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity, Status
from netguard.report import words
from netguard.report.decided import decision, how_to_accept, since
from netguard.report.evidence import evidence
from netguard.report.shape import ActionView, Card, FindingView, Reference
from netguard.report.subjects import WIFI, folded, subject, worded

_ORDER = tuple(Severity)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#&=%+,;@!$()*-]+", re.ASCII)
"""RFC 3986, 2, without brackets and the apostrophe: nothing that means something in HTML but the ampersand."""
_ID = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
"""What a check may be called where its name is part of a command to type."""
URGENT = frozenset({Severity.CRITICAL, Severity.HIGH})
"""Severities that never fold."""
SHOWN = 6
"""Cards shown at once, unless more of them are urgent: a page of alarms is not read to its end."""
ON_DEVICES = "What the devices are and which ports answered; see “Who is here”."
ON_THE_AIR = "What the access points announce; see “Your Wi-Fi”."
MAX_LINK = 300
"""Longest address offered as a link; a longer one hides in its tail where it leads."""


def problems(scan: Scan, now: datetime, overlay: Overlay = NOTHING) -> dict[str, FindingView]:
    """Gather what stands open, by fingerprint: the most severe first, and of those what concerns a door first.

    What is accepted is among it, since it is no less open; its disposition says so.
    """
    open_ones = [(f, subject(scan, f.target)) for f in scan.findings if f.status is Status.FAIL]
    open_ones.sort(key=lambda pair: (_ORDER.index(pair[0].severity), not pair[1].door))
    facts = {o.id: o for o in scan.observations}
    by, standing = overlay.decisions.accepted, overlay.time.standing
    return {
        f.fingerprint: FindingView(
            anchor=f"problem-{number}",
            check=clean(f.check),
            severity=f.severity,
            severity_word=words.SEVERITIES[f.severity],
            confidence=words.CONFIDENCES[f.confidence],
            who=who.name,
            where=who.where,
            door=who.door,
            title=worded(f.title),
            why=worded(f.why),
            fix=worded(f.fix),
            evidence=evidence(scan, f, facts, now),
            rests=ON_THE_AIR if f.target.startswith(WIFI) else ON_DEVICES,
            references=tuple(reference(r) for r in f.references),
            explain=f"netguard explain {f.check}" if _ID.fullmatch(f.check) else None,
            disposition="accepted" if f.fingerprint in by else "open",
            decision=decision(by[f.fingerprint], overlay.decisions.day) if f.fingerprint in by else None,
            standing=since(standing[f.fingerprint], now) if f.fingerprint in standing else None,
            accept=how_to_accept(f.fingerprint, overlay.decisions) if f.fingerprint not in by else None,
        )
        for number, (f, who) in enumerate(open_ones, start=1)
    }


def no_problem(scan: Scan, accepted: int = 0) -> str:
    """Say why no problem is listed: because it was looked for, or because nothing was."""
    if accepted:
        return "Nothing stands open in what could be looked at but what you accepted."
    if any(f.status is Status.PASS for f in scan.findings):
        return "Nothing stands open in what could be looked at."
    return "Nothing was found, because nothing could be looked at. That is no clean result."


def cards(open_ones: Iterable[FindingView]) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    """Gather findings that one text tells, in their order: what is shown at once, and what is less severe and folds."""
    gathered: dict[tuple[object, ...], list[FindingView]] = {}
    for one in open_ones:
        gathered.setdefault((one.check, one.severity, one.why, one.fix, one.decision), []).append(one)
    said = tuple(
        Card(
            severity=found[0].severity,
            severity_word=found[0].severity_word,
            door=any(one.door for one in found),
            why=found[0].why,
            fix=found[0].fix,
            findings=tuple(found),
        )
        for found in gathered.values()
    )
    return folded(said, max(SHOWN, sum(card.severity in URGENT for card in said)))


def actions(scan: Scan, open_ones: dict[str, FindingView]) -> tuple[ActionView, ...]:
    """Put the actions in words: what closes the worst first, otherwise in the document's order.

    What closes nothing but accepted risks is left out: the person has decided to let them be.
    """
    counting = {name: one for name, one in open_ones.items() if one.disposition == "open"}
    said = [_action(a, counting) for a in scan.actions if _is_wanted(a, open_ones, counting)]
    return tuple(sorted(said, key=lambda a: _ORDER.index(a.severity) if a.severity else len(_ORDER)))


def reference(text: str) -> Reference:
    """`text` as a link when it is a plain https address without user, port tricks or odd characters; else as text."""
    shown = clean(text)
    if shown != text or len(text) > MAX_LINK or not _PLAIN.fullmatch(text):
        return Reference(text=shown, url=None)
    try:
        parts = urlsplit(text)
        plain = parts.scheme == "https" and parts.port is None and _HOST.fullmatch(parts.netloc.lower())
    except ValueError:
        plain = None
    return Reference(text=shown, url=text if plain else None)


def _is_wanted(action: Action, known: Mapping[str, FindingView], counting: Mapping[str, FindingView]) -> bool:
    return any(f in counting for f in action.closes) or not any(f in known for f in action.closes)


def _action(action: Action, open_ones: dict[str, FindingView]) -> ActionView:
    closes = tuple(open_ones[f] for f in dict.fromkeys(action.closes) if f in open_ones)
    worst = min((c.severity for c in closes), key=_ORDER.index, default=None)
    return ActionView(
        title=clean(action.title),
        severity=worst,
        severity_word=words.SEVERITIES[worst] if worst else None,
        needs=words.NEEDS[action.needs],
        loses=tuple(clean(item) for item in action.loses),
        how=tuple(map(worded, action.how)) or tuple(dict.fromkeys(c.fix for c in closes)),
        closes=closes,
    )
