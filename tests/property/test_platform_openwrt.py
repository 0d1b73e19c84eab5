"""What `openwrt` writes means what the plan means, to a reader that knows fw4 and uci and nothing of the templates."""

import copy
import re
from dataclasses import replace
from functools import lru_cache
from itertools import chain, combinations

import pytest
from hypothesis import HealthCheck, given, settings

from netguard.advise import planfile
from netguard.advise.policy import Policy, State, Verdict, decides, verdict
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.model.plan import Plan
from netguard.rules import platforms
from tests.property.homes import home
from tests.property.plans import classes, plans
from tests.readers import openwrt
from tests.readers.uci import Uci, export, parse

RICH = b"""
schema: netguard.plan/1
wan: {interface: pppoe-wan}
segments:
  - {name: trusted, role: trusted, interface: br-lan, prefix: 10.77.1.0/24, prefix6: "2001:db8:1::/64", router: [10.77.1.1, "2001:db8:1::1"]}
  - {name: office, role: trusted, interface: br-office, prefix: 10.77.4.0/24, prefix6: "2001:db8:4::/64", router: [10.77.4.1]}
  - {name: iot, role: iot, interface: br-iot, prefix: 10.77.2.0/24, prefix6: "2001:db8:2::/64", router: [10.77.2.1, "2001:db8:2::1"]}
  - {name: iot-2, role: iot, interface: br-iot2, prefix: 10.77.5.0/24, prefix6: "2001:db8:5::/64", router: [10.77.5.1]}
  - {name: guest, role: guest, interface: br-guest, prefix: 10.77.3.0/24, prefix6: "2001:db8:3::/64", router: [10.77.3.1]}
members:
  - {name: laptop, mac: "02:77:01:00:00:10", segment: trusted, addresses: [10.77.1.10, "::10"], listens: [{transport: tcp, ports: [445], from: iot}, {transport: tcp, ports: [22], from: office}]}
  - {name: printer, mac: "02:77:04:00:00:10", segment: office, addresses: [10.77.4.10], listens: [{transport: tcp, ports: [631], from: trusted}]}
  - name: hub
    mac: "02:77:02:00:00:20"
    segment: iot
    addresses: [10.77.2.20, "2001:db8:2::20"]
    listens: [{transport: tcp, ports: [8443], from: trusted}]
    talks: [{names: [lock-cloud.example], transport: tcp, ports: [443, 8883]}, {service: ntp}]
  - {name: bridge, mac: "02:77:02:00:00:21", segment: iot, addresses: ["::21"], listens: [{transport: udp, ports: [5540], from: iot-2}], talks: [{names: [eu.lock-cloud.example], transport: tcp, ports: [443]}]}
  - {name: camera, mac: "02:77:02:00:00:30", segment: iot, addresses: [10.77.2.30], talks: []}
  - {name: speaker, mac: "02:77:05:00:00:40", segment: iot-2, addresses: [10.77.5.40, "::40"], talks: any}
  - {name: light, mac: "02:77:05:00:00:50", segment: iot-2, addresses: ["::50"], listens: [{transport: tcp, ports: [80], from: trusted}], talks: [{service: ntp}]}
  - {name: console, mac: "02:77:03:00:00:60", segment: guest, addresses: [10.77.3.60], listens: [{transport: udp, ports: [9308], from: trusted}, {transport: udp, ports: [9308], from: office}]}
"""
"""A plan with everything in it: names below names, whole addresses and halves, two networks of a kind."""


NARROWING = {"device", "src_mac", "src_ip", "dest_ip", "dest_port", "ipset", "icmp_type"}


def rich() -> Plan:
    return planfile.read(RICH)


@lru_cache(maxsize=8)
def files(plan: Plan) -> dict[str, str]:
    return {f.name: str(f.text) for f in snippet(platforms.load()["openwrt"], ruleset(plan)).files}


def lived_in(plan: Plan) -> dict[str, str]:
    """A router whose owner has opened everything: zones of their own, forwardings, port forwards, rules, a lenient default."""
    texts = openwrt.stock(plan)
    more = texts["firewall"].replace("option forward		REJECT\n# a", "option forward		ACCEPT\n# a")
    for segment in plan.segments:
        zone = "lan" if segment.interface == openwrt._trusted(plan) else f"own_{segment.name.replace('-', '_')}"
        if zone != "lan":
            more += f"\nconfig zone\n\toption name '{zone}'\n\tlist device '{segment.interface}'\n\toption input 'ACCEPT'\n\toption output 'ACCEPT'\n\toption forward 'ACCEPT'\n"
            more += f"\nconfig forwarding\n\toption src 'lan'\n\toption dest '{zone}'\n" if "lan" in more else ""
            more += f"\nconfig forwarding\n\toption src '{zone}'\n\toption dest 'wan'\n"
            more += f"\nconfig forwarding\n\toption src '{zone}'\n\toption dest 'lan'\n"
            more += f"\nconfig rule\n\toption name 'mine'\n\toption src '{zone}'\n\toption proto 'all'\n\toption target 'ACCEPT'\n"
        more += f"\nconfig redirect\n\toption name 'game'\n\toption src 'wan'\n\toption dest '{zone}'\n\toption src_dport '40443'\n"
    return {**texts, "firewall": more}


