"""Options that several commands share."""

import click

from netguard.model.vocabulary import Severity

database = click.option(
    "--database",
    envvar="NETGUARD_DATABASE",
    metavar="URL",
    help="Where the history is kept; default is a file of your own.",
)
site = click.option("--site", metavar="NAME", help="Which home this is, when you look after several.")
fail_on = click.option(
    "--fail-on",
    type=click.Choice([s.value for s in Severity]),
    help="Exit with 1 when something at least this severe stands open; what you accepted does not count.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="Only results and errors.")
verbose = click.option("-v", "--verbose", is_flag=True, help="Also what was skipped or failed, and why.")
