"""Builds a home out of anonymous network namespaces: a bridge inside the router's, a veth pair to each other device.

Nothing has a name outside, and nothing is attached to the machine's own interfaces: when the process that holds
the descriptors ends, however it ends, the kernel takes all of it away.
"""

import contextlib
import os
from pathlib import Path

from netguard.demo.homes import Device, Home, card_name
from netguard.net import namespaces

BRIDGE, CARD = "br-lan", "eth0"
"""Interface names: of the router, and of everything else."""

FAR = "br-far"
"""The side of a device on which those are that are plugged into it, and of the router where it answers for them."""

_HIDDEN = ("/run/dbus", "/run/NetworkManager", "/run/systemd/resolve")
"""Doors of the machine's own network services: a program in the simulated home must not ask them about the real one."""


def networks(home: Home) -> dict[str, int]:
    """Device name → descriptor of its network namespace. The caller is left in the router's.

    The caller must be in a network namespace of its own already. Raises `LabError` or `OSError`.
    """
    ip = namespaces.ip_program()
    spaces = {home.router.name: namespaces.network()}
    others = (home.laptop, *home.devices)
    for device in others:
        spaces[device.name] = namespaces.new_network()
    router = spaces[home.router.name]
    namespaces.enter(router)
    lines = [
        "link set lo up",
        f"link add {BRIDGE} address {home.router.mac} type bridge forward_delay 0 stp_state 0 mcast_snooping 0",
        f"link set {BRIDGE} addrgenmode none",
        *_addresses(home, home.router, BRIDGE),
        f"link set {BRIDGE} up",
        *(["route add unreachable default"] if home.prefix is not None else []),
        *(["route add unreachable ::/0"] if home.prefix6 is not None else []),
        *_far_side(home, home.router, others),
    ]
    _allow_ipv6(home)
    for number, device in enumerate(others, 1):
        peer = f"peer name {CARD} address {device.mac} netns /proc/self/fd/{spaces[device.name]}"
        lines += [
            f"link add port{number} type veth {peer}",
            f"link set port{number} addrgenmode none",
            _plugged(home, device, f"port{number}", spaces),
        ]
        for extra, card in enumerate(device.cards, 1):
            peer = f"peer name {card_name(extra)} address {card.mac} netns /proc/self/fd/{spaces[device.name]}"
            lines += [
                f"link add port{number}.{extra} type veth {peer}",
                f"link set port{number}.{extra} addrgenmode none",
                f"link set port{number}.{extra} master {BRIDGE} up",
            ]
    namespaces.ip(ip, lines, tuple(spaces.values()))
    with contextlib.suppress(OSError):  # a router without internet says so at once, one that does not forward is silent
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
        if home.prefix6 is not None:  # and it says in its neighbour advertisements that it is a router
            Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1", encoding="ascii")
    for device in others:
        with namespaces.inside(spaces[device.name], router):
            _allow_ipv6(home)
            namespaces.ip(ip, [*_card(home, device), *_far_side(home, device, others)])
    return spaces


def _plugged(home: Home, device: Device, port: str, spaces: dict[str, int]) -> str:
    """Where the router's end of a device's cable goes; what another device carries for is set up in there."""
    if device.behind in {None, home.router.name}:
        return f"link set {port} master {FAR if device.behind else BRIDGE} up"
    return f"link set {port} netns /proc/self/fd/{spaces[str(device.behind)]}"


def _far_side(home: Home, device: Device, others: tuple[Device, ...]) -> list[str]:
    """The bridge at `device` for those that are plugged into it; at the router that is all, the ports come later."""
    ports = [f"port{number}" for number, one in enumerate(others, 1) if one.behind == device.name]
    if not ports:
        return []
    made = [f"link add {FAR} type bridge forward_delay 0 stp_state 0 mcast_snooping 0"]
    made.append(f"link set {FAR} addrgenmode none up")
    if device is home.router:
        _write("/proc/sys/net/ipv4/conf/all/proxy_arp", "1")
        routes = (home.address(one) for one in others if one.behind == device.name)
        return [*made, *(f"route add {address}/32 dev {FAR}" for address in routes)]
    # It carries frames and routes nothing; where the machine routes, a new namespace would, too.
    _write("/proc/sys/net/ipv4/ip_forward", "0")
    return made + [
        line for port in ports for line in (f"link set {port} addrgenmode none", f"link set {port} master {FAR} up")
    ]


