"""`netguard schedule`: what is shown, agreed to, written, said and taken out, on a computer that only remembers."""

import json
import os
import pwd
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from netguard.cli import _person, _schedule, _schedule_log, _schedule_status
from netguard.cli._schedule import Request, install, remove
from netguard.cli._schedule_found import adopt
from netguard.cli._schedule_status import status
from netguard.errors import NetguardError, UsageError
from netguard.history.store import History
from netguard.model.home import Enrolment
from netguard.net.privileges import Identity
from netguard.notify import receivers
from netguard.schedule import _install, _trust
from tests import builders
from tests.unit.schedule.computer import without_history, written

SECRET = "ntfy://very-secret-topic"

pytestmark = pytest.mark.usefixtures("person")
NOW = datetime(2026, 11, 20, 9, 7, tzinfo=UTC)


def test_it_is_installed_said_and_taken_out(computer, person, tmp_path, capsys):
    assert install(Request(every="day", yes=True, notify=(SECRET,), not_on_battery=True)) == 0
    said = capsys.readouterr()
    assert said.out.startswith(
        "Installed: every day, by systemd, for you alone.\nNext look: Fri 2026-11-27 09:07:12 UTC."
    )
    assert "loginctl enable-linger alice" in said.out
    assert "no network is known as yours yet" in said.err
    for shown in ("OnCalendar=hourly", "ConditionACPower=true", "systemctl --user daemon-reload", "Only you can read"):
        assert shown in said.err, "what is written was shown word for word"
    assert status(as_json=False, user=None, database=None) == 0
    told = capsys.readouterr().out
    assert "Schedule    every day, not on battery, by systemd, for you alone" in told
    assert remove(yes=True, user=None) == 0
    assert without_history(written(tmp_path)) == {}
    assert computer.crontab is None
    assert "Your scans and settings stay." in capsys.readouterr().out


def test_the_receivers_address_is_in_one_file_and_in_nothing_else(computer, person, tmp_path, capsys):
    install(Request(yes=True, notify=(SECRET, SECRET)))
    status(as_json=True, user=None, database=None)
    said = capsys.readouterr()
    label = receivers.made_of(SECRET).label
    assert label in said.err
    assert label in json.loads(said.out[said.out.index("{") :])["receivers"]
    assert "very-secret" not in said.out + said.err
    assert [name for name, data in written(tmp_path).items() if b"very-secret" in data] == [
        "alice/.config/netguard/receivers"
    ]
    assert receivers.path().stat().st_mode & 0o077 == 0
    assert not any("very-secret" in word for argv in computer.asked for word in argv)


def test_the_same_again_changes_nothing_and_another_does(computer, tmp_path, capsys):
    install(Request(yes=True))
    before = written(tmp_path)
    computer.asked.clear()
    assert install(Request()) == 0, "nothing is asked where nothing changes"
    assert "Already installed: every week" in capsys.readouterr().out
    assert not [argv for argv in computer.asked if "restart" in argv]
    assert without_history(written(tmp_path)) == without_history(before)
    install(Request(yes=True, every="12-hours"))
    assert "12-hours" in (tmp_path / "alice/.config/systemd/user/netguard.service").read_text()
    assert "in the place of what is there" in capsys.readouterr().err
    install(Request(yes=True, every="12-hours", notify=(SECRET,)))
    assert "as it is there already" in capsys.readouterr().err
    assert len(receivers.stored()) == 1


def test_without_a_terminal_it_takes_yes_and_with_one_it_asks(answers, tmp_path, capsys):
    with pytest.raises(UsageError, match="there is no terminal to ask on; say so with --yes"):
        install(Request())
    assert without_history(written(tmp_path)) == {}
    answers(False)
    with pytest.raises(click.exceptions.Exit) as ended:
        install(Request())
    assert ended.value.exit_code == 0
    assert "Nothing was changed." in capsys.readouterr().err
    assert without_history(written(tmp_path)) == {}
    answers(True)
    assert install(Request()) == 0
    with pytest.raises(UsageError, match="--yes"):
        raise_without_terminal(remove)


def raise_without_terminal(command):
    sys.stdin.isatty = lambda: False
    return command(yes=False, user=None)


def test_a_rehearsal_writes_nothing(tmp_path, computer, capsys):
    for kind in sorted(_install.kinds()):
        assert install(Request(dry_run=True, kind=kind, notify=(SECRET,))) == 0
    said = capsys.readouterr().out
    assert "schtasks /Create" in said
    assert "very-secret" not in said
    assert without_history(written(tmp_path)) == {}
    assert not [argv for argv in computer.asked if set(argv) & {"restart", "/Create", "bootstrap"}]


