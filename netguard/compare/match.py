"""Which device of this scan is which known one. Pure; neither the order of the devices nor of the known ones matters.

What the person said comes first, then what only one device should have (ids, keys, hardware MACs), then names and
randomised MACs, and last the address together with the same make. Each device is at most one known device and each
known one at most one device; what would be a guess between two is left open, and the device is a new one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from netguard.compare.folding import folded, may_be_folded
from netguard.compare.keys import Owners, former_keys, settled
from netguard.compare.likeness import (
    Company,
    Likeness,
    Traits,
    contradict,
    likeness,
    other_cards,
    said,
    same_make_and_address,
)
from netguard.model.device import Device
from netguard.model.known import KnownDevice, kind_of, rank

TWIN_DAYS = timedelta(days=90)
"""A device of the same make counts as a possible twin when it was seen at most so long before the other one."""

_WORDS = {
    "homekit": "HomeKit id",
    "matter": "Matter id",
    "hue": "Hue id",
    "upnp": "UPnP id",
    "tls": "TLS key",
    "ssh": "SSH key",
    "mac": "MAC",
    "name": "name",
    "random-mac": "private MAC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A device with its final key and former keys, which known device it is (its `id`; null for none), and why."""

    device: Device
    known: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """As `Recognised`, with the known device itself, and others that turned out to be the same one."""

    device: Device
    known: KnownDevice | None
    folded: tuple[KnownDevice, ...] = ()
    why: str


def recognise(devices: tuple[Device, ...], known: tuple[KnownDevice, ...]) -> tuple[Recognised, ...]:
    """Say of every device which known one it is, in the order of `devices`, and give it its key.

    `devices` come from `identify`, before or after they were recognised; `known` are those of one site. Keys are
    unique among the devices. Devices that the person said are one become one, in the place of its first.
    """
    return tuple(
        Recognised(device=m.device, known=m.known.id if m.known is not None else None, why=m.why)
        for m in matches(devices, known)
    )


def matches(devices: tuple[Device, ...], known: tuple[KnownDevice, ...]) -> tuple[Match, ...]:
    """As `recognise`, for whoever needs the known devices themselves."""
    shown = Counter(f"{i.kind}:{i.value}" for device in devices for i in set(device.identities))
    shared = frozenset(text for text, times in shown.items() if times > 1)
    seats = [_Seat(device, Traits.of_device(device, shared)) for device in devices]
    seats = _as_the_person_said(seats, known)
    _Seating(sorted(seats, key=lambda seat: seat.order), sorted(known, key=lambda k: k.id)).run()
    owners = Owners(known, shared)
    drafts = settled([(s.device, s.traits, s.known, tuple(s.folded)) for s in seats], owners)
    current = frozenset(drafts)
    return tuple(
        Match(
            device=replace(
                seat.device, key=key, former_keys=former_keys(key, (seat.known, *seat.folded), current - {key})
            ),
            known=seat.known,
            folded=tuple(seat.folded),
            why=seat.why,
        )
        for seat, key in zip(seats, drafts, strict=True)
    )


class _Seat:
    """A device of this scan, and the known one found for it."""

    def __init__(self, device: Device, traits: Traits, *, known: KnownDevice | None = None, why: str = "") -> None:
        self.device, self.traits, self.known, self.why = device, traits, known, why
        self.folded: list[KnownDevice] = []
        # A place of its own among all devices, whatever order they came in.
        self.order = (sorted(traits.texts, key=lambda t: (rank(t), t)), str(device.mac), str(device.addresses))


