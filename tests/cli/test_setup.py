"""`netguard setup`: what it keeps, what it refuses, and how it asks."""

import json
import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from netguard.cli._ask import MOST_CHOICES
from netguard.history.store import History
from netguard.model.vocabulary import Link, Role

ROOT = Path(__file__).resolve().parents[2]
HERE = ("-i", "lo", "--my-network")
"""The loopback interface: setup sends nothing, and looks at no other network."""
PATIENCE_SECONDS = 60


@pytest.fixture
def setup(netguard, tmp_path, empty_history):
    """Run `netguard setup ARGS` with a history and settings of its own."""
    shutil.copy(empty_history, tmp_path / "h.sqlite")

    def run(*argv, **environment):
        given = {
            "NETGUARD_DATABASE": f"sqlite:///{tmp_path / 'h.sqlite'}",
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
        }
        return netguard("setup", *argv, **(given | environment))

    return run


@pytest.fixture
def kept(tmp_path):
    """What the history holds of the site `home`."""

    def read():
        with History.open(f"sqlite:///{tmp_path / 'h.sqlite'}") as history:
            return history.declared("home")

    return read


def test_what_is_said_is_kept_and_shown(setup, kept):
    done = setup(
        *HERE, "--lock", "nuki-bridge:Front door:bridge", "--lock", "other:Shed:zigbee", "--router", "fritzbox"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Declared:",
        "  Front door: Nuki Bridge, by its maker's bridge",
        "  Shed: a lock that no record knows, by Zigbee",
        "  FRITZ!Box: FRITZ!Box",
    ]
    door, shed, router = kept()
    assert (door.role, door.profile, door.link) == (Role.LOCK, "nuki-bridge", Link.BRIDGE), "the lock is no bridge"
    assert (shed.role, shed.profile, shed.link) == (Role.LOCK, None, Link.ZIGBEE)
    assert (router.role, router.profile, router.link) == (Role.ROUTER, "fritzbox", None)


def test_saying_it_again_changes_nothing_and_saying_it_otherwise_changes_that(setup, kept):
    said = (*HERE, "--lock", "kwikset-halo:Front door:wifi", "--router", "fritzbox")
    setup(*said)
    before = kept()
    assert setup(*said).returncode == 0
    assert kept() == before
    setup(*HERE, "--lock", "kwikset-halo:front DOOR:bluetooth", "--router", "openwrt")
    door, router = kept()
    assert (door.id, door.name, door.link) == (before[0].id, "front DOOR", Link.BLUETOOTH)
    assert router.profile == "openwrt"


def test_what_is_no_longer_there_is_taken_out_by_its_name(setup, kept):
    setup(*HERE, "--lock", "kwikset-halo:Front door:wifi", "--lock", "kwikset-halo:Back door:wifi")
    done = setup(*HERE, "--remove", "front  Door")
    assert [d.name for d in kept()] == ["Back door"]
    assert "Front door" not in done.stdout
    wrong = setup(*HERE, "--remove", "Cellar")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "nothing of that name is declared; there is Back door" in wrong.stderr


def test_the_list_needs_no_network_and_is_plain_data_on_request(setup, kept):
    assert setup("--list").stdout == "Nothing is declared.\n"
    setup(*HERE, "--lock", "kwikset-halo:Front door:wifi")
    assert "Front door: Kwikset Halo lock, by Wi-Fi" in setup("--list").stdout
    done = setup("--list", "--json", "-")
    (declared,) = json.loads(done.stdout)["declared"]
    assert declared.pop("declared_at").startswith("20")
    assert declared == {
        "id": kept()[0].id,
        "site": "home",
        "name": "Front door",
        "role": "lock",
        "profile": "kwikset-halo",
        "link": "wifi",
        "known": None,
    }


