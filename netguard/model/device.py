"""Devices: what the sightings on a segment were merged into, and what each exposes."""

from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.model import ports
from netguard.model.vocabulary import Confidence, Link, PortState, Power, Role, Stability, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One way to recognise a device again.

    `kind` is one of homekit, matter, hue, upnp, tls, ssh, mac, name, random-mac, address.
    """

    kind: str
    value: str
    stability: Stability


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingNote:
    """What remains of one sighting in the document: which protocol, and what it said."""

    source: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A port that is open, or that matters. Closed ones are told by `Coverage`."""

    address: IPAddress
    transport: Transport
    port: int
    state: PortState
    name: str | None = None
    product: str | None = None
    version: str | None = None
    expected: bool | None = None
    """Whether the device's record says it should listen here; null when there is no record."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= ports.HIGHEST:
            raise ValueError(f"port {self.port} is not between 0 and {ports.HIGHEST}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which ports were asked and answered for: "closed" and "not asked" differ here."""

    address: IPAddress
    transport: Transport
    ports: str
    """Ranges in ascending order, `1-1024,8080`."""
    engine: str

    def __post_init__(self) -> None:
        ports.ranges(self.ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One thing on the network."""

    key: str
    """The strongest identity it has shown, as `kind:value`."""
    former_keys: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()
    name: str | None = None
    addresses: tuple[IPAddress, ...] = ()
    mac: EUI | None = None
    mac_randomised: bool | None = None
    vendor: str | None = None
    model: str | None = None
    role: Role = Role.UNKNOWN
    profile: str | None = None
    """The id of the device record that recognised it."""
    power: Power | None = None
    confidence: Confidence = Confidence.POSSIBLE
    hostnames: tuple[str, ...] = ()
    firmware: str | None = None
    declared: bool = False
    """Whether the person said that they have it (`netguard setup`)."""
    link: Link | None = None
    """How it is connected, as the person said; null where nobody did."""
    seen: bool = True
    unseen: str | None = None
    """Of a declared device that was not seen: why that may be, and how to wake it or what else to look at."""
    services: tuple[Service, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    sightings: tuple[SightingNote, ...] = ()

    @property
    def open_services(self) -> tuple[Service, ...]:
        """Services that answered as open."""
        return tuple(s for s in self.services if s.state is PortState.OPEN)
