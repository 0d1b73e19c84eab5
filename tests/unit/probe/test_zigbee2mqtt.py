"""Zigbee2MQTT: listening at its WebSocket without its token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.net.failures import NoAnswer
from netguard.probe import zigbee2mqtt
from netguard.probe._contract import Target
from netguard.probe._websocket import Talk
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, TEXT, fact, make_ask, said
from tests.unit.probe.fakes.zigbee2mqtt import TOLD, frame, websocket


def read(**given):
    return said(zigbee2mqtt.read(Talk(**({"status": 101} | given)), TARGET))


def look(net, service):
    return said(zigbee2mqtt.probe(Target(address=LOOPBACK, port=service.port), net))


def test_its_title_on_any_port_makes_it_worth_asking():
    facts = [fact("http.title", "Zigbee2MQTT", 80), fact("http.title", "Zigbee2MQTT WindFront", 8099)]
    assert [t.port for t in zigbee2mqtt.wants(device(services=[80, 8080, 8099]), make_ask(facts=facts))] == [80, 8099]


@pytest.mark.parametrize("given", [{"closed": 4401}, {"status": 401}, {"status": 403}])
def test_a_missing_token_is_a_login(given):
    assert read(**given)["api.login"] == "required"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"status": 404}, "404"),
        ({"status": 200}, "200"),
        ({"closed": 1001}, "1001"),
        ({}, "told nothing"),
        ({"messages": (b'{"topic":"lamp"}', b"\xff")}, "told nothing"),
    ],
)
def test_anything_else_is_a_reason(given, why):
    with pytest.raises(NoAnswer, match=why):
        read(**given)


def test_one_topic_is_enough_to_know_and_its_version_is_told_when_it_comes(net, listener):
    found = look(net, listener(behave=websocket(frame(TOLD[0]), frame(b"", 8))))
    assert (found["api.login"], found.get("firmware.version")) == ("none", None)
    found = look(net, listener(behave=websocket(*map(frame, reversed(TOLD)))))
    assert found["firmware.version"] == "2.1.3"


def test_spaces_in_its_json_make_no_difference():
    assert read(messages=(b'{"topic": "bridge/state", "payload": {}}',))["api.login"] == "none"


def test_a_house_full_of_devices_is_cut_short(net, listener):
    much = [frame(TOLD[0])] + [frame(b'{"payload":"%s","topic":"lamp"}' % (b"x" * 60_000))] * 10
    found = look(net, listener(behave=websocket(*much)))
    assert (found["api.login"], found.get("firmware.version")) == ("none", None)


@given(st.lists(TEXT, max_size=5), st.sampled_from([b"", b'{"topic":"bridge/info"', TOLD[1], TOLD[1][:-1]]))
def test_no_message_breaks_the_reader(messages, more):
    try:
        found = read(messages=(*messages, more))
    except NoAnswer:
        return
    assert found["api.login"] == "none"
