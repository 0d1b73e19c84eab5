"""The home guard: what makes a network one's own, and what never does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork

from netguard.errors import NotAtHomeError
from netguard.model.address import is_group
from netguard.model.home import Enrolment
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.vantage.home import enrol, recognise, why_not

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROUTER = EUI("02:00:5e:10:00:01")


def surroundings(
    mac=ROUTER, prefixes=("192.168.77.0/24",), ssid="home", gateway="192.168.77.1", address="192.168.77.5"
):
    networks = tuple(IPNetwork(p) for p in prefixes)
    return Surroundings(
        vantage=Vantage(
            os="linux",
            interface="eth0",
            address=IPAddress(address),
            segment=Segment(prefix=networks[0], ssid=ssid),
            gateway=NextHop(address=IPAddress(gateway), mac=mac) if gateway else None,
        ),
        prefixes=networks,
    )


macs = st.integers(1, 2**48 - 1).map(lambda n: EUI(n, version=48)).filter(lambda m: not is_group(m))
networks4 = st.builds(
    lambda host, length: str(IPNetwork(f"10.{host >> 8 & 255}.{host & 255}.0/{length}").cidr),
    st.integers(0, 65535),
    st.integers(16, 30),
)
names = st.none() | st.text(max_size=8)


@given(macs, networks4, names, names)
def test_the_same_router_and_addresses_are_recognised_whatever_the_wifi_name(mac, network, before, after):
    home = enrol(surroundings(mac=mac, prefixes=(network,), ssid=before), "home", NOW)
    assert recognise(surroundings(mac=mac, prefixes=(network,), ssid=after), [home]) == home
    assert why_not(surroundings(mac=mac, prefixes=(network,), ssid=after), [home]) == ""


@given(macs, macs, networks4, names)
def test_another_router_is_never_recognised(mac, other, network, ssid):
    home = enrol(surroundings(mac=mac, prefixes=(network,), ssid=ssid), "home", NOW)
    there = surroundings(mac=other, prefixes=(network,), ssid=ssid)
    assert (recognise(there, [home]) is None) == (mac != other)
    assert bool(why_not(there, [home])) == (mac != other)


@given(macs, networks4, networks4, names)
def test_other_addresses_are_never_recognised(mac, network, other, ssid):
    home = enrol(surroundings(mac=mac, prefixes=(network,), ssid=ssid), "home", NOW)
    there = surroundings(mac=mac, prefixes=(other,), ssid=ssid)
    assert (recognise(there, [home]) is None) == (IPNetwork(network) != IPNetwork(other))


@given(macs, networks4, st.text(min_size=1, max_size=8))
def test_the_wifi_name_never_suffices(mac, network, ssid):
    home = Enrolment(site="home", gateway_mac=mac, prefixes=(IPNetwork(network),), ssid=ssid, enrolled_at=NOW)
    for there in (
        surroundings(mac=None, prefixes=(network,), ssid=ssid),
        surroundings(mac=None, prefixes=("172.16.0.0/24",), ssid=ssid),
        surroundings(mac=EUI((int(mac) ^ 0x10), version=48), prefixes=(network,), ssid=ssid),
        surroundings(gateway=None, prefixes=(network,), ssid=ssid),
    ):
        assert recognise(there, [home]) is None
        assert why_not(there, [home])


def test_a_rotated_ipv6_prefix_does_not_matter_while_ipv4_stays():
    home = enrol(surroundings(prefixes=("192.168.77.0/24", "2001:db8:1::/64")), "home", NOW)
    assert recognise(surroundings(prefixes=("192.168.77.0/24", "2001:db8:2::/64")), [home]) == home


def test_an_ipv6_only_home_is_recognised_by_its_prefix():
    there = surroundings(prefixes=("fd77::/64",), gateway="fe80::1", address="fd77::5")
    assert recognise(there, [enrol(there, "home", NOW)]) is not None


def test_link_local_addresses_which_every_network_has_do_not_count():
    home = Enrolment(
        site="home", gateway_mac=ROUTER, prefixes=(IPNetwork("169.254.0.0/16"), IPNetwork("fe80::/64")), enrolled_at=NOW
    )
    there = surroundings(prefixes=("169.254.0.0/16",), address="169.254.1.1", gateway="169.254.0.1")
    assert recognise(there, [home]) is None
    with pytest.raises(NotAtHomeError, match="given this computer no address"):
        enrol(there, "home", NOW)


def test_of_two_enrolments_the_later_one_counts():
    first = enrol(surroundings(), "old", NOW)
    second = enrol(surroundings(), "new", NOW.replace(year=2027))
    assert recognise(surroundings(), [second, first]) == second == recognise(surroundings(), [first, second])


def test_enrolment_keeps_what_it_is_recognised_by():
    home = enrol(surroundings(prefixes=("192.168.77.0/24", "fd77::/64")), "home", NOW)
    assert home == Enrolment(
        site="home",
        gateway_mac=ROUTER,
        prefixes=(IPNetwork("192.168.77.0/24"), IPNetwork("fd77::/64")),
        ssid="home",
        enrolled_at=NOW,
    )


@pytest.mark.parametrize("mac", [None, EUI("ff:ff:ff:ff:ff:ff"), EUI("00:00:00:00:00:00"), EUI("01:00:5e:00:00:01")])
def test_an_unknown_router_mac_is_refused_kindly_with_what_to_do(mac):
    with pytest.raises(NotAtHomeError, match=r"MAC address of its router \(192.168.77.1\).*Open any web page once"):
        enrol(surroundings(mac=mac), "home", NOW)


def test_a_network_without_a_router_cannot_be_enrolled():
    with pytest.raises(NotAtHomeError, match=r"no router.*addresses alone could be anybody's"):
        enrol(surroundings(gateway=None), "home", NOW)


def test_loopback_is_no_network():
    there = surroundings(gateway=None, prefixes=("127.0.0.0/8",), address="127.0.0.1")
    with pytest.raises(NotAtHomeError, match="nowhere but to this computer itself"):
        enrol(there, "home", NOW)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        enrol(surroundings(), "home", datetime(2026, 3, 1))


@pytest.mark.parametrize(
    ("there", "enrolled", "words"),
    [
        (surroundings(), (), "No network has been enrolled"),
        (surroundings(mac=None), ("home",), "not known yet. Open any web page once"),
        (surroundings(gateway=None), (), "no router"),
        (
            surroundings(prefixes=("192.168.9.0/24",)),
            ("home",),
            "The router is that of 'home', but the addresses are others",
        ),
        (
            surroundings(mac=EUI("02:00:5e:10:00:99")),
            ("home",),
            "The addresses are like those of 'home', but the router",
        ),
        (
            surroundings(mac=EUI("02:00:5e:10:00:99"), prefixes=("10.0.0.0/24",)),
            ("home", "flat"),
            "another network than those enrolled ('flat', 'home')",
        ),
    ],
)
def test_why_it_was_not_recognised_is_one_plain_sentence(there, enrolled, words):
    homes = [replace(enrol(surroundings(), "x", NOW), site=site) for site in enrolled]
    assert words in why_not(there, homes)
    assert "\n" not in why_not(there, homes)
