"""Nothing of a simulated home outlives it, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.conftest import namespaces, wait_until

OPEN_AND_WAIT = """
import sys, time
from netguard.demo.running import open_home
home = open_home(prefer=sys.argv[1])
print(home.kind, *home.processes, flush=True)
time.sleep(600)
"""


def relatives(process: int) -> set[int]:
    """Every process in the same process namespace as `process`."""
    mine = Path(f"/proc/{process}/ns/pid").readlink()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "ns/pid").readlink() == mine:
                    found.add(int(entry.name))
            except OSError:  # ended meanwhile, or somebody else's
                continue
    return found


def gone(processes: set[int]) -> bool:
    """Whether none of `processes` is there any more; a zombie whose parent has not looked yet is no process."""
    for process in processes:
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in {"Z", "X"}:
            return False
    return True


@pytest.mark.parametrize("victim", ["the opener", "the started process", "the holding process"])
def test_nothing_is_left_when_a_process_of_the_home_is_killed(victim: str) -> None:
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    opener = subprocess.Popen([sys.executable, "-c", OPEN_AND_WAIT, "namespaces"], stdout=subprocess.PIPE, text=True)
    try:
        assert opener.stdout is not None
        kind, *numbers = opener.stdout.readline().split()
        if kind == "loopback":
            pytest.skip("no network namespaces on this computer")
        started, holding = map(int, numbers)
        everyone = relatives(holding) | {started, holding}
        assert len(everyone) >= 2
        os.kill(
            {"the opener": opener.pid, "the started process": started, "the holding process": holding}[victim],
            signal.SIGKILL,
        )
        wait_until(lambda: gone(everyone), f"the end of {everyone}")
    finally:
        opener.kill()
        opener.wait()
        assert opener.stdout is not None
        opener.stdout.close()
    assert subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout == links


def test_closing_a_home_ends_the_programs_on_its_laptop() -> None:
    own = namespaces()
    program = own.run_as_laptop(["sleep", "600"])
    everyone = relatives(own.processes[1])
    own.close()
    own.close()
    assert program.poll() is not None
    assert gone(everyone | set(own.processes))
