"""The networks of a plan that a person has begun: what they wrote is kept, what they left out is filled. Pure.

A written network is one of those that are known (the scanned one, those of the router's configuration) where its prefix, its
interface, its VLAN or its name says so, or where it is the only one of its role. What is known of that one fills its gaps;
a network that nobody knows yet gets what is free, as `propose_segments.new` finds it. Where what is written and what is
known differ, what is written stays, and its owner is told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from netaddr import IPAddress, IPNetwork

from netguard.advise import planaddress, planwriter
from netguard.advise.exports._contract import role_of
from netguard.advise.place import Place
from netguard.advise.propose_members import Known
from netguard.advise.propose_segments import WAN_INTERFACE, Layout, Taken, new, scanned
from netguard.advise.propose_segments import known as known_of
from netguard.errors import UsageError
from netguard.model import address
from netguard.model.observation import clean
from netguard.model.plan import MAX_SEGMENTS, InterfaceName, Name, Segment, SegmentRole

TRUSTED_WORDS = frozenset({"trusted", "lan", "home", "main", "private"})
"""What people call the network that they trust, where they do not say its role."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """All networks, and what of them was not written."""

    layout: Layout
    fields: Mapping[int, Sequence[tuple[str, str]]]
    """Missing fields with their values as they stand in a file, by the place of the written network."""
    added: tuple[Segment, ...]
    """Networks that were not written at all."""
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Written:
    """A network as far as it is written. What cannot be read is null here, and refused with its line in the end."""

    number: int
    raw: Mapping[str, Any]
    place: Place
    name: Name | None
    role: SegmentRole | None
    interface: InterfaceName | None
    vlan: int | None
    prefix: IPNetwork | None
    prefix6: IPNetwork | None
    router: tuple[IPAddress, ...]
    known: Segment | None = None

    @classmethod
    def of(cls, number: int, raw: Mapping[str, Any], place: Place) -> "_Written":
        vlan = raw.get("vlan")
        listed = raw.get("router")
        routers = [read(planaddress.whole, text) for text in listed] if isinstance(listed, list) else []
        return cls(
            number=number, raw=raw, place=place, name=read(Name.of, raw.get("name")), role=read(SegmentRole, raw.get("role")),
            interface=read(InterfaceName.of, raw.get("interface")), vlan=vlan if type(vlan) is int else None,
            prefix=read(address.network, raw.get("prefix")), prefix6=read(address.network, raw.get("prefix6")),
            router=tuple(r for r in routers if r is not None),
        )  # fmt: skip

    def lacks(self, field_: str) -> bool:
        """Whether the field is not written. Null is a word where it means none: no VLAN, no prefix of this kind."""
        return field_ not in self.raw or (self.raw[field_] is None and field_ not in {"vlan", "prefix", "prefix6"})

    @property
    def prefixes(self) -> list[IPNetwork]:
        """Its prefixes as far as they are written."""
        return [p for p in (self.prefix, self.prefix6) if p is not None]

    def apart_from(self, other: Segment) -> bool:
        """Whether both have a prefix of one kind, and these have nothing in common."""
        pairs = ((self.prefix, other.prefix), (self.prefix6, other.prefix6))
        both = [(a, b) for a, b in pairs if a is not None and b is not None]
        return bool(both) and not any(a in b or b in a for a, b in both)

    def overlaps(self, other: Segment) -> bool:
        """Whether a prefix of both has something in common."""
        pairs = ((self.prefix, other.prefix), (self.prefix6, other.prefix6))
        return any(a in b or b in a for a, b in pairs if a is not None and b is not None)


def read(how: Callable[[str], T], text: object) -> T | None:
    """`text` as `how` reads it; null for what is no text or cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        return how(text)
    except ValueError:
        return None


