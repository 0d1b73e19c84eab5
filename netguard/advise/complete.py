"""Completes a plan that a person has begun, from the scan, the device records, what was learnt and the defaults. Pure.

Every value that is written stays, and so does every character of the file: what is missing is added beside (`planedit`).
What is missing is a field that is not there or holds nothing; but for `vlan`, `prefix` and `prefix6`, where null means that
there is none. Networks and devices that are known and not written are added. Doing it twice is doing it once.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from netguard.advise import planedit, planfile, planwriter
from netguard.advise.complete_members import Members, members
from netguard.advise.complete_remarks import contradictions
from netguard.advise.complete_segments import Networks, networks
from netguard.advise.exports._contract import Export
from netguard.advise.place import Path
from netguard.advise.planedit import Additions, ImpossibleError, Item
from netguard.advise.propose import APART, SAID, unused_said, wrapped
from netguard.advise.propose_devices import places
from netguard.advise.propose_members import Known, unused
from netguard.advise.router import Ability, router
from netguard.errors import PlanError
from netguard.model.egress import Egress
from netguard.model.plan import SCHEMA, Name, Plan, SegmentRole
from netguard.model.scan import Scan
from netguard.rules import literal
from netguard.rules.loader import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A plan that is whole, and what was done to it."""

    text: str
    plan: Plan
    fields: int
    """How many fields were filled of what was written."""
    added: tuple[Name, ...]
    """Networks and members that were not written."""
    rewritten: bool
    """Whether the file had to be written anew, without the comments that stood in it."""
    remarks: tuple[str, ...]
    """Where what is written and what is known differ, and what could not be filled."""


def complete(
    data: bytes, shown: str, scan: Scan, rules: Rules, export: Export | None = None, egress: Egress | None = None
) -> Completed:
    """The plan in `data`, completed; `shown` is the file's name for complaints.

    Raises `PlanError` with the line of what cannot be meant or filled, `UsageError` for a plan of another home.
    """
    raw, place = planfile.parsed(data, shown)
    known = Known(scan=scan, rules=rules, export=export, egress=egress or Egress())
    can = Ability.VLANS if export is not None else router(scan, rules.devices).can
    made = networks(raw, place, known, APART[can])
    homes = places(scan, rules, guest_only=can is Ability.GUEST and made.layout.apart in made.added)
    found = members(raw, place, known, made, homes)
    whole = _filled(raw, made, found)
    plan = planfile.assembled(whole, place)
    additions = _additions(raw, plan, made, found)
    before = data.decode("utf-8-sig")
    text, rewritten = before, False
    if additions:
        try:
            text = planedit.add(before, additions)
            if planfile.read(text.encode(), shown) != plan:
                raise ImpossibleError("it would mean something else")
        except (ImpossibleError, PlanError):
            text, rewritten = _anew(whole, _remarks(found)), True
    said = [*made.remarks, *found.remarks, *contradictions(raw, plan, known, found, homes)]
    if made.layout.apart in made.added and SAID[can]:
        said.insert(0, SAID[can])
    said += [f"Not in the plan: {each}." for each in found.making.left_out]
    if count := unused(found.making, known, plan):
        said.append(unused_said(count))
    return Completed(
        text=text,
        plan=plan,
        fields=sum(len(fields) for fields in additions.fields.values()),
        added=(*(s.name for s in made.added), *(m.name for m in found.making.members)),
        rewritten=rewritten,
        remarks=tuple(said),
    )


def _anew(whole: Mapping[str, Any], remarks: Mapping[str, Sequence[str]]) -> str:
    """The file in netguard's own style, with every value that is written, empty ones and null, too."""
    lines = [f"schema: {SCHEMA}", f"wan: {planwriter.value(whole['wan'])}"]
    for name in ("segments", "members"):
        lines.append(f"{name}:" if whole.get(name) else f"{name}: []")
        for each in whole.get(name) or ():
            lines += [planwriter.comment(said, "  ") for said in remarks.get(each["name"], ()) if name == "members"]
            lines.append(f"  - {planwriter.value(each)}")
    return "\n".join(lines) + "\n"


def _filled(raw: Mapping[str, Any], made: Networks, found: Members) -> dict[str, Any]:
    """What is written, with what was missing in its place."""
    whole: dict[str, Any] = deepcopy(dict(raw))
    for path, fields in _fields(raw, made, found).items():
        inside: Any = whole
        for step in path:
            inside = inside[step]
        inside |= {name: literal.parse(text.encode()) for name, text in fields}
    for name, items in _items(made, found, None).items():
        if items:
            whole[name] = [*(whole.get(name) or []), *(literal.parse(item.line.encode()) for item in items)]
    return whole


def _fields(raw: Mapping[str, Any], made: Networks, found: Members) -> dict[Path, Sequence[tuple[str, str]]]:
    """Missing fields by the path of what lacks them."""
    wan = ("interface", str(made.layout.wan))
    fields: dict[Path, Sequence[tuple[str, str]]] = {}
    whole = [("schema", SCHEMA)] if raw.get("schema") is None else []
    if raw.get("wan") is None:
        whole.append(("wan", planwriter.flow([wan])))
    elif isinstance(raw["wan"], dict) and raw["wan"].get("interface") is None:
        fields["wan",] = [wan]
    if whole:
        fields[()] = whole
    fields |= {("segments", number): each for number, each in made.fields.items() if each}
    return fields | dict(found.fields)


def _items(made: Networks, found: Members, plan: Plan | None) -> dict[str, list[Item]]:
    """What is to be added to the lists; as blocks, too, where the whole plan is known."""
    segments = [
        Item(line=planwriter.flow(planwriter.segment_fields(s)), lines=(planwriter.segment_line(s),))
        for s in made.added
    ]
    remarks = _remarks(found)
    every = []
    for member in found.making.members:
        lines = planwriter.member_lines(member, plan, remarks.get(member.name, ())) if plan is not None else []
        bare = plan is not None and plan.segment(member.segment).role is not SegmentRole.IOT
        every.append(Item(line=planwriter.flow(planwriter.member_fields(member, bare=bare)), lines=tuple(lines)))
    return {"segments": segments, "members": every}


def _additions(raw: Mapping[str, Any], plan: Plan, made: Networks, found: Members) -> Additions:
    return Additions(fields=_fields(raw, made, found), items=_items(made, found, plan))


def _remarks(found: Members) -> dict[str, tuple[str, ...]]:
    """What stands above each member that is added."""

    def lines(said: Sequence[str]) -> Iterator[str]:
        for each in said:
            yield from wrapped(each)

    return {name: tuple(lines(said)) for name, said in found.making.remarks.items()}
