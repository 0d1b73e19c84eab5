"""Whether the computer slept, on clocks that go as they are told to."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net import sleep
from netguard.net.control import Cancel
from netguard.net.failures import Cancelled

WAIT_SECONDS = 10


class Computer:
    """Its two clocks: one stands still while it sleeps."""

    def __init__(self, ahead=0.0):
        self.awake, self.always = 1000.0, 1000.0 + ahead

    def runs(self, seconds):
        self.awake += seconds
        self.always += seconds

    def sleeps(self, seconds):
        self.always += seconds

    def clocks(self):
        return sleep.Clocks(awake=lambda: self.awake, always=lambda: self.always)


@given(st.lists(st.tuples(st.floats(0, 3600), st.floats(0, 86400)), max_size=20), st.floats(0, 1e6))
def test_every_sleep_is_told_once_and_no_time_awake_ever_is(days, ahead):
    computer = Computer(ahead)
    watch = sleep.Watch(computer.clocks())
    for awake, asleep in days:
        computer.runs(awake)
        assert watch.look() is None
        computer.sleeps(asleep)
        told = watch.look()
        if abs(asleep - sleep.SLEPT_SECONDS) > 0.01:
            assert (told is not None) == (asleep > sleep.SLEPT_SECONDS)
        assert told is None or told == pytest.approx(asleep, abs=0.01)
        assert watch.look() is None


def test_without_such_clocks_a_look_that_comes_far_too_late_is_a_sleep():
    wall = [1000.0]
    watch = sleep.Watch(sleep.by_wall(lambda: wall[0], pause=0.5))
    for late in (0.5, 0.7, 20.0, 0.5, -3600.0, 0.5):
        wall[0] += late
        assert watch.look() is None
    wall[0] += 7200.5
    assert watch.look() == pytest.approx(7200)
    wall[0] += 0.5
    assert watch.look() is None


def test_this_system_has_its_clocks_and_has_not_slept_just_now():
    pair = sleep.clocks()
    if pair is not None:
        assert sleep.Watch(pair).look() is None


def test_a_sleep_ends_what_runs_with_its_reason():
    computer, cancel, looked = Computer(), Cancel(), threading.Event()

    class Watch(sleep.Watch):
        def look(self):
            looked.set()
            return super().look()

    with sleep.watching(cancel, Watch(computer.clocks()), pause=0.001):
        assert looked.wait(WAIT_SECONDS)
        assert not cancel
        computer.sleeps(2520)
        with pytest.raises(Cancelled, match="slept for 42 minutes"):
            cancel.pause(WAIT_SECONDS)
    assert cancel.why == sleep.why(2520)
    assert "netguard-sleep" not in {thread.name for thread in threading.enumerate()}


def test_nobody_watches_when_it_is_over():
    computer, cancel = Computer(), Cancel()
    with sleep.watching(cancel, sleep.Watch(computer.clocks()), pause=0.001):
        pass
    computer.sleeps(3600)
    assert not cancel
    assert cancel.why is None


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "5 seconds"), (60, "1 minute"), (2520, "42 minutes"), (3600, "1 hour"), (8 * 3600, "8 hours")],
)
def test_how_long_is_told_in_words(seconds, told):
    assert f"slept for {told} during" in sleep.why(seconds)


def test_what_was_said_first_stays():
    cancel = Cancel()
    cancel.set()
    cancel.set("it slept")
    assert cancel.why is None
    with pytest.raises(Cancelled, match="was interrupted"):
        cancel.check()
