"""`netguard explain`: a check or a kind of device, in the words of the check or the record itself."""

import click
from click.shell_completion import CompletionItem

GROUP = "Fix"


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from netguard.cli._explain import ids

    return [CompletionItem(name) for name in ids() if name.startswith(incomplete.casefold())]


@click.command("explain")
@click.argument("what", nargs=-1, required=True, metavar="CHECK|MODEL", shell_complete=_complete)
def command(what: tuple[str, ...]) -> None:
    """Explain a check (telnet-open) or a kind of device (nuki bridge). Sends nothing.

    CHECK is an id as a report shows it: what it looks for, how severe that is where, when it says all right or not
    checked, when it errs, and what to do. MODEL is a device by its name, maker or record: how it connects, where it
    may listen, how long its maker mends faults and where to tell them of one, as far as somebody looked that up.
    """
    from netguard.cli._explain import explained

    for line in explained(" ".join(what)):
        click.echo(line)
