"""Every cell of upnp-igd-enabled's table."""

from dataclasses import replace

import pytest

from netguard.checks.upnp_igd_enabled import judge
from netguard.model.vocabulary import Confidence, Outcome, Role, Severity, Status
from tests import builders
from tests.unit.checks.forwarding import IGD, ROUTER, home, judged, router

TV = builders.device(20, Role.TV)
UNASKED = replace(IGD, listed=None)


def one(scan):
    (finding,) = judged(judge, scan)
    return finding


def offering(igd, *devices, observations=()):
    return one(home(*devices, gateways=(router(igd=igd),), observations=observations))


def said(kind, value, number=1):
    return builders.observation(number, kind, value, of=ROUTER)


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.UNKNOWN])
def test_it_is_medium_where_a_lock_or_what_may_be_one_is_behind_it(role):
    finding = offering(IGD, TV, builders.device(21, role))
    assert (finding.status, finding.severity, finding.target) == (Status.FAIL, Severity.MEDIUM, ROUTER.key)


def test_it_is_low_elsewhere_and_a_declared_lock_counts_though_it_was_not_seen():
    assert offering(IGD, TV).severity is Severity.LOW
    asleep = builders.device(21, Role.LOCK, declared=True, seen=False)
    assert offering(IGD, TV, asleep).severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "service",
    [
        "urn:schemas-upnp-org:service:WANIPConnection:1",
        "urn:schemas-upnp-org:service:WANIPConnection:2",
        "urn:schemas-upnp-org:service:WANPPPConnection:1",
    ],
)
def test_any_service_that_opens_ports_will_do(service):
    assert offering(replace(IGD, services=("urn:x:WANCommonInterfaceConfig:1", service)), TV).status is Status.FAIL


def test_an_igd_that_opens_nothing_passes_unless_it_opens_ipv6():
    config = replace(UNASKED, services=("urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1",))
    assert offering(config, TV).status is Status.PASS
    pinholes = replace(config, inbound_pinhole_allowed=True)
    finding = offering(pinholes, TV)
    assert finding.status is Status.FAIL
    assert "It opens IPv6 addresses in the same way" in finding.why
    assert "IPv6" not in offering(IGD, TV).why


def test_it_is_sure_where_it_answered_and_likely_where_it_only_describes_itself():
    assert offering(UNASKED, TV).confidence is Confidence.LIKELY
    answer = said("igd.answer", "GetStatusInfo NewConnectionStatus=Connected")
    answered = offering(UNASKED, TV, observations=(answer,))
    assert (answered.confidence, answered.evidence) == (Confidence.CONFIRMED, ("o1",))
    assert offering(IGD, TV).confidence is Confidence.CONFIRMED


def test_a_granted_test_mapping_is_told_and_proves_it():
    granted = offering(UNASKED, TV, observations=(said("igd.self-mapping", "accepted"),))
    assert granted.confidence is Confidence.CONFIRMED
    assert "it did so at once" in granted.title
    assert granted.evidence == ("o1",)
    later = (said("igd.self-mapping", "606"), said("igd.self-mapping", "accepted", 2))
    assert offering(IGD, TV, observations=later).severity is Severity.LOW, "what was granted once is not guarded"


def test_a_test_mapping_that_may_have_stayed_is_told_with_how_to_close_it():
    left = offering(UNASKED, TV, observations=(said("igd.self-mapping", "left"),))
    assert left.title.endswith("may still be open")
    assert left.fix.startswith("What netguard asked it for as a test could not be seen to be gone")
    assert "netguard upnp remove" in left.fix
    assert left.evidence == ("o1",)
    assert "selftest" not in offering(IGD, TV).fix


@pytest.mark.parametrize("value", ["606", 606])
def test_who_must_be_authorised_opens_little(value):
    finding = offering(IGD, builders.device(21, Role.LOCK), observations=(said("igd.self-mapping", value),))
    assert finding.severity is Severity.INFO
    assert "refused what netguard asked" in finding.title
    refused = offering(replace(IGD, listed="refused"), builders.device(21, Role.LOCK))
    assert refused.severity is Severity.INFO
    assert "asks for authorisation" in refused.title


@pytest.mark.parametrize("value", ["725", "728", "501", "718"])
def test_another_error_of_the_test_mapping_proves_nothing(value):
    finding = offering(IGD, builders.device(21, Role.LOCK), observations=(said("igd.self-mapping", value),))
    assert finding.severity is Severity.MEDIUM


def test_it_passes_only_where_every_way_to_ask_was_tried():
    passed = offering(None, TV, observations=(said("igd.absent", True),))
    assert (passed.status, passed.evidence) == (Status.PASS, ("o1",))
    assert offering(None, TV).status is Status.UNKNOWN
    assert offering(None, TV, observations=(said("igd.absent", False),)).status is Status.UNKNOWN


def test_what_was_not_asked_is_unknown_with_the_reason():
    silent = builders.attempt("probe.igd", Outcome.FAILED, "it did not answer", target="192.0.2.1 tcp/5000")
    finding = one(home(TV, gateways=(router(igd=None),), attempts=(silent,)))
    assert "because it did not answer" in finding.title
    assert "asked no router" in one(builders.scan(ROUTER)).title
    nobody = one(builders.scan(TV, gateways=(router(igd=None, device=None),)))
    assert "because the router was not seen" in nobody.title


def test_a_network_without_a_router_has_none():
    scan = builders.scan(TV)
    assert one(replace(scan, vantage=replace(scan.vantage, gateway=None))).status is Status.NOT_APPLICABLE


def test_an_igd_on_another_device_is_not_the_router_s():
    other = builders.device(2, Role.TV)
    gateways = (router(igd=None), router(device=other))
    assert one(home(other, gateways=gateways)).status is Status.UNKNOWN
