"""`netguard` on a terminal: the first time it asks, scans and offers the report; afterwards it shows the last result."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.lab.terminal import PATIENCE_SECONDS, ROOT, Terminal


def test_the_first_time_it_asks_scans_and_afterwards_shows_the_result(home, tmp_path):
    first = Terminal(home, tmp_path)
    first.wait_for(r"Is this network yours\? \[y/N\]")
    assert "Only look at networks that are yours" in first.said
    first.type("y\n")
    first.wait_for(r"What shall it be called \[home\]")
    first.type("my flat\n")
    first.wait_for(r"Which lock have you\?.*:")
    first.type("zzz\n")
    first.wait_for(r"0  another one.*Which one\?.*:")
    first.type("0\n")
    first.wait_for(r"How is it connected\?.*:")
    first.type("5\n")
    first.wait_for(r"What do you call it \[zzz\]")
    first.type("Garden gate\n")
    first.wait_for(r"Which other lock have you\?.*:")
    first.type("\n")
    first.wait_for(r"Take one out\?.*:")
    assert "Garden gate: a lock that no record knows, by Zigbee" in first.said
    first.type("\n")
    first.wait_for(r"Open the report in your browser\? \[Y/n\]")
    first.type("n\n")
    assert first.end() == 0
    for stage in ("Who is here", "What they are", "What they offer", "Whether that is all right"):
        assert stage in first.said, "a progress line per stage"
    (report,) = re.findall(r"Report: (\S+\.html)", first.said)
    page = Path(report).read_text()
    assert "telnet" in page
    assert "Garden gate" in page
    assert "It has no IP address of its own (Zigbee)" in page
    assert first.said.count("Is this network yours?") == 1, "the scan does not ask again"

    then = Terminal(home, tmp_path)
    assert then.end() == 0
    assert "Last scan of my flat: today" in then.said
    assert "Do next: Close what" in then.said


def test_setup_asks_everything_keeps_it_and_may_be_run_again(home, tmp_path):
    first = Terminal(home, tmp_path, "setup")
    first.wait_for(r"Is this network yours\?")
    first.type("y\n")
    first.wait_for(r"What shall it be called")
    first.type("\n")
    first.wait_for(r"Which lock have you\?.*:")
    first.type("nuki bridge\n")
    first.wait_for(r"1  Nuki Bridge.*Which one\?.*:")
    first.type("1\n")
    first.wait_for(r"What do you call it \[Nuki Bridge\]")
    first.type("Front door\n")
    first.wait_for(r"Which other lock have you\?.*:")
    first.type("\n")
    first.wait_for(r"Which router have you\?.*:")
    first.type("fritz\n")
    first.wait_for(r"Which one\?.*:")
    first.type("1\n")
    first.wait_for(r"Where shall reports go \[.*\]:")
    first.type(f"{tmp_path}/reports\n")
    first.wait_for(r"reports = .*Write that\? \[Y/n\]")
    first.type("\n")
    first.wait_for(r"1  Front door: Nuki Bridge.*Take one out\?.*:")
    first.type("\n")
    assert first.end() == 0
    assert f'reports = "{tmp_path}/reports"' in next(tmp_path.rglob("config.toml")).read_text()

    again = Terminal(home, tmp_path, "setup")
    again.wait_for(r"You have told netguard of:\s+Front door: Nuki Bridge.*Which lock have you\?.*:")
    assert "Is this network yours?" not in again.said
    again.type("\n")
    again.wait_for(r"only Enter: it is FRITZ!.*:")
    again.type("\n")
    again.wait_for(r"Where shall reports go \[.*/reports\]:")
    again.type("\n")
    again.wait_for(r"Take one out\?.*:")
    again.type("7\n")
    again.wait_for(r"Type a number from 1 to 2.*Take one out\?.*:")
    again.type("1\n")
    again.wait_for(r"1  FRITZ!.*Take one out\?[^:]*:[^:]*:")
    again.type("\n")
    assert again.end() == 0
    assert again.said.rstrip().splitlines()[-2].strip() == "Declared:", "the lock is out, the router stays"
    assert "FRITZ!" in again.said.rstrip().splitlines()[-1]


def test_the_first_time_the_question_about_locks_may_be_skipped(home, tmp_path):
    terminal = Terminal(home, tmp_path, "setup", "--only-locks")
    terminal.wait_for(r"Is this network yours\?")
    terminal.type("y\n")
    terminal.wait_for(r"What shall it be called")
    terminal.type("\n")
    terminal.wait_for(r"Which lock have you\?.*:")
    terminal.type("\n")
    assert terminal.end() == 0
    assert "Which router" not in terminal.said
    assert "Take one out" not in terminal.said
    assert "eclared" not in terminal.said


def test_the_first_time_who_says_that_the_network_is_not_theirs_sends_nothing(home, tmp_path):
    terminal = Terminal(home, tmp_path)
    terminal.wait_for(r"Is this network yours\?")
    terminal.type("n\n")
    assert terminal.end() == 3
    assert "nothing was sent" in terminal.said
    assert "Which lock" not in terminal.said
    assert "Who is here" not in terminal.said


def test_who_says_that_the_network_is_not_theirs_sends_nothing(home, tmp_path):
    terminal = Terminal(home, tmp_path, "scan")
    terminal.wait_for(r"Is this network yours\?")
    terminal.type("n\n")
    assert terminal.end() == 3
    assert "nothing was sent" in terminal.said


def test_no_colour_and_no_progress_where_nobody_watches(home, tmp_path):
    process = home.run_as_laptop(
        [sys.executable, "-m", "netguard", "scan", "--my-network", "--depth", "discover", "--no-html"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert "\x1b" not in out + errors
    assert "Who is here" not in errors
