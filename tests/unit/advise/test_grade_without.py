"""The grade without what is accepted: never worse, never of more that was looked at, and the same from a summary."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.advise.grade import BEST_FIRST, Reach, grade, letter_without, without
from netguard.model import timeline
from netguard.model.action import Grade
from netguard.model.finding import Finding
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders

LOCK = builders.device(20, Role.LOCK)
TV = builders.device(30, Role.TV)


def finding(number, severity, target=TV.key, status=Status.FAIL, check="some-check"):
    return Finding(
        fingerprint=f"{number:032x}",
        check=check,
        status=status,
        severity=severity,
        confidence=Confidence.CONFIRMED,
        target=target,
        title="",
        why="",
        fix="",
    )


FINDINGS = st.lists(
    st.tuples(
        st.sampled_from(Severity),
        st.sampled_from([LOCK.key, TV.key, "wifi:Home"]),
        st.sampled_from([Status.FAIL, Status.FAIL, Status.PASS, Status.UNKNOWN]),
        st.sampled_from(["some-check", "lock-shares-segment"]),
    ),
    max_size=8,
).map(lambda drawn: tuple(finding(n, *each[:3], check=each[3]) for n, each in enumerate(drawn)))


@given(FINDINGS, st.sets(st.integers(0, 7)), st.booleans())
def test_no_letter_gets_worse_and_nothing_more_was_looked_at(findings, numbers, apart):
    accepted = {f"{n:032x}" for n in numbers}
    said = grade(findings, (LOCK, TV), reach=Reach(beyond=frozenset(f.fingerprint for f in findings[:2]), apart=apart))
    made = without(said, findings, (LOCK, TV), accepted)
    assert made.evaluated == said.evaluated
    assert (made.letter is None) == (said.letter is None)
    if made.letter is not None:
        assert BEST_FIRST.index(made.letter) <= BEST_FIRST.index(said.letter)
        assert BEST_FIRST.index(made.best_possible) <= BEST_FIRST.index(said.best_possible)
        assert BEST_FIRST.index(made.best_possible) <= BEST_FIRST.index(made.letter)
    assert not accepted & set(made.because) or made == said


@given(FINDINGS, st.sets(st.integers(0, 7)))
def test_it_is_the_grade_of_a_home_that_has_only_the_rest(findings, numbers):
    accepted = {f"{n:032x}" for n in numbers}
    said = grade(findings, (LOCK, TV))
    # A pass in the place of what is accepted: judged all the same, and nothing open.
    rest = tuple(
        replace(f, status=Status.PASS) if f.fingerprint in accepted and f.status is Status.FAIL else f for f in findings
    )
    wanted = grade(rest, (LOCK, TV))
    made = without(said, findings, (LOCK, TV), accepted)
    assert (made.letter, made.because, made.evaluated) == (wanted.letter, wanted.because, wanted.evaluated)


@given(FINDINGS, st.sets(st.integers(0, 7)))
def test_a_summary_gives_the_same_letter(findings, numbers):
    accepted = {f"{n:032x}" for n in numbers}
    said = grade(findings, (LOCK, TV))
    short = timeline.summary(builders.scan(LOCK, TV, findings=findings))
    left = [line for line in short.open if line.fingerprint not in accepted]
    assert (
        letter_without(said.letter, short.open, left, short.devices)
        == without(said, findings, (LOCK, TV), accepted).letter
    )


def test_what_is_accepted_and_not_there_changes_nothing():
    said = Grade(letter="D", best_possible="A", evaluated=0.9, because=("0" * 32,))
    assert without(said, (finding(0, Severity.HIGH, LOCK.key),), (LOCK,), {"f" * 32}) is said


@pytest.mark.parametrize("letter", [None, "incomplete", "E"])
def test_what_is_no_letter_stays_as_it_is(letter):
    assert letter_without(letter, (), (), ()) == letter


def test_the_best_letter_comes_by_tests_of_isolation_only():
    only = (finding(0, Severity.LOW),)
    said = Grade(letter="A", best_possible=None, evaluated=1.0, because=("0" * 32,))
    assert without(said, only, (TV,), {only[0].fingerprint}).letter == "A"


def test_what_has_no_part_in_a_letter_changes_none_whatever_devices_are_called_today():
    high, low = finding(0, Severity.HIGH), finding(1, Severity.LOW)
    # It was a lock on its day; or today it is one, and was none.
    for then, now in (((replace(TV, role=Role.LOCK),), (TV,)), ((TV,), (replace(TV, role=Role.LOCK),))):
        said = grade((high, low), then)
        short = timeline.summary(builders.scan(*now, findings=(high, low)))
        assert without(said, (high, low), now, {low.fingerprint}) == said
        left = [line for line in short.open if line.fingerprint != low.fingerprint]
        assert letter_without(said.letter, short.open, left, short.devices) == said.letter
        assert without(said, (high, low), now, {high.fingerprint}).letter == "A"


def test_a_letter_whose_every_reason_is_accepted_is_another():
    """The device was a lock on that day, which is forgotten: what is left makes the letter alone."""
    on_lock, other, more = (finding(n, Severity.HIGH) for n in range(3))
    said = grade((on_lock, other), (replace(TV, role=Role.LOCK),))
    said = replace(said, because=(on_lock.fingerprint,))
    assert said.letter == "D"
    assert without(said, (on_lock, other), (TV,), {on_lock.fingerprint}).letter == "C"
    three = replace(said, because=(on_lock.fingerprint, other.fingerprint))
    assert without(three, (on_lock, other, more), (replace(TV, role=Role.LOCK),), {more.fingerprint}) == three
    assert without(three, (on_lock, other, more), (replace(TV, role=Role.LOCK),), {other.fingerprint}).because == (
        on_lock.fingerprint,
    )
