"""Scans that no comparison ends with: what only they saw is told once, as seen then; and the clocks of all of them."""

import dataclasses
import itertools
from datetime import timedelta

import pytest

from netguard.compare.diff import difference
from netguard.compare.series import Clock
from netguard.config import Notify
from netguard.model.difference import Background
from netguard.model.vocabulary import Depth, Ended, Role, Severity, Status
from netguard.notify.digest import digest
from netguard.report.difference import view
from tests import builders
from tests.unit.compare.over_time import (
    WEEK,
    camera,
    chain,
    closed,
    compared,
    dated,
    elsewhere,
    entry,
    fates,
    finding,
    gateway,
    known,
    mapping,
    of_rules,
    own,
    phone,
    privileged,
    router,
    scan,
    words,
)

DAY = timedelta(days=1)
INTRUDER = camera(66, name="intruder")
ALONE = scan(router())
BAD = finding("telnet-open", camera(), mark="tcp/23")
FINE = finding("telnet-open", camera(), Status.PASS)


def interrupted(scanned):
    return dataclasses.replace(scanned, ended=Ended.INTERRUPTED)


def skipping(*scans, skipped=(1,), every=WEEK, **background):
    """The comparisons of those that are not skipped, each with all that came before as its series."""
    made = dated(scans, every)
    entries = [entry(s) for s in made]
    kept = [n for n in range(len(made)) if n not in skipped]
    return [compared(made[a], made[b], series=entries[: b + 1], **background) for a, b in itertools.pairwise(kept)]


def forwarding(*ports, listed="all"):
    return scan(router(), gateways=(gateway(*map(mapping, ports), listed=listed),))


def hearing(*points):
    return scan(router(), wifi=points)


@pytest.mark.parametrize(
    ("before", "between", "after", "then", "told"),
    [
        (ALONE, scan(router(), INTRUDER), ALONE, scan(router(), INTRUDER), ["device new"]),
        (
            scan(router(), camera()),
            scan(router(), camera(services=(443, 23))),
            ALONE,
            scan(router(), camera(services=(443, 23))),
            ["service new tcp/23"],
        ),
        (
            scan(router(), camera(services=(443, 23))),
            scan(router(), camera(services=(443, closed(23)))),
            ALONE,
            scan(router(), camera()),
            ["service gone tcp/23"],
        ),
        (
            forwarding(1),
            forwarding(1, 2),
            forwarding(listed="part"),
            forwarding(1, 2),
            ["mapping new tcp/2/192.0.2.20/443"],
        ),
        (
            hearing(own()),
            hearing(own(), own("00:00:5e:00:53:77")),
            hearing(),
            hearing(own(), own("00:00:5e:00:53:77")),
            ["access-point new"],
        ),
    ],
)
@pytest.mark.parametrize("kind", [interrupted, lambda s: dataclasses.replace(s, depth=Depth.QUICK)])
def test_what_only_a_skipped_scan_saw_is_told_once_as_seen_then(before, between, after, then, told, kind):
    found = skipping(before, kind(between), after, then)
    assert [words(d) for d in found] == [told, []]
    (change,) = found[0].changes
    assert change.cause == "network"
    seen = [(a.before, a.after) for a in change.attributes if a.what == "seen"]
    assert seen == ([] if change.turn == "gone" else [(None, "between")])
    # What the newer scan shows itself is told as ever.
    assert not [
        a for d in skipping(before, then, skipped=()) for c in d.changes for a in c.attributes if a.what == "seen"
    ]


def test_a_device_that_a_skipped_scan_saw_is_back_once_and_gone_once():
    there = scan(router(), camera())
    told = skipping(there, ALONE, ALONE, interrupted(there), ALONE, ALONE, there, skipped=(3,))
    assert [words(d) for d in told] == [[], ["device gone"], ["device back"], ["device gone"], ["device back"]]


def test_what_came_and_went_while_nobody_compared_is_nothing():
    assert [words(d) for d in skipping(ALONE, scan(router(), INTRUDER), ALONE, ALONE, skipped=(1, 2))] == [[]]


def test_a_finding_that_only_a_skipped_scan_saw_is_new_once_and_says_so():
    bad, fine = scan(router(), camera(), findings=(BAD,)), scan(router(), camera(), findings=(FINE,))
    told = skipping(fine, interrupted(bad), scan(router(), camera()), bad)
    assert [fates(d) for d in told] == [{("telnet-open", "new")}, set()]
    (found,) = told[0].told
    assert found.why == "a scan between the two found it; the newer one could not look"
    (again,) = skipping(bad, fine, interrupted(bad), scan(router(), camera()), skipped=(0, 2))
    assert fates(again) == {("telnet-open", "regressed")}
    (seen,) = skipping(fine, fine, bad)
    assert seen.told[0].why is None


