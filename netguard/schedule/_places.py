"""Where a schedule keeps what it says about itself."""

from pathlib import Path

import platformdirs

MAX_LOG_READ = 64 * 1024
"""Bytes read from the end of the log for the last lines; a log that something else has filled is not read whole."""


def log() -> Path:
    """The log of scheduled runs: written by `netguard schedule run`, shown by `netguard schedule status`."""
    return platformdirs.user_log_path("netguard", appauthor=False) / "scheduled.log"


def last_lines(path: Path, count: int) -> tuple[str, ...]:
    """The last `count` lines of the log, oldest first; none where there is no log. Raises `OSError`."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MAX_LOG_READ))
            text = file.read(MAX_LOG_READ).decode("utf-8", "replace")
    except FileNotFoundError:
        return ()
    lines = text.splitlines()
    if size > MAX_LOG_READ:
        lines = lines[1:]  # the first one may be cut
    return tuple(line for line in lines if line.strip())[-count:]
