"""What somebody on the internet finds behind a forwarded port: shared by the checks about them."""

from dataclasses import dataclass
from typing import Literal

from netguard.checks._looked import asked
from netguard.checks._mappings import Door
from netguard.checks._services import facts_at, port_rule
from netguard.model import ports as port_text
from netguard.model.device import Service
from netguard.model.observation import Observation, clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import PortState, Severity, Transport
from netguard.rules.loader import Rules

FOUND_BY_EVERYBODY = frozenset({22, 23, 80, 443, 445, 554, 1883, 3389, 5000, 8080, 8123, 8291})
"""TCP ports of logins, pictures, files and commands that strangers look for first: SSH, telnet, web, SMB, RTSP, MQTT,
remote desktop, Synology's and Home Assistant's pages, Winbox (IANA's service names; the makers' manuals)."""

LETS_ANYBODY_IN = frozenset(
    {
        ("api.login", "none"),
        ("api.login", "setup"),
        ("telnet.login", "shell"),
        ("ssh.login", "none"),
        ("adb.authentication", "none"),
        ("ftp.anonymous", True),
        ("mqtt.anonymous", True),
        ("rtsp.describe", 200),
    }
)
"""Facts that show that a service asks nobody for a login, or still takes its first owner."""

MAX_NAME = 60
"""Characters of a service's own name that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What was seen of the port that a mapping leads to."""

    state: Literal["open", "closed", "unknown"]
    said: str
    """In a sentence."""
    to_anybody: bool = False
    """Whether it asks for no login."""
    risk: Severity | None = None
    """What rules/ports.yaml says of the service, or of the port where nothing is known to answer."""
    evidence: tuple[Observation, ...] = ()


def answering(scan: Scan, door: Door, rules: Rules) -> Answering:
    """What is behind `door` now, as far as the scan saw it."""
    mapping, device = door.mapping, door.device
    if door.is_everything:
        return Answering(state="unknown", said="Whatever it listens on is open to the internet.")
    risk = _risk_of_port(rules, mapping.protocol, mapping.internal_port)
    if device is None:
        return Answering(state="unknown", said="", risk=risk)
    if scan.vantage.address in device.addresses:
        said = "What listens on that port cannot be seen from this computer itself."
        return Answering(state="unknown", said=said, risk=risk)
    there = [s for s in device.services if s.transport is mapping.protocol and s.port == mapping.internal_port]
    service = next((s for s in there if s.state is PortState.OPEN), None)
    if service is not None:
        return _open(scan, door, service, rules)
    if mapping.internal_port in asked(device, mapping.protocol):
        said = "Nothing answers on that port now, so the way is open for whatever listens there next."
        return Answering(state="closed", said=said, risk=risk)
    if mapping.protocol is Transport.UDP:
        said = "What listens there is not known: over UDP silence tells nothing."
    else:
        said = "Whether something answers on that port was not asked in this scan."
    return Answering(state="unknown", said=said, risk=risk)


def is_risky(door: Door, behind: Answering) -> bool:
    """Whether strangers look for it, or what answers there is one of the services that do harm."""
    ports = {door.mapping.external_port, door.mapping.internal_port}
    sought = door.mapping.protocol is Transport.TCP and bool(ports & FOUND_BY_EVERYBODY)
    harmful = behind.risk is not None and behind.risk.at_least(Severity.HIGH)
    return door.is_everything or sought or harmful


def _open(scan: Scan, door: Door, service: Service, rules: Rules) -> Answering:
    assert door.device is not None  # noqa: S101 - a service is a device's
    facts = facts_at(scan, door.device, service)
    to_anybody = any((f.kind, f.value) in LETS_ANYBODY_IN for f in facts)
    rule = port_rule(rules, service)
    what = clean(service.product or service.name or (rule.name if rule else ""), MAX_NAME)
    said = f"{what} answers on that port now." if what else "Something answers on that port now."
    return Answering(
        state="open",
        said=said + (" It asks for no login." if to_anybody else ""),
        to_anybody=to_anybody,
        risk=rule.risk if rule is not None else None,
        evidence=facts,
    )


def _risk_of_port(rules: Rules, transport: Transport, port: int) -> Severity | None:
    about = (r for r in rules.ports.services if r.transport is transport and port in port_text.parse(r.ports))
    return next((r.risk for r in about), None)
