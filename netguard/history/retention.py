"""Which saved scans are kept for how long, and taking the others out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select

from netguard.history.database import Database
from netguard.history.tables import scans
from netguard.model.vocabulary import Ended

KEEP_ALL_DAYS = 90
"""Scans of the last three months all stay: what is being dealt with now, day by day."""

KEEP_WEEKLY_DAYS = 365
"""For a year one a week stays, as often as a schedule scans unless told otherwise; before that one a month, for ever."""

_NEWEST = "newest"

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
    """What tells one place of a site from another: scans of one never stand for those of another."""
    at: datetime
    """Where it stands in the history."""
    finished: bool
    size: int = 0
    """Bytes that it takes."""


def surplus(saved: Iterable[Kept], policy: Policy, now: datetime) -> tuple[Kept, ...]:
    """Those of `saved`, given newest first, that `policy` does not keep, oldest first.

    Ages are counted back from the newest scan of the site where that is older than `now`: neither a long absence nor a
    clock that is wrong today thins out anything. Of a week or month the newest finished scan stays, else the newest. The
    newest scan of each place, and its newest finished one, always stay: the next is compared with them.
    """
    there = tuple(saved)
    today: dict[str, datetime] = {}
    best: dict[tuple[object, ...], Kept] = {}
    for each in there:
        today[each.site] = min(now, max(each.at, today.get(each.site, each.at)))
        for slot in _slots(each, policy, today[each.site]):
            better = slot[-1] != _NEWEST and each.finished
            if slot not in best or (better and not best[slot].finished):
                best[slot] = each
    staying = {each.id for each in best.values()}
    return tuple(each for each in reversed(there) if each.id not in staying)


def _slots(each: Kept, policy: Policy, today: datetime) -> Iterable[tuple[object, ...]]:
    """What `each` may stay for; each slot keeps one scan. Weeks and months are those of the calendar, in UTC."""
    whose = (each.site, each.place)
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


class Retention:
    """The part of `History` that lets go of old scans. Raises `HistoryError` when it cannot."""

    _database: Database

    def surplus(self, policy: Policy, now: datetime, site: str | None = None) -> tuple[Kept, ...]:
        """The saved scans (of `site`) that `policy` does not keep, oldest first."""
        columns = (scans.c.id, scans.c.site, scans.c.prefix, scans.c.ordered_at, scans.c.ended)
        size = func.length(scans.c.document) + func.coalesce(func.length(scans.c.summary), 0)
        query = select(*columns, size.label("size")).order_by(scans.c.ordered_at.desc(), scans.c.number.desc())
        if site is not None:
            query = query.where(scans.c.site == site)
        with self._database.reading() as connection:
            saved = [
                Kept(
                    id=row.id,
                    site=row.site,
                    place=row.prefix,
                    at=row.ordered_at,
                    finished=row.ended == Ended.FINISHED.value,
                    size=row.size,
                )
                for row in connection.execute(query)
            ]
        return surplus(saved, policy, now)

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
