"""`netguard home`: which networks are yours."""

import click

from netguard.cli import _options

GROUP = "Over time"

_YES = click.option("--yes", is_flag=True, help="Do it without asking.")


@click.group("home")
def command() -> None:
    """List the networks that netguard knows as yours, take one out, or say that the router was replaced."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_options.database
@click.pass_context
def list_(ctx: click.Context, as_json: bool, database: str | None) -> None:
    """List the networks that are yours: which home, the router's MAC address, the addresses, since when. Sends nothing."""
    from netguard.cli._home import show

    ctx.exit(show(database, as_json=as_json))


@command.command("moved")
@_options.site
@click.option(
    "--instead-of", metavar="MAC", help="Which router is no longer there, where the home has networks of several."
)
@click.option(
    "-i", "--interface", metavar="IF", help="Which interface is in the network; default is the one to the router."
)
@_YES
@_options.database
@click.pass_context
def moved(ctx: click.Context, /, **given: object) -> None:
    """Say that the network you are in now is the home you had before: a new router, other addresses.

    The home keeps its name, its scans, devices and everything said about them. Sends nothing.
    """
    from netguard.cli._home import Moved, moved

    ctx.exit(moved(Moved(**given)))  # type: ignore[arg-type]


@command.command("forget")
@click.argument("site")
@click.option("--router", metavar="MAC", help="Only the network of this router.")
@_YES
@_options.database
@click.pass_context
def forget(ctx: click.Context, site: str, router: str | None, yes: bool, database: str | None) -> None:
    """Forget that the networks of SITE are yours: they are not scanned any more until you say so again.

    Scans and devices stay.
    """
    from netguard.cli._home import forget

    ctx.exit(forget(site, router, yes=yes, database=database))