def networks(raw: Mapping[str, Any], place: Place, known: Known, role: SegmentRole | None) -> Networks:
    """The networks of the plan in `raw`. `role` is what the network apart has to be where none is written; null for none.

    Raises `PlanError` for a network whose role nobody can tell, `UsageError` for a plan or configuration of another home.
    """
    listed = raw.get("segments")
    written = [
        _Written.of(number, each, place.at("segments", number))
        for number, each in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ][:MAX_SEGMENTS]
    there, home = known_of(known.scan, known.export) if known.export is not None else (None, scanned(known.scan))
    there = there or (home,)
    _match(written, there, guessed=known.export is None)
    if not any(w.known is home for w in written) and (others := [p for w in written for p in _trusted(w)]):
        raise UsageError(
            f"the scan looked at {home.prefix or home.prefix6}, and the plan's trusted networks are {', '.join(map(str, others))}: it "
            "is another home's, or another scan is meant; a second trusted network has to be written by hand"
        )
    filling = _Filling(
        known=known, home=home, taken=_taken(written, there, known), named={w.name for w in written if w.name}
    )
    done = {w.number: filling.fill(w) for w in sorted(written, key=lambda w: w.known is None)}
    at_home = next((done[w.number] for w in written if w.known is home), home)
    added = [s for s in there if not any(w.known is s for w in written)]
    every = (*(done[n] for n in sorted(done)), *added)
    if any(s.role is SegmentRole.IOT for s in every):
        role = SegmentRole.IOT
    apart = at_home if role is at_home.role else next((s for s in every if s.role is role), None)
    if apart is None and role is not None:
        apart = new(filling.taken, known.export, at_home, role, filling.notes)
        added.append(apart)
        every = (*every, apart)
    wan = read(InterfaceName.of, raw["wan"].get("interface") if isinstance(raw.get("wan"), dict) else None)
    made = known.export.wan if known.export is not None else None
    if wan is not None and made is not None and wan != made:
        filling.notes.append(_differs("wan.interface", wan, made, "the router's configuration"))
    return Networks(
        layout=Layout(wan=wan or made or WAN_INTERFACE, segments=every, home=at_home, apart=apart, notes=()),
        fields=filling.fields,
        added=tuple(added),
        remarks=tuple(filling.notes),
    )


def _trusted(written: _Written) -> list[IPNetwork]:
    """The prefix of a trusted network that nobody knows."""
    return written.prefixes[:1] if written.known is None and _role(written) is SegmentRole.TRUSTED else []


def _role(written: _Written) -> SegmentRole | None:
    """Its role, as written or as its name tells."""
    if written.role is not None or written.name is None:
        return written.role
    return role_of(written.name) or (SegmentRole.TRUSTED if written.name in TRUSTED_WORDS else None)


def _match(written: list[_Written], there: Sequence[Segment], *, guessed: bool) -> None:
    """Says of each which of the known ones it is, the surest sign first. `guessed`: the interfaces of the known ones are."""
    signs: tuple[Callable[[_Written, Segment], bool], ...] = (
        lambda w, s: w.overlaps(s),
        lambda w, s: w.interface == s.interface and not (guessed and w.apart_from(s)),
        lambda w, s: w.vlan is not None and w.vlan == s.vlan and not (guessed and w.apart_from(s)),
        lambda w, s: w.name == s.name and not w.apart_from(s),
        lambda w, s: _role(w) is s.role and not w.apart_from(s),
    )
    for number, sign in enumerate(signs):
        left = [s for s in there if not any(w.known is s for w in written)]
        for one in [w for w in written if w.known is None]:
            found = [s for s in left if sign(one, s)]
            rivals = [w for w in written if w.known is None and any(sign(w, s) for s in found)]
            if len(found) == 1 and (len(rivals) == 1 or number < len(signs) - 1):
                one.known = found[0]
                left.remove(found[0])


