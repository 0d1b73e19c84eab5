"""What the history lays over a scan: up to that scan and no further, of its place, with what is accepted today."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.cli import _overlays
from netguard.history.store import History
from netguard.model import address
from netguard.model.overlay import NOTHING
from netguard.model.vantage import Segment
from netguard.model.vocabulary import Ended, Status
from tests.cli.accepting import BRIDGE, ELSEWHERE, FINE, NOW, SECOND, TELNET, accept, finding, keep, scan

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
    elsewhere = replace(scan(-1, TELNET, number=88).vantage, segment=Segment(prefix=address.network("198.51.100.0/24")))
    keep(url, scan(-1, TELNET, number=88, vantage=elsewhere))
    away = over(url, 88).time
    assert away.difference is None
    assert [m.here for m in away.moments] == [False] * 4 + [True]
    assert (away.moments[-1].new, away.moments[-1].resolved) == (None, None)


def test_a_scan_that_is_not_saved_stands_at_the_end(url):
    made = scan(0, TELNET, number=99, ended=Ended.INTERRUPTED)
    with History.open(url) as history:
        overlay = _overlays.over(history, made, NOW + timedelta(minutes=1))
    assert [m.id for m in overlay.time.moments][-2:] == [f"{0:012x}", f"{99:012x}"]
    assert overlay.time.moments[-1].finished is False
    assert overlay.time.difference is None


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
