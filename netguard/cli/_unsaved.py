"""A scan that the history cannot take is not lost: its document is written beside the database, or where reports go.

Of those that lie there only the newest stay: what is scanned by itself goes on while nobody mends the history, and fills the
disk that may be full already.
"""

import hashlib
import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from netguard.cli import _documents, _reports
from netguard.errors import DocumentError, NetguardError
from netguard.history.database import default_url
from netguard.model import codec
from netguard.model.scan import Scan

MARKS = "schedule.unsaved-"
"""How the files begin that `note` leaves beside the log; `netguard schedule remove` takes them out."""

ENDING = ".unsaved.json"
"""How the names of such documents end: what a person wrote with `--json` or `netguard report` has none like it."""

MOST = 8
"""Documents of one site that stay in a folder: two months of weekly scans, some megabytes."""


def keep(scan: Scan, database: str) -> str:
    """Write the document of `scan` to the first place that takes it, readable by its owner only; a sentence that says where.

    Never raises: this is what happens when something failed already.
    """
    data = codec.dumps(scan)
    name, problem = _reports.path_for(scan, "json").stem + ENDING, ""
    for folder in _folders(database):
        path = folder / name
        try:
            _documents.write(path, data)
        except NetguardError as error:
            problem = problem or str(error)
            continue
        removed = _tidied(path, scan.site)
        said = f"it was kept as {path}; when that is mended: netguard history import {shlex.quote(str(path))}"
        said += _where(database)
        return said if not removed else f"{said} ({removed} older of this kind made room for it, {MOST} stay)"
    return f"it could not be kept anywhere ({problem}); make room and scan again, or name a place with --json FILE"


def note(what: str, at: datetime) -> None:
    """Remember that a scheduled scan, `what` names its home and manner, was made `at` and is in no history.

    That takes no room on a disk but a name. Where not even that is taken nothing is remembered.
    """
    with suppress(OSError):
        mark = _mark(what)
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch(mode=0o600)
        os.utime(mark, (at.timestamp(), at.timestamp()))


def noted(what: str) -> datetime | None:
    """When `note` was told of `what` last; null where it never was, or that cannot be read."""
    try:
        return datetime.fromtimestamp(_mark(what).stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _mark(what: str) -> Path:
    name = hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()[:16]
    return platformdirs.user_data_path("netguard", appauthor=False) / f"{MARKS}{name}"


def _tidied(newest: Path, site: str) -> int:
    """Take away what is more than `MOST` documents of `site` beside `newest`, the oldest first; how many were.

    Only what this module wrote, by its name, its owner and what is in it.
    """
    try:
        beside = [path for path in newest.parent.glob(f"*{ENDING}") if path != newest]
    except OSError:
        return 0
    if len(beside) < MOST:
        return 0
    ours = sorted((at, path) for path in beside if (at := _made(path, site)) is not None)
    removed = 0
    for _, path in ours[: max(0, len(ours) + 1 - MOST)]:
        with suppress(OSError):
            path.unlink()
            removed += 1
    return removed


def _made(path: Path, site: str) -> datetime | None:
    """When the scan of `site` began whose document this module wrote to `path`; null for any other file."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            return None
        scan = _documents.read(str(path))
    except (OSError, DocumentError):
        return None
    ours = path.name.endswith(f"-{_reports.path_for(scan, 'json').stem[-6:]}{ENDING}")
    return scan.started_at if ours and scan.site == site else None


def _where(database: str) -> str:
    """The option that `netguard history import` needs to find `database`; a password is not told."""
    if database == default_url():
        return ""
    try:
        url = make_url(database)
    except ArgumentError:
        return ""
    secret = url.password is not None or "password" in url.query
    return " --database URL" if secret else f" --database {shlex.quote(database)}"


def _folders(database: str) -> Iterator[Path]:
    with suppress(ArgumentError):
        url = make_url(database)
        if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(":"):
            yield Path(url.database).absolute().parent
    yield _reports.folder()
    yield Path(tempfile.gettempdir())
