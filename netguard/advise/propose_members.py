"""Devices as members of a plan: their names, the addresses that they keep, what they may be asked and where they may go. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from netaddr import EUI, IPAddress

from netguard.advise import planaddress
from netguard.advise.exports._contract import Export
from netguard.advise.propose_devices import Place, called
from netguard.advise.propose_flows import Flows, flows, goes
from netguard.advise.propose_segments import Layout
from netguard.model.device import Device
from netguard.model.egress import Egress, Learnt
from netguard.model.plan import INTERFACE_ID, MAX_MEMBERS, Member, Name, Plan, Segment, SegmentRole
from netguard.model.scan import Scan
from netguard.model.vocabulary import Role
from netguard.rules.loader import Rules

SHORT = {Role.THREAD_BORDER_ROUTER: "border-router"}
"""Roles whose name leaves no room for a number in the 20 characters of a member's name."""

FIRST_FREE = 10
"""Host number from which a free address is looked for; the first few are routers' and people's own, and come last."""

MOST_TRIED = 4096
"""Addresses tried for a free one; a segment of a home has 254."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a plan is made of."""

    scan: Scan
    rules: Rules
    export: Export | None = None
    egress: Egress

    @property
    def reserved(self) -> Mapping[EUI, IPAddress]:
        """The addresses that the router keeps for devices already."""
        return {r.mac: r.address for r in (self.export.reservations if self.export is not None else ())}

    def learnt(self, device: Device) -> tuple[Learnt, ...]:
        """What this device was seen to do."""
        return self.egress.of(device.mac, device.key, *device.former_keys)


@dataclass(slots=True)
class Making:
    """Members as they come to be, and what is taken already."""

    members: list[Member] = field(default_factory=list)
    remarks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    moving: list[Name] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    macs: set[EUI] = field(default_factory=set)
    taken: set[IPAddress] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    """Names that are taken beside those of the members."""
    before: int = 0
    """Members that are there already, beside these."""
    kept: set[IPAddress] = field(default_factory=set)
    """What those keep."""

    def name(self, *bases: str) -> Name:
        """The next name of the first base that has room for its number. Raises `ValueError` where none has."""
        used = {member.name for member in self.members} | self.named
        for base in bases:
            for number in range(self.numbers.get(base, 0) + 1, self.numbers.get(base, 0) + len(used) + 2):
                try:
                    found = Name.of(f"{base}-{number}")
                except ValueError:
                    break
                if found not in used:
                    self.numbers[base] = number
                    return found
        raise ValueError(f"no name for {bases}")


def add(making: Making, known: Known, made: Layout, place: Place) -> None:
    """One device as a member, or the reason why it can be none."""
    device, rules = place.device, known.rules
    mac = station(device)
    if mac is None or mac in making.macs or making.before + len(making.members) >= MAX_MEMBERS:
        why = (
            "no MAC of it is known"
            if mac is None
            else "its MAC is another device's, too"
            if mac in making.macs
            else "a plan is full"
        )
        making.left_out.append(f"{called(device, rules)}: {why}")
        return
    moves = place.apart and made.apart is not None
    segment = made.apart if place.apart and made.apart is not None else made.home
    own, said = Flows(), [called(device, rules) + "."]
    if segment.role is SegmentRole.IOT:
        own = flows(known.scan, rules, device, made.sources, known.learnt(device))
    name = making.name(*bases(device, rules))
    addresses = tuple(to_keep(making.taken, known, device, mac, made.home, segment))
    said.append(_place_said(place, made, moves=moves, already=segment is made.home))
    if moves and segment is not made.home and place.loses:
        said.append(place.loses)
    said += own.remarks
    if device.mac_randomised and segment.role is SegmentRole.IOT:
        said.append(
            "Its MAC is made up, and no rule finds it after a change: switch private addresses off for this network on it."
        )
    if own.listens and not addresses:
        said.append("There was no free address for it: give it one, or what it listens on cannot be reached.")
    making.members.append(
        Member(name=name, mac=mac, segment=segment.name, addresses=addresses, listens=own.listens, talks=own.talks)
    )
    making.macs.add(mac)
    making.taken.update(addresses)
    making.remarks[name] = tuple(said)
    making.devices[name] = device.key
    if moves and segment is not made.home:
        making.moving.append(name)


