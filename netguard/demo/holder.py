"""The process that holds a home: it builds it, serves the simulated servers, and takes all of it away when it ends.

Run as `python -m netguard.demo.holder` by `running.py`, which talks to it over standard input and output. It ends
when it is told to, and when whoever started it is gone.
"""

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from netguard.demo import build, daemons, keeper
from netguard.demo.counters import DeviceCount
from netguard.demo.homes import Device, Home
from netguard.demo.loop import Loop
from netguard.demo.orders import CLOSE, COUNTERS, Order, Ready
from netguard.demo.recipes._contract import Place
from netguard.demo.stage import Stage
from netguard.errors import LabError
from netguard.net import namespaces

_LOOPBACKS = tuple(f"127.77.{n}" for n in range(32))
"""Where loopback homes live, the first that is free."""
_GUARD_PORT = 7077
"""A TCP port on .254 of such a network, bound for as long as a home lives there."""


def main() -> int:
    """Reads the order, builds, serves. 1 when the home could not be built; the reason was sent."""
    order = msgspec.json.decode(_line(), type=Order)
    try:
        if order.kind == "loopback":
            _loopback(order)
            return 0
        return _namespaces(order)
    except (LabError, OSError) as error:
        _send(Ready(failed=_reason(error)))
        return 1


def _namespaces(order: Order) -> int:
    starter = _process_descriptor(os.getppid())
    if order.kind == "user-namespace":
        namespaces.become_root()
    namespaces.isolate()
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        for number in (0, 1, reading):
            os.close(number)
        os.write(writing, str(child).encode())
        os.close(writing)
        os.waitpid(child, 0)
        return 0
    # From here on: process 1 of its own process namespace. The kernel ends everything in it together with it.
    status = 1
    try:
        namespaces.die_with_parent()
        os.close(writing)
        process = int(os.read(reading, 32))
        os.close(reading)
        _serve_namespaces(order, process, starter)
        status = 0
    except (LabError, OSError, ValueError) as error:
        with contextlib.suppress(OSError):  # whoever asked is gone
            _send(Ready(failed=_reason(error)))
    finally:
        os._exit(status)


def _serve_namespaces(order: Order, process: int, starter: int | None) -> None:
    home = order.home
    spaces = build.networks(home)
    router = spaces[home.router.name]
    laptop = spaces[home.laptop.name]
    mounts = build.laptop_mounts(laptop, router, home.address(home.router))
    namespaces.mount("tmpfs", "/run", "tmpfs")
    running, missing = _start_daemons(order, spaces)
    stage = Stage(
        home=home,
        addresses={d.name: home.address(d) for d in home.everyone},
        more_addresses={d.name: home.addresses(d)[1:] for d in home.everyone},
    )
    for device in home.everyone:
        own = frozenset(name for name, devices in running.items() if device.name in devices)
        with namespaces.inside(spaces[device.name], router):
            stage.add(device, own, fallback=False, interface=_interface(home, device))
    ready = Ready(
        process=process, network=laptop, networks=spaces, mounts=mounts, interface=build.CARD, address=home.address(home.laptop),
        prefix=home.prefix or home.prefix6 or "", daemons=running, missing=missing, left_out=tuple(stage.left_out),
    )  # fmt: skip

    def kernel(name: str) -> dict[str, int]:
        card = build.BRIDGE if name == home.router.name else build.CARD
        with namespaces.inside(spaces[name], router):
            return _kernel_counters(card)

    _serve(stage, ready, kernel, starter)


