"""A computer with schedulers that only remember what they were told."""

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
    running: bool = False
    lingers: bool = False

    def find(self, program):
        return f"/usr/bin/{program}" if program in self.programs else None

    def run(self, argv):
        self.asked.append(argv)
        if argv[0] not in self.programs:
            raise FileNotFoundError(f"{argv[0]} is not installed")
        if any(argv[: len(start)] == start for start in self.failing):
            raise VantageError(f"{argv[0]} failed with code 1: Failed to connect to bus")
        return getattr(self, f"_{argv[0]}")(argv[1:])

    def _systemctl(self, words):
        words = tuple(word for word in words if word != "--user")
        if words[0] == "restart":
            self.running = True
        elif words[0] == "disable":
            self.running = False
        elif words[0] == "show":
            return "Fri 2026-11-27 09:07:12 UTC\n" if self.running else "\n"
        return ""

    def _loginctl(self, words):
        return "yes\n" if self.lingers else "no\n"

    def _launchctl(self, words):
        known = self.running
        if words[0] == "bootstrap":
            self.running = True
        elif not known:
            raise VantageError("launchctl failed with code 3: Boot-out failed: 3: No such process")
        elif words[0] == "bootout":
            self.running = False
        return "state = not running\n"

    def _schtasks(self, words):
        if words[0] == "/Create":
            self.running = True
        elif not self.running:
            raise VantageError("schtasks failed with code 1: ERROR: The system cannot find the file specified.")
        elif words[0] == "/Delete":
            self.running = False
        return '"\\netguard","11/27/2026 9:23:00 AM","Ready"\r\n'

    def _crontab(self, words):
        if words == ("-l",):
            if self.crontab is None:
                raise VantageError("crontab failed with code 1: no crontab for alice")
            return self.crontab
        self.crontab = None if words == ("-r",) else Path(words[0]).read_text()
        return ""
