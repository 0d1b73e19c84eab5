"""Several targets in one address are several receivers, each of whom is told by itself."""

import pytest

from netguard.errors import UsageError
from netguard.notify import receivers, sender, services


def apart(url):
    return services.apart(receivers.made_of(url))


@pytest.mark.parametrize(
    ("url", "kept", "targets"),
    [
        ("ntfy://127.0.0.1:8080/mine/hers", "ntfy://127.0.0.1:8080/", ["mine", "hers"]),
        ("ntfys://user:hunter2@example.org/a,b/c?priority=high", "ntfys://user:hunter2@example.org/", ["a?", "b?", "c?"]),
        ("mailtos://u:pw@example.org?to=a@example.org,b@example.net", "mailtos://u:pw@example.org/", ["a%40example.org", "b%40example.net"]),
        ("signal://localhost:8080/+15551234567/+15557654321/+15557654322", "signal://localhost:8080/+15551234567/", ["+15557654321", "+15557654322"]),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/98765", "tgram://123456789%3Aabcdefg_hijklmnop/", ["12315544", "98765"]),
    ],
)  # fmt: skip
def test_each_target_becomes_a_receiver_of_its_own(url, kept, targets):
    alone = apart(url)
    assert len({one.id for one in alone}) == len(targets)
    for one, target in zip(alone, targets, strict=True):
        assert one.url.startswith(f"{kept}{target}")
        assert apart(one.url) == (one,), "nothing is taken apart twice"
        assert sum(other in one.url.partition("?")[0].removeprefix(kept) for other in targets if "?" not in other) <= 1
        assert "rto" not in one.url, "a longer wait of ours is no part of who somebody is"
    sender.check(receivers.made_of(url))


@pytest.mark.parametrize("url", ["json://127.0.0.1/x", "ntfy://topic", "nonsense://x", "mailto://u:p@example.org"])
def test_one_target_stays_to_the_letter(url):
    assert apart(url) == (receivers.made_of(url),)


def test_several_that_cannot_be_told_apart_are_refused_in_words():
    url = "ifttt://hunter2key@event-one/event-two"
    with pytest.raises(UsageError, match="give one address for each") as error:
        sender.check(receivers.made_of(url))
    assert "hunter2" not in str(error.value)
    [whole] = services.each([receivers.made_of(url)])
    assert whole.url == url, "one that stands in the settings is told all the same"


def test_each_is_there_once_and_without_apprise_nothing_is_taken_apart(monkeypatch):
    both, one = receivers.made_of("ntfy://127.0.0.1/mine/hers"), receivers.made_of("ntfy://127.0.0.1/mine")
    [mine, hers] = services.each([both, both])
    assert {mine, hers} < set(services.each([one, both]))

    def missing():
        raise services.MissingError

    monkeypatch.setattr(services, "module", missing)
    assert services.each([both]) == (both,)
