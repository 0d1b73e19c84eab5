"""What the back-ends make of their system's output before one interface is chosen: plain values, the same for all."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.address import is_group, mac
from netguard.model.surroundings import Neighbour

MAX_NEIGHBOURS = 4096
"""Entries kept of a neighbour table. Linux itself keeps 1,024 by default (gc_thresh3); more than this is somebody
filling the table."""

SSID_MAX = 32
"""Octets of a network's name (IEEE 802.11-2020, 9.4.2.2). A longer one is not a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """One address of an interface with the network it lies in."""

    address: IPAddress
    prefix: IPNetwork
    passing: bool = False
    """A temporary (RFC 8981) or deprecated address, or a secondary one: not the one to name the vantage by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One interface. `kind` is `wired`, `wifi`, `tunnel`, `loopback` or `virtual`, as in `model.surroundings`."""

    name: str
    kind: str
    mac: EUI | None = None
    up: bool = True
    """Switched on and with a carrier: a cable is plugged in, or the radio is joined."""
    multicast: bool = True
    addresses: tuple[Assigned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of the main table: a default route, or a network that is reached without a gateway (on-link)."""

    interface: str
    destination: IPNetwork
    gateway: IPAddress | None = None
    metric: int = 0
    """Lower is preferred. Only compared within one system."""

    @property
    def is_default(self) -> bool:
        """Whether it leads to everywhere: 0.0.0.0/0 or ::/0."""
        return self.destination.prefixlen == 0

    @property
    def is_half(self) -> bool:
        """Whether it leads to one half of everywhere, which is how VPNs outdo a default route that stays in place."""
        return self.destination.prefixlen == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a back-end read before choosing."""

    links: tuple[Link, ...]
    routes: tuple[Route, ...] = ()
    carrier: str | None = None
    """The interface that carries what goes to the internet, where the system says so itself."""
    remarks: tuple[str, ...] = field(default=())


def usable_mac(text: str) -> EUI | None:
    """A device's MAC from `text`; None for anything else: no MAC at all, all zero, broadcast, multicast."""
    try:
        address = mac(text)
    except ValueError:
        return None
    return None if is_group(address) or int(address) == 0 else address


def tidy(neighbours: Iterable[Neighbour], own: frozenset[IPAddress] = frozenset()) -> tuple[Neighbour, ...]:
    """Neighbours in order of address, one per address, without multicast addresses and without our `own`.

    Where an address is there twice the reachable entry wins. At most `MAX_NEIGHBOURS`.
    """
    best: dict[IPAddress, Neighbour] = {}
    for neighbour in neighbours:
        address = neighbour.address
        if address in own or address.is_multicast() or address.is_loopback() or int(address) == 0:
            continue
        known = best.get(address)
        if known is None or (neighbour.reachable and not known.reachable):
            best[address] = neighbour
    return tuple(sorted(best.values(), key=lambda n: (n.address.version, int(n.address))))[:MAX_NEIGHBOURS]


def clean_ssid(raw: bytes | str) -> str | None:
    """A network's name fit for a document: control characters gone; None when empty, hidden or too long to be one."""
    data = raw.encode("utf-8", errors="replace") if isinstance(raw, str) else raw
    if not data or len(data) > SSID_MAX or not data.strip(b"\0"):
        return None
    text = "".join(c for c in data.decode("utf-8", errors="replace") if c.isprintable())
    return text or None
