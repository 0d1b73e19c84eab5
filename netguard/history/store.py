"""The history: scans saved whole, the homes they were made in, and what they saw (`known`, `mappings`)."""

import builtins
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, Select, func, insert, select, union, update
from sqlalchemy.exc import IntegrityError

from netguard.errors import HistoryError, NotRememberedError
from netguard.history import backups, rows
from netguard.history.acceptances import Acceptances
from netguard.history.database import Database
from netguard.history.homes import Homes
from netguard.history.known import Change, Devices, read_known, write_known
from netguard.history.mappings import Mappings, write_mappings
from netguard.history.moving import Moving
from netguard.history.outbox import Outbox
from netguard.history.retention import Retention
from netguard.history.tables import homes, scans
from netguard.model.home import Enrolment
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
"""Scans asked for in one statement; SQLite before 3.32 takes 999 values."""

_NEWEST_FIRST = (scans.c.ordered_at.desc(), scans.c.number.desc())


class History(Devices, Mappings, Acceptances, Retention, Moving, Outbox, Homes):
    """Scans, homes and devices in one database. A context manager; every method raises `HistoryError` when it cannot."""

    def __init__(self, database: Database) -> None:
        """Use `database`, which this closes."""
        self._database = database

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the history at a `sqlite:///` or `postgresql://` URL, making it when there is none.

        SQLite files are made for their owner only. A database of an older netguard is brought up to date.
        Raises `HistoryError`: not a database, another program's, a newer netguard's, no rights, no room.
        """
        return cls(Database(url))

    def __enter__(self) -> Self:
        """Give this history."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let go of the database."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def save(self, scan: Scan, learn: Change | None = None, *, just_made: bool = False) -> str | None:
        """Keep `scan`, whole or not at all, and as one step what `learn` makes of the known devices of its site.

        The ports that routers forwarded are remembered in the same step. No other process changes the devices meanwhile,
        so that of two scans at once the second learns from the first. One that was `just_made` stands after all that were
        saved before, wherever the clock was set meanwhile. Raises `HistoryError` also when the id is taken, since a scan
        never changes, and for a damaged known device; then the scan is kept all the same, and nothing was learnt.

        After a scan that was `just_made` the database is copied when it is time to (`backups`). What is given back is why
        that could not be done, for the person to know: the scan is saved all the same.
        """
        row = rows.row_of(scan)
        damaged: HistoryError | None = None
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            at = row["ordered_at"] = rows.place(connection, scan) if just_made else scan.started_at
            try:
                connection.execute(insert(scans), row)
            except IntegrityError as error:
                raise self._database.error(
                    f"scan {scan.id} is in it already, and a saved scan is never changed"
                ) from error
            write_mappings(connection, scan, at)
            if learn is not None:
                try:
                    known = read_known(connection, scan.site)
                except HistoryError as error:
                    damaged = error
                else:
                    write_known(connection, scan.site, learn(known))
        if damaged is not None:
            raise NotRememberedError(f"the scan is saved, but its devices are not remembered: {damaged}") from damaged
        return self._backed_up() if just_made else None

    def _backed_up(self) -> str | None:
        """Copy the database when it is time to; why that was not possible."""
        path = self._database.path
        if path is None:
            return None
        try:
            with self._database.reading() as connection:
                begun = connection.execute(select(func.min(scans.c.ordered_at))).scalar()
            now = datetime.now(UTC)
            if begun is not None and backups.is_due(path, begun, now):
                self._database.back_up()
        except HistoryError as error:
            return f"the scan is saved, but no copy of the history could be made: {error}"
        return None

    def placed(self, scan: Scan) -> Scan:
        """`scan`, which was just made, with the start at which `save` will put it.

        What is learnt of it must not go back in time where the clock did.
        """
        with self._database.reading() as connection:
            at = rows.place(connection, scan)
        return scan if at == scan.started_at else replace(scan, started_at=at)

    def scan(self, reference: str, site: str | None = None) -> Scan:
        """Read the scan that `reference` names: `latest`, `previous`, an id, or at least 4 first characters of one.

        `previous` is the one before the latest, of the same site. With `site` only that site's scans count.
        Raises `HistoryError` when it names none or several, `DocumentError` when its document cannot be read.
        """
        with self._database.reading() as connection:
            if reference == "latest":
                found = _newest(connection, site, 1)
            elif reference == "previous":
                latest = _newest(connection, site, 1)
                found = _newest(connection, latest[0].site, 2)[1:] if latest else []
            else:
                found = _named(connection, reference, site)
            if len(found) == 1:
                return rows.unpacked(connection, found[0].id)
            if found:
                start = clean(reference)
                raise HistoryError(f"several scans begin with {start!r}: {_told(found)}; give more of the id")
            there = _newest(connection, site, _SHOWN)
        raise HistoryError(_not_found(reference, site, there))

    def list(self, site: str | None = None, limit: int = 20) -> tuple[ScanLine, ...]:
        """List the newest `limit` scans (of `site`), newest first; those of one instant in reverse order of saving."""
        with self._database.reading() as connection:
            return tuple(rows.line(row) for row in _newest(connection, site, limit))

    def timeline(self, site: str, limit: int = 60, *, until: str | None = None) -> tuple[Entry, ...]:
        """The newest `limit` scans of `site` in short, oldest first; with `until` those up to the scan of that id.

        Raises `DocumentError` for a scan that must be read for it and cannot be.
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
            entries, late = _shortened(connection, reversed(found))
        self._summarise(late)
        return entries

    def order(self, site: str) -> tuple[rows.Stop, ...]:
        """Every scan of `site` in the order of the history, oldest first: where each stands, without what it saw."""
        query: Select[Any] = select(*rows.STOP).where(scans.c.site == site).order_by(*_NEWEST_FIRST)
        with self._database.reading() as connection:
            return tuple(map(rows.stop, reversed(builtins.list(connection.execute(query)))))

    def entries(self, ids: Iterable[str]) -> tuple[Entry, ...]:
        """The scans of these ids in short, in the order of `ids`; one that was taken out meanwhile is left out.

        Raises `DocumentError` for a scan that must be read for it and cannot be.
        """
        wanted = tuple(ids)
        found: dict[str, Row[Any]] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = scans.c.id.in_(wanted[start : start + _AT_ONCE])
                found |= {row.id: row for row in connection.execute(select(*rows.ENTRY).where(some))}
            entries, late = _shortened(connection, (found[id_] for id_ in wanted if id_ in found))
        self._summarise(late)
        return entries

    def _summarise(self, found: Sequence[Scan]) -> None:
        """Keep the summaries of scans that an older netguard saved, so that none is made again; unless it cannot be now."""
        if not found:
            return
        with contextlib.suppress(HistoryError), self._database.writing() as connection:
            for scan in found:
                here = (scans.c.id == scan.id) & scans.c.summary.is_(None)
                connection.execute(update(scans).where(here).values(summary=rows.packed_summary(scan)))

    def latest(self, site: str | None = None, *, finished: bool = False) -> Scan | None:
        """Read the newest scan (of `site`), or null; with `finished`, the newest that came to its end.

        Raises `DocumentError` when its document cannot be read.
        """
        with self._database.reading() as connection:
            query = _narrowed(select(scans.c.id), site).order_by(*_NEWEST_FIRST).limit(1)
            if finished:
                query = query.where(scans.c.ended == Ended.FINISHED.value)
            found = connection.execute(query).scalar()
            return None if found is None else rows.unpacked(connection, found)

    def sites(self) -> tuple[str, ...]:
        """List the sites that have scans or homes, in alphabetical order."""
        with self._database.reading() as connection:
            return tuple(sorted(connection.execute(union(select(scans.c.site), select(homes.c.site))).scalars()))

    def homes(self) -> tuple[Enrolment, ...]:
        """List the networks that are the person's own, in the order of enrolment."""
        with self._database.reading() as connection:
            return tuple(map(rows.enrolment, connection.execute(select(homes).order_by(homes.c.number))))

    def remember(self, enrolment: Enrolment) -> None:
        """Keep that a network is the person's own; one that is known keeps its date and takes the new SSID, if any.

        Raises `HistoryError` when the same gateway and prefixes belong to another site.
        """
        row = rows.home_row(enrolment)
        same = rows.same_home(enrolment)
        with self._database.writing() as connection:
            known = connection.execute(select(homes.c.site).where(same)).scalar()
            if known is None:
                connection.execute(insert(homes), row)
            elif known != enrolment.site:
                raise HistoryError(
                    f"this network belongs to site {clean(known)!r} already, not to {clean(enrolment.site)!r};"
                    f" scan it as {clean(known)!r}, or take it out of that site first (netguard home)"
                )
            elif enrolment.ssid is not None:
                connection.execute(update(homes).where(same).values(ssid=enrolment.ssid))


def _narrowed(query: Select[Any], site: str | None) -> Select[Any]:
    return query if site is None else query.where(scans.c.site == site)


def _newest(connection: Connection, site: str | None, limit: int) -> builtins.list[Row[Any]]:
    query = _narrowed(select(*rows.LINE), site).order_by(*_NEWEST_FIRST).limit(min(max(limit, 0), _MOST))
    return builtins.list(connection.execute(query))


def _shortened(connection: Connection, found: Iterable[Row[Any]]) -> tuple[tuple[Entry, ...], builtins.list[Scan]]:
    """What is in these rows, in their order, and the scans that had to be read for it because they had no summary."""
    entries, late = [], []
    for row in found:
        entry = rows.entry(row)
        if entry is None:
            late.append(rows.unpacked(connection, row.id))
            entry = rows.entry_of(late[-1])
        entries.append(entry)
    return tuple(entries), late


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