def bases(device: Device, rules: Rules) -> tuple[str, ...]:
    """What a member's name may begin with: the record of the device, else what it is."""
    kind = device.profile or ""
    return (*([kind] if kind in rules.devices else []), SHORT.get(device.role, device.role.value))


def _place_said(place: Place, made: Layout, *, moves: bool, already: bool) -> str:
    if place.apart and not moves:
        return "It should live apart, which this router cannot give it."
    if moves and already:
        return f"It lives in {made.home.name} already."
    if not place.apart and made.home.role is SegmentRole.IOT:
        return f"It lives in {made.home.name}, among things: a computer or phone belongs into a trusted network."
    return place.why


def add_reserved(making: Making, known: Known, made: Layout) -> None:
    """Whom the router keeps an address for in a network of things, although this scan did not see them.

    Without being members they would lose the internet.
    """
    for mac, own in known.reserved.items():
        segment = next(
            (s for s in made.segments if s.role is SegmentRole.IOT and own in (s.prefix_of(own.version) or ())), None
        )
        full = making.before + len(making.members) >= MAX_MEMBERS
        if segment is None or mac in making.macs or full or planaddress.misplaced(own, segment) is not None:
            continue
        if own in making.kept or any(own in member.addresses for member in making.members):
            continue
        name = making.name("reserved")
        talks, said = goes(known.scan, None, known.egress.of(mac))
        making.members.append(Member(name=name, mac=mac, segment=segment.name, addresses=(own,), talks=talks))
        making.macs.add(mac)
        making.remarks[name] = ("The router keeps this address for it; this scan did not see it.", *said)


def unused(making: Making, known: Known, plan: Plan) -> int:
    """How many devices were listened to without the plan having them among its things."""
    things = {s.name for s in plan.segments if s.role is SegmentRole.IOT}
    devices = {d.key: d for d in known.scan.devices}
    used: list[Learnt] = []
    for member in making.members:
        if member.segment in things:
            used += known.egress.of(member.mac)
            if (device := devices.get(making.devices.get(member.name, ""))) is not None:
                used += known.learnt(device)
    return sum(each not in used for each in known.egress.devices)


def station(device: Device) -> EUI | None:
    """The MAC by which a plan can know it; null where it has none."""
    if device.mac is None:
        return None
    try:
        return planaddress.station(str(device.mac))
    except ValueError:
        return None


def to_keep(
    taken: AbstractSet[IPAddress], known: Known, device: Device | None, mac: EUI, home: Segment, segment: Segment
) -> Iterator[IPAddress]:
    """What a member is to keep: what the router keeps for it already, and where rules need them, an address that is free."""
    own = known.reserved.get(mac)
    if own is not None and planaddress.misplaced(own, segment) is None:
        yield own
    if segment.role is not SegmentRole.IOT:
        return
    today = device.addresses if device is not None else ()
    if segment.prefix is not None and (own is None or own.version == 6 or own not in segment.prefix):
        yield from _free(taken, today, home, segment)
    if segment.prefix6 is not None:
        ending = mac.ipv6_link_local() & INTERFACE_ID
        keeps = any(a.version == 6 and not a.is_link_local() and a & INTERFACE_ID == ending for a in today)
        if keeps and ending not in taken and planaddress.misplaced(ending, segment) is None:
            yield ending


def _free(
    taken: AbstractSet[IPAddress], now: Iterable[IPAddress], home: Segment, segment: Segment
) -> Iterator[IPAddress]:
    """One address of the segment, with today's host number where that is free."""
    prefix = segment.prefix
    if prefix is None:
        return
    today = [int(a) - home.prefix.first for a in now if home.prefix is not None and a in home.prefix]
    for number in (*today, *range(FIRST_FREE, min(prefix.size, MOST_TRIED)), *range(1, FIRST_FREE)):
        if 0 < number < prefix.size:
            found = IPAddress(prefix.first + number, 4)
            if found not in taken and planaddress.misplaced(found, segment) is None:
                yield found
                return
