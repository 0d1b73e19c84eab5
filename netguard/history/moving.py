"""The history into one file, and what such a file holds into the history: all of it, or nothing."""

import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from sqlalchemy import Connection, insert, select, union, update

from netguard.errors import DocumentError, HistoryError
from netguard.history import bundle, rows
from netguard.history.acceptances import read_acceptances
from netguard.history.database import Database
from netguard.history.known import read_declared, read_known, write_declared, write_known
from netguard.history.ledger import add_tries, read_tries, text_of
from netguard.history.mappings import read_mappings
from netguard.history.tables import acceptances, declared_devices, homes, known_devices, known_mappings, scans
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.declared import Declaration
from netguard.model.home import Enrolment
from netguard.model.known import KnownDevice, KnownIdentity, kind_of, rank
from netguard.model.observation import clean
from netguard.model.scan import Scan

_PASSING = frozenset({"address", "name"})
"""Kinds of identity by which alone no device of another history is taken for one of this: many homes have a `tv.local`."""

MAX_FORMER_KEYS = 32
"""Former keys kept of a device, as many as the registry keeps (`compare.keys.MAX_FORMER_KEYS`)."""

MAX_OF_A_KIND = 16
"""Identities of one kind kept of a device, as many as the registry keeps (`compare.registry.MAX_OF_A_KIND`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import brought."""

    new: Counter[str]
    """How many of what is new here: `scans`, `devices`, `declared devices`, `homes`, `mappings`, `accepted risks`,
    `tried logins`."""
    there: int
    """Scans that were here already."""


_TIMES = ("started_at", "finished_at", "ordered_at")


class Moving:
    """The part of `History` that is moved from one database to another. Raises `HistoryError` when it cannot."""

    _database: Database

    def lines(self, site: str | None, left_out: Callable[[str], None]) -> Iterator[bytes]:
        """Everything (of `site`) for `bundle.write`, as it was at one moment, oldest scan first.

        A scan that cannot be read is left out, and `left_out` is told why.
        """
        with self._database.reading() as connection:
            order = select(scans.c.id, scans.c.ordered_at).order_by(scans.c.ordered_at, scans.c.number)
            for row in connection.execute(order if site is None else order.where(scans.c.site == site)).all():
                try:
                    document = rows.document(connection, row.id)
                    codec.loads(document)
                except DocumentError as error:
                    left_out(str(error))
                except codec.UnreadableDocument as error:
                    left_out(f"the saved scan {clean(row.id)} cannot be read: {error}")
                else:
                    yield bundle.scan_line(row.ordered_at, document)
            for each in _sites(connection, site):
                values: Iterable[object] = (
                    *read_known(connection, each),
                    *read_declared(connection, each),
                    *map(
                        rows.enrolment,
                        connection.execute(select(homes).where(homes.c.site == each).order_by(homes.c.number)),
                    ),
                    *(bundle.SiteMapping(site=each, mapping=m) for m in read_mappings(connection, each)),
                    *read_acceptances(connection, each),
                )
                yield from map(bundle.line_of, values)
            yield from map(bundle.line_of, read_tries(connection, _macs(connection, site), datetime.now(UTC)))

    def take_in(self, things: Iterable[bundle.Thing]) -> Taken:
        """Add `things` to the history, whole or not at all; what is here already stays as it is.

        Everything is looked at before anything is written; meanwhile scans are kept in a file of their own, so that other
        netguards wait for no more than the writing. A device that is here already keeps what the history knows of it; a
        name and role that the person gave it are taken over where it has none. Raises what `things` raises,
        `HistoryError` for a scan that is here with other content and for a network that is another site's.
        """
        with tempfile.TemporaryFile() as kept:
            try:
                others = self._looked_at(things, kept)
                kept.flush()
            except OSError as error:
                raise HistoryError(
                    f"what is in it has no room in the folder {tempfile.gettempdir()}"
                    f" ({(error.strerror or 'it failed').lower()}); nothing was taken over"
                ) from error
            kept.seek(0)
            return self._written(_rows(kept), others)

    def _looked_at(self, things: Iterable[bundle.Thing], kept: IO[bytes]) -> list[bundle.Thing]:
        """Put the rows of scans into `kept`, and give everything else."""
        ids: set[str] = set()
        others: list[bundle.Thing] = []
        with self._database.reading() as connection:
            for thing in things:
                if not isinstance(thing, bundle.Placed):
                    others.append(thing)
                    continue
                if thing.scan.id in ids:
                    raise DocumentError(f"it is damaged: the scan {clean(thing.scan.id)} is in it twice")
                ids.add(thing.scan.id)
                _has_scan(connection, thing.scan.id, thing.document)
                row = rows.row_of(thing.scan, thing.document) | {"ordered_at": thing.ordered_at}
                packed = msgspec.msgpack.encode(row)
                kept.write(len(packed).to_bytes(8, "big") + packed)
            for home in others:
                if isinstance(home, Enrolment):
                    _home_of(connection, home)
        return others

    def _written(self, scan_rows: Iterable[dict[str, Any]], others: Iterable[bundle.Thing]) -> Taken:
        new: Counter[str] = Counter()
        there = 0
        books: dict[str, _Book] = {}
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            for row in scan_rows:
                if _has_scan(connection, row["id"], zlib.decompress(row["document"])):
                    there += 1
                else:
                    connection.execute(insert(scans), row)
                    new["scans"] += 1
            for thing in others:
                if isinstance(thing, KnownDevice | Declaration):
                    books.setdefault(thing.site, _Book([], [])).add(thing)
                elif isinstance(thing, Enrolment):
                    new["homes"] += _add_home(connection, thing)
                elif isinstance(thing, Acceptance):
                    new["accepted risks"] += _add_acceptance(connection, thing)
                elif isinstance(thing, bundle.SiteMapping):
                    new["mappings"] += _add_mapping(connection, thing)
                elif isinstance(thing, bundle.TriedLogins):
                    new["tried logins"] += add_tries(connection, thing)
            for site, book in books.items():
                devices, declared = _write_book(connection, site, book)
                new["devices"] += devices
                new["declared devices"] += declared
        return Taken(new=+new, there=there)

    def holds(self, scan: Scan) -> bool:
        """Whether `scan` is here. Raises `HistoryError` where another one has its id."""
        with self._database.reading() as connection:
            return _has_scan(connection, scan.id, codec.dumps(scan, indent=0))


