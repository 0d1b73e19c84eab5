"""Which saved scans are kept for how long, and taking the others out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, func, select

from netguard.history.reading import Reading
from netguard.history.tables import scans
from netguard.model.vocabulary import Ended

KEEP_ALL_DAYS = 90
"""Scans of the last three months all stay: what is being dealt with now, day by day."""

KEEP_WEEKLY_DAYS = 365
"""For a year one a week stays, as often as a schedule scans unless told otherwise; before that one a month, for ever."""

_NEWEST = "newest"

_COLUMNS: Select[Any] = select(
    *(scans.c[name] for name in ("id", "site", "prefix", "ordered_at", "ended")),
    (func.length(scans.c.document) + func.coalesce(func.length(scans.c.summary), 0)).label("size"),
)

_UNREAD = "unread"
"""Stands for the router of a scan that cannot be read; no MAC is written so."""

_AT_ONCE = 500
"""Scans taken out by one statement; databases take some thousand parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long how many scans are kept of each place."""

    all_days: int = KEEP_ALL_DAYS
    weekly_days: int = KEEP_WEEKLY_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One saved scan, as far as it matters to whether it stays."""

    id: str
    site: str
    place: str
    """Its prefix, which with the router tells one place of a site from another: scans of one never stand for another's."""
    gateway: str | None = None
    """The router's MAC; scans of which it is not known stand for each other only."""
    at: datetime
    """Where it stands in the history."""
    finished: bool
    size: int = 0
    """Bytes that it takes."""


def surplus(
    saved: Iterable[Kept], policy: Policy, now: datetime, needed: frozenset[str] = frozenset()
) -> tuple[Kept, ...]:
    """Those of `saved`, given newest first, that `policy` does not keep, oldest first.

    Ages are counted back from the newest scan of the site where that is older than `now`: neither a long absence nor a
    clock that is wrong today thins out anything. Of a week or month the newest finished scan stays, else the newest. The
    newest scan of each place, and its newest finished one, always stay: the next is compared with them. So does its oldest,
    since it says when there was what there is, and those with the ids `needed`.
    """
    there = tuple(saved)
    today: dict[str, datetime] = {}
    best: dict[tuple[object, ...], Kept] = {}
    oldest = {_whose(each): each.id for each in there}
    for each in there:
        today[each.site] = min(now, max(each.at, today.get(each.site, each.at)))
        for slot in _slots(each, policy, today[each.site]):
            better = slot[-1] != _NEWEST and each.finished
            if slot not in best or (better and not best[slot].finished):
                best[slot] = each
    staying = {each.id for each in best.values()} | set(oldest.values()) | needed
    return tuple(each for each in reversed(there) if each.id not in staying)


def _slots(each: Kept, policy: Policy, today: datetime) -> Iterable[tuple[object, ...]]:
    """What `each` may stay for; each slot keeps one scan. Weeks and months are those of the calendar, in UTC."""
    whose = _whose(each)
    yield (*whose, _NEWEST)
    if each.finished:
        yield (*whose, "newest finished")
    age = today - each.at
    if age < timedelta(days=policy.all_days):
        yield (*whose, each.id)
    elif age < timedelta(days=policy.weekly_days):
        year, week, _ = each.at.astimezone(UTC).isocalendar()
        yield (*whose, "week", year, week)
    else:
        yield (*whose, "month", each.at.year, each.at.month)


def _kept(row: Row[Any], gateway: str | None) -> Kept:
    return Kept(
        id=row.id,
        site=row.site,
        place=row.prefix,
        gateway=gateway,
        at=row.ordered_at,
        finished=row.ended == Ended.FINISHED.value,
        size=row.size,
    )


def _whose(each: Kept) -> tuple[object, ...]:
    return (each.site, each.place, each.gateway)


class Retention(Reading):
    """The part of `History` that lets go of old scans. Raises `HistoryError` when it cannot."""

    def surplus(
        self, policy: Policy, now: datetime, site: str | None = None, needed: frozenset[str] = frozenset()
    ) -> tuple[Kept, ...]:
        """The saved scans (of `site`) that `policy` does not keep, oldest first; nor are those with the ids `needed`.

        One that cannot be read is a place of its own, and stands for none that can.
        """
        query = _COLUMNS.order_by(scans.c.ordered_at.desc(), scans.c.number.desc())
        if site is not None:
            query = query.where(scans.c.site == site)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        gateways = self.gateways(row.id for row in found)
        return surplus([_kept(row, gateways.get(row.id, _UNREAD)) for row in found], policy, now, needed)

    def one(self, scan_id: str) -> Kept:
        """The scan with this id, which is there; it need not be readable."""
        with self._database.reading() as connection:
            return _kept(connection.execute(_COLUMNS.where(scans.c.id == scan_id)).one(), _UNREAD)

    def let_go(self, ids: Iterable[str]) -> int:
        """Take these scans out as one step, and say how many there were. What was learnt from them stays."""
        wanted = tuple(ids)
        taken = 0
        with self._database.writing() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = scans.c.id.in_(wanted[start : start + _AT_ONCE])
                taken += connection.execute(delete(scans).where(some)).rowcount
        return taken

    def compact(self) -> None:
        """Give the room of what was taken out back to the disk."""
        self._database.compact()
