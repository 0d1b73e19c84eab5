"""A plan for a home, made of its scan, of what is known of its devices, and of its router's configuration where that is given.

Pure. The file that comes of it (`text`) is there to be edited: every member has a comment that says which device it is, why
it lives where it does, and what its owner loses. A member's name is made of what it is and a number, never of what
the device said; what it said stands in comments only.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from netaddr import EUI, IPAddress

from netguard.advise import planaddress, planwriter
from netguard.advise.exports._contract import Export
from netguard.advise.propose_devices import Place, called, places, unsure
from netguard.advise.propose_flows import Flows, flows
from netguard.advise.propose_segments import Layout, layout
from netguard.advise.router import Ability, router
from netguard.model.device import Device
from netguard.model.observation import clean
from netguard.model.plan import INTERFACE_ID, MAX_MEMBERS, Member, Name, Plan, Segment, SegmentRole
from netguard.model.scan import Scan
from netguard.model.vocabulary import Role
from netguard.rules.loader import Rules

WIDTH = 118
"""Characters of a comment's line."""

SHORT = {Role.THREAD_BORDER_ROUTER: "border-router"}
"""Roles whose name leaves no room for a number in the 20 characters of a member's name."""

FIRST_FREE = 10
"""Host number from which a free address is looked for; the first few are routers' and people's own, and come last."""

MOST_TRIED = 4096
"""Addresses tried for a free one; a segment of a home has 254."""


APART: Mapping[Ability, SegmentRole | None] = {
    Ability.VLANS: SegmentRole.IOT,
    Ability.UNKNOWN: SegmentRole.IOT,
    Ability.GUEST: SegmentRole.GUEST,
    Ability.NEITHER: None,
}
"""What the network apart is, with such a router."""

SAID: Mapping[Ability, str] = {
    Ability.VLANS: "",
    Ability.UNKNOWN: (
        "Whether your router can keep two networks apart is not known: look in its menu for VLANs or an IoT network. If it has only a "
        "guest network, move there what works by its maker's cloud, and no lock that talks to a hub at home."
    ),
    Ability.GUEST: (
        "This router has no VLANs, only a guest network, so that is where things go. It closes less than a network of their own: guests "
        "share it, and nothing of it can be reached from your own network. What cannot work there stays, and its comment says why."
    ),
    Ability.NEITHER: (
        "This router cannot keep two networks apart, so nothing moves. A router with VLANs can, also one that is set up behind this one "
        "for the things alone: make the plan again with it."
    ),
}
"""What its owner should know of that."""

UNSURE = (
    "Before you move anything: locks and what commands them have to move together, and nobody recognised these, which stay. If one "
    "of them commands a lock (a hub, a computer that runs one), say so with `netguard devices role`, and make the plan again"
)
"""Before the list of devices that may be hubs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan, and what its owner should know."""

    plan: Plan
    notes: tuple[str, ...]
    """About all of it, a sentence or more each."""
    remarks: Mapping[str, tuple[str, ...]]
    """About a member, by its name."""
    devices: Mapping[str, str]
    """Key of the device that a member is, by the member's name."""
    moving: tuple[Name, ...]
    """Members that are to move."""


@dataclass(slots=True)
class _Making:
    """Members as they come to be."""

    members: list[Member] = field(default_factory=list)
    remarks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    moving: list[Name] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    macs: set[EUI] = field(default_factory=set)
    taken: set[IPAddress] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)

    def name(self, *bases: str) -> Name:
        """The next name of the first base that has room for its number. Raises `ValueError` where none has."""
        for base in bases:
            number = self.numbers.get(base, 0) + 1
            try:
                found = Name.of(f"{base}-{number}")
            except ValueError:
                continue
            if any(found == member.name for member in self.members):
                continue
            self.numbers[base] = number
            return found
        raise ValueError(f"no name for {bases}")


def propose(scan: Scan, rules: Rules, export: Export | None = None) -> Proposal:
    """The plan for what `scan` saw. A router whose configuration is given (`export`) can have VLANs, whatever its record says.

    Raises `UsageError` where no plan can be made: of an export that is another router's.
    """
    can = Ability.VLANS if export is not None else router(scan, rules.devices).can
    made = layout(scan, export, APART[can])
    where = places(scan, rules, guest_only=can is Ability.GUEST)
    making = _Making(taken={r for s in made.segments for r in s.router})
    reserved = {r.mac: r.address for r in (export.reservations if export is not None else ())}
    making.taken |= set(reserved.values())
    for place in sorted(where, key=lambda p: not p.apart):
        _add(making, scan, rules, made, place, reserved)
    if export is not None:
        _add_reserved(making, made, reserved)
    plan = Plan(wan=made.wan, segments=made.segments, members=tuple(making.members))
    return Proposal(
        plan=plan,
        notes=tuple(_notes(scan, made, making, SAID[can], [called(d, rules) for d in unsure(where)])),
        remarks=making.remarks,
        devices=making.devices,
        moving=tuple(making.moving),
    )


def text(proposal: Proposal) -> str:
    """The plan as a file to be edited."""
    head = [line for note in proposal.notes for line in (*_lines(note), "#")]
    said = {
        name: tuple(line for remark in remarks for line in _wrapped(remark))
        for name, remarks in proposal.remarks.items()
    }
    return "\n".join([*head[:-1], ""]) + planwriter.write(proposal.plan, said)


