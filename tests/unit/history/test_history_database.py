"""The database itself: rights, migrations, files that are something else."""

import os
import sqlite3
import stat
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, make_url

from netguard.errors import HistoryError
from netguard.history import database, tables
from netguard.history.store import History
from tests.unit.history.conftest import MakeScan, child, said

posix = pytest.mark.skipif(os.name != "posix", reason="rights and signals as POSIX knows them")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_only_the_owner_can_read_the_history_whatever_the_umask(url: str, path: Path, make_scan: MakeScan) -> None:
    before = os.umask(0)
    try:
        with History.open(url) as history:
            history.save(make_scan("a1b2c3d4"))
            with history._database.reading() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM scans")
                assert {p.name: mode(p) for p in path.parent.iterdir()} == {
                    "netguard.db": 0o600, "netguard.db-wal": 0o600, "netguard.db-shm": 0o600,
                }  # fmt: skip
            assert mode(path.parent) == 0o700
    finally:
        os.umask(before)


@posix
def test_a_folder_that_is_there_keeps_its_rights(url: str, path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    History.open(url).close()
    assert mode(path.parent) == 0o755


def test_the_file_is_written_ahead_checked_and_waited_for(history: History) -> None:
    with history._database.reading() as connection:
        answers = [
            connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert answers == ["wal", 1, database.BUSY_SECONDS * 1000]


@pytest.mark.parametrize("name", ["with space.db", "100%.db", "ü#1.db", "quo'te.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(database.VARIABLE, raising=False)
    monkeypatch.setattr(database.platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / name))
    with History.open(database.default_url()) as history:
        history.save(make_scan("a1b2c3d4"))
    assert [p.name for p in (tmp_path / name).iterdir()] == ["netguard.db"]


def test_the_environment_names_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, "sqlite:////somewhere/else.db")
    assert database.default_url() == "sqlite:////somewhere/else.db"
    monkeypatch.setenv(database.VARIABLE, "")
    assert database.default_url().endswith("/netguard.db")


def migrations() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(tables.__file__).with_name("migrations")))
    return ScriptDirectory.from_config(config)


def test_the_head_that_start_up_trusts_is_alembics_head() -> None:
    assert migrations().get_heads() == [tables.HEAD]


def test_the_revisions_make_exactly_the_tables_that_the_program_uses(history: History) -> None:
    with history._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": tables.VERSIONS, "compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_a_history_that_is_up_to_date_is_opened_without_alembic(url: str, history: History) -> None:
    history.close()
    program = (
        "with History.open(url) as h: h.list()\nprint([m for m in sys.modules if m.startswith(('alembic', 'mako'))])"
    )
    assert said(child(program, url)).strip() == "[]"


