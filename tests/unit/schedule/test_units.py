"""systemd's units: quoting, options, lingering, and taking out."""

import re
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import ScheduleError
from netguard.schedule import _install, _units, systemd, systemd_system
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


def test_a_program_in_the_home_folder_shares_its_right(order, here):
    assert len(systemd_system.notes(here)) == 1
    inside = replace(order, program=(f"{here.home}/venv/bin/python", "-m", "netguard"))
    _install.install(systemd_system, systemd_system.wanted(inside, here), here)
    assert str(here.home) in systemd_system.notes(here)[1]


def test_a_running_timer_is_started_anew_so_that_it_takes_its_new_times(order, here, computer):
    _install.install(systemd, systemd.wanted(order, here), here)
    assert computer.asked == [
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
