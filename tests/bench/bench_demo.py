"""The demo home at depth standard: time and peak memory per stage, measured inside the scanning process."""

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
ROOT = Path(__file__).resolve().parents[2]


def peak_mib() -> float:
    """Peak memory of this process so far; ru_maxrss is KiB on Linux and bytes on macOS (getrusage(2))."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def scan(interface: str, prefix: str) -> None:
    """The scan itself, in the laptop, with stages timed where the progress line would be drawn."""
    from netguard.cli import _progress, _run
    from netguard.pipeline import Event

    last: dict[str, tuple[float, float]] = {}

    @contextmanager
    def measured(*, quiet: bool) -> Iterator[Callable[[Event], None]]:
        yield lambda event: last.update({event.stage: (event.seconds, peak_mib())})

    _progress.shown = measured
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