def applied(plan: Plan, texts: dict[str, str]) -> Uci:
    uci = Uci.of(texts)
    assert uci.batch(files(plan)["netguard.uci"]) == []
    return uci


def read(plan: Plan, uci: Uci) -> openwrt.Firewall:
    return openwrt.firewall(uci, openwrt.networks(uci), files(plan)["netguard.nft"])


def decided(plan: Plan):
    """Every packet that these rules are answerable for, with whether the plan lets it through."""
    policy = Policy.of(plan)
    for packet in classes(plan):
        wanted = verdict(policy, packet)
        if wanted is not Verdict.NOT_ROUTED and decides(policy, packet):
            yield packet, wanted is Verdict.ALLOW
            if wanted is Verdict.ALLOW and packet.state is State.NEW:
                yield replace(packet, state=State.INVALID), False


def left_alone(plan: Plan):
    """Every packet that the router decides on as before."""
    policy = Policy.of(plan)
    return (p for p in classes(plan) if verdict(policy, p) is not Verdict.NOT_ROUTED and not decides(policy, p))


# ---------------------------------------------------------------- agreement with the plan


@pytest.mark.parametrize("router", [openwrt.stock, lived_in])
@pytest.mark.parametrize("plan", [home(), rich()], ids=["home", "rich"])
def test_it_says_what_the_plan_says(plan, router):
    firewall = read(plan, applied(plan, router(plan)))
    assert firewall.warnings == []
    assert [(packet, wanted) for packet, wanted in decided(plan) if wrong(plan, firewall, packet, wanted)] == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_it_says_what_any_plan_says(plan):
    firewall = read(plan, applied(plan, openwrt.stock(plan)))
    assert firewall.warnings == []
    for packet, wanted in decided(plan):
        assert firewall.passes(plan, packet) == wanted, packet


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans(segments=2))
def test_it_says_so_beside_anything_the_owner_has(plan):
    firewall = read(plan, applied(plan, lived_in(plan)))
    for packet, wanted in decided(plan):
        assert firewall.passes(plan, packet) == wanted, packet


def test_what_is_not_its_business_stays_as_it_was():
    for plan, texts in ((home(), openwrt.stock(home())), (rich(), lived_in(rich()))):
        uci = Uci.of(texts)
        before, after = openwrt.firewall(uci, openwrt.networks(uci)), read(plan, applied(plan, texts))
        assert [p for p in left_alone(plan) if before.passes(plan, p) != after.passes(plan, p)] == []


def test_a_rule_of_a_zone_comes_too_late():
    """Why our rules name devices: fw4 puts what has `src *` before all zones, whatever their order in the file is."""
    plan = home()
    uci = applied(plan, lived_in(plan))
    sections = uci.packages["firewall"]
    for section in [s for s in sections if s.name and s.name.startswith("ng_into_iot")]:
        section.options["src"] = "lan"
        section.options.pop("device", None)
        section.options.pop("direction", None)
        sections.remove(section)
        sections.append(section)
    firewall = read(plan, uci)
    assert any(firewall.passes(plan, packet) != wanted for packet, wanted in decided(plan))


# ---------------------------------------------------------------- every rule counts


@pytest.fixture(scope="module")
def followed():
    """For each router: its settings, and every packet with the sections that said something about it."""
    plan = rich()
    found = []
    for router in (openwrt.stock, lived_in):
        uci = applied(plan, router(plan))
        firewall, before = read(plan, uci), openwrt.firewall(owned := Uci.of(router(plan)), openwrt.networks(owned))
        traces = []
        others = ((packet, before.passes(plan, packet)) for packet in left_alone(plan))
        for packet, wanted in chain(decided(plan), others):
            firewall.says(plan, packet, trace := [])
            traces.append((packet, wanted, {s.name for s in trace}))
        found.append((uci, traces))
    return plan, found


def noticed(plan: Plan, uci: Uci, packets) -> bool:
    """Whether fw4 complains, or something becomes of a packet that should not."""
    firewall = read(plan, uci)
    return bool(firewall.warnings) or any(wrong(plan, firewall, packet, wanted) for packet, wanted, _ in packets)


def wrong(plan: Plan, firewall: openwrt.Firewall, packet, wanted: bool) -> bool:
    """Whether it passes where it should not, or the other way round; or whoever is inside is left waiting for an answer."""
    said = firewall.says(plan, packet)
    if wanted or packet.state is State.INVALID or not decides(Policy.of(plan), packet):
        return (said == "ACCEPT") != wanted
    return said != ("DROP" if packet.came_in == "wan" else "REJECT")


