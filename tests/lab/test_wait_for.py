"""`netguard scan --wait-for`: a declared lock whose radio is off when the scan begins, and what becomes of the scan."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from netaddr import IPAddress

from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.address import mac
from netguard.model.device import Device
from netguard.model.scan import Scan
from netguard.model.vocabulary import Ended, Outcome, Role, Status
from netguard.rules.loader import load
from tests.lab.conftest import namespaces, wait_until
from tests.lab.scanning import ROOT, SCAN_SECONDS, start

LOCK, NAME = "homekit-lock", "Front door"
WAKE = load().devices[LOCK].wake

SHORT_SECONDS = 40
"""`--max-time` of a scan whose lock never wakes: it waits half of what is left, and has enough for everybody else."""


class Scanning:
    """A running `netguard scan` with a document, read as it speaks."""

    def __init__(self, home: RunningHome, folder: Path, *argv: str) -> None:
        self._file = folder / "scan.json"
        self._process = start(home, folder, "--json", str(self._file), "--depth", "quick", *argv)
        self.heard: dict[str, list[str]] = {"out": [], "errors": []}
        pipes = {"out": self._process.stdout, "errors": self._process.stderr}
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in pipes.items()]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, pipe: Iterator[str]) -> None:
        self.heard[name].extend(iter(pipe))

    def lines(self, text: str) -> list[str]:
        """What it has said on stderr so far that holds `text`."""
        return [line.rstrip() for line in self.heard["errors"] if text in line]

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> tuple[int, Scan]:
        """Its exit code, and the document."""
        code = self._process.wait(SCAN_SECONDS)
        for reader in self._readers:
            reader.join()
        assert self._file.exists(), self.heard
        return code, codec.loads(self._file.read_bytes())


@pytest.fixture
def asleep(tmp_path: Path) -> Iterator[RunningHome]:
    """A home of its own in which the lock was declared, and then switched its radio off."""
    with namespaces() as home:
        declare(home, tmp_path)
        switch(home, "down")
        yield home


def declare(home: RunningHome, folder: Path) -> None:
    """`netguard setup --lock`, into the database and the folder that the scans use."""
    setup = home.run_as_laptop(
        [
            sys.executable, "-m", "netguard", "setup", "--my-network", "-i", home.laptop_interface,
            "--database", f"sqlite:///{folder}/history.sqlite", "--lock", f"{LOCK}:{NAME}:wifi",
        ],
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _, errors = setup.communicate(timeout=60)
    assert setup.returncode == 0, errors


def switch(home: RunningHome, to: str) -> None:
    """Switches the lock's only interface `up` or `down`; its servers run on, as a sleeping lock's program does."""
    done = home.run_on(LOCK, ["ip", "link", "set", "eth0", to], stderr=subprocess.PIPE)
    assert done.wait(timeout=10) == 0, done.stderr.read()


def remember(home: RunningHome) -> None:
    """Leaves the lock in the laptop's neighbour table as the kernel does for days: stale, which says nothing of today."""
    lock = home.home.device(LOCK)
    entry = [home.home.address(lock), "lladdr", lock.mac, "dev", home.laptop_interface, "nud", "stale"]
    assert home.run_as_laptop(["ip", "neigh", "replace", *entry]).wait(timeout=10) == 0


def is_up(home: RunningHome) -> bool:
    shown = home.run_on(LOCK, ["ip", "-json", "link", "show", "eth0"], stdout=subprocess.PIPE)
    out, _ = shown.communicate(timeout=10)
    (card,) = json.loads(out)
    return card["operstate"] == "UP"


def declared(scan: Scan) -> Device:
    (device,) = [d for d in scan.devices if d.declared]
    return device


def waited(scan: Scan) -> list[tuple[str, Outcome]]:
    return [(a.target, a.outcome) for a in scan.attempts if a.stage == "wait-for"]


