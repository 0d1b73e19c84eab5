"""The history's memory of devices: those that scans saw, and those that the person says they have."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from netguard.errors import HistoryError
from netguard.history.database import Database
from netguard.history.tables import declared_devices, known_devices
from netguard.model import codec
from netguard.model.declared import Declaration
from netguard.model.known import KnownDevice
from netguard.model.observation import clean

Change = Callable[[tuple[KnownDevice, ...]], tuple[KnownDevice, ...]]
"""Given the known devices of a site, those that are to be written: changed ones and new ones, in any order."""

_T = TypeVar("_T", KnownDevice, Declaration)


class Devices:
    """The part of `History` that remembers devices. Every method raises `HistoryError` when it cannot."""

    _database: Database

    def known(self, site: str) -> tuple[KnownDevice, ...]:
        """The devices that scans of `site` saw, in the order they were first learnt; a damaged row is an error."""
        with self._database.reading() as connection:
            return read_known(connection, site)

    def known_sites(self) -> tuple[str, ...]:
        """The sites of which devices are known, in alphabetical order."""
        with self._database.reading() as connection:
            return tuple(sorted(set(connection.execute(select(known_devices.c.site)).scalars())))

    def change_known(self, site: str, change: Change | None, forget: tuple[str, ...] = ()) -> None:
        """Forget the devices with the ids `forget`, then write what `change` makes of the rest, as one step.

        No other process changes the site's devices meanwhile. A device that `change` gives back empty is taken out.
        What `change` raises undoes all of it. Without `change` nothing is read, so that damaged rows can be forgotten.
        """
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            here = known_devices.c.site == site
            connection.execute(delete(known_devices).where(here & known_devices.c.id.in_(forget)))
            if change is not None:
                write_known(connection, site, change(read_known(connection, site)))

    def declared(self, site: str) -> tuple[Declaration, ...]:
        """The devices that the person says are in `site`, in the order they were declared; a damaged row is an error."""
        with self._database.reading() as connection:
            return read_declared(connection, site)

    def declare(self, declaration: Declaration) -> None:
        """Keep `declaration`, in the place of the one of its site that has its id, if any."""
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            write_declared(connection, declaration.site, [declaration])

    def withdraw(self, site: str, id: str) -> None:  # noqa: A002 - the contract's name
        """Take the declaration `id` of `site` out; nothing happens when there is none."""
        with self._database.writing() as connection:
            table = declared_devices.c
            connection.execute(delete(declared_devices).where((table.site == site) & (table.id == id)))


def read_known(connection: Connection, site: str) -> tuple[KnownDevice, ...]:
    """The known devices of `site`. Raises `HistoryError` that names a damaged row."""
    return _read(connection, known_devices, KnownDevice, site)


def write_known(connection: Connection, site: str, devices: Iterable[KnownDevice]) -> None:
    """Write `devices`, taking empty ones out. Raises `HistoryError` for one of another site."""
    kept = []
    for device in devices:
        if device.is_empty:
            here = (known_devices.c.site == site) & (known_devices.c.id == device.id)
            connection.execute(delete(known_devices).where(here))
        else:
            kept.append(device)
    _write(connection, known_devices, site, kept)


def read_declared(connection: Connection, site: str) -> tuple[Declaration, ...]:
    """The declared devices of `site`. Raises `HistoryError` that names a damaged row."""
    return _read(connection, declared_devices, Declaration, site)


def write_declared(connection: Connection, site: str, declarations: Iterable[Declaration]) -> None:
    """Write `declarations`, each in the place of the one that has its id. Raises `HistoryError` for one of another site."""
    _write(connection, declared_devices, site, declarations)


def _read(connection: Connection, table: Table, kind: type[_T], site: str) -> tuple[_T, ...]:
    rows = connection.execute(select(table.c.id, table.c.body).where(table.c.site == site).order_by(table.c.number))
    return tuple(_value(table, kind, row.id, row.body, site) for row in rows)


def _value(table: Table, kind: type[_T], row: str, body: object, site: str) -> _T:
    way_out = f"take it out with `netguard devices forget {clean(row)}`" if kind is KnownDevice else "declare it anew"
    where = f"row {clean(row)!r} of {table.name}"
    if not isinstance(body, str):
        raise HistoryError(f"{where} cannot be read: it is damaged: it holds no text; {way_out}")
    try:
        value = codec.loads_value(body, kind)
    except codec.UnreadableDocument as error:
        raise HistoryError(f"{where} cannot be read: {error}; {way_out}") from error
    if (value.id, value.site) != (row, site):
        raise HistoryError(f"{where} cannot be read: it is damaged: it is about another device or site; {way_out}")
    return value


def _write(connection: Connection, table: Table, site: str, values: Iterable[_T]) -> None:
    for value in values:
        if value.site != site:
            raise HistoryError(
                f"device {clean(value.id)} belongs to site {clean(value.site)!r}, not to {clean(site)!r}"
            )
        body = codec.dumps_value(value)
        there = connection.execute(select(table.c.site).where(table.c.id == value.id)).scalar()
        if there is None:
            connection.execute(insert(table), {"id": value.id, "site": site, "body": body})
        elif there == site:
            connection.execute(update(table).where(table.c.id == value.id).values(body=body))
        else:
            raise HistoryError(f"the id {clean(value.id)} is taken by a device of site {clean(there)!r}; try again")
