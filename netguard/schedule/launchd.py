"""macOS: a launch agent of the person, which runs while the person is logged in.

Sources: launchd.plist(5) and launchctl(1). StartCalendarInterval and not StartInterval: the first is made up for at waking,
several missed times as one, the second is lost in sleep. RunAtLoad is left out, since the manual advises against it; after
switching on, the next full hour's look is soon enough. There is no key for batteries, so that `schedule run` looks itself.
"""

import plistlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from netguard.schedule._contract import (
    MADE_BY,
    Here,
    Order,
    Part,
    asked,
    delete_parts,
    file_part,
    obeyed,
    read_parts,
    tried,
    write_parts,
)

TITLE = "launchd"
SYSTEM = False

LABEL = "netguard.schedule"

STOP_SECONDS = 60
"""Seconds from SIGTERM to SIGKILL (ExitTimeOut; 20 by default): a scan that is ended keeps what it learnt."""

POLL_SECONDS = 0.5
"""Between two questions whether the agent is gone."""

GONE_SECONDS = STOP_SECONDS + 10
"""`bootout` ends before the agent has: a run that is ended may take `STOP_SECONDS`."""

TRIES = 5
"""Of `bootstrap`, which says "5: Input/output error" while launchd still clears up after the agent of before."""

TRY_SECONDS = 2.0
"""Between two of them."""

_HEAD_END = '<plist version="1.0">'


def missing(here: Here) -> str | None:
    """Why not here, or null."""
    return None if here.find("launchctl") else "launchd is a part of macOS"


def wanted(order: Order, here: Here) -> tuple[Part, ...]:
    """The agent's property list. How long a run may take cannot be said in it (`HardResourceLimits` is processor time)."""
    job = {
        "Label": LABEL,
        "ProgramArguments": list(order.argv),
        "StartCalendarInterval": {"Minute": here.minute},
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "ExitTimeOut": STOP_SECONDS,
        "Umask": 0o077,
    }
    text = plistlib.dumps(job, sort_keys=False).decode()
    return (file_part(_path(here), text.replace(_HEAD_END, f"<!-- {MADE_BY} -->\n{_HEAD_END}", 1)),)


def present(here: Here) -> tuple[Part, ...]:
    """What is there of ours; where the list is gone, the agent that launchd still has."""
    parts = read_parts(_path(here))
    if parts or _path(here).exists() or not _known(here):
        return parts
    wrong = (
        "launchd still runs it though its file is gone; `netguard schedule remove` stops it, `install` writes it anew"
    )
    return (Part(where=f"{_path(here)} (gone)", text="", wrong=wrong),)


def commands(here: Here) -> tuple[tuple[str, ...], ...]:
    """Make launchd read the agent; the one before, if any, goes first."""
    return (
        ("launchctl", "bootout", _service(here)),
        ("launchctl", "bootstrap", f"gui/{here.uid}", str(_path(here))),
    )


def put(parts: tuple[Part, ...], here: Here) -> None:
    """Write `parts` and start the agent. Raises `ScheduleError`."""
    write_parts(parts)
    before, then = commands(here)
    tried(here, before)  # fails where there is none
    _wait_until_gone(here)
    for _ in range(TRIES - 1):
        if not tried(here, then):
            return
        here.sleep(TRY_SECONDS)
    obeyed(here, then)


def take_out(here: Here) -> tuple[str, ...]:
    """Stop the agent and delete what is ours."""
    parts = read_parts(_path(here))
    problem = tried(here, commands(here)[0])
    if _wait_until_gone(here):
        return delete_parts(parts)
    return (problem or f"launchd still has the agent {LABEL}; try again in a minute", *delete_parts(parts))


def _wait_until_gone(here: Here) -> bool:
    """Wait until launchd does not know the agent any more; false where that takes too long."""
    for _ in range(int(GONE_SECONDS / POLL_SECONDS)):
        if not _known(here):
            return True
        here.sleep(POLL_SECONDS)
    return not _known(here)


def _known(here: Here) -> bool:
    """Whether launchd knows the agent."""
    return here.find("launchctl") is not None and bool(asked(here, "launchctl", "print", _service(here)))


def argv(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The command that stands in `parts`."""
    for part in parts:
        try:
            return tuple(map(str, plistlib.loads(part.text.encode()).get("ProgramArguments", ())))
        except (plistlib.InvalidFileException, ExpatError, ValueError, AttributeError, TypeError):
            continue
    return ()


def next_look(here: Here) -> str | None:
    """The minute of the hour, since launchd tells no next time; null where it does not know the agent."""
    return f"at {here.minute} minutes past the hour" if _known(here) else None


def notes(here: Here) -> tuple[str, ...]:
    """When it runs."""
    return ("It runs while you are logged in; what was missed in sleep is made up for at waking.",)


def _path(here: Here) -> Path:
    return here.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def _service(here: Here) -> str:
    return f"gui/{here.uid}/{LABEL}"
