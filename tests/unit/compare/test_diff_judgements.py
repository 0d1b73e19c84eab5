"""What other rules, and decisions to live with a finding, make of the comparison of two scans."""

import dataclasses
from datetime import date, timedelta

import pytest

from netguard.compare.diff import difference
from netguard.model.acceptance import Acceptance
from netguard.model.difference import Background
from netguard.model.vocabulary import Severity, Status
from tests import builders
from tests.unit.compare.over_time import (
    WEEK,
    camera,
    chain,
    compared,
    dated,
    entry,
    fates,
    finding,
    of_rules,
    only,
    router,
    scan,
)

CAMERA = camera(services=(443, 23))
LONG_AGO = builders.NOW - timedelta(days=100)


def judged(*findings, devices=None, **given):
    return scan(*(devices or (router(), CAMERA)), findings=findings, **given)


def telnet(status=Status.FAIL):
    return finding("telnet-open", CAMERA, status, mark="tcp/23" if status is Status.FAIL else "")


def weak(status=Status.FAIL, severity=Severity.MEDIUM):
    """A finding that is about no part of its device."""
    return finding("no-login", CAMERA, status, severity)


OPEN, FINE = judged(weak()), judged(weak(Status.PASS))


def rejudged(old, *findings):
    return of_rules(dataclasses.replace(old, findings=findings), "b")


def by_other_rules(stored, again, now):
    """From a scan with the findings `stored`, which today's rules judge as `again`, to one with the findings `now`."""
    old, new = dated([of_rules(judged(*stored), "a"), of_rules(judged(*now), "b")])
    return compared(old, new, series=[entry(old), entry(new)], rejudged=rejudged(old, *again))


@pytest.mark.parametrize(
    ("stored", "again", "now", "told"),
    [
        ((), (weak(),), (weak(),), {("new", "rules")}),
        ((weak(),), (weak(Status.PASS),), (weak(Status.PASS),), {("resolved", "rules")}),
        ((weak(),), (), (), {("resolved", "rules")}),
        ((weak(),), (weak(Status.UNKNOWN),), (weak(Status.UNKNOWN),), set()),
        ((weak(),), (weak(severity=Severity.HIGH),), (weak(severity=Severity.HIGH),), {("worsened", "rules")}),
        ((weak(),), (weak(severity=Severity.LOW),), (weak(severity=Severity.LOW),), {("improved", "rules")}),
        ((weak(),), (weak(),), (weak(Status.PASS),), {("resolved", "network")}),
        ((weak(Status.PASS),), (weak(Status.PASS),), (weak(),), {("new", "network")}),
        ((weak(Status.PASS),), (weak(),), (weak(Status.PASS),), set()),
        ((weak(),), (weak(),), (weak(),), set()),
        ((weak(),), (weak(severity=Severity.HIGH),), (weak(severity=Severity.LOW),), {("improved", "network")}),
    ],
)
def test_what_the_rules_did_is_told_as_theirs(stored, again, now, told):
    difference = by_other_rules(stored, again, now)
    assert {(f.fate, f.cause) for f in difference.told} == told
    assert difference.remarks[0].startswith("The rules are others than at the time of the older scan.")


def test_other_rules_that_alter_nothing_are_no_difference():
    assert by_other_rules((weak(),), (weak(),), (weak(),)).is_empty


def test_what_other_rules_found_in_between_counts_for_nothing():
    old, middle, new = dated([of_rules(OPEN, "a"), of_rules(FINE, "a"), of_rules(OPEN, "b")])
    told = compared(old, new, series=[entry(s) for s in (old, middle, new)], rejudged=rejudged(old, weak()))
    assert told.is_empty


def test_without_another_judgement_the_difference_of_rules_is_said():
    old, new = dated([of_rules(FINE, "a"), of_rules(OPEN, "b")])
    assert compared(old, new).remarks == (
        "The two were judged by different rules: a finding may be new or resolved for that alone.",
    )


def test_a_finding_of_the_rules_comes_from_no_change():
    quiet = judged(telnet(Status.PASS), devices=(router(), camera(services=(443,))))
    old, new = dated([of_rules(quiet, "a"), of_rules(judged(telnet(), weak()), "b")])
    told = compared(old, new, rejudged=rejudged(old, weak(), telnet(Status.PASS)))
    assert {(f.check, f.cause) for f in told.told} == {("telnet-open", "network"), ("no-login", "rules")}
    assert len(told.changes[0].findings) == 1