def _taken(written: list[_Written], there: Sequence[Segment], known: Known) -> Taken:
    taken = Taken.of(known.scan, known.export, there)
    for each in written:
        taken.prefixes += each.prefixes
        taken.vlans |= {each.vlan} if each.vlan is not None else set()
        taken.names |= {each.name} if each.name is not None else set()
        taken.interfaces |= {each.interface} if each.interface is not None else set()
    return taken


@dataclass(slots=True)
class _Filling:
    """Fills one written network after the other."""

    known: Known
    home: Segment
    taken: Taken
    named: set[str]
    notes: list[str] = field(default_factory=list)
    fields: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def fill(self, one: _Written) -> Segment:
        """The whole network. Raises `PlanError` where nobody can tell what it is for."""
        role = one.role or (one.known.role if one.known is not None else None) or _role(one)
        if role is None:
            raise one.place.at("role").wrong("it is missing, and the name does not tell it: trusted, iot or guest")
        fitting = one.known if one.known is not None and not one.apart_from(one.known) else None
        if one.known is not None:
            self.notes += _contradictions(one, one.known, self.known)
        alone = one.lacks("prefix") and one.lacks("prefix6")
        source = fitting
        if source is None and (alone or one.interface is None):
            said: list[str] = []
            source = new(self.taken, self.known.export, self.home, role, said, one.name, one.vlan)
            self.notes += said if alone else []
        prefix, prefix6, vlan, interface = one.prefix, one.prefix6, one.vlan, one.interface
        router = tuple(IPAddress(p.first + 1, p.version) for p in (prefix, prefix6) if p is not None)
        if source is not None:
            if one.lacks("prefix") and (alone or fitting is not None):
                prefix = source.prefix
            if one.lacks("prefix6") and (alone or fitting is not None):
                prefix6 = source.prefix6
            if one.lacks("vlan") and interface in ({source.interface, None} if fitting is not None else {None}):
                vlan = source.vlan
            if alone or fitting is not None:
                router = tuple(r for r in source.router if any(r in p for p in (prefix, prefix6) if p is not None))
            interface = interface or source.interface
        made = Segment(
            name=one.name or self._name(role if source is None else source.name),
            role=role,
            interface=interface or WAN_INTERFACE,
            vlan=vlan,
            prefix=prefix,
            prefix6=prefix6,
            router=router if one.lacks("router") else one.router,
        )
        self.taken.add(made)
        self.named.add(made.name)
        self.fields[one.number] = [(name, text) for name, text in planwriter.segment_fields(made) if one.lacks(name)]
        return made

    def _name(self, wanted: str) -> Name:
        """This name, or the next one that nobody has."""
        return Name.of(
            next(
                n for n in (wanted, *(f"{wanted[:16]}-{i}" for i in range(2, MAX_SEGMENTS + 3))) if n not in self.named
            )
        )


def _contradictions(one: _Written, other: Segment, known: Known) -> Iterator[str]:
    """What is written of a network, and known otherwise. Of the scanned one, its name and interface are guesses."""
    by = "the router's configuration" if known.export is not None else "the scan"
    what = f"segments[{one.number}]" + (f" ({one.name})" if one.name is not None else "")
    if known.export is not None and one.interface is not None and one.interface != other.interface:
        yield _differs(f"{what}.interface", one.interface, other.interface, by)
    for name, mine, theirs in (
        ("vlan", one.vlan, other.vlan), ("prefix", one.prefix, other.prefix), ("prefix6", one.prefix6, other.prefix6),
    ):  # fmt: skip
        if mine is not None and theirs is not None and mine != theirs:
            yield _differs(f"{what}.{name}", mine, theirs, by)
    if one.router and (missing := [r for r in other.router if r not in one.router]):
        yield _differs(f"{what}.router", ", ".join(map(str, one.router)), ", ".join(map(str, missing)), by)


def _differs(what: str, mine: object, theirs: object, by: str) -> str:
    return f"{clean(what, 80)}: you wrote {mine}, and {by} says {theirs}. Yours stays."
