"""How the time of a comparison grows with the devices of a home. Run it: python tests/bench/bench_diff.py."""

import dataclasses
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from netguard.compare.diff import difference
from netguard.model import address
from netguard.model.difference import Background
from netguard.model.finding import Finding, fingerprint
from netguard.model.timeline import Entry, line, summary
from netguard.model.vocabulary import Confidence, Severity, Status
from tests import builders

SIZES = (50, 500, 1000, 2000, 5000)
ROUNDS = 5
SERIES = 8
BUDGET = 0.5
"""Seconds for 50 devices (measures of the issue)."""


def finding(check, device, mark, status):
    return Finding(
        fingerprint=fingerprint(check, device.key, mark if status is Status.FAIL else ""),
        check=check,
        status=status,
        severity=Severity.HIGH if status is Status.FAIL else Severity.INFO,
        confidence=Confidence.CONFIRMED,
        target=device.key,
        title=f"{check} on {device.name}",
        why="",
        fix="",
    )


def home(size, number=0):
    """A home of `size` devices, a tenth of them otherwise in each scan."""
    devices = []
    for n in range(size):
        at = f"10.{n // 62500}.{n // 250 % 250}.{n % 250 + 2}"
        mac = address.mac(f"00:00:5e:{n // 65536:02x}:{n // 256 % 256:02x}:{n % 256:02x}")
        services = tuple(builders.service(p, at=at) for p in (22, 80, 443, *((23,) if (n + number) % 10 == 0 else ())))
        devices.append(
            builders.device(
                key=f"mac:{str(mac).replace('-', ':').lower()}",
                name=f"camera {n}",
                addresses=(address.ip(at),),
                mac=mac,
                services=services,
                coverage=(builders.coverage("1-1024,8000-8100", at),),
            )
        )
    found = []
    for device in devices:
        is_open = any(s.port == 23 for s in device.services)
        found.append(finding("telnet-open", device, "tcp/23", Status.FAIL if is_open else Status.PASS))
        found.append(finding("ftp-open", device, "", Status.PASS))
    return builders.scan(
        *devices,
        id=f"{number:012x}",
        started_at=builders.NOW + timedelta(days=7 * number),
        findings=tuple(found),
    )


def prepared(size, series=SERIES):
    """The arguments of a comparison of two homes of `size` with a series of scans before."""
    scans = [home(size, number) for number in range(2)]
    made = [Entry(line=line(s), summary=summary(s)) for s in scans]
    earlier = tuple(
        dataclasses.replace(made[0], line=dataclasses.replace(made[0].line, id=f"{n + 100:012x}"))
        for n in range(series - 2)
    )
    return (*scans, Background(series=(*earlier, *made)), date(2027, 1, 1))


def seconds(arguments, rounds=ROUNDS):
    """Median seconds of a comparison."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        difference(*arguments)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main():
    first = None
    for size in SIZES:
        taken = seconds(prepared(size))
        first = first or taken / size
        print(f"diff: {size} devices in {taken * 1e3:.0f} ms, {taken / size / first:.2f} × per device of the smallest")
    print(
        f"diff: 50 devices after 150 scans in {seconds(prepared(50, 150)) * 1e3:.0f} ms (budget {BUDGET * 1e3:.0f} ms)"
    )


if __name__ == "__main__":
    main()
