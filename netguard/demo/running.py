"""Opens a simulated home in the best way this computer allows, found out by trying.

```
with open_home(demo_home()) as home:
    home.run_as_laptop(["netguard", "scan", "--my-network"]).wait()
```
"""

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec
from netaddr import EUI, IPAddress, IPNetwork

from netguard.demo import daemons
from netguard.demo.catalogue import demo_home
from netguard.demo.counters import DeviceCount
from netguard.demo.homes import Device, Home
from netguard.demo.orders import CLOSE, COUNTERS, KINDS, Kind, Order, Ready
from netguard.errors import LabError

BUILD_SECONDS = 60.0
"""Longest that a home may take to come up, daemons included."""
ANSWER_SECONDS = 10.0
"""Longest that the process which holds a home may take to answer."""
END_SECONDS = 5.0
"""Longest that it may take to end by itself; then it is killed, and the kernel takes the rest away."""

_ENTER = 'cd "$0" 2>/dev/null || cd /; exec "$@"'
"""Entering a mount namespace puts one at its root; the program shall find itself where it was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """A device of a running home, with the counters of its simulated servers at this moment."""

    device: Device
    address: IPAddress | None
    """None where it was left out."""
    mac: EUI
    count: DeviceCount | None


class RunningHome:
    """A home that is up. `close` it, or use it as a context manager; it also ends with this process."""

    def __init__(
        self, *, home: Home, kind: Kind, why: str, process: "subprocess.Popen[bytes]", lines: "_Lines", ready: Ready
    ) -> None:
        """Not to be called by itself: `open_home` does."""
        self.home = home
        self.kind = kind
        """`namespaces`, `user-namespace` or `loopback`."""
        self.why = why
        """Why the better ways were not possible; empty when this is the best."""
        self.laptop_interface = ready.interface
        self.laptop_address = IPAddress(ready.address)
        self.prefix = IPNetwork(ready.prefix)
        self.daemons: Mapping[str, tuple[str, ...]] = ready.daemons
        """Real daemons that run: name → the devices they run on."""
        self.missing: Mapping[str, str] = ready.missing
        """Daemons that do not run, or not everywhere: name → why. The simulated servers stand in for them."""
        self.left_out = ready.left_out
        """What this way of having the home could not show, a sentence each."""
        self.processes = tuple(dict.fromkeys((process.pid, ready.process)))
        """The process that was started, and the one that holds the home: with either of them all of it ends."""
        self._process, self._lines, self._ready = process, lines, ready
        self._lock = threading.Lock()
        self._programs: list[subprocess.Popen[Any]] = []

    def run_as_laptop(self, argv: Sequence[str], **popen: Any) -> "subprocess.Popen[Any]":
        """Starts `argv` on the home's laptop; `popen` as for `subprocess.Popen`. It is killed when the home closes.

        In namespaces the program is root there. It sees the home's interfaces, /sys and resolver, and no other network.
        """
        program = subprocess.Popen([*self._prefix(popen.get("cwd")), *argv], **popen)
        self._programs.append(program)
        return program

    def network_of(self, name: str) -> Path:
        """The network namespace of the device called `name`, as a file. Raises `LabError` where it has none."""
        self.home.device(name)
        if name not in self._ready.networks:
            raise LabError(f"this way of having the home gives {name} no network of its own")
        return Path("/proc") / str(self._ready.process) / "fd" / str(self._ready.networks[name])

    def run_on(self, name: str, argv: Sequence[str], **popen: Any) -> "subprocess.Popen[Any]":
        """Starts `argv` on the device called `name`, otherwise as `run_as_laptop` does. Raises `LabError` on loopback."""
        spaces = [f"--net={self.network_of(name)}", *self._user()]
        program = subprocess.Popen(["nsenter", *spaces, "--", *argv], **popen)
        self._programs.append(program)
        return program

    def counts(self) -> Mapping[str, DeviceCount]:
        """The counters of all devices that have simulated servers, by name, at this moment."""
        with self._lock:
            _write(self._process, COUNTERS.encode() + b"\n")
            line = self._lines.next(ANSWER_SECONDS)
        if line is None:
            raise LabError("the simulated home has ended")
        return {count.name: count for count in msgspec.json.decode(line, type=list[DeviceCount])}

    def device(self, name: str) -> DeviceState:
        """The device called `name`, with its counters. Raises `LabError` when the home has none of that name."""
        device = self.home.device(name)
        count = self.counts().get(name)
        if self.kind != "loopback":
            address: str | None = self.home.address(device)
        else:
            address = count.address if count else None
        return DeviceState(
            device=device, address=IPAddress(address) if address else None, mac=EUI(device.mac), count=count
        )

    def close(self) -> None:
        """Ends the laptop's programs and the home. Returns when nothing of it is left; may be called twice."""
        for program in self._programs:
            if program.poll() is None:
                program.kill()
                program.wait()
        self._programs.clear()
        _end(self._process)

    def __enter__(self) -> Self:
        """The home itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    def _prefix(self, folder: str | os.PathLike[str] | None) -> list[str]:
        if self.kind == "loopback":
            return []
        holder = Path("/proc") / str(self._ready.process)
        spaces = [f"--net={holder}/fd/{self._ready.network}", f"--mount={holder}/fd/{self._ready.mounts}"]
        return ["nsenter", *self._user(), *spaces, "--", "sh", "-c", _ENTER, str(Path(folder or ".").absolute())]

    def _user(self) -> list[str]:
        """What of `nsenter` goes into the home's user namespace, where it has one."""
        if self.kind != "user-namespace":
            return []
        return [f"--user=/proc/{self._ready.process}/ns/user", "--preserve-credentials"]


