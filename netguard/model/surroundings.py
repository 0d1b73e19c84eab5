"""What this computer knows about its own network before anything is sent."""

from dataclasses import dataclass, field

from netaddr import EUI, IPAddress, IPNetwork

from netguard.model.vantage import Vantage


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One line of the kernel's neighbour table (ARP cache, IPv6 neighbour cache)."""

    address: IPAddress
    mac: EUI
    reachable: bool = True
    """False for entries that the kernel holds to be stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface that is up and has an address.

    `kind` is `wired`, `wifi`, `tunnel`, `loopback` or `virtual`.
    """

    name: str
    kind: str
    mac: EUI | None = None
    addresses: tuple[IPAddress, ...] = ()
    prefixes: tuple[IPNetwork, ...] = ()
    gateways: tuple[IPAddress, ...] = ()
    ssid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The chosen vantage and what else the operating system said. Read from the kernel only; nothing was sent."""

    vantage: Vantage
    interfaces: tuple[Interface, ...] = ()
    prefixes: tuple[IPNetwork, ...] = ()
    """All prefixes of the chosen interface, IPv6 included, link-local left out."""
    neighbours: tuple[Neighbour, ...] = ()
    """The chosen interface's neighbours at the time of looking."""
    dns: tuple[IPAddress, ...] = ()
    tools: tuple[str, ...] = ()
    """Which of nmap, nft, iw, nmcli are there."""
    remarks: tuple[str, ...] = field(default=())
    """What the person should know: a VPN carries the default route, an interface was passed over and why."""
