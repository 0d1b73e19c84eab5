"""Which decisions are called no longer needed: those that scans of their own place have shown to be, and no others."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from netguard.compare.acceptances import (
    CLOSED,
    CLOSED_DAYS,
    CLOSED_SCANS,
    FORGOTTEN_DAYS,
    FORGOTTEN_SCANS,
    NEVER,
    decisions,
    is_latest,
)
from netguard.model import address, timeline
from netguard.model.timeline import Entry
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Depth, Ended, Status
from tests import builders
from tests.unit.compare.test_acceptances import BRIDGE, CAMERA, DAY, MADE, OTHER, TELNET, finding, said, scan

PLACED = said(check="telnet-open", device=BRIDGE.key)
EXACT = said(fingerprint=TELNET.fingerprint)
BOTH = pytest.mark.parametrize("one", [PLACED, EXACT], ids=["by check and device", "by fingerprint"])
SIBLING = finding("telnet-open", BRIDGE, "tcp/2323")
FINE = finding("telnet-open", BRIDGE, status=Status.PASS)
OPEN, CLEAN, AWAY = scan(TELNET), scan(FINE), scan(devices=(CAMERA,))

HERE = builders.scan().vantage
ELSEWHERE = replace(HERE, segment=Segment(prefix=address.network("198.51.100.0/24")))
OTHER_ROUTER = replace(HERE, gateway=NextHop(address=address.ip("192.0.2.1"), mac=address.mac("00:00:5e:00:53:99")))


def told(one, *scans):
    """Why `one` is called unused in the report of the last of (day, scan); the day counts from when it was decided."""
    made = [
        replace(each, id=f"scan{n:04d}", started_at=MADE + timedelta(days=day)) for n, (day, each) in enumerate(scans)
    ]
    series = [Entry(line=timeline.line(each), summary=timeline.summary(each)) for each in made]
    return [each.why for each in decisions(made[-1], (one,), DAY, series=series).unused]


def weekly(each, number):
    return [(7 * n, each) for n in range(1, number + 1)]


@pytest.mark.parametrize("status", [Status.PASS, Status.NOT_APPLICABLE])
@BOTH
def test_one_whose_risk_is_closed_is_unused_once_two_scans_a_day_apart_say_so(one, status):
    closed = scan(replace(FINE, status=status))
    assert told(one, (-1, OPEN), (7, closed)) == []
    assert told(one, (-1, OPEN), *weekly(closed, CLOSED_SCANS)) == [CLOSED]
    assert told(one, (-1, OPEN), (7, closed), (7 + CLOSED_DAYS - 0.1, closed)) == []
    assert told(one, (-1, OPEN), (7, closed), (7 + CLOSED_DAYS, closed)) == [CLOSED]


@BOTH
def test_what_was_closed_before_it_was_decided_does_not_count(one):
    """Accepted with the last scans showing it closed: the person knows that, and says it all the same."""
    assert told(one, (-30, OPEN), (-20, CLEAN), (-10, CLEAN), (-1, CLEAN)) == []
    assert told(one, (-30, OPEN), (-20, CLEAN), (-10, CLEAN), (1, CLEAN)) == []


@BOTH
@pytest.mark.parametrize(
    "lesser",
    [
        replace(CLEAN, vantage=ELSEWHERE),
        replace(CLEAN, vantage=OTHER_ROUTER),
        replace(CLEAN, depth=Depth.QUICK),
        replace(CLEAN, ended=Ended.INTERRUPTED),
        replace(CLEAN, personal_devices=3),
    ],
    ids=["elsewhere", "behind another router", "shallow", "interrupted", "without personal devices"],
)
def test_scans_that_could_not_see_as_much_do_not_count(one, lesser):
    assert told(one, (-1, OPEN), *weekly(lesser, 9)) == []
    gone = replace(lesser, findings=(), devices=AWAY.devices)
    assert told(one, (-1, OPEN), *weekly(gone, 9)) == []


@pytest.mark.parametrize("vantage", [ELSEWHERE, OTHER_ROUTER], ids=["elsewhere", "behind another router"])
@BOTH
def test_scans_of_another_place_in_between_do_not_count(one, vantage):
    others = weekly(replace(CLEAN, vantage=vantage), 5)
    assert told(one, (-1, OPEN), *others, (42, CLEAN)) == []
    assert told(one, (-1, OPEN), *others, (42, CLEAN), (49, CLEAN)) == [CLOSED]


def test_scans_with_fewer_rights_do_not_count():
    with_rights = replace(HERE, privileged=True)
    assert told(PLACED, (-1, replace(OPEN, vantage=with_rights)), *weekly(CLEAN, 9)) == []
    assert told(PLACED, (-1, OPEN), *weekly(replace(CLEAN, vantage=with_rights), 2)) == [CLOSED]


def test_a_sibling_that_stands_open_proves_nothing_of_a_fingerprint():
    """The check found another port open, and may not have been able to ask this one."""
    sibling = scan(SIBLING)
    assert told(EXACT, (-1, OPEN), *weekly(sibling, 9)) == []
    assert told(EXACT, (-1, OPEN), *weekly(CLEAN, 2), (30, sibling)) == []


def test_what_one_device_is_cleared_of_clears_no_other():
    on_camera = scan(
        finding("telnet-open", CAMERA, status=Status.PASS), finding("telnet-open", BRIDGE, status=Status.UNKNOWN)
    )
    assert told(PLACED, (-1, OPEN), *weekly(on_camera, 9)) == []
    other_check = scan(finding("ftp-open", BRIDGE, status=Status.PASS))
    assert told(PLACED, (-1, OPEN), *weekly(other_check, 9)) == []


@BOTH
def test_one_that_was_not_looked_at_is_not_called_unused(one):
    unknown = scan(finding("telnet-open", BRIDGE, status=Status.UNKNOWN))
    assert told(one, (-1, OPEN), *weekly(unknown, 9)) == []
    assert told(one, (-1, OPEN), *weekly(CLEAN, 2), (21, unknown)) == []


@BOTH
def test_one_whose_device_is_away_is_called_unused_after_a_while_only(one):
    enough = max(FORGOTTEN_SCANS, FORGOTTEN_DAYS // 7 + 2)
    assert told(one, (-1, OPEN), *weekly(AWAY, enough - 1)) == []
    assert told(one, (-1, OPEN), *weekly(AWAY, enough)) == [NEVER]
    # Many scans in a few days are no month, and two scans in a month are not many.
    assert told(one, (-1, OPEN), *((n / 10, AWAY) for n in range(1, 99))) == []
    assert told(one, (-1, OPEN), *((10 * n, AWAY) for n in range(1, FORGOTTEN_SCANS))) == []
    assert told(one, (-1, OPEN), *((10 * n, AWAY) for n in range(1, FORGOTTEN_SCANS + 1))) == [NEVER]


def test_scans_that_did_not_ask_everybody_miss_nobody():
    partial = builders.scan(CAMERA, saw_everybody=False)
    assert told(PLACED, (-1, OPEN), *weekly(partial, 9)) == []


def test_what_depends_on_who_is_there_needs_a_month():
    flat = replace(finding("lock-shares-segment", "network"), target="segment:192.0.2.0/24")
    one, fine = said(check="lock-shares-segment", device=flat.target), scan(replace(flat, status=Status.PASS))
    assert told(one, (-1, scan(flat)), *weekly(fine, 4)) == []
    assert told(one, (-1, scan(flat)), *weekly(fine, 6)) == [CLOSED]


def test_nothing_is_said_where_no_scan_that_is_known_had_it_open():
    assert told(PLACED, *weekly(CLEAN, 9)) == []


def test_nothing_is_said_of_another_place_than_that_of_the_scan():
    """The report of the home says nothing of what was accepted in the guest network, and the other way round."""
    guests = replace(OPEN, vantage=ELSEWHERE)
    closed = [(7 * n, replace(CLEAN, vantage=ELSEWHERE)) for n in range(1, 4)]
    assert told(PLACED, (-1, guests), *closed) == [CLOSED]
    assert told(PLACED, (-1, guests), *closed, (30, scan(OTHER))) == []


def test_an_older_scan_says_nothing_of_what_has_ended_or_is_unused():
    made = [
        replace(each, id=f"scan{day:04d}", started_at=MADE + timedelta(days=day))
        for day, each in ((1, OPEN), (7, CLEAN), (14, CLEAN), (21, OPEN), (28, replace(CLEAN, vantage=ELSEWHERE)))
    ]
    series = [Entry(line=timeline.line(each), summary=timeline.summary(each)) for each in made]
    ended = replace(EXACT, until=date(2026, 11, 1))
    for older in made[:3]:
        assert not is_latest(older.id, series)
        found = decisions(older, (PLACED, ended), DAY, series=series)
        assert (found.unused, found.lapsed) == ((), ())
    latest = decisions(made[3], (PLACED, ended), DAY, series=series)
    assert latest.unused == ()
    assert [each.acceptance for each in latest.lapsed] == [ended]
    assert is_latest(made[4].id, series)
    assert not is_latest("unknown", series)


def test_one_that_covers_something_or_has_ended_is_not_unused():
    assert told(PLACED, (-1, OPEN), (7, OPEN)) == []
    ended = replace(PLACED, until=DAY - timedelta(days=1))
    assert told(ended, (-1, OPEN), *weekly(CLEAN, 9)) == []
    assert [each.open for each in decisions(CLEAN, (ended,), DAY).lapsed] == [()]


def test_what_is_told_of_it_names_its_check_and_its_target():
    made = [
        replace(each, id=f"scan{n}", started_at=MADE + timedelta(days=n)) for n, each in enumerate((OPEN, CLEAN, CLEAN))
    ]
    series = [Entry(line=timeline.line(each), summary=timeline.summary(each)) for each in made]
    found = decisions(made[-1], (replace(EXACT, accepted_at=MADE),), DAY, series=series)
    assert [each.about for each in found.unused] == [("telnet-open", BRIDGE.key)]
