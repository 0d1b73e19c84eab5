"""Services as something to judge: shared by the checks that ask whether a service lets anybody in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, asked, names, open_on, others, why_not_asked
from netguard.model import ports as port_text
from netguard.model.action import Remedy
from netguard.model.attempt import Attempt
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    INFRASTRUCTURE_ROLES,
    Confidence,
    Ended,
    Needs,
    Outcome,
    Role,
    Severity,
    Transport,
)
from netguard.rules.loader import Rules
from netguard.rules.schema import PortRule

COMMANDING = DOOR_ROLES | HUB_ROLES | {Role.ALARM}
"""What opens the door, what commands it, and what would tell of a break-in."""

GUARDED = COMMANDING | INFRASTRUCTURE_ROLES
"""Who gets in there commands the door or the network that it is on."""

WATCHING = frozenset({Role.CAMERA, Role.DOORBELL})

NEVER_ASKED = COMMANDING | {Role.UNKNOWN}
"""What netguard never asks to let it in without a login."""

ANYBODYS_NAMES = frozenset({"http", "https", "tls"})
"""Names of services under which nearly everything is reached: they tell nothing of what it is. Who says `http` in
rules/ports.yaml means all of them."""

REQUIRE_LOGIN = Remedy(
    group="require-login",
    title="Make {device} ask for a login",
    needs=Needs.MENU,
    intent="change-credential",
    loses=("whatever connects to it without a login needs the new one",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """It was looked at, and it is all right: `what` it does, to be put after the device's name."""

    what: str
    evidence: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """It could not be told: why, and what would help."""

    because: str
    how: str


Verdict = Finding | Fine | Unclear
One = Callable[[Device, Subject, Service], Verdict]


def judge_services(
    check: Check, scan: Scan, one: One, *, ports: tuple[int, ...], name: str | tuple[str, ...], none: str
) -> Iterator[Finding]:
    """What `one` says of each TCP service on `ports` or called `name`, and one finding per device without a failed one.

    A device passes when all of `ports` were asked and each service there is fine; without any it `none` ("offers no
    FTP"). Services that are known to be something else are passed over.
    """
    devices = others(scan)
    if not devices:
        yield check.not_applicable(NETWORK, because="no other device was seen")
    for device in devices:
        subject = Subject.device(device)
        verdicts = [one(device, subject, service) for service in open_on(device, *ports, name=name)]
        yield from conclude(check, scan, device, verdicts, ports=frozenset(ports), none=none)


def conclude(
    check: Check, scan: Scan, device: Device, verdicts: Iterable[Verdict], *, ports: frozenset[int], none: str
) -> Iterator[Finding]:
    """The failed ones among `verdicts`, each once, and what is left to say of the device: unclear, not asked or passed."""
    subject = Subject.device(device)
    verdicts = tuple(verdicts)
    failed = {v.fingerprint: v for v in verdicts if isinstance(v, Finding)}
    unclear = [v for v in verdicts if isinstance(v, Unclear)]
    fine = [v for v in verdicts if isinstance(v, Fine)]
    yield from failed.values()
    if unclear:
        because = " and ".join(dict.fromkeys(v.because for v in unclear))
        yield check.unknown(subject, because=because, how=" ".join(dict.fromkeys(v.how for v in unclear)))
    elif failed:
        return
    elif ports <= asked(device):
        said = " and ".join(dict.fromkeys(v.what for v in fine)) or none
        yield check.passed(subject, title=f"{subject.name} {said}", evidence=[o for v in fine for o in v.evidence])
    else:
        because, how = why_not_asked(scan, device)
        yield check.unknown(subject, because=because, how=how)


def place(service: Service) -> str:
    """`tcp/23`: how a port is called, and what tells findings about one device apart."""
    return f"{service.transport}/{service.port}"


def facts_at(scan: Scan, device: Device, service: Service, *kinds: str) -> tuple[Observation, ...]:
    """What was learnt of these kinds about this port of `device`, at any of its addresses; all kinds without `kinds`."""
    return tuple(
        o
        for o in scan.observations
        if o.device == device.key
        and o.port == service.port
        and o.transport is service.transport
        and (not kinds or o.kind in kinds)
    )


def says(facts: Iterable[Observation], kind: str, value: object) -> bool:
    """Whether one of `facts` is of this kind and has this value."""
    return any(o.kind == kind and o.value == value for o in facts)


