"""The committed sample of what changed is what the code writes today; `python -m tests.golden.diff.make_golden` writes it."""

import pytest

from netguard.model import codec
from netguard.model.difference import Cause, Difference, Fate, Kind, Turn
from tests.golden.diff.changes import sample_difference
from tests.golden.diff.make_golden import FOLDER, written


@pytest.mark.parametrize("name", written())
def test_the_sample_in_this_form_is_up_to_date(name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    assert written()[name] == committed, "run: python -m tests.golden.diff.make_golden"


def test_the_committed_document_is_the_sample_difference() -> None:
    text = (FOLDER / "changes.json").read_text(encoding="utf-8")
    assert codec.loads_value(text, Difference) == sample_difference()


def test_the_sample_has_everything_that_a_difference_can_say() -> None:
    sample = sample_difference()
    assert {f.fate for f in sample.findings} == set(Fate)
    assert {c.kind for c in sample.changes} == set(Kind)
    assert {c.turn for c in sample.changes} == set(Turn)
    assert {f.cause for f in sample.findings} == {*Cause, None}
