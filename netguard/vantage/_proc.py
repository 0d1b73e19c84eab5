"""Linux without a modern `ip` (busybox, very old systems): the kernel's own text files. See proc(5), sysfs(5).

What they do not say, and so is not known here: IPv6 neighbours, policy routes, and the kind of some links.
"""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress

from netaddr import IPAddress, IPNetwork

from netguard.errors import VantageError
from netguard.model.address import ip, network
from netguard.model.surroundings import Neighbour
from netguard.vantage._parsed import Assigned, Link, Route, Situation, usable_mac
from netguard.vantage.system import Machine

REMARK = (
    "The command `ip` (iproute2) is missing or too old, so the kernel's own files were read: IPv6 neighbours are not "
    "known, a VPN that uses routing rules is not seen, and of two interfaces on one network only one is told apart."
)

IFF_UP, IFF_LOOPBACK, IFF_POINTOPOINT, IFF_RUNNING, IFF_MULTICAST = 0x1, 0x8, 0x10, 0x40, 0x1000
"""include/uapi/linux/if.h"""

IFA_SECONDARY_OR_TEMPORARY, IFA_DADFAILED, IFA_DEPRECATED = 0x01, 0x08, 0x20
"""include/uapi/linux/if_addr.h"""

RTF_UP, RTF_REJECT = 0x1, 0x200
"""include/uapi/linux/route.h"""

ATF_COM = 0x2
"""The entry has a MAC (include/uapi/linux/if_arp.h)."""

_TUNNEL_KINDS = frozenset({"wireguard", "ppp", "ovpn"})
_VIRTUAL_KINDS = frozenset({"bridge", "vxlan", "macvlan", "ipvlan", "veth", "geneve"})
_CABLE_KINDS = frozenset({"vlan", "bond", "team", "dsa"})


def situation(machine: Machine) -> Situation:
    """Interfaces and routes. Raises `VantageError` when /proc cannot be read either."""
    try:
        table = machine.read("/proc/net/dev")
    except OSError as error:
        raise VantageError(
            "The network situation cannot be read: the command `ip` is not there and /proc/net/dev is not readable. "
            "Install iproute2."
        ) from error
    names = [line.partition(":")[0].strip() for line in table.splitlines()[2:] if ":" in line]
    routes = (*_routes4(machine), *_routes6(machine))
    addresses: dict[str, list[Assigned]] = {name: [] for name in names} | _addresses4(machine, routes)
    for name, assigned in _addresses6(machine):
        addresses.setdefault(name, []).append(assigned)
    links = tuple(_link(machine, name, tuple(addresses[name])) for name in names)
    return Situation(links=links, routes=routes, remarks=(REMARK,))


def neighbours(machine: Machine, interface: str) -> tuple[Neighbour, ...]:
    """The ARP table. Raises `VantageError` when it cannot be read."""
    try:
        lines = machine.read("/proc/net/arp").splitlines()[1:]
    except OSError as error:
        raise VantageError("The neighbour table cannot be read: neither `ip` nor /proc/net/arp is there.") from error
    return tuple(n for n in (_neighbour(line.split(), interface) for line in lines) if n is not None)


def _neighbour(cells: list[str], interface: str) -> Neighbour | None:
    """One line: `address type flags mac mask device`."""
    if len(cells) < 6 or cells[5] != interface:
        return None
    mac = usable_mac(cells[3])
    with suppress(ValueError):
        if mac is not None and int(cells[2], 16) & ATF_COM:
            return Neighbour(address=ip(cells[0]), mac=mac)
    return None


def _link(machine: Machine, name: str, addresses: tuple[Assigned, ...]) -> Link:
    folder = f"/sys/class/net/{name}"
    flags = 0
    with suppress(ValueError):
        flags = int(machine.text(f"{folder}/flags").strip() or "0", 16)
    state = machine.text(f"{folder}/operstate").strip()
    loopback = bool(flags & IFF_LOOPBACK) or name == "lo"
    # Without sysfs nothing says that the link is down, and it does have what was asked of it: an address.
    up = bool(flags & IFF_UP) and state not in ("down", "lowerlayerdown", "notpresent") if flags else True
    return Link(
        name=name,
        kind="loopback" if loopback else _kind(machine, folder, flags),
        mac=usable_mac(machine.text(f"{folder}/address").strip()),
        up=up,
        multicast=bool(flags & IFF_MULTICAST) or not flags,
        addresses=addresses,
    )


