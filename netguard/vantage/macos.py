"""Where am I, on macOS: from the tools that every Mac has. Reads only; nothing is sent."""

import re
from contextlib import suppress

from netguard.errors import VantageError
from netguard.model.surroundings import Neighbour, Surroundings
from netguard.vantage import _bsd
from netguard.vantage import _capabilities as words
from netguard.vantage._assemble import TOOLS, Read, surroundings
from netguard.vantage._choose import carrier_of, choose
from netguard.vantage._parsed import Link, Situation, clean_ssid, tidy
from netguard.vantage.system import HERE, Machine, Runner

HIDDEN = frozenset({"<redacted>", "<SSID Redacted>"})
"""What macOS 14.4 and later print instead of a name without the location permission."""


def look(run: Runner, interface: str | None = None, *, machine: Machine = HERE) -> Surroundings:
    """What surrounds this computer, seen from `interface` or from the one that `_choose` takes.

    Raises `UsageError` for an unknown interface and `VantageError` when none can be used or nothing can be read.
    """
    situation = _situation(run)
    choice = choose(situation, interface)
    root = _quietly(run, ("id", "-u")).strip() == "0"
    read = Read(
        os="macos",
        neighbours=_neighbours(run, choice.link.name),
        dns=_bsd.dns(_quietly(run, ("scutil", "--dns"))),
        tools=tuple(tool for tool in TOOLS if machine.find(tool)),
        rights=frozenset({words.RAW_SOCKETS}) if root else frozenset(),
        can_scan_wifi=any(link.kind == "wifi" for link in situation.links),
        ssid=_ssid(run, choice.link),
    )
    return surroundings(situation, choice, read)


def neighbours(run: Runner, interface: str) -> tuple[Neighbour, ...]:
    """The kernel's neighbours on `interface`, both families. Raises `VantageError` when they cannot be read.

    `arp` does not say which entries are stale, so IPv4's all count as reachable.
    """
    # A computer without IPv6 has no `ndp` entries to show, and its failure costs nothing else.
    return tidy(
        (*_bsd.arp(_needed(run, ("arp", "-an")), interface), *_bsd.ndp(_quietly(run, ("ndp", "-an")), interface))
    )


def _situation(run: Runner) -> Situation:
    ports = _bsd.hardware_ports(_quietly(run, ("networksetup", "-listallhardwareports")))
    routes = (
        *_bsd.routes(_needed(run, ("netstat", "-rn", "-f", "inet")), 4),
        *_bsd.routes(_quietly(run, ("netstat", "-rn", "-f", "inet6")), 6),
    )
    unscoped = [r for r in routes if r.metric < _bsd.SCOPED_LAST]
    links = _bsd.links(_needed(run, ("ifconfig",)), ports)
    return Situation(links=links, routes=routes, carrier=carrier_of(unscoped))


def _neighbours(run: Runner, interface: str) -> tuple[Neighbour, ...] | None:
    with suppress(VantageError):
        return neighbours(run, interface)
    return None


def _needed(run: Runner, argv: tuple[str, ...]) -> str:
    try:
        return run(argv)
    except OSError as error:
        raise VantageError(f"The network situation cannot be read: {argv[0]} is not on this Mac.") from error


def _quietly(run: Runner, argv: tuple[str, ...]) -> str:
    with suppress(OSError, VantageError):
        return run(argv)
    return ""


def _ssid(run: Runner, link: Link) -> str | None:
    """The joined Wi-Fi network's name where macOS tells it; None otherwise."""
    if link.kind != "wifi":
        return None
    for argv, pattern in (
        (("ipconfig", "getsummary", link.name), r"(?m)^\s+SSID : (.+)$"),
        (("networksetup", "-getairportnetwork", link.name), r"(?m)^Current Wi-Fi Network: (.+)$"),
    ):
        said = re.search(pattern, _quietly(run, argv))
        if said and said.group(1) not in HIDDEN:
            return clean_ssid(said.group(1))
    return None
