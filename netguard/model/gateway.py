"""Gateways in hop order, and the doors they hold open."""

from dataclasses import dataclass, field

from netaddr import IPAddress

from netguard.model.vocabulary import Transport


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One router on the way to the internet."""

    device: str | None = None
    services: GatewayServices = field(default_factory=GatewayServices)
    external_address: IPAddress | None = None
    mappings: tuple[PortMapping, ...] = ()
