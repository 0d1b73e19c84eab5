"""The port engine's manners, shown to it by devices that are functions."""

import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.model.vocabulary import PortState
from netguard.net import limits, sweep
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import RefusedByUs
from netguard.net.guard import Guard
from netguard.net.pacing import GENTLE, LOOKING_AROUND, STURDY, Job
from netguard.net.sweep import SweepEngine
from netguard.net.transcript import Transcript
from tests.servers import LOOPBACK, free_port, loopback_network
from tests.unit.net.world import CLOSED, OPEN, SILENT, World

LOCK, TV = IPAddress("192.0.2.20"), IPAddress("192.0.2.30")
FAST = replace(GENTLE, start_rate=5000.0, most_rate=5000.0, careful=0)


CONNECTING = {"CONNECT_SECONDS": 0.08, "CONNECT_SECONDS_LEAST": 0.04}
OVERDUE = {"OVERDUE_SECONDS": 0.01, "OVERDUE_SECONDS_LEAST": 0.005}


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Silence is known sooner than it is on a real network."""
    for name, seconds in {"SILENT_SECONDS": 0.03, "SILENT_PATIENCE": 0.05, **CONNECTING, **OVERDUE}.items():
        monkeypatch.setattr(limits, name, seconds)
    monkeypatch.setattr(limits, "ALL_CONNECTIONS_PER_SECOND", 50000.0)


@pytest.fixture
def engine_in(monkeypatch):
    """The engine in a world of devices, by address."""
    made = []

    def make(devices, **given):
        world = World({str(address): device for address, device in devices.items()}, **given)
        monkeypatch.setattr(sweep, "socket", world)
        made.append(SweepEngine(Guard([IPNetwork("192.0.2.0/24")]), Transcript()))
        return world, made[-1]

    yield make
    for engine in made:
        engine.close()


def run(engine, ports, pace=FAST, address=LOCK, seconds=20.0, cancel=None):
    cancel = Cancel() if cancel is None else cancel
    return engine.sweep([address], tuple(ports), pace, cancel=cancel, deadline=Deadline(seconds), why="test")


def states(swept, state):
    return {port for (_, port), was in swept.states.items() if was is state}


def test_open_closed_and_silent_are_told_apart(engine_in):
    _, engine = engine_in({LOCK: lambda port, _: {1: OPEN, 2: SILENT}.get(port, CLOSED)})
    swept = run(engine, range(1, 6))
    assert swept.states == {
        (LOCK, 1): PortState.OPEN,
        (LOCK, 2): PortState.FILTERED,
        (LOCK, 3): PortState.CLOSED,
        (LOCK, 4): PortState.CLOSED,
        (LOCK, 5): PortState.CLOSED,
    }
    assert (swept.stopped, swept.gone) == (None, False)


def test_the_first_ports_of_a_gentle_device_never_meet_each_other(engine_in, monkeypatch):
    # However slow this machine is now: an answer that is there is not overdue.
    monkeypatch.setattr(limits, "OVERDUE_SECONDS", 10.0)
    monkeypatch.setattr(limits, "OVERDUE_SECONDS_LEAST", 10.0)
    world, engine = engine_in({LOCK: lambda port, _: OPEN if port % 2 else CLOSED})
    run(engine, range(1, 401), replace(FAST, careful=GENTLE.careful))
    assert GENTLE.careful == 128
    assert set(world.at_start[:128]) == {1}


def test_no_more_are_under_way_than_the_window_allows(engine_in):
    world, engine = engine_in({LOCK: lambda port, _: CLOSED if port % 3 else SILENT})
    run(engine, range(1, 200), replace(FAST, in_flight=8))
    assert 1 < world.most_in_flight[str(LOCK)] <= 8


def test_no_more_are_under_way_than_this_computer_can_hold(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "ALL_IN_FLIGHT", 10)
    world, engine = engine_in({IPAddress(f"192.0.2.{n}"): lambda port, _: SILENT for n in range(1, 31)})
    hosts = [IPAddress(f"192.0.2.{n}") for n in range(1, 31)]
    swept = engine.sweep(
        hosts, (80, 443), replace(LOOKING_AROUND, start_rate=5000.0), cancel=Cancel(), deadline=Deadline(20), why="test"
    )
    assert max(world.at_start) == 10
    assert len(swept.states) == 60


def test_the_few_silent_ports_of_a_device_that_answers_are_asked_three_times(engine_in):
    world, engine = engine_in({LOCK: lambda port, _: SILENT if port == 7 else CLOSED})
    swept = run(engine, range(1, 20))
    assert states(swept, PortState.FILTERED) == {7}
    assert world.asked[str(LOCK), 7] == 3
    assert world.asked[str(LOCK), 8] == 1


def test_of_many_silent_ports_the_rest_is_asked_twice(engine_in):
    world, engine = engine_in({LOCK: lambda port, _: SILENT if port > 50 else CLOSED})
    many = limits.THIRD_ASKED + 9
    swept = run(engine, range(1, 51 + many))
    assert states(swept, PortState.FILTERED) == set(range(51, 51 + many))
    asked = [world.asked[str(LOCK), port] for port in range(51, 51 + many)]
    assert sorted(asked) == [2] * 9 + [3] * limits.THIRD_ASKED


@pytest.mark.parametrize("lost", [1, 2])
def test_lost_packets_hide_no_port(engine_in, lost):
    world, engine = engine_in(
        {LOCK: lambda port, _: SILENT if port == 7 and world.asked[str(LOCK), 7] <= lost else OPEN}
    )
    assert states(run(engine, range(1, 20)), PortState.OPEN) == set(range(1, 20))


def test_a_device_that_drops_everything_is_asked_faster_and_mostly_once(engine_in):
    world, engine = engine_in({LOCK: lambda *_: SILENT})
    swept = run(engine, range(1, 301), replace(FAST, careful=128))
    assert len(states(swept, PortState.FILTERED)) == 300
    assert world.at_start[: limits.SILENT_AFTER - 1] == list(range(1, limits.SILENT_AFTER)), (
        "one more each time one is overdue"
    )
    assert 32 < world.most_in_flight[str(LOCK)] <= limits.SILENT_IN_FLIGHT
    assert len(world.order) < 300 + limits.SILENT_AFTER
    assert not swept.gone


def test_a_device_that_stops_answering_is_left_alone_and_its_silence_is_not_a_result(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "CANARY_EVERY", 50)
    world, engine = engine_in({LOCK: lambda _, before: CLOSED if before < 200 else SILENT})
    swept = run(engine, range(1, 20001))
    assert swept.gone
    assert swept.stopped == "it stopped answering, so it was left alone"
    assert states(swept, PortState.FILTERED) == set()
    assert 100 < len(states(swept, PortState.CLOSED)) <= 200
    assert len(world.order) < 2000


def test_a_device_that_dies_at_the_end_of_a_short_sweep_is_noticed_too(engine_in):
    _, engine = engine_in({LOCK: lambda port, _: CLOSED if port < 30 else SILENT})
    honest = run(engine, range(1, 41))
    assert states(honest, PortState.FILTERED) == set(range(30, 41))
    assert not honest.gone
    _, engine = engine_in({LOCK: lambda _, before: CLOSED if before < 30 else SILENT})
    dead = run(engine, range(1, 41))
    assert dead.gone
    assert states(dead, PortState.FILTERED) == set()


def test_what_went_unanswered_in_our_haste_is_asked_again(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "CANARY_EVERY", 40)
    _, engine = engine_in({LOCK: lambda _, before: SILENT if 100 <= before < 145 else CLOSED})
    swept = run(engine, range(1, 301))
    assert states(swept, PortState.CLOSED) == set(range(1, 301))
    assert swept.stopped is None


def test_the_canary_is_a_closed_port_so_that_no_connection_is_made_for_it(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "CANARY_EVERY", 20)
    world, engine = engine_in({LOCK: lambda port, _: CLOSED if port == 5 else OPEN})
    run(engine, range(1, 201))
    assert {port for (_, port), times in world.asked.items() if times > 1} == {5}
    world, engine = engine_in({LOCK: lambda *_: OPEN})
    run(engine, range(1, 201))
    assert set(world.asked.values()) == {1}


def make_job(pace=GENTLE):
    return Job(iter([(LOCK, port) for port in range(1, 10)]), pace, Cancel(), Deadline(60), "test")


def test_speed_grows_only_while_the_canary_answers_and_falls_when_it_does_not():
    job = make_job()
    assert job.bucket.rate == limits.GENTLE_START_PER_SECOND
    for _ in range(20):
        job.canary_answered()
    assert job.bucket.rate == limits.GENTLE_MOST_PER_SECOND
    job.canary_missed()
    assert (job.bucket.rate, job.window) == (500.0, 16)
    assert job.canary_is_due() is False  # there is no canary yet
    job.canary = (LOCK, 1)
    assert job.canary_is_due()
    for _ in range(20):
        job.canary_missed()
    assert (job.bucket.rate, job.window) == (limits.GENTLE_START_PER_SECOND / 4, 4)
    assert job.canary_misses >= limits.CANARY_MISSES
    job.canary_answered()
    assert job.canary_misses == 0


def test_patience_follows_how_fast_the_device_answers(monkeypatch):
    monkeypatch.setattr(limits, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(limits, "CONNECT_SECONDS_LEAST", 0.25)
    job = make_job()
    assert job.patience() == 1.0
    job.note_answer(0.1)
    assert job.patience() == pytest.approx(0.6)
    for _ in range(50):
        job.note_answer(0.001)
    assert job.patience() == 0.25
    for _ in range(50):
        job.note_answer(5.0)
    assert job.patience() == 1.0


def test_the_paces_are_what_the_manners_promise():
    assert (GENTLE.start_rate, GENTLE.most_rate, GENTLE.in_flight) == (100.0, 2000.0, 32)
    assert GENTLE.canary
    assert STURDY.in_flight > GENTLE.in_flight
    assert LOOKING_AROUND.most_rate == LOOKING_AROUND.start_rate == 200.0


def test_a_gentle_start_is_slow(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "CANARY_FIRST", 200)
    world, engine = engine_in({LOCK: lambda *_: CLOSED})
    swept = run(engine, range(1, 2000), GENTLE, seconds=0.5)
    assert swept.stopped == "its time was used up"
    # A hundred a second, and the ten that may have been saved up.
    assert 1 <= len(world.order) <= 75


def test_one_silent_device_does_not_take_every_place(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "ALL_IN_FLIGHT", 8)
    world, engine = engine_in({LOCK: lambda *_: SILENT, TV: lambda *_: CLOSED})
    silent = threading.Thread(target=run, args=(engine, range(1, 151)))
    silent.start()
    world.wait_for(lambda w: w.in_flight[str(LOCK)] == 8)
    run(engine, range(1, 100), address=TV)
    silent.join()
    asked = [address for address, _ in world.order]
    # However slow this machine is now: places that come free go to both, not to the silent one until it has finished.
    last_of_silent = len(asked) - 1 - asked[::-1].index(str(LOCK))
    assert asked[:last_of_silent].count(str(TV)) >= 20


def test_who_shares_the_common_cap_with_a_sturdy_device_lets_it_go_first_and_loses_nothing(engine_in, monkeypatch):
    monkeypatch.setattr(limits, "ALL_CONNECTIONS_PER_SECOND", 300.0)
    world, engine = engine_in({LOCK: lambda *_: CLOSED, TV: lambda *_: CLOSED})
    gentle: list = []
    thread = threading.Thread(target=lambda: gentle.append(run(engine, range(1, 61), pace=FAST)))
    thread.start()
    world.wait_for(lambda w: w.asked)
    run(engine, range(1, 101), pace=replace(FAST, first=True), address=TV)
    by_then = sum(address == str(LOCK) for address, _ in world.order)
    thread.join()
    # Taken in turns, the sixty would have been asked before the hundred were.
    assert by_then < 60
    assert len(gentle[0].states) == 60


@pytest.mark.parametrize("is_canary", [False, True])
def test_too_many_open_files_mean_later_and_not_never(engine_in, monkeypatch, is_canary):
    monkeypatch.setattr(limits, "CANARY_EVERY", 10)

    def device(_, before):
        if before == (9 if is_canary else 3):
            world.no_socket_for = 3
        return CLOSED

    world, engine = engine_in({LOCK: device})
    swept = run(engine, range(1, 101), replace(FAST, in_flight=1))
    assert len(states(swept, PortState.CLOSED)) == 100
    assert world.asked[str(LOCK), 1] > 5  # the canary went on


def test_a_mistake_in_the_engine_names_itself_and_leaves_nobody_waiting(engine_in, monkeypatch):
    world, engine = engine_in({LOCK: lambda *_: SILENT, TV: lambda *_: CLOSED})
    found = {}

    def visit(address):
        found[address] = run(engine, range(1, 300), address=address)

    waiting = threading.Thread(target=visit, args=(LOCK,))
    waiting.start()
    world.wait_for(lambda w: w.in_flight[str(LOCK)] > 0)
    monkeypatch.setattr(engine, "_feed", lambda job: 1 / 0)
    visit(TV)
    waiting.join(5)
    assert not waiting.is_alive()
    for swept in (*found.values(), run(engine, [80])):
        assert swept.stopped.startswith("netguard's own mistake in its port engine: ZeroDivisionError")


def test_closing_ends_what_is_under_way_and_refuses_what_comes_later(engine_in):
    world, engine = engine_in({LOCK: lambda *_: SILENT})
    found = []
    waiting = threading.Thread(target=lambda: found.append(run(engine, range(1, 2000))))
    waiting.start()
    world.wait_for(lambda w: len(w.order) > 3)
    engine.close()
    waiting.join(5)
    assert found[0].stopped == "the scan was over"
    asked = len(world.order)
    assert run(engine, [80]).stopped == "the scan was over"
    assert len(world.order) == asked


def test_a_device_never_to_touch_is_left_out_and_a_foreign_one_refused(monkeypatch):
    world = World({str(TV): lambda *_: CLOSED})
    monkeypatch.setattr(sweep, "socket", world)
    transcript = Transcript()
    engine = SweepEngine(Guard([IPNetwork("192.0.2.0/24")], never_touch_addresses=[LOCK]), transcript)
    try:
        swept = engine.sweep([LOCK, TV], [80], FAST, cancel=Cancel(), deadline=Deadline(5), why="test")
        assert set(swept.states) == {(TV, 80)}
        assert transcript.counts == {"tcp-connect": 1}
        with pytest.raises(RefusedByUs, match="not on the network"):
            run(engine, [80], address=IPAddress("198.51.100.1"))
        assert run(engine, [80], address=LOCK).states == {}
        assert transcript.counts == {"tcp-connect": 1}
    finally:
        engine.close()


def test_nothing_to_ask_is_done_at_once(engine_in):
    _, engine = engine_in({})
    assert run(engine, []).states == {}


@contextmanager
def nothing_left_open():
    files = Path("/proc/self/fd")
    before = {file.name for file in files.iterdir()}
    threads = threading.active_count()
    yield
    left = {
        file.name: str(file.readlink())
        for file in files.iterdir()
        # The folder itself is open while it is listed.
        if file.name not in before and os.path.lexists(file)
    }
    assert not left
    assert threading.active_count() <= threads


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_no_file_and_no_thread_is_left_behind(engine_in):
    free = free_port()
    with nothing_left_open():
        cancel = Cancel()
        with loopback_network(cancel=cancel) as network:
            net = network.net("test")
            assert len(net.sweep(LOOPBACK, [free, *range(1, 30)]).states) == 30
            threading.Timer(0.2, cancel.set).start()
            assert net.sweep(LOOPBACK, range(1, 65536)).stopped
    with nothing_left_open():
        _, engine = engine_in({LOCK: lambda *_: SILENT})
        assert run(engine, range(1, 5000), seconds=0.3).stopped
        cancel = Cancel()
        threading.Timer(0.1, cancel.set).start()
        assert run(engine, range(1, 5000), cancel=cancel).stopped
        engine.close()


def test_many_callers_share_one_thread_and_one_pace(engine_in):
    world, engine = engine_in(
        {IPAddress(f"192.0.2.{n}"): lambda port, _: CLOSED if port % 5 else OPEN for n in range(1, 33)}
    )
    found = {}

    def visit(address):
        found[address] = run(engine, range(1, 101), address=address)

    threads = [threading.Thread(target=visit, args=(IPAddress(f"192.0.2.{n}"),)) for n in range(1, 33)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(swept.states) == 100 for swept in found.values())
    assert max(world.at_start) <= limits.ALL_IN_FLIGHT
