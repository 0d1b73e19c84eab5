"""The ledger of logins that were tried: kept before it is told, by device, over scans that run at once or are killed."""

import io
import json
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netguard.cli import _keeping
from netguard.errors import DocumentError, HistoryError
from netguard.history import backups, bundle
from netguard.history.ledger import LoginLedger, carry_over
from netguard.history.ledger import ledger as ledger_at
from netguard.history.store import History
from netguard.model.address import mac
from netguard.model.known import KnownIdentity
from netguard.model.login import Leave, Lock, Tried
from netguard.model.vocabulary import Stability
from tests.unit.history.test_history_devices import known

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ROUTER, OTHER = mac("00:00:5e:00:53:01"), mac("00:00:5e:00:54:02")
NEVER = Lock(after=None, source="https://example.org")
FIVE = Lock(after=5)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'h.db'}"


@pytest.fixture
def ledger(url):
    return LoginLedger(url)


def test_what_is_reserved_is_kept_for_others_to_see_at_once(url, ledger):
    leave = ledger.reserve([ROUTER], "openwrt", NEVER, NOW)
    assert (leave.tries, leave.reason) == (3, "")
    assert LoginLedger(url).tried(ROUTER) == (Tried(at=NOW, tries=3),)
    assert LoginLedger(url).reserve([ROUTER], "openwrt", NEVER, NOW + timedelta(hours=23)).tries == 0


def test_it_counts_by_device_and_whatever_family_it_was_taken_for(ledger):
    ledger.reserve([ROUTER], "openwrt", NEVER, NOW)
    refused = ledger.reserve([ROUTER], "another", NEVER, NOW)
    assert (refused.tries, refused.id) == (0, None)
    assert "is not tried twice within 24 hours" in refused.reason
    assert ledger.reserve([OTHER], "openwrt", NEVER, NOW).tries == 3


def test_what_was_not_sent_is_given_back_and_nothing_else(ledger):
    leave = ledger.reserve([ROUTER], "openwrt", NEVER, NOW)
    ledger.settle(leave, 2)
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=2),)
    ledger.settle(leave, 3)
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=2),), "it never grows"
    other = ledger.reserve([OTHER], "openwrt", NEVER, NOW)
    ledger.settle(other, 0)
    assert ledger.tried(OTHER) == ()
    ledger.settle(Leave(tries=0, reason="refused"), 0)
    assert ledger.reserve([OTHER], "openwrt", NEVER, NOW).tries == 3


def test_where_nobody_knows_when_it_forgets_it_counts_for_good(ledger):
    given = [ledger.reserve([ROUTER], "five", FIVE, NOW + timedelta(days=day)).tries for day in (0, 2, 366, 4000)]
    assert given == [3, 0, 0, 0]


@pytest.mark.parametrize("address", ["00:00:5e:00:53:7f", "02:00:5e:00:53:01", "02:00:5e:00:53:02"])
def test_another_card_of_the_same_router_has_no_tries_of_its_own(ledger, address):
    ledger.reserve([ROUTER], "five", FIVE, NOW)
    assert ledger.reserve([mac(address)], "five", FIVE, NOW + timedelta(days=2)).tries == 0
    assert ledger.reserve([mac("00:00:5e:00:99:01")], "five", FIVE, NOW + timedelta(days=2)).tries == 3


def test_what_was_sent_to_any_of_its_addresses_counts(ledger):
    ledger.reserve([OTHER], "five", FIVE, NOW)
    assert ledger.reserve([ROUTER, OTHER], "five", FIVE, NOW + timedelta(days=2)).tries == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_history_in_memory_counts_nothing_and_is_none(url):
    assert ledger_at(url) is None


def test_a_history_in_a_file_counts(url):
    assert isinstance(ledger_at(url), LoginLedger)


def test_where_that_is_known_a_day_counts(ledger):
    lock = Lock(after=5, within=900)
    given = [ledger.reserve([ROUTER], "five", lock, NOW + timedelta(hours=hour)).tries for hour in (0, 23, 25, 26, 50)]
    assert given == [3, 0, 3, 0, 3]


def test_a_clock_that_was_set_back_makes_no_room(ledger):
    ledger.reserve([ROUTER], "openwrt", NEVER, NOW + timedelta(days=400))
    refused = ledger.reserve([ROUTER], "openwrt", NEVER, NOW)
    assert refused.tries == 0
    assert "yet to come: this computer's clock is wrong, or was then" in refused.reason


