"""ADB: one greeting, and what it is answered with."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Role
from netguard.net.failures import NoAnswer
from netguard.probe import adb
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask
from tests.unit.probe.fakes.adb import BANNER, packet


def ports(what, **asked):
    return [t.port for t in adb.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("role", sorted(Role))
def test_whoever_has_5555_is_asked_in_the_deep_round(role):
    assert ports(device(role=role, services=(80, 5037, 5555))) == [5555]
    assert ports(device(role=role, services=(5555,)), turn="light") == []


def test_wireless_debugging_is_asked_where_it_is_announced():
    announced = [fact("dnssd.type", "_adb-tls-connect._tcp", 37419), fact("dnssd.type", "_adb-tls-pairing._tcp", 40001)]
    assert ports(device(services=(37419, 40001)), facts=announced) == [37419]


def test_what_is_known_to_be_something_else_is_not_asked():
    for kind in ("tls.version", "http.status", "ssh.banner", "telnet.banner", "adb.authentication"):
        assert ports(device(services=(5555,)), facts=[fact(kind, "x", 5555)]) == []


def test_nothing_goes_to_a_port_that_prints():
    assert ports(device(services=(9100,)), facts=[fact("dnssd.type", "_adb._tcp", 9100)]) == []


def test_one_greeting_and_not_a_byte_more(net, listener):
    heard = []

    def behave(peer):
        heard.append(peer.recv(1000))
        peer.sendall(packet(b"CNXN", 0x01000000, 4096, BANNER))
        heard.append(peer.recv(1000))

    server = listener(behave=behave)
    list(adb.probe(Target(address=LOOPBACK, port=server.port), net))
    assert server.wait_for(lambda: len(heard) == 2)
    assert heard == [packet(b"CNXN", 0x01000000, 4096, b"host::\0"), b""]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (packet(b"CNXN", 0x01000000, 4096, b"device::\0"), ("none", "device::")),
        (packet(b"CNXN", 0x01000001, 4096, b""), ("none", "")),
        (packet(b"CNXN", 0x01000001, 4096, b"\xff\xfe"), ("none", "\ufffd\ufffd")),
        (packet(b"AUTH", 1, 0, b"t" * 20), ("key", None)),
        (packet(b"STLS", 0x01000000, 0), ("tls", None)),
    ],
)
def test_every_answer_is_understood(said, answer):
    assert adb.read(said) == adb.Answer(authentication=answer[0], banner=answer[1])


@pytest.mark.parametrize(
    "said",
    [
        b"",
        packet(b"CNXN", 0x01000000, 4096, b"host::\0"),  # our own words
        packet(b"OKAY", 1, 1),
        packet(b"CNXN", 0, 0)[:-1] + b"\0",  # the magic number is wrong
        packet(b"CNXN", 0, 0, b"device::" + b"x" * 5000),  # longer than a greeting may be
        packet(b"CNXN", 0, 0)[:23],
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer):
        adb.read(said)


def test_a_message_of_four_gigabytes_is_not_waited_for():
    huge = bytearray(packet(b"CNXN", 0, 0))
    huge[12:16] = b"\xff\xff\xff\xff"
    assert adb.is_complete(bytes(huge))
    assert not adb.is_complete(packet(b"CNXN", 0, 0, BANNER)[:-1])


@given(
    st.one_of(
        TEXT, st.tuples(st.sampled_from([b"CNXN", b"AUTH", b"STLS"]), TEXT).map(lambda p: packet(p[0], 1, 1, p[1]))
    )
)
def test_no_answer_breaks_the_reader(said):
    assert adb.is_complete(said) in {True, False}
    with suppress(NoAnswer):
        assert adb.read(said).authentication in {"key", "tls", "none"}