def test_an_empty_file_becomes_a_history(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with History.open(url) as history:
        assert history.list() == ()


def refused(url: str) -> str:
    with pytest.raises(HistoryError) as error:
        History.open(url)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_file_that_is_no_database_is_left_as_it_is(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"Dear diary, " * 1000)
    message = refused(url)
    assert str(path) in message
    assert "not a database; move it away" in message
    assert path.read_bytes() == b"Dear diary, " * 1000
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_another_programs_database_is_left_as_it_is(url: str, path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE bookmarks (url TEXT); CREATE TABLE alembic_version (version_num TEXT);")
    connection.close()
    assert "belongs to another program" in refused(url)
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert names == {"bookmarks", "alembic_version"}


def test_a_database_from_the_future_is_left_as_it_is(
    url: str, path: Path, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4"))
    history.close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE {tables.VERSIONS} SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()
    assert f"a newer netguard wrote it (format 9999, this one knows {tables.HEAD}); update netguard" in refused(url)
    assert path.read_bytes() == before


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "cannot be opened; is it a file" in refused(f"sqlite:///{tmp_path}")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    assert str(tmp_path / "data") in refused(f"sqlite:///{tmp_path}/data/netguard.db")


def test_a_truncated_database_is_damaged_not_a_traceback(
    url: str, path: Path, history: History, make_scan: MakeScan
) -> None:
    for number in range(20):
        history.save(make_scan(f"scan-{number}"))
    history.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def read_all() -> None:
        with History.open(url) as again:
            again.list()
            for number in range(20):
                again.scan(f"scan-{number}")

    with pytest.raises(HistoryError, match="damaged"):
        read_all()


@pytest.mark.parametrize(
    "url",
    [
        "", "netguard.db", "nonsense", "hunter2", "postgresql//me:hunter2@host/db", "mysql://me:hunter2@host/db",
        "sqlite:///file:x?mode=ro", "sqlite:////tmp/x.db?password=hunter2", "postgresql://me:hunter2@host:port/db",
        "postgresql://me:hunter2@127.0.0.1:1/db?connect_timeout=2", "postgresql://127.0.0.1:1/db?password=hunter2",
        "oracle+what://me:hunter2@host", "postgresql://127.0.0.1:1/db?passwd=hunter2", "sqlite://me:hunter2@/x.db",
        "postgresql://127.0.0.1:1/db?sslpassword=hunter2", "postgresql://127.0.0.1:1/db?hunter2=hunter2",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(HistoryError) as error:
        History.open(url)
    assert "hunter2" not in "".join(traceback.format_exception_only(error.value))
    assert "\n" not in str(error.value)


def test_every_form_of_every_secret_is_covered() -> None:
    """Whatever the driver repeats: an option that nobody knows to be harmless counts as a secret."""
    url = make_url(
        "postgresql://me:pass%20word@h/db?passwd=hun%2Fter&x=hun%2Fter2&x=other&sslkey=/home/me/key&password=&host=h2"
    )
    assert database.secrets_of(url) == ("pass word", "hun/ter2", "hun/ter", "other")
    made = object.__new__(database.Database)
    made._secrets = database.secrets_of(url)
    said = made._reason(
        ValueError("no 'pass word', pass+word, pass%20word, hun/ter2, hun%2Fter2, other at /home/me/key")
    )
    assert said == "no '***', ***, ***, ***, ***, *** at /home/me/key"


def test_no_option_that_may_hold_a_secret_is_called_harmless() -> None:
    assert not [name for name in database.HARMLESS if "pass" in name and name != "passfile"]
    assert not {"scram_client_key", "scram_server_key", "oauth_client_secret", "options", "dbname"} & database.HARMLESS


def test_a_full_disk_is_told_and_nothing_is_half_saved(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))

    def shrink(connection: sqlite3.Connection, _: object) -> None:
        # SQLite takes the present size as the limit, and says at the limit what a full disk makes it say.
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(history._database._engine, "connect", shrink)
    noise = os.urandom(200_000).hex()
    with pytest.raises(HistoryError, match="the disk is full; make room"):
        history.save(make_scan("b1b2c3d4", site=noise))
    assert [line.id for line in history.list()] == ["a1b2c3d4"]
    event.remove(history._database._engine, "connect", shrink)
    history.save(make_scan("b1b2c3d4"))
    assert len(history.list()) == 2


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user of this computer can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def as_somebody_else(act: Callable[[], str]) -> str:
    """What `act` returns in a forked process without root's rights; a user who has none keeps their own."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:  # the child: whatever happens, it must not come back into pytest
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            answer = act()
        except BaseException as error:  # noqa: BLE001
            answer = f"{type(error).__name__}: {error}"
        os.write(writing, answer.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(pid, 0)
    return answer


@posix
@pytest.mark.parametrize("folder_mode", [0o555, 0o755])
def test_a_history_that_may_only_be_read_is_read_and_saving_says_why_not(
    shared: Path, make_scan: MakeScan, folder_mode: int
) -> None:
    path = shared / "netguard.db"
    with History.open(f"sqlite:///{path}") as history:
        history.save(make_scan("a1b2c3d4"))
    path.chmod(0o444)
    shared.chmod(folder_mode)

    def act() -> str:
        with History.open(f"sqlite:///{path}") as history:
            read = history.scan("latest").id
            try:
                history.save(make_scan("b1b2c3d4"))
            except HistoryError as error:
                return f"{read}, {error}"
        return "saved"

    answer = as_somebody_else(act)
    assert answer.startswith(f"a1b2c3d4, the history {path} cannot be used: it can be read but not written")


@posix
def test_a_history_of_somebody_else_is_refused_with_what_to_do(shared: Path) -> None:
    path = shared / "netguard.db"
    History.open(f"sqlite:///{path}").close()
    path.chmod(0)
    answer = as_somebody_else(lambda: str(History.open(f"sqlite:///{path}")))
    assert answer.startswith(f"HistoryError: the history {path} cannot be used: it cannot be opened; is it a file")


@posix
def test_a_folder_that_may_not_be_written_is_named(shared: Path) -> None:
    shared.chmod(0o555)
    answer = as_somebody_else(lambda: str(History.open(f"sqlite:///{shared}/netguard.db")))
    assert answer.startswith(f"HistoryError: the history {shared}/netguard.db cannot be used: permission denied")
