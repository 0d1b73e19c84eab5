"""`netguard firewall --prove` with the real nft: a person's own plan, packets before and after, and what cannot be tried.

What runs here is the command itself, in a process of its own; it makes its own networks, which nothing outside can see.
"""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from netguard.demo import daemons
from netguard.net import privileges
from netguard.prove import proof
from tests.readers import nft

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "reports" / "sample" / "report.json"

pytestmark = pytest.mark.skipif(nft.why_not() is not None, reason=str(nft.why_not()))

PLAN = """\
schema: netguard.plan/1
wan: {interface: eth1}
segments:
  - {name: flat-a, role: trusted, interface: br0, prefix: 192.168.20.0/24, prefix6: "fd12:3::/64"}
  - {name: things, role: iot, interface: br0.40, vlan: 40, prefix: 172.20.40.0/25, prefix6: "fd12:4::/64"}
  - {name: toys, role: iot, interface: br0.41, vlan: 41, prefix: 172.20.41.0/24}
  - {name: visitors, role: guest, interface: br0.50, vlan: 50, prefix6: "fd12:5::/64"}
members:
  - name: bridge
    mac: "00:00:5e:00:53:15"
    segment: things
    addresses: [172.20.40.21, "::21"]
    listens: [{transport: tcp, ports: [8080], from: flat-a}, {transport: udp, ports: [5683], from: toys}]
    talks: [{names: [lock-cloud.example, b.example], transport: tcp, ports: [443, 8883]}, {service: ntp}]
  - {name: camera, mac: "00:00:5e:00:53:1f", segment: toys, addresses: [172.20.41.7], talks: any}
  - {name: server, mac: "00:00:5e:00:53:28", segment: flat-a, addresses: [192.168.20.40], listens: [{transport: tcp, ports: [554], from: toys}]}
"""


@pytest.fixture
def firewall(tmp_path):
    """Runs `netguard firewall ARGS` with the lab's nft on PATH."""
    program = tmp_path / "bin" / "nft"
    program.parent.mkdir()
    found = str(daemons.find("nft"))
    libraries = daemons.environment(found).get("LD_LIBRARY_PATH", "")
    program.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{found}" "$@"\n')
    program.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    (tmp_path / "plan.yaml").write_text(PLAN)

    def run(*argv):
        return subprocess.run(
            [sys.executable, "-m", "netguard", "firewall", *map(str, argv)], capture_output=True, text=True, timeout=200,
            cwd=tmp_path, check=False,
            env=os.environ | {
                "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "PATH": f"{program.parent}:{os.environ['PATH']}",
                "NETGUARD_DATABASE": f"sqlite:///{tmp_path / 'h.sqlite'}", "NETGUARD_CONFIG": str(tmp_path / "c.toml"),
            },
        )  # fmt: skip

    return run