def _start_daemons(order: Order, spaces: dict[str, int]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    home = order.home
    started = []
    missing = {}
    for device in home.everyone:
        for name in device.daemons:
            if name not in order.daemons:
                missing[name] = "not there"
                continue
            if home.prefix is None and not daemons.RECIPES[name].speaks_ipv6:
                missing[name] = "this home has no IPv4"
                continue
            if order.kind == "user-namespace" and daemons.RECIPES[name].needs_root:
                missing[name] = "it needs rights that an ordinary user cannot give it"
                continue
            place = Place(
                daemon=name, home=home, device=device, address=home.address(device), interface=_interface(home, device),
                executable=order.daemons[name], folder=order.folder, tools=order.daemons,
            )  # fmt: skip
            started.append(keeper.start(place, spaces[device.name], Path("/run")))
    failed = keeper.wait(tuple(started), spaces[home.router.name])
    missing |= {name: f"{device}: {why}" for (device, name), why in failed.items()}
    running: dict[str, tuple[str, ...]] = {}
    for one in started:
        if (one.device, one.name) not in failed:
            running[one.name] = (*running.get(one.name, ()), one.device)
    return running, missing


def _interface(home: Home, device: Device) -> str:
    return build.BRIDGE if device is home.router else build.CARD


def _loopback(order: Order) -> None:
    home = order.home
    network, guard = _free_loopback()
    left_out = ["every device: MAC addresses and ARP, which loopback does not have"]
    if network is None:
        bridges = [d for d in home.devices if any("lock" in role for role in d.roles)][:1]
        addresses = {d.name: "127.0.0.1" for d in bridges}
        left_out.append("everything but one lock: this system has a single loopback address")
    else:
        addresses = {d.name: f"{network}.{d.host % 250 or 250}" for d in home.everyone if not d.silent}
        left_out += [
            f"{d.name}: a device that answers ARP only needs a network of its own" for d in home.devices if d.silent
        ]
    stage = Stage(home=home, addresses=addresses, left_out=left_out)
    for device in home.everyone:
        if device.name in addresses:
            stage.add(device, frozenset(), fallback=True, multicast=sys.platform == "linux")
    ready = Ready(
        process=os.getpid(), interface=_loopback_name(), address=addresses.get(home.laptop.name, "127.0.0.1"),
        prefix=f"{network}.0/24" if network else "127.0.0.0/24",
        missing=dict.fromkeys((name for d in home.everyone for name in d.daemons), "runs in namespaces only"),
        left_out=tuple(stage.left_out),
    )  # fmt: skip
    try:
        _serve(stage, ready, lambda _: {}, _process_descriptor(os.getppid()))
    finally:
        if guard is not None:
            guard.close()


def _free_loopback() -> tuple[str | None, socket.socket | None]:
    for network in _LOOPBACKS:
        guard = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            guard.bind((f"{network}.254", _GUARD_PORT))
        except OSError:
            guard.close()
        else:
            return network, guard
    return None, None


def _loopback_name() -> str:
    return {"linux": "lo", "win32": "Loopback Pseudo-Interface 1"}.get(sys.platform, "lo0")


def _serve(stage: Stage, ready: Ready, kernel: Callable[[str], dict[str, int]], starter: int | None) -> None:
    """Sends `ready`, then serves until told to stop or until whoever started this is gone."""
    loop = stage.loop
    ours, theirs = socket.socketpair()
    threading.Thread(target=_hear, args=(theirs,), daemon=True).start()
    kept = b""

    def told() -> None:
        nonlocal kept
        data = ours.recv(4096)
        *lines, kept = (kept + data).split(b"\n")
        for word in lines:
            if word.decode("ascii", "replace") == COUNTERS:
                counts: list[DeviceCount] = [tally.plain(kernel(tally.name)) for tally in stage.tallies]
                _send(counts)
            elif word.decode("ascii", "replace") == CLOSE:
                loop.stop()
        if not data:
            loop.stop()

    loop.call(ours, told)
    if starter is not None:
        loop.call(starter, loop.stop)
    _reap(loop)
    _send(ready)
    loop.run()


def _reap(loop: Loop) -> None:
    """Collects ended children: process 1 inherits every orphan, and a zombie would be a process left over."""
    if sys.platform == "win32":
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)

    def collect() -> None:
        ours.recv(4096)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        _ = theirs  # kept open for as long as the callback lives

    loop.call(ours, collect)


def _hear(out: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the loop has ended
        while data := os.read(0, 4096):
            out.sendall(data)
        out.shutdown(socket.SHUT_WR)


def _kernel_counters(card: str) -> dict[str, int]:
    counters = {}
    lines = Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()
    tcp = [line.split()[1:] for line in lines if line.startswith("Tcp:")]
    counters["passive_opens"] = int(dict(zip(*tcp, strict=True))["PassiveOpens"])
    for line in Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name.strip() == card:
            words = rest.split()
            counters["received"], counters["sent"] = int(words[1]), int(words[9])
    return counters


def _process_descriptor(process: int) -> int | None:
    """A descriptor that becomes readable when `process` ends, where the system has such a thing (Linux 5.3)."""
    try:
        return os.pidfd_open(process)
    except (AttributeError, OSError):
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # unshare(2): not about disks
        return "this system's limit of namespaces is reached"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _line() -> bytes:
    """One line of standard input, and not a byte more: what follows belongs to the loop."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return bytes(line)


def _send(message: object) -> None:
    data = msgspec.json.encode(message) + b"\n"
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    sys.exit(main())
