"""A thousand saved scans of fifty devices: listing, comparing, saving, room. Run it: python -m tests.bench.bench_history."""

import dataclasses
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netguard.cli import _compared, _keeping, _timeline
from netguard.compare.registry import learnt
from netguard.history import backups
from netguard.history.store import History
from netguard.model import address, codec
from netguard.model.device import Identity
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Role, Severity, Stability, Status
from netguard.rules import loader
from tests import builders

SCANS = 1000
DEVICES = 50
ROUNDS = 9
ROLES = (Role.LOCK, Role.CAMERA, Role.LIGHT, Role.PHONE, Role.TV, Role.PLUG, Role.COMPUTER, Role.SENSOR, Role.PRINTER)
WORDS = [
    "device",
    "answers",
    "on",
    "this",
    "port",
    "without",
    "login",
    "so",
    "that",
    "anybody",
    "in",
    "the",
    "home",
    "network",
    "may",
    "open",
    "close",
    "read",
    "or",
    "change",
]


def device(number):
    """One of a home's devices: five ports, what was asked of it, four identities."""
    made = builders.device(number, ROLES[number % len(ROLES)], asked="1-65535", services=(80, 443, 1883, 5353, 8080))
    texts = (("mac", str(made.mac).lower()), ("name", f"thing-{number}.local"), ("tls", f"{number:064x}"))
    identities = (
        *(Identity(kind=kind, value=value, stability=Stability.PERMANENT) for kind, value in texts),
        Identity(kind="address", value=str(made.addresses[0]), stability=Stability.TEMPORARY),
    )
    return dataclasses.replace(
        made, identities=identities, hostnames=(f"thing-{number}.local",), vendor="A maker", model=f"Model {number}"
    )


def prose(chance, words):
    return " ".join(chance.choices(WORDS, k=words))


def finding(each, number, status):
    """A judgement with as many words as those of the sample report have: 5 kB of document a device."""
    chance = random.Random(f"{each.key} {number}")
    return Finding(
        fingerprint=fingerprint(f"check-{number}", each.key), check=f"check-{number}", status=status,
        severity=Severity.MEDIUM, confidence=Confidence.LIKELY, target=each.key, title=prose(chance, 6),
        why=prose(chance, 14), fix=prose(chance, 12), evidence=(f"o{number}",),
    )  # fmt: skip


def scan(number):
    """One scan of the home: now and then a device is away, a port shut, a problem solved."""
    chance = random.Random(number)
    there = [device(n) for n in range(20, 20 + DEVICES) if chance.random() > 0.03]
    observed = [
        builders.observation(100 * n + k, "http.title", prose(chance, 6), of=each, port=80)
        for n, each in enumerate(there)
        for k in range(6)
    ]
    judged = [
        finding(each, k, Status.FAIL if k < 3 and chance.random() > 0.05 else Status.PASS)
        for each in there
        for k in range(8)
    ]
    start = builders.NOW - timedelta(days=2 * SCANS) + timedelta(days=number)
    return builders.scan(
        *there, id=f"{number:06}-bench", started_at=start, finished_at=start + timedelta(minutes=9),
        observations=tuple(observed), findings=tuple(judged),
    )  # fmt: skip


def worked():
    """Seconds of work of this process and of those it waited for: what others do on the same machine is not in it."""
    return sum(
        use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def timed(work, rounds=ROUNDS):
    """Median and longest seconds of `rounds` runs, and the median of the work in them."""
    waits, works = [], []
    for _ in range(rounds):
        begun, before = time.perf_counter(), worked()
        work()
        waits.append(time.perf_counter() - begun)
        works.append(worked() - before)
    return statistics.median(waits), max(waits), statistics.median(works)


def told(what, seconds, budget=None):
    middle, longest, work = (f"{each * 1e3:.0f} ms" for each in seconds)
    print(
        f"history: {what}: {middle} (at most {longest}; work {work}" + (f"; budget {budget} ms)" if budget else ")"),
        flush=True,
    )


def save(history, made):
    placed = history.placed(made)
    history.save(made, learn=lambda known: learnt(placed, known, lambda: uuid.uuid4().hex[:12]), just_made=True)


def run(url, *arguments):
    """One command as a process of its own, start of Python included."""
    command = [sys.executable, "-m", "netguard", *arguments]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"NETGUARD_DATABASE": url})


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "netguard.db"
        url = f"sqlite:///{path}"
        print(f"history: a document has {len(codec.dumps(scan(0))) / 1e3:.0f} kB")
        with History.open(url) as history:
            save(history, scan(0))
            for number in range(1, SCANS):
                history.save(scan(number))
        print(f"history: {SCANS} scans of {DEVICES} devices take {path.stat().st_size / 1e6:.1f} MB (budget 60)")
        measure(url, path)
        measure_alone(url)
        measure_hourly(f"sqlite:///{Path(folder) / 'hourly.db'}")


