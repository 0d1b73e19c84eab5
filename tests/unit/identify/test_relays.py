"""One MAC that speaks for several machines: extenders, repeaters, proxy-ARP routers, and who only pretends."""

import dataclasses

import pytest

from netguard.identify.devices import devices
from netguard.identify.holders import GATEWAY_ADDRESSES
from netguard.identify.merge import merge
from netguard.model.address import ip, mac
from netguard.model.device import Service
from netguard.model.vocabulary import PortState, Role, Transport

EXTENDER = "c0:25:06:00:00:05"
OWN, TV, LOCK, SILENT = "192.0.2.5", "192.0.2.21", "192.0.2.22", "192.0.2.23"


def by_address(clusters):
    return {str(a): c for c in clusters for a in c.addresses}


def device_at(found, address):
    (device,) = [d for d in found if ip(address) in d.addresses]
    return device


@pytest.fixture
def behind(say, tell):
    """A TV and a lock behind an extender that puts its own MAC on their frames."""
    return (
        *(say(a, EXTENDER) for a in (OWN, TV, LOCK, SILENT)),
        say(TV, None, source="mdns", names=("living-room-tv",)),
        say(LOCK, None, tell("dnssd.txt", "_hap._tcp ci=6"), source="mdns", names=("front-door",)),
    )


def test_every_device_behind_an_extender_is_a_device_without_a_mac(here, behind):
    at = by_address(merge(behind, here))

    assert (at[OWN].mac, [str(a) for a in at[OWN].addresses]) == (mac(EXTENDER), [OWN])
    assert at[OWN].notes == ("it also answered for 3 other addresses, which are listed by themselves",)
    for address in (TV, LOCK, SILENT):
        assert (at[address].mac, [str(a) for a in at[address].addresses]) == (None, [address])
        (note,) = at[address].notes
        assert note.startswith(f"the device with the MAC {EXTENDER} speaks for it, as an extender, a repeater")
    assert {s.source for s in at[LOCK].sightings} == {"arp", "mdns"}


def test_a_lock_behind_an_extender_is_a_lock_and_the_extender_is_none(here, rules, behind):
    found = devices(behind, {}, (), (), here, rules)

    lock = device_at(found, LOCK)
    assert (lock.role, lock.mac) == (Role.LOCK, None)
    assert device_at(found, OWN).role is not Role.LOCK
    assert device_at(found, OWN).key == f"mac:{EXTENDER}"


DIFFERENT = {
    "mdns": (("mdns", (), ("tv",)), ("mdns", (), ("lock",))),
    "dhcp": (("dhcp", (("host.name", "tv"),), ()), ("dhcp", (), ("lock",))),
    "netbios": (("netbios", (("netbios.name", "TV<00>"),), ()), ("netbios", (("netbios.name", "PC<20>"),), ())),
    "homekit": tuple(("mdns", (("dnssd.txt", f"_hap._tcp id=AA:BB:CC:DD:EE:0{n}"),), ()) for n in (1, 2)),
    "hue": tuple(("mdns", (("dnssd.txt", f"_hue._tcp bridgeid=001788fffe00000{n}"),), ()) for n in (1, 2)),
    "upnp": tuple(("ssdp", (("ssdp.usn", f"uuid:device-number-{n}::upnp:rootdevice"),), ()) for n in (1, 2)),
    "tls": tuple(("tls", (("tls.key", str(n) * 64),), ()) for n in (1, 2)),
    "ssh": tuple(("ssh", (("ssh.key", str(n) * 64),), ()) for n in (1, 2)),
}


@pytest.mark.parametrize("kind", sorted(DIFFERENT))
def test_two_addresses_that_show_different_machines_are_two(here, say, tell, kind):
    said = [
        say(address, EXTENDER, *(tell(k, v) for k, v in facts), source=source, names=names)
        for address, (source, facts, names) in zip((TV, LOCK), DIFFERENT[kind], strict=True)
    ]

    at = by_address(merge((say(OWN, EXTENDER), *said), here))

    assert [at[a].mac for a in (OWN, TV, LOCK)] == [mac(EXTENDER), None, None]


