"""`netguard firewall`: the rules for one's own router, how to take them back, and the proof that they do what the plan says."""

import click

from netguard.cli import _options

GROUP = "Fix"


@click.command("firewall")
@click.argument("scan", required=False, metavar="[SCAN]")
@click.option("--platform", metavar="NAME", help="Which router: an id of --list-platforms.")
@click.option("--plan", metavar="FILE", help="The plan, as you edited it; without it one is proposed from the scan.")
@click.option(
    "-o", "output", metavar="DIR", help="Write the files here, a new folder; `-` prints all of them as one text."
)
@click.option("--prove", is_flag=True, help="Try the rules with real packets in a simulated home, as far as that goes.")
@click.option("--html", metavar="FILE", help="Write the scan's report with these rules, their undo and proof here.")
@click.option("--json", "as_json", metavar="FILE|-", help="With --prove: what it showed, as JSON.")
@click.option("--list-platforms", is_flag=True, help="Print the ids of the routers that netguard has words for.")
@_options.site
@_options.database
@click.pass_context
def command(ctx: click.Context, /, **given: object) -> None:
    """Write what makes your router do what the plan says, with its undo and the steps in which to apply it.

    SCAN is `latest` (default), `previous`, an id or its start, a file, or `-`; with --plan it may be left out, and says which
    findings the rules close. Nothing is sent to your network, and nothing is changed on your router: you apply it.

    --prove builds the plan's networks and devices inside this computer (Linux), lets everybody ask everything before and
    after the rules are loaded, and prints who reaches whom. Where the rules cannot be run it says what the plan means,
    and that it was calculated. Rules that do other than the plan says are not written: exit code 1.
    """
    from netguard.cli._firewall import Request, list_platforms, run

    if given.pop("list_platforms"):
        for name in list_platforms():
            click.echo(name)
        return
    ctx.exit(run(Request(**given)))  # type: ignore[arg-type]
