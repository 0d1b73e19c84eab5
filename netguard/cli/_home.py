"""The networks that are the person's own: listing, moving, forgetting. Nothing is ever sent."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from netaddr import EUI, mac_unix_expanded

from netguard import exitcodes
from netguard.cli import _session
from netguard.errors import NetguardError, NotAtHomeError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import address
from netguard.model.home import Enrolment
from netguard.model.observation import clean
from netguard.model.surroundings import Surroundings
from netguard.vantage import home


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What `netguard home moved` was told."""

    site: str | None = None
    instead_of: str | None = None
    interface: str | None = None
    yes: bool = False
    database: str | None = None


def show(database: str | None, *, as_json: bool) -> int:
    """List the networks, with a mark at the one this computer is in. Returns the exit code."""
    _without_root()
    with History.open(database or default_url()) as history:
        homes = history.homes()
    try:
        around, _ = _session.look(None, _session.Rights(opener=None))
        now = home.recognise(around, homes)
    except NetguardError:
        now = None  # no network at all: then this computer is in none of them
    if as_json:
        click.echo(
            json.dumps({"homes": [_as_json(one, here=one == now) for one in homes]}, indent=1, ensure_ascii=False)
        )
    elif not homes:
        click.echo("No network is known as yours yet. At home, say once: netguard setup")
    for one in homes if not as_json else ():
        click.echo(f"{_told(one)}{'  (you are here)' if one == now else ''}")
    return exitcodes.DONE


def moved(request: Moved) -> int:
    """Enrol the present network for the home of before. Returns the exit code.

    Raises `UsageError` where it is not clear which home or router is meant or nobody can be asked, `NotAtHomeError` where
    the present network has nothing to be recognised by.
    """
    instead_of = None if request.instead_of is None else _mac(request.instead_of, "--instead-of")
    _without_root()
    around, _ = _session.look(request.interface, _session.Rights(opener=None))
    with History.open(request.database or default_url()) as history:
        homes = history.homes()
        if (known := home.recognise(around, homes)) is not None:
            if request.site not in (None, known.site):
                raise NotAtHomeError(
                    f"this network is enrolled as {clean(known.site)!r}; if it is none of that home any more, "
                    f"forget it first: netguard home forget {clean(known.site)} --router {_text(known.gateway_mac)}"
                )
            click.echo(f"This network is known as {clean(known.site)!r} already. Nothing was changed.")
            return exitcodes.DONE
        site = _which(request.site, homes)
        enrolment = home.enrol(around, site, datetime.now(UTC))
        before = tuple(one for one in homes if one.site == site)
        gone = _gone(before, enrolment, instead_of)
        _agreed(request, around, enrolment, tuple(one for one in before if one.gateway_mac == gone))
        history.move_home(enrolment, instead_of=gone)
        kept = tuple(one for one in history.homes() if one.site == site and one.gateway_mac != enrolment.gateway_mac)
    click.echo(f"This network is {clean(site)!r} from now on. Its scans and devices stay with it.")
    for one in kept:
        click.echo(f"Still yours, too: {_told(one)}")
    if kept:
        click.echo(f"One that is no longer there goes with: netguard home forget {clean(site)} --router MAC")
    return exitcodes.DONE


def forget(site: str, router: str | None, *, yes: bool, database: str | None) -> int:
    """Forget the networks of `site`. Returns the exit code; raises `UsageError` where there is none, or nobody to ask."""
    mac = None if router is None else _mac(router, "--router")
    _without_root()
    with History.open(database or default_url()) as history:
        homes = history.homes()
        found = [one for one in homes if one.site == site and mac in (None, one.gateway_mac)]
        if not found:
            there = ", ".join(sorted({clean(one.site) for one in homes})) or "none"
            raise UsageError(
                f"no network of {clean(site)!r}{' with that router' if mac else ''} is known; homes: {there}"
            )
        if not yes and not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on; say so with --yes")
        for one in found:
            click.echo(_told(one), err=True)
        if not yes and not click.confirm("Forget that this is yours?", default=False, err=True):
            click.echo("Nothing was changed.", err=True)
            return exitcodes.DONE
        history.forget_homes(site, mac)
    click.echo("Forgotten. Scans and devices stay; to have it scanned again, say there: netguard setup")
    return exitcodes.DONE


def _which(site: str | None, homes: Sequence[Enrolment]) -> str:
    """The home that is meant: the one named, or the only one. Raises `UsageError`."""
    sites = sorted({one.site for one in homes})
    if site is not None:
        if site not in sites:
            there = f"there is {', '.join(map(clean, sites))}" if sites else "none is known yet"
            raise UsageError(f"no home is called {clean(site)!r}; {there} (a new one begins with netguard setup)")
        return site
    if not sites:
        raise UsageError("no home is known yet, so none can have moved; begin with netguard setup")
    if len(sites) > 1:
        raise UsageError(f"say which home this is: --site {' or --site '.join(map(clean, sites))}")
    return sites[0]


def _gone(before: Sequence[Enrolment], now: Enrolment, instead_of: EUI | None) -> EUI | None:
    """The MAC of the router whose networks go; null where it is not clear, so that nothing goes. Raises `UsageError`."""
    routers = {one.gateway_mac for one in before}
    if instead_of is not None:
        if instead_of not in routers:
            raise UsageError(f"--instead-of {_text(instead_of)}: no network of this home has that router")
        return instead_of
    if now.gateway_mac in routers:
        return now.gateway_mac  # the same router with other addresses
    return next(iter(routers)) if len(routers) == 1 else None


def _agreed(request: Moved, around: Surroundings, enrolment: Enrolment, gone: Sequence[Enrolment]) -> None:
    """Say what becomes of it, and ask. Raises `UsageError` where nobody can be asked, `NotAtHomeError` for a no."""
    if not request.yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; say so with --yes")
    for one in gone:
        click.echo(f"Before: {_told(one)}  (will be forgotten)", err=True)
    click.echo(f"Now:    {_told(enrolment)}, on {clean(around.vantage.interface)}", err=True)
    click.echo("Only look at networks that are yours, or whose owner has said yes.", err=True)
    if not request.yes and not click.confirm(
        f"Is this network yours, and {clean(enrolment.site)!r}?", default=False, err=True
    ):
        raise NotAtHomeError("nothing was changed, and nothing was sent")


def _without_root() -> None:
    """Give up root for good, so that the history stays the person's own file."""
    rights = _session.give_up_root(None)
    if rights.opener is not None:
        rights.opener.close()


def _mac(text: str, option: str) -> EUI:
    try:
        return address.mac(text)
    except ValueError:
        raise UsageError(f"{option} {clean(text)}: this is no MAC address; write 02:00:5e:00:53:01") from None


def _text(mac: EUI) -> str:
    return str(mac.format(mac_unix_expanded))


def _told(one: Enrolment) -> str:
    """One line about a network."""
    wifi = f", Wi-Fi {clean(one.ssid)}" if one.ssid else ""
    ranges = ", ".join(map(str, one.prefixes))
    since = f"{one.enrolled_at.astimezone():%Y-%m-%d}"
    return f"{clean(one.site)}: router {_text(one.gateway_mac)}, {ranges}{wifi}, since {since}"


def _as_json(one: Enrolment, *, here: bool) -> dict[str, object]:
    return {
        "site": one.site,
        "router": _text(one.gateway_mac),
        "prefixes": [str(prefix) for prefix in one.prefixes],
        "ssid": one.ssid,
        "enrolled_at": one.enrolled_at.isoformat().replace("+00:00", "Z"),
        "here": here,
    }
