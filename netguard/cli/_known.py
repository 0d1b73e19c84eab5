"""The known devices as a person sees them: found by what they call them, and shown in a table or one by one."""

from collections.abc import Callable, Iterable
from typing import Any

from netguard.cli.history import _local, _table
from netguard.errors import HistoryError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import address
from netguard.model.known import KnownDevice
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, Role

SHORTEST_PREFIX = 4
"""Characters of an id that are enough to name a device; fewer would soon name another one."""

MAX_CANDIDATES = 5
"""Devices that an error names, so that it stays readable."""

SCANS_LOOKED_AT = 20
"""Latest scans in which a device's facts are looked for."""

_TITLES = ("ID", "NAME", "WHAT", "MAKER AND MODEL", "ADDRESS", "LAST SEEN")

Changed = tuple[KnownDevice, ...]


class Book:
    """The known devices of one site, or of all. Every method raises `HistoryError` when the history cannot be used."""

    def __init__(self, database: str | None, site: str | None) -> None:
        """Use `database` (null for the person's own) and only `site` (null for all)."""
        self.url, self._site = database or default_url(), site

    def narrowed(self, database: str | None, site: str | None) -> "Book":
        """The same with what is given here."""
        return Book(database or self.url, site if site is not None else self._site)

    def sites(self) -> tuple[str, ...]:
        """The sites of which devices are known."""
        with History.open(self.url) as history:
            return history.known_sites()

    def known(self) -> tuple[KnownDevice, ...]:
        """The devices, locks and hubs first, then by address."""
        with History.open(self.url) as history:
            sites = (self._site,) if self._site is not None else history.known_sites()
            found = [device for site in sites for device in history.known(site)]
        return tuple(sorted(found, key=_order))

    def has(self, reference: str) -> bool:
        """Whether `reference` names a device that is known, or several."""
        return bool(_named(self.known(), reference))

    def find(self, reference: str) -> KnownDevice:
        """The one device that `reference` names. Raises `UsageError` when it names none or several."""
        known = self.known()
        found = _named(known, reference)
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"several devices are meant by {clean(reference)!r}: {_candidates(found)}; give the id")
        if not known:
            raise UsageError("no devices are known yet: run netguard scan")
        raise UsageError(f"no known device is {clean(reference)!r}; `netguard devices` lists them")

    def change(self, device: KnownDevice, change: Callable[[KnownDevice], Changed]) -> KnownDevice:
        """Write what `change` makes of `device` as it is now, and give the first of it."""
        return self._changed(device.site, (device.id,), lambda now: change(now[0]))

    def change_both(
        self, one: KnownDevice, other: KnownDevice, change: Callable[[KnownDevice, KnownDevice], Changed]
    ) -> KnownDevice:
        """Write what `change` makes of the two as they are now, and give the first of it."""
        return self._changed(one.site, (one.id, other.id), lambda now: change(now[0], now[1]))

    def forget(self, reference: str) -> str:
        """Take the device out and say what it was called; by its whole id also one that cannot be read any more."""
        try:
            device = self.find(reference)
        except HistoryError:
            # A damaged row stands in the way of all others until it is out, and it can be named by its id only.
            self._forget_unread(reference)
            return clean(reference)
        with History.open(self.url) as history:
            history.change_known(device.site, None, forget=(device.id,))
        return called(device)

    def latest_with(self, device: KnownDevice) -> Scan:
        """The latest scan that saw `device`. Raises `UsageError` when none of the last ones did."""
        with History.open(self.url) as history:
            for line in history.list(device.site, SCANS_LOOKED_AT):
                scan = history.scan(line.id)
                if any(scan.device(key) is not None for key in (device.key, *device.former_keys)):
                    return scan
        raise UsageError(f"{called(device)} is in none of the last {SCANS_LOOKED_AT} scans: run netguard scan")

    def _changed(self, site: str, ids: tuple[str, ...], change: Callable[[Changed], Changed]) -> KnownDevice:
        result: list[KnownDevice] = []

        def act(known: Changed) -> Changed:
            by_id = {each.id: each for each in known}
            if not by_id.keys() >= set(ids):
                raise UsageError("another netguard has just taken it out; look at `netguard devices` again")
            result.extend(change(tuple(by_id[each] for each in ids)))
            return tuple(result)

        with History.open(self.url) as history:
            history.change_known(site, act)
        return result[0]

    def _forget_unread(self, id_: str) -> None:
        with History.open(self.url) as history:
            for site in (self._site,) if self._site is not None else history.known_sites():
                history.change_known(site, None, forget=(id_,))


def called(device: KnownDevice) -> str:
    """Its name, the person's own first; its short id where it has none."""
    return clean(device.said_name or device.name or device.id[:8])


