"""Two scans compared as the history knows them: which two, what stands behind them, and the facts judged alike."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from netguard.cli import _documents, _series
from netguard.compare import labels
from netguard.compare.diff import difference
from netguard.compare.series import Place
from netguard.errors import DocumentError, NothingEarlierError, UsageError
from netguard.history.rows import Stop
from netguard.history.store import History
from netguard.model import address, timeline
from netguard.model.difference import Background, Difference
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.timeline import DeviceLine, Entry

if TYPE_CHECKING:
    from netguard.rules.loader import Rules  # it brings the reader of YAML, which takes as long as comparing

NEAR = 10
"""Scans that are read at once to find the one before: it is among them, unless another router had the same addresses."""

LATEST, PREVIOUS = "latest", "previous"


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
    history: History | None, rules: "Rules", old_ref: str | None, new_ref: str | None, site: str | None, now: datetime
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
    if old_ref is None:
        new = _opened(history, new_ref or LATEST, site)
        return Pair(old=_earlier(history, new), new=new)
    if new_ref is None and _names_its_site(old_ref):
        old = _opened(history, old_ref, site)
        new = _opened(history, LATEST, old.site)
    else:
        new = _opened(history, new_ref or LATEST, site)
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
    swapped = _Order(history, new.site).is_later(old, new)
    first, second = (new, old) if swapped else (old, new)
    return Pair(old=first, new=second, swapped=swapped)


def between(history: History | None, rules: "Rules | None", found: Pair, now: datetime) -> Difference:
    """What changed between the two; `rules` may be null where `found.alike`, and are not used there.

    The history is asked for what it knows of the site when it holds at least one of the two: else it is another home's.
    """
    order = _Order(history, found.new.site)
    if history is not None and not (order.has(found.old) or order.has(found.new)):
        history, order = None, _Order(None, found.new.site)
    known = history.known(found.new.site) if history is not None else ()
    last_seen = frozenset(k.last_seen for k in known)
    ids = order.chosen(found.old, last_seen) | order.chosen(found.new, last_seen)
    series = history.entries(stop.id for stop in order.stops if stop.id in ids) if history is not None else ()
    old, new = labels.laid_over(found.old, known), labels.laid_over(found.new, known)
    rejudged: Scan | None = None
    if not found.alike:
        if rules is None:
            raise ValueError("scans that other rules judged cannot be compared without rules")
        from netguard import pipeline  # loading it takes as long as reading a month of scans

        rejudged = pipeline.judge(old, rules, _past(history, known, old, order, series))
        if new.ruleset.digest != rules.digest:
            new = pipeline.judge(new, rules, _past(history, known, new, order, series))
    background = Background(
        rejudged=rejudged,
        known=known,
        acceptances=history.acceptances(new.site) if history is not None else (),
        series=series,
    )
    return difference(old, new, background, now.astimezone().date())


class _Order:
    """All scans of a site as the history has them in order; none without a history."""

    def __init__(self, history: History | None, site: str) -> None:
        self.stops: tuple[Stop, ...] = history.order(site) if history is not None else ()
        self._places = {stop.id: n for n, stop in enumerate(self.stops)}

    def has(self, scan: Scan) -> bool:
        """Whether it is saved."""
        return scan.id in self._places

    def before(self, scan: Scan) -> tuple[Stop, ...]:
        """What stands before it; where it is not saved what began before it, since there is nothing but the clock."""
        if scan.id in self._places:
            return self.stops[: self._places[scan.id]]
        return tuple(stop for stop in self.stops if stop.started_at < scan.started_at)

    def at(self, scan: Scan) -> datetime:
        """Where it stands: what was learnt of it has this time, whatever the clock said."""
        return self.stops[self._places[scan.id]].at if scan.id in self._places else scan.started_at

    def chosen(self, scan: Scan, last_seen: frozenset[datetime]) -> frozenset[str]:
        """Ids of the scans up to it that matter to whoever compares it."""
        own = self.stops[self._places[scan.id]] if scan.id in self._places else None
        up_to = (*self.before(scan), own) if own is not None else self.before(scan)
        return _series.chosen(up_to, str(scan.vantage.segment.prefix), last_seen)

    def is_later(self, one: Scan, other: Scan) -> bool:
        """Whether `one` was made after `other`: by this order, which no clock changes, else by when they began."""
        if self.has(one) and self.has(other):
            return self._places[one.id] > self._places[other.id]
        return one.started_at > other.started_at


def _opened(history: History | None, reference: str, site: str | None) -> Scan:
    if _documents.is_file(reference):
        scan = _documents.read(reference)
        if site is not None and scan.site != site:
            raise UsageError(f"{clean(reference)} is a scan of site {clean(scan.site)!r}, not of {clean(site)!r}")
        return scan
    if history is None:
        raise DocumentError(f"{clean(reference)}: there is no such file")
    return history.scan(reference, site)


def _names_its_site(reference: str) -> bool:
    """Whether a scan is meant that is of one site, and not the latest of whichever."""
    return _documents.is_file(reference) or reference not in {LATEST, PREVIOUS}


def _earlier(history: History | None, new: Scan) -> Scan:
    """The newest finished scan before `new` that was made in the same network."""
    order = _Order(history, new.site)
    if history is None or not order.has(new):
        raise NothingEarlierError(
            f"scan {clean(new.id)} is not in the history, so that nothing is known to come before it:"
            f" name both scans (netguard diff OLD NEW)"
        )
    here = Place.of(Entry(line=timeline.line(new), summary=timeline.summary(new)))
    before = [stop for stop in reversed(order.before(new)) if stop.finished]
    alike = [stop.id for stop in before if stop.prefix == str(here.prefix)]
    for start in range(0, len(alike), NEAR):
        for entry in history.entries(alike[start : start + NEAR]):
            if Place.of(entry).is_same(here):
                return history.scan(entry.line.id, new.site)
    if before:
        raise NothingEarlierError(
            f"there is no earlier finished scan of the network {here.prefix} to compare scan {clean(new.id)} with. The"
            f" newest of another one is {clean(before[0].id)} of {clean(before[0].prefix)}:"
            f" netguard diff {clean(before[0].id)} {clean(new.id)}"
        )
    raise NothingEarlierError(
        f"scan {clean(new.id)} is the first finished one of site {clean(new.site)!r}: there is nothing to compare it with"
        f" yet. The next `netguard scan` changes that"
    )


def _past(
    history: History | None, known: tuple[KnownDevice, ...], scan: Scan, order: _Order, series: tuple[Entry, ...]
) -> Past:
    """What was known when `scan` was made, and no more: it is judged as on that day, but for the rules.

    What the person said since holds for it all the same: it is laid over it already.
    """
    if history is None:
        return Past()
    before = order.before(scan)
    then = order.at(scan)
    previous: Scan | None = None
    if finished := [stop.id for stop in before if stop.finished]:
        with contextlib.suppress(DocumentError):  # a damaged one is no reason not to judge this one
            previous = history.scan(finished[-1], scan.site)
    places = {stop.id: stop.at for stop in before}
    last = _last_lines([(places[e.line.id], e) for e in series if e.line.id in places])
    return Past(
        previous=previous,
        known=tuple(_as_of(k, then, last) for k in known if k.first_seen < then),
        # A person says something by the clock of the day, which a scan's place in the order need not be.
        declared=tuple(d for d in history.declared(scan.site) if d.declared_at < scan.started_at),
        mappings=tuple(
            replace(m, last_seen=min(m.last_seen, then)) for m in history.mappings(scan.site) if m.first_seen < then
        ),
    )


def _last_lines(entries: list[tuple[datetime, Entry]]) -> dict[str, tuple[datetime, DeviceLine]]:
    """By key when each device was seen last in `entries`, oldest first, and as what."""
    return {line.key: (at, line) for at, entry in entries for line in entry.summary.devices}


def _as_of(known: KnownDevice, then: datetime, last: dict[str, tuple[datetime, DeviceLine]]) -> KnownDevice:
    """`known` without what was learnt at `then` or later: where it was, and when it was seen last.

    Where no scan that is at hand tells, it keeps its addresses and counts as seen when it was seen first: that it was.
    """
    if known.last_seen < then:
        return known
    found = [last[key] for key in (known.key, *known.former_keys) if key in last]
    if not found:
        return replace(known, last_seen=known.first_seen)
    at, line = max(found, key=lambda each: (each[0], each[1].key))
    # Addresses of IPv6 are not in a summary; those of IPv4 are what routers forward to.
    there = tuple(map(address.ip, line.addresses))
    others = tuple(a for a in known.addresses if a.version != 4) if there else known.addresses
    return replace(known, last_seen=at, addresses=(*there, *others))
