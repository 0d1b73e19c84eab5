"""The operating system underneath: which back-end reads it, how a command is run, how a file is read.

Nothing else in `vantage/` starts a process or opens a file, so that tests can run every back-end on any system
from recorded outputs.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO

from netguard.errors import VantageError

Runner = Callable[[tuple[str, ...]], str]
"""argv -> what it wrote to standard output. Raises `FileNotFoundError` (an `OSError`) when the program is not there
and `VantageError` when it failed, took too long or wrote too much."""

TIMEOUT = 30.0
"""Seconds. A hung system tool (a wedged Wi-Fi driver, a stuck network file system) must not hang netguard.
A cold start of Windows PowerShell with its network modules takes up to ten."""

GRACE = 1.0
"""Seconds for a pipe to run empty after its program was stopped. A grandchild that holds the pipe must not hold us."""

OUTPUT_CAP = 8 * 1024 * 1024
"""Bytes of standard output. A neighbour table that somebody on the network has filled with invented addresses must
not fill our memory; 8 MiB hold some 50,000 neighbours."""

ERROR_CAP = 4096
"""Bytes of standard error that are kept for the message."""

FILE_CAP = 4 * 1024 * 1024
"""Bytes read of a file under /proc, /sys or /etc, for the same reason."""

_BACKENDS = {"linux": "linux", "darwin": "macos", "win32": "windows"}

_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Looked in before PATH: an ordinary user's PATH often lacks the sbin folders, and a folder that somebody else can
write to must not get to replace `ip` for a process that may run as root."""

_MORE_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin")

_WINDOWS_FOLDERS = (r"System32", r"System32\WindowsPowerShell\v1.0")
_WINDOWS_NMAP = r"Nmap"


def backend(platform: str = sys.platform) -> ModuleType:
    """The module that reads this operating system: `linux`, `macos` or `windows` of this package.

    Raises `VantageError` on any other system, naming it.
    """
    try:
        name = _BACKENDS[platform]
    except KeyError:
        known = "Linux, macOS and Windows"
        raise VantageError(
            f"netguard cannot read the network situation of this operating system ({platform}); it knows {known}."
        ) from None
    return import_module(f"netguard.vantage.{name}")


def find(program: str) -> str | None:
    """The full path of `program`, or None. Never looks in the current folder, which Windows would do by itself."""
    for folder in _folders():
        for suffix in (".exe", "") if os.name == "nt" else ("",):
            path = Path(folder) / (program + suffix)
            # os.path, since Path.is_file() raises for a folder on PATH that one may not enter (root's, kept through su).
            if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113
                return str(path)
    return None


def _folders() -> tuple[str, ...]:
    on_path = tuple(f for f in os.environ.get("PATH", "").split(os.pathsep) if f and Path(f).is_absolute())
    if os.name != "nt":
        return (*_SYSTEM_FOLDERS, *on_path, *_MORE_FOLDERS)
    root = os.environ.get("SYSTEMROOT", r"C:\Windows")
    programs = [os.environ.get(v) for v in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
    first = tuple(str(Path(root) / f) for f in _WINDOWS_FOLDERS)
    return (*first, *on_path, *(str(Path(p) / _WINDOWS_NMAP) for p in programs if p))


def run(argv: tuple[str, ...], *, timeout: float = TIMEOUT, cap: int = OUTPUT_CAP) -> str:
    """Run `argv` without a shell, in the C locale, and return its standard output (UTF-8, bad bytes replaced).

    Raises `FileNotFoundError` when the program is not there, `VantageError` when it fails, runs longer than `timeout`
    seconds or writes more than `cap` bytes.
    """
    program = find(argv[0])
    if program is None:
        raise FileNotFoundError(f"{argv[0]} is not installed")
    process = subprocess.Popen(
        (program, *argv[1:]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    out, err = _Pipe(process.stdout, cap), _Pipe(process.stderr, ERROR_CAP)
    timer = threading.Timer(timeout, process.kill)
    timer.start()
    try:
        out.wait(timeout + GRACE)
        if out.overflowed or out.open:
            process.kill()
        code = process.wait()
        late = not timer.is_alive()
    finally:
        timer.cancel()
        if process.poll() is None:  # Ctrl-C, say
            process.kill()
            process.wait()
    err.wait(GRACE)
    name = argv[0]
    if out.overflowed:
        raise VantageError(f"{name} wrote more than {cap} bytes and was stopped.")
    if late and (code or out.open):
        raise VantageError(f"{name} gave no answer within {timeout:g} seconds and was stopped.")
    if code:
        said = err.text().strip().splitlines()
        reason = f": {_printable(said[0])}" if said else ""
        raise VantageError(f"{name} failed with code {code}{reason}")
    return out.text()


class _Pipe:
    """Reads a pipe in a thread of its own up to a number of bytes, then lets go of it."""

    def __init__(self, pipe: IO[bytes] | None, cap: int) -> None:
        self._cap, self._data, self._pipe = cap, b"", pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._pipe is None:
            return
        with self._pipe as pipe, suppress(OSError, ValueError):
            self._data = pipe.read(self._cap + 1)

    @property
    def overflowed(self) -> bool:
        return len(self._data) > self._cap

    @property
    def open(self) -> bool:
        """Whether somebody still holds the other end: the program, or one that it left behind."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def text(self) -> str:
        return self._data[: self._cap].decode("utf-8", errors="replace").replace("\r\n", "\n").removeprefix("\ufeff")


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which programs are run: `given` (this process's own), but in the C locale."""
    kept = {
        k: v for k, v in (os.environ if given is None else given).items() if k != "LANGUAGE" and not k.startswith("LC_")
    }
    return kept | {"LC_ALL": "C", "LANG": "C"}


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]


def read(path: str) -> str:
    """The beginning of a text file (`FILE_CAP` bytes; bad bytes replaced). Raises `OSError`."""
    with Path(path).open("rb") as file:
        return file.read(FILE_CAP).decode("utf-8", errors="replace")


def names(folder: str) -> tuple[str, ...]:
    """The sorted names in `folder`. Raises `OSError`."""
    return tuple(sorted(entry.name for entry in Path(folder).iterdir()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a back-end asks of this computer besides running commands. Tests pass one with recorded files."""

    read: Callable[[str], str] = read
    """Path to text. Raises `OSError`."""
    names: Callable[[str], tuple[str, ...]] = names
    """Folder to the names in it. Raises `OSError`."""
    find: Callable[[str], str | None] = find
    """Program to its path, or None."""

    def text(self, path: str) -> str:
        """What stands in the file at `path`; empty when it cannot be read."""
        try:
            return self.read(path)
        except OSError:
            return ""

    def listing(self, folder: str) -> tuple[str, ...]:
        """The names in `folder`; empty when it cannot be read."""
        try:
            return self.names(folder)
        except OSError:
            return ()


HERE = Machine()
"""The computer netguard runs on."""
