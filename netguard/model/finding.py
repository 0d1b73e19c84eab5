"""Findings: what the checks of the day made of the facts."""

import hashlib
from dataclasses import dataclass

from netguard.model.vocabulary import Confidence, Severity, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement about one subject."""

    fingerprint: str
    check: str
    status: Status
    severity: Severity
    confidence: Confidence
    target: str
    """A device key, or `segment:<prefix>`, or `wifi:<name, or BSSID of one without>`, or `network`."""
    title: str
    why: str
    fix: str
    evidence: tuple[str, ...] = ()
    """Ids of the observations it rests on."""
    references: tuple[str, ...] = ()


def fingerprint(check: str, identity: str, discriminator: str = "") -> str:
    """The name of a finding across scans: 32 hex digits.

    It is made of the check, who it is about and what tells it from its siblings (`tcp/23`),
    and never of a time, an address, a banner or wording.
    """
    return hashlib.sha256(f"{check}\x1f{identity}\x1f{discriminator}".encode()).hexdigest()[:32]
