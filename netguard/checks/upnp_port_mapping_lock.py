"""A port of the router leads from the internet to a lock, hub or alarm, or to something that may be one.

| circumstance | severity |
|---|---|
| what answers there asks for no login, or is a service that rules/ports.yaml calls critical | critical |
| it leads to a lock, lock hub, smart-home hub or alarm | high |
| it leads to something unidentified: every port, or one that strangers look for or rules/ports.yaml calls high | high |
| it leads to something unidentified, any other port | medium |
| nothing answers on that port now, or only named addresses of the internet may come in | one step less |
| the router lists it as switched off | low |

It is as certain as what the device is; possible where it is unidentified. A lock that was not seen, and had the address
when it was seen last, is still behind its door: likely. Passes when the router named all its mappings and none is of this
kind, or offers no UPnP in any way it was asked and no NAT-PMP or PCP either. Unknown when it was not asked, did not
answer, or did not name them all. Does not apply to a network without a router to the internet. It errs where the address
went to another device and the lock has another one now that was not seen; and it cannot see ports that were forwarded by
hand where the router keeps those out of its list.
"""

from collections.abc import Iterator

from netguard.checks._answering import Answering, answering, is_risky
from netguard.checks._contract import Check
from netguard.checks._looked import fix_on
from netguard.checks._mappings import (
    REFERENCES,
    REMOVE_MAPPING,
    Door,
    Sort,
    about,
    called,
    doors,
    how_to_close,
    leads,
    rest,
    shown,
)
from netguard.checks._services import COMMANDING, one_step_less
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity
from netguard.rules.loader import Rules

NONE = "forwards no port to a lock, hub or alarm"

CHECK = Check(
    id="upnp-port-mapping-lock",
    title="No port leads from the internet to a lock or hub",
    why=(
        "Through it anybody on the internet can talk to what opens the door, at any hour and as often as they like. Programs "
        "that search the whole internet for open ports find it by themselves."
    ),
    remedy=REMOVE_MAPPING,
    references=(*REFERENCES, "CWE-668"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per such mapping, and one about the router's list where there is none or it is not whole."""
    found = doors(scan, past, Sort.LOCK)
    yield from (_judged(scan, door, rules, past) for door in found)
    yield from rest(CHECK, scan, found, none=NONE)


def _judged(scan: Scan, door: Door, rules: Rules, past: Past) -> Finding:
    behind = answering(scan, door, rules)
    device, known = door.device, door.known
    identified = device is None or device.role in COMMANDING
    if device is not None:
        subject, unseen = door.subject(), ""
        confidence = device.confidence if identified else Confidence.POSSIBLE
    else:
        subject = door.subject(called=called(known) if known is not None else None)
        unseen, confidence = f"{subject.name} was not seen in this scan. ", Confidence.LIKELY
    doubt = "" if identified else ", which may be a lock: nobody knows what it is"
    fix = how_to_close(scan, door)
    return CHECK.fail(
        subject,
        title=leads(scan, door, subject.name) + doubt,
        severity=_severity(door, behind, identified=identified),
        why=" ".join(filter(None, (CHECK.why, unseen.strip(), behind.said, about(scan, past, door)))),
        fix=fix_on(device, rules, CHECK.id, fix) if device is not None else fix,
        discriminator=door.name,
        confidence=confidence,
        evidence=(*shown(scan, door), *behind.evidence),
    )


def _severity(door: Door, behind: Answering, *, identified: bool) -> Severity:
    if door.is_off:
        return Severity.LOW
    if behind.state == "open" and (behind.to_anybody or behind.risk is Severity.CRITICAL):
        found = Severity.CRITICAL
    else:
        found = Severity.HIGH if identified or is_risky(door, behind) else Severity.MEDIUM
    return one_step_less(found) if behind.state == "closed" or door.is_limited else found
