"""Telling where something is in the way: the laptop is carried off, answers come late, old news waits, clocks are wrong."""

from datetime import timedelta

import pytest

from netguard.cli import _handing, _run, _schedule_status
from netguard.errors import VantageError
from netguard.history.store import History
from netguard.model.message import Message, Text
from netguard.model.vocabulary import Depth
from netguard.notify import receivers, services
from tests.unit.cli.scheduling import AT_HOME, NOW, OTHER_ROUTER, Life, newcomer
from tests.unit.notify.receiving import receiving

NEW = "netguard at home: 1 device new"


@pytest.fixture
def life(monkeypatch, tmp_path):
    made = Life(monkeypatch, f"sqlite:///{tmp_path / 'h.db'}")
    made.enrol()
    return made


@pytest.fixture
def receiver():
    with receiving() as heard:
        yield heard


def told(life, receiver):
    """A home whose first scan was made, so that what comes now is news."""
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    life.after(days=7)


@pytest.mark.parametrize("where", [OTHER_ROUTER, VantageError("no interface has an address")])
def test_carried_off_during_the_scan_it_waits_until_it_is_back_home(life, receiver, monkeypatch, where):
    told(life, receiver)
    scan = life._scan

    def carried_off(request):
        code = scan(request)
        life.vantage = where
        return code

    with monkeypatch.context() as patch:
        patch.setattr(_run, "run", carried_off)
        life.run()
    assert receiver.got == []
    assert life.log[-1] == "no longer at home; 1 message waits"
    life.vantage = AT_HOME
    life.after(hours=1)
    life.run()
    assert receiver.titles == [NEW]


def test_where_it_is_is_asked_anew_before_each_message(life, receiver):
    told(life, receiver)
    to = [receivers.made_of(receiver.url)]
    with History.open(life.url) as history:
        for number in range(3):
            history.tell("home", f"scan {number}", [to[0].id], Text(title=f"{number}", body="x"), life.now)
    answers = iter([True, True, False])
    with History.open(life.url) as history:
        handing = _handing.Handing(history, to, _Log(), lambda: life.now)
        handing.all("", lambda: next(answers))
    assert receiver.titles == ["0", "1"]
    assert len(life.waiting()) == 1


class _Log:
    def say(self, text):
        pass


def test_what_is_pending_is_sent_before_the_scan_not_after_it(life, receiver):
    told(life, receiver)
    life.save()  # by hand, a week after the first: and a day later the next is due
    life.after(days=7)
    seen = []
    life.meanwhile = lambda: seen.append(list(receiver.titles))
    life.run()
    assert seen == [[NEW]]


def test_from_elsewhere_nothing_but_the_question_is_sent(life, receiver):
    told(life, receiver)
    receiver.status = 503
    life.run()
    assert len(life.waiting()) == 1
    receiver.status = 200
    life.vantage = OTHER_ROUTER
    life.after(days=14)
    life.run()
    assert receiver.titles == ["netguard: not at home for 14 days"]
    assert [m.text.title for m in life.waiting()] == [NEW]


def test_a_receiver_that_answers_late_is_told_once_more_at_most_and_told_that(life, receiver, monkeypatch):
    monkeypatch.setattr(services, "READ_SECONDS", 0.3)
    monkeypatch.setattr("apprise.url.URLBase.socket_read_timeout", 0.3)
    told(life, receiver)
    receiver.held.clear()
    life.run()
    assert "it may have arrived, and is sent once more" in life.log[-1]
    for _ in range(24 * 15):
        life.after(hours=1)
        life.run()
    receiver.held.set()
    news = [got["message"] for got in receiver.got if got["title"] == NEW]
    assert len(news) == 2
    assert _handing.AGAIN not in news[0]
    assert news[1].endswith(_handing.AGAIN)
    [lost] = _schedule_status.messages(life.url)["given_up"]
    assert lost["title"] == NEW
    life.devices.append(newcomer(31, "Garage"))
    life.after(days=7)
    life.run()
    assert f"Perhaps never delivered: {NEW} (" in receiver.got[-1]["message"]


