"""The history's saved scans, read: whole ones, lists of them, and what is kept of each in short."""

import builtins
import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from netguard.errors import DocumentError, HistoryError
from netguard.history import rows
from netguard.history.database import Database
from netguard.history.tables import scans
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, ScanLine
from netguard.model.vocabulary import Ended

SHORTEST_PREFIX = 4
"""Characters of an id that are enough to name a scan; fewer would soon name another one."""

_SHOWN = 5
"""Scans that an error names, so that it stays readable."""

_MOST = 2**31 - 1
"""Scans in one list at most; a larger number is none that every database takes."""

_AT_ONCE = 500
"""Scans asked for or written in one statement or step; SQLite before 3.32 takes 999 values."""

_NEWEST_FIRST = (scans.c.ordered_at.desc(), scans.c.number.desc())


class Reading:
    """The part of `History` that reads saved scans. Every method raises `HistoryError` when it cannot."""

    _database: Database
    _unread: dict[str, str]
    """By the id of each scan that was left out why."""

    def scan(self, reference: str, site: str | None = None) -> Scan:
        """Read the scan that `reference` names: `latest`, `previous`, an id, or at least 4 first characters of one.

        `previous` is the one before the latest, of the same site. With `site` only that site's scans count.
        Raises `HistoryError` when it names none or several, `DocumentError` when its document cannot be read.
        """
        with self._database.reading() as connection:
            return self._read(connection, _found(connection, reference, site))

    def id_of(self, reference: str, site: str | None = None) -> str:
        """The id of the scan that `reference` names, as for `scan`, whether it can be read or not. Raises `HistoryError`."""
        with self._database.reading() as connection:
            return _found(connection, reference, site)

    def list(self, site: str | None = None, limit: int = 20) -> tuple[ScanLine, ...]:
        """List the newest `limit` scans (of `site`), newest first; those of one instant in reverse order of saving."""
        with self._database.reading() as connection:
            return tuple(rows.line(row) for row in _newest(connection, site, limit))

    def count(self, site: str | None = None) -> int:
        """How many scans are saved (of `site`)."""
        with self._database.reading() as connection:
            return int(connection.execute(_narrowed(select(func.count()).select_from(scans), site)).scalar_one())

    def timeline(self, site: str, limit: int = 60, *, until: str | None = None) -> tuple[Entry, ...]:
        """The newest `limit` scans of `site` in short, oldest first; with `until` those up to the scan of that id.

        One of which neither summary nor document can be read is left out; `remarks` says so.
        """
        query: Select[Any] = select(*rows.ENTRY).where(scans.c.site == site).order_by(*_NEWEST_FIRST)
        with self._database.reading() as connection:
            if until is not None:
                place = connection.execute(
                    select(scans.c.ordered_at, scans.c.number).where((scans.c.site == site) & (scans.c.id == until))
                ).one_or_none()
                if place is None:
                    return ()
                same = (scans.c.ordered_at == place.ordered_at) & (scans.c.number <= place.number)
                query = query.where((scans.c.ordered_at < place.ordered_at) | same)
            found = builtins.list(connection.execute(query.limit(min(max(limit, 0), _MOST))))
            entries, late = self._shortened(connection, reversed(found))
        self._summarise(late)
        return entries

    def order(self, site: str) -> tuple[rows.Stop, ...]:
        """Every scan of `site` in the order of the history, oldest first: where each stands, without what it saw."""
        query: Select[Any] = select(*rows.STOP).where(scans.c.site == site).order_by(*_NEWEST_FIRST)
        with self._database.reading() as connection:
            return tuple(map(rows.stop, reversed(builtins.list(connection.execute(query)))))

    def entries(self, ids: Iterable[str]) -> tuple[Entry, ...]:
        """The scans of these ids in short, in the order of `ids`; one that was taken out meanwhile is left out.

        So is one of which neither summary nor document can be read; `remarks` says so.
        """
        wanted = tuple(ids)
        found: dict[str, Row[Any]] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = scans.c.id.in_(wanted[start : start + _AT_ONCE])
                found |= {row.id: row for row in connection.execute(select(*rows.ENTRY).where(some))}
            entries, late = self._shortened(connection, (found[id_] for id_ in wanted if id_ in found))
        self._summarise(late)
        return entries

    def gateways(self, ids: Iterable[str]) -> dict[str, str | None]:
        """By the id of each of these scans the MAC of its router, which with the prefix tells one place from another.

        It costs some twenty times less than `entries`. One that cannot be read is left out; `remarks` says so.
        """
        wanted = tuple(ids)
        found: dict[str, str | None] = {}
        unread: builtins.list[str] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = scans.c.id.in_(wanted[start : start + _AT_ONCE])
            with self._database.reading() as connection:
                for row in connection.execute(select(scans.c.id, scans.c.summary).where(some)):
                    mac = rows.gateway(row.summary)
                    if mac is rows.UNREADABLE:
                        unread.append(row.id)
                    else:
                        found[row.id] = mac
        return found | {entry.line.id: entry.summary.gateway for entry in self.entries(unread)}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out since the history was opened because it cannot be read: why, and what to do about it."""
        return tuple(self._unread.values())

    def _shortened(
        self, connection: Connection, found: Iterable[Row[Any]]
    ) -> tuple[tuple[Entry, ...], builtins.list[tuple[str, bytes]]]:
        """What is in these rows, in their order, and the summaries that had to be made for it, as they are kept."""
        entries, late = [], []
        for row in found:
            entry = rows.entry(row)
            if entry is None:
                try:
                    scan = self._read(connection, row.id)
                except DocumentError as error:
                    self._unread[row.id] = f"left out: {error}"
                    continue
                entry = rows.entry_of(row, scan)
                late.append((row.id, rows.packed_summary(entry.summary)))
            entries.append(entry)
        return tuple(entries), late

    def _summarise(self, late: Sequence[tuple[str, bytes]]) -> None:
        """Keep these summaries, so that none is made again; unless it cannot be now. Others wait for no more than a part."""
        with contextlib.suppress(HistoryError):
            for start in range(0, len(late), _AT_ONCE):
                with self._database.writing() as connection:
                    for scan_id, packed in late[start : start + _AT_ONCE]:
                        connection.execute(update(scans).where(scans.c.id == scan_id).values(summary=packed))

    def _read(self, connection: Connection, scan_id: str) -> Scan:
        """The scan with this id. Raises `DocumentError` that says what to do about one that cannot be read."""
        try:
            return rows.unpacked(connection, scan_id)
        except DocumentError as error:
            if isinstance(error, rows.NewerError):
                raise
            raise DocumentError(f"{error}; {self._database.without(scan_id)}") from error

    def latest(self, site: str | None = None, *, finished: bool = False) -> Scan | None:
        """Read the newest scan (of `site`), or null; with `finished`, the newest that came to its end.

        Raises `DocumentError` when its document cannot be read.
        """
        with self._database.reading() as connection:
            query = _narrowed(select(scans.c.id), site).order_by(*_NEWEST_FIRST).limit(1)
            if finished:
                query = query.where(scans.c.ended == Ended.FINISHED.value)
            found = connection.execute(query).scalar()
            return None if found is None else self._read(connection, found)


def _narrowed(query: Select[Any], site: str | None) -> Select[Any]:
    return query if site is None else query.where(scans.c.site == site)


def _newest(connection: Connection, site: str | None, limit: int) -> builtins.list[Row[Any]]:
    query = _narrowed(select(*rows.LINE), site).order_by(*_NEWEST_FIRST).limit(min(max(limit, 0), _MOST))
    return builtins.list(connection.execute(query))


def _found(connection: Connection, reference: str, site: str | None) -> str:
    """The id of the scan that `reference` names. Raises `HistoryError` when it names none or several."""
    if reference == "latest":
        found = _newest(connection, site, 1)
    elif reference == "previous":
        latest = _newest(connection, site, 1)
        found = _newest(connection, latest[0].site, 2)[1:] if latest else []
    else:
        found = _named(connection, reference, site)
    if len(found) == 1:
        return str(found[0].id)
    if found:
        start = clean(reference)
        raise HistoryError(f"several scans begin with {start!r}: {_told(found)}; give more of the id")
    raise HistoryError(_not_found(reference, site, _newest(connection, site, _SHOWN)))


def _named(connection: Connection, reference: str, site: str | None) -> builtins.list[Row[Any]]:
    """Find the scan with this id, else those that begin so; `substr` because LIKE's case differs between databases."""
    query = _narrowed(select(*rows.LINE), site).order_by(*_NEWEST_FIRST)
    exact = builtins.list(connection.execute(query.where(scans.c.id == reference)))
    if exact or len(reference) < SHORTEST_PREFIX:
        return exact
    begins = func.substr(scans.c.id, 1, len(reference)) == reference
    return builtins.list(connection.execute(query.where(begins).limit(_SHOWN + 1)))


def _told(found: builtins.list[Row[Any]]) -> str:
    """Ids with their dates, for a message."""
    shown = [f"{clean(row.id)} ({row.started_at:%Y-%m-%d})" for row in found[:_SHOWN]]
    return ", ".join(shown) + (" and more" if len(found) > _SHOWN else "")


def _not_found(reference: str, site: str | None, there: builtins.list[Row[Any]]) -> str:
    whose = "" if site is None else f" of site {clean(site)!r}"
    if not there:
        return f"there are no saved scans{whose} yet: run netguard scan"
    if reference == "previous":
        return f"there is only one saved scan{whose or f' of site {clean(there[0].site)!r}'}: {_told(there[:1])}"
    short = f" (an id, or at least its first {SHORTEST_PREFIX} characters)" if len(reference) < SHORTEST_PREFIX else ""
    return f"there is no saved scan{whose} {clean(reference)!r}{short}; the newest are {_told(there)}"
