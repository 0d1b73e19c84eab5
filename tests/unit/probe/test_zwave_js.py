"""Z-Wave JS: the server's greeting, and what the web interface says of its login."""

import pytest
from hypothesis import given

from netguard.model.vocabulary import Role
from netguard.net.failures import NoAnswer
from netguard.probe import _http, zwave_js
from netguard.probe._contract import Target
from netguard.probe._websocket import Talk
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, TEXT, fact, make_ask, said
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.fakes.zwave_js import GREETING
from tests.unit.probe.moods import speaks


def wanted(*services, role=Role.SMART_HOME_HUB, **given):
    profile = given.pop("profile", None)
    found = zwave_js.wants(device(20, role, services=services, profile=profile), make_ask(**given))
    return [(t.port, t.path) for t in found]


def test_the_server_is_asked_where_it_is_announced_and_at_its_port_on_hubs():
    facts = [fact("dnssd.type", "_zwave-js-server._tcp", 3001)]
    assert wanted(3000, 3001, role=Role.COMPUTER, facts=facts) == [(3001, "/")]
    assert wanted(3000, 8091, profile="home-assistant") == [(3000, "")]
    assert wanted(3000, 8091, role=Role.COMPUTER, profile="zwave-js") == [(3000, "/"), (8091, "/api/auth-enabled")]


def test_the_web_interface_is_known_by_its_title():
    facts = [fact("http.title", "Z-Wave JS UI", 3000), fact("http.title", "ZWave To MQTT", 80)]
    assert wanted(80, 3000, facts=facts) == [(80, "/api/auth-enabled"), (3000, "/api/auth-enabled")]


@pytest.mark.parametrize("enabled", [True, False])
def test_the_web_interface_says_whether_it_has_a_login(net, listener, enabled):
    def answers(asked):
        if asked.startswith(b"GET /api/auth-enabled HTTP"):
            return answer(b'{"success":true,"data":%s}' % (b"true" if enabled else b"false"))
        return answer(b'{"appVersion":"9.30.1","zwavejs":"14.3.7"}') if asked.startswith(b"GET /version") else None

    service = listener(behave=speaks(answers))
    here = Target(address=LOOPBACK, port=service.port, path="/api/auth-enabled")
    found = said(zwave_js.probe(here, net))
    assert found["api.name"] == zwave_js.INTERFACE
    assert found["api.login"] == ("required" if enabled else "none")
    assert found["firmware.version"] == "9.30.1"
    assert service.accepted == 2


def test_a_version_that_cannot_be_read_costs_the_version_only(net, listener):
    def answers(asked):
        return answer(b'{"success":true,"data":false}') if b"auth-enabled" in asked else b"HTTP/1.1 banana\r\n\r\n"

    service = listener(behave=speaks(answers))
    here = Target(address=LOOPBACK, port=service.port, path="/api/auth-enabled")
    found = said(zwave_js.probe(here, net))
    assert (found["api.login"], found.get("firmware.version")) == ("none", None)


@pytest.mark.parametrize("body", [b"{}", b'{"data":"yes"}', b"[]", b"<html>", b'{"data":1}'])
def test_an_interface_that_does_not_say_is_a_reason(body):
    with pytest.raises(NoAnswer):
        zwave_js.read_interface(_http.Answer(status=200, headers={}, body=body))
    with pytest.raises(NoAnswer):
        zwave_js.read_interface(_http.Answer(status=404, headers={}, body=b'{"data":true}'))


def test_only_its_own_greeting_counts():
    assert said(zwave_js.read_server(Talk(status=101, messages=(GREETING,)), TARGET))["api.login"] == "none"
    others = ({"status": 200}, {"messages": ()}, {"messages": (b'{"type":"result"}',)}, {"messages": (b"{}", GREETING)})
    for other in others:
        with pytest.raises(NoAnswer):
            list(zwave_js.read_server(Talk(**({"status": 101} | other)), TARGET))


def test_something_else_is_a_reason_only_where_the_server_is_expected(net, listener):
    for answer_ in (answer(b"Grafana"), b"SSH-2.0-x\r\n", b"HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n"):
        service = listener(answer=answer_, then_close=True)
        assert said(zwave_js.probe(Target(address=LOOPBACK, port=service.port), net)) == {}
        with pytest.raises(NoAnswer):
            list(zwave_js.probe(Target(address=LOOPBACK, port=service.port, path="/"), net))


@given(TEXT)
def test_no_greeting_breaks_the_reader(message):
    with pytest.raises(NoAnswer):
        list(zwave_js.read_server(Talk(status=101, messages=(message,)), TARGET))
