"""`last scan 23 days ago`: a word from any command, when nobody has looked for a while.

Read by Python's own sqlite3, so that a command which needs no history does not load what opens one. Whatever is wrong
with the database is told by the commands that need it, and never by this one.
"""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

QUIET_DAYS = 7
"""Days without a scan that nobody is told of: a week, as often as a home is usually scanned by itself."""

BUSY_SECONDS = 0.2
"""Longest wait for a netguard that is writing: this is not worth more of anybody's time."""

SILENT = frozenset({"scan", "schedule", "schema", "completion", "demo", "setup"})
"""Commands before which nothing is said: they scan, they tell of it themselves, or their output is for programs."""

_WORDS_OF_SILENCE = frozenset({"-h", "--help", "-q", "--quiet"})
_OPTION = "--database"
_URL = "sqlite:///"


def tell(command: str | None, arguments: Sequence[str]) -> None:
    """Say on standard error how long ago the last finished scan was, where that is more than `QUIET_DAYS` ago."""
    if command is None or command in SILENT or not _WORDS_OF_SILENCE.isdisjoint(arguments):
        return
    path = _path(arguments)
    last = None if path is None else last_scan(path)
    if last is None:
        return
    days = (datetime.now(UTC) - last) // timedelta(days=1)
    if days > QUIET_DAYS:
        click.echo(f"netguard: last scan {days} days ago; `netguard scan` looks again", err=True)


def last_scan(path: Path) -> datetime | None:
    """When the newest finished scan in the SQLite database at `path` ended; null where there is none, or it cannot be read."""
    import sqlite3

    try:
        if not path.is_file():
            return None
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
            (text,) = connection.execute("SELECT max(finished_at) FROM scans WHERE ended = 'finished'").fetchone()
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (sqlite3.Error, OSError, ValueError, TypeError):
        return None


def _path(arguments: Sequence[str]) -> Path | None:
    """The file of the history that the command is about; null where that is no SQLite file."""
    url = _named(arguments) or os.environ.get("NETGUARD_DATABASE")
    if url is None:
        import platformdirs

        return Path(platformdirs.user_data_dir("netguard", appauthor=False)) / "netguard.db"
    return Path(url.removeprefix(_URL).partition("?")[0]) if url.startswith(_URL) else None


def _named(arguments: Sequence[str]) -> str | None:
    """What `--database` names among the words after the command."""
    for number, word in enumerate(arguments):
        if word == _OPTION:
            return next(iter(arguments[number + 1 :]), None)
        if word.startswith(f"{_OPTION}="):
            return word.partition("=")[2]
    return None
