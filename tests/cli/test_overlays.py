"""What the history lays over a scan: up to that scan and no further, of its place, with what is accepted today."""

import time as clock
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from netguard.cli import _back, _firewall, _overlays, _run, report
from netguard.cli._known import Book
from netguard.history.store import History
from netguard.model import address
from netguard.model.difference import Fate
from netguard.model.overlay import NOTHING
from netguard.model.past import Past
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Ended, Role, Severity, Status
from netguard.report import words
from netguard.report.formats import text
from netguard.report.view import view
from tests.cli.accepting import BRIDGE, CAMERA, ELSEWHERE, FINE, NOW, SECOND, TELNET, accept, finding, keep, scan
from tests.golden.report.rules import CHANGE

CLOSED = finding(BRIDGE, "", Status.PASS)


@pytest.fixture
def url(tmp_path):
    """Four weekly scans: a second port opens, then both are closed."""
    made = f"sqlite:///{tmp_path}/h.sqlite"
    keep(
        made,
        scan(21, TELNET, ELSEWHERE, FINE),
        scan(14, TELNET, SECOND, ELSEWHERE, FINE),
        scan(7, TELNET, SECOND, ELSEWHERE, FINE),
        scan(0, CLOSED, ELSEWHERE, FINE),
    )
    return made


def over(url, days=0, now=NOW):
    return _overlays.opened(f"{days:012x}", url, None, now)[1]


def told(overlay):
    return [(m.open, m.accepted, m.new, m.resolved) for m in overlay.time.moments]


