"""`netguard report`: say a stored scan again, in another form."""

from datetime import UTC, datetime
from pathlib import Path

import click

from netguard import registry
from netguard.cli import _options

GROUP = "Start"


@click.command("report")
@click.argument("scan", default="latest", metavar="[SCAN]")
@click.option(
    "--format",
    "form",
    type=click.Choice(registry.names("netguard.report.formats")),
    default="html",
    show_default=True,
    help="In which form.",
)
@click.option(
    "-o", "output", metavar="FILE", help="Write here; `-` is standard output. HTML goes to the reports folder."
)
@_options.site
@_options.database
def command(scan: str, form: str, output: str | None, site: str | None, database: str | None) -> None:
    """Report on a scan: SCAN is `latest` (default), `previous`, an id or its start, a file, or `-`."""
    from netguard.cli import _documents, _overlays, _reports

    now = datetime.now(UTC).astimezone()
    document, overlay = _overlays.opened(scan, database, site, now)
    module = registry.load("netguard.report.formats", form)
    text: str = module.render(document, now, overlay=overlay)
    if output == "-" or (output is None and form != "html"):
        click.echo(text, nl=not text.endswith("\n"))
        return
    path = Path(output) if output else _reports.path_for(document, module.EXTENSION)
    _documents.write(path, text.encode("utf-8", "replace"))
    click.echo(path)
