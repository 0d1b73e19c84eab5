"""A router that forwards 50 ports: netguard's whole audit of it against `upnpc -l`, alternating, discovery included.

The router is the real miniupnpd. netguard's time is from the first packet to the last, and upnpc's, which starts at once,
that of its process; netguard's start is shown beside.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

MAPPINGS, RUNS = 50, 5
WANTED_SECONDS, WANTED_TIMES = 1.5, 2.0
ROOT = Path(__file__).resolve().parents[2]


def home():
    """A router with its mappings, and the laptop."""
    from dataclasses import replace

    from netguard.demo import catalogue
    from netguard.demo.homes import Forward, Home

    router = catalogue.router()
    forwards = tuple(Forward(port=20_000 + n, host=30 + n, to=443, description=f"door {n}") for n in range(MAPPINGS))
    assert router.upnp is not None
    plain = replace(
        router,
        daemons=("miniupnpd",),
        servers=tuple(s for s in router.servers if s.stands_in_for == "miniupnpd"),
        upnp=replace(router.upnp, forwards=forwards),
    )
    return Home(prefix="10.48.0.0/24", router=plain, laptop=catalogue.laptop())


def main() -> None:
    """Build the home once, ask both in turn, print the medians."""
    from netguard.demo.running import open_home
    from tests.lab import auditing

    ours, theirs, starts = [], [], []
    with open_home(home()) as opened:
        if "miniupnpd" not in opened.daemons:
            sys.exit(f"needs the real miniupnpd: {opened.missing.get('miniupnpd')}")
        at = opened.home.address(opened.home.router)
        for _ in range(RUNS):
            began = time.monotonic()
            said = auditing.upnpc(opened, "-l")
            theirs.append(time.monotonic() - began)
            began = time.monotonic()
            process = opened.run_as_laptop(
                [sys.executable, "-c", auditing.AUDIT, opened.laptop_interface, at],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
            found = auditing.parsed(process.communicate()[0])
            starts.append(time.monotonic() - began - found["seconds"])
            ours.append(found["seconds"])
            assert auditing.rows(found) == auditing.listed(said), "the two do not say the same"
            assert len(auditing.rows(found)) == MAPPINGS
        searching, counts = found["searching"], found["counts"]
    for name, values in (("netguard", ours), ("upnpc -l", theirs), ("its start", starts)):
        print(f"{name:<10}{statistics.median(values):>8.2f} s   ({min(values):.2f} to {max(values):.2f})")
    print(f"of which searching {searching:.2f} s; sent: {counts}")
    own, times = statistics.median(ours), statistics.median(ours) / statistics.median(theirs)
    print(
        f"wanted: at most {WANTED_SECONDS} s: {'yes' if own <= WANTED_SECONDS else 'NO'}; "
        f"at most {WANTED_TIMES:.0f} times upnpc: {times:.2f}: {'yes' if times <= WANTED_TIMES else 'NO'}"
    )


if __name__ == "__main__":
    main()
