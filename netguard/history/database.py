"""Opening the history's database. Everything that differs between SQLite and PostgreSQL is in this file."""

import os
import shlex
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import platformdirs
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, table, text
from sqlalchemy import column as sql_column
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from netguard.errors import HistoryError
from netguard.history import backups
from netguard.history.tables import HEAD, VERSIONS
from netguard.model.observation import clean

VARIABLE = "NETGUARD_DATABASE"
"""The environment variable that names the database when no option does."""

BUSY_SECONDS = 10.0
"""How long to wait for another netguard that is writing; a save takes milliseconds, so more means that it hangs."""

_PRIVATE_FOLDER = 0o700

_MIGRATION_LOCK = 0x6E657467
"""Number of the PostgreSQL advisory lock under which tables are changed (`netg`); any fixed number does."""

_DEVICES_LOCK = _MIGRATION_LOCK + 1
"""Number of the PostgreSQL advisory lock under which known devices are changed."""

_WRITING = "netguard_writing"

_LEAST_ROOM = 64 * 1024
"""Bytes; the index of the write-ahead log alone takes 32 KiB (sqlite.org/walformat.html)."""

HARMLESS = frozenset(
    {
        "application_name", "channel_binding", "client_encoding", "connect_timeout", "gssencmode", "host", "hostaddr",
        "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname", "passfile", "port",
        "require_auth", "requirepeer", "service", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert",
        "sslcertmode", "sslcrl", "sslcrldir", "sslkey", "sslmode", "sslnegotiation", "sslrootcert", "sslsni",
        "target_session_attrs", "tcp_user_timeout", "user",
    }
)  # fmt: skip
"""Options of a PostgreSQL URL that hold names, paths, numbers and modes (postgresql.org/docs/current/libpq-connect.html, Parameter
Key Words). Whatever else stands there may be a secret: `password`, `sslpassword`, a key of SCRAM, or a slip such as `passwd`."""

_REASONS = {
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_READONLY: "it can be read but not written; give yourself the right to write it and its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; is it a file, and may you read it and write to its folder?",
    sqlite3.SQLITE_BUSY: "another program is writing to it; try again when that is done",
    sqlite3.SQLITE_LOCKED: "another program is writing to it; try again when that is done",
    sqlite3.SQLITE_IOERR: "the disk reports an error; look at whether it is full or failing",
    sqlite3.SQLITE_PERM: "it may not be opened; look at your rights to it and its folder",
    sqlite3.SQLITE_AUTH: "it may not be opened; look at your rights to it and its folder",
}
"""What SQLite's primary result codes (sqlite.org/rescode.html) mean to a person, and what to do."""

_INSTEAD = {
    sqlite3.SQLITE_NOTADB: "move it away, or name another with --database",
    sqlite3.SQLITE_CORRUPT: "move it away to begin a new one, or put back a copy",
}
"""What to do about a broken file of which there is no copy; where there is one, that is offered."""


