"""upnp-rogue-igd: who poses as the way to the internet, and who does not."""

from dataclasses import replace

import pytest

from netguard.checks.upnp_rogue_igd import judge
from netguard.model import address
from netguard.model.gateway import Gateway, GatewayServices, Igd, PortMapping
from netguard.model.vocabulary import Confidence, Ended, Outcome, Role, Severity, Status, Transport
from tests import builders
from tests.unit.checks.announcing import FLOOD, HEARD, IGD_TYPE, ROUTER, observed, upnp, without_gateway
from tests.unit.checks.judging import with_record

WAN_IP = "urn:schemas-upnp-org:service:WANIPConnection:2"
WAN_PPP = "urn:schemas-upnp-org:service:WANPPPConnection:1"
MAPPING = PortMapping(
    source="igd", protocol=Transport.TCP, external_port=8443, internal_client="192.0.2.20", internal_port=443
)


def one(*devices, **given):
    (finding,) = upnp(judge, *devices, **given)
    return finding


def answered(device, *, external=None, mappings=(), **igd):
    """`device` as a gateway that was asked."""
    said = Igd(location="http://192.0.2.20:5000/rootDesc.xml", device_type=IGD_TYPE, **igd)
    at = address.ip(external) if external else None
    return Gateway(device=device.key, services=GatewayServices(igd=said), external_address=at, mappings=tuple(mappings))


LEADS = (
    {"connection_status": "Connected"},
    {"connection_status": "connected"},
    {"external": "203.0.113.9"},
    {"external": "192.168.1.2"},
    {"mappings": [MAPPING]},
)
ONLY_OFFERS = ({}, {"connection_status": "Disconnected"}, {"external": "0.0.0.0"})


@pytest.mark.parametrize("leads", [*((given, True) for given in LEADS), *((given, False) for given in ONLY_OFFERS)])
@pytest.mark.parametrize("role", list(Role))
def test_every_cell_of_the_table(role, leads):
    given, connected = leads
    other = builders.device(20, role)
    found = one(ROUTER, other, gateways=(Gateway(device=ROUTER.key), answered(other, **given)))
    if role in {Role.ROUTER, Role.ACCESS_POINT}:
        expected = Severity.MEDIUM if connected else Severity.LOW
        assert "too, beside the router that you use" in found.title
        assert "a second router or access point of yours" in found.fix
    else:
        expected = Severity.HIGH if connected else Severity.MEDIUM
        assert "and is not your router" in found.title
        assert "Find out which program on it" in found.fix
    assert (found.status, found.severity, found.target) == (Status.FAIL, expected, other.key)
    assert found.confidence is Confidence.CONFIRMED
    assert ("it says that it is connected to the internet, or forwards ports" in found.title) == connected


@pytest.mark.parametrize(("profile", "severity"), [("router", Severity.MEDIUM), ("keenetic", Severity.LOW)])
def test_what_only_says_itself_that_it_is_a_router_is_not_known_to_be_one(profile, severity):
    """Whatever announces an IGD is taken for a router of no maker's: the offer must not make itself look harmless."""
    other = builders.device(20, Role.ROUTER, profile=profile)
    found = one(ROUTER, other, said=((other, "ssdp.type", IGD_TYPE),))
    assert found.severity is severity
    assert "a second router or access point of yours" in found.fix


@pytest.mark.parametrize("value", [IGD_TYPE, IGD_TYPE[:-1] + "2", WAN_IP, WAN_PPP, IGD_TYPE.upper()])
@pytest.mark.parametrize(
    ("kind", "confidence"),
    [
        ("ssdp.type", Confidence.LIKELY),
        ("upnp.device-type", Confidence.CONFIRMED),
        ("upnp.service", Confidence.CONFIRMED),
    ],
)
def test_an_announcement_is_enough_where_nobody_asked(kind, confidence, value):
    other = builders.device(20, Role.TV)
    found = one(ROUTER, other, said=((other, kind, value),))
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.MEDIUM, confidence)
    assert found.evidence == ("o0",)


@pytest.mark.parametrize(
    "value",
    [
        "upnp:rootdevice",
        "urn:schemas-upnp-org:device:MediaServer:1",
        # What opens no ports: AVM's management interface, and the line's own counters.
        "urn:dslforum-org:device:InternetGatewayDevice:1",
        "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1",
        "uuid:1::urn:schemas-upnp-org:device:InternetGatewayDevice:1",
        7,
        None,
    ],
)
def test_what_offers_something_else_is_let_pass(value):
    other = builders.device(20, Role.TV)
    assert one(ROUTER, other, said=((other, "ssdp.type", value),)).status is Status.PASS


def test_what_it_answered_is_part_of_the_evidence_and_the_fingerprint_stays():
    other = builders.device(20, Role.COMPUTER)
    said = ((other, "ssdp.type", IGD_TYPE), (other, "igd.answer", "GetStatusInfo NewConnectionStatus=Connected"))
    announced = one(ROUTER, other, said=said[:1])
    asked = one(
        ROUTER, other, said=said, gateways=(Gateway(device=ROUTER.key), answered(other, connection_status="Connected"))
    )
    assert asked.evidence == ("o0", "o1")
    assert asked.fingerprint == announced.fingerprint


