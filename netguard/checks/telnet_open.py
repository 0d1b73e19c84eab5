"""A device offers telnet, a login in clear text that worms look for first.

| circumstance | severity |
|---|---|
| a shell without any login, on a lock, hub, alarm, router or access point | critical |
| a shell without any login, elsewhere | high |
| a login prompt or silence, on a lock, hub, alarm, router or access point | high |
| a login prompt or silence, elsewhere | medium |

Passes when 23 and 2323 were asked and are not open, and nothing else was recognised as telnet. Unknown when they
were not asked. It errs where something that is not telnet listens on 23 or 2323 and says nothing.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, NETWORK, asked, open_on, others, why_not_asked
from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, INFRASTRUCTURE_ROLES, Confidence, Role, Severity
from netguard.rules.loader import Rules

PORTS = (23, 2323)
"""The registered telnet port (IANA), and the one that Mirai scans beside it (US-CERT TA16-288A)."""

GUARDED = DOOR_ROLES | HUB_ROLES | INFRASTRUCTURE_ROLES | {Role.ALARM}

CHECK = Check(
    id="telnet-open",
    title="No device offers telnet",
    why=(
        "Telnet sends its password in clear text, and worms such as Mirai try it first. "
        "Whoever gets in on a lock's bridge or a router can command what it commands."
    ),
    remedy=CLOSE_PORT,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "OWASP ISVS 1.0, 3.2.3",
        "CWE-319",
        "https://www.cisa.gov/news-events/alerts/2016/10/14/heightened-ddos-threat-posed-mirai-and-other-botnets",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per telnet service, or one per device that says why there is none."""
    fix = next(r.fix for r in rules.ports.services if set(PORTS) & port_text.parse(r.ports))
    devices = others(scan)
    if not devices:
        yield CHECK.not_applicable(NETWORK, because="no other device was seen")
    for device in devices:
        subject = Subject.device(device)
        services = open_on(device, *PORTS, name="telnet")
        for service in services:
            facts = [o for o in scan.observed(device.key, "telnet.banner", "telnet.login") if o.port == service.port]
            shell = any(o.kind == "telnet.login" and o.value == "shell" for o in facts)
            yield CHECK.fail(
                subject,
                title=f"{subject.name} offers telnet on tcp/{service.port}" + (", without any login" if shell else ""),
                severity=_severity(device, shell=shell),
                confidence=Confidence.CONFIRMED if service.name == "telnet" else Confidence.LIKELY,
                fix=fix,
                discriminator=f"tcp/{service.port}",
                evidence=facts,
            )
        if services:
            continue
        if set(PORTS) <= asked(device):
            yield CHECK.passed(subject, title=f"{subject.name} offers no telnet")
        else:
            because, how = why_not_asked(scan, device)
            yield CHECK.unknown(subject, because=because, how=how)


def _severity(device: Device, *, shell: bool) -> Severity:
    if device.role in GUARDED:
        return Severity.CRITICAL if shell else Severity.HIGH
    return Severity.HIGH if shell else Severity.MEDIUM
