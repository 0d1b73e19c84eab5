"""What every kind of schedule shares.

No scheduler is told "once a week": it looks every hour, and `netguard schedule run` decides whether this is the person's
network and whether a scan is due. A laptop that was away, asleep or switched off at its time is so scanned within an hour
of coming home, and not a week later; where nothing is due an hourly look ends after a second and has sent nothing.

A kind is a module of this package with the names in `REQUIRED`. It says what it would write before anything is written,
and takes out only what bears `MARK`.
"""

import os
import re
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from netguard.errors import NetguardError, ScheduleError

REQUIRED = (
    "TITLE",
    "SYSTEM",
    "missing",
    "wanted",
    "present",
    "commands",
    "put",
    "take_out",
    "argv",
    "next_look",
    "notes",
)
"""What a kind's module has.

`TITLE`, for people. `SYSTEM`, whether it is for the whole computer and takes root. `missing(here)`, why it cannot be used
here, or null. `wanted(order, here)`, the parts it would write. `present(here)`, those of ours that are there, and what the
scheduler still runs of ours though its file is gone; a part that is not as netguard left it says what is `wrong`.
`commands(here)`, what is run after writing. `put(parts, here)` writes and starts. `take_out(here)` stops and removes, and
gives what went wrong meanwhile. `argv(parts)`, the command that stands in parts. `next_look(here)`, when the system says
it runs next, or null. `notes(here)`, what the person should know.
"""

MARK = "netguard schedule install"
"""Stands in everything that is written. A file of our name without it is somebody else's and stays as it is."""

MADE_BY = "Made by `netguard schedule install`; `netguard schedule remove` takes it out."

LONGEST_RUN_HOURS = 6
"""Hours after which the scheduler ends a run: the longest scan of a large home takes less than one. A run that hangs
would otherwise keep all later ones from starting, for ever and without a word."""

LONGEST_HOURS = 168
"""Hours in a week. What is looked at more rarely than that is not looked after."""

MAX_FILE = 1024 * 1024
"""Bytes read of a file that stands where ours would; ours have two thousand."""

_EVERY = re.compile(r"(?:([1-9][0-9]{0,2})-hours|day|week)", re.ASCII)
_NAMED = {"day": 24, "week": 7 * 24}

