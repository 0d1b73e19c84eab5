"""The scans of a site that are read to tell what is accepted, how things went, and since when something stands open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice

from netguard.compare.series import Place
from netguard.history.rows import Stop
from netguard.history.store import History
from netguard.model import timeline
from netguard.model.scan import Scan
from netguard.model.timeline import Entry

LATELY = 120
"""Newest scans of each network that are all read: more than two years of weekly ones, four months of daily ones."""

LOOK_BACK = timedelta(days=400)
"""How far back one a week is read beyond those: a year, which is as long as anything can be accepted, and some for who scans
irregularly. More of them cost time, and what stood then is said to have stood before."""

NETWORKS = 8
"""Networks of one site of which scans are read, those that were scanned last: a home has two or three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The scans of one place up to one of them."""

    entries: tuple[Entry, ...]
    """Oldest first; the last is that scan."""
    whole: bool
    """Whether all of them are among these."""
    stops: tuple[Stop, ...]
    """Every scan of the site up to that one, whatever the place."""

    def elsewhere(self, since: str) -> int:
        """How many scans of the site, from the one of the id `since` on, were made in another place."""
        own = {e.line.id for e in self.entries}
        at = next((n for n, stop in enumerate(self.stops) if stop.id == since), len(self.stops))
        return sum(stop.id not in own for stop in self.stops[at:])


def everywhere(history: History, site: str) -> tuple[Entry, ...]:
    """The scans of all places of `site` as far as they matter, oldest first. Raises `HistoryError`, `DocumentError`."""
    return history.entries(_chosen(history.order(site)))


def with_scan(entries: Sequence[Entry], scan: Scan) -> tuple[Entry, ...]:
    """`entries` with `scan` among them: where it is not saved, only the clock says where it stands."""
    if any(e.line.id == scan.id for e in entries):
        return tuple(entries)
    at = next((n for n, e in enumerate(entries) if e.line.started_at > scan.started_at), len(entries))
    own = Entry(line=timeline.line(scan), summary=timeline.summary(scan))
    return (*entries[:at], own, *entries[at:])


def up_to(history: History, scan: Scan) -> Here:
    """The scans of the place of `scan`, which may be saved or not, up to it. Raises `HistoryError`, `DocumentError`."""
    stops, prefix = _until(history.order(scan.site), scan), str(scan.vantage.segment.prefix)
    here = tuple(stop for stop in stops if stop.prefix == prefix)
    ids = _chosen(here)
    entries = with_scan(history.entries(ids), scan)
    place = next(Place.of(e) for e in entries if e.line.id == scan.id)
    return Here(
        entries=tuple(e for e in entries if Place.of(e).is_same(place)), whole=len(ids) == len(here), stops=stops
    )


def _until(stops: tuple[Stop, ...], scan: Scan) -> tuple[Stop, ...]:
    at = next((n for n, stop in enumerate(stops) if stop.id == scan.id), None)
    if at is not None:
        return stops[: at + 1]
    return tuple(stop for stop in stops if stop.started_at <= scan.started_at)


def _chosen(stops: Sequence[Stop]) -> tuple[str, ...]:
    """The ids of those of `stops`, oldest first, that are read, in the same order."""
    newest_first: dict[str, list[Stop]] = {}
    for stop in reversed(stops):
        newest_first.setdefault(stop.prefix, []).append(stop)
    taken = {stop.id for same in islice(newest_first.values(), NETWORKS) for stop in _of_one(same)}
    return tuple(stop.id for stop in stops if stop.id in taken)


def _of_one(newest_first: Sequence[Stop]) -> Iterable[Stop]:
    yield from newest_first[:LATELY]
    older = (stop for stop in newest_first[LATELY:] if newest_first[0].at - stop.at <= LOOK_BACK)
    for _, week in groupby(older, lambda stop: stop.at.isocalendar()[:2]):
        same = list(week)
        yield next((stop for stop in same if stop.finished), same[0])
