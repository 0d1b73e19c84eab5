"""Two scans compared as the history knows them: which two, what stands behind them, and the facts judged alike."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime

from netguard import pipeline
from netguard.cli import _documents
from netguard.compare import labels
from netguard.compare.diff import difference
from netguard.errors import DocumentError, NothingEarlierError, UsageError
from netguard.history.store import History
from netguard.model.difference import Background, Difference
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
from netguard.model.timeline import summary as summary_of
from netguard.model.vocabulary import Ended
from netguard.rules.loader import Rules

SERIES = 125
"""Scans up to each of the two that presence, what came back and what broke out anew are told from: a month of one every
six hours, which is as long as anything may be away (`compare.presence`). More of them cost time, and say nothing of today."""

NEAR = 10
"""Scans among which the one before is looked for first: it is one of them, unless most are of other networks."""

EVERY = 100_000
"""Scans whose order is asked for: one an hour for eleven years."""

LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two scans of one site, the earlier one first, with the names that the person gave their devices."""

    old: Scan
    new: Scan
    swapped: bool = False
    """Whether they were named the other way round."""

    @property
    def alike(self) -> bool:
        """Whether the same rules judged both, so that no rules are needed to compare them."""
        return self.old.ruleset.digest == self.new.ruleset.digest


def compared(
    history: History | None, rules: Rules, old_ref: str | None, new_ref: str | None, site: str | None, now: datetime
) -> Difference:
    """What changed from the scan `old_ref` to `new_ref`, as `pair` finds them; `now` is aware, in local time.

    Where other rules judged the two, both are judged anew by `rules`. Raises as `pair` does.
    """
    found = pair(history, old_ref, new_ref, site)
    return between(history, rules, found, now)


def pair(history: History | None, old_ref: str | None, new_ref: str | None, site: str | None) -> Pair:
    """The two scans that are meant: each an id or its start, `latest`, `previous`, or a file; null is what one expects.

    That is for the newer one the latest, and for the older one the newest finished scan before it of the same network.
    Without `history` both have to be files; then nothing is known beside them.
    Raises `UsageError` for two of different sites and twice the same, `NothingEarlierError`, `HistoryError`, `DocumentError`.
    """
    new = _opened(history, new_ref or LATEST, site)
    if old_ref is None:
        old = _earlier(history, new)
    else:
        old = _opened(history, old_ref, site if _documents.is_file(old_ref) else site or new.site)
    if old.site != new.site:
        raise UsageError(
            f"scan {clean(old.id)} is of site {clean(old.site)!r} and {clean(new.id)} of {clean(new.site)!r};"
            f" only scans of one home can be compared"
        )
    if old.id == new.id:
        raise UsageError(
            f"both are scan {clean(new.id)}: name two of them, `netguard history` lists those that are saved"
        )
    swapped = _is_later(history, old, new)
    first, second = (new, old) if swapped else (old, new)
    return Pair(old=first, new=second, swapped=swapped)


def between(history: History | None, rules: Rules | None, found: Pair, now: datetime) -> Difference:
    """What changed between the two; `rules` may be null where `found.alike`, and are not used there.

    The history is asked for what it knows of the site when it holds at least one of the two: else it is another home's.
    """
    before, until = _ways(history, found.old, found.new)
    if not (before.saved or until.saved):
        history, before, until = None, _Way(), _Way()
    known = history.known(found.new.site) if history is not None else ()
    old, new = labels.laid_over(found.old, known), labels.laid_over(found.new, known)
    rejudged: Scan | None = None
    if not found.alike:
        if rules is None:
            raise ValueError("scans that other rules judged cannot be compared without rules")
        rejudged = pipeline.judge(old, rules, _past(history, known, old, before))
        if new.ruleset.digest != rules.digest:
            new = pipeline.judge(new, rules, _past(history, known, new, until))
    background = Background(
        rejudged=rejudged,
        known=known,
        acceptances=history.acceptances(new.site) if history is not None else (),
        series=tuple({e.line.id: e for way in (before, until) for e in way.entries}.values()),
    )
    return difference(old, new, background, now.astimezone().date())


