"""A port of the router leads from the internet into the home, to something that is neither lock, hub nor alarm.

| circumstance | severity |
|---|---|
| what answers there asks for no login, or is a service that rules/ports.yaml calls critical | critical |
| it leads to a camera, doorbell or NAS, or to the router itself | high |
| it leads out again to an address of the internet, or to everything at once (broadcast, multicast) or to loopback | high |
| every port leads there, or one that strangers look for or rules/ports.yaml calls high, whatever it leads to | high |
| it leads to another gadget, or to an address that cannot be looked at from here | medium |
| it leads to a computer, phone, tablet or console, to any other port | low |
| nothing answers on that port now, or only named addresses of the internet may come in | one step less |
| the router lists it as switched off | info |

Passes when the router named all its mappings and none is of this kind, or offers no UPnP in any way it was asked and no
NAT-PMP or PCP either. Unknown when it was not asked, did not answer, or did not name them all. Does not apply to a network
without a router to the internet. It errs where a game or call needs the port and somebody knows of it, where a home has
public addresses of its own beyond the network that was scanned, and it cannot see ports that were forwarded by hand where
the router keeps those out of its list.
"""

from collections.abc import Iterator

from netaddr import IPAddress

from netguard.checks._answering import Answering, answering, is_risky
from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on
from netguard.checks._mappings import (
    REFERENCES,
    REMOVE_MAPPING,
    Door,
    Sort,
    about,
    doors,
    how_to_close,
    leads,
    rest,
    shown,
)
from netguard.checks._services import WATCHING, one_step_less
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, PERSONAL_ROLES, Confidence, Role, Severity
from netguard.rules.loader import Rules

NONE = "forwards no other port into the home"

PRIZED = WATCHING | INFRASTRUCTURE_ROLES | {Role.NAS}
"""What strangers look for: pictures, files, and the router itself."""

OPENED_BY_PLAY = PERSONAL_ROLES - {Role.NAS}
"""What opens ports for games and calls, and has a screen that shows it."""

CHECK = Check(
    id="upnp-port-mapping",
    title="No port leads from the internet into the home",
    why=(
        "Through it anybody on the internet can talk to a device at home, which then is as safe as that device's own "
        "firmware and password. Whoever takes it over stands in the same network as the lock."
    ),
    remedy=REMOVE_MAPPING,
    references=(*REFERENCES, "CWE-668"),
)

EVERYBODY = IPAddress("255.255.255.255")
"""Everybody on the network (RFC 919, 7); ZyXEL's manuals name it as what a UDP mapping may lead to."""

NOT_SEEN = {
    (True, True): "It may be a personal device's; those were left out of this scan.",
    (True, False): "Whether something has that address was not asked in this scan.",
    (False, True): "It is on another network than the one that was scanned, so nothing of it was seen.",
    (False, False): "It is on another network than the one that was scanned, so nothing of it was seen.",
}
"""Why no device is known to have an address: whether the address is of the scanned network, and personal ones left out."""

RELAY = (
    "It makes the router pass on strangers' traffic in your name, which nobody at home has a use for: a sign of abuse."
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per such mapping, and one about the router's list where there is none or it is not whole."""
    found = doors(scan, past, Sort.OTHER)
    yield from (_judged(scan, door, rules, past) for door in found)
    yield from rest(CHECK, scan, found, none=NONE)


def _judged(scan: Scan, door: Door, rules: Rules, past: Past) -> Finding:
    behind = answering(scan, door, rules)
    subject, device = door.subject(), door.device
    remark, severity = _unseen(scan, door, subject) if device is None else (behind.said, _plain(scan, door))
    fix = how_to_close(scan, door)
    return CHECK.fail(
        subject,
        title=leads(scan, door, _called(scan, door, subject)),
        severity=_severity(door, behind, severity),
        why=" ".join(filter(None, (CHECK.why, remark, about(scan, past, door)))),
        fix=fix_on(device, rules, CHECK.id, fix) if device is not None else fix,
        discriminator=door.name,
        confidence=Confidence.CONFIRMED if device is None else device.confidence,
        evidence=(*shown(scan, door), *behind.evidence),
    )


def _called(scan: Scan, door: Door, subject: Subject) -> str:
    device = door.device
    if device is not None and device.key == door.gateway.device:
        return f"the router itself ({subject.name})"
    if device is not None and scan.vantage.address in device.addresses:
        return "this computer"
    return subject.name


def _plain(scan: Scan, door: Door) -> Severity:
    """How bad it is by the device alone."""
    device = door.device
    if device is None:
        return Severity.MEDIUM
    if scan.vantage.address in device.addresses:
        return Severity.LOW
    if device.key == door.gateway.device or device.role in PRIZED:
        return Severity.HIGH
    return Severity.LOW if device.role in OPENED_BY_PLAY else Severity.MEDIUM


def _unseen(scan: Scan, door: Door, subject: Subject) -> tuple[str, Severity]:
    """What to say of an address that no device of the document has, and how bad it is by that alone."""
    client = door.mapping.client
    if client is None:
        return f"{subject.name} is no address that netguard can read.", Severity.MEDIUM
    if client.is_loopback() or not int(client):
        return "That address is the router itself.", Severity.HIGH
    if client.is_multicast() or client in (EVERYBODY, scan.vantage.segment.prefix.broadcast):
        return "That address is everybody's at once.", Severity.HIGH
    inside = client in scan.vantage.segment.prefix
    if client.is_global() and not inside:
        return RELAY, Severity.HIGH
    return NOT_SEEN[inside, bool(scan.personal_devices)], Severity.MEDIUM


def _severity(door: Door, behind: Answering, plain: Severity) -> Severity:
    if door.is_off:
        return Severity.INFO
    if behind.state == "open" and (behind.to_anybody or behind.risk is Severity.CRITICAL):
        found = Severity.CRITICAL
    else:
        found = Severity.HIGH if is_risky(door, behind) else plain
    return one_step_less(found) if behind.state == "closed" or door.is_limited else found
