"""Telling what a scan found: into the outbox first, in one step with the note that it was told, and out of it after.

A message is never told twice and never lost, but for one moment: who is stopped between the receiver's "taken" and our own
note of it cannot know whether it arrived. Then it is sent once more and says so, since a lock that stands open and is
told of twice does less harm than one that is told of never.
"""

import platform
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import platformdirs

from netguard import config
from netguard.cli import _compared
from netguard.cli._schedule_log import Log
from netguard.errors import DocumentError, NothingEarlierError
from netguard.history.store import History
from netguard.model.message import Message, Text
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Ended
from netguard.notify import digest, receivers, sender
from netguard.rules import loader

PAUSES = (
    timedelta(0),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long to wait after so many failed tries: the next run tries again, later ones ever more rarely. A server that is
down for an hour costs nothing, one that is gone is not asked every hour for a fortnight."""

MAX_AGE = timedelta(days=14)
"""After so long a message that still fails is given up, and that is said: what it tells of is in the history and in the
report, and a receiver that was silent for a fortnight needs its person, not one try more."""

ELSEWHERE = timedelta(minutes=10)
"""How long a message that another computer began to hand over is left to it: five times what one receiver may take."""

QUIET = timedelta(days=30)
"""Silence after which the heartbeat comes."""

AWAY_DAYS = 14
"""Days without home after which one message asks whether the router was replaced: longer than most journeys."""

KEPT = timedelta(days=400)
"""How long what was told is remembered: a year and a month, so that nothing yearly is told twice."""

MOST_SCANS = 1000
"""Scans counted for a heartbeat: a month of hourly ones has 744."""

AGAIN = "(You may have this already: the computer was stopped while it was being sent.)"

Clock = Callable[[], datetime]
"""Gives an aware time."""

AWAY = "away "
_SCAN = "scan "
_QUIET = "quiet "


class Teller:
    """Tells the receivers of one person, for one run of the schedule."""

    def __init__(
        self, history: History, settings: config.Config, to: Iterable[receivers.Receiver], log: Log, clock: Clock
    ) -> None:
        """Tell `to` what `settings` allow."""
        self._history = history
        self._settings = settings
        self._to = {receiver.id: receiver for receiver in to}
        self._log = log
        self._clock = clock
        self._tried: set[int] = set()

    def begin(self, site: str, entries: Iterable[Entry]) -> None:
        """Where nothing was ever told of a network of `site`: what its newest scan found is old, and told to nobody."""
        told = self._history.told(site)
        places: dict[object, list[Entry]] = {}
        for entry in entries:
            places.setdefault((entry.line.prefix, entry.summary.gateway), []).append(entry)
        for there in places.values():
            if not any(_about(entry) in told for entry in there):
                self._history.tell(site, _about(there[-1]), (), None, self._clock())

    def scans(self, site: str, entries: tuple[Entry, ...]) -> None:
        """Queue what the newest of `entries` (of one place, oldest first) has that the newest told one had not."""
        told = self._history.told(site)
        if not entries or _about(entries[-1]) in told:
            return
        before = entries[:-1]
        for old in reversed([e for e in before if _about(e) in told] or before):
            try:
                text = self._difference(site, old, entries[-1])
            except (DocumentError, NothingEarlierError) as error:
                self._log.say(f"scan {entries[-1].line.id} could not be compared with {old.line.id}: {error}")
                continue
            self._queue(site, _about(entries[-1]), text)
            return
        self._history.tell(site, _about(entries[-1]), (), None, self._clock())
        self._log.say(
            f"scan {entries[-1].line.id} is the first of this network: there is nothing to compare it with yet"
        )

    def heartbeat(self, site: str) -> None:
        """Queue the monthly line, where nothing was said for a month and scans were made in it."""
        since = self._history.last_told(site)
        if not (self._settings.notify.heartbeat and self._to and since and self._clock() - since >= QUIET):
            return
        lines = self._history.list(site, MOST_SCANS)
        made = [line for line in lines if line.ended is Ended.FINISHED and line.started_at > since]
        if made:
            text = digest.quiet(
                site,
                len(made),
                since.astimezone().date(),
                made[0].grade,
                made[0].failing,
                self._settings.notify,
                self._remarks(site),
            )
            self._queue(site, f"{_QUIET}{self._clock().astimezone():%Y-%m}", text)

    def away(self, site: str, last: datetime) -> None:
        """Queue the question whether the router was replaced, once for each time away, after a fortnight of it."""
        days = (self._clock() - last).days
        if days >= AWAY_DAYS and self._to:
            text = digest.away(site, last.astimezone().date(), days, self._settings.notify)
            self._queue(site, f"{AWAY}{last:%Y-%m-%d}", text)

    def send(self, only: str = "") -> None:
        """Hand over what waits and whose time has come; of messages that failed in this run none again.

        With `only` just what is about something that begins so. Another run that is sending is left to it.
        """
        from filelock import FileLock, Timeout

        folder = platformdirs.user_data_path("netguard", appauthor=False)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / "sending.lock", mode=0o600, timeout=0):
                self._all(only)
        except Timeout:
            return
        except OSError as error:
            self._log.say(f"nothing is sent this time: {folder} cannot be written ({error.strerror})")

    def tidy(self) -> None:
        """Forget what was told long ago."""
        self._history.forget_told(self._clock() - KEPT)

    def _all(self, only: str) -> None:
        while mine := [m for m in self._history.waiting() if m.number not in self._tried and m.about.startswith(only)]:
            try:
                sender.need()
            except sender.MissingError as error:
                self._log.say(f"{_messages(len(mine))} {'waits' if len(mine) == 1 else 'wait'}: {error}")
                return
            for message in mine:
                self._tried.add(message.number)
                self._one(message)

    def _one(self, message: Message) -> None:
        receiver = self._to.get(message.receiver)
        if receiver is None:
            others = self._history.readdress(message, self._to, "its receiver was removed")
            self._log.say(
                f"a message about {message.about} was for a receiver that was removed"
                + ("; it goes to those that are there now" if others else ", and is not sent")
            )
            return
        host = platform.node()
        if not is_due(message, host, self._clock()):
            return
        taken = self._history.take(message, host, self._clock())
        if taken is None:
            return
        text = message.text
        if message.handing is not None:
            text = replace(text, body=f"{text.body}\n{AGAIN}")
        problem = sender.deliver(receiver, text)
        if problem is None:
            self._history.delivered(taken, self._clock())
            self._log.say(f"sent to {receiver.label}: {text.title}")
            return
        give_up = self._clock() - message.made_at >= MAX_AGE
        self._history.failed(taken, problem, give_up=give_up)
        after = (
            f"it is given up after {_messages(taken.tries, 'try', 'tries')} in {MAX_AGE.days} days; what it told is in"
            f" netguard history and netguard report"
            if give_up
            else "it waits for the next run"
        )
        self._log.say(f"not sent to {receiver.label}: {problem}; {after}")

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
            remarks=self._remarks(site),
        )

    def _remarks(self, site: str) -> tuple[str, ...]:
        """That messages were lost since the last one: who gets this one should not think that it was the only one."""
        since = self._history.last_told(site)
        lost = [m for m in self._history.lost() if m.tried_at is not None and (since is None or m.tried_at >= since)]
        return (f"{_messages(len(lost))} before this one could not be delivered.",) if lost else ()

    def _queue(self, site: str, about: str, text: Text | None) -> None:
        if self._history.tell(site, about, self._to, text, self._clock()) and text is not None and not self._to:
            self._log.say(f"{text.title} (nobody is to be told: netguard schedule install --notify URL)")


def is_due(message: Message, host: str, now: datetime) -> bool:
    """Whether `message` is to be tried `now` on the computer `host`, which is the only one there that sends."""
    if message.tried_at is None or now < message.tried_at:  # the clock was set back
        return True
    waited = now - message.tried_at
    if message.handing is not None:
        return message.handing == host or waited >= ELSEWHERE
    return waited >= PAUSES[min(message.tries, len(PAUSES)) - 1]


def _about(entry: Entry) -> str:
    return f"{_SCAN}{entry.line.id}"


def _messages(number: int, one: str = "message", more: str = "messages") -> str:
    return f"{number} {one if number == 1 else more}"
