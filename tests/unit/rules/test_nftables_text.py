"""What the texts of both nftables platforms look like, and how they grow. What they decide is tried in tests/lab."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import Snippet, snippet
from netguard.model.plan import Plan
from netguard.rules import platforms
from tests.property.homes import HOME, home
from tests.property.plans import plans
from tests.readers.crowds import crowd

BOTH = ("nftables", "nftables-overlay")
SHARED = {
    "dnsmasq.conf", "dnsmasq-reservations.conf", "avahi-daemon.conf", "apply.sh", "undo.sh", "end-connections.sh", "isolate.sh",
    "netguard-isolate.service",
}  # fmt: skip


def made(platform: str, plan: Plan) -> Snippet:
    return snippet(platforms.load()[platform], ruleset(plan))


def text(platform: str, plan: Plan, name: str = "netguard.nft") -> str:
    return next(f.text for f in made(platform, plan).files if f.name == name)


def without(role: str) -> Plan:
    """The home without the segments of one role, and who lives there."""
    plan = home()
    segments = tuple(s for s in plan.segments if s.role.value != role)
    names = {s.name for s in segments}
    members = tuple(
        replace(m, listens=tuple(n for n in m.listens if n.source in names)) for m in plan.members if m.segment in names
    )
    return replace(plan, segments=segments, members=members)


# ---------------------------------------------------------------- growth


@pytest.mark.parametrize("platform", BOTH)
@pytest.mark.parametrize("alike", [True, False])
def test_text_grows_slower_than_members_times_ports(platform, alike):
    few, more, many = (len(text(platform, crowd(n, 4, alike=alike))) for n in (10, 50, 250))
    wide = len(text(platform, crowd(50, 32, alike=alike)))

    assert few < more < many
    assert more < 5 * few
    assert many < 25 * few
    assert wide < 3 * more  # eight times the ports
    if alike:
        assert many < 5 * more / 2


@pytest.mark.parametrize("platform", BOTH)
def test_devices_of_the_same_kinds_add_no_rules(platform):
    assert text(platform, crowd(250, 8)).count("add rule") == text(platform, crowd(24, 8)).count("add rule")


@pytest.mark.parametrize("platform", BOTH)
@given(plan=plans(), seed=st.integers(0, 9))
def test_the_order_of_a_plan_is_not_to_be_seen(platform, plan, seed):
    members, segments = list(plan.members), list(plan.segments)
    random.Random(seed).shuffle(members)
    random.Random(seed).shuffle(segments)

    other = replace(plan, members=tuple(members), segments=tuple(segments))

    assert [f.text for f in made(platform, other).files] == [f.text for f in made(platform, plan).files]


# ---------------------------------------------------------------- what is in the files


def test_what_both_shapes_share_is_the_same_text():
    one, other = ({f.name: f for f in made(name, home()).files} for name in BOTH)

    assert one.keys() & other.keys() >= SHARED
    for name in SHARED:
        assert one[name] == other[name]


@pytest.mark.parametrize("platform", BOTH)
def test_files_that_a_plan_has_no_use_for_are_not_given(platform):
    bare = replace(home(), members=())

    assert {f.name for f in made(platform, home()).files} >= SHARED
    assert {f.name for f in made(platform, bare).files}.isdisjoint({"dnsmasq.conf", "dnsmasq-reservations.conf"})
    for role in ("trusted", "iot"):
        assert "avahi-daemon.conf" not in {f.name for f in made(platform, without(role)).files}


@pytest.mark.parametrize("platform", BOTH)
@pytest.mark.parametrize("role", ["trusted", "iot", "guest"])
def test_steps_are_whole_sentences_whatever_the_plan_has(platform, role):
    for plan in (home(), without(role), replace(without(role), members=())):
        whole = made(platform, plan)
        for sentence in (*whole.steps, *whole.undo, *whole.after):
            assert sentence == sentence.strip() != ""
            assert "  " not in sentence
            assert "\n" not in sentence
        assert all("\n" not in check for check in whole.checks)
        named = " ".join((*whole.steps, *whole.undo))
        for file in ("dnsmasq.conf", "dnsmasq-reservations.conf", "before-netguard` back"):
            given = {f.name for f in whole.files}
            wanted = {"before-netguard` back": "avahi-daemon.conf"}.get(file, file)
            assert (file in named) == (wanted in given), file
        assert ("isolate.sh" in named) == ("isolate.sh" in given) == ("netguard-isolate.service" in given)


@pytest.mark.parametrize("platform", BOTH)
def test_a_plan_without_clouds_or_addresses_says_which_copies_of_an_earlier_one_go_away(platform):
    copies = ("take `/etc/dnsmasq.d/netguard.conf` away", "take `/etc/dnsmasq.d/netguard-reservations.conf` away")
    for plan, gone in ((home(), False), (replace(home(), members=()), True)):
        steps = " ".join(made(platform, plan).steps)
        assert [copy in steps for copy in copies] == [gone, gone]


@pytest.mark.parametrize("platform", BOTH)
def test_the_rules_are_loaded_only_where_all_interfaces_of_the_plan_are(platform):
    plan = home()
    (line,) = [line for line in text(platform, plan, "apply.sh").splitlines() if line.startswith("for name in ")]
    assert set(line.removeprefix("for name in ").removesuffix("; do").split()) == {
        plan.wan, *(s.interface for s in plan.segments),
    }  # fmt: skip


@pytest.mark.parametrize("platform", BOTH)
def test_every_intent_of_the_plan_can_be_looked_at(platform):
    known = platforms.load()[platform]
    for name, intent in known.intents.items():
        assert intent.apply.strip(), name
        assert intent.undo.strip(), name
        assert intent.check.strip(), name
    assert any(check.startswith("nft list set") for check in made(platform, home()).checks)


@pytest.mark.parametrize("platform", BOTH)
def test_the_reflector_hears_trusted_and_iot_networks_and_no_guests(platform):
    lines = text(platform, home(), "avahi-daemon.conf").splitlines()

    assert "allow-interfaces=br-lan,br-iot" in lines
    assert "enable-reflector=yes" in lines
    assert lines.count("[server]") == 1


@pytest.mark.parametrize("platform", BOTH)
def test_the_reflector_is_one_text_for_many_networks(platform):
    more = HOME.replace(
        b"members:",
        b"  - {name: work, role: trusted, interface: eth5, prefix: 10.77.5.0/24}\n"
        b"  - {name: cameras, role: iot, interface: eth6, prefix: 10.77.6.0/24}\nmembers:",
    )
    lines = text(platform, planfile.read(more), "avahi-daemon.conf").splitlines()

    assert [line for line in lines if "interfaces" in line] == ["allow-interfaces=br-lan,eth5,eth6,br-iot"]
    assert lines.count("enable-reflector=yes") == 1


@pytest.mark.parametrize("platform", BOTH)
def test_multicast_dns_of_iot_networks_needs_no_trusted_one(platform):
    for plan in (home(), without("trusted")):
        assert text(platform, plan).count("in_iot ip daddr 224.0.0.251 udp dport 5353 accept") == 1


def test_reservations_have_every_address_once():
    lines = text("nftables", home(), "dnsmasq-reservations.conf").splitlines()

    assert [line for line in lines if line.startswith("dhcp-host")] == [
        "dhcp-host=02:77:02:00:00:30,10.77.2.30",
        "dhcp-host=02:77:02:00:00:20,10.77.2.20",
        "dhcp-host=02:77:02:00:00:20,[2001:db8:2::20]",
        "dhcp-host=02:77:01:00:00:10,10.77.1.10",
        "dhcp-host=02:77:01:00:00:10,[::10]",
        "dhcp-host=02:77:02:00:00:40,[::40]",
    ]


@given(plan=plans())
def test_the_overlay_never_touches_addresses_and_drops_nothing_by_itself(plan):
    rules = text("nftables-overlay", plan)

    assert "policy drop" not in rules
    assert " nat " not in rules
    assert "masquerade" not in rules
    assert rules.count("priority filter - 10; policy accept;") == 2
