"""Which networks are this home's: every rule, when it stays silent, and what holds whatever is in the air."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model import address
from netguard.model.access_points import FAMILIES, akin, one_box
from netguard.model.vocabulary import Security
from netguard.wifi import own
from netguard.wifi.join import GROUP_OWNER
from netguard.wifi.own import owned, together
from tests.builders import bss

AVM, NETGEAR, ALFA = "00:00:5e:00:53", "00:00:5f:00:53", "00:00:60:00:53"
MAKERS = {"00-00-5E": "Avm", "00-00-5F": "Netgear", "00-00-60": "Alfa"}


def maker(mac):
    return MAKERS.get(str(mac).upper().replace(":", "-")[:8])


def decided(*networks, **known):
    return [n.own for n in owned(networks, maker=maker, **known)]


def said(*networks, **known):
    return [n.notes[-1] if n.notes else None for n in owned(networks, maker=maker, **known)]


MINE = bss(bssid=f"{AVM}:10", associated=True)
STRANGER = bss("Elsewhere", f"{NETGEAR}:20")


def test_what_this_computer_is_connected_through_is_own_and_the_rest_is_not():
    assert decided(MINE, STRANGER) == [True, False]
    assert said(MINE, STRANGER) == [own.CONNECTED, None]


def test_without_anything_known_nobody_can_tell():
    assert decided(replace(MINE, associated=None), STRANGER) == [None, None]
    assert decided(replace(MINE, associated=False), STRANGER, associated_ssid="Not here") == [None, None]
    assert decided() == []


@pytest.mark.parametrize(
    ("bssid", "security", "verdict", "note"),
    [
        (f"{AVM}:90", Security.WPA2_PERSONAL, True, own.SAME_NAME),
        (f"{AVM}:90", Security.WPA3_PERSONAL, True, own.SAME_NAME),
        ("02:00:5e:00:53:90", Security.WPA2_PERSONAL, True, own.SAME_NAME),
        (f"{AVM}:90", Security.OPEN, None, own.NOT_SURE),
        (f"{AVM}:90", Security.UNKNOWN, None, own.NOT_SURE),
        (f"{NETGEAR}:90", Security.WPA2_PERSONAL, None, own.NOT_SURE),
        ("0a:99:98:97:96:95", Security.OPEN, None, own.NOT_SURE),
        (None, Security.WPA2_PERSONAL, None, own.NOT_SURE),
        (f"{ALFA}:90", Security.OPEN, False, own.IMITATION),
        (f"{ALFA}:90", Security.WEP, False, own.IMITATION),
        (f"{ALFA}:90", Security.WPA2_ENTERPRISE, False, own.IMITATION),
        ("02:00:5e:00:53:11", Security.OPEN, True, own.SAME_BOX),
    ],
)
def test_the_name_of_an_own_network_counts_with_its_maker_and_its_kind_of_security(bssid, security, verdict, note):
    other = bss(bssid=bssid, security=security)
    assert decided(MINE, other) == [True, verdict]
    assert said(MINE, other)[1] == note
    assert decided(other, MINE) == [verdict, True]


def test_both_bands_and_mesh_nodes_belong_together():
    five = bss(bssid=f"{AVM}:11", channel=44, band="5", security=Security.WPA2_WPA3_PERSONAL)
    node = bss(bssid=f"{AVM}:a0", channel=11)
    node_guests = bss("Guests", "02:00:5e:00:53:a1", channel=11)
    assert decided(MINE, five, node, node_guests) == [True] * 4


def test_a_tool_that_invents_access_points_of_that_name_buries_nothing():
    crowd = [bss(bssid=f"00:00:5e:01:{n:02x}:00") for n in range(own.MOST_OF_A_NAME + 1)]
    assert decided(MINE, *crowd) == [True] + [None] * len(crowd)
    assert decided(MINE, *crowd[1:]) == [True] * len(crowd)


def test_guests_and_things_of_the_same_box_are_own_and_their_names_are_not_followed():
    hotspot = bss("Provider hotspot", "02:00:5e:00:53:12", security=Security.OPEN)
    next_door = bss("Provider hotspot", f"{AVM}:80", security=Security.OPEN, channel=1)
    their_own = bss("Next door", f"{AVM}:81", channel=1)
    assert decided(MINE, hotspot, next_door, their_own) == [True, True, False, False]


def test_the_name_of_the_connected_network_counts_where_it_can_mean_one_only():
    mine, five = replace(MINE, associated=None), bss(bssid=f"{AVM}:11", channel=44, band="5")
    assert decided(mine, five, STRANGER, associated_ssid="Home") == [True, True, False]
    twin = bss(bssid=f"{ALFA}:90", security=Security.OPEN)
    assert decided(mine, twin, STRANGER, associated_ssid="Home") == [None, None, None]
    unclear = bss(bssid=None, security=Security.UNKNOWN)
    assert decided(unclear, mine, twin, associated_ssid="Home") == [None, None, None]
    assert decided(unclear, mine, associated_ssid="Home") == [True, True]
    assert decided(mine, twin, associated_ssid="Home", gateway_mac=address.mac(f"{AVM}:1f")) == [True, False]


def test_the_router_is_known_by_its_hardware_address():
    router = address.mac(f"{AVM}:0e")
    mine = replace(MINE, associated=None)
    assert decided(mine, STRANGER, gateway_mac=router) == [True, False]
    assert said(mine, gateway_mac=router) == [own.ROUTER]
    node = bss(bssid=f"{AVM}:a0", channel=11)
    assert decided(mine, node, gateway_mac=router) == [True, True]
    hotspot, theirs = (bss("Hotspot", f"{AVM}:{n}", security=Security.OPEN) for n in ("11", "a1"))
    assert decided(hotspot, theirs, gateway_mac=router) == [True, False], "an open name is not followed"


def test_the_routers_prefix_counts_only_where_one_network_has_it():
    router = address.mac(f"{AVM}:f0")
    mine, five = replace(MINE, associated=None), bss(bssid=f"{AVM}:40", channel=44, band="5")
    assert decided(mine, STRANGER, gateway_mac=router) == [True, False]
    assert decided(mine, five, STRANGER, gateway_mac=router) == [True, True, False]
    assert decided(mine, bss("Next door", f"{AVM}:60"), STRANGER, gateway_mac=router) == [None, None, None]
    assert decided(STRANGER, gateway_mac=router) == [None]
    hidden = bss(None, f"{AVM}:40"), bss(None, f"{AVM}:80")
    assert decided(*hidden, gateway_mac=router) == [None, None]


def test_a_name_that_the_person_gives_is_own_whoever_made_it_but_for_an_imitation():
    assert decided(STRANGER, bss("Third", f"{ALFA}:01"), ssids=("Elsewhere",)) == [True, False]
    other_make = bss(bssid=f"{NETGEAR}:90")
    assert decided(MINE, other_make, ssids=("Home",)) == [True, True]
    assert said(MINE, other_make, ssids=("Home",))[1] == own.NAMED
    assert decided(MINE, bss(bssid=f"{ALFA}:90", security=Security.OPEN), ssids=["Home"]) == [True, False]
    assert decided(bss(None, None), ssids=("",)) == [None]


def test_wifi_direct_is_never_own():
    television = bss("DIRECT-xy-TV", f"{AVM}:11", associated=True)
    assert decided(MINE, television) == [True, False]
    printer = bss(bssid=f"{AVM}:12", notes=(GROUP_OWNER,))
    assert decided(MINE, printer, ssids=("Home",)) == [True, False]
    assert decided(television, ssids=("DIRECT-xy-TV",), associated_ssid="DIRECT-xy-TV") == [False]


def test_deciding_anew_forgets_what_was_decided_before():
    once = owned((MINE, STRANGER), maker=maker)
    moved = tuple(replace(n, associated=n.ssid == "Elsewhere") for n in once)
    again = owned(moved, maker=maker)
    assert [n.own for n in again] == [False, True]
    assert [n.notes for n in again] == [(), (own.CONNECTED,)]
    assert owned(once, maker=maker) == once
    noted = replace(MINE, notes=("it announces two RSN elements",))
    assert owned((noted,), maker=maker)[0].notes == ("it announces two RSN elements", own.CONNECTED)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("00:00:5e:00:53:10", "00:00:5e:00:53:10", True),
        ("00:00:5e:00:53:10", "00:00:5e:00:53:1f", True),
        ("00:00:5e:00:53:10", "00:00:5e:00:53:20", False),
        ("00:00:5e:00:53:ff", "00:00:5e:00:54:00", True),
        ("00:00:5e:00:53:10", "02:00:5e:00:53:10", True),
        ("00:00:5e:00:53:10", "0a:00:5e:00:53:12", True),
        ("00:00:5e:00:53:10", "04:00:5e:00:53:10", False),
        ("00:00:5e:00:53:10", "02:00:5e:00:54:10", False),
        ("06:00:5e:00:53:10", "0a:00:5e:00:53:10", True),
    ],
)
def test_how_makers_number_the_names_of_one_box(first, second, verdict):
    one, other = address.mac(first), address.mac(second)
    assert akin(one, other) is verdict
    assert akin(other, one) is verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (("2.4", 6), ("2.4", 6), True),
        (("2.4", 6), ("2.4", 1), False),
        (("2.4", 6), ("5", 44), True),
        (("5", 44), ("5", 100), True),
        (("5", 100), ("5", 44), True),
        (("5", 36), ("5", 44), False),
        (("5", 100), ("5", 149), False),
        (("6", 5), ("6", 37), False),
        (("2.4", None), ("2.4", 6), True),
        ((None, None), ("5", 44), True),
    ],
)
def test_two_channels_of_one_band_are_two_boxes(first, second, verdict):
    one, other = (
        bss(bssid=f"{AVM}:1{n}", band=band, channel=channel) for n, (band, channel) in enumerate((first, second))
    )
    assert one_box(one, other) is verdict
    assert (len(together([one, other])) == 1) is verdict


def test_what_has_no_bssid_stands_alone():
    nameless = bss(bssid=None)
    assert together([nameless, MINE, nameless]) == ((MINE,), (nameless,), (nameless,))
    assert not one_box(nameless, MINE)


def test_every_word_of_security_has_a_family_or_is_unknown():
    assert FAMILIES.keys() == set(Security)
    assert [s for s, family in FAMILIES.items() if family is None] == [Security.UNKNOWN]


OCTET = st.sampled_from(["10", "11", "1f", "20", "2e", "90", "ff"])
BSSIDS = st.builds(
    lambda first, end: f"{first}:00:5e:00:53:{end}", st.sampled_from(["00", "02", "04", "06", "0a"]), OCTET
)
NETWORKS = st.lists(
    st.builds(
        lambda ssid, bssid, security, place, associated: bss(
            ssid, bssid, security, band=place[0], channel=place[1], associated=associated
        ),
        st.sampled_from([None, "Home", "Guests", "DIRECT-a", "Other"]),
        st.none() | BSSIDS,
        st.sampled_from(sorted(Security)),
        st.sampled_from([("2.4", 1), ("2.4", 6), ("5", 44), ("5", 149), ("6", 5), (None, None)]),
        st.sampled_from([None, True, False]),
    ),
    max_size=12,
)
KNOWN = st.fixed_dictionaries(
    {
        "ssids": st.sets(st.sampled_from(["Home", "Other", "DIRECT-a", ""])),
        "associated_ssid": st.sampled_from([None, "Home", "Other"]),
        "gateway_mac": st.none() | BSSIDS.map(address.mac),
    }
)


@given(NETWORKS, st.randoms(use_true_random=False))
def test_every_network_is_in_one_group_and_the_order_does_not_matter(networks, chance: random.Random):
    groups = together(networks)
    assert sorted(map(repr, (n for g in groups for n in g))) == sorted(map(repr, networks))
    assert all(one_box(a, b) for g in groups for a in g for b in g if a is not b and len(g) > 1)
    shuffled = list(networks)
    chance.shuffle(shuffled)
    assert together(shuffled) == groups


@given(NETWORKS, KNOWN, st.randoms(use_true_random=False))
def test_whatever_is_in_the_air_the_rules_hold(networks, known, chance: random.Random):
    found = owned(networks, maker=maker, **known)
    assert [replace(n, own=None, notes=()) for n in found] == [replace(n, own=None, notes=()) for n in networks]
    assert not any(n.own for n in found if n.ssid == "DIRECT-a"), "Wi-Fi Direct is never own"
    assert all(n.own for n in found if n.associated and n.ssid != "DIRECT-a"), "the link is always own"
    assert owned(found, maker=maker, **known) == found
    if not any(n.own for n in found):
        assert all(n.own is None for n in found if n.ssid != "DIRECT-a"), "nothing is a stranger's before one is own"
    if not any(n.associated for n in networks) and known == {
        "ssids": set(),
        "associated_ssid": None,
        "gateway_mac": None,
    }:
        assert not any(n.own for n in found)
    places = list(range(len(networks)))
    chance.shuffle(places)
    moved = owned([networks[p] for p in places], maker=maker, **known)
    assert [n.own for n in moved] == [found[p].own for p in places], "the order does not matter"
