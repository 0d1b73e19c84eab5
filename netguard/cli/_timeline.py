"""The list of saved scans: what each line says, as text and as JSON; and what happened to one device."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netguard.cli import _reading
from netguard.cli.history import _local, _table
from netguard.compare import trend
from netguard.compare.series import Place
from netguard.errors import UsageError
from netguard.history.store import History
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.timeline import Entry, ScanLine
from netguard.model.vocabulary import Ended

BEFORE = 20
"""Scans that are read before the oldest listed one: what came back and what was missing for a while is told from them."""

STEP = 100
"""Scans of which the router is read at one time while earlier ones of a place are looked for."""

EVERY = 2**31 - 1
"""Scans in the longest list."""

UNKNOWN = "?"

_TITLES = (
    "WHEN",
    "SITE",
    "NETWORK",
    "RIGHTS",
    "DEPTH",
    "ENDED",
    "GRADE",
    "DEVICES",
    "FINDINGS",
    "NEW",
    "RESOLVED",
    "ID",
)

_EVENTS = {
    "seen": "seen for the first time",
    "gone": "gone",
    "back": "back",
    "address": "address",
    "mac": "MAC",
    "firmware": "firmware",
    "name": "name",
    "role": "what it is",
    "port": "port",
    "finding": "finding",
}
"""What `trend.story` calls things, as a person reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line: what is null could not be found out."""

    line: ScanLine
    new: int | None = None
    resolved: int | None = None
    privileged: bool | None = None
    gateway: str | None = None


def told(history: History, site: str | None, limit: int) -> tuple[Told, ...]:
    """The newest `limit` scans (of `site`), newest first. Of one that cannot be read `history.remarks` says why."""
    lines = history.list(site, limit)
    by_site: dict[str, set[str]] = {}
    for line in lines:
        by_site.setdefault(line.site, set()).add(line.id)
    known: dict[str, Told] = {}
    for each, ids in by_site.items():
        entries = _enough(history, each, ids)
        known |= {
            entry.line.id: Told(
                line=entry.line,
                new=new,
                resolved=resolved,
                privileged=entry.summary.privileged,
                gateway=entry.summary.gateway,
            )
            for entry, (new, resolved) in zip(entries, trend.told(entries, history.known(each)), strict=True)
            if entry.line.id in ids
        }
    return tuple(known.get(line.id, Told(line=line)) for line in lines)


def _enough(history: History, site: str, ids: set[str]) -> tuple[Entry, ...]:
    """The newest scans of `site` with those of `ids` and those that each is compared with, where there are any."""
    reach = len(ids) + BEFORE
    entries = history.timeline(site, reach)
    if history.count(site) <= reach:
        return entries
    alone: list[Place] = []
    finished: list[Place] = []
    for entry in entries:
        here = Place.of(entry)
        if entry.line.id in ids and not any(place.is_same(here) for place in (*finished, *alone)):
            alone.append(here)
        if entry.line.ended is Ended.FINISHED:
            finished.append(here)
    earlier = _earlier(history, site, alone, frozenset(entry.line.id for entry in entries)) if alone else ()
    return (*history.entries(earlier), *entries)


def _earlier(history: History, site: str, alone: list[Place], read: frozenset[str]) -> tuple[str, ...]:
    """Ids of the newest `BEFORE` finished scans of each of these places that were not read, oldest first.

    Only scans of their prefixes are looked at, a step at a time, and of each no more than its router.
    """
    prefixes = {str(place.prefix): place.prefix for place in alone}
    stops = [s for s in history.order(site) if s.prefix in prefixes and s.finished and s.id not in read]
    found: dict[Place, int] = dict.fromkeys(alone, 0)
    chosen = set()
    for end in range(len(stops), 0, -STEP):
        step = stops[max(0, end - STEP) : end]
        gateways = history.gateways(stop.id for stop in step)
        for stop in reversed(step):
            if stop.id not in gateways:
                continue
            here = Place(prefix=prefixes[stop.prefix], gateway=gateways[stop.id])
            for place in (place for place, number in found.items() if number < BEFORE and place.is_same(here)):
                found[place] += 1
                chosen.add(stop.id)
        if all(number >= BEFORE for number in found.values()):
            break
    return tuple(stop.id for stop in stops if stop.id in chosen)


def rows(told: Sequence[Told]) -> list[tuple[str, ...]]:
    """The table, with its titles."""
    return [_TITLES, *map(_cells, told)]


def as_json(each: Told) -> dict[str, Any]:
    """One line as JSON's own types."""
    line = each.line
    return {
        "id": line.id,
        "site": line.site,
        "started_at": line.started_at.isoformat().replace("+00:00", "Z"),
        "finished_at": line.finished_at.isoformat().replace("+00:00", "Z"),
        "ended": line.ended.value,
        "grade": line.grade,
        "depth": line.depth.value,
        "interface": line.interface,
        "prefix": str(line.prefix),
        "gateway": each.gateway,
        "privileged": each.privileged,
        "devices": line.devices,
        "failing": line.failing,
        "new": each.new,
        "resolved": each.resolved,
    }


def story(url: str, device: KnownDevice) -> str:
    """What happened to `device`, oldest first, a line a thing. Raises `UsageError` when no saved scan saw it."""
    with _reading.opened(url) as history:
        events = trend.story(history.timeline(device.site, EVERY), device, history.known(device.site))
    if not events:
        raise UsageError(f"no saved scan has seen {clean(device.said_name or device.name or device.id)}")
    titles = ("WHEN", "WHAT", "BEFORE", "AFTER", "SCAN")
    cells = (
        (
            _local(e.at),
            _EVENTS.get(e.what, clean(e.what)),
            clean(e.before or ""),
            clean(e.after or ""),
            clean(e.scan_id),
        )
        for e in events
    )
    return _table([titles, *cells])


def _cells(each: Told) -> tuple[str, ...]:
    line = each.line
    return (
        _local(line.started_at),
        clean(line.site),
        f"{line.prefix} on {clean(line.interface)}",
        UNKNOWN if each.privileged is None else "full" if each.privileged else "limited",
        line.depth.value,
        line.ended.value,
        clean(line.grade) if line.grade else "incomplete",
        str(line.devices),
        str(line.failing),
        UNKNOWN if each.new is None else str(each.new),
        UNKNOWN if each.resolved is None else str(each.resolved),
        clean(line.id),
    )
