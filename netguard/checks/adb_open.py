"""Android's debugging (ADB) is open to the network.

| circumstance | severity |
|---|---|
| it lets anybody in, on a lock, hub, alarm, camera, doorbell, router or access point | critical |
| it lets anybody in, elsewhere (a TV, a phone, ...) | high |
| it asks for a key or TLS, on a lock, hub, alarm, camera, doorbell, router or access point | medium |
| it asks for a key or TLS, elsewhere | low |

An ADB that asks for a key shows a question on the device's screen to whoever comes; one careless tap lets them in for
ever, and devices without a screen can have shipped a key that is known. Passes when 5555 was asked and is not open or is
known to be something else, and nothing else was recognised as ADB. Unknown when 5555 was not asked, or is open and did
not answer as ADB does. It errs where debugging over Wi-Fi listens on a port of its own choice that was not asked.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, fix_on
from netguard.checks._services import (
    GUARDED,
    WATCHING,
    Verdict,
    facts_at,
    judge_services,
    place,
    rule_at,
    says,
    why_not_told,
)
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity
from netguard.rules.loader import Rules

PORTS = (5555,)
"""Where `adb tcpip` listens (Android documentation, "Android Debug Bridge")."""

CHECK = Check(
    id="adb-open",
    title="No device can be debugged over the network (ADB)",
    why=(
        "ADB is how programmers command an Android device: install programs, read everything, watch the screen. Worms look "
        "for it on TVs and boxes, and from there they stand before the door."
    ),
    remedy=CLOSE_PORT,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-4A",
        "OWASP ISVS 1.0, 1.2.4",
        "CIS Controls v8.1, 4.8",
        "CWE-489",
        "https://developer.android.com/tools/adb",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per ADB service, or one per device that says why there is none."""
    usual = rule_at(rules, PORTS[0]).fix

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        facts = facts_at(scan, device, service, "adb.authentication", "adb.banner")
        anybody = says(facts, "adb.authentication", "none")
        if not facts and service.name is None:
            return why_not_told(scan, device, service, "ADB", "adb")
        return CHECK.fail(
            subject,
            title=f"{subject.name} can be debugged over the network (ADB) on {place(service)}"
            + (", by anybody" if anybody else ""),
            severity=_severity(device, anybody=anybody),
            fix=fix_on(device, rules, CHECK.id, usual),
            discriminator=place(service),
            evidence=facts,
        )

    yield from judge_services(
        CHECK, scan, one, ports=PORTS, name="adb", none="offers no debugging over the network (ADB)"
    )


def _severity(device: Device, *, anybody: bool) -> Severity:
    if device.role in GUARDED | WATCHING:
        return Severity.CRITICAL if anybody else Severity.MEDIUM
    return Severity.HIGH if anybody else Severity.LOW
