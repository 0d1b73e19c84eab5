"""Nuki Bridge: one question without a token, and what its answers mean."""

import pytest

from netguard.net.failures import NoAnswer
from netguard.probe import _http, nuki
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, fact, make_ask, said
from tests.unit.probe.fakes.nuki import INFO, UNAUTHORIZED


def read(status, body=b""):
    return said(nuki.read(_http.Answer(status=status, headers={}, body=body), TARGET))


def test_one_request_is_sent_with_no_token_in_it(net, listener):
    service = listener(answer=UNAUTHORIZED, then_close=True)
    list(nuki.probe(Target(address=LOOPBACK, port=service.port, path="/info"), net))
    assert service.accepted == 1
    assert service.received.startswith(b"GET /info HTTP/1.1\r\n")
    for word in (b"token", b"auth", b"?"):
        assert word not in service.received.lower()


@pytest.mark.parametrize("status", [401, 400, 403])
def test_whoever_has_no_token_is_turned_away(status):
    assert read(status) == {
        "api.name": nuki.NAME,
        "api.login": "required",
        "api.encrypted": False,
        "service": ("http", None, None),
    }


def test_the_software_bridge_says_who_it_is_in_other_words():
    software = b'{"bridgeType":2,"ids":{"serverId":7},"versions":{"appVersion":"1.3.8"}}'
    found = read(200, software)
    assert (found["api.login"], found["firmware.version"], found["host.serial"]) == ("none", "1.3.8", "7")


def test_a_busy_bridge_and_somebody_elses_json_are_reasons():
    with pytest.raises(NoAnswer, match="503"):
        read(503)
    with pytest.raises(NoAnswer, match="something else"):
        read(200, b'{"success":true}')
    assert read(200, INFO)["api.login"] == "none"


def test_a_moved_port_is_asked_once_it_is_known_to_speak_http():
    bridge = device(services=[8080, 9191, 9192], profile="nuki-bridge")
    facts = [fact("http.status", 400, 9191)]
    assert [t.port for t in nuki.wants(bridge, make_ask(facts=facts))] == [8080, 9191]
