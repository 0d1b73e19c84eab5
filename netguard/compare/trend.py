"""Scans over time in short: what each told, since when each problem stands, and what happened to one device. Pure.

Each place of a site (`series.Place`) has a history of its own: what the guest network does not show is not gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netguard.compare import standing, states
from netguard.compare.sameness import Sameness
from netguard.compare.series import Clock, Moment, Place, moment
from netguard.compare.standing import Standing
from netguard.compare.states import Known, Port, State
from netguard.model.known import KnownDevice
from netguard.model.timeline import Entry, OpenLine
from netguard.model.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Since when a finding stands open."""

    first_at: datetime
    """When the first scan began that found it open since it was last resolved."""
    scans: int
    """How many scans found it open since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a device, as a scan saw it."""

    at: datetime
    scan_id: str
    what: str
    """`seen` (for the first time), `gone`, `back`, `address`, `mac`, `firmware`, `name`, `role`, `port` (only after: it
    opened; only before: it closed; both: another version answers) or `finding` (only after: opened, only before: resolved)."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One scan, and the states of its place before and after it."""

    now: Moment
    state_before: State
    state: State
    open_before: Standing
    open: Standing
    elsewhere: tuple[tuple[State, Standing], ...]
    """What the scans so far say of the other places of the site."""


def told(entries: Sequence[Entry], known: Sequence[KnownDevice] = ()) -> tuple[tuple[int, int], ...]:
    """How many findings each of `entries` told as (new, resolved): new, broken out anew, or found to be closed.

    `entries` are of one site, oldest first. Each is held against all earlier ones of its place, as `diff.difference` does:
    what could not be looked at counts as neither. The first of a place has (open, 0): all that it found is new. Rules that
    changed meanwhile are not told apart here.
    """
    return tuple(_numbers(step) for step in _steps(entries, known))


def standing_since(entries: Sequence[Entry], known: Sequence[KnownDevice] = ()) -> Mapping[str, Since]:
    """Since when each finding stands that is open in the last of `entries`, by the fingerprint that it has there.

    `entries` as for `told`. A scan that could not look does not end it, and does not count.
    """
    answers: dict[str, Since] = {}
    for step in list(_steps(entries, known))[-1:]:
        for stand in step.open.stands.values():
            if stand.open and stand.here:
                answers[stand.line.fingerprint] = Since(first_at=stand.since, scans=stand.scans)
    return answers


def story(entries: Sequence[Entry], device: KnownDevice, known: Sequence[KnownDevice] = ()) -> tuple[Event, ...]:
    """What happened to `device` over `entries` (as for `told`), in that order; at one scan in the order of `Event.what`.

    `known` are all devices of its site: a key that it had once may be another's now.

    It is known by its key and former keys. What it is when it is first seen is told of `seen` as `after`: its name or role.
    Seen at another place for the first time, behind a new router or as a guest, it is told as what it was seen as last.
    """
    mine = device.id
    return tuple(event for step in _steps(entries, known or (device,)) for event in _events(step, mine))


def _steps(entries: Sequence[Entry], known: Sequence[KnownDevice]) -> Iterator[_Step]:
    same = Sameness(known)
    places: list[tuple[Place, State, Standing]] = []
    clocks: list[Clock] = []
    for entry in entries:
        where = Place.of(entry)
        at = next((n for n, (place, _, _) in enumerate(places) if place.is_same(where)), None)
        if at is None:
            at = len(places)
            places.append((where, State(), Standing()))
            clocks.append(Clock())
        now = moment(entry, same, clocks[at].tick(entry))
        place, before, open_before = places[at]
        state = states.after(before, now, same)
        open_now = standing.after(open_before, now, state, same)
        # The next one may know the router's MAC that this one did not.
        places[at] = (now.place if place.gateway is None else place, state, open_now)
        yield _Step(
            now=now,
            state_before=before,
            state=state,
            open_before=open_before,
            open=open_now,
            elsewhere=tuple((state, standing) for n, (_, state, standing) in enumerate(places) if n != at),
        )


def _numbers(step: _Step) -> tuple[int, int]:
    before, now = step.open_before.stands, step.open.stands
    stood = {name for name, stand in before.items() if stand.open}
    stands = {name for name, stand in now.items() if stand.open}
    return len(stands - stood), len(stood - stands)


def _events(step: _Step, mine: str) -> Iterator[Event]:
    was, now = step.state_before.devices.get(mine), step.state.devices.get(mine)
    others = [known for state, _ in step.elsewhere if (known := state.devices.get(mine)) is not None]
    is_here_first = was is None and bool(others)
    if is_here_first:
        was = max(others, key=lambda known: known.presence.at)
    if now is not None and was is not None:
        yield from (_event(step, *each) for each in _happened(was, now))
    elif now is not None:
        yield from (_event(step, *each) for each in _appeared(now))
    for name, stand in sorted(step.open.stands.items(), key=lambda item: (item[1].line.title, item[0])):
        if stand.subject == mine:
            before = step.open_before.stands.get(name)
            stood = before is not None and before.open
            if is_here_first and any(name in there.stands and there.stands[name].open for _, there in step.elsewhere):
                continue
            if stand.open and not stood:
                yield _event(step, "finding", None, _title(stand.line))
            elif stood and not stand.open:
                yield _event(step, "finding", _title(stand.line), None)


def _appeared(now: Known) -> Iterator[tuple[str, str | None, str | None]]:
    line = now.presence.line
    yield "seen", None, line.name or (None if line.role is Role.UNKNOWN else str(line.role))
    yield from (("port", None, port) for port in now.ports)


def _happened(was: Known, now: Known) -> Iterator[tuple[str, str | None, str | None]]:
    line = now.presence.line
    if now.presence.gone != was.presence.gone:
        yield ("gone", line.name, None) if now.presence.gone else ("back", None, line.name)
    last = was.presence.line
    if was.addresses != now.addresses and was.addresses:
        yield "address", ", ".join(was.addresses), ", ".join(now.addresses)
    if was.mac != now.mac and was.mac is not None:
        yield "mac", was.mac, now.mac
    if was.firmware != now.firmware:
        yield "firmware", was.firmware, now.firmware
    if line.name is not None and last.name != line.name:
        yield "name", last.name, line.name
    if line.role is not Role.UNKNOWN and last.role is not line.role:
        yield "role", None if last.role is Role.UNKNOWN else str(last.role), str(line.role)
    yield from _ports(was, now)


def _ports(was: Known, now: Known) -> Iterator[tuple[str, str | None, str | None]]:
    for port in sorted(now.ports, key=lambda p: (p.partition("/")[0], int(p.partition("/")[2]))):
        before, after = was.ports.get(port), now.ports[port]
        if after is Port.OPEN and before in {None, Port.GONE}:
            yield "port", None, port
        elif after is Port.GONE and before in {Port.OPEN, Port.SILENT}:
            yield "port", port, None
    for port, version in sorted(now.versions.items()):
        if (old := was.versions.get(port)) is not None and old != version:
            yield "port", f"{port} {old}", f"{port} {version}"


def _event(step: _Step, what: str, before: str | None, after: str | None) -> Event:
    return Event(at=step.now.at, scan_id=step.now.id, what=what, before=before, after=after)


def _title(line: OpenLine) -> str:
    return line.title or line.check
