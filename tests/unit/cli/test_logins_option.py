"""`--logins`: asked before it is done, refused where nobody can be asked or no login page is looked at."""

import sys

import click
import pytest

from netguard import config
from netguard.cli import _logins
from netguard.errors import ConfigError, UsageError
from netguard.model.address import ip, mac
from netguard.model.vocabulary import Depth


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)


def test_without_it_nothing_is_checked():
    _logins.check(False, Depth.QUICK, said_yes=False)


def test_it_needs_a_depth_that_looks_at_login_pages(terminal):
    with pytest.raises(UsageError, match="at quick no login page is looked at"):
        _logins.check(True, Depth.QUICK, said_yes=True)
    for depth in (Depth.STANDARD, Depth.DEEP):
        _logins.check(True, depth, said_yes=False)


def test_where_nobody_can_be_asked_it_takes_a_yes(monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(UsageError, match="say so with --yes"):
        _logins.check(True, Depth.STANDARD, said_yes=False)
    _logins.check(True, Depth.STANDARD, said_yes=True)


@pytest.mark.parametrize("answer", [True, False])
def test_it_says_what_it_does_and_does_as_it_is_told(monkeypatch, capsys, answer):
    monkeypatch.setattr(click, "confirm", lambda *_, **__: answer)
    assert _logins.is_allowed(said_yes=False) is answer
    said = capsys.readouterr().err
    for word in ("3 logins at most", "Never at locks", "is tried twice within 24 hours", "written down nowhere"):
        assert word in " ".join(said.replace("\n    ", " ").split())
    assert ("goes on without them" in said) is not answer


def test_a_no_is_one_to_the_devices_of_the_settings_too():
    at = (ip("192.0.2.1"),)
    assert _logins.named(at, asked=True, allowed=False) == ()
    assert _logins.named(at, asked=True, allowed=True) == at
    assert _logins.named(at, asked=False, allowed=False) == at


def test_a_yes_is_asked_for_once(capsys):
    assert _logins.is_allowed(said_yes=True)
    assert capsys.readouterr().err == ""


def test_devices_in_the_settings_are_taken_by_mac_or_address(tmp_path, monkeypatch):
    where = tmp_path / "config.toml"
    monkeypatch.setenv("NETGUARD_CONFIG", str(where))
    where.write_text('logins = ["00:00:5e:00:53:01", "192.0.2.1"]\n')
    assert config.load().logins_at() == (mac("00:00:5e:00:53:01"), ip("192.0.2.1"))
    where.write_text('logins = ["my router"]\n')
    with pytest.raises(ConfigError, match="'my router' is neither a MAC nor an IP address"):
        config.load()