def test_several_sites_are_told_apart(setup):
    setup(*HERE, "--lock", "kwikset-halo:Front door:wifi")
    for site in ("home", "flat 7"):
        again = setup(*HERE, "--site", site, "--lock", "kwikset-halo:Door:wifi")
        assert again.returncode == 0, again.stderr
    assert setup("--site", "flat 7", "--list").stdout.splitlines() == [
        "Declared:",
        "  Door: Kwikset Halo lock, by Wi-Fi",
    ]


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        ((), 2, "there is no terminal to ask on"),
        (("--lock", "kwikset-halo:A:wifi"), 3, "Nothing was sent"),
        ((*HERE, "--lock", "nuki-brigde:A:bridge"), 2, "nuki-bridge"),
        ((*HERE, "--lock", "fritzbox:A:wifi"), 2, "a record of a router, not of a lock or hub"),
        ((*HERE, "--lock", "kwikset-halo:A:zigbee"), 2, "its record says wifi"),
        ((*HERE, "--lock", "kwikset-halo:A:pigeon"), 2, "'pigeon'"),
        ((*HERE, "--lock", "kwikset-halo:A"), 2, "say how it is connected"),
        ((*HERE, "--lock", "other"), 2, "say how it is connected"),
        ((*HERE, "--lock", ""), 2, "no record of that name"),
        ((*HERE, "--router", "fritz"), 2, "fritzbox"),
        ((*HERE, "--reports", " "), 2, "name a folder"),
        ((*HERE, "--lock", "kwikset-halo:FRITZ!Box:wifi", "--router", "no-such-router"), 2, "no-such-router"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(setup, kept, argv, code, says):
    done = setup(*argv)
    assert (done.returncode, done.stdout) == (code, ""), done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert kept() == ()


def test_the_folder_for_reports_is_one_line_in_the_settings(setup, tmp_path):
    settings = tmp_path / "config.toml"
    settings.write_text('# mine\nnever_touch = ["192.0.2.9"]  # the baby camera\n')
    done = setup(*HERE, "--reports", tmp_path / "out", NETGUARD_CONFIG=str(settings))
    assert done.returncode == 0, done.stderr
    assert str(settings) in done.stderr
    assert settings.read_text() == (
        f'# mine\nreports = "{tmp_path}/out"\nnever_touch = ["192.0.2.9"]  # the baby camera\n'
    )
    assert stat.S_IMODE(settings.stat().st_mode) & 0o077 == 0


class Typing:
    """`netguard setup` on a pseudo-terminal, on the loopback interface."""

    def __init__(self, folder, *argv):
        self._ours, theirs = pty.openpty()
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "NETGUARD_DATABASE": f"sqlite:///{folder / 'h.sqlite'}",
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "TERM": "dumb",
        }
        environment.pop("NETGUARD_CONFIG", None)
        command = [sys.executable, "-m", "netguard", "setup", "-i", "lo", *argv]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder
        )
        os.close(theirs)
        self.said = ""

    def answers(self, *exchanges):
        """Wait for each question, from where the last answer was typed, and answer it. Gives the exit code."""
        try:
            for question, answer in exchanges:
                start = len(self.said)
                self._until(lambda start=start, question=question: self._waits(self.said[start:], question))
                os.write(self._ours, answer.encode() + b"\n")
            self._until(lambda: self._process.poll() is not None)
            self._read(0.2)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._ours)
        return self._process.returncode

    @staticmethod
    def _waits(said, question):
        """Whether the question was asked and the program waits at a prompt now."""
        return question in said and said.endswith(": ")

    def _until(self, true):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not true():
            assert time.monotonic() < deadline, self.said
            self._read(0.2)

    def _read(self, seconds):
        if select.select([self._ours], [], [], seconds)[0]:
            try:
                self.said += os.read(self._ours, 65536).decode(errors="replace")
            except OSError:
                time.sleep(0.02)


def test_on_a_terminal_it_asks_for_everything_and_shows_what_will_be_kept(tmp_path, kept):
    typing = Typing(tmp_path)
    code = typing.answers(
        ("Is this network yours?", "y"),
        ("What shall it be called", ""),
        ("Which lock have you?", "nuki bridge"),
        ("Which one?", "1"),
        ("What do you call it [Nuki Bridge]", "Front door"),
        ("Which other lock have you?", "kwikset halo"),
        ("Which one?", "77"),
        ("Type a number from 0 to", "1"),
        ("How is it connected?", "2"),
        ("What do you call it", "FRITZ!Box"),
        ("Which other lock have you?", "xyzzy"),
        ("Which one?", "0"),
        ("How is it connected?", ""),
        ("What do you call it [xyzzy]", ""),
        ("Which other lock have you?", ""),
        ("Which router have you?", "fritz!box"),
        ("Which one?", "1"),
        ("Where shall reports go", str(tmp_path / "out")),
        ("Write that? [Y/n]", "y"),
        ("Take one out?", "3"),
        ("Take one out?", ""),
    )
    assert code == 0, typing.said
    assert [(d.name, d.link) for d in kept()] == [
        ("Front door", Link.BRIDGE),
        ("FRITZ!Box", Link.BLUETOOTH),
        ("FRITZ!Box 2", None),
    ]
    assert (tmp_path / "config" / "netguard" / "config.toml").read_text() == f'reports = "{tmp_path}/out"\n'
    assert "In " in typing.said
    assert f'config.toml: reports = "{tmp_path}/out"' in typing.said.replace("\r\n", "")


def test_run_again_it_shows_what_is_declared_and_enter_keeps_all_of_it(setup, tmp_path, kept):
    setup(*HERE, "--lock", "kwikset-halo:Front door:wifi", "--router", "fritzbox", "--reports", tmp_path / "out")
    before, settings = kept(), (tmp_path / "config" / "netguard" / "config.toml").read_text()
    typing = Typing(tmp_path, "--site", "home")
    code = typing.answers(
        ("Which lock have you?", ""),
        ("only Enter: it is FRITZ!Box", ""),
        ("Where shall reports go", str(tmp_path / "elsewhere")),
        ("Write that? [y/N]", ""),
        ("Take one out?", ""),
    )
    assert code == 0, typing.said
    assert "You have told netguard of:\r\n  Front door: Kwikset Halo lock, by Wi-Fi" in typing.said
    assert f'instead of reports = "{tmp_path}/out"' in typing.said, "what stands there is shown before it goes"
    assert kept() == before
    assert (tmp_path / "config" / "netguard" / "config.toml").read_text() == settings


def test_a_long_list_is_cut_and_a_search_may_be_repeated(tmp_path, kept):
    typing = Typing(tmp_path, "--my-network", "--only-locks")
    code = typing.answers(
        ("Which lock have you?", "lock"),
        ("more: type more of the name", ""),
        ("Which lock have you?", "kwikset halo"),
        ("Which one?", "1"),
        ("How is it connected?", ""),
        ("What do you call it", ""),
        ("Which other lock have you?", ""),
        ("Take one out?", "1"),
    )
    assert code == 0, typing.said
    assert f"\r\n  {MOST_CHOICES}  " in typing.said
    assert f"\r\n  {MOST_CHOICES + 1}  " not in typing.said
    assert kept() == (), "it was taken out before it was kept"


def test_who_says_that_the_network_is_not_theirs_is_asked_nothing_else(tmp_path, kept):
    typing = Typing(tmp_path)
    assert typing.answers(("Is this network yours?", "n")) == 3
    assert "nothing was sent" in typing.said
    assert "Which lock" not in typing.said
    assert kept() == ()
