"""The history's memory of messages: kept before they are sent and as sent, so that none is lost or told twice.

A row stands for one message to one receiver; what it is about, whose it is and who gets it is unique together. One row
more, whose receiver is empty, says that something was told of, to however many: it is written in the same step as
the messages, so that they are there together or not at all. And one row a day says that a message was tried in vain on it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from netguard.history.database import Database
from netguard.history.tables import notifications
from netguard.model.message import GIVEN_UP, HANDING, PASSED_ON, SAID, UNSURE, Message, Text
from netguard.model.observation import clean

MARK = ""
"""The receiver of the row that says what was told of."""

AT_HOME = "home"
"""What the row is about whose `tried_at` is when the site's network was last recognised."""

IN_VAIN = "failed "
"""What the row is about that says that a message failed on a day; the day follows, and what the message is about."""

MAX_PROBLEM = 300
"""Characters kept of why a try failed; a server's answer is part of it."""

NOTHING = Text(title="", body="")
"""What a mark says of something that made no message."""

_ROW = notifications.c


class Outbox:
    """The part of `History` that remembers messages. Raises `HistoryError` when it cannot. Times are aware."""

    _database: Database

    def tell(self, site: str, about: str, receivers: Iterable[str], text: Text | None, now: datetime) -> bool:
        """Queue `text` for each of `receivers`, in one step with the mark that `about` was told; null queues nothing.

        False, and nothing is done, where that mark was there: then another run told of it.
        """
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            if not _added(connection, site, about, MARK, text or NOTHING, now):
                return False
            for receiver in dict.fromkeys(receivers) if text is not None else ():
                _added(connection, site, about, receiver, text or NOTHING, now)
            return True

    def told(self, site: str) -> frozenset[str]:
        """Everything of `site` that was told of, or found to be nothing to tell."""
        with self._database.reading() as connection:
            here = (_ROW.site == site) & (_ROW.receiver == MARK) & (_ROW.about != AT_HOME)
            return frozenset(connection.execute(select(_ROW.about).where(here)).scalars())

    def last_told(self, site: str, now: datetime) -> datetime | None:
        """When something was last said of `site`; where nothing ever was, when telling began. Null before that.

        What says that it was later than `now` was written while the clock was ahead, and counts for nothing.
        """
        with self._database.reading() as connection:
            here = (_ROW.site == site) & (_ROW.receiver == MARK) & (_ROW.about != AT_HOME) & (_ROW.made_at <= now)
            said = select(func.max(_ROW.made_at)).where(here & (_ROW.title != ""))
            last: datetime | None = connection.execute(said).scalar()
            if last is None:
                last = connection.execute(select(func.min(_ROW.made_at)).where(here)).scalar()
            return last

    def waiting(self) -> tuple[Message, ...]:
        """Messages that have yet to be delivered, of all sites, in the order in which they were told, whatever the clock said.

        What was given up or passed on is not among them.
        """
        return tuple(m for m in self._undelivered() if not (m.given_up or m.passed_on))

    def lost(self) -> tuple[Message, ...]:
        """Messages that were given up, of all sites, the oldest first."""
        return tuple(m for m in self._undelivered() if m.given_up)

    def take(self, message: Message, host: str, now: datetime) -> Message | None:
        """Note that `host` begins to hand `message` over. Null where another run took it since it was read.

        From one that was taken before, and of which nobody noted how that ended, it is known no more whether it arrived.
        """
        as_read = (_ROW.number == message.number) & (_ROW.tries == message.tries) & _ROW.sent_at.is_(None)
        begun = (UNSURE if message.unsure or message.handing is not None else "") + HANDING + clean(host, MAX_PROBLEM)
        values = {"tries": message.tries + 1, "tried_at": now, "problem": begun}
        with self._database.writing() as connection:
            if not connection.execute(update(notifications).where(as_read).values(**values)).rowcount:
                return None
            row = connection.execute(select(notifications).where(_ROW.number == message.number)).one()
            return _message(row)

    def delivered(self, message: Message, now: datetime, said: Iterable[Message] = ()) -> None:
        """Note that its receiver has `message`, and in it read of those in `said` that they were given up."""
        with self._database.writing() as connection:
            _note(connection, message, sent_at=now, problem=None)
            connection.execute(delete(notifications).where(_in_vain(message)))
            for lost in said:
                told = f"{GIVEN_UP}{SAID}{UNSURE if lost.unsure else ''}{lost.why}"
                connection.execute(
                    update(notifications).where(_ROW.number == lost.number).values(problem=told[: MAX_PROBLEM * 2])
                )

    def failed(
        self, message: Message, problem: str, now: datetime, *, unsure: bool = False, give_up: bool = False
    ) -> None:
        """Note why `message` did not reach its receiver, or, with `unsure`, why that is not known.

        With `give_up` it is not tried again. That it may have arrived stays noted, whatever later tries bring.
        """
        state = (GIVEN_UP if give_up else "") + (UNSURE if unsure or message.unsure else "")
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            _note(connection, message, problem=state + clean(problem, MAX_PROBLEM))
            about = f"{IN_VAIN}{now:%Y-%m-%d} {message.about}"
            _added(connection, message.site, about, message.receiver, NOTHING, now, sent_at=now)

    def days_in_vain(self, message: Message) -> int:
        """On how many days `message` was tried and did not arrive."""
        with self._database.reading() as connection:
            found = select(func.count()).select_from(notifications).where(_in_vain(message))
            return int(connection.execute(found).scalar_one())

    def give_up(self, message: Message, why: str) -> None:
        """Note that `message` is not tried again, for the reason `why`."""
        with self._database.writing() as connection:
            _note(connection, message, problem=f"{GIVEN_UP}{clean(why, MAX_PROBLEM)}")

    def readdress(self, message: Message, receivers: Iterable[str], why: str) -> bool:
        """Give `message`, whose receiver is no longer one, to those of `receivers` that were not told of the same.

        Says whether anybody takes its place. It itself is passed on, for the reason `why`, which is no loss.
        """
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            taken = [
                r
                for r in receivers
                if _added(connection, message.site, message.about, r, message.text, message.made_at)
            ]
            values = {"problem": f"{PASSED_ON}{clean(why, MAX_PROBLEM)}"}
            connection.execute(update(notifications).where(_ROW.number == message.number).values(**values))
            return bool(taken)

    def at_home(self, site: str, now: datetime) -> None:
        """Remember that the network of `site` was recognised `now`."""
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            note_at_home(connection, site, now)

    def last_at_home(self, site: str) -> datetime | None:
        """When the network of `site` was last recognised; null where it never was."""
        here = (_ROW.site == site) & (_ROW.about == AT_HOME) & (_ROW.receiver == MARK)
        with self._database.reading() as connection:
            when: datetime | None = connection.execute(select(_ROW.tried_at).where(here)).scalar()
            return when

    def forget_told(self, before: datetime) -> None:
        """Take out what was told of, delivered, given up or passed on before then; the last time at home stays."""
        over = [_ROW.problem.startswith(start, autoescape=True) for start in (GIVEN_UP, PASSED_ON)]
        done = _ROW.sent_at.is_not(None) | (_ROW.receiver == MARK) | over[0] | over[1]
        with self._database.writing() as connection:
            connection.execute(delete(notifications).where((_ROW.made_at < before) & (_ROW.about != AT_HOME) & done))

    def _undelivered(self) -> tuple[Message, ...]:
        """In the order of their marks: a message to somebody who became a receiver later is no newer for that."""
        mark = notifications.alias("mark")
        same = (mark.c.site == _ROW.site) & (mark.c.about == _ROW.about) & (mark.c.receiver == MARK)
        told = select(func.min(mark.c.number)).where(same).scalar_subquery()
        query = select(notifications).where((_ROW.receiver != MARK) & _ROW.sent_at.is_(None))
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(func.coalesce(told, _ROW.number), _ROW.number))
            return tuple(map(_message, found))


