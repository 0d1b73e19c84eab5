"""The ledger of logins that were tried: kept before it is told, by device, over scans that run at once or are killed."""

import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netguard.errors import HistoryError
from netguard.history.ledger import LoginLedger
from netguard.history.store import History
from netguard.model.address import mac
from netguard.model.login import Leave, Lock, Tried

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ROUTER, OTHER = mac("00:00:5e:00:53:01"), mac("00:00:5e:00:53:02")
NEVER = Lock(after=None, source="https://example.org")
FIVE = Lock(after=5)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'h.db'}"


@pytest.fixture
def ledger(url):
    return LoginLedger(url)


def test_what_is_reserved_is_kept_for_others_to_see_at_once(url, ledger):
    leave = ledger.reserve(ROUTER, "openwrt", NEVER, NOW)
    assert (leave.tries, leave.reason) == (3, "")
    assert LoginLedger(url).tried(ROUTER) == (Tried(at=NOW, tries=3),)
    assert LoginLedger(url).reserve(ROUTER, "openwrt", NEVER, NOW + timedelta(hours=23)).tries == 0


def test_it_counts_by_device_and_whatever_family_it_was_taken_for(ledger):
    ledger.reserve(ROUTER, "openwrt", NEVER, NOW)
    refused = ledger.reserve(ROUTER, "another", NEVER, NOW)
    assert (refused.tries, refused.id) == (0, None)
    assert "is not tried twice within 24 hours" in refused.reason
    assert ledger.reserve(OTHER, "openwrt", NEVER, NOW).tries == 3


def test_what_was_not_sent_is_given_back_and_nothing_else(ledger):
    leave = ledger.reserve(ROUTER, "openwrt", NEVER, NOW)
    ledger.settle(leave, 2)
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=2),)
    ledger.settle(leave, 3)
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=2),), "it never grows"
    other = ledger.reserve(OTHER, "openwrt", NEVER, NOW)
    ledger.settle(other, 0)
    assert ledger.tried(OTHER) == ()
    ledger.settle(Leave(tries=0, reason="refused"), 0)
    assert ledger.reserve(OTHER, "openwrt", NEVER, NOW).tries == 3


def test_where_nobody_knows_when_it_forgets_a_year_counts(ledger):
    given = [ledger.reserve(ROUTER, "five", FIVE, NOW + timedelta(days=day)).tries for day in (0, 2, 100, 364, 366)]
    assert given == [3, 0, 0, 0, 3]


def test_where_that_is_known_a_day_counts(ledger):
    lock = Lock(after=5, within=900)
    given = [ledger.reserve(ROUTER, "five", lock, NOW + timedelta(hours=hour)).tries for hour in (0, 23, 25, 26, 50)]
    assert given == [3, 0, 3, 0, 3]


def test_a_clock_that_was_set_back_makes_no_room(ledger):
    ledger.reserve(ROUTER, "openwrt", NEVER, NOW + timedelta(days=400))
    assert ledger.reserve(ROUTER, "openwrt", NEVER, NOW).tries == 0


TRIES = """
    import sys
    from datetime import UTC, datetime
    from netguard.history.ledger import LoginLedger
    from netguard.model.address import mac
    from netguard.model.login import Lock

    ledger = LoginLedger(sys.argv[1])
    sys.stdin.readline()
    leave = ledger.reserve(mac("00:00:5e:00:53:01"), "five", Lock(after=5), datetime(2026, 11, 27, 12, tzinfo=UTC))
    print(leave.tries, flush=True)
    sys.stdin.readline()  # it is killed here
"""


def test_of_scans_at_once_one_gets_room_and_what_a_killed_one_reserved_stays_counted(url, ledger):
    History.open(url).close()
    command = [sys.executable, "-c", textwrap.dedent(TRIES), url]
    with_pipes = {"cwd": ROOT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    scans = [subprocess.Popen(command, **with_pipes) for _ in range(6)]
    try:
        for scan in scans:
            scan.stdin.write("\n")
            scan.stdin.flush()
        given = [int(scan.stdout.readline()) for scan in scans]
    finally:
        for scan in scans:
            scan.kill()
            scan.communicate()
    assert sorted(given) == [0, 0, 0, 0, 0, 3]
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=3),)
    assert ledger.reserve(ROUTER, "five", FIVE, NOW + timedelta(days=2)).tries == 0


def test_a_history_that_cannot_be_used_gives_no_leave(tmp_path):
    (tmp_path / "h.db").write_text("no database, but some words")
    with pytest.raises(HistoryError):
        LoginLedger(f"sqlite:///{tmp_path}/h.db").reserve(ROUTER, "openwrt", NEVER, NOW)
