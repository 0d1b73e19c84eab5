"""`netguard diff`: what changed between two scans."""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netguard import exitcodes, registry
from netguard.cli import _options

if TYPE_CHECKING:
    from netguard.cli._compared import Pair
    from netguard.model.difference import Difference
    from netguard.rules.loader import Rules

GROUP = "Over time"

WIDEST = 110
"""Columns that a line has at most; longer ones are hard to read."""


@click.command("diff")
@click.argument("old", required=False, metavar="[OLD]")
@click.argument("new", required=False, metavar="[NEW]")
@click.option(
    "--format",
    "form",
    type=click.Choice(registry.names("netguard.report.diffs")),
    default="text",
    show_default=True,
    help="In which form.",
)
@click.option(
    "-o", "output", metavar="FILE", help="Write here; `-` is standard output. HTML goes to the reports folder."
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something changed.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing when nothing changed; JSON is printed all the same.")
@_options.site
@_options.database
@click.pass_context
def command(
    ctx: click.Context,
    /,
    old: str | None,
    new: str | None,
    form: str,
    output: str | None,
    exit_code: bool,
    quiet: bool,
    site: str | None,
    database: str | None,
) -> None:
    """Say what changed between two scans of one home, and why it is told: the home, the rules, or how it was looked at.

    OLD and NEW are `latest`, `previous`, an id or its start, a file, or `-`. Without NEW it is the latest scan; without OLD
    it is compared with the newest finished scan before it of the same network.
    """
    from netguard.cli import _documents, _reports

    if old == new == "-":
        raise click.UsageError("standard input holds one scan only: name a file for the other")
    found, difference = _looked_up(old, new, site, database)
    if found.swapped and not quiet:
        click.echo(f"netguard: {found.new.id} is the newer one, so it is compared with {found.old.id}", err=True)
    now = datetime.now(UTC).astimezone()
    if output == "-" or (output is None and form != "html"):
        if not (quiet and difference.is_empty and form != "json"):
            click.echo(_rendered(form, difference, now), nl=False)
    else:
        module = registry.load("netguard.report.diffs", form)
        path = Path(output) if output else _reports.path_for_difference(difference, module.EXTENSION)
        _documents.write(path, module.render(difference, now).encode("utf-8", "replace"))
        if not (quiet and difference.is_empty):
            click.echo(path)
    ctx.exit(exitcodes.FOUND if exit_code and not difference.is_empty else exitcodes.DONE)


def _looked_up(old: str | None, new: str | None, site: str | None, database: str | None) -> "tuple[Pair, Difference]":
    """The two scans and what changed; of two files the history is not opened, since they may be another computer's."""
    with _nothing_collected():
        return _compare(old, new, site, database)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Without the garbage collector: what is loaded and read lives until the end (`_series.MOST` bounds it).

    Looking through it again and again takes a tenth of a comparison's time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _compare(old: str | None, new: str | None, site: str | None, database: str | None) -> "tuple[Pair, Difference]":
    from netguard.cli import _compared, _documents, _reading

    now = datetime.now(UTC)
    if old is not None and new is not None and _documents.is_file(old) and _documents.is_file(new):
        found = _compared.pair(None, old, new, site)
        return found, _compared.between(None, _rules(found), found, now)
    from netguard.history.database import default_url

    with _reading.opened(database or default_url()) as history:
        found = _compared.pair(history, old, new, site)
        return found, _compared.between(history, _rules(found), found, now)


def _rules(found: "Pair") -> "Rules | None":
    """Load the rules where they are needed; reading them takes longer than comparing."""
    from netguard import config
    from netguard.rules import loader

    return None if found.alike else loader.load(config.folder() / "rules")


def _rendered(form: str, difference: "Difference", now: datetime) -> str:
    """Render for standard output: as wide as the terminal, and in colour there."""
    module = registry.load("netguard.report.diffs", form)
    terminal: dict[str, Any] = {}
    if form == "text" and sys.stdout.isatty():
        width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
        terminal = {"width": width, "colour": not os.environ.get("NO_COLOR")}
    text: str = module.render(difference, now, **terminal)
    return text
