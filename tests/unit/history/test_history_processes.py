"""The database among several processes, and after sudden ends."""

import os
import signal
import sqlite3
import textwrap
from pathlib import Path

import pytest

from netguard.errors import HistoryError
from netguard.history import database, tables
from netguard.history.store import History
from tests.unit.history.conftest import MakeScan, child, said

posix = pytest.mark.skipif(os.name != "posix", reason="rights and signals as POSIX knows them")


def test_while_another_program_writes_reading_goes_on_and_saving_says_who_is_in_the_way(
    path: Path, history: History, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.save(make_scan("a1b2c3d4"))
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM scans")
    assert [line.id for line in history.list()] == ["a1b2c3d4"], "what is not committed is not seen"
    with pytest.raises(HistoryError, match="another program is writing to it; try again"):
        history.save(make_scan("b1b2c3d4"))
    other.execute("ROLLBACK")
    other.close()
    history.save(make_scan("b1b2c3d4"))
    assert len(history.list()) == 2


def test_processes_that_open_a_new_history_and_save_at_once_all_succeed(url: str, path: Path) -> None:
    program = """
        print("ready", flush=True)
        sys.stdin.readline()
        with History.open(url) as history:
            for number in range(10):
                history.save(dataclasses.replace(released, id=f"{name}-{number}"))
    """
    processes = [child(program, url, f"process-{n}") for n in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said(process)
    with History.open(url) as history:
        lines = history.list(limit=1000)
    assert {line.id for line in lines} == {f"process-{n}-{m}" for n in range(4) for m in range(10)}
    assert [p.name for p in path.parent.iterdir()] == ["netguard.db"]


HELD = """
    def hold(connection):
        print("about to commit", flush=True)
        sys.stdin.read()
"""


def killed_before_its_commit(program: str, url: str) -> None:
    process = child(textwrap.dedent(HELD) + textwrap.dedent(program), url)
    assert process.stdout is not None
    line = process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert line == "about to commit\n"


@posix
def test_a_save_that_is_killed_leaves_nothing(url: str, path: Path, history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))
    history.close()
    killed_before_its_commit(
        """
        history = History.open(url)
        event.listen(Engine, "commit", hold)
        history.save(dataclasses.replace(released, id="killed"))
        """,
        url,
    )
    with History.open(url) as again:
        assert [line.id for line in again.list()] == ["a1b2c3d4"]
        again.save(make_scan("killed"))
        assert len(again.list()) == 2
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@posix
def test_tables_whose_making_is_killed_are_made_by_the_next_one(url: str, make_scan: MakeScan) -> None:
    killed_before_its_commit(
        """
        def hold_writers(connection):
            if connection.get_execution_options().get("netguard_writing"):
                hold(connection)
        event.listen(Engine, "commit", hold_writers)
        History.open(url)
        """,
        url,
    )
    with History.open(url) as history:
        history.save(make_scan("a1b2c3d4"))
        assert len(history.list()) == 1


def test_an_error_while_writing_undoes_all_of_it(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))

    def interrupted() -> None:
        with history._database.writing() as connection:
            connection.execute(tables.scans.delete())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(history.list()) == 1
