"""`netguard scan` as the laptop of a simulated home runs it, and what its document says."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.scan import Scan

ROOT = Path(__file__).resolve().parents[2]
SCAN_SECONDS = 280


def start(
    home: RunningHome, folder: Path, *argv: str, target: str | None = None, **environment: str
) -> "subprocess.Popen[str]":
    """`netguard scan` of `target`, by itself all of the home, as the home's laptop runs it."""
    command = [sys.executable, "-m", "netguard", "scan", "-i", home.laptop_interface, target or str(home.prefix)]
    command.append("--no-html")
    left_out = {"SUDO_UID", "PKEXEC_UID"}
    if "--depth" not in argv or {"standard", "deep"} & set(argv):
        # A scan of all ports that is traced line by line would run into its time limits; the shallow ones are traced.
        left_out |= {name for name in os.environ if name.startswith("COVERAGE_")}
    clean = {k: v for k, v in os.environ.items() if k not in left_out}
    return home.run_as_laptop(
        [*command, "--database", f"sqlite:///{folder}/history.sqlite", *argv],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def scan_of(home: RunningHome, folder: Path, *argv: str, target: str | None = None, **environment: str) -> Scan:
    """The document of a finished scan."""
    process = start(home, folder, "--my-network", "--json", "-", *argv, target=target, **environment)
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    return codec.loads(out.encode())


def by_address(scan: Scan, home: RunningHome, name: str) -> Any:
    address = home.device(name).address
    return next(d for d in scan.devices if address in d.addresses)


def findings(scan: Scan, check: str, key: str) -> list[Any]:
    return [f for f in scan.findings if f.check == check and f.target == key]
