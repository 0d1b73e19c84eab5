"""What became of each finding between two scans, and why: new, persisting, worsened, resolved and so on. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from netguard.compare.acceptances import Covering, holds
from netguard.compare.changes import Pair
from netguard.compare.standing import Stand, Standing, why_in_doubt
from netguard.compare.states import away
from netguard.compare.unseen import ELSEWHERE
from netguard.model.acceptance import Acceptance
from netguard.model.difference import QUIET, Cause, Change, Fate, FindingChange, Kind, Turn
from netguard.model.timeline import OpenLine

SEEN_BETWEEN = "a scan between the two found it; the newer one could not look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What stands open at three moments, by the fingerprint of today's keys."""

    stored: Standing
    """At the older scan, as it was judged when it was made."""
    rejudged: Standing | None
    """At the older scan, as the rules judge it by which the newer is judged; null where those are the same."""
    now: Standing
    _open_once: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        at_old = self.rejudged if self.rejudged is not None else self.stored
        pairs = frozenset((stand.line.check, stand.subject) for stand in at_old.stands.values())
        object.__setattr__(self, "_open_once", pairs)

    @property
    def names(self) -> tuple[str, ...]:
        """Every finding that was open in any of the scans."""
        return tuple({**self.stored.stands, **self.now.stands})

    def stood(self, name: str) -> OpenLine | None:
        """The finding `name`, where it stood open at the older scan."""
        stand = self.stored.stands.get(name)
        return stand.line if stand is not None and stand.open else None

    def stands(self, name: str) -> Stand | None:
        """The finding `name`, where it stands open at the newer scan: found so by that, or by one between the two.

        Null for what only the rules opened, as long as no scan has found it so.
        """
        stand = self.now.stands.get(name)
        if stand is None or not stand.open:
            return None
        if not stand.here and self.rejudged is not None and self.stood(name) is None:
            by_rules = self.rejudged.stands.get(name)
            return None if by_rules is not None and by_rules.open else stand
        return stand

    def was_judged(self, check: str, subject: str) -> bool:
        """Whether it was once seen, up to the older scan, how this stands."""
        at_old = self.rejudged if self.rejudged is not None else self.stored
        return (check, subject) in self._open_once or at_old.was_settled(check, subject)

    def is_by_rules(self, name: str) -> bool:
        """Whether the older scan's facts, judged anew, give what the newer scan gives."""
        if self.rejudged is None:
            return False
        by_rules, before, stand = self.rejudged.stands.get(name), self.stood(name), self.stands(name)
        made = by_rules.line.severity if by_rules is not None and by_rules.open else None
        return made == (stand.line.severity if stand else None) and made != (before.severity if before else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Which decisions to live with a finding ended between the two scans."""

    covering: Covering
    old_day: date
    new_day: date
    today: date

    def accepts(self, line: OpenLine) -> bool:
        """Whether it is accepted today."""
        return any(holds(each, self.today) for each in self.covering.about(line))

    def expired(self, line: OpenLine) -> bool:
        """Whether it was accepted, that has ended since the older scan, and no other decision holds."""
        about = self.covering.about(line)
        return any(self._ended(each) for each in about) and not any(holds(each, self.new_day) for each in about)

    def _ended(self, each: Acceptance) -> bool:
        return holds(each, self.old_day) and not holds(each, self.new_day)


class Owners:
    """Which change of a port, a device and so on each finding comes from."""

    def __init__(self, pair: Pair, changes: Iterable[Change]) -> None:
        self._parts: dict[tuple[str, str], Change] = {}
        self._wholes: dict[tuple[Kind, str], Change] = {}
        for change in changes:
            name = pair.same.of(change.subject)
            if change.what is not None:
                self._parts[name, change.what] = change
            elif change.kind is Kind.ACCESS_POINT:
                spot = pair.after.spots[change.subject.removeprefix("wifi:")].line
                for called in filter(None, (spot.ssid, spot.bssid)):
                    self._wholes.setdefault((change.kind, f"wifi:{called}"), change)
            elif not (change.kind is Kind.DEVICE and change.turn is Turn.CHANGED):
                self._wholes[change.kind, name] = change

    def of(self, stand: Stand) -> Change | None:
        """The change that this finding comes from."""
        kinds = (Kind.ACCESS_POINT, *((Kind.FIRMWARE,) if stand.line.by_firmware else ()), Kind.DEVICE)
        wholes = (self._wholes.get((kind, stand.subject)) for kind in kinds)
        part = self._parts.get(stand.part) if stand.part is not None else None
        return part or next(filter(None, wholes), None)


def fates(pair: Pair, judged: Judgements, owners: Owners, ends: Ends) -> Iterator[tuple[FindingChange, Change | None]]:
    """What became of each finding that is open in one of the two scans, and which change it comes from, in no order."""
    missing = away(pair.after, pair.same)
    for name in judged.names:
        before, stand = judged.stood(name), judged.stands(name)
        last = judged.now.stands.get(name) or judged.stored.stands[name]
        if stand is not None:
            fate = _of_open(judged, name, stand)
            if fate in {Fate.PERSISTING, Fate.IMPROVED} and ends.expired(stand.line):
                fate = Fate.ACCEPTANCE_EXPIRED
            # Where the two are judged or were made otherwise, what no scan has found since is another for that alone.
            otherwise = before is not None and (judged.rejudged is not None or not pair.is_one_place)
            if not stand.here and (fate is Fate.PERSISTING or (otherwise and fate is not Fate.ACCEPTANCE_EXPIRED)):
                if name not in pair.old.open:
                    continue
                fate = Fate.UNOBSERVED
        elif before is not None and (not last.open or judged.is_by_rules(name)):
            fate = Fate.RESOLVED
        elif before is not None and name in pair.old.open:
            fate = Fate.UNOBSERVED
        else:
            continue
        line = before if before is not None and (stand is None or fate is Fate.UNOBSERVED) else last.line
        owner = owners.of(last)
        quiet = fate in QUIET | {Fate.ACCEPTANCE_EXPIRED}
        cause = None if quiet else _cause(pair, judged, name, fate, last, owner)
        told = FindingChange(
            fingerprint=name,
            check=line.check,
            fate=fate,
            cause=cause,
            target=pair.same.key(last.subject),
            name=pair.called(last.subject) if pair.is_device(last.subject) else _wide(last.subject),
            title=line.title,
            severity=line.severity,
            was=before.severity if before is not None else None,
            why=_why(pair, judged, name, fate, missing),
            accepted=fate is not Fate.RESOLVED and ends.accepts(line),
        )
        yield told, owner if cause in {Cause.NETWORK, Cause.VANTAGE} else None


def _of_open(judged: Judgements, name: str, stand: Stand) -> Fate:
    """What became of a finding that the newer scan has open."""
    before, severity = judged.stood(name), stand.line.severity
    if before is None:
        return Fate.REGRESSED if name in judged.stored.stands else Fate.NEW
    if before.severity is severity:
        return Fate.PERSISTING
    return Fate.WORSENED if severity.at_least(before.severity) else Fate.IMPROVED


def _cause(pair: Pair, judged: Judgements, name: str, fate: Fate, stand: Stand, owner: Change | None) -> Cause:
    """Why a finding that makes a difference does."""
    if judged.is_by_rules(name):
        return Cause.RULES
    if owner is not None:
        return owner.cause
    if fate in {Fate.NEW, Fate.REGRESSED}:
        return Cause.NETWORK if judged.was_judged(stand.line.check, stand.subject) else Cause.VANTAGE
    if fate is Fate.RESOLVED:
        return Cause.NETWORK
    alike = pair.is_one_place and (pair.old.sight, pair.old.depth) == (pair.new.sight, pair.new.depth)
    return Cause.NETWORK if alike else Cause.VANTAGE


def _why(pair: Pair, judged: Judgements, name: str, fate: Fate, missing: tuple[datetime, ...]) -> str | None:
    """Why the newer scan could not look at what stands open; null where it did."""
    if fate is Fate.UNOBSERVED:
        return _why_unobserved(pair, judged, name, missing)
    stand = judged.stands(name)
    between = stand is not None and not stand.here and fate is not Fate.ACCEPTANCE_EXPIRED
    return SEEN_BETWEEN if between else None


def _why_unobserved(pair: Pair, judged: Judgements, name: str, missing: tuple[datetime, ...]) -> str:
    stand = judged.stored.stands[name]
    if not pair.is_one_place:
        return ELSEWHERE
    if (doubt := why_in_doubt(stand, pair.new, pair.after, missing)) is not None:
        return doubt
    if pair.is_device(stand.subject) and stand.subject not in pair.new.devices:
        return "its device was not seen this time"
    return "the newer scan could not judge it"


def _wide(target: str) -> str:
    """What a person calls a target that is no device."""
    kind, _, rest = target.partition(":")
    if kind == "wifi" and rest:
        return f"Wi-Fi “{rest}”"
    return f"the network {rest}" if kind == "segment" and rest else "this network"
