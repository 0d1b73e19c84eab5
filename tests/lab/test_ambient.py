"""CAP_NET_RAW without root, as systemd's AmbientCapabilities give it: the opener keeps it, what parses keeps nothing.

Tried in namespaces of a user of their own, in which somebody who is no root has that one capability and no other.
"""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from netguard.net import privileges
from tests.lab.scanning import ROOT

NET_RAW = 1 << privileges.CAP_NET_RAW
NET_ADMIN = 1 << 12
"""linux/capability.h"""
USER = 1000
ALONE = "-all,+net_raw"
SETUP = """
ip link add br0 type bridge
ip address add 192.0.2.1/24 dev br0
ip link set br0 up
ambient="$1"; shift
exec setpriv "--inh-caps=$0" "--ambient-caps=$ambient" "--bounding-set=$0" "$@"
"""
LEFT = """
    import dataclasses, json
    from netguard.cli import _session
    from netguard.net import privileges

    before = privileges.read_rights()
    rights = _session.give_up_root(None)
    after = privileges.read_rights()
    print(json.dumps([dataclasses.asdict(before), dataclasses.asdict(after), rights.opener is None, rights.remark]))
"""
PARTED = """
    import dataclasses, json, socket
    from pathlib import Path
    from netguard.cli import _session
    from netguard.net import privileges

    before = privileges.read_rights()
    rights = _session.give_up_root(None)
    status = Path(f"/proc/{rights.opener.pid}/status").read_text()
    theirs = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    bound = rights.opener.open("arp", "br0").getsockname()[0]
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        own = "allowed"
    except OSError as error:
        own = type(error).__name__
    print(json.dumps({
        "before": dataclasses.asdict(before),
        "after": dataclasses.asdict(privileges.read_rights()),
        "opener": {name: theirs[name].split() for name in ("Uid", "CapEff", "CapPrm", "CapInh", "CapAmb", "NoNewPrivs")},
        "bound": bound, "own": own, "remark": rights.remark,
    }))
"""


def as_somebody(*argv: str, caps: str = ALONE, ambient: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs a program as no root, with CAP_NET_RAW alone by itself, where there is a network `br0`."""
    if not (privileges.supported() and shutil.which("setpriv") and shutil.which("unshare")):
        pytest.skip("needs Linux with unshare and setpriv")
    space = ("unshare", "--user", f"--map-user={USER}", "--keep-caps", "--net", "--")
    if subprocess.run([*space, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this computer allows no namespaces of a user's own")
    left_out = {"SUDO_UID", "PKEXEC_UID"}
    return subprocess.run(
        [*space, "sh", "-ec", SETUP, caps, ambient or caps, sys.executable, *argv],
        env={k: v for k, v in os.environ.items() if k not in left_out} | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_somebody_with_that_one_right_is_parted_as_root_is():
    done = as_somebody("-c", textwrap.dedent(PARTED))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["before"]["effective"], said["before"]["ambient"]) == (NET_RAW, NET_RAW)
    after = said["after"]
    assert set(after["uids"]) == {USER}
    assert [after[name] for name in ("effective", "permitted", "inheritable", "ambient")] == [0, 0, 0, 0]
    assert after["no_new_privileges"] is True
    opener = said["opener"]
    assert set(opener["Uid"]) == {str(USER)}
    assert [int(opener[name][0], 16) for name in ("CapEff", "CapPrm")] == [NET_RAW, NET_RAW]
    assert [int(opener[name][0], 16) for name in ("CapInh", "CapAmb")] == [0, 0]
    assert opener["NoNewPrivs"] == ["1"]
    assert (said["bound"], said["own"], said["remark"]) == ("br0", "PermissionError", None)


@pytest.mark.parametrize(
    ("caps", "ambient", "had"),
    [
        ("-all,+net_admin", None, {"effective": NET_ADMIN, "inheritable": NET_ADMIN, "ambient": NET_ADMIN}),
        (ALONE, "-all", {"effective": 0, "inheritable": NET_RAW, "ambient": 0}),
    ],
    ids=["another right", "that one right, to hand on only"],
)
def test_somebody_with_any_other_right_keeps_none(caps, ambient, had):
    done = as_somebody("-c", textwrap.dedent(LEFT), caps=caps, ambient=ambient)
    assert done.returncode == 0, done.stderr
    before, after, alone, remark = json.loads(done.stdout)
    assert {name: before[name] for name in had} == had
    assert [after[name] for name in ("effective", "permitted", "inheritable", "ambient")] == [0, 0, 0, 0]
    assert after["no_new_privileges"] is True
    assert (set(after["uids"]), alone, remark) == ({USER}, True, None)


def test_a_scan_with_that_one_right_asks_by_arp():
    done = as_somebody("-m", "netguard", "scan", "-i", "br0", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "ARP" in done.stdout
    assert "raw packets need root" not in done.stdout
    assert "Running as root" not in done.stderr


def test_whom_to_become_is_no_question_to_who_is_no_root():
    done = as_somebody("-m", "netguard", "scan", "-i", "br0", "--dry-run", "--user", "nobody")
    assert done.returncode == 2
    assert "--user only makes sense with root" in done.stderr
