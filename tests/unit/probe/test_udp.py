"""Who may be asked over UDP, and which ports are said to speak something."""

import pytest

from netguard import registry
from netguard.model.device import Coverage
from netguard.model.vocabulary import Confidence, Depth, Power, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import _said, _udp
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe import moods
from tests.unit.probe.conftest import fact, make_ask

UDP = ("snmp", "dns", "ntp", "coap")
WHOM = {"snmp": Role.PRINTER, "dns": Role.ROUTER, "ntp": Role.NAS, "coap": Role.LIGHT}


def wants(name, what, **asked):
    return [t.port for t in registry.load("netguard.probe", name).wants(what, make_ask(**asked))]


@pytest.mark.parametrize("name", UDP)
class TestEverybodyAskedOverUdp:
    def test_is_asked_in_the_deep_round(self, name):
        assert len(wants(name, device(role=WHOM[name]), depth=Depth.DEEP)) == 1

    def test_is_not_asked_in_the_light_round(self, name):
        assert wants(name, device(role=WHOM[name]), depth=Depth.DEEP, turn="light") == []

    def test_is_not_asked_at_depth_quick(self, name):
        assert wants(name, device(role=WHOM[name]), depth=Depth.QUICK) == []

    def test_is_left_alone_on_a_battery_unless_named(self, name):
        on_battery = device(role=WHOM[name], power=Power.BATTERY)
        assert wants(name, on_battery, depth=Depth.DEEP) == []
        assert len(wants(name, on_battery, depth=Depth.DEEP, named=True)) == 1

    def test_is_not_asked_twice(self, name):
        what = device(role=WHOM[name])
        (port,) = wants(name, what, depth=Depth.DEEP)
        known = Coverage(address=what.addresses[0], transport=Transport.UDP, ports=f"1-{port}", engine="builtin")
        elsewhere = Coverage(address=LOOPBACK, transport=Transport.UDP, ports=f"1-{port}", engine="builtin")
        over_tcp = Coverage(address=what.addresses[0], transport=Transport.TCP, ports=f"1-{port}", engine="builtin")
        assert wants(name, device(role=WHOM[name], coverage=(known,)), depth=Depth.DEEP) == []
        assert wants(name, device(role=WHOM[name], coverage=(elsewhere, over_tcp)), depth=Depth.DEEP) == [port]

    def test_has_an_address(self, name):
        assert wants(name, device(role=WHOM[name], addresses=()), depth=Depth.DEEP) == []

    def test_is_not_a_lock_of_which_nobody_knows_what_feeds_it(self, name):
        assert wants(name, device(role=Role.LOCK), depth=Depth.DEEP) == []

    def test_silence_is_a_reason_and_nothing_else(self, name, net):
        seen = moods.look(name, moods.HOSTILE["silent"], net)
        assert seen.learnt == ()
        assert "said nothing" in seen.reason

    @pytest.mark.parametrize("mood", ["garbage", "echo", "drip", "TLS with nonsense"])
    def test_an_answer_that_is_something_else_is_an_open_port_without_a_name(self, name, net, mood):
        seen = moods.look(name, moods.HOSTILE[mood], net)
        assert [type(each).__name__ for each in seen.learnt] == ["Coverage", "Service"]
        assert seen.learnt[1].name is None
        assert "is not" in seen.reason

    def test_gets_one_packet(self, name, net):
        server = moods.Udp(lambda _: [])
        try:
            target = Target(address=LOOPBACK, transport=Transport.UDP, port=server.port)
            with pytest.raises(NoAnswer):
                list(registry.load("netguard.probe", name).probe(target, net))
            assert len(server.received) == 1
            assert len(server.received[0]) < 64
        finally:
            server.close()


def test_a_lock_on_mains_or_named_may_be_asked():
    assert _udp.is_due(device(role=Role.LOCK, power=Power.MAINS), make_ask())
    assert _udp.is_due(device(role=Role.LOCK), make_ask(named=True))


TYPES = frozenset({"_rtsp._tcp"})


def test_ports_are_said_by_announcements():
    ask = make_ask(facts=[fact("dnssd.type", "_rtsp._tcp", 7070), fact("dnssd.type", "_http._tcp", 80)])
    assert _said.ports(device(), ask, types=TYPES, word="RTSP") == {7070}


def test_ports_are_said_by_records_in_whole_words():
    camera = device(role=Role.CAMERA, profile="foscam", confidence=Confidence.CONFIRMED)
    assert _said.ports(camera, make_ask(), types=TYPES, word="RTSP") == {88}
    assert _said.ports(camera, make_ask(), types=TYPES, word="RTS") == frozenset()


def test_an_announcement_without_a_port_says_nothing():
    ask = make_ask(facts=[fact("dnssd.type", "_rtsp._tcp", None)])
    assert _said.ports(device(profile="no-such-record"), ask, types=TYPES, word="RTSP") == frozenset()