def test_of_two_targets_in_one_address_the_good_one_is_told_once(life, receiver):
    address = receiver.url.replace("json", "ntfy").replace("secret-token", "good/bad")
    life.tell(address)
    receiver.refuses = lambda message: message["topic"] == "bad"
    life.run()
    life.devices.append(newcomer())
    life.after(days=7)
    for _ in range(5):
        life.run()
        life.after(hours=7)
    assert [(m["topic"], m["title"]) for m in receiver.got] == [("good", NEW)]
    assert len(life.waiting()) == 1


def test_newer_news_never_overtakes_older_and_makes_it_go_first_at_once(life, receiver):
    told(life, receiver)
    receiver.status = 500
    life.run(every="day")
    for _ in range(11):
        life.after(hours=1)
        life.run(every="day")
    receiver.status = 200
    life.devices.append(newcomer(31, "Garage"))
    life.save()
    life.run(every="day")
    assert [m["message"].splitlines()[0] for m in receiver.got] == ["Device new: Letter box", "Device new: Garage"]
    assert all("Scanned on 2026-11-2" in m["message"] for m in receiver.got)


def test_behind_one_that_fails_the_others_wait_and_none_is_tried_twice_in_a_run(life, receiver):
    told(life, receiver)
    one = receivers.made_of(receiver.url).id
    asked = []
    receiver.refuses = lambda message: asked.append(message["title"]) or message["title"] == "0"
    with History.open(life.url) as history:
        for number in range(2):
            history.tell("home", f"scan {number}", [one], Text(title=f"{number}", body="x"), life.now)
    life.run()  # sends before and after its scan
    assert asked == ["0"]
    receiver.refuses = lambda message: False
    life.after(hours=1)
    life.run()
    assert receiver.titles == ["0", "1", NEW]


def test_what_was_lost_is_named_in_one_message_only(life, receiver):
    told(life, receiver)
    one = receivers.made_of(receiver.url).id
    with History.open(life.url) as history:
        for number in range(5):
            history.tell("home", f"scan {number}", [one], Text(title=f"{number}", body="x"), life.now)
        for message in history.waiting():
            history.give_up(message, "too old")
    life.run()
    life.devices.append(newcomer(31, "Garage"))
    life.after(days=7)
    life.run()
    first, second = (m["message"] for m in receiver.got)
    assert [line[:18] for line in first.splitlines()[-4:]] == [
        "Never delivered: 2",
        "Never delivered: 3",
        "Never delivered: 4",
        "And 2 more before ",
    ]
    assert "Never delivered" not in second


def test_only_after_its_time_enough_tries_and_enough_days_is_a_message_given_up(life, receiver):
    told(life, receiver)
    receiver.status = 503
    for _ in range(6):
        life.run()
        life.after(hours=1)
    life.vantage = OTHER_ROUTER
    for _ in range(15):
        life.after(days=1)
        life.run()
    life.vantage = AT_HOME
    life.run()
    [waits] = [m for m in life.waiting() if m.text.title == NEW]
    assert waits.tries >= _handing.LEAST_TRIES
    assert NOW + timedelta(days=7) == waits.made_at < life.now - _handing.MAX_AGE
    assert life.lost() == (), "it was tried on two days only"
    life.after(days=1)
    life.run()
    assert [m.text.title for m in life.lost()] == [NEW]
    assert f"it is given up after {waits.tries + 1} tries on {_handing.LEAST_DAYS} days" in "\n".join(life.log)


def test_an_old_message_that_was_hardly_tried_is_not_given_up(life, receiver):
    told(life, receiver)
    receiver.status = 503
    life.run()
    for number in range(1, _handing.LEAST_TRIES):
        assert life.lost() == (), number
        life.after(days=15)
        life.run()
    assert [m.text.title for m in life.lost()] == [NEW]