def measure_alone(url):
    """What listing costs where the newest scan is alone at its place: all earlier ones of its prefix are of another router."""
    vantage = scan(0).vantage
    hop = dataclasses.replace(vantage.gateway, mac=address.mac("00:00:5e:00:53:99"))
    with History.open(url) as history:
        made = dataclasses.replace(scan(2 * SCANS), vantage=dataclasses.replace(vantage, gateway=hop))
        save(history, made)
        told("list 20, one alone at its place", timed(lambda: _timeline.told(history, None, 20)))
    told("list 20, one alone at its place, its command", timed(lambda: run(url, "history")), 500)


def measure_hourly(url):
    """What comparing costs whoever scans every hour: so many scans are six weeks then."""
    with History.open(url) as history:
        for number in range(SCANS):
            start = builders.NOW - timedelta(hours=SCANS - number)
            history.save(dataclasses.replace(scan(number), started_at=start, finished_at=start + timedelta(minutes=9)))
        rules = loader.load()
        for old, new in ((0, SCANS - 1), (SCANS - 2, SCANS - 1), (400, 700)):
            pair = (f"{old:06}-bench", f"{new:06}-bench")
            told(
                f"diff of scans {old} and {new}, one an hour",
                timed(lambda pair=pair: _compared.compared(history, rules, *pair, None, builders.NOW), 5),
                500,
            )
    told("diff, its command, one an hour", timed(lambda: run(url, "diff")), 500)


def measure(url, path):
    """Everything about the history at `url`."""
    numbers = iter(range(SCANS, 2 * SCANS))
    made = [scan(next(numbers)) for _ in range(ROUNDS)]
    with History.open(url) as history:
        told("save one more", timed(lambda: save(history, made.pop()), ROUNDS), 200)
        told("list 20", timed(lambda: _timeline.told(history, None, 20)))
        told("list all", timed(lambda: _timeline.told(history, None, 10**6), 3))
        told("list 20, its command", timed(lambda: run(url, "history")), 500)
        told("list all, its command", timed(lambda: run(url, "history", "--limit", str(SCANS)), 3))
        rules = loader.load()
        for old, new in ((0, 1), (0, SCANS - 1), (SCANS - 2, SCANS - 1), (400, 700)):
            pair = (f"{old:06}-bench", f"{new:06}-bench")
            told(
                f"diff of scans {old} and {new}",
                timed(lambda pair=pair: _compared.compared(history, rules, *pair, None, builders.NOW), 5),
                500,
            )
    told("diff, its command", timed(lambda: run(url, "diff")), 500)
    (one,) = [k.id for k in _known(url) if k.mac == address.mac("00:00:5e:00:53:14")]
    told("what happened to one device, its command", timed(lambda: run(url, "devices", one, "--history"), 3))
    told("the weekly copy", timed(lambda: backups.make(path, datetime.now(UTC)), 3))
    told("export of everything", timed(lambda: _keeping.export(url, None, str(path.parent / "all.gz")), 1))
    other = f"sqlite:///{path.parent / 'other.db'}"
    told("import of everything", timed(lambda: _keeping.take_in(other, None, str(path.parent / "all.gz")), 1))
    told(
        "prune", timed(lambda: _keeping.prune(other, None, keep_all=None, keep_weekly=None, dry_run=False, yes=True), 1)
    )


def _known(url):
    with History.open(url) as history:
        return history.known("home")


if __name__ == "__main__":
    main()
