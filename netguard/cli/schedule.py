"""`netguard schedule`: scan by itself, every week."""

import click

from netguard.cli import _options
from netguard.model.vocabulary import Depth

GROUP = "Over time"

_EVERY = click.option(
    "--every", default="week", show_default=True, metavar="week|day|N-hours", help="How often, as in 12-hours."
)
_NOT_ON_BATTERY = click.option("--not-on-battery", is_flag=True, help="Not while this computer runs on its battery.")
_YES = click.option("--yes", is_flag=True, help="Do it without asking.")
_USER = click.option("--user", metavar="NAME", help="With root: whose schedule; default is who called sudo.")


@click.group("schedule")
def command() -> None:
    """Scan by itself, at home only, and say something when something changed.

    The system's own scheduler starts netguard every hour. It ends at once, and has sent nothing, where this is not your
    network or no scan is due: so a laptop that was away or asleep at its time is scanned within an hour of coming home.
    """


@command.command("install")
@_EVERY
@click.option(
    "--notify",
    multiple=True,
    metavar="URL|-",
    help="Whom to tell what changed, as in ntfy://topic; `-` asks for it, so that it is in no list of commands. Repeatable.",
)
@click.option("--system", is_flag=True, help="For the whole computer, with raw sockets: Linux with systemd, and sudo.")
@_NOT_ON_BATTERY
@click.option("--depth", type=click.Choice([d.value for d in Depth]), help="How deep to look; default is as in scan.")
@click.option("-i", "--interface", metavar="IF", help="Which interface to look from; default is the one to the router.")
@click.option(
    "--kind", metavar="NAME", help="Which scheduler: systemd, cron, launchd or windows; default is the best here."
)
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@_YES
@_USER
@_options.database
@click.pass_context
def install(ctx: click.Context, /, **given: object) -> None:
    """Have this computer scan by itself. Shows what it writes, and asks first.

    The same again changes nothing, other options change what is there. The addresses of --notify are kept in a file that
    only you can read, and stand in nothing else.
    """
    from netguard.cli._schedule import Request, install

    ctx.exit(install(Request(**given)))  # type: ignore[arg-type]


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_USER
@_options.database
@click.pass_context
def status(ctx: click.Context, as_json: bool, user: str | None, database: str | None) -> None:
    """Say what is scheduled, when it looks next, when the last scan was, and what the last runs said."""
    from netguard.cli._schedule_status import status

    ctx.exit(status(as_json=as_json, user=user, database=database))


@command.command("remove")
@_YES
@_USER
@click.pass_context
def remove(ctx: click.Context, yes: bool, user: str | None) -> None:
    """Take out all that `install` wrote, with the receivers of --notify and the log. Scans and settings stay."""
    from netguard.cli._schedule import remove

    ctx.exit(remove(yes=yes, user=user))


@command.command("run")
@_EVERY
@_NOT_ON_BATTERY
@click.option("--depth", type=click.Choice([d.value for d in Depth]), default=Depth.STANDARD.value)
@click.option("-i", "--interface", metavar="IF")
@click.option("--with", "variables", multiple=True, metavar="NAME=VALUE", hidden=True)
@_options.site
@_options.database
@click.pass_context
def run(ctx: click.Context, /, variables: tuple[str, ...], database: str | None, **given: object) -> None:
    """Do what the scheduler has done every hour: look whether this is home and a scan is due; scan, and tell what changed.

    Away from home, and where nothing is due, it sends nothing. What it did is in its log (`netguard schedule status`).
    """
    from netguard.cli._schedule_found import adopt

    adopt(variables)
    from netguard.cli._scheduled import run

    ctx.exit(run(database=database, **given))  # type: ignore[arg-type]
