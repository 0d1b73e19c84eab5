"""What the internet reaches by IPv6: as the router says of its filter, and never a guess."""

from dataclasses import replace

import pytest

from netguard.checks import ipv6_inbound
from netguard.model import address
from netguard.model.gateway import Gateway, GatewayServices, Igd, Pcp
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Outcome, Role, Severity, Status
from tests import builders

ROUTER = builders.device(1, Role.ROUTER, name="Router", addresses=tuple(map(address.ip, ("192.0.2.1", "2001:db8::1"))))
NDP = builders.attempt("discover.ndp")


def having(number, role, *ports, at=None, six=True, **given):
    """A device with a global address that listens on these ports, by itself as seen at its IPv4 address."""
    four, globally = f"192.0.2.{number}", f"2001:db8::{number}"
    own = tuple(map(address.ip, (four, globally, f"fe80::{number}", f"fd00::{number}") if six else (four, "fd00::9")))
    services = [builders.service(port, at=at or four) for port in ports]
    return builders.device(number, role, name=f"{role} {number}", addresses=own, services=services, **given)


LOCK = having(20, Role.LOCK_HUB, 80)
CAMERA = having(21, Role.CAMERA, 554, 80, 8000, 8001)
PHONE = having(22, Role.PHONE)


def judged(*devices, filters=None, holes=None, pcp=None, igd=True, router=ROUTER, here=False, **given):
    said = Igd(
        location="http://192.0.2.1:5000/rootDesc.xml",
        device_type="urn:schemas-upnp-org:device:InternetGatewayDevice:2",
        ipv6_firewall_enabled=filters,
        inbound_pinhole_allowed=holes,
    )
    services = GatewayServices(igd=said if igd else None, pcp=None if pcp is None else Pcp(version=2, result=pcp))
    gateways = (Gateway(device=ROUTER.key, services=services),)
    made = builders.scan(router, *devices, **({"gateways": gateways} | given))
    if here:
        own = replace(made.devices[0], addresses=(*made.devices[0].addresses, address.ip("2001:db8::10")))
        made = replace(made, devices=(own, *made.devices[1:]))
    return list(ipv6_inbound.judge(made, None, Past()))


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        (Role.LOCK, Severity.CRITICAL),
        (Role.LOCK_HUB, Severity.CRITICAL),
        (Role.SMART_HOME_HUB, Severity.CRITICAL),
        (Role.ALARM, Severity.CRITICAL),
        (Role.CAMERA, Severity.HIGH),
        (Role.NAS, Severity.HIGH),
        (Role.PRINTER, Severity.HIGH),
        (Role.UNKNOWN, Severity.HIGH),
    ],
)
def test_without_a_filter_what_listens_decides(role, severity):
    (found,) = judged(having(20, role, 80), filters=False)
    assert (found.status, found.severity, found.target) == (Status.FAIL, severity, ROUTER.key)
    assert f"{role} 20 (tcp/80)" in found.title


def test_what_commands_the_door_is_told_first_and_the_rest_is_counted():
    more = [having(30 + n, Role.PRINTER, 80) for n in range(5)]
    (found,) = judged(CAMERA, *more, LOCK, filters=False)
    assert "reaches lock-hub 20 (tcp/80), camera 21 (tcp/554, tcp/80, tcp/8000, …), printer 30" in found.title
    assert found.title.endswith("and 3 more")
    assert found.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("devices", "confidence"),
    [
        ((LOCK,), Confidence.LIKELY),
        ((having(20, Role.LOCK_HUB, 80, at="fd00::20"),), Confidence.LIKELY),
        ((having(20, Role.LOCK_HUB, 80, at="2001:db8::20"),), Confidence.CONFIRMED),
        # The camera is certain, and it is the hub that decides.
        ((LOCK, having(21, Role.CAMERA, 554, at="2001:db8::21")), Confidence.LIKELY),
    ],
)
def test_it_is_certain_where_it_was_asked_at_that_address(devices, confidence):
    assert judged(*devices, filters=False)[0].confidence is confidence


def test_of_a_device_that_was_asked_there_the_ports_there_are_told():
    both = having(20, Role.LOCK_HUB, 80, 23)
    both = replace(both, services=(*both.services, builders.service(443, at="2001:db8::20")))
    assert "lock-hub 20 (tcp/443)" in judged(both, filters=False)[0].title


@pytest.mark.parametrize("devices", [(PHONE,), (), (having(20, Role.LOCK, 80, six=False),)])
def test_without_a_filter_and_with_nothing_that_listens_it_is_medium(devices):
    (found,) = judged(*devices, filters=False)
    assert (found.status, found.severity) == (Status.FAIL, Severity.MEDIUM)


FOUR = replace(ROUTER, addresses=(address.ip("192.0.2.1"),))
LOCAL = having(20, Role.LOCK, 80, six=False)


def test_without_a_filter_and_without_any_global_address_it_is_info():
    (found,) = judged(LOCAL, filters=False, router=FOUR, attempts=(NDP,))
    assert (found.status, found.severity, found.target) == (Status.FAIL, Severity.INFO, ROUTER.key)
    assert found.title.endswith("does not filter IPv6; no device here has an IPv6 address that the internet routes")
    assert found.fingerprint == judged(LOCK, filters=False)[0].fingerprint
    for given in ({"router": ROUTER}, {"here": True}):
        (other,) = judged(LOCAL, filters=False, **({"router": FOUR, "attempts": (NDP,)} | given))
        assert (other.status, other.severity) == (Status.FAIL, Severity.MEDIUM)


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({}, "not everybody was asked for one"),
        ({"attempts": (NDP,), "personal_devices": 2}, "2 personal devices left out"),
    ],
)
def test_without_a_filter_and_where_somebody_may_have_an_address_it_is_not_known(given, because):
    (found,) = judged(LOCAL, filters=False, router=FOUR, **given)
    assert found.status is Status.UNKNOWN
    assert "the router says that it does not filter IPv6, and no device showed a global IPv6 address" in found.title
    assert because in found.title