ENVIRONMENT = (
    "NETGUARD_CONFIG",
    "NETGUARD_DATABASE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)
"""Variables that say where netguard's files are. Schedulers start programs without those of a person's shell, and not all
can set any; so they are given to `netguard schedule run` as words, and a scheduled run uses the files that the person sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """How often to scan."""

    text: str
    """As it was asked for: `week`, `day` or `12-hours`."""
    hours: int

    def __str__(self) -> str:
        """For people."""
        named = next((name for name, hours in _NAMED.items() if hours == self.hours), None)
        return f"every {named or ('hour' if self.hours == 1 else f'{self.hours} hours')}"


def every(text: str) -> Every:
    """How often `text` says: `week`, `day`, or a number of hours as in `12-hours`. Raises `ValueError`."""
    match = _EVERY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is none of week, day and N-hours (as in 12-hours)")
    hours = int(match[1]) if match[1] else _NAMED[text]
    if hours > LONGEST_HOURS:
        raise ValueError(f"{text!r} is more than a week ({LONGEST_HOURS} hours)")
    return Every(text=text, hours=hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be scheduled. Nothing in it is a secret: all of it stands in files and argument lists."""

    every: Every
    program: tuple[str, ...]
    """How netguard is started here."""
    environment: tuple[tuple[str, str], ...] = ()
    """Those of `ENVIRONMENT` that are set."""
    depth: str | None = None
    interface: str | None = None
    not_on_battery: bool = False
    user: str | None = None
    """Whom to run as; only for a schedule of the whole computer."""
    writes: tuple[Path, ...] = ()
    """Folders that a run writes to; only these are left writable where the system can see to it."""

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that the scheduler runs. Raises `ScheduleError` for what no line of a file can hold."""
        argv = [*self.program, "schedule", "run", "--every", self.every.text]
        if self.not_on_battery:
            argv.append("--not-on-battery")
        argv += [f"--depth={self.depth}"] if self.depth else []
        argv += [f"--interface={self.interface}"] if self.interface else []
        argv += [f"--with={name}={value}" for name, value in self.environment]
        for word in argv:
            if not word.isprintable():
                raise ScheduleError(f"{word!r} has characters that cannot stand in a schedule; use another place")
        return tuple(argv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The computer and the person that the schedule is for. Tests pass one that runs nothing."""

    home: Path
    """The person's home folder."""
    config: Path
    """XDG_CONFIG_HOME or what stands for it."""
    data: Path
    """Where netguard keeps its own files of this person."""
    user: str
    uid: int
    run: Callable[[tuple[str, ...]], str]
    """argv to standard output. Raises `OSError` where the program is not there, `NetguardError` when it failed."""
    find: Callable[[str], str | None]
    """A program's path, or null."""
    sleep: Callable[[float], None] = time.sleep
    """Waits so many seconds, for schedulers that obey only after a while."""
    units: Path = Path("/etc/systemd/system")
    """Where an administrator's units are (systemd.unit(5), Unit File Load Path)."""
    booted: Path = Path("/run/systemd/system")
    """A folder that is there where systemd runs the computer (sd_booted(3))."""

    @property
    def minute(self) -> int:
        """The minute of each hour at which to look, for schedulers that cannot spread by themselves.

        Made from who and where, so that installing again changes nothing and not all computers look at once.
        """
        return zlib.crc32(f"{self.user}@{self.home}".encode("utf-8", "replace")) % 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of text that a schedule consists of."""

    where: str
    """For people: a path, or `your crontab`."""
    text: str
    path: Path | None = None
    """The file it is; null for lines of a crontab, and for what only the scheduler still has."""
    encoding: str = "utf-8"
    wrong: str = ""
    """What is not as netguard left it, and what to do about it; empty where all is well."""


def file_part(path: PurePath, text: str, encoding: str = "utf-8") -> Part:
    """A part that is a file of its own."""
    return Part(where=str(path), text=text, path=Path(path), encoding=encoding)


def read_parts(*paths: Path, encoding: str = "utf-8") -> tuple[Part, ...]:
    """Those of `paths` that are there and ours."""
    found = ((path, _read(path, encoding)) for path in paths)
    return tuple(file_part(path, text, encoding) for path, text in found if text is not None and MARK in text)


def write_parts(parts: tuple[Part, ...]) -> None:
    """Write the files of `parts`, each whole or not at all; others may read them, there is nothing secret in them.

    Raises `ScheduleError`, before anything is written where a file of somebody else stands in the way.
    """
    files = [(part.path, part) for part in parts if part.path is not None]
    for path, part in files:
        there = _read(path, part.encoding)
        if path.is_symlink() or (there is not None and MARK not in there) or (there is None and path.exists()):
            raise ScheduleError(
                f"{path} is there already and was not made by netguard; move it away if it is not needed"
            )
    for path, part in files:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(part.text.encode(part.encoding))
                Path(name).chmod(0o644)
                Path(name).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise ScheduleError(f"{path} could not be written ({error.strerror})") from error


def delete_parts(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """Delete the files of `parts`; gives a sentence for each that stays."""
    problems = []
    for part in parts:
        if part.path is not None:
            try:
                part.path.unlink(missing_ok=True)
            except OSError as error:
                problems.append(f"{part.path} could not be deleted ({error.strerror})")
    return tuple(problems)


def obeyed(here: Here, *commands: tuple[str, ...]) -> None:
    """Run `commands` in order. Raises `ScheduleError` that names the first that failed."""
    for argv in commands:
        if problem := tried(here, argv):
            raise ScheduleError(problem)


def tried(here: Here, argv: tuple[str, ...]) -> str:
    """Run `argv`; empty when it worked, else a sentence."""
    try:
        here.run(argv)
    except OSError as error:
        return f"`{' '.join(argv)}` could not be run ({error})"
    except NetguardError as error:
        return f"`{' '.join(argv)}` did not work: {error}"
    return ""


def asked(here: Here, *argv: str) -> str:
    """What `argv` says; empty where it cannot be run or fails."""
    try:
        return here.run(argv).strip()
    except (OSError, NetguardError):
        return ""


def _read(path: Path, encoding: str) -> str | None:
    """The text at `path`, or null where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE).decode(encoding)
    except (OSError, UnicodeError):
        return None
