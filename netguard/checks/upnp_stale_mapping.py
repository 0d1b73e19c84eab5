"""A port of the router still leads to an address of the home's network that nothing has any more.

| circumstance | severity |
|---|---|
| it has no end, or the router does not say until when | medium |
| it ends by itself | low |
| the router lists it as switched off | info |

Certain where the device that it was for was seen at another address now; likely where every address was asked by ARP;
possible where it was asked by ping alone, which some do not answer. An address that was asked by neither, or that may be a personal device's which
the scan left out, is not called unused: upnp-port-mapping judges it. One that a lock or hub had last which was not seen is
upnp-port-mapping-lock's. Passes when the router named all its mappings and none is of this kind, or offers no UPnP in any
way it was asked and no NAT-PMP or PCP either. Unknown when it was not asked, did not answer, or did not name them all. Does
not apply to a network without a router to the internet. It errs where the device is switched off or away and comes back to
the same address.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._mappings import (
    REFERENCES,
    REMOVE_MAPPING,
    Door,
    Sort,
    about,
    called,
    date,
    doors,
    elsewhere,
    everybody_was_asked,
    how_to_close,
    leads,
    rest,
    shown,
)
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity
from netguard.rules.loader import Rules

NONE = "forwards no port to an address that nothing has"

CHECK = Check(
    id="upnp-stale-mapping",
    title="No forgotten port stands open",
    why=(
        "Whatever gets that address next is open to the internet from its first minute: a new phone, a guest's laptop, or "
        "the lock's bridge after the router was restarted."
    ),
    remedy=REMOVE_MAPPING,
    references=(*REFERENCES, "CWE-668"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per such mapping, and one about the router's list where there is none or it is not whole."""
    found = doors(scan, past, Sort.STALE)
    yield from (_judged(scan, door, past) for door in found)
    yield from rest(CHECK, scan, found, none=NONE)


def _judged(scan: Scan, door: Door, past: Past) -> Finding:
    subject = door.subject()
    confidence, before = _before(scan, door)
    severity = Severity.LOW if door.ends else Severity.MEDIUM
    nobody = "nothing was seen" if confidence is Confidence.POSSIBLE else "nothing is any more"
    return CHECK.fail(
        subject,
        title=f"{leads(scan, door, subject.name)}, where {nobody}",
        severity=Severity.INFO if door.is_off else severity,
        why=" ".join(filter(None, (CHECK.why, before, about(scan, past, door)))),
        fix=how_to_close(scan, door),
        discriminator=door.name,
        confidence=confidence,
        evidence=shown(scan, door),
    )


def _before(scan: Scan, door: Door) -> tuple[Confidence, str]:
    """How sure it is that the address is unused, and who had it before."""
    known = door.known
    sure = Confidence.LIKELY if everybody_was_asked(scan, door.mapping.client) else Confidence.POSSIBLE
    if known is None:
        return sure, ""
    now = elsewhere(scan, known)
    if now is not None:
        at = f" and is at {now.addresses[0]} now" if now.addresses else ""
        return Confidence.CONFIRMED, f"{called(known)} had that address{at}."
    return sure, f"{called(known)} had that address when it was seen last, on {date(known.last_seen)}."
