"""`--upnp-active`: what is written to the router and taken back, said before it is done."""

import sys

import click

from netguard.errors import UsageError
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth
from netguard.probe.upnp_active import DESCRIPTION, LEASE_SECONDS, PORTS, SUBSCRIPTION_SECONDS


def check(wanted: bool, depth: Depth, *, said_yes: bool) -> None:
    """Raise `UsageError`, before anything is done, where the tests were asked for and cannot be, or nobody can be asked."""
    if not wanted:
        return
    if not depth.at_least(Depth.STANDARD):
        raise UsageError(
            f"--upnp-active needs --depth standard or deep: at {depth} the router is not asked about ports"
        )
    if not (said_yes or sys.stdin.isatty()):
        raise UsageError("--upnp-active writes to your router, and there is nobody to ask; say so with --yes")


def is_allowed(around: Surroundings, *, said_yes: bool) -> bool:
    """Whether the person agrees to exactly this; without a router there is nothing to agree to."""
    router = around.vantage.gateway
    if router is None:
        click.echo("netguard: --upnp-active: there is no router here to test", err=True)
        return False
    if said_yes:
        return True
    click.echo(told(around), err=True)
    if click.confirm("Do these tests?", default=False, err=True):
        return True
    click.echo("netguard: the scan goes on without them; nothing is written.", err=True)
    return False


def told(around: Surroundings) -> str:
    """What is done, for people."""
    router = around.vantage.gateway.address if around.vantage.gateway is not None else "there is none"
    own = around.vantage.address
    return f"""\
--upnp-active writes to your router ({router}), if it opens ports by UPnP:
  - It is asked to forward one random TCP port from {PORTS.start} to {PORTS.stop - 1} to this computer ({own}), where nobody
    listens on it, for {LEASE_SECONDS} seconds, by the name of {DESCRIPTION}. It is looked up, deleted at once, and looked
    up again. Should netguard be ended in between, a small process of its own deletes it.
  - Only if this computer has a second address outside the router's network: the router is asked to send its
    events there and to {own} for {SUBSCRIPTION_SECONDS} seconds, and both are cancelled at once."""
