"""What is accepted, listed: how each decision stands, and how one is renewed or taken back."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.errors import HistoryError, UsageError
from netguard.history.store import History
from netguard.model.vocabulary import Depth, Status
from tests.cli.accepting import (
    BRIDGE,
    CAMERA,
    ELSEWHERE,
    FINE,
    SECOND,
    SOON,
    TELNET,
    TODAY,
    accept,
    finding,
    keep,
    kept,
    run,
    scan,
)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/h.sqlite"


@pytest.fixture
def home(url):
    keep(url, scan(7, TELNET, ELSEWHERE, FINE), scan(0, TELNET, SECOND, ELSEWHERE, FINE))
    return url


def test_the_list_says_how_each_stands(home):
    accept(home, "telnet-open@Hall bridge")
    accept(home, ELSEWHERE.fingerprint)
    for listed in (run(home), run(home, "list")):
        header, first, second = listed.stdout.splitlines()
        assert header.split() == ["ID", "UNTIL", "BY", "WHAT", "STATE", "REASON"]
        assert "telnet-open on Hall bridge  accepted, 2 open" in first
        assert "telnet-open on Camera" in second
        assert "The update comes in spring" in second
        assert listed.stderr == ""
    said = json.loads(run(home, "list", "--json", "-").stdout)
    assert [each["state"] for each in said] == ["accepted, 2 open", "accepted, 1 open"]
    assert said[0]["open"] == [TELNET.title, SECOND.title]


def test_the_list_warns_of_what_has_ended_and_of_what_is_of_no_use(home):
    for target in (TELNET, SECOND, ELSEWHERE):
        accept(home, target.fingerprint)
    one, two, three = kept(home)
    with History.open(home) as history:
        history.accept(replace(one, until=TODAY - timedelta(days=1)))
        history.accept(replace(two, until=TODAY - timedelta(days=1)))
    keep(home, scan(-1, TELNET, finding(CAMERA, "", Status.PASS), number=77))
    listed = run(home)
    states = {line.split()[0]: line for line in listed.stdout.splitlines()[1:]}
    assert "ended, counts again" in states[one.id]
    assert "counts again" not in states[two.id]
    assert "of no use" in states[three.id]
    warned = listed.stderr.splitlines()
    assert len(warned) == 3
    assert any(f"netguard accept renew {one.id} --until DATE" in line for line in warned)
    assert all(any(f"netguard accept remove {a.id}" in line for line in warned) for a in (one, two, three))


def test_one_that_was_not_looked_at_is_neither_warned_of_nor_forgotten(home):
    accept(home, TELNET.fingerprint)
    keep(home, scan(-1, finding(BRIDGE, "", Status.UNKNOWN), number=77))
    listed = run(home)
    assert "not seen last time" in listed.stdout
    assert listed.stderr == ""


def test_a_decision_is_renewed(home):
    accept(home, TELNET.fingerprint)
    (one,) = kept(home)
    later = TODAY + timedelta(days=300)
    said = run(home, "renew", one.id, "--until", str(later)).stdout
    assert said == f"{one.id} holds until {later}; it held until {SOON}.\n"
    assert kept(home) == (replace(one, until=later),)
    run(home, "renew", one.id, "--until", str(later), "--reason", "Another")
    assert kept(home)[0].reason == "Another"


@pytest.mark.parametrize("word", ["remove", "renew"])
def test_what_names_no_decision_is_answered_kindly(home, word):
    accept(home, TELNET.fingerprint)
    more = ("--until", SOON) if word == "renew" else ()
    for reference in ("00000000", "", kept(home)[0].id[:3], "\x1b[2J"):
        with pytest.raises(UsageError, match="there is no decision") as refused:
            run(home, word, reference, *more)
        assert "\x1b" not in str(refused.value)


def test_a_damaged_decision_stands_in_the_way_until_it_is_taken_out_by_its_id(home, tmp_path):
    accept(home, TELNET.fingerprint)
    (one,) = kept(home)
    with sqlite3.connect(tmp_path / "h.sqlite") as database:
        database.execute("update acceptances set body = '{'")
    with pytest.raises(HistoryError, match=f"netguard accept remove {one.id}"):
        run(home)
    with pytest.raises(HistoryError):
        run(home, "remove", "00000000")
    assert run(home, "remove", one.id).stdout == f"{one.id} is taken out.\n"
    assert kept(home) == ()


def test_sites_keep_their_own(home):
    keep(home, scan(0, ELSEWHERE, number=99, site="cabin", depth=Depth.QUICK))
    accept(home, ELSEWHERE.fingerprint, "--site", "cabin")
    assert kept(home) == ()
    assert len(kept(home, "cabin")) == 1
    assert run(home, "list", "--site", "home").stdout == ""
    assert len(run(home).stdout.splitlines()) == 2