def test_another_kind_takes_the_place_of_the_first(computer, capsys, tmp_path):
    install(Request(yes=True, kind="cron"))
    assert "schedule run" in computer.crontab
    install(Request(yes=True, kind="systemd"))
    assert "Taken out: the schedule by cron" in capsys.readouterr().err
    assert computer.crontab is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"every": "weekly"}, "--every 'weekly' is none of week, day and N-hours"),
        ({"every": "0-hours"}, "N-hours"),
        ({"every": "200-hours"}, "more than a week"),
        ({"kind": "upstart"}, "--kind upstart: there is cron, launchd"),
        ({"system": True, "kind": "cron"}, "contradict"),
        ({"system": True}, "call it with sudo, or as root with --user"),
        ({"notify": ("very secret",)}, "no URL"),
        ({"database": "postgresql://me:hunter2@example.org/x"}, "holds a password"),
        ({"database": "postgresql://me@example.org/x?password=hunter2"}, "holds a password"),
        ({"database": "postgresql://me@example.org/x?sslpassword=hunter2"}, "or an option that may be one"),
        ({"database": "postgresql://me@example.org/x?passwd=hunter2&sslmode=require"}, "or an option that may be one"),
        ({"database": "postgresql://me@example.org/x?PASSWORD=hunter2"}, "or an option that may be one"),
        ({"database": "postgresql://me@example.org/x?hunter2=1"}, "or an option that may be one"),
        ({"database": "sqlite://"}, "in memory"),
        ({"database": "nonsense"}, "no URL"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(given, says, tmp_path, computer):
    with pytest.raises(UsageError, match=says) as error:
        install(Request(yes=True, **given))
    assert error.value.exit_code == 2
    assert "hunter2" not in str(error.value)
    assert without_history(written(tmp_path)) == {}
    assert computer.crontab is None


def test_the_files_that_a_shell_points_to_are_those_of_the_run(tmp_path, monkeypatch, capsys):
    settings = tmp_path / "my settings.toml"
    settings.write_text("")
    monkeypatch.setenv("NETGUARD_CONFIG", str(settings))
    monkeypatch.chdir(tmp_path)
    install(Request(yes=True, database="sqlite:///h.db", kind="cron"))
    argv = _install.kinds()["cron"].argv(_install.kinds()["cron"].present(_person.here(None)))
    given = [word.removeprefix("--with=") for word in argv if word.startswith("--with=")]
    assert f"NETGUARD_CONFIG={settings}" in given
    assert f"NETGUARD_DATABASE=sqlite:///{tmp_path}/h.db" in given
    monkeypatch.setenv("NETGUARD_CONFIG", "/elsewhere")
    adopt(tuple(given))
    assert os.environ["NETGUARD_CONFIG"] == str(settings)
    monkeypatch.setenv("NETGUARD_DATABASE", "")


@pytest.mark.parametrize("text", ["PATH=/tmp", "LD_PRELOAD=x", "NETGUARD_CONFIG", "=x"])
def test_a_run_takes_no_other_variables(text, monkeypatch):
    monkeypatch.setenv("PATH", os.environ["PATH"])
    with pytest.raises(UsageError, match="it takes one of"):
        adopt((text,))


def test_status_says_what_does_not_run_and_what_is_gone(computer, person, capsys, monkeypatch):
    monkeypatch.setattr(_schedule.sys, "executable", "/no/longer/here/python")
    install(Request(yes=True))
    computer.running = False
    capsys.readouterr()
    status(as_json=False, user=None, database=None)
    said = capsys.readouterr().out
    assert "Problem     the system does not run it" in said
    assert "/no/longer/here/python" in said


def test_status_shows_the_last_lines_of_the_log_and_the_last_scan(capsys):
    log = _schedule_log.path()
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"2026-11-2{n} line {n}\x1b[2J\n" for n in range(8)))
    from netguard.history.database import default_url

    with History.open(default_url()) as history:
        history.remember(enrolled())
        history.save(replace(builders.scan(), id="aaaa1111", started_at=NOW, finished_at=NOW + timedelta(minutes=3)))
    install(Request(yes=True))
    capsys.readouterr()
    status(as_json=False, user=None, database=None)
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert [f"line {n}" in said for n in range(8)] == [False] * 3 + [True] * 5
    assert "whether the next one is due is looked at when at home" in said
    assert str(log) in said
    status(as_json=True, user=None, database=None)
    told = json.loads(capsys.readouterr().out)
    assert told["last_scan"]["id"] == "aaaa1111"
    assert told["schedules"][0]["every"] == "week"
    assert remove(yes=True, user=None) == 0
    assert not log.exists()


def test_status_reads_the_history_that_the_schedule_writes(capsys, tmp_path):
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    with History.open(url) as history:
        history.save(replace(builders.scan(), id="bbbb2222"))
    install(Request(yes=True, database=url))
    capsys.readouterr()
    status(as_json=True, user=None, database=None)
    assert json.loads(capsys.readouterr().out)["last_scan"]["id"] == "bbbb2222"