def test_a_finding_that_a_skipped_scan_saw_get_worse_is_worse_once():
    low, high = (
        scan(router(), camera(), findings=(finding("x", camera(), severity=s),)) for s in (Severity.LOW, Severity.HIGH)
    )
    told = skipping(low, interrupted(high), scan(router(), camera()), high)
    assert [fates(d) for d in told] == [{("x", "worsened")}, set()]
    # The same, seen from elsewhere, did not happen between the two.
    made = dated([high, elsewhere(low), scan(router(), camera())])
    assert not compared(made[1], made[2], series=map(entry, made)).told


def test_what_a_skipped_scan_saw_counts_where_the_rules_are_others_too():
    bad, fine = scan(router(), camera(), findings=(BAD,)), scan(router(), camera(), findings=(FINE,))
    unlooked = scan(router(), camera())
    made = dated([of_rules(fine, "a"), interrupted(of_rules(bad, "a")), of_rules(unlooked, "b"), of_rules(bad, "b")])
    series = [entry(s) for s in made]
    first = compared(made[0], made[2], series=series[:3], rejudged=of_rules(made[0], "b"))
    assert fates(first) == {("telnet-open", "new")}
    assert not compared(made[2], made[3], series=series).told


def test_what_only_the_rules_opened_waits_for_a_scan_that_finds_it_so():
    bad, fine = scan(router(), camera(), findings=(BAD,)), scan(router(), camera(), findings=(FINE,))
    made = dated([of_rules(fine, "a"), of_rules(scan(router(), camera()), "b"), of_rules(bad, "b")])
    series = [entry(s) for s in made]
    by_rules = dataclasses.replace(of_rules(made[0], "b"), findings=bad.findings)
    assert not compared(made[0], made[1], series=series[:2], rejudged=by_rules).told
    assert fates(compared(made[1], made[2], series=series)) == {("telnet-open", "new")}


def test_of_what_nobody_looked_at_the_rules_alone_tell_nothing():
    def judged(severity, digest):
        return of_rules(scan(router(), camera(), findings=(finding("x", camera(), severity=severity),)), digest)

    made = dated([judged(Severity.HIGH, "a"), of_rules(scan(router(), camera()), "b"), judged(Severity.LOW, "b")])
    series = [entry(s) for s in made]
    told = compared(made[0], made[1], series=series[:2], rejudged=judged(Severity.LOW, "b"))
    assert [(f.fate, f.severity) for f in told.findings] == [("unobserved", "high")]
    assert fates(compared(made[1], made[2], series=series)) == {("x", "improved")}


def test_what_the_rules_closed_no_scan_between_opens_by_the_old_ones():
    bad, unlooked = scan(router(), camera(), findings=(BAD,)), scan(router(), camera())
    made = dated([of_rules(bad, "a"), of_rules(bad, "a"), of_rules(unlooked, "b")])
    by_rules = of_rules(dataclasses.replace(made[0], findings=(FINE,)), "b")
    told = compared(made[0], made[2], series=map(entry, made), rejudged=by_rules)
    assert [(f.fate, f.cause) for f in told.findings] == [("resolved", "rules")]


def test_both_a_person_and_a_message_are_told_that_it_was_seen_between():
    bad, fine = scan(router(), camera(), findings=(BAD,)), scan(router(), camera(), findings=(FINE,))
    with_intruder = dataclasses.replace(bad, devices=(*bad.devices, INTRUDER))
    (told,) = skipping(fine, interrupted(with_intruder), scan(router(), camera()))
    said = view(told, builders.NOW + 5 * WEEK)
    (group,) = said.told
    assert [(d.label, d.text) for d in group.changes[0].details if d.label == "seen"] == [
        ("seen", "by a scan between the two, not by the newer one")
    ]
    assert group.findings[0].note == "a scan between the two found it; the newer one could not look"
    message = digest(told, Notify())
    assert message is not None
    assert message.body.count("(seen by a scan between the two, not by this one)") == 2


def test_one_scan_with_more_rights_makes_nothing_stay_for_ever():
    there, alone = (privileged(s, privileged=False) for s in (scan(router(), camera()), ALONE))
    told = chain(there, there, privileged(scan(router(), camera())), alone, alone, alone)
    assert [words(d) for d in told] == [[], [], [], ["device gone"], []]
    # What only rights show is missed by nobody without.
    told = chain(alone, privileged(scan(router(), camera())), alone, alone, alone)
    assert [words(d) for d in told] == [["device new"], [], [], []]


def test_a_phone_that_a_scan_with_personal_devices_saw_is_not_missed_by_one_without():
    anna = phone(40, "02:11:22:33:44:55")
    without = scan(router(), personal_devices=1)
    told = chain(privileged(scan(router(), anna)), privileged(scan(router(), anna), privileged=False), *[without] * 8)
    assert all(d.is_empty for d in told)
    assert told[1].unobserved[0].why == "the newer scan left out personal devices, as asked"