def test_personal_devices_that_were_left_out_may_have_addresses():
    (found,) = judged(LOCAL, attempts=(NDP,), personal_devices=1)
    assert (found.status, "1 personal device left out of this scan may have one" in found.title) == (
        Status.UNKNOWN,
        True,
    )
    assert judged(LOCAL, attempts=(NDP,), personal_devices=0)[0].status is Status.PASS
    (alone,) = ipv6_inbound.judge(builders.scan(personal_devices=1), None, Past())
    assert alone.status is Status.UNKNOWN


def test_a_global_address_of_this_computer_counts():
    (found,) = judged(LOCAL, here=True, attempts=(NDP,))
    assert (found.status, found.target) == (Status.UNKNOWN, ROUTER.key)
    assert found.title.endswith("this computer has a global address")
    assert "mobile data" in found.fix


@pytest.mark.parametrize("given", [{"here": True}, {"personal_devices": 1}])
def test_a_filter_is_judged_for_those_too(given):
    (found,) = judged(LOCAL, filters=True, attempts=(NDP,), **given)
    assert (found.status, found.title) == (Status.PASS, "Router says that it filters what comes in by IPv6")


def test_the_filter_is_one_finding_whatever_stands_behind_it():
    assert judged(filters=False)[0].fingerprint == judged(LOCK, CAMERA, filters=False)[0].fingerprint


def test_the_router_itself_is_not_behind_its_filter():
    open_ = replace(ROUTER, services=(builders.service(80, at="2001:db8::1"),))
    made = builders.scan(open_, gateways=(Gateway(device=ROUTER.key),), attempts=(NDP,))
    (found,) = ipv6_inbound.judge(made, None, Past())
    assert found.status is Status.PASS


@pytest.mark.parametrize("holes", [False, None])
def test_a_filter_that_nobody_opens_passes(holes):
    (found,) = judged(LOCK, filters=True, holes=holes, pcp=2)
    assert (found.status, found.title) == (Status.PASS, "Router says that it filters what comes in by IPv6")


@pytest.mark.parametrize(
    ("holes", "pcp", "confidence"),
    [(True, None, Confidence.CONFIRMED), (True, 0, Confidence.CONFIRMED), (False, 0, Confidence.LIKELY)],
)
def test_a_filter_that_devices_open_for_themselves_is_low(holes, pcp, confidence):
    (found,) = judged(LOCK, filters=True, holes=holes, pcp=pcp)
    assert (found.status, found.severity, found.confidence) == (Status.FAIL, Severity.LOW, confidence)
    assert found.fingerprint != judged(LOCK, filters=False)[0].fingerprint


def test_what_it_said_is_the_evidence():
    said = (
        builders.observation(1, "igd.answer", "GetFirewallStatus FirewallEnabled=0", of=ROUTER),
        builders.observation(2, "igd.answer", "GetStatusInfo NewConnectionStatus=Connected", of=ROUTER),
        builders.observation(3, "pcp.result", 0, of=ROUTER),
    )
    assert judged(LOCK, filters=False, observations=said)[0].evidence == ("o1",)
    assert judged(LOCK, filters=True, pcp=0, observations=said)[0].evidence == ("o1", "o3")


ABSENT = builders.observation(1, "igd.absent", True, of=ROUTER)


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({}, "the router does not say whether it filters IPv6"),
        ({"igd": False, "observations": (ABSENT,)}, "the router has no UPnP by which it could say"),
        ({"igd": False, "depth": Depth.QUICK}, "depth quick does not ask"),
        ({"igd": False, "attempts": (builders.attempt("probe.igd", Outcome.FAILED, "it is slow", "192.0.2.1 tcp/5000"),)},
         "it is slow"),
        ({"gateways": ()}, "whether it filters IPv6"),
    ],
)  # fmt: skip
def test_where_the_router_says_nothing_nobody_knows_and_how_to_find_out_is_told(given, because):
    (found,) = judged(LOCK, PHONE, **given)
    assert found.status is Status.UNKNOWN
    assert because in found.title
    assert "lock-hub 20 (tcp/80) has a global address and listens" in found.title
    assert "mobile data" in found.fix


def test_devices_that_only_have_addresses_are_told_too():
    (found,) = judged(PHONE, having(23, Role.TABLET))
    assert found.title.endswith("phone 22, tablet 23 have global addresses")
    (found,) = judged(*(having(30 + n, Role.CAMERA, 80) for n in range(6)))
    assert found.title.endswith("camera 33 (tcp/80) and 2 more have global addresses and listen")


def test_without_global_addresses_it_passes_where_everybody_was_asked():
    local = having(20, Role.LOCK, 80, six=False)
    (found,) = judged(local, attempts=(NDP,))
    assert (found.status, found.target) == (Status.PASS, "network")
    (found,) = judged(local, attempts=(builders.attempt("discover.ndp", Outcome.SKIPPED, "raw packets need root"),))
    assert found.status is Status.UNKNOWN
    (found,) = judged(local)
    assert found.status is Status.UNKNOWN
    assert "not everybody was asked" in found.title


def test_an_empty_network_reaches_nobody():
    found = list(ipv6_inbound.judge(builders.scan(), None, Past()))
    assert [f.status for f in found] == [Status.NOT_APPLICABLE]
