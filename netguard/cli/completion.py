"""`netguard completion`: completion for the person's shell."""

import click
from click.shell_completion import get_completion_class

GROUP = "Expert"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print completion for SHELL; its first lines say where to put it."""
    where = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/netguard.fish"}[shell]
    from netguard.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has these three
    click.echo(f"# Completion for netguard: append this to {where}, then open a new terminal.")
    click.echo(kind(cli, {}, "netguard", "_NETGUARD_COMPLETE").source())
