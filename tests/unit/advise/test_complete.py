"""A plan that a person has begun: what they wrote stays, what is missing is filled, and where the scan differs they are told."""

from dataclasses import replace

import pytest

from netguard.advise import complete as completing
from netguard.advise import planfile, planwriter
from netguard.advise.exports._contract import Candidate, export
from netguard.advise.propose import propose, text
from netguard.errors import PlanError, UsageError
from netguard.model.egress import Egress
from netguard.model.vocabulary import PortState, Transport
from netguard.rules import literal
from tests import builders
from tests.unit.advise.learning import learnt, went
from tests.unit.advise.proposing import BRIDGE, CAMERA, GUEST_ONLY, HOME, LOCK, NAS, NEITHER, PHONE, RULES

SCHEMA = "schema: netguard.plan/1\n"
ALL = SCHEMA + "wan: {interface: wan}\n"
TRUSTED = "  - {name: trusted, role: trusted, interface: br-lan, prefix: 192.0.2.0/24, router: [192.0.2.1]}\n"
IOT = "  - {name: iot, role: iot, interface: br-iot, vlan: 20, prefix: 192.168.20.0/24, router: [192.168.20.1]}\n"
SEGMENTS = f"{ALL}segments:\n{TRUSTED}{IOT}"


def complete(begun, *devices, rules=RULES, given=None, egress=None, twice=True, **of):
    scan = builders.scan(*(devices or HOME), **of)
    made = completing.complete(begun.encode(), "plan.yaml", scan, rules, given, egress)
    assert planfile.read(made.text.encode()) == made.plan
    kept(literal.parse(begun.encode()), literal.parse(made.text.encode()))
    if not made.rewritten:
        assert [line for line in begun.split("\n") if line.lstrip().startswith("#")] == [
            line for line in made.text.split("\n") if line in begun.split("\n") and line.lstrip().startswith("#")
        ]
    if twice:
        again = completing.complete(made.text.encode(), "plan.yaml", scan, rules, given, egress)
        assert (again.text, again.fields, again.added) == (made.text, 0, ())
    return made


def kept(before, after):
    """Every value that was written is where it was."""
    if isinstance(before, dict):
        for name, each in before.items():
            if each is not None or name in {"vlan", "prefix", "prefix6"}:
                kept(each, after[name])
    elif isinstance(before, list):
        for one, other in zip(before, after[: len(before)], strict=True):
            kept(one, other)
    else:
        assert before == after


def segment(made, name):
    return made.plan.segment(name)


def member(made, device):
    (found,) = (m for m in made.plan.members if m.mac == device.mac)
    return found


def told(made, *words):
    return [each for each in made.remarks if all(word in each for word in words)]


# ---------------------------------------------------------------- what is missing


def test_a_plan_that_is_whole_is_left_as_it_is():
    scan = builders.scan(*HOME)
    written = text(propose(scan, RULES))
    made = complete(written)
    assert (made.text, made.fields, made.added) == (written, 0, ())


def test_a_schema_alone_becomes_what_would_be_proposed():
    made = complete(SCHEMA)
    assert made.plan == propose(builders.scan(*HOME), RULES).plan
    assert "# It moves apart, with all locks and hubs" in made.text


def test_fields_of_networks_are_filled_and_names_and_comments_stay():
    made = complete(
        "# mine\nsegments:\n  - {name: home, role: trusted} # ours\n  - name: things\n    role: iot # new\n    vlan: 33\n"
    )
    home, things = made.plan.segments
    assert (home.interface, str(home.prefix), str(home.router[0])) == ("br-lan", "192.0.2.0/24", "192.0.2.1")
    assert (things.interface, things.vlan, str(things.prefix)) == ("br-things", 33, "192.168.33.0/24")
    assert made.text.startswith(
        "# mine\nschema: netguard.plan/1\nwan: {interface: wan}\nsegments:\n  - {name: home, role: trusted, inter"
    )
    assert "router: [192.0.2.1]} # ours\n" in made.text
    assert "    role: iot # new\n    vlan: 33\n    interface: br-things\n" in made.text


