"""Who is told: kept in a file for its owner only, shown to nobody, each once."""

import os
import stat

import pytest

from netguard import config
from netguard.errors import ConfigError, UsageError
from netguard.notify import receivers

ONE, TWO = "ntfy://front-door-7f3a", "mailto://user:hunter2@example.org"


def test_kept_once_in_a_file_for_its_owner_only_and_taken_out_again():
    receivers.add(ONE)
    receivers.add(f" {ONE} ")
    receivers.add(TWO)
    assert [r.url for r in receivers.stored()] == [ONE, TWO]
    if os.name == "posix":
        assert stat.S_IMODE(receivers.path().stat().st_mode) == 0o600
    assert receivers.remove(receivers.made_of(ONE).label)
    assert not receivers.remove(ONE)
    assert receivers.remove(TWO)
    assert not receivers.path().exists()
    assert receivers.stored() == ()


def test_a_file_that_others_could_read_is_closed_to_them():
    receivers.add(ONE)
    receivers.path().chmod(0o644)
    assert [r.url for r in receivers.stored()] == [ONE]
    assert stat.S_IMODE(receivers.path().stat().st_mode) == 0o600


def test_neither_label_nor_repr_nor_id_gives_the_address_away():
    for url, parts in ((ONE, ["front", "7f3a"]), (TWO, ["user", "hunter2", "example"])):
        made = receivers.made_of(url)
        shown = f"{made!r} {made} {made.label} {made.id}"
        assert not any(part in shown for part in parts)
        assert made.label.startswith(url.partition(":")[0])
    assert receivers.made_of(ONE).id != receivers.made_of(TWO).id


@pytest.mark.parametrize(
    "url", ["", "hunter2", "ntfy:hunter2", "ntfy://a hunter2", "ntfy://hunter2\nntfy://b", "ntfy://" + "a" * 5000]
)
def test_what_is_no_address_is_refused_without_being_repeated(url):
    with pytest.raises(UsageError) as error:
        receivers.add(url)
    assert "hunter2" not in str(error.value)
    assert receivers.stored() == ()


def test_no_more_than_a_household_and_its_friends():
    for number in range(receivers.MAX_RECEIVERS):
        receivers.add(f"ntfy://topic-{number}")
    with pytest.raises(UsageError, match="remove one first"):
        receivers.add(ONE)
    receivers.add("ntfy://topic-3")


def test_those_of_the_settings_come_first_and_each_once():
    receivers.add(TWO)
    receivers.add(ONE)
    settings = config.Config(notify=config.Notify(urls=(ONE,)))
    assert [r.url for r in receivers.all(settings)] == [ONE, TWO]
    assert [r.url for r in receivers.all()] == [TWO, ONE]


def test_settings_say_what_may_be_told(tmp_path, monkeypatch):
    file = tmp_path / "config.toml"
    file.write_text('[notify]\nurls = ["ntfy://topic"]\nnames = false\naddresses = true\nheartbeat = false\n')
    monkeypatch.setenv("NETGUARD_CONFIG", str(file))
    allowed = config.load().notify
    assert (allowed.names, allowed.addresses, allowed.macs, allowed.heartbeat) == (False, True, False, False)
    assert [r.url for r in receivers.all()] == ["ntfy://topic"]
    file.write_text('[notify]\nurls = ["hunter2"]\n')
    with pytest.raises(ConfigError, match=r"notify\.urls") as error:
        receivers.all()
    assert "hunter2" not in str(error.value)
    file.write_text("[notify]\nnmaes = false\n")
    with pytest.raises(ConfigError, match="nmaes"):
        config.load()


def test_by_default_names_may_be_told_and_addresses_may_not():
    allowed = config.Config().notify
    assert (allowed.names, allowed.addresses, allowed.macs, allowed.heartbeat) == (True, False, False, True)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"hunter2\n", b"#" * (receivers.MAX_FILE + 1)])
def test_a_damaged_file_is_one_line_that_names_it_and_not_its_content(content):
    receivers.path().parent.mkdir(parents=True)
    receivers.path().write_bytes(content)
    with pytest.raises(ConfigError, match="receivers") as error:
        receivers.all()
    assert "hunter2" not in str(error.value)
    with pytest.raises(ConfigError):
        receivers.add(ONE)
    assert receivers.path().read_bytes() == content
