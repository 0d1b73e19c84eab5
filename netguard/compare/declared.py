"""Which of the devices that the person declared were seen, and what to say of those that were not. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from netguard.model.declared import KEY_PREFIX, LINK_NAMES, Declaration
from netguard.model.device import Device
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, INFRASTRUCTURE_ROLES, IP_LINKS, Link, Role
from netguard.rules.schema import DeviceRecord

MAX_PROSE = 1500
"""Longest text about an unseen device. A record's own sentences are at most 1,000 characters each, so that none of
them, a person's own record included, can drown the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tie:
    """What became of one declaration."""

    declaration: Declaration
    key: str | None
    """The key of the seen device that it is; null when it was not seen, or could not be told."""
    among: tuple[Declaration, ...] = ()
    """Alike declarations (itself included) of which fewer were seen: which one it is cannot be told."""
    lookalikes: int = 0
    """How many seen devices it could be, none of which could be told to be it."""


def with_declared(
    devices: tuple[Device, ...],
    declarations: tuple[Declaration, ...],
    known: tuple[KnownDevice, ...],
    records: Mapping[str, DeviceRecord],
) -> tuple[Device, ...]:
    """`devices`, with what the person declared: seen ones marked and named by the person, unseen ones appended.

    A declaration belongs to the known device that it was tied to (`Declaration.known`), and to no other; else to the
    one device that the person gave its name; else to the only device of its record; else to the only device of its
    role that no maker's own record fits. It is nobody's when several would do, and each device is at most one
    declaration. Alike declarations and as many alike devices are matched in the order of when they were declared and
    of keys. What has no IP address of its own is matched by `known` alone.

    An unseen one has the key `declared:<id>`, and `unseen` says why and what to do. Seen devices keep their order and
    unseen ones follow in the order in which they were declared; the order of the arguments changes nothing else, and
    nothing changes when the result is given in again.
    """
    seen = tuple(d for d in devices if not d.key.startswith(KEY_PREFIX))
    found = _ties(seen, declarations, known, records)
    of = {tie.key: tie for tie in found if tie.key is not None}
    marked = tuple(_marked(d, of[d.key]) if d.key in of else d for d in seen)
    unseen = (_absent(tie, records.get(tie.declaration.profile or ""), marked) for tie in found if tie.key is None)
    return (*marked, *unseen)


def tied(
    devices: tuple[Device, ...], declarations: tuple[Declaration, ...], known: tuple[KnownDevice, ...]
) -> tuple[Declaration, ...]:
    """The declarations to keep anew, because a scan showed without doubt which known device each of them is.

    `devices` is what `with_declared` gave; `known` is the registry after that scan was learnt. Only declarations that
    were tied to nothing known so far are given, with `known` filled in, to be stored as they are. Devices that are
    alike are left untied even when all of them were seen: the order they were matched in says nothing about which is
    which, and a tie would be believed for ever.
    """
    by_key = {key: k.id for k in known for key in (*k.former_keys, k.key)}
    new = [d for d in declarations if d.known not in by_key.values()]
    mine = [d for d in devices if d.declared and d.seen]
    pairs = [(n, d) for n in new for d in mine if d.name == clean(n.name) and d.key in by_key]
    return tuple(
        replace(one, known=by_key[device.key])
        for one, device in pairs
        if not any(_alike((one, device), other) for other in pairs if other != (one, device))
    )


def _alike(one: tuple[Declaration, Device], other: tuple[Declaration, Device]) -> bool:
    """Whether the two could have been matched the other way round."""
    (mine, device), (theirs, another) = one, other
    if mine.id == theirs.id or device.key == another.key or device.profile == another.profile:
        return True
    guessed = device.profile != mine.profile and another.profile != theirs.profile
    return (mine.profile is not None and mine.profile == theirs.profile) or (guessed and device.role is another.role)


def _ties(
    seen: tuple[Device, ...],
    declarations: Iterable[Declaration],
    known: Iterable[KnownDevice],
    records: Mapping[str, DeviceRecord],
) -> tuple[_Tie, ...]:
    """One tie for each declaration, in the order in which they were declared."""
    left = {d.id: d for d in sorted(declarations, key=lambda d: (d.declared_at, d.id))}
    order = {id_: number for number, id_ in enumerate(left)}
    free = {d.key: d for d in sorted(seen, key=lambda d: d.key) if d.seen}
    registry = {k.id: k for k in sorted(known, key=lambda k: k.id)}
    done: list[_Tie] = []

    def settle(found: Iterable[_Tie]) -> None:
        for tie in found:
            done.append(tie)
            del left[tie.declaration.id]
            free.pop(tie.key or "", None)

    for declaration in [d for d in left.values() if d.known in registry]:
        settle([_Tie(declaration=declaration, key=_key_of(registry[declaration.known or ""], free))])
    for declaration in list(left.values()):
        named = [k for k in registry.values() if k.said_name and _same(k.said_name, declaration.name)]
        keys = {key for k in named if (key := _key_of(k, free)) is not None}
        if len(keys) == 1:
            settle([_Tie(declaration=declaration, key=keys.pop())])
    for declaration in [d for d in left.values() if _never_at_an_address(d, records)]:
        settle([_Tie(declaration=declaration, key=None)])
    for alike in _grouped(left.values(), lambda d: d.profile or ""):
        settle(_handed_out(alike, [d for d in free.values() if d.profile and d.profile == alike[0].profile]))
    for alike in _grouped(left.values(), lambda d: d.role):
        settle(_handed_out(alike, [d for d in free.values() if d.role is alike[0].role and _plain(d, records)]))
    settle([_Tie(declaration=d, key=None) for d in left.values()])
    return tuple(sorted(done, key=lambda tie: order[tie.declaration.id]))


