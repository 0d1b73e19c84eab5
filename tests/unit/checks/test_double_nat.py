"""Routers one behind the other: what the own one's address on the side of the internet tells."""

from dataclasses import replace

import pytest

from netguard.checks import double_nat
from netguard.model import address
from netguard.model.gateway import Gateway, GatewayServices, Igd, NatPmp
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Outcome, Role, Severity, Status
from tests import builders

ROUTER = builders.device(1, Role.ROUTER, name="Router")
IGD = Igd(
    location="http://192.0.2.1:5000/rootDesc.xml", device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:1"
)


CONNECTED = replace(IGD, connection_status="Connected")


def at(external, device=ROUTER, **services):
    """A gateway with this address on its other side."""
    return Gateway(
        device=device.key if device else None,
        services=GatewayServices(**services),
        external_address=address.ip(external) if external else None,
    )


def judged(*gateways, devices=(ROUTER,), **given):
    return list(double_nat.judge(builders.scan(*devices, **({"gateways": gateways} | given)), None, Past()))


@pytest.mark.parametrize(
    ("external", "status", "severity", "said"),
    [
        ("10.0.0.5", Status.FAIL, Severity.LOW, "Another router stands between Router and the internet"),
        ("172.31.255.254", Status.FAIL, Severity.LOW, "Another router"),
        ("192.168.178.20", Status.FAIL, Severity.LOW, "Another router"),
        ("100.64.0.1", Status.FAIL, Severity.INFO, "provider translates"),
        ("100.127.255.254", Status.FAIL, Severity.INFO, "provider translates"),
        ("192.0.0.2", Status.FAIL, Severity.INFO, "provider translates"),
        ("203.0.113.9", Status.PASS, Severity.INFO, "Router has an address of the internet"),
        ("172.32.0.1", Status.PASS, Severity.INFO, "an address of the internet"),
        ("100.128.0.1", Status.PASS, Severity.INFO, "an address of the internet"),
        ("0.0.0.1", Status.UNKNOWN, Severity.INFO, "it says 0.0.0.1, which is no address"),
        ("169.254.3.4", Status.UNKNOWN, Severity.INFO, "it says 169.254.3.4"),
        ("127.0.0.1", Status.UNKNOWN, Severity.INFO, "it says 127.0.0.1"),
        ("224.0.0.1", Status.UNKNOWN, Severity.INFO, "it says 224.0.0.1"),
        ("255.255.255.255", Status.UNKNOWN, Severity.INFO, "it says 255.255.255.255"),
        ("2001:db8::1", Status.UNKNOWN, Severity.INFO, "it says 2001:db8::1"),
    ],
)
def test_its_outside_address_decides(external, status, severity, said):
    (found,) = judged(at(external))
    assert (found.status, found.severity, found.target) == (status, severity, ROUTER.key)
    assert said in found.title


def test_a_router_that_is_connected_and_has_no_address_to_open_ports_at_is_likely_behind_another():
    (found,) = judged(at(None, natpmp=NatPmp(result=3), igd=CONNECTED))
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.LOW, Confidence.LIKELY)
    assert "seems to stand between Router and the internet" in found.title
    assert found.fingerprint == judged(at("10.0.0.5"))[0].fingerprint


def test_routers_are_told_in_the_order_of_hops():
    beside = builders.device(30, Role.NAS, name="Storage")
    (found,) = judged(at("10.0.0.5"), Gateway(), at(None, beside), devices=(ROUTER, beside))
    assert "Storage" not in found.why
    assert "Router (outside 10.0.0.5), then a router that cannot be asked from here, then the internet" in found.why


def test_a_public_address_stands_in_no_title():
    (found,) = judged(at("203.0.113.9"))
    assert "203.0.113.9" not in found.title + found.why + found.fix


def test_one_finding_whatever_address_the_other_router_gives():
    assert judged(at("10.0.0.5"))[0].fingerprint == judged(at("192.168.0.9"))[0].fingerprint
    assert judged(at("10.0.0.5"))[0].fingerprint != judged(at("100.64.0.1"))[0].fingerprint


def test_what_said_the_address_is_the_evidence():
    said = (
        builders.observation(1, "igd.answer", "GetExternalIPAddress NewExternalIPAddress=10.0.0.5", of=ROUTER),
        builders.observation(2, "igd.answer", "GetNATRSIPStatus NewNATEnabled=1", of=ROUTER),
        builders.observation(3, "natpmp.result", 0, of=ROUTER),
    )
    (found,) = judged(at("10.0.0.5"), observations=said)
    assert found.evidence == ("o1", "o3")


@pytest.mark.parametrize(
    ("gateway", "given", "because"),
    [
        (at(None, igd=IGD), {}, "named none"),
        (at(None, natpmp=NatPmp(result=3)), {}, "named none"),
        (at(None, natpmp=NatPmp(result=3), igd=replace(IGD, connection_status="Disconnected")), {}, "named none"),
        (at(None, natpmp=NatPmp(result=2), igd=CONNECTED), {}, "named none"),
        (at(None, igd=CONNECTED), {}, "named none"),
        (at(None), {"depth": Depth.QUICK}, "depth quick does not ask"),
        (at(None), {"attempts": (builders.attempt("probe.natpmp", Outcome.FAILED, "it said nothing", "192.0.2.1 udp/5351"),)},
         "it said nothing"),
        (at(None, None), {"devices": ()}, "the router was not seen"),
    ],
)  # fmt: skip
def test_without_an_address_nothing_is_said_and_how_to_see_it_is(gateway, given, because):
    (found,) = judged(gateway, **given)
    assert found.status is Status.UNKNOWN
    assert because in found.title
    assert "192.168." in found.fix


def test_a_router_inside_the_network_has_one_behind_it():
    inner = builders.device(30, Role.ROUTER, name="Old router")
    elsewhere = builders.device(31, Role.ROUTER, name="Odd router")
    own, found = judged(
        at("203.0.113.9"), at("192.0.2.30", inner), at("10.9.9.9", elsewhere), devices=(ROUTER, inner, elsewhere)
    )
    assert own.status is Status.PASS
    assert (found.status, found.target, found.severity) == (Status.FAIL, inner.key, Severity.LOW)
    assert found.title.startswith("Old router is a router inside this network")


def test_a_network_without_a_way_out_has_none():
    vantage = replace(builders.scan().vantage, gateway=None)
    (found,) = judged(vantage=vantage)
    assert found.status is Status.NOT_APPLICABLE
