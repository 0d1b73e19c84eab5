"""Finding the scan document that SCAN names, and writing files whole or not at all."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from netguard.compare import labels
from netguard.errors import DocumentError, NetguardError
from netguard.model import codec
from netguard.model.scan import Scan


def open_scan(reference: str, database: str | None, site: str | None) -> Scan:
    """The scan that `reference` names: `-`, a path, or `latest`, `previous`, an id or its prefix in the history.

    One from the history comes with the names and roles that the person gave its devices; a file says what it says.
    Raises `DocumentError` or `HistoryError`.
    """
    if is_file(reference):
        return read(reference)
    from netguard.history.database import default_url
    from netguard.history.store import History

    with History.open(database or default_url()) as history:
        scan = history.scan(reference, site)
        return labels.laid_over(scan, history.known(scan.site))


def is_file(reference: str) -> bool:
    """Whether `reference` means a file or standard input (`-`), and not a scan in the history."""
    return reference == "-" or bool(Path(reference).suffix) or os.sep in reference or Path(reference).is_file()


def read(reference: str) -> Scan:
    """The scan in the file `reference`, or on standard input (`-`), as it is. Raises `DocumentError`."""
    if reference == "-":
        return _decoded(sys.stdin.buffer.read(codec.MAX_DOCUMENT + 1), "standard input")
    path = Path(reference)
    try:
        with path.open("rb") as file:
            return _decoded(file.read(codec.MAX_DOCUMENT + 1), str(path))
    except OSError as error:
        raise DocumentError(f"{path}: it cannot be read ({error.strerror})") from error


def write(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all, making its folder. Raises `NetguardError` with the reason."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise NetguardError(
            f"{path} could not be written ({error.strerror}); give another place with -o or --html"
        ) from error


def _decoded(data: bytes, name: str) -> Scan:
    try:
        return codec.loads(data)
    except codec.UnreadableDocument as error:
        raise DocumentError(f"{name}: {error}") from error
