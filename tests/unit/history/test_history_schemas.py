"""Every schema that was ever released, as that release wrote it: all of it is there after today's netguard opened it.

`schemas/r0001.sql` and so on were written by the netguard of that revision, and stay as they are. A new revision needs
one of its own: save two scans and everything else by the netguard that has it, and dump it with `sqlite3`'s `.dump`.
"""

import json
import sqlite3
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from netguard.history import tables
from netguard.history.ledger import LoginLedger
from netguard.history.store import History
from netguard.model import codec
from netguard.model.address import mac
from netguard.model.login import Tried
from tests.unit.history.conftest import NOON, MakeScan

SCHEMAS = Path(__file__).parent / "schemas"
REVISIONS = Path(tables.__file__).with_name("migrations") / "versions"

IDS = ("20260301-120000-aaaa", "20260308-120000-bbbb")


def revisions() -> list[str]:
    return sorted(path.stem[1:5] for path in REVISIONS.glob("r*.py"))


def laid(path: Path, revision: str) -> dict[str, bytes]:
    """Make the database of that revision, and give the documents in it."""
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript((SCHEMAS / f"r{revision}.sql").read_text(encoding="utf-8"))
    documents = {id_: zlib.decompress(packed) for id_, packed in connection.execute("SELECT id, document FROM scans")}
    assert connection.execute(f"SELECT version_num FROM {tables.VERSIONS}").fetchall() == [(revision,)]
    connection.close()
    return documents


def test_there_is_a_database_of_every_revision() -> None:
    assert [path.stem[1:] for path in sorted(SCHEMAS.glob("*.sql"))] == revisions()
    assert revisions()[-1] == tables.HEAD


@pytest.mark.parametrize("revision", revisions())
def test_all_of_it_is_there_after_it_was_brought_up_to_date(
    url: str, path: Path, revision: str, make_scan: MakeScan
) -> None:
    documents = laid(path, revision)
    for _ in range(2):  # the second time it is up to date already
        with History.open(url) as history:
            assert [line.id for line in history.list()] == [*reversed(IDS)]
            assert [line.started_at for line in history.list()] == [NOON + timedelta(days=7), NOON]
            for id_ in IDS:
                assert history.scan(id_) == codec.loads(documents[id_])
                assert json.loads(codec.dumps(history.scan(id_)))["id"] == id_
            assert [(h.site, h.ssid) for h in history.homes()] == [("home", "Harbour")]
            known, declared = history.known("home"), history.declared("home")
            assert [k.said_name for k in known] == (["Our front door"] if revision >= "0002" else [])
            assert [d.name for d in declared] == (["Back door"] if revision >= "0002" else [])
            assert [(m.name, m.first_seen, m.last_seen) for m in history.mappings("home")] == (
                [("tcp/8443/192.168.7.30/443", NOON, NOON + timedelta(days=7))] if revision >= "0003" else []
            )
            assert [a.owner for a in history.acceptances("home")] == (["Ada"] if revision >= "0004" else [])
            assert LoginLedger(url).tried(mac("00:00:5e:00:53:01")) == (
                (Tried(at=NOON + timedelta(days=7), tries=3),) if revision >= "0005" else ()
            )
            entries = history.timeline("home")
            assert [entry.line.id for entry in entries] == [*IDS]
            assert all(len(entry.summary.devices) == entry.line.devices > 0 for entry in entries)
    with History.open(url) as history:
        history.save(make_scan("c1b2c3d4", 60 * 24 * 14), just_made=True)
        assert history.list()[0].id == "c1b2c3d4"
        with history._database.reading() as connection:
            context = MigrationContext.configure(
                connection, opts={"version_table": tables.VERSIONS, "compare_type": True}
            )
            assert compare_metadata(context, tables.metadata) == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_scans_of_an_older_netguard_are_summed_up_once(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(path, "0001")
    with History.open(url) as history:
        first = history.timeline("home", 1)
        with history._database.reading() as connection:
            kept = connection.exec_driver_sql("SELECT id FROM scans WHERE summary IS NOT NULL").scalars().all()
        assert kept == [IDS[1]], "those that were asked for"
        whole = history.timeline("home")
        assert whole[1:] == first
        monkeypatch.setattr("netguard.history.rows.unpacked", None)
        assert history.timeline("home") == whole, "no document is read for it again"
