"""Gateways in hop order, and the doors they hold open."""

from dataclasses import dataclass, field
from typing import Literal

from netaddr import IPAddress, IPNetwork

from netguard.model import address
from netguard.model.vocabulary import Transport

PRIVATE = tuple(map(IPNetwork, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918, 3: an external address in one of these is inside somebody's network."""

SHARED = IPNetwork("100.64.0.0/10")
"""RFC 6598, 7: addresses between a provider and its customers, behind the provider's own NAT."""


def is_private(external: IPAddress | None) -> bool:
    """Whether this external address shows another NAT of the home's own behind it (RFC 1918)."""
    return external is not None and any(external in network for network in PRIVATE)


def is_shared(external: IPAddress | None) -> bool:
    """Whether this external address shows the provider's NAT (RFC 6598)."""
    return external is not None and external in SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Igd:
    """An Internet Gateway Device's answers (UPnP Forum, InternetGatewayDevice:1 and :2)."""

    location: str
    device_type: str
    services: tuple[str, ...] = ()
    manufacturer: str | None = None
    model: str | None = None
    server: str | None = None
    connection_status: str | None = None
    nat_enabled: bool | None = None
    ipv6_firewall_enabled: bool | None = None
    inbound_pinhole_allowed: bool | None = None
    listed: Literal["all", "part", "refused"] | None = None
    """Whether its mappings are all of them: it named its last one (`all`), went on beyond what is read or fell silent
    (`part`), or would not say (`refused`). Null when it was not asked. Nothing is known to be closed but with `all`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NatPmp:
    """An answer to NAT-PMP's external address request (RFC 6886, 3.2)."""

    result: int
    epoch_seconds: int | None = None
    external_address: IPAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pcp:
    """An answer to PCP's ANNOUNCE (RFC 6887, 14.1)."""

    version: int
    result: int
    epoch_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayServices:
    """Which of the three protocols that open ports were answered; null means not answered or not asked."""

    igd: Igd | None = None
    natpmp: NatPmp | None = None
    pcp: Pcp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMapping:
    """One mapping from the internet to a device, with UPnP's names (WANIPConnection:1, 2.4.16)."""

    source: str
    protocol: Transport
    external_port: int
    internal_client: str
    internal_port: int
    remote_host: str | None = None
    description: str | None = None
    enabled: bool | None = None
    lease_seconds: int | None = None
    device: str | None = None

    @property
    def client(self) -> IPAddress | None:
        """The address it leads to; null where the router wrote something that is none."""
        try:
            return address.ip(self.internal_client)
        except ValueError:
            return None


def mapping_text(mapping: PortMapping) -> str:
    """`tcp 8443 -> 192.168.1.20 443`: the value of the `igd.mapping` observation that shows this mapping."""
    leads_to = f"{mapping.internal_client} {mapping.internal_port}"
    return f"{mapping.protocol} {mapping.external_port} -> {leads_to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAnswer:
    """What one device said in one of the three protocols, as a probe learnt it.

    A later one of the same kind and place says more than the earlier, and stands in its stead.
    """

    said: Igd | NatPmp | Pcp
    external_address: IPAddress | None = None
    mappings: tuple[PortMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One router on the way to the internet, or another device that offers to open ports.

    `device` is null for a router that only its neighbour's external address tells of: it stands between this home and the
    internet, and was not reached.
    """

    device: str | None = None
    services: GatewayServices = field(default_factory=GatewayServices)
    external_address: IPAddress | None = None
    mappings: tuple[PortMapping, ...] = ()
