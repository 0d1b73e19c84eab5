"""`netguard history`: the saved scans, a line each."""

from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from netguard.model.timeline import ScanLine

GROUP = "Over time"

_FILE = click.File("w", encoding="utf-8", atomic=True)

_TITLES = ("WHEN", "SITE", "NETWORK", "DEPTH", "ENDED", "GRADE", "DEVICES", "FINDINGS", "ID")


@click.command("history")
@click.option("--site", metavar="NAME", help="Only this site's scans.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, newest first.")
@click.option("--json", "output", type=_FILE, metavar="FILE|-", help="As JSON, into a file or to standard output.")
@click.option("--database", metavar="URL", envvar="NETGUARD_DATABASE", help="Where the scans are kept.")
def command(site: str | None, limit: int, output: IO[str] | None, database: str | None) -> None:
    """List the saved scans, newest first.

    A line says when a scan was made, of which site and network, how deep it went, how it ended,
    its grade, how many devices were seen, how many findings stood open, and its id.
    """
    from netguard.history.database import default_url
    from netguard.history.store import History

    with History.open(database or default_url()) as history:
        lines = history.list(site, limit)
        sites = history.sites()
    if output is not None:
        import json

        json.dump([_as_json(line) for line in lines], output, ensure_ascii=False, indent=1)
        output.write("\n")
    elif lines:
        click.echo(_table([_TITLES, *(_cells(line) for line in lines)]))
    if not lines:
        click.echo(_nothing(site, sites), err=True)


def _nothing(site: str | None, sites: tuple[str, ...]) -> str:
    from netguard.model.observation import clean

    if site is None:
        return "There are no saved scans yet. `netguard scan` makes the first one."
    others = ", ".join(clean(name) for name in sites if name != site)
    there = f" There are scans or homes of: {others}." if others else ""
    return f"There are no saved scans of site {clean(site)!r} yet.{there} `netguard scan` makes one, in that home."


def _cells(line: "ScanLine") -> tuple[str, ...]:
    from netguard.model.observation import clean

    return (
        _local(line.started_at),
        clean(line.site),
        f"{line.prefix} on {clean(line.interface)}",
        line.depth.value,
        line.ended.value,
        clean(line.grade) if line.grade else "incomplete",
        str(line.devices),
        str(line.failing),
        clean(line.id),
    )


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


def _as_json(line: "ScanLine") -> dict[str, Any]:
    return {
        "id": line.id,
        "site": line.site,
        "started_at": line.started_at.isoformat().replace("+00:00", "Z"),
        "finished_at": line.finished_at.isoformat().replace("+00:00", "Z"),
        "ended": line.ended.value,
        "grade": line.grade,
        "depth": line.depth.value,
        "interface": line.interface,
        "prefix": str(line.prefix),
        "devices": line.devices,
        "failing": line.failing,
    }