def _kind(machine: Machine, folder: str, flags: int) -> str:
    inside = frozenset(machine.listing(folder))
    said = re.search(r"^DEVTYPE=(\w+)$", machine.text(f"{folder}/uevent"), re.MULTILINE)
    kind = said.group(1) if said else ""
    if kind in _TUNNEL_KINDS or "tun_flags" in inside or flags & IFF_POINTOPOINT:
        return "tunnel"
    if kind == "wlan" or inside & {"wireless", "phy80211"}:
        return "wifi"
    if kind == "bridge":
        return "wired" if any(_is_real(machine, m) for m in machine.listing(f"{folder}/brif")) else "virtual"
    if kind in _VIRTUAL_KINDS:
        return "virtual"
    # sysfs shows a link `device` only for interfaces that stand for a piece of hardware.
    return "wired" if kind in _CABLE_KINDS or "device" in inside or not inside else "virtual"


def _is_real(machine: Machine, name: str) -> bool:
    return "device" in machine.listing(f"/sys/class/net/{name}")


def _routes4(machine: Machine) -> Iterator[Route]:
    """/proc/net/route: `iface destination gateway flags refcnt use metric mask …`, numbers as the CPU stores them."""
    for line in machine.text("/proc/net/route").splitlines()[1:]:
        cells = line.split()
        with suppress(ValueError, IndexError, struct.error):
            flags = int(cells[3], 16)
            if not flags & RTF_UP or flags & RTF_REJECT:
                continue
            gateway = _little_endian(cells[2])
            yield Route(
                interface=cells[0],
                destination=network(f"{_little_endian(cells[1])}/{_little_endian(cells[7])}"),
                gateway=gateway if int(gateway) else None,
                metric=int(cells[6]),
            )


def _little_endian(word: str) -> IPAddress:
    return IPAddress(struct.unpack("=I", struct.pack("!I", int(word, 16)))[0] if _SWAPPED else int(word, 16), 4)


_SWAPPED = struct.pack("=I", 1) != struct.pack("!I", 1)


def _routes6(machine: Machine) -> Iterator[Route]:
    """/proc/net/ipv6_route: `destination length source length next-hop metric refcnt use flags iface`, all hex."""
    for line in machine.text("/proc/net/ipv6_route").splitlines():
        cells = line.split()
        with suppress(ValueError, IndexError):
            flags = int(cells[8], 16)
            destination = IPNetwork((int(cells[0], 16), int(cells[1], 16)), version=6)
            local = destination.prefixlen == 128 or destination.ip.is_multicast()
            if not flags & RTF_UP or flags & RTF_REJECT or cells[9] == "lo" or local:
                continue
            gateway = int(cells[4], 16)
            yield Route(
                interface=cells[9],
                destination=destination,
                gateway=IPAddress(gateway, 6) if gateway else None,
                metric=int(cells[5], 16),
            )


def _addresses4(machine: Machine, routes: tuple[Route, ...]) -> dict[str, list[Assigned]]:
    """Our own IPv4 addresses from the local table of /proc/net/fib_trie, each with the on-link route around it.

    An address without such a route (a lone /32) cannot be told to belong to an interface, and is left out.
    """
    own = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", machine.text("/proc/net/fib_trie"))
    onlink = [r for r in routes if r.gateway is None and r.destination.version == 4 and not r.is_default]
    found: dict[str, list[Assigned]] = {}
    for text in dict.fromkeys(own):
        with suppress(ValueError):
            address = ip(text)
            if address.is_loopback():
                found.setdefault("lo", []).append(Assigned(address=address, prefix=network(f"{text}/8")))
                continue
            around = [r for r in onlink if address in r.destination]
            if around:
                best = max(around, key=lambda r: (r.destination.prefixlen, -r.metric))
                found.setdefault(best.interface, []).append(Assigned(address=address, prefix=best.destination.cidr))
    return found


def _addresses6(machine: Machine) -> Iterator[tuple[str, Assigned]]:
    """/proc/net/if_inet6: `address index length scope flags name`, all hex but the name."""
    for line in machine.text("/proc/net/if_inet6").splitlines():
        cells = line.split()
        with suppress(ValueError, IndexError):
            flags = int(cells[4], 16)
            if flags & IFA_DADFAILED:
                continue
            address = IPAddress(int(cells[0], 16), 6)
            yield (
                cells[5],
                Assigned(
                    address=address,
                    prefix=network(f"{address}/{int(cells[2], 16)}"),
                    passing=bool(flags & (IFA_SECONDARY_OR_TEMPORARY | IFA_DEPRECATED)),
                ),
            )
