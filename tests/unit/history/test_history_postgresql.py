"""The same history in PostgreSQL. `NETGUARD_TEST_POSTGRES` names a database that is this test's own: it is emptied."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from netguard.errors import HistoryError
from netguard.history import bundle, database, tables
from netguard.history.retention import Policy
from netguard.history.store import History
from tests.unit.history.conftest import NOON, MakeScan, child, said
from tests.unit.history.test_history_moving import full, other

__all__ = ["full", "other"]  # fixtures: a full history in SQLite, and an empty one

pytestmark = pytest.mark.skipif(
    "NETGUARD_TEST_POSTGRES" not in os.environ, reason="NETGUARD_TEST_POSTGRES names no database"
)


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of an empty database."""
    address = os.environ["NETGUARD_TEST_POSTGRES"]

    def empty() -> None:
        engine = database._server(database._parsed(address))
        with engine.begin() as connection:
            tables.metadata.drop_all(connection)
            connection.execute(text(f"DROP TABLE IF EXISTS {tables.VERSIONS}"))
        engine.dispose()

    empty()
    yield address
    empty()


def test_postgresql_does_the_same(server: str, make_scan: MakeScan) -> None:
    with History.open(server) as history:
        history.save(make_scan("a1b2c3d4", 1))
        history.save(make_scan("b1b2c3d4", 2, site="cabin"))
        with pytest.raises(HistoryError, match="is in it already"):
            history.save(make_scan("a1b2c3d4", 3))
    with History.open(server) as history:
        assert [line.id for line in history.list()] == ["b1b2c3d4", "a1b2c3d4"]
        assert history.scan("a1b2") == make_scan("a1b2c3d4", 1)
        assert history.sites() == ("cabin", "home")
        with pytest.raises(HistoryError, match="no saved scan '%%%%'"):
            history.scan("%%%%")


def test_a_history_moves_there_and_back(server: str, full: History, other: History) -> None:
    file, back = io.BytesIO(), io.BytesIO()
    bundle.write(file, full.lines(None, print), "netguard", NOON)
    with History.open(server) as there:
        assert there.take_in(bundle.read(file)).new["scans"] == 3
        assert there.take_in(bundle.read(file)).there == 3
        bundle.write(back, there.lines(None, print), "netguard", NOON)
    assert back.getvalue() == file.getvalue()
    assert other.take_in(bundle.read(back)).new["homes"] == 2


def test_order_summaries_and_thinning_out_are_the_same(server: str, make_scan: MakeScan) -> None:
    with History.open(server) as history:
        for name, day in (("first", 100), ("set-back", 0), ("caught-up", 200)):
            assert history.save(make_scan(name, day * 24 * 60), just_made=True) is None, "it has copies of its own"
        assert [line.id for line in history.list()] == ["caught-up", "set-back", "first"]
        with history._database.writing() as connection:
            connection.execute(tables.scans.update().values(summary=None))
        expected = history.timeline("home")
        with history._database.reading() as connection:
            assert all(connection.execute(tables.scans.select()).mappings().all()[n]["summary"] for n in range(3))
        assert history.timeline("home") == expected
        assert [entry.line.id for entry in expected] == ["first", "set-back", "caught-up"]
        old = history.surplus(Policy(all_days=10, weekly_days=20), datetime(2027, 1, 1, tzinfo=UTC))
        assert [each.id for each in old] == ["first"]
        assert all(each.size > 100 for each in old)
        assert history.let_go(each.id for each in old) == 1
        history.compact()
        assert history.placed(make_scan("next")).started_at == NOON + timedelta(days=200, microseconds=1)


def test_two_that_save_at_once_stand_one_behind_the_other(server: str) -> None:
    program = """
        print("ready", flush=True)
        sys.stdin.readline()
        with History.open(url) as history:
            for number in range(10):
                history.save(dataclasses.replace(released, id=f"{name}-{number}"), just_made=True)
    """
    History.open(server).close()
    processes = [child(program, server, f"process-{n}") for n in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said(process)
    with History.open(server) as history, history._database.reading() as connection:
        places = connection.execute(tables.scans.select().with_only_columns(tables.scans.c.ordered_at)).scalars().all()
    assert len(set(places)) == 30, "no two have one place"
