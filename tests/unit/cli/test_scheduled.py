"""One time of a schedule: at home or away, due or not, on battery, while another scan runs; and that it says so in its log."""

from datetime import timedelta

import pytest

from netguard import exitcodes
from netguard.cli import _schedule_log, _scheduled
from netguard.errors import AlreadyScanningError, ConfigError, HistoryError, NotAtHomeError, UsageError, VantageError
from netguard.history.store import History
from netguard.model.vocabulary import Depth, Ended
from netguard.notify import receivers
from tests.unit.cli.scheduling import NOW, OTHER_ROUTER, Life, newcomer
from tests.unit.notify.receiving import receiving


@pytest.fixture
def life(monkeypatch, tmp_path):
    made = Life(monkeypatch, f"sqlite:///{tmp_path / 'h.db'}")
    made.enrol()
    return made


@pytest.fixture
def receiver():
    with receiving() as heard:
        yield heard


def test_at_home_it_scans_once_a_week_whenever_it_is_called(life):
    hours = [hour for hour in range(0, 24 * 22, 6) if _scanned_at(life, hour)]
    assert hours == [0, 7 * 24, 2 * 7 * 24, 3 * 7 * 24]
    assert [line for line in life.log if line == "scanned"] == ["scanned"] * 4
    assert len(life.log) == 5, "what is not due says nothing"


def _scanned_at(life, hour):
    before = life.scanned
    life.now = NOW + timedelta(hours=hour)
    assert life.run() == exitcodes.DONE
    return life.scanned > before


def test_a_saved_scan_that_cannot_be_read_stands_in_the_log_when_the_next_was_made(life):
    for _ in range(3):
        life.run()
        life.after(days=7)
    with History.open(life.url) as history, history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET summary = X'FFFF', document = X'FFFF' WHERE id = '000000000002'")
    said = len(life.log)
    life.run()
    scanned, remark = life.log[said:]
    assert scanned == "scanned"
    assert remark.startswith("left out: the saved scan 000000000002 cannot be read: it is damaged;")
    life.after(hours=1)
    life.run()
    assert len(life.log) == said + 2, "a time at which nothing is due says nothing"


def test_away_it_does_nothing_sends_nothing_and_says_so(life, receiver, capsys):
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    life.save()  # something to tell, for which it has to be at home
    life.vantage = OTHER_ROUTER
    for _ in range(26):
        life.after(hours=12)
        assert life.run() == exitcodes.DONE
    assert life.scanned == 2
    assert receiver.got == []
    assert life.log[-1].startswith("not at home, no scan: The addresses are like those of 'home'")
    assert capsys.readouterr().out == ""


