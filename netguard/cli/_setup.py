"""What the person has, told once: whose network this is, which locks, which router, where reports go.

Sends nothing but what `_session.meet_router` does.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from netguard import config, exitcodes
from netguard.cli import _declaring, _documents, _reports, _session, _settings
from netguard.cli._ask import MOST_CHOICES, ask_choice, ask_number, ask_record, ask_text
from netguard.errors import UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model.declared import LINK_NAMES, Declaration
from netguard.model.vocabulary import Role
from netguard.net.transcript import Transcript
from netguard.rules import loader
from netguard.rules.schema import DeviceRecord

Declarations = tuple[Declaration, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line said."""

    lock: tuple[str, ...] = ()
    router: str | None = None
    remove: tuple[str, ...] = ()
    reports: str | None = None
    show: bool = False
    json_file: str | None = None
    my_network: bool = False
    only_locks: bool = False
    interface: str | None = None
    site: str | None = None
    database: str | None = None

    @property
    def changes(self) -> bool:
        """Whether it says what to change, so that nobody needs to be asked."""
        return bool(self.lock or self.router or self.remove or self.reports is not None)


def run(request: Request) -> int:
    """Do what was said, or ask. Returns the exit code.

    Raises `UsageError` before anything was written, and without a terminal where something would have to be asked.
    """
    asks = not (request.changes or request.show or request.json_file)
    if asks and not sys.stdin.isatty():
        if not request.my_network:
            raise UsageError(
                "there is no terminal to ask on; say what you have: netguard setup --my-network "
                '--lock "nuki-bridge:Front door:bridge" --router fritzbox, or --list to see it'
            )
        asks = False
    rights = _session.give_up_root(None)
    if rights.opener is not None:
        # Nothing raw is sent here, so nothing is opened either.
        rights.opener.close()
    settings = config.load()
    records = loader.load(config.folder() / "rules").devices
    if not (asks or request.changes or request.my_network or request.site):
        return _show(request, _everywhere(request), records)
    site = _site(request, rights, settings)
    with History.open(request.database or default_url()) as history:
        before = history.declared(site)
    after, reports = _asked(request, before, site, records) if asks else _told(request, before, site, records)
    if reports is not None:
        where = _settings.set_reports(reports)
        click.echo(f"netguard: reports go to {reports} ({where})", err=True)
    _write(request, before, after, site)
    return _show(request, after, records)


def _site(request: Request, rights: _session.Rights, settings: config.Config) -> str:
    """The site that is spoken of: one that is known by name, else the one this computer is in now."""
    if request.site is not None and not request.my_network:
        with History.open(request.database or default_url()) as history:
            if request.site in history.sites() or history.declared(request.site):
                return request.site
    around, neighbours = _session.look(request.interface, rights)
    _, site, _ = _session.authorise(
        around,
        request.database,
        site=request.site,
        my_network=request.my_network,
        meet=lambda around: _session.meet_router(around, neighbours, settings, Transcript()),
    )
    return site


def _told(
    request: Request, before: Declarations, site: str, records: Mapping[str, DeviceRecord]
) -> tuple[Declarations, str | None]:
    """What the options make of what is declared. Raises `UsageError` for the first that makes no sense."""
    now = datetime.now(UTC)
    after = before
    for name in request.remove:
        after = _declaring.without(after, name)
    for text in request.lock:
        after = _declaring.added(after, _declaring.parsed(text, records), site, now)
    if request.router is not None:
        router = _declaring.found(request.router, records, frozenset({Role.ROUTER}))
        after = _declaring.with_router(after, router, site, now)
    return after, None if request.reports is None else _folder(request.reports)


def _asked(
    request: Request, before: Declarations, site: str, records: Mapping[str, DeviceRecord]
) -> tuple[Declarations, str | None]:
    """What the person at the terminal makes of what is declared, and where reports shall go when that changes."""
    if before:
        click.echo("\nYou have told netguard of:", err=True)
        for line in _declaring.lines(before, records):
            click.echo(f"  {line}", err=True)
    click.echo(
        "\nLocks sleep, or have no address of their own. Those you name are in every report, seen or not.", err=True
    )
    after = _ask_locks(before, site, records)
    reports = None
    if not request.only_locks:
        after = _ask_router(after, site, records)
        reports = _ask_reports()
    if after and not (request.only_locks and after == before):
        after = _ask_removal(after, records)
    return after, reports


