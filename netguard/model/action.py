"""Actions: what a person can do, and which findings it closes."""

from dataclasses import dataclass
from typing import Literal

from netguard.model.vocabulary import Needs, Transport

IntentKind = Literal[
    "isolate-segment",
    "move-device",
    "reserve-address",
    "deny-flow",
    "allow-flow",
    "disable-feature",
    "remove-mapping",
    "reflect-mdns",
    "set-wifi-security",
    "change-credential",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing a router or device should do, free of any vendor's words. What does not apply is null."""

    kind: IntentKind
    device: str | None = None
    segment: str | None = None
    peer: str | None = None
    transport: Transport | None = None
    port: int | None = None
    feature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step, and the fingerprints of the findings that it closes."""

    id: str
    title: str
    closes: tuple[str, ...]
    needs: Needs
    loses: tuple[str, ...] = ()
    """What the person gives up, and how to keep it."""
    how: tuple[str, ...] = ()
    """What to do in this home, in this order; empty where what the findings say of it is all."""
    intents: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What a check says would close its findings; the stage `advise` joins those with the same `group`."""

    group: str
    """Findings with the same group and scope are closed by one action: `segment`, `close-port`."""
    title: str
    """Title of the action; `{device}` stands for the device's name."""
    needs: Needs
    per_device: bool = True
    """False when one step closes it for the whole segment."""
    loses: tuple[str, ...] = ()
    intent: IntentKind | None = None
    feature: str | None = None
    """What `intent` is about: `wps`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The worst that stands open. `letter` is null when too little could be looked at to say."""

    letter: Literal["A+", "A", "B", "C", "D", "F"] | None
    best_possible: Literal["A+", "A", "B", "C", "D", "F"] | None
    evaluated: float
    """Share of the judgements that could be made, 0 to 1."""
    because: tuple[str, ...] = ()
    """Fingerprints of the findings that decide the letter."""

    def __post_init__(self) -> None:
        if not 0 <= self.evaluated <= 1:
            raise ValueError(f"evaluated is {self.evaluated}, a share lies between 0 and 1")
