"""Copies of an SQLite history: made whole, looked through, and put back. PostgreSQL has tools of its own for it."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


class DamagedError(HistoryError):
    """What was to be copied is damaged. The message is the database's own."""


def copy_of(database: Path) -> Path:
    """Where the copy of `database` is: beside it, so that it is on a disk that is there whenever the history is."""
    return database.with_name(f"{database.name}.backup")


def made_at(database: Path) -> datetime | None:
    """When the copy of `database` was made, in UTC; null where there is none."""
    try:
        return datetime.fromtimestamp(copy_of(database).stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def is_due(database: Path, begun: datetime, now: datetime) -> bool:
    """Whether a copy should be made: the last one, or the history that began at `begun`, is `EVERY` old.

    A copy from the future tells of a clock that was set back, and is too old as well.
    """
    last = made_at(database)
    return now - begun >= EVERY if last is None else abs(now - last) >= EVERY


def make(database: Path) -> None:
    """Copy `database` as it is now, and put the copy into the place of the last one when it is found to be whole.

    Others may go on reading and writing. One that is being made by another process is left to it. Raises
    `DamagedError`, `sqlite3.Error` (no room, no rights) or `OSError`; then the last copy is as it was.
    """
    copy = copy_of(database)
    new = copy.with_name(f"{copy.name}.new")
    if not _claimed(new):
        return
    try:
        # Who only reads cannot clear away the log and its index when it closes as the last.
        with closing(_opened(database, "rw")) as source, closing(_opened(new, "rw")) as target:
            source.backup(target)
            _look_through(target)
            target.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
        _settle(new)
        new.replace(copy)
        _settle(copy.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def put_back(database: Path, now: datetime) -> Path | None:
    """Put the copy into the place of `database`, and say where that is kept now; null where there was none.

    Raises `HistoryError` when there is no copy or it is damaged, too, and `OSError`; then everything is as it was.
    """
    copy = copy_of(database)
    if not copy.exists():
        raise HistoryError(
            f"there is no copy of the history {database} to put back: one is made once a week, as {copy.name} beside it"
        )
    with _good(copy):
        new = database.with_name(f"{database.name}.restored")
        os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE))
        shutil.copyfile(copy, new)
    _settle(new)
    aside = _free(database, now)
    # The log goes first: beside another database it would be taken for that one's.
    for tail in ("-wal", "-shm", ""):
        there = Path(f"{database}{tail}")
        if there.exists():
            there.replace(f"{aside}{tail}")
    new.replace(database)
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


def _free(database: Path, now: datetime) -> Path:
    """A name beside `database` that nothing has."""
    base = f"{database}.damaged-{now:%Y%m%d-%H%M%S}"
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