@dataclass(frozen=True, slots=True)
class _Book:
    """The devices of one site in a file."""

    known: list[KnownDevice]
    declared: list[Declaration]

    def add(self, thing: KnownDevice | Declaration) -> None:
        """Put `thing` where it belongs."""
        if isinstance(thing, KnownDevice):
            self.known.append(thing)
        else:
            self.declared.append(thing)


def merged(ours: Iterable[KnownDevice], theirs: Iterable[KnownDevice]) -> tuple[dict[str, KnownDevice], dict[str, str]]:
    """`ours` by id with what `theirs` adds, and by the id of each of `theirs` the one that it has here.

    Each of theirs is held against what was here before, never against another of theirs: their registry knows them apart.
    What two of either side show (a make's common key, the MAC of a dock) tells nobody.
    """
    here = {each.id: each for each in ours}
    new = tuple(theirs)
    whose = _tellers(here.values())
    telling = _tellers(new).keys()
    named: dict[str, str] = {}
    for each in new:
        texts = (t for t in _texts(each) if t in telling and t in whose)
        same = (whose[t] for t in texts if not _are_apart(here[whose[t]], each))
        named[each.id] = each.id if each.id in here else next(same, each.id)
    taken = _borne(here.values())
    for each in new:
        id_ = named[each.id]
        here[id_] = _with(here[id_], each, taken) if id_ in here else each
    return here, named


def _with(mine: KnownDevice, other: KnownDevice, taken: Mapping[str, frozenset[str]]) -> KnownDevice:
    """`mine` with what it is called there, and everything by which scans from there know it; others' here stays theirs.

    `taken` are the ids of those that bear a text here.
    """
    free = (t for t in (other.key, *other.former_keys) if t != mine.key and taken.get(t, frozenset()) <= {mine.id})
    shown = {i.text: i for i in mine.identities}
    for each in other.identities:
        was = shown.get(each.text)
        if was is not None:
            first, last = min(was.first_seen, each.first_seen), max(was.last_seen, each.last_seen)
            shown[each.text] = replace(was, first_seen=first, last_seen=last)
        elif each.kind != "address" and taken.get(each.text, frozenset()) <= {mine.id}:
            shown[each.text] = each
    return replace(
        mine,
        former_keys=tuple(dict.fromkeys((*mine.former_keys, *free)))[:MAX_FORMER_KEYS],
        identities=mine.identities if tuple(shown.values()) == mine.identities else _bounded(shown.values()),
        first_seen=min(mine.first_seen, other.first_seen),
        said_name=mine.said_name or other.said_name,
        said_role=mine.said_role or other.said_role,
    )


def _bounded(identities: Iterable[KnownIdentity]) -> tuple[KnownIdentity, ...]:
    """Strongest first; of each kind those shown last."""
    number: Counter[str] = Counter()
    kept = []
    for each in sorted(identities, key=lambda i: (-i.last_seen.timestamp(), i.text)):
        number[each.kind] += 1
        if number[each.kind] <= MAX_OF_A_KIND:
            kept.append(each)
    return tuple(sorted(kept, key=lambda i: (rank(i.text), i.value)))


def _are_apart(one: KnownDevice, other: KnownDevice) -> bool:
    """Whether the person said of one of the two that it is not the other."""
    return not {*one.apart}.isdisjoint(_texts(other)) or not {*other.apart}.isdisjoint(_texts(one))


def _borne(devices: Iterable[KnownDevice]) -> dict[str, frozenset[str]]:
    """By each text by which some of `devices` are known the ids of those."""
    return _ids((each.id, text) for each in devices for text in (*_texts(each), *(i.text for i in each.identities)))


