"""The networks of a proposed plan: the router's own where its configuration is given, else new ones beside them."""

from dataclasses import replace

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.advise import exports, planfile
from netguard.advise.propose import propose, text
from netguard.errors import UsageError
from netguard.model.plan import SegmentRole
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Role
from tests import builders
from tests.unit.advise.exports import texts
from tests.unit.advise.proposing import (
    CAMERA,
    HOME,
    NAS,
    PRINTER,
    RULES,
    member,
    proposed,
    said,
    with_ipv6,
)


def of_lab(text):
    return exports.read(text.replace("192.168.1.", "192.0.2.").encode())


def test_the_routers_networks_names_interfaces_and_addresses_are_used():
    made = proposed(*HOME, export=of_lab(texts.OPENWRT))
    assert [(s.name, s.interface, s.vlan) for s in made.plan.segments] == [
        ("lan", "br-lan.1", 1),
        ("things", "eth1-things", 20),
        ("visit", "br-lan.30", 30),
    ]
    assert made.plan.wan == "pppoe-wan"
    assert {s.segment for s in made.plan.members} == {"lan", "things"}
    assert [listen.source for listen in member(made, CAMERA).listens] == ["lan"]
    notes = " ".join(made.notes)
    assert "is not known" not in notes
    assert "What lives in things already was not seen by this scan" in notes
    assert "wifi_only" in notes


def test_what_the_router_keeps_addresses_for_in_the_network_of_things_goes_on_living_there():
    made = proposed(CAMERA, export=of_lab(texts.OPENWRT))
    reserved = [m for m in made.plan.members if m.name.startswith("reserved")]
    # Two cards of one device have one address between them: the first is the member.
    assert [(m.name, str(m.mac), str(m.addresses[0]), m.talks) for m in reserved] == [
        ("reserved-1", "00:00:5e:00:53:21", "192.168.20.21", "any")
    ]
    camera = member(made, CAMERA)
    assert camera.addresses == (IPAddress("192.168.20.30"),)


def test_a_reservation_is_kept_and_nobody_else_is_given_its_address():
    lease = texts.OPENWRT.replace("00:00:5e:00:53:21 00:00:5e:00:53:22", str(CAMERA.mac))
    made = proposed(CAMERA, builders.device(21, Role.PLUG), export=of_lab(lease))
    assert member(made, CAMERA).addresses == (IPAddress("192.168.20.21"),)
    assert member(made, builders.device(21)).addresses == (IPAddress("192.168.20.10"),)


@pytest.mark.parametrize(
    ("name", "old", "interface", "vlan"),
    [
        ("OPENWRT_OLD", "10.0.0.1", "br-iot", 20),
        ("ROUTEROS_TERSE", "192.168.88.1", "vlan-iot-2", 30),
        ("EDGEOS", "192.168.2.1", "eth1.30", 30),
    ],
)
def test_a_new_network_is_called_as_that_router_calls_such_interfaces(name, old, interface, vlan):
    given = (
        getattr(texts, name)
        .replace(old, "192.0.2.1")
        .replace("255.255.0.0", "255.255.255.0")
        .replace("iot", "wired")
        .replace("IoT", "wired")
    )
    made = proposed(CAMERA, export=exports.read(given.encode()))
    apart = next(s for s in made.plan.segments if s.role is SegmentRole.IOT)
    assert (apart.interface, apart.vlan) == (interface.replace("-2", ""), vlan)


def test_an_export_of_another_router_is_refused():
    with pytest.raises(
        UsageError, match=r"looked at 192\.0\.2\.0/24, and the router's configuration knows 192\.168\.1\.0/24"
    ):
        proposed(CAMERA, export=exports.read(texts.OPENWRT.encode()))


def test_a_scan_of_the_network_of_things_itself_leaves_things_where_they_are_with_their_addresses():
    inside = texts.OPENWRT.replace("192.168.20.", "192.0.2.")
    made = proposed(CAMERA, NAS, export=exports.read(inside.encode()))
    assert {m.segment for m in made.plan.members if m.name in made.devices} == {"things"}
    assert not made.moving
    assert member(made, CAMERA).addresses == (IPAddress("192.0.2.30"),)
    assert "It lives in things already" in said(made, CAMERA)
    assert "belongs into a trusted network" in said(made, NAS)
    assert member(made, NAS).talks == "any"