@pytest.mark.parametrize("platform", ["nftables", "nftables-overlay"])
def test_real_packets_decide_and_all_is_as_the_plan_says(firewall, tmp_path, platform):
    done = firewall(SAMPLE, "--platform", platform, "--plan", "plan.yaml", "--prove", "--json", "p.json", "-o", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tried with real packets" in done.stdout
    assert "all as the plan says" in done.stdout
    made = json.loads((tmp_path / "p.json").read_text())
    assert (made["how"], made["reason"], made["platform"]) == ("run", None, platform)
    rows = made["rows"]
    assert all(row["before"] for row in rows)
    for row in rows:
        wanted = {"allow": True, "deny": False, "not-routed": True, "as-before": True}[row["wanted"]]
        assert row["after"] is wanted, row
    assert any(row["wanted"] == "as-before" for row in rows) is (platform == "nftables-overlay")
    assert "**Tried with real packets**" in (tmp_path / "out" / "README.md").read_text()


def test_what_the_scan_found_open_is_asked_and_closed(firewall):
    done = firewall(SAMPLE, "--platform", "nftables", "--plan", "plan.yaml", "--prove", "--json", "-")
    assert done.returncode == 0, done.stderr
    rows = [row for row in json.loads(done.stdout)["rows"] if "which the scan found open" in row["why"]]
    telnet = [row for row in rows if (row["target"], row["port"]) == ("bridge", 23)]
    assert {row["source"] for row in telnet} >= {"server", "camera", "stranger in flat-a", "nobody-listed.example"}
    assert {row["after"] for row in telnet if row["wanted"] == "deny"} == {False}
    told = firewall(SAMPLE, "--platform", "nftables", "--plan", "plan.yaml", "--prove").stdout
    assert re.search(r"bridge, TCP 23: \d+ → 0, closed", told)
    assert re.search(r"bridge, TCP 8080: \d+ → \d+, open to server and anybody else in flat-a, as the plan says", told)


def test_rules_that_are_wrong_are_shown_and_not_written(firewall, tmp_path):
    own = tmp_path / "rules" / "platforms"
    own.mkdir(parents=True)
    text = (ROOT / "rules" / "platforms" / "nftables.yaml").read_text()
    wrong = text.replace("id: nftables\n", "id: hole\n").replace(
        "# What goes through it", "add rule inet netguard forward accept\n      # What goes through it", 1
    )
    (own / "hole.yaml").write_text(wrong)
    done = firewall("--platform", "hole", "--plan", "plan.yaml", "--prove", "-o", "out")
    assert done.returncode == 1
    assert "OTHER THAN THE PLAN SAYS" in done.stdout
    assert re.search(r"\d+ → \d+, \d+\s", done.stdout)
    assert re.search(r"\n  \S.* it is open, and the plan wants it closed\n", done.stdout)
    assert "they were not written" in done.stderr
    assert not (tmp_path / "out").exists()


def test_rules_that_nft_refuses_are_told_with_its_reason_and_nothing_is_written(firewall, tmp_path):
    own = tmp_path / "rules" / "platforms"
    own.mkdir(parents=True)
    text = (ROOT / "rules" / "platforms" / "nftables.yaml").read_text()
    (own / "odd.yaml").write_text(text.replace("id: nftables\n", "id: odd\n").replace("flush table", "flash table"))
    done = firewall("--platform", "odd", "--plan", "plan.yaml", "--prove", "--json", "p.json", "-o", "out")
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.search(r"netguard: nft refuses the rules: .*syntax error.*nothing was written", done.stderr)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "p.json").exists()


@pytest.mark.skipif(not privileges.is_root(), reason="needs root, to have something to give up")
def test_root_is_given_up_before_anything_is_read(firewall, tmp_path):
    """The twin is root's; whoever reads the plan and writes the files has no right left."""
    code = (
        "import os, sys\n"
        "from netguard.advise import planfile\n"
        "old = planfile.read\n"
        "def read(*given):\n"
        "    status = open('/proc/self/status').read()\n"
        "    open('rights', 'w').write([l for l in status.splitlines() if l.startswith('CapEff')][0])\n"
        "    return old(*given)\n"
        "planfile.read = read\n"
        "from netguard.cli import main\n"
        "sys.argv = ['netguard', 'firewall', '--platform', 'nftables', '--plan', 'plan.yaml', '--prove', '--json', '-']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=200, cwd=tmp_path, check=False,
        env=os.environ | {
            "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "NETGUARD_DATABASE": f"sqlite:///{tmp_path / 'h.sqlite'}",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["how"] == "run"
    assert (tmp_path / "rights").read_text().split()[-1].strip("0") == ""


def test_a_twin_that_waits_for_nothing_ends():
    held = proof.start()
    held.communicate(timeout=60)
    assert held.returncode not in {None, 0}


def test_what_cannot_be_made_is_said_not_raised():
    assert proof.why_not("/nowhere/nft", {}) is not None
    found = str(daemons.find("nft"))
    assert proof.why_not(found, daemons.environment(found)) is None
