"""Telling by a real receiver: one message for what changed, silence else; what fails is tried again, never lost, never doubled."""

import os
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netguard import config
from netguard.cli import _handing, _schedule_log, _schedule_status, _telling
from netguard.history.store import History
from netguard.model import address
from netguard.model.message import Text
from netguard.notify import receivers, sender, services
from tests import builders
from tests.unit.cli.scheduling import Life, newcomer
from tests.unit.notify.receiving import receiving

TEXT = Text(title="netguard at home: 1 device new", body="Device new: Letter box")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def life(monkeypatch, tmp_path):
    made = Life(monkeypatch, f"sqlite:///{tmp_path / 'h.db'}")
    made.enrol()
    return made


@pytest.fixture
def receiver():
    with receiving() as heard:
        yield heard


@pytest.fixture
def second():
    with receiving() as heard:
        yield heard


def settings(monkeypatch, tmp_path, text):
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("NETGUARD_CONFIG", str(file))


def weeks(life, number):
    for _ in range(number):
        life.after(days=7)
        life.run()


def test_silence_when_nothing_changed_and_one_message_when_something_did(life, receiver):
    life.tell(receiver.url)
    life.run()
    weeks(life, 2)
    assert receiver.got == []
    life.devices += [newcomer(30, "Letter box"), newcomer(31, "Garage")]
    weeks(life, 1)
    [message] = receiver.got
    assert message["title"] == "netguard at home: 2 devices new"
    assert "Device new: Letter box" in message["message"]
    assert "00:00:5e" not in message["message"].lower()
    assert "192.0.2" not in message["message"]
    for _ in range(20):
        life.after(hours=1)
        life.run()
    assert len(receiver.got) == 1
    assert [line for line in life.log if line.startswith("sent")] == [
        f"sent to {receivers.made_of(receiver.url).label}: netguard at home: 2 devices new"
    ]


def test_scans_from_before_the_schedule_are_no_news(life, receiver):
    life.save()
    life.devices.append(newcomer())
    life.after(days=1)
    life.save()
    life.tell(receiver.url)
    weeks(life, 2)
    assert receiver.got == []


def test_each_network_of_a_home_is_compared_with_itself(life, receiver):
    life.tell(receiver.url)
    life.run()
    main, main_devices = life.vantage, life.devices
    guests = replace(main, segment=replace(main.segment, prefix=address.network("198.51.100.0/24")))
    life.vantage, life.devices = guests, [newcomer(40, "Guest printer")]
    life.enrol()
    life.save()
    life.devices = [*life.devices, newcomer(41, "Guest lamp")]
    life.after(hours=1)
    life.save()
    life.run()
    assert receiver.got == []
    life.vantage, life.devices = main, main_devices
    weeks(life, 1)
    assert receiver.got == []
    life.vantage, life.devices = (
        guests,
        [newcomer(40, "Guest printer"), newcomer(41, "Guest lamp"), newcomer(42, "Radio")],
    )
    life.run()
    assert receiver.titles == ["netguard at home: 1 device new"]


def test_what_a_scan_made_by_hand_or_a_run_that_was_ended_found_is_told_at_the_next_run(life, receiver):
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    life.after(days=1)
    life.save()
    life.after(hours=1)
    life.run()
    assert receiver.titles == ["netguard at home: 1 device new"]
    assert life.scanned == 2
    weeks(life, 1)
    assert len(receiver.got) == 1


def test_every_receiver_is_told_and_one_that_fails_keeps_none_of_the_others(life, receiver, second):
    life.tell(receiver.url, second.url)
    life.run()
    receiver.status = 503
    life.devices.append(newcomer())
    weeks(life, 1)
    assert (len(receiver.got), len(second.got)) == (0, 1)
    receiver.status = 200
    life.after(hours=1)
    life.run()
    life.after(hours=1)
    life.run()
    assert receiver.titles == second.titles == ["netguard at home: 1 device new"]


