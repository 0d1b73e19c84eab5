"""`netguard advisories`: what netguard knows of faults in routers and other devices, and how old that is."""

from typing import IO

import click

GROUP = "Fix"


@click.group("advisories", invoke_without_command=True)
@click.option("--model", metavar="NAME", help="Only what is known of this model, as its label names it: R7000.")
@click.pass_context
def command(ctx: click.Context, model: str | None) -> None:
    """Say which faults that attackers use, and which models without corrections, netguard knows of. Sends nothing.

    A line a maker: how many faults and models, when somebody last looked, and whether the file is your own. The
    catalogue of faults is CISA's; one that is older than 180 days passes nothing, and a scan says so.
    """
    if ctx.invoked_subcommand is not None:
        return
    from netguard.cli._advisories import about, listed

    for line in about(model) if model is not None else listed():
        click.echo(line)


@command.command("import")
@click.argument("file", metavar="FILE", type=click.File("rb"))
def import_(file: IO[bytes]) -> None:
    """Read a newer catalogue of faults from FILE, the JSON that CISA publishes. `-` is standard input. Sends nothing.

    It becomes records in your own rules folder. One that is older than what netguard has, or is broken, changes nothing.
    """
    from netguard.cli._advisories import brought

    for line in brought(file):
        click.echo(line)
