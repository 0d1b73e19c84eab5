"""`last scan 23 days ago`: when it is said, to whom, and that nothing about it can fail a command."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from netguard import registry
from netguard.cli import _lately, cli
from netguard.history.store import History
from netguard.model.vocabulary import Ended
from tests import builders


@pytest.fixture
def database(tmp_path, monkeypatch):
    path = tmp_path / "h.sqlite"
    monkeypatch.setenv("NETGUARD_DATABASE", f"sqlite:///{path}")
    return path


def keep(path, days, number=1, ended=Ended.FINISHED):
    at = datetime.now(UTC) - timedelta(days=days, hours=1)
    scan = builders.scan(id=f"{number:012x}", started_at=at, finished_at=at, ended=ended)
    with History.open(f"sqlite:///{path}") as history:
        history.save(scan)


def said(capsys, command="report", *words):
    with click.Context(cli, **cli.context_settings):
        _lately.tell(command, words)
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_it_is_said_after_a_week_and_of_the_newest_finished_scan(database, capsys):
    keep(database, 40, 1)
    assert said(capsys) == "netguard: last scan 40 days ago; `netguard scan` looks again\n"
    keep(database, 23, 2)
    keep(database, 1, 3, Ended.INTERRUPTED)
    assert "last scan 23 days ago" in said(capsys)
    keep(database, 7, 4)
    assert said(capsys) == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("scan", ()), ("schedule", ("run",)), ("schema", ()), ("completion", ()), ("demo", ()), ("setup", ()), (None, ()),
        ("history", ("--help",)), ("history", ("-h",)), ("diff", ("--quiet",)), ("diff", ("-q",)),
        ("history", ("prune", "--help")), ("diff", ("--no-such-option",)), ("history", ("no-such-command",)),
    ],
)  # fmt: skip
def test_it_is_not_said_where_it_is_not_wanted(database, capsys, monkeypatch, command, words):
    keep(database, 40)
    if (
        command is not None
    ):  # click keeps the words for help of whoever called first, which in tests may be a command alone
        monkeypatch.setattr(registry.load("netguard.cli", command).command, "_help_option", None)
    assert said(capsys, command, *words) == ""


def test_the_database_that_the_command_names_is_the_one(database, capsys, tmp_path):
    keep(database, 40)
    keep(tmp_path / "other", 30)
    assert "30 days" in said(capsys, "report", "latest", "--database", f"sqlite:///{tmp_path}/other")
    assert "30 days" in said(capsys, "report", f"--database=sqlite:///{tmp_path}/other", "latest")
    assert "30 days" in said(capsys, "report", "--database", f"sqlite+pysqlite:///{tmp_path}/other")
    assert "30 days" in said(capsys, "history", "prune", "--database", f"sqlite:///{tmp_path}/other", "--dry-run")
    for url in ("postgresql://db.example/x", "sqlite://", "sqlite:///:memory:", "no URL"):
        assert said(capsys, "report", "--database", url) == ""


@given(st.sampled_from(["sqlite", "sqlite+pysqlite", "postgresql", "SQLite"]), st.text("ab/:%?+. ", max_size=20))
def test_a_url_means_the_file_that_the_history_would_open(kind, rest):
    url = f"{kind}:///{rest}"
    made = make_url(url)
    there = made.get_backend_name() == "sqlite" and made.database not in {None, "", ":memory:"}
    assert _lately._path(url) == (Path(made.database) if there else None)


def test_a_value_is_no_option(database, capsys):
    keep(database, 40)
    words = ("something", "--reason", "-q", "--until", "2027-01-01")
    assert "40 days" in said(capsys, "accept", *words)
    assert "40 days" in said(capsys, "diff", "--", "-q", "--help")
    assert said(capsys, "diff", "--database", f"sqlite:///{database}", "-q") == ""


def test_a_scan_of_a_clock_that_was_ahead_does_not_silence_it(database, capsys):
    keep(database, 40, 1)
    keep(database, -3650, 2)
    assert "40 days" in said(capsys)


def test_by_itself_it_looks_where_the_history_is(monkeypatch, tmp_path, capsys):
    import platformdirs

    monkeypatch.delenv("NETGUARD_DATABASE", raising=False)
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path))
    keep(tmp_path / "netguard.db", 40)
    assert "40 days" in said(capsys)


def nothing(path):
    """No file at all."""


def no_database(path):
    path.write_text("this is no database")


def another_programs(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE scans (x)")


def no_time(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE scans (finished_at, ended)")
        connection.execute("INSERT INTO scans VALUES ('yesterday', 'finished')")
        connection.commit()


def a_folder(path):
    path.mkdir()


@pytest.mark.parametrize("make", [nothing, no_database, another_programs, no_time, a_folder])
def test_what_cannot_be_read_is_nobodys_business_here(database, capsys, make):
    make(database)
    assert said(capsys) == ""


def test_an_empty_history_and_a_clock_set_back_say_nothing(database, capsys):
    History.open(f"sqlite:///{database}").close()
    assert said(capsys) == ""
    keep(database, -40)
    assert said(capsys) == ""
