"""An accepted risk in a home that is scanned again: open as before, told as accepted, and no reason to fail."""

import re
import subprocess
import sys
from datetime import date, timedelta

from netguard import exitcodes
from netguard.demo.running import RunningHome
from netguard.model.vocabulary import Severity, Status
from tests.lab.scanning import ROOT, SCAN_SECONDS, by_address, scan_of, start

UNTIL = str(date.today() + timedelta(days=30))


def accept(folder, *argv):
    command = [sys.executable, "-m", "netguard", "accept", *argv, "--database", f"sqlite:///{folder}/history.sqlite"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def test_what_is_accepted_fails_no_scan_until_it_is_taken_back(home: RunningHome, tmp_path) -> None:
    only = str(home.device("lock-bridge").address)
    found = scan_of(home, tmp_path, "--depth", "quick", target=only)
    bridge = by_address(found, home, "lock-bridge")
    severe = [f for f in found.findings if f.status is Status.FAIL and f.severity.at_least(Severity.HIGH)]
    assert ("telnet-open", bridge.key) in {(f.check, f.target) for f in severe}
    names = {f"{f.check}@{f.target}" for f in severe}
    for name in names:
        accept(tmp_path, name, "--reason", "the lab's own", "--until", UNTIL, "--owner", "the lab")

    def again():
        page = tmp_path / "page.html"
        argv = ("--depth", "quick", "--fail-on", "high", "--my-network")
        process = start(home, tmp_path, *argv, target=only)
        said, errors = process.communicate(timeout=SCAN_SECONDS)
        done = subprocess.run(
            [sys.executable, "-m", "netguard", "report", "-o", page, "--database", f"sqlite:///{tmp_path}/history.sqlite"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stdout.strip() == str(page)
        return process.returncode, said, page.read_text(encoding="utf-8"), errors

    code, said, page, errors = again()
    assert code == exitcodes.DONE, errors
    assert re.search(r"\d+ accepted risks? (is|are) not counted\.", " ".join(said.split()))
    assert "\nAccepted for a while\n" in said
    assert "Nothing changed since" in " ".join(said.split())
    assert "Accepted by <strong>the lab</strong>" in page
    assert "Over time" in page

    for line in accept(tmp_path, "list").splitlines()[1:]:
        accept(tmp_path, "remove", line.split()[0])
    code, said, page, _ = again()
    assert code == exitcodes.FOUND
    assert "accepted" not in said
    assert "Accepted by" not in page
