"""A scheduled scan that the history does not take: it is said in the log, and counts for its time all the same."""

from datetime import timedelta

import pytest

from netguard import exitcodes
from netguard.cli import _run
from tests.unit.cli.scheduling import OTHER_ROUTER, Life


@pytest.fixture
def life(monkeypatch, tmp_path):
    made = Life(monkeypatch, f"sqlite:///{tmp_path / 'h.db'}")
    made.enrol()

    def scan(request):
        if not made.full:
            return made._scan(request)
        made.scanned += 1
        request.when_unsaved("the history cannot be used: the disk is full")
        return made.code

    made.full = True
    monkeypatch.setattr(_run, "run", scan)
    return made


def test_it_is_not_made_again_before_its_time(life):
    for _ in range(30):
        assert life.run() == exitcodes.DONE
        life.after(hours=6)
    assert life.scanned == 2, "the second is due when the week is over"
    assert life.log == ["scanned, but not saved: the history cannot be used: the disk is full"] * 2


def test_one_that_was_interrupted_is_none(life):
    life.code = exitcodes.INTERRUPTED
    assert life.run() == exitcodes.INTERRUPTED
    assert life.log == ["the scan was interrupted; it is made again at the next time"]
    life.after(hours=1)
    life.run()
    assert life.scanned == 2


def test_each_network_and_each_home_has_its_own_time(life):
    life.run()
    life.vantage = OTHER_ROUTER
    life.enrol()
    life.run()
    assert life.scanned == 2
    life.run(depth="quick")
    assert life.scanned == 3


def test_a_clock_that_was_ahead_does_not_put_it_off(life):
    life.after(days=400)
    life.run()
    life.now -= timedelta(days=400)
    life.run()
    assert life.scanned == 2


def test_when_it_is_mended_all_is_as_before(life):
    life.run()
    life.full = False
    life.after(days=7)
    life.run()
    life.after(days=1)
    life.run()
    assert life.scanned == 2
    assert life.log[:2] == ["scanned, but not saved: the history cannot be used: the disk is full", "scanned"]
