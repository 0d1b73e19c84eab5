"""Which scans stay: the policy over years, and what it never takes whatever the clock says."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from netguard.history.retention import Kept, Policy, surplus
from netguard.history.store import History
from netguard.model import address
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Ended
from tests.unit.history.conftest import NOON, MakeScan

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DEFAULT = Policy()


def kept(days: float, id_: str | None = None, place: str = "a", site: str = "home", *, finished: bool = True) -> Kept:
    """One scan, so many days ago."""
    return Kept(
        id=id_ or f"{site}-{place}-{days}", site=site, place=place, at=NOW - timedelta(days=days), finished=finished
    )


def staying(*there: Kept, policy: Policy = DEFAULT, now: datetime = NOW) -> list[Kept]:
    newest_first = sorted(there, key=lambda k: k.at, reverse=True)
    gone = {k.id for k in surplus(newest_first, policy, now)}
    return [k for k in newest_first if k.id not in gone]


def test_all_of_three_months_stay_then_one_a_week_for_a_year_and_then_one_a_month() -> None:
    there = staying(*(kept(day) for day in range(365 * 3)))
    ages = [(NOW - k.at).days for k in there]
    assert ages[:90] == list(range(90))
    weekly = [age for age in ages if 90 <= age < 365]
    assert len(weekly) in {40, 41}, "275 days touch 40 or 41 weeks of the calendar"
    weeks = [(NOW - timedelta(days=age)).isocalendar()[:2] for age in weekly]
    assert len(set(weeks)) == len(weeks)
    monthly = [(NOW - timedelta(days=age)).strftime("%Y-%m") for age in ages if age >= 365]
    assert monthly[-2:] == ["2023-11", "2023-11"], (
        "the oldest scan stays as well: it says since when there was what there is"
    )
    assert len(monthly) - 1 == len(set(monthly)) == 25


def test_of_a_week_the_newest_stays_and_one_that_came_to_its_end_goes_before() -> None:
    monday = (NOW - datetime(2026, 7, 20, 12, tzinfo=UTC)).days
    cut = kept(monday - 3, "cut", finished=False)
    whole, older = kept(monday - 2, "whole"), kept(monday - 1, "older")
    now, first = kept(0, "now"), kept(500, "first")
    assert [k.id for k in staying(cut, whole, older, now, first)] == ["now", "whole", "first"]
    assert [k.id for k in staying(cut, now, first)] == ["now", "cut", "first"]


def test_scans_of_one_place_or_site_never_stand_for_those_of_another() -> None:
    three = (kept(200, place="lan"), kept(200, place="guest"), kept(200, site="cabin"), kept(0))
    assert len(staying(*three)) == 4


def test_the_newest_and_the_newest_finished_of_each_place_stay_however_old() -> None:
    old = [kept(700 + n, f"old-{n}", place="cabin", finished=n > 5) for n in range(10)]
    there = staying(*old, kept(0), policy=Policy(all_days=0, weekly_days=0))
    assert {"old-0", "old-6"} <= {k.id for k in there}


def test_two_networks_of_one_prefix_are_two_places_and_an_unknown_router_is_one_of_its_own() -> None:
    there = [
        dataclasses.replace(kept(200 + n / 10, f"{router}-{n}"), gateway=router)
        for router in ("a", "b", None)
        for n in range(3)
    ]
    monday = [k for k in there if k.id.endswith("-0")]
    assert {k.id for k in monday} <= {k.id for k in staying(*there, kept(0))}
    assert len(staying(*there, kept(0, "now"))) == 7, (
        "of each its newest and its oldest, and today's with the unknown one"
    )


def test_what_is_needed_stays() -> None:
    there = [kept(0), *(kept(400 + day) for day in range(20))]
    needed = frozenset({there[8].id})
    gone = {k.id for k in surplus(there, DEFAULT, NOW)} - {k.id for k in surplus(there, DEFAULT, NOW, needed)}
    assert gone == needed


def test_a_long_absence_and_a_clock_that_is_wrong_today_thin_out_nothing_more() -> None:
    scans = [kept(day) for day in range(89)]
    assert staying(*scans, now=NOW + timedelta(days=4000)) == staying(*scans) == scans


def test_a_scan_from_a_time_to_come_does_not_age_the_others() -> None:
    scans = [kept(day) for day in range(89)]
    assert staying(kept(-2000, "wrong"), *scans)[1:] == scans


POLICIES = st.builds(Policy, all_days=st.integers(0, 400), weekly_days=st.integers(0, 800))
SCANS = st.lists(
    st.builds(
        kept,
        st.floats(-1000, 3000, allow_nan=False),
        place=st.sampled_from("ab"),
        site=st.sampled_from(["home", "cabin"]),
        finished=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda k: k.id,
)


@given(SCANS, POLICIES, st.floats(-500, 500))
def test_thinning_out_twice_is_thinning_out_once_and_the_last_of_a_place_stays(
    there: list[Kept], policy: Policy, shift: float
) -> None:
    now = NOW + timedelta(days=shift)
    once = staying(*there, policy=policy, now=now)
    assert staying(*once, policy=policy, now=now) == once
    places = {(k.site, k.place) for k in there}
    assert {(k.site, k.place) for k in once} == places
    ends = {(k.site, k.place) for k in there if k.finished}
    assert {(k.site, k.place) for k in once if k.finished} == ends


def test_what_is_taken_out_of_a_real_history_is_out_and_the_file_gets_smaller(
    path: Path, history: History, make_scan: MakeScan
) -> None:
    for number in range(120):
        ended = Ended.FINISHED if number % 2 else Ended.INTERRUPTED
        history.save(make_scan(f"scan-{number:03}", number * 24 * 60, ended=ended))
    history.save(make_scan("cabin", 0, site="cabin"))
    now = NOON + timedelta(days=120)
    policy = Policy(all_days=10, weekly_days=20)
    old = history.surplus(policy, now, "home")
    assert [k.id for k in old][:2] == ["scan-001", "scan-002"], "oldest first, and the very first stays"
    assert all(k.site == "home" and k.size > 1000 for k in old)
    with history._database.reading() as connection:
        before = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    assert history.let_go(k.id for k in old) == len(old)
    assert history.let_go(k.id for k in old) == 0
    history.compact()
    with history._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA page_count").scalar_one() < before / 2
    left = [line.id for line in history.list("home", 1000)]
    assert left[:10] == [f"scan-{number:03}" for number in range(119, 109, -1)]
    assert left[-1] == "scan-000"
    assert len(left) == 121 - 1 - len(old)
    assert history.surplus(policy, now, "home") == ()
    assert history.list("cabin")[0].id == "cabin"


def test_more_than_one_statement_can_hold_are_taken_out_as_one_step(history: History, make_scan: MakeScan) -> None:
    for number in range(3):
        history.save(make_scan(f"scan-{number}", number))
    wanted = [f"nothing-{number}" for number in range(1200)]
    assert history.let_go([*wanted, "scan-0", "scan-2"]) == 2
    assert [line.id for line in history.list()] == ["scan-1"]


def test_prune_in_a_real_history_tells_two_routers_of_one_prefix_apart(history: History, make_scan: MakeScan) -> None:
    """A journey to a home with the same prefix is no scan of this one, also where its summary must be made first."""
    at_home = make_scan("x").vantage
    hop = NextHop(address=address.ip("192.168.7.1"), mac=address.mac("00:00:5e:00:53:99"))
    away = dataclasses.replace(at_home, gateway=hop)
    for day in range(60):
        history.save(make_scan(f"home-{day:02}", day * 24 * 60))
    for day in (20, 21):
        history.save(make_scan(f"away-{day}", day * 24 * 60 + 60, vantage=away))
    with history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET summary = NULL WHERE id LIKE '%-2_'")
    old = {k.id for k in history.surplus(Policy(all_days=0, weekly_days=0), NOON + timedelta(days=70))}
    assert {"away-20", "away-21"}.isdisjoint(old), "the newest and the oldest of their place"
    assert len(old) >= 55


def test_a_scan_that_cannot_be_read_stands_for_none_that_can(history: History, make_scan: MakeScan) -> None:
    for day in range(5):
        history.save(make_scan(f"scan-{day}", day * 24 * 60))
    history.save(make_scan("later", 100 * 24 * 60))
    with history._database.writing() as connection:
        connection.exec_driver_sql("UPDATE scans SET summary = X'FF', document = X'FF' WHERE id = 'scan-4'")
    old = {k.id for k in history.surplus(Policy(all_days=10, weekly_days=20), NOON + timedelta(days=100))}
    assert "scan-3" not in old, "the newest of its month that can be read"
    assert old == {"scan-1", "scan-2"}
    assert len(history.remarks) == 1
    assert "`netguard history prune --scan scan-4" in history.remarks[0]
