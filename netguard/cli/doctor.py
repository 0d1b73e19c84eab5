"""`netguard doctor`: what this computer can see."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from netguard.cli import _options
from netguard.errors import NetguardError

GROUP = "Start"

HEARING_SECONDS = 10.0
"""Longest wait for what hears Wi-Fi to say whether it may: it is all on this computer, and answers at once or is stuck."""


@click.command("doctor")
@click.option("-i", "--interface", metavar="IF", help="Which interface to look from.")
@_options.database
def command(interface: str | None, database: str | None) -> None:
    """Say what this computer can see, what it cannot, and how to change that. Sends nothing."""
    import sys

    from netguard import config
    from netguard.history.database import default_url
    from netguard.history.store import History
    from netguard.rules import loader
    from netguard.vantage import home, system
    from netguard.vantage._capabilities import CAPABILITIES

    click.echo("What this computer can see\n")
    around = system.backend().look(system.run, interface)
    vantage = around.vantage
    click.echo(f"Network     {vantage.segment.prefix} on {vantage.interface}, this computer is {vantage.address}")
    if vantage.segment.ssid:
        click.echo(f"Wi-Fi       {vantage.segment.ssid}")
    hop = vantage.gateway
    gateway = (
        "none" if hop is None else f"{hop.address}" + (f" ({hop.mac})" if hop.mac else ", MAC address not learnt yet")
    )
    click.echo(f"Router      {gateway}")
    for remark in around.remarks:
        click.echo(f"Note        {remark}")
    click.echo()
    for capability in CAPABILITIES:
        if capability.word in vantage.capabilities:
            click.echo(f"yes  {capability.word}: {capability.what_for}.")
        else:
            click.echo(f"no   {capability.word}: {capability.without}.")
            click.echo(f"     {capability.advice(vantage.os)}")
    click.echo()
    _hearing(vantage.os)
    click.echo()
    _proving(vantage.os)
    click.echo()
    if sys.platform != "linux":
        click.echo("Note        on this system netguard sends no raw packets; silent devices can be missed.")
    with _told("Settings"):
        config.load()
        where = config.path()
        click.echo(f"{'Settings':<12}{where}" + ("" if where.exists() else " (not there, defaults hold)"))
    with _told("Rules"):
        click.echo(f"{'Rules':<12}{loader.load(config.folder() / 'rules').records} device records")
    with _told("Home"), History.open(database or default_url()) as history:
        known = home.recognise(around, history.homes())
        click.echo(
            f"{'Home':<12}" + (f"recognised as {known.site}" if known else home.why_not(around, history.homes()))
        )


def _hearing(os: str) -> None:
    """What could list the Wi-Fi networks in the air with their encryption, and which permission each one lacks."""
    from netguard.vantage import system
    from netguard.wifi import air

    click.echo("What hears Wi-Fi here")
    with _told("Wi-Fi"):
        for source in air.sources(None, os, run=system.run, seconds=HEARING_SECONDS):
            click.echo(f"{'yes' if source.missing is None else 'no':<5}{source.name}")
            if source.missing is not None:
                click.echo(f"     {source.missing}")


def _proving(os: str) -> None:
    """Whether `netguard firewall --prove` can run rules here. It is found out by trying, inside this computer."""
    from netguard.prove import proof
    from netguard.vantage import system

    click.echo("What tries firewall rules here (netguard firewall --prove)")
    nft = system.find("nft")
    if os != "linux":
        click.echo("no   real packets: only Linux has the networks of its own that it takes; proofs are calculated.")
        return
    click.echo(f"{'yes' if nft else 'no':<5}nft" + ("" if nft else "\n     Install the package nftables."))
    if nft is None:
        return
    reason = proof.why_not(nft, system.environment())
    click.echo(f"{'no' if reason else 'yes':<5}a network inside this computer")
    if reason:
        click.echo(f"     {reason}; proofs are calculated. With sudo it may work.")


@contextmanager
def _told(title: str) -> Iterator[None]:
    """What is wrong with one part is part of the answer, and keeps the others from nothing."""
    try:
        yield
    except NetguardError as error:
        click.echo(f"{title:<12}{error}")
