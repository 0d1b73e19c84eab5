"""The outbox: a message is there with the note that it was told or not at all, once for each receiver, until it is delivered."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from netguard.history.store import History
from netguard.model.message import Text

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TEXT = Text(title="1 new", body="New, high: telnet\nline")


def waiting(history):
    return [(m.about, m.receiver) for m in history.waiting()]


def test_each_receiver_is_told_once_of_each_thing(history):
    assert history.tell("home", "scan 1", ["a", "b", "a"], TEXT, NOW)
    assert not history.tell("home", "scan 1", ["a", "c"], TEXT, LATER), "told already"
    assert history.tell("cabin", "scan 1", ["a"], TEXT, NOW), "another site"
    assert waiting(history) == [("scan 1", "a"), ("scan 1", "b"), ("scan 1", "a")]
    assert history.told("home") == {"scan 1"}
    first = history.waiting()[0]
    assert (first.text, first.made_at, first.tries, first.sent_at) == (TEXT, NOW, 0, None)


def test_nothing_to_say_is_remembered_and_nothing_sent(history):
    assert history.last_told("home", LATER) is None
    assert history.tell("home", "scan 1", ["a"], None, NOW)
    assert waiting(history) == []
    assert history.told("home") == {"scan 1"}
    assert history.last_told("home", LATER) == NOW, "telling began then"
    history.tell("home", "scan 2", ["a"], None, LATER)
    assert history.last_told("home", LATER) == NOW
    history.tell("home", "scan 3", [], TEXT, LATER)
    assert history.last_told("home", LATER) == LATER, "said, though nobody listened"


def test_taken_by_one_run_only_and_delivered(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    [message] = history.waiting()
    taken = history.take(message, "laptop", NOW)
    assert (taken.tries, taken.tried_at, taken.handing) == (1, NOW, "laptop")
    assert history.take(message, "laptop", NOW) is None, "whoever read it before it was taken gets nothing"
    [still] = history.waiting()
    assert still.handing == "laptop"
    history.delivered(taken, LATER)
    assert waiting(history) == []
    history.failed(taken, "too late to fail", LATER)
    assert waiting(history) == []


def test_a_failed_try_waits_with_its_reason_and_one_given_up_is_told_apart(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    taken = history.take(history.waiting()[0], "laptop", NOW)
    history.failed(taken, "no\nroute " + "x" * 1000, NOW)
    [message] = history.waiting()
    assert message.problem.startswith("no route x")
    assert len(message.problem) <= 300
    assert message.handing is None
    again = history.take(message, "laptop", LATER)
    history.failed(again, "no route", LATER, give_up=True)
    assert waiting(history) == []
    [lost] = history.lost()
    assert lost.given_up
    assert lost.problem == "given up: no route"
    assert (lost.why, lost.said, lost.unsure) == ("no route", False, False)
    assert not history.tell("home", "scan 1", ["a"], TEXT, LATER)


def test_what_may_have_arrived_stays_so_whatever_later_tries_bring(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    taken = history.take(history.waiting()[0], "laptop", NOW)
    assert not taken.unsure
    history.failed(taken, "no answer", NOW, unsure=True)
    [message] = history.waiting()
    assert (message.unsure, message.why, message.handing) == (True, "no answer", None)
    again = history.take(message, "laptop", LATER)
    assert (again.unsure, again.handing) == (True, "laptop")
    history.failed(again, "refused", LATER)
    assert (history.waiting()[0].unsure, history.waiting()[0].why) == (True, "refused")
    third = history.take(history.waiting()[0], "laptop", LATER)
    history.failed(third, "no answer", LATER, unsure=True, give_up=True)
    [lost] = history.lost()
    assert (lost.unsure, lost.why) == (True, "no answer")


def test_one_that_was_begun_and_never_ended_may_have_arrived(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    history.take(history.waiting()[0], "laptop", NOW)
    assert history.take(history.waiting()[0], "laptop", LATER).unsure


def test_days_on_which_it_failed_are_counted_each_once_and_forgotten_when_it_arrives(history):
    history.tell("home", "scan 1", ["a", "b"], TEXT, NOW)
    for hours in (0, 1, 24, 25, 26, 72):
        message = history.waiting()[0]
        now = NOW + timedelta(hours=hours)
        history.failed(history.take(message, "laptop", now), "no", now)
    assert [history.days_in_vain(m) for m in history.waiting()] == [3, 0]
    assert waiting(history) == [("scan 1", "a"), ("scan 1", "b")]
    assert history.told("home") == {"scan 1"}
    first = history.waiting()[0]
    history.delivered(history.take(first, "laptop", LATER), LATER)
    assert history.days_in_vain(first) == 0


def test_what_a_later_message_said_of_a_lost_one_is_remembered(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    history.failed(history.take(history.waiting()[0], "x", NOW), "gone", NOW, unsure=True, give_up=True)
    history.tell("home", "scan 2", ["a"], TEXT, NOW)
    history.delivered(history.take(history.waiting()[0], "x", NOW), NOW, history.lost())
    [lost] = history.lost()
    assert (lost.given_up, lost.said, lost.unsure, lost.why) == (True, True, True, "gone")


def test_given_up_untried(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    history.give_up(history.waiting()[0], "too old")
    assert [m.why for m in history.lost()] == ["too old"]


def test_messages_come_in_the_order_in_which_they_were_told_whoever_gets_them(history):
    history.tell("home", "scan 1", ["old"], TEXT, LATER)  # by a clock that was ahead
    history.tell("home", "scan 2", ["new"], TEXT, NOW)
    history.readdress(history.waiting()[0], ["new"], "its receiver was removed")
    assert waiting(history) == [("scan 1", "new"), ("scan 2", "new")]


def test_a_mark_from_a_clock_that_was_ahead_counts_for_nothing_yet(history):
    history.tell("home", "scan 1", ["a"], None, NOW)
    history.tell("home", "scan 2", ["a"], TEXT, NOW + timedelta(days=800))
    assert history.last_told("home", LATER) == NOW
    assert history.last_told("home", NOW - timedelta(days=1)) is None


def test_an_outcome_of_a_try_that_another_run_took_over_is_not_noted(history):
    history.tell("home", "scan 1", ["a"], TEXT, NOW)
    stopped = history.take(history.waiting()[0], "laptop", NOW)
    newer = history.take(history.waiting()[0], "laptop", LATER)
    history.failed(stopped, "woke up late", LATER)
    assert history.waiting()[0].handing == "laptop"
    history.delivered(newer, LATER)
    assert waiting(history) == []


def test_what_waits_for_a_removed_receiver_goes_to_those_that_were_not_told(history):
    history.tell("home", "scan 1", ["old", "friend"], TEXT, NOW)
    for_old = history.waiting()[0]
    assert history.readdress(for_old, ["friend", "new"], "its receiver was removed")
    assert waiting(history) == [("scan 1", "friend"), ("scan 1", "new")]
    assert history.waiting()[1].made_at == NOW
    assert not history.readdress(history.waiting()[1], ["friend"], "its receiver was removed")
    assert waiting(history) == [("scan 1", "friend")]
    assert history.lost() == (), "nobody is without it"


def test_when_it_was_last_at_home(history):
    assert history.last_at_home("home") is None
    history.at_home("home", NOW)
    history.at_home("home", LATER)
    history.at_home("cabin", NOW)
    assert (history.last_at_home("home"), history.last_at_home("cabin")) == (LATER, NOW)
    assert history.told("home") == frozenset()
    assert history.last_told("home", LATER) is None


def test_only_what_is_done_with_is_forgotten(history):
    history.at_home("home", NOW)
    for number, receivers in enumerate((["done"], ["waits"], ["lost"])):
        history.tell("home", f"scan {number}", receivers, TEXT, NOW)
    done, _, lost = history.waiting()
    history.delivered(history.take(done, "laptop", NOW), NOW)
    history.failed(history.take(lost, "laptop", NOW), "gone", NOW, give_up=True)
    history.tell("home", "scan 3", [], None, LATER)
    history.tell("home", "scan 4", ["removed"], TEXT, NOW)
    history.readdress(history.waiting()[-1], [], "its receiver was removed")
    history.forget_told(LATER)
    with history._database.reading() as connection:
        assert "removed" not in connection.exec_driver_sql("SELECT receiver FROM notifications").scalars().all()
    assert history.told("home") == {"scan 3"}
    assert waiting(history) == [("scan 1", "waits")]
    assert history.lost() == ()
    assert history.last_at_home("home") == NOW


@pytest.mark.parametrize("what", ["tell", "take"])
def test_of_many_at_once_one_wins(url, what):
    with History.open(url) as history:
        if what == "take":
            history.tell("home", "scan 1", ["a"], TEXT, NOW)
        message = next(iter(history.waiting()), None)
    start, wins = threading.Barrier(6), []

    def attempt():
        with History.open(url) as own:
            start.wait()
            wins.append(
                own.tell("home", "scan 1", ["a"], TEXT, NOW) if message is None else own.take(message, "x", NOW)
            )

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([win for win in wins if win]) == 1
    with History.open(url) as history:
        assert waiting(history) == [("scan 1", "a")]
