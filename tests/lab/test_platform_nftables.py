"""The texts of both nftables platforms, loaded by the real nft, read back, and asked about every class of packet.

The reader (`tests/readers/nftables.py`) knows nothing of plans; what a plan wants is `policy.verdict`'s to say. Packets of
flesh and blood are in `tests/lab/flows`.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.demo import daemons
from netguard.model.plan import Plan
from netguard.rules import platforms
from tests.property.homes import home
from tests.property.plans import plans
from tests.readers import frames, nft, nftables
from tests.readers.aimed import aimed
from tests.readers.nftables import Rules

needs_nft = pytest.mark.skipif(nft.why_not() is not None, reason=str(nft.why_not()))
pytestmark = needs_nft

TRIES = 400
"""Frames made to fit a rule or two, before a change of them is called harmless."""

KEEPING, OVERLAY = "nftables", "nftables-overlay"
BOTH = (KEEPING, OVERLAY)

RICH = b"""
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 10.11.1.0/24, prefix6: "2001:db8:11:1::/64", router: [10.11.1.1, "2001:db8:11:1::1"]}
  - {name: work, role: trusted, interface: eth2, prefix: 10.11.4.0/24, prefix6: "2001:db8:11:4::/64", router: [10.11.4.1, "2001:db8:11:4::1"]}
  - {name: things, role: iot, interface: br-lan.20, vlan: 20, prefix: 10.11.2.0/24, prefix6: "2001:db8:11:2::/64", router: [10.11.2.1, "2001:db8:11:2::1"]}
  - {name: cameras, role: iot, interface: br-lan.21, vlan: 21, prefix: 10.11.5.0/24, prefix6: "2001:db8:11:5::/64", router: [10.11.5.1, "2001:db8:11:5::1"]}
  - {name: visitors, role: guest, interface: br-guest, prefix: 10.11.3.0/24, prefix6: "2001:db8:11:3::/64", router: [10.11.3.1, "2001:db8:11:3::1"]}
members:
  - {name: nas, mac: "02:77:11:00:00:10", segment: home, addresses: [10.11.1.10, "2001:db8:11:1::10"], listens: [{transport: tcp, ports: [554, 445], from: cameras}, {transport: tcp, ports: [445], from: work}]}
  - {name: server, mac: "02:77:11:00:00:11", segment: work, addresses: ["::11"], listens: [{transport: udp, ports: [51820], from: home}]}
  - name: hub
    mac: "02:77:11:00:00:20"
    segment: things
    addresses: [10.11.2.20, "2001:db8:11:2::20"]
    listens: [{transport: tcp, ports: [8443], from: home}, {transport: udp, ports: [5683], from: home}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443, 8883]}, {service: ntp}]
  - {name: bridge, mac: "02:77:11:00:00:21", segment: things, addresses: ["::21"], listens: [{transport: tcp, ports: [443], from: home}, {transport: tcp, ports: [443], from: cameras}], talks: [{names: [eu.lock-cloud.example], transport: tcp, ports: [443]}]}
  - {name: plug, mac: "02:77:11:00:00:22", segment: things, talks: [{names: [plug.example], transport: udp, ports: [4000]}, {service: ntp}]}
  - {name: speaker, mac: "02:77:11:00:00:23", segment: things, addresses: [10.11.2.23], talks: any}
  - {name: toaster, mac: "02:77:11:00:00:24", segment: things, talks: any}
  - {name: porch, mac: "02:77:11:00:00:30", segment: cameras, addresses: [10.11.5.30], listens: [{transport: tcp, ports: [554], from: home}, {transport: tcp, ports: [554], from: work}], talks: [{names: [cam.example, lock-cloud.example], transport: tcp, ports: [443]}]}
  - {name: yard, mac: "02:77:11:00:00:31", segment: cameras, addresses: [10.11.5.31], talks: []}
