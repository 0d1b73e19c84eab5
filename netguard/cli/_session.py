"""Getting ready to scan: rights, interface, targets, and whether this is the person's own network. Nothing is sent here."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import click
from netaddr import IPNetwork

from netguard.cli._ask import ask_whose_network
from netguard.errors import NotAtHomeError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import address as addresses
from netguard.model.home import Enrolment
from netguard.model.scan import Authorisation
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.net import opener, privileges
from netguard.vantage import home, system
from netguard.vantage._capabilities import RAW_SOCKETS

LARGEST_PREFIX = 16
"""Shortest IPv4 prefix scanned without --large: a /16 is 65,534 addresses, more than any home has."""

DEFAULT_SITE = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What is left after root was given up."""

    opener: opener.Opener | None
    remark: str | None = None
    """What the person should know about it."""


def give_up_root(user: str | None) -> Rights:
    """Fork the opener and drop root, before anything is parsed. Without root nothing happens.

    Raises `PrivilegeError`, and `UsageError` for `--user` without root.
    """
    if not (privileges.supported() and privileges.is_root()):
        if user is not None:
            raise UsageError(
                "--user only makes sense with root on Linux: it names whom to become after root is given up"
            )
        return Rights(opener=None)
    identity = privileges.whom_to_become(os.environ, user)
    if not privileges.holds(privileges.CAP_NET_RAW):
        privileges.drop(identity)
        privileges.adopt_home(identity, os.environ)
        return Rights(opener=None, remark="This root may not open raw sockets (no CAP_NET_RAW); going on without them.")
    opened = opener.separate(identity)
    privileges.adopt_home(identity, os.environ)
    remark = None
    if identity.uid == 0:
        remark = "Running as root that nobody called by sudo: every right was dropped, files stay root's."
    return Rights(opener=opened, remark=remark)


def look(interface: str | None, rights: Rights) -> tuple[Surroundings, Callable[[], tuple[Neighbour, ...]]]:
    """The surroundings, and how to read the neighbour table anew. Raises `UsageError` or `VantageError`."""
    backend = system.backend()
    around: Surroundings = backend.look(system.run, interface)
    words = set(around.vantage.capabilities) - {RAW_SOCKETS}
    if rights.opener is not None:
        words.add(RAW_SOCKETS)
    vantage = replace(around.vantage, capabilities=tuple(sorted(words)), privileged=rights.opener is not None)

    def neighbours() -> tuple[Neighbour, ...]:
        found: tuple[Neighbour, ...] = backend.neighbours(system.run, vantage.interface)
        return found

    return replace(around, vantage=vantage), neighbours


LINK_LOCAL = IPNetwork("fe80::/10")
"""IPv6 addresses that mean something on one link only (RFC 4291, 2.5.6)."""


def targets(named: tuple[str, ...], around: Surroundings, *, large: bool) -> tuple[IPNetwork, ...]:
    """What to look at: what was named, else the interface's own network. Raises `UsageError` for anything not on-link.

    Who asks for all of the own network asks for its IPv6 side, too: the prefixes that are on the link, and link-local
    addresses where the interface has one. They say who may be spoken with; IPv6 addresses are never tried one by one.
    """
    own = around.vantage.segment.prefix
    found = tuple(_target(text, around) for text in named) or (own,)
    for network in found:
        if network.version == 4 and network.prefixlen < LARGEST_PREFIX and not large:
            raise UsageError(
                f"{network} has {network.size:,} addresses, more than a home has; "
                f"name a smaller part of it, or add --large if that is meant"
            )
    if own in found and not own.ip.is_loopback():
        found += tuple(prefix for prefix in around.prefixes if prefix.version == 6 and prefix.prefixlen < 128)
        if _has_link_local(around):
            found += (LINK_LOCAL,)
    return tuple(dict.fromkeys(found))


def _has_link_local(around: Surroundings) -> bool:
    """Whether the chosen interface has an IPv6 link-local address, so that those of others can be spoken with."""
    chosen = (i for i in around.interfaces if i.name == around.vantage.interface)
    return any(a.version == 6 and a.is_link_local() for i in chosen for a in i.addresses)


def _target(text: str, around: Surroundings) -> IPNetwork:
    try:
        network = addresses.network(text)
    except ValueError:
        raise UsageError(f"{text}: this is no address and no network; write 192.168.1.20 or 192.168.1.0/24") from None
    on_link = {around.vantage.segment.prefix, *around.prefixes}
    # The zone of a link-local address says which interface is meant (RFC 4007, 11); Windows gives its number.
    zone = text.partition("%")[2].partition("/")[0]
    elsewhere = zone not in {"", around.vantage.interface} and not zone.isdecimal()
    near = on_link | ({LINK_LOCAL} if _has_link_local(around) else set())
    if elsewhere or not any(network in prefix for prefix in near):
        known = ", ".join(sorted(map(str, on_link)))
        raise UsageError(
            f"{text} is not on the network of {around.vantage.interface} ({known}); netguard only looks at its own "
            f"network: join the other one, or choose another interface with -i"
        )
    return network


def authorise(
    around: Surroundings, database: str | None, *, site: str | None, my_network: bool
) -> tuple[str, Authorisation]:
    """The site this network belongs to, and how netguard knows that it may look. Sends nothing.

    Raises `NotAtHomeError` when it is not enrolled and nobody can be asked, or `site` contradicts the enrolment.
    """
    now = datetime.now(UTC)
    with History.open(database or default_url()) as history:
        enrolments = history.homes()
        known = home.recognise(around, enrolments)
        if known is not None:
            if site is not None and site != known.site:
                raise NotAtHomeError(f"this network is enrolled as {known.site!r}, not as {site!r}; leave --site out")
            return known.site, Authorisation(how="enrolled", at=now)
        if my_network:
            _remember(history, around, site or DEFAULT_SITE, now)
            return site or DEFAULT_SITE, Authorisation(how="my-network", at=now)
        reason = home.why_not(around, enrolments)
        if not sys.stdin.isatty():
            raise NotAtHomeError(f"{reason} Nothing was sent. If this network is yours, say so once with --my-network.")
        named = ask_whose_network(around, reason, site or DEFAULT_SITE)
        _remember(history, around, named, now)
        return named, Authorisation(how="asked", at=now)


def _remember(history: History, around: Surroundings, site: str, now: datetime) -> Enrolment | None:
    """Enrol the network; one that has nothing to be recognised by is scanned this once and not remembered."""
    try:
        enrolment = home.enrol(around, site, now)
    except NotAtHomeError as error:
        click.echo(f"netguard: this network will not be remembered: {error}", err=True)
        return None
    history.remember(enrolment)
    return enrolment
