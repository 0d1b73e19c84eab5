"""A quick scan of 40 hosts, a third of which drop everything: seconds per stage, and for identifying alone.

As in every week but the first: a history is there. `scan` is from the first packet to the grade, `all` is what a person
waits for, from Python's start to the written report.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOSTS = 40
RUNS = 3
WANTED_SECONDS, WANTED_IDENTIFY = 4.0, 0.3
ROOT = Path(__file__).resolve().parents[2]


def home():
    """The demo home and plainer devices up to `HOSTS`, the laptop not counted; every third of all drops what it is sent."""
    from netguard.demo import catalogue
    from netguard.demo.homes import Announcement, Device, Server

    base = len(catalogue.demo_home().everyone) - 1
    extra = []
    for number in range(HOSTS - base):
        mac = f"00:17:88:40:00:{number:02x}" if number % 2 else f"b0:e4:d5:40:00:{number:02x}"
        quiet = len(extra) % 5 < 2
        extra.append(
            Device(
                name=f"host-{number}",
                what="Something",
                mac=mac,
                host=120 + number,
                hostname=f"host-{number}",
                silent=quiet,
                servers=() if quiet else (Server(kind="mdns", port=5353, transport="udp"),),
                announces=()
                if quiet
                else (Announcement(instance=f"Thing {number}", type="_http._tcp", port=80, txt=("path=/",)),),
            )
        )
    return catalogue.build_home(extra=extra)


def scan(interface: str, prefix: str, database: str) -> None:
    """One scan in a fresh process, as a person starts it; prints its figures as JSON."""
    began = time.perf_counter()
    from netguard import pipeline, rounds
    from netguard.cli import _progress, _run
    from netguard.task import Event

    last: dict[str, float] = {}
    identifying: list[float] = []
    real = rounds.Rounds.devices

    def timed(self, *, said=False):
        start = time.thread_time()
        try:
            return real(self, said=said)
        finally:
            identifying.append(time.thread_time() - start)

    rounds.Rounds.devices = timed

    scanning = pipeline.scan

    def scanned(*given, **named):
        start = time.perf_counter()
        try:
            return scanning(*given, **named)
        finally:
            last["scan"] = time.perf_counter() - start

    pipeline.scan = scanned

    @contextmanager
    def measured(*, quiet: bool) -> Iterator[Callable[[Event], None]]:
        yield lambda event: last.update({event.stage: event.seconds})

    _progress.shown = measured
    with tempfile.TemporaryDirectory() as folder:
        asked = _run.Request(
            targets=(prefix,),
            interface=interface,
            depth="quick",
            my_network=True,
            html_file=f"{folder}/report.html",
            json_file=f"{folder}/scan.json",
            database=database,
            quiet=True,
        )
        _run.run(asked)
        document = json.loads(Path(f"{folder}/scan.json").read_text())
    total = time.perf_counter() - began
    found = len(document["devices"])
    print("\n" + json.dumps(last | {"identify": sum(identifying), "all": total, "found": found}))


def main() -> None:
    """Build the home once, scan it `RUNS` times, print the median."""
    from netguard.demo.running import open_home
    from netguard.history.store import History

    results = []
    with tempfile.TemporaryDirectory() as folder, open_home(home()) as opened:
        database = f"sqlite:///{folder}/history.sqlite"
        History.open(database).close()
        silent = sum(d.silent for d in opened.home.devices)
        print(f"home: {opened.kind}, {len(opened.home.everyone) - 1} hosts, {silent} of them silent")
        for _ in range(RUNS):
            argv = [
                sys.executable,
                "-m",
                "tests.bench.bench_quick",
                opened.laptop_interface,
                str(opened.prefix),
                database,
            ]
            process = opened.run_as_laptop(
                argv, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, stdout=subprocess.PIPE
            )
            results.append(json.loads(process.communicate()[0].decode().strip().splitlines()[-1]))
    for name in results[0]:
        values = sorted(result[name] for result in results)
        print(f"{name:<14}{values[len(values) // 2]:>8.2f}   ({values[0]:.2f} to {values[-1]:.2f})")
    scanning, identifying = (sorted(r[n] for r in results)[RUNS // 2] for n in ("scan", "identify"))
    print(
        f"wanted: scan at most {WANTED_SECONDS} s: {'yes' if scanning <= WANTED_SECONDS else 'NO'}; "
        f"identify at most {WANTED_IDENTIFY} s: {'yes' if identifying <= WANTED_IDENTIFY else 'NO'}"
    )


if __name__ == "__main__":
    scan(*sys.argv[1:]) if len(sys.argv) > 1 else main()
