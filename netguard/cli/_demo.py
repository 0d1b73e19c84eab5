"""One scan of the simulated home, by the same command that scans a real one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from netguard.demo.running import open_home
from netguard.net import privileges

WORDS = {
    "namespaces": "in network namespaces, with real packets on virtual cables",
    "user-namespace": "in a user namespace, with real packets on virtual cables, without root",
    "loopback": "on this computer's loopback, with real connections but without a network of its own",
}


def run(depth: str, html_file: str | None, json_file: str | None, *, loopback: bool, quiet: bool) -> int:
    """Build the home, scan it as its laptop would, and take it down. Returns the scan's exit code. Raises `LabError`."""
    with open_home(prefer="loopback" if loopback else None) as home, tempfile.TemporaryDirectory() as scratch:
        _hand_over(Path(scratch))
        if not quiet:
            click.echo(f"A simulated home of {len(home.home.everyone)} devices, {WORDS[home.kind]}.", err=True)
            if home.why:
                click.echo(f"Better ways were not possible here ({home.why}).", err=True)
            real = ", ".join(sorted(home.daemons)) or "none"
            click.echo(f"Real daemons in it: {real}.", err=True)
            if home.missing:
                click.echo(f"Played by netguard itself: {', '.join(sorted(home.missing))}.", err=True)
            for line in home.left_out:
                click.echo(f"Not in it: {line}.", err=True)
        argv = [sys.executable, "-m", "netguard", "scan", "-i", home.laptop_interface, "--my-network", "--depth", depth]
        argv += ["--site", "demo", "--database", f"sqlite:///{scratch}/history.sqlite"]
        argv += ["--html", html_file] if html_file else []
        argv += ["--json", json_file] if json_file else []
        argv += ["--quiet"] if quiet else []
        with home.run_as_laptop([*argv, str(home.prefix)], env=_environment()) as scanning:
            return _wait(scanning)


def _wait(scanning: "subprocess.Popen[bytes]") -> int:
    """The scan's exit code. Ctrl-C reaches the scan by itself, so here it is only waited for."""
    while True:
        try:
            return scanning.wait()
        except KeyboardInterrupt:
            continue


def _environment() -> dict[str, str]:
    """This environment, with this netguard found from wherever the laptop runs it."""
    package = str(Path(__file__).resolve().parents[2])
    found = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": f"{package}{os.pathsep}{found}" if found else package}


def _hand_over(scratch: Path) -> None:
    """Give the scratch folder to whom the scan becomes after it gave up root."""
    if privileges.supported() and privileges.is_root():
        identity = privileges.whom_to_become(os.environ, None)
        if identity.uid != 0:
            os.chown(scratch, identity.uid, identity.gid)