def _as_the_person_said(seats: list[_Seat], known: Sequence[KnownDevice]) -> list[_Seat]:
    """Seats of those that the person said something positive about are taken; those of one known device become one."""
    tied: dict[str, list[_Seat]] = defaultdict(list)
    by_id = {each.id: each for each in known if each.joined}
    for seat in seats:
        wanted = [k for k in by_id.values() if said(seat.traits, k)]
        if wanted:
            best = min(wanted, key=lambda k: (min(map(rank, seat.traits.texts & set(k.joined))), k.id))
            tied[best.id].append(seat)
    group_of = {id(seat): each for each, group in tied.items() for seat in group}
    result, done = [], set[str]()
    for seat in seats:
        each = group_of.get(id(seat))
        if each is None:
            result.append(seat)
        elif each not in done:
            done.add(each)
            group = sorted(tied[each], key=lambda s: s.order)
            device = folded(tuple(s.device for s in group))
            texts = frozenset[str]().union(*(s.traits.texts for s in group))
            hidden = {f"{i.kind}:{i.value}" for i in device.identities} - texts
            why = "you said that it is" if len(group) == 1 else f"you said that these {len(group)} are one device"
            result.append(_Seat(device, Traits.of_device(device, hidden), known=by_id[each], why=why))
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    seat: _Seat
    known: KnownDevice
    likeness: Likeness

    @property
    def order(self) -> tuple[object, ...]:
        """Best first; where two are as good, the one shown last, and in the end any fixed order."""
        best = self.likeness
        strongest = rank(best.kinds[0]) if best.kinds else len(_WORDS)
        return (-best.points, -len(best.kinds), -best.shown.timestamp(), strongest, self.known.id, self.seat.order)


class _Seating:
    """Finds a known device for every seat that can have one."""

    def __init__(self, seats: list[_Seat], known: list[KnownDevice]) -> None:
        self.seats, self.known = seats, known
        self.traits = {k.id: Traits.of_known(k) for k in known}
        self.free = {k.id: k for k in known}
        self._by_id = dict(self.free)
        self._shows_mac: dict[str, set[int]] = defaultdict(set)
        self._bears_mac: dict[str, set[str]] = defaultdict(set)
        self._holders: dict[str, set[str]] = defaultdict(set)
        for place, seat in enumerate(seats):
            for text in seat.traits.macs:
                self._shows_mac[text].add(place)
            if seat.known is not None:
                self.free.pop(seat.known.id, None)
        for each in known:
            for text in self.traits[each.id].texts:
                if kind_of(text) == "mac":
                    self._bears_mac[text].add(each.id)
            for text in (*self.traits[each.id].texts, *each.apart):
                if kind_of(text) != "address":
                    self._holders[_handle(text)].add(each.id)

    def run(self) -> None:
        """Strong evidence first, then weak, then the address; each known device that is left may be somebody's, too."""
        pairs = self._pairs()
        strong, weak = ([p for p in pairs if p.likeness.weak is each] for each in (False, True))
        self._take(strong)
        self._fold(strong)
        self._take(_without_guesses([p for p in weak if self._open(p)]))
        self._by_address()
        self._fold(weak)
        for seat in self.seats:
            if seat.known is None:
                seat.why = self._why_new(seat)

    def _pairs(self) -> list[_Pair]:
        found = []
        for place, seat in enumerate(self.seats):
            for known in self._near(seat):
                if said(seat.traits, known) is not None:
                    continue
                like = likeness(seat.traits, self.traits[known.id], self._company(place, seat, known))
                if like is not None:
                    found.append(_Pair(seat=seat, known=known, likeness=like))
        return sorted(found, key=lambda p: p.order)

    def _near(self, seat: _Seat) -> list[KnownDevice]:
        """The known devices that have something in common with it; an attacker's announcements fill a registry."""
        near = {each for text in seat.traits.texts for each in self._holders.get(_handle(text), ())}
        return [self._by_id[each] for each in sorted(near)]

    def _company(self, place: int, seat: _Seat, known: KnownDevice) -> Company:
        theirs = self.traits[known.id]
        return Company(
            here=any(self._shows_mac.get(text, set()) - {place} for text in theirs.macs),
            another=any(self._bears_mac.get(text, set()) - {known.id} for text in seat.traits.of("mac")),
        )

    def _open(self, pair: _Pair) -> bool:
        return pair.seat.known is None and pair.known.id in self.free

    def _take(self, pairs: Iterable[_Pair]) -> None:
        for pair in pairs:
            if self._open(pair):
                pair.seat.known = self.free.pop(pair.known.id)
                pair.seat.why = _same(pair, self.traits[pair.known.id])

    def _by_address(self) -> None:
        """Those that are left, by address and make, where there is exactly one of that make on either side."""
        seats, known = defaultdict(list), defaultdict(list)
        for seat in self.seats:
            if seat.known is None:
                seats[seat.traits.make].append(seat)
        for each in self.free.values():
            known[self.traits[each.id].make].append(each)
        for make, open_seats in seats.items():
            if make is None:
                continue
            for seat in open_seats:
                self._settle_by_address(seat, open_seats, known[make])

    def _settle_by_address(self, seat: _Seat, seats: Sequence[_Seat], known: Sequence[KnownDevice]) -> None:
        fits = [
            k for k in known if said(seat.traits, k) is None and same_make_and_address(seat.traits, self.traits[k.id])
        ]
        if len(fits) != 1:
            return
        theirs = self.traits[fits[0].id]
        twins = [s for s in seats if s is not seat and not contradict(s.traits, theirs)]
        elders = [
            k
            for k in known
            if k is not fits[0]
            and not contradict(seat.traits, self.traits[k.id])
            and k.last_seen >= fits[0].last_seen - TWIN_DAYS
        ]
        # One of the make that appeared since may be this known one, showing more of itself than it did then.
        heirs = [
            k
            for k in self.known
            if k.first_seen > fits[0].last_seen
            and self.traits[k.id].make == theirs.make
            and not contradict(self.traits[k.id], theirs)
        ]
        if not (twins or elders or heirs):
            seat.known = self.free.pop(fits[0].id)
            seat.why = (
                "the same address and the same kind of device, and nothing speaks against it;"
                " it showed nothing else by which it could be recognised"
            )

    def _fold(self, pairs: Sequence[_Pair]) -> None:
        """Known devices that nobody is, and that agree with a device which is another one, are that one too."""
        claims = Counter(pair.known.id for pair in pairs)
        choices = Counter(id(p.seat) for p in pairs if p.likeness.weak and p.known is not p.seat.known)
        for pair in pairs:
            main = pair.seat.known
            guess = pair.likeness.weak and (claims[pair.known.id] > 1 or choices[id(pair.seat)] > 1)
            if main is None or guess or pair.known.id not in self.free:
                continue
            others = (main, *pair.seat.folded)
            if all(may_be_folded(pair.seat.traits, other, pair.known, weak=pair.likeness.weak) for other in others):
                pair.seat.folded.append(self.free.pop(pair.known.id))
                pair.seat.why += f"; {_called(pair.known)} turned out to be the same one"

    def _why_new(self, seat: _Seat) -> str:
        for each in self._near(seat):
            theirs = self.traits[each.id]
            agreed = sorted((seat.traits.texts & theirs.texts) - seat.traits.of("address"), key=rank)
            if said(seat.traits, each) is False:
                return f"new: you said that it is not {_called(each)}"
            if agreed:
                what = _WORDS.get(kind_of(agreed[0]), "identity")
                but = "its hardware is another" if other_cards(seat.traits, theirs) else "that is not enough"
                return f"new: it shows the {what} of {_called(each)}, but {but}"
        if seat.traits.texts == seat.traits.of("address"):
            return "not recognised: it showed nothing but its address, which may be another device's tomorrow"
        return "new: it showed nothing that a known device has shown"


