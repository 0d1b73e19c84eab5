"""Who moves where, what a member is called, and what a plan says of the router's networks."""

from dataclasses import replace

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.advise import planfile
from netguard.advise.propose import propose, text
from netguard.model import address
from netguard.model.gateway import Gateway
from netguard.model.plan import MAX_MEMBERS, Name, SegmentRole
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Confidence, Link, Role
from tests import builders
from tests.unit.advise.proposing import (
    BRIDGE,
    CAMERA,
    GUEST_ONLY,
    HOME,
    HUB,
    LIGHT,
    LOCK,
    NAS,
    NEITHER,
    NOBODY,
    PHONE,
    PRINTER,
    ROUTER,
    RULES,
    TV,
    homes,
    knowing,
    member,
    proposed,
    said,
    with_ipv6,
)


def test_locks_hubs_and_things_move_and_what_is_peoples_own_stays():
    made = proposed(*HOME)
    moved = {LOCK.key, HUB.key, BRIDGE.key, CAMERA.key, LIGHT.key, TV.key, PRINTER.key}
    assert {key for key, where in homes(made).items() if where == "iot"} == moved
    assert {key for key, where in homes(made).items() if where == "trusted"} == {
        "mac:own", NAS.key, PHONE.key, NOBODY.key,
    } - {"mac:own"}  # fmt: skip
    assert ROUTER.key not in made.devices.values()
    assert len(made.moving) == len(moved)
    assert "this computer (computer), possible, 192.0.2.10 today: no MAC of it is known" in " ".join(made.notes)


def test_every_member_says_which_device_it_is_why_it_lives_there_and_what_is_lost():
    made = proposed(*HOME)
    assert said(made, CAMERA).startswith("camera 30 (camera), 192.0.2.30 today. It moves apart")
    assert "under `listens`" in said(made, CAMERA)
    assert "with all locks and hubs" in said(made, LOCK)
    assert "Casting" in said(made, TV)
    assert "people keep their own data" in said(made, NAS)
    assert "netguard devices role" in said(made, NOBODY)
    assert set(made.remarks) == {m.name for m in made.plan.members}


def test_a_lock_stays_with_the_nas_that_runs_what_may_command_it_and_so_do_all_locks_and_hubs():
    broker = builders.observation(1, "mqtt.code", 0, of=NAS, port=1883)
    made = proposed(*HOME, observations=(broker,))
    where = homes(made)
    assert {where[d.key] for d in (LOCK, HUB, BRIDGE)} == {"trusted"}
    assert {where[d.key] for d in (CAMERA, LIGHT, TV, PRINTER)} == {"iot"}
    assert f"{NAS.name} (nas), 192.0.2.40 today answers as a hub or broker does" in said(made, LOCK)


def test_what_the_hub_itself_says_keeps_nobody_back():
    interface = builders.observation(1, "api.name", "Home Assistant", of=HUB, port=8123)
    assert homes(proposed(*HOME, observations=(interface,)))[LOCK.key] == "iot"


def test_before_locks_move_somebody_says_what_the_unrecognised_are():
    """A hub that nobody recognised would stay behind, and its lock could not be commanded any more."""
    made = proposed(*HOME)
    assert homes(made)[LOCK.key] == "iot"
    assert homes(made)[NOBODY.key] == "trusted"
    assert "say so with `netguard devices role`" in made.notes[1]
    assert "192.0.2.50 today" in made.notes[1]
    assert "192.0.2.41" not in made.notes[1]


def test_where_no_lock_or_hub_moves_nobody_has_to_say_anything():
    broker = builders.observation(1, "mqtt.code", 0, of=NAS, port=1883)
    no_lock = proposed(CAMERA, NOBODY)
    staying = proposed(*HOME, observations=(broker,))
    for made in (no_lock, staying, proposed(*HOME, rules=NEITHER), proposed(*HOME, rules=GUEST_ONLY), proposed(LOCK)):
        assert not any("Before you move" in note for note in made.notes)


def test_a_television_that_is_a_hub_goes_with_the_locks():
    apple = builders.device(34, Role.TV, profile="apple-tv")
    broker = builders.observation(1, "mqtt.code", 0, of=NAS, port=1883)
    assert homes(proposed(*HOME, apple, observations=(broker,)))[apple.key] == "trusted"
    assert homes(proposed(*HOME, apple))[apple.key] == "iot"


