"""The commands, one per file: parse, call, print. Only here do errors become exit codes.

A command is a module that defines `command` and `GROUP`. Nothing but click and names is imported before a command runs.
"""

import sys
from collections.abc import Iterator

import click

from netguard import __version__, exitcodes, registry
from netguard.cli import _output
from netguard.errors import NetguardError

GROUPS = ("Start", "Fix", "Over time", "Expert")
"""The sections of `netguard --help`, in order."""


_WORDS = "netguard.words"
"""Under this name click's context keeps the words after the command."""


class _Commands(click.Group):
    """Commands by listing this folder; help in groups."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return list(registry.names("netguard.cli"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's interface
        if cmd_name not in registry.names("netguard.cli"):
            return None
        command: click.Command = registry.load("netguard.cli", cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, and remember the words after the command: what is said before it runs depends on them."""
        found = super().resolve_command(ctx, args)
        ctx.meta[_WORDS] = found[2]
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for group in GROUPS:
            rows = list(self._rows(ctx, group, formatter.width - 30))
            if rows:
                with formatter.section(group):
                    formatter.write_dl(rows)

    def _rows(self, ctx: click.Context, group: str, width: int) -> Iterator[tuple[str, str]]:
        for name in self.list_commands(ctx):
            module = registry.load("netguard.cli", name)
            if group == module.GROUP:
                yield name, module.command.get_short_help_str(max(width, 45))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="netguard", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """What on your home network could end up opening the front door, and what to do about it.

    Without a command it shows your last result; the first time, on a terminal, it makes one.
    """
    if ctx.invoked_subcommand is None:
        from netguard.cli._bare import bare

        ctx.exit(bare(ctx))
    from netguard.cli import _lately

    _lately.tell(ctx.invoked_subcommand, ctx.meta.get(_WORDS, ()))


def main() -> None:
    """Entry point: run, and exit with the code of the contract."""
    _output.prepare()
    try:
        code = cli.main(prog_name="netguard", standalone_mode=False)
        _output.flush()
    except click.exceptions.Abort:
        code = exitcodes.INTERRUPTED
    except click.ClickException as error:
        _output.tell(error.show)
        code = exitcodes.USAGE
    except NetguardError as error:
        said = f"netguard: {error}"
        _output.tell(lambda: click.echo(said, err=True))
        code = error.exit_code
    except _output.ReaderGoneError:
        code = _output.abandon()
    except _output.UnwrittenError as error:
        code = _output.abandon(error)
    sys.exit(code if isinstance(code, int) else exitcodes.DONE)
