"""What the history lays over a scan when it is read: names, accepted risks, and how things went over time. In one place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from netguard.advise import grade
from netguard.cli import _back, _documents, _reading
from netguard.compare import acceptances, labels, trend
from netguard.compare.sameness import Sameness
from netguard.errors import NetguardError
from netguard.history.store import History
from netguard.model.difference import Difference
from netguard.model.known import KnownDevice
from netguard.model.overlay import NOTHING, Decisions, Moment, Overlay, OverTime, Standing
from netguard.model.scan import Scan
from netguard.model.timeline import DeviceLine, Entry
from netguard.model.vocabulary import Ended
from netguard.rules.loader import Rules

SHOWN = 12
"""Scans that a report lists: a year of monthly ones, a quarter of weekly ones; more of them are for `netguard history`."""

BEFORE = 20
"""Scans read before the oldest that is listed: what came back and what was missing for a while is told from them."""


def opened(reference: str, database: str | None, site: str | None, now: datetime) -> tuple[Scan, Overlay]:
    """The scan that `reference` names, as `_documents.open_scan` finds it, and what is laid over it; nothing over a file.

    Raises `DocumentError` or `HistoryError`.
    """
    if _documents.is_file(reference):
        return _documents.read(reference), NOTHING
    from netguard.history.database import default_url

    with _reading.opened(database or default_url()) as history:
        found = history.scan(reference, site)
        scan = labels.laid_over(found, history.known(found.site))
        return scan, over(history, scan, now)


def over_opened(scan: Scan, reference: str, database: str | None, now: datetime) -> Overlay:
    """What is laid over `scan`, which `_documents.open_scan` found as `reference`; nothing over a file. Raises `HistoryError`."""
    if _documents.is_file(reference):
        return NOTHING
    from netguard.history.database import default_url

    with _reading.opened(database or default_url()) as history:
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
    decided, covering = _decided(history, scan, today(now))
    return Overlay(decisions=decided, time=_over_time(history, scan, decided, covering, now, rules))


def decisions(history: History, scan: Scan, now: datetime) -> Decisions:
    """Only what is accepted, for who says no more than that. Raises `HistoryError`."""
    return _decided(history, scan, today(now))[0]


def today(now: datetime) -> date:
    """The day of `now` in this computer's calendar."""
    return now.astimezone().date()


def _decided(history: History, scan: Scan, day: date) -> tuple[Decisions, acceptances.Covering]:
    """What is accepted of `scan`. What its devices are is what the person says today, here and wherever a letter is shown."""
    said, known = history.acceptances(scan.site), history.known(scan.site)
    scan = labels.laid_over(scan, known)
    covering = acceptances.Covering(scan, said, known)
    series = _back.with_scan(_back.everywhere(history, scan.site), scan) if said else ()
    found = acceptances.decided(covering, scan, day, series)
    if scan.grade is not None and found.accepted:
        found = replace(found, grade=grade.without(scan.grade, scan.findings, scan.devices, found.accepted))
    several = len(history.sites()) > 1
    saved = any(stop.id == scan.id for stop in history.order(scan.site))
    return replace(found, saved=saved, site=scan.site if several else None), covering


def _over_time(
    history: History,
    scan: Scan,
    decided: Decisions,
    covering: acceptances.Covering,
    now: datetime,
    rules: Rules | None,
) -> OverTime:
    here, known = _back.up_to(history, scan), history.known(scan.site)
    series = here.entries
    shown = _moments(series[-SHOWN - BEFORE :], covering, today(now), known)[-SHOWN:]
    letter = decided.grade or scan.grade
    # The scan that is shown has one letter, wherever that stands.
    moments = (*shown[:-1], replace(shown[-1], letter=letter.letter if letter is not None else None))
    since = trend.standing_since(series, known)
    before = next((e for e in reversed(series[:-1]) if e.line.ended is Ended.FINISHED), None)
    difference, problem = _difference(history, scan, before, rules, now) if before is not None else (None, None)
    return OverTime(
        moments=moments,
        elsewhere=here.elsewhere(moments[0].id),
        standing={
            name: Standing(
                since=each.first_at,
                before=each.first_at == series[0].line.started_at,
                scans=each.scans,
                least=not here.whole and each.first_at < series[-_back.LATELY :][0].line.started_at,
            )
            for name, each in since.items()
        },
        difference=difference,
        earlier=before.line.started_at if before is not None else None,
        problem=problem,
    )


def _moments(
    series: Sequence[Entry], covering: acceptances.Covering, day: date, known: Sequence[KnownDevice]
) -> tuple[Moment, ...]:
    """Each of `series`, scans of one place, without what is accepted on `day`."""
    is_accepted, same = acceptances.accepts(covering, day), Sameness(known)
    counting = tuple(
        replace(e, summary=replace(e.summary, open=tuple(o for o in e.summary.open if not is_accepted(o))))
        for e in series
    )
    return tuple(
        Moment(
            id=e.line.id,
            started_at=e.line.started_at,
            finished=e.line.ended is Ended.FINISHED,
            letter=grade.letter_without(e.line.grade, e.summary.open, left.summary.open, _as_said(e, same)),
            open=len(left.summary.open),
            accepted=len(e.summary.open) - len(left.summary.open),
            new=new if number else None,
            resolved=resolved if number else None,
        )
        for number, (e, left, (new, resolved)) in enumerate(
            zip(series, counting, trend.told(counting, known), strict=True)
        )
    )


def _as_said(entry: Entry, same: Sameness) -> tuple[DeviceLine, ...]:
    """The devices of `entry` with the roles that the person gave them."""
    known = ((line, same.known(same.of(line.key))) for line in entry.summary.devices)
    return tuple(
        replace(line, role=each.said_role) if each is not None and each.said_role is not None else line
        for line, each in known
    )


def _difference(
    history: History, scan: Scan, before: Entry, rules: Rules | None, now: datetime
) -> tuple[Difference | None, str | None]:
    """What changed since the scan `before`; why that cannot be told.

    It is one line of a report, which is worth having without it.
    """
    from netguard.cli import _compared

    try:
        pair = _compared.Pair(old=history.scan(before.line.id, scan.site), new=scan)
        if not pair.alike and rules is None:
            from netguard import config
            from netguard.rules import loader

            rules = loader.load(config.folder() / "rules")
        return _compared.between(history, rules, pair, now.astimezone()), None
    except NetguardError as error:
        return None, str(error)