def note_at_home(connection: Connection, site: str, now: datetime) -> None:
    """Remember, as part of what `connection` writes alone, that the network of `site` was recognised `now`."""
    here = (_ROW.site == site) & (_ROW.about == AT_HOME) & (_ROW.receiver == MARK)
    if not connection.execute(update(notifications).where(here).values(tried_at=now)).rowcount:
        _added(connection, site, AT_HOME, MARK, NOTHING, now, tried_at=now)


def _note(connection: Connection, message: Message, **values: Any) -> None:
    """Only the run that took it notes how it ended: `tries` tells."""
    mine = (_ROW.number == message.number) & (_ROW.tries == message.tries) & _ROW.sent_at.is_(None)
    connection.execute(update(notifications).where(mine).values(**values))


def _in_vain(message: Message) -> ColumnElement[bool]:
    """The rows that say on which days `message` failed."""
    of_it = _ROW.about.startswith(IN_VAIN, autoescape=True) & _ROW.about.endswith(f" {message.about}", autoescape=True)
    return (_ROW.site == message.site) & (_ROW.receiver == message.receiver) & of_it


def _added(
    connection: Connection, site: str, about: str, receiver: str, text: Text, now: datetime, **more: datetime
) -> bool:
    """Add one row, unless there is one; whoever writes, writes alone (`Database.one_at_a_time`)."""
    here = (_ROW.site == site) & (_ROW.about == about) & (_ROW.receiver == receiver)
    if connection.execute(select(_ROW.number).where(here)).first() is not None:
        return False
    row: dict[str, Any] = {"site": site, "about": about, "receiver": receiver, "title": text.title, "body": text.body}
    connection.execute(insert(notifications), row | {"made_at": now, "tries": 0} | more)
    return True


def _message(row: Row[Any]) -> Message:
    values = row._asdict()
    text = Text(title=values.pop("title"), body=values.pop("body"))
    return Message(text=text, **values)