def open_home(home: Home | None = None, prefer: Kind | None = None, folder: Path | None = None) -> RunningHome:
    """Brings `home` (the demo home by default) up. `folder` is where `daemons.fetch` put the daemons.

    Tries network namespaces, then a user namespace, then loopback; `prefer` starts at that one and goes on with
    the ones after it. Raises `LabError`, with the reason of each, when none works.
    """
    home = home or demo_home()
    reasons: list[str] = []
    for kind in KINDS[KINDS.index(prefer) :] if prefer else KINDS:
        result = _try(home, kind, folder or daemons.default_folder(), "; ".join(reasons))
        if isinstance(result, RunningHome):
            return result
        reasons.append(f"{kind}: {result}")
    raise LabError(f"the simulated home could not be built ({'; '.join(reasons)})")


class _Lines:
    """Lines of a pipe, read by a thread: waiting for one with a deadline works on every system this way."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def next(self, seconds: float) -> bytes | None:
        """The next line; None when there is none within `seconds`, or none any more."""
        try:
            return self._queue.get(timeout=seconds)
        except queue.Empty:
            return None

    def _read(self, pipe: IO[bytes] | None) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed while reading
            for line in pipe or ():
                self._queue.put(line)
        self._queue.put(None)


def _try(home: Home, kind: Kind, folder: Path, why: str) -> RunningHome | str:
    """The running home, or why it could not be built in this way."""
    if kind != "loopback" and sys.platform != "linux":
        return "only Linux has them"
    if kind != "loopback" and not shutil.which("nsenter"):
        return "the program `nsenter` (package util-linux) is not installed"
    found = dict(daemons.here(folder).found) if kind != "loopback" else {}
    order = Order(kind=kind, home=home, daemons=found, folder=str(folder / "root"))
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "netguard.demo.holder"], env=_environment(), **_own_group(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        lines = _Lines(process.stdout)
        try:
            _write(process, msgspec.json.encode(order) + b"\n")
            line = lines.next(BUILD_SECONDS)
            ready = msgspec.json.decode(line, type=Ready) if line else None
        except (LabError, msgspec.DecodeError):
            ready = None
        except BaseException:
            _end(process)
            raise
        if ready is not None and ready.failed is None:
            return RunningHome(home=home, kind=kind, why=why, process=process, lines=lines, ready=ready)
        _end(process)
        errors.seek(0)
        said = errors.read(65_536).decode("utf-8", "replace").strip().splitlines()
        if ready is not None and ready.failed is not None:
            return ready.failed
        return said[-1] if said else "it did not come up in time"


def _environment() -> dict[str, str]:
    """The environment of the process that opens the home, with netguard's own folder on Python's path."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{path}" if path else package}


def _own_group() -> dict[str, Any]:
    """Ctrl-C in the terminal is for the program that opened the home; it closes the home in its own time."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _write(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    try:
        if process.stdin is None:
            return
        process.stdin.write(data)
        process.stdin.flush()
    except (OSError, ValueError) as error:
        raise LabError("the simulated home has ended") from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(LabError):
        _write(process, CLOSE.encode() + b"\n")
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