def _key_of(known: KnownDevice, free: Mapping[str, Device]) -> str | None:
    """The key of the free device that is this known one, by its key now before any former one."""
    if known.key in free:
        return known.key
    keys = {known.key, *known.former_keys}
    return next((d.key for d in free.values() if not keys.isdisjoint({d.key, *d.former_keys})), None)


def _grouped(
    declarations: Iterable[Declaration], by: Callable[[Declaration], str]
) -> Iterator[tuple[Declaration, ...]]:
    groups: dict[str, list[Declaration]] = {}
    for declaration in declarations:
        groups.setdefault(by(declaration), []).append(declaration)
    return iter([tuple(groups[name]) for name in sorted(groups)])


def _handed_out(alike: tuple[Declaration, ...], candidates: list[Device]) -> list[_Tie]:
    """Declarations that nothing tells apart, and the devices that they could be. Nothing when there are no devices."""
    if not candidates:
        return []
    if len(candidates) > len(alike):
        return [_Tie(declaration=d, key=None, lookalikes=len(candidates)) for d in alike]
    keys = [d.key for d in candidates]
    fewer = len(candidates) < len(alike)
    return [
        _Tie(declaration=d, key=key, among=alike if fewer else ())
        for d, key in zip(alike, [*keys, *[None] * (len(alike) - len(keys))], strict=True)
    ]


def _plain(device: Device, records: Mapping[str, DeviceRecord]) -> bool:
    """Whether it was recognised for what it is, and not as any maker's own product."""
    record = records.get(device.profile or "")
    return device.profile is None or (record is not None and record.generic)


def _never_at_an_address(declaration: Declaration, records: Mapping[str, DeviceRecord]) -> bool:
    record = records.get(declaration.profile or "")
    if declaration.link is not None:
        return declaration.link not in IP_LINKS
    return record is not None and record.ip == "no"


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _marked(device: Device, tie: _Tie) -> Device:
    """`device` as the person's own: their name for it, and their word for what it is where nothing else said so."""
    declaration = tie.declaration
    role = declaration.role if device.role is Role.UNKNOWN else device.role
    return replace(device, declared=True, link=declaration.link, name=_name(tie), role=role)


def _absent(tie: _Tie, record: DeviceRecord | None, seen: tuple[Device, ...]) -> Device:
    declaration = tie.declaration
    # A lock declared by its bridge's record is no bridge: only what is of the same role is fed the same way.
    own = record is not None and record.role is declaration.role
    link = declaration.link
    if link is None and record is not None and record.ip == "no" and len(record.links) == 1:
        link = record.links[0]
    return Device(
        key=f"{KEY_PREFIX}{declaration.id}",
        name=_name(tie),
        role=declaration.role,
        vendor=record.vendor if record else None,
        profile=declaration.profile,
        power=record.power if record is not None and own else None,
        declared=True,
        link=link,
        seen=False,
        unseen=clean(" ".join(filter(None, _reasons(tie, link, record, seen))), MAX_PROSE),
    )


def _name(tie: _Tie) -> str:
    names = dict.fromkeys(clean(d.name) for d in tie.among or (tie.declaration,))
    return clean(" or ".join(names))


def _reasons(tie: _Tie, link: Link | None, record: DeviceRecord | None, seen: tuple[Device, ...]) -> Iterator[str]:
    """The sentences about a device that was not seen."""
    unscannable = _sentence(record.unscannable if record else None)
    wake = _sentence(record.wake if record else None)
    if (link is not None and link not in IP_LINKS) or (link is None and record is not None and record.ip == "no"):
        yield from _by_its_hub(tie.declaration, link, record, seen)
        yield unscannable
    elif tie.lookalikes:
        yield (
            f"{tie.lookalikes} devices that could be it were seen, and which of them it is cannot be told. "
            "Give that one this name (netguard devices), or declare the others too (netguard setup)."
        )
    elif tie.declaration.role in INFRASTRUCTURE_ROLES:
        yield "Nothing that was seen was recognised as it."
        yield wake
    else:
        if tie.among:
            names = dict.fromkeys(clean(d.name) for d in tie.among)
            yield f"{len(tie.among)} alike were declared ({', '.join(names)}) and fewer were seen: which cannot be told."
        maybe = link is None and record is not None and record.ip == "maybe"
        yield (
            "Not seen: asleep, elsewhere, switched off, or without an IP address of its own."
            if maybe
            else "Not seen: asleep, elsewhere or switched off."
        )
        yield wake
        yield unscannable if maybe else ""


def _by_its_hub(
    declaration: Declaration, link: Link | None, record: DeviceRecord | None, seen: tuple[Device, ...]
) -> Iterator[str]:
    """What to look at instead of something that has no address: its hub, by name where the record is the hub's own."""
    how = f" ({LINK_NAMES[link]})" if link is not None else ""
    if link is Link.BLUETOOTH:
        yield f"It has no IP address of its own{how}: only a bridge or hub that it talks to can be looked at."
        return
    yield f"It has no IP address of its own{how}: its {'bridge' if link is Link.BRIDGE else 'hub'} is what can be looked at."
    if record is None or record.role not in DOOR_ROLES | HUB_ROLES or record.role is declaration.role:
        return
    hubs = sorted(clean(d.name or record.name) for d in seen if d.seen and d.profile == record.id)
    if hubs:
        yield f"It was seen: {', '.join(dict.fromkeys(hubs))}."
    else:
        yield f"No {clean(record.name)} was seen."
        yield _sentence(record.wake)


def _sentence(text: str | None) -> str:
    """A record's prose, which may be folded over lines, as one line."""
    return " ".join((text or "").split())
