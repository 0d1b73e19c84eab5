"""Whom NAT-PMP and PCP are asked of, and where: shared by the two probes, which ask one port of the same devices."""

from collections.abc import Iterator

from netaddr import IPAddress

from netguard.model.device import Device
from netguard.model.vocabulary import PortState, Role, Transport
from netguard.probe import _udp
from netguard.probe._contract import Ask

PORT = 5351
"""Both protocols' (RFC 6886, 3; RFC 6887, 19.1)."""

ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT})

MAX_ADDRESSES = 2
"""Addresses asked of one device: a server may listen on one of a router's two only. Stops one that claims dozens."""

OPENS_PORTS = (
    "device:InternetGatewayDevice:",
    "service:WANIPConnection:",
    "service:WANPPPConnection:",
)
"""What stands in the UPnP type of whatever opens ports (UPnP Forum, InternetGatewayDevice:1 and :2)."""

_TYPES = frozenset({"ssdp.type", "upnp.device-type", "upnp.service"})


def is_due(device: Device, ask: Ask) -> bool:
    """Whether `device` is asked: it leads to the internet, makes up the network, or says that it opens ports."""
    return _udp.is_due(device, ask) and (ask.gateway or device.role in ROLES or _says_so(ask))


def addresses(device: Device) -> Iterator[IPAddress]:
    """Where it is asked: its IPv4 addresses, and one of IPv6 where it has none.

    Link-local ones are left out, IPv4's since a router that has one for emergencies (169.254.1.1) serves at its other.
    """
    able = [a for a in device.addresses if not a.is_link_local()] or [a for a in device.addresses if a.version == 6]
    four = [a for a in able if a.version == 4]
    yield from four[:MAX_ADDRESSES] or able[:1]


def is_closed(device: Device, address: IPAddress) -> bool:
    """Whether `address` has said already that nobody listens there: neither protocol needs asking then."""
    at = (address, Transport.UDP, PORT)
    answered = any((s.address, s.transport, s.port) == at and s.state is PortState.OPEN for s in device.services)
    return not answered and not any(_udp.target(device, PORT, address))


def _says_so(ask: Ask) -> bool:
    return any(mark in str(fact.value) for fact in ask.facts if fact.kind in _TYPES for mark in OPENS_PORTS)
