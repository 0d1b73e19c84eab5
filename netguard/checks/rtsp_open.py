"""A video stream (RTSP) is shown to anybody.

| circumstance | severity |
|---|---|
| on a camera, doorbell, lock, hub or alarm | high |
| elsewhere: a recorder, storage, a computer, or what is not identified | medium |

Only DESCRIBE tells (RFC 2326, 10.2): OPTIONS is answered to anybody. Passes when 554 and 8554 were asked, and are not open,
are known to be something else, or answer DESCRIBE with 401, which asks for a login. Unknown when they were not asked, or
no stream was found under the usual names, or nothing sensible was answered. It errs where another path than the one that
was asked for is open to anybody, and where what is shown is no picture of the home.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import fix_on
from netguard.checks._services import (
    COMMANDING,
    REQUIRE_LOGIN,
    WATCHING,
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

PORTS = (554, 8554)
"""The registered ports of RTSP, the usual one and its alternate (IANA)."""

SHOWN = 200
ASKED_FOR_LOGIN = frozenset({401, 403})
"""Status codes (RFC 2326, 7.1.1): unauthorized, and forbidden."""

CHECK = Check(
    id="rtsp-open",
    title="No camera shows its picture to anybody",
    why=(
        "Whoever is on the network sees what the camera sees: when nobody is at home, where the keys hang, and which code "
        "is typed at the door."
    ),
    remedy=REQUIRE_LOGIN,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-2",
        "OWASP ISVS 1.0, 3.2.2",
        "CIS Controls v8.1, 4.8",
        "CWE-306",
        "https://www.rfc-editor.org/rfc/rfc2326",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per stream that is open, or one per device that says why there is none."""
    usual = rule_at(rules, PORTS[0]).fix

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        facts = facts_at(scan, device, service, "rtsp.describe", "rtsp.path", "rtsp.server")
        answers = [o for o in facts if o.kind == "rtsp.describe"]
        if says(answers, "rtsp.describe", SHOWN):
            return CHECK.fail(
                subject,
                title=f"{subject.name} shows its video stream to anybody on {place(service)}",
                severity=Severity.HIGH if device.role in WATCHING | COMMANDING else Severity.MEDIUM,
                fix=fix_on(device, rules, CHECK.id, usual),
                discriminator=place(service),
                evidence=facts,
            )
        if any(o.value in ASKED_FOR_LOGIN for o in answers):
            return Fine(what=f"asks for a login to its video stream on {place(service)}", evidence=facts)
        if answers:
            return Unclear(
                because=f"it offers video on {place(service)}, and no stream was found under the usual names "
                f"(it answered {answers[-1].value})",
                how="Look in its settings whether its video stream (RTSP) asks for a password.",
            )
        return why_not_told(scan, device, service, "RTSP", "rtsp")

    yield from judge_services(CHECK, scan, one, ports=PORTS, name="rtsp", none="offers no video stream (RTSP)")