def _opened(history: History | None, reference: str, site: str | None) -> Scan:
    if _documents.is_file(reference):
        scan = _documents.read(reference)
        if site is not None and scan.site != site:
            raise UsageError(f"{clean(reference)} is a scan of site {clean(scan.site)!r}, not of {clean(site)!r}")
        return scan
    if history is None:
        raise DocumentError(f"{clean(reference)}: there is no such file")
    return history.scan(reference, site)


def _earlier(history: History | None, new: Scan) -> Scan:
    """The newest finished scan before `new` that was made in the same network."""
    here, gateway = new.vantage.segment.prefix, summary_of(new).gateway
    before: list[Entry] = []
    entries: tuple[Entry, ...] = ()
    for limit in (NEAR, SERIES):
        entries = () if history is None else history.timeline(new.site, limit, until=new.id)
        before = [e for e in entries if e.line.id != new.id and e.line.ended is Ended.FINISHED]
        for entry in reversed(before):
            same_gateway = gateway is None or entry.summary.gateway in (None, gateway)
            if history is not None and entry.line.prefix == here and same_gateway:
                return history.scan(entry.line.id, new.site)
    if not entries:
        raise NothingEarlierError(
            f"scan {clean(new.id)} is not in the history, so that nothing is known to come before it:"
            f" name both scans (netguard diff OLD NEW)"
        )
    if before:
        last = before[-1].line
        raise NothingEarlierError(
            f"there is no earlier finished scan of the network {here} to compare scan {clean(new.id)} with. The newest of"
            f" another one is {clean(last.id)} of {last.prefix}: netguard diff {clean(last.id)} {clean(new.id)}"
        )
    raise NothingEarlierError(
        f"scan {clean(new.id)} is the first finished one of site {clean(new.site)!r}: there is nothing to compare it with"
        f" yet. The next `netguard scan` changes that"
    )


def _is_later(history: History | None, old: Scan, new: Scan) -> bool:
    """Whether `old` was made after `new`: by the history's order, which no clock changes, else by when they began."""
    newest_first = [line.id for line in history.list(new.site, EVERY)] if history is not None else []
    if old.id in newest_first and new.id in newest_first:
        return newest_first.index(old.id) < newest_first.index(new.id)
    return old.started_at > new.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """The scans that lead to one: it included where it is saved, else those that began before it."""

    entries: tuple[Entry, ...] = ()
    saved: bool = False


def _ways(history: History | None, old: Scan, new: Scan) -> tuple[_Way, _Way]:
    """What leads to each of the two; read once where the older one is not far behind."""
    until = _leading_to(history, new)
    ids = [e.line.id for e in until.entries]
    if old.id in ids and (place := ids.index(old.id)) >= len(ids) - NEAR:
        return _Way(entries=until.entries[: place + 1], saved=True), until
    return _leading_to(history, old), until


def _leading_to(history: History | None, scan: Scan) -> _Way:
    if history is None:
        return _Way()
    if entries := history.timeline(scan.site, SERIES, until=scan.id):
        return _Way(entries=entries, saved=True)
    return _Way(entries=tuple(e for e in history.timeline(scan.site, SERIES) if e.line.started_at < scan.started_at))


def _past(history: History | None, known: tuple[KnownDevice, ...], scan: Scan, way: _Way) -> Past:
    """What was known when `scan` was made, and no more: it is judged as on that day, but for the rules.

    What the person said since holds for it all the same: it is laid over it already.
    """
    if history is None:
        return Past()
    then = scan.started_at
    before = [e.line.id for e in way.entries if e.line.id != scan.id and e.line.ended is Ended.FINISHED]
    previous: Scan | None = None
    if before:
        with contextlib.suppress(DocumentError):  # a damaged one is no reason not to judge this one
            previous = history.scan(before[-1], scan.site)
    return Past(
        previous=previous,
        known=tuple(replace(k, last_seen=min(k.last_seen, then)) for k in known if k.first_seen < then),
        declared=tuple(d for d in history.declared(scan.site) if d.declared_at < then),
        mappings=tuple(
            replace(m, last_seen=min(m.last_seen, then)) for m in history.mappings(scan.site) if m.first_seen < then
        ),
    )
