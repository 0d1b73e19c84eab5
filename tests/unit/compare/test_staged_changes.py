"""What happens in homes between two scans, and whom netguard takes everybody for afterwards.

Each case is a home in scan after scan. `who` of a thing is what it really is; netguard must find the same in the last
scan, except those under `open`, which it must honestly not recognise because what they show would be a guess.
"""

import pytest

from tests.unit.compare.staged_changes import CASES


@pytest.mark.parametrize("name", CASES)
def test_everybody_is_taken_for_whom_they_are(home, name):
    case = CASES[name]
    for things in case.scans[:-1]:
        home.scan(*things, days=case.days)
    if case.person is not None:
        case.person(home)
    before = {k.id: k for k in home.known}
    last = case.scans[-1]

    answers = home.scan(*last, days=case.days)

    told = {who: home.truth.get(answer.known) if answer.known in before else None for who, answer in answers.items()}
    there = {home.truth[id_] for id_ in before if id_ in home.truth}
    assert told == {t.who: t.who if t.who in there and t.who not in case.open else None for t in last}, {
        who: answer.why for who, answer in answers.items()
    }
    if case.because:
        assert case.because in answers[last[0].who].why
    for answer in answers.values():
        if answer.known is not None:
            old = before[answer.known]
            assert {old.key, *old.former_keys} <= {answer.device.key, *answer.device.former_keys}, (
                "findings, labels and acceptances hang on every key it ever had"
            )


@pytest.mark.parametrize("name", CASES)
def test_the_same_scan_again_gives_the_same_keys_and_changes_nothing_but_times(home, name):
    case = CASES[name]
    for things in case.scans:
        home.scan(*things, days=case.days)
    first, once = home.scans[-1], home.known

    home.scan(*case.scans[-1], days=0)

    assert [d.key for d in home.scans[-1].devices] == [d.key for d in first.devices]
    assert home.known == once


def test_there_are_enough_of_them():
    assert len(CASES) >= 30
