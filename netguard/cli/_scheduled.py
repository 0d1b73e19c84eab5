"""What a schedule does at each of its times: look whether this is home and time, scan, and tell what changed."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from netguard import config, exitcodes
from netguard.again import place_of
from netguard.cli import _run, _schedule_log, _session, _unsaved
from netguard.cli._handing import Clock
from netguard.cli._schedule_log import Log
from netguard.cli._telling import AWAY, Teller, about
from netguard.compare.series import Place
from netguard.errors import AlreadyScanningError, NetguardError, NotAtHomeError, UsageError, VantageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model.home import Enrolment
from netguard.model.surroundings import Surroundings
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Depth, Ended
from netguard.notify import receivers
from netguard.schedule import _contract
from netguard.vantage import home, power

log_path = _schedule_log.path
"""Where the log of scheduled runs is."""

SLACK = timedelta(hours=1)
"""By so much a scan may be early, at most: a timer that looks every hour would else make a week of a week and an hour."""

SLACK_SHARE = 24
"""And by no more than this part of the time between two: every hour stays every hour."""

SERIES = 200
"""Scans looked back on for the last one that was told: more than half a year of daily ones."""

FURTHER = 5000
"""And so many where none of those was told, since somebody looks at single devices every few minutes."""

AT_ONCE = 5
"""Newest scans among which the one that was just made is: others may be saved meanwhile, by hand."""

AFTER_PART = timedelta(hours=6)
"""How long to wait with the next scan, at most, where this one could not ask everybody: it is worth another try before the
week is over, and not one every hour."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What the schedule asks for."""

    hours: int
    site: str | None
    interface: str | None
    depth: Depth
    not_on_battery: bool
    database: str


def run(
    *,
    every: str = "week",
    site: str | None = None,
    interface: str | None = None,
    depth: str = Depth.STANDARD,
    not_on_battery: bool = False,
    database: str | None = None,
    user: str | None = None,
    clock: Clock = _now,
) -> int:
    """One time of the schedule; give the exit code. `every` is `week`, `day` or `N-hours`; tests bring a `clock` of their own.

    A timer may call this often (hourly does): what is not due, not at home, or on battery where that was ruled out, ends
    at once with 0 and sends nothing to the network. Raises `NetguardError`, which stands in the log then, too.
    """
    rights = _session.give_up_root(user)
    log = Log()
    with ExitStack() as stack:
        if rights.opener is not None:
            stack.callback(rights.opener.close)
        try:
            order = _Order(
                hours=_hours(every),
                site=site,
                interface=interface,
                depth=Depth(depth),
                not_on_battery=not_on_battery,
                database=database or default_url(),
            )
            return _at_its_time(order, rights, log, clock)
        except NetguardError as error:
            log.say(str(error), shown=True)
            raise


def is_due(last: datetime | None, hours: int, now: datetime) -> bool:
    """Whether a scan is due `now`, the last one having begun at `last`; one from the future says that the clock was set."""
    since = _again_from(last, hours, now)
    return since is None or since <= now


def _again_from(last: datetime | None, hours: int, now: datetime) -> datetime | None:
    if last is None or last > now:
        return None
    period = timedelta(hours=hours)
    return last + period - min(SLACK, period / SLACK_SHARE)


def here(entries: tuple[Entry, ...], around: Surroundings) -> tuple[Entry, ...]:
    """Those of `entries` that were made where this computer is now: the same addresses behind the same router."""
    place = place_of(around.vantage)
    return tuple(e for e in entries if Place.of(e).is_same(place))


def _at_its_time(order: _Order, rights: _session.Rights, log: Log, clock: Clock) -> int:
    settings = config.load()
    to = receivers.all(settings)
    try:
        around, _ = _session.look(order.interface, rights)
    except VantageError as error:
        log.say(f"no network: {error}")
        return exitcodes.DONE
    with History.open(order.database) as history:
        teller = Teller(history, settings, to, log, clock)
        homes = tuple(e for e in history.homes() if order.site in {None, e.site})
        if not homes:
            whose = "" if order.site is None else f" of site {order.site!r}"
            raise NotAtHomeError(
                f"no network{whose} has been enrolled as yours yet, so nothing is scanned; run `netguard scan` once at home"
            )
        known = home.recognise(around, homes)
        if known is None:
            log.say(f"not at home, no scan: {home.why_not(around, homes)}")
            _away(history, homes, teller, clock())
            return exitcodes.DONE
        history.at_home(known.site, clock())
        teller.back()

        def still_there() -> bool:
            return _is_at(known.site, order, rights, history)

        code = _at_home(order, rights, history, known.site, around, teller, log, clock)
        teller.heartbeat(known.site)
        teller.send(at_home=still_there)
        teller.tidy()
        return code


