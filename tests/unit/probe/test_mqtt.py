"""MQTT: one CONNECT without a login, never to what may be a lock."""

import re
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Depth, Role
from netguard.net.failures import NoAnswer
from netguard.probe import mqtt
from netguard.probe._contract import SPARED_ROLES, Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask, said
from tests.unit.probe.fakes.mqtt import acknowledges
from tests.unit.probe.moods import certificate, speaks


def targets(what, **asked):
    return [(t.port, t.secure) for t in mqtt.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("role", sorted(set(Role) - SPARED_ROLES))
def test_who_is_no_lock_is_asked_in_the_deep_round(role):
    assert targets(device(role=role, services=(80, 1883))) == [(1883, False)]
    assert targets(device(role=role, services=(80, 1883)), turn="light") == []


@pytest.mark.parametrize("role", sorted(SPARED_ROLES))
def test_locks_hubs_alarms_and_the_unidentified_are_never_asked(role):
    assert targets(device(role=role, services=(1883,)), depth=Depth.DEEP, named=True) == []


def test_what_is_only_possibly_a_computer_may_be_a_lock():
    assert targets(device(role=Role.COMPUTER, confidence=Confidence.POSSIBLE, services=(1883,))) == []


def test_with_tls_where_the_port_showed_that_it_speaks_it():
    both = device(role=Role.NAS, services=(1883, 8883))
    assert targets(both) == [(1883, False)]
    assert targets(both, facts=[fact("tls.version", "TLSv1.3", 8883)]) == [(1883, False), (8883, True)]


def test_announced_and_recorded_ports_are_asked():
    announced = [fact("dnssd.type", "_mqtt._tcp", 11883), fact("tls.version", "TLSv1.2", 36669)]
    television = device(role=Role.TV, profile="hisense-tv", services=(80, 11883, 36669))
    assert targets(television, facts=announced) == [(11883, False), (36669, True)]


def test_nothing_is_asked_twice_nor_on_a_port_that_prints():
    what = device(role=Role.NAS, services=(1883, 9100))
    known = [fact("mqtt.code", 5, 1883), fact("dnssd.type", "_mqtt._tcp", 9100)]
    assert targets(what, facts=known) == []


def test_the_packet_is_the_one_of_mqtt_3_1_1():
    assert mqtt.connect("me") == b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x1e\x00\x02me"


def test_the_name_is_one_that_every_broker_takes_and_nobody_else_has():
    assert re.fullmatch(r"[0-9a-zA-Z]{1,23}", mqtt.client_id())
    assert mqtt.client_id() != mqtt.client_id()


@pytest.mark.parametrize(("code", "goodbye"), [(0, b"\xe0\x00"), (5, b"")])
def test_what_let_us_in_is_left_politely_and_nothing_else_is_sent(net, listener, code, goodbye):
    heard = []

    def broker(peer):
        heard.append(peer.recv(1000))
        peer.sendall(acknowledges(code)(heard[0]))
        while more := peer.recv(1000):
            heard.append(more)
        heard.append(None)

    server = listener(behave=broker)
    list(mqtt.probe(Target(address=LOOPBACK, port=server.port), net))
    assert server.wait_for(lambda: heard[-1:] == [None])
    assert heard[0].startswith(b"\x10\x20\x00\x04MQTT\x04\x02\x00\x1e\x00\x14netguard")
    assert b"".join(heard[1:-1]) == goodbye


@pytest.mark.parametrize(
    ("code", "anonymous"),
    [(0, True), (4, False), (5, False), (0x86, False), (0x87, False), (1, None), (2, None), (3, None), (0x84, None)],
)
def test_only_codes_about_the_login_tell_of_the_login(net, listener, code, anonymous):
    server = listener(behave=speaks(acknowledges(code)))
    learnt = said(mqtt.probe(Target(address=LOOPBACK, port=server.port), net))
    assert learnt["mqtt.code"] == code
    assert learnt.get("mqtt.anonymous") is anonymous


def test_a_broker_of_mqtt_5_only_is_understood():
    assert mqtt.read(b"\x20\x08\x00\x87\x05\x1f\x00\x02no") == mqtt.Answer(code=0x87)


def test_over_tls(net, listener):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(b"".join(certificate()))
        context.load_cert_chain(path)

    def broker(peer):
        with context.wrap_socket(peer, server_side=True) as secure:
            secure.sendall(acknowledges(0)(secure.recv(1000)))
            secure.recv(1000)

    server = listener(behave=broker)
    learnt = said(mqtt.probe(Target(address=LOOPBACK, port=server.port, secure=True), net))
    assert learnt["mqtt.anonymous"] is True


@pytest.mark.parametrize(
    "answer", [b"", b"\x20", b"\x20\x02\x00", b"\x20\x01\x00\x00", b"\x20\x02\x02\x00", b"HTTP/1.1"]
)
def test_what_is_no_acknowledgement_is_refused(answer):
    with pytest.raises(NoAnswer):
        mqtt.read(answer)


@given(st.one_of(TEXT, TEXT.map(lambda junk: b"\x20" + junk)))
def test_no_answer_breaks_the_reader(answer):
    assert mqtt.is_complete(answer) in {True, False}
    with suppress(NoAnswer):
        assert 0 <= mqtt.read(answer).code <= 255
