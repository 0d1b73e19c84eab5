"""One finding over time, in words: by whom it is accepted and until when, how to accept it, and since when it stands."""

import re
import shlex
from datetime import date, datetime
from typing import TYPE_CHECKING

from netguard.model.acceptance import Acceptance
from netguard.model.overlay import Decisions, Standing
from netguard.report import words
from netguard.report.overlay_shape import DecisionView
from netguard.report.subjects import prose

if TYPE_CHECKING:
    from netguard.report.shape import FindingView

SOON = 14
"""Days before its end from which a decision says how soon that is: time enough for one more weekly scan."""

SHORT = 12
"""Hexadecimal digits of a fingerprint that a person is given to type: two of a home's are never alike in so many."""

FINGERPRINT = re.compile(r"[0-9a-f]{32}")
ID = re.compile(r"[0-9a-f]{8}")
"""What a decision is called where that is part of a command to type."""
SITE = re.compile(r"\w[\w .'&()+-]{0,63}")
"""What a site may be called there: letters of any language, in quotes where a shell asks for them."""


def decision(said: Acceptance, day: date | None) -> DecisionView:
    """One decision as it is said on `day`; without one nothing is said of how soon it ends."""
    left = (said.until - day).days if day is not None else SOON + 1
    soon = "today is the last day" if left == 0 else f"in {words.count(left, 'day')}"
    return DecisionView(
        owner=prose(said.owner) or "somebody",
        until=words.day(said.until) + (f" ({soon})" if 0 <= left <= SOON else ""),
        reason=prose(said.reason) or "no reason was noted",
        take_back=f"netguard accept remove {said.id}" if ID.fullmatch(said.id) else None,
    )


def titled(finding: "FindingView") -> str:
    """Its title where findings are only listed: with that it is accepted, if so."""
    return f"{finding.title} (accepted)" if finding.decision is not None else finding.title


def how_to_accept(fingerprint: str, decisions: Decisions) -> str | None:
    """The command that accepts what bears `fingerprint`; null where the history does not have the scan, or it is no name."""
    if not decisions.saved or not FINGERPRINT.fullmatch(fingerprint):
        return None
    if decisions.site is not None and not SITE.fullmatch(decisions.site):
        return None
    site = f" --site {shlex.quote(decisions.site)}" if decisions.site is not None else ""
    return f"netguard accept {fingerprint[:SHORT]}{site} --reason WHY --until DATE"


def since(said: Standing, now: datetime) -> str:
    """`since 3 September 2025, in 5 scans`; `since before` that day where the first scan that was looked at had it already."""
    more = " or more" if said.least else ""
    return (
        f"since {'before ' * said.before}{words.local_day(said.since, now)}, in {words.count(said.scans, 'scan')}{more}"
    )
