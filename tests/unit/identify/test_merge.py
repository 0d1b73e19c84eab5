"""Which sightings are one device."""

import dataclasses

from netguard.identify.holders import GATEWAY_ADDRESSES, MOST_ADDRESSES, MOST_DISPUTES
from netguard.identify.merge import merge
from netguard.model.address import ip, mac
from netguard.model.surroundings import Interface, Neighbour


def others(clusters):
    return [c for c in clusters if not c.is_vantage and not c.is_gateway]


def addresses(cluster):
    return [str(a) for a in cluster.addresses]


def test_this_computer_and_its_gateway_are_there_before_anything_was_seen(here):
    gateway, own = merge((), here)

    assert gateway.is_gateway
    assert gateway.mac == here.vantage.gateway.mac
    assert own.is_vantage
    assert addresses(own) == ["192.0.2.2", "2001:db8::2", "fe80::2"]


def test_a_gateway_whose_mac_is_not_known_is_there_once_it_was_seen(nowhere, here, say):
    away = dataclasses.replace(
        nowhere,
        vantage=dataclasses.replace(nowhere.vantage, gateway=dataclasses.replace(here.vantage.gateway, mac=None)),
    )

    assert not any(c.is_gateway for c in merge((), away))
    assert [addresses(c) for c in merge((say("192.0.2.1"),), away) if c.is_gateway] == [["192.0.2.1"]]


def test_sightings_with_one_mac_are_one_device(here, say):
    clusters = merge(
        (say("192.0.2.9", "00:11:22:33:44:55"), say("fe80::9", "00:11:22:33:44:55"), say(None, "00:11:22:33:44:55")),
        here,
    )

    (cluster,) = others(clusters)
    assert addresses(cluster) == ["192.0.2.9", "fe80::9"]
    assert len(cluster.sightings) == 3


def test_an_address_without_a_mac_joins_the_device_that_holds_it(here, say):
    (cluster,) = others(merge((say("192.0.2.9", source="mdns"), say("192.0.2.9", "00:11:22:33:44:55")), here))

    assert {s.source for s in cluster.sightings} == {"mdns", "arp"}


def test_the_kernels_neighbour_table_says_whose_an_address_is_but_makes_no_device(here, say):
    known = (
        Neighbour(address=ip("2001:db8::9"), mac=mac("00:11:22:33:44:55")),
        Neighbour(address=ip("192.0.2.77"), mac=mac("00:11:22:33:44:77")),
    )
    here = dataclasses.replace(here, neighbours=known)

    (cluster,) = others(merge((say("192.0.2.9", "00:11:22:33:44:55"), say("2001:db8::9", source="mdns")), here))

    assert addresses(cluster) == ["192.0.2.9", "2001:db8::9"]


def test_an_ipv6_address_made_from_a_mac_joins_that_mac(here, say):
    sightings = (
        say("192.0.2.9", "00:11:22:33:44:55"),
        say("fe80::211:22ff:fe33:4455"),
        say("fe80::211:22ff:fe33:4456"),
    )

    assert [addresses(c) for c in others(merge(sightings, here))] == [
        ["192.0.2.9", "fe80::211:22ff:fe33:4455"],
        ["fe80::211:22ff:fe33:4456"],
    ]


def test_two_macs_never_become_one_whatever_they_claim(here, say):
    clusters = others(merge((say("192.0.2.9", "00:11:22:33:44:55"), say("192.0.2.9", "00:11:22:33:44:66")), here))

    assert len(clusters) == 2
    assert sum(len(c.addresses) for c in clusters) == 1
    assert all("which 2 devices claim" in c.notes[0] for c in clusters)


def test_a_gateway_that_answers_for_others_does_not_swallow_them(here, say):
    router = str(here.vantage.gateway.mac)
    asked = [f"192.0.2.{n}" for n in range(10, 10 + GATEWAY_ADDRESSES + 3)]
    sightings = [say(a, router) for a in ("192.0.2.1", *asked)] + [say(asked[0], source="ssdp")]

    clusters = merge(sightings, here)

    (gateway,) = [c for c in clusters if c.is_gateway]
    assert addresses(gateway) == ["192.0.2.1"]
    assert gateway.notes == (f"it also answered for {len(asked)} other addresses, which are listed by themselves",)
    alone = others(clusters)
    assert [addresses(c) for c in alone] == [[a] for a in asked]
    assert all(c.mac is None and c.notes for c in alone)
    assert {s.source for s in alone[0].sightings} == {"arp", "ssdp"}


