"""Of plans that nobody thought of: every rule of both nftables platforms counts, every value in it, and their order.

What no question notices has to be proven to change nothing: for a frame of every class that the rules can tell apart
(`tests/readers/exhaustive.py`). A rule that no packet comes to, and one whose packets other rules treat alike (the same cloud
named in two entries), are such. What neither is noticed nor proven is a hole in the questions.
"""

from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from netguard.model.plan import SegmentRole
from tests.lab.test_platform_nftables import BOTH, OVERLAY, Case, alike, differs, loaded, needs_nft, noticed, thinner
from tests.property.plans import plans
from tests.readers import frames, nftables
from tests.readers.exhaustive import frames as every_class

pytestmark = needs_nft

DRAWN = settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
"""A plan takes up to a few seconds; a failing one is told as it was drawn."""


def case(platform, plan) -> Case:
    rules = loaded(platform, plan)
    made = Case(rules, frames.asked(plan, overlay=platform == OVERLAY), defaultdict(list), defaultdict(list))
    for one in made.wanted:
        fate = rules.fate(one.frame)
        for name in fate.entered:
            made.through[name].append(one)
        for rule in fate.matched:
            made.matching[rule].append(one)
    return made


def proven(of: Case, changed: nftables.Rules, chain: str, *numbers: int) -> bool:
    """Whether no class of frames fares differently: the change is of no consequence, whatever comes by."""
    return not any(differs(of.rules, changed, frame) for frame in every_class((of.rules, changed), chain, numbers))


def interesting(plan) -> bool:
    """Whether there is a network of things or guests in it; of others there are few rules."""
    return any(s.role is not SegmentRole.TRUSTED for s in plan.segments)


@pytest.mark.parametrize("platform", BOTH)
@DRAWN
@given(plan=plans(members=3, segments=2).filter(interesting))
def test_every_rule_of_a_drawn_plan_counts(platform, plan):
    of = case(platform, plan)
    lost, idle = 0, []
    for chain, number in of.rules.numbered():
        changed = of.rules.without(chain, number)
        if noticed(changed, of.matching[chain, number]):
            lost += 1
        else:
            idle.append((chain, number))
    missed = [rule for rule in idle if not proven(of, of.rules.without(*rule), *rule)]
    assert missed == []
    assert lost > len(idle)


@pytest.mark.parametrize("platform", BOTH)
@DRAWN
@given(plan=plans(members=3, segments=2).filter(interesting))
def test_every_value_in_a_rule_of_a_drawn_plan_counts(platform, plan):
    of = case(platform, plan)
    missed = []
    for chain, number in of.rules.numbered():
        for what, source in thinner(of.rules.chains[chain].rules[number]):
            if what != "a condition":
                changed = of.rules.changed(chain, number, source)
                if not noticed(changed, of.matching[chain, number]) and not proven(of, changed, chain, number):
                    missed.append((chain, number, source))
    assert missed == []


@pytest.mark.parametrize("platform", BOTH)
@DRAWN
@given(plan=plans(members=3, segments=2).filter(interesting))
def test_rules_of_a_drawn_plan_cannot_change_places(platform, plan):
    of = case(platform, plan)
    missed = []
    for name, chain in of.rules.chains.items():
        for pair in combinations(range(len(chain.rules)), 2):
            changed = of.rules.swapped(name, *pair)
            if (
                not alike(chain, *pair)
                and not noticed(changed, of.through[name])
                and not proven(of, changed, name, *pair)
            ):
                missed.append((name, *pair))
    assert missed == []
