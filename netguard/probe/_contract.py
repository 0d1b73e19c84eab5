"""What a probe is: a module with `NEEDS`, `PROVIDES`, `wants(device, ask)` and `probe(target, net)`.

`wants` gives a `Target` for each look to take, and a `Declined` for what it will not look at.

The pipeline runs the probes of a device one after the other, a probe after those that provide what it needs.
"""

from dataclasses import dataclass
from typing import Literal

from netaddr import IPAddress, IPNetwork

from netguard.model.device import Coverage, Device, Service
from netguard.model.gateway import GatewayAnswer
from netguard.model.login import Ledger
from netguard.model.observation import Fact
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    INFRASTRUCTURE_ROLES,
    Confidence,
    Depth,
    PortState,
    Power,
    Role,
    Transport,
)
from netguard.rules.loader import Rules

Learnt = Service | Coverage | Fact | GatewayAnswer
"""What a probe may yield. A service's null fields leave what is known as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How much is asked of one device in this round."""

    depth: Depth
    round: Literal["light", "deep"]
    rules: Rules
    facts: tuple[Fact, ...] = ()
    """All that is known about the device so far."""
    named: bool = False
    """Whether the person named this very device: then its battery is theirs to spend."""
    gateway: bool = False
    """Whether this computer's own way to the internet leads through the device."""
    forwarded: tuple[tuple[Transport, int], ...] = ()
    """Ports of the device that some gateway said it forwards from the internet."""
    answers: tuple[GatewayAnswer, ...] = ()
    """What the device has said so far in the protocols that open ports."""
    own_addresses: tuple[IPAddress, ...] = ()
    """All addresses of this computer on the interface it looks from."""
    networks: tuple[IPNetwork, ...] = ()
    """The networks that this interface is on."""
    upnp_active: bool = False
    """Whether the person allowed the tests that write to a router: `--upnp-active`."""
    logins: bool = False
    """Whether the person allowed its factory logins to be tried: `--logins`, or by name in the settings."""
    ledger: Ledger | None = None
    """What counts logins that are tried; without it none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One look at one surface: at most one connection, or one sweep over `ports`."""

    address: IPAddress
    transport: Transport = Transport.TCP
    port: int | None = None
    ports: tuple[int, ...] = ()
    secure: bool = False
    """Whether TLS comes first."""
    path: str = ""
    """What is asked for there, where the probe knows several things to ask for: `/description.xml`."""

    def __str__(self) -> str:
        """For people: `192.168.1.5 tcp/80`."""
        return str(self.address) if self.port is None else f"{self.address} {self.transport}/{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Something the device offers that is not looked at, and why.

    `wants` may give it in a target's stead, and it is kept among the attempts.
    """

    what: str
    reason: str


OTHER_PROTOCOLS = frozenset({53, 111, 135, 139, 389, 445, 548, 636, 2049, 3260, 8291})
"""Ports of DNS, RPC, SMB, LDAP, AFP, NFS and iSCSI (IANA), and of MikroTik's Winbox: binary protocols that say nothing to a listener, a TLS hello or
a GET. Trying those costs the device three connections and eight seconds, and teaches nothing."""

READ_ELSEWHERE = frozenset({"_hap._tcp", "_matter._tcp"})
"""Services whose announcement says all that is looked at: HomeKit and Matter accessories serve few connections at a time."""


STURDY_ROLES = frozenset({Role.ROUTER, Role.COMPUTER, Role.NAS, Role.CONSOLE, Role.TV, Role.SWITCH})
"""What bears several connections at a time. Everything else, and whatever is only possibly one of these, is treated gently."""

SPARED_ROLES = DOOR_ROLES | HUB_ROLES | {Role.ALARM, Role.UNKNOWN}
"""What is never asked to let us in without a login: locks, hubs and alarms, and whatever may be one of them."""


def is_sturdy(device: Device) -> bool:
    """Whether `device` bears several connections at a time, and is known to be what it seems."""
    return device.role in STURDY_ROLES and device.confidence is not Confidence.POSSIBLE


def is_spared(device: Device) -> bool:
    """Whether nothing that could count as trying to get in is sent to `device`: it is one of these, or not known not to be."""
    return device.role in SPARED_ROLES or (
        device.confidence is Confidence.POSSIBLE and device.role not in INFRASTRUCTURE_ROLES
    )


def runs_on_battery(device: Device, ask: Ask) -> bool:
    """Whether it pays for every packet from a battery; a lock of which nothing else is known has one.

    False where the person named it: then its battery is theirs to spend.
    """
    likely = device.power is Power.BATTERY or (device.role is Role.LOCK and device.power is None)
    return likely and not ask.named


def speaks_otherwise(ask: Ask, service: Service) -> bool:
    """Whether this port is not to be listened to, nor asked for TLS or a page."""
    announced = {f.value for f in ask.facts if f.kind == "dnssd.type" and f.port == service.port}
    return service.port in OTHER_PROTOCOLS or bool(announced & READ_ELSEWHERE)


def open_tcp(device: Device) -> tuple[Service, ...]:
    """The device's open TCP services in the order of their ports."""
    return tuple(
        sorted(
            (s for s in device.services if s.state is PortState.OPEN and s.transport is Transport.TCP),
            key=lambda s: (s.address, s.port),
        )
    )


def looked_at(ask: Ask, service: Service, *kinds: str) -> bool:
    """Whether one of these kinds of fact is already known about this service."""
    return any(f.kind in kinds and f.port == service.port and f.transport is service.transport for f in ask.facts)
