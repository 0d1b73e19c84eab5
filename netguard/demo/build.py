"""Builds a home out of anonymous network namespaces: a bridge inside the router's, a veth pair to each other device.

Nothing has a name outside, and nothing is attached to the machine's own interfaces: when the process that holds
the descriptors ends, however it ends, the kernel takes all of it away.
"""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from netguard.demo import linux
from netguard.demo.homes import Device, Home
from netguard.errors import LabError

BRIDGE, CARD = "br-lan", "eth0"
"""Interface names: of the router, and of everything else."""

_HIDDEN = ("/run/dbus", "/run/NetworkManager", "/run/systemd/resolve")
"""Doors of the machine's own network services: a program in the simulated home must not ask them about the real one."""

_IP_SECONDS = 30


def networks(home: Home) -> dict[str, int]:
    """Device name → descriptor of its network namespace. The caller is left in the router's.

    The caller must be in a network namespace of its own already. Raises `LabError` or `OSError`.
    """
    ip = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if ip is None:
        raise LabError("the program `ip` (package iproute2) is not installed")
    spaces = {home.router.name: linux.network()}
    others = (home.laptop, *home.devices)
    for device in others:
        spaces[device.name] = linux.new_network()
    router = spaces[home.router.name]
    linux.enter(router)
    lines = [
        "link set lo up",
        f"link add {BRIDGE} address {home.router.mac} type bridge forward_delay 0 stp_state 0 mcast_snooping 0",
        f"link set {BRIDGE} addrgenmode none",
        f"address add {home.address(home.router)}/{home.prefix_length} brd + dev {BRIDGE}",
        f"link set {BRIDGE} up",
        "route add unreachable default",
    ]
    for number, device in enumerate(others, 1):
        peer = f"peer name {CARD} address {device.mac} netns /proc/self/fd/{spaces[device.name]}"
        lines += [
            f"link add port{number} type veth {peer}",
            f"link set port{number} addrgenmode none",
            f"link set port{number} master {BRIDGE} up",
        ]
    _ip(ip, lines, tuple(spaces.values()))
    with contextlib.suppress(OSError):  # a router without internet says so at once, one that does not forward is silent
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    for device in others:
        with linux.inside(spaces[device.name], router):
            _ip(ip, _card(home, device))
    return spaces


def _card(home: Home, device: Device) -> list[str]:
    lines = ["link set lo up", f"link set {CARD} addrgenmode none"]
    if device.silent:
        # An address without a route to anybody: the kernel answers ARP for it, and can send nothing else.
        # A reverse-path filter would stop the ARP answer too, so it is off.
        for name in ("all", "default", CARD):
            with contextlib.suppress(OSError):
                Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter").write_text("0", encoding="ascii")
        return [*lines, f"address add {home.address(device)}/32 dev {CARD}", f"link set {CARD} up"]
    lines += [
        f"address add {home.address(device)}/{home.prefix_length} brd + dev {CARD}",
        f"link set {CARD} up",
        f"route add default via {home.address(home.router)}",
    ]
    if device is home.laptop:
        # A laptop that somebody uses has long spoken with its router; netguard recognises networks by what that left.
        lines.append(f"neigh replace {home.address(home.router)} lladdr {home.router.mac} dev {CARD} nud stale")
    return lines


def _ip(program: str, lines: list[str], descriptors: tuple[int, ...] = ()) -> None:
    done = subprocess.run(
        [program, "-batch", "-"], input="\n".join(lines), text=True, capture_output=True, check=False,
        pass_fds=descriptors, timeout=_IP_SECONDS, env={"LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise LabError(f"the simulated network could not be made: ip said {reason!r}")


def laptop_mounts(network: int, router: int, resolver: str) -> int:
    """A mount namespace for programs on the laptop, as a descriptor: /sys of its network, the home's resolver.

    The caller comes back into the mount namespace it had. What a container forbids here is left as it was.
    """
    before = linux.mounts()
    linux.unshare(linux.CLONE_NEWNS)
    with linux.inside(network, router), contextlib.suppress(OSError):
        linux.mount("sysfs", "/sys", "sysfs")
    with contextlib.suppress(OSError):
        _resolver(resolver)
    for path in _HIDDEN:
        with contextlib.suppress(OSError):
            if Path(path).is_dir() and not Path("/etc/resolv.conf").resolve().is_relative_to(path):
                linux.mount("tmpfs", path, "tmpfs")
    made = linux.mounts()
    linux.enter(before)
    os.close(before)
    return made


def _resolver(address: str) -> None:
    target = os.open("/etc/resolv.conf", os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    try:
        linux.mount("tmpfs", "/run", "tmpfs")
        try:
            Path("/run/resolv.conf").write_text(f"nameserver {address}\n", encoding="ascii")
            linux.mount("/run/resolv.conf", f"/proc/self/fd/{target}", flags=linux.MS_BIND)
        finally:
            linux.unmount("/run")
    finally:
        os.close(target)
