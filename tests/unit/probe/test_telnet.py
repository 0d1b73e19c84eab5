"""Telnet that waits for its options to be answered: they are refused, and nothing else is ever said."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.vocabulary import Confidence, Role
from netguard.net.failures import NoAnswer
from netguard.probe import _telnet, telnet
from netguard.probe._contract import Target, is_spared
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import TEXT, fact, make_ask, said
from tests.unit.probe.fakes.telnet import THEN, WANTS

SILENT = (fact("telnet.login", "silent", 23),)


def ports(what, facts=SILENT, **asked):
    return [t.port for t in telnet.wants(what, make_ask(facts=facts, **asked))]


@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_who_is_spared_is_asked(role):
    one = device(role=role, services=(23, 80))
    assert ports(one) == ([] if is_spared(one) else [23])
    assert ports(one, turn="light") == []


def test_what_is_only_possibly_something_is_spared_too():
    assert ports(device(role=Role.PLUG, confidence=Confidence.POSSIBLE, services=(23,))) == []


def test_what_showed_a_prompt_or_is_no_telnet_is_not_asked_again():
    plug = device(role=Role.PLUG, services=(23,))
    assert ports(plug, facts=()) == []
    assert ports(plug, facts=(fact("telnet.login", "prompt", 23),)) == []
    assert ports(plug, facts=(*SILENT, fact("telnet.login", "shell", 23))) == []
    assert ports(plug, facts=(fact("telnet.login", "silent", 2323),)) == []


def test_nothing_goes_to_a_port_that_prints():
    assert ports(device(role=Role.PLUG, services=(9100,)), facts=(fact("telnet.login", "silent", 9100),)) == []


def test_each_option_is_refused_once_and_nothing_else_is_sent(net, listener):
    heard = []

    def shell(peer):
        peer.sendall(WANTS)
        while len(b"".join(heard)) < len(WANTS):
            heard.append(peer.recv(4096))
        peer.sendall(THEN + b"# ")
        while data := peer.recv(4096):
            heard.append(data)

    found = said(telnet.probe(Target(address=LOOPBACK, port=listener(behave=shell).port), net))
    assert (found["telnet.login"], found["telnet.banner"]) == ("shell", "#")
    assert b"".join(heard)[: len(WANTS)] == telnet.refuse(_telnet.offers(WANTS))
    assert len(b"".join(heard)) <= 3 * len(_telnet.offers(WANTS + THEN))


def test_the_refusals_are_those_of_rfc_854():
    assert telnet.refuse(_telnet.offers(b"\xff\xfd\x18\xff\xfb\x03")) == b"\xff\xfc\x18\xff\xfe\x03"
    assert telnet.refuse(_telnet.offers(b"\xff\xfc\x18\xff\xfe\x03 \xff\xff text \xff\xfa\x18\xff\xfd\xff\xf0")) == b""
    assert len(_telnet.offers(WANTS + THEN)) == 12
    assert _telnet.offers(WANTS[:-1]) == _telnet.offers(WANTS)[:-1]


def test_who_wants_options_for_ever_is_given_up(net, listener):
    def endless(peer):
        for number in range(200):
            peer.sendall(bytes((255, 253, number % 40)))
            if not peer.recv(4096):
                return

    with pytest.raises(NoAnswer, match="showed nothing"):
        said(telnet.probe(Target(address=LOOPBACK, port=listener(behave=endless).port), net))


@given(st.lists(st.tuples(st.sampled_from(b"\xfb\xfc\xfd\xfe"), st.integers(0, 254)), max_size=60), TEXT)
def test_an_offer_is_answered_whatever_is_said_around_it(commands, text):
    plain = text.replace(b"\xff", b"")
    data = plain + b"".join(bytes((255, verb, option)) for verb, option in commands) + plain
    offered = [(verb, option) for verb, option in commands if verb in {_telnet.WILL, _telnet.DO}]
    assert list(_telnet.offers(data)) == offered
    assert len(telnet.refuse(offered)) == 3 * len(offered)


@given(TEXT)
def test_any_bytes_are_read(data):
    with suppress(NoAnswer):
        shown = _telnet.text(data)
        assert _telnet.asks_for(shown) in {"prompt", "shell", "silent"}
