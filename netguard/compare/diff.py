"""What changed between two scans of one home: each change once, in one word, with its cause. Pure.

    entries ─▶ series ─▶ states (presence, ports, air, mappings) ─▶ changes, unseen
                   └────▶ standing (findings) ──────────────────▶ fates

The difference is that of two states: what the scans up to each of the two say together. So consecutive comparisons tell
each change once, although what is missing is told only when it was missing often enough, and some devices sleep.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from netguard.compare import standing, states
from netguard.compare.acceptances import Covering
from netguard.compare.changes import Pair, changes
from netguard.compare.fates import Ends, Judgements, Owners, fates
from netguard.compare.remarks import remarks
from netguard.compare.sameness import Sameness
from netguard.compare.series import Clock, Moment, Place, moment, ordered
from netguard.compare.standing import Standing
from netguard.compare.states import State
from netguard.compare.unseen import unobserved
from netguard.model.difference import Background, Cause, Change, Difference, Fate, FindingChange, Kind, Side, Turn
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, line, summary
from netguard.model.vocabulary import Severity, Status


def difference(old: Scan, new: Scan, background: Background, today: date) -> Difference:
    """From `old` to `new`, both with what the person said laid over them (`labels.laid_over`).

    `background.rejudged` are `old`'s facts as the rules judge them by which `new` is judged; it is needed where the two
    digests differ. `background.series` may leave out the two, and what is later than `new` in it counts for nothing.
    `today` is the day in this computer's calendar: a scan that says it is of a later one counts as made today, so that no
    acceptance ends before its time. Never raises; linear in devices, findings and scans of the series.
    """
    known = tuple(k for k in background.known if k.site == new.site)
    same = Sameness(known, (new.devices, old.devices))
    entries, at, end = ordered(_entry(old), _entry(new), background.series)
    here, clock = Place.of(entries[end]), Clock()
    moments = [moment(e, same, clock.tick(e) if Place.of(e).is_same(here) else clock.passed) for e in entries]
    pair, judged = _followed(moments, at, end, same, background, (old, new))
    told = sorted(changes(pair), key=_weight_of_change)
    covering = Covering(new, background.acceptances, known)
    ends = Ends(covering=covering, old_day=_day(old, today), new_day=_day(new, today), today=today)
    owners = Owners(pair, told)
    found = sorted(fates(pair, judged, owners, ends), key=lambda each: _weight_of_finding(each[0]))
    of_change: dict[int, list[str]] = {}
    for finding, owner in found:
        if owner is not None:
            of_change.setdefault(id(owner), []).append(finding.fingerprint)
    return Difference(
        site=new.site,
        old=_side(old),
        new=_side(new),
        changes=tuple(replace(c, findings=tuple(of_change.get(id(c), ()))) for c in told),
        findings=tuple(finding for finding, _ in found),
        unobserved=tuple(sorted(unobserved(pair), key=lambda u: (_KINDS[u.kind], u.name, u.subject, u.what or ""))),
        remarks=remarks(old, new, background, pair),
    )


def _followed(
    moments: list[Moment], at: int, end: int, same: Sameness, background: Background, scans: tuple[Scan, Scan]
) -> tuple[Pair, Judgements]:
    """The states at the two scans, and what stands open at them."""
    old, new = moments[at], moments[end]
    here = old.place.is_same(new.place)
    anew = background.rejudged
    state, open_ones = State(), Standing()
    before, stored, rejudged = state, open_ones, None
    for n, now in enumerate(moments):
        if n != at or here:
            state = states.after(state, now, same)
            if n <= at or n == end or anew is None:
                open_ones = standing.after(open_ones, now, state, same)
            else:
                # What is in between was judged by other rules, where the two were.
                open_ones = standing.with_first(open_ones, now, state, stored)
        if n == at:
            before, stored = state, open_ones if here else standing.with_open(open_ones, now, state)
            if anew is not None:
                by_rules = replace(_entry(anew), ordered_at=old.ordered_at)
                rejudged = standing.rejudged(stored, moment(by_rules, same), state, _unknown(anew, same), old.open)
                open_ones = rejudged if here else open_ones
    own = {same.of(d.key) for scan in scans for d in scan.devices if scan.vantage.address in d.addresses}
    elsewhere = (e for e in background.series if not Place.of(e).is_same(new.place) and e.placed_at <= old.ordered_at)
    return (
        Pair(
            old=old,
            new=new,
            before=before,
            after=state,
            same=same,
            own=frozenset(own),
            elsewhere=_there(elsewhere, same),
        ),
        Judgements(stored=stored, rejudged=rejudged, now=open_ones),
    )


def _there(entries: Iterable[Entry], same: Sameness) -> frozenset[str]:
    return frozenset(same.of(line.key) for entry in entries for line in entry.summary.devices)


def _unknown(scan: Scan, same: Sameness) -> frozenset[tuple[str, str]]:
    """Checks, and what they could not judge."""
    return frozenset((f.check, same.of(f.target)) for f in scan.findings if f.status is Status.UNKNOWN)


def _entry(scan: Scan) -> Entry:
    return Entry(line=line(scan), summary=summary(scan))


def _day(scan: Scan, today: date) -> date:
    """The day of `scan` in this computer's calendar, in which acceptances end."""
    return min(scan.started_at.astimezone().date(), today)


def _side(scan: Scan) -> Side:
    return Side(
        id=scan.id,
        started_at=scan.started_at,
        depth=scan.depth,
        interface=scan.vantage.interface,
        prefix=scan.vantage.segment.prefix,
        privileged=scan.vantage.privileged,
        grade=scan.grade.letter if scan.grade else None,
        rules=scan.ruleset.digest,
    )


def _weight_of_change(change: Change) -> tuple[object, ...]:
    """What the home did before what only looks so, and what came before what went."""
    return (
        _CAUSES[change.cause],
        _TURNS[change.turn],
        _KINDS[change.kind],
        change.name,
        change.subject,
        change.what or "",
    )


def _weight_of_finding(found: FindingChange) -> tuple[object, ...]:
    """What got worse first, then by severity."""
    return (
        _FATES[found.fate],
        _SEVERITIES[found.severity],
        found.check,
        found.name,
        found.target,
        found.title,
        found.fingerprint,
    )


_CAUSES = {cause: n for n, cause in enumerate((Cause.NETWORK, Cause.VANTAGE, Cause.RULES))}
_TURNS = {turn: n for n, turn in enumerate((Turn.NEW, Turn.BACK, Turn.CHANGED, Turn.GONE))}
_KINDS = {kind: n for n, kind in enumerate((Kind.DEVICE, Kind.MAPPING, Kind.SERVICE, Kind.ACCESS_POINT, Kind.FIRMWARE))}
_SEVERITIES = {severity: n for n, severity in enumerate(Severity)}
_FATES = {
    fate: n
    for n, fate in enumerate(
        (
            Fate.NEW,
            Fate.REGRESSED,
            Fate.WORSENED,
            Fate.ACCEPTANCE_EXPIRED,
            Fate.IMPROVED,
            Fate.RESOLVED,
            Fate.PERSISTING,
            Fate.UNOBSERVED,
        )
    )
}
