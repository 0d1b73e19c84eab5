"""What the history lays over a scan when it is read: names, accepted risks, and how things went over time. In one place."""

import contextlib
from dataclasses import replace
from datetime import date, datetime

from netguard.advise import grade
from netguard.cli import _documents
from netguard.compare import acceptances, labels, trend
from netguard.compare.series import Place
from netguard.errors import NetguardError
from netguard.history.store import History
from netguard.model import timeline
from netguard.model.difference import Difference
from netguard.model.overlay import NOTHING, Decisions, Moment, Overlay, OverTime, Standing
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Ended
from netguard.rules.loader import Rules

SERIES = 60
"""Scans from which it is told since when something stands open: more than a year of weekly ones."""

SHOWN = 12
"""Scans that a report lists: a year of monthly ones, a quarter of weekly ones; more of them are for `netguard history`."""


def opened(reference: str, database: str | None, site: str | None, now: datetime) -> tuple[Scan, Overlay]:
    """The scan that `reference` names, as `_documents.open_scan` finds it, and what is laid over it; nothing over a file.

    Raises `DocumentError` or `HistoryError`.
    """
    if _documents.is_file(reference):
        return _documents.read(reference), NOTHING
    from netguard.history.database import default_url

    with History.open(database or default_url()) as history:
        found = history.scan(reference, site)
        scan = labels.laid_over(found, history.known(found.site))
        return scan, over(history, scan, now)


def over_opened(scan: Scan, reference: str, database: str | None, now: datetime) -> Overlay:
    """What is laid over `scan`, which `_documents.open_scan` found as `reference`; nothing over a file. Raises `HistoryError`."""
    if _documents.is_file(reference):
        return NOTHING
    from netguard.history.database import default_url

    with History.open(database or default_url()) as history:
        return over(history, scan, now)


def over_made(scan: Scan, database: str, now: datetime) -> tuple[Overlay, str | None]:
    """What is laid over a scan that was just made, and what to say where the history cannot tell. Never raises for that."""
    try:
        with History.open(database) as history:
            return over(history, scan, now), None
    except NetguardError as error:
        return NOTHING, f"what you accepted cannot be read, so all that is open counts: {error}"


def over(history: History, scan: Scan, now: datetime, rules: Rules | None = None) -> Overlay:
    """What `history` lays over `scan`, which may be in it or not, at `now`. Raises `HistoryError`.

    Without `rules` they are loaded where they are needed: when the scan before was judged by others.
    """
    series = _series(history, scan)
    decided, covering = _decided(history, scan, series, today(now))
    return Overlay(decisions=decided, time=_over_time(history, scan, series, covering, now, rules))


def decisions(history: History, scan: Scan, now: datetime) -> Decisions:
    """Only what is accepted, for who says no more than that. Raises `HistoryError`."""
    series = _series(history, scan) if history.acceptances(scan.site) else ()
    return _decided(history, scan, series, today(now))[0]


def today(now: datetime) -> date:
    """The day of `now` in this computer's calendar."""
    return now.astimezone().date()


def _decided(
    history: History, scan: Scan, series: tuple[Entry, ...], day: date
) -> tuple[Decisions, acceptances.Covering]:
    said, known = history.acceptances(scan.site), history.known(scan.site)
    covering = acceptances.Covering(scan, said, known)
    found = acceptances.decided(covering, scan, day, series)
    if scan.grade is not None and found.accepted:
        found = replace(found, grade=grade.without(scan.grade, scan.findings, scan.devices, found.accepted))
    return found, covering


def _series(history: History, scan: Scan) -> tuple[Entry, ...]:
    """The site's scans up to `scan`, oldest first; one that is not in the history stands at their end."""
    if there := history.timeline(scan.site, SERIES, until=scan.id):
        return there
    before = (e for e in history.timeline(scan.site, SERIES) if e.line.started_at <= scan.started_at)
    return (*before, Entry(line=timeline.line(scan), summary=timeline.summary(scan)))


def _over_time(
    history: History,
    scan: Scan,
    series: tuple[Entry, ...],
    covering: acceptances.Covering,
    now: datetime,
    rules: Rules | None,
) -> OverTime:
    is_accepted = acceptances.accepts(covering, today(now))
    counting = tuple(
        replace(e, summary=replace(e.summary, open=tuple(o for o in e.summary.open if not is_accepted(o))))
        for e in series
    )
    known = history.known(scan.site)
    told, here = trend.told(counting, known), Place.of(series[-1])
    moments = tuple(
        Moment(
            id=e.line.id,
            started_at=e.line.started_at,
            place=str(e.line.prefix),
            here=Place.of(e).is_same(here),
            finished=e.line.ended is Ended.FINISHED,
            letter=grade.letter_without(e.line.grade, left.summary.open, e.summary.devices)
            if left.summary.open != e.summary.open
            else e.line.grade,
            open=len(left.summary.open),
            accepted=len(e.summary.open) - len(left.summary.open),
            new=new if (earlier := _has_earlier(series[:number], e)) else None,
            resolved=resolved if earlier else None,
        )
        for number, (e, left, (new, resolved)) in enumerate(zip(series, counting, told, strict=True))
    )
    since = trend.standing_since(series, known)
    return OverTime(
        moments=moments[-SHOWN:],
        standing={name: Standing(since=each.first_at, scans=each.scans) for name, each in since.items()},
        difference=_difference(history, scan, rules, now),
    )


def _has_earlier(before: tuple[Entry, ...], entry: Entry) -> bool:
    here = Place.of(entry)
    return any(Place.of(e).is_same(here) for e in before)


def _difference(history: History, scan: Scan, rules: Rules | None, now: datetime) -> Difference | None:
    """What changed since the scan before from the same place; null where there is none, or one of them cannot be read.

    It is one line of a report, which is worth having without it.
    """
    from netguard.cli import _compared

    with contextlib.suppress(NetguardError):
        found = _compared.pair(history, None, scan.id, scan.site)
        if not found.alike and rules is None:
            from netguard import config
            from netguard.rules import loader

            rules = loader.load(config.folder() / "rules")
        return _compared.between(history, rules, found, now.astimezone())
    return None