def is_spared(device: Device) -> bool:
    """Whether `device` is never asked to let anybody in: it is a lock, hub or alarm, or not known not to be one."""
    return device.role in NEVER_ASKED or (
        device.confidence is Confidence.POSSIBLE and device.role not in INFRASTRUCTURE_ROLES
    )


def tried(scan: Scan, device: Device, where: str, probe: str) -> tuple[Attempt, ...]:
    """What came of the probe `probe` at `where` (`tcp/23`) of `device`, at any of its addresses."""
    targets = {f"{address} {where}" for address in device.addresses}
    return tuple(a for a in scan.attempts if a.stage == f"probe.{probe}" and a.target in targets)


def why_not_told(
    scan: Scan, device: Device, service: Service, what: str, *probes: str, spares: bool = False
) -> Unclear:
    """Why none of `probes` told whether an open port speaks `what` (MQTT, ADB) and to whom; the likeliest probe first.

    `spares` says that locks, hubs, alarms and what may be one are never asked by them.
    """
    tries = next(filter(None, (tried(scan, device, place(service), probe) for probe in probes)), ())
    if failed := [a for a in tries if a.outcome is not Outcome.DONE]:
        return Unclear(
            because=f"{place(service)} is open, and asking for {what} came to nothing: {failed[-1].reason}",
            how=f"Scan again. If it stays so, find out in its menu or app what listens on {place(service)}.",
        )
    if tries:
        return Unclear(
            because=f"what listens on {place(service)} answered nothing that is {what}",
            how=f"Find out in its menu or app what listens on {place(service)}, and switch it off if nobody needs it.",
        )
    if spares and is_spared(device):
        return never_asked(device, f"{place(service)} is open, and ", what)
    ended = scan.ended is not Ended.FINISHED
    return Unclear(
        because=f"{place(service)} is open, and was not asked for {what}" + (" before the scan ended" if ended else ""),
        how="Scan again and let the scan finish." if ended else "Scan again.",
    )


def never_asked(device: Device, before: str, what: str) -> Unclear:
    """Why a device that is spared was not asked for `what`, in words that fit it."""
    if device.role in COMMANDING:
        return Unclear(
            because=f"{before}netguard never tries to get in on locks, hubs and alarms",
            how=f"Look in its settings whether its {what} asks for a password.",
        )
    return Unclear(
        because=f"{before}netguard never tries to get in on what it has not identified for sure",
        how="Find out what it is, say so (netguard devices role), and scan again.",
    )


def together(check: Check, reasons: Iterable[tuple[Device, str, Unclear]]) -> Iterator[Finding]:
    """One finding for all devices that could not be looked at for the same reason, so that a person reads it once.

    Each reason has a short name of its own, by which the finding is known in later scans.
    """
    gathered: dict[str, list[tuple[Device, Unclear]]] = {}
    for device, reason, unclear in reasons:
        gathered.setdefault(reason, []).append((device, unclear))
    for reason, found in sorted(gathered.items()):
        devices = tuple(device for device, _ in found)
        subject = Subject(target=NETWORK.target, identity=f"{NETWORK.identity}:{reason}", name=names(devices))
        because = " or ".join(dict.fromkeys(unclear.because for _, unclear in found))
        yield check.unknown(subject, because=because, how=" ".join(dict.fromkeys(unclear.how for _, unclear in found)))


def port_rule(rules: Rules, service: Service) -> PortRule | None:
    """The rule in rules/ports.yaml that speaks of this service: by what it was recognised as, else by its port."""
    by_name = (r for r in rules.ports.services if service.name in r.speaks and service.name not in ANYBODYS_NAMES)
    by_port = (r for r in rules.ports.services if service.port in port_text.parse(r.ports))
    return next((r for r in (*by_name, *by_port) if r.transport is service.transport), None)


def may_be(rule: PortRule, service: Service) -> bool:
    """Whether what was recognised at the rule's port is no other service than the rule's."""
    return service.name is None or service.name in (
        {*rule.speaks, *ANYBODYS_NAMES} if "http" in rule.speaks else rule.speaks
    )


def rule_at(rules: Rules, port: int, transport: Transport = Transport.TCP) -> PortRule:
    """The rule about this port. Raises `StopIteration` when rules/ports.yaml has none: a test sees to that."""
    return next(r for r in rules.ports.services if r.transport is transport and port in port_text.parse(r.ports))


def one_step_less(severity: Severity) -> Severity:
    """The severity below, `info` staying what it is."""
    order = tuple(Severity)
    return order[min(order.index(severity) + 1, len(order) - 1)]
