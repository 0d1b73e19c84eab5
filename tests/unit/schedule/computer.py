"""A computer with schedulers that only remember what they were told."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from netguard.errors import VantageError


@dataclass
class Computer:
    """What stands in the place of systemctl, launchctl, schtasks and crontab: they are obeyed, and write down who asked."""

    programs: set[str] = field(default_factory=lambda: {"systemctl", "launchctl", "schtasks", "crontab", "loginctl"})
    asked: list[tuple[str, ...]] = field(default_factory=list)
    failing: set[tuple[str, ...]] = field(default_factory=set)
    """Beginnings of commands that fail."""
    crontab: str | None = None
    runners: set[str] = field(default_factory=set)
    """Those of `programs` that have something of ours to run."""
    lingers: bool = False
    fragment: str = ""
    """The file that systemd has the timer from."""
    task: str = ""
    """The task's XML in the Task Scheduler."""
    ending: int = 0
    """How many more times launchd is asked before an agent that was told to end is gone."""
    busy: int = 0
    """How many times more launchd says "5: Input/output error" to a new agent."""
    slept: list[float] = field(default_factory=list)
    loads: dict[str, list[str]] | None = None
    """What an interpreter says it loads from."""

    @property
    def running(self):
        return bool(self.runners)

    @running.setter
    def running(self, runs):
        self.runners = {"systemctl", "launchctl", "schtasks"} if runs else set()

    def find(self, program):
        return f"/usr/bin/{program}" if program in self.programs else None

    def sleep(self, seconds):
        self.slept.append(seconds)

    def run(self, argv):
        self.asked.append(argv)
        if argv[1:3] == ("-I", "-c") and self.loads is not None:
            return json.dumps(self.loads)
        if argv[0] not in self.programs:
            raise FileNotFoundError(f"{argv[0]} is not installed")
        if any(argv[: len(start)] == start for start in self.failing):
            raise VantageError(f"{argv[0]} failed with code 1: Failed to connect to bus")
        return getattr(self, f"_{argv[0]}")(argv[1:])

    def _systemctl(self, words):
        words = tuple(word for word in words if word != "--user")
        if words[0] == "restart":
            self.runners.add("systemctl")
        elif words[0] in ("disable", "stop"):
            self.runners.discard("systemctl")
        elif "--property=FragmentPath" in words:
            return f"{self.fragment}\n"
        elif words[0] == "show":
            return "Fri 2026-11-27 09:07:12 UTC\n" if "systemctl" in self.runners else "\n"
        return ""

    def _loginctl(self, words):
        return "yes\n" if self.lingers else "no\n"

    def _launchctl(self, words):
        if words[0] == "print" and self.ending and "launchctl" not in self.runners:
            self.ending -= 1
        elif words[0] == "bootstrap":
            if self.busy or self.ending:
                self.busy = max(0, self.busy - 1)
                raise VantageError("launchctl failed with code 5: Bootstrap failed: 5: Input/output error")
            self.runners.add("launchctl")
        elif "launchctl" not in self.runners:
            raise VantageError("launchctl failed with code 3: Boot-out failed: 3: No such process")
        elif words[0] == "bootout":
            self.runners.discard("launchctl")
        return "state = not running\n"

    def _schtasks(self, words):
        if words[0] == "/Create":
            self.runners.add("schtasks")
            self.task = Path(words[words.index("/XML") + 1]).read_text("utf-16")
        elif "schtasks" not in self.runners:
            raise VantageError("schtasks failed with code 1: ERROR: The system cannot find the file specified.")
        elif words[0] == "/Delete":
            self.runners.discard("schtasks")
        elif "/XML" in words:
            return self.task
        return '"\\netguard","11/27/2026 9:23:00 AM","Ready"\r\n'

    def _crontab(self, words):
        if words == ("-l",):
            if self.crontab is None:
                raise VantageError("crontab failed with code 1: no crontab for alice")
            return self.crontab
        self.crontab = None if words == ("-r",) else Path(words[0]).read_text()
        return ""


def written(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def without_history(files):
    return {name: data for name, data in files.items() if "netguard.db" not in name}
