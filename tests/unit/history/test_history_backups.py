"""The copy of the history: when it is made, that only a whole one takes the last one's place, and how it comes back."""

import os
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netguard.errors import HistoryError
from netguard.history import backups, database, tables
from netguard.history.store import History
from tests.unit.history.conftest import NOON, MakeScan
from tests.unit.history.test_history_schemas import laid

posix = pytest.mark.skipif(os.name != "posix", reason="rights and signals as POSIX knows them")

WEEK = 7 * 24 * 60
TODAY = datetime(2026, 11, 27, 6, 5, 4, tzinfo=UTC)


def ids(url: str) -> set[str]:
    with History.open(url) as history:
        return {line.id for line in history.list(limit=1000)}


def copied(path: Path) -> set[str]:
    """What the copy holds, read without netguard."""
    connection = sqlite3.connect(f"file:{backups.copy_of(path)}?mode=ro", uri=True)
    found = {name for (name,) in connection.execute("SELECT id FROM scans")}
    connection.close()
    return found


def aged(path: Path, days: float) -> None:
    """Make the copy of `path` so many days old."""
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(backups.copy_of(path), (then, then))


def harmed(path: Path, share: float = 0.5) -> bytes:
    """Overwrite the last part of the database as a failing disk does; gives what is there now."""
    whole = path.read_bytes()
    keep = int(len(whole) * share) // 4096 * 4096
    path.write_bytes(whole[:keep] + b"\xa5" * (len(whole) - keep))
    return path.read_bytes()


def test_the_first_copy_is_made_when_the_history_is_a_week_old(
    url: str, path: Path, make_scan: MakeScan, history: History
) -> None:
    now = datetime.now(UTC)
    assert history.save(make_scan("first", started_at=now, finished_at=now), just_made=True) is None
    assert not backups.copy_of(path).exists()
    old = now - timedelta(days=8)
    history.save(make_scan("older", started_at=old, finished_at=old))
    assert not backups.copy_of(path).exists(), "a scan that is taken over from elsewhere makes none"
    assert history.save(make_scan("second", started_at=now, finished_at=now), just_made=True) is None
    assert copied(path) == {"first", "older", "second"}


@pytest.mark.parametrize(("days", "again"), [(6.9, False), (7.1, True), (-1, False), (-300, True)])
def test_then_one_is_made_each_week_also_when_the_clock_was_set_back(
    path: Path, history: History, make_scan: MakeScan, days: float, again: bool
) -> None:
    history.save(make_scan("a1b2c3d4"), just_made=True)
    aged(path, days)
    history.save(make_scan("b1b2c3d4", 1), just_made=True)
    assert copied(path) == ({"a1b2c3d4", "b1b2c3d4"} if again else {"a1b2c3d4"})


