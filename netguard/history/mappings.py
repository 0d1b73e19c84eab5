"""The history's memory of the ports that routers forward: when each was seen first and last."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from netguard.history.database import Database
from netguard.history.tables import known_mappings
from netguard.model.mapping import KnownMapping, name
from netguard.model.scan import Scan

MAX_MAPPINGS = 4096
"""Mappings remembered of one site, those seen last: eight full lists of 512. Stops a router that makes up new ones for
each scan from filling the history."""


class Mappings:
    """The part of `History` that remembers mappings. Raises `HistoryError` when it cannot."""

    _database: Database

    def mappings(self, site: str) -> tuple[KnownMapping, ...]:
        """The mappings that scans of `site` saw, in the order they were first learnt."""
        with self._database.reading() as connection:
            return read_mappings(connection, site)


def read_mappings(connection: Connection, site: str) -> tuple[KnownMapping, ...]:
    """The mappings that scans of `site` saw, in the order they were first learnt."""
    table = known_mappings.c
    query = select(table.gateway, table.name, table.first_seen, table.last_seen).where(table.site == site)
    return tuple(KnownMapping(**row._asdict()) for row in connection.execute(query.order_by(table.number)))


def write_mappings(connection: Connection, scan: Scan, at: datetime) -> None:
    """Remember what gateways of `scan`, whose place in the history is `at`, forward: each under its gateway's key in it.

    An older scan that is saved later moves the first time back, and the last time nowhere. Nothing that stands in the
    database is read for it, so that a damaged row keeps no scan from being saved.
    """
    table = known_mappings.c
    for gateway in scan.gateways:
        if gateway.device is None:
            continue
        here = (table.site == scan.site) & (table.gateway == gateway.device)
        names = {name(mapping) for mapping in gateway.mappings if mapping.client is not None}
        there = set(connection.execute(select(table.name).where(here & table.name.in_(names))).scalars())
        again = here & table.name.in_(there)
        connection.execute(update(known_mappings).where(again & (table.first_seen > at)).values(first_seen=at))
        connection.execute(update(known_mappings).where(again & (table.last_seen < at)).values(last_seen=at))
        row = {"site": scan.site, "gateway": gateway.device, "first_seen": at, "last_seen": at}
        if new := [row | {"name": each} for each in sorted(names - there)]:
            connection.execute(insert(known_mappings), new)
    _forget_oldest(connection, scan.site)


def _forget_oldest(connection: Connection, site: str) -> None:
    table = known_mappings.c
    newest_first = select(table.number).where(table.site == site).order_by(table.last_seen.desc(), table.number.desc())
    kept = connection.execute(newest_first.limit(MAX_MAPPINGS + 1)).scalars().all()
    if len(kept) > MAX_MAPPINGS:
        too_many = newest_first.offset(MAX_MAPPINGS).limit(2**31 - 1)
        old = connection.execute(too_many).scalars().all()
        connection.execute(delete(known_mappings).where(table.number.in_(old)))
