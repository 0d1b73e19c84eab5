"""systemd's units: quoting, options, lingering, and taking out."""

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import ScheduleError
from netguard.schedule import _install, _trust, _units, systemd, systemd_system
from netguard.schedule._contract import every

printable = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF).filter(str.isprintable), min_size=1, max_size=12
)
paths = printable.map(lambda text: f"/{text}")


@given(paths, st.lists(printable, max_size=4))
def test_a_command_is_read_back_as_it_was_written(program, words):
    argv = (program, *words)
    line = _units.line(argv)
    assert "\n" not in line
    assert _units.words(f"[Service]\nExecStart={line}\n") == argv


@given(printable)
def test_no_word_begins_a_variable_or_a_specifier(word):
    line = _units.line(("/bin/x", word))
    assert not re.sub(r"%%", "", line).count("%")
    assert not re.sub(r"\$\$", "", line).count("$")
    if not set(word) & set("$%"):
        assert shlex.split(line) == ["/bin/x", word], "plain words mean the same in a shell"


def test_a_program_that_systemd_would_not_take_is_started_by_another():
    assert _units.line(("/opt/a$b/python", "$HOME")) == '/usr/bin/env "/opt/a$$b/python" "$$HOME"'
    assert _units.words(f"ExecStart={_units.line(('/usr/bin/env', 'x'))}\n") == ("/usr/bin/env", "x")


def options(text, section):
    lines = text.split(f"[{section}]\n")[1].split("\n\n")[0].splitlines()
    return [line.partition("=")[::2] for line in lines]


def test_the_timer_looks_every_hour_and_makes_up_for_what_was_missed():
    timer = dict(options(_units.timer(), "Timer"))
    assert timer == {
        "OnCalendar": "hourly",
        "RandomizedDelaySec": "15min",
        "FixedRandomDelay": "yes",
        "Persistent": "yes",
    }
    assert dict(options(_units.timer(), "Install")) == {"WantedBy": "timers.target"}


def test_the_battery_is_asked_only_where_that_was_wanted(order, here):
    for kind in (systemd, systemd_system):
        service, timer = kind.wanted(order, here)
        assert "ConditionACPower" not in service.text + timer.text
        service, timer = kind.wanted(replace(order, not_on_battery=True), here)
        assert dict(options(service.text, "Unit"))["ConditionACPower"] == "true"
        assert "ConditionACPower" not in timer.text, "a timer is started once and runs for months"


def test_the_persons_unit_takes_no_rights_and_the_systems_one_takes_one(order, here):
    own = dict(options(systemd.wanted(order, here)[0].text, "Service"))
    assert own["NoNewPrivileges"] == "yes"
    assert not {"User", "AmbientCapabilities"} & set(own)
    writes = (here.home / "Documents" / "net guard", here.data)
    text = systemd_system.wanted(replace(order, writes=writes), here)[0].text
    whole = dict(options(text, "Service"))
    assert whole["User"] == "alice"
    assert whole["AmbientCapabilities"] == whole["CapabilityBoundingSet"] == "CAP_NET_RAW"
    assert whole["NoNewPrivileges"] == "yes"
    written = [value for name, value in options(text, "Service") if name == "ReadWritePaths"]
    assert written == [f'"{writes[0]}"', str(writes[1])]


def test_the_whole_computers_one_has_a_user(order, here):
    with pytest.raises(ValueError, match="somebody"):
        systemd_system.wanted(replace(order, user=None), here)
    with pytest.raises(ScheduleError):
        _units.path("a\nb")


def test_it_says_how_to_linger_until_that_is_so(here, computer):
    (note,) = systemd.notes(here)
    assert "loginctl enable-linger alice" in note
    computer.lingers = True
    (note,) = systemd.notes(here)
    assert "not logged in" in note
    assert "enable-linger" not in note


UNIT = {"Description": "netguard: scan this home when it is time"}
RUNS = {
    "Type": "oneshot",
    "ExecStart": "/usr/bin/python3 -P -m netguard schedule run --every week",
    "TimeoutStartSec": "6h",  # a oneshot has none, and one that hangs would keep all later ones from starting
    "Nice": "10",
    "IOSchedulingClass": "idle",
    "UMask": "0077",  # reports and histories are nobody else's
    "NoNewPrivileges": "yes",
}
SANDBOX = {
    "User": "alice",
    "AmbientCapabilities": "CAP_NET_RAW",
    "CapabilityBoundingSet": "CAP_NET_RAW",
    "ProtectSystem": "strict",
    "ProtectHome": "read-only",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
}
NETWORK = {"Wants": "network-online.target", "After": "network-online.target"}


