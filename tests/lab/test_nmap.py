"""The real nmap at depth deep in a simulated home: what it adds, whom it spares, and that it is gone when the scan is.

nmap comes with the lab's daemons (`make lab`); without it these tests are skipped by name.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.catalogue import build_home
from netguard.demo.homes import Server
from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Outcome, Role
from tests.lab.cables import inside, needs_root
from tests.lab.conftest import from_laptop, namespaces
from tests.lab.scanning import ROOT, SCAN_SECONDS, by_address, scan_of, start
from tests.lab.test_interfaces import LEAVES, SAME_PREFIX

SILENT = 7000
"""A port of the router and of the printer that takes connections and says nothing: nmap listens to it for six seconds first."""

LEFT_OUT = ("light-hub", "automation-host", "camera", "nas", "television", "silent-plug", "phone")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The unpacked nmap, as a program that finds its libraries and data by itself."""
    found = daemons.find("nmap")
    if found is None:
        pytest.skip("needs nmap: `make lab` unpacks it")
    path = tmp_path_factory.mktemp("nmap") / "nmap"
    settings = " ".join(f"{k}={shlex.quote(v)}" for k, v in daemons.environment(found).items() if k != "PATH")
    path.write_text(f'#!/bin/sh\nexec env {settings} {shlex.quote(found)} "$@"\n')
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="module")
def search_path(program: str) -> str:
    return os.pathsep.join((str(Path(program).parent), os.environ["PATH"]))


@pytest.fixture(scope="module")
def small_home(program: str) -> Iterator[RunningHome]:
    """A router with real daemons, a lock bridge, a lock and a printer: few devices, since depth deep asks every port."""
    silent = Server(kind="silent", port=SILENT)
    more = {d.name: replace(d, servers=(*d.servers, silent)) for d in (catalogue.router(), catalogue.printer())}
    with namespaces(build_home(changes={**more, **dict.fromkeys(LEFT_OUT)})) as home:
        yield home


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("acts") / "acts"


