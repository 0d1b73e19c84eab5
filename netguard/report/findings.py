"""Findings, what they rest on, and the actions that close them, in words and in order."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from netguard.model.action import Action
from netguard.model.finding import Finding
from netguard.model.observation import KINDS, Observation, Value, clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity, Status
from netguard.report import words
from netguard.report.shape import ActionView, Evidence, FindingView, Reference, Unchecked
from netguard.report.subjects import prose, subject

_ORDER = tuple(Severity)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?#&=%+,;@!$()*-]+", re.ASCII)
"""RFC 3986, 2, without brackets and the apostrophe: nothing that means something in HTML but the ampersand."""
_ASIDE = re.compile(r"[:;]|, `")
"""Where a kind's meaning turns from what it is to how it is written down."""
MAX_LINK = 300
"""Longest address offered as a link; a longer one hides in its tail where it leads."""


def problems(scan: Scan, now: datetime) -> dict[str, FindingView]:
    """Gather what stands open, by fingerprint: the most severe first, and of those what concerns a door first."""
    open_ones = [(f, subject(scan, f.target)) for f in scan.findings if f.status is Status.FAIL]
    open_ones.sort(key=lambda pair: (_ORDER.index(pair[0].severity), not pair[1].door))
    facts = {o.id: o for o in scan.observations}
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
            title=clean(f.title),
            why=prose(f.why),
            fix=prose(f.fix),
            evidence=tuple(_evidence(identifier, facts.get(identifier), now) for identifier in f.evidence),
            references=tuple(reference(r) for r in f.references),
        )
        for number, (f, who) in enumerate(open_ones, start=1)
    }


def no_problem(scan: Scan) -> str:
    """Say why no problem is listed: because it was looked for, or because nothing was."""
    if any(f.status is Status.PASS for f in scan.findings):
        return "Nothing stands open in what could be looked at."
    return "Nothing was found, because nothing could be looked at. That is no clean result."


def unchecked(scan: Scan) -> tuple[Unchecked, ...]:
    """Say what could not be looked at, gathered under what would let netguard look, in the document's order."""
    gathered: dict[str, list[str]] = {}
    for finding in scan.findings:
        if finding.status is Status.UNKNOWN:
            gathered.setdefault(prose(finding.fix), []).append(_reason(scan, finding))
    return tuple(Unchecked(how=how, titles=tuple(titles)) for how, titles in gathered.items())


def titles(scan: Scan, status: Status) -> tuple[str, ...]:
    """Give the titles of the findings with `status`, each with who it is about."""
    found = []
    for finding in scan.findings:
        if finding.status is status:
            title, name = clean(finding.title), subject(scan, finding.target).name
            found.append(title if name in title else f"{title} ({name})")
    return tuple(found)


def actions(scan: Scan, open_ones: dict[str, FindingView]) -> tuple[ActionView, ...]:
    """Put the actions in words: what closes the worst first, otherwise in the document's order."""
    said = [_action(a, open_ones) for a in scan.actions]
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


def _reason(scan: Scan, finding: Finding) -> str:
    title = clean(finding.title)
    if "not checked" in title:
        return title
    return f"{title}: not checked on {subject(scan, finding.target).name}"


def _action(action: Action, open_ones: dict[str, FindingView]) -> ActionView:
    closes = tuple(open_ones[f] for f in dict.fromkeys(action.closes) if f in open_ones)
    worst = min((c.severity for c in closes), key=_ORDER.index, default=None)
    return ActionView(
        title=clean(action.title),
        severity=worst,
        severity_word=words.SEVERITIES[worst] if worst else None,
        needs=words.NEEDS[action.needs],
        loses=tuple(clean(item) for item in action.loses),
        how=tuple(dict.fromkeys(c.fix for c in closes)),
        closes=closes,
    )


def _evidence(identifier: str, fact: Observation | None, now: datetime) -> Evidence:
    if fact is None:
        return Evidence(
            what="an observation that this document does not hold", value=clean(identifier), where="", learnt=""
        )
    kind = KINDS.get(fact.kind)
    port = f"{fact.transport} port {fact.port}" if fact.transport and fact.port is not None else ""
    address = str(fact.address) if fact.address else ""
    return Evidence(
        what=_ASIDE.split(kind.meaning)[0] if kind else clean(fact.kind),
        value=value_text(fact.value),
        where=" of ".join(filter(None, (port, address))),
        learnt=f"{clean(fact.probe)}, {words.moment(fact.at, now)}",
    )


def value_text(value: Value) -> str:
    """Write a fact's value as text: `yes`, `no`, `nothing`, or what it is."""
    if isinstance(value, tuple):
        return ", ".join(value_text(item) for item in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else clean(str(value)) or "nothing"
