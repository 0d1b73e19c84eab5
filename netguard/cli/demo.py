"""`netguard demo`: scan a simulated home, with real packets where this computer can have them."""

import click

from netguard.cli import _options
from netguard.model.vocabulary import Depth

GROUP = "Start"


@click.command("demo")
@click.option(
    "--depth",
    type=click.Choice([d.value for d in Depth]),
    default=Depth.STANDARD.value,
    show_default=True,
    help="As of scan.",
)
@click.option("--html", "html_file", metavar="FILE", help="Where to write the report; default is the reports folder.")
@click.option("--json", "json_file", metavar="FILE", help="Also write the scan document.")
@click.option("--loopback", is_flag=True, help="Use the home on this computer's loopback, whatever else could be had.")
@_options.quiet
@click.pass_context
def command(
    ctx: click.Context, depth: str, html_file: str | None, json_file: str | None, loopback: bool, quiet: bool
) -> None:
    """Scan a simulated home: see what netguard does before you let it near your own.

    The home exists only inside this computer and is gone afterwards. Nothing is sent to any real network.
    """
    from netguard.cli._demo import run

    ctx.exit(run(depth, html_file, json_file, loopback=loopback, quiet=quiet))
