"""The history's memory of messages: kept before they are sent and as sent, so that none is lost or told twice.

A row stands for one message to one receiver; what it is about, whose it is and who gets it is unique together. One row
more, whose receiver is empty, says that something was told of, to however many: it is written in the same step as
the messages, so that they are there together or not at all.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from netguard.history.database import Database
from netguard.history.tables import notifications
from netguard.model.message import GIVEN_UP, HANDING, Message, Text
from netguard.model.observation import clean

MARK = ""
"""The receiver of the row that says what was told of."""

AT_HOME = "home"
"""What the row is about whose `tried_at` is when the site's network was last recognised."""

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

    def last_told(self, site: str) -> datetime | None:
        """When something was last said of `site`; where nothing ever was, when telling began. Null before that."""
        with self._database.reading() as connection:
            here = (_ROW.site == site) & (_ROW.receiver == MARK) & (_ROW.about != AT_HOME)
            said = select(func.max(_ROW.made_at)).where(here & (_ROW.title != ""))
            last: datetime | None = connection.execute(said).scalar()
            if last is None:
                last = connection.execute(select(func.min(_ROW.made_at)).where(here)).scalar()
            return last

    def waiting(self) -> tuple[Message, ...]:
        """Messages that have yet to be delivered, of all sites, the oldest first; what was given up is not among them."""
        return tuple(m for m in self._undelivered() if not m.given_up)

    def lost(self) -> tuple[Message, ...]:
        """Messages that were given up, of all sites, the oldest first."""
        return tuple(m for m in self._undelivered() if m.given_up)

    def take(self, message: Message, host: str, now: datetime) -> Message | None:
        """Note that `host` begins to hand `message` over. Null where another run took it since it was read."""
        as_read = (_ROW.number == message.number) & (_ROW.tries == message.tries) & _ROW.sent_at.is_(None)
        values = {"tries": message.tries + 1, "tried_at": now, "problem": f"{HANDING}{clean(host, MAX_PROBLEM)}"}
        with self._database.writing() as connection:
            if not connection.execute(update(notifications).where(as_read).values(**values)).rowcount:
                return None
            row = connection.execute(select(notifications).where(_ROW.number == message.number)).one()
            return _message(row)

    def delivered(self, message: Message, now: datetime) -> None:
        """Note that its receiver has `message`."""
        self._note(message, sent_at=now, problem=None)

    def failed(self, message: Message, problem: str, *, give_up: bool = False) -> None:
        """Note why `message` did not reach its receiver; with `give_up` it is not tried again."""
        self._note(message, problem=(GIVEN_UP if give_up else "") + clean(problem, MAX_PROBLEM))

    def readdress(self, message: Message, receivers: Iterable[str], why: str) -> bool:
        """Give `message`, whose receiver is no longer one, to those of `receivers` that were not told of the same.

        Says whether anybody takes its place. It itself is given up, for the reason `why`.
        """
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            taken = [
                r
                for r in receivers
                if _added(connection, message.site, message.about, r, message.text, message.made_at)
            ]
            values = {"problem": f"{GIVEN_UP}{clean(why, MAX_PROBLEM)}"}
            connection.execute(update(notifications).where(_ROW.number == message.number).values(**values))
            return bool(taken)

    def at_home(self, site: str, now: datetime) -> None:
        """Remember that the network of `site` was recognised `now`."""
        here = (_ROW.site == site) & (_ROW.about == AT_HOME) & (_ROW.receiver == MARK)
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            if not connection.execute(update(notifications).where(here).values(tried_at=now)).rowcount:
                _added(connection, site, AT_HOME, MARK, NOTHING, now, tried_at=now)

    def last_at_home(self, site: str) -> datetime | None:
        """When the network of `site` was last recognised; null where it never was."""
        here = (_ROW.site == site) & (_ROW.about == AT_HOME) & (_ROW.receiver == MARK)
        with self._database.reading() as connection:
            when: datetime | None = connection.execute(select(_ROW.tried_at).where(here)).scalar()
            return when

    def forget_told(self, before: datetime) -> None:
        """Take out what was told of, delivered or given up before then; the network's last time at home stays."""
        done = _ROW.sent_at.is_not(None) | (_ROW.receiver == MARK) | _ROW.problem.startswith(GIVEN_UP, autoescape=True)
        with self._database.writing() as connection:
            connection.execute(delete(notifications).where((_ROW.made_at < before) & (_ROW.about != AT_HOME) & done))

    def _undelivered(self) -> tuple[Message, ...]:
        query = select(notifications).where((_ROW.receiver != MARK) & _ROW.sent_at.is_(None)).order_by(_ROW.number)
        with self._database.reading() as connection:
            return tuple(map(_message, connection.execute(query)))

    def _note(self, message: Message, **values: Any) -> None:
        """Only the run that took it notes how it ended: `tries` tells."""
        mine = (_ROW.number == message.number) & (_ROW.tries == message.tries) & _ROW.sent_at.is_(None)
        with self._database.writing() as connection:
            connection.execute(update(notifications).where(mine).values(**values))


def _added(
    connection: Connection,
    site: str,
    about: str,
    receiver: str,
    text: Text,
    now: datetime,
    tried_at: datetime | None = None,
) -> bool:
    """Add one row, unless there is one; whoever writes, writes alone (`Database.one_at_a_time`)."""
    here = (_ROW.site == site) & (_ROW.about == about) & (_ROW.receiver == receiver)
    if connection.execute(select(_ROW.number).where(here)).first() is not None:
        return False
    row = {"site": site, "about": about, "receiver": receiver, "title": text.title, "body": text.body}
    connection.execute(insert(notifications), row | {"made_at": now, "tries": 0, "tried_at": tried_at})
    return True


def _message(row: Row[Any]) -> Message:
    values = row._asdict()
    text = Text(title=values.pop("title"), body=values.pop("body"))
    return Message(text=text, **values)
