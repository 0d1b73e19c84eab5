"""`netguard schedule` where things are not as they were left: other settings, hands of others, no history, rights of others."""

import json
import os
import sys
from dataclasses import replace
from datetime import timedelta

import click
import pytest

from netguard import config
from netguard.cli import _person, _schedule, _schedule_due, _schedule_log, _scheduled, _session, _telling, _unsaved
from netguard.cli._schedule import Request, install, remove
from netguard.cli._schedule_status import status
from netguard.errors import HistoryError, ScheduleError, UsageError
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model import address
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth, Ended
from netguard.net.privileges import Identity
from netguard.notify import receivers
from netguard.schedule import _install, _trust, cron
from netguard.vantage import home
from tests import builders
from tests.unit.cli.scheduling import AT_HOME, NOW, OTHER_ROUTER
from tests.unit.schedule.computer import written

SECRET = "ntfy://very-secret-topic"

pytestmark = pytest.mark.usefixtures("person")


@pytest.fixture
def root(monkeypatch):
    """Alice by sudo."""
    me = Identity(uid=os.getuid(), gid=os.getgid(), why="SUDO_UID")
    monkeypatch.setattr(_person, "find", lambda user: me)
    monkeypatch.setattr(_schedule.privileges, "is_root", lambda: True)


def test_what_others_can_change_gets_no_right(root, monkeypatch, tmp_path, computer, capsys):
    asked = []
    monkeypatch.setattr(_trust, "problem", lambda here, command: asked.append(command) or "/home/alice/v is alice's")
    with pytest.raises(UsageError) as refused:
        install(Request(yes=True, system=True))
    assert "/home/alice/v is alice's" in str(refused.value)
    assert "python3 -m venv /opt/netguard" in str(refused.value)
    assert asked == [(sys.executable, "-I", "-m", "netguard")]
    assert written(tmp_path) == {}
    assert install(Request(dry_run=True, system=True)) == 0
    assert "as things are it would be refused" in capsys.readouterr().err
    assert not [argv for argv in computer.asked if "restart" in argv]


