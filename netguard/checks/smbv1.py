"""A device still accepts version 1 of Windows file sharing (SMB 1).

| circumstance | severity |
|---|---|
| on a lock, hub, alarm, router or access point | high |
| on storage or a computer, where people keep their files | medium |
| elsewhere, or on what is not identified | low |

Passes when 445 and 139 were asked, and are not open or refuse the dialect NT LM 0.12. Unknown when they were not asked, or
are open and did not answer as SMB does. It errs where the device speaks SMB 1 to named users only and refuses the rest:
what is asked is which dialect it speaks, and nobody logs in.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on
from netguard.checks._services import (
    GUARDED,
    Fine,
    Verdict,
    facts_at,
    judge_services,
    says,
    why_not_told,
)
from netguard.model.action import Remedy
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Needs, Role, Severity
from netguard.rules.loader import Rules

PORTS = (445, 139)
"""SMB over TCP, and over NetBIOS (IANA; RFC 1001, 1002)."""

NAMES = ("smb", "microsoft-ds", "netbios-ssn")

FIX = (
    'Set the oldest version it accepts to SMB 2 (in storage: file services, SMB, advanced; in Windows: "Turn Windows '
    'features on or off", SMB 1.0 off). If it knows no other version, update its firmware, or switch file sharing off.'
)

CHECK = Check(
    id="smbv1",
    title="No device accepts SMB 1",
    why=(
        "SMB 1 is file sharing from the 1980s, without protection against changes on the way. WannaCry and its kind ran "
        "from device to device by it, and what still accepts it has mostly not been updated for years."
    ),
    remedy=Remedy(
        group="smb1-off",
        title="Switch SMB 1 off on {device}",
        needs=Needs.MENU,
        intent="disable-feature",
        loses=("very old scanners, players and computers that know no newer version no longer reach its files",),
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "OWASP ISVS 1.0, 3.2.2",
        "CIS Controls v8.1, 4.8",
        "https://nvd.nist.gov/vuln/detail/CVE-2017-0144",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per device that accepts SMB 1, or one that says why it does not or cannot be told."""

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        # Both ports are doors to one and the same server: what it said at one of them holds for the other.
        facts = facts_at(scan, device, service, "smb.v1", "smb.dialect") or scan.observed(device.key, "smb.v1")
        if says(facts, "smb.v1", True):
            return CHECK.fail(
                subject,
                title=f"{subject.name} accepts SMB 1",
                severity=_severity(device),
                fix=fix_on(device, rules, CHECK.id, FIX),
                discriminator="smb1",
                evidence=facts,
            )
        if says(facts, "smb.v1", False):
            return Fine(what="refuses SMB 1", evidence=facts)
        return why_not_told(scan, device, service, "SMB", "smb")

    yield from judge_services(CHECK, scan, one, ports=PORTS, name=NAMES, none="shares no files (SMB)")


def _severity(device: Device) -> Severity:
    if device.role in GUARDED:
        return Severity.HIGH
    return Severity.MEDIUM if device.role in {Role.NAS, Role.COMPUTER} else Severity.LOW
