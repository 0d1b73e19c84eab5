"""What a report says about rules for the router: the plan, the text, the way back and the proof, in words and in order.

As in `shape.py`, every text is one line without control characters, but a file's: that one comes from the snippet engine,
which lets nothing into it but checked values, and is shown to the letter.
"""

from dataclasses import dataclass
from typing import Literal

from netguard.report.shape import FindingView

Cell = Literal["closed", "kept", "beyond", "wrong", "none"]
"""What became of the questions of one to another: fewer are answered, as many, the router is not asked, other than planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of a sentence; `code` is what is to be typed or looked for to the letter."""

    text: str
    code: bool = False


Sentence = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What the platform has no words for, and what to do instead."""

    label: str
    text: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentView:
    """One device, where it is today and where it will be."""

    name: str
    """What the person calls it; the plan's name where the scan did not see it."""
    planned: str
    """Its name in the plan."""
    door: bool
    today: str
    tomorrow: str
    moves: bool
    reached: tuple[str, ...]
    """From where it may be reached: `TCP 8443 from trusted`."""
    goes: tuple[str, ...]
    """Where it may go in the internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlanView:
    """One network of tomorrow."""

    name: str
    what: str
    """What it is for."""
    details: str
    """`VLAN 20, 10.77.2.0/24, br-iot on the router`."""
    rule: str
    """What who lives there may, in a sentence."""
    residents: tuple[ResidentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """One file for the router. `anchor` is a name made by the view, safe in an attribute."""

    anchor: str
    name: str
    what: str
    lines: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """How many questions were answered before, and with the rules."""

    text: str
    kind: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """Whoever asks, and a cell for each column."""

    who: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorView:
    """A port that the scan found open, and what becomes of it for who is in another network."""

    port: str
    """`lock-hub-1, TCP 23`."""
    answered: CellView
    told: str
    """`closed`, or who may still reach it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """What the proof showed."""

    sentence: str
    """How it was made, of how many questions, and how it came out."""
    run: bool
    """Whether packets decided."""
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    notes: tuple[str, ...]
    """What must be known to read the matrix."""
    doors: tuple[DoorView, ...]
    """What the scan found open on members that live apart."""
    works: tuple[str, ...]
    """What the plan allows and is answered: `hub to lock-cloud.example: TCP 443, TCP 8883`."""
    more_works: int
    """How many of them are not listed."""
    closed: tuple[str, ...]
    """What was answered before and is not any more."""
    more_closed: int
    wrong: tuple[str, ...]
    """What came out other than the plan says; a report with such a line has to say so first."""
    more_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What changes on the router, and how."""

    platform: str
    label: str
    """How the rules were checked, in a sentence."""
    proven: bool
    """Whether packets or the maker's own program checked them."""
    today: str
    networks: tuple[NetworkPlanView, ...]
    left_out: tuple[str, ...]
    """Devices of the scan that are no members."""
    closes: tuple[FindingView, ...]
    needs: tuple[Sentence, ...]
    steps: tuple[Sentence, ...]
    by_hand: tuple[Instead, ...]
    files: tuple[FileView, ...]
    undo: tuple[Sentence, ...]
    after: tuple[Sentence, ...]
    checks: tuple[str, ...]
    """Commands that show on the router whether it is so."""
    proof: ProofView | None
    """Null where nobody asked for one."""