def test_a_network_whose_name_says_nothing_is_taken_to_be_trusted_and_said_to_be_a_guess():
    given = (
        texts.OPENWRT.replace("192.168.1.", "192.0.2.")
        .replace("'visit'", "'desk2'")
        .replace("option name 'guest'", "option name 'lan2'")
    )
    assert any(
        note.startswith("desk2: nothing in the name says")
        for note in proposed(CAMERA, export=exports.read(given.encode())).notes
    )


def test_ipv6_only_homes_get_an_ipv6_network_apart():
    six = IPNetwork("fd00:1:2:3::/64")
    device = replace(CAMERA, addresses=(IPAddress("fd00:1:2:3:200:5eff:fe00:531e"),))
    scan = builders.scan(device)
    vantage = replace(
        scan.vantage,
        segment=Segment(prefix=six),
        gateway=NextHop(address=IPAddress("fd00:1:2:3::1")),
        address=IPAddress("fd00:1:2:3::9"),
    )
    made = propose(replace(scan, vantage=vantage), RULES)
    assert [(str(s.prefix), str(s.prefix6)) for s in made.plan.segments] == [
        ("None", str(six)),
        ("None", "fd00:1:2:1::/64"),
    ]
    assert [str(a) for a in member(made, CAMERA).addresses] == ["::200:5eff:fe00:531e"]
    assert planfile.read(text(made).encode()) == made.plan


def things(prefix, interface="eth1-things", vlan="20"):
    """OpenWrt, with the network of things called this."""
    given = (
        texts.OPENWRT.replace("192.168.1.", "192.0.2.")
        .replace("192.168.20.1'", f"{prefix}'")
        .replace("eth1-things", interface)
    )
    return given.replace("option vid '20'", f"option vid '{vlan}'")


def test_where_no_address_is_free_it_is_said():
    tiny = things("192.168.20.1/30")
    made = proposed(
        CAMERA, PRINTER, builders.device(34, Role.SPEAKER, services=[80]), export=exports.read(tiny.encode())
    )
    kept = [m.addresses for m in made.plan.members if m.name in made.devices]
    assert [[str(a) for a in addresses] for addresses in kept] == [["192.168.20.2"], [], []]
    assert "There was no free address for it" in said(made, PRINTER)


def test_a_network_that_is_none_of_a_homes_gets_no_plan():
    scan = builders.scan(CAMERA)
    with pytest.raises(UsageError, match="a segment is a /8 to a /30"):
        propose(replace(scan, vantage=replace(scan.vantage, segment=Segment(prefix=IPNetwork("192.0.2.8/31")))), RULES)


def test_a_router_whose_networks_take_everything_gets_no_plan():
    given = texts.OPENWRT_OLD.replace("10.0.0.1", "192.0.2.1").replace("255.255.0.0", "255.255.255.0")
    for name, own in (("a", "10.0.0.1/8"), ("b", "172.16.0.1/12"), ("c", "192.168.0.1/16")):
        given += f"config interface {name}\n\toption device {name}\n\toption proto static\n\toption ipaddr {own}\n"
    with pytest.raises(UsageError, match="no prefix is free"):
        proposed(CAMERA, export=exports.read(given.encode()))


def test_a_new_interface_has_a_name_that_nobody_has():
    given = texts.OPENWRT_OLD.replace("10.0.0.1", "192.0.2.1").replace("255.255.0.0", "255.255.255.0")
    for number, name in enumerate(("br-iot", "vlan20"), 1):
        given += f"config interface x{number}\n\toption device {name}\n\toption proto static\n\toption ipaddr 10.{number}.0.1/24\n"
    made = proposed(CAMERA, export=exports.read(given.encode()))
    assert made.plan.segment("iot").interface == "ng20"


def test_an_ipv6_network_apart_is_not_one_that_is_there():
    made = proposed(
        with_ipv6("fd00:1:2:3::5"),
        replace(NAS, addresses=(*NAS.addresses, IPAddress("fd00:1:2:3::40"))),
        export=exports.read(
            (texts.OPENWRT_OLD.replace("10.0.0.1", "192.0.2.1").replace("255.255.0.0", "255.255.255.0")
            + "config interface x\n\toption device x\n\toption proto static\n\toption ip6addr fd00:1:2:1::1/64\n").encode()
        ),
    )  # fmt: skip
    assert [str(s.prefix6) for s in made.plan.segments] == ["fd00:1:2:3::/64", "fd00:1:2:1::/64", "fd00:1:2:2::/64"]
