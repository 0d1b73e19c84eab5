"""Gadgets (cameras, TVs, plugs, printers, ...) are on the same network as computers, phones and storage.

Severity is low: it makes every other weakness worse and is one by itself in few homes. One finding per network.
Passes when gadgets were seen, everybody was asked, everything is identified and no personal device is there. Unknown
when somebody could not be identified or asked. Not applicable where there are no gadgets. The computer netguard runs
on is left out: it may be there only to look.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._looked import names, others, others_named
from netguard.checks._segment import FIX, OWN_NETWORK, REFERENCES, segment, why_not_everybody
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import IOT_ROLES, PERSONAL_ROLES, Role, Severity
from netguard.rules.loader import Rules

CHECK = Check(
    id="iot-shares-segment",
    title="Gadgets and computers are on different networks",
    why=(
        "Gadgets are seldom updated and often reachable through their maker's cloud. "
        "One that is taken over can reach every computer and every shared folder of its own network."
    ),
    remedy=OWN_NETWORK,
    references=REFERENCES,
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """Exactly one finding about the network the scan was made from."""
    subject = segment(scan)
    seen = others(scan)
    gadgets = tuple(d for d in seen if d.role in IOT_ROLES)
    personal = tuple(d for d in seen if d.role in PERSONAL_ROLES)
    unidentified = tuple(d for d in seen if d.role is Role.UNKNOWN)
    if gadgets and (personal or scan.personal_devices):
        yield CHECK.fail(
            subject,
            title=f"{len(gadgets)} gadgets ({names(gadgets)}) on the same network as {others_named(scan, personal)}",
            severity=Severity.LOW,
            fix=FIX,
            evidence=[o for d in (*gadgets, *personal) for o in scan.observed(d.key, "link.reply")],
        )
    elif unidentified:
        yield CHECK.unknown(
            subject,
            because=f"{len(unidentified)} devices on it could not be identified",
            how="Find out what they are; the report lists them with everything that was seen.",
        )
    elif missed := why_not_everybody(scan):
        because, how = missed
        yield CHECK.unknown(subject, because=because, how=how)
    elif gadgets:
        yield CHECK.passed(subject, title="No computer, phone or storage on the gadgets' network")
    else:
        yield CHECK.not_applicable(subject, because="no gadget was seen on this network")