def _at_home(
    order: _Order,
    rights: _session.Rights,
    history: History,
    site: str,
    around: Surroundings,
    teller: Teller,
    log: Log,
    clock: Clock,
) -> int:
    """Tell what is yet untold, and scan if it is time."""
    before = _whole(history, site)
    teller.begin(site, before, order.depth)
    teller.scans(
        site, here(before, around), order.depth
    )  # one made by hand, or by a run that ended before it could tell
    teller.send(at_home=lambda: _is_at(site, order, rights, history))
    now = clock()
    since = due_from(history, teller, site, around, order.depth, order.hours, now)
    if since is not None and since > now:
        return exitcodes.DONE
    if order.not_on_battery and power.on_battery():
        log.say("on battery: the scan waits until the computer is plugged in")
        return exitcodes.DONE
    made_before = {e.line.id for e in _finished(history, site, AT_ONCE)}
    problems: list[str] = []
    code = _scan(order, rights, site, log, problems)
    if problems and code == exitcodes.DONE:
        # It counts all the same: to make it again every hour mends no history, and fills the disk.
        _unsaved.note(_unsaved_here(site, around, order.depth), clock())
    for entry in _finished(history, site, AT_ONCE):
        if entry.line.id not in made_before and not entry.summary.whole:
            teller.partly(site, entry)
            log.say(f"scan {entry.line.id} could not ask everybody on the network: nothing is compared with it")
    teller.scans(site, here(_whole(history, site), around), order.depth)
    for remark in history.remarks:
        log.say(remark)
    return code


def due_from(
    history: History, teller: Teller, site: str, around: Surroundings, depth: Depth, hours: int, now: datetime
) -> datetime | None:
    """From when on a scan is due here; null where none was made that counts, so that it is due at once.

    Those count that asked everybody here, and looked at no less than the schedule's do; and those that no history took.
    """
    deep = [e for e in here(_finished(history, site, SERIES), around) if e.line.depth.at_least(depth)]
    whole = max((e.line.started_at for e in [e for e in deep if e.summary.whole][-1:]), default=None)
    part = max((e.line.started_at for e in deep[-1:] if teller.was_partly(site, e)), default=None)
    retried = None if part is None or part > now else part + min(AFTER_PART, timedelta(hours=hours))
    unsaved = _unsaved.noted(_unsaved_here(site, around, depth))
    times = (_again_from(whole, hours, now), _again_from(unsaved, hours, now), retried)
    return max(filter(None, times), default=None)


def _unsaved_here(site: str, around: Surroundings, depth: Depth) -> str:
    """What a scan that no history took is remembered by: it counts for its place and depth only."""
    place = place_of(around.vantage)
    return f"{site} {depth} {place.prefix} {place.gateway}"


def _finished(history: History, site: str, number: int) -> tuple[Entry, ...]:
    """The newest scans that ended by themselves, oldest first."""
    return tuple(e for e in history.timeline(site, number) if e.line.ended is Ended.FINISHED)


def _whole(history: History, site: str) -> tuple[Entry, ...]:
    """Those of them that asked everybody: a scan of single devices says nothing of the others."""
    told = history.told(site)
    entries: tuple[Entry, ...] = ()
    for number in (SERIES, FURTHER):
        entries = tuple(e for e in _finished(history, site, number) if e.summary.whole)
        if any(about(e) in told for e in entries):
            break
    return entries


def _is_at(site: str, order: _Order, rights: _session.Rights, history: History) -> bool:
    """Whether this computer is still, or again, in a network of `site`: a laptop is carried away while it scans or sends."""
    try:
        around, _ = _session.look(order.interface, rights)
    except VantageError:
        return False
    known = home.recognise(around, history.homes())
    return known is not None and known.site == site


def _scan(order: _Order, rights: _session.Rights, site: str, log: Log, unsaved: list[str]) -> int:
    """Scan and keep it; what keeps it from that is said, and is no reason to tell nothing of earlier ones.

    Where the scan was made and is not in the history, why goes into `unsaved`.
    """
    request = _run.Request(
        interface=order.interface,
        depth=order.depth,
        site=site,
        database=order.database,
        rights=rights,
        quiet=True,
        silent=True,
        when_unsaved=unsaved.append,
    )
    try:
        code = _run.run(request)
    except AlreadyScanningError as error:
        log.say(f"no scan: {error}")
        return exitcodes.DONE
    except NetguardError as error:
        log.say(f"the scan did not end well: {error}")
        return error.exit_code
    if unsaved and code == exitcodes.DONE:
        log.say(f"scanned, but not saved: {unsaved[0]}")
        return code
    how = {
        exitcodes.DONE: "scanned",
        exitcodes.INTERRUPTED: "the scan was interrupted; it is made again at the next time",
        exitcodes.NOTHING_LOOKED_AT: "the scan could look at nothing",
    }
    log.say(how.get(code, f"the scan ended with {code}"))
    return code


def _away(history: History, homes: tuple[Enrolment, ...], teller: Teller, now: datetime) -> None:
    """After a fortnight without any of `homes`, the question; it alone is sent from a network that is not the person's."""
    when, site = max((_last_there(history, e, now), e.site) for e in homes)
    teller.away(site, when)
    teller.send(only=AWAY)


def _last_there(history: History, enrolment: Enrolment, now: datetime) -> datetime:
    """When this computer was last in that home: recognised, scanning or enrolled there, whatever was the latest.

    A time to come was written while the clock was ahead, and says nothing. Where there is no other, time begins `now`.
    """
    times = [enrolment.enrolled_at, *(line.started_at for line in history.list(enrolment.site, SERIES))]
    if (recognised := history.last_at_home(enrolment.site)) is not None:
        times.append(recognised)
    past = [time for time in times if time <= now]
    if not past:
        history.at_home(enrolment.site, now)
    return max(past, default=now)


def _hours(every: str) -> int:
    try:
        return _contract.every(every).hours
    except ValueError as error:
        raise UsageError(f"--every: {error}") from error
