"""Where a scan was made from."""

from dataclasses import dataclass
from typing import Literal

from netaddr import EUI, IPAddress, IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One broadcast domain as seen from the vantage."""

    prefix: IPNetwork
    ssid: str | None = None
    vlan: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHop:
    """The default gateway; its MAC is null when the kernel has not learnt it."""

    address: IPAddress
    mac: EUI | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """The computer, interface and rights a scan was made with. A document has exactly one."""

    os: str
    kind: Literal["inside"] = "inside"
    interface: str
    address: IPAddress
    mac: EUI | None = None
    segment: Segment
    gateway: NextHop | None = None
    capabilities: tuple[str, ...] = ()
    """Sorted words such as `raw-sockets`, `neighbour-table`, `multicast`, `nmap`, `wifi-scan`."""
    privileged: bool = False
