"""`netguard scan`: look at the network and report."""

from pathlib import Path

import click

from netguard import exitcodes
from netguard.cli import _options
from netguard.model.vocabulary import Depth

GROUP = "Start"


@click.command("scan")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "-i", "--interface", metavar="IF", help="Which interface to look from; default is the one towards the router."
)
@click.option(
    "--depth",
    type=click.Choice([d.value for d in Depth]),
    default=Depth.STANDARD.value,
    show_default=True,
    help="discover: who is here; quick: what they are, risky ports; standard: what opens the door, fully; deep: all ports.",
)
@click.option("--json", "json_file", metavar="FILE|-", help="Also write the scan document.")
@click.option("--html", "html_file", metavar="FILE", help="Where to write the report; default is the reports folder.")
@click.option("--no-html", is_flag=True, help="Write no report.")
@_options.site
@_options.fail_on
@click.option("--no-save", is_flag=True, help="Leave the scan out of the history.")
@click.option("--my-network", is_flag=True, help="This network is mine: remember it.")
@click.option(
    "--max-time", type=click.FloatRange(min=1), metavar="SECONDS", help="End after this time with what was learnt."
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent to whom, and send nothing.")
@click.option("--large", is_flag=True, help="Allow networks larger than a /16.")
@click.option(
    "--infrastructure-only",
    is_flag=True,
    help="Count phones, computers and other personal devices; do not name, list or probe them.",
)
@click.option(
    "--wait-for",
    multiple=True,
    metavar="NAME",
    help="Wait until this device (of `netguard setup` or `netguard devices`) shows itself; may be given again.",
)
@click.option(
    "--wifi",
    default="auto",
    show_default=True,
    metavar="auto|off|FILE",
    help="What to make of Wi-Fi: this computer's radio at depth standard and deep, nothing, or a capture or list.",
)
@click.option(
    "--ssid", "ssids", multiple=True, metavar="NAME", help="A Wi-Fi network that is yours; may be given again."
)
@click.option(
    "--upnp-active",
    is_flag=True,
    help="Also see whether the router opens a port for anybody: writes one to it, and takes it back. Asks first.",
)
@click.option(
    "--logins",
    is_flag=True,
    help="Also see whether a router still takes the login it came with: three tries at most. Asks first.",
)
@click.option("--yes", is_flag=True, help="Yes to what --upnp-active and --logins ask.")
@click.option(
    "--user", metavar="NAME", help="With root: whom to become once sockets are open; default is who called sudo."
)
@click.option(
    "--transcript", type=click.Path(dir_okay=False, path_type=Path), help="Write every packet-sending act here."
)
@_options.quiet
@_options.verbose
@_options.database
@click.pass_context
def command(ctx: click.Context, /, **given: object) -> None:
    """Find the devices of this network, what endangers its locks, and what to do about it.

    TARGET is an address or network on this computer's own link; default is all of it. Results go to stdout: the
    summary, or with --json - the document. Ctrl-C ends the scan and keeps what was learnt.
    """
    from netguard.cli._run import Request, run

    ctx.exit(run(Request(**given)) or exitcodes.DONE)  # type: ignore[arg-type]
