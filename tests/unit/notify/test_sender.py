"""Handing over, to a real receiver on this computer: what arrives, what is said of failures, and that no secret is in it."""

import builtins
import logging
import threading

import pytest

from netguard.errors import UsageError
from netguard.model.message import Text
from netguard.notify import receivers, sender, services

TEXT = Text(title="netguard at home: 1 new", body="New, high: Telnet & more <b>on</b> hub\nsecond line")


def test_a_message_arrives_as_it_was_written_and_once(receiver):
    assert sender.deliver(receivers.made_of(receiver.url), TEXT) is None
    [message] = receiver.got
    assert (message["title"], message["message"]) == (TEXT.title, TEXT.body)
    assert "http" not in str(message), "nothing in it points to somebody's server"


def test_a_receiver_that_refuses_is_a_reason_without_secrets(receiver):
    receiver.status = 500
    failure = sender.deliver(receivers.made_of(receiver.url), TEXT)
    assert not failure.unsure
    reason = failure.why
    assert "500" in reason
    assert "secret" not in reason
    assert "127.0.0.1" not in reason


def test_a_receiver_that_is_not_there_is_a_reason_without_secrets(receiver):
    gone = receivers.made_of("json://hunter-user:hunter2pass@127.0.0.1:1/secret-token?+X-Key=verysecret")
    failure = sender.deliver(gone, TEXT)
    assert not failure.unsure, "nothing was handed over"
    reason = failure.why
    assert reason
    for secret in ("hunter", "secret", "127.0.0.1"):
        assert secret not in reason


def test_a_receiver_that_does_not_answer_is_left_after_its_time(receiver):
    receiver.held.clear()
    failure = sender.deliver(receivers.made_of(receiver.url), TEXT, seconds=0.3)
    assert failure == sender.Failure(why="there was no answer within 0 seconds", unsure=True)


def test_a_receiver_that_takes_it_and_answers_late_may_have_it(receiver):
    receiver.held.clear()
    failure = sender.deliver(receivers.made_of(f"{receiver.url}?rto=0.3"), TEXT)
    assert failure == sender.Failure(why="it was handed over, and no answer came in time", unsure=True)
    assert len(receiver.got) == 1


def test_a_slow_answer_is_waited_for_much_longer_than_apprise_does():
    made = services.make(receivers.made_of("json://127.0.0.1/x"))
    assert made.request_timeout == (services.CONNECT_SECONDS, services.READ_SECONDS)
    assert sum(made.request_timeout) < sender.SECONDS
    said = services.make(receivers.made_of("json://127.0.0.1/x?rto=7&cto=3"))
    assert said.request_timeout == (3.0, 7.0)


def test_what_is_said_of_another_receiver_meanwhile_is_not_held_against_this_one(receiver):
    def talk():
        logging.getLogger("apprise").warning("Read timed out of hunter2")

    with sender._listening() as said:
        other = threading.Thread(target=talk)
        other.start()
        other.join()
    assert (said.lines, said.no_answer) == ([], False)


def test_nothing_reaches_the_terminal_by_itself(receiver, capfd):
    receiver.status = 500
    sender.deliver(receivers.made_of(receiver.url), TEXT)
    assert capfd.readouterr() == ("", "")
    logger = logging.getLogger("apprise")
    assert logger.propagate
    assert logger.level == logging.NOTSET
    assert not [h for h in logger.handlers if h.level == logging.DEBUG]


@pytest.mark.parametrize("url", ["nonsense://hunter2", "mailto://hunter2"])
def test_what_apprise_does_not_know_is_told_before_anything_is_kept(url):
    with pytest.raises(UsageError) as error:
        sender.check(receivers.made_of(url))
    assert "hunter2" not in str(error.value)
    assert "appriseit.com" in str(error.value)
    assert sender.deliver(receivers.made_of(url), TEXT)


def test_a_known_receiver_is_checked_without_being_written_to(receiver):
    sender.check(receivers.made_of(receiver.url))
    assert receiver.got == []


def test_a_service_that_breaks_is_a_reason_like_any_other(receiver, monkeypatch):
    def broken(_receiver):
        raise RuntimeError("no luck with json://127.0.0.1/secret-token\nat all")

    monkeypatch.setattr(services, "make", broken)
    failure = sender.deliver(receivers.made_of(receiver.url), TEXT)
    assert failure == sender.Failure(why="RuntimeError: no luck with json://*** at all")


def test_without_apprise_one_line_says_what_to_install(receiver, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "apprise":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    for act in (sender.need, lambda: sender.deliver(receivers.made_of(receiver.url), TEXT)):
        with pytest.raises(services.MissingError, match=r"pip install netguard\[notify\]"):
            act()


@pytest.mark.parametrize(
    ("scheme", "needs"),
    [("gnome", "PyGObject"), ("dbus", "dbus-python"), ("windows", "pywin32"), ("macosx", "terminal-notifier")],
)
def test_what_a_desktop_lacks_is_said_by_its_name(scheme, needs, monkeypatch):
    everything = services.module().Apprise().details(show_requirements=True, show_disabled=True)
    for service in everything["schemas"]:
        if scheme in (service["protocols"] or ()):
            service["enabled"] = False  # as on a computer that is none of the four
    monkeypatch.setattr(services.module().Apprise, "details", lambda *_, **__: everything)
    monkeypatch.setattr(services, "_made", lambda _: None)
    with pytest.raises(UsageError, match=needs) as error:
        sender.check(receivers.made_of(f"{scheme}://"))
    assert f"{scheme}:// needs" in str(error.value)
    assert "***" not in str(error.value)
    assert needs in sender.deliver(receivers.made_of(f"{scheme}://"), TEXT).why


def test_a_refusal_never_hides_the_kind_of_address():
    receiver = receivers.made_of("gnome://hunter2/gnome/secret")
    said = sender._without_secrets(receiver, "gnome:// is disabled on this system, says gnome of hunter2 and secret")
    assert said == "gnome://*** is disabled on this system, says gnome of *** and ***"


def test_another_service_that_lacks_a_package_says_which(monkeypatch):
    everything = {
        "schemas": [
            {
                "protocols": ("mqtt",),
                "secure_protocols": None,
                "enabled": False,
                "requirements": {"packages_required": ["paho-mqtt >= 2.1.0"], "details": ""},
            }
        ]
    }
    monkeypatch.setattr(services.module().Apprise, "details", lambda *_, **__: everything)
    assert services.lacking(receivers.made_of("mqtt://h/t")) == (
        "mqtt:// needs the Python package paho-mqtt >= 2.1.0, and that is not here"
    )
    assert services.lacking(receivers.made_of("nonsense://x")) == ""