@pytest.mark.parametrize(
    "router",
    [
        ROUTER,
        builders.device(1, Role.UNKNOWN),
        # Known by its address alone, or by its hardware address alone: at its IPv6 address it may be seen as another one.
        replace(ROUTER, mac=None),
        replace(ROUTER, addresses=(address.ip("fe80::1"),)),
    ],
)
def test_the_own_router_is_no_stranger(router):
    said = ((router, "ssdp.type", IGD_TYPE), (router, "upnp.service", WAN_IP))
    found = one(router, said=said, gateways=(answered(router, connection_status="Connected"),))
    assert (found.status, found.target) == (Status.PASS, "network")
    assert found.title == "Nothing but your router offers to open ports"


def test_the_own_router_is_known_by_an_old_key():
    router = builders.device(2, Role.ROUTER, former_keys=("mac:old",))
    gateways = (replace(answered(router), device="mac:old"),)
    assert one(router, said=((router, "ssdp.type", IGD_TYPE),), gateways=gateways).status is Status.PASS


def test_another_router_is_known_by_an_old_key():
    other = builders.device(20, Role.ROUTER, former_keys=("mac:old",))
    gateways = (Gateway(device=ROUTER.key), replace(answered(other, external="203.0.113.9"), device="mac:old"))
    assert one(ROUTER, other, gateways=gateways).severity is Severity.MEDIUM


def test_several_are_several():
    one_, two = builders.device(20, Role.TV), builders.device(21, Role.ROUTER)
    found = upnp(judge, ROUTER, one_, two, said=((one_, "ssdp.type", IGD_TYPE), (two, "ssdp.type", IGD_TYPE)))
    assert [(f.target, f.severity) for f in found] == [(one_.key, Severity.MEDIUM), (two.key, Severity.LOW)]


def test_without_a_known_way_to_the_internet_nobody_can_be_told_from_it():
    other = builders.device(20, Role.ROUTER)
    found = one(other, said=((other, "ssdp.type", IGD_TYPE),), vantage=without_gateway())
    assert found.status is Status.UNKNOWN
    assert "because it is not known which router leads to the internet, and router 20 offers" in found.title
    quiet = one(other, vantage=without_gateway())
    assert quiet.status is Status.PASS, "nobody offers it at all"


def test_nothing_passes_where_nobody_was_searched_for():
    failed = builders.attempt("discover.ssdp", Outcome.FAILED, "port 1900 is blocked here")
    cases = (
        ((failed,), {}, "UPnP devices could not be searched for: port 1900 is blocked here", "UDP port 1900"),
        ((), {}, "UPnP devices were not searched for", "Scan again."),
        (
            (),
            {"ended": Ended.INTERRUPTED},
            "the scan ended before UPnP devices were searched for",
            "let the scan finish",
        ),
    )
    for attempts, given, because, how in cases:
        found = one(ROUTER, attempts=attempts, **given)
        assert found.status is Status.UNKNOWN
        assert because in found.title
        assert how in found.fix
    assert one(ROUTER, attempts=(failed, HEARD)).status is Status.PASS


def test_personal_devices_that_were_left_alone_are_said():
    found = one(ROUTER, personal_devices=2)
    assert found.status is Status.UNKNOWN
    assert "because 2 personal devices had to be left alone" in found.title
    assert "1 personal device had" in one(ROUTER, personal_devices=1).title
    assert one(ROUTER, personal_devices=0).status is Status.PASS


def test_one_that_says_too_much_is_unknown_and_one_that_poses_is_found_all_the_same():
    loud, rogue = builders.device(20, Role.UNKNOWN), builders.device(21, Role.TV)
    found = one(ROUTER, loud, said=((loud, *FLOOD),))
    assert (found.status, found.target) == (Status.UNKNOWN, loud.key)
    assert "announced more by UPnP than netguard reads" in found.title
    both = upnp(judge, ROUTER, loud, rogue, said=((loud, *FLOOD), (rogue, "ssdp.type", IGD_TYPE)))
    assert [(f.status, f.target) for f in both] == [(Status.FAIL, rogue.key), (Status.UNKNOWN, loud.key)]
    same = upnp(judge, ROUTER, rogue, said=((rogue, *FLOOD), (rogue, "ssdp.type", IGD_TYPE)))
    assert [f.status for f in same] == [Status.FAIL]
    other = one(ROUTER, loud, said=((loud, "link.flood", "mdns"),))
    assert other.status is Status.PASS


def test_alone_on_the_network_there_is_nothing_to_judge():
    assert one().status is Status.NOT_APPLICABLE


def test_a_device_that_says_where_it_is_switched_off_is_quoted():
    device, rules = with_record(builders.device(20, Role.ROUTER), {"upnp-rogue-igd": "Internet, Freigaben: aus."})
    assert one(ROUTER, device, said=((device, "ssdp.type", IGD_TYPE),), rules=rules).fix == "Internet, Freigaben: aus."


def test_observations_are_numbered_for_evidence():
    assert [o.id for o in observed((ROUTER, "ssdp.type", "a"), (ROUTER, "ssdp.type", "b"))] == ["o0", "o1"]