def test_a_gateway_with_a_few_addresses_keeps_them(here, say):
    router = str(here.vantage.gateway.mac)
    sightings = [say(f"192.0.2.{n}", router) for n in range(1, 1 + 253, 84)]

    (gateway,) = [c for c in merge(sightings, here) if c.is_gateway]

    assert len(gateway.addresses) == GATEWAY_ADDRESSES


def test_who_answers_for_the_whole_network_swallows_nobody(here, say):
    spoofer = "00:66:66:66:66:66"
    sightings = [say(f"192.0.2.{n}", spoofer) for n in range(1, 60)] + [say("192.0.2.9", "00:11:22:33:44:55")]

    clusters = merge(sightings, here)

    assert next(c for c in clusters if c.is_gateway).mac == here.vantage.gateway.mac
    assert [addresses(c) for c in clusters if c.mac == mac("00:11:22:33:44:55")] == [["192.0.2.9"]]
    assert [len(c.addresses) for c in clusters if c.mac == mac(spoofer)] == [1]
    assert len(sightings) > MOST_ADDRESSES


def test_nobody_takes_this_computers_address(here, say):
    clusters = merge((say("192.0.2.2", "00:66:66:66:66:66"), say("2001:db8::2", "00:66:66:66:66:66")), here)

    (own,) = [c for c in clusters if c.is_vantage]
    assert own.mac == here.vantage.mac
    assert addresses(own) == ["192.0.2.2", "2001:db8::2", "fe80::2"]
    assert [c.addresses for c in clusters if c.mac == mac("00:66:66:66:66:66")] == [()]


def test_this_computers_other_card_is_this_computer(here, say):
    wired = Interface(name="eth0", kind="wired", mac=mac("02:aa:00:00:00:03"), addresses=(ip("192.0.2.3"),))
    here = dataclasses.replace(here, interfaces=(*here.interfaces, wired))

    clusters = merge((say("192.0.2.3", "02:aa:00:00:00:03"),), here)

    (own,) = [c for c in clusters if c.is_vantage]
    assert "192.0.2.3" in addresses(own)
    assert others(clusters) == []


def test_without_macs_this_computer_is_still_one_device(nowhere, say):
    clusters = merge((say("192.0.2.2"), say("2001:db8::2"), say("192.0.2.9")), nowhere, [ip("fe80::2")])

    assert [(addresses(c), c.is_vantage) for c in clusters] == [
        (["192.0.2.2", "2001:db8::2", "fe80::2"], True),
        (["192.0.2.9"], False),
    ]


def test_addresses_and_macs_that_belong_to_nobody_make_no_device(here, say):
    sightings = (
        say("224.0.0.251"),
        say("255.255.255.255", "ff:ff:ff:ff:ff:ff"),
        say("0.0.0.0", "00:00:00:00:00:00"),
        say("ff02::fb", "33:33:00:00:00:fb"),
        say("::", "01:00:5e:00:00:fb"),
    )

    assert others(merge(sightings, here)) == []


def test_an_ipv4_address_written_as_ipv6_is_the_same(here, say):
    (cluster,) = others(merge((say("::ffff:192.0.2.9"), say("192.0.2.9", "00:11:22:33:44:55")), here))

    assert addresses(cluster) == ["192.0.2.9"]


def test_an_address_that_only_a_probe_knows_is_a_device(here):
    assert [addresses(c) for c in others(merge((), here, [ip("192.0.2.9")]))] == [["192.0.2.9"]]


def test_who_disputes_many_addresses_gets_few_notes_of_it(here, say):
    many = [say(f"2001:db8::{n:x}", m) for n in range(16, 76) for m in ("00:11:22:33:44:55", "00:11:22:33:44:66")]

    for cluster in others(merge(many, here)):
        assert len(cluster.notes) == MOST_DISPUTES + 1
        assert cluster.notes[-1] == f"{60 - MOST_DISPUTES} more addresses are claimed by it and by others"
