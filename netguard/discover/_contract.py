"""What a discovery protocol is: a module with `skip(ask) -> str | None` and `discover(ask, net) -> Iterator[Sighting]`.

`AFTER` names the protocols that must have ended before it begins; the others run beside each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from netaddr import IPAddress, IPNetwork

from netguard.model.surroundings import Neighbour, Surroundings


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

    @property
    def interface(self) -> str:
        """The interface everything is sent on."""
        return self.surroundings.vantage.interface

    def is_target(self, address: IPAddress) -> bool:
        """Whether `address` was asked for; IPv6 neighbours count, since they share the link."""
        if address.version == 4:
            return any(address in network for network in self.targets)
        return True

    def hosts(self) -> tuple[IPAddress, ...]:
        """Every IPv4 address asked for, in order, without network, broadcast and our own address."""
        own = self.surroundings.vantage.address
        found: dict[IPAddress, None] = {}
        for network in self.targets:
            if network.version == 4:
                found.update(dict.fromkeys(network.iter_hosts()))
        found.pop(own, None)
        return tuple(found)
