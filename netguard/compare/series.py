"""Scans of one place in their order, each as a comparison needs it: every device under one name in all of them. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from netaddr import IPNetwork

from netguard.compare.fingerprints import WORDS
from netguard.compare.sameness import Sameness, folded
from netguard.model import ports as port_text
from netguard.model.finding import fingerprint
from netguard.model.timeline import DeviceLine, Entry, OpenLine, PointLine, Summary
from netguard.model.vocabulary import Depth

MOST_BETWEEN = timedelta(days=7)
"""What the time between two scans counts for at most, whatever the clocks say: one that is years ahead for once makes nothing
gone. Five weeks of such steps are still the month of `presence.CARRIED`, so that weekly scans lose nothing by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A network as seen from one of its computers: the prefix alone is everybody's."""

    prefix: IPNetwork
    gateway: str | None

    @classmethod
    def of(cls, entry: Entry) -> "Place":
        """Where `entry` was made."""
        return cls(prefix=entry.line.prefix, gateway=entry.summary.gateway)

    def is_same(self, other: "Place") -> bool:
        """Whether both may be one network; a gateway whose MAC is not known contradicts nothing."""
        return self.prefix == other.prefix and (
            self.gateway is None or other.gateway is None or self.gateway == other.gateway
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How well a scan could see who is here."""

    whole: bool
    privileged: bool
    multicast: bool
    """Whether it listened and asked by multicast, which depth `discover` does not (design, section 4)."""
    personal: bool

    def reaches(self, other: "Sight") -> bool:
        """Whether it would have seen what a scan with the sight `other` saw, personal devices apart."""
        return self.whole and (self.privileged or not other.privileged) and (self.multicast or not other.multicast)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One scan. Devices and gateways go by the names that `Sameness` gives, findings by the fingerprints of today's keys."""

    id: str
    at: datetime
    """When it began, as it believed."""
    ordered_at: datetime
    """Its place in the order: what the registry learnt of it has this time."""
    passed: timedelta
    """What had passed by then since the first scan of the place, as `Clock` counts it."""
    place: Place
    depth: Depth
    sight: Sight
    heard: bool
    air: frozenset[str] | None
    devices: Mapping[str, DeviceLine]
    asked: Mapping[str, tuple[str, ...]]
    """By device, `tcp/1-1024,8080` for each transport."""
    points: Mapping[str, PointLine]
    mappings: Mapping[tuple[str, str], None]
    """By gateway and name, in order."""
    listed: frozenset[str]
    open: Mapping[str, OpenLine]
    subjects: Mapping[str, str]
    """By fingerprint of an open finding what it is about: the name of the device, or the target itself."""
    parts: Mapping[str, tuple[str, str]]
    """By fingerprint of an open finding the part it is about, where it is about one: (device, `tcp/23`), or (gateway,
    mapping)."""
    settled: Mapping[str, tuple[range, ...]]
    """By check the places of what it found to be in order."""
    places: Mapping[str, tuple[int, ...]]
    """By subject its places in `settled`: several of devices that the person said are one."""
    unchecked: frozenset[str]

    def is_settled(self, check: str, subject: str) -> bool:
        """Whether `check` looked at `subject`, and has nothing to say but that all is well, or that it does not apply."""
        runs, places = self.settled.get(check, ()), self.places.get(subject, ())
        return bool(places) and all(_is_in(runs, place) for place in places)


def _is_in(runs: tuple[range, ...], number: int) -> bool:
    """Whether one of the ascending `runs` has `number`: a large home's may be hundreds."""
    at = bisect_right(runs, number, key=lambda run: run.start)
    return at > 0 and number in runs[at - 1]


def was_asked(asked: Iterable[str], port: str) -> bool:
    """Whether `port` (`tcp/443`) is in one of the texts `asked` (`tcp/1-1024`)."""
    transport, _, number = port.partition("/")
    return any(
        text.startswith(f"{transport}/") and port_text.includes(text[len(transport) + 1 :], int(number))
        for text in asked
    )


class Clock:
    """Counts the time from scan to scan of one place, for which no single clock is trusted.

    It never goes back, and what it says of a scan is the same whatever comes after that: two comparisons agree on it.
    """

    def __init__(self) -> None:
        self.passed = timedelta(0)
        self._last: Entry | None = None

    def tick(self, entry: Entry) -> timedelta:
        """What has passed by `entry`, which is the next."""
        if self._last is not None:
            step = entry.line.started_at - self._last.line.started_at
            if entry.placed_at == entry.line.started_at:
                # Its clock is ahead of all before: after one that was set back, the order tells how long it was.
                step = min(step, entry.placed_at - self._last.placed_at)
            self.passed += max(timedelta(0), min(step, MOST_BETWEEN))
        self._last = entry
        return self.passed


def moment(entry: Entry, same: Sameness, passed: timedelta = timedelta(0)) -> Moment:
    """`entry` as a moment; `passed` as `Clock` counts it."""
    short = entry.summary
    lines: defaultdict[str, list[DeviceLine]] = defaultdict(list)
    asked: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for line in short.devices:
        name = same.of(line.key)
        lines[name].append(line)
        asked[name] += tuple(short.asked[n] for n in line.asked if n < len(short.asked))
    devices = {name: folded(found) for name, found in lines.items()}
    mappings = (text.partition(" ") for text in short.mappings)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, target in enumerate(short.targets):
        places[same.of(target)].append(number)
    names = _Names(short, same)
    open_ones: dict[str, OpenLine] = {}
    subjects: dict[str, str] = {}
    parts: dict[str, tuple[str, str]] = {}
    for each in short.open:
        canonical, part = names.of(each)
        open_ones[canonical] = each
        subjects[canonical] = same.of(each.target)
        if part is not None:
            parts[canonical] = part
    return Moment(
        id=entry.line.id,
        at=entry.line.started_at,
        ordered_at=entry.placed_at,
        passed=passed,
        place=Place.of(entry),
        depth=entry.line.depth,
        sight=Sight(
            whole=short.whole,
            privileged=short.privileged,
            multicast=entry.line.depth.at_least(Depth.QUICK),
            personal=short.personal,
        ),
        heard=short.heard,
        air=None if short.air is None else frozenset(short.air),
        devices=devices,
        asked=dict(asked),
        points={point.bssid: point for point in short.points},
        mappings={(same.of(gateway), name): None for gateway, _, name in mappings},
        listed=frozenset(map(same.of, short.listed)),
        open=open_ones,
        subjects=subjects,
        parts=parts,
        settled={each.check: port_text.cached_ranges(each.targets) for each in short.settled},
        places={subject: tuple(numbers) for subject, numbers in places.items()},
        unchecked=frozenset(short.unchecked),
    )


class _Names:
    """Today's fingerprints of one scan's findings, and which of its parts each is about.

    The document does not hold what tells a finding from its siblings, so it is found out: only the right one gives the
    fingerprint that is there.
    """

    def __init__(self, short: Summary, same: Sameness) -> None:
        self._same = same
        self._ports = {line.key: (*line.open, *line.closed) for line in short.devices}
        self._doors = [(gateway, name) for gateway, _, name in (text.partition(" ") for text in short.mappings)]
        self._renamed = [line.key for line in short.devices if same.current(line.key) != line.key]

    def of(self, line: OpenLine) -> tuple[str, tuple[str, str] | None]:
        """The fingerprint of `line` by today's keys, and the port or mapping that it is about, or rests on."""
        ports = self._ports.get(line.target)
        for port in ports or ():
            if _print(line.check, line.target, port) == line.fingerprint:
                return self._now(line.check, line.target, port), (self._same.of(line.target), port)
        for gateway, door in self._doors:
            if _print(line.check, gateway, door) == line.fingerprint:
                return self._now(line.check, gateway, door), (self._same.of(gateway), door)
        rests_on = None if line.port is None else (self._same.of(line.target), line.port)
        # Of a device with another key now, by the words that checks use beside ports and mappings.
        keys = [line.target] if line.target in self._ports and line.target in self._renamed else []
        for key in keys:
            for word in WORDS:
                if _print(line.check, key, word) == line.fingerprint:
                    return self._now(line.check, key, word), rests_on
        return line.fingerprint, rests_on

    def _now(self, check: str, key: str, mark: str) -> str:
        return _print(check, self._same.current(key), mark)


_print = lru_cache(maxsize=65536)(fingerprint)
"""Remembered, since the scans of a series have the same findings."""


def ordered(old: Entry, new: Entry, series: Sequence[Entry]) -> tuple[list[Entry], int, int]:
    """The scans that a comparison of `old` with `new` goes by, oldest first, and the places of the two in it.

    That is what was made at the place of `new`, with `old` wherever that was made; both as they are given, at the place in
    the order that the series gives them. Nothing counts that is later than `new`: by its place in the series, else by the clock.
    """
    here = Place.of(new)
    placed = {entry.line.id: entry.ordered_at for entry in series}
    old, new = (replace(e, ordered_at=placed.get(e.line.id, e.ordered_at)) for e in (old, new))
    ids = [entry.line.id for entry in series]
    if new.line.id in ids:
        before = series[: ids.index(new.line.id)]
    else:
        before = [e for e in series if e.line.started_at <= new.line.started_at]
    chosen = [e for e in before if e.line.id == old.line.id or Place.of(e).is_same(here)]
    at = next((n for n, e in enumerate(chosen) if e.line.id == old.line.id), None)
    if at is None:
        at = next((n for n, e in enumerate(chosen) if e.line.started_at > old.line.started_at), len(chosen))
        chosen.insert(at, old)
    chosen[at] = old
    return [*chosen, new], at, len(chosen)
