"""What a discovery protocol is: a module with `skip(ask) -> str | None` and `discover(ask, net) -> Iterator[Sighting]`.

`AFTER` names the protocols that must have ended before it begins; the others run beside each other. A module whose
`LISTENS` is true only listens, beside everything else, until `ask.over()` says that the scan has ended; it has no `AFTER`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from netaddr import IPAddress, IPNetwork

from netguard.model.surroundings import Neighbour, Surroundings

SMALL_PREFIX6 = 120
"""Shortest IPv6 prefix whose addresses are listed: 256 of them, as many as in a home's IPv4 network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who is asked for, and what is known before anything is sent."""

    surroundings: Surroundings
    targets: tuple[IPNetwork, ...]
    """The networks or single addresses asked for; all of them on-link."""
    neighbours: Callable[[], tuple[Neighbour, ...]]
    """Reads the kernel's neighbour table anew."""
    service_types: tuple[str, ...] = ()
    """DNS-SD types that the rules know, `_hap._tcp`."""
    raw_packets: bool = False
    """Whether the privileged opener is there."""
    found: Callable[[], tuple[IPAddress, ...]] = tuple
    """The addresses that somebody was seen at so far, in order; for protocols that ask each of them by itself."""
    hubs: Callable[[], tuple[IPAddress, ...]] = tuple
    """Addresses of locks, hubs and the gateway, as far as they are known by now or from earlier scans."""
    over: Callable[[], bool] = bool
    """Whether the scan has ended; what listens asks this several times a second."""

    @property
    def interface(self) -> str:
        """The interface everything is sent on."""
        return self.surroundings.vantage.interface

    @property
    def own_addresses(self) -> tuple[IPAddress, ...]:
        """All addresses of this computer on the interface, the vantage's first."""
        vantage = self.surroundings.vantage
        chosen = (i for i in self.surroundings.interfaces if i.name == vantage.interface)
        return tuple(dict.fromkeys((vantage.address, *(a for i in chosen for a in i.addresses))))

    @property
    def is_whole(self) -> bool:
        """Whether all of the interface's own network was asked for, and not some devices of it."""
        return self.surroundings.vantage.segment.prefix in self.targets

    def is_target(self, address: IPAddress) -> bool:
        """Whether `address` was asked for. Link-local IPv6 ones are with the whole network, since they share the link."""
        if self.is_whole and address.version == 6 and address.is_link_local():
            return True
        return any(address in network for network in self.targets)

    def is_near(self, address: IPAddress) -> bool:
        """Whether `address` is on the link itself: in one of its prefixes, or link-local."""
        around = self.surroundings
        if address.version == 6 and address.is_link_local():
            return True
        return any(address in prefix for prefix in (around.vantage.segment.prefix, *around.prefixes))

    def hosts(self) -> tuple[IPAddress, ...]:
        """Every address asked for, in order, without network, broadcast and our own addresses.

        Of IPv6 only those of small networks (`SMALL_PREFIX6`): the others cannot be tried one by one.
        """
        found: dict[IPAddress, None] = {}
        for network in self.targets:
            if network.version == 4 or network.prefixlen >= SMALL_PREFIX6:
                found.update(dict.fromkeys(network.iter_hosts()))
        for own in self.own_addresses:
            found.pop(own, None)
        return tuple(found)
