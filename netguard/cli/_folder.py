"""A folder of files that belong together: all of them, or none."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netguard.errors import NetguardError, UsageError

MAX_MARK = 512
"""Bytes read of a file to find netguard's mark in its first line."""


_PRIVATE = stat.S_IRUSR | stat.S_IWUSR


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What goes into one file."""

    text: str
    executable: bool = False


def check(folder: Path, *, marked: str, mark: str) -> None:
    """Raises `UsageError` when `folder` is there and may not be written to.

    It may when it is empty, or when its file `marked` begins with `mark`, the sign that netguard made it.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; give another one with -o")
    try:
        ours = (folder / marked).is_file() and _begins(folder / marked, mark)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder}: it cannot be read ({error.strerror})") from error
    if not (empty or ours):
        raise UsageError(f"{folder} is not empty, and netguard did not make it; give a new folder with -o")


def write(folder: Path, files: Mapping[str, Content], *, own: Iterable[str]) -> None:
    """Write `files` into `folder`, all or none; of the names in `own`, those that are no more are taken away.

    Everything else in the folder stays. Files are the person's alone, as reports are: they tell who lives where. Raises
    `NetguardError`; then the folder is as it was.
    """
    try:
        if folder.is_dir():
            _replace(folder, files, frozenset(own) | frozenset(files))
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _fill(made, files)
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise NetguardError(
            f"{folder} could not be written ({error.strerror or error}); it is as it was, give another place with -o"
        ) from error


def _fill(folder: Path, files: Mapping[str, Content]) -> None:
    for name, content in files.items():
        descriptor = os.open(
            folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRWXU if content.executable else _PRIVATE
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.text.encode())
            file.flush()
            os.fsync(file.fileno())


def _replace(folder: Path, files: Mapping[str, Content], own: frozenset[str]) -> None:
    """The new files lie in a folder inside before the first old one goes, and the old ones until the last new one is there."""
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=".netguard."))
    new, old = aside / "new", aside / "old"
    moved: list[tuple[Path, Path]] = []
    try:
        new.mkdir()
        old.mkdir()
        _fill(new, files)
        for name in sorted(own):
            if (folder / name).is_dir() and not (folder / name).is_symlink():
                raise IsADirectoryError(errno.EISDIR, f"{name} in it is a folder")
        steps = [(folder / name, old / name) for name in sorted(own) if os.path.lexists(folder / name)]
        for source, target in (*steps, *((new / name, folder / name) for name in files)):
            source.rename(target)
            moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)  # where even that fails, the old files still lie in the folder inside
        shutil.rmtree(aside, ignore_errors=True)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _begins(path: Path, mark: str) -> bool:
    with path.open("rb") as file:
        return file.read(MAX_MARK).startswith(mark.encode())
