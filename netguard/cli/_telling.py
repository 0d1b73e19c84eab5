"""Telling what a scan found: into the outbox, in one step with the note that it was told. `_handing` takes it from there."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property

import platformdirs

from netguard import config
from netguard.cli import _compared
from netguard.cli._handing import Clock, Handing, nobody_asks
from netguard.cli._schedule_log import Log
from netguard.errors import DocumentError, NothingEarlierError
from netguard.history.store import History
from netguard.model.message import Text
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Depth
from netguard.notify import digest, receivers, services
from netguard.rules import loader

QUIET = timedelta(days=30)
"""Silence after which the heartbeat comes."""

AWAY_DAYS = 14
"""Days without home after which one message asks whether the router was replaced: longer than most journeys."""

KEPT = timedelta(days=400)
"""How long what was told is remembered: a year and a month, so that nothing yearly is told twice."""

MOST_SCANS = 1000
"""Scans counted for a heartbeat: a month of hourly ones has 744."""

MOST_COMPARED = 20
"""Earlier scans that are tried for a comparison: where so many are damaged, the disk is."""

AWAY = "away "
_SCAN = "scan "
_QUIET = "quiet "
_PART = "part "


class Teller:
    """Tells the receivers of one person, for one run of the schedule."""

    def __init__(
        self, history: History, settings: config.Config, to: Iterable[receivers.Receiver], log: Log, clock: Clock
    ) -> None:
        """Tell `to` what `settings` allow."""
        self._history = history
        self._settings = settings
        self._given = tuple(to)
        self._log = log
        self._clock = clock

    @cached_property
    def _to(self) -> tuple[receivers.Receiver, ...]:
        """Each target by itself; found out only where there is something to tell, since that takes Apprise a while."""
        return services.each(self._given)

    @cached_property
    def _handing(self) -> Handing:
        return Handing(self._history, self._to, self._log, self._clock)

    def begin(self, site: str, entries: Iterable[Entry], depth: Depth) -> None:
        """Where nothing was ever told of a network of `site`: what its newest scan found is old, and told to nobody.

        The newest one, that is, which looked at no less than `depth`.
        """
        told = self._history.told(site)
        places: dict[object, list[Entry]] = {}
        for entry in entries:
            places.setdefault((entry.line.prefix, entry.summary.gateway), []).append(entry)
        for there in places.values():
            deep = [entry for entry in there if entry.line.depth.at_least(depth)]
            if deep and not any(about(entry) in told for entry in there):
                self._history.tell(site, about(deep[-1]), (), None, self._clock())

    def scans(self, site: str, entries: tuple[Entry, ...], depth: Depth) -> None:
        """Queue what the newest of `entries` (of one place, oldest first) has that the newest told one had not.

        The newest that looked at no less than `depth`: a lesser one would hide what the next one finds as something that
        it merely could not see. The told one may be of any depth, so that nothing is lost where the depth was changed.
        """
        told = self._history.told(site)
        last = max((n for n, entry in enumerate(entries) if entry.line.depth.at_least(depth)), default=None)
        if last is None or about(entries[last]) in told:
            return
        new, before = entries[last], entries[:last]
        olds = [e for e in before if about(e) in told]
        olds = [e for e in before if about(e) not in told and e.line.depth.at_least(depth)] + olds
        for old in reversed(olds[-MOST_COMPARED:]):
            try:
                text = self._difference(site, old, new)
            except (DocumentError, NothingEarlierError) as error:
                self._log.say(f"scan {new.line.id} could not be compared with {old.line.id}: {error}")
                continue
            self._queue(site, about(new), text)
            return
        if olds:
            since = olds[-1].line.started_at
            self._queue(site, about(new), digest.uncompared(new.line, since, self._settings.notify))
            return
        self._history.tell(site, about(new), (), None, self._clock())
        self._log.say(f"scan {new.line.id} is the first of this network: there is nothing to compare it with yet")

    def partly(self, site: str, entry: Entry) -> None:
        """Remember that a scan of the schedule's own could not ask everybody."""
        self._history.tell(site, f"{_PART}{entry.line.id}", (), None, self._clock())

    def was_partly(self, site: str, entry: Entry) -> bool:
        """Whether `entry` is one of which that is remembered."""
        return f"{_PART}{entry.line.id}" in self._history.told(site)

    def heartbeat(self, site: str) -> None:
        """Queue the monthly line, where nothing was said for a month, and scans were made in it and compared."""
        now = self._clock()
        since = self._history.last_told(site, now)
        if not (self._settings.notify.heartbeat and self._given and since and now - since >= QUIET):
            return
        told = self._history.told(site)
        lines = self._history.list(site, MOST_SCANS)
        made = [line for line in lines if f"{_SCAN}{line.id}" in told and since < line.started_at <= now]
        if made:
            text = digest.quiet(made, since, self._settings.notify)
            self._queue(site, f"{_QUIET}{now.astimezone():%Y-%m}", text)

    def away(self, site: str, last: datetime) -> None:
        """Queue the question whether the router was replaced, once for each time away, after a fortnight of it."""
        days = (self._clock() - last).days
        if days >= AWAY_DAYS and self._given:
            text = digest.away(site, last.astimezone().date(), days, self._settings.notify)
            self._queue(site, f"{AWAY}{last:%Y-%m-%d}", text)

    def back(self) -> None:
        """At home again, the question whether the router was replaced is none any more, where it still waits."""
        for message in self._history.waiting():
            if message.about.startswith(AWAY):
                self._history.readdress(message, (), "the computer is at home again")

    def send(self, only: str = "", at_home: Callable[[], bool] = nobody_asks) -> None:
        """Hand over what waits and whose time has come (`Handing.all`). Another run that is sending is left to it."""
        from filelock import FileLock, Timeout

        if not self._history.waiting():
            return
        folder = platformdirs.user_data_path("netguard", appauthor=False)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / "sending.lock", mode=0o600, timeout=0):
                self._handing.all(only, at_home)
        except Timeout:
            return
        except OSError as error:
            self._log.say(f"nothing is sent this time: {folder} cannot be written ({error.strerror})")

    def tidy(self) -> None:
        """Forget what was told long ago."""
        self._history.forget_told(self._clock() - KEPT)

    def _difference(self, site: str, old: Entry, new: Entry) -> Text | None:
        found = _compared.pair(self._history, old.line.id, new.line.id, site)
        rules = None if found.alike else loader.load(config.folder() / "rules")
        difference = _compared.between(self._history, rules, found, self._clock().astimezone())
        devices = [*found.old.devices, *found.new.devices]
        own = [d.mac for d in devices if d.mac is not None]
        radios = [b.bssid for scan in (found.old, found.new) for b in scan.wifi if b.bssid is not None]
        return digest.digest(
            difference,
            self._settings.notify,
            roles={key: d.role.value for d in devices for key in (*d.former_keys, d.key)},
            macs=map(str, (*own, *radios)),
        )

    def _queue(self, site: str, what: str, text: Text | None) -> None:
        to = (receiver.id for receiver in self._to) if text is not None else ()
        if self._history.tell(site, what, to, text, self._clock()) and text is not None and not self._given:
            self._log.say(f"{text.title} (nobody is to be told: netguard schedule install --notify URL)")


def about(entry: Entry) -> str:
    """What the history's note is about that says that `entry` was told."""
    return f"{_SCAN}{entry.line.id}"
