"""A lock, lock hub or smart-home hub listens where its record says it has no reason to.

| circumstance | severity |
|---|---|
| the port is one that rules/ports.yaml calls risky | as that rule says |
| any other port, on a lock or lock hub | medium |
| any other port, on a smart-home hub | low |

Passes when all 65,535 TCP ports were asked and each open one is expected. Unknown when ports were not asked, or no
record says what the device may listen on, or a declared one was not seen. Does not apply to a declared one that has no
IP address of its own. It errs where a firmware update brought a service that the record does not
know yet: then the record is out of date.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import (
    ALL_TCP_PORTS,
    CLOSE_PORT,
    NETWORK,
    absent,
    asked,
    fix_on,
    not_seen,
    others,
    why_not_asked,
)
from netguard.checks._services import facts_at, place, port_rule
from netguard.model import ports as port_text
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role, Severity, Transport
from netguard.rules.loader import Rules

ROLES = DOOR_ROLES | HUB_ROLES

FIX = "Find out in its menu or app what this service is and switch it off; update its firmware."

CHECK = Check(
    id="lock-unexpected-port",
    title="Locks and hubs listen only where they must",
    why=(
        "A lock's bridge that only calls its maker gives an intruder on the network nothing to talk to. "
        "Every port beyond what it needs is a way to it, and so to the door."
    ),
    remedy=CLOSE_PORT,
    references=("ETSI EN 303 645 V3.1.3, 5.6-1", "OWASP ISVS 1.0, 3.2.2", "https://www.rfc-editor.org/rfc/rfc8520"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per unexpected open port, and one per device about what is left or that it was not seen."""
    devices = tuple(d for d in others(scan) if d.role in ROLES)
    if not devices and not absent(scan, ROLES):
        yield CHECK.not_applicable(NETWORK, because="no lock or hub was recognised")
    for device in devices:
        subject = Subject.device(device)
        unexpected = [s for s in device.open_services if s.expected is False]
        # A port that is open at two addresses is one finding.
        yield from {place(s): _unexpected(scan, device, subject, s, rules) for s in unexpected}.values()
        yield from _rest(scan, device, subject)
    yield from not_seen(CHECK, scan, ROLES, rules)


def _unexpected(scan: Scan, device: Device, subject: Subject, service: Service, rules: Rules) -> Finding:
    port = place(service)
    rule = port_rule(rules, service)
    what = service.name or (rule.name if rule else "an unnamed service")
    otherwise = Severity.MEDIUM if device.role in DOOR_ROLES else Severity.LOW
    return CHECK.fail(
        subject,
        title=f"{subject.name} listens on {port} ({what}), which it has no reason to",
        severity=rule.risk if rule else otherwise,
        fix=fix_on(device, rules, CHECK.id, rule.fix if rule else FIX),
        why=f"{CHECK.why} {rule.why}" if rule else CHECK.why,
        discriminator=port,
        # The port was seen for certain; that it has no reason to be there is only as sure as what the device is.
        confidence=device.confidence,
        evidence=facts_at(scan, device, service),
    )


def _rest(scan: Scan, device: Device, subject: Subject) -> Iterator[Finding]:
    unjudged = [s for s in device.open_services if s.expected is None and s.transport is Transport.TCP]
    if unjudged:
        yield CHECK.unknown(
            subject,
            because=f"nobody has recorded where a {_kind(device)} of this model may listen "
            f"(open: {port_text.render(s.port for s in unjudged)})",
            how="Compare the open ports with the maker's documentation, and tell us: a device record is one small file.",
        )
    elif len(asked(device)) < ALL_TCP_PORTS:
        because, how = why_not_asked(scan, device)
        yield CHECK.unknown(subject, because=f"{because} ({len(asked(device)):,} of 65,535 TCP ports were)", how=how)
    elif all(s.expected for s in device.open_services):
        yield CHECK.passed(subject, title=f"{subject.name} listens only where it must (all 65,535 TCP ports asked)")


def _kind(device: Device) -> str:
    return {Role.LOCK: "lock", Role.LOCK_HUB: "lock bridge"}.get(device.role, "hub")
