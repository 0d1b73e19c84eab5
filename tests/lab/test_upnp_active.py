"""What is written to a real router and taken back: by a scan, by one that is killed in between, and by `netguard upnp remove`.

The judges are the router's own kernel (`nft`) and the real `upnpc`.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.homes import Forward, Home
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from tests.lab.conftest import from_laptop, namespaces, wait_until
from tests.lab.scanning import ROOT, scan_of
from tests.lab.terminal import Terminal

SELFTEST = re.compile(r"dport 4\d{4}\b")
SECOND = "10.99.0.10"
PATIENCE_SECONDS = 120


def tool(home: RunningHome, name: str) -> tuple[str, dict[str, str]]:
    """A program of the lab and its environment; the test is skipped, by name, where there is none."""
    found = daemons.find(name)
    if found is None or "miniupnpd" not in home.daemons:
        pytest.skip(f"needs the real {name} and miniupnpd: `make lab` fetches them")
    return found, daemons.environment(found)


@pytest.fixture(scope="module")
def small_home() -> Iterator[RunningHome]:
    """A router that opens ports for whoever asks, a laptop with a second address, and a light hub."""
    hub = catalogue.light_hub()
    with namespaces(
        Home(prefix="10.55.0.0/24", router=catalogue.router(), laptop=catalogue.laptop(), devices=(hub,))
    ) as home:
        second = ["ip", "address", "add", f"{SECOND}/24", "dev", home.laptop_interface]
        assert home.run_as_laptop(second).wait(10) == 0
        tool(home, "nft")
        yield home


def router_of(home: RunningHome) -> str:
    return str(home.device("router").address)


def forwarded(home: RunningHome) -> str:
    """The rules that the router's kernel forwards by at this moment."""
    nft, environment = tool(home, "nft")
    command = [nft, "list", "chain", "inet", "miniupnpd", "prerouting_miniupnpd"]
    program = home.run_on("router", command, env=environment, stdout=subprocess.PIPE, text=True)
    out, _ = program.communicate(timeout=30)
    assert program.returncode == 0
    return out


