"""The choice of an interface, as a property of any situation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork

from netguard.errors import VantageError
from netguard.vantage._capabilities import CAPABILITIES, WORDS
from netguard.vantage._choose import carrier_of, choose
from netguard.vantage._parsed import Assigned, Link, Route, Situation


def link(name, kind="wired", address="192.168.1.5/24", **more):
    addresses = (Assigned(address=IPAddress(address.split("/")[0]), prefix=IPNetwork(address).cidr),) if address else ()
    return Link(name=name, kind=kind, addresses=addresses, **more)


def default(name, gateway="192.168.1.1", metric=0):
    return Route(interface=name, destination=IPNetwork("0.0.0.0/0"), gateway=IPAddress(gateway), metric=metric)


links = st.lists(
    st.builds(
        link,
        name=st.sampled_from(["a", "b", "c", "d"]),
        kind=st.sampled_from(["wired", "wifi", "virtual", "tunnel", "loopback"]),
        address=st.sampled_from(
            [None, "192.168.1.5/24", "169.254.3.3/16", "fe80::5/64", "2001:db8::5/128", "10.0.0.1/31"]
        ),
        up=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda k: k.name,
)
routes = st.lists(st.builds(default, name=st.sampled_from(["a", "b", "c", "d"]), metric=st.integers(0, 3)), max_size=4)


@given(links, routes, st.randoms(use_true_random=False))
def test_the_choice_is_usable_local_and_independent_of_order(found, ways, random):
    situation = Situation(links=tuple(found), routes=tuple(ways))
    if not [k for k in found if k.up and k.addresses and k.kind not in ("tunnel", "loopback")]:
        with pytest.raises(VantageError):
            choose(situation)
        return
    choice = choose(situation)
    assert choice.link.up
    assert choice.assigned.address in {a.address for a in choice.link.addresses}
    assert choice.link.kind not in ("tunnel", "loopback")
    if choice.link.kind == "virtual":
        real = [k for k in found if k.kind in ("wired", "wifi") and k.up and k.addresses]
        assert all(a.address.is_link_local() for k in real for a in k.addresses)
    assert not any(p.ip.is_link_local() for p in choice.prefixes)
    random.shuffle(found)
    assert choose(Situation(links=tuple(found), routes=tuple(ways))).link == choice.link


@given(links, routes)
def test_every_interface_can_be_named_or_is_refused_in_one_line(found, ways):
    for one in found:
        situation = Situation(links=tuple(found), routes=tuple(ways))
        if one.up and one.addresses:
            assert choose(situation, one.name).link == one
        else:
            with pytest.raises(VantageError, match=one.name):
                choose(situation, one.name)


def test_the_lowest_metric_wins():
    found = (link("eth0"), link("wlan0", "wifi", "192.168.1.6/24"))
    assert (
        choose(Situation(links=found, routes=(default("eth0", metric=600), default("wlan0", metric=100)))).link.name
        == "wlan0"
    )


def test_between_two_without_a_default_route_the_private_address_wins():
    found = (link("a", address="198.51.100.5/24"), link("b", "wifi", "192.168.1.6/24"))
    assert choose(Situation(links=found)).link.name == "b"


def test_the_gateway_s_own_network_is_the_one_of_several_addresses():
    both = (*link("x", address="10.9.9.9/24").addresses, *link("x").addresses)
    choice = choose(Situation(links=(Link(name="eth0", kind="wired", addresses=both),), routes=(default("eth0"),)))
    assert (choice.assigned.address, choice.gateway) == (IPAddress("192.168.1.5"), IPAddress("192.168.1.1"))


def test_a_public_address_and_an_own_made_address_are_remarked():
    public = choose(Situation(links=(link("a", address="8.8.4.5/24"),), routes=(default("a", "8.8.4.1"),)))
    assert "public address" in public.remarks[0]
    alone = choose(Situation(links=(link("a", address="169.254.3.3/16"),)))
    assert "no router gave it one" in alone.remarks[0]


def test_half_routes_outdo_a_default_route():
    half = Route(interface="tun0", destination=IPNetwork("0.0.0.0/1"), metric=50)
    assert carrier_of([default("eth0"), half]) == "tun0"
    assert carrier_of([default("eth0", metric=2), default("wlan0", metric=1)]) == "wlan0"
    assert carrier_of([]) is None


@pytest.mark.parametrize("row", CAPABILITIES, ids=lambda c: c.word)
def test_every_ability_says_what_it_is_for_and_how_to_get_it(row):
    assert row.what_for
    assert row.without
    assert all(row.advice(system).endswith((".", "nmap", "nmap.org")) for system in ("linux", "macos", "windows"))
    assert WORDS[row.word] is row
