"""What a proof says: of questions that packets answered, of those that were only reckoned, and of a twin that fails."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress

from netguard.errors import LabError
from netguard.model.proof import Proof, ProofRow
from netguard.prove import proof
from netguard.prove.asking import QUESTION, resolved
from tests.property.homes import HOME, home


def row(**more: object) -> ProofRow:
    """A row that is right."""
    given = {
        "id": "P001", "source": "hub", "target": "router", "address": IPAddress("10.77.2.1"), "protocol": "tcp", "port": 80, "why": "a try",
        "wanted": "deny", "before": True, "after": False,
    }  # fmt: skip
    return ProofRow(**given | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "before", "after", "wrong"),
    [
        ("deny", True, False, False),
        ("deny", True, True, True),
        ("allow", True, True, False),
        ("allow", True, False, True),
        ("not-routed", True, True, False),
        ("not-routed", True, False, False),
        ("as-before", True, True, False),
        ("as-before", True, False, True),
        ("as-before", False, True, True),
    ],
)  # fmt: skip
def test_what_is_wrong(wanted: str, before: bool, after: bool, wrong: bool) -> None:
    one = row(wanted=wanted, before=before, after=after)
    assert one.wrong == wrong
    assert one.closed == (before and not after)
    assert Proof(how="run", platform="nftables", rows=(one,)).wrong == ((one,) if wrong else ())


@pytest.mark.parametrize("beside", [False, True])
def test_what_is_calculated_is_the_plan_and_says_that_nothing_ran(beside: bool) -> None:
    made = proof.calculated(home(), platform="nftables", reason="there is no nft", beside=beside)
    assert (made.how, made.platform, made.reason, made.wrong) == ("calculated", "nftables", "there is no nft", ())
    assert all(r.before for r in made.rows)
    assert all(r.after == (r.wanted != "deny") for r in made.rows)
    assert {r.wanted for r in made.rows} == {"allow", "deny", "not-routed"} | ({"as-before"} if beside else set())


def test_a_twin_that_cannot_be_had_says_why_and_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof.sys, "executable", "/nowhere/python")
    with pytest.raises(LabError, match="the process that holds the twin could not be started \\(FileNotFoundError\\)"):
        proof.run(home(), HOME.decode(), (), platform="nftables", nft="nft", environment={})


def test_a_twin_that_says_nothing_is_no_proof(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    silent = tmp_path / "python"
    silent.write_text("#!/bin/sh\ncat >/dev/null\n")
    silent.chmod(0o755)
    monkeypatch.setattr(proof.sys, "executable", str(silent))
    with pytest.raises(LabError, match="the process that holds the twin failed \\(DecodeError\\)"):
        proof.run(home(), HOME.decode(), (), platform="nftables", nft="nft", environment={})


_names = st.sampled_from(["lock.example", "eu.lock.example", "notlock.example", "cam.example"])


@given(
    st.dictionaries(st.integers(1, 200).map(lambda n: IPAddress(f"203.0.113.{n}")), st.frozensets(_names, min_size=1))
)
def test_sets_learn_the_addresses_of_their_names_and_of_names_below(leads: dict[IPAddress, frozenset[str]]) -> None:
    text = resolved(leads, [("c1", ("lock.example",)), ("c2", ("cam.example", "eu.lock.example"))])
    learnt = {
        line.split()[4]: set(line.partition("{ ")[2].removesuffix(" }").split(", ")) for line in text.splitlines()
    }
    for name, below in (("c1", {"lock.example", "eu.lock.example"}), ("c2", {"cam.example", "eu.lock.example"})):
        assert learnt.get(f"{name}v4", set()) == {str(a) for a, names in leads.items() if names & below}
    assert set(learnt) <= {"c1v4", "c2v4"}


def test_the_question_is_one_that_a_resolver_answers() -> None:
    """A header with one question, the root's name, type NS, class IN (RFC 1035, 4.1)."""
    assert (QUESTION[2:12], QUESTION[12:]) == (b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", b"\x00\x00\x02\x00\x01")