@pytest.mark.parametrize(
    ("kind", "unit", "runs"),
    [(systemd, UNIT, RUNS), (systemd_system, UNIT | NETWORK, RUNS | SANDBOX | {"ReadWritePaths": "/srv/scans"})],
)
def test_each_line_of_the_service_is_there_and_no_other(order, here, kind, unit, runs):
    """Every one of them is a decision, so that none goes without a word."""
    service, timer = kind.wanted(replace(order, writes=(Path("/srv/scans"),)), here)
    assert dict(options(service.text, "Unit")) == unit
    assert dict(options(service.text, "Service")) == runs
    assert re.findall(r"^\[(.*)\]$", service.text, re.MULTILINE) == ["Unit", "Service"]
    assert re.findall(r"^\[(.*)\]$", timer.text, re.MULTILINE) == ["Unit", "Timer", "Install"]


def test_who_else_has_the_right_is_said(order, here, computer, monkeypatch):
    assert len(systemd_system.notes(here)) == 1
    _install.install(systemd_system, systemd_system.wanted(order, here), here)
    asked = []
    monkeypatch.setattr(_trust, "problem", lambda here, command: asked.append(command) or "/x is alice's")
    assert systemd_system.notes(here)[1] == "Others can open raw sockets by it, too: /x is alice's."
    assert asked == [order.argv]
    monkeypatch.setattr(_trust, "problem", lambda here, command: None)
    assert len(systemd_system.notes(here)) == 1


@pytest.mark.parametrize(("kind", "ctl"), [(systemd, ("systemctl", "--user")), (systemd_system, ("systemctl",))])
def test_a_timer_whose_files_are_gone_is_there_and_is_stopped(order, here, computer, kind, ctl):
    parts = kind.wanted(order, here)
    _install.install(kind, parts, here)
    computer.fragment = str(parts[1].path)
    for part in parts:
        part.path.unlink()
    link = parts[1].path.parent / "timers.target.wants" / "netguard.timer"
    link.parent.mkdir()
    link.symlink_to(parts[1].path)
    (found,) = kind.present(here)
    assert "still runs it" in found.wrong
    computer.asked.clear()
    assert kind.take_out(here) == ()
    assert (*ctl, "stop", "netguard.timer") in computer.asked
    assert not link.is_symlink()
    assert kind.present(here) == ()


def test_a_timer_of_somebody_else_is_not_ours(order, here, computer):
    computer.fragment, computer.running = "/usr/lib/systemd/user/netguard.timer", True
    assert systemd.present(here) == ()
    assert systemd_system.present(here) == ()


@pytest.mark.parametrize("told", [True, False])
def test_units_are_found_where_the_manager_has_them(order, here, computer, told):
    """A shell with another XDG_CONFIG_HOME than the manager's."""
    parts = systemd.wanted(order, here)
    _install.install(systemd, parts, here)
    elsewhere = replace(here, config=here.home / "other")
    computer.fragment = str(parts[1].path) if told else ""
    assert systemd.present(elsewhere) == parts
    assert systemd.wanted(order, elsewhere) == parts
    assert systemd.take_out(elsewhere) == ()
    assert systemd.present(here) == ()


def test_a_running_timer_is_started_anew_so_that_it_takes_its_new_times(order, here, computer):
    _install.install(systemd, systemd.wanted(order, here), here)
    assert [argv for argv in computer.asked if "show" not in argv] == [
        ("systemctl", "--user", "daemon-reload"),
        ("systemctl", "--user", "enable", "netguard.timer"),
        ("systemctl", "--user", "restart", "netguard.timer"),
    ]
    computer.asked.clear()
    _install.install(systemd, systemd.wanted(replace(order, every=every("day")), here), here)
    assert ("systemctl", "--user", "restart", "netguard.timer") in computer.asked


def test_files_go_also_where_the_manager_cannot_be_reached(order, here, computer):
    _install.install(systemd, systemd.wanted(order, here), here)
    folder = here.config / "systemd" / "user"
    link = folder / "timers.target.wants" / "netguard.timer"
    link.parent.mkdir()
    link.symlink_to(folder / "netguard.timer")
    computer.failing.add(("systemctl",))
    problems = systemd.take_out(here)
    assert "Failed to connect to bus" in problems[0]
    assert not link.is_symlink()
    assert systemd.present(here) == ()


def test_it_forgets_when_it_ran_last_and_says_what_others_added(order, here, computer):
    _install.install(systemd_system, systemd_system.wanted(order, here), here)
    (here.units / "netguard.timer.d").mkdir()
    (problem,) = systemd_system.take_out(here)
    assert "netguard.timer.d" in problem
    assert ("systemctl", "clean", "--what=state", "netguard.timer") in computer.asked


def test_text_without_a_command_has_none():
    assert _units.words("[Service]\nType=oneshot\n") == ()
    assert systemd.argv(()) == ()
