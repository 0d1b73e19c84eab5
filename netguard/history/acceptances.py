"""The history's memory of the risks that a person lives with for a while."""

from sqlalchemy import Connection, delete, insert, select

from netguard.errors import HistoryError
from netguard.history.database import Database
from netguard.history.tables import acceptances
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.observation import clean


class Acceptances:
    """The part of `History` that remembers acceptances. Raises `HistoryError` when it cannot."""

    _database: Database

    def acceptances(self, site: str) -> tuple[Acceptance, ...]:
        """The decisions about `site`, in the order they were made, expired ones included; a damaged row is an error."""
        with self._database.reading() as connection:
            return read_acceptances(connection, site)

    def accepting(self) -> tuple[str, ...]:
        """The sites that have decisions, in alphabetical order, whether they have scans or not."""
        with self._database.reading() as connection:
            return tuple(sorted(set(connection.execute(select(acceptances.c.site)).scalars())))

    def accept(self, acceptance: Acceptance) -> None:
        """Keep `acceptance`, in the place of the one of its site that has its id, if any."""
        row = {"id": acceptance.id, "site": acceptance.site, "body": codec.dumps_value(acceptance)}
        with self._database.writing() as connection:
            table = acceptances.c
            here = (table.site == acceptance.site) & (table.id == acceptance.id)
            connection.execute(delete(acceptances).where(here))
            connection.execute(insert(acceptances), row)

    def take_back(self, site: str, id: str) -> bool:  # noqa: A002 - the contract's name
        """Take the decision `id` of `site` out, and say whether there was one."""
        with self._database.writing() as connection:
            table = acceptances.c
            return bool(connection.execute(delete(acceptances).where((table.site == site) & (table.id == id))).rowcount)


def read_acceptances(connection: Connection, site: str) -> tuple[Acceptance, ...]:
    """The decisions about `site`, in the order they were made. Raises `HistoryError` that names a damaged row."""
    table = acceptances.c
    query = select(table.id, table.body).where(table.site == site).order_by(table.number)
    return tuple(_value(row.id, row.body) for row in connection.execute(query))


def _value(row: str, body: object) -> Acceptance:
    try:
        return codec.loads_value(str(body), Acceptance)
    except codec.UnreadableDocument as error:
        raise HistoryError(
            f"row {clean(row)!r} of acceptances cannot be read: {error};"
            f" take it out with `netguard accept remove {clean(row)}`"
        ) from error
