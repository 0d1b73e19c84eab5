"""The demo home at depth standard: time and peak memory per stage, measured inside the scanning process.

Printed beside: when everything was done but the 65,535 ports of gently treated devices, and how long these took further.
They are asked at most 2,000 a second each (DESIGN, manners), so that share is a promise and not a slowness.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WANTED_MIB = 150
WANTED_SECONDS = 25.0
"""Without the ports of gently treated devices."""
DRAINS = 10_000
"""More ports than any list has: all of them are asked."""
ROOT = Path(__file__).resolve().parents[2]


def peak_mib() -> float:
    """Peak memory of this process so far; ru_maxrss is KiB on Linux and bytes on macOS (getrusage(2))."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def scan(interface: str, prefix: str) -> None:
    """The scan itself, in the laptop, with stages timed where the progress line would be drawn."""
    from netguard import rounds
    from netguard.cli import _progress, _run
    from netguard.net import pacing
    from netguard.net.sweep import SweepEngine
    from netguard.pipeline import Event

    last: dict[str, tuple[float, float]] = {}

    @contextmanager
    def measured(*, quiet: bool) -> Iterator[Callable[[Event], None]]:
        yield lambda event: last.update({event.stage: (event.seconds, peak_mib())})

    _progress.shown = measured
    ends: dict[str, float] = {}
    drained: set[str] = set()
    probing, asking = rounds.Rounds._probe_device, SweepEngine.sweep

    def timed(self, device, kind):
        try:
            probing(self, device, kind)
        finally:
            ends[str(device.addresses[0])] = time.perf_counter() - began

    def asked(self, addresses, ports, pace, **given):
        if len(ports) > DRAINS and pace is pacing.GENTLE:
            drained.update(map(str, addresses))
        return asking(self, addresses, ports, pace, **given)

    rounds.Rounds._probe_device, SweepEngine.sweep = timed, asked
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        _run.run(
            _run.Request(
                targets=(prefix,),
                interface=interface,
                my_network=True,
                no_html=True,
                json_file=f"{folder}/scan.json",
                database=f"sqlite:///{folder}/history.sqlite",
                quiet=True,
            )
        )
        total = time.perf_counter() - began
    print(f"\n{'stage':<14}{'seconds':>9}{'peak MiB':>10}")
    for stage, (seconds, peak) in last.items():
        print(f"{stage:<14}{seconds:>9.2f}{peak:>10.1f}")
    without = max(seconds for at, seconds in ends.items() if at not in drained)
    share = max((ends[at] - without for at in drained), default=0.0)
    good = "yes" if without <= WANTED_SECONDS else "NO"
    print(f"{'all but gentle ports':<21}{without:>9.2f}   wanted at most {WANTED_SECONDS} s: {good}")
    print(f"{'gentle ports, further':<21}{share:>9.2f}   of {len(drained)} locks and hubs, at most 2,000 a second each")
    verdict = "yes" if peak_mib() <= WANTED_MIB else "NO"
    print(f"{'all':<14}{total:>9.2f}{peak_mib():>10.1f}   wanted at most {WANTED_MIB} MiB: {verdict}")


def main() -> None:
    from netguard.demo.running import open_home

    with open_home() as home:
        print(
            f"home: {home.kind}, {len(home.home.devices)} devices, daemons: {', '.join(sorted(home.daemons)) or 'none'}"
        )
        argv = [sys.executable, "-m", "tests.bench.bench_demo", home.laptop_interface, str(home.prefix)]
        process = home.run_as_laptop(argv, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, stdout=subprocess.PIPE)
        print(process.communicate()[0].decode().split("\n\n")[-1].rstrip())


if __name__ == "__main__":
    scan(*sys.argv[1:]) if len(sys.argv) > 1 else main()
