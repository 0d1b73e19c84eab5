"""How often logins were tried, by device: kept for good, so that many scans together lock nobody out."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from netaddr import EUI
from sqlalchemy import Connection, delete, insert, select, update

from netguard.errors import HistoryError
from netguard.history.bundle import TriedLogins
from netguard.history.database import Database, in_memory
from netguard.history.tables import login_tries
from netguard.model import login
from netguard.model.login import Leave, Lock, Tried


class LoginLedger:
    """A `model.login.Ledger` in the database at `url`. Every method raises `HistoryError` when it cannot do its part.

    The database is opened for each of them and closed again: a scan may ask from any thread, and rarely does.
    """

    def __init__(self, url: str) -> None:
        """Use the database at `url`, which is made when there is none."""
        self._url = url

    def reserve(self, macs: Collection[EUI], family: str, lock: Lock, now: datetime) -> Leave:
        """Note, in one step that no other scan can come between, that as many tries as may be sent are sent now."""
        mac, alike = min(macs), {login.near(each) for each in macs}
        database = Database(self._url)
        try:
            with database.writing() as connection:
                database.one_at_a_time(connection)
                table = login_tries.c
                rows = connection.execute(select(table.mac, table.at, table.tries))
                before = (Tried(at=row.at, tries=row.tries) for row in rows if login.near(EUI(row.mac)) in alike)
                allowed = login.leave(lock, before, now)
                if allowed.tries == 0:
                    return allowed
                row = {"mac": text_of(mac), "family": family, "at": now, "tries": allowed.tries}
                made = connection.execute(insert(login_tries), row).inserted_primary_key
            if made is None:
                raise HistoryError(f"the history {database.name} did not say what it noted")
            return Leave(tries=allowed.tries, id=made[0])
        finally:
            database.close()

    def settle(self, reserved: Leave, used: int) -> None:
        """Give back what of `reserved` was not sent."""
        if reserved.id is None or used >= reserved.tries:
            return
        database = Database(self._url)
        try:
            with database.writing() as connection:
                here = login_tries.c.number == reserved.id
                if used > 0:
                    connection.execute(update(login_tries).where(here).values(tries=used))
                else:
                    connection.execute(delete(login_tries).where(here))
        finally:
            database.close()

    def tried(self, mac: EUI) -> tuple[Tried, ...]:
        """What was sent to `mac` so far, the oldest first."""
        database = Database(self._url)
        try:
            with database.reading() as connection:
                table = login_tries.c
                query = select(table.at, table.tries).where(table.mac == text_of(mac)).order_by(table.number)
                return tuple(Tried(at=row.at.astimezone(UTC), tries=row.tries) for row in connection.execute(query))
        finally:
            database.close()


def read_tries(connection: Connection, macs: Collection[str] | None, now: datetime) -> Iterator[TriedLogins]:
    """What was sent to devices (to those with one of `macs`) the oldest first.

    What is of the future is given as of now, as `model.login.leave` counts it: the clock was wrong then, or is by now.
    """
    query = select(login_tries).order_by(login_tries.c.number)
    for row in connection.execute(query):
        if macs is None or row.mac in macs:
            yield TriedLogins(mac=row.mac, family=row.family, at=min(row.at, now), tries=row.tries)


def add_tries(connection: Connection, tried: TriedLogins) -> int:
    """Count `tried` here, too, and say whether that is new: of the same scan the greater number counts, never both."""
    table = login_tries.c
    here = (table.mac == tried.mac) & (table.at == tried.at) & (table.family == tried.family)
    known = connection.execute(select(table.tries).where(here)).scalar()
    if known is None:
        row = {"mac": tried.mac, "family": tried.family, "at": tried.at, "tries": tried.tries}
        connection.execute(insert(login_tries), row)
        return 1
    if known < tried.tries:
        connection.execute(update(login_tries).where(here).values(tries=tried.tries))
    return 0


def ledger(url: str) -> LoginLedger | None:
    """The ledger in the database at `url`; null where that is kept in memory, where nothing would be counted."""
    return None if in_memory(url) else LoginLedger(url)


def carry_over(old: Path, url: str) -> bool:
    """Count in the history at `url` what the SQLite file `old` counts, and say whether it could be read; `old` stays as it is.

    For a copy that was put in its place: what was sent since the copy was made has not been unsent.
    """
    try:
        with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT mac, family, at, tries FROM login_tries").fetchall()
        tries = [
            TriedLogins(mac=mac, family=family, at=datetime.fromisoformat(at).replace(tzinfo=UTC), tries=tries)
            for mac, family, at, tries in rows
        ]
        tries = msgspec.convert([msgspec.to_builtins(each) for each in tries], list[TriedLogins])
    except (sqlite3.Error, ValueError, TypeError):
        return False
    database = Database(url)
    try:
        with database.writing() as connection:
            for each in tries:
                add_tries(connection, each)
    finally:
        database.close()
    return True


def text_of(mac: EUI) -> str:
    """How the ledger writes `mac`."""
    return str(mac).replace("-", ":").lower()
