"""Hubitat: its login is off, or on, and nothing is followed."""

import pytest

from netguard.net.failures import NoAnswer
from netguard.probe import _http, hubitat
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TARGET, make_ask, said
from tests.unit.probe.fakes.hubitat import HUB
from tests.unit.probe.fakes.nuki import answer


def read(status, body=b"", location=""):
    return said(hubitat.read(_http.Answer(status=status, headers={"location": location}, body=body), TARGET))


@pytest.mark.parametrize("location", ["/login", "http://192.0.2.9/login?loginRedirect=%2Fhub2", "/login/"])
def test_the_way_to_the_login_is_a_login(location):
    assert read(302, location=location)["api.login"] == "required"


@pytest.mark.parametrize("location", ["", "/", "/loginless", "https://192.0.2.9/hub2/hubData", "http://[::1/login"])
def test_another_way_says_nothing(location):
    with pytest.raises(NoAnswer, match="302"):
        read(302, location=location)


def test_the_way_is_not_followed_and_one_request_is_sent(net, listener):
    elsewhere = listener(answer=answer(HUB))
    where = b"Location: http://127.0.0.1:%d/login\r\n" % elsewhere.port
    service = listener(answer=answer(b"", status=b"302 Found", more=where), then_close=True)
    found = said(hubitat.probe(Target(address=LOOPBACK, port=service.port), net))
    assert found["api.login"] == "required"
    assert (service.accepted, elsewhere.accepted) == (1, 0)


def test_a_page_in_place_of_the_data_is_a_reason():
    with pytest.raises(NoAnswer, match="no JSON"):
        read(200, b"<!DOCTYPE html><title>Hubitat</title>")
    with pytest.raises(NoAnswer, match="something else"):
        read(200, b'{"version":"2.5"}')
    assert read(401)["api.login"] == "required"


def test_its_web_ports_and_no_others_are_asked():
    hub = device(services=[80, 443, 8080, 8081, 39501], profile="hubitat")
    assert [t.port for t in hubitat.wants(hub, make_ask())] == [80, 443, 8080]
