"""The log of scheduled runs: a line for everything that happened, of bounded size, for its owner only."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from netguard.model.observation import clean

MAX_LOG = 256 * 1024
"""Bytes of the log, after which it becomes the one before (`schedule.log.1`): some 2,500 lines, a season of hourly runs
away from home."""

MAX_LINE = 500
"""Characters of one line."""

_PRIVATE = 0o600


def path() -> Path:
    """The log's file, which need not exist: in the person's data folder, where the history is by default."""
    return platformdirs.user_data_path("netguard", appauthor=False) / "schedule.log"


def older() -> Path:
    """The log before that one."""
    return path().with_name("schedule.log.1")


def _now() -> datetime:
    return datetime.now(UTC)


class Log:
    """Lines with their time and process. What cannot be written to the file is said on stderr all the same."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        """Write to `path()`; `now` gives an aware time."""
        self._now = now

    def say(self, text: str, *, shown: bool = False) -> None:
        """Add one line, and show it on stderr, where a timer's own journal picks it up; not where it is `shown` anyway."""
        said = clean(text, MAX_LINE)
        if not shown:
            print(f"netguard: {said}", file=sys.stderr)  # noqa: T201 - stderr is where messages go
        line = f"{self._now().astimezone():%Y-%m-%d %H:%M:%S %z} [{os.getpid()}] {said}\n"
        try:
            _append(line.encode())
        except OSError as error:
            print(f"netguard: the log {path()} cannot be written ({error.strerror})", file=sys.stderr)  # noqa: T201


def _append(line: bytes) -> None:
    """Write `line` in one piece (O_APPEND, POSIX write), so that two runs never mix theirs."""
    where = path()
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if where.exists() and where.stat().st_size + len(line) > MAX_LOG:
        where.replace(older())
    descriptor = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