@posix
def test_the_copy_is_one_file_that_only_its_owner_reads(path: Path, history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"), just_made=True)
    assert {p.name for p in path.parent.iterdir()} == {"netguard.db", "netguard.db.backup"}
    assert stat.S_IMODE(backups.copy_of(path).stat().st_mode) == 0o600
    connection = sqlite3.connect(backups.copy_of(path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_before_it_is_brought_up_to_date_it_is_copied_as_it_is(url: str, path: Path, revision: str) -> None:
    documents = laid(path, revision)
    History.open(url).close()
    assert copied(path) == documents.keys()
    connection = sqlite3.connect(backups.copy_of(path))
    assert connection.execute(f"SELECT version_num FROM {tables.VERSIONS}").fetchall() == [(revision,)]
    connection.close()
    History.open(url).close()
    aside, _ = database.restore(url, TODAY)
    assert aside is not None
    assert ids(url) == documents.keys(), "an old copy is brought up to date again"


def test_a_new_history_needs_no_copy(url: str, path: Path) -> None:
    History.open(url).close()
    assert [p.name for p in path.parent.iterdir()] == ["netguard.db"]


def test_a_damaged_history_never_takes_the_place_of_the_last_good_copy(
    url: str, path: Path, make_scan: MakeScan
) -> None:
    with History.open(url) as history:
        for number in range(30):
            history.save(make_scan(f"scan-{number:02}", number), just_made=True)
    aged(path, 8)
    before = backups.copy_of(path).read_bytes()
    harmed(path)
    with pytest.raises((backups.DamagedError, sqlite3.DatabaseError)):
        backups.make(path, TODAY)
    assert backups.copy_of(path).read_bytes() == before
    assert not list(path.parent.glob("*.new"))


def test_an_error_about_a_damaged_history_offers_the_copy_with_its_date_and_the_command(
    url: str, path: Path, make_scan: MakeScan
) -> None:
    with History.open(url) as history:
        for number in range(30):
            history.save(make_scan(f"scan-{number:02}", number), just_made=True)
    harmed(path, 0.2)
    made = backups.made_at(path)
    assert made is not None

    def read_all() -> None:
        with History.open(url) as again:
            for line in again.list(limit=100):
                again.scan(line.id)

    with pytest.raises(HistoryError) as error:
        read_all()
    assert f"the last good copy is of {made.astimezone():%Y-%m-%d %H:%M}" in str(error.value)
    assert f"`netguard history restore --database {url}` puts it back" in str(error.value)
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(HistoryError, match="not a database; the last good copy is of"):
        History.open(url)
    backups.copy_of(path).unlink()
    with pytest.raises(HistoryError, match="not a database; move it away"):
        History.open(url)


def test_the_copy_is_put_back_and_the_damaged_file_is_kept(url: str, path: Path, make_scan: MakeScan) -> None:
    with History.open(url) as history:
        history.save(make_scan("a1b2c3d4"), just_made=True)
        history.save(make_scan("b1b2c3d4", 1), just_made=True)
    damaged = harmed(path, 0)
    Path(f"{path}-wal").write_bytes(b"a log that belongs to the damaged file")
    aside, back = database.restore(url, TODAY)
    assert (aside, back) == (Path(f"{path}.damaged-20261127-060504"), path)
    assert aside.read_bytes() == damaged
    assert not Path(f"{path}-wal").exists(), "another file's log would be played into this one"
    assert ids(url) == {"a1b2c3d4"}
    assert copied(path) == {"a1b2c3d4"}, "the copy stays"
    again, _ = database.restore(url, TODAY)
    assert again == Path(f"{aside}-1"), "what was kept before is not replaced"


def test_a_history_that_is_gone_is_put_back_too(url: str, path: Path, make_scan: MakeScan) -> None:
    with History.open(url) as history:
        history.save(make_scan("a1b2c3d4"), just_made=True)
    path.unlink()
    assert database.restore(url, TODAY) == (None, path)
    assert ids(url) == {"a1b2c3d4"}


def test_a_copy_that_is_damaged_too_changes_nothing(url: str, path: Path, make_scan: MakeScan) -> None:
    with History.open(url) as history:
        history.save(make_scan("a1b2c3d4"), just_made=True)
    for content in (b"nonsense" * 1000, b""):
        backups.copy_of(path).write_bytes(content)
        with pytest.raises(HistoryError, match=r"damaged, too.*nothing was changed"):
            database.restore(url, TODAY)
        assert {p.name for p in path.parent.iterdir()} == {"netguard.db", "netguard.db.backup"}
    backups.copy_of(path).unlink()
    with pytest.raises(HistoryError, match="there is no copy"):
        database.restore(url, TODAY)
    assert ids(url) == {"a1b2c3d4"}


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://me@127.0.0.1:1/db"])
def test_copies_are_of_sqlite_files_only_and_that_is_said(url: str) -> None:
    with pytest.raises(HistoryError, match="pg_dump"):
        database.restore(url, TODAY)


def test_a_history_in_memory_is_saved_to_without_a_copy(make_scan: MakeScan) -> None:
    with History.open("sqlite://") as history:
        assert history.save(make_scan("a1b2c3d4"), just_made=True) is None


def test_a_copy_that_another_process_makes_is_left_to_it_and_one_left_behind_is_not(
    path: Path, history: History, make_scan: MakeScan
) -> None:
    new = backups.copy_of(path).with_name("netguard.db.backup.new")
    new.write_bytes(b"half")
    history.save(make_scan("a1b2c3d4"), just_made=True)
    assert new.read_bytes() == b"half"
    assert not backups.copy_of(path).exists()
    long_ago = (NOON - timedelta(days=1)).timestamp()
    os.utime(new, (long_ago, long_ago))
    history.save(make_scan("b1b2c3d4", 1), just_made=True)
    assert not new.exists()
    assert copied(path) == {"a1b2c3d4", "b1b2c3d4"}


def test_a_scan_is_saved_although_no_copy_can_be_made_and_that_is_told(
    path: Path, history: History, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(backups, "make", full)
    said = history.save(make_scan("a1b2c3d4"), just_made=True)
    assert said is not None
    assert said.startswith("the scan is saved, but no copy of the history could be made: ")
    assert "no space left on device" in said
    assert [line.id for line in history.list()] == ["a1b2c3d4"]


def test_the_copy_of_a_history_that_was_lost_is_told_of_and_never_overwritten(
    url: str, path: Path, make_scan: MakeScan
) -> None:
    with History.open(url) as history:
        for number in range(30):
            history.save(make_scan(f"scan-{number:02}", number), just_made=True)
        history._database.back_up()
        assert history.other_copy() is None
    aged(path, 8)
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
    with History.open(url) as history:
        said = history.other_copy()
        assert said is not None
        assert "has 30 scans, the last of which is not in it" in said
        assert f"`netguard history restore --database {url}` puts it back" in said
        said = history.save(make_scan("new", 99), just_made=True)
        assert history.other_copy() is None
    (kept,) = path.parent.glob("netguard.db.backup-????????")
    assert said is not None
    assert f"kept as {kept}" in said
    assert f"`netguard history restore --from {kept} --database {url}` puts it back" in said
    assert copied(path) == {"new"}
    database.restore(url, TODAY, kept)
    assert len(ids(url)) == 30
    with pytest.raises(HistoryError, match="there is no file"):
        database.restore(url, TODAY, path.with_name("none"))


def test_a_copy_of_the_same_history_is_replaced_also_after_pruning_and_a_damaged_one_is_not_kept(
    path: Path, history: History, make_scan: MakeScan
) -> None:
    for number in range(5):
        history.save(make_scan(f"scan-{number}", number), just_made=True)
    history._database.back_up()
    history.let_go(["scan-0", "scan-1"])
    assert history._database.back_up() is None
    assert copied(path) == {"scan-2", "scan-3", "scan-4"}
    backups.copy_of(path).write_bytes(b"nonsense" * 1000)
    assert history.other_copy() is None
    assert history._database.back_up() is None
    assert not list(path.parent.glob("*.backup-*"))


def test_two_copies_of_other_histories_on_one_day_are_both_kept(
    path: Path, history: History, make_scan: MakeScan
) -> None:
    for name in ("first", "second", "third"):
        history.save(make_scan(name), just_made=True)
        history._database.back_up()
        history.let_go([name])
    assert len(list(path.parent.glob("netguard.db.backup-*"))) == 2


def test_it_is_not_brought_up_to_date_without_its_copy_whatever_lies_about(url: str, path: Path) -> None:
    """One that another process makes just now, and what one left that was killed a minute ago."""
    documents = laid(path, "0002")
    for tail in (".new", ".before"):
        Path(f"{backups.copy_of(path)}{tail}").write_bytes(b"half")
    History.open(url).close()
    assert copied(path) == documents.keys()
    assert {p.name for p in path.parent.iterdir()} == {"netguard.db", "netguard.db.backup", "netguard.db.backup.new"}
    assert Path(f"{backups.copy_of(path)}.new").read_bytes() == b"half", "it is another's"


def test_it_is_not_brought_up_to_date_where_no_copy_can_be_made(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(path, "0002")
    with monkeypatch.context() as patch:
        patch.setattr(backups, "_look_through", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(HistoryError, match="no space left on device"):
            History.open(url)
    connection = sqlite3.connect(path)
    assert connection.execute(f"SELECT version_num FROM {tables.VERSIONS}").fetchall() == [("0002",)]
    connection.close()
    assert {p.name for p in path.parent.iterdir()} == {"netguard.db"}


def test_a_restore_without_room_leaves_nothing_behind(
    url: str, path: Path, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    with History.open(url) as history:
        history.save(make_scan("a1b2c3d4"), just_made=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups.shutil, "copyfile", full)
    with pytest.raises(HistoryError, match="no space left on device"):
        database.restore(url, TODAY)
    assert {p.name for p in path.parent.iterdir()} == {"netguard.db", "netguard.db.backup"}
    assert ids(url) == {"a1b2c3d4"}
