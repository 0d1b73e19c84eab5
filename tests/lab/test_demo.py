"""`netguard demo`, in each of the ways it can have its home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netguard.demo.running import open_home
from netguard.errors import LabError
from netguard.model import codec
from netguard.model.vocabulary import Role, Status

ROOT = Path(__file__).resolve().parents[2]


def demo(folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "netguard",
        "demo",
        "--html",
        f"{folder}/report.html",
        "--json",
        f"{folder}/scan.json",
    ]
    clean = {k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
    return subprocess.run(
        [*command, *argv],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_it_finds_the_forgotten_telnet_and_writes_a_report_that_shows_it(tmp_path):
    try:
        open_home(prefer="namespaces").close()
    except LabError as error:
        pytest.skip(f"no simulated home on this computer: {error}")
    done = demo(tmp_path, "--depth", "quick")
    assert done.returncode == 0, done.stderr
    assert "A simulated home of" in done.stderr
    assert "telnet on tcp/23" in done.stdout
    assert done.stdout.rstrip().endswith(f"Report: {tmp_path}/report.html")
    assert "telnet" in (tmp_path / "report.html").read_text()
    scan = codec.loads((tmp_path / "scan.json").read_bytes())
    assert {Role.ROUTER, Role.LOCK, Role.LOCK_HUB, Role.PRINTER} <= {d.role for d in scan.devices}
    assert not (tmp_path / "netguard").exists(), "the demo leaves nothing in the person's own history"


def test_on_loopback_it_finds_the_telnet_too_and_says_what_it_could_not_show(tmp_path):
    done = demo(tmp_path, "--loopback", "--depth", "quick")
    assert done.returncode == 0, done.stderr
    assert "on this computer's loopback" in done.stderr
    assert "Not in it: " in done.stderr
    scan = codec.loads((tmp_path / "scan.json").read_bytes())
    failed = [f for f in scan.findings if f.check == "telnet-open" and f.status is Status.FAIL]
    assert failed
    assert not [a for a in scan.attempts if "own mistake" in (a.reason or "")]
    assert {s.name for d in scan.devices for s in d.services} >= {"http", "https", "telnet"}


def test_root_that_may_make_no_namespaces_gets_the_loopback_home_and_no_error(tmp_path):
    forbid = "echo 0 > /proc/sys/user/max_net_namespaces && echo 0 > /proc/sys/user/max_user_namespaces"
    wrapped = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    if subprocess.run([*wrapped, forbid], capture_output=True, check=False).returncode != 0:
        pytest.skip("no user namespace to be a powerless root in")
    done = subprocess.run(
        [
            *wrapped,
            f'{forbid} && exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "netguard",
            "demo",
            "--depth",
            "discover",
            "--html",
            f"{tmp_path}/report.html",
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "on this computer's loopback" in done.stderr
    assert "Better ways were not possible here (namespaces:" in done.stderr
