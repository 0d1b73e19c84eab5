"""Installing and removing a schedule: what would be written is shown, agreed to, written, and taken out again."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click

from netguard import config, exitcodes
from netguard.cli import _person, _reports, _schedule_due, _schedule_found, _schedule_log, _unsaved
from netguard.errors import NetguardError, ScheduleError, UsageError
from netguard.history.database import HARMLESS, default_url
from netguard.model.observation import clean
from netguard.net import privileges
from netguard.net.privileges import Identity
from netguard.notify import receivers
from netguard.schedule import _install, _trust
from netguard.schedule._contract import ENVIRONMENT, Every, Here, Order, Part, every

SYSTEM_KIND = "systemd-system"

FOR_ALL = "/opt/netguard"
"""Where netguard may be installed for all users: a folder for programs that are no part of the system (FHS 3.0, 3.13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line said."""

    every: str = "week"
    notify: tuple[str, ...] = ()
    system: bool = False
    not_on_battery: bool = False
    depth: str | None = None
    interface: str | None = None
    kind: str | None = None
    dry_run: bool = False
    yes: bool = False
    user: str | None = None
    database: str | None = None


def install(request: Request) -> int:
    """Put the schedule in place, or say that it is. Returns the exit code; raises `NetguardError` where nothing was changed."""
    often = _often(request.every)
    identity = _person.find(request.user)
    here = _person.here(identity)
    kind = _kind(request, here, identity)
    told = _told(request)
    with _person.acting_as(identity):
        order = _order(request, often, here, isolated=kind.SYSTEM)
    parts = kind.wanted(order, here)
    others = _others(kind, here)
    new = _new(told, identity)
    if _install.stands(kind, parts, here) and not (others or new):
        click.echo(f"Already installed: {often}, by {kind.TITLE}. Nothing was changed.")
        _say_notes(kind, here)
        return exitcodes.DONE
    plan = _plan(kind, parts, here, others, new)
    others_may = _trust.problem(here, order.program) if kind.SYSTEM else None
    if request.dry_run:
        click.echo(plan)
        if others_may:
            click.echo(f"netguard: as things are it would be refused: {_untrusted(others_may)}", err=True)
        return exitcodes.DONE
    if others_may:
        raise UsageError(_untrusted(others_may))
    _agreed(plan, "Write this and start it?", yes=request.yes, look="--dry-run shows what would be written")
    if kind.SYSTEM:
        with _person.acting_as(identity):
            _make_folders(order.writes)
    for other in others:
        problems = other.take_out(here)
        if other.present(here):
            raise ScheduleError("; ".join(problems) or f"the schedule by {other.TITLE} could not be taken out")
        _say_problems(problems)
    _install.install(kind, parts, here)
    with _person.acting_as(identity):
        for receiver in new:
            receivers.add(receiver.url)
    click.echo(f"Installed: {often}, by {kind.TITLE}.")
    if look := kind.next_look(here):
        click.echo(f"Next look: {clean(look)}. Each hour it looks whether this is home and a scan is due.")
    _say_notes(kind, here)
    click.echo("See it with `netguard schedule status`, take it out with `netguard schedule remove`.")
    with _person.acting_as(identity):
        if settings_problem := _settings_problem(request):
            click.echo(f"netguard: {settings_problem}", err=True)
    return exitcodes.DONE


def remove(*, yes: bool, user: str | None) -> int:
    """Take out what `install` wrote. Returns the exit code; raises `UsageError` where nobody can be asked."""
    identity = _person.find(user)
    here = _person.here(identity)
    there = {name: kind for name, kind in _install.kinds().items() if kind.present(here)}
    mine = {name: kind for name, kind in there.items() if _may(kind, identity)}
    left = [kind for name, kind in there.items() if name not in mine]
    _schedule_found.take_over(kind.argv(kind.present(here)) for kind in mine.values())
    marks = sorted(_schedule_log.path().parent.glob(f"{_unsaved.MARKS}*"))
    files = [path for path in (_schedule_log.path(), _schedule_log.older(), *marks) if path.exists()]
    with _person.acting_as(identity):
        told = receivers.stored()
    if left and not mine:
        raise UsageError(_elsewhere(left[0]))
    if not (mine or files or told):
        click.echo("Nothing is scheduled.")
        return exitcodes.DONE
    lines = ["This is taken out:"]
    lines += [f"  {part.where}" for kind in mine.values() for part in kind.present(here)]
    lines += [f"  {receivers.path()}  (who is told: {', '.join(r.label for r in told)})"] if told else []
    lines += [f"  {path}" for path in files]
    _agreed("\n".join(lines), "Take it out?", yes=yes, look="`netguard schedule status` shows what is there")
    problems: list[str] = []
    for kind in mine.values():
        problems += kind.take_out(here)
    with _person.acting_as(identity):
        for receiver in told:
            receivers.remove(receiver.id)
        for path in files:
            with suppress(FileNotFoundError):
                path.unlink()
    still = any(kind.present(here) for kind in mine.values())
    click.echo("Not all of it could be taken out." if still else "Taken out. Your scans and settings stay.")
    _say_problems(tuple(problems))
    for kind in left:
        click.echo(f"netguard: {_elsewhere(kind)}", err=True)
    return exitcodes.NOTHING_LOOKED_AT if still else exitcodes.DONE


def _often(text: str) -> Every:
    try:
        return every(text)
    except ValueError as error:
        raise UsageError(f"--every {error}") from None


def _kind(request: Request, here: Here, identity: Identity | None) -> ModuleType:
    """The kind that is meant. Raises `UsageError` for one that cannot be, or not by this user."""
    known = _install.kinds()
    if request.system:
        if request.kind not in (None, "systemd", SYSTEM_KIND):
            raise UsageError(f"--system and --kind {request.kind} contradict each other")
        name = SYSTEM_KIND
    else:
        name = request.kind or _install.best(here)
    if name not in known:
        raise UsageError(f"--kind {name}: there is {', '.join(known)}")
    kind = known[name]
    if request.dry_run:
        return kind
    if reason := kind.missing(here):
        raise UsageError(f"{'--system' if request.system else '--kind ' + name}: {reason}")
    if kind.SYSTEM and identity is None:
        raise UsageError(
            "--system writes into the system's own folders and runs as you: "
            "call it with sudo, or as root with --user NAME"
        )
    if not kind.SYSTEM and identity is not None:
        raise UsageError(
            "a schedule of your own needs no root: call it without sudo; "
            "--system makes one of the whole computer, with raw sockets"
        )
    return kind


def _may(kind: ModuleType, identity: Identity | None) -> bool:
    """Whether this user can take out what is of `kind`."""
    return privileges.is_root() if kind.SYSTEM else identity is None


def _elsewhere(kind: ModuleType) -> str:
    who = "with sudo" if kind.SYSTEM else "without sudo"
    return f"there is a schedule by {kind.TITLE}, too; take it out {who}: netguard schedule remove"


def _others(kind: ModuleType, here: Here) -> list[ModuleType]:
    """Schedules of other kinds, whose place the new one takes. Raises `UsageError` for one that this user cannot remove."""
    others = [other for other in _install.kinds().values() if other is not kind and other.present(here)]
    for other in others:
        if other.SYSTEM != kind.SYSTEM:
            raise UsageError(_elsewhere(other))
    return others


def _told(request: Request) -> tuple[receivers.Receiver, ...]:
    """Whom to tell: the addresses of `--notify`. Raises `UsageError`, before anything is written, for what is none."""
    urls: list[str] = []
    for given in request.notify:
        if given != "-":
            urls.append(given)
        elif sys.stdin.isatty():
            urls.append(click.prompt("Whom to tell (its address is not shown)", hide_input=True, err=True))
        else:
            urls += [line for line in sys.stdin.read(config.MAX_CONFIG).splitlines() if line.strip()]
    found = tuple(dict.fromkeys(receivers.made_of(url) for url in urls))
    if found:
        from importlib.util import find_spec

        if find_spec("apprise") is None:
            raise UsageError(
                "--notify needs Apprise: install netguard with its extra, as in pip install 'netguard[notify]'"
            )
        from netguard.notify import sender

        for receiver in found:
            sender.check(receiver)
    return found


def _new(told: tuple[receivers.Receiver, ...], identity: Identity | None) -> tuple[receivers.Receiver, ...]:
    with _person.acting_as(identity):
        known = receivers.stored() if told else ()
    return tuple(receiver for receiver in told if receiver not in known)


def _order(request: Request, often: Every, here: Here, *, isolated: bool) -> Order:
    """What the scheduler is given. Raises `UsageError` for a history whose address holds a password."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if os.environ.get(name)}
    url = request.database or default_url()
    where = _database(url)
    if request.database or "NETGUARD_DATABASE" in environment:
        environment["NETGUARD_DATABASE"] = f"sqlite:///{where}" if where else url
    if "NETGUARD_CONFIG" in environment:
        environment["NETGUARD_CONFIG"] = str(config.path().absolute())
    folders = [_schedule_log.path().parent, _reports.folder().absolute(), *([where.parent] if where else [])]
    return Order(
        every=often,
        program=_program(isolated=isolated),
        environment=tuple(sorted(environment.items())),
        not_on_battery=request.not_on_battery,
        user=here.user if isolated else None,
        writes=tuple(dict.fromkeys(folders)),
        depth=request.depth,
        interface=request.interface,
    )


def _database(url: str) -> Path | None:
    """The history's file, whole; null for one on a server. Raises `UsageError` where its address holds a password."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError("the history's address is no URL; it has the form sqlite:////folder/netguard.db") from None
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UsageError("a history in memory is gone after each run; name a file")
        return Path(parsed.database).absolute()
    if parsed.password is not None or not HARMLESS.issuperset(parsed.query):
        raise UsageError(
            "the history's address holds a password, or an option that may be one, which would stand in the schedule for "
            "others to read; keep it in a file of your own (PostgreSQL: ~/.pgpass) and leave it out of the address"
        )
    return None


def _program(*, isolated: bool) -> tuple[str, ...]:
    """How to start this netguard. `-P`, since a file `netguard.py` in the folder it starts in must not run instead.

    `isolated` for one with a right of its own: nothing of the person's may run before netguard has parted that right.
    """
    python = Path(sys.executable)
    quiet = python.with_name("pythonw.exe")
    start = str(quiet if os.name == "nt" and quiet.exists() else python)
    return (start, _trust.ISOLATED if isolated else "-P", "-m", "netguard")


def _untrusted(why: str) -> str:
    """Why a schedule of the whole computer is refused, and what to do."""
    return (
        f"with --system, whoever can change what it runs could open raw sockets, and {why}. Install netguard for all users, "
        f"in a folder that is root's, and use that one: sudo python3 -m venv {FOR_ALL}; "
        f"sudo {FOR_ALL}/bin/python -m pip install . (in netguard's source folder); "
        f"sudo {FOR_ALL}/bin/netguard schedule install --system"
    )


def _settings_problem(request: Request) -> str | None:
    """Why the schedule will do nothing as things are; null where it will."""
    try:
        with _schedule_due.opened(request.database) as history:
            if history is not None and history.homes():
                return None
    except NetguardError as error:
        return f"the history cannot be read: {error}"
    return "no network is known as yours yet, so it will do nothing; at home, say once: netguard setup"


def _plan(
    kind: ModuleType, parts: tuple[Part, ...], here: Here, others: list[ModuleType], new: tuple[receivers.Receiver, ...]
) -> str:
    """What is written and run, word for word; of receivers only what may be shown."""
    lines = []
    before = {part.where: part.text for part in kind.present(here)}
    for part in parts:
        state = " (as it is there already)" if before.get(part.where) == part.text else ""
        state = " (in the place of what is there)" if part.where in before and not state else state
        lines += [f"{part.where}{state}:", *(f"    {line}" for line in part.text.splitlines()), ""]
    if new:
        lines += [f"{receivers.path()}: {', '.join(r.label for r in new)}. Only you can read that file.", ""]
    lines += [f"Taken out: the schedule by {other.TITLE}" for other in others]
    lines += ["Then run:", *(f"    {' '.join(argv)}" for argv in kind.commands(here))]
    return "\n".join(lines)


def _agreed(plan: str, question: str, *, yes: bool, look: str) -> None:
    """Show `plan` and ask. Raises `UsageError` where nobody can be asked, `click.Abort` where the answer is no."""
    if not yes and not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask on; say so with --yes ({look})")
    click.echo(plan, err=True)
    if not yes and not click.confirm(question, default=False, err=True):
        click.echo("Nothing was changed.", err=True)
        raise click.exceptions.Exit(exitcodes.DONE)


def _make_folders(folders: tuple[Path, ...]) -> None:
    """Make `folders`, which a unit can only leave writable where they are there."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be made ({error.strerror}), and the schedule would write there"
            ) from error


def _say_notes(kind: ModuleType, here: Here) -> None:
    for note in kind.notes(here):
        click.echo(note)


def _say_problems(problems: tuple[str, ...]) -> None:
    for problem in problems:
        click.echo(f"netguard: {problem}", err=True)
