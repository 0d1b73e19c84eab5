"""An MQTT broker lets anybody connect.

| circumstance | severity |
|---|---|
| on a lock, lock bridge, hub or alarm | critical |
| elsewhere, in a home with a lock, hub or alarm, declared ones included | high |
| elsewhere, in a home where none was recognised | medium |

Locks and sensors of Zigbee2MQTT, Home Assistant, Nuki and others obey what is said on the broker; which of them use this
one is not looked at. Passes when 1883 and 8883 were asked, and are not open or ask for a login. Unknown when they were not
asked, or are open and did not say: netguard never sends CONNECT without a login to locks, hubs, alarms and what is not
identified. It errs where the broker lets anybody connect and then allows them nothing (an access list): that shows only to
who subscribes, and netguard does not.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on
from netguard.checks._services import (
    COMMANDING,
    REQUIRE_LOGIN,
    Fine,
    Unclear,
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

PORTS = (1883, 8883)
"""The registered ports of MQTT, without and with TLS (IANA; MQTT 3.1.1, 4.2)."""

CHECK = Check(
    id="mqtt-anonymous",
    title="No MQTT broker lets anybody in",
    why=(
        "On an MQTT broker devices hear what to do. Whoever may connect without a login can read who comes and goes, and "
        "where a lock listens there, open it with one message."
    ),
    remedy=REQUIRE_LOGIN,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.5-5",
        "OWASP ISVS 1.0, 4.2.1",
        "CIS Controls v8.1, 12.6",
        "CWE-306",
        "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per open broker, or one per device that says why there is none."""
    usual = rule_at(rules, PORTS[0]).fix
    commanding = any(d.role in COMMANDING for d in scan.devices)

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        facts = facts_at(scan, device, service, "mqtt.anonymous", "mqtt.code")
        if says(facts, "mqtt.anonymous", True):
            return CHECK.fail(
                subject,
                title=f"{subject.name} lets anybody connect to its MQTT broker on {place(service)}",
                severity=_severity(device, commanding=commanding),
                fix=fix_on(device, rules, CHECK.id, usual),
                discriminator=place(service),
                evidence=facts,
            )
        if says(facts, "mqtt.anonymous", False):
            return Fine(what=f"asks for a login to its MQTT broker on {place(service)}", evidence=facts)
        if facts:
            return Unclear(
                because=f"its MQTT broker on {place(service)} declined for another reason (code {facts[0].value})",
                how="Scan again later. If it stays so, look in its settings whether the broker asks for a password.",
            )
        return why_not_told(scan, device, service, "MQTT", "mqtt", "tls", spares=True)

    yield from judge_services(CHECK, scan, one, ports=PORTS, name="mqtt", none="offers no MQTT broker")


def _severity(device: Device, *, commanding: bool) -> Severity:
    if device.role in COMMANDING:
        return Severity.CRITICAL
    return Severity.HIGH if commanding else Severity.MEDIUM
