"""The process that holds a twin: it builds it, asks before and after the rules are loaded, says what came back, and ends.

Run as `python -m netguard.prove.twin` by `proof.py`, with an order on standard input and the outcome on standard output.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from netguard.advise import planfile
from netguard.advise.closing import Door
from netguard.advise.policy import Verdict
from netguard.advise.ruleset import ruleset
from netguard.errors import LabError, NetguardError, RefusedRulesError
from netguard.net import namespaces
from netguard.prove import net
from netguard.prove.asking import Stage, resolved
from netguard.prove.flows import Flow, flows
from netguard.prove.people import cast

MAX_SECONDS = 120
"""Longest that a twin may take, everything included; one of 24 members takes about ten."""

Kind = Literal["namespaces", "user-namespace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be proven. `rules` are the texts to load, one after the other; between them nothing is asked.

    `beside` says that they stand beside the router's own rules; `doors` are what a scan found open.
    """

    kind: Kind
    plan: str
    rules: tuple[str, ...]
    nft: str
    environment: dict[str, str]
    beside: bool = False
    doors: tuple[Door, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Which flows were answered before and after; or why nothing was tried: there is no twin, or the rules were refused."""

    failed: str | None = None
    refused: str | None = None
    """Why the rules could not be loaded into a twin that was there: nft's reason."""
    before: dict[str, bool] = field(default_factory=dict)
    after: dict[str, bool] = field(default_factory=dict)


def main() -> int:
    """Reads the order, builds, asks, answers. 1 when nothing was tried; the reason was sent."""
    namespaces.die_with_parent()
    signal.alarm(MAX_SECONDS)  # whoever started it may have given up the right to end it
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        if order.kind == "user-namespace":
            namespaces.become_root()
        namespaces.isolate(processes=False)
        outcome = _tried(order)
    except RefusedRulesError as error:
        outcome = Outcome(refused=str(error))
    except (NetguardError, OSError) as error:
        outcome = Outcome(failed=str(error))
    with contextlib.suppress(BrokenPipeError):  # whoever asked is gone
        sys.stdout.buffer.write(msgspec.json.encode(outcome))
        sys.stdout.buffer.flush()
    return int(outcome.failed is not None or outcome.refused is not None)


def _tried(order: Order) -> Outcome:
    plan = planfile.read(order.plan.encode())
    people = cast(plan)
    asked = flows(plan, people, beside=order.beside, doors=order.doors)
    stage = Stage(twin=net.build(plan, people), people=people)
    try:
        net.load(order.nft, order.environment, net.open_router(plan, people))
    except RefusedRulesError as error:  # these are the twin's own
        raise LabError(f"this computer's kernel cannot play a router: {error}") from error
    stage.serve(asked)
    before = _open(stage, asked, asked)
    if closed := [flow for flow in asked if not before[flow.id]]:
        raise LabError(
            f"{len(closed)} of {len(asked)} questions had no answer before there were rules ({closed[0].why}), so that no "
            "rule would be seen to close them"
        )
    for text in order.rules:
        net.load(order.nft, order.environment, text)
    clouds = tuple((str(c.name), tuple(map(str, c.names))) for c in ruleset(plan).clouds)
    if learnt := resolved(people.names, clouds):
        net.load(order.nft, order.environment, learnt)
    after = _open(stage, asked, [f for f in asked if not f.decided or f.wanted is not Verdict.DENY])
    return Outcome(before=before, after=after)


def _open(stage: Stage, asked: Sequence[Flow], again: Sequence[Flow]) -> dict[str, bool]:
    """Flow id → whether an answer came. Of `again`, what had none is asked once more: this computer may be busy."""
    heard = stage.ask(asked)
    if unheard := [flow for flow in again if heard[flow.id] != "open"]:
        heard |= stage.ask(unheard)
    return {flow_id: what == "open" for flow_id, what in heard.items()}


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # The network goes with the process; Python's own tidying up would wait for nothing.
    os._exit(code)
