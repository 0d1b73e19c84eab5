"""Findings to actions, and the grade, each against the rule as it is written down."""

import itertools

import pytest

from netguard.advise.actions import actions
from netguard.advise.grade import Reach, grade
from netguard.checks._contract import Check, Subject
from netguard.model.action import Remedy
from netguard.model.vocabulary import Needs, Role, Severity, Status
from tests import builders

LOCK = builders.device(20, Role.LOCK_HUB)
CAMERA = builders.device(21, Role.CAMERA)
PHONE = builders.device(22, Role.PHONE)
NUMBERS = itertools.count()


def check(name="some-check", *, group="close", per_device=True):
    remedy = Remedy(
        group=group,
        title="Close it on {device}",
        needs=Needs.MENU,
        per_device=per_device,
        intent="disable-feature" if per_device else "isolate-segment",
        loses=("comfort",),
    )
    return Check(id=name, title="t", why="w", remedy=remedy, references=("r",))


def failed(severity, device=CAMERA, of=None):
    subject = Subject.device(device)
    return (of or check()).fail(subject, title="x", severity=severity, fix="f", discriminator=str(next(NUMBERS)))


def passed(count=1):
    return [check().passed(Subject.device(builders.device(100 + n)), title="ok") for n in range(count)]


def unknown(count=1):
    return [check().unknown(Subject.device(builders.device(100 + n)), because="b", how="h") for n in range(count)]


@pytest.mark.parametrize(
    ("findings", "letter"),
    [
        ([failed(Severity.CRITICAL)], "F"),
        ([failed(Severity.HIGH, LOCK)], "D"),
        ([failed(Severity.HIGH), failed(Severity.HIGH), failed(Severity.HIGH)], "D"),
        ([failed(Severity.HIGH), failed(Severity.HIGH)], "C"),
        ([failed(Severity.MEDIUM)], "B"),
        ([failed(Severity.LOW, of=check("lock-shares-segment"))], "B"),
        ([failed(Severity.LOW)], "A"),
        ([failed(Severity.INFO)], "A"),
        ([], "A"),
    ],
)
def test_the_worst_that_stands_open_decides(findings, letter):
    assert grade([*findings, *passed(20)], (LOCK, CAMERA)).letter == letter


def test_the_best_grade_needs_tested_isolation_and_nearly_everything_looked_at():
    assert grade(passed(20), (), isolation_tested=True).letter == "A+"
    assert grade([*passed(17), *unknown(3)], (), isolation_tested=True).letter == "A"
    assert grade([*passed(20), failed(Severity.LOW)], (), isolation_tested=True).letter == "A"


def test_too_little_seen_is_no_letter_and_unknowns_never_raise_one():
    assert grade([*passed(5), *unknown(5)], ()).letter is None
    assert grade([], ()).letter is None
    for unknowns in range(8):
        assert grade([failed(Severity.HIGH), *passed(20), *unknown(unknowns)], ()).letter == "C"


def test_what_can_be_reached_is_what_stays_open_with_this_router():
    stays, goes = failed(Severity.HIGH, LOCK), failed(Severity.CRITICAL)
    found = [stays, goes, *passed(20)]
    assert grade(found, (LOCK, CAMERA)).best_possible is None
    for apart, best in ((True, "A+"), (False, "A")):
        assert grade(found, (LOCK, CAMERA), reach=Reach(beyond=frozenset(), apart=apart)).best_possible == best
    reach = Reach(beyond=frozenset({stays.fingerprint}), apart=True)
    said = grade(found, (LOCK, CAMERA), reach=reach)
    assert (said.letter, said.best_possible) == ("F", "D")
    assert grade([*found, *unknown(99)], (LOCK, CAMERA), reach=reach).best_possible == "D"


def test_because_names_the_findings_that_decide():
    worst, lesser = failed(Severity.CRITICAL), failed(Severity.LOW)
    assert grade([worst, lesser, *passed(9)], ()).because == (worst.fingerprint,)


def test_what_one_step_closes_is_one_action():
    first, second = failed(Severity.LOW, LOCK), failed(Severity.HIGH, LOCK, of=check("another-check"))
    other = failed(Severity.MEDIUM, CAMERA)
    remedies = {"some-check": check().remedy, "another-check": check("another-check").remedy}
    made = actions([first, second, other, *passed(3), *unknown(3)], remedies, (LOCK, CAMERA))
    assert [set(a.closes) for a in made] == [{first.fingerprint, second.fingerprint}, {other.fingerprint}]
    assert made[0].title == f"Close it on {LOCK.name}"
    assert made[0].loses == ("comfort",)
    assert made[0].intents[0].device == LOCK.key


def test_nothing_failed_is_nothing_to_do():
    assert actions([*passed(3), *unknown(3)], {"some-check": check().remedy}, ()) == ()
    assert all(f.status is not Status.FAIL for f in passed(3))