def _write(path: str, value: str) -> None:
    with contextlib.suppress(OSError):
        Path(path).write_text(value, encoding="ascii")


def _allow_ipv6(home: Home) -> None:
    """Switch IPv6 on in the caller's network namespace, which some computers have off for new interfaces."""
    if home.prefix6 is not None:
        for path in Path("/proc/sys/net/ipv6/conf").glob("*/disable_ipv6"):
            with contextlib.suppress(OSError):
                path.write_text("0", encoding="ascii")


def _addresses(home: Home, device: Device, interface: str) -> list[str]:
    """Its addresses, those of IPv6 without the second of waiting whether somebody else has them (`nodad`)."""
    lines = []
    if home.prefix is not None:
        first = (1 + len(device.more_hosts)) * [interface]
        cards = [*first, *(card_name(number) for number in range(1, 1 + len(device.cards)))]
        lines += [
            f"address add {address}/{home.prefix_length} brd + dev {card}"
            for address, card in zip(home.addresses(device), cards, strict=True)
        ]
    both = (home.link_local(device), home.address6(device))
    return lines + [f"address add {address}/64 dev {interface} nodad" for address in both if address is not None]


def _card(home: Home, device: Device) -> list[str]:
    lines = ["link set lo up", f"link set {CARD} addrgenmode none"]
    if device.silent:
        # An address without a route to anybody: the kernel answers ARP for it, and can send nothing else.
        # A reverse-path filter would stop the ARP answer too, so it is off. Nor does it look for routers (RFC 4861, 6.3.7).
        for name in ("all", "default", CARD):
            _write(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", "0")
            _write(f"/proc/sys/net/ipv6/conf/{name}/router_solicitations", "0")
        alone = [f"{home.address(device)}/32"]
        if home.prefix is None:
            alone = [f"{address}/128" for address in (home.link_local(device), home.address6(device))]
        return [*lines, *(f"address add {address} dev {CARD}" for address in alone), f"link set {CARD} up"]
    more = [card_name(number) for number in range(1, 1 + len(device.cards))]
    lines += [f"link set {name} addrgenmode none" for name in more]
    lines += [*_addresses(home, device, CARD), *(f"link set {name} up" for name in (CARD, *more))]
    routers = []
    if home.prefix is not None:
        routers.append(home.address(home.router))
        lines.append(f"route add default via {routers[0]}")
    if home.address6(device) is not None and (router := home.link_local(home.router)) is not None:
        routers.append(router)
        lines.append(f"route add ::/0 via {router} dev {CARD}")
    if device is home.laptop:
        # A laptop that somebody uses has long spoken with its router; netguard recognises networks by what that left.
        lines += [f"neigh replace {router} lladdr {home.router.mac} dev {CARD} nud stale" for router in routers]
    return lines


def laptop_mounts(network: int, router: int, resolver: str) -> int:
    """A mount namespace for programs on the laptop, as a descriptor: /sys of its network, the home's resolver.

    The caller comes back into the mount namespace it had. What a container forbids here is left as it was.
    """
    before = namespaces.mounts()
    namespaces.unshare(namespaces.CLONE_NEWNS)
    with namespaces.inside(network, router), contextlib.suppress(OSError):
        namespaces.mount("sysfs", "/sys", "sysfs")
    with contextlib.suppress(OSError):
        _resolver(resolver)
    for path in _HIDDEN:
        with contextlib.suppress(OSError):
            if Path(path).is_dir() and not Path("/etc/resolv.conf").resolve().is_relative_to(path):
                namespaces.mount("tmpfs", path, "tmpfs")
    made = namespaces.mounts()
    namespaces.enter(before)
    os.close(before)
    return made


def _resolver(address: str) -> None:
    target = os.open("/etc/resolv.conf", os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    try:
        namespaces.mount("tmpfs", "/run", "tmpfs")
        try:
            Path("/run/resolv.conf").write_text(f"nameserver {address}\n", encoding="ascii")
            namespaces.mount("/run/resolv.conf", f"/proc/self/fd/{target}", flags=namespaces.MS_BIND)
        finally:
            namespaces.unmount("/run")
    finally:
        os.close(target)
