"""A home whose router was replaced: strange to netguard, until the person says on a terminal that it is the same home."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from netaddr import EUI, IPNetwork, mac_unix_expanded

from netguard.demo.running import RunningHome
from netguard.history.store import History
from netguard.model.home import Enrolment
from tests.lab.quiet import sent, wait_until_quiet
from tests.lab.terminal import ROOT, Terminal

SECONDS = 120
BEFORE = Enrolment(
    site="my flat",
    gateway_mac=EUI("02-00-5E-10-00-01"),
    prefixes=(IPNetwork("192.0.2.0/24"),),
    enrolled_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def netguard(home: RunningHome, folder: Path, *argv: str) -> "subprocess.CompletedProcess[str]":
    """The command on the laptop, where nobody can be asked."""
    process = home.run_as_laptop(
        [sys.executable, "-m", "netguard", *argv],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


@pytest.fixture
def person(home, tmp_path, monkeypatch):
    """Somebody whose home had another router until now, on a laptop that has spoken with the new one."""
    folder = tmp_path / "somebody"
    for name, value in (("XDG_DATA_HOME", folder / "data"), ("XDG_CONFIG_HOME", folder / "config")):
        monkeypatch.setenv(name, str(value))
    with History.open(f"sqlite:///{folder}/data/netguard/netguard.db") as history:
        history.remember(BEFORE)
    router = home.device(home.home.router.name)
    entry = [str(router.address), "dev", home.laptop_interface]
    # Known for good, so that the kernel does not confirm it by a packet of its own while a test counts.
    learn = ["ip", "neigh", "replace", *entry, "lladdr", router.mac.format(mac_unix_expanded), "nud", "permanent"]
    assert home.run_as_laptop(learn).wait(SECONDS) == 0
    yield folder
    assert home.run_as_laptop(["ip", "neigh", "del", *entry]).wait(SECONDS) == 0


def known(folder: Path) -> tuple[Enrolment, ...]:
    with History.open(f"sqlite:///{folder}/data/netguard/netguard.db") as history:
        return history.homes()


def test_said_at_a_terminal_it_is_the_home_of_before_and_nothing_was_sent(home, person):
    assert netguard(home, person, "scan", "--depth", "discover", "--no-html").returncode == 3, "strange, so not scanned"
    before = wait_until_quiet(home, home.laptop_interface)
    at = Terminal(home, person, "home", "moved")
    at.wait_for(r"Is this network yours, and 'my flat'\?")
    assert "02:00:5e:10:00:01" in at.said
    at.type("y\n")
    assert at.end() == 0
    listed = netguard(home, person, "home", "list")
    assert sent(home, home.laptop_interface) == before, "recognising sends nothing, and neither does this"
    assert re.match(r"my flat: router (?!02:00:5e:10:00:01)\S+, .*\(you are here\)$", listed.stdout.strip())
    scanned = netguard(home, person, "scan", "--depth", "discover", "--no-html", "--json", "-")
    assert scanned.returncode == 0, scanned.stderr
    told = json.loads(scanned.stdout)
    assert (told["site"], told["authorisation"]["how"]) == ("my flat", "enrolled")


def test_a_no_or_nobody_to_ask_leaves_everything_as_it_was(home, person):
    before = wait_until_quiet(home, home.laptop_interface)
    refused = netguard(home, person, "home", "moved")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "there is no terminal to ask on; say so with --yes" in refused.stderr
    at = Terminal(home, person, "home", "moved")
    at.wait_for(r"\[y/N\]:")
    at.type("\n")
    assert at.end() == 3
    assert known(person) == (BEFORE,)
    assert sent(home, home.laptop_interface) == before


def test_a_script_says_yes(home, person):
    assert netguard(home, person, "home", "moved", "--yes").returncode == 0
    (now,) = known(person)
    assert now.site == "my flat"
    assert now.gateway_mac != BEFORE.gateway_mac
