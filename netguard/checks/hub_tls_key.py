"""The encryption (TLS) of a lock, hub, alarm, router or camera is old, its certificate not valid, or its key not its own.

| circumstance | on a lock, hub or alarm | on a router, access point, camera or doorbell |
|---|---|---|
| another device shows the same key: who has one of them can pose as the other | medium | low |
| it speaks outdated versions only (SSL 3, TLS 1.0, TLS 1.1) | medium | low |
| it accepts outdated versions, too | low | info |
| its certificate has run out, or begins more than a day after the scan | low | info |

A shared key is likely, not certain: an owner may have put one certificate on several machines. Passes when each TLS port
that was found shows a certificate and none of this holds; what runs on a battery is not asked for outdated versions, and
no pass says so of it. Unknown when the usual TLS ports were not asked, or a handshake
failed or told too little. Does not apply to what was asked and shows no TLS. It errs where this computer's clock is wrong,
where one machine was taken for two, where two that share their key were taken for one, and about ports that were not
asked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, absent, asked, fix_on, names, not_seen, others, why_not_asked
from netguard.checks._services import COMMANDING, WATCHING, facts_at, place, tried
from netguard.model.action import Remedy
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Outcome, Role, Severity, Transport
from netguard.rules.loader import Rules

ROLES = COMMANDING | WATCHING | {Role.ROUTER, Role.ACCESS_POINT}

USUAL_PORTS = frozenset({443, 8443})
"""HTTPS and its alternate (IANA): asked before it is said that a device shows no TLS."""

OUTDATED = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
"""Versions that must not be used any more (RFC 6176, RFC 7568, RFC 8996), as OpenSSL calls them."""

SLACK = timedelta(days=1)
"""How far ahead a certificate may begin: clocks of small devices are set by hand, and in local time."""

UPDATE = "Update its firmware; a new one usually brings new encryption with it."
RENEW = (
    "Have it make a new certificate: in its menu (system or security settings), or by an update of its firmware. Until then "
    "check, when the browser warns, that the address is the one you typed."
)
OWN_KEY = (
    "Where its menu lets you, have it make a certificate of its own. Where it does not, the maker built one key into all of "
    "them: update the firmware, ask the maker, and keep both devices in a network of their own. If you put one certificate "
    "on both yourself, give each its own."
)

CHECK = Check(
    id="hub-tls-key",
    title="Locks, hubs and routers have good keys of their own",
    why=(
        "Encryption only helps if the key is the device's own and the method is one that nobody has broken. Else somebody on "
        "the network can pose as the hub, and read the password that you type."
    ),
    remedy=Remedy(
        group="renew-encryption", title="Renew the encryption of {device}", needs=Needs.MENU, intent="change-credential"
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.5-1",
        "OWASP ISVS 1.0, 4.1.2",
        "OWASP ISVS 1.0, 4.1.3",
        "CIS Controls v8.1, 3.10",
        "CWE-321",
        "https://www.rfc-editor.org/rfc/rfc8996",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per fault and port, and one per device that says why there is none."""
    devices = tuple(d for d in others(scan) if d.role in ROLES)
    if not devices and not absent(scan, ROLES):
        yield CHECK.not_applicable(NETWORK, because="no lock, hub, alarm, camera or router was recognised")
    bearers = _bearers(scan)
    for device in devices:
        yield from _judged(scan, device, bearers, rules)
    yield from not_seen(CHECK, scan, ROLES, rules)


def _bearers(scan: Scan) -> dict[str, tuple[Device, ...]]:
    """The devices that showed each key, in the document's order."""
    by_key: dict[str, dict[str, None]] = {}
    for fact in scan.observations:
        if fact.kind == "tls.key" and fact.device is not None:
            by_key.setdefault(str(fact.value), {})[fact.device] = None
    return {key: tuple(d for d in scan.devices if d.key in keys) for key, keys in by_key.items() if len(keys) > 1}


