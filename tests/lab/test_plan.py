"""From a scan of the simulated home to a plan, and from the plan to rules that real packets decide over: nothing comes out wrong."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.demo import daemons
from netguard.demo.catalogue import DEMO_PREFIX
from netguard.errors import LabError
from netguard.model import codec
from netguard.model.plan import Plan, SegmentRole
from netguard.model.proof import Proof
from netguard.model.scan import Scan
from netguard.prove import proof
from netguard.rules import platforms
from tests.lab.scanning import ROOT, by_address, scan_of
from tests.readers import nft

needs_nft = pytest.mark.skipif(nft.why_not() is not None, reason=str(nft.why_not()))

COMMAND_SECONDS = 60

OPENWRT = f"""
config interface 'lan'
	option device 'br-lan'
	option proto 'static'
	option ipaddr '{DEMO_PREFIX.rpartition(".")[0]}.1'
	option netmask '255.255.255.0'
config interface 'iot'
	option device 'br-lan.40'
	option proto 'static'
	option ipaddr '10.40.0.1/24'
	list ip6addr 'fd12:3456:789a:40::1/64'
config interface 'guest'
	option device 'br-lan.50'
	option proto 'static'
	option ipaddr '10.50.0.1/24'
config interface 'wan'
	option device 'eth1'
	option proto 'dhcp'
config host
	option mac '02:77:40:00:00:09'
	option ip '10.40.0.20'
"""
"""The demo home's router, if its owner had made the networks already; 10.40.0.20 is somebody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A plan as `netguard plan` wrote it."""

    text: str
    plan: Plan


@pytest.fixture(scope="module")
def scanned(home, tmp_path_factory) -> Scan:
    return scan_of(home, tmp_path_factory.mktemp("scan"), "--depth", "quick")


def written(scan: Scan, folder: Path, *argv: object) -> Proposed:
    """What `netguard plan` writes of this scan, and reads again."""
    document, path = folder / "scan.json", folder / "plan.yaml"
    document.write_bytes(codec.dumps(scan))
    done = subprocess.run(
        [sys.executable, "-m", "netguard", "plan", str(document), "-o", str(path), *map(str, argv)],
        capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Proposed(text=path.read_text(), plan=planfile.read(path.read_bytes(), str(path)))


@pytest.fixture(scope="module")
def flat(scanned, tmp_path_factory) -> Proposed:
    return written(scanned, tmp_path_factory.mktemp("flat"))


@pytest.fixture(scope="module")
def known(scanned, tmp_path_factory) -> Proposed:
    folder = tmp_path_factory.mktemp("known")
    (folder / "router.txt").write_text(OPENWRT)
    return written(scanned, folder, "--from-router", folder / "router.txt")


def proven(proposed: Proposed, platform: str) -> Proof:
    record, tool = platforms.load()[platform], daemons.find("nft")
    made = snippet(record, ruleset(proposed.plan))
    rules = tuple(str(file.text) for file in made.files if file.name.endswith(".nft"))
    assert tool is not None
    try:
        return proof.run(
            proposed.plan, proposed.text, rules, platform=platform, nft=tool, environment=daemons.environment(tool),
            beside=record.beside,
        )  # fmt: skip
    except LabError as error:
        pytest.skip(f"no twin on this computer: {error}")


def test_the_demos_locks_and_things_move_and_its_people_stay(home, scanned, flat):
    moved = {str(m.mac) for m in flat.plan.members if m.segment == "iot"}
    for name in ("lock-bridge", "homekit-lock", "light-hub", "automation-host", "camera", "printer", "television"):
        assert str(by_address(scanned, home, name).mac) in moved, name
    for name in ("nas", "phone", "laptop", "router"):
        assert str(by_address(scanned, home, name).mac) not in moved, name


def test_the_telnet_of_the_lock_bridge_is_not_among_what_may_be_asked(home, scanned, flat):
    bridge = by_address(scanned, home, "lock-bridge")
    (member,) = (m for m in flat.plan.members if m.mac == bridge.mac)
    assert {(each.transport.value, each.ports) for each in member.listens} == {("tcp", (8080,))}
    assert "not in `listens`: tcp/23" in flat.text


@needs_nft
@pytest.mark.parametrize("platform", ["nftables", "nftables-overlay"])
@pytest.mark.parametrize("which", ["flat", "known"])
def test_real_packets_find_nothing_wrong_with_the_proposed_plan(request, which, platform):
    proposed = request.getfixturevalue(which)
    found = proven(proposed, platform)
    assert found.how == "run"
    assert [f"{r.source} -> {r.target} {r.protocol}/{r.port}: {r.why}" for r in found.wrong] == []
    # What worked goes on working: each port that may be asked was asked by somebody of the trusted network.
    listening = {
        (m.name, listen.transport.value, port)
        for m in proposed.plan.members
        for listen in m.listens
        for port in listen.ports
    }
    answered = {(r.target, r.protocol, r.port) for r in found.rows if r.wanted == "allow" and r.after}
    assert listening <= answered
    # What had no business there was open before, and is closed: the lock bridge's Telnet, and the camera's way to files.
    closed = [row for row in found.rows if row.closed]
    (bridge,) = (m.name for m in proposed.plan.members if m.name.startswith("nuki-bridge"))
    (camera,) = (m.name for m in proposed.plan.members if m.name.startswith("reolink"))
    own = {m.name for m in proposed.plan.members if proposed.plan.segment(m.segment).role is SegmentRole.TRUSTED}
    assert [row for row in closed if (row.target, row.protocol, row.port) == (bridge, "tcp", 23)]
    assert [row for row in closed if row.source == camera and row.target in own and row.port == 445]


def test_the_routers_own_networks_are_taken_as_they_are(home, scanned, known):
    assert [(s.name, s.interface, s.vlan, str(s.prefix)) for s in known.plan.segments] == [
        ("lan", "br-lan", None, DEMO_PREFIX),
        ("iot", "br-lan.40", 40, "10.40.0.0/24"),
        ("guest", "br-lan.50", 50, "10.50.0.0/24"),
    ]
    assert known.plan.wan == "eth1"
    bridge = by_address(scanned, home, "lock-bridge")
    (member,) = (m for m in known.plan.members if m.mac == bridge.mac)
    assert [str(a) for a in member.addresses] == ["10.40.0.10"]  # its own number is kept for somebody else
    (stranger,) = (m for m in known.plan.members if str(m.mac) == "02:77:40:00:00:09")
    assert (str(stranger.segment), stranger.talks) == ("iot", "any")
