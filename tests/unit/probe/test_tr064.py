"""TR-064: who is asked, the one question, and which answers are taken for it."""

import pytest
from hypothesis import given

from netguard.model.vocabulary import Depth, Role
from netguard.net.failures import NoAnswer
from netguard.probe import tr064
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask
from tests.unit.probe.fakes.tr064 import DESCRIPTION, said


def asked(one, **given):
    return [(str(target), target.secure) for target in tr064.wants(one, make_ask(**given))]


@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT, Role.SWITCH])
def test_what_makes_the_network_is_asked_where_its_ports_are_open(role):
    box = device(role=role, services=[80, 49000, 49443])
    tls = fact("tls.version", "TLSv1.3", port=49443)
    assert asked(box, facts=[tls]) == [("192.0.2.20 tcp/49000", False), ("192.0.2.20 tcp/49443", True)]
    assert asked(box, turn="light") == []
    assert asked(box, depth=Depth.QUICK) == []
    assert asked(box, facts=[fact("tr064.answer", value=True, port=p) for p in tr064.PORTS]) == []


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.CAMERA, Role.UNKNOWN])
def test_nothing_else_is(role):
    assert asked(device(role=role, services=[49000])) == []


def learnt(net, listener, answer):
    box = listener(answer=answer)
    facts = list(tr064.probe(Target(address=LOOPBACK, port=box.port), net))
    assert box.received.startswith(b"GET /tr64desc.xml HTTP/1.1\r\n")
    assert b"uthorization" not in box.received
    assert box.accepted == 1
    return [(f.kind, f.value) for f in facts]


UPNP = DESCRIPTION.replace(b"dslforum-org", b"schemas-upnp-org")


@pytest.mark.parametrize(
    ("answer", "is_there"),
    [
        (said(200, DESCRIPTION), True),
        (said(200, UPNP), False),
        (said(200, b"<html>FRITZ!Box</html>"), False),
        (said(200, DESCRIPTION[:200]), False),
        (said(200, b""), False),
        (said(200, b'<!DOCTYPE a [<!ENTITY b "c">]>' + DESCRIPTION), False),
        (said(401, b""), False),
        (said(404, DESCRIPTION), False),
    ],
)
def test_only_its_own_description_counts(net, listener, answer, is_there):
    assert learnt(net, listener, answer) == [("tr064.answer", is_there)]


def test_what_is_neither_yes_nor_no_is_no_answer(net, listener):
    with pytest.raises(NoAnswer, match="503"):
        learnt(net, listener, said(503, b""))


@given(TEXT)
def test_no_answer_breaks_the_reader(body):
    assert tr064.is_tr064(body) is False
