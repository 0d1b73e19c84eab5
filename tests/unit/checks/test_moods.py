"""The table of checks and moods: every check that judges a service, over a real probe and its fake in each mood.

Each cell of `moods_table.py` is a look over loopback: what was learnt becomes a scan of one device, and the check judges
that. The fakes listen on any free port; what is learnt of it is written down under the row's own port, where the check
looks for it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from netguard import registry
from netguard.model import address
from netguard.model.device import Coverage, Device, Service
from netguard.model.observation import Fact
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Depth, Transport
from netguard.notebook import Notebook
from netguard.probe._contract import Ask, Target
from netguard.rules import loader
from tests import builders
from tests.servers import LOOPBACK, loopback_network
from tests.unit.checks.moods_table import FAIL, JUDGE_NO_SERVICE, MOODS, PASS, TABLE, UNKNOWN, Row
from tests.unit.probe import moods
from tests.unit.probe.moods import HOSTILE, Mood

RULES = loader.load()
CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")
ADDRESS = address.ip("192.0.2.20")
LOOKS_AT_ONCE = 16


def played(row: Row, mood: str) -> Mood | None:
    """What the fake does in this mood; None is a closed port."""
    if mood == "closed":
        return None
    if mood in row.moods:
        return row.moods[mood]
    if mood in HOSTILE:
        return HOSTILE[mood]
    made: Mood = getattr(moods.fake(row.probes[-1]), {"right": "RIGHT", "refusing": "REFUSING"}[mood])
    return made


def moved(row: Row, port: int) -> Callable[[Any], Any]:
    """What was learnt of the fake's port, as if it had been learnt of the row's port of the device."""

    def move(what: Service | Coverage | Fact) -> Service | Coverage | Fact:
        if isinstance(what, Fact):
            return replace(what, port=row.port if what.port == port else what.port)
        if isinstance(what, Coverage):
            ports = builders.ALL_TCP if row.transport is Transport.TCP else str(row.port)
            return replace(what, address=ADDRESS, ports=ports)
        return replace(what, address=ADDRESS, port=row.port, expected=row.expected)

    return move


@contextmanager
def looking(row: Row, mood: str) -> Iterator[tuple[Notebook, int, Any]]:
    """A notebook, the fake's port and a net, while the fake plays its mood."""
    with loopback_network() as network, moods.playing(played(row, mood), row.transport) as port:
        yield Notebook(), port, network.net("test")


def seen(row: Row, mood: str) -> Scan:
    """The scan of one device, of which one port was looked at as the pipeline does it."""
    with looking(row, mood) as (book, port, net):
        move = moved(row, port)

        def look(name: str, target: Target) -> None:
            with book.attempt(f"probe.{name}", f"{ADDRESS} {row.transport}/{row.port}"):
                for what in registry.load("netguard.probe", name).probe(target, net):
                    book.learnt(name, ADDRESS, move(what))

        def known() -> Device:
            given = {"coverage": book.coverage, "addresses": (ADDRESS,)} | row.device
            return builders.device(20, row.role, services=book.services, **given)

        if row.transport is Transport.TCP:
            look("ports", Target(address=LOOPBACK, ports=(port,)))
        for name in row.probes:
            ask = Ask(depth=Depth.DEEP, round="deep", rules=RULES, facts=book.facts_about((ADDRESS,)))
            for target in registry.load("netguard.probe", name).wants(known(), ask):
                if target.port == row.port:
                    look(name, replace(target, address=LOOPBACK, port=port))
        device = known()
    now = datetime.now(UTC)
    return builders.scan(
        device, observations=book.observations([device]), attempts=book.attempts, started_at=now, finished_at=now
    )


@pytest.fixture(scope="module")
def looks():
    """Every cell's look by the row's number and the mood, all beside each other, since most of it is waiting."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        for name, usual in {(row.probes[-1], row.usual) for row in TABLE if row.usual}:
            # Whatever port the fake has, it stands for a usual one.
            patch.setattr(registry.load("netguard.probe", name), usual, frozenset(range(1, 65536)))
        return {(row, mood): pool.submit(seen, TABLE[row], mood) for row in range(len(TABLE)) for mood in MOODS}


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("number", range(len(TABLE)), ids=lambda n: f"{TABLE[n].check}-{TABLE[n].probes[-1]}")
def test_what_is_seen_in_each_mood_is_judged_as_the_table_says(number, mood, looks):
    row, scan = TABLE[number], looks[number, mood].result()
    findings = list(CHECKS[row.check].judge(scan, RULES, Past()))
    status, *how = row.cells[mood]
    assert [f.status for f in findings] == [status], findings
    if how:
        severity, confidence = (*how, Confidence.CONFIRMED)[:2]
        assert (findings[0].severity, findings[0].confidence) == (severity, confidence)
    if status is UNKNOWN:
        reasons = [a.reason for a in scan.attempts if a.reason]
        assert "because" in findings[0].title
        assert not reasons or any(reason in findings[0].title for reason in reasons), "the probe's own reason is told"
    if status is FAIL and any(f.port == row.port for f in scan.observations):
        assert findings[0].evidence


def test_no_cell_of_the_table_is_missing():
    for row in TABLE:
        assert tuple(row.cells) == MOODS, row.check
        for mood, (status, *how) in row.cells.items():
            assert bool(how) == (status is FAIL), (row.check, mood)


def test_every_check_has_a_row_or_a_reason_why_not():
    rows = {row.check for row in TABLE}
    assert not rows & JUDGE_NO_SERVICE.keys()
    assert rows | JUDGE_NO_SERVICE.keys() == CHECKS.keys()
    assert all(JUDGE_NO_SERVICE.values())


def test_a_service_that_is_open_to_anybody_never_passes_and_a_closed_port_never_fails():
    assert {row.check for row in TABLE if row.cells["right"][0] is FAIL} == {row.check for row in TABLE}
    for row in TABLE:
        assert row.cells["right"][0] is not PASS, row.check
        assert row.cells["closed"][0] is not FAIL, row.check
        assert row.cells["garbage"][0] is not PASS, row.check
        assert row.cells["silent"][0] is not PASS, row.check
