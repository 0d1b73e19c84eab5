"""Where the members that a person wrote and what the scan, the records and listening say differ. Nothing of theirs is changed. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from netaddr import IPAddress

from netguard.advise.complete_members import Members
from netguard.advise.policy import leads_to
from netguard.advise.propose_devices import TOGETHER, Place, called
from netguard.advise.propose_flows import Port, asked, dangerous, flows, was_asked
from netguard.advise.propose_members import Known
from netguard.model import ports as port_text
from netguard.model.device import Device
from netguard.model.plan import Member, Plan, SegmentRole, Talk
from netguard.model.vocabulary import PERSONAL_ROLES, Transport

MOST_SHOWN = 8
"""Names listed in a remark; a person reads a few."""


def contradictions(
    raw: Mapping[str, Any], plan: Plan, known: Known, found: Members, homes: Iterable[Place]
) -> Iterator[str]:
    """A sentence for each. `raw` is what was written, `plan` the whole of it."""
    listed = raw.get("members")
    written = listed if isinstance(listed, list) else []
    places = {h.device.key: h for h in homes}
    holders = {a: d for d in known.scan.devices if d.seen for a in d.addresses}
    for number, each in enumerate(written):
        member, device = plan.members[number], found.devices.get(number)
        said: list[str] = []
        if device is None or not device.seen:
            said.append("the scan did not see it")
        if each.get("segment") is not None and device is not None:
            said += _elsewhere(plan, member, device, places.get(device.key))
        if each.get("addresses") is not None:
            said += _held(plan, member, holders, device, known)
        if device is not None and plan.segment(member.segment).role is SegmentRole.IOT:
            if each.get("listens") is not None:
                said += _listening(known, member, device)
            if each.get("talks") is not None:
                said += _talking(known, plan, member, device)
        yield from (f"{member.name}: {one}." for one in said)
    yield from _parted(plan, known, found)


def _elsewhere(plan: Plan, member: Member, device: Device, place: Place | None) -> Iterator[str]:
    role = plan.segment(member.segment).role
    if role is not SegmentRole.TRUSTED and device.role in PERSONAL_ROLES:
        yield f"you put it into {member.segment}, and it is a {device.role}, on which people keep their own data"
    apart = [s.name for s in plan.with_role(SegmentRole.IOT)]
    if role is SegmentRole.TRUSTED and place is not None and place.apart and apart:
        yield f"you keep it in {member.segment}; being a {device.role}, it would be proposed for {apart[0]}"


def _held(
    plan: Plan, member: Member, holders: Mapping[IPAddress, Device], device: Device | None, known: Known
) -> Iterator[str]:
    """What another device has today. It matters where it is not to move away itself."""
    where = {str(m.mac): m for m in plan.members}
    for own in member.addresses:
        other = holders.get(own)
        if other is None or other is device or (other.mac is not None and other.mac == member.mac):
            continue
        its = where.get(str(other.mac)) if other.mac is not None else None
        if its is None or its.segment == member.segment:
            yield f"you keep {own} for it, and {called(other, known.rules)} has that address"


def _listening(known: Known, member: Member, device: Device) -> Iterator[str]:
    mine = {(each.transport, port) for each in member.listens for port in each.ports}
    opened = {(s.transport, s.port) for s in device.open_services}
    closed = {port for port in mine - opened if was_asked(device, *port)}
    if closed:
        yield f"you let {_ports(closed)} be asked, and the scan found it closed"
    if harmful := mine & dangerous(known.rules.ports):
        yield f"you let {_ports(harmful)} be asked, which is dangerous to reach"
    allowed, _ = asked(known.scan, known.rules, device, known.rules.devices.get(device.profile or ""))
    if missing := (allowed & opened) - mine:
        yield f"the scan found {_ports(missing)} open, which your `listens` does not have: the trusted network will not reach it any more"


def _talking(known: Known, plan: Plan, member: Member, device: Device) -> Iterator[str]:
    sources = tuple(s.name for s in plan.with_role(SegmentRole.TRUSTED))
    meant = flows(known.scan, known.rules, device, sources, known.learnt(device)).talks
    if isinstance(meant, str):
        return
    names = sorted({name for talk in meant for name in talk.names})
    if isinstance(member.talks, str):
        where = f"names {_listed(names)} only" if names else "needs none of it"
        yield f"you let it go everywhere, and what is known of it {where}"
        return
    missing = sorted(
        {n for talk in meant for n in talk.names for p in talk.ports if not _may(member.talks, talk.transport, n, p)}
    )
    if missing:
        yield f"its record or what was learnt of it names {_listed(missing)}, which your `talks` does not have on the same ports"


def _parted(plan: Plan, known: Known, found: Members) -> Iterator[str]:
    """Locks and hubs that are not in one network."""
    devices = {d.key: d for d in known.scan.devices}
    every: dict[str, Device] = {plan.members[n].name: d for n, d in found.devices.items()}
    every |= {name: devices[key] for name, key in found.making.devices.items() if key in devices}
    where: dict[str, list[str]] = {}
    for member in plan.members:
        if member.name in every and every[member.name].role in TOGETHER:
            where.setdefault(member.segment, []).append(member.name)
    if len(where) > 1:
        places = " and ".join(f"{_listed(names)} in {segment}" for segment, names in sorted(where.items()))
        yield f"{places}: a lock works with its hub only where both are in one network, or a member `listens` for the other."


def _may(talks: Sequence[Talk], transport: Transport, name: str, port: int) -> bool:
    return any(
        t.transport is transport and port in t.ports and any(leads_to(name, above) for above in t.names) for t in talks
    )


def _ports(found: Iterable[Port]) -> str:
    listed = list(found)
    return ", ".join(
        f"{transport}/{port_text.render(ports)}" for transport in Transport if (ports := [p for t, p in listed if t is transport])
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more