def test_into_a_guest_network_go_neither_locks_nor_what_a_hub_commands_nor_printers():
    made = proposed(*HOME, rules=GUEST_ONLY)
    assert {s.role for s in made.plan.segments} == {SegmentRole.TRUSTED, SegmentRole.GUEST}
    where = homes(made)
    assert where[TV.key] == "guest"
    assert {where[d.key] for d in (LOCK, HUB, BRIDGE, CAMERA, LIGHT, PRINTER)} == {"trusted"}
    assert "may keep its clients from each other" in said(made, LOCK)
    assert any("no VLANs, only a guest network" in note for note in made.notes)
    assert all(not m.listens and not m.talks and not m.addresses for m in made.plan.members)
    assert made.plan.segment("guest").vlan is None


def test_without_a_hub_more_can_go_into_the_guest_network():
    made = proposed(ROUTER, LOCK, CAMERA, LIGHT, rules=GUEST_ONLY)
    assert homes(made) == {LOCK.key: "trusted", CAMERA.key: "guest", LIGHT.key: "guest"}


def test_the_only_lock_goes_into_the_guest_network_where_its_record_says_that_it_listens_nowhere():
    alone = builders.device(23, Role.LOCK_HUB, profile="august-connect")
    assert homes(proposed(ROUTER, alone, rules=GUEST_ONLY)) == {alone.key: "guest"}
    assert homes(proposed(ROUTER, alone, LOCK, rules=GUEST_ONLY))[alone.key] == "trusted"
    listening = replace(alone, services=(builders.service(80, at="192.0.2.23"),))
    assert homes(proposed(ROUTER, listening, rules=GUEST_ONLY))[alone.key] == "trusted"


def test_a_router_that_can_do_neither_is_told_in_words_and_nothing_moves():
    made = proposed(*HOME, rules=NEITHER)
    assert [s.role for s in made.plan.segments] == [SegmentRole.TRUSTED]
    assert not made.moving
    assert any("cannot keep two networks apart" in note for note in made.notes)
    assert "this router cannot give it" in said(made, CAMERA)


def test_whether_the_router_can_is_asked_where_nobody_knows():
    assert any("is not known" in note for note in proposed(*HOME).notes)
    assert not any("is not known" in note for note in proposed(*HOME, rules=knowing(vlans=True)).notes)


@pytest.mark.parametrize(
    ("prefix", "new"),
    [
        ("192.168.77.0/24", "192.168.20.0/24"),
        ("192.168.20.0/24", "192.168.30.0/24"),
        ("192.168.0.0/16", "10.77.20.0/24"),
        ("10.0.0.0/8", "192.168.20.0/24"),
        ("172.16.5.0/24", "172.16.20.0/24"),
        ("192.0.2.0/24", "192.168.20.0/24"),
    ],
)
def test_the_new_network_has_a_prefix_that_is_free(prefix, new):
    scan = builders.scan(*HOME)
    network = IPNetwork(prefix)
    router = IPAddress(network.first + 1)
    vantage = replace(
        scan.vantage, segment=Segment(prefix=network), gateway=NextHop(address=router), address=router + 8
    )
    made = propose(replace(scan, vantage=vantage, devices=()), RULES)
    assert [str(s.prefix) for s in made.plan.segments] == [prefix, new]
    assert made.plan.segment("iot").router == (IPAddress(IPNetwork(new).first + 1),)
    assert made.plan.segment("trusted").router == (router,)
    assert planfile.read(text(made).encode()) == made.plan


def test_the_new_network_is_not_the_one_between_two_routers():
    outside = Gateway(device=ROUTER.key, external_address=IPAddress("192.168.20.2"))
    assert str(proposed(*HOME, gateways=(outside,)).plan.segment("iot").prefix) == "192.168.30.0/24"


def test_ipv6_is_found_where_two_have_it_and_a_device_keeps_the_ending_that_its_mac_makes():
    ending = "200:5eff:fe00:5314"
    made = proposed(
        with_ipv6(f"fd00:1:2:3:{ending}", f"2001:db8:1:2:{ending}"),
        replace(NAS, addresses=(*NAS.addresses, IPAddress("fd00:1:2:3::40"), IPAddress("2001:db8:1:2::40"))),
    )
    assert [str(s.prefix6) for s in made.plan.segments] == ["fd00:1:2:3::/64", "fd00:1:2:1::/64"]
    assert [str(a) for a in member(made, LOCK).addresses] == ["192.168.20.20", f"::{ending}"]
    assert any("may come out differently" in note for note in made.notes)


