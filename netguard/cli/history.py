"""`netguard history`: the saved scans, a line each; which of them stay; one file of them all, and back."""

from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper
from typing import IO, Any

import click

from netguard.cli import _options

GROUP = "Over time"

_FILE = click.File("w", encoding="utf-8", atomic=True)

_DAYS = click.IntRange(min=0, max=36_500)
"""A hundred years; a calendar has no more than some thousand, and no history as many."""


@click.group("history", invoke_without_command=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, newest first.")
@click.option("--json", "output", type=_FILE, metavar="FILE|-", help="As JSON, into a file or to standard output.")
@_options.site
@_options.database
@click.pass_context
def command(ctx: click.Context, limit: int, output: IO[str] | None, site: str | None, database: str | None) -> None:
    """List the saved scans, newest first; keep, thin out, move and put back the history. Sends nothing.

    A line says when a scan was made, of which site and network, with which rights (full: with raw
    sockets), how deep it went, how it ended, its grade, how many devices were seen, how many findings
    stood open, how many of them are new and how many are resolved since the finished scan of the same
    network before it, and its id.
    """
    ctx.obj = (database, site)
    if ctx.invoked_subcommand is not None:
        return
    from netguard.cli import _timeline
    from netguard.history.database import default_url
    from netguard.history.store import History

    with History.open(database or default_url()) as history:
        told = _timeline.told(history, site, limit)
        sites = history.sites()
        remarks = [*history.remarks, *filter(None, [history.other_copy()])]
    if output is not None:
        import json

        json.dump([_timeline.as_json(each) for each in told], output, ensure_ascii=False, indent=1)
        output.write("\n")
    elif told:
        click.echo(_table(_timeline.rows(told)))
    if not told:
        click.echo(_nothing(site, sites), err=True)
    for remark in remarks:
        click.echo(f"netguard: {remark}", err=True)


def _on_history(act: Callable[..., None]) -> Callable[..., None]:
    """Give `act` the database's URL and the site; `--site` and `--database` may stand behind the word, too."""

    def acting(
        given: tuple[str | None, str | None], /, *, site: str | None, database: str | None, **arguments: Any
    ) -> None:
        from netguard.history.database import default_url

        act(database or given[0] or default_url(), site if site is not None else given[1], **arguments)

    update_wrapper(acting, act)
    return _options.site(_options.database(click.pass_obj(acting)))


@command.command("prune")
@_on_history
@click.option("--keep-all", type=_DAYS, metavar="DAYS", help="Keep every scan for so long.  [90]")
@click.option("--keep-weekly", type=_DAYS, metavar="DAYS", help="One a week for so long.  [365]")
@click.option("--scan", metavar="ID", help="Take out just this one, such as one that is damaged.")
@click.option("--dry-run", is_flag=True, help="Only list what would be taken out.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
def prune(
    url: str,
    site: str | None,
    *,
    keep_all: int | None,
    keep_weekly: int | None,
    scan: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Take old scans out: all of 90 days stay, then one a week for a year, and one a month before that.

    Days count back from the newest scan. Each network's newest, newest finished and oldest scan stay, and
    so do those that say since when a problem stands that is open now, and all that was learnt: devices,
    their names, mappings, accepted risks. When something else came and went is told to a week or month
    then. What is taken out is gone; `netguard history export` keeps it in a file before.
    """
    from netguard.cli import _keeping

    _keeping.prune(url, site, keep_all=keep_all, keep_weekly=keep_weekly, scan=scan, dry_run=dry_run, yes=yes)


@command.command("export")
@_on_history
@click.argument("file", metavar="FILE|-")
def export(url: str, site: str | None, *, file: str) -> None:
    """Write everything (of --site) into one FILE: scans, devices, homes, mappings, accepted risks.

    It is a copy to keep, or to move to another computer or to PostgreSQL with `netguard history import`.
    It holds all that is known of the home and nothing is left out: keep it as you keep your keys.
    """
    from netguard.cli import _keeping

    _keeping.export(url, site, file)


@command.command("import")
@_on_history
@click.argument("file", metavar="FILE|-")
def import_(url: str, site: str | None, *, file: str) -> None:
    """Add what FILE holds: what `netguard history export` wrote, or one scan document (`--json`).

    It is looked through first. Nothing is written when anything in it is damaged, edited or contradicts
    what is here, and nothing that is here is changed.
    """
    from netguard.cli import _keeping

    _keeping.take_in(url, site, file)


@command.command("restore")
@_on_history
@click.option("--yes", is_flag=True, help="Also where the history can still be read, without asking.")
@click.option("--from", "copy", metavar="FILE", help="This copy, not the last one.")
def restore(url: str, site: str | None, *, yes: bool, copy: str | None) -> None:
    """Put the last good copy of the history into its place; the file that is there is kept beside it.

    The copy is made once a week after a scan, and before a newer netguard changes the history's format. One
    that has scans which are no longer in the history is not overwritten then, but kept with its date.
    """
    del site
    from netguard.cli import _keeping

    _keeping.restore(url, yes=yes, copy=copy)


def _nothing(site: str | None, sites: tuple[str, ...]) -> str:
    from netguard.model.observation import clean

    if site is None:
        return "There are no saved scans yet. `netguard scan` makes the first one."
    others = ", ".join(clean(name) for name in sites if name != site)
    there = f" There are scans or homes of: {others}." if others else ""
    return f"There are no saved scans of site {clean(site)!r} yet.{there} `netguard scan` makes one, in that home."


def _local(time: datetime) -> str:
    """Render `time` in this computer's time zone; in UTC where that cannot say it (the years 1 and 9999)."""
    try:
        return f"{time.astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return f"{time:%Y-%m-%d %H:%M} UTC"


def _table(rows: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell, two spaces between; characters that fill two columns count as two."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    padded = [[cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return "\n".join("  ".join(cells).rstrip() for cells in padded)