@pytest.mark.parametrize("settings", ["NETGUARD_CONFIG", "XDG_CONFIG_HOME"])
@pytest.mark.parametrize("kind", ["cron", "launchd"])
def test_the_receivers_of_the_schedule_are_shown_and_taken_out(kind, settings, monkeypatch, tmp_path, person, capsys):
    """The shell that looks has other settings than the one that installed had."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "my.toml").write_text("")
    with monkeypatch.context() as shell:
        shell.setenv(settings, str(other / "my.toml" if settings == "NETGUARD_CONFIG" else other))
        install(Request(yes=True, kind=kind, notify=(SECRET,)))
        secret = receivers.path()
        assert secret.is_relative_to(other)
    receivers.add("ntfy://of-this-shell")
    mine, label = receivers.path(), receivers.made_of(SECRET).label
    monkeypatch.setenv("NETGUARD_DATABASE", f"sqlite:///{tmp_path}/not-the-schedules.db")
    capsys.readouterr()
    with monkeypatch.context():
        before = dict(os.environ)
        assert status(as_json=True, user=None, database=None) == 0
        assert json.loads(capsys.readouterr().out)["receivers"] == [label]
        assert "NETGUARD_DATABASE" not in os.environ, "the schedule's runs have none"
        os.environ.clear()
        os.environ.update(before)
    assert remove(yes=True, user=None) == 0
    assert f"{secret}  (who is told: {label})" in capsys.readouterr().err
    assert not secret.exists()
    assert mine.exists(), "of another configuration, which no schedule used"


def test_without_a_schedule_this_shells_settings_stay(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    remove(yes=True, user=None)
    assert os.environ["XDG_CONFIG_HOME"] == str(tmp_path)


def test_a_log_that_is_elsewhere_goes(monkeypatch, tmp_path, capsys):
    with monkeypatch.context() as shell:
        shell.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
        install(Request(yes=True, kind="cron"))
        log = _schedule_log.path()
        log.parent.mkdir(parents=True)
        log.write_text("2026-11-20 scanned\n")
        _unsaved.note("home", NOW)
    assert len(list(log.parent.iterdir())) == 2
    assert remove(yes=True, user=None) == 0
    assert list(log.parent.iterdir()) == []


def test_lines_that_somebody_changed_are_told_and_are_no_success(computer, capsys, tmp_path):
    install(Request(yes=True, kind="cron"))
    computer.crontab = before = computer.crontab.replace(cron._END, "# mine")
    capsys.readouterr()
    assert status(as_json=False, user=None, database=None) == 3
    said = capsys.readouterr().out
    assert "Nothing is scheduled" not in said
    assert "were changed by hand" in said
    assert status(as_json=True, user=None, database=None) == 3
    assert json.loads(capsys.readouterr().out)["schedules"][0]["wrong"] is True
    assert remove(yes=True, user=None) == 3
    said = capsys.readouterr()
    assert "crontab -e" in said.err
    assert "Taken out" not in said.out
    assert computer.crontab == before
    with pytest.raises(ScheduleError, match="crontab -e"):
        install(Request(yes=True, kind="launchd"))
    assert not computer.running, "two schedules at once"


@pytest.mark.parametrize("kind", ["launchd", "windows"])
def test_what_still_runs_without_its_file_is_told_and_stopped(kind, computer, person, capsys):
    install(Request(yes=True, kind=kind))
    (part,) = _install.kinds()[kind].present(person)
    part.path.unlink()
    capsys.readouterr()
    assert status(as_json=False, user=None, database=None) == 3
    said = capsys.readouterr().out
    assert "Nothing is scheduled" not in said
    assert "still runs" in said
    assert remove(yes=True, user=None) == 0
    assert not computer.running
    install(Request(yes=True, kind=kind))
    part.path.unlink()
    install(Request(yes=True, kind=kind))
    assert status(as_json=False, user=None, database=None) == 0


def test_looking_makes_no_history(answers, tmp_path, capsys):
    url = f"sqlite:///{tmp_path}/new/h.db"
    assert install(Request(dry_run=True)) == 0
    answers(False)
    with pytest.raises(click.exceptions.Exit):
        install(Request())
    with pytest.raises(click.exceptions.Exit):
        install(Request(database=url))
    assert status(as_json=True, user=None, database=url) == 0
    assert written(tmp_path) == {}
    assert not (tmp_path / "new").exists()
    answers(True)
    assert install(Request()) == 0
    assert "no network is known as yours yet" in capsys.readouterr().err
    assert not [name for name in written(tmp_path) if "netguard.db" in name]


def test_a_history_that_cannot_be_opened_is_told(tmp_path, capsys):
    (tmp_path / "h.db").write_text("no database, but some words")
    install(Request(yes=True, database=f"sqlite:///{tmp_path}/h.db"))
    assert "the history cannot be read" in capsys.readouterr().err
    assert (tmp_path / "h.db").read_text() == "no database, but some words"
    with pytest.raises(HistoryError), _schedule_due.opened("nonsense"):
        raise AssertionError("it was opened")


class Seen:
    """What status says of the next scan, in a home where scans were made."""

    def __init__(self, monkeypatch, capsys):
        self.monkeypatch, self.capsys, self.number = monkeypatch, capsys, 0
        self.enter(AT_HOME)
        with History.open(default_url()) as history:
            history.remember(home.enrol(self._around, "home", NOW))

    def enter(self, vantage):
        self._around = Surroundings(vantage=vantage, prefixes=(vantage.segment.prefix,))
        self.monkeypatch.setattr(_session, "look", lambda interface, rights: (self._around, tuple))

    def scanned(self, at, *, took=timedelta(minutes=30), whole=True, vantage=AT_HOME, **given):
        self.number += 1
        asked = builders.attempt("discover.arp", target=str(vantage.segment.prefix))
        made = builders.scan(
            id=f"{self.number:012d}", started_at=at, finished_at=at + took, vantage=vantage,
            attempts=(asked,) if whole else (), **given,
        )  # fmt: skip
        with History.open(default_url()) as history:
            history.save(made, just_made=True)

    def next(self, now):
        self.capsys.readouterr()
        status(as_json=True, user=None, database=None, clock=lambda: now)
        return json.loads(self.capsys.readouterr().out)["next_scan"]


@pytest.fixture
def seen(monkeypatch, capsys):
    install(Request(yes=True, kind="cron"))
    return Seen(monkeypatch, capsys)


def test_the_next_scan_is_due_when_a_run_makes_it(seen, capsys):
    assert seen.next(NOW) == {"site": "home", "due": True, "due_from": None}
    seen.scanned(NOW)
    found = seen.next(NOW + timedelta(days=1))
    due = NOW + timedelta(days=7) - _scheduled.SLACK
    assert found == {"site": "home", "due": False, "due_from": due.isoformat().replace("+00:00", "Z")}
    for moment in (due - timedelta(seconds=1), due):
        assert seen.next(moment)["due"] is _scheduled.is_due(NOW, 7 * 24, moment) is (moment == due)
    status(as_json=False, user=None, database=None, clock=lambda: NOW)
    assert f"the next one is due from {due.astimezone():%Y-%m-%d %H:%M} on, when at home" in capsys.readouterr().out
    status(as_json=False, user=None, database=None, clock=lambda: due)
    assert "; the next one is due now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [
        {"depth": Depth.QUICK},
        {"site": "cabin"},
        {"whole": False},
        {"ended": Ended.INTERRUPTED},
        {"vantage": replace(OTHER_ROUTER, segment=AT_HOME.segment)},
    ],
)
def test_a_scan_that_a_run_does_not_count_is_not_counted(seen, given):
    seen.scanned(NOW)
    seen.scanned(NOW + timedelta(days=6), **given)
    assert seen.next(NOW + timedelta(days=7))["due"] is True


def test_a_scan_that_reached_only_some_is_made_again_when_a_run_does_so(seen):
    seen.scanned(NOW, whole=False)
    with History.open(default_url()) as history:
        (entry,) = history.timeline("home", 5)
        _telling.Teller(history, config.load(), (), _schedule_log.Log(), lambda: NOW).partly("home", entry)
    due = NOW + _scheduled.AFTER_PART
    assert seen.next(NOW) == {"site": "home", "due": False, "due_from": due.isoformat().replace("+00:00", "Z")}
    assert seen.next(due)["due"] is True


def test_a_scan_that_no_history_took_counts(seen):
    _unsaved.note(_scheduled._unsaved_here("home", seen._around, Depth.STANDARD), NOW)
    assert seen.next(NOW)["due"] is False
    assert seen.next(NOW + timedelta(days=7))["due"] is True


def test_a_saved_scan_that_cannot_be_read_is_a_problem_that_is_said(seen, capsys):
    seen.scanned(NOW)
    with History.open(default_url()) as history, history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET summary = X'FFFF', document = X'FFFF'")
    seen.next(NOW)
    status(as_json=False, user=None, database=None, clock=lambda: NOW)
    assert "the saved scan 000000000001 cannot be read: it is damaged;" in capsys.readouterr().out


def test_a_scan_from_the_future_says_nothing(seen):
    seen.scanned(NOW + timedelta(days=700))
    assert seen.next(NOW) == {"site": "home", "due": True, "due_from": None}


def test_away_from_home_no_time_is_told(seen, capsys, monkeypatch):
    seen.scanned(NOW)
    seen.enter(OTHER_ROUTER)
    assert seen.next(NOW) is None
    status(as_json=False, user=None, database=None, clock=lambda: NOW)
    assert "whether the next one is due is looked at when at home" in capsys.readouterr().out


def test_the_depth_and_interface_of_the_schedule_are_those_looked_by(seen, monkeypatch):
    install(Request(yes=True, kind="cron", depth="deep", interface="wlan7"))
    seen.scanned(NOW, depth=Depth.STANDARD)
    looked = []
    monkeypatch.setattr(_session, "look", lambda interface, rights: looked.append(interface) or (seen._around, tuple))
    assert seen.next(NOW)["due"] is True
    assert looked == ["wlan7"]
    seen.scanned(NOW, depth=Depth.DEEP)
    assert seen.next(NOW)["due"] is False


def test_a_command_that_nobody_can_read_has_no_time(seen):
    with History.open(default_url()) as history:
        assert _schedule_due.due(history, (), NOW) is None
        assert _schedule_due.due(history, ("x", "--every", "week", "--depth=abyss"), NOW).now


def test_addresses_of_routers_differ():
    assert AT_HOME.gateway.mac != OTHER_ROUTER.gateway.mac == address.mac("00:00:5e:00:53:99")
