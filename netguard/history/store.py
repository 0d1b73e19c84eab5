"""The history: scans saved whole, the homes they were made in, and what they saw (`known`, `mappings`)."""

from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import func, insert, select, union, update
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


class History(Retention, Devices, Mappings, Acceptances, Moving, Outbox, Homes):
    """Scans, homes and devices in one database. A context manager; every method raises `HistoryError` when it cannot."""

    def __init__(self, database: Database) -> None:
        """Use `database`, which this closes."""
        self._database = database
        self._unread: dict[str, str] = {}

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

        After a scan that was `just_made` the database is copied when it is time to (`backups`). What is given back is for
        the person to know: why that could not be done, or that the copy was of another history. The scan is saved anyway.
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
        """Copy the database when it is time to; why that was not possible, or where the copy of another history is."""
        path = self._database.path
        if path is None:
            return None
        try:
            with self._database.reading() as connection:
                begun = connection.execute(select(func.min(scans.c.ordered_at))).scalar()
            now = datetime.now(UTC)
            if begun is not None and backups.is_due(path, begun, now):
                kept = self._database.back_up()
                if kept is not None:
                    return (
                        f"the copy beside the history had scans that are not in it, and is kept as {kept}:"
                        f" if they were lost, `{self._database.command('restore', '--from', str(kept))}` puts it back"
                    )
        except HistoryError as error:
            return f"the scan is saved, but no copy of the history could be made: {error}"
        return None

    def other_copy(self) -> str | None:
        """That the copy beside the history is of another one, as when the history was lost and begun anew; else null."""
        path = self._database.path
        if path is None:
            return None
        there = backups.of_another(path, self._holds)
        if there is None:
            return None
        made = backups.made_at(path)
        when = f" of {made.astimezone():%Y-%m-%d %H:%M}" if made is not None else ""
        many = "1 scan" if there.scans == 1 else f"{there.scans:,} scans"
        return (
            f"the copy{when} beside the history has {many}, the last of which is not in it:"
            f" if the history was lost, `{self._database.command('restore')}` puts it back"
        )

    def _holds(self, scan_id: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(select(scans.c.id).where(scans.c.id == scan_id)).scalar() is not None

    def placed(self, scan: Scan) -> Scan:
        """`scan`, which was just made, with the start at which `save` will put it.

        What is learnt of it must not go back in time where the clock did.
        """
        with self._database.reading() as connection:
            at = rows.place(connection, scan)
        return scan if at == scan.started_at else replace(scan, started_at=at)

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