def test_what_scans_without_personal_devices_listed_too_is_missed_by_them():
    box = builders.device(50)
    with_all, without = scan(router(), box), scan(router(), box, personal_devices=1)
    told = chain(with_all, without, with_all, *[scan(router(), personal_devices=1)] * 5)
    assert [words(d) for d in told] == [[], [], [], [], [], [], ["device gone"]]


def on_clocks(scans, starts, placed):
    """The comparisons of each with the one before, where the clock said `starts` (days), and the history placed them so."""
    made = dated(scans)
    made = [dataclasses.replace(s, started_at=builders.NOW + n * DAY) for s, n in zip(made, starts, strict=True)]
    entries = [
        dataclasses.replace(entry(s), ordered_at=builders.NOW + n * DAY) for s, n in zip(made, placed, strict=True)
    ]
    return [
        difference(old, new, Background(series=tuple(entries[: n + 2])), (builders.NOW + 5000 * DAY).date())
        for n, (old, new) in enumerate(itertools.pairwise(made))
    ]


LOCKED = scan(router(), builders.device(20, Role.LOCK))


@pytest.mark.parametrize(
    ("starts", "placed"),
    [
        # Right, then for one scan years ahead: it stays in front, and the next ones are placed just behind it.
        ([0, 1500, 14, 21, 28, 35, 42], [0, 1500, 1500.01, 1500.02, 1500.03, 1500.04, 1500.05]),
        # For one scan years behind.
        ([0, -2000, 14, 21, 28, 35, 42], [0, 0.01, 14, 21, 28, 35, 42]),
    ],
)
def test_a_clock_that_is_wrong_for_once_keeps_nothing_for_ever(starts, placed):
    told = on_clocks([LOCKED, LOCKED, *[ALONE] * 5], starts, placed)
    assert [words(d) for d in told] == [[], [], [], [], [], ["device gone"]]


@pytest.mark.parametrize(
    ("starts", "placed"),
    [
        ([0, 1, 2, 3, 1500, 5, 6, 7], [0, 1, 2, 3, 1500, 1500.01, 1500.02, 1500.03]),
        ([0, 1, 2, 3, -2000, 5, 6, 7], [0, 1, 2, 3, 3.01, 5, 6, 7]),
    ],
)
def test_a_clock_that_is_wrong_for_once_makes_nothing_gone_too_early(starts, placed):
    assert all(d.is_empty for d in on_clocks([LOCKED, *[ALONE] * 7], starts, placed))


def test_the_clock_of_a_place_goes_by_what_each_scan_shows():
    clock = Clock()
    days = [(0, 0), (7, 7), (1500, 1500), (14, 1500.01), (21, 1500.02), (2000, 2000), (2001, 2001)]
    made = [
        dataclasses.replace(
            entry(dataclasses.replace(ALONE, started_at=builders.NOW + start * DAY)),
            ordered_at=builders.NOW + place * DAY,
        )
        for start, place in days
    ]
    assert [clock.tick(each).days for each in made] == [0, 7, 14, 14, 21, 28, 29]


def test_after_a_clock_that_was_behind_the_order_says_how_long_it_was():
    clock = Clock()
    for start, place, passed in ((0, 0, 0), (1, 1, 1), (-2000, 1.01, 1), (3, 3, 2)):
        made = entry(dataclasses.replace(ALONE, started_at=builders.NOW + start * DAY))
        assert clock.tick(dataclasses.replace(made, ordered_at=builders.NOW + place * DAY)).days == passed


def test_who_was_known_on_a_day_goes_by_the_order_and_not_by_the_clock():
    """The older scan believed to be of 2020: the registry has what it learnt by the scan's place in the order."""
    made = dated([ALONE, scan(router(), camera())])
    made[0] = dataclasses.replace(made[0], started_at=builders.NOW - 2000 * DAY)
    series = [dataclasses.replace(entry(made[0]), ordered_at=builders.NOW), entry(made[1])]
    since = known("a", camera().key, first_seen=builders.NOW - DAY)
    assert compared(made[0], made[1], series=series, known=[since]).is_empty


@pytest.mark.parametrize(("every", "told"), [(DAY, []), (WEEK, ["device back"])])
def test_a_device_of_long_ago_is_back_only_after_the_days_that_make_it_gone(every, told):
    since = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW - 60 * WEEK)
    assert words(chain(*[ALONE] * 6, LOCKED, every=every, known=[since])[-1]) == told


def test_a_device_that_was_seen_elsewhere_meanwhile_was_not_gone():
    since = known("a", camera().key, first_seen=builders.NOW - 60 * WEEK)
    there = elsewhere(scan(router(), camera()))
    made = dated([there, ALONE, ALONE, ALONE, scan(router(), camera())])
    series = [entry(s) for s in made]
    assert compared(made[3], made[4], series=series, known=[since]).is_empty
    assert words(compared(made[3], made[4], series=series[1:], known=[since])) == ["device back"]
