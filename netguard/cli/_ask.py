"""Asking the person, on a terminal. Questions go to stderr; the end of input (Ctrl-D) is `click.Abort`."""

from collections.abc import Callable, Sequence

import click

from netguard.errors import NotAtHomeError
from netguard.model.observation import clean
from netguard.model.surroundings import Surroundings
from netguard.rules.schema import DeviceRecord

MOST_CHOICES = 9
"""Choices shown at once, so that one key picks one; more are not read."""


def ask_whose_network(around: Surroundings, reason: str) -> None:
    """Ask whether this network is the person's own. Raises `NotAtHomeError` when it is not."""
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


def ask_network_name(suggestion: str) -> str:
    """What the person calls this network, at most 64 characters; `suggestion` for only Enter."""
    name: str = click.prompt("What shall it be called", default=suggestion, err=True)
    return name.strip()[:64] or suggestion


def ask_text(question: str, default: str = "") -> str:
    """What the person types, in one line; `default` when it is only Enter."""
    typed: str = click.prompt(question, default=default, show_default=bool(default), err=True)
    return clean(typed)


def ask_number(question: str, highest: int, *, lowest: int = 1) -> int | None:
    """A number from `lowest` to `highest`, or None for Enter. Asks again until it is one."""
    while True:
        typed = ask_text(question)
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and lowest <= int(typed[:4]) <= highest:
            return int(typed[:4])
        click.echo(f"Type a number from {lowest} to {highest}, or only Enter.", err=True)


def ask_choice(question: str, choices: Sequence[str]) -> int:
    """The index of one of `choices` (at most `MOST_CHOICES`), numbered from 1 as they are shown; Enter takes the first."""
    for number, choice in enumerate(choices[:MOST_CHOICES], 1):
        click.echo(f"  {number}  {choice}", err=True)
    chosen = ask_number(f"{question} (Enter for 1)", min(len(choices), MOST_CHOICES))
    return 0 if chosen is None else chosen - 1


def ask_record(
    question: str, find: Callable[[str], tuple[DeviceRecord, ...]], other: str
) -> tuple[DeviceRecord | None, str] | None:
    """Search by typing: the record that was chosen and what was typed, or None when it was only Enter.

    The record is null for what the search does not have, which is always the last choice, called `other`.
    """
    while True:
        typed = ask_text(question)
        if not typed:
            return None
        found = find(typed)
        for number, record in enumerate(found[:MOST_CHOICES], 1):
            click.echo(f"  {number}  {_told(record)}", err=True)
        if len(found) > MOST_CHOICES:
            click.echo(f"     and {len(found) - MOST_CHOICES} more: type more of the name to see them", err=True)
        click.echo(f"  0  {other}" if found else f"Nothing here is called that.\n  0  {other}", err=True)
        chosen = ask_number("Which one? (a number, or Enter to search again)", min(len(found), MOST_CHOICES), lowest=0)
        if chosen is not None:
            return (found[chosen - 1] if chosen else None), typed


def _told(record: DeviceRecord) -> str:
    others = ", ".join(record.also_called[:3])
    return clean(f"{record.name} (also: {others})" if others else record.name, 110)