def upnpc(home: RunningHome, *argv: str) -> str:
    found, environment = tool(home, "upnpc")
    program = home.run_as_laptop(
        [found, *argv], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    out, _ = program.communicate(timeout=60)
    return out


@pytest.fixture(scope="module")
def tested(small_home, tmp_path_factory) -> tuple[Scan, str]:
    """A scan with the active tests, and its transcript."""
    folder = tmp_path_factory.mktemp("active")
    acts = folder / "acts"
    scan = scan_of(
        small_home, folder, "--upnp-active", "--yes", "--transcript", str(acts), target=router_of(small_home)
    )
    return scan, acts.read_text()


def values(scan: Scan, kind: str) -> list[object]:
    return [o.value for o in scan.observations if o.kind == kind]


def test_a_real_router_forwards_to_whoever_asks_and_keeps_nothing(small_home, tested):
    scan, acts = tested
    assert values(scan, "igd.self-mapping") == ["accepted"]
    assert "taking back what was written" in acts
    assert not SELFTEST.search(forwarded(small_home))
    assert "netguard" not in upnpc(small_home, "-l")
    assert all(not gateway.mappings for gateway in scan.gateways), "our own is not reported as a door"


def test_a_real_router_that_sends_events_to_their_subscriber_only_says_so(tested):
    assert values(tested[0], "upnp.callback") == ["refused"]


HANGING = """
import sys, threading
from pathlib import Path
moment, mark = sys.argv[1:3]
from netguard.net.connection import Connection
from netguard.probe import _soap
sent, send, receive, read = threading.local(), Connection.send, Connection.receive, _soap.read
def hang():
    Path(mark).touch()
    threading.Event().wait()
def sending(self, data):
    sent.adds = b"AddPortMapping" in data
    send(self, data)
def receiving(self, **given):
    if moment == "asked" and getattr(sent, "adds", False):
        hang()
    return receive(self, **given)
def reading(status, body, action):
    if moment == "answered" and action == "AddPortMapping":
        hang()
    return read(status, body, action)
Connection.send, Connection.receive, _soap.read = sending, receiving, reading
sys.argv[1:] = sys.argv[3:]
from netguard.cli import main
main()
"""
"""netguard itself, that never gets on from the moment at which it has asked for the mapping, or has its answer."""


@pytest.mark.parametrize("moment", ["asked", "answered"])
def test_a_scan_that_is_killed_in_between_leaves_nothing_behind(small_home, tmp_path, moment):
    mark = tmp_path / "hangs"
    options = ["scan", "-i", small_home.laptop_interface, router_of(small_home), "--no-html", "--my-network"]
    options += ["--database", f"sqlite:///{tmp_path}/history.sqlite", "--upnp-active", "--yes"]
    left_out = {"SUDO_UID", "PKEXEC_UID"} | {name for name in os.environ if name.startswith("COVERAGE_")}
    clean = {k: v for k, v in os.environ.items() if k not in left_out}
    program = small_home.run_as_laptop(
        [sys.executable, "-c", HANGING, moment, str(mark), *options],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not mark.exists():
        assert program.poll() is None, "the scan ended without asking for the mapping"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_until(lambda: SELFTEST.search(forwarded(small_home)) is not None, "the mapping to stand")
    assert "netguard-selftest" in upnpc(small_home, "-l")
    os.killpg(program.pid, signal.SIGKILL)
    assert program.wait(30) == -signal.SIGKILL
    wait_until(lambda: SELFTEST.search(forwarded(small_home)) is None, "the mapping to be gone")
    assert "netguard" not in upnpc(small_home, "-l")


def test_who_says_no_on_a_terminal_gets_the_scan_and_nothing_is_written(small_home, tmp_path):
    options = [
        "-i",
        small_home.laptop_interface,
        router_of(small_home),
        "--no-html",
        "--upnp-active",
        "--depth",
        "standard",
    ]
    terminal = Terminal(small_home, tmp_path, "scan", *options)
    terminal.wait_for(r"Is this network yours\?")
    terminal.type("y\n")
    terminal.wait_for(r"What shall it be called")
    terminal.type("\n")
    terminal.wait_for(r"Do these tests\? \[y/N\]")
    assert "--upnp-active writes to your router" in terminal.said
    assert "netguard-selftest" in terminal.said
    terminal.type("n\n")
    assert terminal.end() == 0
    assert "the scan goes on without them" in terminal.said


def remove(home: RunningHome, folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
    options = ["-i", home.laptop_interface, "--my-network", "--database", f"sqlite:///{folder}/history.sqlite"]
    program = home.run_as_laptop(
        [sys.executable, "-m", "netguard", "upnp", "remove", *argv, *options],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = program.communicate(timeout=PATIENCE_SECONDS)
    return subprocess.CompletedProcess(argv, program.returncode, out, errors)


@pytest.fixture
def opened(small_home) -> Iterator[None]:
    """Two ports that the real upnpc opened: one by TCP to the hub, one by UDP to the laptop."""
    hub = str(small_home.device("light-hub").address)
    for client, port, protocol in ((hub, "8443", "TCP"), (str(small_home.laptop_address), "51820", "UDP")):
        said = upnpc(small_home, "-e", "a test", "-a", client, port, port, protocol, "3600")
        assert "is redirected to internal" in said, said
    yield
    for port, protocol in (("8443", "TCP"), ("51820", "UDP")):
        upnpc(small_home, "-d", port, protocol)


def test_one_mapping_is_removed_and_no_other(small_home, opened, tmp_path):
    gone = remove(small_home, tmp_path, "tcp/8443", "--yes")
    assert gone.returncode == 0, gone.stderr
    hub = str(small_home.device("light-hub").address)
    assert f"TCP port 8443 from the internet to {hub} port 8443, called 'a test', for " in gone.stdout
    assert "tcp/8443 is deleted" in gone.stdout
    rules = forwarded(small_home)
    assert "8443" not in rules
    assert "51820" in rules
    again = remove(small_home, tmp_path, "tcp/8443", "--yes")
    assert again.returncode == 2
    assert f"tcp/8443 is not there; {router_of(small_home)} forwards udp/51820" in again.stderr


def test_what_is_listed_is_what_can_be_removed(small_home, opened, tmp_path):
    scan = scan_of(small_home, tmp_path, target=router_of(small_home))
    listed = {(m.protocol.upper(), m.external_port) for gateway in scan.gateways for m in gateway.mappings}
    assert listed == {("TCP", 8443), ("UDP", 51820)}
    clean = {k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
    listing = subprocess.run(
        [sys.executable, "-m", "netguard", "upnp", "list", "--database", f"sqlite:///{tmp_path}/history.sqlite"],
        env=clean | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {line.split()[0] for line in listing.splitlines()[2:]} == {"tcp/8443", "udp/51820"}
    gone = remove(small_home, tmp_path, f"udp/51820@{router_of(small_home)}", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert "51820" not in forwarded(small_home)


def test_who_says_no_to_removing_keeps_it(small_home, opened, tmp_path):
    database = f"sqlite:///{tmp_path}/history.sqlite"
    terminal = Terminal(
        small_home,
        tmp_path,
        "upnp",
        "remove",
        "tcp/8443",
        "-i",
        small_home.laptop_interface,
        "--my-network",
        "--database",
        database,
    )
    terminal.wait_for(r"Delete it\? \[y/N\]")
    terminal.type("n\n")
    assert terminal.end() == 0
    assert "Nothing was changed" in terminal.said
    assert "8443" in forwarded(small_home)


def test_a_router_that_is_not_there_is_an_error_and_nothing_else_is_asked(small_home, tmp_path):
    hub = str(small_home.device("light-hub").address)
    gone = remove(small_home, tmp_path, f"tcp/8443@{hub}", "--yes")
    assert gone.returncode == 3
    assert "it was silent to every search; UPnP may be off" in gone.stderr
    far = remove(small_home, tmp_path, "tcp/8443@198.51.100.1", "--yes")
    assert far.returncode == 2
    assert "is not on the network" in far.stderr


@pytest.fixture(scope="module")
def strict_home() -> Iterator[RunningHome]:
    """A router that lets everybody open ports to themselves only (`secure_mode`), and forwards one to a hub since long."""
    usual = catalogue.router()
    forwards = (Forward(port=8443, host=22, to=443, description="hub app"),)
    router = replace(usual, upnp=replace(usual.upnp, secure=True, forwards=forwards))
    home = Home(prefix="10.56.0.0/24", router=router, laptop=catalogue.laptop(), devices=(catalogue.light_hub(),))
    with namespaces(home) as running:
        tool(running, "nft")
        yield running


ACTIVE = """
import json
from netaddr import IPAddress, IPNetwork
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.probe import upnp_active
from netguard.probe._contract import Target
router, own = IPAddress({router!r}), IPAddress({own!r})
given = dict(transcript=Transcript(), cancel=Cancel(), deadline=Deadline(60))
with Network(source=own, guard=Guard([IPNetwork(router)]), addresses=(own,), **given) as network:
    learnt = list(upnp_active.probe(Target(address=router, port=5000, path="/rootDesc.xml"), network.net("test")))
print(json.dumps([fact.value for fact in learnt]))
"""


def test_a_strict_router_still_forwards_to_whoever_asks_for_themselves(strict_home):
    own = str(strict_home.laptop_address)
    assert from_laptop(strict_home, ACTIVE.format(router=router_of(strict_home), own=own)) == ["accepted"]
    assert not SELFTEST.search(forwarded(strict_home))


def test_a_strict_router_lets_nobody_remove_what_leads_to_others_and_that_is_said(strict_home, tmp_path):
    gone = remove(strict_home, tmp_path, "tcp/8443", "--yes")
    assert gone.returncode == 3
    assert "does not delete it: it answered with error" in gone.stderr
    assert "8443" in forwarded(strict_home)
