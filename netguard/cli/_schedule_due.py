"""When the next scan of a schedule is due, by the rules that its runs go by. Nothing is sent, and nothing is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from netguard import config
from netguard.cli import _session
from netguard.cli._schedule_log import Log
from netguard.errors import HistoryError, VantageError
from netguard.history.database import default_url, file_of
from netguard.history.store import History
from netguard.model.vocabulary import Depth
from netguard.schedule._contract import every
from netguard.vantage import home


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next scan of the home that this computer is in."""

    site: str
    now: bool
    """Whether the next look makes it."""
    since: datetime | None
    """From when on it is due; null where no scan of this place counts yet, so that it is due at once."""


@contextmanager
def opened(database: str | None) -> Iterator[History | None]:
    """The history, where there is one: looking at a schedule makes none. Raises `HistoryError`."""
    url = database or default_url()
    try:
        there = file_of(url).exists()
    except HistoryError:
        there = True  # on a server, or no address at all, which opening it says
    if not there:
        yield None
        return
    with History.open(url) as history:
        yield history


def due(history: History, command: tuple[str, ...], now: datetime) -> Due | None:
    """When a run by `command` scans next where this computer is; null away from home, and for a command that says no time."""
    from netguard.cli import _scheduled  # all that a scan needs, which installing a schedule does not
    from netguard.cli._telling import Teller

    hours = _hours(command)
    if hours is None:
        return None
    try:
        around, _ = _session.look(_option(command, "--interface="), _session.Rights(opener=None))
    except VantageError:
        return None
    known = home.recognise(around, history.homes())
    if known is None:
        return None
    teller = Teller(history, config.load(), (), Log(), lambda: now)
    since = _scheduled.due_from(history, teller, known.site, around, _depth(command), hours, now)
    return Due(site=known.site, now=since is None or since <= now, since=since)


def _hours(command: tuple[str, ...]) -> int | None:
    try:
        return every(command[command.index("--every") + 1]).hours
    except (ValueError, IndexError):
        return None


def _depth(command: tuple[str, ...]) -> Depth:
    try:
        return Depth(_option(command, "--depth=") or Depth.STANDARD)
    except ValueError:
        return Depth.STANDARD


def _option(command: tuple[str, ...], start: str) -> str | None:
    return next((word.removeprefix(start) for word in command if word.startswith(start)), None)
