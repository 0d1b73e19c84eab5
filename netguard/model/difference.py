"""What changed between two scans, `netguard.diff/1`: each change once, in one word, with its cause."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netaddr import IPNetwork

from netguard.model.acceptance import Acceptance
from netguard.model.known import KnownDevice
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Depth, Severity

SCHEMA = "netguard.diff/1"


class Cause(StrEnum):
    """Why something is told: only `network` says that the home itself is another."""

    NETWORK = "network"
    RULES = "rules"
    """The facts are the same, and today's rules judge them otherwise."""
    VANTAGE = "vantage"
    """It was looked at from elsewhere, with other rights or another depth: it may have been so all along."""


class Kind(StrEnum):
    """What a change is about."""

    DEVICE = "device"
    SERVICE = "service"
    ACCESS_POINT = "access-point"
    MAPPING = "mapping"
    FIRMWARE = "firmware"


class Turn(StrEnum):
    """What became of it."""

    NEW = "new"
    GONE = "gone"
    BACK = "back"
    """It was known, was gone, and is there again."""
    CHANGED = "changed"


class Fate(StrEnum):
    """What became of a finding."""

    NEW = "new"
    PERSISTING = "persisting"
    WORSENED = "worsened"
    IMPROVED = "improved"
    RESOLVED = "resolved"
    UNOBSERVED = "unobserved"
    """It stood open and could not be looked at this time: neither resolved nor persisting."""
    REGRESSED = "regressed"
    """It had been resolved in an earlier scan, and stands open again."""
    ACCEPTANCE_EXPIRED = "acceptance-expired"
    """It was accepted at the time of the older scan, and no longer is."""


QUIET = frozenset({Fate.PERSISTING, Fate.UNOBSERVED})
"""Fates that make no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One thing about it that is another than before: `address`, `mac`, `security`, `firmware`."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One device, port, access point, mapping or firmware that came, went, came back or changed."""

    kind: Kind
    turn: Turn
    cause: Cause
    subject: str
    """Key of the device it is about (of the gateway for a mapping), or `wifi:<bssid>`."""
    name: str
    """What a person calls that."""
    what: str | None = None
    """Which of its parts: `tcp/23` of a service, `tcp/8443/192.168.1.20/443` of a mapping; null for the whole of it."""
    attributes: tuple[Attribute, ...] = ()
    """What changed of it; of something new or back what it is, with `before` null. `seen`, which is `between`, says of that
    that the newer scan does not show it, and one between the two did."""
    findings: tuple[str, ...] = ()
    """Fingerprints of findings of this difference that come from it, so that nobody reads of one thing twice."""
    address: str | None = None
    """Where the device of the subject is: its first IPv4 address, of one that is not seen the last; null where none is
    known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """What became of one finding."""

    fingerprint: str
    check: str
    fate: Fate
    cause: Cause | None
    """Null for what makes no difference, and for an acceptance that ended: there only the calendar moved."""
    target: str
    name: str
    """What a person calls the target."""
    title: str
    severity: Severity
    """In the newer scan; in the older one where it is not open in the newer."""
    was: Severity | None = None
    """In the older scan; null where it was not open there."""
    why: str | None = None
    """Of one that is unobserved why it could not be looked at, and of one that only a scan between the two saw as it is told
    that it was so; else null."""
    accepted: bool = False
    """Whether the person lives with it on the day of the comparison: it is told, and is nothing to act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unobserved:
    """Something of the older scan that the newer one does not show, and of which that says nothing yet."""

    kind: Kind
    subject: str
    name: str
    what: str | None = None
    why: str
    """`not seen this time; it is told as gone when it is missing again`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two scans."""

    id: str
    started_at: datetime
    depth: Depth
    interface: str
    prefix: IPNetwork
    privileged: bool
    grade: str | None
    rules: str
    """Digest of the rules it was judged by when it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From the older scan to the newer. Times are in UTC; everything is in a fixed order, the weightiest first."""

    schema: str = SCHEMA
    site: str
    old: Side
    new: Side
    changes: tuple[Change, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    """Of every finding that is open in one of the two, persisting ones included."""
    unobserved: tuple[Unobserved, ...] = ()
    remarks: tuple[str, ...] = ()
    """What a reader must know of the comparison, a sentence each: other rules, another network, fewer rights."""

    @property
    def told(self) -> tuple[FindingChange, ...]:
        """The findings that make a difference."""
        return tuple(f for f in self.findings if f.fate not in QUIET)

    @property
    def pressing(self) -> tuple[FindingChange, ...]:
        """Those of `told` that the person has not accepted."""
        return tuple(f for f in self.told if not f.accepted)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed: what persists and what could not be looked at is no change."""
        return not (self.changes or self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a comparison of two scans of one site knows beside them; all of it may be empty."""

    rejudged: Scan | None = None
    """The older scan's facts as the rules judge them by which the newer is judged; null where both had the same rules."""
    known: tuple[KnownDevice, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    series: tuple[Entry, ...] = ()
    """The site's scans up to the newer one, oldest first, as many as matter; both scans are among them where saved."""
