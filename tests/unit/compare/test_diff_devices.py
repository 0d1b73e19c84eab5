"""Devices between two scans: new, gone, back, changed, and what is merely away."""

import dataclasses
from datetime import timedelta

import pytest

from netguard.compare.presence import ALWAYS_ON, CARRIED, PASSING, SLEEPY, expectation
from netguard.model import address
from netguard.model.timeline import summary
from netguard.model.vocabulary import Power, Role
from tests import builders
from tests.unit.compare.over_time import (
    WEEK,
    camera,
    chain,
    compared,
    dated,
    entry,
    known,
    phone,
    router,
    scan,
    stranger,
    words,
)

DAY = timedelta(days=1)


def test_a_scan_and_itself_have_no_difference():
    one = scan(router(), camera())
    assert compared(one, one).is_empty


def test_a_new_device_is_told_once_with_what_it_is():
    told = chain(scan(router()), scan(router(), camera()), scan(router(), camera()))
    assert [words(d) for d in told] == [["device new"], []]
    (change,) = told[0].changes
    assert change.cause == "network"
    assert (change.subject, change.name) == ("mac:00:00:5e:00:53:14", "camera 20")
    assert {a.what: a.after for a in change.attributes} == {
        "role": "camera",
        "address": "192.0.2.20",
        "mac": "00:00:5e:00:53:14",
        "ports": "tcp/443",
    }


def test_an_always_on_device_may_miss_once_and_is_gone_the_second_time():
    told = chain(scan(router(), camera()), scan(router()), scan(router()), scan(router()))
    assert [words(d) for d in told] == [[], ["device gone"], []]
    (away,) = told[0].unobserved
    assert (away.kind, away.subject) == ("device", "mac:00:00:5e:00:53:14")
    assert away.why == "not seen this time; it is told as gone when it is missing again"
    assert not told[1].unobserved
    assert told[1].changes[0].name == "camera 20"


def test_a_device_that_missed_once_and_returns_is_no_change():
    told = chain(scan(router(), camera()), scan(router()), scan(router(), camera()), scan(router()))
    assert [words(d) for d in told] == [[], [], []]


def test_a_device_that_was_gone_is_back():
    told = chain(
        scan(router(), camera()), scan(router()), scan(router()), scan(router(), camera()), scan(router(), camera())
    )
    assert [words(d) for d in told] == [[], ["device gone"], ["device back"], []]


def test_a_wide_comparison_tells_what_the_steps_tell_together():
    made = dated([scan(router(), camera()), scan(router()), scan(router())])
    assert words(compared(made[0], made[2], series=[entry(s) for s in made])) == ["device gone"]
    assert words(compared(made[0], made[2])) == []


@pytest.mark.parametrize(
    ("role", "power", "misses", "days", "gone"),
    [
        (Role.LOCK, Power.BATTERY, 4, 4 * 7, False),
        (Role.LOCK, Power.BATTERY, 5, 5 * 7, True),
        (Role.LOCK, Power.BATTERY, 13, 13, False),
        (Role.LOCK, Power.BATTERY, 14, 14, True),
        (Role.PHONE, None, 4, 4 * 7, False),
        (Role.PHONE, None, 5, 5 * 7, True),
        (Role.PHONE, None, 29, 29, False),
        (Role.PHONE, None, 30, 30, True),
        (Role.CAMERA, None, 2, 0, True),
    ],
)
def test_how_often_and_how_long_something_may_be_missing(role, power, misses, days, gone):
    every = timedelta(days=days) / misses
    there = scan(router(), builders.device(20, role, power=power))
    told = chain(there, *[scan(router())] * misses, every=every)
    assert [words(d) for d in told[:-1]] == [[]] * (misses - 1)
    assert words(told[-1]) == (["device gone"] if gone else [])


@pytest.mark.parametrize(
    ("role", "power", "expected"),
    [
        (Role.ROUTER, None, ALWAYS_ON),
        (Role.TV, None, ALWAYS_ON),
        (Role.NAS, None, ALWAYS_ON),
        (Role.PLUG, None, ALWAYS_ON),
        (Role.LOCK, None, SLEEPY),
        (Role.LOCK, Power.MAINS, ALWAYS_ON),
        (Role.CAMERA, Power.BATTERY, SLEEPY),
        (Role.SENSOR, None, SLEEPY),
        (Role.LIGHT, None, SLEEPY),
        (Role.SPEAKER, None, ALWAYS_ON),
        (Role.SPEAKER, Power.BATTERY, CARRIED),
        (Role.COMPUTER, Power.MAINS, CARRIED),
        (Role.TABLET, Power.BATTERY, CARRIED),
        (Role.UNKNOWN, None, CARRIED),
        (Role.UNKNOWN, Power.MAINS, ALWAYS_ON),
    ],
)
def test_what_can_be_expected_of_a_device(role, power, expected):
    (line,) = (d for d in summary(scan(builders.device(20, role, power=power))).devices if d.key != "mac:own")
    assert expectation(line, None) is expected


