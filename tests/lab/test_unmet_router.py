"""A computer that has not spoken with its router lately does not know its MAC, and so cannot tell whose network this is.

The kernel forgets neighbours by itself when it has many: 128 over all network namespaces together, which a lab has.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netguard.demo.running import RunningHome
from tests.lab.quiet import sent, wait_until_quiet
from tests.lab.terminal import ROOT, Terminal

SECONDS = 120
ASKED = r"Is this network yours\?"


@pytest.fixture
def forget(home):
    """Makes the laptop's kernel forget every neighbour, as it does by itself in time."""
    router = home.home.router.name

    def flush() -> None:
        # First the router forgets the laptop: where it was not sure of it any more it would ask, and be known by asking.
        assert home.run_on(router, ["ip", "neigh", "flush", "all"]).wait(SECONDS) == 0
        assert home.run_as_laptop(["ip", "neigh", "flush", "dev", home.laptop_interface]).wait(SECONDS) == 0

    return flush


def scan(home: RunningHome, folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    process = home.run_as_laptop(
        [sys.executable, "-m", "netguard", "scan", "--depth", "discover", "--no-html", "--json", "-", *argv],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


def test_whose_network_it_is_once_said_the_router_is_met_and_remembered(home, tmp_path, forget):
    forget()
    first = Terminal(home, tmp_path, "setup", "--only-locks")
    first.wait_for(ASKED)
    first.type("y\n")
    first.wait_for(r"What shall it be called")
    first.type("my flat\n")
    first.wait_for(r"Which lock have you\?.*:")
    first.type("\n")
    assert first.end() == 0
    assert "not be remembered" not in first.said

    forget()
    again = Terminal(home, tmp_path, "setup", "--only-locks")
    again.wait_for(ASKED)
    again.type("y\n")
    again.wait_for(r"Which lock have you\?.*:")
    again.type("\n")
    assert again.end() == 0
    assert "What shall it be called" not in again.said, "met, it turns out to be the one that has a name already"


def test_until_somebody_says_whose_network_it_is_the_router_is_not_met(home, tmp_path, forget):
    forget()
    before = wait_until_quiet(home, home.laptop_interface)
    refused = scan(home, tmp_path)
    assert refused.returncode == 3
    assert "is not known yet" in refused.stderr
    assert sent(home, home.laptop_interface) == before


def test_a_script_that_says_whose_network_it_is_gets_it_remembered(home, tmp_path, forget):
    forget()
    acts = tmp_path / "acts"
    first = scan(home, tmp_path, "--my-network", "--transcript", str(acts))
    assert first.returncode == 0, first.stderr
    assert "not be remembered" not in first.stderr
    assert json.loads(first.stdout)["vantage"]["gateway"]["mac"] is not None
    met = json.loads(acts.read_text().splitlines()[0])
    assert (met["act"], met["target"], met["why"]) == (
        "tcp-connect",
        str(home.device(home.home.router.name).address),
        "learn the router's MAC",
    )
    second = scan(home, tmp_path)
    assert second.returncode == 0, second.stderr
    assert json.loads(second.stdout)["authorisation"]["how"] == "enrolled"


def test_a_router_that_is_never_to_be_touched_is_not_met(home, tmp_path, forget):
    router = str(home.device(home.home.router.name).address)
    settings = tmp_path / "netguard"
    settings.mkdir()
    (settings / "config.toml").write_text(f'never_touch = ["{router}"]\n')
    forget()
    acts = tmp_path / "acts"
    scanned = scan(home, tmp_path, "--my-network", "--transcript", str(acts))
    assert scanned.returncode == 0, scanned.stderr
    assert "this network will not be remembered" in scanned.stderr
    assert not any(json.loads(line)["why"] == "learn the router's MAC" for line in acts.read_text().splitlines())