def test_a_network_s_role_is_told_by_its_name_or_has_to_be_said():
    made = complete(f"{SCHEMA}segments:\n  - {{name: lan}}\n  - {{name: smart}}\n  - {{name: visitors}}\n")
    assert [str(s.role) for s in made.plan.segments] == ["trusted", "iot", "guest"]
    with pytest.raises(PlanError, match=r"line 4: segments\[1\].role: it is missing, and the name does not tell it"):
        complete(f"{SCHEMA}segments:\n  - {{name: lan}}\n  - {{name: office}}\n")


def test_null_means_none_of_a_vlan_or_prefix_and_missing_of_everything_else():
    made = complete(f"{SCHEMA}wan:\nsegments:\n  - {{name: iot, vlan: null, interface: ~, router: }}\nmembers:\n")
    assert segment(made, "iot").vlan is None
    assert (segment(made, "iot").interface, made.plan.wan) == ("br-iot", "wan")
    assert len(made.plan.members) == 10


def test_what_is_written_elsewhere_is_not_given_to_a_new_network():
    made = complete(
        f"{SCHEMA}segments:\n  - {{name: guest, role: guest, interface: br-iot, vlan: 20, prefix: 192.168.20.0/24}}\n"
    )
    iot = segment(made, "iot")
    assert (iot.vlan, str(iot.prefix), iot.interface) == (30, "192.168.30.0/24", "vlan30")
    assert str(segment(made, "guest").router[0]) == "192.168.20.1"


def test_a_member_is_known_by_its_mac_its_address_or_what_it_is():
    begun = (
        f'{SEGMENTS}members:\n  - {{mac: "{CAMERA.mac}"}}\n  - {{name: store, addresses: [192.0.2.40]}}\n  - {{name: nuki-bridge}}\n'
        "  - {name: lock-7, segment: iot}\n"
    )
    made = complete(begun)
    first = {str(m.mac): m for m in made.plan.members[:4]}
    assert first[str(CAMERA.mac)].name == "camera-1"
    assert (first[str(NAS.mac)].name, first[str(NAS.mac)].segment) == ("store", "trusted")
    assert first[str(BRIDGE.mac)].talks[0].names == ("nuki.io",)
    assert first[str(LOCK.mac)].name == "lock-7"
    assert [str(each.ports) for each in first[str(LOCK.mac)].listens] == ["(443,)"]
    assert len(made.plan.members) == 10


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{name: toaster}", r"line 7: members\[0\].mac: it is missing, and the scan does not show"),
        ('{name: x, mac: "02:00:5e:00:53:77"}', r"line 7: members\[0\].segment: it is missing"),
        ("{name: lock}\n  - {name: lock}", r"line 8: members\[1\].mac: it is missing"),
        ('{name: x, mac: "02:00:5e:00:53:77", segment: nowhere}', r"line 7: members\[0\].segment: there is no segment"),
        ("{name: camera, talks: [{names: [x.example]}]}", r"line 7: members\[0\].talks\[0\].transport: it is missing"),
        ("{name: camera, colour: red}", r"line 7: members\[0\].colour: it is no field of a plan"),
        ("5", r"line 7: members\[0\]: expected `object`"),
        ("{name: camera, addresses: 5}", r"line 7: members\[0\].addresses: expected `array`"),
    ],
)
def test_what_nobody_can_tell_is_refused_with_the_line_of_what_was_written(written, says):
    with pytest.raises(PlanError, match=says):
        complete(f"{SEGMENTS}members:\n  - {written}\n")


@pytest.mark.parametrize(
    "begun", ["", "[]", "schema: netguard.plan/2\n", "segments: {a: b}\n", "wan: 5\n", "members: [&a b]\n", "\xff"]
)
def test_what_is_no_plan_is_refused(begun):
    with pytest.raises((PlanError, UsageError)):
        completing.complete(begun.encode("latin-1"), "plan.yaml", builders.scan(*HOME), RULES)


