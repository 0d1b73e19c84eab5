"""Alice on a computer whose schedulers only remember what they were told; her shell points nowhere else."""

import sys
from dataclasses import replace

import pytest

from netguard.cli import _person, _schedule, _session
from netguard.errors import VantageError
from tests.unit.schedule.computer import Computer


@pytest.fixture
def computer():
    """A computer that has every scheduler."""
    return Computer()


@pytest.fixture
def person(monkeypatch, tmp_path, computer):
    """Alice on that computer, at a terminal that nobody reads from."""
    home = tmp_path / "alice"
    for name in ("NETGUARD_DATABASE", "NETGUARD_CONFIG", "XDG_CACHE_HOME", "XDG_STATE_HOME", "SUDO_UID", "PKEXEC_UID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".data"))
    (tmp_path / "booted").mkdir()
    made = _person.here(None)
    made = replace(
        made,
        home=home,
        data=home / ".data" / "netguard",
        user="alice",
        uid=1000,
        run=computer.run,
        find=computer.find,
        units=tmp_path / "units",
        booted=tmp_path / "booted",
        sleep=computer.sleep,
    )

    def nowhere(interface, rights):
        raise VantageError("no network")

    monkeypatch.setattr(_person, "here", lambda identity: made)
    monkeypatch.setattr(_person, "find", lambda user: None)
    monkeypatch.setattr(_schedule.privileges, "is_root", lambda: False)
    monkeypatch.setattr(_session, "look", nowhere)
    return made


@pytest.fixture
def answers(monkeypatch):
    """Sit at a terminal and answer."""

    def answer(yes):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(_schedule.click, "confirm", lambda *_, **__: yes)

    return answer