def without(uci: Uci, package: str, name: str) -> Uci:
    changed = copy.deepcopy(uci)
    changed.run("delete", f"{package}.{name}")
    return changed


def test_whatever_section_is_missing_is_noticed(followed):
    plan, found = followed
    ours = [s for s in found[0][0].packages["firewall"] if s.name]
    assert len(ours) > 50
    missed = []
    for section in ours:
        # A rule that is missing changes only what it said something about.
        mine = [[t for t in traces if section.type != "rule" or section.name in t[2]] for _, traces in found]
        if not any(
            noticed(plan, without(uci, "firewall", section.name), few)
            for (uci, _), few in zip(found, mine, strict=True)
        ):
            missed.append(section.name)
    assert missed == []


def test_whatever_a_rule_is_not_told_is_noticed(followed):
    """What makes a rule narrow: whose packets, where to, which ports."""
    plan, found = followed
    missed = []
    for section in [s for s in found[0][0].packages["firewall"] if s.name and s.type == "rule"]:
        for option in NARROWING & set(section.options):
            changed = [copy.deepcopy(uci) for uci, _ in found]
            for uci in changed:
                del uci.section("firewall", section.name).options[option]
            if not any(noticed(plan, uci, traces) for uci, (_, traces) in zip(changed, found, strict=True)):
                missed.append(f"{section.name}.{option}")
    assert missed == []


def test_names_that_are_missing_are_noticed(followed):
    plan, found = followed
    uci, traces = found[0]
    for section in [s for s in uci.packages["dhcp"] if s.type == "ipset"]:
        assert noticed(plan, without(uci, "dhcp", section.name), traces), section.name
        plain = copy.deepcopy(uci)
        options = plain.section("dhcp", section.name).options
        options["name"] = " ".join(options["name"])  # an option with words in it is no list to dnsmasq's script
        assert noticed(plan, plain, traces), section.name


def test_rules_that_do_not_commute_cannot_change_places(followed):
    plan, found = followed
    uci, traces = found[0]
    firewall = read(plan, uci)
    tried = 0
    for where in ("input", "forward"):
        rules = firewall.first[where]
        for one, other in combinations(rules, 2):
            if one.target == other.target == "ACCEPT" or "ACCEPT" not in {one.target, other.target}:
                continue
            both = {one.section.name, other.section.name}
            # The one that comes first is all that is said of a packet: whether the other would say something, too, is asked here.
            few = [t for t in traces if t[2] & both]
            meant = [t for t in few if one.section.name in t[2] and _would(plan, other, t[0])]
            if not meant:
                continue
            changed = copy.deepcopy(uci)
            sections = changed.packages["firewall"]
            at = [sections.index(changed.section("firewall", r.section.name)) for r in (one, other)]
            sections[at[0]], sections[at[1]] = sections[at[1]], sections[at[0]]
            tried += 1
            assert noticed(plan, changed, few), both
    assert tried > 30


def _would(plan: Plan, rule: openwrt.Rule, packet) -> bool:
    leaves = None if packet.to == "router" else openwrt._device(plan, packet.to)
    if (rule.section.get("dest") is None) != (leaves is None):
        return False
    return rule.matches(packet, openwrt._device(plan, packet.came_in), leaves, frozenset())


def test_rules_without_the_file_for_nftables_are_noticed():
    plan = rich()
    uci = applied(plan, openwrt.stock(plan))
    lines = files(plan)["netguard.nft"].splitlines(keepends=True)
    missed = []
    for number, line in enumerate(lines):
        if line.strip().endswith("drop"):
            firewall = openwrt.firewall(uci, openwrt.networks(uci), "".join(lines[:number] + lines[number + 1 :]))
            if all(firewall.passes(plan, packet) == wanted for packet, wanted in decided(plan)):
                missed.append(line)
    assert missed == []


# ---------------------------------------------------------------- uci


def texts_of(uci: Uci) -> dict[str, str]:
    return {name: export(package) for name, package in uci.packages.items()}


@settings(max_examples=25, deadline=None)
@given(plans())
def test_twice_is_once_and_undone_is_as_before(plan):
    uci = Uci.of(openwrt.stock(plan))
    before = texts_of(uci)
    made = files(plan)
    assert uci.batch(made["netguard.uci"]) == []
    once = texts_of(uci)
    assert uci.batch(made["netguard.uci"]) == []
    assert texts_of(uci) == once
    assert uci.batch(made["undo.uci"]) == []
    assert texts_of(uci) == before


def test_nothing_of_the_owners_is_named():
    for line in files(rich())["netguard.uci"].splitlines():
        assert (
            not line or line.startswith("#") or re.match(r"(set|add_list|delete) (network|dhcp|firewall)\.ng_\w+", line)
        ), line


def test_what_the_model_writes_it_reads():
    text = export(parse(openwrt.STOCK_FIREWALL))
    assert export(parse(text)) == text
    assert parse(text) == parse(openwrt.STOCK_FIREWALL)
