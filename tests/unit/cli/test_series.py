"""Which scans a comparison rests on: with a scan every hour, and beside another network, nothing that matters is left out."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from netguard.cli import _compared, _series
from netguard.compare.registry import learnt
from netguard.history.rows import Stop
from netguard.history.store import History
from netguard.model.device import Identity
from netguard.model.difference import Fate, Kind, Turn
from netguard.model.finding import Finding, fingerprint
from netguard.model.vocabulary import Confidence, Ended, Role, Severity, Stability, Status
from tests import builders

HOUR = timedelta(hours=1)
DAY = 24
LEFT = 60
"""The hour of the first scan that sees neither the lock nor the phone."""
END = LEFT + 31 * DAY


def lasting(number, role):
    """A device that shows something by which the registry knows it again."""
    made = builders.device(number, role)
    mac = Identity(kind="mac", value=made.key.removeprefix("mac:"), stability=Stability.PERMANENT)
    return replace(made, identities=(mac,))


HUB, LOCK, PHONE = lasting(20, Role.LOCK_HUB), lasting(21, Role.LOCK), lasting(22, Role.PHONE)
VISITOR = lasting(30, Role.COMPUTER)


def problem(device):
    """Something that stands open on a device."""
    return Finding(
        fingerprint=fingerprint("telnet-open", device.key), check="telnet-open", status=Status.FAIL,
        severity=Severity.HIGH, confidence=Confidence.LIKELY, target=device.key, title="Telnet is open",
        why="Anybody may try.", fix="Turn it off.", evidence=("o1",),
    )  # fmt: skip


def fine(device):
    return replace(problem(device), status=Status.PASS, title="Telnet is closed")


def hour(number, *devices, **given):
    at = builders.NOW + number * HOUR
    return builders.scan(*devices, **({"id": f"{number:012x}", "started_at": at, "finished_at": at} | given))


def made(number):
    """The scan of that hour: somebody visits every few hours, so that counting devices alone tells nobody's leaving."""
    there = (HUB, *((LOCK, PHONE) if number < LEFT else ()), *((VISITOR,) if number % 5 < 2 else ()))
    # Telnet on the hub was open for three hours long ago, and is again at the end.
    open_now = 100 <= number < 103 or number == END
    return hour(number, *there, findings=(problem(HUB) if open_now else fine(HUB),))


@pytest.fixture(scope="module")
def hourly(tmp_path_factory):
    """A month and some of one scan an hour, learnt from as `netguard scan` does."""
    path = tmp_path_factory.mktemp("hourly") / "h.db"
    with History.open(f"sqlite:///{path}") as opened:
        for number in range(END + 1):
            scan = made(number)
            opened.save(scan, learn=lambda known, s=scan: learnt(s, known, lambda: uuid.uuid4().hex[:12]))
        yield opened


def between(history, old, new):
    found = _compared.pair(history, f"{old:012x}", f"{new:012x}", None)
    return _compared.between(history, None, found, builders.NOW)


def gone(difference):
    return [c.subject for c in difference.changes if (c.kind, c.turn) == (Kind.DEVICE, Turn.GONE)]


@pytest.mark.parametrize(("device", "days"), [(LOCK, 14), (PHONE, 30)])
def test_with_a_scan_every_hour_who_is_missing_is_told_gone_once_and_when_its_days_are_over(hourly, device, days):
    due = LEFT - 1 + days * DAY
    hours = [*range(due - 28, due - 20), *range(due - 3, due + 4)]
    told = {n: gone(between(hourly, n - 1, n)) for n in hours}
    assert {n: keys for n, keys in told.items() if keys} == {due: [device.key]}


def test_it_is_told_between_distant_scans_too(hourly):
    assert sorted(gone(between(hourly, 0, END))) == [LOCK.key, PHONE.key]
    assert gone(between(hourly, LEFT - 1 + 14 * DAY, END)) == [PHONE.key]


def test_what_was_resolved_weeks_ago_is_open_again_and_not_new(hourly):
    assert [f.fate for f in between(hourly, END - 1, END).findings] == [Fate.REGRESSED]


def test_another_network_of_the_site_pushes_nothing_out(tmp_path):
    cabin = builders.scan().vantage
    cabin = replace(cabin, segment=replace(cabin.segment, prefix=cabin.segment.prefix.next()))
    with History.open(f"sqlite:///{tmp_path / 'h.db'}") as history:
        history.save(hour(0, HUB, LOCK))
        for number in range(1, 200):
            history.save(hour(number, vantage=cabin))
        for number in range(6):
            history.save(hour(200 + number * 4 * DAY, HUB))
        assert [gone(between(history, 200 + (n - 1) * 4 * DAY, 200 + n * 4 * DAY)) for n in range(1, 6)] == [
            [], [], [], [LOCK.key], [],
        ]  # fmt: skip


