"""Tries a plan's rules with real packets where this computer can, and says what the plan itself wants where it cannot."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Mapping

import msgspec

from netguard.advise import planfile
from netguard.advise.closing import Door
from netguard.advise.policy import Verdict
from netguard.errors import LabError, RefusedRulesError
from netguard.model.plan import Plan
from netguard.model.proof import Proof, ProofRow
from netguard.prove.flows import NOT_ASKED, Flow, flows
from netguard.prove.people import cast
from netguard.prove.twin import MAX_SECONDS, Kind, Order, Outcome

KINDS: tuple[Kind, ...] = ("namespaces", "user-namespace")
"""The ways to have a twin, found out by trying: as root, or as root in a user namespace of one's own."""


SMALLEST = """\
schema: netguard.plan/1
wan: {interface: wan0}
segments: [{name: home, role: trusted, interface: lan0, prefix: 10.0.0.0/24}]
"""
"""A plan with nobody in it."""


def run(
    plan: Plan,
    plan_text: str,
    rules: tuple[str, ...],
    *,
    platform: str,
    nft: str,
    environment: Mapping[str, str],
    beside: bool = False,
    doors: tuple[Door, ...] = (),
    held: "subprocess.Popen[bytes] | None" = None,
) -> Proof:
    """The proof of `rules`, nftables texts that are loaded one after the other over an open router.

    `plan_text` is `plan` as `advise.planfile` reads it; `beside` says that the rules stand beside the router's own; `doors`
    are what a scan found open, and everybody asks for those, too. `held` is what `start` gave: one twin, still root.
    Raises `LabError` where no twin can be had; nothing was tried then. Raises `RefusedRulesError` where there is one, and nft
    does not load the rules there.
    """
    why = []
    for kind in KINDS:
        order = Order(
            kind=kind, plan=plan_text, rules=tuple(map(str, rules)), nft=nft, environment=dict(environment), beside=beside, doors=doors
        )  # fmt: skip
        process, held = held, None
        outcome = _outcome(order, process)
        if outcome.refused is not None:
            raise RefusedRulesError(outcome.refused)
        if outcome.failed is None:
            people = cast(plan)
            rows = tuple(_row(flow, outcome) for flow in flows(plan, people, beside=beside, doors=doors))
            return Proof(how="run", platform=platform, rows=rows, left_out=people.left_out, not_asked=NOT_ASKED)
        why.append(outcome.failed)
    raise LabError(why[0] if len(set(why)) == 1 else f"{why[0]}; without root: {why[1]}")


def why_not(nft: str, environment: Mapping[str, str]) -> str | None:
    """Why this computer cannot try rules with real packets, found out by asking a few questions in the smallest of homes."""
    try:
        run(planfile.read(SMALLEST.encode()), SMALLEST, (), platform="none", nft=nft, environment=environment)
    except LabError as error:
        return str(error)
    return None


def calculated(plan: Plan, *, platform: str, reason: str, beside: bool = False, doors: tuple[Door, ...] = ()) -> Proof:
    """What the plan wants of every question. No rule was run: a router's mistake would not show here.

    Raises `LabError` where the plan makes too many questions.
    """
    people = cast(plan)
    asked = flows(plan, people, beside=beside, doors=doors)
    before = {flow.id: True for flow in asked}
    outcome = Outcome(before=before, after={f.id: not f.decided or f.wanted is not Verdict.DENY for f in asked})
    rows = tuple(_row(flow, outcome) for flow in asked)
    return Proof(
        how="calculated", platform=platform, reason=reason, rows=rows, left_out=people.left_out, not_asked=NOT_ASKED
    )


def start() -> "subprocess.Popen[bytes]":
    """A process for one twin, with this process's rights, which waits for its order: for whoever gives root up before."""
    return subprocess.Popen(
        [sys.executable, "-m", "netguard.prove.twin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _outcome(order: Order, held: "subprocess.Popen[bytes] | None") -> Outcome:
    try:
        process = start() if held is None else held
    except OSError as error:
        return Outcome(failed=f"the process that holds the twin could not be started ({type(error).__name__})")
    try:
        answer, _ = process.communicate(msgspec.json.encode(order), timeout=MAX_SECONDS + 1)
        if not answer and process.returncode == -signal.SIGALRM:
            return Outcome(failed=f"it was not done after {MAX_SECONDS} s")
        return msgspec.json.decode(answer, type=Outcome)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(OSError):  # it may belong to root still
            process.kill()
            process.communicate()
        return Outcome(failed=f"it was not done after {MAX_SECONDS} s")
    except (OSError, msgspec.DecodeError) as error:
        return Outcome(failed=f"the process that holds the twin failed ({type(error).__name__})")


def _row(flow: Flow, outcome: Outcome) -> ProofRow:
    assert flow.protocol != "other"  # noqa: S101 - no question is asked in another protocol
    return ProofRow(
        id=flow.id,
        source=str(flow.source),
        target=str(flow.target),
        address=flow.address,
        protocol=flow.protocol,
        port=flow.port or None,
        why=flow.why,
        wanted=flow.wanted.value if flow.decided else "as-before",
        before=outcome.before[flow.id],
        after=outcome.after[flow.id],
    )
