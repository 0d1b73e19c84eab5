"""The launch agent: a property list that says what launchd.plist(5) knows, and nothing else."""

import plistlib
from dataclasses import replace

import pytest

from netguard.errors import ScheduleError
from netguard.schedule import _install, launchd
from netguard.schedule._contract import Part

KEYS = {
    "Label": str,
    "ProgramArguments": list,
    "StartCalendarInterval": dict,
    "ProcessType": str,
    "LowPriorityIO": bool,
    "ExitTimeOut": int,
    "Umask": int,
}
"""Keys and types after launchd.plist(5): Label <string>, ProgramArguments <array of strings>, StartCalendarInterval <dictionary
of integers or array of them>, ProcessType <string>, LowPriorityIO <boolean>, ExitTimeOut <integer>, Umask <integer>."""


def test_the_list_reads_back_and_every_key_is_documented(order, here):
    (part,) = launchd.wanted(replace(order, program=("/Users/a & b/<x>/python", "-m", "netguard")), here)
    job = plistlib.loads(part.text.encode())
    assert set(job) == set(KEYS)
    assert all(isinstance(job[key], kind) for key, kind in KEYS.items())
    assert job["ProgramArguments"] == [
        "/Users/a & b/<x>/python",
        "-m",
        "netguard",
        "schedule",
        "run",
        "--every",
        "week",
    ]
    assert job["StartCalendarInterval"] == {"Minute": here.minute}
    assert job["ProcessType"] in {"Background", "Standard", "Adaptive", "Interactive"}
    assert job["Umask"] == 0o077
    assert "Made by" in part.text.split("<plist")[0]


def test_the_file_bears_the_label_as_launchd_wants_it(order, here):
    (part,) = launchd.wanted(order, here)
    assert part.path == here.home / "Library" / "LaunchAgents" / "netguard.schedule.plist"
    assert plistlib.loads(part.text.encode())["Label"] == part.path.stem


def test_interval_and_load_keys_that_lose_times_are_not_used(order, here):
    (part,) = launchd.wanted(order, here)
    assert not {"StartInterval", "RunAtLoad", "KeepAlive"} & set(plistlib.loads(part.text.encode()))


def test_an_agent_that_is_not_there_is_no_problem_and_one_that_stays_is(order, here, computer):
    _install.install(launchd, launchd.wanted(order, here), here)
    assert launchd.next_look(here) == f"at {here.minute} minutes past the hour"
    assert [argv for argv in computer.asked if argv[1] != "print"] == [
        ("launchctl", "bootout", "gui/1000/netguard.schedule"),
        ("launchctl", "bootstrap", "gui/1000", str(launchd.wanted(order, here)[0].path)),
    ]
    assert computer.slept == []
    computer.failing.add(("launchctl", "bootout"))
    (problem,) = launchd.take_out(here)
    assert "bootout" in problem
    assert sum(computer.slept) >= launchd.STOP_SECONDS, "a run that is ended may take so long"


def test_a_new_agent_waits_until_the_one_before_is_gone(order, here, computer):
    _install.install(launchd, launchd.wanted(order, here), here)
    computer.ending, computer.slept = 7, []
    _install.install(launchd, launchd.wanted(replace(order, depth="quick"), here), here)
    assert computer.slept == [launchd.POLL_SECONDS] * 7
    assert computer.running
    assert [argv[1] for argv in computer.asked if argv[1] != "print"] == ["bootout", "bootstrap"] * 2


def test_a_launchd_that_is_not_ready_is_asked_again_and_not_for_ever(order, here, computer):
    computer.busy = launchd.TRIES - 1
    _install.install(launchd, launchd.wanted(order, here), here)
    assert computer.running
    assert computer.slept == [launchd.TRY_SECONDS] * (launchd.TRIES - 1)
    launchd.take_out(here)
    computer.busy = launchd.TRIES
    with pytest.raises(ScheduleError, match="Input/output error"):
        launchd.put(launchd.wanted(order, here), here)


def test_an_agent_that_ends_slowly_is_taken_out_in_the_end(order, here, computer):
    _install.install(launchd, launchd.wanted(order, here), here)
    computer.ending = 9
    assert launchd.take_out(here) == ()
    assert launchd.present(here) == ()


def test_an_agent_whose_file_is_gone_is_there_and_is_taken_out(order, here, computer):
    (part,) = launchd.wanted(order, here)
    _install.install(launchd, (part,), here)
    part.path.unlink()
    (found,) = launchd.present(here)
    assert "still runs it" in found.wrong
    assert not _install.stands(launchd, (part,), here)
    assert launchd.take_out(here) == ()
    assert launchd.present(here) == ()
    assert not computer.running


@pytest.mark.parametrize("text", ["", "<plist", "<plist version='1.0'><array/></plist>", "bplist00"])
def test_a_damaged_list_has_no_command(text):
    assert launchd.argv((Part(where="", text=text),)) == ()
