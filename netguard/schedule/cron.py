"""cron: one line in the person's crontab, where there is nothing better. What was missed in sleep comes an hour later.

Sources: crontab(1) of POSIX (`-l`, `-r`, and a file that takes the place of the crontab), crontab(5) of cronie and of
Vixie's cron: five fields and a command for /bin/sh; a `%` that no backslash stands before ends the command.
"""

import re
import shlex
import tempfile
from pathlib import Path

from netguard.errors import NetguardError, ScheduleError
from netguard.schedule._contract import MADE_BY, Here, Order, Part, obeyed, tried

TITLE = "cron"
SYSTEM = False

WHERE = "your crontab"

LONGEST_COMMAND = 990
"""Characters. Vixie's cron keeps a command in 1,000 (MAX_COMMAND) and leaves a longer one out."""

_BEGIN, _END = f"# {MADE_BY}", "# End of netguard's line."
_BLOCK = re.compile(rf"^{re.escape(_BEGIN)}\n(?:.* schedule run .*\n)?{re.escape(_END)}(?:\n|\Z)", re.MULTILINE)
"""What is ours: the two lines around, and at most the one between. Anything else between them is somebody's own."""
_RUNS = re.compile(r"^(?!\s*#).* -m netguard schedule run ", re.MULTILINE)
"""A line that runs a schedule of ours; a comment about it is none."""
_NONE = re.compile(r"no crontab for|can't open '[^']*': No such file", re.IGNORECASE)
"""What crontab says where there is none: Vixie's, cronie's and macOS's words, and BusyBox's."""


def missing(here: Here) -> str | None:
    """Why not here, or null."""
    return None if here.find("crontab") else "there is no crontab on this computer"


def wanted(order: Order, here: Here) -> tuple[Part, ...]:
    """The lines for the crontab. What a run says is in its log; cron would send it as mail, each hour."""
    command = shlex.join(order.argv).replace("%", "\\%")
    if len(command) > LONGEST_COMMAND:
        raise ScheduleError(f"the command is longer than cron takes ({LONGEST_COMMAND} characters): {command}")
    text = f"{_BEGIN}\n{here.minute} * * * * {command} >/dev/null 2>&1\n{_END}\n"
    return (Part(where=WHERE, text=text),)


def present(here: Here) -> tuple[Part, ...]:
    """The lines in the crontab that are ours, and what is wrong with them. None where it cannot be read."""
    if here.find("crontab") is None:
        return ()
    try:
        text = _read(here)
    except ScheduleError:
        return ()
    ours, wrong = "".join(_BLOCK.findall(text)), _wrong(text)
    if ours or _marks(text) or _RUNS.search(text):
        return (Part(where=WHERE, text=ours, wrong=wrong),)
    return ()


def commands(here: Here) -> tuple[tuple[str, ...], ...]:
    """Read the crontab, and put it back with the lines."""
    return (("crontab", "-l"), ("crontab", "FILE"))


def put(parts: tuple[Part, ...], here: Here) -> None:
    """Put the lines into the crontab, in the place of those of before. Raises `ScheduleError`."""
    _replace(here, edited(_current(here), "".join(part.text for part in parts)))


def take_out(here: Here) -> tuple[str, ...]:
    """Take the lines out. A crontab that holds nothing else goes as a whole."""
    try:
        rest = edited(_current(here), "")
        if rest:
            _replace(here, rest)
        elif problem := tried(here, ("crontab", "-r")):
            return (problem,)
    except ScheduleError as error:
        return (str(error),)
    return ()


def argv(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The command that stands in `parts`."""
    for part in parts:
        for line in part.text.splitlines():
            fields = line.split(None, 5)
            if line.startswith("#") or len(fields) < 6:
                continue
            try:
                return tuple(shlex.split(fields[5].removesuffix(">/dev/null 2>&1").replace("\\%", "%")))
            except ValueError:
                continue
    return ()


def next_look(here: Here) -> str | None:
    """Cron tells no next time; what is known is what stands before the command."""
    for part in present(here):
        for line in part.text.splitlines():
            times = line.split(None, 5)[:5]
            if not line.startswith("#") and argv((part,)):
                minute, *rest = times
                whole = rest == ["*"] * 4 and minute.isdecimal()
                return f"at {int(minute)} minutes past the hour" if whole else f"as `{' '.join(times)}` says"
    return None


def notes(here: Here) -> tuple[str, ...]:
    """When it runs."""
    return ("It runs whenever this computer is on and its cron service runs.",)


def edited(crontab: str, block: str) -> str:
    """`crontab` with `block` where ours stood, or at its end; with an empty block, without ours. The rest stays as it is."""
    if _BLOCK.search(crontab):
        left = iter((block,))  # a second one, as of a crontab that was put back twice, only goes
        return _BLOCK.sub(lambda _: next(left, ""), crontab)
    if not block:
        return crontab
    return crontab + ("\n" if crontab and not crontab.endswith("\n") else "") + block


def _current(here: Here) -> str:
    """The crontab; empty where there is none. Raises `ScheduleError` for one that cannot be read, or not be kept as it is."""
    text = _read(here)
    if wrong := _wrong(text):
        raise ScheduleError(wrong)
    return text


def _read(here: Here) -> str:
    """The crontab; empty where there is none. Raises `ScheduleError` for one that cannot be read."""
    try:
        return here.run(("crontab", "-l"))
    except OSError as error:
        raise ScheduleError(f"crontab could not be run ({error})") from error
    except NetguardError as error:
        if _NONE.search(str(error)):
            return ""
        raise ScheduleError(f"your crontab could not be read, and stays as it is: {error}") from error


def _wrong(text: str) -> str:
    """Why a crontab of `text` is not changed; empty where it can be."""
    if "\ufffd" in text or "\r" in text:
        return (
            "your crontab has characters that are not UTF-8, which netguard cannot put back as they are; it stays as it is. "
            "Change the lines of netguard in it by hand (crontab -e)"
        )
    rest = _BLOCK.sub("", text)
    if _marks(rest):
        return "the lines of netguard in your crontab were changed by hand; take them out (crontab -e)"
    if _RUNS.search(rest):
        return "a line of your own in your crontab runs `netguard schedule run`; take it out (crontab -e)"
    return ""


def _marks(text: str) -> bool:
    """Whether any whole line is one of the two around ours; a comment that only speaks of netguard is none."""
    return any(line.strip() in (_BEGIN, _END) for line in text.split("\n"))


def _replace(here: Here, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".crontab", delete=False) as file:
        file.write(text)
    try:
        obeyed(here, ("crontab", file.name))
    finally:
        Path(file.name).unlink(missing_ok=True)
