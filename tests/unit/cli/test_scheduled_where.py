"""Which scans count for a schedule, and where and when this computer was last at home, whatever its clock has said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.cli import _scheduled
from netguard.history.store import History
from netguard.model import address
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth
from netguard.vantage import home
from tests.unit.cli.scheduling import AT_HOME, NOW, OTHER_ROUTER, Life, newcomer
from tests.unit.notify.receiving import receiving

ASKED = "netguard: not at home for 14 days"
ELSEWHERE = replace(OTHER_ROUTER, segment=replace(OTHER_ROUTER.segment, prefix=address.network("198.51.100.0/24")))


@pytest.fixture
def life(monkeypatch, tmp_path):
    made = Life(monkeypatch, f"sqlite:///{tmp_path / 'h.db'}")
    made.enrol()
    return made


@pytest.fixture
def receiver():
    with receiving() as heard:
        yield heard


def days(life, number):
    for _ in range(number):
        life.after(days=1)
        life.run()


def test_scans_of_single_devices_are_none_of_the_week(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    before = life.scanned
    for _ in range(28):
        life.after(days=1)
        life.save(attempts=())
        life.run()
    assert life.scanned - before == 28 + 4
    assert receiver.titles == ["netguard at home: 1 device new"], "and nothing is compared with them"


def test_many_of_them_hide_not_what_was_told_last(life, receiver, monkeypatch):
    monkeypatch.setattr(_scheduled, "SERIES", 3)
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    for _ in range(5):
        life.after(hours=1)
        life.save(attempts=())
    life.after(days=7)
    life.run()
    assert receiver.titles == ["netguard at home: 1 device new"]


def test_a_scan_of_its_own_that_could_not_ask_everybody_is_made_again_but_not_every_hour(life):
    save = life.save
    life.save = lambda **given: save(attempts=())
    hours = []
    for hour in range(14):
        life.now = NOW + timedelta(hours=hour)
        before = life.scanned
        life.run()
        if life.scanned > before:
            hours.append(hour)
    assert hours == [0, 6, 12]
    assert any("could not ask everybody" in line for line in life.log)


def test_a_scan_behind_another_router_with_the_same_addresses_is_one_of_another_place(life):
    life.vantage = OTHER_ROUTER
    life.save()
    life.vantage = AT_HOME
    life.after(hours=1)
    life.run()
    assert life.scanned == 2
    with History.open(life.url) as history:
        entries = history.timeline("home", 10)
    around = life._around()
    assert [e.line.id for e in _scheduled.here(entries, around)] == ["000000000002"]


def test_of_two_homes_the_one_seen_last_counts(life, receiver):
    life.tell(receiver.url)
    life.run()
    with History.open(life.url) as history:
        history.remember(
            home.enrol(Surroundings(vantage=ELSEWHERE, prefixes=(ELSEWHERE.segment.prefix,)), "cabin", NOW)
        )
        life.after(days=20)
        history.at_home("cabin", life.now)
    life.vantage = OTHER_ROUTER
    days(life, 10)
    assert receiver.got == [], "it was in the cabin lately"
    days(life, 5)
    assert receiver.titles == ["netguard: not at cabin for 14 days"]


def test_back_home_the_question_is_not_asked_any_more(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.vantage = OTHER_ROUTER
    receiver.status = 503
    days(life, 15)
    assert [m.text.title for m in life.waiting()] == [ASKED]
    receiver.status = 200
    life.vantage = AT_HOME
    days(life, 1)
    assert receiver.got == []
    assert (life.waiting(), life.lost()) == ((), ())


def test_a_scan_made_by_hand_says_that_it_was_at_home(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.after(days=60)
    life.save()
    life.after(days=1)
    life.vantage = OTHER_ROUTER
    life.run()
    assert receiver.got == []
    days(life, 13)
    assert receiver.titles == [ASKED]


def test_a_clock_that_was_ahead_does_not_silence_the_question(life, receiver):
    life.tell(receiver.url)
    life.now = NOW + timedelta(days=1200)
    life.run()
    life.now = NOW
    life.vantage = OTHER_ROUTER
    days(life, 20)
    assert receiver.titles == [ASKED]


def test_where_every_time_is_from_the_future_the_fortnight_begins_now(monkeypatch, tmp_path, receiver):
    life = Life(monkeypatch, f"sqlite:///{tmp_path / 'ahead.db'}")
    with History.open(life.url) as history:
        history.remember(home.enrol(life._around(), "home", NOW + timedelta(days=900)))
        history.at_home("home", NOW + timedelta(days=900))
    life.tell(receiver.url)
    life.vantage = OTHER_ROUTER
    days(life, 14)
    assert receiver.got == []
    days(life, 5)
    assert receiver.titles == [ASKED]


def test_a_home_that_moved_is_at_home_from_then_on(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.after(days=13)
    with History.open(life.url) as history:
        moved = home.enrol(Surroundings(vantage=ELSEWHERE, prefixes=(ELSEWHERE.segment.prefix,)), "home", life.now)
        history.move_home(moved)
        assert history.last_at_home("home") == life.now
        life.after(days=3)
        history.move_home(replace(moved, enrolled_at=life.now))
        assert history.last_at_home("home") == life.now, "said anew of a network that was known"
    life.vantage = OTHER_ROUTER
    days(life, 13)
    assert receiver.got == []


def test_a_scan_less_deep_than_the_schedules_is_none_of_the_week(life):
    life.save(depth=Depth.QUICK)
    life.after(hours=1)
    life.run()
    assert life.scanned == 2
