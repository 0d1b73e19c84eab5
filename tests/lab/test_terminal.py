"""`netguard` on a terminal: the first time it asks, scans and offers the report; afterwards it shows the last result."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

from netguard.demo.running import RunningHome

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 200


class Terminal:
    """A program on a pseudo-terminal of its own, read and typed at as a person would."""

    def __init__(self, home: RunningHome, folder: Path, *argv: str) -> None:
        self._ours, theirs = pty.openpty()
        left_out = {"SUDO_UID", "PKEXEC_UID", "NO_COLOR"}
        clean = {k: v for k, v in os.environ.items() if k not in left_out}
        # click.launch asks this program to open a page; a test has no desktop.
        environment = clean | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "TERM": "xterm", "COLUMNS": "120"}
        self._process = home.run_as_laptop(
            [sys.executable, "-m", "netguard", *argv], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.said = ""

    def wait_for(self, pattern: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.said):
            assert time.monotonic() < deadline, self.said
            self._read(1.0)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> int:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None:
            assert time.monotonic() < deadline, self.said
            self._read(0.2)
        self._read(0.2)
        os.close(self._ours)
        return self._process.returncode

    def _read(self, seconds: float) -> None:
        if select.select([self._ours], [], [], seconds)[0]:
            try:
                self.said += os.read(self._ours, 65536).decode(errors="replace")
            except OSError:
                time.sleep(0.05)


def test_the_first_time_it_asks_scans_and_afterwards_shows_the_result(home, tmp_path):
    first = Terminal(home, tmp_path)
    first.wait_for(r"Is this network yours\? \[y/N\]")
    assert "Only look at networks that are yours" in first.said
    first.type("y\n")
    first.wait_for(r"What shall it be called \[home\]")
    first.type("my flat\n")
    first.wait_for(r"Open the report in your browser\? \[Y/n\]")
    first.type("n\n")
    assert first.end() == 0
    for stage in ("Who is here", "What they are", "What they offer", "Whether that is all right"):
        assert stage in first.said, "a progress line per stage"
    (report,) = re.findall(r"Report: (\S+\.html)", first.said)
    assert "telnet" in Path(report).read_text()

    then = Terminal(home, tmp_path)
    assert then.end() == 0
    assert "Last scan of my flat: today" in then.said
    assert "Do next: Close what" in then.said


def test_who_says_that_the_network_is_not_theirs_sends_nothing(home, tmp_path):
    terminal = Terminal(home, tmp_path, "scan")
    terminal.wait_for(r"Is this network yours\?")
    terminal.type("n\n")
    assert terminal.end() == 3
    assert "nothing was sent" in terminal.said


def test_no_colour_and_no_progress_where_nobody_watches(home, tmp_path):
    process = home.run_as_laptop(
        [sys.executable, "-m", "netguard", "scan", "--my-network", "--depth", "discover", "--no-html"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert "\x1b" not in out + errors
    assert "Who is here" not in errors