TRIES = """
    import sys
    from datetime import UTC, datetime
    from netguard.history.ledger import LoginLedger
    from netguard.model.address import mac
    from netguard.model.login import Lock

    ledger = LoginLedger(sys.argv[1])
    sys.stdin.readline()
    leave = ledger.reserve([mac("00:00:5e:00:53:01")], "five", Lock(after=5), datetime(2026, 11, 27, 12, tzinfo=UTC))
    print(leave.tries, flush=True)
    sys.stdin.readline()  # it is killed here
"""


def test_of_scans_at_once_one_gets_room_and_what_a_killed_one_reserved_stays_counted(url, ledger):
    History.open(url).close()
    command = [sys.executable, "-c", textwrap.dedent(TRIES), url]
    with_pipes = {"cwd": ROOT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    scans = [subprocess.Popen(command, **with_pipes) for _ in range(8)]
    try:
        for scan in scans:
            scan.stdin.write("\n")
            scan.stdin.flush()
        given = [int(scan.stdout.readline()) for scan in scans]
    finally:
        for scan in scans:
            scan.kill()
            scan.communicate()
    assert sorted(given) == [0] * 7 + [3]
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=3),)
    assert ledger.reserve([ROUTER], "five", FIVE, NOW + timedelta(days=2)).tries == 0


def test_a_history_that_cannot_be_used_gives_no_leave(tmp_path):
    (tmp_path / "h.db").write_text("no database, but some words")
    with pytest.raises(HistoryError):
        LoginLedger(f"sqlite:///{tmp_path}/h.db").reserve([ROUTER], "openwrt", NEVER, NOW)


