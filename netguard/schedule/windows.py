r"""Windows: one task of the person in the Task Scheduler, which runs while the person is logged in.

Sources: learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema (elements, their order and limits, and that a task
of version 1.3 is Windows 7's), .../schtasks (`/Create /XML /TN /F`, `/Query /FO CSV /NH`, `/Delete`). Children of `Settings`
and `Principal` may come in any order, those of a trigger may not. What schtasks exports is UTF-16, and so is this.
"""

import csv
import re
from pathlib import Path
from xml.sax.saxutils import escape

from netguard.errors import ScheduleError
from netguard.schedule._contract import (
    LONGEST_RUN_HOURS,
    MADE_BY,
    MARK,
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

TITLE = "Windows Task Scheduler"
SYSTEM = False

TASK = "netguard"

LONGEST_PATH = 260
"""Characters of `Command` (pathType of the schema)."""

_ENCODING = "utf-16"
_TRUTH = ("false", "true")


def missing(here: Here) -> str | None:
    """Why not here, or null."""
    return None if here.find("schtasks") else "the Task Scheduler is a part of Windows"


def wanted(order: Order, here: Here) -> tuple[Part, ...]:
    """The task as XML, kept beside the history so that one can see what was given to the Task Scheduler."""
    command, *arguments = order.argv
    if len(command) > LONGEST_PATH:
        raise ScheduleError(f"the path of the program is longer than the Task Scheduler takes: {command}")
    text = f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>netguard</Author>
    <Description>{escape(MADE_BY)}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T00:{here.minute:02}:00</StartBoundary>
      <Repetition>
        <Interval>PT1H</Interval>
        <Duration>P1D</Duration>
      </Repetition>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>{_TRUTH[order.not_on_battery]}</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT{LONGEST_RUN_HOURS}H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(here.user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(command)}</Command>
      <Arguments>{escape(joined(tuple(arguments)))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
    return (file_part(_path(here), text, _ENCODING),)


def present(here: Here) -> tuple[Part, ...]:
    """What is there of ours; where the file is gone, the task that the Task Scheduler still has."""
    parts = read_parts(_path(here), encoding=_ENCODING)
    if parts or _path(here).exists() or MARK not in (text := _task(here)):
        return parts
    wrong = (
        f"{_path(here)} is gone and the task still runs; `netguard schedule remove` stops it, `install` writes it anew"
    )
    return (Part(where=f"the task {TASK} in the Task Scheduler", text=text, wrong=wrong),)


def commands(here: Here) -> tuple[tuple[str, ...], ...]:
    """Give the task to the Task Scheduler, in the place of the one of before."""
    return (("schtasks", "/Create", "/TN", TASK, "/XML", str(_path(here)), "/F"),)


def put(parts: tuple[Part, ...], here: Here) -> None:
    """Write `parts` and give them to the Task Scheduler. Raises `ScheduleError`, also where such a task is somebody else's."""
    if (task := _task(here)) and MARK not in task:
        raise ScheduleError(
            f"the Task Scheduler has a task {TASK} that was not made by netguard; rename it if it is needed"
        )
    write_parts(parts)
    obeyed(here, *commands(here))


def take_out(here: Here) -> tuple[str, ...]:
    """Delete the task and its file. A task of the same name that somebody else made stays."""
    task = _task(here)
    problem = tried(here, ("schtasks", "/Delete", "/TN", TASK, "/F")) if MARK in task or not task else ""
    return (*((problem,) if problem else ()), *delete_parts(read_parts(_path(here), encoding=_ENCODING)))


def _task(here: Here) -> str:
    """The task's XML as the Task Scheduler has it; empty where it has none."""
    if here.find("schtasks") is None:
        return ""
    return asked(here, "schtasks", "/Query", "/TN", TASK, "/XML").replace("\0", "")  # where it writes UTF-16


def argv(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The command that stands in `parts`. Read by hand, since it is our own file and only shown."""
    from xml.sax.saxutils import unescape

    for part in parts:
        found = [re.search(rf"<{tag}>(.*?)</{tag}>", part.text) for tag in ("Command", "Arguments")]
        if found[0]:
            return (unescape(found[0][1]), *split(unescape(found[1][1]) if found[1] else ""))
    return ()


def next_look(here: Here) -> str | None:
    """The task's next time in the words of this Windows: the second column of its list, which has no heading here."""
    rows = csv.reader(asked(here, "schtasks", "/Query", "/TN", TASK, "/FO", "CSV", "/NH").splitlines())
    return next((row[1] for row in rows if len(row) >= 3 and row[1].strip() not in ("", "N/A")), None)


def notes(here: Here) -> tuple[str, ...]:
    """When it runs."""
    return ("It runs while you are logged in; what was missed is made up for as soon as the network is there.",)


def joined(words: tuple[str, ...]) -> str:
    """`words` as one line that Windows programs take apart into them again (CommandLineToArgvW)."""
    import subprocess

    return subprocess.list2cmdline(words)


def split(line: str) -> tuple[str, ...]:
    """`joined` taken apart: quotes hold words together, a backslash only matters before a quote."""
    words: list[str] = []
    word: str | None = None
    quoted, slashes = False, 0
    for sign in line:
        if sign == "\\":
            slashes += 1
            continue
        if sign == '"':
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += sign
            else:
                quoted = not quoted
        elif slashes or quoted or sign not in " \t":
            word = (word or "") + "\\" * slashes
            if quoted or sign not in " \t":
                word += sign
        if sign in " \t" and not quoted and word is not None:
            words.append(word)
            word = None
        slashes = 0
    if word is not None or slashes:
        words.append((word or "") + "\\" * slashes)
    return tuple(words)


def _path(here: Here) -> Path:
    return here.data / "schedule.xml"
