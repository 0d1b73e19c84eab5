"""What the variants replay: which records, which not and why, and that what is replayed is what the sighting says."""

import random

import pytest

from netguard.model.vocabulary import Role
from tests.lab.replay import NOT_REPLAYABLE, RECOGNISABLE, RULES, heard, replay, replayable, staged, ways
from tests.lab.variants import VARIANTS, dealt, drawn
from tests.unit.rules.test_records import recognised


def test_the_list_of_what_cannot_be_replayed_is_exact():
    assert set(RECOGNISABLE) - set(replayable()) == set(NOT_REPLAYABLE)


def test_all_that_can_be_replayed_is_and_that_is_most():
    hands = dealt()
    covered = {one.record for v in VARIANTS for one in drawn(v.name).replayed}
    assert covered == {record for hand in hands.values() for record in hand} | {v.router for v in VARIANTS}
    assert covered == set(replayable())
    assert len(covered) >= 0.7 * len(RECOGNISABLE)


def test_every_way_of_telling_a_name_is_used_and_each_home_has_about_as_many():
    used = {one.way for v in VARIANTS for one in drawn(v.name).replayed}
    assert used == {"", "mdns", "router", "netbios", "dhcp"}
    assert {20 < len(drawn(v.name).home.devices) < 30 for v in VARIANTS} == {True}


def test_the_homes_differ_in_their_addresses_and_macs():
    homes = [drawn(v.name).home for v in VARIANTS]
    assert len({home.prefix or home.prefix6 for home in homes}) == len(VARIANTS) == 12
    macs = [mac for home in homes for device in home.everyone for mac in device.macs]
    assert len(macs) == len(set(macs))
    assert sum(home.prefix is None for home in homes) == 1
    assert sum(bool(home.prefix and home.prefix6) for home in homes) == 3


@pytest.mark.parametrize("record", ["philips-hue-bridge", "mikrotik", "hikvision", "tedee-bridge", "yealink"])
def test_a_replayed_device_says_what_its_sighting_says(record):
    told = staged(record)
    device = replay(record, random.Random(5), 9, gateway=bool(told.get("gateway"))).device
    said = {(a.type, entry) for a in device.announces for entry in a.txt}
    pages = " ".join(page.body + str(page.headers) for s in device.servers for page in s.pages)
    options = {value for s in device.servers for _, value in s.options}
    for fact in told.get("facts", ()):
        kind, text = fact["kind"], str(fact["value"])
        if kind == "dnssd.type":
            assert text in {a.type for a in device.announces}
        elif kind == "dnssd.txt":
            assert tuple(text.split(" ", 1)) in said
        elif kind in {"http.title", "http.realm"}:
            assert text in pages
        elif kind in {"http.server", "tls.subject", "ssh.banner"}:
            assert text in options
        elif kind == "ssdp.type":
            assert device.upnp is not None
            assert text in (device.upnp.device_type, *device.upnp.services)
    assert device.mac[:8] == told["mac"][:8]


def test_what_is_told_without_a_mac_is_recognised_without_it_or_said_not_to_be():
    for record in replayable(gateway=False):
        for way in ways(record, mac=False, gateway=False):
            assert recognised(heard(staged(record), way, mac=False, gateway=False)).role is RULES.devices[record].role
    masked = [
        name for v in VARIANTS for name in drawn(v.name).roles
        if name not in {one.device.name for one in drawn(v.name).replayed}
    ]  # fmt: skip
    assert len(masked) == 2
    for name in masked:
        assert not ways(name, mac=False, gateway=False)
        assert {
            drawn(v.name).roles[name]
            for v in VARIANTS
            if name in drawn(v.name).macs and drawn(v.name).home.device(name).behind
        } == {Role.UNKNOWN}
