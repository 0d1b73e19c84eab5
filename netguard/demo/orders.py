"""What the process that holds a home is told, and what it answers: one JSON document a line."""

from dataclasses import dataclass, field
from typing import Literal

from netguard.demo.homes import Home

Kind = Literal["namespaces", "user-namespace", "loopback"]
KINDS: tuple[Kind, ...] = ("namespaces", "user-namespace", "loopback")
"""The ways to have a home, the most real one first."""

COUNTERS, CLOSE = "counters", "close"
"""The words that follow the order, a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The first line: build this home in that way, with these daemons (name → executable)."""

    kind: Kind
    home: Home
    daemons: dict[str, str]
    folder: str
    """Where the daemons were unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The answer: the home is up, or `failed` says why not.

    `process` is the process that holds the namespaces, `network` and `mounts` its descriptors of the laptop's.
    """

    failed: str | None = None
    process: int = 0
    network: int = 0
    networks: dict[str, int] = field(default_factory=dict)
    """Device name → descriptor of its network; empty on loopback."""
    mounts: int = 0
    interface: str = ""
    address: str = ""
    prefix: str = ""
    daemons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
