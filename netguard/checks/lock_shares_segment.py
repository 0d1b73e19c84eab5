"""Locks and their hubs are on the same network as everything else.

Severity is medium: nothing is open by it alone, but whatever gets onto any device of the home stands before the door.
One finding per network. Passes when locks were seen, everybody was asked, everything is identified and nobody else is
there. Unknown when no lock was recognised among unidentified devices, not everybody could be asked, or the only locks
are declared ones that were not seen. It errs where the access point keeps its clients apart: that cannot be seen from
one of them alone.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._looked import absent, names, others, others_named
from netguard.checks._segment import FIX, OWN_NETWORK, REFERENCES, segment, why_not_everybody
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, INFRASTRUCTURE_ROLES, Role, Severity
from netguard.rules.loader import Rules

MOST_TOLD = 4
"""Unseen locks whose waking is told at once; the report lists them all."""

CHECK = Check(
    id="lock-shares-segment",
    title="Locks are on a network of their own",
    why=(
        "On one shared network every phone, TV and camera can talk to the lock's bridge directly. "
        "A single infected gadget or guest's laptop is then as near to the door as you are."
    ),
    remedy=OWN_NETWORK,
    references=REFERENCES,
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """Exactly one finding about the network the scan was made from."""
    subject = segment(scan)
    seen = others(scan)
    doors = tuple(d for d in seen if d.role in DOOR_ROLES)
    strangers = tuple(d for d in seen if d.role not in DOOR_ROLES | HUB_ROLES | INFRASTRUCTURE_ROLES | {Role.UNKNOWN})
    unidentified = tuple(d for d in seen if d.role is Role.UNKNOWN)
    expected = absent(scan, DOOR_ROLES)
    if doors and (strangers or scan.personal_devices):
        yield CHECK.fail(
            subject,
            title=f"{names(doors)} on the same network as {others_named(scan, strangers)}",
            severity=Severity.MEDIUM,
            fix=FIX,
            evidence=[o for d in doors for o in scan.observed(d.key, "link.reply")],
        )
    elif doors and unidentified:
        yield CHECK.unknown(
            subject,
            because=f"{len(unidentified)} devices on it could not be identified",
            how="Find out what they are; the report lists them with everything that was seen.",
        )
    elif unidentified:
        no_lock = f"no declared lock ({names(expected)}) was seen" if expected else "no lock was recognised"
        yield CHECK.unknown(
            subject,
            because=f"{no_lock}, and {len(unidentified)} devices could not be identified",
            how="Find out what they are; a lock may be among them, or be asleep, or have no IP address.",
        )
    elif missed := why_not_everybody(scan):
        because, how = missed
        yield CHECK.unknown(subject, because=because, how=how)
    elif doors:
        yield CHECK.passed(subject, title=f"{names(doors)} on a network of their own")
    elif expected:
        yield CHECK.unknown(
            subject,
            because=f"no declared lock ({names(expected)}) was seen on it",
            how=" ".join(f"{d.name}: {d.unseen or 'Wake it and scan again.'}" for d in expected[:MOST_TOLD]),
        )
    else:
        yield CHECK.not_applicable(
            subject, because="no lock was seen on this network, and everything on it is identified"
        )
