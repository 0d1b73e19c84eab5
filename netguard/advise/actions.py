"""Findings to actions: what one step closes is one action, the most urgent first."""

from collections.abc import Iterable, Mapping

from netguard.model.action import Action, Intent, Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Severity, Status

WIFI = "wifi:"
"""How the target of a finding about a network in the air begins; its name or BSSID follows."""


def actions(
    findings: Iterable[Finding], remedies: Mapping[str, Remedy], devices: tuple[Device, ...]
) -> tuple[Action, ...]:
    """One action for each remedy's group and scope among the failed findings, worst severity first.

    Of equally severe ones what concerns a door comes first, then what closes more. `remedies` is by check id; a failed
    finding whose check has none raises `KeyError`.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.status is Status.FAIL:
            groups.setdefault((remedies[finding.check].group, finding.target), []).append(finding)
    urgency = list(Severity)
    doors = {d.key for d in devices if d.role in DOOR_ROLES}

    def place(item: tuple[tuple[str, str], list[Finding]]) -> tuple[int, bool, int, tuple[str, str]]:
        (group, target), closed = item
        return min(urgency.index(f.severity) for f in closed), target not in doors, -len(closed), (group, target)

    ordered = sorted(groups.items(), key=place)
    return tuple(_action(group, target, closed, remedies, devices) for (group, target), closed in ordered)


def _action(
    group: str, target: str, closed: list[Finding], remedies: Mapping[str, Remedy], devices: tuple[Device, ...]
) -> Action:
    remedy = remedies[closed[0].check]
    device = next((d for d in devices if d.key == target), None)
    name = (device.name or str(next(iter(device.addresses), target))) if device else _named(target)
    loses = dict.fromkeys(loss for f in closed for loss in remedies[f.check].loses)
    return Action(
        id=f"{group}:{target}",
        title=remedy.title.format(device=name),
        closes=tuple(sorted({f.fingerprint for f in closed})),
        needs=remedy.needs,
        loses=tuple(loses),
        intents=_intents(remedy, target, devices),
    )


def _named(target: str) -> str:
    """What to call a target that is no device."""
    return f"Wi-Fi “{target.removeprefix(WIFI)}”" if target.startswith(WIFI) else target


def _intents(remedy: Remedy, target: str, devices: tuple[Device, ...]) -> tuple[Intent, ...]:
    if remedy.intent is None:
        return ()
    if target.startswith(WIFI):
        return (Intent(kind=remedy.intent, segment=target, feature=remedy.feature),)
    if remedy.per_device:
        return (Intent(kind=remedy.intent, device=target, feature=remedy.feature),)
    # A lock never moves without the hub it talks to, so both move together.
    moving = sorted(d.key for d in devices if d.role in DOOR_ROLES | HUB_ROLES)
    moves = (Intent(kind="move-device", device=key, segment="iot") for key in moving)
    return (Intent(kind=remedy.intent, segment=target), *(moves if remedy.intent == "isolate-segment" else ()))
