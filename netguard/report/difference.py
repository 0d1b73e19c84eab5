"""A difference between two scans in words and in order: what changed, what came of it, what was not looked at. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from netguard.model.difference import (
    Attribute,
    Cause,
    Change,
    Difference,
    Fate,
    FindingChange,
    Kind,
    Side,
    Turn,
    Unobserved,
)
from netguard.model.observation import clean
from netguard.model.vocabulary import Severity
from netguard.report import difference_words, words
from netguard.report.difference_shape import DifferenceView, FindingLine, Line, SideView, Told, Unlooked
from netguard.report.shape import Said, Tone
from netguard.report.subjects import prose, worded

_PORT = re.compile(r"(tcp|udp)/(\d{1,5})", re.ASCII)
_MAPPING = re.compile(r"(tcp|udp)/(\d{1,5})/(.+)/(\d{1,5})", re.ASCII)

PORTS = "ports"
"""The attribute that lists the open ports of something new: `tcp/22, tcp/443`."""

PORTS_NAMED = 8
"""Ports that one line lists; what is behind them is in the report of the scan."""

_TONES: dict[Severity, Tone] = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "warn",
    Severity.MEDIUM: "fair",
    Severity.LOW: "fair",
    Severity.INFO: "fair",
}


def view(difference: Difference, now: datetime) -> DifferenceView:
    """`difference` as it is said at the moment `now`, whose time zone is used for times."""
    home = [c for c in difference.changes if c.cause is Cause.NETWORK]
    brought = {fingerprint for change in difference.changes for fingerprint in change.findings}
    alone = [f for f in difference.told if f.fingerprint not in brought]
    number = len(home) + sum(_cause(f) is Cause.NETWORK for f in alone)
    unlooked = tuple(_unlooked(difference))
    return DifferenceView(
        site=clean(difference.site),
        subtitle=f"{words.moment(difference.old.started_at, now)} to {words.moment(difference.new.started_at, now)}",
        sentence=_sentence(difference, number, now),
        meaning=" ".join(_meaning(difference, alone, unlooked, more=number > 0)),
        tone=_tone(difference, number),
        badge=str(number),
        told=tuple(_told(difference, alone)),
        unlooked=unlooked,
        remarks=tuple(prose(remark) for remark in difference.remarks),
        sides=(_side("Before", difference.old, now), _side("Now", difference.new, now)),
    )


def part_of(change: Change | Unobserved) -> str | None:
    """Say which part of its subject it is about: `TCP port 23`, `TCP port 8443 (to 192.168.1.20 port 443)`."""
    if change.what is None:
        return None
    if change.kind is Kind.MAPPING and (found := _MAPPING.fullmatch(change.what)):
        return f"{found[1].upper()} port {found[2]} (to {clean(found[3])} port {found[4]})"
    if found := _PORT.fullmatch(change.what):
        return f"{found[1].upper()} port {found[2]}"
    return clean(change.what)


def sentence(change: Change, mark: str | None = None) -> str:
    """Say `change` in a sentence without its full stop; `mark` tells its device from others of the same name."""
    name, part = clean(change.name) or "Unnamed", part_of(change) or "a part"
    name = f"{name} ({mark})" if mark else name
    if change.turn is Turn.CHANGED and change.attributes:
        whom = f"{part} of {name}" if change.what is not None else name
        return f"{whom}: {'; '.join(f'{_called(a)} {_turned(a)}' for a in change.attributes)}"
    return difference_words.SENTENCES[change.kind, change.turn].format(name=name, part=part)


def finding_line(found: FindingChange, mark: str | None = None) -> FindingLine:
    """Say what became of one finding; `mark` tells its device from others of the same name."""
    way, word = difference_words.FATES[found.fate]
    title = worded(found.title)
    return FindingLine(
        way=way,
        word=word,
        severity=found.severity,
        severity_word=words.SEVERITIES[found.severity],
        was=words.SEVERITIES[found.was] if found.was not in (None, found.severity) else None,
        title=f"{title} ({mark})" if mark else title,
        name=clean(found.name),
        check=clean(found.check),
        note=_note(found),
    )


def _note(found: FindingChange) -> str | None:
    if found.accepted:
        return difference_words.ACCEPTED
    return difference_words.NOTES.get(found.fate) or (worded(found.why) if found.why else None)


def _sentence(difference: Difference, number: int, now: datetime) -> str:
    since = f"since {words.moment(difference.old.started_at, now)} (scan {clean(difference.old.id)})"
    if number:
        return f"{words.count(number, 'thing')} changed {since}."
    if difference.is_empty:
        return f"Nothing changed {since}."
    return f"Nothing in the home is known to have changed {since}."


def _meaning(
    difference: Difference, alone: list[FindingChange], unlooked: tuple[Unlooked, ...], *, more: bool
) -> Iterator[str]:
    """Say what stands beside the number; `more` where that counts something already."""
    for cause, because in (
        (Cause.RULES, "told because other rules judge the same facts"),
        (Cause.VANTAGE, "told because it was looked at otherwise this time"),
    ):
        number = sum(c.cause is cause for c in difference.changes) + sum(_cause(f) is cause for f in alone)
        if number:
            yield f"{words.count(number, 'more is' if more else 'is', 'more are' if more else 'are')} {because}."
    yield _grade(difference.old.grade, difference.new.grade)
    if standing := sum(f.fate is Fate.PERSISTING for f in difference.findings):
        yield f"{words.count(standing, 'problem stands', 'problems stand')} open as before."
    if number := sum(group.beyond(0) for group in unlooked):
        yield f"{words.count(number, 'thing', 'things')} could not be looked at this time."


def _grade(before: str | None, after: str | None) -> str:
    if after is None:
        was = f", before it was {clean(before)}" if before is not None else ", as before"
        return f"No grade{was}: too little could be looked at for one."
    if before is None:
        return f"Grade {clean(after)}; before, too little could be looked at for one."
    return f"Grade {clean(after)}, as before." if before == after else f"Grade {clean(after)}; it was {clean(before)}."


def _tone(difference: Difference, number: int) -> Tone:
    """The colour: of the worst that is new, worse or open again; good where nothing is, unclear where only rules changed."""
    bad = [f for f in difference.pressing if f.fate not in difference_words.GOOD_FATES]
    if bad:
        return _TONES[min((f.severity for f in bad), key=tuple(Severity).index)]
    if difference.is_empty:
        return "good"
    return ("fair" if difference.changes else "good") if number else "unclear"


def _told(difference: Difference, alone: list[FindingChange]) -> Iterator[Told]:
    names = _Names(difference)
    by_name = {f.fingerprint: f for f in difference.told}
    lines: dict[Cause, list[Line]] = {cause: [] for cause in Cause}
    for change in difference.changes:
        # Each finding is said once, beneath the first change that brought it.
        found = _lines((by_name.pop(f) for f in change.findings if f in by_name), names)
        lines[change.cause].append(_line(change, found, names))
    found_of = {cause: [f for f in alone if _cause(f) is cause] for cause in Cause}
    better = [f for f in found_of[Cause.NETWORK] if f.fate in difference_words.GOOD_FATES]
    groups = (
        Told(
            title="What changed",
            lead="",
            anchor="changed",
            changes=tuple(lines[Cause.NETWORK]),
            findings=_lines((f for f in found_of[Cause.NETWORK] if f not in better), names),
        ),
        Told(title="Resolved, or better", lead="", anchor="resolved", findings=_lines(better, names)),
        Told(
            title="Judged otherwise",
            lead="The facts are the same as before; other rules make something else of them.",
            anchor="rules",
            changes=tuple(lines[Cause.RULES]),
            findings=_lines(found_of[Cause.RULES], names),
        ),
        Told(
            title="Looked at otherwise",
            lead="It was looked at from elsewhere, with other rights or to another depth: these may have been so all along.",
            anchor="vantage",
            changes=tuple(lines[Cause.VANTAGE]),
            findings=_lines(found_of[Cause.VANTAGE], names),
        ),
    )
    yield from (group for group in groups if group.changes or group.findings)


class _Names:
    """What tells devices apart that are called alike in one difference."""

    def __init__(self, difference: Difference) -> None:
        self._subjects: defaultdict[str, set[str]] = defaultdict(set)
        for name, subject in (
            *((c.name, c.subject) for c in difference.changes),
            *((u.name, u.subject) for u in difference.unobserved),
            *((f.name, f.target) for f in difference.findings),
        ):
            self._subjects[clean(name)].add(subject)
        self._addresses = {c.subject: c.address for c in difference.changes if c.address}

    def mark(self, name: str, subject: str) -> str | None:
        """Its address where it is told, else its MAC or whatever it is known by; null where its name is nobody else's."""
        if len(self._subjects[clean(name)]) < 2:
            return None
        return clean(self._addresses.get(subject) or subject.removeprefix("mac:"))


