"""What a list of scans reads: what each is compared with, however far back, and nothing of other networks; and what prune needs."""

import dataclasses
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from netguard.cli import _keeping, _run, _timeline
from netguard.compare import trend
from netguard.history.store import History
from netguard.model import address
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Ended, Role, Severity, Status
from tests import builders

HERE = builders.scan().vantage
CAMERA = builders.device(20, Role.CAMERA, services=(23, 443), asked="1-1024")
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=600)


def router(last):
    """This network's prefix behind the router with this MAC; null for one that did not answer."""
    mac = None if last is None else address.mac(f"00:00:5e:00:53:{last:02x}")
    return dataclasses.replace(HERE, gateway=dataclasses.replace(HERE.gateway, mac=mac))


def finding(check, status=Status.FAIL):
    return Finding(
        fingerprint=fingerprint(check, CAMERA.key), check=check, status=status, severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED, target=CAMERA.key, title=check, why="w", fix="f",
    )  # fmt: skip


def scan(day, *findings, **given):
    at = START + timedelta(days=day)
    times = {"id": f"{day:012x}", "started_at": at, "finished_at": at}
    return builders.scan(builders.device(1, Role.ROUTER), CAMERA, findings=findings, **(times | given))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/h.db"


@pytest.fixture
def reads(monkeypatch):
    """How many scans were read in short, and of how many the router."""
    numbers = {"entries": 0, "gateways": 0}
    for name, kind in (("entries", History.entries), ("timeline", History.timeline), ("gateways", History.gateways)):

        def counted(self, *given, name=name, kind=kind, **named):
            found = kind(self, *given, **named)
            numbers["gateways" if name == "gateways" else "entries"] += len(found)
            return found

        monkeypatch.setattr(History, name, counted)
    return numbers


@pytest.mark.parametrize("last", [None, 1, 0x99, 0x77], ids=["unknown router", "home", "holiday", "never seen"])
def test_a_scan_alone_among_the_newest_is_held_against_its_own_place_without_reading_everything(url, reads, last):
    with History.open(url) as history:
        for day in (0, 1):
            history.save(scan(day, finding("old"), vantage=router(0x99)))
        for day in range(2, 300):
            history.save(scan(day, finding("a"), vantage=router(1)))
        history.save(scan(300, finding("old"), finding("b"), vantage=router(last)))
        reads.update(entries=0, gateways=0)
        newest = _timeline.told(history, None, 5)[0]
        assert (newest.new, newest.resolved) == ((1, 0) if last == 0x99 else (2, 0))
        assert reads["entries"] <= 5 + 2 * _timeline.BEFORE
        assert reads["gateways"] <= (300 if last in {0x99, 0x77} else 0)
        if last is not None:  # one of an unknown router may be of either network
            everything = history.timeline("home", 10**6)
            assert trend.told(everything)[-1] == (newest.new, newest.resolved)


def test_what_one_place_alone_needs_is_looked_for_a_step_at_a_time(url, reads):
    with History.open(url) as history:
        for day in range(400):
            history.save(scan(day, finding("a"), vantage=router(0x99 if day < 260 else 1)))
        history.save(scan(400, finding("a"), vantage=router(0x99)))
        reads.update(entries=0, gateways=0)
        newest = _timeline.told(history, None, 1)[0]
        assert (newest.new, newest.resolved) == (0, 0)
        assert reads["gateways"] == 2 * _timeline.STEP
        assert reads["entries"] <= 1 + 2 * _timeline.BEFORE


def test_thinning_out_moves_no_problem_that_is_open_now(url):
    def since():
        with History.open(url) as history:
            return {f: s.first_at for f, s in trend.standing_since(history.timeline("home", 10**6)).items()}

    def judged(day):
        again = Status.FAIL if day in range(40) or day >= 211 else Status.PASS
        return (finding("ever"), finding("again", again), finding("late", Status.FAIL if day >= 70 else Status.PASS))

    with History.open(url) as history:
        for day in range(500):
            history.save(scan(day, *judged(day)))
        history.save(scan(500, ended=Ended.INTERRUPTED))
        history.save(scan(501, *judged(501)))
    before = since()
    assert set(before.values()) == {START + timedelta(days=day) for day in (0, 70, 211)}
    _keeping.prune(url, None, keep_all=30, keep_weekly=60, dry_run=False, yes=True)
    with History.open(url) as history:
        assert history.count() < 75
    assert since() == before


def test_two_places_of_one_prefix_each_keep_their_own(url):
    with History.open(url) as history:
        for day in range(200):
            history.save(scan(day, finding("a", Status.FAIL if day >= 50 else Status.PASS), vantage=router(1)))
        for day in (60, 61, 62, 63):
            late = finding("a", Status.FAIL if day >= 62 else Status.PASS)
            history.save(scan(day, late, id=f"away-{day}", vantage=router(0x99)))
        assert {"away-60", "away-61", "away-62", "away-63", f"{49:012x}", f"{50:012x}"} - _keeping._needed(
            history, "home"
        ) == {"away-60", "away-63"}


def test_a_scan_is_made_although_the_one_before_it_is_damaged_and_that_is_told(url, capsys):
    with History.open(url) as history:
        for day in range(3):
            history.save(scan(day))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE scans SET document = x'00' WHERE id = ?", (f"{2:012x}",))
        connection.execute("UPDATE scans SET document = x'00', summary = x'00' WHERE id = ?", (f"{1:012x}",))
        connection.commit()
    past = _run._past(_run.Request(database=url), "home", HERE)
    assert past.previous is None
    without, left_out = capsys.readouterr().err.splitlines()
    assert without.startswith("netguard: this scan is made without the one before it: the saved scan 000000000002")
    assert "`netguard history prune --scan 000000000002" in without
    assert left_out.startswith("netguard: left out: the saved scan 000000000001 cannot be read: ")


def test_a_scan_into_a_history_that_was_lost_names_the_copy(url, capsys):
    with History.open(url) as history:
        history.save(scan(0), just_made=True)
        history._database.back_up()
        history.let_go([f"{0:012x}"])
    _run._past(_run.Request(database=url), "home", HERE)
    (said,) = capsys.readouterr().err.splitlines()
    assert "has 1 scan, the last of which is not in it: if the history was lost, `netguard history restore" in said
