"""Who may be sent anything, and what: the one place every path goes through before a packet leaves."""

import threading
from collections.abc import Iterable

from netaddr import EUI, IPAddress, IPNetwork

from netguard.net import limits
from netguard.net.failures import RefusedByUs

MULTICAST_GROUPS = frozenset(
    map(IPAddress, ("224.0.0.251", "239.255.255.250", "ff02::1", "ff02::fb", "ff02::c")),
)
"""mDNS (RFC 6762, 3), SSDP (UPnP Device Architecture 2.0, 1.1 and annex A) and, for echo, all nodes of the link (RFC 4291,
2.7.1): the only groups anything is sent to."""

BROADCAST = IPAddress("255.255.255.255")
"""Everybody on the link, no router passes it on (RFC 919, 7)."""

BROADCAST_PORTS = frozenset({5678})
"""UDP ports that everybody may be asked at: MikroTik's neighbour discovery (help.mikrotik.com, Neighbor discovery)."""


class Guard:
    """Allows the networks that were asked for, and nothing else; never the devices the person named."""

    def __init__(
        self,
        networks: Iterable[IPNetwork],
        *,
        never_touch_addresses: Iterable[IPAddress] = (),
        never_touch_macs: Iterable[EUI] = (),
    ) -> None:
        self._networks = tuple(networks)
        self._addresses = set(never_touch_addresses)
        self._macs = frozenset(never_touch_macs)
        self._lock = threading.Lock()

    def learn(self, address: IPAddress, mac: EUI | None) -> None:
        """Tell the guard which MAC has `address`, so that a device named by its MAC is left alone at every address it has."""
        if mac is not None and mac in self._macs:
            with self._lock:
                self._addresses.add(address)

    def is_untouchable(self, address: IPAddress | None, mac: EUI | None = None) -> bool:
        """Whether the person asked to leave this device alone."""
        return (mac is not None and mac in self._macs) or address in self._addresses

    def check(self, address: IPAddress, port: int | None = None) -> None:
        """Raise `RefusedByUs` unless a packet may be sent to `address`; to everybody only with one of `BROADCAST_PORTS`."""
        if address in MULTICAST_GROUPS or (address == BROADCAST and port in BROADCAST_PORTS):
            return
        if self.is_untouchable(address):
            raise RefusedByUs(f"{address} is on your list of devices never to touch")
        if not any(address in network for network in self._networks):
            raise RefusedByUs(f"{address} is not on the network that was asked for")

    @staticmethod
    def check_payload(port: int) -> None:
        """Raise `RefusedByUs` for a port that prints whatever it is sent."""
        if port in limits.PAYLOAD_BLOCKED_PORTS:
            raise RefusedByUs(f"nothing is ever sent to port {port}: a printer would print it")
