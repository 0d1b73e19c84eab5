"""Handing over, to a real receiver on this computer: what arrives, what is said of failures, and that no secret is in it."""

import builtins
import logging

import pytest

from netguard.errors import UsageError
from netguard.model.message import Text
from netguard.notify import receivers, sender

TEXT = Text(title="netguard at home: 1 new", body="New, high: Telnet & more <b>on</b> hub\nsecond line")


def test_a_message_arrives_as_it_was_written_and_once(receiver):
    assert sender.deliver(receivers.made_of(receiver.url), TEXT) is None
    [message] = receiver.got
    assert (message["title"], message["message"]) == (TEXT.title, TEXT.body)
    assert "http" not in str(message), "nothing in it points to somebody's server"


def test_a_receiver_that_refuses_is_a_reason_without_secrets(receiver):
    receiver.status = 500
    reason = sender.deliver(receivers.made_of(receiver.url), TEXT)
    assert "500" in reason
    assert "secret" not in reason
    assert "127.0.0.1" not in reason


def test_a_receiver_that_is_not_there_is_a_reason_without_secrets(receiver):
    gone = receivers.made_of("json://hunter-user:hunter2pass@127.0.0.1:1/secret-token?+X-Key=verysecret")
    reason = sender.deliver(gone, TEXT)
    assert reason
    for secret in ("hunter", "secret", "127.0.0.1"):
        assert secret not in reason


def test_a_receiver_that_does_not_answer_is_left_after_its_time(receiver):
    receiver.held.clear()
    assert sender.deliver(receivers.made_of(receiver.url), TEXT, seconds=0.3) == "there was no answer within 0 seconds"


def test_nothing_reaches_the_terminal_by_itself(receiver, capfd):
    receiver.status = 500
    sender.deliver(receivers.made_of(receiver.url), TEXT)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("apprise").propagate


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

    monkeypatch.setattr(sender, "_service", broken)
    assert sender.deliver(receivers.made_of(receiver.url), TEXT) == "RuntimeError: no luck with *** at all"


def test_without_apprise_one_line_says_what_to_install(receiver, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "apprise":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    for act in (sender.need, lambda: sender.deliver(receivers.made_of(receiver.url), TEXT)):
        with pytest.raises(sender.MissingError, match=r"pip install netguard\[notify\]"):
            act()
