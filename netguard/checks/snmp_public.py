"""A device tells about itself by SNMP to whoever says `public`.

| circumstance | severity |
|---|---|
| on a lock, hub, alarm, router, access point or switch | medium |
| on a printer, which most do from the factory and by which computers see its ink | info |
| elsewhere | low |

Passes when UDP 161 was asked and said that nothing listens there, or declined to tell; then, what else it might have told
was not asked. Silence is no pass: SNMP refuses by silence (RFC 1157, 4.1), and a lost packet looks the same. Unknown, in one line
for all devices that have the same reason, where a device was silent or not asked; locks, hubs, alarms and what is not
identified are never asked, since `public` counts as a password. It errs where another community word that is as easy to
guess is set, and it does not try to change anything, which some devices allow to the same word.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, NETWORK, asked, fix_on, others, why_not_asked
from netguard.checks._services import (
    GUARDED,
    Unclear,
    is_spared,
    rule_at,
    together,
    tried,
)
from netguard.model.attempt import Attempt
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Outcome, Power, Role, Severity, Transport
from netguard.rules.loader import Rules

PORT = 161
"""RFC 1157, 4."""

CHECK = Check(
    id="snmp-public",
    title="No device tells about itself to `public` (SNMP)",
    why=(
        "By SNMP a device tells its name, version and neighbours, routers also who is on the network and which ports are "
        "open, without anybody noticing. `public` is the word that everybody tries first, and some devices take it for "
        "changing settings, too."
    ),
    remedy=CLOSE_PORT,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-2",
        "OWASP ISVS 1.0, 3.2.2",
        "CIS Controls v8.1, 4.8",
        "CWE-1392",
        "https://www.rfc-editor.org/rfc/rfc1157",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per device that told or was asked, and one for all that could not be asked for the same reason."""
    devices = others(scan)
    if not devices:
        yield CHECK.not_applicable(NETWORK, because="no other device was seen")
    usual = rule_at(rules, PORT, Transport.UDP).fix
    left: list[tuple[Device, str, Unclear]] = []
    for device in devices:
        subject = Subject.device(device)
        facts = [o for o in scan.observed(device.key, "snmp.sysdescr") if o.transport is Transport.UDP]
        if facts:
            yield CHECK.fail(
                subject,
                title=f"{subject.name} tells about itself by SNMP to whoever says `public`",
                severity=_severity(device),
                fix=fix_on(device, rules, CHECK.id, usual),
                discriminator=f"{Transport.UDP}/{facts[0].port}",
                evidence=facts,
            )
        elif reason := _unclear(scan, device):
            left.append((device, *reason))
        else:
            yield CHECK.passed(subject, title=f"{subject.name} tells nothing by SNMP to `public`")
    yield from together(CHECK, left)


def _unclear(scan: Scan, device: Device) -> tuple[str, Unclear] | None:
    """Why it cannot be told, under a short name; None when it was asked and declined, or nothing listens there."""
    tries = tried(scan, device, f"{Transport.UDP}/{PORT}", "snmp")
    failed = [a for a in tries if a.outcome is not Outcome.DONE]
    if failed:
        opened = any(s.transport is Transport.UDP and s.port == PORT for s in device.open_services)
        return ("nonsense" if opened else "silence"), Unclear(
            because=f"asking for SNMP came to nothing: {failed[-1].reason}",
            how="Look in their settings: SNMP off, or with a word of your own, is all right.",
        )
    return None if PORT in asked(device, Transport.UDP) else _why_not_asked(scan, device)


def _why_not_asked(scan: Scan, device: Device) -> tuple[str, Unclear]:
    """Why nothing was sent to it at all."""
    if any(a.stage == "probe" and a.outcome is not Outcome.DONE for a in _about(scan, device)):
        because, how = why_not_asked(scan, device)
        return "left-alone", Unclear(because=because, how=how)
    if is_spared(device):
        return "spared", Unclear(
            because="`public` counts as a password, and netguard never tries one on locks, hubs, alarms and what it has "
            "not identified for sure",
            how="Look in their settings whether there is SNMP, and switch it off. Whatever is not identified can be named: "
            "netguard devices role.",
        )
    if device.power is Power.BATTERY:
        return "battery", Unclear(
            because="what runs on a battery is spared it",
            how="Name it to have it asked: netguard scan and its address.",
        )
    if scan.depth is not Depth.DEEP:
        whom = (
            "only printers, storage, cameras and what makes up the network"
            if scan.depth is Depth.STANDARD
            else "nobody"
        )
        return "depth", Unclear(because=f"depth {scan.depth} asks {whom} for SNMP", how="Scan with --depth deep.")
    return "not-asked", Unclear(because="it was not asked", how="Scan again.")


def _about(scan: Scan, device: Device) -> list[Attempt]:
    where = {str(address) for address in device.addresses} | {device.key}
    return [a for a in scan.attempts if a.target in where]


def _severity(device: Device) -> Severity:
    if device.role in GUARDED:
        return Severity.MEDIUM
    return Severity.INFO if device.role is Role.PRINTER else Severity.LOW