def default_url() -> str:
    """Give the URL to use when no option names one: `NETGUARD_DATABASE`, or SQLite in the person's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    path = Path(platformdirs.user_data_dir("netguard", appauthor=False)) / "netguard.db"
    return URL.create("sqlite", database=str(path)).render_as_string()


class Database:
    """An engine with its tables at `HEAD`.

    `reading()` and `writing()` give a connection inside a transaction: all of it happens, or nothing.
    Every failure is a `HistoryError` that says which database, why, and what to do; never with a password.
    """

    def __init__(self, url: str) -> None:
        """Open `url`, making file, folder and tables where there are none. Raises `HistoryError`."""
        parsed = _parsed(url)
        self._url = url
        local = parsed.get_backend_name() == "sqlite"
        self.name = parsed.database if local else parsed.set(drivername="postgresql", query={}).render_as_string()
        on_disk = local and parsed.database not in {None, "", ":memory:"}
        self.path = Path(str(parsed.database)) if on_disk else None
        """The file; null for a database in memory or on a server."""
        self._secrets = secrets_of(parsed)
        with self._explained():
            self._engine = _sqlite(parsed) if local else _server(parsed)
        try:
            self._bring_to_head()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file or server."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with; on SQLite it sees one state of the database throughout.

        A value that cannot be what its column says (`ValueError`, `TypeError`) means that the database is damaged.
        """
        with self._explained(), self._engine.begin() as connection:
            try:
                yield connection
            except UnicodeEncodeError as error:
                raise self.error("what was asked for has characters that are no text") from error
            except (ValueError, TypeError) as error:
                what = f"it is damaged ({clean(str(error))})"
                raise self.error(f"{what}; {self._way_out(_INSTEAD[sqlite3.SQLITE_CORRUPT])}") from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one connection that may write now; committed at the end, undone when anything is raised."""
        with self._explained(), self._engine.execution_options(**{_WRITING: True}).begin() as connection:
            yield connection

    def one_at_a_time(self, connection: Connection) -> None:
        """Wait, inside `writing()`, until nobody else changes what is known of devices, and keep others waiting.

        SQLite has one writer anyway; on PostgreSQL two could read the same state, and the later would undo the earlier.
        """
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _DEVICES_LOCK})

    def _bring_to_head(self) -> None:
        with self.reading() as connection:
            if _version(connection) == HEAD:
                return
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
            stored = _version(connection)
            if stored is None and inspect(connection).get_table_names():
                raise self.error("it belongs to another program; name a database of its own with --database")
            if stored != HEAD:
                self._migrate(connection, stored)

    def _migrate(self, connection: Connection, stored: str | None) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
        config.attributes["connection"] = connection
        known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
        if stored is not None and stored not in known:
            raise self.error(f"a newer netguard wrote it (format {stored}, this one knows {HEAD}); update netguard")
        if stored is not None and self.path is not None:
            backups.make(self.path, datetime.now(UTC), as_only_writer=True)
        command.upgrade(config, "head")

    def back_up(self) -> Path | None:
        """Copy the file and look the copy through; nothing happens on a server. Raises `HistoryError`.

        Gives where the last copy was put, if that was of another history.
        """
        if self.path is None:
            return None
        with self._explained():
            return backups.make(self.path, datetime.now(UTC))

    def compact(self) -> None:
        """Give room that is no longer needed back to the disk, where SQLite keeps it. Raises `HistoryError`."""
        if self._engine.dialect.name == "sqlite":
            with self._explained(), closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("VACUUM")

    def error(self, reason: str) -> HistoryError:
        """Make the error to raise: it names this database and `reason`."""
        return HistoryError(f"the history {self.name} cannot be used: {reason}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except backups.DamagedError as error:
            what = f"it is damaged ({clean(str(error))})"
            raise self.error(f"{what}; {self._way_out(_INSTEAD[sqlite3.SQLITE_CORRUPT])}") from error
        except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
            raise self.error(self._reason(error)) from error

    def _way_out(self, instead: str) -> str:
        """What to do about a damaged file: the last good copy, with its date, where there is one; else `instead`."""
        made = backups.made_at(self.path) if self.path is not None else None
        if made is None:
            return instead
        return (
            f"the last good copy is of {made.astimezone():%Y-%m-%d %H:%M}:"
            f" `{self.command('restore')}` puts it back, and keeps the damaged file beside it"
        )

    def command(self, *words: str) -> str:
        """`netguard history` with these words, about this database."""
        where = () if self._url == default_url() else ("--database", self._url)
        return shlex.join(("netguard", "history", *words, *where))

    def without(self, scan_id: str) -> str:
        """What to do about one damaged scan."""
        taken = f"`{self.command('prune', '--scan', clean(scan_id))}` takes that scan out"
        made = backups.made_at(self.path) if self.path is not None else None
        if made is None:
            return taken
        return (
            f"{taken}, or `{self.command('restore')}` puts the whole history back as it was on"
            f" {made.astimezone():%Y-%m-%d %H:%M}"
        )

    def _has_no_room(self) -> bool:
        """Whether the disk is too full even for the files that SQLite makes beside the database: that is no `FULL` to it."""
        try:
            return self.path is not None and shutil.disk_usage(self.path.parent).free < _LEAST_ROOM
        except OSError:
            return False

    def _reason(self, error: Exception) -> str:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, ImportError):
            return "PostgreSQL needs the package psycopg; install netguard[fleet]"
        code = getattr(cause, "sqlite_errorcode", None)
        if isinstance(code, int) and code & 0xFF in _REASONS:
            primary = code & 0xFF  # the low byte is the primary code
            if primary == sqlite3.SQLITE_IOERR and self._has_no_room():
                primary = sqlite3.SQLITE_FULL
            reason, instead = _REASONS[primary], _INSTEAD.get(primary)
            return reason if instead is None else f"{reason}; {self._way_out(instead)}"
        if isinstance(cause, OSError) and cause.strerror:
            return f"{cause.strerror.lower()} ({cause.filename}); look at your rights to it and its folder"
        said = str(cause) or type(cause).__name__
        for secret in self._secrets:
            for form in (secret, quote_plus(secret), quote(secret, safe="")):
                said = said.replace(form, "***")
        return clean(said)


def secrets_of(url: URL) -> tuple[str, ...]:
    """The texts in `url` that nobody may be shown: its password, and the value of every option that is none of `HARMLESS`."""
    values = [value for key, values in url.normalized_query.items() if key not in HARMLESS for value in values]
    found = sorted({str(secret) for secret in (url.password, *values) if secret})
    return tuple(sorted(found, key=len, reverse=True))  # the longer first, of which one may be a part


def restore(url: str, now: datetime, copy: Path | None = None) -> tuple[Path | None, Path]:
    """Put the copy (or the file `copy`) into the place of the SQLite history at `url`: where the old file is kept, and it.

    Raises `HistoryError`; then everything is as it was.
    """
    path = file_of(url)
    try:
        return backups.put_back(path, now, copy), path
    except OSError as error:
        raise HistoryError(
            f"the copy of {path} could not be put back: {(error.strerror or 'it failed').lower()}"
        ) from error


def in_memory(url: str) -> bool:
    """Whether a history at `url` is gone when it is closed. Raises `HistoryError` for what is no such URL."""
    parsed = _parsed(url)
    return parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}


def file_of(url: str) -> Path:
    """The file of the SQLite history at `url`. Raises `HistoryError` for any other."""
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise HistoryError(
            "netguard keeps copies of SQLite files only; a PostgreSQL history is copied and put back with"
            " pg_dump and pg_restore"
        )
    return Path(str(parsed.database))


def _parsed(url: str) -> URL:
    """`url` taken apart. Its text is in none of the errors, since a mistyped one may hold a password."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise HistoryError(
            "the database's address is no URL; it has the form sqlite:////folder/netguard.db"
            " or postgresql://user@host/database"
        ) from error
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise HistoryError(f"a history in {backend} is not possible; use a sqlite:// or postgresql:// URL")
    if (parsed.database or "").startswith("file:") or parsed.query or parsed.password is not None:
        raise HistoryError("a sqlite:// URL holds a path and nothing else: sqlite:////folder/netguard.db")
    return parsed.set(drivername="sqlite", database=parsed.database or ":memory:")


