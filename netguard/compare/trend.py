"""Scans over time in short: what each told, since when each problem stands, and what happened to one device. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netguard.model.known import KnownDevice
from netguard.model.timeline import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Since when a finding stands open."""

    first_at: datetime
    """When the first scan began that found it open since it was last resolved."""
    scans: int
    """How many scans found it open since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a device, as a scan saw it."""

    at: datetime
    scan_id: str
    what: str
    """`seen` for the first time, `gone`, `back`, `address`, `mac`, `firmware`, `name`, `role`, `port`, `finding`."""
    before: str | None
    after: str | None


def told(entries: Sequence[Entry]) -> tuple[tuple[int, int], ...]:
    """(new, resolved) findings of each entry, against the newest earlier finished one of the same place.

    `entries` are of one site, oldest first. An entry that nothing of the same place comes before has (open, 0): all that
    it found is new.
    """
    answers = []
    for n, entry in enumerate(entries):
        mine = {o.fingerprint for o in entry.summary.open}
        before = {o.fingerprint for o in entries[n - 1].summary.open} if n else set[str]()
        answers.append((len(mine - before), len(before - mine)))
    return tuple(answers)


def standing_since(entries: Sequence[Entry], known: Sequence[KnownDevice] = ()) -> Mapping[str, Since]:
    """By the fingerprint that it has in the last entry: since when each finding that is open there stands open."""
    del known
    answers: dict[str, Since] = {}
    for entry in entries:
        mine = {o.fingerprint for o in entry.summary.open}
        answers = {
            fp: Since(
                first_at=answers[fp].first_at if fp in answers else entry.line.started_at,
                scans=answers[fp].scans + 1 if fp in answers else 1,
            )
            for fp in mine
        }
    return answers


def story(entries: Sequence[Entry], device: KnownDevice) -> tuple[Event, ...]:
    """What happened to `device` over `entries` (oldest first, of its site), in that order."""
    keys = {device.key, *device.former_keys}
    for entry in entries:
        if any(d.key in keys for d in entry.summary.devices):
            return (
                Event(at=entry.line.started_at, scan_id=entry.line.id, what="seen", before=None, after=device.name),
            )
    return ()
