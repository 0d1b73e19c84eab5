"""What a sweep over ports learnt, kept compactly: all ports of several devices are in memory at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netaddr import IPAddress

from netguard.model.vocabulary import PortState

Peer = tuple[IPAddress, int]


@dataclass(slots=True)
class Swept:
    """What was learnt; ports it does not have were not asked for good. `stopped` says why it ended early."""

    stopped: str | None = None
    gone: bool = False
    """Whether it ended because the device answered before and does so no more: it is to be left alone."""
    _by_address: dict[IPAddress, dict[int, PortState]] = field(default_factory=dict)

    def at(self, address: IPAddress) -> Mapping[int, PortState]:
        """The states of one address's ports."""
        return self._by_address.get(address, {})

    @property
    def states(self) -> dict[Peer, PortState]:
        """All states by address and port, as a new dictionary."""
        return {(at, port): state for at, ports in self._by_address.items() for port, state in ports.items()}

    def book(self, peer: Peer, state: PortState) -> None:
        """Keep what `peer` said."""
        self._by_address.setdefault(peer[0], {})[peer[1]] = state

    def forget(self, peer: Peer) -> None:
        """As if `peer` had not been asked."""
        self._by_address.get(peer[0], {}).pop(peer[1], None)
