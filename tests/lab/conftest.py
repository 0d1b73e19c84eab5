"""The lab: the simulated home with real packets, in namespaces that nothing outside can see.

`home` is the demo home; its tests are skipped, with the reason, where this computer allows no namespaces.
A test that needs a real daemon asks for it by name; where it is not to be had the test is skipped and counted.
"""

import collections
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netguard.demo import daemons
from netguard.demo.catalogue import demo_home
from netguard.demo.running import RunningHome, open_home
from netguard.errors import LabError

LAPTOP_SECONDS = 60
PATIENCE_SECONDS = 20
"""Longest a condition may take to come true."""
_skipped: collections.Counter[str] = collections.Counter()

Laptop = Callable[[str], Any]
NeedDaemon = Callable[[str], None]


def namespaces(home_is: Any = None) -> RunningHome:
    """A home in namespaces of either kind, or a skip that says why not."""
    try:
        opened = open_home(home_is or demo_home())
    except LabError as error:
        pytest.skip(f"no simulated home on this computer: {error}")
    if opened.kind == "loopback":
        opened.close()
        pytest.skip(f"no network namespaces on this computer: {opened.why}")
    return opened


def from_laptop(home: RunningHome, code: str) -> Any:
    """What the Python program `code`, run on the laptop of `home`, prints as JSON."""
    program = home.run_as_laptop([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, errors = program.communicate(timeout=LAPTOP_SECONDS)
    assert program.returncode == 0, errors.decode()
    return json.loads(out)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Waits for `condition`, and fails naming `what` when it does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s for: {what}"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def home() -> Iterator[RunningHome]:
    """The demo home, shared by all tests of the run: compare counters before and after, they only grow."""
    with namespaces() as opened:
        yield opened


@pytest.fixture
def laptop(home: RunningHome) -> Laptop:
    """Runs a Python program on the shared home's laptop and gives what it printed as JSON."""
    return lambda code: from_laptop(home, code)


@pytest.fixture(scope="session")
def real_daemons() -> daemons.Report:
    """Which daemons are there. `python -m netguard.demo.daemons` fetches them; tests never do."""
    return daemons.here()


@pytest.fixture
def need_daemon(home: RunningHome) -> NeedDaemon:
    """Skips the test, by name and counted, unless the real daemon runs in the shared home."""

    def need(name: str) -> None:
        if name not in home.daemons:
            _skipped[name] += 1
            pytest.skip(f"needs the real {name}: {home.missing.get(name, 'it is not part of this home')}")

    return need


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Counts what was skipped for want of a daemon, so that nobody takes it for tested."""
    for name, number in sorted(_skipped.items()):
        terminalreporter.write_line(f"lab: {number} tests skipped because the real {name} does not run here")
