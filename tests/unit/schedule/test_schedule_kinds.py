"""What every kind of schedule does alike: install, again, change, fail, remove."""

from dataclasses import replace
from pathlib import Path

import pytest

from netguard.errors import ScheduleError
from netguard.schedule import _install
from netguard.schedule._contract import MARK, every

KINDS = _install.kinds()
STARTING = {
    "systemd": ("systemctl", "--user", "restart"),
    "systemd-system": ("systemctl", "restart"),
    "launchd": ("launchctl", "bootstrap"),
    "cron": ("crontab",),
    "windows": ("schtasks", "/Create"),
}
"""The command without which each does not run."""


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    """Each kind in turn."""
    return KINDS[request.param]


@pytest.fixture
def name(kind):
    """Its name."""
    return next(name for name, module in KINDS.items() if module is kind)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_there_is_a_start_for_each():
    assert set(STARTING) == set(KINDS)
    assert set(_install.PREFERRED) == {name for name, kind in KINDS.items() if not kind.SYSTEM}


def test_what_is_installed_is_what_was_wanted_and_runs(kind, order, here):
    parts = kind.wanted(order, here)
    assert kind.present(here) == ()
    assert not _install.stands(kind, parts, here)
    _install.install(kind, parts, here)
    assert kind.present(here) == parts
    assert _install.stands(kind, parts, here)
    assert kind.argv(parts) == order.argv
    assert all(MARK in part.text for part in parts)
    assert all(path.stat().st_mode & 0o777 == 0o644 for part in parts if (path := part.path))


def test_installing_again_is_no_change_and_the_same_words(kind, order, here, computer):
    parts = kind.wanted(order, here)
    _install.install(kind, parts, here)
    assert kind.wanted(order, here) == parts
    assert _install.stands(kind, kind.wanted(order, here), here)
    other = kind.wanted(replace(order, every=every("12-hours"), not_on_battery=True), here)
    assert not _install.stands(kind, other, here)
    _install.install(kind, other, here)
    assert kind.present(here) == other
    assert "12-hours" in kind.argv(kind.present(here))


def test_what_is_there_and_does_not_run_does_not_stand(kind, name, order, here, computer):
    parts = kind.wanted(order, here)
    _install.install(kind, parts, here)
    if name == "cron":
        computer.crontab = "# emptied by somebody\n"
    computer.running = False
    assert not _install.stands(kind, parts, here)


def test_removing_leaves_nothing_of_ours_and_everything_of_others(kind, order, here, tmp_path):
    neighbours = [here.config / "systemd/user/mine.timer", here.units / "other.service", here.data / "netguard.db"]
    neighbours.append(here.home / "Library/LaunchAgents/com.example.plist")
    for path in neighbours:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    before = files(tmp_path)
    _install.install(kind, kind.wanted(order, here), here)
    assert kind.take_out(here) == ()
    assert files(tmp_path) == before
    assert kind.present(here) == ()
    assert kind.next_look(here) is None


def test_a_start_that_fails_leaves_nothing(kind, name, order, here, computer, tmp_path):
    before = files(tmp_path)
    computer.failing.add(STARTING[name])
    with pytest.raises(ScheduleError, match="Failed to connect to bus"):
        _install.install(kind, kind.wanted(order, here), here)
    assert files(tmp_path) == before
    assert computer.crontab is None


def test_a_change_that_fails_puts_back_what_was_there(kind, name, order, here, computer, tmp_path):
    _install.install(kind, kind.wanted(order, here), here)
    before, crontab = files(tmp_path), computer.crontab
    computer.failing.add(STARTING[name])
    with pytest.raises(ScheduleError):
        _install.install(kind, kind.wanted(replace(order, every=every("day")), here), here)
    assert files(tmp_path) == before
    assert computer.crontab == crontab


def test_somebody_elses_file_of_our_name_is_not_touched(kind, order, here, computer):
    parts = [part for part in kind.wanted(order, here) if part.path is not None]
    for part in parts:
        part.path.parent.mkdir(parents=True, exist_ok=True)
        part.path.write_text("[Unit]\nDescription=my own\n")
    if not parts:
        return
    with pytest.raises(ScheduleError, match="was not made by netguard"):
        kind.put(tuple(parts), here)
    assert not [argv for argv in computer.asked if not {"show", "print", "/Query"} & set(argv)]
    kind.take_out(here)
    assert all(part.path.read_text().startswith("[Unit]\nDescription=my own") for part in parts)


def test_a_link_in_the_place_of_a_file_is_not_followed(kind, order, here, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text(MARK)
    for part in kind.wanted(order, here):
        if part.path is not None:
            part.path.parent.mkdir(parents=True, exist_ok=True)
            part.path.symlink_to(victim)
            with pytest.raises(ScheduleError):
                kind.put((part,), here)
    assert victim.read_text() == MARK


def test_it_says_what_is_missing_and_what_is_run(kind, here, computer):
    assert kind.missing(here) is None
    assert all(len(argv) > 1 for argv in kind.commands(here))
    assert all(note.endswith(".") or "enable-linger" in note for note in kind.notes(here))
    computer.programs.clear()
    assert kind.missing(here)
    assert kind.present(here) == ()
    assert kind.next_look(here) is None


def test_the_best_one_is_chosen_and_a_computer_without_any_is_told(here, computer):
    assert _install.best(here) == "systemd"
    here.booted.rmdir()
    assert _install.best(here) == "launchd"
    computer.programs = {"crontab"}
    assert _install.best(here) == "cron"
    computer.programs = set()
    with pytest.raises(ScheduleError, match="systemd does not run this computer; launchd"):
        _install.best(here)


@pytest.mark.parametrize(("text", "hours", "said"), [("week", 168, "every week"), ("day", 24, "every day")])
def test_named_times(text, hours, said):
    assert (every(text).hours, str(every(text)), every(text).text) == (hours, said, text)


def test_numbers_of_hours():
    assert [every(f"{n}-hours").hours for n in (1, 12, 168)] == [1, 12, 168]
    assert [str(every(f"{n}-hours")) for n in (1, 12, 24)] == ["every hour", "every 12 hours", "every day"]


@pytest.mark.parametrize(
    "text", ["", "0-hours", "169-hours", "-1-hours", "12 hours", "weekly", "1.5-hours", "٣-hours", "12-hours\n"]
)
def test_other_times_are_refused(text):
    with pytest.raises(ValueError):
        every(text)


@pytest.mark.parametrize("word", ["a\nb", "a\x1b[2J", "a\x00", "a\u202eb"])
def test_what_cannot_stand_in_a_line_is_refused(order, word):
    with pytest.raises(ScheduleError, match="characters"):
        assert replace(order, environment=(("NETGUARD_CONFIG", word),)).argv


def test_the_command_names_everything_that_was_asked_for(order):
    asked = replace(
        order, not_on_battery=True, depth="quick", interface="wlan0", environment=(("XDG_DATA_HOME", "/x"),)
    )
    assert asked.argv[4:] == (
        "schedule", "run", "--every", "week", "--not-on-battery", "--depth=quick", "--interface=wlan0",
        "--with=XDG_DATA_HOME=/x",
    )  # fmt: skip
