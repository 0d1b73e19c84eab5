"""Access points and mappings between two scans."""

import dataclasses

import pytest

from netguard.model import address
from netguard.model.vocabulary import Pmf, Security
from netguard.model.wifi import Wps
from netguard.wifi.own import owned
from tests import builders
from tests.unit.compare.over_time import (
    chain,
    compared,
    dated,
    elsewhere,
    entry,
    gateway,
    mapping,
    own,
    router,
    scan,
    words,
)

HOME, ATTIC = own(), own("00:00:5e:00:53:02")
NEIGHBOUR = builders.bss("Neighbour", "00:00:5e:00:53:77")


def hearing(*points):
    return scan(router(), wifi=points)


def test_a_new_access_point_is_told_once():
    told = chain(hearing(HOME), hearing(HOME, ATTIC), hearing(HOME, ATTIC))
    assert [words(d) for d in told] == [["access-point new"], []]
    (change,) = told[0].changes
    assert (change.subject, change.name, change.cause) == (
        "wifi:00:00:5e:00:53:02",
        "Home (00:00:5e:00:53:02)",
        "network",
    )
    assert [(a.what, a.after) for a in change.attributes] == [("ssid", "Home"), ("security", "wpa2-personal")]


def test_a_new_access_point_where_nobody_listened_before_may_have_been_there():
    told = chain(hearing(), hearing(HOME))
    assert [(c.turn, c.cause) for c in told[0].changes] == [("new", "vantage")]


def test_an_access_point_is_gone_when_it_is_not_heard_twice():
    told = chain(hearing(HOME, ATTIC), hearing(HOME), hearing(HOME), hearing(HOME), hearing(HOME, ATTIC))
    assert [words(d) for d in told] == [[], ["access-point gone"], [], ["access-point back"]]
    (silent,) = told[0].unobserved
    assert (silent.kind, silent.subject) == ("access-point", "wifi:00:00:5e:00:53:02")
    assert silent.why == "not heard this time; it is told as gone when it is missing again"


def test_where_no_wifi_was_heard_nothing_is_gone():
    told = chain(hearing(HOME, ATTIC), hearing(), hearing(), hearing(), hearing(HOME), hearing(HOME, ATTIC))
    assert all(d.is_empty for d in told)
    assert {u.why for u in told[0].unobserved} == {"the newer scan heard no Wi-Fi"}


def test_the_neighbours_are_nobodys_business():
    told = chain(hearing(HOME), hearing(HOME, NEIGHBOUR), hearing(HOME))
    assert all(d.is_empty for d in told)
    told = chain(hearing(HOME), hearing(NEIGHBOUR), hearing(NEIGHBOUR))
    assert [words(d) for d in told] == [[], ["access-point gone"]]


def at_the_dock(*, associated):
    """An access point that is known as own by the link to it alone, beside the provider's box."""
    air = (
        builders.bss("Home", "00:1d:aa:00:00:01", associated=associated),
        builders.bss("Box", "00:00:5e:00:53:02", security=Security.WPA2_PERSONAL),
    )
    router_mac = address.mac("00:00:5e:00:53:01")
    return hearing(*owned(air, associated_ssid="Home" if associated else None, gateway_mac=router_mac))


def test_a_laptop_on_its_dock_misses_no_access_point_that_it_hears():
    on_air, docked = at_the_dock(associated=True), at_the_dock(associated=False)
    told = chain(on_air, docked, docked, docked, on_air)
    assert all(d.is_empty for d in told)
    assert not [u for d in told for u in d.unobserved]
    # One that is silent is gone all the same, whatever else is heard.
    alone = hearing(docked.wifi[1])
    assert [words(d) for d in chain(on_air, docked, alone, alone, docked)] == [
        [],
        [],
        ["access-point gone"],
        ["access-point back"],
    ]


def test_an_access_point_that_was_heard_before_it_was_known_as_own_may_have_been_there():
    told = chain(at_the_dock(associated=False), hearing(), at_the_dock(associated=True))
    assert [(c.turn, c.cause) for d in told for c in d.changes] == [("new", "vantage")]


def test_what_an_older_netguard_kept_of_the_air_makes_nothing_gone():
    made = dated([hearing(HOME, ATTIC), hearing(HOME), hearing(HOME), hearing(HOME)])
    series = [entry(s) for s in made]
    series[1] = dataclasses.replace(series[1], summary=dataclasses.replace(series[1].summary, air=None))
    assert compared(made[0], made[2], series=series).is_empty
    assert words(compared(made[2], made[3], series=series)) == ["access-point gone"]