def _lines(note: str) -> list[str]:
    return [planwriter.comment(line) for line in _wrapped(note)]


def _wrapped(remark: str) -> list[str]:
    return textwrap.wrap(clean(remark, WIDTH * 8), WIDTH, break_on_hyphens=False)


def _add(
    making: _Making, scan: Scan, rules: Rules, made: Layout, place: Place, reserved: Mapping[EUI, IPAddress]
) -> None:
    """One device as a member, or the reason why it can be none."""
    device = place.device
    mac = _station(device)
    if mac is None or mac in making.macs or len(making.members) >= MAX_MEMBERS:
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
        own = flows(scan, rules, device, made.sources)
    kind = device.profile or ""
    name = making.name(*([kind] if kind in rules.devices else []), SHORT.get(device.role, device.role.value))
    addresses = tuple(_addresses(making, device, mac, made.home, segment, reserved))
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


def _place_said(place: Place, made: Layout, *, moves: bool, already: bool) -> str:
    if place.apart and not moves:
        return "It should live apart, which this router cannot give it."
    if moves and already:
        return f"It lives in {made.home.name} already."
    if not place.apart and made.home.role is SegmentRole.IOT:
        return f"It lives in {made.home.name}, among things: a computer or phone belongs into a trusted network."
    return place.why


def _add_reserved(making: _Making, made: Layout, reserved: Mapping[EUI, IPAddress]) -> None:
    """Whom the router keeps an address for in a network of things, although this scan did not see them.

    Without being members they would lose the internet.
    """
    for mac, own in reserved.items():
        segment = next(
            (s for s in made.segments if s.role is SegmentRole.IOT and own in (s.prefix_of(own.version) or ())), None
        )
        full = len(making.members) >= MAX_MEMBERS
        if segment is None or mac in making.macs or full or planaddress.misplaced(own, segment) is not None:
            continue
        if any(own in member.addresses for member in making.members):
            continue
        name = making.name("reserved")
        making.members.append(Member(name=name, mac=mac, segment=segment.name, addresses=(own,), talks="any"))
        making.macs.add(mac)
        making.remarks[name] = (
            "The router keeps this address for it; this scan did not see it.",
            "It may go on going everywhere: narrow `talks` when you know what it is.",
        )


def _station(device: Device) -> EUI | None:
    if device.mac is None:
        return None
    try:
        return planaddress.station(str(device.mac))
    except ValueError:
        return None


def _addresses(
    making: _Making, device: Device, mac: EUI, home: Segment, segment: Segment, reserved: Mapping[EUI, IPAddress]
) -> Iterator[IPAddress]:
    """What a member is to keep: what the router keeps for it already, and where rules need them, an address that is free."""
    own = reserved.get(mac)
    if own is not None and planaddress.misplaced(own, segment) is None:
        yield own
    if segment.role is not SegmentRole.IOT:
        return
    if segment.prefix is not None and (own is None or own.version == 6 or own not in segment.prefix):
        yield from _free(making, device, home, segment)
    if segment.prefix6 is not None:
        ending = mac.ipv6_link_local() & INTERFACE_ID
        keeps = any(a.version == 6 and not a.is_link_local() and a & INTERFACE_ID == ending for a in device.addresses)
        if keeps and ending not in making.taken and planaddress.misplaced(ending, segment) is None:
            yield ending


def _free(making: _Making, device: Device, home: Segment, segment: Segment) -> Iterator[IPAddress]:
    """One address of the segment, with today's host number where that is free."""
    prefix = segment.prefix
    if prefix is None:
        return
    today = [int(a) - home.prefix.first for a in device.addresses if home.prefix is not None and a in home.prefix]
    for number in (*today, *range(FIRST_FREE, min(prefix.size, MOST_TRIED)), *range(1, FIRST_FREE)):
        if 0 < number < prefix.size:
            found = IPAddress(prefix.first + number, 4)
            if found not in making.taken and planaddress.misplaced(found, segment) is None:
                yield found
                return


def _notes(scan: Scan, made: Layout, making: _Making, said: str, unsure_of: list[str]) -> Iterator[str]:
    when = scan.started_at.strftime("%Y-%m-%d")
    yield (
        f"Proposed by netguard from the scan {scan.id[:12]} of {when}. Change what you know better; then `netguard firewall --plan FILE "
        "--platform NAME` writes the rules for your router, and --prove tries them first."
    )
    if made.apart is not None and made.apart is not made.home:
        yield from _listed(UNSURE, unsure_of)
    if said:
        yield said
    yield from made.notes
    if made.apart is not None and not making.moving and made.apart is not made.home:
        yield f"No device was seen that should move into {made.apart.name}."
    yield from _listed("Not in the plan, so without the internet once it is in the network of things", making.left_out)
    unseen = [clean(d.name or d.role.value, 40) for d in scan.devices if d.declared and not d.seen and d.link is None]
    yield from _listed(
        "You have these, and the scan did not see them: wake them, scan, and make the plan again", unseen
    )


def _listed(what: str, found: Iterable[str]) -> Iterator[str]:
    listed = list(found)
    if listed:
        more = f"; and {len(listed) - 8} more" if len(listed) > 8 else ""
        yield f"{what}: {'; '.join(listed[:8])}{more}."