def what(device: KnownDevice) -> Role:
    """What it is, the person's word first."""
    return device.said_role or device.role


def listed(known: tuple[KnownDevice, ...]) -> str:
    """A table, a line a device; with the site where there are several."""
    several = len({each.site for each in known}) > 1
    rows: list[tuple[str, ...]] = [(*_TITLES, "SITE") if several else _TITLES]
    rows += [(*_cells(each), clean(each.site)) if several else _cells(each) for each in known]
    return _table(rows)


def told(device: KnownDevice) -> str:
    """Everything known about it, a line a thing."""
    own = device.name if device.said_name and device.name else None
    seen_as = device.role if device.said_role and device.role is not device.said_role else None
    rows = [
        ("Name", called(device) + (f" (you said so; it calls itself {clean(own)})" if own else "")),
        ("What", what(device) + (f" (you said so; it looked like: {seen_as})" if seen_as else "")),
        ("Maker", clean(device.vendor or "")),
        ("Model", clean(device.model or "")),
        ("Record", clean(device.profile or "")),
        ("MAC", str(device.mac) if device.mac is not None else ""),
        ("Addresses", ", ".join(map(str, device.addresses))),
        ("Host names", ", ".join(map(clean, device.hostnames))),
        ("Site", clean(device.site)),
        ("First seen", _local(device.first_seen)),
        ("Last seen", _local(device.last_seen)),
        ("Id", device.id),
        ("Key", clean(device.key)),
        *(("Key before", clean(key)) for key in device.former_keys),
        *(("You said its", clean(text)) for text in device.joined),
        *(("You said not its", clean(text)) for text in device.apart),
    ]
    return f"{_table([row for row in rows if row[1]])}\n\nRecognised by:\n{identities(device)}"


def identities(device: KnownDevice) -> str:
    """What it is recognised by, strongest first, with when it was shown first and last."""
    rows: list[tuple[str, ...]] = [("IDENTITY", "SINCE", "LAST SHOWN", "LASTS")]
    rows += [(clean(i.text), _local(i.first_seen), _local(i.last_seen), i.stability.value) for i in device.identities]
    return _table(rows) if len(rows) > 1 else "nothing any more: it was not seen for too long"


def as_json(device: KnownDevice) -> dict[str, Any]:
    """The device as JSON's own types, all its fields under their names."""
    import json

    from netguard.model import codec

    plain: dict[str, Any] = json.loads(codec.dumps_value(device))
    return plain


def _cells(device: KnownDevice) -> tuple[str, ...]:
    maker = " ".join(clean(text) for text in (device.vendor, device.model) if text)
    return (
        device.id[:8],
        called(device) if device.said_name or device.name else "",
        what(device).value,
        maker,
        str(device.addresses[0]) if device.addresses else "",
        _local(device.last_seen),
    )


def _order(device: KnownDevice) -> tuple[object, ...]:
    role = what(device)
    first = device.addresses[0] if device.addresses else None
    place = (first.version, int(first)) if first is not None else (9, 0)
    return (role not in DOOR_ROLES, role not in HUB_ROLES, device.site, place, device.id)


def _named(known: tuple[KnownDevice, ...], reference: str) -> list[KnownDevice]:
    """Devices that `reference` may mean. A whole id or a present key means one and no other."""
    for exact in ([k for k in known if k.id == reference], [k for k in known if k.key == reference]):
        if exact:
            return exact
    low = reference.casefold()
    ip, mac = _read(address.ip, reference), _read(address.mac, reference)
    return [
        k
        for k in known
        if reference in k.former_keys
        or reference in (*(i.text for i in k.identities), *k.joined)
        or low in {name.casefold() for name in _names(k)}
        or (ip is not None and ip in k.addresses)
        or (mac is not None and (mac == k.mac or _bears(k, str(mac))))
        or (len(low) >= SHORTEST_PREFIX and k.id.startswith(low))
    ]


def _names(device: KnownDevice) -> Iterable[str]:
    yield from filter(None, (device.said_name, device.name, *device.hostnames))


def _bears(device: KnownDevice, mac: str) -> bool:
    return any(i.kind in {"mac", "random-mac"} and i.value == mac for i in device.identities)


def _read(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except ValueError:
        return None


def _candidates(found: list[KnownDevice]) -> str:
    shown = [
        f"{k.id} ({', '.join(filter(None, (called(k), str(k.addresses[0]) if k.addresses else '', clean(k.site))))})"
        for k in found[:MAX_CANDIDATES]
    ]
    return ", ".join(shown) + (" and more" if len(found) > MAX_CANDIDATES else "")
