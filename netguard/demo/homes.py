"""What a simulated home consists of: plain descriptions, no sockets. `catalogue.py` has the devices themselves.

A home is data: the same description is built in network namespaces, in a user namespace or on loopback
addresses (see `running.py`), and a test can describe a home that nobody has seen before.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal

from netguard.errors import LabError

Transport = Literal["tcp", "udp"]

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")

MOST_DEVICES = 60
"""Devices of one home; keeps a mistaken description from filling the machine with namespaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One HTTP answer. `method` and `path` are matched exactly; the path without its query."""

    path: str
    body: str
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One simulated server. `kind` is a module of `netguard.demo.servers`, `options` are that module's own words.

    `stands_in_for` names the real daemon (`daemons.NAMES`) that takes this port where it is to be had.
    `fallback` is the port used on loopback where an ordinary user may not have the real one; without it the
    server is left out there, and said so.
    """

    kind: str
    port: int
    transport: Transport = "tcp"
    fallback: int | None = None
    stands_in_for: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    pages: tuple[Page, ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """The value of option `name`, or `default`."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One DNS-SD instance (RFC 6763): `type` such as `_hap._tcp`, and its TXT entries as `key=value`."""

    instance: str
    type: str
    port: int
    txt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upnp:
    """What a UPnP device says of itself (UPnP Device Architecture 1.1), served at `path` on `port`."""

    udn: str
    device_type: str
    friendly_name: str
    manufacturer: str
    model_name: str
    model_number: str
    port: int
    path: str
    server: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device. `name` is a slug for programs, `what` and `roles` are words for people, `host` is the host number."""

    name: str
    what: str
    mac: str
    host: int
    hostname: str | None = None
    roles: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    daemons: tuple[str, ...] = ()
    announces: tuple[Announcement, ...] = ()
    upnp: Upnp | None = None
    silent: bool = False
    """Answers ARP and nothing else, whatever is sent to it."""

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.name):
            raise LabError(f"{self.name!r} cannot name a simulated device: use lower-case letters, digits and dashes")
        if not _MAC.fullmatch(self.mac):
            raise LabError(f"{self.name}: {self.mac!r} is no MAC written as aa:bb:cc:dd:ee:ff")
        ports = [(s.transport, s.port) for s in self.servers]
        if len(ports) != len(set(ports)):
            raise LabError(f"{self.name}: two simulated servers want the same port")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home: its IPv4 prefix, its router, the computer one scans from, and everything else in it."""

    prefix: str
    router: Device
    laptop: Device
    devices: tuple[Device, ...] = field(default=())
    """Everything that is neither the router nor the laptop."""

    def __post_init__(self) -> None:
        network = ipaddress.IPv4Network(self.prefix)
        if not network.is_private or network.num_addresses > 1 << 16 or network.is_loopback:
            raise LabError(f"{self.prefix} is no private prefix of at most 65536 addresses")
        everyone = self.everyone
        if len(everyone) > MOST_DEVICES:
            raise LabError(f"a simulated home has at most {MOST_DEVICES} devices")
        for what in ("name", "mac", "host"):
            values = [getattr(d, what) for d in everyone]
            if len(values) != len(set(values)):
                raise LabError(f"two devices of the simulated home have the same {what}")
        for device in everyone:
            if not 0 < device.host < network.num_addresses - 1:
                raise LabError(f"{device.name}: host number {device.host} is not inside {self.prefix}")

    @property
    def everyone(self) -> tuple[Device, ...]:
        """Router, laptop and devices, in that order."""
        return (self.router, self.laptop, *self.devices)

    def device(self, name: str) -> Device:
        """The device called `name`. Raises `LabError` when there is none."""
        for device in self.everyone:
            if device.name == name:
                return device
        raise LabError(f"the simulated home has no device {name!r}")

    def address(self, device: Device) -> str:
        """The IPv4 address of `device`, as text."""
        return str(ipaddress.IPv4Network(self.prefix)[device.host])

    @property
    def prefix_length(self) -> int:
        """The length of the prefix in bits."""
        return ipaddress.IPv4Network(self.prefix).prefixlen
