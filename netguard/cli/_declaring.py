"""What a person may say of their locks and router: finding the record, reading `RECORD:NAME:LINK`, listing. Asks nobody."""

import difflib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from netguard.errors import UsageError
from netguard.model.declared import LINK_NAMES, Declaration
from netguard.model.observation import clean
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Link, Role
from netguard.rules.schema import DeviceRecord

OTHER = "other"
"""Stands for a lock that no record knows, where a record's id is asked for."""

LOCK_ROLES = DOOR_ROLES | HUB_ROLES
"""Records that a lock can be declared by: its own, or that of the bridge or hub it hangs on."""

MAX_NAME = 64
"""Letters of a name; a longer one breaks every table it is shown in."""

MAX_DECLARED = 200
"""Devices declared for one site; a large house has a dozen doors. Stops a script that runs wild."""

MOST_NEAR = 5
"""Records named when an id is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One lock as the person told it."""

    record: DeviceRecord | None
    """Null for one that no record knows."""
    name: str
    link: Link | None


def search(records: Mapping[str, DeviceRecord], text: str, roles: frozenset[Role]) -> tuple[DeviceRecord, ...]:
    """Records with one of `roles` whose name, vendor, other name or id has every word of `text`, best first.

    What is called just so comes first, then what begins so, then what holds it inside; among those locks come before
    bridges before hubs, and makers' own before generic ones.
    """
    words = text.casefold().split()
    phrase = " ".join(words)
    order = (Role.LOCK, Role.LOCK_HUB)
    found = []
    for record in records.values():
        names = (record.name, record.vendor or "", *record.also_called, record.id)
        told = " \n ".join(names).casefold()
        if record.role in roles and words and all(word in told for word in words):
            whole = [name.casefold() for name in names]
            exact = phrase in whole
            begins = any(name.startswith(phrase) for name in whole)
            rank = order.index(record.role) if record.role in order else len(order)
            found.append(((not exact, not begins, rank, record.generic, record.name.casefold(), record.id), record))
    return tuple(record for _, record in sorted(found, key=lambda pair: pair[0]))


def links_of(record: DeviceRecord | None) -> tuple[Link, ...]:
    """How a lock that is declared by `record` can be connected, the likeliest first.

    A bridge's or hub's own record says how that is connected; the lock behind it is connected by its radios.
    """
    if record is None:
        return tuple(Link)
    if record.role is Role.LOCK_HUB:
        return (Link.BRIDGE,)
    if record.role in HUB_ROLES:
        radios = tuple(link for link in record.links if link not in (Link.WIFI, Link.ETHERNET))
        return radios or tuple(link for link in Link if link not in (Link.WIFI, Link.ETHERNET))
    return record.links or tuple(Link)


def parsed(text: str, records: Mapping[str, DeviceRecord]) -> Said:
    """The lock that `RECORD:NAME:LINK` says; NAME may be left out, and LINK where the record leaves no choice.

    RECORD is a record's id, or `other`. Raises `UsageError` that says what would do.
    """
    first, _, rest = text.partition(":")
    name, _, last = rest.rpartition(":")
    if name or rest.startswith(":"):
        link = _link(text, last)
    elif rest in set(Link):
        name, link = "", Link(rest)
    else:
        name, link = rest, None
    record = None if first.strip() == OTHER else found(first.strip(), records, LOCK_ROLES)
    usual = links_of(record)
    possible = set(usual) | (set(record.links) if record and record.role in HUB_ROLES else set())
    if link is None:
        if len(usual) > 1:
            raise UsageError(
                f"--lock {text}: say how it is connected: {first}:{name or 'NAME'}:{usual[0]} ({_or(usual)})"
            )
        link = usual[0]
    elif link not in possible and record is not None:
        raise UsageError(f"--lock {text}: {record.name} is not connected by {link}; its record says {_or(usual)}")
    return Said(record=record, name=named(name or (record.name if record else "Lock")), link=link)


def found(id_: str, records: Mapping[str, DeviceRecord], roles: frozenset[Role]) -> DeviceRecord:
    """The record with this id and one of `roles`. Raises `UsageError` that names the nearest ones."""
    record = records.get(id_)
    if record is not None and record.role in roles:
        return record
    near = list(dict.fromkeys(r.id for r in search(records, id_.replace("-", " "), roles)))
    ids = [r.id for r in records.values() if r.role in roles]
    near += [i for i in difflib.get_close_matches(id_, ids, MOST_NEAR, 0.5) if i not in near]
    what = "router" if roles == {Role.ROUTER} else "lock or hub"
    known = "no record of that name" if record is None else f"a record of a {record.role}, not of a {what}"
    hint = f"; near it: {', '.join(near[:MOST_NEAR])}" if near else ""
    other = "" if what == "router" else f"; {OTHER} is for one that has none"
    raise UsageError(f"{clean(id_) or 'nothing'}: there is {known}{hint}{other}")


