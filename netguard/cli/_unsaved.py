"""A scan that the history cannot take is not lost: its document is written beside the database, or where reports go."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from netguard.cli import _documents, _reports
from netguard.errors import NetguardError
from netguard.model import codec
from netguard.model.scan import Scan


def keep(scan: Scan, database: str) -> str:
    """Write the document of `scan` to the first place that takes it, readable by its owner only; a sentence that says where.

    Never raises: this is what happens when something failed already.
    """
    data = codec.dumps(scan)
    name, problem = _reports.path_for(scan, "json").name, ""
    for folder in _folders(database):
        path = folder / name
        try:
            _documents.write(path, data)
        except NetguardError as error:
            problem = problem or str(error)
        else:
            return f"it was kept as {path}; when that is mended: netguard history import {path}"
    return f"it could not be kept anywhere ({problem}); make room and scan again, or name a place with --json FILE"


def _folders(database: str) -> Iterator[Path]:
    with suppress(ArgumentError):
        url = make_url(database)
        if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(":"):
            yield Path(url.database).absolute().parent
    yield _reports.folder()
    yield Path(tempfile.gettempdir())
