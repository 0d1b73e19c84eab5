"""`--logins`: what is sent to the login page of a router, said before it is done."""

import sys
from collections.abc import Collection

import click
from netaddr import EUI, IPAddress

from netguard.errors import UsageError
from netguard.model.login import MOST_TRIES, SPARE
from netguard.model.vocabulary import Depth

TOLD = f"""\
--logins tries the login that a router or access point came with, where netguard knows its login page:
  - One made-up password first, then the factory's: {MOST_TRIES} logins at most, some seconds apart, and always {SPARE} fewer than
    what is known to lock it. At the first sign of a lock nothing more is sent. Afterwards netguard logs out.
  - FTP servers are asked once whether they let in the account anonymous, which is for anybody.
  - Never at locks, hubs or alarms, and no factory login where netguard does not know the page. What was tried is
    counted in the history, so that no login page is tried twice within 24 hours; the router's own log shows the tries.
  - Do this on your own router only. Which password was tried is written down nowhere."""


def told(at: Collection[EUI | IPAddress]) -> str:
    """What is tried; `at`, where the settings name devices, says on which alone."""
    return f"{TOLD}\nThe settings allow it on {', '.join(sorted(map(str, at)))} only." if at else TOLD


def named(at: tuple[EUI | IPAddress, ...], *, asked: bool, allowed: bool) -> tuple[EUI | IPAddress, ...]:
    """The devices of the settings on which it is tried: none where the person was asked and said no."""
    return () if asked and not allowed else at


def check(wanted: bool, depth: Depth, *, said_yes: bool) -> None:
    """Raise `UsageError`, before anything is done, where it was asked for and cannot be, or nobody can be asked."""
    if not wanted:
        return
    if not depth.at_least(Depth.STANDARD):
        raise UsageError(f"--logins needs --depth standard or deep: at {depth} no login page is looked at")
    if not (said_yes or sys.stdin.isatty()):
        raise UsageError("--logins tries to log in to your router, and there is nobody to ask; say so with --yes")


def is_allowed(*, said_yes: bool) -> bool:
    """Whether the person agrees to exactly this."""
    if said_yes:
        return True
    click.echo(TOLD, err=True)
    if click.confirm("Try them?", default=False, err=True):
        return True
    click.echo("netguard: the scan goes on without them; no login is tried.", err=True)
    return False