@pytest.mark.parametrize("alone", [("2001:db8:1:2::5",), ("fe80::200:5eff:fe00:5314",), ()])
def test_what_one_device_alone_says_is_no_prefix(alone):
    assert [s.prefix6 for s in proposed(with_ipv6(*alone), NAS).plan.segments] == [None, None]


def test_an_ending_that_its_mac_does_not_make_may_change_and_is_not_kept():
    made = proposed(
        with_ipv6("2001:db8:1:2::1234"), replace(NAS, addresses=(*NAS.addresses, IPAddress("2001:db8:1:2::40")))
    )
    assert [str(s.prefix6) for s in made.plan.segments] == ["2001:db8:1:2::/64", "2001:db8:1:1::/64"]
    assert [a.version for a in member(made, LOCK).addresses] == [4]


def test_names_are_made_of_what_a_device_is_and_a_number_never_of_what_it_says():
    evil = replace(CAMERA, name="evil: {a", hostnames=("evil",), vendor="evil", model="evil", profile="reolink")
    other = builders.device(35, Role.CAMERA, profile="reolink", name="evil\n- {name: evil}")
    long = builders.device(36, Role.SPEAKER, profile="google-nest-speaker")
    border = builders.device(37, Role.THREAD_BORDER_ROUTER)
    made = proposed(evil, other, long, border)
    assert {m.name for m in made.plan.members} == {"reolink-1", "reolink-2", "speaker-1", "border-router-1"}
    assert all("#" in line[:4] for line in text(made).splitlines() if "evil" in line)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH}])
def test_every_role_gives_a_name(role):
    (one,) = proposed(builders.device(20, role)).plan.members
    assert Name.of(one.name).endswith("-1")


def test_a_device_without_a_mac_or_with_anothers_is_no_member_and_said_to_be_none():
    twin = builders.device(60, Role.CAMERA, mac=CAMERA.mac, name="twin")
    group = builders.device(61, Role.CAMERA, mac=address.mac("01:00:5e:00:53:61"), name="group")
    none = builders.device(62, Role.CAMERA, mac=None, name="none")
    made = proposed(CAMERA, twin, group, none)
    assert list(made.devices.values()) == [CAMERA.key]
    notes = " ".join(made.notes)
    assert "twin (camera), 192.0.2.60 today: its MAC is another device's, too" in notes
    assert "group (camera), 192.0.2.61 today: no MAC" in notes
    assert "none (camera), 192.0.2.62 today: no MAC" in notes


def test_a_made_up_mac_is_remarked_where_a_rule_rests_on_it():
    made = proposed(replace(CAMERA, mac_randomised=True), replace(NOBODY, mac_randomised=True))
    assert "switch private addresses off" in said(made, CAMERA)
    assert "as phones and laptops do" in said(made, NOBODY)


def test_who_only_may_be_what_it_looks_like_is_said_to():
    assert "(camera), likely, 192.0.2.30 today" in said(proposed(replace(CAMERA, confidence=Confidence.LIKELY)), CAMERA)


def test_more_devices_than_a_plan_has_room_for_leave_out_what_stays():
    many = [
        builders.device(
            20 + number % 200, Role.PHONE if number % 2 else Role.PLUG, key=f"k{number:04}", mac=address.mac(f"00:00:5e:01:{number >> 8:02x}:{number & 255:02x}")
        )
        for number in range(2 * MAX_MEMBERS - 20)
    ]  # fmt: skip
    made = proposed(*many)
    assert len(made.plan.members) == MAX_MEMBERS
    assert len(made.moving) == MAX_MEMBERS - 10
    assert any("and 229 more" in note for note in made.notes)


def test_declared_locks_that_were_not_seen_are_asked_for():
    asleep = replace(LOCK, key="declared:1", seen=False, declared=True, name="Back door", mac=None)
    by_radio = replace(asleep, key="declared:2", link=Link.ZIGBEE, name="Shed")
    notes = " ".join(proposed(CAMERA, asleep, by_radio).notes)
    assert "did not see them: wake them, scan, and make the plan again: Back door." in notes
    assert "Shed" not in notes


def test_the_order_of_devices_in_the_scan_is_irrelevant():
    assert text(proposed(*HOME)) == text(proposed(*reversed(HOME)))