SAME = {
    "one name": ((("mdns", (), ("nas",)), ("mdns", (), ("nas",)))),
    "a name says the address": (("dhcp", (), ("host-192-0-2-21",)), ("dhcp", (), ("host-192-0-2-22",))),
    "a name that many have": (("dhcp", (), ("android",)), ("dhcp", (), ("espressif",))),
    "the network's names": (("reverse", (), ("tv.lan",)), ("reverse", (), ("lock.lan",))),
    "different protocols cut names differently": (
        ("mdns", (), ("network-storage-1",)),
        ("netbios", (("netbios.name", "NETWORK-STORAG<00>"),), ()),
    ),
    "one name and a key for each site": (
        ("mdns", (("tls.key", "1" * 64),), ("nas",)),
        ("mdns", (("tls.key", "2" * 64),), ("nas",)),
    ),
    "several ids at one address": (
        ("ssdp", (("ssdp.usn", "uuid:server-one::x"), ("ssdp.usn", "uuid:server-two::x")), ("a", "b")),
        ("arp", (), ()),
    ),
    "users and groups": (
        ("netbios", (("netbios.name", "ANNA<03>"), ("netbios.group", "HOME<00>")), ()),
        ("netbios", (("netbios.name", "BEN<03>"), ("netbios.group", "WORK<00>")), ()),
    ),
    "matter ids of two homes": tuple(
        ("mdns", (("dnssd.instance", f"0123456789ABCDE{n}-0000000000000001._matter._tcp"),), ()) for n in (1, 2)
    ),
}


@pytest.mark.parametrize("kind", sorted(SAME))
def test_two_addresses_of_one_machine_stay_one(here, say, tell, kind):
    said = [
        say(address, EXTENDER, *(tell(k, v) for k, v in facts), source=source, names=names)
        for address, (source, facts, names) in zip((TV, LOCK), SAME[kind], strict=True)
    ]

    at = by_address(merge(said, here))

    assert at[TV] is at[LOCK]
    assert at[TV].notes == ()


def test_every_kind_of_address_at_one_mac_is_one_device(here, say):
    mine = ("192.0.2.9", "fd00::9", "2001:db8::9", "2001:db8::a1b2:c3d4:e5f6:1", "fe80::211:22ff:fe33:4455")

    at = by_address(merge([say(a, "00:11:22:33:44:55") for a in mine], here))

    assert [str(a) for a in at[mine[0]].addresses] == [*sorted(mine[:4], key=lambda a: (":" in a, int(ip(a)))), mine[4]]


def test_what_shows_an_access_point_is_the_extender(here, rules, say, tell):
    said = (
        say(TV, EXTENDER, source="mdns", names=("tv",)),
        say(LOCK, EXTENDER, source="mdns", names=("door",)),
        say(SILENT, EXTENDER),
    )
    learnt = {ip(LOCK): (("probe.http", tell("http.title", "FRITZ!Repeater 1200")),)}

    found = devices(said, learnt, (), (), here, rules)

    assert device_at(found, LOCK).mac == mac(EXTENDER)
    assert (device_at(found, TV).mac, device_at(found, SILENT).mac) == (None, None)


def test_where_nothing_tells_the_lowest_address_is_the_extenders(here, say):
    said = [say(a, EXTENDER, source="mdns", names=(f"name-{a[-1]}",)) for a in (LOCK, TV)]

    at = by_address(merge(said, here))

    assert (at[TV].mac, at[LOCK].mac) == (mac(EXTENDER), None)


def test_an_extender_that_gives_each_client_a_mac_of_its_own_has_nothing_to_tell_apart(here, rules, say):
    said = [say(f"192.0.2.{n}", f"02:0f:b5:aa:bb:{n:02x}", source="mdns", names=(f"client-{n}",)) for n in (7, 8)]

    found = devices(tuple(said), {}, (), (), here, rules)

    assert [device_at(found, f"192.0.2.{n}").key for n in (7, 8)] == [
        "random-mac:02:0f:b5:aa:bb:07",
        "random-mac:02:0f:b5:aa:bb:08",
    ]


