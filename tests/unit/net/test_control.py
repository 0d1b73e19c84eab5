"""Deadlines and buckets, on a clock that moves when it is told to."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net import control
from netguard.net.control import Bucket, Cancel, Deadline
from netguard.net.failures import Cancelled, OutOfTime


class Clock:
    def __init__(self):
        self.now, self.slept = 1000.0, []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(control, "time", made)
    return made


def test_a_deadline_passes_and_stays_passed(clock):
    deadline = Deadline(2.0)
    assert (deadline.remaining, bool(deadline)) == (2.0, False)
    clock.now += 1.5
    assert deadline.remaining == 0.5
    deadline.check()
    clock.now += 1.0
    assert (deadline.remaining, bool(deadline)) == (0.0, True)
    with pytest.raises(OutOfTime):
        deadline.check()


def test_a_sooner_deadline_is_never_later_than_the_one_it_came_from(clock):
    deadline = Deadline(2.0)
    assert deadline.sooner(1.0).remaining == 1.0
    assert deadline.sooner(5.0).remaining == 2.0
    clock.now += 3.0
    assert deadline.sooner(5.0)


def test_a_cancel_is_for_good():
    cancel = Cancel()
    assert not cancel
    cancel.check()
    cancel.set()
    cancel.set()
    assert cancel
    with pytest.raises(Cancelled, match="interrupted"):
        cancel.check()


def test_a_bucket_gives_its_rate_and_saves_up_a_tenth_of_a_second(clock):
    bucket = Bucket(100.0)
    assert bucket.take() == 0.0
    assert bucket.take() == pytest.approx(0.01)
    clock.now += 60.0
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    assert bucket.take() > 0
    bucket.give_back()
    assert bucket.take() == 0.0


def test_a_slow_bucket_still_gives_one_at_a_time(clock):
    bucket = Bucket(2.0)
    assert bucket.take() == 0.0
    assert bucket.take() == pytest.approx(0.5)
    clock.now += 30.0
    assert bucket.take() == 0.0
    assert bucket.take() == pytest.approx(0.5)


@pytest.mark.parametrize("rate", [1.0, 25.0, 100.0, 5000.0])
def test_over_a_second_no_more_than_the_rate_and_its_savings_is_given(clock, rate):
    bucket, taken, end = Bucket(rate), 0, clock.now + 1.0
    while clock.now < end:
        if pause := bucket.take():
            clock.now += pause
        else:
            taken += 1
    assert rate * 0.9 <= taken <= rate * 1.1 + 2


@given(st.lists(st.floats(0, 1), max_size=50), st.floats(0.5, 5000))
def test_a_bucket_never_holds_more_than_it_may(steps, rate):
    bucket = Bucket(rate)
    for step in steps:
        bucket._at -= step
        bucket.take()
        assert -1e-6 <= bucket._tokens <= max(1.0, rate / 10)


def test_waiting_for_a_token_sleeps_no_longer_than_a_look_at_the_cancel_token(clock):
    bucket = Bucket(0.5)
    bucket.wait(Cancel(), Deadline(60))
    assert clock.slept == []
    bucket.wait(Cancel(), Deadline(60))
    assert sum(clock.slept) == pytest.approx(2.0)
    assert max(clock.slept) <= control.SLICE


def test_waiting_for_a_token_ends_with_the_time_or_the_scan(clock):
    bucket = Bucket(0.01)
    bucket.take()
    with pytest.raises(OutOfTime):
        bucket.wait(Cancel(), Deadline(1.0))
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        bucket.wait(cancel, Deadline(60))


def test_a_bucket_is_fair_to_threads():
    bucket, taken = Bucket(1_000_000.0), []

    def visit():
        for _ in range(500):
            while bucket.take():
                pass
            taken.append(1)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 2000