def accepted(until, **given):
    defaults = {"fingerprint": weak().fingerprint} if "check" not in given else {}
    return Acceptance(
        id="00000000", site="home", reason="r", owner="o", accepted_at=LONG_AGO, until=until, **(defaults | given)
    )


def day(scans):
    """The day of that many scans after the first."""
    return (builders.NOW + scans * WEEK).date()


@pytest.mark.parametrize("how", [{}, {"check": "no-login", "device": CAMERA.key}])
def test_an_acceptance_that_ends_is_told_once(how):
    told = chain(OPEN, OPEN, OPEN, OPEN, acceptances=(accepted(day(1), **how),))
    assert [fates(d) for d in told] == [set(), {("no-login", "acceptance-expired")}, set()]
    assert only(told[1]).cause is None


def test_an_acceptance_holds_on_its_last_day_and_ends_after_it():
    assert chain(OPEN, OPEN, acceptances=(accepted(day(1)),))[0].is_empty
    before = day(1) - timedelta(days=1)
    assert not chain(OPEN, OPEN, acceptances=(accepted(before),))[0].is_empty
    assert chain(OPEN, OPEN, acceptances=(accepted(day(0) - timedelta(days=1)),))[0].is_empty


def test_an_acceptance_that_ends_while_another_holds_is_not_told():
    held = (accepted(day(0)), accepted(day(9), check="no-login", device=CAMERA.key))
    assert chain(OPEN, OPEN, acceptances=held)[0].is_empty


def test_an_acceptance_of_something_that_is_not_open_any_more_is_not_told():
    assert fates(chain(OPEN, FINE, acceptances=(accepted(day(0)),))[0]) == {("no-login", "resolved")}


def test_what_got_worse_is_told_as_worse():
    worse = judged(weak(severity=Severity.CRITICAL))
    assert fates(chain(OPEN, worse, acceptances=(accepted(day(0)),))[0]) == {("no-login", "worsened")}
    better = judged(weak(severity=Severity.LOW))
    assert fates(chain(OPEN, better, acceptances=(accepted(day(0)),))[0]) == {("no-login", "acceptance-expired")}


def test_a_scan_from_the_future_ends_no_acceptance():
    old, new = dated([OPEN, OPEN])
    background = Background(acceptances=(accepted(day(0)),))
    assert difference(old, new, background, day(0)).is_empty
    assert not difference(old, new, background, date(2030, 1, 1)).is_empty


def accepted_of(difference):
    return {(f.check, f.fate.value): f.accepted for f in difference.findings}


@pytest.mark.parametrize("how", [{}, {"check": "no-login", "device": CAMERA.key}])
def test_what_is_accepted_is_told_and_marked_and_is_nothing_to_act_on(how):
    """Whatever becomes of it: only what is resolved is accepted no more."""
    held = (accepted(day(9), **how),)
    came, stayed, went, again = chain(FINE, OPEN, OPEN, FINE, OPEN, acceptances=held)
    assert accepted_of(came) == {("no-login", "new"): True}
    assert accepted_of(stayed) == {("no-login", "persisting"): True}
    assert accepted_of(went) == {("no-login", "resolved"): False}
    assert accepted_of(again) == {("no-login", "regressed"): True}
    assert (len(came.told), came.pressing) == (1, ())
    assert not came.is_empty
    assert went.pressing == went.told != ()
    (unsure,) = chain(OPEN, judged(weak(Status.UNKNOWN)), acceptances=held)
    assert accepted_of(unsure) == {("no-login", "unobserved"): True}


def test_what_nobody_accepted_or_not_any_more_is_pressing():
    (came,) = chain(FINE, judged(weak(), telnet()), acceptances=(accepted(day(9)),))
    assert {f.check for f in came.pressing} == {"telnet-open"}
    (late,) = chain(FINE, OPEN, acceptances=(accepted(day(1)),))
    assert [f.accepted for f in late.told] == [False], "the comparison is made a day after its last one"
    (other,) = chain(FINE, OPEN, acceptances=(dataclasses.replace(accepted(day(9)), site="cabin"),))
    assert other.pressing == other.told != ()
