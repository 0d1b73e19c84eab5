"""Asking the person, on a terminal."""

import click

from netguard.errors import NotAtHomeError
from netguard.model.surroundings import Surroundings


def ask_whose_network(around: Surroundings, reason: str, suggestion: str) -> str:
    """The name the person gives this network after saying that it is theirs. Raises `NotAtHomeError` when it is not."""
    vantage = around.vantage
    click.echo(reason, err=True)
    where = f"{vantage.segment.prefix} on {vantage.interface}"
    if vantage.segment.ssid:
        where += f" (Wi-Fi {vantage.segment.ssid})"
    click.echo(
        f"This network: {where}, router {vantage.gateway.address if vantage.gateway else 'not known'}.", err=True
    )
    click.echo("Only look at networks that are yours, or whose owner has said yes.", err=True)
    if not click.confirm("Is this network yours?", default=False, err=True):
        raise NotAtHomeError("nothing was sent")
    name: str = click.prompt("What shall it be called", default=suggestion, err=True)
    return name.strip()[:64] or suggestion
