"""What holds of recognition for any devices and any registry, and a few details of it."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netguard.compare.match import recognise
from netguard.compare.registry import learnt
from netguard.identify.identity import ORDER
from netguard.model.address import ip
from netguard.model.device import Device, Identity
from netguard.model.known import IDENTITY_ORDER, KnownDevice, KnownIdentity
from netguard.model.vocabulary import Role, Stability
from tests import builders

NOW = builders.NOW

VALUES = {
    "homekit": ["h1", "h2"],
    "upnp": ["u1", "u2", "u3"],
    "tls": ["t1", "t2"],
    "mac": ["m1", "m2", "m3", "m4"],
    "name": ["anna/apple/phone", "box/nuki/lock", "box/-/lock", "iphone/apple/phone"],
    "random-mac": ["r1", "r2"],
    "address": ["192.0.2.20", "192.0.2.21", "192.0.2.22", "192.0.2.23"],
}
TEXTS = [(kind, value) for kind, values in VALUES.items() for value in values]
PASSING = {"random-mac", "address"}


def identity(kind, value):
    stability = Stability.TEMPORARY if kind in PASSING else Stability.PERMANENT
    return Identity(kind=kind, value=value, stability=stability)


def text(pair):
    return ":".join(pair)


makes = st.sampled_from(
    [
        {},
        {"role": Role.LIGHT, "vendor": "LIFX", "profile": "lifx"},
        {"role": Role.PHONE, "vendor": "Apple"},
        {"role": Role.LOCK, "vendor": "Nuki", "profile": "nuki"},
    ]
)


@st.composite
def homes(draw, most=5):
    """Devices as identify gives them: everyone shows something, and no two the same."""
    owners = draw(st.lists(st.integers(0, most), min_size=len(TEXTS), max_size=len(TEXTS)))
    found = []
    for owner in range(most):
        shown = sorted((t for t, o in zip(TEXTS, owners, strict=True) if o == owner), key=lambda t: ORDER.index(t[0]))
        if shown:
            found.append(device(*shown, **draw(makes)))
    return tuple(found)


def device(*shown, **given_):
    return Device(
        key=text(shown[0]),
        identities=tuple(identity(*pair) for pair in shown),
        addresses=tuple(ip(v) for k, v in shown if k == "address"),
        **given_,
    )


texts = st.lists(st.sampled_from([text(t) for t in TEXTS if t[0] != "address"]), max_size=2, unique=True).map(tuple)


@st.composite
def registries(draw, most=5):
    """Known devices with keys of their own; what they have shown may overlap, as in the history of a hostile home."""
    found, keys = [], set()
    for number in range(draw(st.integers(0, most))):
        shown = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4, unique=True))
        key = text(min(shown, key=lambda t: ORDER.index(t[0])))
        if key in keys:
            continue
        keys.add(key)
        seen = NOW - timedelta(days=draw(st.integers(1, 3)))
        found.append(
            KnownDevice(
                id=f"{number:012x}",
                site="home",
                key=key,
                identities=tuple(
                    KnownIdentity(kind=k, value=v, stability=identity(k, v).stability, first_seen=seen, last_seen=seen)
                    for k, v in shown
                ),
                addresses=tuple(ip(v) for k, v in shown if k == "address"),
                first_seen=seen,
                last_seen=seen,
                joined=draw(st.one_of(st.just(()), texts)),
                apart=draw(st.one_of(st.just(()), texts)),
                **draw(makes),
            )
        )
    return tuple(found)


calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)


@calm
@given(homes(), registries(), st.randoms(use_true_random=False))
def test_no_order_matters(home, known, random):
    straight = {r.device.identities: r for r in recognise(home, known)}
    shuffled, others = list(home), list(known)
    random.shuffle(shuffled)
    random.shuffle(others)

    assert {r.device.identities: r for r in recognise(tuple(shuffled), tuple(others))} == straight


@calm
@given(homes(), registries())
def test_one_device_is_one_known_one_and_keys_are_their_own(home, known):
    found = recognise(home, known)

    taken = [r.known for r in found if r.known is not None]
    assert len(taken) == len(set(taken))
    keys = [r.device.key for r in found]
    assert len(keys) == len(set(keys))
    for one in found:
        assert one.why
        assert one.device.key not in one.device.former_keys
        assert not {*one.device.former_keys} & {*keys}
    elsewhere = {k.key: k.id for k in known if k.id not in taken}
    assert not {r.device.key for r in found if r.known is None} & elsewhere.keys(), "nobody new takes a known one's key"


@calm
@given(homes(), registries())
def test_what_the_person_said_wins(home, known):
    by_id = {k.id: k for k in known}
    for one in recognise(home, known):
        shown = {f"{i.kind}:{i.value}" for i in one.device.identities}
        if one.known is not None:
            mine = by_id[one.known]
            assert not shown & {*mine.apart} or shown & {*mine.joined}
        claims = [k for k in known if shown & {*k.joined} and not shown & {*k.apart}]
        if claims:
            assert one.known is not None
            assert shown & {*by_id[one.known].joined}


@calm
@given(homes(), registries())
def test_nobody_is_known_by_the_address_alone(home, known):
    by_id = {k.id: k for k in known}
    for one in recognise(home, known):
        if one.known is None:
            continue
        mine = by_id[one.known]
        shown = {f"{i.kind}:{i.value}" for i in one.device.identities if i.kind != "address"}
        labels = {t.partition("/")[0] for t in shown if t.startswith("name:")}
        has = {i.text for i in mine.identities} | {*mine.joined}
        agrees = shown & has or labels & {t.partition("/")[0] for t in has}
        assert agrees or (
            one.device.role is mine.role and one.device.profile == mine.profile and "the same address" in one.why
        )


@calm
@given(homes(), registries())
def test_the_same_scan_twice_gives_the_same_keys_and_changes_nothing(home, known):
    ids = iter(f"{n:012x}" for n in range(100, 1000))

    def scan(registry):
        found = recognise(home, registry)
        done = builders.scan(started_at=NOW)
        done = dataclasses.replace(done, devices=tuple(r.device for r in found))
        changed = learnt(done, registry, lambda: next(ids))
        kept = {k.id: k for k in registry} | {k.id: k for k in changed}
        return [r.device.key for r in found], tuple(k for k in kept.values() if not k.is_empty)

    _, once = scan(known)
    keys, twice = scan(once)
    again, thrice = scan(twice)

    assert again == keys
    assert thrice == twice


def known(number, *shown, days=1, **given_):
    at = NOW - timedelta(days=days)
    return KnownDevice(
        id=f"{number:012x}",
        site="home",
        key=given_.pop("key", text(shown[0])),
        identities=tuple(
            KnownIdentity(kind=k, value=v, stability=identity(k, v).stability, first_seen=at, last_seen=at)
            for k, v in shown
        ),
        addresses=tuple(ip(v) for k, v in shown if k == "address"),
        first_seen=at,
        last_seen=at,
        **given_,
    )


def test_the_order_of_identities_is_the_one_that_identify_uses():
    assert IDENTITY_ORDER == ORDER


def test_without_a_registry_everybody_keeps_the_key_of_what_they_show():
    lock = device(("homekit", "h1"), ("mac", "m1"))

    (found,) = recognise((lock,), ())

    assert (found.device, found.known) == (lock, None)
    assert found.why.startswith("new")


def test_a_key_stays_while_it_is_one_of_several_and_moves_when_it_was_replaced():
    before = known(1, ("upnp", "u1"), ("upnp", "u2"), ("mac", "m1"))

    (half,) = recognise((device(("upnp", "u2"), ("mac", "m1")),), (before,))
    (other,) = recognise((device(("upnp", "u3"), ("mac", "m1")),), (before,))

    assert (half.device.key, half.device.former_keys) == ("upnp:u1", ())
    assert (other.device.key, other.device.former_keys) == ("upnp:u3", ("upnp:u1",))


def test_a_stranger_at_an_address_that_was_somebodys_key_gets_a_key_of_its_own():
    camera = known(1, ("address", "192.0.2.20"), role=Role.CAMERA, vendor="V", profile="camera")

    (found,) = recognise((device(("address", "192.0.2.20")),), (camera,))

    assert found.known is None
    assert found.device.key == "address:192.0.2.20~2"


def test_of_two_that_had_the_name_the_one_that_had_it_last_is_meant():
    name = ("name", "box/nuki/lock")
    old, new = known(1, ("mac", "m1"), name, days=30), known(2, ("mac", "m2"), name, days=1)

    (found,) = recognise((device(name),), (old, new))

    assert found.known == new.id


def test_of_two_that_had_the_name_at_the_same_time_neither_is_meant():
    name = ("name", "box/nuki/lock")

    (found,) = recognise((device(name),), (known(1, ("mac", "m1"), name), known(2, ("mac", "m2"), name)))

    assert found.known is None


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ([("homekit", "h1")], True),
        ([("tls", "t1")], False),
        ([("upnp", "u1")], True),
        ([("name", "box/nuki/lock")], False),
    ],
)
def test_what_moves_to_another_network_card_with_a_thing(shown, same):
    before = known(1, ("homekit", "h1"), ("upnp", "u1"), ("tls", "t1"), ("mac", "m1"), ("name", "box/nuki/lock"))

    (found,) = recognise((device(*shown, ("mac", "m2"), role=Role.LOCK),), (before,))

    assert (found.known == before.id) is same


def test_of_two_that_show_parts_of_one_the_one_with_more_of_it_keeps_it():
    before = known(1, ("homekit", "h1"), ("upnp", "u1"), ("tls", "t1"))
    less, more = device(("homekit", "h1")), device(("upnp", "u1"), ("tls", "t1"))

    first, second = recognise((less, more), (before,))

    assert (first.known, second.known) == (None, before.id)
    assert "that is not enough" in first.why
    assert first.device.key not in {second.device.key, *second.device.former_keys}


def test_two_known_ones_that_were_named_differently_are_not_made_one():
    one = known(1, ("mac", "m1"), said_name="Kitchen")
    other = known(2, ("homekit", "h1"), said_name="Hall")

    (found,) = recognise((device(("homekit", "h1"), ("mac", "m1")),), (one, other))

    assert found.known == other.id
    assert one.key not in found.device.former_keys


def test_devices_that_the_person_joined_become_one_with_everything():
    before = known(1, ("mac", "m1"), ("mac", "m2"), joined=("mac:m1", "mac:m2"))
    wifi = device(("mac", "m1"), ("address", "192.0.2.20"), hostnames=("a",), role=Role.LOCK_HUB, name="Hub")
    cable = device(("mac", "m2"), ("address", "192.0.2.21"), hostnames=("b",))

    (found,) = recognise((cable, wifi), (before,))

    assert found.known == before.id
    assert (found.device.name, found.device.role) == ("Hub", Role.LOCK_HUB)
    assert found.device.addresses == (ip("192.0.2.20"), ip("192.0.2.21"))
    assert found.device.hostnames == ("a", "b")
    assert {i.value for i in found.device.identities if i.kind == "mac"} == {"m1", "m2"}
    assert "these 2 are one device" in found.why
