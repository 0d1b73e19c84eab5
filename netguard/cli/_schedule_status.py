"""What is scheduled, when it looks next, when the last scan was, and what the last runs said."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from netguard import exitcodes
from netguard.cli import _person, _schedule_due, _schedule_found, _schedule_log
from netguard.cli._schedule_due import Due
from netguard.errors import NetguardError
from netguard.history.store import History
from netguard.model.observation import clean
from netguard.model.timeline import ScanLine
from netguard.model.vocabulary import Ended
from netguard.net import privileges
from netguard.notify import receivers
from netguard.schedule import _install
from netguard.schedule._contract import Every, Here, every

LOG_LINES = 5
"""Lines of the log that are shown, and messages that were given up; the log's path stands beside them."""

MAX_TAIL = 64 * 1024
"""Bytes read from the end of the log."""

_SCANS = 20
"""Scans looked through for the last one that came to its end."""


def _now() -> datetime:
    return datetime.now(UTC)


def status(*, as_json: bool, user: str | None, database: str | None, clock: Callable[[], datetime] = _now) -> int:
    """Say it. Returns the exit code: 0, also where nothing is scheduled, and 3 where something needs the person's hand."""
    identity = _person.find(user)
    if identity is not None:
        privileges.drop(identity)  # nothing here takes root, and the person's own scheduler answers only the person
    here = _person.here(identity)
    schedules = [_schedule(name, kind, here) for name, kind in _install.kinds().items() if kind.present(here)]
    _schedule_found.take_over(tuple(schedule["command"]) for schedule in schedules)
    told: dict[str, Any] = {
        "schedules": schedules,
        "last_scan": None,
        "next_scan": None,
        "receivers": [],
        "messages": {},
    }
    told["problems"] = []
    last, next_scan = None, None
    try:
        with _schedule_due.opened(database) as history:
            if history is not None:
                last, next_scan = _last(history), _next(history, schedules, clock())
                told["problems"] += history.remarks
        told["messages"] = messages(database)
        told["receivers"] = [receiver.label for receiver in receivers.all()]
    except NetguardError as error:
        told["problems"].append(str(error))
    log, lines = _schedule_log.path(), _tail(_schedule_log.path())
    told["log"] = {"path": str(log), "lines": list(lines)}
    told["last_scan"], told["next_scan"] = _last_as_json(last), _next_as_json(next_scan)
    code = exitcodes.NOTHING_LOOKED_AT if any(schedule["wrong"] for schedule in schedules) else exitcodes.DONE
    if as_json:
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return code
    if not schedules:
        click.echo("Nothing is scheduled. To have it scan by itself: netguard schedule install --every week")
    for schedule in schedules:
        _say(schedule)
    _line("Last scan", _scanned(last, next_scan, scheduled=bool(schedules)))
    if told["receivers"]:
        _line("Tells", ", ".join(told["receivers"]))
    _say_messages(told["messages"])
    for problem in told["problems"]:
        _line("Problem", clean(problem, 300))
    if lines:
        _line("Log", str(log))
        for line in lines:
            _line("", clean(line, 300))
    return code


def messages(database: str | None) -> dict[str, Any]:
    """How many messages wait to be delivered, and which were given up, the newest `LOG_LINES` of them."""
    with _schedule_due.opened(database) as history:
        if history is None:
            return {}
        waiting, lost = history.waiting(), history.lost()
    return {
        "waiting": len(waiting),
        "given_up": [
            {
                "title": message.text.title,
                "made_at": _written(message.made_at),
                "problem": message.why,
            }
            for message in lost[-LOG_LINES:]
        ],
    }


def _schedule(name: str, kind: ModuleType, here: Here) -> dict[str, Any]:
    parts = kind.present(here)
    argv = kind.argv(parts)
    look = kind.next_look(here)
    wrong = [part.wrong for part in parts if part.wrong]
    problems = list(wrong)
    if look is None and not wrong:
        problems.append("the system does not run it; `netguard schedule install` starts it again")
    if argv and not Path(argv[0]).exists():
        problems.append(
            f"the program it starts is gone ({argv[0]}); `netguard schedule install` names the one that is there"
        )
    often = _often(argv)
    return {
        "kind": name,
        "title": kind.TITLE,
        "every": often.text if often else None,
        "not_on_battery": "--not-on-battery" in argv,
        "parts": [part.where for part in parts],
        "command": list(argv),
        "next_look": look,
        "notes": list(kind.notes(here)),
        "problems": problems,
        "wrong": bool(wrong),
    }


def _say(schedule: dict[str, Any]) -> None:
    often = f"{every(schedule['every'])}" if schedule["every"] else "nobody can tell how often"
    battery = ", not on battery" if schedule["not_on_battery"] else ""
    _line("Schedule", f"{often}{battery}, by {schedule['title']}")
    for where in schedule["parts"]:
        _line("", where)
    if schedule["next_look"]:
        _line("Next look", clean(schedule["next_look"]))
    for note in schedule["notes"]:
        _line("Note", note)
    for problem in schedule["problems"]:
        _line("Problem", clean(problem, 300))


def _say_messages(told: dict[str, Any]) -> None:
    if waiting := told.get("waiting"):
        _line("Waiting", f"{waiting} {'message' if waiting == 1 else 'messages'}, tried again at the next runs")
    for lost in told.get("given_up", ()):
        _line("Given up", clean(f"{lost['title']} ({lost['made_at'][:10]}): {lost['problem']}", 300))


def _often(argv: tuple[str, ...]) -> Every | None:
    try:
        return every(argv[argv.index("--every") + 1])
    except (ValueError, IndexError):
        return None


def _last(history: History) -> ScanLine | None:
    """The newest scan that came to its end."""
    return next((line for line in history.list(None, _SCANS) if line.ended is Ended.FINISHED), None)


def _next(history: History, schedules: list[dict[str, Any]], now: datetime) -> Due | None:
    """The scan that is due first; null away from home."""
    found = [_schedule_due.due(history, tuple(schedule["command"]), now) for schedule in schedules]
    return min(filter(None, found), key=lambda due: (not due.now, due.since or now), default=None)


def _scanned(last: ScanLine | None, next_scan: Due | None, *, scheduled: bool) -> str:
    text = "none yet"
    if last is not None:
        text = f"{_local(last.finished_at)}, {clean(last.site)}, grade {last.grade or 'incomplete'}"
    if not scheduled:
        return text
    if next_scan is None:
        return f"{text}; whether the next one is due is looked at when at home"
    if next_scan.now or next_scan.since is None:
        return f"{text}; the next one is due now"
    return f"{text}; the next one is due from {_local(next_scan.since)} on, when at home"


def _last_as_json(last: ScanLine | None) -> dict[str, Any] | None:
    if last is None:
        return None
    return {"id": last.id, "site": last.site, "finished_at": _written(last.finished_at), "grade": last.grade}


def _next_as_json(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {"site": due.site, "due": due.now, "due_from": None if due.since is None else _written(due.since)}


def _written(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _local(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M}"


def _tail(path: Path) -> tuple[str, ...]:
    """The last lines of the log, oldest first; none where there is no log, or it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MAX_TAIL))
            lines = file.read(MAX_TAIL).decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return tuple(line for line in lines[1 if size > MAX_TAIL else 0 :] if line.strip())[-LOG_LINES:]


def _line(title: str, text: str) -> None:
    click.echo(f"{title:<12}{text}")
