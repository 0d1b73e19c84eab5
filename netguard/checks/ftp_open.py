"""A device offers FTP, which sends passwords and files in clear text.

| circumstance | severity |
|---|---|
| on a lock, hub, alarm, router or access point | high |
| on storage, a computer or a printer, where people share or print files by it | low |
| elsewhere: a camera, another gadget, or what is not identified | medium |
| it lets in `anonymous`, who is anybody | one step more |

It is certain where the service named itself FTP, likely where port 21 greeted as FTP does (three digits, RFC 959, 5.4)
or said nothing: some servers look the caller's name up before they greet. Whether it lets `anonymous` in is tried by
`netguard scan --logins` only. Passes when 21 was asked and is not open or is known to be something else, and nothing else
was recognised as FTP. Unknown when 21 was not asked, or what listens there said something that is no FTP. It errs where
the server lets nobody in before the connection is encrypted (AUTH TLS, RFC 4217), which its greeting does not say.
"""

import re
from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, fix_on
from netguard.checks._services import (
    GUARDED,
    Unclear,
    Verdict,
    facts_at,
    judge_services,
    place,
    rule_at,
)
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Role, Severity
from netguard.rules.loader import Rules

PORTS = (21,)
"""The registered port of FTP's control connection (IANA; RFC 959, 8)."""

SHARING = frozenset({Role.NAS, Role.COMPUTER, Role.PRINTER})

_REPLY = re.compile(r"[1-5][0-9]{2}[ -]")
"""How every FTP reply begins (RFC 959, 4.2)."""

CHECK = Check(
    id="ftp-open",
    title="No device offers FTP",
    why=(
        "FTP sends its password and every file in clear text: whoever listens on the network has them. On a lock's bridge, "
        "a camera or a router it is a way to replace files that nobody watches."
    ),
    remedy=CLOSE_PORT,
    references=(
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "OWASP ISVS 1.0, 3.2.3",
        "CIS Controls v8.1, 4.6",
        "CWE-319",
        "https://www.rfc-editor.org/rfc/rfc959",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per FTP service, or one per device that says why there is none."""
    usual = rule_at(rules, PORTS[0]).fix

    def one(device: Device, subject: Subject, service: Service) -> Verdict:
        facts = facts_at(scan, device, service, "tcp.banner", "ftp.anonymous")
        anybody = any(o.kind == "ftp.anonymous" and o.value is True for o in facts)
        said = next((o.value for o in facts if isinstance(o.value, str) and o.value), "")
        if service.name is None and said and not _REPLY.match(said):
            return Unclear(
                because=f"what listens on {place(service)} said something that is no FTP",
                how=f"Find out in its menu or app what listens on {place(service)}, and switch it off if nobody needs it.",
            )
        return CHECK.fail(
            subject,
            title=f"{subject.name} offers FTP on {place(service)}" + (", and lets anybody in" if anybody else ""),
            severity=_severity(device, anybody=anybody),
            confidence=Confidence.CONFIRMED if service.name == "ftp" else Confidence.LIKELY,
            fix=fix_on(device, rules, CHECK.id, usual),
            discriminator=place(service),
            evidence=facts,
        )

    yield from judge_services(CHECK, scan, one, ports=PORTS, name="ftp", none="offers no FTP")


def _severity(device: Device, *, anybody: bool) -> Severity:
    if device.role in GUARDED:
        return Severity.CRITICAL if anybody else Severity.HIGH
    if device.role in SHARING:
        return Severity.MEDIUM if anybody else Severity.LOW
    return Severity.HIGH if anybody else Severity.MEDIUM