def _tellers(devices: Iterable[KnownDevice]) -> dict[str, str]:
    """By each text that tells one of `devices` from the others the id of that one."""
    found = _ids((each.id, text) for each in devices for text in _texts(each))
    return {text: next(iter(ids)) for text, ids in found.items() if len(ids) == 1}


def _ids(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for id_, text in pairs:
        found[text].add(id_)
    return {text: frozenset(ids) for text, ids in found.items()}


def _texts(device: KnownDevice) -> tuple[str, ...]:
    """What `device` is told by: its key in any case, and what is not of a passing kind."""
    texts = (*device.former_keys, *(i.text for i in device.identities), *device.joined)
    return (device.key, *(t for t in texts if kind_of(t) not in _PASSING))


def _sites(connection: Connection, site: str | None) -> tuple[str, ...]:
    """The sites of which anything but scans is known, or just `site`."""
    if site is not None:
        return (site,)
    tables = (known_devices, declared_devices, homes, known_mappings, acceptances)
    return tuple(sorted(connection.execute(union(*(select(table.c.site) for table in tables))).scalars()))


def _macs(connection: Connection, site: str | None) -> frozenset[str] | None:
    """The MACs that devices of `site` are known by; null where that is all of them."""
    if site is None:
        return None
    known = read_known(connection, site)
    shown = (i.value for each in known for i in each.identities if i.kind == "mac")
    return frozenset({*shown, *(text_of(each.mac) for each in known if each.mac is not None)})


def _write_book(connection: Connection, site: str, book: _Book) -> tuple[int, int]:
    """Write what is new of `book`: how many known devices and how many declared ones there are more."""
    ours = read_known(connection, site)
    after, named = merged(ours, book.known)
    before = {each.id: each for each in ours}
    write_known(connection, site, (each for id_, each in after.items() if each != before.get(id_)))
    declared = {each.id for each in read_declared(connection, site)}
    fresh = [
        replace(each, known=named.get(each.known, each.known) if each.known is not None else None)
        for each in book.declared
        if each.id not in declared
    ]
    write_declared(connection, site, fresh)
    return len(after) - len(before), len(fresh)


def _rows(kept: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The rows in `kept`."""
    while length := kept.read(8):
        row = msgspec.msgpack.decode(kept.read(int.from_bytes(length, "big")))
        yield row | {name: msgspec.convert(row[name], datetime) for name in _TIMES}


def _has_scan(connection: Connection, scan_id: str, document: bytes) -> bool:
    """Whether the scan is here. Raises `HistoryError` where another one has its id."""
    if connection.execute(select(scans.c.id).where(scans.c.id == scan_id)).scalar() is None:
        return False
    if msgspec.json.decode(rows.document(connection, scan_id)) != msgspec.json.decode(document):
        raise HistoryError(
            f"scan {clean(scan_id)} is in the history with other content: a saved scan is never changed, and nothing was"
            f" taken over"
        )
    return True


def _home_of(connection: Connection, home: Enrolment) -> str | None:
    """The site that the network of `home` belongs to here. Raises `HistoryError` where that is another one."""
    found: str | None = connection.execute(select(homes.c.site).where(rows.same_home(home))).scalar()
    if found not in (None, home.site):
        raise HistoryError(
            f"a network in it belongs to site {clean(str(found))!r} here, and to {clean(home.site)!r} there; nothing was"
            f" taken over: take it out of one of them first (netguard home)"
        )
    return found


def _add_home(connection: Connection, home: Enrolment) -> int:
    if _home_of(connection, home) is not None:
        return 0
    connection.execute(insert(homes), rows.home_row(home))
    return 1


def _add_acceptance(connection: Connection, acceptance: Acceptance) -> int:
    table = acceptances.c
    here = (table.site == acceptance.site) & (table.id == acceptance.id)
    if connection.execute(select(table.id).where(here)).scalar() is not None:
        return 0
    row = {"id": acceptance.id, "site": acceptance.site, "body": codec.dumps_value(acceptance)}
    connection.execute(insert(acceptances), row)
    return 1


def _add_mapping(connection: Connection, of_site: bundle.SiteMapping) -> int:
    table, mapping = known_mappings.c, of_site.mapping
    here = (table.site == of_site.site) & (table.gateway == mapping.gateway) & (table.name == mapping.name)
    row = connection.execute(select(table.first_seen, table.last_seen).where(here)).one_or_none()
    if row is None:
        values = {
            "site": of_site.site,
            "gateway": mapping.gateway,
            "name": mapping.name,
            "first_seen": mapping.first_seen,
            "last_seen": mapping.last_seen,
        }
        connection.execute(insert(known_mappings), values)
        return 1
    first, last = min(row.first_seen, mapping.first_seen), max(row.last_seen, mapping.last_seen)
    connection.execute(update(known_mappings).where(here).values(first_seen=first, last_seen=last))
    return 0
