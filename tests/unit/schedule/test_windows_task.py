"""The Windows task: its settings, and the line that Windows takes apart again."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import ScheduleError
from netguard.schedule import _install, windows

NAMESPACE = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
words = st.text(st.sampled_from('ab \\"\té%'), max_size=10)


def task(order, here):
    (part,) = windows.wanted(order, here)
    return ET.fromstring(part.text.encode("utf-16"))


def said(root, path):
    return root.findtext("/".join(f"t:{name}" for name in path.split("/")), namespaces=NAMESPACE)


def test_it_makes_up_for_missed_times_and_waits_for_a_network(order, here):
    root = task(order, here)
    assert said(root, "Settings/StartWhenAvailable") == "true"
    assert said(root, "Settings/RunOnlyIfNetworkAvailable") == "true"
    assert said(root, "Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert said(root, "Settings/ExecutionTimeLimit") == "PT6H"
    assert said(root, "Settings/WakeToRun") == "false"
    assert said(root, "Triggers/CalendarTrigger/Repetition/Interval") == "PT1H"
    assert said(root, "Principals/Principal/LogonType") == "InteractiveToken"
    assert said(root, "Principals/Principal/RunLevel") == "LeastPrivilege"


@pytest.mark.parametrize("asked", [True, False])
def test_batteries_as_asked(order, here, asked):
    root = task(replace(order, not_on_battery=asked), here)
    assert said(root, "Settings/DisallowStartIfOnBatteries") == str(asked).lower()
    assert said(root, "Settings/StopIfGoingOnBatteries") == "false"


def test_names_of_people_and_folders_are_only_text(order, here):
    order = replace(order, program=(r"C:\Program Files\a & <b>\pythonw.exe", "-m", "netguard"))
    root = task(order, replace(here, user="HOME\\Tom & <Jerry>"))
    assert said(root, "Principals/Principal/UserId") == "HOME\\Tom & <Jerry>"
    assert said(root, "Actions/Exec/Command") == r"C:\Program Files\a & <b>\pythonw.exe"
    assert said(root, "Actions/Exec/Arguments") == "-m netguard schedule run --every week"


@given(st.lists(words, max_size=5))
def test_a_line_is_taken_apart_as_windows_does(given_words):
    assert windows.split(windows.joined(tuple(given_words))) == tuple(given_words)


def test_the_file_is_utf16_as_schtasks_wants_it(order, here, computer):
    _install.install(windows, windows.wanted(order, here), here)
    raw = (here.data / "schedule.xml").read_bytes()
    assert raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert computer.asked[-1][:4] == ("schtasks", "/Create", "/TN", "netguard")


def test_the_next_time_is_told_in_windows_words(order, here, computer):
    assert windows.next_look(here) is None
    computer.running = True
    assert windows.next_look(here) == "11/27/2026 9:23:00 AM"


def test_a_task_whose_file_is_gone_is_there_and_is_taken_out(order, here, computer):
    (part,) = windows.wanted(order, here)
    _install.install(windows, (part,), here)
    part.path.unlink()
    (found,) = windows.present(here)
    assert "still runs" in found.wrong
    assert windows.argv((found,)) == order.argv
    computer.task = "\0".join(computer.task)  # UTF-16, read byte by byte
    assert windows.present(here)
    assert windows.take_out(here) == ()
    assert windows.present(here) == ()
    assert not computer.running


def test_a_task_of_somebody_else_stays(order, here, computer):
    computer.running, computer.task = True, "<Task><Description>my own</Description></Task>"
    assert windows.present(here) == ()
    with pytest.raises(ScheduleError, match="was not made by netguard"):
        _install.install(windows, windows.wanted(order, here), here)
    assert windows.take_out(here) == ()
    assert computer.running
    assert not [argv for argv in computer.asked if {"/Create", "/Delete"} & set(argv)]


def test_a_path_longer_than_the_scheduler_takes_is_refused(order, here):
    with pytest.raises(ScheduleError, match="longer than the Task Scheduler takes"):
        windows.wanted(replace(order, program=("C:\\" + "x" * 260, "-m")), here)


def test_no_command_in_other_text():
    assert windows.argv(()) == ()