def test_what_is_too_old_is_given_up_and_not_sent_to_somebody_new(life, receiver):
    receiver.status = 401
    told(life, receiver)
    life.run()
    receivers.remove(receiver.url)
    life.after(days=200)
    receiver.status = 200
    life.tell(f"{receiver.url}-right")
    life.run()
    assert NEW not in receiver.titles
    assert [m.why for m in life.lost()] == ["its receiver was removed"]
    assert any("is given up: netguard at home: 1 device new" in line for line in life.log)


def test_while_nobody_is_there_a_message_waits_for_the_corrected_address(life, receiver):
    receiver.status = 401
    told(life, receiver)
    life.run()
    receivers.remove(receiver.url)
    life.after(hours=1)
    life.run()
    receiver.status = 200
    life.tell(f"{receiver.url}-right")
    life.after(hours=1)
    life.run()
    assert receiver.titles == [NEW]
    assert life.lost() == ()


@pytest.mark.parametrize(
    ("facts", "hours", "pressing", "due"),
    [
        ({}, 0, False, True),
        ({"tries": 2}, 0.4, False, False),
        ({"tries": 2}, 0.5, False, True),
        ({"tries": 9}, 23, False, False),
        ({"tries": 9}, 23, True, True),
        ({"tries": 1, "problem": "perhaps delivered: late"}, 1.9, True, False),
        ({"tries": 1, "problem": "perhaps delivered: late"}, 2, False, True),
        ({"tries": 9, "problem": "perhaps delivered: late"}, 23, False, False),
        ({"tries": 1, "problem": "being handed over by here"}, 0, False, True),
        ({"tries": 9}, -1, False, True),
    ],
)
def test_when_a_message_is_due(facts, hours, pressing, due):
    text = Text(title="t", body="b")
    given = {"number": 1, "site": "home", "about": "scan 1", "receiver": "a", "text": text, "made_at": NOW}
    given |= {"tries": 1, "tried_at": NOW, "sent_at": None, "problem": "no"} | facts
    assert _handing.is_due(Message(**given), "here", NOW + timedelta(hours=hours), pressing=pressing) is due


def test_a_clock_that_was_ahead_once_does_not_end_the_monthly_line(life, receiver):
    life.tell(receiver.url)
    life.now = NOW + timedelta(days=1200)
    life.run()
    life.devices.append(newcomer())
    life.after(days=8)
    life.run()
    life.now = NOW
    for _ in range(6):
        life.after(days=7)
        life.run()
    assert receiver.titles == [NEW, "netguard at home: 5 scans, nothing new"]
    assert "the last on 2027" in receiver.got[1]["message"]


def test_the_monthly_line_counts_only_scans_that_were_compared(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.battery = True
    for _ in range(31):
        life.after(days=1)
        life.save(depth=Depth.QUICK)
        life.save(attempts=())
    life.run(not_on_battery=True)
    assert receiver.got == []


def test_what_the_history_cannot_read_any_more_is_told_in_words_once(life, receiver):
    told(life, receiver)
    with History.open(life.url) as history, history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET document = x'00' WHERE id = '000000000001'")
    life.run()
    assert receiver.titles == ["netguard at home: a scan could not be compared"]
    life.devices.append(newcomer(31, "Garage"))
    life.after(days=7)
    life.run()
    assert receiver.titles[1:] == [NEW]


def test_a_deeper_schedule_loses_nothing_that_came_before_it(life, receiver, monkeypatch):
    told(life, receiver)
    save = life.save
    monkeypatch.setattr(life, "save", lambda **given: save(**({"depth": Depth.DEEP} | given)))
    life.run(depth="deep")
    assert receiver.titles == [NEW]


def test_a_quick_scan_by_hand_hides_nothing_from_the_next_one(life, receiver):
    told(life, receiver)
    life.save(depth=Depth.QUICK)
    life.run()
    assert receiver.titles == [NEW]
    assert life.scanned == 3, "and it is none of the week"


def test_after_a_year_and_a_month_what_was_told_is_forgotten_and_nothing_else(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.after(days=401)
    life.run()
    with History.open(life.url) as history:
        assert "scan 000000000002" in history.told("home")
        assert "scan 000000000001" not in history.told("home")
        assert history.last_at_home("home") == life.now