def test_after_a_fortnight_away_it_asks_once_whether_the_router_was_replaced(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.vantage = OTHER_ROUTER
    for _ in range(40):
        life.after(days=1)
        life.run()
    assert receiver.titles == ["netguard: not at home for 14 days"]
    assert "netguard home moved" in receiver.got[0]["message"]


def test_each_time_away_is_asked_about_by_itself(life, receiver):
    life.tell(receiver.url)
    here = life.vantage
    for _ in range(2):
        life.vantage = here
        life.run()
        life.vantage = OTHER_ROUTER
        for _ in range(20):
            life.after(days=1)
            life.run()
    assert [title for title in receiver.titles if "not at home" in title] == ["netguard: not at home for 14 days"] * 2


def test_a_home_that_was_never_scanned_is_away_since_it_was_enrolled(life, receiver):
    life.tell(receiver.url)
    life.vantage = OTHER_ROUTER
    life.after(days=14)
    life.run()
    assert receiver.titles == ["netguard: not at home for 14 days"]


def test_without_a_network_it_says_so_and_waits(life):
    life.vantage = VantageError("no interface has an address")
    assert life.run() == exitcodes.DONE
    assert life.log == ["no network: no interface has an address"]


def test_without_a_home_it_says_what_to_do(monkeypatch, tmp_path):
    life = Life(monkeypatch, f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(NotAtHomeError, match="run `netguard scan` once at home"):
        life.run()
    assert "enrolled" in life.log[-1]
    life.enrol()
    with pytest.raises(NotAtHomeError, match="cabin"):
        life.run(site="cabin")
    assert life.scanned == 0


def test_on_battery_it_waits_only_where_that_was_asked_for(life):
    life.battery = True
    assert life.run(not_on_battery=True) == exitcodes.DONE
    assert life.scanned == 0
    assert life.log == ["on battery: the scan waits until the computer is plugged in"]
    life.run()
    assert life.scanned == 1
    life.after(days=7)
    life.battery = None
    life.run(not_on_battery=True)
    assert life.scanned == 2


def test_while_another_scan_runs_it_leaves_it_alone(life):
    life.problem = AlreadyScanningError("home is being scanned since 12:00 by process 4711")
    assert life.run() == exitcodes.DONE
    assert life.log == ["no scan: home is being scanned since 12:00 by process 4711"]


def test_a_scan_that_fails_is_in_the_log_and_in_the_exit_code(life):
    life.problem = HistoryError("the disk is full")
    assert life.run() == exitcodes.NOTHING_LOOKED_AT
    assert life.log == ["the scan did not end well: the disk is full"]
    life.problem, life.code = None, exitcodes.INTERRUPTED
    assert life.run() == exitcodes.INTERRUPTED
    assert life.log[1] == "the scan was interrupted; it is made again at the next time"


@pytest.mark.parametrize("given", [{"ended": Ended.INTERRUPTED}, {"depth": Depth.DISCOVER}])
def test_half_a_scan_is_no_scan_of_the_week(life, given):
    life.save(**given)
    life.after(hours=2)
    life.run()
    assert life.scanned == 2


def test_a_scan_made_by_hand_is_one_of_the_week(life):
    life.save(depth=Depth.DEEP)
    life.after(days=6)
    life.run()
    assert life.scanned == 1


@pytest.mark.parametrize(
    ("last", "hours", "due"),
    [
        (None, 168, True),
        (timedelta(days=6, hours=22), 168, False),
        (timedelta(days=6, hours=23), 168, True),
        (timedelta(hours=23), 24, True),
        (timedelta(hours=22), 24, False),
        (timedelta(minutes=57), 1, False),
        (timedelta(minutes=58), 1, True),
        (-timedelta(days=400), 168, True),
    ],
)
def test_when_a_scan_is_due(last, hours, due):
    assert _scheduled.is_due(None if last is None else NOW - last, hours, NOW) is due


def test_what_makes_no_sense_is_said_and_logged(life):
    with pytest.raises(UsageError, match="--every"):
        life.run(every="fortnight")
    receivers.path().parent.mkdir(parents=True, exist_ok=True)
    receivers.path().write_text("not an address\n")
    with pytest.raises(ConfigError, match="receivers"):
        life.run()
    assert len(life.log) == 2
    assert life.scanned == 0


def test_the_log_has_one_line_each_stays_small_and_is_for_its_owner_only(life, capsys):
    log = _schedule_log.Log(lambda: NOW)
    log.say("one\ntwo\x1b[31m" + "x" * 10_000)
    assert len(life.log) == 1
    assert len(life.log[0]) <= _schedule_log.MAX_LINE
    assert "\x1b" not in capsys.readouterr().err
    assert _schedule_log.path().stat().st_mode & 0o077 == 0
    for _ in range(1500):
        log.say("x" * 400, shown=True)
    assert capsys.readouterr().err == ""
    sizes = [path.stat().st_size for path in (_schedule_log.path(), _schedule_log.older())]
    assert all(0 < size <= _schedule_log.MAX_LOG for size in sizes)
    assert _schedule_log.older().read_text().splitlines()[-1].endswith("x" * 400)


def test_a_log_that_cannot_be_written_stops_nothing(life, capsys):
    _schedule_log.path().parent.mkdir(parents=True, exist_ok=True)
    _schedule_log.path().mkdir()
    life.run()
    assert life.scanned == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_network_is_remembered_as_seen_at_each_run(life):
    life.run()
    life.after(hours=5)
    life.run()
    with History.open(life.url) as history:
        assert history.last_at_home("home") == life.now
