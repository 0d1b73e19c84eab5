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
from netguard.checks._looked import CLOSE_PORT, fix_on
from netguard.checks._services import GUARDED, Verdict, facts_at, judge_services, place, rule_at, says
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Severity
from netguard.rules.loader import Rules

PORTS = (23, 2323)
"""The registered telnet port (IANA), and the one that Mirai scans beside it (US-CERT TA16-288A)."""

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
        "CIS Controls v8.1, 4.8",
        "CWE-319",
        "https://www.cisa.gov/news-events/alerts/2016/10/14/heightened-ddos-threat-posed-mirai-and-other-botnets",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per telnet service, or one per device that says why there is none."""
    usual = rule_at(rules, PORTS[0]).fix

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        facts = facts_at(scan, device, service, "telnet.banner", "telnet.login", "tcp.banner")
        shell = says(facts, "telnet.login", "shell")
        return CHECK.fail(
            subject,
            title=f"{subject.name} offers telnet on {place(service)}" + (", without any login" if shell else ""),
            severity=_severity(device, shell=shell),
            confidence=Confidence.CONFIRMED if service.name == "telnet" else Confidence.LIKELY,
            fix=fix_on(device, rules, CHECK.id, usual),
            discriminator=place(service),
            evidence=facts,
        )

    yield from judge_services(CHECK, scan, one, ports=PORTS, name="telnet", none="offers no telnet")


def _severity(device: Device, *, shell: bool) -> Severity:
    if device.role in GUARDED:
        return Severity.CRITICAL if shell else Severity.HIGH
    return Severity.HIGH if shell else Severity.MEDIUM
