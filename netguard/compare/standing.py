"""Which findings stand open over the scans of one place: until a scan has looked and found it closed, and no longer. Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from netguard.compare.sameness import Sameness
from netguard.compare.series import Moment
from netguard.compare.states import Port, State, away
from netguard.model.finding import fingerprint
from netguard.model.timeline import OpenLine

WIDE = ("segment:", "network")
"""How targets begin that are about everybody on a network: what they say depends on who was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One finding over time."""

    line: OpenLine
    """As it was found open last; its fingerprint is that of the key its device had then."""
    subject: str
    part: tuple[str, str] | None
    since: datetime
    """When the first scan found it open since it was last resolved."""
    at: datetime
    """When it was found open last, by the place of that scan in the order."""
    firmware: str | None = None
    """Which firmware its device had then."""
    scans: int = 1
    """How many found it open since then."""
    open: bool = True
    """Whether it stands, as far as anybody knows."""
    here: bool = True
    """Whether the last scan found it open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All findings at one moment, by the fingerprint of today's keys."""

    stands: Mapping[str, Stand] = field(default_factory=lambda: MappingProxyType({}))
    looked: tuple[Moment, ...] = ()
    """The scans that this rests on, oldest first."""

    def was_settled(self, check: str, subject: str) -> bool:
        """Whether one of the scans found this in order."""
        return any(moment.is_settled(check, subject) for moment in self.looked)


def after(before: Standing, now: Moment, state: State, same: Sameness) -> Standing:
    """What stands open once `now` was looked at; `state` is already that after `now`."""
    stands = dict(before.stands)
    missing = away(state, same)
    for name, stand in before.stands.items():
        if stand.open and name not in now.open:
            stands[name] = _moved(stand, open=not is_closed(stand, now, state, missing))
    return Standing(stands=stands | _all_opened(before, now, state), looked=(*before.looked, now))


def with_open(before: Standing, now: Moment, state: State) -> Standing:
    """`before` and what `now` has open, which looked from elsewhere: from what it does not have nothing follows."""
    return replace(before, stands=dict(before.stands) | _all_opened(before, now, state))


def with_first(before: Standing, now: Moment, state: State, stored: Standing) -> Standing:
    """`before` and what `now` is the first to have open, which other rules judged: nothing else of it can be compared.

    `stored` is what stood open by those rules at the older scan.
    """
    stood = {name for each in (before, stored) for name, stand in each.stands.items() if stand.open}
    found = _all_opened(before, now, state)
    first = {name: stand for name, stand in found.items() if name not in stood}
    return replace(before, stands=dict(before.stands) | first)


def rejudged(
    before: Standing, anew: Moment, state: State, unknown: frozenset[tuple[str, str]], was_open: Container[str]
) -> Standing:
    """What stands open by other rules: `anew` are the facts of the scan that `before` ends with, as they judge them.

    `unknown` are the checks that could not judge, with what, and `was_open` what that scan had open. Of that the facts are
    the same: what is neither open nor unknown any more is closed by the rules.
    """
    stands = dict(before.stands)
    for name, stand in before.stands.items():
        pair = (stand.line.check, stand.subject)
        dropped = name in was_open and not unknown & {pair, (stand.line.check, "network")}
        if stand.open and name not in anew.open and (dropped or anew.is_settled(*pair)):
            stands[name] = _moved(stand, open=False)
    return Standing(stands=stands | _all_opened(before, anew, state), looked=(*before.looked, anew))


def _all_opened(before: Standing, now: Moment, state: State) -> dict[str, Stand]:
    return {name: opened(before.stands.get(name), line, now, state, name) for name, line in now.open.items()}


def opened(before: Stand | None, line: OpenLine, now: Moment, state: State, name: str) -> Stand:
    """The finding `name`, which `now` has open as `line`."""
    again = before is not None and before.open
    bearer = state.devices.get(now.subjects[name])
    return Stand(
        line=line,
        subject=now.subjects[name],
        part=now.parts.get(name) or (before.part if before is not None else None),
        since=before.since if before is not None and again else now.at,
        at=now.ordered_at,
        firmware=bearer.firmware if bearer is not None else None,
        scans=before.scans + 1 if before is not None and again else 1,
    )


def is_closed(stand: Stand, now: Moment, state: State, missing: tuple[datetime, ...]) -> bool:
    """Whether `now`, which does not find it open, saw that it is closed: it looked, or there is nothing left to look at."""
    if is_gone(stand, state):
        return True
    judged = now.is_settled(stand.line.check, stand.subject) or _has_other_firmware(stand, now)
    return judged and why_in_doubt(stand, now, state, missing) is None


def _has_other_firmware(stand: Stand, now: Moment) -> bool:
    """Whether a check that judges firmware has nothing to say, not even that it could not look, about what runs now."""
    line = now.devices.get(stand.subject)
    if not stand.line.by_firmware or line is None or line.firmware is None:
        return False
    return (
        line.firmware != stand.firmware
        and fingerprint(stand.line.check, line.key) not in now.unchecked
        and not any(
            line.check == stand.line.check and now.subjects[name] == stand.subject for name, line in now.open.items()
        )
    )


def is_gone(stand: Stand, state: State) -> bool:
    """Whether the device, port or mapping that it is about is gone: there is nothing left to look at."""
    known = state.devices.get(stand.subject)
    if known is not None and known.presence.gone:
        return True
    if stand.part is None:
        return False
    if stand.part in state.doors:
        return not state.doors[stand.part]
    bearer = state.devices.get(stand.part[0])
    return bearer is not None and bearer.ports.get(stand.part[1]) is Port.GONE


def why_in_doubt(stand: Stand, now: Moment, state: State, missing: tuple[datetime, ...]) -> str | None:
    """Why a check that finds nothing now says nothing about this finding; null where it does.

    It looked while what the finding is about kept silent for once. `missing` is what `states.away` gives.
    """
    if stand.part is not None:
        bearer = state.devices.get(stand.part[0])
        if bearer is not None and bearer.ports.get(stand.part[1]) is Port.SILENT:
            return "its port did not answer this time; it counts as closed when it is silent again"
        if state.doors.get(stand.part) and stand.part not in now.mappings:
            return "its router did not list all its mappings"
    if stand.subject.startswith("wifi:"):
        called = stand.subject.removeprefix("wifi:")
        silent = (s for s in state.spots.values() if not s.here and not s.gone)
        if any(called in (s.line.ssid, s.line.bssid) for s in silent):
            return "one of its access points was not heard this time"
    if stand.subject.startswith(WIDE) and any(at >= stand.at for at in missing):
        return "somebody who was there then was not seen this time"
    return None


def _moved(stand: Stand, *, open: bool) -> Stand:  # noqa: A002 - as the field is called
    return stand if stand.open == open and not stand.here else replace(stand, open=open, here=False)
