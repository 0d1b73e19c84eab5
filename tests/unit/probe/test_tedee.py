"""tedee Bridge: one question without a token, and what its answers mean."""

import pytest

from netguard.net.failures import NoAnswer
from netguard.probe import _http, tedee
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, fact, make_ask, said
from tests.unit.probe.fakes.nuki import UNAUTHORIZED


def read(status, body=b""):
    return said(tedee.read(_http.Answer(status=status, headers={}, body=body), TARGET))


def test_one_request_is_sent_with_no_token_in_it(net, listener):
    service = listener(answer=UNAUTHORIZED, then_close=True)
    list(tedee.probe(Target(address=LOOPBACK, port=service.port), net))
    assert service.accepted == 1
    assert service.received.startswith(b"GET /v1.0/bridge HTTP/1.1\r\n")
    assert b"token" not in service.received.lower()


def test_it_is_known_by_its_server_header_too():
    facts = [fact("http.server", "Tedee", 8081)]
    assert [t.port for t in tedee.wants(device(services=[80, 8081]), make_ask(facts=facts))] == [8081]


@pytest.mark.parametrize(
    ("versions", "seen"),
    [
        (b'[{"softwareType":0,"version":"2.2"}]', "2.2"),
        (b'[{"softwareType":1,"version":"4.13"}]', None),
        (b'[7,null,{"softwareType":0}]', None),
        (b'"2.2"', None),
    ],
)
def test_the_version_is_the_bridges_own(versions, seen):
    found = read(200, b'{"serialNumber":"1-2","softwareVersions":' + versions + b"}")
    assert (found["api.login"], found.get("firmware.version")) == ("none", seen)


def test_other_answers_are_reasons():
    for status, body, why in ((404, b"", "404"), (200, b'{"name":"x"}', "something else"), (200, b"<html>", "no JSON")):
        with pytest.raises(NoAnswer, match=why):
            read(status, body)
