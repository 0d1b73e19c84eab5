"""Which of a site's scans a comparison rests on: all of late, fewer of longer ago, and no more than it needs. Pure.

Whoever scans every hour has seven hundred in a month, which is as long as anything may be away before it is gone
(`compare.presence`). Of a day three at most say what all of it did: the last one, the last of those that saw the most
devices, and the last of those in which most stood open. What they are chosen by never changes, so that two comparisons
a scan apart choose alike, and each tells what the other has not.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import groupby, islice

from netguard.history.rows import Stop

LATELY = 24
"""Newest scans of the network that are all taken: ports, access points and what is always on are told by consecutive ones
(`compare.states.SAMPLES`, `compare.presence.ALWAYS_ON`)."""

IN_DAYS = 35
"""So many days ago each day has its scans: the 30 of `compare.presence.CARRIED`, and some for those that came late."""

IN_WEEKS = 26
"""Weeks ago up to which each week has its last scan; before that each month has. They tell what stood open once, was
resolved, and is open again."""

MOST = 150
"""Scans of the network at most: `LATELY`, three of each day of `IN_DAYS`, and twenty more, which go to where somebody was
seen last, then to older ones. More cost time (tests/bench/bench_history.py), and say nothing of today."""

ELSEWHERE = 10
"""Newest scans of other networks of the site: who was seen there is not new here. The registry remembers the rest."""


def chosen(before: Sequence[Stop], prefix: str, last_seen: Collection[object] = ()) -> frozenset[str]:
    """Ids of those of `before`, oldest first, that matter to whoever compares with the last of them, made in `prefix`.

    `last_seen` are the places in the order at which known devices were seen last: the days that something is missing are
    counted from there. Scans of another network take no place of this one's.
    """
    here = [stop for stop in reversed(before) if stop.prefix == prefix]
    there = islice((stop for stop in reversed(before) if stop.prefix != prefix), ELSEWHERE)
    of_days = [stop for stop in here if _day(here[0]) - _day(stop) <= IN_DAYS]
    older = here[len(of_days) :]
    of_weeks = [stop for stop in older if _day(here[0]) - _day(stop) <= 7 * IN_WEEKS]
    ranked = (
        here[:LATELY],
        _of_days(of_days),
        (stop for stop in of_days if stop.at in last_seen),
        (_last(week) for week in _slots(of_weeks, lambda stop: stop.at.isocalendar()[:2])),
        (_last(month) for month in _slots(older[len(of_weeks) :], lambda stop: (stop.at.year, stop.at.month))),
    )
    taken = dict.fromkeys(stop.id for stops in ranked for stop in stops)
    return frozenset((*islice(taken, MOST), *(stop.id for stop in there)))


def _of_days(newest_first: Iterable[Stop]) -> Iterator[Stop]:
    """Of each day, in UTC: its last one, the last that saw the most devices, and the last with the most problems."""
    for same in _slots(newest_first, _day):
        yield _last(same)
        finished = [stop for stop in same if stop.finished] or same
        # `max` gives the first of equals, which is the newest.
        yield max(finished, key=lambda stop: stop.devices)
        yield max(finished, key=lambda stop: stop.failing)


def _last(newest_first: Sequence[Stop]) -> Stop:
    """The newest finished one, else the newest."""
    return next((stop for stop in newest_first if stop.finished), newest_first[0])


def _slots(newest_first: Iterable[Stop], key: Callable[[Stop], Hashable]) -> Iterator[list[Stop]]:
    return (list(same) for _, same in groupby(newest_first, key))


def _day(stop: Stop) -> int:
    return stop.at.toordinal()
