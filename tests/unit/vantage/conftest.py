"""Recorded computers: what their own tools and files said, played back to the back-ends on any system."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netguard.errors import VantageError
from netguard.vantage.system import Machine

FOLDER = Path(__file__).parent / "recorded"


@dataclass
class Recorded:
    """One file of `recorded/`: `$ command`, `@ file` and `% folder` sections."""

    sections: dict[str, str]
    installed: frozenset[str] = frozenset()
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, argv: tuple[str, ...]) -> str:
        self.asked.append(argv)
        if argv[0] == "powershell":
            argv = ("powershell", "look" if "adapters=" in argv[-1] else "neighbours")
        said = self.sections.get("$ " + " ".join(argv))
        if said is not None:
            return said
        if any(key.startswith(f"$ {argv[0]} ") or key == f"$ {argv[0]}" for key in self.sections):
            raise VantageError(f"{argv[0]} failed with code 1")
        raise FileNotFoundError(f"{argv[0]} is not installed")

    def read(self, path: str) -> str:
        return self._file(f"@ {path}")

    def names(self, folder: str) -> tuple[str, ...]:
        return tuple(self._file(f"% {folder}").split())

    def _file(self, key: str) -> str:
        try:
            return self.sections[key]
        except KeyError:
            raise FileNotFoundError(key) from None

    @property
    def machine(self) -> Machine:
        return Machine(
            read=self.read, names=self.names, find=lambda tool: f"/bin/{tool}" if tool in self.installed else None
        )

    def without(self, beginning: str) -> "Recorded":
        kept = {k: v for k, v in self.sections.items() if not k.startswith(beginning)}
        return Recorded(kept, self.installed)

    def saying(self, key: str, text: str) -> "Recorded":
        return Recorded(self.sections | {key: text}, self.installed)


@pytest.fixture
def recorded() -> Callable[..., Recorded]:
    def load(name: str, *installed: str) -> Recorded:
        sections: dict[str, list[str]] = {}
        current: list[str] = []
        for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line[:2] in ("$ ", "@ ", "% "):
                current = sections.setdefault(line, [])
            else:
                current.append(line)
        return Recorded({k: "\n".join(v) + "\n" for k, v in sections.items()}, frozenset(installed))

    return load
