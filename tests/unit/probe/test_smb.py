"""SMB: the greeting of version 1, and the one of versions 2 and 3."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Role
from netguard.net.failures import NoAnswer
from netguard.probe import smb
from netguard.probe._contract import Target
from netguard.probe.smb import How
from tests.builders import device, service
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask, said
from tests.unit.probe.fakes.smb import answer_1, answer_2, framed, server
from tests.unit.probe.moods import silent


def ports(what, **asked):
    return [t.port for t in smb.wants(what, make_ask(**asked))]


@pytest.mark.parametrize("role", sorted(Role))
def test_whoever_has_445_is_asked_in_the_deep_round(role):
    assert ports(device(role=role, services=(139, 445, 80))) == [445]
    assert ports(device(role=role, services=(445,)), turn="light") == []


def test_139_is_asked_where_445_is_closed():
    assert ports(device(services=(139,))) == [139]
    two = device(services=(service(139, at="192.0.2.20"), service(445, at="192.0.2.21"), service(139, at="192.0.2.21")))
    assert ports(two) == [139, 445]


def test_nothing_is_asked_twice():
    assert ports(device(services=(445,)), facts=[fact("smb.dialect", "3.1.1", 445)]) == []


@pytest.mark.parametrize(
    ("first", "second", "learns"),
    [
        (answer_1(), answer_2(0x0202), {"smb.v1": True, "smb.dialect": "2.0.2"}),
        (answer_1(), None, {"smb.v1": True, "smb.dialect": "NT LM 0.12"}),
        (answer_1(), answer_2(0, status=0xC00000BB), {"smb.v1": True, "smb.dialect": "NT LM 0.12"}),
        (answer_1(index=0xFFFF, words=1), answer_2(0x0302), {"smb.v1": False, "smb.dialect": "3.0.2"}),
        (answer_1(words=0, status=0xC0000022), answer_2(0x0210), {"smb.v1": False, "smb.dialect": "2.1"}),
        (answer_2(), answer_2(), {"smb.v1": False, "smb.dialect": "3.1.1"}),
        (None, answer_2(0, status=0xC000000D), {"smb.v1": False}),
        (answer_1(index=0xFFFF, words=1), None, {"smb.v1": False}),
    ],
)
def test_every_pair_of_answers_says_what_it_says(net, listener, first, second, learns):
    fake = listener(behave=server(first, second))
    learnt = said(smb.probe(Target(address=LOOPBACK, port=fake.port), net))
    assert learnt.pop("service") == ("smb", None, None)
    assert learnt == learns
    assert fake.accepted == 2
    assert fake.most_at_once == 1


def test_what_ends_every_connection_is_no_smb(net, listener):
    fake = listener(behave=server(None, None))
    with pytest.raises(NoAnswer, match="spoke no SMB"):
        list(smb.probe(Target(address=LOOPBACK, port=fake.port), net))


def test_silence_to_version_1_refuses_nothing(net, listener):
    """A filter that swallows the first greeting leaves open whether the server would take it."""

    def behave(peer):
        if peer.recv(1000)[4:8] == b"\xfeSMB":
            peer.sendall(answer_2())
        silent(peer)

    fake = listener(behave=behave)
    learnt = []
    with pytest.raises(NoAnswer, match="greeting of SMB 1"):
        learnt.extend(smb.probe(Target(address=LOOPBACK, port=fake.port), net))
    assert said(learnt) == {"service": ("smb", None, None), "smb.dialect": "3.1.1"}


def test_within_a_netbios_session(net, listener, monkeypatch):
    heard = []

    def behave(peer):
        heard.append(peer.recv(1000))
        peer.sendall(b"\x82\0\0\0")
        assert peer.recv(1000)[4:8] in {b"\xffSMB", b"\xfeSMB"}
        peer.sendall(answer_2(0x0300))

    fake = listener(behave=behave)
    monkeypatch.setattr(smb, "NETBIOS_PORT", fake.port)
    learnt = said(smb.probe(Target(address=LOOPBACK, port=fake.port), net))
    assert learnt["smb.dialect"] == "3.0"
    # *SMBSERVER with suffix 20 and NETGUARD with suffix 00, in letters (RFC 1001, 14.1).
    assert heard[0][:4] == b"\x81\0\0\x44"
    assert heard[0][4:38] == b"\x20CKFDENECFDEFFCFGEFFCCACACACACACA\0"
    assert heard[0][38:] == b"\x20EOEFFEEHFFEBFCEECACACACACACACAAA\0"


@pytest.mark.parametrize("answer", [b"", b"\x83\0\0\x01\x82", b"\x84\0\0\x06aaaaaa", b"x"])
def test_without_a_netbios_session_there_is_nothing_to_greet(answer):
    with pytest.raises(NoAnswer, match="NetBIOS"):
        smb.check_session(answer)


def test_the_first_greeting_offers_version_1_alone():
    message = smb.negotiate_1()
    assert message[:5] == b"\xffSMB\x72"
    assert not message[9] & 0x80
    assert message[32:] == b"\0\x0c\0\x02NT LM 0.12\0"


def test_the_second_greeting_offers_the_others_and_a_hash():
    message = smb.negotiate_2()
    assert message[:6] == b"\xfeSMB\x40\0"
    body = message[64:]
    assert body[:4] == b"\x24\0\x05\0"
    assert body[36:46] == b"\x02\x02\x10\x02\x00\x03\x02\x03\x11\x03"
    start = int.from_bytes(body[28:32], "little")
    assert start % 8 == 0
    assert message[start:][:14] == b"\x01\0\x26\0\0\0\0\0" + b"\x01\0\x20\0\x01\0"
    assert len(message) == start + 8 + 38


@pytest.mark.parametrize("message", [smb.negotiate_1(), smb.negotiate_2()])
def test_our_own_words_are_no_answer(message):
    with pytest.raises(NoAnswer, match="not SMB"):
        smb.read(framed(message))


@pytest.mark.parametrize("revision", [0x02FF, 0x0000, 0xFFFF])
def test_a_dialect_that_nobody_offered_is_none(revision):
    assert smb.read(answer_2(revision)) == smb.Answer(how=How.REFUSED)


def test_a_message_of_sixteen_megabytes_is_not_waited_for():
    assert smb.is_complete(b"\0\xff\xff\xff")
    assert not smb.is_complete(b"\0\0\0\x10short")


@given(
    st.one_of(
        TEXT,
        TEXT.map(lambda junk: b"\0\0\0\x50\xffSMB\x72" + junk),
        TEXT.map(lambda junk: b"\0\0\0\x50\xfeSMB" + junk),
    )
)
def test_no_answer_breaks_the_reader(answer):
    assert smb.is_complete(answer) in {True, False}
    with suppress(NoAnswer):
        assert smb.read(answer).how in {How.ACCEPTED, How.REFUSED}
