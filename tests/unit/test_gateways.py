"""Gateways in hop order, and mappings joined to the devices that they lead to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import gateways
from netguard.gateways import forwarded_to, in_hop_order
from netguard.model import address
from netguard.model.gateway import (
    Gateway,
    GatewayAnswer,
    GatewayServices,
    Igd,
    NatPmp,
    Pcp,
    PortMapping,
    is_private,
    is_shared,
)
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Role, Transport
from tests import builders

TCP, UDP = Transport.TCP, Transport.UDP
VANTAGE = builders.scan().vantage
SURROUNDINGS = Surroundings(vantage=VANTAGE)
ROUTER = builders.device(1, Role.ROUTER)
BOTH = replace(ROUTER, addresses=(*ROUTER.addresses, address.ip("fd00::1")))
HUB = builders.device(20, Role.LOCK_HUB)
NAS = builders.device(30, Role.NAS)
EVERYBODY = (HUB, NAS, ROUTER)
ONE, TWO = "http://192.0.2.1:5000/igd1.xml", "http://192.0.2.1:5000/igd2.xml"


def mapping(port=8443, client="192.0.2.20", inner=443, protocol=TCP, **given):
    return PortMapping(
        source="igd", protocol=protocol, external_port=port, internal_client=client, internal_port=inner, **given
    )


def igd(*mappings, location=ONE, external=None, **given):
    said = Igd(location=location, device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1", **given)
    return GatewayAnswer(said=said, external_address=address.ip(external) if external else None, mappings=mappings)


def natpmp(external=None, result=0):
    at = address.ip(external) if external else None
    return GatewayAnswer(said=NatPmp(result=result, external_address=at), external_address=at)


PCP = GatewayAnswer(said=Pcp(version=2, result=0))


def joined(*answers, at="192.0.2.1", devices=EVERYBODY, surroundings=SURROUNDINGS, **more):
    """The gateways of answers by address; `more` are those of further devices, `nas=(...)`."""
    by_address = {address.ip(at): answers} | {
        d.addresses[0]: more[n] for n, d in (("nas", NAS), ("hub", HUB)) if n in more
    }
    return in_hop_order(by_address, devices, surroundings)


def test_the_own_gateway_is_first_also_where_it_says_nothing():
    assert in_hop_order({}, EVERYBODY, SURROUNDINGS) == (Gateway(device=ROUTER.key),)


def test_an_own_gateway_that_was_not_seen_is_one_without_a_device():
    assert in_hop_order({}, (HUB,), SURROUNDINGS) == (Gateway(),)


def test_where_nothing_leads_to_the_internet_there_is_no_gateway_but_those_that_say_they_are():
    nowhere = Surroundings(vantage=replace(VANTAGE, gateway=None))
    assert in_hop_order({}, EVERYBODY, nowhere) == ()
    assert [g.device for g in joined(PCP, nas=(igd(),), surroundings=nowhere)] == sorted((ROUTER.key, NAS.key))


def test_an_ipv6_gateway_is_known_by_that_address():
    vantage = replace(VANTAGE, gateway=replace(VANTAGE.gateway, address=address.ip("fd00::1")))
    found = in_hop_order({}, (BOTH,), Surroundings(vantage=vantage))
    assert [g.device for g in found] == [ROUTER.key]


@pytest.mark.parametrize(
    ("external", "hops"),
    [("10.0.0.2", 2), ("172.20.1.1", 2), ("192.168.0.2", 2), ("203.0.113.9", 1), ("100.64.0.9", 1), (None, 1)],
)
def test_a_private_address_outside_is_another_router_behind(external, hops):
    found = joined(natpmp(external))
    assert [g.device for g in found] == [ROUTER.key, None][:hops]


def test_other_devices_that_open_ports_follow_by_their_keys():
    found = joined(natpmp("10.0.0.2"), nas=(igd(),), hub=(igd(),))
    assert [g.device for g in found] == [ROUTER.key, None, *sorted((NAS.key, HUB.key))]


def test_what_is_behind_another_devices_address_adds_no_hop():
    assert [g.device for g in joined(nas=(natpmp("10.0.0.2"),))] == [ROUTER.key, NAS.key]


def test_answers_of_nobody_are_left_out():
    assert joined(igd(), at="192.0.2.99") == (Gateway(device=ROUTER.key),)


def test_all_that_one_gateway_said_is_one_gateway():
    (found,) = joined(igd(external="203.0.113.9", manufacturer="Maker"), natpmp("203.0.113.9"), PCP)
    assert found.services == GatewayServices(
        igd=igd(manufacturer="Maker").said, natpmp=natpmp("203.0.113.9").said, pcp=PCP.said
    )
    assert found.external_address == address.ip("203.0.113.9")


def test_the_first_of_two_answers_in_one_protocol_counts():
    answers = {BOTH.addresses[0]: (natpmp("203.0.113.9"),), BOTH.addresses[1]: (natpmp(result=3),)}
    (found,) = in_hop_order(answers, (BOTH,), SURROUNDINGS)
    assert found.services.natpmp == natpmp("203.0.113.9").said


@pytest.mark.parametrize("first", [None, "0.0.0.0"])
def test_the_address_is_from_whoever_knows_one(first):
    (found,) = joined(igd(external=first), natpmp("203.0.113.9"))
    assert found.external_address == address.ip("203.0.113.9")


def test_two_descriptions_of_one_router_are_one():
    one = igd(mapping(), location=ONE, services=("WANIPConnection:1",), nat_enabled=True, listed="all")
    two = igd(mapping(), mapping(23), location=TWO, services=("WANIPConnection:2", "WANIPConnection:1"), model="X",
              nat_enabled=False, ipv6_firewall_enabled=False, listed="all")  # fmt: skip
    (found,) = joined(one, two)
    said = found.services.igd
    assert said.location == ONE
    assert said.services == ("WANIPConnection:1", "WANIPConnection:2")
    assert (said.nat_enabled, said.model, said.ipv6_firewall_enabled) == (True, "X", False)
    assert [m.external_port for m in found.mappings] == [8443, 23]


@pytest.mark.parametrize(
    ("told", "both"),
    [
        (("all", "all"), "all"),
        (("all", None), "all"),
        ((None, None), None),
        (("all", "part"), "part"),
        (("refused", "part"), "part"),
        (("all", "refused"), "refused"),
    ],
)
def test_all_mappings_are_known_only_where_nobody_kept_any_back(told, both):
    for first, second in (told, told[::-1]):
        (found,) = joined(igd(listed=first), igd(location=TWO, listed=second))
        assert found.services.igd.listed == both


def test_a_mapping_that_was_read_twice_is_one_although_its_lease_ran_on():
    (found,) = joined(
        igd(mapping(lease_seconds=100, description="hub")),
        igd(mapping(lease_seconds=99, description="hub"), location=TWO),
    )
    assert [m.lease_seconds for m in found.mappings] == [100]


def test_mappings_that_differ_in_anything_but_their_lease_are_several():
    different = (
        mapping(),
        mapping(protocol=UDP),
        mapping(8444),
        mapping(inner=80),
        mapping(client="192.0.2.30"),
        mapping(remote_host="198.51.100.1"),
    )
    (found,) = joined(igd(*different))
    assert len(found.mappings) == len(different)


@pytest.mark.parametrize(
    ("client", "owner"),
    [
        ("192.0.2.20", HUB.key),
        ("192.0.2.1", ROUTER.key),
        ("192.0.2.99", None),
        ("", None),
        ("kitchen", None),
        ("192.0.2.20 ", None),
        ("192.0.2.020", None),
    ],
)
def test_a_mapping_belongs_to_the_device_with_its_address(client, owner):
    (found,) = joined(igd(mapping(client=client)))
    assert [m.device for m in found.mappings] == [owner]


def test_a_mapping_to_a_second_address_of_a_device_is_its_own():
    (found,) = joined(igd(mapping(client="fd00::1")), devices=(BOTH,))
    assert found.mappings[0].device == ROUTER.key


def test_ports_that_are_forwarded_to_a_device_are_known_from_every_gateway():
    answers = {
        ROUTER.addresses[0]: (
            igd(mapping(), mapping(inner=80), mapping(9, inner=80), mapping(protocol=UDP, inner=5683)),
            PCP,
            igd(mapping(inner=22), mapping(client="192.0.2.30", inner=5000), mapping(client="nobody"), location=TWO),
        ),
        NAS.addresses[0]: (igd(mapping(inner=8080)),),
    }
    assert forwarded_to(HUB, answers) == ((TCP, 22), (TCP, 80), (TCP, 443), (TCP, 8080), (UDP, 5683))
    assert forwarded_to(NAS, answers) == ((TCP, 5000),)
    assert forwarded_to(ROUTER, answers) == ()
    assert forwarded_to(replace(HUB, addresses=()), answers) == ()


@pytest.mark.parametrize(
    ("external", "private", "shared"),
    [
        (None, False, False),
        ("10.255.255.255", True, False),
        ("11.0.0.0", False, False),
        ("172.15.255.255", False, False),
        ("172.16.0.0", True, False),
        ("172.32.0.0", False, False),
        ("192.168.0.1", True, False),
        ("100.63.255.255", False, False),
        ("100.64.0.0", False, True),
        ("100.128.0.0", False, False),
        ("fd00::1", False, False),
        ("::ffff:10.0.0.1", False, False),
    ],
)
def test_whose_an_address_is(external, private, shared):
    at = address.ip(external) if external else None
    assert (is_private(at), is_shared(at)) == (private, shared)


ANSWERS = st.one_of(
    st.builds(natpmp, st.sampled_from([None, "10.0.0.2", "203.0.113.9"])),
    st.just(PCP),
    st.builds(
        lambda client, port, place, listed: igd(mapping(port, client), location=place, listed=listed),
        st.one_of(st.text(max_size=5), st.sampled_from(["192.0.2.20", "192.0.2.30", "::", "0.0.0.0"])),
        st.integers(0, 65535),
        st.sampled_from([ONE, TWO]),
        st.sampled_from([None, "all", "part", "refused"]),
    ),
)


@given(st.dictionaries(st.sampled_from(["192.0.2.1", "192.0.2.20", "192.0.2.99"]), st.lists(ANSWERS, max_size=4)))
def test_whatever_was_said_each_gateway_is_listed_once_and_each_mapping_kept(said):
    answers = {address.ip(at): tuple(each) for at, each in said.items()}
    found = in_hop_order(answers, EVERYBODY, SURROUNDINGS)
    assert found[0].device == ROUTER.key
    keys = [g.device for g in found]
    assert len(keys) == len(set(keys))
    for device in (ROUTER, HUB):
        read = {(m.external_port, m.internal_client) for a in answers.get(device.addresses[0], ()) for m in a.mappings}
        kept = {(m.external_port, m.internal_client) for g in found if g.device == device.key for m in g.mappings}
        assert kept == read


def test_the_mappings_of_one_gateway_are_bounded_over_all_its_descriptions(monkeypatch):
    monkeypatch.setattr(gateways, "MAX_MAPPINGS", 3)
    one, two = (mapping(8000), mapping(8001)), (mapping(9000), mapping(9001))
    (found,) = joined(igd(*one, listed="all"), igd(*two, location=TWO, listed="all"))
    assert ([m.external_port for m in found.mappings], found.services.igd.listed) == ([8000, 8001, 9000], "part")
    (found,) = joined(igd(*one, listed="all"))
    assert found.services.igd.listed == "all"


def test_of_two_descriptions_the_one_whose_connection_is_up_tells_the_address():
    down = igd(external="198.51.100.9", connection_status="Disconnected")
    (found,) = joined(down, igd(location=TWO, external="203.0.113.9", connection_status="Connected"))
    assert str(found.external_address) == "203.0.113.9"
    (found,) = joined(down)
    assert str(found.external_address) == "198.51.100.9"