"""
"""Every kind of permission at least once, and two of every role that can be there twice."""


def files(platform: str, plan: Plan) -> dict[str, str]:
    made = snippet(platforms.load()[platform], ruleset(plan))
    return {file.name: file.text for file in made.files}


def loaded(platform: str, plan: Plan) -> Rules:
    """The rules of `plan` after the resolver has answered all that it is asked."""
    made = files(platform, plan)
    elements = nft.learnt(made.get("dnsmasq.conf", ""), frames.answers(plan))
    return nftables.read(nft.listing(made["netguard.nft"], elements))


def wrong(rules: Rules, wanted: list[frames.Wanted]) -> list[str]:
    return [f"{w} became {rules.fate(w.frame)}" for w in wanted if not w.holds(rules.fate(w.frame))]


@pytest.fixture(scope="module")
def rich() -> Plan:
    return planfile.read(RICH)


# ---------------------------------------------------------------- agreement


@pytest.mark.parametrize("platform", BOTH)
@settings(max_examples=60)
@given(plan=plans())
def test_rules_say_what_the_plan_says(platform, plan):
    """Where they stand beside another firewall: of all that the plan decides; the rest is let through to it."""
    assert wrong(loaded(platform, plan), frames.asked(plan, overlay=platform == OVERLAY)) == []


@pytest.mark.parametrize("platform", BOTH)
def test_rules_say_what_a_rich_plan_says(platform, rich):
    wanted = frames.asked(rich, overlay=platform == OVERLAY)

    assert wrong(loaded(platform, rich), wanted) == []
    assert {"accept", "drop", "reject"} <= {w.verdict for w in wanted}
    assert len(wanted) > 10_000


@pytest.mark.parametrize("platform", BOTH)
@settings(max_examples=15)
@given(data=st.data(), plan=plans())
def test_loading_twice_is_loading_once_and_learnt_addresses_stay(platform, data, plan):
    made = files(platform, plan)
    elements = nft.learnt(made.get("dnsmasq.conf", ""), frames.answers(plan))
    once = nft.listing(made["netguard.nft"], elements, as_json=False)

    again = nft.listing(made["netguard.nft"], elements, made["netguard.nft"], as_json=False)

    assert again == once


@pytest.mark.parametrize("platform", BOTH)
@settings(max_examples=15)
@given(plan=plans())
def test_undo_leaves_nothing_and_can_be_done_twice(platform, plan):
    made = files(platform, plan)
    (command,) = [line for line in made["undo.sh"].splitlines() if line.startswith("nft ")]
    undo = command.removeprefix("nft '").removesuffix("'")

    assert nft.listing(made["netguard.nft"], undo, undo, as_json=False) == ""


def content(listed: str) -> dict[str, object]:
    """What is in a table, whatever the order in which it came there: chains with their rules, sets with their elements."""
    rules = nftables.read(listed)
    chains = {
        name: (c.hook, c.kind, c.priority, c.policy, [r.source for r in c.rules]) for name, c in rules.chains.items()
    }
    return {**chains, **{f"@{name}": sorted(elements) for name, elements in rules.sets.items()}}


@settings(max_examples=25)
@given(st.tuples(st.sampled_from(BOTH), plans()), st.tuples(st.sampled_from(BOTH), plans()))
def test_a_changed_plan_leaves_nothing_of_the_one_before(earlier, later):
    """By apply.sh, from one shape to the other as well; what the resolver has learnt for both plans stays."""
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for place, (platform, plan) in (("earlier", earlier), ("later", later)):
            (Path(folder) / place).mkdir()
            made.append(files(platform, plan))
            for name, text in made[-1].items():
                (Path(folder) / place / name).write_text(text, encoding="utf-8")
        known = nft.learnt(made[0].get("dnsmasq.conf", ""), frames.answers(earlier[1]))
        (Path(folder) / "known.nft").write_text(known, encoding="utf-8")
        names = {name for _, plan in (earlier, later) for name in (plan.wan, *(s.interface for s in plan.segments))}
        applied = (
            *(f"ip link add name {name} type bridge" for name in sorted(names - {"lo"})),
            f"sh {folder}/earlier/apply.sh --yes",
            f"nft -f {folder}/known.nft",
            f"sh {folder}/later/apply.sh --yes",
        )

        got = nft.scripted(*applied, "nft -j list ruleset")

    fresh = nft.listing(made[1]["netguard.nft"])
    kept = [line for line in known.splitlines() if line.split()[4] in nftables.read(fresh).sets]
    assert content(got) == content(nft.listing(made[1]["netguard.nft"], "\n".join(kept)))


FORWARDED = """
import socket, subprocess, sys
server = socket.create_server(("10.77.2.20", 8443))
client = socket.create_connection(("198.51.100.2", 8443))
peer, _ = server.accept()
subprocess.run(["sh", sys.argv[1]], check=True, capture_output=True)
print(subprocess.run(["conntrack", "-L"], check=True, capture_output=True, text=True).stdout)
"""


@pytest.mark.skipif(daemons.find("conntrack") is None, reason="needs the program conntrack: `make lab` fetches it")
@pytest.mark.parametrize("platform", BOTH)
def test_a_forwarded_connection_that_began_before_is_ended(platform):
    """Its first packet was sent to the router's own address, so it does not have the network's prefix for destination."""
    forward = "add table ip t\nadd chain ip t o { type nat hook output priority -100; }\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {
            "forward.nft": f"{forward}add rule ip t o ip daddr 198.51.100.2 tcp dport 8443 dnat to 10.77.2.20:8443\n",
            "forwarded.py": FORWARDED,
            "nothing.sh": "exit 0\n",
            "end.sh": files(platform, home())["end-connections.sh"],
        }.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        begin = (
            "ip link set lo up", "ip address add 10.77.2.20/32 dev lo", "ip address add 198.51.100.2/32 dev lo",
            f"nft -f {folder}/forward.nft",
        )  # fmt: skip

        before = nft.scripted(*begin, f"{sys.executable} {folder}/forwarded.py {folder}/nothing.sh")
        after = nft.scripted(*begin, f"{sys.executable} {folder}/forwarded.py {folder}/end.sh")

    assert "dport=8443" in before
    assert "dport=8443" not in after


# ---------------------------------------------------------------- mutations


def noticed(rules: Rules, wanted: list[frames.Wanted]) -> bool:
    return any(not w.holds(rules.fate(w.frame)) for w in wanted)


@dataclass(frozen=True)
class Case:
    """The rules of the rich plan, all that is asked of them, and which frames come through which chain and match what."""

    rules: Rules
    wanted: list[frames.Wanted]
    through: dict[str, list[frames.Wanted]]
    matching: dict[tuple[str, int], list[frames.Wanted]]


@pytest.fixture(scope="module", params=BOTH)
def case(request, rich) -> Case:
    rules = loaded(request.param, rich)
    made = Case(rules, frames.asked(rich, overlay=request.param == OVERLAY), defaultdict(list), defaultdict(list))
    for one in made.wanted:
        fate = rules.fate(one.frame)
        for name in fate.entered:
            made.through[name].append(one)
        for rule in fate.matched:
            made.matching[rule].append(one)
    return made


def test_every_rule_is_needed_and_its_loss_is_noticed(case):
    # Frames that a rule does not match meet the same rules without it.
    unnoticed = [r for r in case.rules.numbered() if not noticed(case.rules.without(*r), case.matching[r])]

    assert unnoticed == []


def harmless(case: Case, changed: Rules, chain: str, numbers: tuple[int, ...]) -> bool:
    """Whether no frame that was made to fit these rules fares differently."""
    return not any(differs(case.rules, changed, each) for each in aimed(case.rules, chain, numbers, TRIES, seed=7))


def differs(rules: Rules, changed: Rules, frame: nftables.Frame) -> bool:
    before, after = rules.fate(frame), changed.fate(frame)
    return (before.verdict, before.masqueraded) != (after.verdict, after.masqueraded)


def alike(chain: nftables.Chain, one: int, other: int) -> bool:
    """Whether all rules from `one` to `other` end the same way, so that their order cannot matter."""
    ends = {str(rule.source[-1]) for rule in chain.rules[one : other + 1]}
    return len(ends) == 1 and chain.rules[one].verdict in {"accept", "drop", "reject", "masquerade"}


def test_rules_in_a_wrong_order_are_noticed(case):
    """What nobody notices is a swap that changes nothing, for frames neither that are made to fit both rules."""
    found, missed = [], []
    for name, chain in case.rules.chains.items():
        for pair in combinations(range(len(chain.rules)), 2):
            changed = case.rules.swapped(name, *pair)
            if alike(chain, *pair):
                continue
            if noticed(changed, case.through[name]):
                found.append((name, *pair))
            elif not harmless(case, changed, name, pair):
                missed.append((name, *pair))

    assert missed == []
    assert found


def thinner(rule: nftables.Rule) -> Iterator[tuple[str, tuple]]:
    """The rule without one of its conditions, or without one of a condition's choices, with a word for it."""
    for number, statement in enumerate(rule.source):
        rest = (rule.source[:number], rule.source[number + 1 :])
        if "match" in statement:
            yield "a condition", (*rest[0], *rest[1])
            right = statement["match"]["right"]
            choices = right.get("set", []) if isinstance(right, dict) else right if isinstance(right, list) else []
            for less in combinations(choices, len(choices) - 1) if choices else ():
                smaller = {"set": list(less)} if isinstance(right, dict) else list(less)
                yield "a choice", (*rest[0], {"match": {**statement["match"], "right": smaller}}, *rest[1])
        elif "vmap" in statement:
            ways = statement["vmap"]["data"]["set"]
            for less in combinations(ways, len(ways) - 1):
                yield "a way", (*rest[0], {"vmap": {**statement["vmap"], "data": {"set": list(less)}}}, *rest[1])


def test_every_condition_and_every_choice_of_it_is_needed(case):
    """Of what nobody notices, frames made to fit the rule show that nothing depends on it."""
    found, missed, idle = 0, [], []
    for name, number in case.rules.numbered():
        for what, source in thinner(case.rules.chains[name].rules[number]):
            changed = case.rules.changed(name, number, source)
            try:
                if noticed(changed, case.through[name]):
                    found += 1
                elif harmless(case, changed, name, (number,)):
                    idle.append((name, number, what))
                else:
                    missed.append((name, number, what, source))
            except nftables.UnreadableError:
                found += 1  # without `meta l4proto`, the rule would read ports where there are none

    assert missed == []
    assert {(name[:4], what) for name, _, what in idle} <= {("out_", "a condition")}, idle
    assert found > 100