@pytest.fixture(scope="module")
def scanned(small_home: RunningHome, acts: Path, search_path: str, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("scan")
    return scan_of(small_home, folder, "--depth", "deep", "--transcript", str(acts), PATH=search_path)


def runs(acts: Path) -> list[dict[str, str]]:
    """What the transcript says of nmap."""
    return [act for line in acts.read_text().splitlines() if (act := json.loads(line))["act"] == "nmap"]


def processes(mark: str) -> list[int]:
    """The numbers of the processes whose command line contains `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


VERSIONS = """
import json
from netaddr import IPAddress, IPNetwork
from netguard.net.access import STURDY, Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript

router = IPAddress({router!r})
with Network(source=IPAddress({own!r}), guard=Guard([IPNetwork({prefix!r})]), transcript=Transcript(), cancel=Cancel(),
             deadline=Deadline(120), nmap={program!r}, interface={interface!r}, addresses=[IPAddress({own!r})]) as network:
    found = network.net_for([router], STURDY, Deadline(120), "test").versions(router, {ports!r})
print(json.dumps([[v.port, v.name, v.product, v.version] for v in found]))
"""


def test_real_daemons_are_recognised_with_their_versions(small_home: RunningHome, program: str) -> None:
    missing = {"dropbear", "lighttpd"} - small_home.daemons.keys()
    if missing:
        pytest.skip(f"needs the real {', '.join(sorted(missing))}")
    found = from_laptop(
        small_home,
        VERSIONS.format(
            router=str(small_home.device("router").address),
            own=str(small_home.device("laptop").address),
            prefix=str(small_home.prefix),
            interface=small_home.laptop_interface,
            program=program,
            ports=[22, 80, SILENT],
        ),
    )
    said = {port: (name, product, version) for port, name, product, version in found}
    assert said[22][:2] == ("ssh", "Dropbear sshd")
    assert said[22][2].startswith("20")
    assert said[80][:2] == ("http", "lighttpd")
    assert said[80][2].startswith("1.4.")
    assert SILENT not in said


def test_a_sturdy_device_s_services_have_versions_at_depth_deep(small_home: RunningHome, scanned: Scan) -> None:
    assert scanned.depth is Depth.DEEP
    assert "nmap" in scanned.vantage.capabilities
    router = by_address(scanned, small_home, "router")
    assert router.role is Role.ROUTER
    services = {s.port: s for s in router.services}
    for port, product in ((22, "dropbear"), (80, "lighttpd")):
        assert product in (services[port].product or "").lower()
        assert services[port].version
    done = [a for a in scanned.attempts if a.stage == "probe.versions"]
    assert {a.target.partition(" ")[0] for a in done} == {str(small_home.device("router").address)}
    assert {a.outcome for a in done} <= {Outcome.DONE}, done


def test_the_transcript_says_that_nmap_ran_and_towards_whom_and_nobody_gently_treated(
    small_home: RunningHome, scanned: Scan, acts: Path
) -> None:
    ran = runs(acts)
    assert {act["target"].partition(" ")[0] for act in ran} == {str(small_home.device("router").address)}
    assert all("versions of services" in act["why"] for act in ran)
    assert any(str(SILENT) in act["target"] for act in ran)


def test_locks_had_one_connection_at_a_time_and_the_printer_not_one_byte(
    small_home: RunningHome, scanned: Scan
) -> None:
    for name in ("lock-bridge", "homekit-lock", "printer"):
        assert small_home.device(name).count.most_established <= 1, name
    for port in (515, 631, 9100):
        assert small_home.device("printer").count.port(port).payload_bytes == 0


def named(home: RunningHome, name: str, folder: Path, *argv: str, path: str) -> "subprocess.Popen[str]":
    """A scan of one device at depth deep, as who names it."""
    command = [sys.executable, "-m", "netguard", "scan", "-i", home.laptop_interface, str(home.device(name).address)]
    command += ["--my-network", "--no-html", "--depth", "deep", "--database", f"sqlite:///{folder}/history.sqlite"]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    return home.run_as_laptop(
        [*command, *argv],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_printer_that_one_names_is_asked_by_nmap_and_its_printing_ports_get_not_one_byte(
    small_home: RunningHome, scanned: Scan, search_path: str, tmp_path: Path
) -> None:
    transcript = tmp_path / "acts"
    before = small_home.device("printer").count
    process = named(small_home, "printer", tmp_path, "--json", "-", "--transcript", str(transcript), path=search_path)
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    scan = codec.loads(out.encode())
    asked = [act["target"] for act in runs(transcript)]
    assert str(SILENT) in asked[0]
    ports = {s.port for s in by_address(scan, small_home, "printer").open_services}
    assert {515, 631, 9100} <= ports
    for target in asked:
        assert not {"515", "631", "9100"} & set(target.partition(" ")[2].split(","))
    count = small_home.device("printer").count
    for port in (515, 631, 9100):
        assert count.port(port).payload_bytes == 0
        assert count.port(port).accepted - before.port(port).accepted <= 2
    assert count.most_established <= 1


def test_ctrl_c_ends_nmap_too(small_home: RunningHome, scanned: Scan, search_path: str, tmp_path: Path) -> None:
    transcript, kept = tmp_path / "acts", tmp_path / "kept.json"
    process = start(
        small_home, tmp_path, "--my-network", "--depth", "deep", "--json", str(kept), "--transcript", str(transcript),
        PATH=search_path,
    )  # fmt: skip
    mark = f"\0-oX\0-\0{small_home.device('router').address}\0"
    deadline = time.monotonic() + SCAN_SECONDS
    while not processes(mark):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert processes(mark) == []
    assert runs(transcript)
    assert codec.loads(kept.read_bytes()).devices


@needs_root
def test_what_nmap_sends_leaves_by_the_enrolled_interface_alone_also_without_rights(program: str) -> None:
    said = inside(
        SAME_PREFIX,
        LEAVES
        + f"""
with network(interface="eth0", addresses=OWN, nmap={program!r}) as tied:
    for peer in PEERS:
        try:
            tied.net("test", seconds=20).versions(peer, [4999], seconds=8)
        except NoAnswer:
            pass
print(json.dumps({{"near": read(near), "other": anything(other)}}))
""",
    )
    assert said["near"] == [
        ["tcp", "192.168.77.5", "192.168.77.20", 4999],
        ["tcp", "fd77::5", "fd77::20", 4999],
        ["tcp", "fe80::5:0", "fe80::20", 4999],
    ]
    assert said["other"] == []
