"""The proof's matrix in words."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from netguard.model.plan import Name
from netguard.model.proof import Proof, ProofRow
from netguard.prove import people
from netguard.prove.proof import calculated
from netguard.report import matrix
from netguard.report.matrix import proof_view
from tests.golden.report.rules import CHANGE, PLAN, ROWS
from tests.property.plans import plans

assert CHANGE.proof is not None
PROOF: Proof = CHANGE.proof


def cell(proof, who, column):
    found = proof_view(PLAN, proof)
    row = next(r for r in found.rows if r.who == who)
    return row.cells[found.columns.index(column)]


def changed(number, **given):
    rows = tuple(replace(r, **given) if r.id == f"Q{number}" else r for r in ROWS)
    return replace(PROOF, rows=rows)


def test_cells_count_what_is_answered_before_and_with_the_rules():
    assert (cell(PROOF, "lock-hub-1 (iot)", "router").text, cell(PROOF, "lock-hub-1 (iot)", "router").kind) == (
        "2 → 1",
        "closed",
    )
    assert cell(PROOF, "lock-hub-1 (iot)", "internet").text == "3 → 2"
    assert cell(PROOF, "lock-hub-1 (iot)", "iot").kind == "beyond"
    assert cell(PROOF, "anybody else in trusted", "router").kind == "kept"
    assert cell(PROOF, "anybody else in guest", "router").kind == "none"
    assert cell(PROOF, "anybody in the internet", "iot").text == "1 → 0"


def test_columns_and_rows_stand_in_the_plans_order_and_the_internet_last():
    found = proof_view(PLAN, PROOF)
    assert found.columns == ("router", "internet", "trusted", "iot", "guest")
    assert [r.who for r in found.rows] == [
        "anybody else in trusted",
        "camera-1 (iot)",
        "lock-hub-1 (iot)",
        "anybody else in guest",
        "anybody in the internet",
    ]


def test_what_works_and_what_is_closed_is_said_once_for_all_who_share_it():
    found = proof_view(PLAN, PROOF)
    assert "anybody else in trusted to lock-hub-1: TCP 8080" in found.works
    assert "lock-hub-1 to lock-cloud.example: TCP 443, TCP 8883" in found.works
    assert "lock-hub-1 and camera-1 to router: TCP 80" in found.closed
    assert not any("TCP 8080" in line for line in found.closed if line.startswith("anybody else in trusted"))


def test_what_is_open_at_one_address_is_not_called_closed_for_the_other():
    open_too = changed(16, port=8080)
    assert not any("anybody else in trusted to lock-hub-1" in line for line in proof_view(PLAN, open_too).closed)


@pytest.mark.parametrize(
    ("number", "given", "words"),
    [
        (2, {"after": True}, "lock-hub-1 to router (192.168.30.21, TCP 80): it is open, and the plan wants it closed"),
        (3, {"after": False}, "it is closed, and the plan wants it open"),
        (21, {"after": True}, "it is open, and the plan wants it as it was before"),
    ],
)
def test_what_comes_out_other_than_planned_is_said_first(number, given, words):
    proof = changed(number, **given)
    found = proof_view(PLAN, proof)
    assert len(found.wrong) == 1
    assert words in found.wrong[0]
    assert "1 OTHER THAN THE PLAN SAYS: do not use these rules" in found.sentence
    assert any(c.kind == "wrong" and "1 wrong" in c.text for r in found.rows for c in r.cells)


def test_a_calculated_proof_never_looks_like_one_that_was_run():
    proof = replace(PROOF, how="calculated", reason="there is no nft\nhere")
    found = proof_view(PLAN, proof)
    assert not found.run
    assert found.sentence.startswith("Calculated, not run: there is no nft here.")
    assert proof_view(PLAN, PROOF).sentence.startswith("Tried with real packets")


def test_who_had_no_room_is_named():
    assert any("printer-1 there was no room" in note for note in proof_view(PLAN, PROOF).notes)
    many = replace(PROOF, left_out=tuple(f"m-{n}" for n in range(60)))
    assert any("20 more there was no room" in note for note in proof_view(PLAN, many).notes)


def test_what_was_not_asked_is_named():
    assert not any("Nothing was asked" in note for note in proof_view(PLAN, PROOF).notes)
    made = calculated(PLAN, platform="x", reason="y")
    assert made.not_asked
    told = next(note for note in proof_view(PLAN, made).notes if note.startswith("Nothing was asked about "))
    assert all(what in told for what in made.not_asked)


def test_a_network_called_internet_shares_the_internets_column():
    named = replace(PLAN, segments=(replace(PLAN.segments[0], name=Name("internet")), *PLAN.segments[1:]))
    assert proof_view(named, PROOF).columns == ("router", "internet", "iot", "guest")


def test_what_the_scan_found_open_is_told_for_who_is_elsewhere():
    doors = proof_view(PLAN, PROOF, CHANGE.doors).doors
    assert [(d.port, d.answered.text, d.told) for d in doors] == [
        ("lock-hub-1, TCP 23", "1 → 0", "closed"),
        ("lock-hub-1, TCP 8080", "3 → 1", "open to anybody else in trusted, as the plan says"),
    ], "who had no room was not asked, and what never passes the router is not counted"
    open_still = proof_view(PLAN, changed(16, after=True), CHANGE.doors).doors
    assert open_still[0].told == "OTHER THAN THE PLAN SAYS"


def test_long_lists_are_cut_and_the_rest_is_counted():
    rows = tuple(replace(ROWS[0], id=f"Q{n}", source=f"m-{n}", port=n, wanted="deny", after=True) for n in range(1, 99))
    found = proof_view(PLAN, replace(PROOF, rows=rows))
    assert len(found.wrong) == matrix.SHOWN
    assert found.more_wrong == 98 - matrix.SHOWN


def test_the_names_are_those_that_a_proof_gives():
    assert matrix.STRANGER == people.STRANGER
    known = {h.name for h in people.cast(PLAN).hosts}
    assert known <= set(matrix._places(PLAN))
    assert set(matrix.ANYBODY) - {matrix.INTERNET} <= {h.name for h in people.cast(PLAN).internet}


@settings(max_examples=12, deadline=None)
@given(plans())
def test_every_question_is_in_exactly_one_cell(plan):
    proof = calculated(plan, platform="x", reason="y")
    found = proof_view(plan, proof)
    counts = [c.text.split(" → ") for r in found.rows for c in r.cells if c.kind != "none"]
    assert sum(int(before) for before, _ in counts) == sum(r.before for r in proof.rows)
    assert sum(int(after) for _, after in counts) == sum(r.after for r in proof.rows)
    assert isinstance(proof.rows[0], ProofRow) if proof.rows else True
