"""Devices, ports, access points, mappings and firmware that came, went, came back or changed between two states. Pure.

Whatever turned, turned between the two states, whichever scan saw it. What the newer scan itself does not show, and one
between the two did, is told as seen then: nobody else will tell it, since the next comparison begins with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netguard.compare.presence import (
    CARRIED_ROLES,
    PASSING,
    expectation,
    role_of,
    would_see,
)
from netguard.compare.sameness import Sameness
from netguard.compare.series import Moment, was_asked
from netguard.compare.states import Known, Port, State
from netguard.model.difference import Attribute, Cause, Change, Kind, Turn
from netguard.model.timeline import DeviceLine, PointLine
from netguard.model.vocabulary import Role, Security


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """All that two scans are compared by. The states are those of the place of the newer one."""

    old: Moment
    new: Moment
    before: State
    after: State
    same: Sameness
    own: frozenset[str]
    """The computers that looked."""
    elsewhere: frozenset[str]
    """Devices that earlier scans saw at other places."""

    @property
    def is_one_place(self) -> bool:
        """Whether both were made at one place."""
        return self.old.place.is_same(self.new.place)

    def is_device(self, subject: str) -> bool:
        """Whether a finding's subject is a device, and no network."""
        return subject in self.after.devices or subject in self.old.devices or self.same.known(subject) is not None

    def called(self, name: str) -> str:
        """What a person calls the device of this name."""
        there = [moment.devices[name] for moment in (self.new, self.old) if name in moment.devices]
        there += [known.presence.line for state in (self.after, self.before) if (known := state.devices.get(name))]
        each = self.same.known(name)
        names = (
            each.said_name if each is not None else None,
            *(line.name for line in there),
            each.name if each is not None else None,
            *(address for line in there for address in line.addresses),
        )
        return next(filter(None, names), self.same.key(name))

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IPv4 addresses of the device of this name, where it was seen last."""
        known = self.after.devices.get(name)
        line = self.new.devices.get(name) or (known.presence.line if known is not None else self.old.devices.get(name))
        return line.addresses if line is not None else ()


def changes(pair: Pair) -> Iterator[Change]:
    """Each change once, in no order; of something that is new or back what it has is told with it, not beside it."""
    for name, known in pair.after.devices.items():
        was = pair.before.devices.get(name)
        if known.presence.gone:
            if was is not None and not was.presence.gone:
                yield _change(pair, Kind.DEVICE, Turn.GONE, name)
        elif _arrives(pair, name):
            if (arrival := _arrival(pair, name, known)) is not None:
                yield arrival
        else:
            yield from _services(pair, name)
        if was is None:
            continue
        if not known.presence.gone and (told := _alterations(pair, name, was, known)):
            yield _change(pair, Kind.DEVICE, Turn.CHANGED, name, told)
        if was.firmware and known.firmware and was.firmware != known.firmware:
            other = Attribute(what="firmware", before=was.firmware, after=known.firmware)
            yield _change(pair, Kind.FIRMWARE, Turn.CHANGED, name, (other,))
    yield from _points(pair)
    yield from _mappings(pair)


def _arrives(pair: Pair, name: str) -> bool:
    """Whether a device that is here now could not be compared before: it was not there, or was gone."""
    was = pair.before.devices.get(name)
    return was.presence.gone if was is not None else name not in pair.old.devices


def _arrival(pair: Pair, name: str, known: Known) -> Change | None:
    """That a device is new or back; null for what was merely away, or shows nothing by which to know it again."""
    told = (*_what_it_is(known.presence.line), *_seen(here=name in pair.new.devices))
    if name in pair.before.devices or (_was_known(pair, name) and _was_gone_for_long(pair, name, known)):
        return _change(pair, Kind.DEVICE, Turn.BACK, name, told)
    if _was_known(pair, name) or expectation(known.presence.line, pair.same.known(name)) is PASSING:
        return None
    cause = Cause.NETWORK if _could_see(pair, name, known) else Cause.VANTAGE
    return _change(pair, Kind.DEVICE, Turn.NEW, name, told, cause)


def _could_see(pair: Pair, name: str, known: Known) -> list[Moment]:
    """The scans up to the older one that would have seen the device, had it been there."""
    return [m for m in pair.before.whole if would_see(m.sight, known.presence, pair.same.known(name))]


def _was_known(pair: Pair, name: str) -> bool:
    """Whether anybody knew the device by the time of the older scan, here or elsewhere."""
    each = pair.same.known(name)
    return (each is not None and each.first_seen <= pair.old.ordered_at) or name in pair.elsewhere


def _was_gone_for_long(pair: Pair, name: str, known: Known) -> bool:
    """Whether a device that only the registry remembers was missing in enough of the scans before to count as gone."""
    if name in pair.elsewhere:
        return False
    expected = expectation(known.presence.line, pair.same.known(name))
    missed = _could_see(pair, name, known)
    return (
        not expected.never
        and bool(missed)
        and len(missed) >= expected.misses
        and missed[-1].passed - missed[0].passed >= expected.days
    )


def _what_it_is(line: DeviceLine) -> tuple[Attribute, ...]:
    facts = (
        ("role", None if line.role is Role.UNKNOWN else str(line.role)),
        ("address", ", ".join(line.addresses) or None),
        ("mac", line.mac),
        ("ports", ", ".join(line.open) or None),
    )
    return tuple(Attribute(what=what, before=None, after=after) for what, after in facts if after is not None)


def _seen(*, here: bool) -> tuple[Attribute, ...]:
    """That only a scan between the two saw it, where the newer does not show it."""
    return () if here else (Attribute(what="seen", before=None, after="between"),)


def _alterations(pair: Pair, name: str, was: Known, now: Known) -> tuple[Attribute, ...]:
    """What is otherwise of a device that stayed. Roles and names never: they are the person's own, or guesses."""
    if name in pair.own or was.presence.gone:
        return ()
    role = role_of(now.presence.line, pair.same.known(name))
    restless = role in CARRIED_ROLES or (role is Role.UNKNOWN and bool(now.randomised))
    found = []
    if not restless and was.addresses and was.addresses != now.addresses:
        found.append(Attribute(what="address", before=", ".join(was.addresses), after=", ".join(now.addresses)))
    if was.mac and now.mac and was.mac != now.mac and not (was.randomised and now.randomised):
        found.append(Attribute(what="mac", before=was.mac, after=now.mac))
    return tuple(found)