def test_who_was_not_seen_and_says_nothing_gets_no_internet_and_its_owner_is_told():
    begun = f'{SEGMENTS}members:\n  - {{name: kept, mac: "02:00:5e:00:53:77", segment: iot}}\n'
    made = complete(begun)
    assert (made.plan.members[0].talks, len(made.plan.members[0].addresses)) == ((), 1)
    assert told(made, "members[0]", "gets no internet")
    assert told(made, "kept: the scan did not see it")
    known = complete(begun, egress=Egress(devices=(learnt(went("kept.example"), mac="02:00:5e:00:53:77"),)))
    assert known.plan.members[0].talks[0].names == ("kept.example",)


def test_entries_are_filled_where_there_is_one_answer():
    made = complete(
        f"{SEGMENTS}members:\n  - name: nuki-bridge\n    listens: [{{transport: tcp, ports: [8080]}}]\n    talks: [{{names: [nuki.io]}}]\n"
    )
    bridge = made.plan.members[0]
    assert bridge.listens[0].source == "trusted"
    assert (bridge.talks[0].transport, bridge.talks[0].ports) == (Transport.TCP, (443,))


def test_a_router_that_cannot_gets_no_new_network_and_one_that_is_written_is_believed():
    assert [s.name for s in complete(SCHEMA, rules=NEITHER).plan.segments] == ["trusted"]
    assert [str(s.role) for s in complete(SCHEMA, rules=GUEST_ONLY).plan.segments] == ["trusted", "guest"]
    written = complete(f"{SCHEMA}segments:\n  - {{name: iot}}\n", rules=NEITHER)
    assert member(written, CAMERA).segment == "iot"


ROUTER = export(
    "openwrt", wan=("eth1",), new_interface="br-lan.{vlan}", reservations=[("02:77:00:00:00:09", "192.168.40.9")],
    candidates=[
        Candidate(label="lan", interface="br-lan.1", vlan="1", addresses=("192.0.2.1/24",)),
        Candidate(label="iot", interface="br-lan.40", vlan="40", addresses=("192.168.40.1/24",)),
        Candidate(label="guest", interface="br-lan.50", vlan="50", addresses=("192.168.50.1/24",)),
    ],
)  # fmt: skip


def test_the_router_s_own_networks_fill_what_is_theirs():
    made = complete(
        f"{SCHEMA}segments:\n  - {{name: things, vlan: 40}}\n  - {{name: mine, interface: br-lan.1}}\n", given=ROUTER
    )
    things, mine, guest = made.plan.segments
    assert (str(things.role), things.interface, str(things.prefix)) == ("iot", "br-lan.40", "192.168.40.0/24")
    assert (str(mine.role), mine.vlan, str(mine.prefix)) == ("trusted", 1, "192.0.2.0/24")
    assert (guest.name, made.plan.wan) == ("guest", "eth1")
    assert next(m for m in made.plan.members if m.name == "reserved-1").segment == "things"


# ---------------------------------------------------------------- what differs


def test_another_home_s_plan_is_refused():
    begun = ALL + "segments:\n  - {name: home, role: trusted, interface: br-lan, prefix: 10.9.9.0/24}\n"
    with pytest.raises(
        UsageError, match=r"the scan looked at 192.0.2.0/24, and the plan's trusted networks are 10.9.9.0/24"
    ):
        complete(begun)


def test_what_the_scan_or_the_router_says_otherwise_is_told_and_stays():
    begun = (
        "wan: {interface: wan7}\nsegments:\n  - {name: home, role: trusted, interface: eth7, vlan: 7, prefix: 192.0.2.0/25, router: [192.0.2.2]}\n"
        "  - {name: iot, vlan: 41, prefix: 192.168.40.0/24}\n"
    )
    made = complete(begun, given=ROUTER)
    assert told(made, "wan.interface: you wrote wan7", "eth1. Yours stays.")
    for field, mine, theirs in (("interface", "eth7", "br-lan.1"), ("vlan", "7", "1"), ("prefix", "192.0.2.0/25", "192.0.2.0/24"), ("router", "192.0.2.2", "192.0.2.1")):  # fmt: skip
        assert told(made, f"segments[0] (home).{field}: you wrote {mine}", f"configuration says {theirs}. Yours stays.")
    assert told(made, "segments[1] (iot).vlan: you wrote 41")
    scanned = complete(begun.partition("  - {name: iot")[0])
    assert told(scanned, "segments[0] (home).prefix", "the scan says 192.0.2.0/24")
    assert not told(scanned, "(home).interface")


