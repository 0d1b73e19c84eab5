"""`last scan 23 days ago`: a word from any command, when nobody has looked for a while.

Read by Python's own sqlite3, so that a command which needs no history does not load what opens one. Whatever is wrong
with the database is told by the commands that need it, and never by this one.
"""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import click

from netguard import registry

QUIET_DAYS = 7
"""Days without a scan that nobody is told of: a week, as often as a home is usually scanned by itself."""

BUSY_SECONDS = 0.2
"""Longest wait for a netguard that is writing: this is not worth more of anybody's time."""

SILENT = frozenset({"scan", "schedule", "schema", "completion", "demo", "setup"})
"""Commands before which nothing is said: they scan, they tell of it themselves, or their output is for programs."""

_MEMORY = ":memory:"


def tell(command: str | None, arguments: Sequence[str]) -> None:
    """Say on standard error how long ago the last finished scan was, where that is more than `QUIET_DAYS` ago.

    `arguments` are the words after the command. Where they ask for help or quiet, or are wrong, nothing is said.
    """
    if command is None or command in SILENT:
        return
    said = _said(registry.load("netguard.cli", command).command, arguments)
    if said is None or said.get("quiet"):
        return
    path, now = _path(said.get("database")), datetime.now(UTC)
    last = None if path is None else last_scan(path, now)
    if last is None:
        return
    days = (now - last) // timedelta(days=1)
    if days > QUIET_DAYS:
        click.echo(f"netguard: last scan {days} days ago; `netguard scan` looks again", err=True)


def last_scan(path: Path, now: datetime) -> datetime | None:
    """When the newest finished scan in the SQLite database at `path` ended; null where there is none, or it cannot be read.

    One that ended after `now` was made with a clock that was ahead, and nobody knows when: it does not count.
    """
    import sqlite3

    try:
        if not path.is_file():
            return None
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
            (text,) = connection.execute(
                "SELECT max(finished_at) FROM scans WHERE ended = 'finished' AND finished_at <= ?",
                # As the history keeps times: in UTC, with microseconds, so that texts are in the order of the times.
                (now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),),
            ).fetchone()
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (sqlite3.Error, OSError, ValueError, TypeError):
        return None


def _said(command: click.Command, arguments: Sequence[str]) -> dict[str, object] | None:
    """What the options among `arguments` say, of `command` and of those below it; null where they are wrong or ask for help.

    By click's own parser, which knows the value of an option from an option; no option does anything by that. A group may
    put other words in for those it is given, and says itself which command below it is meant.
    """
    found: dict[str, object] = {}
    words = list(arguments)
    while True:
        context = click.Context(command, parent=click.get_current_context(silent=True))
        try:
            options, _, given = command.make_parser(context).parse_args(list(words))
        except click.UsageError:
            if not isinstance(command, click.Group):
                return None
        else:
            if any(not set(context.help_option_names).isdisjoint(each.opts) for each in given):
                return None
            found |= options
        if not isinstance(command, click.Group):
            return found
        with command.make_context(command.name, list(words), resilient_parsing=True) as context:
            # As click's own completion does it; the first of them has no name that is public.
            words = [*getattr(context, "_protected_args", ()), *context.args]
            if not words:
                return found
            _, below, words = command.resolve_command(context, words)
        if below is None:
            return None
        command = below


def _path(named: object) -> Path | None:
    """The file of the history that the command is about; null where that is no SQLite file."""
    url = named if isinstance(named, str) else os.environ.get("NETGUARD_DATABASE")
    if not url:
        import platformdirs

        return Path(platformdirs.user_data_dir("netguard", appauthor=False)) / "netguard.db"
    # As SQLAlchemy takes URLs apart, which takes too long to load for this: `sqlite+driver:///path?options`.
    kind, _, rest = url.partition("://")
    file = unquote(rest.partition("?")[0].partition("/")[2])
    return Path(file) if kind.partition("+")[0] == "sqlite" and file not in {"", _MEMORY} else None