def test_root_looks_in_the_home_of_who_called_it(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(os, "environ", {"HOME": "/root", "XDG_DATA_HOME": "/root/data", "XDG_RUNTIME_DIR": "/root"})
    monkeypatch.setattr(_person.privileges, "is_root", lambda: True)
    assert _person.find(None) is None, "root that nobody called"
    os.environ["SUDO_UID"] = str(pwd.getpwnam("daemon").pw_uid)
    who = _person.find(None)
    assert who.uid == pwd.getpwnam("daemon").pw_uid
    assert os.environ["HOME"] == pwd.getpwnam("daemon").pw_dir
    assert "XDG_DATA_HOME" not in os.environ
    made = _person.here(who)
    assert (made.user, made.uid, str(made.home)) == ("daemon", who.uid, os.environ["HOME"])
    monkeypatch.setattr(_person.privileges, "is_root", lambda: False)
    with pytest.raises(UsageError, match="--user only makes sense with root"):
        _person.find("daemon")


def test_a_long_log_is_read_from_its_end(tmp_path):
    path = tmp_path / "log"
    path.write_text("x" * 70_000 + "\n" + "\n".join(map(str, range(9))) + "\n")
    assert _schedule_status._tail(path) == ("4", "5", "6", "7", "8")
    assert _schedule_status._tail(tmp_path / "none") == ()


def test_nothing_is_scheduled(capsys):
    assert status(as_json=False, user=None, database=None) == 0
    assert "Nothing is scheduled. To have it scan by itself: netguard schedule install" in capsys.readouterr().out
    assert remove(yes=True, user=None) == 0
    assert "Nothing is scheduled." in capsys.readouterr().out


def test_a_start_that_fails_is_an_error_and_leaves_nothing(computer, tmp_path):
    computer.failing.add(("systemctl", "--user", "restart"))
    with pytest.raises(NetguardError, match="nothing is left of it"):
        install(Request(yes=True, notify=(SECRET,)))
    assert without_history(written(tmp_path)) == {}


def test_of_the_whole_computer_it_is_roots_and_runs_as_the_person(monkeypatch, computer, person, tmp_path, capsys):
    me = Identity(uid=os.getuid(), gid=os.getgid(), why="SUDO_UID")
    monkeypatch.setattr(_person, "find", lambda user: me)
    monkeypatch.setattr(_schedule.privileges, "is_root", lambda: True)
    with pytest.raises(UsageError, match="call it without sudo"):
        install(Request(yes=True))
    monkeypatch.setattr(_trust, "problem", lambda here, command: None)
    assert install(Request(yes=True, system=True)) == 0
    service = (tmp_path / "units" / "netguard.service").read_text()
    assert "User=alice" in service
    assert f"ExecStart={sys.executable} -I -m netguard schedule run" in service, (
        "nothing of hers before it parts its rights"
    )
    for line in service.splitlines():
        if line.startswith("ReadWritePaths="):
            assert Path(line.partition("=")[2]).is_dir(), "a unit fails to start where such a folder is not there"
    monkeypatch.setattr(_person, "find", lambda user: None)
    monkeypatch.setattr(_schedule.privileges, "is_root", lambda: False)
    with pytest.raises(UsageError, match="take it out with sudo"):
        install(Request(yes=True))
    with pytest.raises(UsageError, match="take it out with sudo"):
        remove(yes=True, user=None)
    monkeypatch.setattr(_person, "find", lambda user: me)
    monkeypatch.setattr(_schedule.privileges, "is_root", lambda: True)
    assert remove(yes=True, user=None) == 0
    assert not (tmp_path / "units" / "netguard.service").exists()


def test_acting_as_somebody_ends_as_root_also_after_a_failure(monkeypatch):
    calls = []
    monkeypatch.setattr(_person.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_person.os, "getegid", lambda: 0)
    monkeypatch.setattr(_person.os, "seteuid", lambda uid: calls.append(("uid", uid)))
    monkeypatch.setattr(_person.os, "setegid", lambda gid: calls.append(("gid", gid)))
    with pytest.raises(ZeroDivisionError), _person.acting_as(Identity(uid=1000, gid=1001, why="test")):
        calls.append(1 / len(calls[2:]))
    assert calls == [("gid", 1001), ("uid", 1000), ("uid", 0), ("gid", 0)]


def enrolled():
    from netaddr import EUI, IPNetwork

    return Enrolment(
        site="home", gateway_mac=EUI("02-00-5E-10-00-01"), prefixes=(IPNetwork("192.0.2.0/24"),), enrolled_at=NOW
    )
