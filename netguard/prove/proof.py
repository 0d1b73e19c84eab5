"""Tries a plan's rules with real packets where this computer can, and says what the plan itself wants where it cannot."""

import subprocess
import sys
from collections.abc import Mapping

import msgspec

from netguard.advise.policy import Verdict
from netguard.errors import LabError
from netguard.model.plan import Plan
from netguard.model.proof import Proof, ProofRow
from netguard.prove.flows import Flow, cast, flows
from netguard.prove.twin import Kind, Order, Outcome

MAX_SECONDS = 120.0
"""Longest that a twin may take, everything included; a plan of 24 members takes about ten."""

KINDS: tuple[Kind, ...] = ("namespaces", "user-namespace")
"""The ways to have a twin, found out by trying: as root, or as root in a user namespace of one's own."""


def run(
    plan: Plan,
    plan_text: str,
    rules: tuple[str, ...],
    *,
    platform: str,
    nft: str,
    environment: Mapping[str, str],
    beside: bool = False,
) -> Proof:
    """The proof of `rules`, nftables texts that are loaded one after the other over an open router.

    `plan_text` is `plan` as `advise.planfile` reads it; `beside` says that the rules stand beside the router's own.
    Raises `LabError` where no twin can be had; nothing was tried then.
    """  # fmt: skip
    why = []
    for kind in KINDS:
        order = Order(
            kind=kind, plan=plan_text, rules=rules, nft=nft, environment=dict(environment), beside=beside
        )  # fmt: skip
        outcome = _outcome(order)
        if outcome.failed is None:
            people = cast(plan)
            rows = tuple(_row(flow, outcome) for flow in flows(plan, people, beside=beside))
            return Proof(how="run", platform=platform, rows=rows, left_out=people.left_out)
        why.append(outcome.failed)
    raise LabError(why[0] if len(set(why)) == 1 else f"{why[0]}; without root: {why[1]}")


def calculated(plan: Plan, *, platform: str, reason: str, beside: bool = False) -> Proof:
    """What the plan wants of every question. No rule was run: a router's mistake would not show here.

    Raises `LabError` where the plan makes too many questions.
    """
    people = cast(plan)
    asked = flows(plan, people, beside=beside)
    before = {flow.id: True for flow in asked}
    outcome = Outcome(before=before, after={f.id: not f.decided or f.wanted is not Verdict.DENY for f in asked})
    rows = tuple(_row(flow, outcome) for flow in asked)
    return Proof(how="calculated", platform=platform, reason=reason, rows=rows, left_out=people.left_out)


def _outcome(order: Order) -> Outcome:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "netguard.prove.twin"],
            input=msgspec.json.encode(order), capture_output=True, check=False, timeout=MAX_SECONDS,
        )  # fmt: skip
        return msgspec.json.decode(done.stdout, type=Outcome)
    except subprocess.TimeoutExpired:
        return Outcome(failed=f"it was not done after {MAX_SECONDS:.0f} s")
    except (OSError, msgspec.DecodeError) as error:
        return Outcome(failed=f"the process that holds the twin failed ({type(error).__name__})")


def _row(flow: Flow, outcome: Outcome) -> ProofRow:
    assert flow.protocol != "other"  # noqa: S101 - no question is asked in another protocol
    return ProofRow(
        id=flow.id,
        source=flow.source,
        target=flow.target,
        address=flow.address,
        protocol=flow.protocol,
        port=flow.port or None,
        why=flow.why,
        wanted=flow.wanted.value if flow.decided else "as-before",
        before=outcome.before[flow.id],
        after=outcome.after[flow.id],
    )