def test_what_the_person_says_it_is_decides():
    (line,) = (d for d in summary(scan(builders.device(20, Role.UNKNOWN))).devices if d.key != "mac:own")
    assert expectation(line, known("a", line.key, said_role=Role.CAMERA)) is ALWAYS_ON
    assert expectation(line, known("a", line.key, role=Role.LOCK)) is SLEEPY


def test_something_of_which_only_a_private_mac_is_known_is_neither_new_nor_gone():
    alone, here = scan(router()), scan(router(), stranger(40, "02:11:22:33:44:55"))
    other = scan(router(), stranger(41, "02:11:22:33:44:66"))
    told = chain(alone, here, other, *[alone] * 6, every=10 * DAY)
    assert all(d.is_empty for d in told)
    assert "1 device shows (before: 0) nothing lasting" in " ".join(told[0].remarks)
    (away,) = told[1].unobserved
    assert away.why == PASSING.says


@pytest.mark.parametrize("said", [{"said_name": "Heating"}, {"joined": ("random-mac:02:11:22:33:44:55",)}])
def test_an_unknown_device_that_the_person_spoke_of_is_no_stranger(said):
    named = known("a", "random-mac:02:11:22:33:44:55", **({"name": "Heating"} | said))
    here = scan(router(), stranger(40, "02:11:22:33:44:55"))
    told = chain(here, *[scan(router())] * 5, every=10 * DAY, known=[named])
    assert [words(d) for d in told] == [[], [], [], [], ["device gone"]]
    assert told[-1].changes[0].name == "Heating"


def test_a_lock_with_a_private_mac_is_told():
    lock = builders.device(20, Role.LOCK, key="random-mac:02:11:22:33:44:55")
    assert words(chain(scan(router()), scan(router(), lock))[0]) == ["device new"]


def test_a_phone_that_takes_another_private_mac_and_address_is_nothing():
    one, two = phone(40, "02:11:22:33:44:55"), phone(41, "02:11:22:33:44:66")
    assert all(d.is_empty for d in chain(*[scan(router(), each) for each in (one, two, one, two, one)]))


def test_addresses_of_ipv6_come_and_go():
    def at(*texts):
        return scan(router(), camera(addresses=tuple(map(address.ip, texts)), services=()))

    told = chain(at("192.0.2.20", "2001:db8::1"), at("192.0.2.20", "2001:db8::2"), at("2001:db8::3"), at("192.0.2.20"))
    assert all(d.is_empty for d in told)


def test_another_address_of_ipv4_is_told_once():
    told = chain(*[scan(router(), camera(addresses=(address.ip(f"192.0.2.{n}"),))) for n in (20, 33, 33)])
    assert [words(d) for d in told] == [["device changed address=192.0.2.20>192.0.2.33"], []]


def test_a_second_address_is_no_other_one():
    def at(*numbers):
        return scan(router(), camera(addresses=tuple(address.ip(f"192.0.2.{n}") for n in numbers)))

    assert [words(d) for d in chain(at(20), at(20, 33), at(20), at(20, 33), at(33))] == [
        [],
        [],
        [],
        ["device changed address=192.0.2.20>192.0.2.33"],
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("00:00:5e:00:53:14", "00:00:5e:00:53:15", ["device changed mac=00:00:5e:00:53:14>00:00:5e:00:53:15"]),
        ("00:00:5e:00:53:14", "02:00:5e:00:53:15", ["device changed mac=00:00:5e:00:53:14>02:00:5e:00:53:15"]),
        ("02:00:5e:00:53:14", "00:00:5e:00:53:15", ["device changed mac=02:00:5e:00:53:14>00:00:5e:00:53:15"]),
        ("02:00:5e:00:53:14", "02:00:5e:00:53:15", []),
        ("00:00:5e:00:53:14", None, []),
        (None, "00:00:5e:00:53:14", []),
    ],
)
def test_when_another_mac_is_told(before, after, told):
    def having(mac):
        made = address.mac(mac) if mac else None
        return scan(
            router(),
            camera(key="tls:abc", mac=made, mac_randomised=address.is_randomised(made) if made else None),
        )

    assert [words(d) for d in chain(having(before), having(after), having(after))] == [told, []]


def test_a_second_card_that_it_has_shown_before_is_no_other_mac():
    def having(number):
        return scan(router(), camera(key="tls:abc", mac=address.mac(f"00:00:5e:00:53:{number}"), mac_randomised=False))

    told = chain(having(14), having(15), having(14))
    assert [words(d) for d in told] == [["device changed mac=00:00:5e:00:53:14>00:00:5e:00:53:15"], []]
    cards = [("00:00:5e:00:53:14", builders.NOW - WEEK), ("00:00:5e:00:53:15", builders.NOW - WEEK)]
    registered = known("a", "tls:abc", macs=cards)
    assert all(d.is_empty for d in chain(having(14), having(15), having(14), known=[registered]))


