"""Declared devices: who is tied to what, and what is said of those that were not seen."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.compare.declared import MAX_PROSE, tied, with_declared
from netguard.model.declared import LINK_NAMES, Declaration, without_address
from netguard.model.known import KnownDevice
from netguard.model.vocabulary import IP_LINKS, Link, Power, Role
from netguard.rules.schema import DeviceRecord, Verified
from tests import builders


def record(id_, role=Role.LOCK, **given):
    return DeviceRecord(
        schema=1,
        id=id_,
        name=given.pop("name", id_.replace("-", " ").title()),
        role=role,
        evidence=(),
        verified=Verified(how="documents", when="2026-11"),
        sources=(),
        **given,
    )


RECORDS = {
    r.id: r
    for r in (
        record("acme-lock", power=Power.BATTERY, wake="Touch its\n  keypad."),
        record("other-lock"),
        record("plain-lock", ip="no", links=(Link.ZIGBEE,), unscannable="Look at its hub."),
        record("maybe-lock", ip="maybe", unscannable="Some have no Wi-Fi.", wake="Turn the key."),
        record("acme-bridge", Role.LOCK_HUB, name="Acme Bridge", power=Power.MAINS, wake="Plug it in."),
        record("homekit-lock", generic=True),
        record("router", Role.ROUTER, generic=True),
        record("acme-router", Role.ROUTER),
    )
}


def declared(number, name="Front door", profile="acme-lock", link=Link.WIFI, role=Role.LOCK, known=None):
    return Declaration(
        id=f"{number:012x}",
        site="home",
        name=name,
        role=role,
        profile=profile,
        link=link,
        known=known,
        declared_at=builders.NOW + timedelta(minutes=number),
    )


def lock(number, profile="acme-lock", **given):
    return builders.device(number, given.pop("role", Role.LOCK), profile=profile, **given)


def known(id_, key, **given):
    return KnownDevice(id=id_, site="home", key=key, first_seen=builders.NOW, last_seen=builders.NOW, **given)


def result(devices, declarations, registry=()):
    return with_declared(tuple(devices), tuple(declarations), tuple(registry), RECORDS)


def unseen(devices):
    return [d for d in devices if not d.seen]


def test_the_only_device_of_its_record_is_it_and_gets_its_name_and_link():
    (device,) = result([lock(20)], [declared(1)])
    assert device == replace(lock(20), declared=True, link=Link.WIFI, name="Front door")


def test_what_was_not_seen_is_appended_with_how_to_wake_it():
    phone, absent = result([builders.device(30, Role.PHONE)], [declared(1)])
    assert phone == builders.device(30, Role.PHONE)
    assert (absent.key, absent.seen, absent.declared, absent.addresses) == ("declared:000000000001", False, True, ())
    assert (absent.name, absent.role, absent.profile) == ("Front door", Role.LOCK, "acme-lock")
    assert (absent.power, absent.link) == (Power.BATTERY, Link.WIFI)
    assert absent.unseen == "Not seen: asleep, elsewhere or switched off. Touch its keypad."


def test_a_known_device_is_recognised_whatever_it_looks_like_today():
    registry = [known("a1", "mac:new", former_keys=("name:old",)), known("b2", "mac:other")]
    disguised = lock(20, None, key="mac:new", role=Role.UNKNOWN)
    (device,) = result([disguised], [declared(1, known="a1")], registry)
    assert (device.declared, device.name, device.role) == (True, "Front door", Role.LOCK)
    (device,) = result([replace(disguised, key="x", former_keys=("name:old",))], [declared(1, known="a1")], registry)
    assert device.declared


def test_who_is_known_is_never_taken_for_somebody_else():
    registry = [known("a1", "mac:away")]
    stranger, absent = result([lock(20)], [declared(1, known="a1")], registry)
    assert (stranger.declared, absent.seen) == (False, False)
    forgotten = result([lock(20)], [declared(1, known="gone")], registry)
    assert [d.declared for d in forgotten] == [True]


def test_the_persons_own_name_for_a_device_tells_it_from_others():
    registry = [known("a1", lock(21).key, said_name=" front  DOOR ")]
    one, two = result([lock(20), lock(21)], [declared(1)], registry)
    assert (one.declared, two.declared) == (False, True)


def test_a_generic_record_of_the_same_role_is_enough_when_there_is_one():
    (device,) = result([lock(20, "homekit-lock")], [declared(1)])
    assert device.declared
    (device,) = result([lock(20, "homekit-lock")], [declared(1, profile=None)])
    assert device.declared
    for other in (lock(20, "other-lock"), lock(20, "acme-bridge", role=Role.LOCK_HUB), lock(20, "record-of-mine")):
        assert [d.declared for d in result([other], [declared(1)])] == [False, True]


def test_its_own_record_goes_before_a_generic_one():
    generic, own = result([lock(20, "homekit-lock"), lock(21)], [declared(1)])
    assert (generic.declared, own.declared) == (False, True)


def test_two_alike_and_both_seen_are_handed_out_in_a_stable_order():
    declarations = [declared(1), declared(2, "Back door")]
    devices = result([lock(21), lock(20)], declarations)
    assert {d.key: d.name for d in devices} == {lock(20).key: "Front door", lock(21).key: "Back door"}


def test_when_one_of_two_alike_was_seen_it_says_that_it_cannot_tell_which():
    seen, absent = result([lock(20)], [declared(1), declared(2, "Back door")])
    assert seen.name == absent.name == "Front door or Back door"
    assert (seen.seen, absent.seen) == (True, False)
    assert absent.unseen.startswith("2 alike were declared (Front door, Back door) and fewer were seen")
    assert "Touch its keypad." in absent.unseen


def test_when_more_were_seen_than_declared_none_is_taken():
    *devices, absent = result([lock(20), lock(21)], [declared(1)])
    assert not any(d.declared for d in devices)
    assert absent.unseen.startswith("2 devices that could be it were seen")


@pytest.mark.parametrize("link", [link for link in Link if link not in IP_LINKS])
def test_what_has_no_address_is_never_expected_at_one(link):
    device, absent = result([lock(20)], [declared(1, link=link)])
    assert not device.declared
    assert absent.unseen.startswith(f"It has no IP address of its own ({LINK_NAMES[link]}): ")
    assert "asleep" not in absent.unseen
    assert without_address(absent)
    (tied_already,) = result([lock(20)], [declared(1, link=link, known="a1")], [known("a1", lock(20).key)])
    assert tied_already.declared, "unless it was tied to one"


def test_a_record_that_never_has_an_address_says_what_to_look_at():
    (absent,) = result([], [declared(1, profile="plain-lock", link=None)])
    assert absent.unseen == (
        "It has no IP address of its own (Zigbee): its hub is what can be looked at. Look at its hub."
    )
    assert absent.link is Link.ZIGBEE


def test_a_lock_declared_by_its_bridge_is_no_bridge_and_says_whether_that_was_seen():
    bridge = builders.device(22, Role.LOCK_HUB, profile="acme-bridge", name="Hallway bridge")
    by_bridge = declared(1, profile="acme-bridge", link=Link.BRIDGE)
    seen, absent = result([bridge], [by_bridge])
    assert not seen.declared
    assert (absent.role, absent.power) == (Role.LOCK, None)
    assert absent.unseen.endswith("its bridge is what can be looked at. It was seen: Hallway bridge.")
    (absent,) = result([], [by_bridge])
    assert absent.unseen.endswith("No Acme Bridge was seen. Plug it in.")
    itself = replace(by_bridge, role=Role.LOCK_HUB, link=Link.WIFI, name="The bridge")
    assert [(d.name, d.declared) for d in result([bridge], [itself])] == [("The bridge", True)]


def test_a_model_that_may_have_no_address_says_so():
    (absent,) = result([], [declared(1, profile="maybe-lock", link=None)])
    assert absent.unseen == (
        "Not seen: asleep, elsewhere, switched off, or without an IP address of its own. "
        "Turn the key. Some have no Wi-Fi."
    )


def test_a_router_is_tied_to_what_is_only_known_to_be_one_and_is_never_asleep():
    mine = declared(1, "My router", "acme-router", None, Role.ROUTER)
    gateway = builders.device(1, Role.ROUTER, profile="router")
    assert [d.declared for d in result([gateway], [mine])] == [True]
    assert result([], [mine])[0].unseen == "Nothing that was seen was recognised as it."


def test_a_text_is_bounded_and_clean_whatever_record_and_person_say():
    records = {"acme-lock": record("acme-lock", wake="wake \x1b[2J" * 900)}
    (absent,) = with_declared((), (declared(1, "\x07" + "n" * 5000),), (), records)
    assert len(absent.unseen) <= MAX_PROSE
    assert "\x1b" not in absent.unseen
    assert "\x07" not in absent.name


def test_what_a_scan_showed_without_doubt_is_remembered():
    registry = [known("a1", lock(20).key), known("b2", lock(21).key)]
    both = (declared(1), declared(2, "Back door"))
    seen = result([lock(20)], both[:1], registry)
    assert tied(seen, both[:1], tuple(registry)) == (replace(both[0], known="a1"),)
    assert tied(result([lock(20), lock(21)], both, registry), both, tuple(registry)) == (), "alike: a guess"
    assert tied(result([lock(20)], both, registry), both, tuple(registry)) == (), "which one cannot be told"
    kept = (replace(both[0], known="a1"),)
    assert tied(result([lock(20)], kept, registry), kept, tuple(registry)) == (), "it is kept already"
    assert tied(seen, both[:1], ()) == (), "nothing was learnt"


def test_two_of_different_makes_are_remembered_unless_both_were_guessed():
    registry = (known("a1", lock(20).key), known("b2", lock(21).key))
    both = (declared(1), declared(2, "Back door", "other-lock"))
    sure = result([lock(20), lock(21, "other-lock")], both, registry)
    assert [d.known for d in tied(sure, both, registry)] == ["a1", "b2"]
    guessed = result([lock(20, "homekit-lock"), lock(21, None)], both, registry)
    assert all(d.declared for d in guessed)
    assert tied(guessed, both, registry) == ()


PROFILES = st.sampled_from(["acme-lock", "other-lock", "homekit-lock", "plain-lock", None])
HOMES = st.tuples(
    st.lists(st.tuples(st.integers(20, 29), PROFILES), unique_by=lambda d: d[0], max_size=5),
    st.lists(
        st.tuples(st.integers(1, 9), PROFILES, st.sampled_from([*Link, None])), unique_by=lambda d: d[0], max_size=5
    ),
    st.lists(st.integers(20, 29), unique=True, max_size=3),
    st.randoms(use_true_random=False),
)


@given(HOMES)
def test_one_to_one_whatever_the_order_and_however_often(home):
    numbers, names, familiar, chance = home
    devices = [lock(n, profile) for n, profile in numbers]
    registry = [known(f"k{n}", lock(n).key) for n in familiar]
    holders = [f"k{n}" for n in familiar] + [None] * 9
    declarations = [
        declared(n, f"lock {n}", profile, link, known=holder)
        for (n, profile, link), holder in zip(names, holders, strict=False)
    ]
    first = result(devices, declarations, registry)
    assert len(first) - len(devices) == len(unseen(first)), "only unseen ones are added"
    assert sum(d.declared for d in first) == len(declarations), "each declaration is exactly one device"
    assert [d.key for d in first[: len(devices)]] == [d.key for d in devices]
    assert all(d.unseen for d in unseen(first))
    assert result(first, declarations, registry) == first
    shuffled = [random.Random(chance.random()).sample(part, len(part)) for part in (devices, declarations, registry)]
    again = result(*shuffled)
    assert sorted(again, key=lambda d: d.key) == sorted(first, key=lambda d: d.key)
    remembered = {d.id: d for d in tied(first, tuple(declarations), tuple(registry))}
    held = [d.known for d in (remembered.get(d.id, d) for d in declarations) if d.known]
    assert len(held) == len(set(held)), "no known device is two declarations"
