"""Copies of an SQLite history: made whole, looked through, and put back. PostgreSQL has tools of its own for it."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netguard.errors import HistoryError
from netguard.history.tables import VERSIONS

EVERY = timedelta(days=7)
"""How old the copy may get: what is lost with a disk that breaks a file is a week of scans at most, and a copy of some
60 MB takes no longer than a save may (bench_history)."""

LEFT_BEHIND = timedelta(hours=1)
"""A copy that was begun so long ago is made by nobody any more: its maker was killed."""

PRIVATE_FILE = 0o600
"""What stands in a history tells a burglar about a home: nobody but its owner reads it, nor its copy."""

_BUSY_SECONDS = 10.0

_NEWEST = "SELECT id FROM scans ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a copy holds."""

    scans: int
    newest: str | None
    """The id of the scan that was saved last; null where there is none."""


class DamagedError(HistoryError):
    """What was to be copied is damaged. The message is the database's own."""


def copy_of(database: Path) -> Path:
    """Where the copy of `database` is: beside it, so that it is on a disk that is there whenever the history is."""
    return database.with_name(f"{database.name}.backup")


def made_at(database: Path) -> datetime | None:
    """When the copy of `database` was made, in UTC; null where there is none."""
    return written_at(copy_of(database))


def written_at(file: Path) -> datetime | None:
    """When `file` was written last, in UTC; null where there is none."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def copied(copy: Path) -> Copy | None:
    """What the file `copy` holds; null where there is none, or it is damaged or no history."""
    try:
        with closing(_opened(copy, "ro")) as connection:
            (scans,) = connection.execute("SELECT count(*) FROM scans").fetchone()
            newest = connection.execute(_NEWEST).fetchone()
    except sqlite3.Error:
        return None
    return Copy(scans=scans, newest=str(newest[0]) if newest is not None else None)


def of_another(database: Path, holds: Callable[[str], bool]) -> Copy | None:
    """What the copy beside `database` holds, where that is of a history that is not there: its newest scan is missing.

    `holds` tells whether the scan with an id is in the database.
    """
    there = copied(copy_of(database))
    return None if there is None or there.newest is None or holds(there.newest) else there


def is_due(database: Path, begun: datetime, now: datetime) -> bool:
    """Whether a copy should be made: the last one, or the history that began at `begun`, is `EVERY` old.

    A copy from the future tells of a clock that was set back, and is too old as well.
    """
    last = made_at(database)
    return now - begun >= EVERY if last is None else abs(now - last) >= EVERY


def make(database: Path, now: datetime, *, as_only_writer: bool = False) -> Path | None:
    """Copy `database` as it is now, and put the copy into the place of the last one when it is found to be whole.

    A last copy of another history, such as one that was lost, is kept: where, is given back. Others may go on reading and
    writing. One that is being made by another process is left to it; but `as_only_writer`, who holds the lock of the
    database and must have a copy, makes one in any case. Raises `DamagedError`, `sqlite3.Error` (no room, no rights) or
    `OSError`; then the last copy is as it was.
    """
    copy = copy_of(database)
    new = copy.with_name(f"{copy.name}.{'before' if as_only_writer else 'new'}")
    if as_only_writer:
        new.unlink(missing_ok=True)  # another only writer made it, who was killed
    if not _claimed(new):
        return None
    try:
        # Who only reads cannot clear away the log and its index when it closes as the last.
        with closing(_opened(database, "rw")) as source, closing(_opened(new, "rw")) as target:
            source.backup(target)
            _look_through(target)
            target.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
        _settle(new)
        kept = _kept_aside(copy, new, now)
        new.replace(copy)
        _settle(copy.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    return kept


def put_back(database: Path, now: datetime, copy: Path | None = None) -> Path | None:
    """Put the copy, or the file `copy`, into the place of `database`, and say where that is kept now; null for nowhere.

    Raises `HistoryError` when there is no copy or it is damaged, too, and `OSError`; then everything is as it was.
    """
    given, copy = copy, copy or copy_of(database)
    if given is not None and not given.is_file():
        raise HistoryError(f"there is no file {given}; nothing was changed")
    if not copy.exists():
        raise HistoryError(
            f"there is no copy of the history {database} to put back: one is made once a week, as {copy.name} beside it"
        )
    new = database.with_name(f"{database.name}.restored")
    try:
        with _good(copy):
            os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE))
            shutil.copyfile(copy, new)
        _settle(new)
        aside = _free(f"{database}.damaged-{now:%Y%m%d-%H%M%S}")
        # The log goes first: beside another database it would be taken for that one's.
        for tail in ("-wal", "-shm", ""):
            there = Path(f"{database}{tail}")
            if there.exists():
                there.replace(f"{aside}{tail}")
        new.replace(database)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    _settle(database.parent)
    return aside if aside.exists() else None


def is_good(database: Path) -> bool:
    """Whether `database` can be read from its first page to its last, and is a history."""
    try:
        with _good(database):
            return True
    except HistoryError:
        return False


@contextmanager
def _good(database: Path) -> Iterator[None]:
    """Raise `HistoryError` unless `database` is a whole history."""
    try:
        with closing(_opened(database, "ro")) as connection:
            _look_through(connection)
            connection.execute(f"SELECT version_num FROM {VERSIONS}").fetchone()  # noqa: S608 - a name of our own
    except sqlite3.Error as error:
        raise HistoryError(f"{database} is damaged, too, or no history: {error}; nothing was changed") from error
    except DamagedError as error:
        raise HistoryError(f"{database} is damaged, too: {error}; nothing was changed") from error
    yield


def _opened(database: Path, mode: str) -> sqlite3.Connection:
    address = f"{database.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _look_through(connection: sqlite3.Connection) -> None:
    """Read every page. Raises `DamagedError` (or `sqlite3.DatabaseError`, where it is too damaged for that)."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DamagedError(" ".join(str(found).split()))


def _claimed(new: Path) -> bool:
    """Make the file for a new copy, for its owner only; false when another process is just filling it."""
    for _ in range(2):
        try:
            os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        except FileExistsError:
            begun = datetime.fromtimestamp(new.stat().st_mtime, UTC)
            if abs(datetime.now(UTC) - begun) < LEFT_BEHIND:
                return False
            new.unlink(missing_ok=True)
        else:
            return True
    return False


def _kept_aside(copy: Path, new: Path, now: datetime) -> Path | None:
    """Move `copy` out of the way of `new` when it is of another history, and say where to; a damaged one is worth nothing."""
    last = copied(copy)
    if last is None or last.newest is None:
        return None
    with closing(_opened(new, "ro")) as connection:
        if connection.execute("SELECT 1 FROM scans WHERE id = ?", (last.newest,)).fetchone() is not None:
            return None
    aside = _free(f"{copy}-{now:%Y%m%d}")
    copy.replace(aside)
    return aside


def _free(base: str) -> Path:
    """`base`, or a name that begins so, which nothing has."""
    names = (Path(base if not number else f"{base}-{number}") for number in range(1000))
    return next(name for name in names if not name.exists())


def _settle(path: Path) -> None:
    """Wait until `path`, a file or a folder, is on the disk; folders only where the system knows how."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