def test_what_the_registry_learnt_of_the_newer_scan_is_no_card_from_before():
    def having(number):
        return scan(router(), camera(key="tls:abc", mac=address.mac(f"00:00:5e:00:53:{number}"), mac_randomised=False))

    learnt = known("a", "tls:abc", macs=[("00:00:5e:00:53:15", builders.NOW + WEEK)])
    assert words(chain(having(14), having(15), known=[learnt])[0]) == [
        "device changed mac=00:00:5e:00:53:14>00:00:5e:00:53:15"
    ]


def test_an_update_of_the_firmware_is_told_once_also_when_a_scan_did_not_see_it():
    def running(version):
        return scan(router(), camera(firmware=version))

    told = chain(running("1.0"), running("1.1"), running(None), running("1.1"), scan(router()), running("1.2"))
    assert [words(d) for d in told] == [
        ["firmware changed firmware=1.0>1.1"],
        [],
        [],
        [],
        ["firmware changed firmware=1.1>1.2"],
    ]


@pytest.mark.parametrize(
    ("given", "registered", "called"),
    [
        ({"name": "Porch"}, {"name": "Camera"}, "Porch"),
        ({"name": None}, {"name": "Camera"}, "Camera"),
        ({"name": "Porch"}, {"said_name": "Mine"}, "Mine"),
        ({"name": None}, {}, "192.0.2.20"),
        ({"name": None, "addresses": (), "services": ()}, {}, "mac:00:00:5e:00:53:14"),
    ],
)
def test_what_a_device_is_called(given, registered, called):
    later = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW + WEEK, **registered)
    assert chain(scan(router()), scan(router(), camera(**given)), known=[later])[0].changes[0].name == called


def test_names_and_roles_are_never_told():
    told = chain(
        scan(router(), camera(name="a")),
        scan(router(), builders.device(20, Role.DOORBELL, name="b", asked=builders.ALL_TCP, services=(443,))),
    )
    assert told[0].is_empty


def test_this_computer_may_have_another_address():
    def mine(number):
        own = builders.device(number, Role.UNKNOWN, key="mac:me", mac=None)
        made = scan(router())
        vantage = dataclasses.replace(made.vantage, address=address.ip(f"192.0.2.{number}"))
        return dataclasses.replace(made, vantage=vantage, devices=(router(), own))

    assert chain(mine(50), mine(51))[0].is_empty


def test_a_device_is_the_same_under_its_former_key_both_ways():
    one, two = camera(key="mac:00:00:5e:00:53:14"), camera(key="hue:1", former_keys=("mac:00:00:5e:00:53:14",))
    assert chain(scan(router(), one), scan(router(), two))[0].is_empty
    assert chain(scan(router(), two), scan(router(), one))[0].is_empty


def test_what_the_person_merged_later_holds_for_old_scans():
    parts = scan(router(), camera(20, key="mac:a", mac=None), camera(21, key="mac:b", mac=None))
    merged = known("a", "mac:a", "mac:b")
    told = chain(parts, scan(router(), camera(20, key="mac:a", former_keys=("mac:b",), mac=None)), known=[merged])
    assert told[0].is_empty
    assert not told[0].unobserved


def test_what_the_person_split_later_holds_for_old_scans():
    one, other = known("a", "mac:a"), known("b", "mac:b")
    whole = scan(router(), camera(20, key="mac:a", mac=None))
    parts = scan(router(), camera(20, key="mac:a", mac=None), camera(21, key="mac:b", mac=None))
    assert chain(whole, parts, known=[one, other])[0].is_empty


def test_a_key_that_went_to_another_device_is_not_the_first_ones_any_more():
    old = scan(router(), camera(20, key="mac:a", mac=None))
    new = scan(router(), camera(20, key="hue:1", former_keys=("mac:a",), mac=None), camera(20, key="mac:a", mac=None))
    told = chain(old, new)[0]
    assert words(told) == ["device new"]
    assert told.changes[0].subject == "hue:1"


def test_a_device_that_the_registry_knows_from_before_is_not_new():
    since = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW - WEEK)
    assert chain(scan(router()), scan(router(), camera()), known=[since])[0].is_empty
    since = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW + WEEK)
    assert words(chain(scan(router()), scan(router(), camera()), known=[since])[0]) == ["device new"]


def test_a_device_that_was_gone_before_the_series_began_is_back():
    since = known("a", "mac:00:00:5e:00:53:14", first_seen=builders.NOW - 60 * WEEK)
    alone = scan(router())
    assert words(chain(alone, alone, scan(router(), camera()), known=[since])[-1]) == ["device back"]


def test_a_declared_device_that_kept_silent_was_not_seen():
    silent = camera(declared=True, seen=False)
    assert chain(scan(router()), scan(router(), silent))[0].is_empty
    told = chain(scan(router(), camera()), scan(router(), silent), scan(router(), silent))
    assert [words(d) for d in told] == [[], ["device gone"]]


def test_a_clock_set_back_makes_nothing_gone_too_early():
    there, alone = scan(router(), builders.device(20, Role.LOCK)), scan(router())
    told = chain(there, *[alone] * 7, every=-WEEK)
    assert all(d.is_empty for d in told)
