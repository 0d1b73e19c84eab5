"""Findings to actions: what one step closes is one action, the most urgent first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from netguard.advise import topology
from netguard.model.action import Action, Intent, Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.mapping import name as name_of
from netguard.model.observation import clean
from netguard.model.vocabulary import DOOR_ROLES, Severity, Status

WIFI = "wifi:"
"""How the target of a finding about a network in the air begins; its name or BSSID follows."""

NETWORK = "network"
"""Target and identity of what is about no device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What one action is about, besides its remedy's group: a target, or one port of the gateway that forwards it."""

    target: str
    gateway: str | None = None
    port: str = ""
    """`tcp/8443`, as the gateway knows it; empty where the action is about no mapping."""
    mappings: tuple[PortMapping, ...] = field(default=(), compare=False)

    @property
    def id(self) -> str:
        """What follows the group in the action's id."""
        return f"{self.target}:{self.port}" if self.port else self.target


def actions(
    findings: Iterable[Finding],
    remedies: Mapping[str, Remedy],
    devices: tuple[Device, ...],
    gateways: tuple[Gateway, ...] = (),
    home: topology.Topology | None = None,
    *,
    router: str | None = None,
) -> tuple[Action, ...]:
    """One action for each remedy's group and scope among the failed findings, worst severity first.

    The scope is the finding's target; of a finding about a mapping it is the port that its gateway forwards, so that each
    is closed by itself. Where `home` says who could live where, what takes its one network apart are the steps that its
    router can take, and one for what it cannot. Of equally severe ones what concerns a door comes first, then what closes
    more. `router` is the device that this computer's own way to the internet leads through, where it is known: any
    other one is called by its name. `remedies` is by check id; a failed finding whose check has none raises `KeyError`.
    """
    held = _held(gateways, remedies)
    groups: dict[tuple[str, _Scope], list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.FAIL:
            scope = held.get(finding.fingerprint, _Scope(target=finding.target))
            groups.setdefault((remedies[finding.check].group, scope), []).append(finding)
    urgency = list(Severity)
    doors = {d.key for d in devices if d.role in DOOR_ROLES}

    def made() -> Iterator[tuple[Action, list[Finding]]]:
        for (group, scope), closed in groups.items():
            if group == topology.GROUP and home is not None:
                yield from topology.steps(home, scope.target, closed, remedies[closed[0].check].title)
            else:
                yield _action(group, scope, closed, remedies, devices, router), closed

    def place(item: tuple[Action, list[Finding]]) -> tuple[int, bool, int, list[str]]:
        action, closed = item
        worst = min((urgency.index(f.severity) for f in closed), default=len(urgency))
        return worst, not any(f.target in doors for f in closed), -len(closed), action.id.split(":", 1)

    return tuple(action for action, _ in sorted(made(), key=place))


def _held(gateways: Iterable[Gateway], remedies: Mapping[str, Remedy]) -> dict[str, _Scope]:
    """By the fingerprint that a finding about it would have: each port that a gateway forwards.

    A finding about a mapping bears its gateway's identity and the mapping's name, whatever its check; its check's remedy is
    to remove it.
    """
    checks = [check for check, remedy in remedies.items() if remedy.intent == "remove-mapping"]
    found: dict[str, _Scope] = {}
    for gateway in gateways:
        by_port: dict[str, list[PortMapping]] = {}
        for mapping in gateway.mappings:
            by_port.setdefault(f"{mapping.protocol}/{mapping.external_port}", []).append(mapping)
        identity = gateway.device or NETWORK
        for port, mappings in by_port.items():
            scope = _Scope(target=identity, gateway=gateway.device, port=port, mappings=tuple(mappings))
            names = {name_of(mapping) for mapping in mappings}
            found |= {fingerprint(check, identity, name): scope for check in checks for name in names}
    return found


def _action(
    group: str,
    scope: _Scope,
    closed: list[Finding],
    remedies: Mapping[str, Remedy],
    devices: tuple[Device, ...],
    router: str | None,
) -> Action:
    remedy = remedies[closed[0].check]
    loses = dict.fromkeys(loss for f in closed for loss in remedies[f.check].loses)
    if scope.port:
        title, intents = _closing(scope, devices, router), _removals(scope)
    else:
        title = remedy.title.format(device=_called(scope.target, devices))
        intents = _intents(remedy, scope.target)
    return Action(
        id=f"{group}:{scope.id}",
        title=title,
        closes=tuple(sorted({f.fingerprint for f in closed})),
        needs=remedy.needs,
        loses=tuple(loses),
        intents=intents,
    )


def _called(target: str, devices: tuple[Device, ...]) -> str:
    device = next((d for d in devices if d.key == target), None)
    return (device.name or str(next(iter(device.addresses), target))) if device else _named(target)


def _named(target: str) -> str:
    """What to call a target that is no device."""
    return f"Wi-Fi “{target.removeprefix(WIFI)}”" if target.startswith(WIFI) else target


def _closing(scope: _Scope, devices: tuple[Device, ...], router: str | None) -> str:
    """`Close TCP 8443, which leads to Kitchen hub, at the router`; another gateway than the own one is called by its name."""
    first = scope.mappings[0]
    to = dict.fromkeys(
        _called(m.device, devices) if m.device is not None else clean(m.internal_client) for m in scope.mappings
    )
    where = "the router" if scope.gateway in {router, None} else _called(scope.gateway, devices)
    transport = first.protocol.upper()
    leads = f"which lead to {' and '.join(to)}" if first.external_port == 0 else f"which leads to {' and '.join(to)}"
    what = f"all free {transport} ports" if first.external_port == 0 else f"{transport} {first.external_port}"
    return f"Close {what}, {leads}, at {where}"


def _removals(scope: _Scope) -> tuple[Intent, ...]:
    """One for each device that the port leads to."""
    peers = dict.fromkeys(m.device for m in scope.mappings)
    mapping = scope.mappings[0]
    return tuple(
        Intent(
            kind="remove-mapping",
            device=scope.gateway,
            peer=peer,
            transport=mapping.protocol,
            port=mapping.external_port,
        )
        for peer in peers
    )


def _intents(remedy: Remedy, target: str) -> tuple[Intent, ...]:
    if remedy.intent is None:
        return ()
    if remedy.per_device and not target.startswith(WIFI):
        return (Intent(kind=remedy.intent, device=target, feature=remedy.feature),)
    return (Intent(kind=remedy.intent, segment=target, feature=remedy.feature),)
