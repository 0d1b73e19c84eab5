"""`netguard plan`: a plan for the home that a person can edit, made of a scan."""

import click

from netguard.cli import _options

GROUP = "Fix"


@click.command("plan")
@click.argument("scan", default="latest", metavar="[SCAN]")
@click.option("-o", "output", metavar="FILE", help="Write the plan here; by itself it goes to standard output.")
@click.option("--force", is_flag=True, help="Replace FILE, with all that was edited in it.")
@click.option(
    "--from-router",
    "export",
    metavar="EXPORT",
    help="Your router's configuration (OpenWrt, RouterOS, VyOS, EdgeOS), for its networks, names and addresses.",
)
@click.option(
    "--learnt",
    metavar="FILE",
    help="What devices were seen to do in the internet (netguard.egress/1), for where they may go.",
)
@click.option(
    "--plan",
    metavar="FILE",
    help="Complete the plan that you began in FILE, and write it back; -o writes it elsewhere.",
)
@_options.site
@_options.database
def command(
    scan: str,
    output: str | None,
    force: bool,
    export: str | None,
    learnt: str | None,
    plan: str | None,
    site: str | None,
    database: str | None,
) -> None:
    """Propose which devices get a network of their own, and who may talk to whom, as a file to be edited.

    SCAN is `latest` (default), `previous`, an id or its start, a file, or `-`. Nothing is sent and nothing is changed: the plan says
    in comments what moves, why, and what you lose by it. EXPORT is what the router itself prints: `uci export` of OpenWrt,
    `/export` of RouterOS, `show configuration commands` of VyOS and EdgeOS. `netguard firewall --plan FILE` makes rules of it.

    With --plan, what you wrote stays to the letter, comments too: missing fields, networks and devices are added, and where the
    scan says otherwise you are told.
    """
    from netguard.cli._plan import Request, run

    run(
        Request(
            scan=scan, output=output, force=force, export=export, learnt=learnt, plan=plan, site=site, database=database
        )
    )
