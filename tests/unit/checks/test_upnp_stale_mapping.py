"""Every cell of upnp-stale-mapping's table, and how sure it is that nothing has the address."""

from dataclasses import replace

import pytest
from netaddr import IPNetwork

from netguard.checks.upnp_stale_mapping import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Outcome, Role, Severity, Status
from tests import builders
from tests.unit.checks.forwarding import DAY, IGD, ROUTER, by_ping, home, judged, known, mapping, router, since

GONE = "192.0.2.77"
TV = builders.device(77, Role.TV, name="Living room TV")


def one(scan, past=None):
    (finding,) = judged(judge, scan, past)
    return finding


@pytest.mark.parametrize(
    ("given", "severity"),
    [
        ({"lease_seconds": 0}, Severity.MEDIUM),
        ({"lease_seconds": None}, Severity.MEDIUM),
        ({"lease_seconds": 604800}, Severity.LOW),
        ({"lease_seconds": 0, "enabled": False}, Severity.INFO),
        ({"lease_seconds": 60, "enabled": False}, Severity.INFO),
    ],
)
def test_how_bad_it_is_depends_on_whether_it_ends(given, severity):
    finding = one(home(held=[mapping(client=GONE, **given)]))
    assert (finding.status, finding.severity, finding.target) == (Status.FAIL, severity, ROUTER.key)
    assert finding.evidence == ("o900",)


def test_it_is_likely_when_every_address_was_asked_and_possible_when_silence_may_hide_somebody():
    finding = one(home(held=[mapping(client=GONE)]))
    assert finding.confidence is Confidence.LIKELY
    assert finding.title == f"TCP 8443 from the internet leads to port 443 of {GONE}, where nothing is any more"
    possibly = one(home(held=[mapping(client=GONE)], attempts=by_ping()))
    assert possibly.confidence is Confidence.POSSIBLE
    assert possibly.title.endswith(f"port 443 of {GONE}, where nothing was seen")
    assert possibly.fingerprint == finding.fingerprint


@pytest.mark.parametrize("stage", ["ssdp", "mdns", "dhcp", "neighbours", "ptr", "netbios", "mndp", "ndp"])
def test_an_address_that_only_those_who_speak_up_could_have_shown_is_not_called_unused(stage):
    failed = [builders.attempt(f"discover.{name}", Outcome.FAILED, "it did not work") for name in ("arp", "ping")]
    scan = home(held=[mapping(client=GONE)], attempts=(*failed, builders.attempt(f"discover.{stage}")))
    assert one(scan).status is Status.PASS


def test_an_ipv6_address_is_looked_for_by_neighbour_discovery_alone():
    six = "2001:db8::77"
    scan = home(held=[mapping(client=six)])
    segment = replace(scan.vantage.segment, prefix=IPNetwork("2001:db8::/64"))
    scan = replace(scan, vantage=replace(scan.vantage, segment=segment))
    for stage, status in (("arp", Status.PASS), ("ping", Status.PASS), ("ndp", Status.FAIL)):
        looked = (builders.attempt(f"discover.{stage}", target="2001:db8::/64"),)
        assert one(replace(scan, attempts=looked)).status is status


def test_one_whose_device_has_another_address_now_is_certain():
    moved = builders.device(30, Role.TV, name="Living room TV")
    finding = one(home(moved, held=[mapping(client=GONE)]), Past(known=(known(moved, at=GONE),)))
    assert finding.confidence is Confidence.CONFIRMED
    assert "Living room TV had that address and is at 192.0.2.30 now." in finding.why
    lock = builders.device(30, Role.LOCK, name="Front door")
    assert (
        "Front door had that address"
        in one(home(lock, held=[mapping(client=GONE)]), Past(known=(known(lock, at=GONE),))).why
    )


def test_it_says_who_had_the_address_last_and_since_when_the_port_is_open():
    held = mapping(client=GONE)
    past = Past(known=(known(TV, last_seen=builders.NOW - 3 * DAY, said_name="Big screen"),), mappings=(since(held),))
    why = one(home(held=[held]), past).why
    assert "Big screen had that address when it was seen last, on 18 November 2026." in why
    assert "First seen 22 October 2026." in why


def test_a_known_device_that_shows_itself_without_any_address_is_not_there():
    silent = replace(TV, addresses=())
    why = one(home(silent, held=[mapping(client=GONE)]), Past(known=(known(TV),))).why
    assert "Living room TV had that address." in why


def test_it_stays_the_same_finding_whoever_had_the_address():
    one_, other = (one(home(held=[mapping(client=GONE)]), p) for p in (Past(), Past(known=(known(TV),))))
    assert one_.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    "scan",
    [
        home(TV, held=[mapping(device=TV)]),
        home(held=[mapping(client="10.77.0.20")]),
        home(held=[mapping(client="9.9.9.9")]),
        home(held=[mapping(client="192.0.2.255")]),
        home(held=[mapping(client=GONE)], personal_devices=1),
        home(held=[mapping(client=GONE)], attempts=by_ping("192.0.2.0/26")),
        home(held=[]),
    ],
)
def test_where_something_is_or_may_be_the_list_passes(scan):
    finding = one(scan)
    assert finding.status is Status.PASS
    assert finding.title == "the router box forwards no port to an address that nothing has"


def test_no_personal_device_left_out_leaves_nothing_that_may_be_there():
    assert one(home(held=[mapping(client=GONE)], personal_devices=0)).status is Status.FAIL


def test_a_lock_that_had_the_address_and_was_not_seen_is_not_gone():
    lock = builders.device(77, Role.LOCK)
    assert one(home(held=[mapping(client=GONE)]), Past(known=(known(lock),))).status is Status.PASS


def test_a_list_that_is_not_whole_is_unknown_beside_what_it_shows():
    gateways = (router(mapping(client=GONE), igd=replace(IGD, listed="part")),)
    assert [f.status for f in judged(judge, home(gateways=gateways))] == [Status.FAIL, Status.UNKNOWN]
    assert one(builders.scan(ROUTER)).status is Status.UNKNOWN
    scan = builders.scan()
    assert one(replace(scan, vantage=replace(scan.vantage, gateway=None))).status is Status.NOT_APPLICABLE
