"""One scan of a home at a time: a second one is refused politely, and the lock dies with whoever holds it.

The lock is the kernel's own on an open file (flock, or Windows' counterpart; filelock's adapter), so that no crash leaves
it behind. Who holds it stands in a file beside it: that may be old, and is read only while somebody does.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
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

READABLE = 0o644
"""Others' rights to the lock and the note: where they may enter the folder at all, they can lock it, too, and read who holds
it. There is a process's number and a time in them, and nothing else."""

MEMORY = ":memory:"
"""SQLite's name for a database that no other process sees (sqlite.org/inmemorydb.html): nobody else can save there."""


@contextmanager
def scanning(database: str, site: str) -> Iterator[None]:
    """Be the only one that scans `site` into the history at `database`, while the block runs.

    Who has the lock may take it again in the same thread. Raises `AlreadyScanningError`, with since when and which
    process, and `NetguardError` where another user's lock is there and cannot be asked. Where no lock can be kept beside
    the history it goes on with less, and says so.
    """
    places, problem = _places(database, site), None
    for place in places:
        try:
            hold, again = _taken(place, site)
        except OSError as error:
            problem = problem or error
            continue
        if problem is not None:
            click.echo(
                f"netguard: {places[0].parent} takes no lock ({_reason(problem)}), so only your own scans of {site} are"
                f" kept apart",
                err=True,
            )
        try:
            if not again:
                _write(_note(place))
            yield
        finally:
            if not again:
                with suppress(OSError):
                    _note(place).unlink()
            hold()
        return
    if problem is not None:
        click.echo(
            f"netguard: whether another scan of {site} is running cannot be told here ({_reason(problem)})", err=True
        )
    yield


def _taken(place: Path, site: str) -> tuple[Callable[[], object], bool]:
    """The lock at `place`: how to let go of it, and whether this process had it already.

    Raises `OSError` where none can be made there, and else as `scanning` does.
    """
    from filelock import FileLock, Timeout

    if place in _borrowed:
        return (lambda: None), True
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(place, mode=READABLE, is_singleton=True)
        again = lock.is_locked
        lock.acquire(blocking=False)
    except Timeout as error:
        raise AlreadyScanningError(_told(site, _read(_note(place)))) from error
    except OSError as error:
        if not os.path.lexists(place):
            raise
        # Whoever made it holds it, or did: another lock elsewhere would keep nobody out.
        return _borrow(place, site, error), False
    return lock.release, again


_borrowed: dict[Path, int] = {}
"""Other users' lock files that this process holds, with the open file of each."""


def _borrow(place: Path, site: str, problem: OSError) -> Callable[[], object]:
    """Lock the file at `place` without the right to write to it, which flock(2) does not ask for; how to let go of it.

    Raises as `scanning` does, with `problem` where the file may not be read either.
    """
    try:
        import fcntl  # not on Windows

        opened = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (ImportError, OSError):
        raise NetguardError(_cannot_be_asked(place, site, problem)) from problem
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(opened)
        if error.errno in {errno.EACCES, errno.EAGAIN}:
            raise AlreadyScanningError(_told(site, _read(_note(place)))) from error
        raise NetguardError(_cannot_be_asked(place, site, error)) from error
    _borrowed[place] = opened
    return lambda: os.close(_borrowed.pop(place))


def _cannot_be_asked(place: Path, site: str, problem: OSError) -> str:
    return (
        f"{place} keeps two scans of {site} apart, and it cannot be locked ({_reason(problem)}), so this one did not begin."
        f" Scan as the user whose file it is, or delete it while no scan is running."
    )


def _reason(problem: OSError) -> str:
    return problem.strerror or type(problem).__name__


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
    file = _resolved(Path(str(url.database)))
    elsewhere = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    return (file.with_name(f"{file.name}.{whose}.lock"), own / f"{elsewhere}.{whose}.lock")


def _resolved(path: Path) -> Path:
    """The file itself, by whatever symbolic links it is called."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle: Python before 3.13 raises either
        return path.absolute()


def _note(lock: Path) -> Path:
    return lock.with_suffix(".held")


def _write(note: Path) -> None:
    """Say who holds the lock. Where that cannot be written the lock holds all the same."""
    said = {"process": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    with suppress(NetguardError, OSError):
        _documents.write(note, json.dumps(said).encode())
        note.chmod(READABLE)


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