def _lines(found: Iterable[FindingChange], names: _Names) -> tuple[FindingLine, ...]:
    return tuple(finding_line(each, names.mark(each.name, each.target)) for each in found)


def _line(change: Change, found: tuple[FindingLine, ...], names: _Names) -> Line:
    details = () if change.turn is Turn.CHANGED else tuple(map(_detail, change.attributes))
    way = difference_words.TURNS[change.turn]
    return Line(
        way=way,
        word=way,
        what=difference_words.KINDS[change.kind],
        sentence=sentence(change, names.mark(change.name, change.subject)),
        details=details,
        findings=found,
    )


def _unlooked(difference: Difference) -> Iterator[Unlooked]:
    """What could not be looked at, by reason, in the document's order."""
    by_reason: dict[str, dict[object, str]] = {}
    for each in difference.unobserved:
        by_reason.setdefault(_reason(each.why), {})[each.kind, each.subject, each.what, each.name] = _unseen(each)
    for found in difference.findings:
        if found.fate is Fate.UNOBSERVED:
            by_reason.setdefault(_reason(found.why), {})[found.fingerprint] = worded(found.title)
    for because, things in by_reason.items():
        counts = Counter(things.values())
        yield Unlooked(
            because=because,
            what=tuple(f"{what} ({number:,})" if number > 1 else what for what, number in counts.items()),
            numbers=tuple(counts.values()),
        )


