"""A router opens ports for whoever asks it by NAT-PMP or PCP.

| circumstance | severity |
|---|---|
| the own router speaks it, and a lock, hub, alarm, camera, doorbell or something unidentified is on the network, or declared | medium |
| the own router speaks it, and nothing of that is there | low |
| another device speaks it: it opens ports towards wherever its other side is | low |
| it speaks PCP only, and declines this computer (NOT_AUTHORIZED): it may serve others | info |

One finding per router. That it opens ports is certain where it answered the question with success; where it names
another trouble (no address on the internet just now, no room left) it is likely that it does otherwise. Whether it grants a
port is not tried: that would open one. Passes when the own router says that nobody listens on UDP 5351, or that both are
switched off. Unknown when it was silent or not asked: a lost packet and a router that drops what it does not know look the
same. It errs where the router's rules decline every request for a port, or grant it to chosen devices only, as a FRITZ!Box
does, and where it serves others than this computer.
"""

from collections.abc import Iterator

from netguard.checks._contract import Check
from netguard.checks._gateways import ROUTER, device_of, own, subject_of, why_not_asked
from netguard.checks._looked import absent, asked, others
from netguard.checks._services import COMMANDING, WATCHING, tried
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Outcome, Role, Severity, Transport
from netguard.rules.loader import Rules

PORT = 5351
"""RFC 6886, 3; RFC 6887, 19.1."""
PLACE = f"{Transport.UDP}/{PORT}"

AT_STAKE = COMMANDING | WATCHING | {Role.UNKNOWN}
"""What a door that a gadget opened by itself would be worst for."""

SUCCESS, OTHER_VERSION, DECLINED = 0, 1, 2
"""Result codes; the same numbers in both protocols (RFC 6886, 3.5; RFC 6887, 7.4)."""

REFUSED = frozenset({OTHER_VERSION, DECLINED})

STAGES = ("probe.natpmp", "probe.pcp")

FIX = (
    "Switch NAT-PMP and PCP off in the router's menu. Most routers have one switch for them and UPnP (“UPnP”, “automatic port "
    "forwarding”, “allow devices to open ports”); a FRITZ!Box has one in the details of each device. "
    "What has to be reached from outside gets a port by hand, or better a VPN."
)

CHECK = Check(
    id="natpmp-enabled",
    title="Devices cannot open ports by NAT-PMP or PCP",
    why=(
        "By NAT-PMP and PCP any device at home can have the router open a port to it, without a password and without "
        "anybody noticing: a gadget whose maker found that convenient, or one that somebody has taken over. The device is "
        "then reached by the whole internet."
    ),
    remedy=Remedy(
        group="disable-natpmp",
        title="Switch NAT-PMP and PCP off in {device}",
        needs=Needs.MENU,
        intent="disable-feature",
        feature="nat-pmp",
        loses=("games, calls and file sharing that open ports by themselves need one opened by hand",),
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.6-1",
        "CIS Controls v8.1, 4.8",
        "CWE-306",
        "https://www.rfc-editor.org/rfc/rfc6886",
        "https://www.rfc-editor.org/rfc/rfc6887",
    ),
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding about the own router, and one for each other device that speaks it."""
    first = own(scan)
    if scan.vantage.gateway is None:
        yield CHECK.not_applicable(ROUTER, because="this network has no router that leads to the internet")
    else:
        yield _own(scan, first)
    for gateway in scan.gateways:
        if gateway is not first and (spoken := _spoken(gateway)):
            yield _failed(scan, gateway, spoken, Severity.LOW)


def _own(scan: Scan, gateway: Gateway | None) -> Finding:
    subject, device = subject_of(scan, gateway), device_of(scan, gateway)
    if gateway is not None and (spoken := _spoken(gateway)):
        return _failed(scan, gateway, spoken, _severity(scan))
    if gateway is not None and gateway.services.pcp is not None and gateway.services.pcp.result == DECLINED:
        return CHECK.fail(
            subject,
            title=f"{subject.name} speaks PCP, and opens no ports for this computer; for others it may",
            severity=Severity.INFO,
            confidence=Confidence.LIKELY,
            fix=FIX,
            discriminator=PLACE,
            evidence=_evidence(scan, device),
        )
    # It was looked at where each question that was sent was answered, and whatever listens there said that it is off.
    if device is not None and PORT in asked(device, Transport.UDP) and not _unanswered(scan, device):
        if not _listens(device):
            return CHECK.passed(subject, title=f"{subject.name} speaks neither NAT-PMP nor PCP")
        if gateway is not None and gateway.services.natpmp is not None and gateway.services.pcp is not None:
            title = f"{subject.name} has NAT-PMP and PCP switched off"
            return CHECK.passed(subject, title=title, evidence=_evidence(scan, device))
    because, how = why_not_asked(scan, STAGES[0])
    if device is not None and (stage := _unanswered(scan, device)):
        because, how = why_not_asked(scan, stage)
    return CHECK.unknown(subject, because=because, how=how)


def _failed(scan: Scan, gateway: Gateway, spoken: tuple[str, ...], severity: Severity) -> Finding:
    subject = subject_of(scan, gateway)
    return CHECK.fail(
        subject,
        title=f"{subject.name} opens ports for whoever asks by {' or '.join(spoken)}",
        severity=severity,
        confidence=Confidence.CONFIRMED if _succeeds(gateway) else Confidence.LIKELY,
        fix=FIX,
        discriminator=PLACE,
        evidence=_evidence(scan, device_of(scan, gateway)),
    )


def _spoken(gateway: Gateway) -> tuple[str, ...]:
    """Which of the two it serves. Who declines does not, nor who answers in another protocol's version only."""
    natpmp, pcp = gateway.services.natpmp, gateway.services.pcp
    spoken = []
    if natpmp is not None and natpmp.result not in REFUSED:
        spoken.append("NAT-PMP")
    if pcp is not None and pcp.result not in REFUSED:
        spoken.append("PCP")
    return tuple(spoken)


def _succeeds(gateway: Gateway) -> bool:
    """Whether it serves now. NAT-PMP's answer counts first: it is about the address that ports would be opened at."""
    natpmp, pcp = gateway.services.natpmp, gateway.services.pcp
    if natpmp is not None and natpmp.result not in REFUSED:
        return natpmp.result == SUCCESS
    return pcp is not None and pcp.result == SUCCESS


def _severity(scan: Scan) -> Severity:
    near = (*others(scan), *absent(scan, AT_STAKE))
    return Severity.MEDIUM if any(device.role in AT_STAKE for device in near) else Severity.LOW


def _listens(device: Device) -> bool:
    return any(s.transport is Transport.UDP and s.port == PORT for s in device.open_services)


def _unanswered(scan: Scan, device: Device) -> str | None:
    """The first stage whose question came to nothing; None when each one that was sent was answered."""
    for stage in STAGES:
        tries = tried(scan, device, PLACE, stage.removeprefix("probe."))
        if any(a.outcome is not Outcome.DONE for a in tries):
            return stage
    return None


def _evidence(scan: Scan, device: Device | None) -> tuple[Observation, ...]:
    key = None if device is None else device.key
    return tuple(o for o in scan.observations if o.device == key and o.kind in {"natpmp.result", "pcp.result"})
