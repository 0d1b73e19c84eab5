"""A clock that was set back reorders nothing: not the scans, not what is learnt of devices, not what is compared."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netguard.compare.registry import learnt
from netguard.history.store import History
from netguard.model import address
from netguard.model.device import Device, Identity
from netguard.model.gateway import Gateway
from netguard.model.mapping import KnownMapping
from netguard.model.scan import Scan
from netguard.model.vocabulary import Stability
from tests.unit.history.conftest import NOON, MakeScan
from tests.unit.history.test_history_mappings import mapping
from tests.unit.history.test_history_schemas import laid

TICK = timedelta(microseconds=1)


def seen(name: str, at: str) -> dict[str, object]:
    """Fields of a scan that saw one lock, with this name and address."""
    mac = Identity(kind="mac", value="54:d2:72:00:00:01", stability=Stability.PERMANENT)
    lock = Device(key="mac:54:d2:72:00:00:01", identities=(mac,), name=name, addresses=(address.ip(at),))
    return {"devices": (lock,), "gateways": (Gateway(device=lock.key, mappings=(mapping(),)),)}


def save(history: History, scan: Scan) -> None:
    """Save a scan that was just made, as `netguard scan` does."""
    placed = history.placed(scan)
    history.save(scan, learn=lambda known: learnt(placed, known, lambda: uuid.uuid4().hex[:12]), just_made=True)


def test_scans_stay_in_the_order_in_which_they_were_made(history: History, make_scan: MakeScan) -> None:
    for name, minute in (("first", 100), ("set-back", 0), ("still-before", 50), ("caught-up", 200)):
        history.save(make_scan(name, minute), just_made=True)
    newest_first = ["caught-up", "still-before", "set-back", "first"]
    assert [line.id for line in history.list()] == newest_first
    assert [entry.line.id for entry in history.timeline("home")] == newest_first[::-1]
    assert history.scan("latest").id == "caught-up"
    assert history.scan("previous").id == "still-before"
    assert [e.line.id for e in history.timeline("home", until="set-back")] == ["first", "set-back"]
    assert history.list()[2].started_at == NOON, "what the scan says of itself stays"


def test_what_a_later_scan_learns_wins_although_its_clock_says_earlier(history: History, make_scan: MakeScan) -> None:
    save(history, make_scan("first", 100, **seen("Nuki", "192.0.2.20")))
    save(history, make_scan("set-back", 0, **seen("Front door", "192.0.2.21")))
    (lock,) = history.known("home")
    assert (lock.name, [str(a) for a in lock.addresses]) == ("Front door", ["192.0.2.21"])
    assert (lock.first_seen, lock.last_seen) == (NOON + timedelta(minutes=100), NOON + timedelta(minutes=100) + TICK)
    at = NOON + timedelta(minutes=100)
    assert history.mappings("home") == (
        KnownMapping(gateway=lock.key, name="tcp/8443/192.0.2.20/443", first_seen=at, last_seen=at + TICK),
    )


def test_another_sites_scans_move_nothing(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("cabin", 500, site="cabin"), just_made=True)
    scan = make_scan("home", 0)
    assert history.placed(scan) == scan
    history.save(scan, just_made=True)
    assert [line.id for line in history.list()] == ["cabin", "home"]


def test_a_scan_that_is_taken_over_stands_where_its_own_clock_says(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("now", 100), just_made=True)
    history.save(make_scan("old", 0))
    assert [line.id for line in history.list()] == ["now", "old"]


def test_after_the_last_moment_there_is_scans_are_saved_all_the_same(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("last", started_at=datetime.max.replace(tzinfo=UTC)))
    history.save(make_scan("more", 0), just_made=True)
    history.save(make_scan("and-more", 1), just_made=True)
    assert [line.id for line in history.list()] == ["and-more", "more", "last"]


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX knows them")
def test_old_scans_are_summed_up_for_who_may_only_read(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(path, "0001")
    with History.open(url) as history:
        expected = history.timeline("home")
        with history._database.writing() as connection:
            connection.exec_driver_sql("UPDATE scans SET summary = NULL")
    monkeypatch.setattr("netguard.history.database.os.access", lambda *_: False)
    with History.open(url) as history:
        assert history.timeline("home") == expected
        with history._database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(summary) FROM scans").scalar() == 0
