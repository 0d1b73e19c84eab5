"""What is it: the device records weighed against what a device has shown. Pure.

A line of evidence counts when all of it is there; lines of one record add up. What a line proves by default follows
how hard it is to show by accident: a certificate's subject or a DNS-SD TXT entry more than a service type, that more
than a host name with the maker's MAC, and a MAC or a name alone least. Whoever wants to deceive can show any of them:
a role is a reason to look closer, never a reason to trust.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netguard.identify.matching import Index, Shown, Trace
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, INFRASTRUCTURE_ROLES, Confidence, Role
from netguard.rules.schema import DeviceRecord, Evidence, Weight

POINTS: Mapping[Weight, int] = {"certain": 100, "strong": 70, "medium": 50, "weak": 20}
"""What each weight adds; one certain line confirms, one medium line makes likely."""

SHARED_POINTS = 20
"""What a shared line adds to a record that another line has recognised already."""

CONFIRMED, LIKELY = 100, 50
"""Points from which a record is confirmed, and likely; below it is possible."""

CONTESTED = 0.75
"""A record of another role with this share of the winner's points makes the winner less sure."""

_CERTAIN = frozenset({"tls.subject", "tls.issuer", "dnssd.txt"})
_STRONG = frozenset(
    {"dnssd.type", "dnssd.instance", "ssdp.type", "upnp.device-type", "upnp.manufacturer", "upnp.model", "gateway"}
)
_WEAK = frozenset({"oui", "hostname"})
_CONFIDENCES = tuple(Confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What it is taken for. `record` is null when nothing was recognised or two answers weigh the same."""

    role: Role = Role.UNKNOWN
    record: DeviceRecord | None = None
    confidence: Confidence = Confidence.POSSIBLE
    model: str | None = None
    note: str | None = None
    """What the person should know about the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    record: DeviceRecord
    points: int
    itself: int
    """Those of the points that no announcement gives: border routers and hubs announce the locks behind them."""
    certain: bool
    model: str | None


def decide(trace: Trace, records: Index | Iterable[DeviceRecord]) -> Verdict:
    """The record and role that the evidence speaks for. The order of `records` does not matter."""
    index = records if isinstance(records, Index) else Index(records)
    shown = ((index.records[number], lines) for number, lines in index.shown(trace).items())
    weighed = [w for w in (_weigh(record, lines) for record, lines in shown) if w is not None]
    if trace.is_gateway:
        # Routers repeat what other devices announce (mDNS reflectors) and share discs; only a maker's own record
        # outweighs the fact that this computer's packets leave through it.
        weighed = [w for w in weighed if not w.record.generic or w.record.role in INFRASTRUCTURE_ROLES]
    may_open_a_door = any(w.record.role in DOOR_ROLES and not w.record.generic and w.itself >= LIKELY for w in weighed)
    if may_open_a_door:
        # What makes anything a camera or a printer is no reason to treat a lock's bridge like one: it keeps its manners.
        weighed = [w for w in weighed if not w.record.generic or w.record.role in DOOR_ROLES]
    if not weighed:
        return Verdict(role=Role.ROUTER, confidence=Confidence.LIKELY) if trace.is_gateway else Verdict()
    by_role: dict[Role, list[_Weighed]] = {}
    for each in weighed:
        by_role.setdefault(each.record.role, []).append(each)
    ranked = sorted(by_role, key=lambda role: (-max(w.points for w in by_role[role]), _importance(role), role))
    best = ranked[0]
    points = max(w.points for w in by_role[best])
    rivals = [role for role in ranked[1:] if max(w.points for w in by_role[role]) >= CONTESTED * points]
    equals = [role for role in rivals if max(w.points for w in by_role[role]) == points]
    if any((role in DOOR_ROLES) != (best in DOOR_ROLES) for role in equals):
        return Verdict(note=f"not recognised, because two answers weigh the same: {', '.join(sorted({best, *equals}))}")
    chosen = min(by_role[best], key=_preference)
    confidence = _confidence(chosen)
    if rivals:
        confidence = _CONFIDENCES[min(_CONFIDENCES.index(confidence) + 1, len(_CONFIDENCES) - 1)]
    if may_open_a_door and best not in DOOR_ROLES:
        confidence = Confidence.POSSIBLE
        rivals = list(dict.fromkeys([*rivals, *(role for role in ranked if role in DOOR_ROLES)]))
    return Verdict(
        role=best,
        record=chosen.record,
        confidence=confidence,
        model=chosen.model,
        note=f"less sure, because it has the marks of another kind too: {', '.join(sorted(rivals))}"
        if rivals
        else None,
    )


def _importance(role: Role) -> int:
    """Which role to assume when two weigh the same: the one whose being wrong harms least, what doors obey first."""
    return 0 if role in HUB_ROLES else 1 if role in INFRASTRUCTURE_ROLES else 2


def _preference(each: _Weighed) -> tuple[bool, int, str]:
    """A maker's own record before a generic one, if it is at least likely; then points; then the id."""
    return (each.record.generic or each.points < LIKELY, -each.points, each.record.id)


def _confidence(each: _Weighed) -> Confidence:
    if each.points >= CONFIRMED and (each.certain or not each.record.generic):
        return Confidence.CONFIRMED
    return Confidence.LIKELY if each.points >= LIKELY else Confidence.POSSIBLE


def _weigh(record: DeviceRecord, found: list[Shown]) -> _Weighed | None:
    """What the lines that are there add up to; null when they are all such as others show too."""
    if all(line.evidence.shared for line in found):
        return None
    worth = [_points(line.evidence) for line in found]
    counted = [
        (line, worth[n])
        for n, line in enumerate(found)
        if not any(_implies(other, worth[m], line, worth[n]) for m, other in enumerate(found) if m != n)
    ]
    points = [worth for _, worth in counted]
    return _Weighed(
        record=record,
        points=sum(points),
        itself=sum(worth for line, worth in counted if not any(key.startswith("dnssd.") for key in line.hits)),
        certain=POINTS["certain"] in points,
        model=next((line.evidence.model for line in found if line.evidence.model), None),
    )


def _implies(other: Shown, more: int, line: Shown, points: int) -> bool:
    """Whether `other`, worth `more`, says all that `line` does, from the same texts: no fact is counted twice."""
    if not all(key in other.hits and other.hits[key] & texts for key, texts in line.hits.items()):
        return False
    if len(line.hits) < len(other.hits):
        return more >= points
    return (more, -other.place) > (points, -line.place)


def _points(line: Evidence) -> int:
    if line.shared:
        return SHARED_POINTS
    return POINTS[line.weight or _usual(frozenset(line.match))]


def _usual(keys: frozenset[str]) -> Weight:
    if keys & _CERTAIN:
        return "certain"
    if keys & _STRONG:
        return "strong"
    return "weak" if len(keys & _WEAK) == len(keys) == 1 else "medium"
