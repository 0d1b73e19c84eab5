"""What is accepted, listed: how each decision stands, and how one is renewed or taken back."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.errors import HistoryError, UsageError
from netguard.history.store import History
from netguard.model import address
from netguard.model.vantage import Segment
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


def test_the_list_warns_of_what_has_ended_and_of_what_is_no_longer_needed(home):
    for target in (TELNET, SECOND, ELSEWHERE):
        accept(home, target.fingerprint)
    one, two, three = kept(home)
    with History.open(home) as history:
        history.accept(replace(one, until=TODAY - timedelta(days=1)))
        history.accept(replace(two, until=TODAY - timedelta(days=1)))
    closed = finding(CAMERA, "", Status.PASS)
    keep(home, scan(-1, TELNET, closed, number=77))
    assert "no longer needed" not in run(home).stdout
    keep(home, scan(-2, TELNET, closed, number=78))
    listed = run(home)
    states = {line.split()[0]: line for line in listed.stdout.splitlines()[1:]}
    assert "ended, counts again" in states[one.id]
    assert "counts again" not in states[two.id]
    assert "  telnet-open on Camera  " in states[three.id]
    assert "  no longer needed  " in states[three.id]
    warned = listed.stderr.splitlines()
    assert len(warned) == 3
    assert any(f"`netguard accept renew {one.id} --until DATE`" in line for line in warned)
    assert all(any(f"`netguard accept remove {a.id}`" in line for line in warned) for a in (one, two, three))
    assert (
        f"netguard: {three.id} (telnet-open on Camera): what it is about is closed now; "
        f"to remove it: `netguard accept remove {three.id}`"
    ) in warned


def test_scans_of_another_network_make_no_decision_of_this_one_seem_needless(home):
    for target in (TELNET.fingerprint, "telnet-open@Hall bridge"):
        accept(home, target)
    here = scan().vantage
    guests = replace(here, segment=Segment(prefix=address.network("198.51.100.0/24")))
    keep(home, *(scan(-10 * n, number=500 + n, vantage=guests) for n in range(1, 7)))
    listed = run(home)
    assert "accepted, 1 open" in listed.stdout
    assert "accepted, 2 open" in listed.stdout
    assert listed.stderr == ""


def test_one_that_was_not_looked_at_is_neither_warned_of_nor_forgotten(home):
    accept(home, TELNET.fingerprint)
    keep(home, scan(-1, finding(BRIDGE, "", Status.UNKNOWN), number=77))
    listed = run(home)
    assert "telnet-open on Hall bridge  not seen last time" in listed.stdout
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


def test_of_several_sites_each_decision_says_which(home):
    keep(home, scan(0, ELSEWHERE, number=99, site="cabin"))
    accept(home, ELSEWHERE.fingerprint, "--site", "cabin")
    accept(home, TELNET.fingerprint)
    header, *rows = run(home).stdout.splitlines()
    assert header.split() == ["ID", "SITE", "UNTIL", "BY", "WHAT", "STATE", "REASON"]
    assert [row.split()[1] for row in rows] == ["cabin", "home"]
    assert "SITE" not in run(home, "list", "--site", "cabin").stdout


def test_what_is_left_of_a_site_without_scans_is_listed_and_can_be_removed(home, tmp_path):
    accept(home, TELNET.fingerprint)
    (one,) = kept(home)
    with sqlite3.connect(tmp_path / "h.sqlite") as database:
        database.execute("delete from scans")
    for words in ((), ("list", "--site", "home")):
        assert f"{one.id}  {SOON}  ada  finding {TELNET.fingerprint[:12]}  no saved scan" in run(home, *words).stdout
    assert "is taken back" in run(home, "remove", one.id).stdout
    assert kept(home) == ()


@pytest.mark.parametrize("words", [("--site", "home"), ("--site=home",), ("--json", "-"), ("--site", "home", "list")])
def test_options_of_the_list_alone_list(home, words):
    accept(home, TELNET.fingerprint)
    assert run(home, *words).stdout == run(home, "list", *[word for word in words if word != "list"]).stdout != ""


def test_the_database_alone_lists(home):
    accept(home, TELNET.fingerprint)
    assert "telnet-open on Hall bridge" in run("sqlite:///nowhere", "--database", home).stdout