def test_pauses_between_tries_grow_and_after_a_fortnight_it_is_given_up_in_words(life, receiver, second, capsys):
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    receiver.status = 500
    life.after(days=7)
    began = life.now
    tried = []
    for _ in range(24 * 15):
        before = next((m.tries for m in life.waiting()), 0)
        life.run()
        if next((m.tries for m in life.waiting()), before + 1) > before and (life.waiting() or not life.lost()):
            tried.append((life.now - began) // timedelta(hours=1))
        life.after(hours=1)
        if life.lost():
            break
    assert tried[:6] == [0, 1, 2, 4, 10, 34]
    [lost] = life.lost()
    assert "500" in lost.problem
    assert life.log[-1].startswith(f"not sent to {receivers.made_of(receiver.url).label}: ")
    assert "given up" in life.log[-1]
    assert "netguard report" in life.log[-1]
    assert life.log[-1] in capsys.readouterr().err.splitlines()[-1]
    [given_up] = _schedule_status.messages(life.url)["given_up"]
    assert given_up["title"] == "netguard at home: 1 device new"
    assert "500" in given_up["problem"]
    receiver.status = 200
    life.devices.append(newcomer(31, "Garage"))
    weeks(life, 1)
    assert receiver.titles == ["netguard at home: 1 device new"]
    lost_on = f"{began.astimezone():%Y-%m-%d}"
    assert receiver.got[0]["message"].endswith(f"Never delivered: netguard at home: 1 device new ({lost_on}).")
    life.devices.append(newcomer(32, "Shed"))
    weeks(life, 1)
    assert "Never delivered" not in receiver.got[1]["message"]
    [still] = _schedule_status.messages(life.url)["given_up"]
    assert still == given_up


def test_a_month_of_silence_is_told_once_a_month(life, receiver, monkeypatch, tmp_path):
    life.tell(receiver.url)
    life.run()
    weeks(life, 4)
    assert receiver.got == []
    weeks(life, 1)
    assert receiver.titles == ["netguard at home: 5 scans, nothing new"]
    weeks(life, 4)
    assert len(receiver.got) == 1
    weeks(life, 1)
    assert len(receiver.got) == 2
    receivers_there = [r.url for r in receivers.stored()]
    settings(monkeypatch, tmp_path, "[notify]\nheartbeat = false\n")
    life.tell(*receivers_there)
    weeks(life, 10)
    assert len(receiver.got) == 2


def test_names_stay_at_home_where_the_settings_say_so(life, receiver, monkeypatch, tmp_path):
    settings(monkeypatch, tmp_path, f'[notify]\nurls = ["{receiver.url}"]\nnames = false\n')
    life.run()
    life.devices.append(newcomer(30, "Grandma's pillbox"))
    weeks(life, 1)
    [message] = receiver.got
    assert message["title"] == "netguard: 1 device new"
    assert "Device new: a sensor" in message["message"]
    assert "pillbox" not in str(message)


def test_without_receivers_it_is_in_the_log_and_nothing_waits(life):
    life.run()
    life.devices.append(newcomer())
    weeks(life, 1)
    assert life.waiting() == ()
    assert any("1 device new" in line and "--notify" in line for line in life.log)


def test_without_apprise_messages_wait_and_one_line_says_what_to_install(life, receiver, monkeypatch):
    def missing():
        raise services.MissingError

    life.tell(receiver.url)
    life.run()
    with monkeypatch.context() as patch:
        patch.setattr(sender, "need", missing)
        life.devices.append(newcomer())
        weeks(life, 1)
        assert life.log[-1] == "1 message waits: to send messages netguard needs Apprise: pip install netguard[notify]"
        life.after(days=20)
        life.run()
    life.after(hours=1)
    life.run()
    assert receiver.titles == ["netguard at home: 1 device new"]


def test_what_waited_for_a_receiver_that_was_corrected_goes_to_the_corrected_one(life, receiver, second):
    receiver.status = 401
    life.tell(receiver.url, second.url)
    life.run()
    life.devices.append(newcomer())
    weeks(life, 1)
    receiver.status = 200
    receivers.remove(receiver.url)
    life.tell(f"{receiver.url}-right")
    life.after(hours=1)
    life.run()
    assert receiver.titles == second.titles == ["netguard at home: 1 device new"]
    assert any("receiver that was removed; it goes to those" in line for line in life.log)
    assert _schedule_status.messages(life.url) == {"waiting": 0, "given_up": []}, "nobody is without it"
    life.devices.append(newcomer(31, "Garage"))
    weeks(life, 1)
    assert all("elivered" not in got["message"] for got in receiver.got)


def test_a_damaged_scan_in_between_is_passed_over(life, receiver):
    life.tell(receiver.url)
    life.run()
    weeks(life, 1)
    with History.open(life.url) as history, history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET document = x'00' WHERE id = '000000000002'")
    life.devices.append(newcomer())
    weeks(life, 1)
    assert receiver.titles == ["netguard at home: 1 device new"]
    assert any("could not be compared with 000000000002" in line for line in life.log)


def teller(url, history, receiver):
    life_settings = config.Config()
    return _telling.Teller(
        history, life_settings, [receivers.made_of(receiver.url)], _schedule_log.Log(), lambda: builders.NOW
    )


def test_of_many_runs_at_once_one_sends(life, receiver):
    with History.open(life.url) as history:
        history.tell("home", "scan 1", [receivers.made_of(receiver.url).id], TEXT, builders.NOW)
    start = threading.Barrier(4)

    def send():
        with History.open(life.url) as history:
            mine = teller(life.url, history, receiver)
            start.wait()
            mine.send()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert receiver.titles == [TEXT.title]
    assert life.waiting() == ()


def test_two_computers_on_one_history_do_not_send_the_same(life, receiver, monkeypatch):
    with History.open(life.url) as history:
        history.tell("home", "scan 1", [receivers.made_of(receiver.url).id], TEXT, builders.NOW)
        history.take(history.waiting()[0], "the other laptop", builders.NOW)
        teller(life.url, history, receiver).send()
        assert receiver.got == []
        [message] = history.waiting()
        later = builders.NOW + _handing.ELSEWHERE
        assert not _handing.is_due(message, "this laptop", later - timedelta(seconds=1))
        assert _handing.is_due(message, "this laptop", later), "the other one was stopped"


SENDING = """
    import sys
    from netguard import config
    from netguard.cli import _handing, _schedule_log, _schedule_status, _telling
    from netguard.history.store import History
    from netguard.notify import receivers
    from tests import builders

    with History.open(sys.argv[1]) as history:
        to = [receivers.made_of(sys.argv[2])]
        _telling.Teller(history, config.Config(), to, _schedule_log.Log(), lambda: builders.NOW).send()
"""


def test_killed_between_handing_over_and_noting_it_it_is_sent_once_more_and_says_so(life, receiver):
    with History.open(life.url) as history:
        history.tell("home", "scan 1", [receivers.made_of(receiver.url).id], TEXT, builders.NOW)
    receiver.held.clear()
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SENDING), life.url, receiver.url],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        assert receiver.came.acquire(timeout=60), "the receiver has it"
    finally:
        child.kill()
        child.wait()
    receiver.held.set()
    [message] = life.waiting()
    assert message.handing is not None
    with History.open(life.url) as history:
        for _ in range(3):
            teller(life.url, history, receiver).send()
    assert [m["message"] for m in receiver.got] == [TEXT.body, f"{TEXT.body}\n{_handing.AGAIN}"]
    assert life.waiting() == ()


def test_killed_before_it_could_send_it_is_sent_at_the_next_run(life, receiver, monkeypatch):
    life.tell(receiver.url)
    life.run()
    life.devices.append(newcomer())
    life.after(days=7)
    with monkeypatch.context() as patch:

        def killed(*_):
            raise KeyboardInterrupt

        patch.setattr(_handing.Handing, "all", killed)
        with pytest.raises(KeyboardInterrupt):
            life.run()
    life.run()
    assert receiver.titles == ["netguard at home: 1 device new"]
    assert _handing.AGAIN not in receiver.got[0]["message"]