def test_a_new_access_point_after_a_scan_that_heard_nothing_is_new():
    told = chain(hearing(HOME), hearing(), hearing(HOME, ATTIC))
    assert [(c.turn, c.cause) for d in told for c in d.changes] == [("new", "network")]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"security": Security.WPA3_PERSONAL, "pmf": Pmf.REQUIRED},
            {"security": Security.WPA2_WPA3_PERSONAL, "pmf": Pmf.CAPABLE},
            ["access-point changed security=wpa3-personal>wpa2-wpa3-personal pmf=required>capable"],
        ),
        ({"ssid": "Home"}, {"ssid": "Other"}, ["access-point changed ssid=Home>Other"]),
        ({"wps": Wps(present=False)}, {"wps": Wps(present=True)}, ["access-point changed wps=off>on"]),
        ({"wps": Wps(present=True)}, {"wps": None}, []),
        ({"pmf": None}, {"pmf": Pmf.CAPABLE}, []),
        ({"security": Security.WPA2_PERSONAL}, {"security": Security.UNKNOWN}, []),
        ({"channel": 1, "signal_dbm": -40.0}, {"channel": 11, "signal_dbm": -80.0}, []),
    ],
)
def test_what_changes_of_an_access_point(before, after, told):
    assert [words(d) for d in chain(hearing(own(**before)), hearing(own(**after)), hearing(own(**after)))] == [told, []]


def test_what_the_air_does_is_the_networks_doing():
    told = chain(hearing(HOME, ATTIC), hearing(own(security="open")), hearing(own(security="open")))
    assert [(str(c.turn), str(c.cause)) for d in told for c in d.changes] == [
        ("changed", "network"),
        ("gone", "network"),
    ]


def test_a_change_is_told_although_a_scan_in_between_could_not_tell_it():
    def secured(security):
        return hearing(own(security=security))

    told = chain(secured(Security.WPA3_PERSONAL), secured(Security.UNKNOWN), hearing(), secured(Security.OPEN))
    assert [words(d) for d in told] == [[], [], ["access-point changed security=wpa3-personal>open"]]
    told = chain(*(hearing(own(pmf=pmf)) for pmf in (Pmf.REQUIRED, None, Pmf.CAPABLE)))
    assert [words(d) for d in told] == [[], ["access-point changed pmf=required>capable"]]


def forwarding(*ports, listed="all"):
    return scan(router(), gateways=(gateway(*map(mapping, ports), listed=listed),))


def test_a_mapping_is_new_gone_and_back_once():
    told = chain(forwarding(1), forwarding(1, 2), forwarding(1), forwarding(1), forwarding(1, 2))
    assert [words(d) for d in told] == [
        ["mapping new tcp/2/192.0.2.20/443"],
        ["mapping gone tcp/2/192.0.2.20/443"],
        [],
        ["mapping back tcp/2/192.0.2.20/443"],
    ]
    (change,) = told[0].changes
    assert (change.subject, change.name, change.cause) == ("mac:00:00:5e:00:53:01", "router 1", "network")


@pytest.mark.parametrize("listed", ["part", "refused", None])
def test_a_mapping_is_gone_only_where_the_router_listed_all(listed):
    told = chain(forwarding(1, 2), forwarding(1, listed=listed), forwarding(1, 2), forwarding(1, listed=listed))
    assert all(d.is_empty for d in told)
    (unlisted,) = told[0].unobserved
    assert unlisted.why == "its router did not list all its mappings this time"
    told = chain(forwarding(1, 2), forwarding(1, listed=listed), forwarding(1))
    assert [words(d) for d in told] == [[], ["mapping gone tcp/2/192.0.2.20/443"]]


def test_a_mapping_of_a_router_that_was_never_asked_may_have_been_there():
    told = chain(scan(router()), forwarding(1))
    assert [(c.turn, c.cause) for c in told[0].changes] == [("new", "vantage")]


def test_a_mapping_is_new_after_a_router_that_once_listed_all_did_not():
    told = chain(forwarding(1), forwarding(1, listed="part"), forwarding(1, 2))
    assert [(c.turn, c.cause) for d in told for c in d.changes] == [("new", "network")]


def test_a_mapping_that_was_seen_from_another_place_is_not_new():
    assert not chain(elsewhere(forwarding(1)), forwarding(1))[0].changes
    assert words(chain(elsewhere(forwarding(1)), forwarding(1, 2))[0]) == ["mapping new tcp/2/192.0.2.20/443"]


def test_the_same_mapping_of_a_renamed_router_is_the_same():
    old = forwarding(1)
    new = scan(
        router(key="upnp:1", former_keys=("mac:00:00:5e:00:53:01",)), gateways=(gateway(mapping(1), key="upnp:1"),)
    )
    assert chain(old, new)[0].is_empty
