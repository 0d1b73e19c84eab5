"""How fast a device is asked: as its canaries answer, as it answered last time, and what drops everything at once."""

from dataclasses import replace

from netguard.model.vocabulary import PortState
from netguard.net import limits
from netguard.net.pacing import GENTLE
from tests.unit.net.test_sweep import FAST, LOCK, TV, engine_in, hurry, run, states
from tests.unit.net.world import CLOSED, OPEN, SILENT

__all__ = ["engine_in", "hurry"]


def test_it_grows_only_as_fast_as_its_canaries_answer(engine_in):
    world, engine = engine_in({LOCK: lambda *_: CLOSED})
    run(engine, range(1, 2000), GENTLE, seconds=0.5)
    # 20 ports at a hundred a second, 40 at two hundred, 80 at four hundred ...: half a second has room for a hundred.
    assert 60 <= len(world.order) <= 130


def test_the_next_sweep_of_a_device_begins_where_the_last_one_ended(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "CANARY_FIRST", 5)
    world, engine = engine_in({LOCK: lambda *_: CLOSED, TV: lambda *_: SILENT})
    run(engine, range(1, 60), GENTLE)
    before = len(world.order)
    run(engine, range(60, 1000), GENTLE, seconds=0.2)
    # 100, 200, 400, 800 a second after 5, 15 and 35 ports.
    assert len(world.order) - before > 60
    run(engine, range(1, 20), GENTLE, address=TV)
    world.at_start.clear()
    run(engine, range(20, 60), replace(GENTLE, careful=128), address=TV)
    assert max(world.at_start) > 20, "a device that is known to drop everything is not waited for port by port again"


def test_one_late_answer_and_all_that_seemed_silent_is_asked_again(engine_in):
    _, engine = engine_in({LOCK: lambda port, before: SILENT if before < 20 else OPEN if port == 3 else CLOSED})
    swept = run(engine, range(1, 41), replace(FAST, careful=128))
    assert states(swept, PortState.OPEN) == {3}
    assert states(swept, PortState.CLOSED) == set(range(1, 41)) - {3}


def test_a_port_that_is_dropped_keeps_the_next_one_waiting_only_briefly(engine_in):
    world, engine = engine_in({LOCK: lambda port, _: SILENT if port > 5 else CLOSED})
    run(engine, range(1, 41), replace(FAST, careful=128))
    assert max(world.at_start) > 1
