"""Homematic CCU: its interface processes and the port for scripts, to which none is sent."""

import pytest

from netguard.net.failures import NoAnswer
from netguard.probe import _http, homematic
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, make_ask, said
from tests.unit.probe.fakes.homematic import LOGIN, METHODS
from tests.unit.probe.fakes.nuki import answer


def read(status, body=b""):
    return said(homematic.read(_http.Answer(status=status, headers={}, body=body), TARGET))


def test_each_interface_process_is_asked_the_encrypted_ones_through_tls():
    ccu = device(services=[80, 2000, 2001, 2010, 8181, 9292, 42001, 42010], profile="homematic-ccu")
    found = [(t.port, t.secure, t.path) for t in homematic.wants(ccu, make_ask())]
    assert found == [
        (2001, False, "/RPC"),
        (2010, False, "/RPC"),
        (8181, False, ""),
        (42001, True, "/RPC"),
        (42010, True, "/RPC"),
    ]


def test_one_harmless_call_is_made(net, listener):
    service = listener(answer=answer(METHODS), then_close=True)
    list(homematic.probe(Target(address=LOOPBACK, port=service.port, path="/RPC"), net))
    head, _, body = service.received.partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Length: %d" % len(body) in head
    assert body == homematic.LIST_METHODS
    assert b"Authorization" not in head


@pytest.mark.parametrize(
    ("page", "login"), [(answer(b"404", status=b"404 Not Found"), None), (answer(b"ok"), None), (LOGIN, "required")]
)
def test_the_port_for_scripts_gets_a_get_and_no_script(net, listener, page, login):
    service = listener(answer=page, then_close=True)
    found = said(homematic.probe(Target(address=LOOPBACK, port=service.port), net))
    assert (found["api.name"], found.get("api.login")) == (homematic.SCRIPTS, login)
    assert service.received.startswith(b"GET / HTTP/1.1\r\n")
    assert service.received.endswith(b"\r\n\r\n")


def test_a_fault_is_an_answer_too():
    fault = b"<?xml version='1.0'?><methodResponse><fault><value/></fault></methodResponse>"
    assert read(200, fault)["api.login"] == "none"
    assert read(403)["api.login"] == "required"
    for status, body in ((200, b"<html>"), (404, METHODS), (500, b"")):
        with pytest.raises(NoAnswer, match="not as a CCU"):
            read(status, body)
