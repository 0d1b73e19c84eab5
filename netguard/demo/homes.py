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

_ULA = ipaddress.IPv6Network("fc00::/7")

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

    `stands_in_for` names the real daemon (`daemons.NAMES`) that takes this port where it is to be had; pages and options
    are its settings, too.
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
class Forward:
    """A port that a router forwards from the internet, since before anybody looked."""

    port: int
    host: int
    """Host number of the device that it leads to; it need not be there."""
    to: int
    """The port there."""
    transport: Transport = "tcp"
    description: str = ""
    seconds: int = 0
    """Until it ends; 0 for never."""


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
    forwards: tuple[Forward, ...] = ()
    """What it forwards from its beginning on, as a gateway: the real daemon and the simulated one."""
    secure: bool = False
    """Whether a real gateway daemon lets nobody forward ports to others (miniupnpd's `secure_mode`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One more network card of a device, on the same segment: its MAC and its host number."""

    mac: str
    host: int


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
    """Answers ARP and nothing else, whatever is sent to it; in a home without IPv4, neighbour solicitations."""
    ipv6: bool = True
    """Whether it takes part where the home has IPv6."""
    host6: int | None = None
    """Lower half of its IPv6 address in the home's prefix; None for the one made of its MAC (RFC 4291, appendix A)."""
    more_hosts: tuple[int, ...] = ()
    """Host numbers of further IPv4 addresses of the same network card."""
    cards: tuple[Card, ...] = ()
    """Further network cards, IPv4 only."""
    behind: str | None = None
    """Name of the device it is plugged into instead of the router's switch. Behind the router it is reached by proxy
    ARP (RFC 1027); behind another one only where a program there carries frames from one side to the other."""

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.name):
            raise LabError(f"{self.name!r} cannot name a simulated device: use lower-case letters, digits and dashes")
        for mac in self.macs:
            if not _MAC.fullmatch(mac):
                raise LabError(f"{self.name}: {mac!r} is no MAC written as aa:bb:cc:dd:ee:ff")
        ports = [(s.transport, s.port) for s in self.servers]
        if len(ports) != len(set(ports)):
            raise LabError(f"{self.name}: two simulated servers want the same port")

    @property
    def macs(self) -> tuple[str, ...]:
        """The MACs of all its network cards."""
        return (self.mac, *(card.mac for card in self.cards))

    @property
    def hosts(self) -> tuple[int, ...]:
        """All its host numbers."""
        return (self.host, *self.more_hosts, *(card.host for card in self.cards))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home: its IPv4 prefix, its router, the computer one scans from, and everything else in it.

    `prefix6` is a ULA prefix of 64 bits; with it every device that does not opt out has a link-local address and one of
    that prefix. `prefix` is None in a home that has IPv6 only.
    """

    prefix: str | None
    router: Device
    laptop: Device
    devices: tuple[Device, ...] = field(default=())
    """Everything that is neither the router nor the laptop."""

    prefix6: str | None = None

    def __post_init__(self) -> None:
        everyone = self.everyone
        if len(everyone) > MOST_DEVICES:
            raise LabError(f"a simulated home has at most {MOST_DEVICES} devices")
        own: dict[str, list[object]] = {
            "name": [d.name for d in everyone],
            "mac": [mac for d in everyone for mac in d.macs],
            "host": [host for d in everyone for host in d.hosts],
        }
        for what, values in own.items():
            if len(values) != len(set(values)):
                raise LabError(f"two devices of the simulated home have the same {what}")
        plugged = {d.name for d in everyone if d.behind is None}
        for device in everyone:
            if device.behind not in {None, *plugged} - {self.laptop.name}:
                raise LabError(f"{device.name}: it cannot be behind {device.behind!r}")
        if self.prefix is not None:
            _check_prefix(self.prefix, everyone)
        if self.prefix6 is not None:
            _check_prefix6(self.prefix6)
            given = [a for d in everyone if (a := self.address6(d)) is not None]
            if len(given) != len(set(given)):
                raise LabError("two devices of the simulated home have the same IPv6 address")
        if self.prefix is None and (self.prefix6 is None or not all(d.ipv6 for d in everyone)):
            raise LabError("a simulated home without IPv4 needs IPv6, and so does every device of it")

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
        """The IPv4 address of `device`, as text; its IPv6 address in a home without IPv4."""
        if self.prefix is None:
            return str(self.address6(device))
        return str(ipaddress.IPv4Network(self.prefix)[device.host])

    def addresses(self, device: Device) -> tuple[str, ...]:
        """All IPv4 addresses of `device`, the first as in `address`; its one IPv6 address in a home without IPv4."""
        if self.prefix is None:
            return (self.address(device),)
        network = ipaddress.IPv4Network(self.prefix)
        return tuple(str(network[host]) for host in device.hosts)

    def address6(self, device: Device) -> str | None:
        """The IPv6 address of `device` in the home's prefix, as text; None where it has none."""
        if self.prefix6 is None or not device.ipv6 or (device.silent and self.prefix is not None):
            return None
        host = _from_mac(device.mac) if device.host6 is None else device.host6
        return str(ipaddress.IPv6Network(self.prefix6)[host])

    def link_local(self, device: Device) -> str | None:
        """The link-local IPv6 address of `device`, as text; None where it has none."""
        if self.address6(device) is None:
            return None
        return str(ipaddress.IPv6Network("fe80::/64")[_from_mac(device.mac)])

    @property
    def prefix_length(self) -> int:
        """The length of the IPv4 prefix in bits. Raises `LabError` where there is none."""
        if self.prefix is None:
            raise LabError("the simulated home has no IPv4")
        return ipaddress.IPv4Network(self.prefix).prefixlen


def card_name(number: int) -> str:
    """The interface of a device's further network card `number`, counted from 1."""
    return f"eth{number}"


def _check_prefix(prefix: str, everyone: tuple[Device, ...]) -> None:
    network = ipaddress.IPv4Network(prefix)
    if not network.is_private or network.num_addresses > 1 << 16 or network.is_loopback:
        raise LabError(f"{prefix} is no private prefix of at most 65536 addresses")
    for device in everyone:
        for host in device.hosts:
            if not 0 < host < network.num_addresses - 1:
                raise LabError(f"{device.name}: host number {host} is not inside {prefix}")


def _check_prefix6(prefix: str) -> None:
    network = ipaddress.IPv6Network(prefix)
    if not network.subnet_of(_ULA) or network.prefixlen != 64:
        raise LabError(f"{prefix} is no unique local prefix (RFC 4193) of 64 bits")


def _from_mac(mac: str) -> int:
    """The modified EUI-64 interface identifier of `mac` (RFC 4291, appendix A)."""
    parts = bytes.fromhex(mac.replace(":", ""))
    return int.from_bytes(bytes((parts[0] ^ 2,)) + parts[1:3] + b"\xff\xfe" + parts[3:])
