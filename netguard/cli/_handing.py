"""Handing over what waits in the outbox: each receiver its messages in the order of what they tell, and only from home.

A message is never told twice and never lost, but where nobody can know: who is stopped between the receiver's "taken" and
our own note of it, or hears no answer in time, cannot know whether it arrived. Then it is sent once more and says so, since
a lock that stands open and is told of twice does less harm than one that is told of never.
"""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from netguard.cli._schedule_log import Log
from netguard.history.store import History
from netguard.model.message import Message
from netguard.notify import sender, services
from netguard.notify.receivers import Receiver

PAUSES = (
    timedelta(0),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long to wait after so many failed tries: the next run tries again, later ones ever more rarely. A server that is
down for an hour costs nothing, one that is gone is not asked every hour for a fortnight."""

UNSURE_PAUSE = timedelta(hours=2)
"""How long to wait at least after a try of which no answer came: a server that hangs has mostly been mended by then, and
this try is the last that may end so."""

MAX_AGE = timedelta(days=14)
"""From this age on a message that still fails is given up, and that is said: what it tells of is in the history and in the
report, and a receiver that was silent for a fortnight needs its person, not one try more."""

LEAST_TRIES = 5
"""But not before so many tries: who was away for the fortnight has hardly tried."""

LEAST_DAYS = 3
"""And not before it failed on so many days at home: a server that is down, or an internet connection that is, is mended
within a day or two."""

ELSEWHERE = timedelta(minutes=10)
"""How long a message that another computer began to hand over is left to it: five times what one receiver may take."""

MOST_TITLES = 3
"""Titles of messages that were given up which the next one names; more would push its own news out of sight."""

AGAIN = "(You may have this already: when it was sent before, no answer came back.)"

Clock = Callable[[], datetime]
"""Gives an aware time."""


def nobody_asks() -> bool:
    """For what may leave from anywhere."""
    return True


class Handing:
    """Hands over what waits, for one run of the schedule."""

    def __init__(self, history: History, to: Iterable[Receiver], log: Log, clock: Clock) -> None:
        """Hand over to `to`, each of which has one target."""
        self._history = history
        self._to: Mapping[str, Receiver] = {receiver.id: receiver for receiver in to}
        self._log = log
        self._clock = clock
        self._host = platform.node()
        self._tried: set[int] = set()

    def all(self, only: str, at_home: Callable[[], bool]) -> None:
        """Hand over what waits and whose time has come, as long as `at_home` says so, which is asked before each.

        With `only` just what is about something that begins so. Of messages that failed in this run none is tried again.
        """
        self._settle()
        mine = [m for m in self._history.waiting() if m.about.startswith(only) and m.receiver in self._to]
        if not mine:
            return
        try:
            sender.need()
        except services.MissingError as error:
            self._log.say(f"{_wait(len(mine))}: {error}")
            return
        for receiver in dict.fromkeys(m.receiver for m in mine):
            if not self._in_order([m for m in mine if m.receiver == receiver], at_home):
                left = [m for m in self._history.waiting() if m.about.startswith(only)]
                self._log.say(f"no longer at home; {_wait(len(left))}")
                return

    def _in_order(self, queue: list[Message], at_home: Callable[[], bool]) -> bool:
        """Hand over `queue`, the oldest first, until one has to wait: what is newer never overtakes it. False: not at home."""
        for place, message in enumerate(queue):
            # News that came since is a reason to try at once what waits before it.
            pressing = message.tried_at is not None and any(m.made_at > message.tried_at for m in queue[place + 1 :])
            if message.number in self._tried or not is_due(message, self._host, self._clock(), pressing=pressing):
                return True
            if not at_home():
                return False
            self._tried.add(message.number)
            if not self._one(message):
                return True
        return True

    def _settle(self) -> None:
        """Give what waits for a receiver that was removed to those that are there now, unless it is too old for that."""
        for message in self._history.waiting():
            if message.receiver in self._to:
                continue
            if message.handing is not None and not is_due(message, self._host, self._clock()):
                continue  # another computer, with receivers of its own, has it in hand
            if self._clock() - message.made_at >= MAX_AGE:
                self._history.give_up(message, "its receiver was removed")
                self._log.say(
                    f"a message of {_day(message.made_at)} was for a receiver that was removed, and is given up:"
                    f" {message.text.title}"
                )
            elif self._to:
                others = self._history.readdress(message, self._to, "its receiver was removed")
                self._log.say(
                    f"a message about {message.about} was for a receiver that was removed"
                    + ("; it goes to those that are there now" if others else "; those that are there now have it")
                )

    def _one(self, message: Message) -> bool:
        """Hand `message` over; say whether it is the next one's turn."""
        taken = self._history.take(message, self._host, self._clock())
        if taken is None:
            return False
        receiver = self._to[message.receiver]
        lost = [m for m in self._history.lost() if m.receiver == message.receiver and not m.said]
        more = [*_titles(lost), *([AGAIN] if taken.unsure else [])]
        failure = sender.deliver(receiver, replace(message.text, body="\n".join((message.text.body, *more))))
        now = self._clock()
        if failure is None:
            self._history.delivered(taken, now, lost)
            self._log.say(f"sent to {receiver.label}: {message.text.title}")
            return True
        twice = failure.unsure and taken.unsure
        self._history.failed(taken, failure.why, now, unsure=failure.unsure)
        days = self._history.days_in_vain(taken)
        old = now - message.made_at >= MAX_AGE and taken.tries >= LEAST_TRIES and days >= LEAST_DAYS
        if twice or old:
            self._history.failed(taken, failure.why, now, unsure=failure.unsure, give_up=True)
        where = "what it told is in netguard history and netguard report"
        after = "it waits for the next run"
        if twice:
            after = f"it may have arrived, and is not sent a third time; {where}"
        elif old:
            after = f"it is given up after {taken.tries} tries on {days} days; {where}"
        elif failure.unsure:
            after = "it may have arrived, and is sent once more, which it will say"
        self._log.say(f"not sent to {receiver.label}: {failure.why}; {after}")
        return twice or old


def is_due(message: Message, host: str, now: datetime, *, pressing: bool = False) -> bool:
    """Whether `message` is to be tried `now` on the computer `host`, which is the only one there that sends.

    `pressing` when something newer waits for it.
    """
    if message.tried_at is None or now < message.tried_at:  # the clock was set back
        return True
    waited = now - message.tried_at
    if message.handing is not None:
        return message.handing == host or waited >= ELSEWHERE
    pause = PAUSES[min(message.tries, len(PAUSES)) - 1]
    if message.unsure:
        return waited >= max(pause, UNSURE_PAUSE)
    return pressing or waited >= pause


def _titles(lost: list[Message]) -> list[str]:
    """What the next message says of those that its receiver never got, or perhaps did."""
    told = [
        f"{'Perhaps never delivered' if m.unsure else 'Never delivered'}: {m.text.title} ({_day(m.made_at)})."
        for m in lost[-MOST_TITLES:]
    ]
    more = len(lost) - len(told)
    return [*told, f"And {more} more before these."] if more else told


def _day(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d}"


def _wait(number: int) -> str:
    return f"{number} {'message waits' if number == 1 else 'messages wait'}"
