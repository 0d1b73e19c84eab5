"""Which findings of a scan a plan's rules close, on which of its members, and what else the scan's actions ask of a router. Pure.

A scan may have been written by somebody else, so nothing of its text goes on from here: a finding is its fingerprint and
its check's id, a device is the plan's member that has its MAC.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from netguard.advise.router import router
from netguard.errors import DocumentError
from netguard.model.action import Action, Intent
from netguard.model.finding import Finding
from netguard.model.observation import Observation, clean
from netguard.model.plan import Member, Name, Plan, SegmentRole
from netguard.model.scan import Scan
from netguard.model.vocabulary import Status, Transport

PLANNED = frozenset({"isolate-segment", "move-device", "reserve-address", "deny-flow", "allow-flow", "reflect-mdns"})
"""Intents that a plan expresses; the others a router's menu does, or its platform's text."""

MAX_DOORS = 64
"""Ports of findings that a proof asks for, besides its own questions; homes have about ten."""

MAX_REMAINING = 256
"""Actions and findings that are looked at; a scan of 250 devices has about 100. Stops a document made to fill a text."""

_CHECK = re.compile(r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,5}")
_FINGERPRINT = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One finding that is closed. `check` and `fingerprint` are plain words; `member` is null where it is about no member."""

    fingerprint: str
    check: str
    member: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A port of a member that a finding is about."""

    member: str
    """Its name in the plan."""
    transport: Transport
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What comes of a scan for a plan's rules."""

    wanted: tuple[Intent, ...] = ()
    """Of the actions, what no plan expresses and the router itself does: its features, mappings, Wi-Fi, passwords."""
    closes: tuple[Closed, ...] = ()
    doors: tuple[Door, ...] = ()


def closing(scan: Scan, plan: Plan, says: Callable[[Intent], bool]) -> Closing:
    """What `plan` closes of `scan`; `says` tells whether the platform has words for an intent that no plan expresses.

    An action's findings are closed when all that it asks for is done: the plan has a network apart and every device that
    is to move lives in one, and the platform says the rest. Raises `DocumentError` for words that no scan has.
    """
    members = {str(member.mac): member for member in plan.members}
    of_device = {d.key: member for d in scan.devices if d.mac is not None and (member := members.get(str(d.mac)))}
    apart = {s.name for s in plan.segments if s.role is not SegmentRole.TRUSTED}
    actions = scan.actions[:MAX_REMAINING]
    hop = router(scan, {}).device
    own = {None} if hop is None else {None, hop.key, *hop.former_keys}
    wanted = tuple(dict.fromkeys(i for a in actions for i in a.intents if i.kind not in PLANNED and i.device in own))
    for intent in wanted:
        _check_feature(intent)
    done = [a for a in actions if _is_done(a, of_device, apart, lambda intent: intent in wanted and says(intent))]
    closed = {print_ for action in done for print_ in action.closes}
    return Closing(
        wanted=wanted,
        closes=tuple(_closed(scan, closed, of_device)),
        doors=tuple(_doors(scan, of_device, apart)),
    )


def is_of(scan: Scan, plan: Plan, *, named: bool = False) -> bool:
    """Whether `scan` is of the home that `plan` is for: a member, or the gateway that is one, has been seen by its MAC.

    `named` says that the person named the scan; then it is enough that it was made in one of the plan's networks. Else it
    is not: 192.168.1.0/24 is everybody's.
    """
    hop = scan.vantage.gateway
    seen = {device.mac for device in scan.devices} | {hop.mac if hop is not None else None}
    if any(member.mac in seen for member in plan.members):
        return True
    own = scan.vantage.segment.prefix
    return named and any(own == segment.prefix_of(own.version) for segment in plan.segments)


def _check_feature(intent: Intent) -> None:
    if intent.feature is not None:
        try:
            Name.of(intent.feature)
        except ValueError as error:
            raise DocumentError(
                f"the scan asks to switch off {clean(intent.feature, 40)!r}, which is no feature's name; scan again"
            ) from error


def _is_done(action: Action, of_device: dict[str, Member], apart: set[Name], says: Callable[[Intent], bool]) -> bool:
    return bool(action.intents) and all(_is_said(i, of_device, apart, says) for i in action.intents)


def _is_said(intent: Intent, of_device: dict[str, Member], apart: set[Name], says: Callable[[Intent], bool]) -> bool:
    if intent.kind not in PLANNED:
        return says(intent)
    if intent.device is None:
        return bool(apart)
    member = of_device.get(intent.device)
    return member is not None and member.segment in apart


def _closed(scan: Scan, closed: set[str], of_device: dict[str, Member]) -> Iterator[Closed]:
    """Failed findings of done actions, but for those about a port that the plan lets others reach all the same."""
    observed = {o.id: o for o in scan.observations}
    for finding in scan.findings:
        if finding.status is not Status.FAIL or finding.fingerprint not in closed:
            continue
        if not _FINGERPRINT.fullmatch(finding.fingerprint) or not _CHECK.fullmatch(finding.check):
            raise DocumentError(f"the scan has a finding of no check ({clean(finding.check, 40)!r}); scan again")
        member = of_device.get(finding.target)
        if member is not None and any(_is_listed(member, *port) for port in _ports(finding, observed)):
            continue
        yield Closed(
            fingerprint=finding.fingerprint, check=finding.check, member=None if member is None else member.name
        )


def _is_listed(member: Member, transport: Transport, port: int) -> bool:
    return any(listen.transport is transport and port in listen.ports for listen in member.listens)


def _ports(finding: Finding, observed: Mapping[str, Observation]) -> Iterator[tuple[Transport, int]]:
    """What a finding rests on, as ports."""
    for known in (observed.get(evidence) for evidence in finding.evidence):
        if known is not None and known.transport is not None and known.port is not None and 0 < known.port < 65536:
            yield known.transport, known.port


def _doors(scan: Scan, of_device: dict[str, Member], apart: set[Name]) -> Iterable[Door]:
    """Ports that failed findings about members in a network apart rest on."""
    observed = {o.id: o for o in scan.observations}
    found: dict[Door, None] = {}
    for finding in scan.findings:
        member = of_device.get(finding.target)
        if finding.status is Status.FAIL and member is not None and member.segment in apart:
            for transport, port in _ports(finding, observed):
                found[Door(member=str(member.name), transport=transport, port=port)] = None
    return tuple(found)[:MAX_DOORS]
