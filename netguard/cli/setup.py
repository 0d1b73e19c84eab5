"""`netguard setup`: say once what you have, so that no scan keeps silent about it."""

import click

from netguard import exitcodes
from netguard.cli import _options

GROUP = "Start"


@click.command("setup")
@click.option(
    "--lock",
    multiple=True,
    metavar="RECORD:NAME:LINK",
    help='A lock you have, as in "nuki-bridge:Front door:bridge"; RECORD "other" for one that is not known. Repeatable.',
)
@click.option("--router", metavar="RECORD", help="The router you have, as in fritzbox.")
@click.option("--remove", multiple=True, metavar="NAME", help="Something you no longer have. Repeatable.")
@click.option("--reports", metavar="FOLDER", help="Where reports go from now on; written into your config.toml.")
@click.option("--list", "show", is_flag=True, help="Only say what is declared.")
@click.option("--json", "json_file", metavar="FILE|-", help="Say what is declared as JSON.")
@click.option("--my-network", is_flag=True, help="This network is mine: remember it.")
@click.option("--only-locks", is_flag=True, hidden=True, help="Ask about the network and the locks only.")
@click.option(
    "-i", "--interface", metavar="IF", help="Which interface is in it; default is the one towards the router."
)
@_options.site
@_options.database
@click.pass_context
def command(ctx: click.Context, /, **given: object) -> None:
    """Tell netguard which locks and which router you have, and where reports go. Sends nothing.

    On a terminal it asks. With --lock, --router, --remove or --reports it does what they say. A lock that you name is
    in every report: one that was not seen is said to be so, with how to wake it or what to look at instead.
    """
    from netguard.cli._setup import Request, run

    ctx.exit(run(Request(**given)) or exitcodes.DONE)  # type: ignore[arg-type]
