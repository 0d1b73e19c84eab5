"""A plan for a home, made of its scan, of what is known of its devices, and of its router's configuration where that is given.

Pure. The file that comes of it (`text`) is there to be edited: every member has a comment that says which device it is, why
it lives where it does, and what its owner loses. A member's name is made of what it is and a number, never of what
the device said; what it said stands in comments only.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netguard.advise import planwriter
from netguard.advise.exports._contract import Export
from netguard.advise.propose_devices import called, places, unsure
from netguard.advise.propose_members import Known, Making, add, add_reserved, unused
from netguard.advise.propose_segments import Layout, layout
from netguard.advise.router import Ability, router
from netguard.model.egress import Egress
from netguard.model.observation import clean
from netguard.model.plan import Name, Plan, SegmentRole
from netguard.model.scan import Scan
from netguard.rules.loader import Rules

WIDTH = 118
"""Characters of a comment's line."""

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


def propose(scan: Scan, rules: Rules, export: Export | None = None, egress: Egress | None = None) -> Proposal:
    """The plan for what `scan` saw. A router whose configuration is given (`export`) can have VLANs, whatever its record says.

    `egress` is what was learnt by listening. Raises `UsageError` where no plan can be made: of an export that is another router's.
    """
    known = Known(scan=scan, rules=rules, export=export, egress=egress or Egress())
    can = Ability.VLANS if export is not None else router(scan, rules.devices).can
    made = layout(scan, export, APART[can])
    where = places(scan, rules, guest_only=can is Ability.GUEST)
    making = Making(taken={r for s in made.segments for r in s.router} | set(known.reserved.values()))
    for place in sorted(where, key=lambda p: not p.apart):
        add(making, known, made, place)
    if export is not None:
        add_reserved(making, known, made)
    plan = Plan(wan=made.wan, segments=made.segments, members=tuple(making.members))
    notes = [*_notes(scan, made, making, SAID[can], [called(d, rules) for d in unsure(where)])]
    if count := unused(making, known, plan):
        notes.append(unused_said(count))
    return Proposal(
        plan=plan,
        notes=tuple(notes),
        remarks=making.remarks,
        devices=making.devices,
        moving=tuple(making.moving),
    )


def unused_said(count: int) -> str:
    """About devices that were listened to in vain."""
    devices = "1 device" if count == 1 else f"{count} devices"
    return f"What was learnt of {devices} is not used: this scan did not see them, or they live where everything may be reached."


def text(proposal: Proposal) -> str:
    """The plan as a file to be edited."""
    head = [line for note in proposal.notes for line in (*_lines(note), "#")]
    said = {
        name: tuple(line for remark in remarks for line in wrapped(remark))
        for name, remarks in proposal.remarks.items()
    }
    return "\n".join([*head[:-1], ""]) + planwriter.write(proposal.plan, said)


def _lines(note: str) -> list[str]:
    return [planwriter.comment(line) for line in wrapped(note)]


def wrapped(remark: str) -> list[str]:
    """A remark as lines of a comment."""
    return textwrap.wrap(clean(remark, WIDTH * 8), WIDTH, break_on_hyphens=False)


def _notes(scan: Scan, made: Layout, making: Making, said: str, unsure_of: list[str]) -> Iterator[str]:
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