def _judged(scan: Scan, device: Device, bearers: dict[str, tuple[Device, ...]], rules: Rules) -> Iterator[Finding]:
    subject = Subject.device(device)
    found: dict[str, Finding] = {}
    shown: list[Observation] = []
    unclear: list[str] = []
    services = {s.port: s for s in device.open_services if s.transport is Transport.TCP}
    for service in services.values():
        facts = facts_at(scan, device, service)
        said = {f.kind: f for f in facts}
        failed = [a for a in tried(scan, device, place(service), "tls") if a.outcome is not Outcome.DONE]
        if "tls.version" in said:
            for finding in _faults(scan, device, service, said, bearers, rules):
                found[finding.fingerprint] = finding
            shown += [f for f in facts if f.kind in {"tls.version", "tls.expires", "tls.key"}]
            if _when(said.get("tls.expires")) is None:
                unclear.append(f"its certificate on {place(service)} could not be read")
            elif failed and "tls.accepts" not in said:
                reason = failed[-1].reason
                unclear.append(f"whether it accepts outdated versions on {place(service)} was not told: {reason}")
        elif failed and service.name in {None, "tls"}:
            unclear.append(f"TLS on {place(service)} came to nothing: {failed[-1].reason}")
    yield from found.values()
    if unclear:
        yield CHECK.unknown(
            subject,
            because=" and ".join(unclear),
            how="Scan again. If it stays so, open its page in a browser and look at the certificate that it shows.",
        )
    elif found:
        return
    elif shown:
        yield CHECK.passed(
            subject, title=f"{subject.name} shows a valid certificate with a key of its own", evidence=shown
        )
    elif asked(device) >= USUAL_PORTS:
        yield CHECK.not_applicable(subject, because=f"{subject.name} shows no certificate on the ports that were asked")
    else:
        because, how = why_not_asked(scan, device)
        yield CHECK.unknown(subject, because=because, how=how)


def _faults(
    scan: Scan,
    device: Device,
    service: Service,
    said: dict[str, Observation],
    bearers: dict[str, tuple[Device, ...]],
    rules: Rules,
) -> Iterator[Finding]:
    subject, port = Subject.device(device), place(service)

    def fault(
        what: str, title: str, on_doors: Severity, elsewhere: Severity, fix: str, *kinds: str, sure: bool = True
    ) -> Finding:
        return CHECK.fail(
            subject,
            title=f"{subject.name} {title}",
            severity=on_doors if device.role in COMMANDING else elsewhere,
            confidence=Confidence.CONFIRMED if sure else Confidence.LIKELY,
            fix=fix_on(device, rules, CHECK.id, fix),
            discriminator=f"{port} {what}",
            evidence=[said[kind] for kind in kinds],
        )

    key = said.get("tls.key")
    sharers = tuple(d for d in bearers.get(str(key.value), ()) if d.key != device.key) if key else ()
    if sharers:
        title = f"shows the same key on {port} as {names(sharers)}"
        yield fault("shared-key", title, Severity.MEDIUM, Severity.LOW, OWN_KEY, "tls.key", sure=False)
    version, accepts = str(said["tls.version"].value), _texts(said.get("tls.accepts"))
    if version in OUTDATED:
        title = f"encrypts on {port} by nothing newer than {version}"
        yield fault("outdated", title, Severity.MEDIUM, Severity.LOW, UPDATE, "tls.version")
    elif old := sorted(accepts & OUTDATED):
        title = f"accepts outdated encryption on {port}, too ({', '.join(old)})"
        yield fault("accepts-outdated", title, Severity.LOW, Severity.INFO, UPDATE, "tls.accepts")
    ends, starts = _when(said.get("tls.expires")), _when(said.get("tls.starts"))
    if ends is not None and ends < scan.started_at:
        title = f"shows a certificate on {port} that ran out on {ends:%Y-%m-%d}"
        yield fault("expired", title, Severity.LOW, Severity.INFO, RENEW, "tls.expires")
    if starts is not None and starts > scan.started_at + SLACK:
        title = f"shows a certificate on {port} that is valid from {starts:%Y-%m-%d} only"
        yield fault("not-yet-valid", title, Severity.LOW, Severity.INFO, RENEW, "tls.starts")


def _texts(fact: Observation | None) -> frozenset[str]:
    if fact is None or fact.value is None:
        return frozenset()
    return frozenset(map(str, fact.value)) if isinstance(fact.value, tuple) else frozenset({str(fact.value)})


def _when(fact: Observation | None) -> datetime | None:
    """The time that a fact says; None where it says none that can be read."""
    try:
        said = datetime.fromisoformat(str(fact.value)) if fact else None
    except ValueError:
        return None
    return said.replace(tzinfo=UTC) if said is not None and said.tzinfo is None else said
