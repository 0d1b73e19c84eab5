"""PCP: who is asked, what ANNOUNCE looks like, and what is made of an answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.gateway import GatewayAnswer, Pcp
from netguard.model.vocabulary import PortState, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import pcp
from tests.builders import device, service
from tests.unit.probe import moods
from tests.unit.probe.conftest import TEXT, make_ask
from tests.unit.probe.fakes.natpmp import answer as nat_pmp_answer
from tests.unit.probe.fakes.pcp import answer, serving

ASKED = Coverage(address=address.ip("192.0.2.20"), transport=Transport.UDP, ports="5351", engine="builtin")
OWN = tuple(map(address.ip, ("192.0.2.10", "198.51.100.10", "fe80::10", "fd00:1::10", "fd00:2::10")))


def wanted(made, **of):
    return [(str(t.address), t.path) for t in pcp.wants(made, replace(make_ask(), own_addresses=OWN, **of))]


def test_it_is_asked_of_routers_and_says_from_where():
    assert wanted(device(role=Role.ROUTER)) == [("192.0.2.20", "192.0.2.10")]
    assert wanted(device(role=Role.CAMERA)) == []
    assert wanted(device(role=Role.UNKNOWN), gateway=True) == [("192.0.2.20", "192.0.2.10")]


def test_a_port_that_is_closed_is_not_asked_again_and_one_that_answered_nat_pmp_is():
    assert wanted(device(role=Role.ROUTER, coverage=(ASKED,))) == []
    opened = service(5351, transport=Transport.UDP)
    assert len(wanted(device(role=Role.ROUTER, coverage=(ASKED,), services=(opened,)))) == 1
    unsure = service(5351, transport=Transport.UDP, state=PortState.OPEN_OR_FILTERED)
    assert wanted(device(role=Role.ROUTER, coverage=(ASKED,), services=(unsure,))) == []


@pytest.mark.parametrize(
    ("at", "own"),
    [
        (("fd00:2::1", "fe80::1"), ("fd00:2::1", "fd00:2::10")),
        (("fe80::1",), ("fe80::1", "fe80::10")),
        (("192.0.2.1", "fd00:2::1"), ("192.0.2.1", "192.0.2.10")),
    ],
)
def test_where_there_is_no_ipv4_it_is_asked_over_ipv6(at, own):
    assert wanted(device(role=Role.ROUTER, addresses=tuple(map(address.ip, at)))) == [own]


def test_where_no_address_of_ours_fits_none_is_named():
    only = replace(make_ask(), own_addresses=())
    assert [t.path for t in pcp.wants(device(role=Role.ROUTER), only)] == [""]


@pytest.mark.parametrize(
    ("own", "written"),
    [
        ("192.0.2.10", "00000000000000000000ffffc000020a"),
        ("fd00:2::10", "fd000002000000000000000000000010"),
    ],
)
def test_the_request_is_an_announce_that_asks_for_nothing(own, written):
    assert pcp.request(address.ip(own)).hex() == "0200000000000000" + written


def test_the_server_gets_the_address_that_it_sees(net):
    seen = moods.look("pcp", moods.Mood(udp=serving), net)
    (said,) = [each for each in seen.learnt if isinstance(each, GatewayAnswer)]
    assert said == GatewayAnswer(said=Pcp(version=2, result=0, epoch_seconds=4711))


@pytest.mark.parametrize(
    ("said", "answer_"),
    [
        (answer(2), Pcp(version=2, result=2, epoch_seconds=4711)),
        (answer(1, version=1), Pcp(version=1, result=1, epoch_seconds=4711)),
        (answer() + bytes(16), Pcp(version=2, result=0, epoch_seconds=4711)),
        (nat_pmp_answer(1, external=b""), Pcp(version=0, result=1, epoch_seconds=4711)),
        (nat_pmp_answer(1), Pcp(version=0, result=1, epoch_seconds=4711)),
    ],
)
def test_answers_are_read(said, answer_):
    assert pcp.read(said) == answer_


@pytest.mark.parametrize(
    "said",
    [
        b"",
        pcp.request(OWN[0]),  # our own words
        answer()[:20],
        answer() + b"x",  # no multiple of four
        answer() + bytes(1100),
        b"\x02\x81" + answer()[2:],  # an answer to MAP
        nat_pmp_answer(),  # NAT-PMP has no success for this version
        nat_pmp_answer(1)[:7],
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer, match="not PCP"):
        pcp.read(said)


def test_a_server_of_nat_pmp_only_is_not_called_pcp(net):
    seen = moods.look("pcp", moods.Mood(udp=lambda _: [nat_pmp_answer(1, external=b"")]), net)
    assert seen.facts == {"pcp.result": 1}
    assert {each.name for each in seen.learnt if isinstance(each, Service)} == {None}


@given(st.one_of(TEXT, TEXT.map(lambda junk: b"\x02\x80" + junk), TEXT.map(lambda junk: b"\0\x80" + junk)))
def test_no_server_breaks_the_reader(said):
    try:
        answer_ = pcp.read(said)
    except NoAnswer:
        return
    assert 0 <= answer_.result <= 255
    assert 0 <= answer_.version <= 255
