"""`netguard upnp`: the ports that the router forwards by UPnP, and taking one of them back."""

from typing import IO

import click

from netguard.cli import _options

GROUP = "Fix"

_FILE = click.File("w", encoding="utf-8", atomic=True)


@click.group("upnp")
def command() -> None:
    """List the ports that lead in from the internet by UPnP, or have the router close one."""


@command.command("list")
@click.argument("scan", default="latest", metavar="[SCAN]")
@click.option("--json", "output", type=_FILE, metavar="FILE|-", help="As JSON, into a file or to standard output.")
@_options.site
@_options.database
def list_(scan: str, output: IO[str] | None, site: str | None, database: str | None) -> None:
    """List the mappings that a scan read. Sends nothing.

    SCAN is `latest` (default), `previous`, an id or its start, a file, or `-`. A line says the port as `remove` wants it,
    where it leads, to which device, and for how long.
    """
    from netguard.cli import _documents, _mappings

    document = _documents.open_scan(scan, database, site)
    if output is not None:
        output.write(_mappings.as_json(document) + "\n")
    else:
        click.echo(_mappings.listed(document))


@command.command("remove")
@click.argument("mapping")
@click.option(
    "--remote-host", metavar="HOST", help="Which one is meant where several differ in whom they let in from outside."
)
@click.option("--yes", is_flag=True, help="Delete it without asking.")
@click.option("-i", "--interface", metavar="IF", help="Which interface leads to the router.")
@click.option("--my-network", is_flag=True, help="This network is mine: remember it.")
@click.option("--user", metavar="NAME", help="With root: whom to become; default is who called sudo.")
@_options.site
@_options.database
@click.pass_context
def remove(ctx: click.Context, /, **given: object) -> None:
    """Have the router delete one mapping, and see that it is gone.

    MAPPING is `tcp/8443`, or `udp/51820@192.168.1.1` where another device than your router keeps it.
    It is read from the router as it is now, shown, deleted when you agree, and looked for again. Nothing else is changed.
    The program that asked for it may ask again: switch UPnP off in the router's menu, or in the program, to keep it closed.
    """
    from netguard.cli._removing import Request, run

    ctx.exit(run(Request(**given)))  # type: ignore[arg-type]
