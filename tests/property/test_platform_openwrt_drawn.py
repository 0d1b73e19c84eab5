"""Of plans that nobody thought of: every section that `openwrt` writes into the firewall counts, every value in it, and their order.

What no packet of the plan's classes notices, on a new router or on one whose owner has opened everything, has to be proven to
change nothing: for a packet of every class that the rules can tell apart (`tests/readers/exhaustive_uci.py`).
"""

import copy
from itertools import chain, combinations

from hypothesis import HealthCheck, Phase, given, settings

from netguard.advise.policy import Policy, Verdict, decides, verdict
from netguard.model.plan import SegmentRole
from tests.property.plans import plans
from tests.property.test_platform_openwrt import applied, decided, left_alone, lived_in, noticed, read, without
from tests.readers import openwrt
from tests.readers.exhaustive_uci import packets
from tests.readers.frames import _answered_with_home, _to_no_internet
from tests.readers.uci import Uci

DRAWN = settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
"""A plan takes a second or two; a failing one is told as it was drawn."""

LISTS = ("src_mac", "src_ip", "dest_ip", "dest_port", "icmp_type", "proto")


def asked(plan):
    """What these rules are answerable for, and what leads to no internet or back home under a cloud's name."""
    yield from decided(plan)
    policy = Policy.of(plan)
    for packet in chain(_to_no_internet(plan), _answered_with_home(plan)):
        if (wanted := verdict(policy, packet)) is not Verdict.NOT_ROUTED and decides(policy, packet):
            yield packet, wanted is Verdict.ALLOW


def apart(one, other) -> bool:
    """Whether no packet can match both: then only their order to those between them counts, which are pairs of their own."""
    a, b = one.section, other.section
    if not one.families & other.families or (a.get("dest") is None) != (b.get("dest") is None):
        return True
    if a.get("direction") == b.get("direction") and a.get("device") != b.get("device"):
        return True
    return any(
        x and y and not set(x) & set(y) for x, y in ((a.all(o), b.all(o)) for o in ("src_mac", "src_ip", "dest_port"))
    )


def followed(plan):
    """For each router: its settings, and every packet with what has to become of it and the rules that say something about it."""
    found = []
    for router in (openwrt.stock, lived_in):
        uci = applied(plan, router(plan))
        firewall, before = read(plan, uci), openwrt.firewall(owned := Uci.of(router(plan)), openwrt.networks(owned))
        traces = []
        others = ((packet, before.passes(plan, packet)) for packet in left_alone(plan))
        for packet, wanted in chain(asked(plan), others):
            firewall.says(plan, packet, trace := [])
            traces.append((packet, wanted, {s.name for s in trace}))
        found.append((uci, traces))
    return found


def proven(plan, found, changed, *names) -> bool:
    """Whether on both routers no class of packets that match one of these rules fares differently."""
    for (uci, _), other in zip(found, changed, strict=True):
        one, two = read(plan, uci), read(plan, other)
        if any(one.says(plan, p) != two.says(plan, p) for p in packets(plan, (one, two), set(names))):
            return False
    return True


def ours(found):
    return [s for s in found[0][0].packages["firewall"] if s.name]


def interesting(plan) -> bool:
    return any(s.role is not SegmentRole.TRUSTED for s in plan.segments)


def idle_zone(plan, found, section) -> bool:
    """Whether a zone is named by no rule, and all of its devices are in zones before it: no packet gets to know of it."""
    if section.type != "zone":
        return False
    for uci, _ in found:
        name = section.get("name")
        if any(name in {s.get("src"), s.get("dest")} for s in uci.packages["firewall"]):
            return False
        zones = read(plan, uci).zones
        at = next(n for n, zone in enumerate(zones) if zone.name == name)
        if not zones[at].devices <= {device for zone in zones[:at] for device in zone.devices}:
            return False
    return True


def unnoticed(plan, found, changed, only=None) -> bool:
    """Whether neither router shows the change, by packets of which one of the rules `only` says something."""
    return not any(
        noticed(plan, uci, traces if only is None else [t for t in traces if t[2] & only])
        for uci, (_, traces) in zip(changed, found, strict=True)
    )


@DRAWN
@given(plans(members=4, segments=2).filter(interesting))
def test_every_section_of_a_drawn_plan_counts(plan):
    found = followed(plan)
    missed = []
    for section in ours(found):
        changed = [without(uci, "firewall", section.name) for uci, _ in found]
        only = {section.name} if section.type == "rule" else None
        if unnoticed(plan, found, changed, only) and not (
            proven(plan, found, changed, section.name) if only else idle_zone(plan, found, section)
        ):
            missed.append(section.name)
    assert missed == []


@DRAWN
@given(plans(members=4, segments=2).filter(interesting))
def test_every_value_of_a_drawn_plan_counts(plan):
    found = followed(plan)
    missed, tried = [], 0
    for section in ours(found):
        for option in LISTS if section.type == "rule" else ():
            values = section.options.get(option)
            for value in values if isinstance(values, list) and len(values) > 1 else ():
                changed = [copy.deepcopy(uci) for uci, _ in found]
                for uci in changed:
                    uci.section("firewall", section.name).options[option].remove(value)
                tried += 1
                if unnoticed(plan, found, changed, {section.name}) and not proven(plan, found, changed, section.name):
                    missed.append((section.name, option, value))
    assert missed == []
    assert tried


@DRAWN
@given(plans(members=4, segments=2).filter(interesting))
def test_rules_of_a_drawn_plan_cannot_change_places(plan):
    found = followed(plan)
    missed = []
    firewall = read(plan, found[0][0])
    for rules in firewall.first.values():
        for one, other in combinations([r for r in rules if r.section.name], 2):
            if (one.target == "ACCEPT") == (other.target == "ACCEPT") or apart(one, other):
                continue
            between = {r.section.name for r in rules[rules.index(one) : rules.index(other) + 1]}
            changed = []
            for uci, _ in found:
                changed.append(swapped := copy.deepcopy(uci))
                sections = swapped.packages["firewall"]
                at = [sections.index(swapped.section("firewall", r.section.name)) for r in (one, other)]
                sections[at[0]], sections[at[1]] = sections[at[1]], sections[at[0]]
            names = (one.section.name, other.section.name)
            if unnoticed(plan, found, changed, between) and not proven(plan, found, changed, *names):
                missed.append(names)
    assert missed == []
