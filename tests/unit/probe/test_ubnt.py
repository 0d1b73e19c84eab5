"""Ubiquiti's discovery: who is asked, and what answers of both versions say."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.observation import MAX_TEXT
from netguard.model.vocabulary import Confidence, Depth, Power, Role, Transport
from netguard.probe import ubnt
from tests.builders import coverage, device
from tests.unit.probe.conftest import make_ask
from tests.unit.probe.fakes.ubnt import EDGE_ROUTER, answer


def asked(one, **given):
    return [str(target) for target in ubnt.wants(one, make_ask(**given))]


@pytest.mark.parametrize("vendor", ["Ubiquiti", "Ubiquiti Inc", "UBIQUITI NETWORKS INC."])
@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT, Role.CAMERA, Role.SWITCH, Role.UNKNOWN])
def test_what_is_of_that_make_is_asked_in_the_deep_round(vendor, role):
    one = device(role=role, vendor=vendor)
    assert asked(one) == ["192.0.2.20 udp/10001"]
    assert asked(one, turn="light") == []
    assert asked(one, depth=Depth.QUICK) == []


@pytest.mark.parametrize("vendor", [None, "", "MikroTik", "Not Ubiquiti Inc"])
def test_nothing_else_is(vendor):
    assert asked(device(role=Role.ROUTER, vendor=vendor), depth=Depth.DEEP) == []


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM])
def test_locks_hubs_and_alarms_of_that_make_are_left_alone(role):
    for confidence in Confidence:
        assert asked(device(role=role, vendor="Ubiquiti", confidence=confidence), depth=Depth.DEEP) == []


def test_a_battery_and_a_port_that_was_asked_before_are_left_alone():
    assert asked(device(role=Role.CAMERA, vendor="Ubiquiti", power=Power.BATTERY)) == []
    known = coverage("10001")
    object.__setattr__(known, "transport", Transport.UDP)
    assert asked(device(role=Role.CAMERA, vendor="Ubiquiti", coverage=(known,))) == []


def test_the_second_version_is_read_too():
    said = ubnt.read(
        answer((0x15, b"UCK-v2\0"), (0x16, b"5.9.29"), (0x17, b"\0"), version=2, command=6),
    )
    assert said == ubnt.Said(model="UCK-v2", version="5.9.29")
    assert ubnt._NUMBER.search(said.version)[1] == "5.9.29"


def test_the_full_model_goes_before_the_short_one():
    assert ubnt.read(answer((0x0C, b"U7PG2"), (0x14, b"UAP-AC-Pro-Gen2"))).model == "UAP-AC-Pro-Gen2"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01\0\0",
        b"\x01\0\0\0",
        answer(*EDGE_ROUTER)[:-1],
        answer(*EDGE_ROUTER) + b"\0",
        answer(*EDGE_ROUTER, length=3),
        answer(*EDGE_ROUTER, command=6),
        answer(*EDGE_ROUTER, version=2),
        answer(*EDGE_ROUTER, version=3),
        answer((0x0A, b"\0\0\0\x01")),
        answer((0x0B, b"\0\0"), (0x0C, b"\x1b")),
        b"\x01\0\0\x05\x0b\xff\xffab",
        answer(*[(0x0B, b"x")] * (ubnt.MAX_ELEMENTS + 1)),
    ],
)
def test_anything_else_says_nothing(data):
    assert ubnt.read(data) is None


def test_texts_are_cut_and_cleaned():
    said = ubnt.read(answer((0x0B, b"\x1b[31m" + b"A" * 9000), (0x0C, b"ER\r\nX")))
    assert len(said.name) == MAX_TEXT
    assert (said.name[:5], said.model) == ("[31mA", "ER X")


@given(st.binary(max_size=300))
def test_no_answer_breaks_the_reader(data):
    ubnt.read(data)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=30), st.sampled_from([(1, 0), (2, 9)]))
def test_elements_in_any_order_are_read(elements, head):
    said = ubnt.read(answer((0x0B, b"name"), *elements, version=head[0], command=head[1]))
    assert said.name == "name"
    assert not any(unicodedata.category(character) == "Cc" for character in said.model + said.version)
