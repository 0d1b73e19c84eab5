"""The history's memory of the networks that are the person's own: what may be changed of it later."""

from netaddr import EUI, mac_unix_expanded
from sqlalchemy import Connection, delete, insert, select, update

from netguard.errors import HistoryError
from netguard.history.database import Database
from netguard.history.outbox import note_at_home
from netguard.history.tables import homes
from netguard.model.home import Enrolment
from netguard.model.observation import clean


class Homes:
    """The part of `History` that changes enrolments. Raises `HistoryError` when it cannot."""

    _database: Database

    def move_home(self, enrolment: Enrolment, instead_of: EUI | None = None) -> None:
        """Keep `enrolment`, and as one step forget those of its site whose router has the MAC `instead_of`, if any.

        Scans, devices and everything else of the site stay with it, and the computer counts as at home then. Raises `HistoryError` when the network belongs to
        another site; then nothing is changed.
        """
        row = {
            "site": enrolment.site,
            "gateway_mac": _text(enrolment.gateway_mac),
            "prefixes": " ".join(str(prefix) for prefix in sorted(set(enrolment.prefixes))),
            "ssid": enrolment.ssid,
            "enrolled_at": enrolment.enrolled_at,
        }
        with self._database.writing() as connection:
            self._database.one_at_a_time(connection)
            if instead_of is not None:
                _forget(connection, enrolment.site, instead_of)
            same = (homes.c.gateway_mac == row["gateway_mac"]) & (homes.c.prefixes == row["prefixes"])
            there = connection.execute(select(homes.c.site).where(same)).scalar()
            if there is None:
                connection.execute(insert(homes), row)
            elif there == enrolment.site:
                connection.execute(update(homes).where(same).values(ssid=enrolment.ssid))
            else:
                raise HistoryError(
                    f"this network belongs to site {clean(there)!r} already, not to {clean(enrolment.site)!r}"
                )
            note_at_home(connection, enrolment.site, enrolment.enrolled_at)

    def forget_homes(self, site: str, router: EUI | None = None) -> int:
        """Forget the networks of `site`, or those whose router has the MAC `router`; gives how many there were.

        What was learnt in them stays.
        """
        with self._database.writing() as connection:
            return _forget(connection, site, router)


def _forget(connection: Connection, site: str, router: EUI | None) -> int:
    which = homes.c.site == site
    if router is not None:
        which &= homes.c.gateway_mac == _text(router)
    return connection.execute(delete(homes).where(which)).rowcount


def _text(mac: EUI) -> str:
    return str(mac.format(mac_unix_expanded))