def test_where_a_member_lives_and_what_it_may_is_told_where_the_scan_differs():
    camera = builders.device(30, CAMERA.role, services=[80, 554], asked=builders.ALL_TCP)
    begun = (
        f"{SEGMENTS}members:\n  - {{name: phone, segment: iot}}\n  - {{name: lock, segment: trusted}}\n"
        "  - {name: camera, segment: iot, listens: [{transport: tcp, ports: [23, 554, 9000], from: trusted}], talks: []}\n"
        '  - {name: nuki-bridge, talks: any}\n  - {name: nas, mac: "00:00:5e:00:53:28", addresses: [192.0.2.41]}\n'
    )
    others = [d for d in HOME if d not in {CAMERA, PHONE}]
    phone = replace(PHONE, addresses=(*PHONE.addresses,))
    made = complete(begun, camera, phone, *others)
    assert told(made, "phone: you put it into iot", "a phone")
    assert told(made, "lock: you keep it in trusted", "proposed for iot")
    assert told(made, "camera: you let tcp/23,9000 be asked, and the scan found it closed")
    assert told(made, "camera: you let tcp/23 be asked, which is dangerous")
    assert told(made, "camera: the scan found tcp/80 open, which your `listens` does not have")
    assert told(made, "nuki-bridge: you let it go everywhere, and what is known of it names nuki.io only")
    assert told(made, "in trusted: a lock works with its hub only where both are in one network")
    assert not told(made, "nas: you keep 192.0.2.41")  # the phone moves away, as was written
    stays = complete(f'{SEGMENTS}members:\n  - {{name: nas, mac: "{NAS.mac}", addresses: [192.0.2.41]}}\n')
    assert told(stays, "nas: you keep 192.0.2.41 for it, and phone 41 (phone), 192.0.2.41 today has that address")


def test_talks_that_lack_what_is_known_are_told():
    begun = f"{SEGMENTS}members:\n  - {{name: nuki-bridge, talks: [{{service: ntp}}]}}\n"
    made = complete(begun, egress=Egress(devices=(learnt(went("fw.example"), mac=str(BRIDGE.mac)),)))
    assert told(
        made,
        "nuki-bridge: its record or what was learnt of it names fw.example, nuki.io, which your `talks` does not have",
    )
    full = "talks: [{names: [nuki.io, fw.example], transport: tcp, ports: [443]}]"
    assert not told(complete(begun.replace("talks: [{service: ntp}]", full)), "nuki-bridge: its record")


def test_open_or_filtered_is_no_contradiction():
    lock = replace(LOCK, services=(builders.service(443, state=PortState.OPEN_OR_FILTERED),))
    made = complete(
        f"{SEGMENTS}members:\n  - {{name: lock, listens: [{{transport: tcp, ports: [443], from: trusted}}]}}\n", lock
    )
    assert not told(made, "lock: you let")


# ---------------------------------------------------------------- the file


def test_a_style_without_a_place_is_written_anew_with_all_its_values():
    begun = "# gone\nsegments: [{name: iot, role}]\nmembers: [{name: camera, addresses: [], mac}]\n"
    made = complete(begun)
    assert made.rewritten
    assert "# gone" not in made.text
    assert "addresses: []" in made.text
    assert "# It stays: people keep their own data on it." in made.text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_as_they_did(end, last):
    begun = f"{SEGMENTS}members:\n  - name: camera\n    segment: iot # c".replace("\n", end) + (end if last else "")
    made = complete(begun)
    assert ("\r" in made.text) == (end == "\r\n")
    assert made.text.count("\n") == made.text.count(end)
    assert not made.rewritten


def test_a_value_is_written_as_it_is_read():
    for each in ({"a": [1, None, "no", "02:00:5e:00:53:01", "x y"], "b": {}, "c": []}, "~", -5):
        assert literal.parse(planwriter.value(each).encode()) == each
