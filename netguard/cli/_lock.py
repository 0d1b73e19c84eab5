"""One scan of a home at a time: a second one is refused politely, and the lock dies with whoever holds it.

The lock is the kernel's own on an open file (flock, or Windows' counterpart; filelock's adapter), so that no crash leaves
it behind. Who holds it stands in a file beside it: that may be old, and is read only while somebody does.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import platformdirs
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from netguard.cli import _documents
from netguard.errors import AlreadyScanningError, NetguardError

MAX_NOTE = 4096
"""Bytes read of the note that says who holds the lock: it is three lines; stops a file that somebody else put there."""

MEMORY = ":memory:"
"""SQLite's name for a database that no other process sees (sqlite.org/inmemorydb.html): nobody else can save there."""


@contextmanager
def scanning(database: str, site: str) -> Iterator[None]:
    """Be the only one that scans `site` into the history at `database`, while the block runs.

    Who has the lock may take it again in the same thread. Raises `AlreadyScanningError`, with since when and which
    process. Where no lock can be kept it goes on, and says so.
    """
    from filelock import FileLock, Timeout

    problem: OSError | None = None
    for place in _places(database, site):
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(place, mode=0o600, is_singleton=True)
            again = lock.is_locked
            lock.acquire(blocking=False)
        except Timeout as error:
            raise AlreadyScanningError(_told(site, _read(_note(place)))) from error
        except OSError as error:
            problem = error
            continue
        try:
            if not again:
                _write(_note(place))
            yield
        finally:
            if not again:
                with suppress(OSError):
                    _note(place).unlink()
            lock.release()
        return
    if problem is not None:
        reason = problem.strerror or type(problem).__name__
        click.echo(f"netguard: whether another scan of {site} is running cannot be told here ({reason})", err=True)
    yield


def _places(database: str, site: str) -> tuple[Path, ...]:
    """Where the lock may be, best first: beside the database, where everybody who uses it finds it; else the person's own."""
    whose = re.sub(r"[^\w-]+", "-", site).strip("-")[:40] or "home"
    whose += "-" + hashlib.sha256(site.encode()).hexdigest()[:8]
    own = Path(platformdirs.user_data_dir("netguard", appauthor=False))
    try:
        url = make_url(database)
    except ArgumentError:
        return ()
    if url.get_backend_name() != "sqlite":
        # Without the password: it may be another one tomorrow, and the history the same.
        name = url.set(password=None, query={}).render_as_string()
        return (own / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.{whose}.lock",)
    if url.database in {None, "", MEMORY}:
        return ()
    file = Path(str(url.database)).absolute()
    elsewhere = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    return (file.with_name(f"{file.name}.{whose}.lock"), own / f"{elsewhere}.{whose}.lock")


def _note(lock: Path) -> Path:
    return lock.with_suffix(".held")


def _write(note: Path) -> None:
    """Say who holds the lock. Where that cannot be written the lock holds all the same."""
    said = {"process": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    with suppress(NetguardError):
        _documents.write(note, json.dumps(said).encode())


def _read(note: Path) -> tuple[int, datetime] | None:
    """Who holds the lock and since when; null where that is not to be read."""
    try:
        with note.open("rb") as file:
            said = json.loads(file.read(MAX_NOTE))
        return int(said["process"]), datetime.fromisoformat(said["since"]).astimezone()
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _told(site: str, holder: tuple[int, datetime] | None) -> str:
    who = ""
    if holder is not None:
        process, since = holder
        who = f" since {since:%Y-%m-%d %H:%M} (process {process})"
    return f"another scan of {site} is running{who}, so this one did not begin. Scan again when that has ended."