def test_who_carries_the_frames_is_noted(here, say, tell):
    carried = [say(TV, "00:11:22:33:44:55", tell("link.via", via)) for via in (EXTENDER, "00:11:22:33:44:55")]

    at = by_address(merge(carried, here))

    assert at[TV].mac == mac("00:11:22:33:44:55")
    assert at[TV].notes == (f"its frames are carried by {EXTENDER}: an extender or repeater, or one that forges them",)


def test_many_forged_carriers_are_two_notes(here, say, tell):
    forged = [say(TV, "00:11:22:33:44:55", tell("link.via", f"00:66:66:66:66:{n:02x}")) for n in range(99)]

    assert len(by_address(merge(forged, here))[TV].notes) == 2


def test_a_second_address_with_another_name_hides_no_service(here, rules, say):
    """The attack: give a second address another name, and hope that its open Telnet belongs to nobody."""
    said = [say(a, "00:66:66:66:66:66", source="mdns", names=(n,)) for a, n in ((TV, "harmless"), (LOCK, "other"))]
    telnet = tuple(Service(address=ip(a), transport=Transport.TCP, port=23, state=PortState.OPEN) for a in (TV, LOCK))

    found = devices(tuple(said), {}, telnet, (), here, rules)

    assert [s.port for a in (TV, LOCK) for s in device_at(found, a).services] == [23, 23]
    assert device_at(found, TV).key != device_at(found, LOCK).key
    assert "00:66:66:66:66:66" in device_at(found, LOCK).sightings[0].detail


def test_answering_for_somebody_elses_address_is_disputed_and_makes_no_device(here, say):
    spoofer, lock = "00:66:66:66:66:66", "00:11:22:33:44:55"
    said = (
        say(OWN, spoofer, source="mdns", names=("evil",)),
        say(LOCK, spoofer),
        say(LOCK, lock),
        say(LOCK, None, source="mdns", names=("front-door",)),
    )

    clusters = merge(said, here)

    assert by_address(clusters)[LOCK].mac == mac(lock)
    assert [c.mac for c in clusters if c.mac is None] == []
    assert all(
        any("which 2 devices claim" in n for n in c.notes) for c in clusters if c.mac in {mac(lock), mac(spoofer)}
    )


def test_a_router_that_answers_for_two_others_keeps_its_own_address(here, say):
    router = str(here.vantage.gateway.mac)
    said = (
        *(say(a, router) for a in ("192.0.2.1", TV, LOCK)),
        say("192.0.2.1", None, source="mdns", names=("router-7",)),
        say(TV, None, source="mdns", names=("tv",)),
        say(LOCK, None, source="mdns", names=("door",)),
    )
    assert len({s.address for s in said}) <= GATEWAY_ADDRESSES

    at = by_address(merge(said, here))

    assert at["192.0.2.1"].is_gateway
    assert [str(a) for a in at["192.0.2.1"].addresses] == ["192.0.2.1"]
    assert [(at[a].mac, at[a].is_gateway) for a in (TV, LOCK)] == [(None, False)] * 2


def test_two_identical_cameras_behind_an_extender_are_two_in_spite_of_their_factory_key(here, say, tell):
    said = [
        say(a, EXTENDER, tell("tls.key", "f" * 64), source="mdns", names=(n,))
        for a, n in ((TV, "cam-a"), (LOCK, "cam-b"))
    ]

    at = by_address(merge((say(OWN, EXTENDER), *said), here))

    assert at[TV] is not at[LOCK]
    assert at[OWN].mac == mac(EXTENDER)


def test_this_computers_own_addresses_are_never_split(here, say):
    own = str(here.vantage.mac)
    more = dataclasses.replace(here.interfaces[0], addresses=(*here.interfaces[0].addresses, ip("192.0.2.3")))
    here = dataclasses.replace(here, interfaces=(more,))
    said = [say(a, own, source="mdns", names=(n,)) for a, n in (("192.0.2.2", "one"), ("192.0.2.3", "two"))]

    at = by_address(merge(said, here))

    assert at["192.0.2.2"] is at["192.0.2.3"]
