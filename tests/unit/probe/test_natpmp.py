"""NAT-PMP: who is asked, and what is made of an answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.gateway import GatewayAnswer, NatPmp
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth, Power, Role, Transport
from netguard.net.failures import NoAnswer
from netguard.probe import natpmp
from tests.builders import device
from tests.unit.probe import moods
from tests.unit.probe.conftest import TEXT, fact, make_ask
from tests.unit.probe.fakes.natpmp import answer, says

EXTERNAL = address.ip("203.0.113.9")


def wanted(made, ask=None, **of):
    return [str(t) for t in natpmp.wants(made, replace(ask or make_ask(), **of))]


@pytest.mark.parametrize("role", sorted(Role))
def test_what_makes_up_the_network_is_asked_and_what_leads_to_the_internet(role):
    mains = device(role=role, power=Power.MAINS)
    asked = ["192.0.2.20 udp/5351"]
    assert wanted(mains) == (asked if role in {Role.ROUTER, Role.ACCESS_POINT} else [])
    assert wanted(mains, gateway=True) == asked


@pytest.mark.parametrize(
    "said",
    [
        fact("ssdp.type", "urn:schemas-upnp-org:device:InternetGatewayDevice:1"),
        fact("upnp.device-type", "urn:schemas-upnp-org:device:InternetGatewayDevice:2"),
        fact("upnp.service", "urn:schemas-upnp-org:service:WANPPPConnection:1"),
        fact("ssdp.type", "urn:schemas-upnp-org:service:WANIPConnection:2"),
    ],
)
def test_whatever_says_that_it_opens_ports_is_asked(said):
    assert wanted(device(role=Role.NAS), make_ask(facts=[said])) == ["192.0.2.20 udp/5351"]


def test_other_words_of_upnp_are_no_reason_to_ask():
    said = [fact("ssdp.type", "urn:schemas-upnp-org:device:MediaServer:1"), fact("ssdp.location", "WANIPConnection:1")]
    assert wanted(device(role=Role.NAS), make_ask(facts=said)) == []


@pytest.mark.parametrize(
    ("turn", "depth", "is_asked"),
    [
        ("light", Depth.DEEP, False),
        ("deep", Depth.QUICK, False),
        ("deep", Depth.STANDARD, True),
        ("deep", Depth.DEEP, True),
    ],
)
def test_it_is_asked_in_the_deep_round_from_depth_standard_on(turn, depth, is_asked):
    assert bool(wanted(device(role=Role.ROUTER), make_ask(turn, depth))) is is_asked


def test_what_runs_on_a_battery_is_spared():
    assert wanted(device(role=Role.ACCESS_POINT, power=Power.BATTERY)) == []


@pytest.mark.parametrize(
    ("addresses", "asked"),
    [
        (("169.254.1.1", "192.0.2.1", "fd00::1"), ["192.0.2.1"]),
        (("192.0.2.1", "192.0.2.2", "192.0.2.3"), ["192.0.2.1", "192.0.2.2"]),
        (("fd00::1", "fe80::1"), []),
        ((), []),
    ],
)
def test_it_is_asked_at_its_usual_ipv4_addresses(addresses, asked):
    router = device(role=Role.ROUTER, addresses=tuple(map(address.ip, addresses)))
    assert wanted(router) == [f"{a} udp/5351" for a in asked]


def test_it_is_asked_once():
    known = Coverage(address=address.ip("192.0.2.20"), transport=Transport.UDP, ports="5351", engine="builtin")
    assert wanted(device(role=Role.ROUTER, coverage=(known,))) == []


def test_the_address_is_learnt(net):
    seen = moods.look("natpmp", says(answer()), net)
    (said,) = [each for each in seen.learnt if isinstance(each, GatewayAnswer)]
    assert said == GatewayAnswer(
        said=NatPmp(result=0, epoch_seconds=4711, external_address=EXTERNAL), external_address=EXTERNAL
    )
    (result,) = [each for each in seen.learnt if isinstance(each, Fact)]
    assert (result.kind, result.value, result.transport) == ("natpmp.result", 0, Transport.UDP)


@pytest.mark.parametrize(
    ("said", "answer_"),
    [
        (answer(3, external=b""), NatPmp(result=3, epoch_seconds=4711)),
        (answer(2), NatPmp(result=2, epoch_seconds=4711)),  # what follows an error is undefined
        (answer(external=bytes(4)), NatPmp(result=0, epoch_seconds=4711)),
        (answer(epoch=2**32 - 1), NatPmp(result=0, epoch_seconds=2**32 - 1, external_address=EXTERNAL)),
        (answer() + b"more", NatPmp(result=0, epoch_seconds=4711, external_address=EXTERNAL)),
        (answer(1, version=2) + bytes(12), NatPmp(result=1)),
    ],
)
def test_answers_are_read(said, answer_):
    assert natpmp.read(said) == answer_


@pytest.mark.parametrize(
    "said",
    [
        b"",
        natpmp.QUESTION,  # our own words
        answer()[:11],
        answer(3)[:7],
        answer(0, version=2),  # no success in a version that nobody asked for
        b"\0\x81" + answer()[2:],  # an answer to a mapping of UDP
    ],
)
def test_what_is_no_answer_is_refused(said):
    with pytest.raises(NoAnswer, match="not NAT-PMP"):
        natpmp.read(said)


def test_a_server_of_pcp_only_is_not_called_nat_pmp(net):
    seen = moods.look("natpmp", says(answer(1, version=2)), net)
    assert seen.facts == {"natpmp.result": 1}
    assert {each.name for each in seen.learnt if isinstance(each, Service)} == {None}


@given(st.one_of(TEXT, TEXT.map(lambda junk: b"\0\x80" + junk)))
def test_no_server_breaks_the_reader(said):
    try:
        answer_ = natpmp.read(said)
    except NoAnswer:
        return
    assert 0 <= answer_.result <= 0xFFFF
    assert answer_.external_address is None or answer_.result == 0
