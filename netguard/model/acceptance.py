"""Risks that a person has decided to live with, for a while."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One decision: which finding, or which check on which device, until when, why, and who decided. Matches exactly.

    Either `fingerprint` is given, or `check` and `device`.
    """

    id: str
    """The history's own name for it: 8 hexadecimal digits."""
    site: str
    fingerprint: str | None = None
    check: str | None = None
    device: str | None = None
    """The key that the device had when it was accepted, or another target (`wifi:…`, `segment:…`, `network`)."""
    reason: str
    owner: str
    """Who decided, in their own words."""
    accepted_at: datetime
    until: date
    """The last day on which it holds, in this computer's calendar."""
