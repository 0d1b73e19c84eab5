"""Hue Bridge: what everybody is told, and how it is seen that the rest needs a key."""

import ssl

import pytest

from netguard.net.failures import NoAnswer
from netguard.probe import _http, hue
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, fact, make_ask, said
from tests.unit.probe.fakes.hue import CONFIG
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.fakes.tls import context


def over_tls(newer):
    """A bridge on 443: the configuration, and `newer` as its second API's answer."""

    def behave(peer):
        try:
            with context().wrap_socket(peer, server_side=True) as secure:
                asked = secure.recv(65536)
                secure.sendall(answer(CONFIG) if asked.startswith(b"GET /api/config ") else newer)
        except (ssl.SSLError, OSError):
            return

    return behave


@pytest.mark.parametrize(
    ("newer", "login"),
    [
        (answer(b"", status=b"403 Forbidden"), "button"),
        (answer(b"", status=b"404 Not Found"), "button"),
        (answer(b'{"errors":[],"data":[{"id":"x"}]}'), "none"),
        (b"", "button"),
    ],
)
def test_through_tls_the_newer_interface_is_asked_too(net, listener, newer, login):
    service = listener(behave=over_tls(newer))
    found = said(hue.probe(Target(address=LOOPBACK, port=service.port, secure=True), net))
    assert (found["api.login"], found["api.encrypted"], found["host.serial"]) == (login, True, "001788FFFE2D3081")
    assert service.accepted == 2


def test_without_tls_one_question_is_asked_and_no_name_is_made_up(net, listener):
    service = listener(answer=answer(CONFIG), then_close=True)
    list(hue.probe(Target(address=LOOPBACK, port=service.port), net))
    assert service.accepted == 1
    assert service.received.startswith(b"GET /api/config HTTP/1.1\r\n")


def test_the_announced_port_is_asked():
    facts = [fact("dnssd.type", "_hue._tcp", 8443), fact("tls.version", "TLSv1.3", 8443)]
    found = hue.wants(device(services=[8443, 9000]), make_ask(facts=facts))
    assert [(t.port, t.secure) for t in found] == [(8443, True)]


def test_sloppy_imitations_are_a_reason(net, listener):
    for body in (b"[]", b'[{"error":{"type":1}}]', b'{"name":"x"}'):
        service = listener(answer=answer(body), then_close=True)
        with pytest.raises(NoAnswer, match="something else"):
            list(hue.probe(Target(address=LOOPBACK, port=service.port), net))


def test_data_in_a_refusal_is_no_open_door():
    refused = _http.Answer(status=403, headers={}, body=b'{"data":[]}')
    assert said(hue.read({"bridgeid": "x"}, refused, TARGET))["api.login"] == "button"
