"""What is said of a difference between two scans: already in words and in order, free of any format's escaping.

As in `shape.py`, every text is one line without control characters, and still hostile: a format escapes it in its own way.
"""

from dataclasses import dataclass
from typing import Literal

from netguard.model.vocabulary import Severity
from netguard.report.shape import Said, Tone

Way = Literal["new", "gone", "back", "changed", "worse", "better", "closed", "open"]
"""How a line is marked; the word that is said is `Line.word`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """What became of one finding: `worse`, `High (was Medium)`, its title."""

    way: Way
    word: str
    severity: Severity
    severity_word: str
    was: str | None
    """What its severity was, in words, where it is another now."""
    title: str
    name: str
    """Whom it is about."""
    check: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change in a sentence, with what was found in its wake."""

    way: Way
    word: str
    what: str
    """`Device`, `Port`, `Wi-Fi`, `Way in from the internet`, `Firmware`."""
    sentence: str
    details: tuple[Said, ...] = ()
    """What it is now and what it was: `Address`, `192.168.20.5, was 192.168.20.4`."""
    findings: tuple[FindingLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Changes and findings of one cause, under a heading of their own."""

    title: str
    lead: str
    """What the heading means, in a sentence; empty where that is plain."""
    anchor: str
    changes: tuple[Line, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    """Those that no change of these brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlooked:
    """What was there and could not be looked at this time, for one reason."""

    because: str
    what: tuple[str, ...]
    """Each in words; several of the same words once, with how many they are: `Hue bulb (5)`."""
    numbers: tuple[int, ...]
    """How many each of `what` stands for."""

    def beyond(self, named: int) -> int:
        """How many there are when the first `named` of `what` are left out."""
        return sum(self.numbers[named:])


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """One of the two scans."""

    label: str
    scan: str
    when: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """The whole difference, in the order in which it is said."""

    site: str
    subtitle: str
    sentence: str
    """`Nothing changed since 14 November 2025, 18:04 UTC (scan 4f1c20aa91be).`"""
    meaning: str
    """What stands behind the number: the grade before and now, and what stands open as before."""
    tone: Tone
    badge: str
    """How many things changed in the home: `0` where none did."""
    told: tuple[Told, ...]
    unlooked: tuple[Unlooked, ...]
    remarks: tuple[str, ...]
    sides: tuple[SideView, SideView]
