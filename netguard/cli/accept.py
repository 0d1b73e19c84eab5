"""`netguard accept`: decide to live with a risk for a while, with a reason, an owner and a last day."""

from typing import IO, Any

import click

from netguard.cli import _options

GROUP = "Over time"

RISK = "risk"
"""The command that is meant where the first word is none of the others: `netguard accept FINGERPRINT`."""

LIST = "list"
"""What is meant where there is no word at all."""

_FILE = click.File("w", encoding="utf-8", atomic=True)

_until = click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which it holds, as 2026-03-01; at most a year from today.",
)


class _Accepting(click.Group):
    """A group whose command for accepting may be left out, and lists without any."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = {*self.commands, *ctx.help_option_names}
        if args and args[0] in words:
            return super().parse_args(ctx, args)
        options, rest = self._listing(args)
        if rest and rest[0] in self.commands:  # `--site home list`
            return super().parse_args(ctx, [rest[0], *options, *rest[1:]])
        return super().parse_args(ctx, [RISK if rest else LIST, *args])

    def _listing(self, args: list[str]) -> tuple[list[str], list[str]]:
        """`args` as options of the list, with their values, and what follows them."""
        own = {name for option in self.commands[LIST].params for name in option.opts}
        at = 0
        while at < len(args) and args[at].partition("=")[0] in own:
            at += 1 if "=" in args[at] else 2
        return args[:at], args[at:]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        del ctx
        return ["FINGERPRINT|CHECK@DEVICE --reason WHY --until DATE"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = (p for p in self.commands[RISK].params if isinstance(p, click.Option))
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section("To accept a risk"):
            formatter.write_dl(records)
        super().format_options(ctx, formatter)


@click.group("accept", cls=_Accepting)
def command() -> None:
    """Accept a risk for a while: it stays open, and does not count. Without arguments: what is accepted.

    FINGERPRINT is one finding, or at least its first 8 digits: a report shows it beneath what was found.
    CHECK@DEVICE is all that one check finds on one device, for example telnet-open@"Study printer";
    DEVICE is what `netguard devices` shows, or `wifi:NAME`, `segment:PREFIX` or `network`.
    Where it could be of several sites, say --site.

    Both match exactly. It holds at once, for saved scans, too: reports show it as accepted and by whom,
    it does not lower the grade, and `netguard scan --fail-on` does not fail for it. After DATE it counts again.
    """


@command.command(RISK, hidden=True)
@click.argument("target", metavar="FINGERPRINT|CHECK@DEVICE")
@click.option("--reason", required=True, metavar="WHY", help="Why you live with it; every report shows it.")
@_until
@click.option("--owner", metavar="NAME", help="Who decides; default is your login name.")
@_options.site
@_options.database
def risk(target: str, **given: Any) -> None:
    """Accept one finding, or all that one check finds on one device, for a while."""
    from netguard.cli import _accepting

    given["until"] = given["until"].date()
    for line in _accepting.accept(target, **given):
        click.echo(line)


@command.command(LIST)
@click.option("--json", "output", type=_FILE, metavar="FILE|-", help="As JSON, into a file or to standard output.")
@_options.site
@_options.database
def list_(output: IO[str] | None, site: str | None, database: str | None) -> None:
    """List what is accepted, and whether it still holds."""
    from netguard.cli import _accept_list

    listed = _accept_list.listed(site, database)
    if output is not None:
        import json

        json.dump([_accept_list.as_json(each) for each in listed], output, ensure_ascii=False, indent=1)
        output.write("\n")
    elif listed:
        click.echo(_accept_list.table(listed))
    if not listed:
        click.echo("Nothing is accepted. netguard accept --help says how.", err=True)
    for each in listed:
        for line in _accept_list.warnings(each):
            click.echo(f"netguard: {line}", err=True)


@command.command("renew")
@click.argument("id_", metavar="ID")
@_until
@click.option("--reason", metavar="WHY", help="Another reason than before.")
@_options.site
@_options.database
def renew(id_: str, **given: Any) -> None:
    """Let decision ID hold until another day."""
    from netguard.cli import _accepting

    given["until"] = given["until"].date()
    for line in _accepting.renew(id_, **given):
        click.echo(line)


@command.command("remove")
@click.argument("id_", metavar="ID")
@_options.site
@_options.database
def remove(id_: str, site: str | None, database: str | None) -> None:
    """Take decision ID back: it counts again at once."""
    from netguard.cli import _accepting

    click.echo(_accepting.remove(id_, site, database))