@contextmanager
def in_auckland(monkeypatch):
    """A computer thirteen hours ahead of Greenwich in November."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Pacific/Auckland")
        clock.tzset()
        try:
            yield
        finally:
            patched.undo()
            clock.tzset()


def test_each_scan_is_shown_among_those_up_to_it(url):
    assert told(over(url)) == [(2, 0, None, None), (3, 0, 1, 0), (3, 0, 0, 0), (1, 0, 0, 2)]
    assert told(over(url, 14)) == [(2, 0, None, None), (3, 0, 1, 0)]
    assert [m.id for m in over(url, 7).time.moments][-1] == f"{7:012x}"


def test_since_when_something_stands_is_told_of_what_stands(url):
    standing = over(url, 7).time.standing
    assert standing[TELNET.fingerprint].scans == 3
    assert standing[TELNET.fingerprint].since == NOW - timedelta(days=21)
    assert standing[SECOND.fingerprint].scans == 2
    assert set(over(url).time.standing) == {ELSEWHERE.fingerprint}


def test_what_is_accepted_is_left_out_of_earlier_scans_too(url):
    keep(url, scan(-1, TELNET, ELSEWHERE, number=77))
    accept(url, "telnet-open@Hall bridge")
    overlay = over(url, 77)
    assert told(overlay)[:3] == [(1, 1, None, None), (1, 2, 0, 0), (1, 2, 0, 0)]
    assert overlay.time.moments[0].letter == "C"
    assert overlay.decisions.grade.letter == "C"
    # Two months on the decision is over.
    later = over(url, 77, NOW + timedelta(days=60))
    assert told(later)[0] == (2, 0, None, None)
    assert later.decisions.grade is None
    assert [each.open for each in later.decisions.lapsed] == [(TELNET.fingerprint,)]


def test_the_difference_is_to_the_scan_before_of_the_same_place(url):
    assert over(url, 21).time.difference is None
    difference = over(url).time.difference
    assert (difference.old.id, difference.new.id) == (f"{7:012x}", f"{0:012x}")
    keep(url, scan(-1, TELNET, number=88, vantage=OTHER_NETWORK))
    away = over(url, 88).time
    assert (away.difference, away.earlier, away.problem) == (None, None, None)
    assert [m.id for m in away.moments] == [f"{88:012x}"]
    assert (away.moments[-1].new, away.moments[-1].resolved) == (None, None)


OTHER_NETWORK = replace(scan().vantage, segment=Segment(prefix=address.network("198.51.100.0/24")))
OTHER_ROUTER = replace(
    scan().vantage, gateway=NextHop(address=address.ip("192.0.2.1"), mac=address.mac("00:00:5e:00:53:99"))
)


@pytest.mark.parametrize("vantage", [OTHER_NETWORK, OTHER_ROUTER], ids=["another network", "another router"])
def test_scans_of_another_place_are_counted_and_no_more(url, vantage):
    keep(url, *(scan(10 - n / 10, number=300 + n, vantage=vantage) for n in range(70)))
    time = over(url).time
    assert [m.id for m in time.moments] == [f"{days:012x}" for days in (21, 14, 7, 0)]
    assert (time.moments[-1].new, time.moments[-1].resolved) == (0, 2)
    assert time.elsewhere == 70
    assert time.difference.old.id == f"{7:012x}"
    standing = time.standing[ELSEWHERE.fingerprint]
    assert (standing.since, standing.scans) == (NOW - timedelta(days=21), 4)


def test_what_the_oldest_scan_had_open_stood_before(url):
    standing = over(url, 7).time.standing
    assert (standing[TELNET.fingerprint].before, standing[SECOND.fingerprint].before) == (True, False)


def test_since_when_something_stands_is_looked_up_for_a_year(tmp_path):
    """Also of a home that is scanned every few hours: of what is long ago one scan a week is read."""
    url = f"sqlite:///{tmp_path}/h.sqlite"
    often = (scan(n / 4, TELNET, ELSEWHERE, number=1 + n) for n in range(_back.LATELY + 40, -1, -1))
    keep(
        url,
        scan(300, ELSEWHERE, number=9000),
        *(scan(7 * n, TELNET, ELSEWHERE, number=8000 + n) for n in range(41, 6, -1)),
        *often,
    )
    time = _overlays.opened("latest", url, None, NOW)[1].time
    standing = time.standing[TELNET.fingerprint]
    assert standing.since == NOW - timedelta(days=7 * 41)
    assert (standing.before, standing.least) == (False, True)
    assert time.standing[ELSEWHERE.fingerprint].before


def test_a_scan_that_is_not_saved_is_compared_with_the_last_one_of_its_place(url):
    made = scan(0, TELNET, number=99, ended=Ended.INTERRUPTED)
    keep(url, scan(0, number=98, vantage=OTHER_NETWORK))
    with History.open(url) as history:
        overlay = _overlays.over(history, made, NOW + timedelta(minutes=1))
    assert [m.id for m in overlay.time.moments][-2:] == [f"{0:012x}", f"{99:012x}"]
    assert overlay.time.moments[-1].finished is False
    assert overlay.time.difference.old.id == f"{0:012x}"
    assert overlay.decisions.saved is False
    assert "netguard accept" not in text.render(made, NOW, overlay=overlay)
    assert "netguard diff" not in text.render(made, NOW, overlay=overlay)


def test_a_scan_that_is_not_saved_has_before_it_what_began_before_it(url):
    made = scan(10, TELNET, number=99)
    with History.open(url) as history:
        overlay = _overlays.over(history, made, NOW)
    assert [m.id for m in overlay.time.moments] == [f"{days:012x}" for days in (21, 14, 99)]
    assert overlay.time.difference.old.id == f"{14:012x}"


def test_a_scan_that_did_not_come_to_its_end_is_none_to_compare_with(url):
    keep(url, scan(-1, number=76, ended=Ended.INTERRUPTED), scan(-2, TELNET, ELSEWHERE, number=77))
    time = over(url, 77).time
    assert time.difference.old.id == f"{0:012x}"
    assert [m.finished for m in time.moments][-2:] == [False, True]


def test_an_older_scan_that_is_not_saved_says_nothing_of_decisions_of_today(url):
    accept(url, TELNET.fingerprint)
    with History.open(url) as history:
        older, newer = (
            _overlays.over(history, scan(n, ELSEWHERE, number=99), NOW + timedelta(days=60)) for n in (10, -1)
        )
    assert older.decisions.lapsed == ()
    assert len(newer.decisions.lapsed) == 1


def test_a_scan_that_cannot_be_compared_says_why(url, tmp_path, monkeypatch):
    monkeypatch.setenv("NETGUARD_CONFIG", str(tmp_path / "config.toml"))
    rules = tmp_path / "rules" / "devices"
    rules.mkdir(parents=True)
    (rules / "bad.yaml").write_text("{{{{")
    other = replace(scan().ruleset, digest="1" * 64)
    keep(url, scan(-1, TELNET, number=77, ruleset=other))
    document, overlay = _overlays.opened(f"{77:012x}", url, None, NOW)
    assert overlay.time.difference is None
    said = view(document, NOW, overlay=overlay).over_time.sentence
    assert said.startswith(f"It could not be compared with the scan of {words.day(NOW.date())}: ")
    assert "bad.yaml" in said


def test_what_is_accepted_is_told_as_accepted_where_it_came_back(url):
    accept(url, "telnet-open@Hall bridge")
    keep(url, scan(-1, TELNET, SECOND, ELSEWHERE, number=77))
    document, overlay = _overlays.opened(f"{77:012x}", url, None, NOW)
    told = {f.fingerprint: (f.fate, f.accepted) for f in overlay.time.difference.told}
    assert told[TELNET.fingerprint] == (Fate.REGRESSED, True)
    assert overlay.time.difference.pressing == ()
    said = view(document, NOW, overlay=overlay).over_time
    assert all("accepted)" in change for change in said.changes), said.changes


def test_the_day_is_that_of_this_computers_calendar(monkeypatch):
    late = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
    with in_auckland(monkeypatch):
        assert str(_overlays.today(late)) == "2026-11-28"
    assert str(_overlays.today(late.astimezone())) == str(late.astimezone().date())


def _by_report(url, path, made):
    del path
    return CliRunner().invoke(report.command, [made.id, "--format", "text", "--database", url]).output


def _by_scan(url, path, made):
    request = _run.Request(no_save=True, html_file=str(path), silent=True, database=url)
    _run._keep_and_say(request, made, Past())
    return path.read_text(encoding="utf-8")


def _by_firewall(url, path, made):
    asked = dict.fromkeys(_firewall.Request.__dataclass_fields__) | {
        "html": str(path),
        "scan": made.id,
        "database": url,
    }
    request = _firewall.Request(**asked)
    return _firewall._page(request, made, CHANGE)


@pytest.mark.parametrize("way", [_by_report, _by_scan, _by_firewall])
def test_every_report_says_days_of_the_readers_calendar(url, tmp_path, monkeypatch, way):
    """What began at 20:00 in Greenwich began the next morning in Auckland."""
    late = datetime(2025, 11, 20, 20, 0, tzinfo=UTC)
    both = [scan(0, TELNET, number=600 + n, started_at=late + timedelta(days=n)) for n in range(2)]
    keep(url, *both)
    with in_auckland(monkeypatch):
        said = way(url, tmp_path / "page.html", both[1])
    assert "21 Nov 2025" in said
    assert "20 Nov 2025" not in said
    assert "22 November 2025, 09:00 NZDT" in said


def test_what_a_device_is_said_to_be_changes_the_grade_nowhere_by_accepting_something_else(url):
    low = finding(CAMERA, "x", severity=Severity.LOW, check="ftp-open")
    keep(url, scan(-1, TELNET, ELSEWHERE, low, number=77))
    book = Book(url, "home")
    book.change(book.find("Hall bridge"), lambda known: (replace(known, said_role=Role.PRINTER),))

    def letters():
        document, overlay = _overlays.opened(f"{77:012x}", url, None, NOW)
        with History.open(url) as history:
            alone = _overlays.decisions(history, history.latest(), NOW).grade
        shown = view(document, NOW, overlay=overlay)
        return (
            shown.headline.letter,
            shown.over_time.moments[-1].badge,
            (alone or document.grade).letter,
            (overlay.decisions.grade or document.grade).letter,
        )

    assert letters() == ("D",) * 4
    assert "grade D, with 1 accepted risk." in accept(url, low.fingerprint).stdout
    assert letters() == ("D",) * 4
    accept(url, TELNET.fingerprint)
    assert letters() == ("C",) * 4
    accept(url, ELSEWHERE.fingerprint)
    assert letters() == ("A",) * 4


def test_no_more_scans_are_listed_than_fit(url):
    keep(url, *(scan(-n, TELNET, number=1000 + n) for n in range(1, 15)))
    assert len(over(url, 1014).time.moments) == _overlays.SHOWN


def test_only_what_is_in_the_history_has_something_laid_over_it(url, tmp_path):
    from netguard.model import codec

    path = tmp_path / "scan.json"
    path.write_bytes(codec.dumps(scan(0, TELNET)))
    assert _overlays.opened(str(path), url, None, NOW)[1] is NOTHING
    assert _overlays.over_opened(scan(0, TELNET), str(path), url, NOW) is NOTHING
    assert _overlays.over_opened(scan(0, TELNET), "latest", url, NOW).time.moments