def _server(url: URL) -> Engine:
    # A server whose databases have no encoding (SQL_ASCII) would hand out bytes instead of text.
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"client_encoding": "utf8"})


def _sqlite(url: URL) -> Engine:
    database = url.database or ":memory:"
    address = "file::memory:" if database == ":memory:" else _file(Path(database))

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    pool = StaticPool if database == ":memory:" else NullPool
    engine = create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _file(path: Path) -> str:
    """Make `path` ready and give its SQLite URI (sqlite.org/uri.html)."""
    if not path.exists():
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, backups.PRIVATE_FILE))
    address = path.absolute().as_uri()
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return f"{address}?mode=rw"
    # A log that another writer left holds the newest scans and must be read; without one nobody is writing,
    # and `immutable` spares SQLite the helper files that it may not make here.
    log = path.with_name(f"{path.name}-wal")
    quiet = not log.exists() or not log.stat().st_size
    return f"{address}?mode=ro" + ("&immutable=1" if quiet else "")


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA foreign_keys = ON")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
            _write_ahead(cursor)
    finally:
        cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch to write-ahead logging, with which reading goes on while another netguard writes; the file keeps it.

    SQLite does not wait for the lock it needs here when a second process is just doing the same, so this does.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                return
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer takes the lock at once, so that it waits its turn instead of failing half-way."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _version(connection: Connection) -> str | None:
    """Read which revision the tables are at; null when there are none of ours."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    versions = table(VERSIONS, sql_column("version_num"))
    found = connection.execute(select(versions.c.version_num)).scalar()
    return None if found is None else str(found)