def _ask_locks(declared: Declarations, site: str, records: Mapping[str, DeviceRecord]) -> Declarations:
    """`declared` with the locks the person adds, one after the other."""
    question = "Which lock have you? Type a part of its name (only Enter: no more)"
    while answer := ask_record(
        question, lambda text: _declaring.search(records, text, _declaring.LOCK_ROLES), "another one"
    ):
        record, typed = answer
        links = _declaring.links_of(record)
        number = 0
        if len(links) > 1:
            number = ask_choice("How is it connected?", [LINK_NAMES[link] for link in links[:MOST_CHOICES]])
        suggestion = _declaring.free_name(_declaring.named(record.name if record else typed), declared)
        try:
            name = _declaring.named(ask_text("What do you call it", suggestion))
            said = _declaring.Said(record=record, name=name, link=links[number])
            declared = _declaring.added(declared, said, site, datetime.now(UTC))
        except UsageError as error:
            click.echo(f"{error}.", err=True)
        question = "Which other lock have you? (only Enter: no more)"
    return declared


def _ask_router(declared: Declarations, site: str, records: Mapping[str, DeviceRecord]) -> Declarations:
    """`declared` with the router that the person names, if any."""
    now = next((d.name for d in declared if d.role is Role.ROUTER), None)
    keeps = f"it is {now}" if now else "I don't know"
    answer = ask_record(
        f"Which router have you? Type a part of its name (only Enter: {keeps})",
        lambda text: tuple(r for r in _declaring.search(records, text, frozenset({Role.ROUTER})) if not r.generic),
        "another one, or I don't know",
    )
    if answer is None or answer[0] is None:
        return declared
    return _declaring.with_router(declared, answer[0], site, datetime.now(UTC))


def _ask_reports() -> str | None:
    """The folder for reports when the person wants another one than now, and agrees to what is written; else None."""
    now = str(_reports.folder())
    wanted = _folder(ask_text("Where shall reports go", now))
    if wanted == _folder(now):
        return None
    # Whether it can be written is found out before the person agrees to it.
    where = config.path()
    written = config.load().reports
    instead = f" instead of reports = {json.dumps(written, ensure_ascii=False)}" if written is not None else ""
    click.echo(f"In {where}: reports = {json.dumps(wanted, ensure_ascii=False)}{instead}", err=True)
    return wanted if click.confirm("Write that?", default=written is None, err=True) else None


def _ask_removal(declared: Declarations, records: Mapping[str, DeviceRecord]) -> Declarations:
    """`declared` without what the person takes out of the list."""
    while declared:
        click.echo("\nThis is what will be kept:", err=True)
        for number, line in enumerate(_declaring.lines(declared, records), 1):
            click.echo(f"  {number}  {line}", err=True)
        chosen = ask_number("Take one out? (its number; only Enter: keep them all)", len(declared))
        if chosen is None:
            break
        declared = (*declared[: chosen - 1], *declared[chosen:])
    return declared


def _folder(text: str) -> str:
    """A folder as it is written down: whole, so that it means the same wherever netguard is started."""
    if not text.strip():
        raise UsageError("--reports: name a folder")
    return str(Path(text.strip()).expanduser().absolute())


def _write(request: Request, before: Declarations, after: Declarations, site: str) -> None:
    """Write what differs between `before` and `after`, and nothing else."""
    kept = {d.id for d in after}
    with History.open(request.database or default_url()) as history:
        for declaration in before:
            if declaration.id not in kept:
                history.withdraw(site, declaration.id)
        for declaration in after:
            if declaration not in before:
                history.declare(declaration)


def _everywhere(request: Request) -> Declarations:
    """What is declared at every site that is known."""
    with History.open(request.database or default_url()) as history:
        sites = dict.fromkeys((*history.sites(), _session.DEFAULT_SITE))
        return tuple(declaration for site in sites for declaration in history.declared(site))


def _show(request: Request, declared: Declarations, records: Mapping[str, DeviceRecord]) -> int:
    """Say what is declared, in the form that was asked for: on stdout, since it is the result."""
    if request.json_file is not None:
        data = json.dumps({"declared": _declaring.as_json(declared)}, indent=2, ensure_ascii=False) + "\n"
        if request.json_file != "-":
            _documents.write(Path(request.json_file), data.encode())
        else:
            click.echo(data, nl=False)
            return exitcodes.DONE
    if request.only_locks and not declared:
        return exitcodes.DONE
    click.echo("Declared:" if declared else "Nothing is declared.")
    several = len({d.site for d in declared}) > 1
    for declaration, line in zip(declared, _declaring.lines(declared, records), strict=True):
        click.echo(f"  {declaration.site}: {line}" if several else f"  {line}")
    return exitcodes.DONE
