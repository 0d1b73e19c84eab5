"""What schedules are made of, read by programs of other people: systemd's own reader of units, and a validator of XML schemas.

Nothing is installed and nothing is started: `systemd-analyze verify` and `xmllint` read files in a folder of the test.
"""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from netguard.demo import daemons
from netguard.schedule import systemd, systemd_system, windows
from netguard.schedule._contract import Here, Order, every

SECONDS = 60
SCHEMA = Path(__file__).with_name("task.xsd")
STRANGE = ("two words", "50%", "a$b", "it's", 'a"b', "back\\slash", "Тест")
"""Names of folders that must come through: each would end or change a line that does not quote it."""


def program(tool):
    """The tool's path, or a skip that says how to have it."""
    found = daemons.find(tool)
    if found is None:
        pytest.skip(f"{tool} is not on this computer; python -m netguard.demo.daemons fetches it")
    return found


def verified(folder, *options):
    """The exit code of `systemd-analyze verify`, and what it says about our units (not about those of this computer)."""
    tool = program("systemd-analyze")
    done = subprocess.run(
        [tool, *options, "--man=no", "verify", *map(str, sorted(folder.glob("netguard.*")))],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=daemons.environment(tool) | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "LC_ALL": "C.UTF-8"},
        check=False,
    )
    about_us = [line for line in done.stderr.splitlines() if "netguard" in line or str(folder) in line]
    return done.returncode, about_us


@pytest.fixture
def here(tmp_path):
    """A place where nothing can be run."""

    def run(argv):
        raise AssertionError(f"nothing is run: {argv}")

    home = tmp_path / "home"
    return Here(
        home=home, config=home, data=home, user="root", uid=0, run=run, find=lambda _: None, units=tmp_path / "units"
    )  # fmt: skip


@pytest.fixture
def order():
    """An order by the interpreter of this test."""
    return Order(every=every("week"), program=(sys.executable, "-P", "-m", "netguard"), user="root")


def written(folder, parts):
    """The parts as files in `folder`, which systemd reads the same from everywhere."""
    folder.mkdir(exist_ok=True)
    for part in parts:
        (folder / part.path.name).write_bytes(part.text.encode(part.encoding))
    return folder


@pytest.mark.parametrize("battery", [False, True])
@pytest.mark.parametrize(("kind", "options"), [(systemd, ("--user",)), (systemd_system, ())])
def test_systemd_takes_the_units_without_a_word(order, here, tmp_path, kind, options, battery):
    asked = dataclasses.replace(
        order,
        not_on_battery=battery,
        depth="quick",
        interface="wlan0",
        environment=(("NETGUARD_CONFIG", "/tmp/50% of $HOME/config.toml"),),
        writes=(tmp_path, tmp_path / "two words", tmp_path / "50%"),
    )
    assert verified(written(tmp_path / "u", kind.wanted(asked, here)), *options) == (0, [])


@pytest.mark.parametrize("strange", STRANGE)
def test_a_program_in_a_folder_of_any_name_is_found(order, here, tmp_path, strange):
    """`verify` looks whether the program is there, so that a path that was read otherwise is told."""
    python = tmp_path / strange / "python"
    python.parent.mkdir()
    python.symlink_to("/bin/true")
    asked = dataclasses.replace(order, program=(str(python), "-m", "netguard"))
    for number, (kind, options) in enumerate(((systemd, ("--user",)), (systemd_system, ()))):
        assert verified(written(tmp_path / f"u{number}", kind.wanted(asked, here)), *options) == (0, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [("ExecStart=", "ExecStrat="), ("Type=oneshot", "Type=sometimes"), (sys.executable, "/no/such/program"),
     ("ProtectHome=read-only", "ProtectHome=a-little"), ("AF_PACKET", "AF_PACKAGE"), ("OnCalendar=hourly", "OnCalendar=hurly")],
)  # fmt: skip
def test_what_is_wrong_in_a_unit_is_noticed(order, here, tmp_path, old, new):
    """The reader is no rubber stamp: each of these mistakes makes it say something."""
    parts = systemd_system.wanted(order, here)
    wrong = tuple(dataclasses.replace(part, text=part.text.replace(old, new)) for part in parts)
    assert wrong != parts
    code, said = verified(written(tmp_path / "u", wrong))
    assert code != 0 or said


def test_the_timer_comes_every_hour(tmp_path):
    tool = program("systemd-analyze")
    done = subprocess.run(
        [tool, "calendar", "--iterations=3", "--base-time=2026-11-27 08:10:00", "hourly"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=daemons.environment(tool) | {"TZ": "UTC"},
        check=True,
    )
    assert re.findall(r"(\d\d:\d\d:\d\d) UTC", done.stdout)[-3:] == ["09:00:00", "10:00:00", "11:00:00"]


def test_the_sandbox_leaves_little_open(order, here, tmp_path):
    """systemd's own rating of a service, from 0 (closed) to 10: without the sandbox this one has more than 9."""
    tool = program("systemd-analyze")
    folder = written(tmp_path / "u", systemd_system.wanted(dataclasses.replace(order, user="daemon"), here))
    done = subprocess.run(
        [tool, "security", "--offline=true", "--threshold=40", str(folder / "netguard.service")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=daemons.environment(tool) | {"LC_ALL": "C"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def valid(tmp_path, text):
    """Whether `xmllint` finds the task valid, and what it says."""
    tool = program("xmllint")
    path = tmp_path / "task.xml"
    path.write_bytes(text.encode("utf-16"))
    done = subprocess.run(
        [tool, "--noout", "--nonet", "--schema", str(SCHEMA), str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=daemons.environment(tool),
        check=False,
    )
    assert "failed to compile" not in done.stderr, done.stderr
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize("battery", [False, True])
def test_the_task_is_valid(order, here, tmp_path, battery):
    asked = dataclasses.replace(
        order, not_on_battery=battery, program=(r"C:\Program Files\a & <b>\pythonw.exe", "-m", "netguard")
    )
    (part,) = windows.wanted(asked, dataclasses.replace(here, user=r"HOME\Tom & Jerry"))
    ok, said = valid(tmp_path, part.text)
    assert ok, said


@pytest.mark.parametrize(
    ("old", "new"),
    [("IgnoreNew", "IgnoreAll"), ("PT1H", "1H"), ("<Priority>7<", "<Priority>11<"), ('Context="Author"', 'Context="x"'),
     ("StartWhenAvailable", "StartWhenever"), ("T00:", "T24:"), ("<DaysInterval>1<", "<DaysInterval>0<"),
     ('version="1.3"', 'version="1.2"'), ("LeastPrivilege", "Root"), ("<UserId>root</UserId>", "<UserId></UserId>")],
)  # fmt: skip
def test_what_is_wrong_in_a_task_is_noticed(order, here, tmp_path, old, new):
    (part,) = windows.wanted(order, here)
    text = part.text.replace(old, new)
    assert text != part.text
    assert not valid(tmp_path, text)[0]


def test_nothing_was_written_where_schedules_are():
    assert not Path("/etc/systemd/system/netguard.timer").exists()
    assert not (Path(os.environ.get("HOME", "/")) / ".config/systemd/user/netguard.timer").exists()