def named(text: str) -> str:
    """`text` as a name. Raises `UsageError` for an empty one."""
    name = clean(" ".join(clean(text).split()), MAX_NAME)
    if not name:
        raise UsageError("a name has to have letters in it")
    return name


def free_name(name: str, declarations: Iterable[Declaration]) -> str:
    """`name`, or with a number after it when somebody bears it already."""
    taken = {d.name.casefold() for d in declarations}
    candidates = (name, *(f"{name[: MAX_NAME - 4]} {number}" for number in range(2, MAX_DECLARED + 2)))
    return next(c for c in candidates if c.casefold() not in taken)


def added(declarations: tuple[Declaration, ...], said: Said, site: str, now: datetime) -> tuple[Declaration, ...]:
    """`declarations` with what was said: the one of that name told anew, or one more. Twice the same changes nothing."""
    role = said.record.role if said.record else Role.LOCK
    if said.link not in (Link.WIFI, Link.ETHERNET, None):
        # Whatever hangs on a bridge or hub by radio is the lock, also where the record is the hub's.
        role = Role.LOCK
    return _put(declarations, said, role, site, now)


def with_router(
    declarations: tuple[Declaration, ...], record: DeviceRecord, site: str, now: datetime
) -> tuple[Declaration, ...]:
    """`declarations` with this router in the place of the one before."""
    others = tuple(d for d in declarations if d.role is not Role.ROUTER)
    same = next((d for d in declarations if d.role is Role.ROUTER and d.profile == record.id), None)
    if same is not None:
        return tuple(d for d in declarations if d in (*others, same))
    return _put(others, Said(record=record, name=free_name(record.name, others), link=None), Role.ROUTER, site, now)


def without(declarations: tuple[Declaration, ...], name: str) -> tuple[Declaration, ...]:
    """`declarations` without the one called `name` (or with that id). Raises `UsageError` that names those there are."""
    wanted = " ".join(name.split()).casefold()
    kept = tuple(d for d in declarations if wanted not in (d.name.casefold(), d.id))
    if len(kept) == len(declarations):
        names = ", ".join(d.name for d in declarations)
        raise UsageError(
            f"--remove {clean(name)}: nothing of that name is declared" + (f"; there is {names}" if names else "")
        )
    return kept


def lines(declarations: Iterable[Declaration], records: Mapping[str, DeviceRecord]) -> Iterator[str]:
    """Each declaration in one line: `Front door: Nuki Bridge, by a bridge of its maker's`."""
    for declaration in declarations:
        record = records.get(declaration.profile or "")
        what = record.name if record else f"a {declaration.role} that no record knows"
        how = f", by {LINK_NAMES[declaration.link]}" if declaration.link else ""
        yield clean(f"{declaration.name}: {what}{how}")


def as_json(declarations: Iterable[Declaration]) -> list[dict[str, Any]]:
    """The declarations as plain values, for programs."""
    return [
        {
            "id": d.id,
            "site": d.site,
            "name": d.name,
            "role": d.role.value,
            "profile": d.profile,
            "link": d.link.value if d.link else None,
            "known": d.known,
            "declared_at": d.declared_at.isoformat(),
        }
        for d in declarations
    ]


def _put(
    declarations: tuple[Declaration, ...], said: Said, role: Role, site: str, now: datetime
) -> tuple[Declaration, ...]:
    profile = said.record.id if said.record else None
    for number, old in enumerate(declarations):
        if old.name.casefold() == said.name.casefold():
            if Role.ROUTER in {old.role, role} and old.role is not role:
                raise UsageError(f"{old.name}: that is what your router is called already; give the lock another name")
            known = old.known if old.profile == profile else None
            new = replace(old, name=said.name, role=role, profile=profile, link=said.link, known=known)
            return (*declarations[:number], new, *declarations[number + 1 :])
    if len(declarations) >= MAX_DECLARED:
        raise UsageError(f"{MAX_DECLARED} devices are declared here already; take one out first with --remove NAME")
    fresh = Declaration(
        id=uuid.uuid4().hex[:12], site=site, name=said.name, role=role, profile=profile, link=said.link, declared_at=now
    )
    return (*declarations, fresh)


def _link(text: str, word: str) -> Link:
    try:
        return Link(word.strip().casefold())
    except ValueError:
        raise UsageError(
            f"--lock {text}: {clean(word)!r} is no way to be connected; write {_or(tuple(Link))}"
        ) from None


def _or(links: Iterable[Link]) -> str:
    return ", ".join(link.value for link in links)
