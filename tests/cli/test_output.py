"""Standard output that is closed, full, or not read to its end: no traceback, and no exit code that is a result."""

import subprocess
import sys
from pathlib import Path

import pytest

from netguard import exitcodes
from netguard.history.store import History
from tests import builders

FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, which is Linux's")


@pytest.fixture
def shell(tmp_path, empty_history):
    """Runs a line of the shell in which `netguard` is the command."""
    database = f"sqlite:///{tmp_path}/h.sqlite"
    root = Path(__file__).resolve().parents[2]
    with History.open(database) as history:
        history.save(builders.scan(builders.device()))

    def run(line):
        return subprocess.run(
            ["bash", "-c", f'netguard() {{ "{sys.executable}" -m netguard "$@"; }}; {line}'],
            capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), "NETGUARD_DATABASE": database, "HOME": str(tmp_path)},
        )  # fmt: skip

    return run


COMMANDS = ["schema", "history", "report latest --format json -o -", "history --json -", "--help", "diff --help"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_and_no_result(shell, command):
    done = shell(f"netguard {command} >/dev/full")
    assert done.returncode == exitcodes.NOTHING_LOOKED_AT
    assert [line for line in done.stderr.splitlines() if "last scan" not in line] == [
        "netguard: the output could not be written (No space left on device); what was said is not all there was"
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_is_closed_is_wanted_by_nobody(shell, command):
    done = shell(f"netguard {command} >&-")
    assert (done.returncode, done.stdout) == (exitcodes.DONE, "")
    assert "Traceback" not in done.stderr


def test_whatever_is_closed_there_is_no_traceback(shell):
    assert shell("netguard history >&- 2>&- <&-").returncode == exitcodes.DONE
    assert shell("netguard scan <&- >&- -i no-such-interface").returncode == exitcodes.USAGE
    assert shell("netguard report no-such-file.json 2>&-").returncode == exitcodes.NOTHING_LOOKED_AT


def test_messages_that_nobody_takes_change_no_exit_code(shell):
    assert shell("netguard report no-such-file.json 2>/dev/full").returncode == exitcodes.NOTHING_LOOKED_AT
    assert shell("netguard report --no-such-option 2>/dev/full").returncode == exitcodes.USAGE
    assert shell("netguard schema >/dev/full 2>/dev/full").returncode == exitcodes.NOTHING_LOOKED_AT


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_had_enough_ends_it_quietly(shell, command):
    # The reader is gone before anything is written: the pipe's other end is closed by then for certain.
    done = shell(f"mkfifo pipe; exec 3<>pipe 4>pipe 3<&-; netguard {command} >&4")
    assert (done.returncode, done.stdout) == (exitcodes.DONE, "")
    assert [line for line in done.stderr.splitlines() if "last scan" not in line] == []