def stop(number, *, devices=1, failing=0, finished=True, prefix="192.0.2.0/24", every=HOUR):
    at = builders.NOW + number * every
    return Stop(
        id=str(number), at=at, started_at=at, prefix=prefix, finished=finished, devices=devices, failing=failing
    )


def numbers(ids):
    return sorted(map(int, ids))


@pytest.mark.parametrize("every", [timedelta(minutes=1), HOUR, timedelta(days=1), timedelta(weeks=1)])
def test_however_often_scans_are_made_they_are_bounded_and_the_newest_are_all_there(every):
    stops = [stop(n, every=every, devices=n % 7, failing=n % 5) for n in range(3000)]
    ids = numbers(_series.chosen(stops, "192.0.2.0/24", {s.at for s in stops}))
    assert len(ids) <= _series.MOST
    assert ids[-_series.LATELY :] == list(range(3000 - _series.LATELY, 3000))
    assert ids == numbers(_series.chosen(stops, "192.0.2.0/24", {s.at for s in stops}))


def test_of_a_day_the_last_the_fullest_and_the_worst_stay():
    # NOW is noon: hours 12 to 35 are the day after.
    odd = {15: {"devices": 9}, 20: {"devices": 9}, 17: {"failing": 3}, 35: {"finished": False}}
    stops = [stop(n, **odd.get(n, {})) for n in range(200)]
    ids = numbers(_series.chosen(stops, "192.0.2.0/24"))
    assert [n for n in ids if 12 <= n < 36] == [17, 20, 34]


def test_of_long_ago_each_week_and_before_that_each_month_has_its_last_one():
    stops = [stop(n, every=timedelta(days=1)) for n in range(1000)]
    taken = {n: stops[n].at.date() for n in numbers(_series.chosen(stops, "192.0.2.0/24"))}
    newest = stops[-1].at.date()
    old = [day for day in taken.values() if (newest - day).days > 7 * _series.IN_WEEKS]
    weekly = [day for day in taken.values() if _series.IN_DAYS < (newest - day).days <= 7 * _series.IN_WEEKS]
    first = newest - timedelta(days=999)
    months = {(first + timedelta(days=n)).strftime("%Y-%m") for n in range(1000 - 7 * _series.IN_WEEKS - 1)}
    assert sorted(day.strftime("%Y-%m") for day in old) == sorted(months)
    assert len({day.isocalendar()[:2] for day in weekly}) == len(weekly) == 21 + 1
    assert all(day.isoweekday() == 7 for day in weekly[:-1])


def test_where_somebody_was_seen_last_stays():
    stops = [stop(n) for n in range(200)]
    assert 27 not in numbers(_series.chosen(stops, "192.0.2.0/24"))
    assert 27 in numbers(_series.chosen(stops, "192.0.2.0/24", {stops[27].at}))


def test_a_day_in_which_no_scan_ended_by_itself_has_its_last_one():
    stops = [stop(n, finished=n >= 36) for n in range(200)]
    assert [n for n in numbers(_series.chosen(stops, "192.0.2.0/24")) if 12 <= n < 36] == [35]


def test_longer_ago_a_week_has_its_last_finished_one():
    stops = [stop(n, every=timedelta(days=1), finished=n % 10 != 0) for n in range(300)]
    ids = numbers(_series.chosen(stops, "192.0.2.0/24"))
    weekly = [n for n in ids if 300 - 7 * _series.IN_WEEKS <= n < 250]
    assert [b - a for a, b in itertools.pairwise(weekly)] == pytest.approx([7] * 18, abs=1)
    assert not [n for n in ids if n % 10 == 0 and n < 250]


def test_of_other_networks_some_of_the_newest_are_there_and_they_take_no_place():
    here = [stop(n) for n in range(0, 400, 2)]
    there = [stop(n, prefix="198.51.100.0/24") for n in range(1, 400, 2)]
    both = sorted((*here, *there), key=lambda s: s.at)
    ids = _series.chosen(both, "192.0.2.0/24")
    assert ids & {s.id for s in here} == _series.chosen(here, "192.0.2.0/24")
    assert numbers(ids & {s.id for s in there}) == [s for s in range(400) if s % 2][-_series.ELSEWHERE :]
    assert numbers(_series.chosen(there, "192.0.2.0/24")) == [s for s in range(400) if s % 2][-_series.ELSEWHERE :]
    assert _series.chosen([], "192.0.2.0/24") == frozenset()


def test_an_interrupted_scan_is_kept_among_the_newest(tmp_path):
    with History.open(f"sqlite:///{tmp_path / 'h.db'}") as history:
        history.save(hour(1, HUB))
        history.save(hour(2, HUB, ended=Ended.INTERRUPTED))
        assert [(s.finished, s.devices) for s in history.order("home")] == [(True, 2), (False, 2)]
        assert [e.line.id for e in history.entries([f"{2:012x}", "gone", f"{1:012x}"])] == [f"{2:012x}", f"{1:012x}"]