def _services(pair: Pair, name: str) -> Iterator[Change]:
    was, now = pair.before.devices.get(name), pair.after.devices[name]
    elsewhere = pair.old.devices[name].open if not pair.is_one_place and name in pair.old.devices else ()
    if was is None and not elsewhere:
        return
    ports: Mapping[str, Port] = was.ports if was is not None else {}
    here = pair.new.devices[name].open if name in pair.new.devices else ()
    for port, stands in now.ports.items():
        before = ports.get(port)
        told = (*_answers(now, port), *_seen(here=port in here))
        open_now = stands is not Port.GONE
        if open_now and before is None and port not in elsewhere:
            cause = Cause.NETWORK if was is not None and was_asked(was.asked, port) else Cause.VANTAGE
            yield _change(pair, Kind.SERVICE, Turn.NEW, name, told, cause, port)
        elif open_now and before is Port.GONE and port not in elsewhere:
            yield _change(pair, Kind.SERVICE, Turn.BACK, name, told, what=port)
        elif stands is Port.GONE and before in {Port.OPEN, Port.SILENT}:
            yield _change(pair, Kind.SERVICE, Turn.GONE, name, what=port)
        elif was is not None and (version := was.versions.get(port)) and version != now.versions[port]:
            other = Attribute(what="version", before=version, after=now.versions[port])
            yield _change(pair, Kind.SERVICE, Turn.CHANGED, name, (other,), what=port)


def _answers(known: Known, port: str) -> tuple[Attribute, ...]:
    version = known.versions.get(port)
    return (Attribute(what="version", before=None, after=version),) if version else ()


def _points(pair: Pair) -> Iterator[Change]:
    for bssid, spot in pair.after.spots.items():
        was, line = pair.before.spots.get(bssid), spot.line
        if spot.gone:
            if was is not None and not was.gone:
                yield _point(line, Turn.GONE)
        elif was is not None and not was.gone:
            both = zip(_about(was.line), _about(line), strict=True)
            told = tuple(
                Attribute(what=what, before=before, after=after)
                for (what, before), (_, after) in both
                if before is not None and after is not None and after != before
            )
            if told:
                yield _point(line, Turn.CHANGED, told)
        elif bssid not in pair.old.points:
            told = tuple(Attribute(what=what, before=None, after=after) for what, after in _about(line) if after)
            told += _seen(here=bssid in pair.new.points or bssid in (pair.new.air or ()))
            # What was heard before was there, and is only now known to be one's own.
            fresh = pair.before.heard and bssid not in pair.before.air
            cause = Cause.NETWORK if fresh or was is not None else Cause.VANTAGE
            yield _point(line, Turn.NEW if was is None else Turn.BACK, told, cause)


def _point(line: PointLine, turn: Turn, attributes: tuple[Attribute, ...] = (), cause: Cause = Cause.NETWORK) -> Change:
    return Change(
        kind=Kind.ACCESS_POINT,
        turn=turn,
        cause=cause,
        subject=f"wifi:{line.bssid}",
        name=wifi_name(line),
        attributes=attributes,
    )


def _about(line: PointLine) -> tuple[tuple[str, str | None], ...]:
    """What is told of an access point; never its channel and signal, which change by themselves."""
    wps = None if line.wps is None else "on" if line.wps else "off"
    return (
        ("ssid", line.ssid),
        ("security", None if line.security is Security.UNKNOWN else str(line.security)),
        ("pmf", None if line.pmf is None else str(line.pmf)),
        ("wps", wps),
    )


def _mappings(pair: Pair) -> Iterator[Change]:
    for door, there in pair.after.doors.items():
        was = pair.before.doors.get(door)
        gateway, what = door
        if there and not was:
            if door in pair.old.mappings:
                continue
            turn = Turn.NEW if was is None else Turn.BACK
            cause = Cause.NETWORK if gateway in pair.before.listed else Cause.VANTAGE
            yield _change(pair, Kind.MAPPING, turn, gateway, _seen(here=door in pair.new.mappings), cause, what)
        elif was and not there:
            yield _change(pair, Kind.MAPPING, Turn.GONE, gateway, what=what)


def _change(
    pair: Pair,
    kind: Kind,
    turn: Turn,
    name: str,
    attributes: Iterable[Attribute] = (),
    cause: Cause = Cause.NETWORK,
    what: str | None = None,
) -> Change:
    return Change(
        kind=kind,
        turn=turn,
        cause=cause,
        subject=pair.same.key(name),
        name=pair.called(name),
        what=what,
        attributes=tuple(attributes),
        address=next(iter(pair.addresses(name)), None),
    )


def wifi_name(line: PointLine) -> str:
    """What a person calls an access point: there are several of one name."""
    return f"{line.ssid} ({line.bssid})" if line.ssid else line.bssid
