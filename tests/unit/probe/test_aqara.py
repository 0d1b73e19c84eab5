"""Aqara and Xiaomi gateways: one datagram on their older protocol."""

import pytest
from hypothesis import given

from netguard.model.device import Coverage
from netguard.model.observation import Fact
from netguard.model.vocabulary import Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import aqara
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe import moods
from tests.unit.probe.conftest import TEXT, make_ask
from tests.unit.probe.fakes.aqara import LISTED

HERE = Target(address=LOOPBACK, transport=Transport.UDP, port=9898)


@pytest.mark.parametrize("profile", ["aqara-hub", "xiaomi-gateway"])
def test_a_gateway_of_theirs_is_asked_by_itself(profile):
    (target,) = aqara.wants(device(20, Role.SMART_HOME_HUB, profile=profile), make_ask())
    assert (str(target.address), target.transport, target.port) == ("192.0.2.20", Transport.UDP, 9898)
    assert not list(aqara.wants(device(20, profile=profile, addresses=()), make_ask()))


@pytest.mark.parametrize("profile", ["aqara-camera", "xiaomi-router", None])
def test_their_other_things_are_not(profile):
    assert not list(aqara.wants(device(20, Role.SMART_HOME_HUB, profile=profile), make_ask()))


def test_one_datagram_is_sent_and_neither_list_nor_token_is_kept(net):
    gateway = moods.Udp(lambda _: [LISTED])
    try:
        found = list(aqara.probe(Target(address=LOOPBACK, transport=Transport.UDP, port=gateway.port), net))
    finally:
        gateway.close()
    assert gateway.received == [b'{"cmd":"get_id_list"}']
    assert isinstance(found[0], Coverage)
    assert {f.kind for f in found if isinstance(f, Fact)} == {"api.name", "api.encrypted", "host.serial"}
    assert "dcw5vsmC3GK5KEoH" not in repr(found)
    assert "158d00017118ac" not in repr(found)


@given(TEXT)
def test_no_answer_breaks_the_reader(answer):
    with pytest.raises(NoAnswer):
        list(aqara.read(answer, HERE))
