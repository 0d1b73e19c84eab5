"""Getting ready to scan: rights, interface, targets, and whether this is the person's own network.

Nothing is sent before that is known, and then only to meet a router that this computer has not spoken with yet.
"""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import click
from netaddr import IPAddress, IPNetwork

from netguard.cli._ask import ask_network_name, ask_whose_network
from netguard.config import Config
from netguard.errors import NotAtHomeError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import address as addresses
from netguard.model.scan import Authorisation
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.net import opener, privileges
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.vantage import home, system
from netguard.vantage._capabilities import RAW_SOCKETS

LARGEST_PREFIX = 16
"""Shortest IPv4 prefix scanned without --large: a /16 is 65,534 addresses, more than any home has."""

DEFAULT_SITE = "home"

MEETING_PORTS = (80, 443)
"""TCP ports that routers have their pages on. Whether they answer does not matter: their MAC is learnt by asking."""

MEETING_SECONDS = 5.0
"""Longest wait for the router; an attempt that nothing answers takes one second, and is made twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What is left after root was given up."""

    opener: opener.Opener | None
    remark: str | None = None
    """What the person should know about it."""


def give_up_root(user: str | None) -> Rights:
    """Fork the opener and drop root, before anything is parsed. Without root nothing happens.

    A process that is no root and holds CAP_NET_RAW, as systemd's AmbientCapabilities give it, is parted likewise: the
    opener keeps that one right, and what parses keeps none. Without that right it keeps no other one either.
    Raises `PrivilegeError`, and `UsageError` for `--user` without root.
    """
    if not (privileges.supported() and privileges.is_root()):
        if user is not None:
            raise UsageError(
                "--user only makes sense with root on Linux: it names whom to become after root is given up"
            )
        if privileges.may_open_raw_sockets():
            return Rights(opener=opener.separate(privileges.itself()))
        privileges.drop_what_is_left()
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
    return any(a.version == 6 and a.is_link_local() for a in own_addresses(around))


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
    around: Surroundings,
    database: str | None,
    *,
    site: str | None,
    my_network: bool,
    meet: Callable[[Surroundings], Surroundings],
) -> tuple[Surroundings, str, Authorisation]:
    """Whether netguard may look here: the surroundings, the site this network belongs to, and how it is known.

    Recognition sends nothing. Once the person has said that the network is theirs, `meet` may make this computer learn
    the router's MAC where it does not know it: without it the network could not be remembered, nor an enrolled one told.
    Raises `NotAtHomeError` when it is not enrolled and nobody can be asked, or `site` contradicts the enrolment.
    """
    now = datetime.now(UTC)
    with History.open(database or default_url()) as history:
        enrolments = history.homes()
        known, how = home.recognise(around, enrolments), "enrolled"
        if known is None:
            how = _said_yes(around, home.why_not(around, enrolments), my_network=my_network)
            if home.router_is_unmet(around):
                around = meet(around)
                known = home.recognise(around, enrolments)
        if known is not None:
            if site is not None and site != known.site:
                raise NotAtHomeError(f"this network is enrolled as {known.site!r}, not as {site!r}; leave --site out")
            return around, known.site, Authorisation(how=how, at=now)
        named = site or DEFAULT_SITE
        if how == "asked":
            named = ask_network_name(named)
        _remember(history, around, named, now)
        return around, named, Authorisation(how=how, at=now)


def _said_yes(around: Surroundings, reason: str, *, my_network: bool) -> str:
    """How the person said that this unknown network is theirs. Raises `NotAtHomeError` when nobody did."""
    if my_network:
        return "my-network"
    if not sys.stdin.isatty():
        raise NotAtHomeError(f"{reason} Nothing was sent. If this network is yours, say so once with --my-network.")
    ask_whose_network(around, reason)
    return "asked"


def _remember(history: History, around: Surroundings, site: str, now: datetime) -> None:
    """Enrol the network; one that has nothing to be recognised by is scanned this once and not remembered."""
    try:
        history.remember(home.enrol(around, site, now))
    except NotAtHomeError as error:
        click.echo(f"netguard: this network will not be remembered: {error}", err=True)


def meet_router(
    around: Surroundings, neighbours: Callable[[], tuple[Neighbour, ...]], settings: Config, transcript: Transcript
) -> Surroundings:
    """`around` with the router's MAC as this computer knows it after two harmless connection attempts to the router.

    Only for a network that the person has just called theirs. Unchanged when the router is to be left alone, or silent.
    """
    router = around.vantage.gateway
    if router is None:
        return around
    with Network(
        source=around.vantage.address,
        guard=guard((IPNetwork(router.address),), settings, around),
        transcript=transcript,
        cancel=Cancel(),
        deadline=Deadline(MEETING_SECONDS),
        interface=around.vantage.interface,
        addresses=own_addresses(around),
    ) as network:
        network.net("learn the router's MAC").knock((router.address,), MEETING_PORTS)
    found = neighbours()
    mac = next((n.mac for n in found if n.address == router.address), None)
    vantage = replace(around.vantage, gateway=replace(router, mac=mac))
    return replace(around, vantage=vantage, neighbours=found)


def guard(networks: Iterable[IPNetwork], settings: Config, around: Surroundings) -> Guard:
    """What may be sent to: `networks`, without the devices that the settings say to leave alone today.

    One that they name by its MAC is left alone at every address that this computer knows it to have.
    """
    macs, ips = settings.left_alone(datetime.now(UTC).astimezone().date())
    made = Guard(networks, never_touch_addresses=ips, never_touch_macs=macs)
    teach(made, around)
    return made


def teach(guard: Guard, around: Surroundings) -> None:
    """Tell `guard` which MACs this computer knows its neighbours and its router by."""
    for neighbour in around.neighbours:
        guard.learn(neighbour.address, neighbour.mac)
    if around.vantage.gateway is not None:
        guard.learn(around.vantage.gateway.address, around.vantage.gateway.mac)


def own_addresses(around: Surroundings) -> tuple[IPAddress, ...]:
    """All addresses of this computer on the interface it looks from."""
    return tuple(a for i in around.interfaces if i.name == around.vantage.interface for a in i.addresses)