def test_a_lock_that_is_woken_when_the_scan_says_that_it_waits_is_found(asleep, tmp_path):
    assert not is_up(asleep)
    scanning = Scanning(asleep, tmp_path, "--wait-for", NAME)
    wait_until(lambda: bool(scanning.lines("not seen yet")), "it says whom it waits for")
    assert scanning.is_running(), "a lock that is asleep is waited for"
    switch(asleep, "up")
    code, scan = scanning.end()

    assert code == 0
    assert scanning.lines("not seen yet") == [f"netguard: not seen yet: {NAME}: {WAKE}"], "how to wake it, said once"
    lock, described = declared(scan), asleep.home.device(LOCK)
    assert (lock.name, lock.seen, lock.unseen) == (NAME, True, None)
    assert (lock.role, lock.profile) == (Role.LOCK, LOCK)
    assert (lock.mac, lock.addresses) == (mac(described.mac), (IPAddress(asleep.home.address(described)),))
    assert not lock.key.startswith("declared:"), "what was seen and what was declared are one device"
    assert [d.key for d in scan.devices if d.role is Role.LOCK] == [lock.key], "and nothing else is the lock"
    assert waited(scan) == [(NAME, Outcome.DONE)]
    assert scan.ended is Ended.FINISHED
    # It came after everybody had been asked once, and was looked at like everybody else all the same.
    assert {o.value for o in scan.observed(lock.key, "dnssd.type")} == {"_hap._tcp"}
    assert lock.coverage


def test_a_lock_that_was_seen_before_is_waited_for_when_it_sleeps_the_next_time(asleep, tmp_path):
    """What the first scan tied to the declaration is what the second one waits for, asleep again and awake again."""
    switch(asleep, "up")
    wait_until(lambda: is_up(asleep), "the lock's radio is on")
    code, first = Scanning(asleep, tmp_path, "--wait-for", NAME).end()
    assert (code, declared(first).seen, waited(first)) == (0, True, []), "who is there is not waited for"

    switch(asleep, "down")
    remember(asleep)
    scanning = Scanning(asleep, tmp_path, "--wait-for", NAME.upper())
    wait_until(lambda: bool(scanning.lines("not seen yet")), "it says whom it waits for")
    switch(asleep, "up")
    code, second = scanning.end()
    assert code == 0
    assert scanning.lines("not seen yet") == [f"netguard: not seen yet: {NAME}: {WAKE}"]
    assert (declared(second).key, declared(second).seen) == (declared(first).key, True)
    assert waited(second) == [(NAME, Outcome.DONE)]


def test_a_lock_that_never_wakes_is_said_not_to_be_seen_and_how_to_wake_it(asleep, tmp_path):
    scanning = Scanning(asleep, tmp_path, "--wait-for", NAME, "--max-time", str(SHORT_SECONDS))
    code, scan = scanning.end()

    assert code == 0, "parts that could not be looked at are no failure"
    assert scanning.lines("not seen yet") == [f"netguard: not seen yet: {NAME}: {WAKE}"]
    assert scan.ended is Ended.FINISHED, "the waiting leaves time for those who are here"
    assert all(d.coverage for d in scan.devices if d.role is Role.LOCK_HUB)
    assert waited(scan) == [(NAME, Outcome.FAILED)]
    lock = declared(scan)
    assert (lock.name, lock.seen, lock.role, lock.addresses) == (NAME, False, Role.LOCK, ())
    assert lock.unseen.startswith("Not seen: asleep")
    assert WAKE in lock.unseen
    # Nothing else that was seen is taken for it, and nothing is said to be well with it.
    assert not [d for d in scan.devices if d.seen and d.role is Role.LOCK]
    judged = [f for f in scan.findings if f.target == lock.key]
    assert judged
    assert Status.PASS not in {f.status for f in judged}
    asked = [f for f in judged if f.status is Status.UNKNOWN]
    assert asked
    assert all("declared but not seen" in f.title and WAKE in f.fix for f in asked)
    said = " ".join("".join(scanning.heard["out"]).split())
    assert f"{NAME} was not seen" in said
    assert f"{NAME}: {lock.unseen}" in said