def _reason(why: str | None) -> str:
    return worded(why or "").rstrip(".") or "no reason was noted"


def _unseen(each: Unobserved) -> str:
    name, part = clean(each.name) or "Unnamed", part_of(each)
    if each.kind is Kind.FIRMWARE:
        return f"the firmware of {name}"
    if part is None:
        return name
    return f"{part} at {name}" if each.kind is Kind.MAPPING else f"{part} of {name}"


def _cause(found: FindingChange) -> Cause:
    return found.cause or Cause.NETWORK


def _called(attribute: Attribute) -> str:
    return difference_words.ATTRIBUTES.get(attribute.what) or clean(attribute.what)


def _detail(attribute: Attribute) -> Said:
    return Said(label=_called(attribute), text=_value(attribute, attribute.after or attribute.before))


def _turned(attribute: Attribute) -> str:
    return f"{_value(attribute, attribute.after)}, was {_value(attribute, attribute.before)}"


def _value(attribute: Attribute, value: str | None) -> str:
    if value is None:
        return difference_words.NO_VALUE
    if attribute.what == PORTS:
        return _port_list(value)
    return difference_words.VALUES.get(attribute.what, {}).get(value) or clean(value)


def _port_list(value: str) -> str:
    """`TCP 22, TCP 443 and 12 more` of `tcp/22, tcp/443, ...`."""
    each = [clean(port).replace("/", " ").upper() for port in value.split(", ")]
    more = f" and {len(each) - PORTS_NAMED:,} more" if len(each) > PORTS_NAMED else ""
    return ", ".join(each[:PORTS_NAMED]) + more


def _side(label: str, side: Side, now: datetime) -> SideView:
    return SideView(
        label=label,
        scan=clean(side.id),
        when=words.moment(side.started_at, now),
        said=(
            Said(label="When", text=words.moment(side.started_at, now)),
            Said(label="Scan", text=clean(side.id)),
            Said(label="Network", text=f"{side.prefix} on {clean(side.interface)}"),
            Said(label="Rights", text=f"{'with' if side.privileged else 'without'} administrator rights"),
            Said(label="Depth", text=words.DEPTHS[side.depth]),
            Said(label="Grade", text=clean(side.grade) if side.grade else "incomplete"),
            Said(label="Rules", text=clean(side.rules)[:16]),
        ),
    )