def _handle(text: str) -> str:
    """What two texts that may agree have in common: all of it, of a name only the label."""
    return text.partition("/")[0] if kind_of(text) == "name" else text


def _without_guesses(pairs: list[_Pair]) -> list[_Pair]:
    """`pairs` without those that have an equally good rival for the device or the known one."""
    best: Mapping[tuple[object, ...], int] = Counter(
        (*side, p.likeness.points, p.likeness.shown)
        for p in pairs
        for side in (("seat", id(p.seat)), ("known", p.known.id))
    )
    return [
        p
        for p in pairs
        if best["seat", id(p.seat), p.likeness.points, p.likeness.shown] == 1
        and best["known", p.known.id, p.likeness.points, p.likeness.shown] == 1
    ]


def _same(pair: _Pair, theirs: Traits) -> str:
    words = [_WORDS[kind] for kind in pair.likeness.kinds if kind in _WORDS]
    what = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    changed = other_cards(pair.seat.traits, theirs) or (
        "name" in pair.likeness.kinds and not {"mac", "random-mac"} & set(pair.likeness.kinds) and theirs.macs
    )
    new = " with another MAC" if changed and pair.seat.traits.macs else ""
    return f"the same {what}{new}"


def _called(known: KnownDevice) -> str:
    return f"“{known.said_name or known.name}”" if known.said_name or known.name else known.key
