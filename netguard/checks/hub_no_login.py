"""A hub or lock bridge obeys anybody on the network.

| circumstance | severity |
|---|---|
| an interface of a lock, a lock bridge, or of a hub that locks obey answers without a login | critical |
| nobody is its owner yet, on a lock bridge | critical |
| nobody is its owner yet, on any other hub | high |
| a CCU's port for remote scripts asks for no login; whether it runs one was not tried | high, likely |
| the interface of a hub that commands lights only (Hue) answers without a login | medium |
| a gateway lists its devices to anybody; whether commands need its key was not tried (Aqara LAN protocol) | medium, possible |

Hubs that locks obey are those that speak Zigbee, Z-Wave, Homematic or to other hubs: whether one of them has a lock is
not visible from here, so each counts as if it had. By the Aqara LAN protocol lights, plugs and curtains are commanded,
while Aqara's own lock only reports (home-assistant.io, xiaomi_aqara).

Passes when an interface was asked and wants a login, or somebody at its button, and every other port where it is known
to have one answered so or is closed. Unknown when one did not answer, its ports were not asked, netguard has no question
for it, or a declared hub was not seen. Does not apply where there is no hub or lock bridge, and to one that listens on
no TCP port at all: nobody can command it over the network. It errs where a firewall lets this computer in and nobody
else, where something copies an interface, and where a way in exists that is not one of these interfaces.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._interfaces import (
    LAN_PROTOCOL,
    LIGHTS,
    RECORDS,
    SCRIPTS,
    Interface,
    concerned,
    fix,
    gap,
    interfaces,
    listed,
    opens_doors,
    silent,
)
from netguard.checks._looked import NETWORK, absent, not_seen
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import HUB_ROLES, Confidence, Needs, Severity
from netguard.rules.loader import Rules

FIX = (
    "Switch its login on in its settings and give it a password of its own. Where it has none, let it listen to its own "
    "computer only, or let its firewall admit nobody but the one that has to command it."
)
SETUP_FIX = (
    "Open its page now and finish its set-up with a password of your own; whoever does that first owns it. If somebody "
    "has set it up before you, reset it and begin again."
)

CHECK = Check(
    id="hub-no-login",
    title="No hub or lock bridge obeys just anybody",
    why=(
        "Whatever a hub is told, the locks behind it do. If it asks nobody who they are, any phone, camera or guest's "
        "laptop on the network can open the door, and so can malware on one of them."
    ),
    remedy=Remedy(
        group="hub-login",
        title="Let {device} ask for a login",
        needs=Needs.MENU,
        intent="change-credential",
        loses=("programs that use it without a login need one from then on",),
    ),
    references=("OWASP ISVS 1.0, 3.2.2", "ETSI EN 303 645 V3.1.3, 5.5-5", "CWE-306"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per interface that obeys anybody, and one per hub that says why there is none."""
    devices = concerned(scan)
    if not devices and not absent(scan, HUB_ROLES):
        yield CHECK.not_applicable(NETWORK, because="no hub or lock bridge was recognised")
    for device in devices:
        subject = Subject.device(device)
        open_ones = tuple(_open(scan, device, subject, rules))
        if open_ones:
            yield from open_ones
        else:
            yield _rest(scan, device, subject)
    yield from not_seen(CHECK, scan, HUB_ROLES, rules)


def _open(scan: Scan, device: Device, subject: Subject, rules: Rules) -> Iterator[Finding]:
    for each in interfaces(scan, device):
        judged = _judged(device, each, rules)
        if judged is not None:
            severity, confidence, what = judged
            yield CHECK.fail(
                subject,
                title=f"{each.name} on {subject.name} ({each.place}) {what}",
                severity=severity,
                confidence=confidence,
                fix=SETUP_FIX if each.login == "setup" else fix(device, each, rules, CHECK.id, FIX),
                discriminator=each.place,
                evidence=each.evidence,
            )


def _judged(device: Device, each: Interface, rules: Rules) -> tuple[Severity, Confidence, str] | None:
    """How bad it is, how sure, and what it does; None where it asks who is there, or does not show whether."""
    if each.login == "setup":
        severity = Severity.CRITICAL if opens_doors(device, each, rules) else Severity.HIGH
        return severity, Confidence.CONFIRMED, "has no owner yet: whoever comes first becomes it"
    if each.login == "none":
        severity = Severity.MEDIUM if each.name == LIGHTS else Severity.CRITICAL
        return severity, Confidence.CONFIRMED, "obeys anybody on the network, without a login"
    if each.login is None and each.name == SCRIPTS:
        return Severity.HIGH, Confidence.LIKELY, "asks for no login; whether it runs what it is sent was not tried"
    if each.login is None and each.name == LAN_PROTOCOL:
        return (
            Severity.MEDIUM,
            Confidence.POSSIBLE,
            "lists its devices to anybody; whether commands need its key was not tried",
        )
    return None


def _rest(scan: Scan, device: Device, subject: Subject) -> Finding:
    if silent(scan, device):
        return CHECK.not_applicable(
            subject, because=f"{subject.name} listens on no TCP port, so nobody can command it over the network"
        )
    if missing := gap(scan, device):
        return CHECK.unknown(subject, because=missing.because, how=missing.how)
    found = interfaces(scan, device)
    if mute := tuple(each for each in found if each.login not in {"required", "button"}):
        return CHECK.unknown(
            subject,
            because=f"{listed(mute)} does not show what it asks for",
            how="Look in its app or menu, under users or security, at who may command it, and from where.",
        )
    pressed = all(each.login == "button" for each in found if each.name in RECORDS)
    wants = "lets in only whoever presses its button" if pressed else "asks for a login"
    return CHECK.passed(
        subject,
        title=f"{subject.name} {wants}: {listed(found)}",
        evidence=[seen for each in found for seen in each.evidence],
    )
