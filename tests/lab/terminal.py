"""A program on a pseudo-terminal in a simulated home, read and typed at as a person would."""

import os
import pty
import re
import select
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
        while not re.search(pattern, self.said, re.DOTALL):
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
