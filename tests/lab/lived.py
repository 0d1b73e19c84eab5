"""A variant's home, up and scanned once: what the tests of the variants look at."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.device import Device
from netguard.model.scan import Scan
from tests.lab.conftest import namespaces
from tests.lab.scanning import ROOT, SCAN_SECONDS, scan_of
from tests.lab.variants import Drawn, drawn

PROGRAMS = Path(__file__).parent
NOBODY = 65_534

AS_NOBODY = f"""
import os, sys
from netguard.cli import main
from netguard.net import privileges
privileges.drop(privileges.Identity(uid={{uid}}, gid={{uid}}, why="a test"))
os.geteuid = lambda: {NOBODY}
sys.argv = ["netguard", *sys.argv[1:]]
main()
"""
"""Gives up every right for good before anything is looked at. Where nobody else may read this checkout the process keeps
the number of root, without a single right of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A home after one scan."""

    drawn: Drawn
    home: RunningHome
    scan: Scan
    seconds: float

    def owners(self) -> dict[str, str]:
        """Address, as text → name of the home's device that has it, or that it is listed with where nothing tells."""
        described = self.drawn.home
        found: dict[str, str] = {}
        for device in described.everyone:
            own = (*described.addresses(device), described.address6(device), described.link_local(device))
            own += self.drawn.more.get(device.name, ())
            found |= {address: device.name for address in own if address is not None}
        return found | self.drawn.untold

    def shown(self) -> dict[str, list[Device]]:
        """Name of the home's device → the devices of the document that are it; `?` with the address for nobody's."""
        owners, by_mac = self.owners(), {mac: d.name for d in self.drawn.home.everyone for mac in d.macs}
        found: dict[str, list[Device]] = {}
        for device in self.scan.devices:
            names = {owners.get(str(a), f"?{a}") for a in device.addresses}
            if not names:
                names = {by_mac.get(str(device.mac), f"?{device.mac}")}
            for name in names:
                found.setdefault(name, []).append(device)
        return found

    def one(self, name: str) -> Device:
        """The device of the document that is the home's device `name`: the one with its first address."""
        address = self.drawn.home.address(self.drawn.home.device(name))
        (device,) = [d for d in self.shown()[name] if address in {str(a) for a in d.addresses}]
        return device


@contextlib.contextmanager
def living(name: str, folder: Path) -> Iterator[Lived]:
    """The home of the variant called `name` with its programs, scanned once at depth quick."""
    made = drawn(name)
    with namespaces(made.home) as home:
        for device, program in made.programs.items():
            _started(home, device, program)
        for device, addresses in made.more.items():
            _addressed(home, device, addresses)
        _joining(home, made)
        began = time.monotonic()
        scan = _scan_of_nobody(home) if name == "ordinary-user" else scan_of(home, folder, "--depth", "quick")
        yield Lived(drawn=made, home=home, scan=scan, seconds=time.monotonic() - began)


def _started(home: RunningHome, device: str, program: tuple[str, ...]) -> None:
    """Starts a program of this folder on `device` and waits until it says that it is ready."""
    argv = [sys.executable, str(PROGRAMS / program[0]), *program[1:]]
    process = home.run_on(device, argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n", program


def _addressed(home: RunningHome, device: str, addresses: tuple[str, ...]) -> None:
    lines = "".join(f"address add {address}/64 dev eth0 nodad\n" for address in addresses)
    program = home.run_on(device, ["ip", "-batch", "-"], stdin=subprocess.PIPE)
    program.communicate(lines.encode(), timeout=10)
    assert program.returncode == 0


def _joining(home: RunningHome, made: Drawn) -> None:
    """Those that tell their names by DHCP begin to."""
    clients = [
        [str(home.network_of(one.device.name)), one.device.mac, made.home.address(one.device), *one.dhcp]
        for one in made.replayed
        if one.dhcp is not None
    ]
    if clients:
        home.run_on(
            made.home.laptop.name,
            [sys.executable, str(PROGRAMS / "joining.py"), json.dumps(clients)],
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )


def _scan_of_nobody(home: RunningHome) -> Scan:
    """The document of a scan by somebody without any right."""
    places = (ROOT, Path(sys.prefix), Path(os.__file__).parent)
    readable = all(p.stat().st_mode & 0o005 == 0o005 for place in places for p in (place, *place.parents))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        environment = {k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
        process = home.run_as_laptop(
            [
                sys.executable, "-c", AS_NOBODY.format(uid=NOBODY if readable else 0), "scan",
                "-i", home.laptop_interface, str(home.prefix), "--no-html", "--my-network", "--depth", "quick",
                "--json", "-", "--database", f"sqlite:///{folder}/history.sqlite",
            ],
            env=environment | {"PYTHONPATH": str(ROOT), "HOME": folder, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    return codec.loads(out.encode())
