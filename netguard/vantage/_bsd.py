"""The text that macOS's own network tools print: ifconfig, netstat -rn, arp -an, ndp -an, scutil --dns. Pure.

Their wording is not translated. Formats: macOS's ifconfig(8), netstat(1), arp(8), ndp(8); older systems have more
columns in `netstat -rn`, so columns are found by their header.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from netaddr import IPAddress, IPNetwork

from netguard.model.address import ip, network
from netguard.model.surroundings import Neighbour
from netguard.vantage._parsed import Assigned, Link, Route, usable_mac

TUNNEL_NAMES = re.compile(r"^(utun|ipsec|ppp|gif|stf|tun|tap|wg)\d*$")
VIRTUAL_NAMES = re.compile(r"^(awdl|llw|ap|p2p|bridge|vmnet|vmenet|vnic|anpi|feth|vboxnet)\d*$")
"""Apple's own and the common virtual machines' interfaces, by name: ifconfig does not say what an interface is."""

MAX_DNS = 16

SCOPED_LAST = 1 << 16
"""Added to the metric of routes that only count for traffic bound to their interface (flag I, RTF_IFSCOPE)."""


def links(ifconfig: str, ports: Mapping[str, str]) -> tuple[Link, ...]:
    """Interfaces from `ifconfig`; `ports` maps a device to its hardware port's name (`Wi-Fi`, `Ethernet`, …)."""
    blocks = re.split(r"(?m)^(?=\S+: flags=)", ifconfig)
    return tuple(_link(block, ports) for block in blocks if ": flags=" in block)


def hardware_ports(text: str) -> dict[str, str]:
    """Device to port from `networksetup -listallhardwareports`."""
    return {d: p for p, d in re.findall(r"^Hardware Port: (.+)\nDevice: (\S+)", text, re.MULTILINE)}


def routes(netstat: str, version: int) -> Iterator[Route]:
    """Default and half routes, and IPv6's on-link ones, from `netstat -rn -f inet` or `-f inet6`."""
    interface_column, section = None, 4
    for order, line in enumerate(netstat.splitlines()):
        cells = line.split()
        if line.startswith("Internet"):
            section = 6 if line.startswith("Internet6") else 4
        if "Netif" in cells:
            interface_column = cells.index("Netif")
        elif interface_column is not None and section == version and len(cells) > interface_column:
            route = _route(cells, cells[interface_column], version, order)
            if route is not None:
                yield route


def arp(text: str, interface: str) -> Iterator[Neighbour]:
    """Neighbours on `interface` from `arp -an`: `? (192.168.1.1) at 0:4:ed:de:41:bf on en1 ifscope [ethernet]`."""
    for address, hardware, device in re.findall(r"\(([\d.]+)\) at (\S+) on (\S+)", text):
        mac = usable_mac(hardware)
        if device == interface and mac is not None:
            with suppress(ValueError):
                yield Neighbour(address=ip(address), mac=mac)


def ndp(text: str, interface: str) -> Iterator[Neighbour]:
    """Neighbours on `interface` from `ndp -an`: `address mac interface expire state flags`."""
    for line in text.splitlines():
        cells = line.split()
        if len(cells) < 5 or cells[2] != interface:
            continue
        mac = usable_mac(cells[1])
        if mac is not None:
            with suppress(ValueError):
                yield Neighbour(address=ip(cells[0]), mac=mac, reachable=cells[4] == "R")


def dns(scutil: str) -> tuple[IPAddress, ...]:
    """The name servers asked for ordinary names; those for one domain only and those of one interface are left out."""
    general = scutil.partition("DNS configuration (for scoped queries)")[0]
    found = []
    for block in re.split(r"(?m)^resolver #", general)[1:]:
        if re.search(r"(?m)^\s+domain\s+:", block):
            continue
        for text in re.findall(r"(?m)^\s+nameserver\[\d+\]\s*:\s*(\S+)", block):
            with suppress(ValueError):
                found.append(ip(text))
    return tuple(dict.fromkeys(found))[:MAX_DNS]


def _link(block: str, ports: Mapping[str, str]) -> Link:
    name = block.partition(":")[0]
    head = re.search(r"flags=[0-9a-f]+<([^>]*)>", block)
    flags = frozenset((head.group(1) if head else "").split(","))
    ether = re.search(r"(?m)^\s+ether (\S+)", block)
    return Link(
        name=name,
        kind=_kind(name, flags, ports),
        mac=usable_mac(ether.group(1)) if ether else None,
        up={"UP", "RUNNING"} <= flags and "status: inactive" not in block,
        multicast="MULTICAST" in flags,
        addresses=tuple(_addresses(block)),
    )


def _kind(name: str, flags: frozenset[str], ports: Mapping[str, str]) -> str:
    if "LOOPBACK" in flags:
        return "loopback"
    if "POINTOPOINT" in flags or TUNNEL_NAMES.match(name):
        return "tunnel"
    if VIRTUAL_NAMES.match(name):
        return "virtual"
    return "wifi" if ports.get(name, "") in ("Wi-Fi", "AirPort") else "wired"


def _addresses(block: str) -> Iterator[Assigned]:
    for address, peer, mask in re.findall(r"(?m)^\s+inet ([\d.]+)(?: --> ([\d.]+))? netmask (0x[0-9a-f]{8})", block):
        with suppress(ValueError):
            length = "32" if peer and peer == address else str(IPAddress(int(mask, 16), 4).netmask_bits())
            yield Assigned(address=ip(address), prefix=network(f"{address}/{length}"))
    for address, length, rest in re.findall(
        r"(?m)^\s+inet6 ([0-9a-fA-F:.]+)\S*(?: --> \S+)? prefixlen (\d+)(.*)$", block
    ):
        words = rest.split()
        if "duplicated" not in words and "detached" not in words:
            with suppress(ValueError):
                yield Assigned(
                    address=ip(address),
                    prefix=network(f"{address}/{length}"),
                    passing="temporary" in words or "deprecated" in words,
                )


def _route(cells: list[str], interface: str, version: int, order: int) -> Route | None:
    destination = _destination(cells[0], version)
    if destination is None:
        return None
    gateway = _gateway(cells[1])
    if version == 4 and destination.prefixlen > 1:
        return None
    if gateway is None and destination.prefixlen > 1 and not cells[1].startswith("link#"):
        return None
    scoped = SCOPED_LAST if "I" in cells[2] else 0
    return Route(interface=interface, destination=destination, gateway=gateway, metric=order + scoped)


def _destination(text: str, version: int) -> IPNetwork | None:
    """A destination as netstat shortens it: `default`, `0/1`, `128.0/1`, `2001:db8::/64`. None for single hosts."""
    if text == "default":
        return IPNetwork("0.0.0.0/0" if version == 4 else "::/0")
    base, slash, length = text.partition("/")
    if not slash or "%" in base:
        return None
    with suppress(ValueError):
        if version == 4:
            base = ".".join([*base.split("."), "0", "0", "0"][:4])
        found = network(f"{base}/{length}")
        return None if found.ip.is_multicast() else found
    return None


def _gateway(text: str) -> IPAddress | None:
    """None for `link#4`, for a MAC and for `fe80::%utun0`, which is the way of saying "into this VPN"."""
    with suppress(ValueError):
        address = ip(text)
        return None if address == IPAddress("fe80::") else address
    return None
