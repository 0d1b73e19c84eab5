"""A device listens where its owner's own policy says that it must not.

The policy is the person's own `ports.yaml` (role, ports, transport, severity, why, fix); the severity is the one that its
line says, and of two lines about one port the more severe counts.

Passes when all ports of the lines about the device's role were asked and none is open. Unknown where ports of them were
not asked: over UDP that is most of them, since silence tells nothing there. Does not apply without a policy, and where no
device has one of its roles. It errs with the role: a device that is taken for something else falls under its lines.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import CLOSE_PORT, NETWORK, absent, asked, fix_on, not_seen, others, why_not_asked
from netguard.checks._services import facts_at, place
from netguard.model import ports as port_text
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Severity, Transport
from netguard.rules.loader import Rules
from netguard.rules.schema import PolicyRule

FIX = "Switch the service off in the device's menu or app, or change your own rules/ports.yaml if it may listen there."

MOST_PORTS_TOLD = 60
"""Characters of the list of ports that were not asked; a line of policy may name all 65,535."""

CHECK = Check(
    id="port-policy",
    title="Devices keep to your own port policy",
    why="Your own rules/ports.yaml says that devices of this kind must not listen here.",
    remedy=CLOSE_PORT,
    references=("CIS Controls v8.1, 4.8", "ETSI EN 303 645 V3.1.3, 5.6-1"),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per open port that the policy forbids, and one per device about the rest of its ports."""
    roles = frozenset(line.role for line in rules.policy)
    devices = tuple(d for d in others(scan) if d.role in roles)
    if not rules.policy:
        yield CHECK.not_applicable(NETWORK, because="you have not written one (rules/ports.yaml beside your settings)")
    elif not devices and not absent(scan, roles):
        yield CHECK.not_applicable(NETWORK, because="no device of the kinds that it speaks of was seen")
    for device in devices:
        lines = tuple(line for line in rules.policy if line.role is device.role)
        forbidden = [(s, line) for s in device.open_services if (line := _line(lines, s))]
        # A port that is open at two addresses is one finding.
        found = {place(service): _forbidden(scan, device, service, line, rules) for service, line in forbidden}
        yield from found.values()
        yield from _rest(scan, device, lines, forbidden=bool(forbidden))
    yield from not_seen(CHECK, scan, roles, rules)


def _line(lines: tuple[PolicyRule, ...], service: Service) -> PolicyRule | None:
    """The most severe line that forbids this service."""
    about = [r for r in lines if r.transport is service.transport and service.port in port_text.parse(r.ports)]
    return min(about, key=lambda r: tuple(Severity).index(r.severity), default=None)


def _forbidden(scan: Scan, device: Device, service: Service, line: PolicyRule, rules: Rules) -> Finding:
    subject = Subject.device(device)
    what = f" ({service.name})" if service.name else ""
    return CHECK.fail(
        subject,
        title=f"{subject.name} listens on {place(service)}{what}, against your own policy",
        severity=line.severity,
        why=line.why,
        fix=line.fix or fix_on(device, rules, CHECK.id, FIX),
        discriminator=place(service),
        evidence=facts_at(scan, device, service),
    )


def _rest(scan: Scan, device: Device, lines: tuple[PolicyRule, ...], *, forbidden: bool) -> Iterator[Finding]:
    subject = Subject.device(device)
    missing = {t: _missing(device, lines, t) for t in Transport}
    if missing[Transport.TCP]:
        because, how = why_not_asked(scan, device)
        yield CHECK.unknown(subject, because=f"{because} (left: {_told(Transport.TCP, missing)})", how=how)
    elif missing[Transport.UDP]:
        yield CHECK.unknown(
            subject,
            because=f"nothing was heard from it about {_told(Transport.UDP, missing)}, and silence tells nothing over UDP",
            how="Scan with --depth deep, or look in its settings.",
        )
    elif not forbidden:
        yield CHECK.passed(subject, title=f"{subject.name} keeps to your own port policy")


def _missing(device: Device, lines: tuple[PolicyRule, ...], transport: Transport) -> frozenset[int]:
    wanted = {port for line in lines if line.transport is transport for port in port_text.parse(line.ports)}
    answered = {s.port for s in device.open_services if s.transport is transport}
    return frozenset(wanted - asked(device, transport) - answered)


def _told(transport: Transport, missing: dict[Transport, frozenset[int]]) -> str:
    text = port_text.render(missing[transport])
    return f"{transport} {text if len(text) <= MOST_PORTS_TOLD else text[:MOST_PORTS_TOLD].rpartition(',')[0] + ',…'}"