def test_one_that_may_only_be_read_gives_no_leave(tmp_path, url, ledger):
    ledger.reserve([OTHER], "openwrt", NEVER, NOW)
    with sqlite3.connect(tmp_path / "h.db") as holding:
        holding.execute("CREATE TRIGGER no BEFORE INSERT ON login_tries BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(HistoryError):
        LoginLedger(url).reserve([ROUTER], "openwrt", NEVER, NOW)
    assert ledger.tried(ROUTER) == ()


def test_what_was_tried_outlasts_the_scans_that_tried_it(url, ledger):
    """Pruning and forgetting are about scans and devices; a router's own count of wrong logins is not."""
    ledger.reserve([ROUTER], "five", FIVE, NOW)
    with History.open(url) as history:
        assert history.list() == (), "as after --no-save"
    assert ledger.reserve([ROUTER], "five", FIVE, NOW + timedelta(days=2)).tries == 0


def moved(source, site=None):
    file = io.BytesIO()
    with History.open(source) as history:
        bundle.write(file, history.lines(site, pytest.fail), "netguard 1", NOW)
    return file


@pytest.fixture
def elsewhere(tmp_path):
    return f"sqlite:///{tmp_path / 'new-laptop.db'}"


def take_in(url, file):
    with History.open(url) as history:
        return dict(history.take_in(bundle.read(file)).new)


@pytest.fixture
def just_now(ledger):
    """A time that an export of today still counts."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


def test_what_was_tried_moves_to_another_computer_once(url, ledger, elsewhere, just_now):
    ledger.settle(ledger.reserve([ROUTER], "five", FIVE, just_now), 2)
    file = moved(url)
    assert take_in(elsewhere, file) == {"tried logins": 1}
    assert take_in(elsewhere, file) == {}
    assert LoginLedger(elsewhere).tried(ROUTER) == (Tried(at=just_now, tries=2),)
    assert LoginLedger(elsewhere).reserve([ROUTER], "five", FIVE, datetime.now(UTC)).tries == 0, "5 - 2 spare - 2 sent"
    assert moved(elsewhere).getvalue() == file.getvalue()


def test_of_the_same_scan_the_greater_number_counts(url, ledger, elsewhere, just_now):
    reserved = ledger.reserve([ROUTER], "openwrt", NEVER, just_now)
    early = moved(url)
    ledger.settle(reserved, 2)
    take_in(elsewhere, moved(url))
    assert LoginLedger(elsewhere).tried(ROUTER) == (Tried(at=just_now, tries=2),)
    assert take_in(elsewhere, early) == {}
    assert LoginLedger(elsewhere).tried(ROUTER) == (Tried(at=just_now, tries=3),)


def test_what_is_long_ago_moves_too_and_what_is_to_come_counts_as_of_now(url, ledger, elsewhere):
    now = datetime.now(UTC)
    ledger.reserve([ROUTER], "openwrt", NEVER, now - timedelta(days=3660))
    ledger.reserve([OTHER], "openwrt", NEVER, now + timedelta(days=400))
    assert take_in(elsewhere, moved(url)) == {"tried logins": 2}
    (one,) = LoginLedger(elsewhere).tried(OTHER)
    assert now <= one.at <= datetime.now(UTC)


def test_of_one_home_its_own_devices_move(url, ledger, elsewhere, just_now):
    for mac_ in (ROUTER, OTHER):
        ledger.reserve([mac_], "openwrt", NEVER, just_now)
    with History.open(url) as history:
        history.change_known("home", lambda _: (known(mac=ROUTER, identities=()),))
        history.change_known("cabin", lambda _: (known(2, site="cabin", mac=OTHER, identities=()),))
    assert take_in(elsewhere, moved(url, "home"))["tried logins"] == 1
    assert [LoginLedger(elsewhere).tried(m) != () for m in (ROUTER, OTHER)] == [True, False]


def test_a_mac_by_which_it_was_known_counts_too(url, ledger, elsewhere, just_now):
    shown = KnownIdentity(
        kind="mac",
        value=str(ROUTER).replace("-", ":").lower(),
        stability=Stability.PERMANENT,
        first_seen=NOW,
        last_seen=NOW,
    )
    ledger.reserve([ROUTER], "openwrt", NEVER, just_now)
    with History.open(url) as history:
        history.change_known("home", lambda _: (known(mac=OTHER, identities=(shown,)),))
    assert take_in(elsewhere, moved(url, "home"))["tried logins"] == 1


def line(**given):
    what = {"mac": "00:00:5e:00:53:01", "family": "openwrt", "at": "2026-11-01T12:00:00Z", "tries": 3} | given
    return json.dumps({"logins": what}).encode()


@pytest.mark.parametrize(
    "bad",
    [
        {"tries": -1}, {"tries": 2**70}, {"tries": "3"}, {"mac": "00:00:5e:00:53:01\n"}, {"mac": "00-00-5E-00-53-01"},
        {"mac": 1}, {"family": "x" * 101}, {"at": "2026-11-01T12:00:00"}, {"at": "9999-01-01T00:00:00Z"},
    ],
    ids=str,
)  # fmt: skip
def test_a_damaged_line_is_refused_whole(elsewhere, bad):
    file = io.BytesIO()
    bundle.write(file, [line(), line(**bad)], "somebody", NOW)
    with pytest.raises(DocumentError, match="line 3"):
        take_in(elsewhere, file)
    assert LoginLedger(elsewhere).tried(ROUTER) == ()


def test_how_many_such_lines_there_are_is_bounded(elsewhere, monkeypatch):
    monkeypatch.setattr(bundle, "MAX_LOGINS", 1)
    file = io.BytesIO()
    bundle.write(file, [line(), line(tries=2)], "somebody", NOW)
    with pytest.raises(DocumentError, match="more than 1 lines of 'logins'"):
        take_in(elsewhere, file)


def test_a_copy_that_is_put_back_does_not_forget_what_was_sent_since(url, ledger, tmp_path, just_now):
    ledger.reserve([ROUTER], "five", FIVE, just_now)
    backups.make(tmp_path / "h.db", datetime.now(UTC))
    ledger.settle(ledger.reserve([OTHER], "five", FIVE, just_now), 2)
    _keeping.restore(url, yes=True)
    assert ledger.tried(ROUTER) == (Tried(at=just_now, tries=3),), "once, though both files have it"
    assert ledger.tried(OTHER) == (Tried(at=just_now, tries=2),)


@pytest.mark.parametrize("old", [b"", b"SQLite format 3\x00 and nonsense", None])
def test_a_file_that_cannot_be_read_any_more_takes_nothing_away(url, ledger, tmp_path, old):
    ledger.reserve([ROUTER], "five", FIVE, NOW)
    if old is not None:
        (tmp_path / "old.db").write_bytes(old)
    carry_over(tmp_path / "old.db", url)
    assert ledger.tried(ROUTER) == (Tried(at=NOW, tries=3),)
