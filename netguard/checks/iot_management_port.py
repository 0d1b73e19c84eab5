"""A service for debugging or remote management is open where nobody needs it: SSH, Winbox, TR-069, Docker, rexec, VNC, ...

rules/ports.yaml says which services these are (`manages`): some belong on nothing at all, the others not on gadgets, locks
and hubs. Those with a check of their own (telnet, FTP, ADB, ...) are left to it.

| circumstance | severity |
|---|---|
| on a lock, hub, alarm, router or access point | as rules/ports.yaml says |
| what the provider manages a router by (TR-069), on the router itself, towards the home | low |
| on anything else | one step less |
| SSH that lets in without a login, on any device: on a lock, hub, alarm, router or access point | critical |
| SSH that lets in without a login, elsewhere | high |
| SSH that takes keys only, on a gadget, lock or hub | low |

It is certain where the service was recognised by what it said, likely where the port alone speaks for it. Passes when all
these ports were asked and none is open, or its device record says that it may listen there. Unknown when they were not
asked, or something unidentified has one of which it cannot be said whether it belongs there. It errs where a computer is
taken for a gadget, and where something harmless listens on such a port and says nothing.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, NETWORK, fix_on, others
from netguard.checks._services import (
    ANYBODYS_NAMES,
    GUARDED,
    Fine,
    Unclear,
    Verdict,
    conclude,
    facts_at,
    may_be,
    one_step_less,
    place,
    port_rule,
    says,
)
from netguard.model import ports as port_text
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, IOT_ROLES, Confidence, Role, Severity, Transport
from netguard.rules.loader import Rules
from netguard.rules.schema import PortRule

THINGS = IOT_ROLES | DOOR_ROLES
"""Gadgets, locks, hubs and alarms: what has no screen and keyboard for whoever manages it by these services."""

NETWORK_ROLES = frozenset({Role.ROUTER, Role.ACCESS_POINT})
"""What a provider manages from outside: towards the home nobody needs that port."""

KEYS_ONLY = "publickey"
"""SSH's authentication by key (RFC 4252, 7)."""

NONE_ON_THINGS = "offers no SSH, remote screen or other way in for management; telnet and ADB are judged by themselves"
NONE_ELSEWHERE = (
    "offers nothing by which anybody could command it: no Docker without a password, no rexec, no known backdoor"
)

CHECK = Check(
    id="iot-management-port",
    title="No forgotten way in for management or debugging",
    why=(
        "Whoever gets in by such a service commands the whole device. Makers leave it open from development or for their own "
        "service people, and its password is often the same on every unit."
    ),
    remedy=CLOSE_PORT,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "ETSI EN 303 645 V3.1.3, 5.6-4A",
        "OWASP ISVS 1.0, 1.2.4",
        "OWASP ISVS 1.0, 3.2.2",
        "CIS Controls v8.1, 4.8",
        "CWE-489",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per such service, or one per device that says why there is none."""
    devices = others(scan)
    if not devices:
        yield CHECK.not_applicable(NETWORK, because="no other device was seen")
    for device in devices:
        verdicts = [v for s in device.open_services if (v := _judged(scan, device, s, rules))]
        yield from conclude(
            CHECK,
            scan,
            device,
            verdicts,
            ports=_ports(device, rules),
            none=NONE_ON_THINGS if device.role in THINGS else NONE_ELSEWHERE,
        )


def _ports(device: Device, rules: Rules) -> frozenset[int]:
    """The ports of the services that do not belong on `device`."""
    return frozenset(p for r in rules.ports.services if _concerns(r, device) for p in port_text.parse(r.ports))


def _concerns(rule: PortRule, device: Device) -> bool:
    """Whether the service of `rule` belongs on nothing like `device`."""
    if rule.manages == "provider":
        return device.role in THINGS | NETWORK_ROLES
    return rule.manages == "anything" or (rule.manages == "things" and device.role in THINGS)


def _judged(scan: Scan, device: Device, service: Service, rules: Rules) -> Verdict | None:
    """What is to be said of one open service; None when it is none of this check's business."""
    rule = port_rule(rules, service)
    if service.transport is not Transport.TCP or rule is None or rule.manages is None:
        return None
    facts = facts_at(scan, device, service)
    if not may_be(rule, service) or (service.name is None and says(facts, "winbox.answer", False)):
        return None
    anybody = says(facts, "ssh.login", "none")
    subject = Subject.device(device)
    if not _concerns(rule, device) and not anybody:
        if device.role is not Role.UNKNOWN:
            return None
        return Unclear(
            because=f"{place(service)} ({rule.name}) is open, and whether that belongs on it cannot be said before it is "
            "identified",
            how="Find out what it is, say so (netguard devices role), and scan again.",
        )
    if service.expected and not anybody:
        return Fine(what=f"offers {rule.name} on {place(service)}, as its device record says that it may")
    known = service.name is not None and service.name not in ANYBODYS_NAMES
    return CHECK.fail(
        subject,
        title=f"{subject.name} offers {rule.name} on {place(service)}" + (", without any login" if anybody else ""),
        severity=_severity(device, rule, anybody=anybody, keys_only=_takes_keys_only(scan, device, service)),
        why=f"{CHECK.why} {rule.why}",
        confidence=Confidence.CONFIRMED if known else Confidence.LIKELY,
        fix=fix_on(device, rules, CHECK.id, rule.fix),
        discriminator=place(service),
        evidence=facts,
    )


def _takes_keys_only(scan: Scan, device: Device, service: Service) -> bool:
    offered: set[object] = set()
    for fact in facts_at(scan, device, service, "ssh.auth"):
        offered |= set(fact.value) if isinstance(fact.value, tuple) else {fact.value}
    return offered == {KEYS_ONLY}


def _severity(device: Device, rule: PortRule, *, anybody: bool, keys_only: bool) -> Severity:
    if anybody:
        return Severity.CRITICAL if device.role in GUARDED else Severity.HIGH
    if keys_only or (rule.manages == "provider" and device.role in NETWORK_ROLES):
        return Severity.LOW
    return rule.risk if device.role in GUARDED else one_step_less(rule.risk)
