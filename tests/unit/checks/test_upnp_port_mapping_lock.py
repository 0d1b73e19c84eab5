"""Every cell of upnp-port-mapping-lock's table, whom it counts as a lock, and what it says of a mapping."""

from dataclasses import replace

import pytest

from netguard.checks.upnp_port_mapping_lock import CHECK, judge
from netguard.model import address
from netguard.model.finding import fingerprint
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Outcome, Power, Role, Severity, Status, Transport
from tests import builders
from tests.unit.checks import judging
from tests.unit.checks.forwarding import DAY, IGD, ROUTER, home, judged, known, mapping, router, since

HUB = builders.device(20, Role.LOCK_HUB, name="Kitchen hub")
STRANGER = builders.device(21, Role.UNKNOWN)


def one(scan, past=None):
    (finding,) = judged(judge, scan, past)
    return finding


def listening(device, port, name=None):
    return replace(
        device,
        services=(builders.service(port, name=name, at=str(device.addresses[0])),),
        coverage=(builders.coverage("1-65535", str(device.addresses[0])),),
    )


@pytest.mark.parametrize("role", [Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM])
def test_a_port_that_leads_to_a_lock_hub_or_alarm_is_high(role):
    device = builders.device(20, role, name="Front door")
    finding = one(home(device, held=[mapping(device=device)]))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.HIGH)
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.target == device.key, "so that it counts for the lock"
    assert finding.title == "TCP 8443 from the internet leads to port 443 of Front door"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("api_login", "none"),
        ("api_login", "setup"),
        ("telnet_login", "shell"),
        ("ssh_login", "none"),
        ("mqtt_anonymous", True),
        ("adb_authentication", "none"),
    ],
)
def test_what_lets_anybody_in_is_critical(kind, value):
    hub = listening(HUB, 443)
    said = judging.facts(hub, 443, **{kind: value})
    finding = one(home(hub, held=[mapping(device=hub)], observations=said))
    assert finding.severity is Severity.CRITICAL
    assert "It asks for no login." in finding.why
    assert {o.id for o in said} < set(finding.evidence), "the service's facts, and the mapping itself"


def test_a_service_that_the_rules_call_critical_is_critical():
    hub = listening(HUB, 5555, "adb")
    assert one(home(hub, held=[mapping(5555, 5555, device=hub)])).severity is Severity.CRITICAL
    asleep = builders.device(20, Role.LOCK_HUB)
    assert one(home(asleep, held=[mapping(5555, 5555, device=asleep)])).severity is Severity.HIGH, "nobody saw it"


@pytest.mark.parametrize(
    ("external", "internal", "severity"),
    [(40001, 40001, Severity.MEDIUM), (40001, 80, Severity.HIGH), (8123, 40001, Severity.HIGH), (0, 1, Severity.HIGH)],
)
def test_what_is_unidentified_may_be_a_lock(external, internal, severity):
    finding = one(home(STRANGER, held=[mapping(external, internal, device=STRANGER)]))
    assert finding.severity is severity
    assert finding.confidence is Confidence.POSSIBLE
    assert "may be a lock" in finding.title


def test_it_is_as_sure_as_what_the_device_is():
    likely = replace(HUB, confidence=Confidence.LIKELY)
    assert one(home(likely, held=[mapping(device=likely)])).confidence is Confidence.LIKELY


def test_a_closed_port_or_a_named_peer_makes_it_one_step_less_and_both_no_more_than_that():
    closed = replace(HUB, coverage=(builders.coverage("443"),))
    finding = one(home(closed, held=[mapping(device=closed)]))
    assert finding.severity is Severity.MEDIUM
    assert "Nothing answers on that port now" in finding.why
    limited = one(home(HUB, held=[mapping(device=HUB, remote_host="198.51.100.7")]))
    assert limited.severity is Severity.MEDIUM
    assert "Only 198.51.100.7 may come in." in limited.why
    both = one(home(closed, held=[mapping(device=closed, remote_host="198.51.100.7")]))
    assert both.severity is Severity.MEDIUM


def test_one_mapping_for_a_peer_and_one_for_all_are_one_finding_that_says_the_worse():
    held = [mapping(device=HUB, remote_host="198.51.100.7", lease_seconds=60), mapping(device=HUB)]
    finding = one(home(HUB, held=held))
    assert finding.severity is Severity.HIGH
    assert "may come in" not in finding.why
    assert "It has no end." in finding.why


def test_one_that_is_switched_off_is_low():
    finding = one(home(HUB, held=[mapping(device=HUB, enabled=False)]))
    assert finding.severity is Severity.LOW
    assert finding.title == "TCP 8443 from the internet is set to lead to port 443 of Kitchen hub, but is switched off"


def test_each_mapping_is_one_finding_that_stays_the_same_whatever_the_device_is_called():
    held = [mapping(device=HUB), mapping(22, 22, device=HUB), mapping(8443, 443, device=HUB, protocol=Transport.UDP)]
    found = judged(judge, home(HUB, held=held))
    assert [f.title.partition(" from")[0] for f in found] == ["TCP 22", "TCP 8443", "UDP 8443"]
    assert len({f.fingerprint for f in found}) == 3
    renamed = replace(HUB, name="other", key="upnp:uuid:1", former_keys=(HUB.key,))
    again = judged(judge, home(renamed, held=[replace(m, device=renamed.key) for m in held]))
    assert [f.fingerprint for f in again] == [f.fingerprint for f in found]
    assert found[1].fingerprint == fingerprint(CHECK.id, ROUTER.key, "tcp/8443/192.0.2.20/443")


def test_a_lock_that_sleeps_is_still_behind_its_door():
    lock = builders.device(20, Role.LOCK, name="Front door", power=Power.BATTERY)
    asleep = one(home(held=[mapping()]), Past(known=(known(lock),)))
    awake = one(home(lock, held=[mapping(device=lock)]))
    assert asleep.fingerprint == awake.fingerprint
    assert asleep.target == ROUTER.key
    assert (asleep.severity, asleep.confidence) == (Severity.HIGH, Confidence.LIKELY)
    assert "leads to port 443 of Front door" in asleep.title
    assert "Front door was not seen in this scan." in asleep.why
    declared = replace(
        lock, key="declared:1", addresses=(), declared=True, seen=False, services=(), coverage=(), identities=()
    )
    assert one(home(declared, held=[mapping()]), Past(known=(known(lock),))).fingerprint == awake.fingerprint


def test_a_lock_that_moved_left_a_forgotten_door_and_what_the_person_says_it_is_counts():
    lock = builders.device(30, Role.LOCK, name="Front door")
    past = Past(known=(known(lock, at="192.0.2.20"),))
    assert one(home(lock, held=[mapping()]), past).status is Status.PASS, "upnp-stale-mapping says it"
    plug = builders.device(20, Role.PLUG)
    said = Past(known=(known(plug, said_role=Role.LOCK, said_name="Shed"),))
    assert "Shed" in one(home(held=[mapping()]), said).title
    assert one(home(held=[mapping()]), Past(known=(known(plug),))).status is Status.PASS


def test_of_two_that_had_the_address_the_last_one_counts():
    lock, plug = builders.device(20, Role.LOCK, name="Front door"), builders.device(20, Role.PLUG, key="mac:plug")
    newer = known(plug, id="1" * 12, last_seen=builders.NOW)
    assert one(home(held=[mapping()]), Past(known=(known(lock), newer))).status is Status.PASS


def test_it_says_what_answers_there_now():
    hub = listening(HUB, 443, "https")
    assert "https answers on that port now." in one(home(hub, held=[mapping(device=hub)])).why
    product = replace(hub, services=(replace(hub.services[0], product="lighttpd\x1b[31m"),))
    assert "lighttpd" in one(home(product, held=[mapping(device=hub)])).why
    assert "\x1b" not in one(home(product, held=[mapping(device=hub)])).why
    nameless = listening(HUB, 443)
    assert "answers on that port now." in one(home(nameless, held=[mapping(device=nameless)])).why
    assert "was not asked in this scan" in one(home(HUB, held=[mapping(device=HUB)])).why
    udp = mapping(device=HUB, protocol=Transport.UDP)
    assert "over UDP silence tells nothing" in one(home(hub, held=[udp])).why
    every = one(home(HUB, held=[mapping(0, 0, device=HUB)]))
    assert every.title == "Every free TCP port from the internet leads to Kitchen hub"
    assert "Whatever it listens on" in every.why


def test_it_says_who_opened_it_and_until_when():
    held = mapping(device=HUB, description="Nuki\x1b]0;x\x07 " + "y" * 500, lease_seconds=604799)
    why = one(home(HUB, held=[held])).why
    assert "It ends by itself in 6 days, unless it is asked for again." in why
    assert "\x1b" not in why
    assert "y" * 61 not in why
    for seconds, said in ((59, "less than a minute"), (60, "1 minute"), (7199, "1 hour"), (7200, "2 hours")):
        lease = mapping(device=HUB, lease_seconds=seconds)
        assert f"ends by itself in {said}," in one(home(HUB, held=[lease])).why
    assert "It has no end." in one(home(HUB, held=[mapping(device=HUB, lease_seconds=0)])).why


@pytest.mark.parametrize(
    ("leases", "said"),
    [
        ((None,), "The router does not say until when."),
        ((None, 60), "The router does not say until when."),
        ((None, 0), "It has no end."),
    ],
)
def test_an_end_that_the_router_did_not_tell_is_said_to_be_so(leases, said):
    held = [mapping(device=HUB, lease_seconds=s, remote_host=f"198.51.100.{n}") for n, s in enumerate(leases, 1)]
    why = one(home(HUB, held=held)).why
    assert said in why
    assert ("no end" in why) == (0 in leases)


def test_it_says_since_when():
    held = mapping(device=HUB)
    scan = home(HUB, held=[held])
    assert "This is the first scan that sees it." in one(scan).why
    past = Past(mappings=(since(held),))
    assert "First seen 22 October 2026." in one(scan, past).why
    assert "First seen" not in one(scan, Past(mappings=(since(held, gateway="mac:other"),))).why
    assert "First seen" not in one(scan, Past(mappings=(since(mapping(22, device=HUB)),))).why
    itself = Past(mappings=(since(held, first=scan.started_at),))
    assert "This is the first scan that sees it." in one(scan, itself).why, "as when a saved scan is judged anew"


def test_a_gateway_that_showed_a_stronger_identity_keeps_its_mappings_past():
    held = mapping(device=HUB)
    grown = replace(ROUTER, key="upnp:uuid:router", former_keys=(ROUTER.key,))
    scan = builders.scan(grown, HUB, gateways=(router(held, device=grown),))
    assert "First seen 22 October 2026." in one(scan, Past(mappings=(since(held),))).why


def test_it_says_what_is_new_and_what_came_back_since_the_scan_before():
    held = mapping(device=HUB)
    scan = home(HUB, held=[held])
    before = replace(home(HUB), started_at=builders.NOW - DAY)
    assert "It is new: the scan of 20 November 2026 did not have it." in one(scan, Past(previous=before)).why
    back = one(scan, Past(previous=before, mappings=(since(held),)))
    assert "First seen 22 October 2026; the scan of 20 November 2026 did not have it, and now it is back." in back.why
    there = replace(scan, started_at=builders.NOW - DAY)
    assert "First seen 22 October 2026." in one(scan, Past(previous=there, mappings=(since(held),))).why
    part = replace(before, gateways=(router(igd=replace(IGD, listed="part")),))
    assert "It is new" not in one(scan, Past(previous=part)).why


def test_what_closes_it_is_said_for_each_of_two_that_differ_in_who_may_come_in_and_not_for_every_port():
    (failed,) = [f for f in judged(judge, home(HUB, held=[mapping(device=HUB), mapping(device=HUB, remote_host="198.51.100.7")]))
                 if f.status is Status.FAIL]  # fmt: skip
    typed = "netguard upnp remove tcp/8443 --remote-host"
    assert f'{typed} "" and {typed} 198.51.100.7 close it; so does deleting it' in failed.fix
    everything = one(home(HUB, held=[mapping(0, device=HUB)])).fix
    assert everything.startswith("Delete it in the router's menu, under UPnP or port forwarding.")
    assert "upnp remove" not in everything


def test_another_gateway_than_the_own_one_is_named_and_counts_the_same():
    second = builders.device(2, Role.ROUTER, name="cellar router")
    held = mapping(device=HUB)
    gateways = (router(), router(held, device=second))
    found = judged(judge, home(second, HUB, gateways=gateways))
    (failed,) = [f for f in found if f.status is Status.FAIL]
    assert failed.title.endswith("of Kitchen hub, at cellar router")
    assert "netguard upnp remove tcp/8443@192.0.2.2 closes it" in failed.fix
    assert [f.status for f in found if f is not failed] == [Status.PASS], "the own router forwards nothing there"
    both = judged(judge, home(second, HUB, gateways=(router(held), router(held, device=second))))
    assert len({f.fingerprint for f in both}) == 2


def test_the_fix_is_what_to_type_and_the_record_knows_better():
    assert "netguard upnp remove tcp/8443 closes it" in one(home(HUB, held=[mapping(device=HUB)])).fix
    device, rules = judging.with_record(HUB, {CHECK.id: "Press the button."})
    (finding,) = judge(home(device, held=[mapping(device=device)]), rules, Past())
    assert finding.fix == "Press the button."


def test_it_passes_only_where_the_router_named_its_last_mapping():
    passed = one(home(HUB))
    assert (passed.status, passed.target) == (Status.PASS, ROUTER.key)
    assert passed.title == "the router box forwards no port to a lock, hub or alarm"
    tv = builders.device(22, Role.TV)
    assert one(home(tv, held=[mapping(device=tv)])).status is Status.PASS


@pytest.mark.parametrize(
    ("listed", "because"), [("part", "did not name all of its mappings"), ("refused", "does not say which ports")]
)
def test_a_list_that_is_not_whole_is_unknown_beside_what_it_shows(listed, because):
    igd = replace(IGD, listed=listed)
    nothing = one(home(HUB, gateways=(router(igd=igd),)))
    assert nothing.status is Status.UNKNOWN
    assert because in nothing.title
    found = judged(judge, home(HUB, gateways=(router(mapping(device=HUB), igd=igd),)))
    assert [f.status for f in found] == [Status.FAIL, Status.UNKNOWN]


def test_a_router_that_was_asked_in_every_way_and_offers_no_upnp_passes_unless_it_speaks_nat_pmp():
    from netguard.model.gateway import NatPmp, Pcp

    absent = builders.observation(1, "igd.absent", True, of=ROUTER)
    passed = one(home(HUB, gateways=(router(igd=None),), observations=(absent,)))
    assert (passed.status, passed.evidence) == (Status.PASS, ("o1",))
    for service in ({"natpmp": NatPmp(result=0)}, {"pcp": Pcp(version=2, result=0)}):
        finding = one(home(HUB, gateways=(router(igd=None, **service),), observations=(absent,)))
        assert finding.status is Status.UNKNOWN
        assert "NAT-PMP" in finding.title
    not_true = builders.observation(1, "igd.absent", False, of=ROUTER)
    assert one(home(HUB, gateways=(router(igd=None),), observations=(not_true,))).status is Status.UNKNOWN


def test_what_was_not_asked_is_unknown_with_the_reason():
    silent = builders.attempt("probe.igd", Outcome.FAILED, "it did not answer", target="192.0.2.1")
    finding = one(home(HUB, gateways=(router(igd=None),), attempts=(silent,)))
    assert finding.status is Status.UNKNOWN
    assert "because it did not answer" in finding.title
    igd_without_list = one(home(HUB, gateways=(router(igd=replace(IGD, listed=None)),)))
    assert igd_without_list.status is Status.UNKNOWN
    old = one(builders.scan(ROUTER, HUB))
    assert old.status is Status.UNKNOWN
    assert "asked no router about it" in old.title


def test_a_network_without_a_router_is_not_this_check_s_business():
    scan = builders.scan(HUB)
    cut_off = replace(scan, vantage=replace(scan.vantage, gateway=None))
    assert one(cut_off).status is Status.NOT_APPLICABLE


def test_the_router_itself_and_this_computer_are_no_locks_however_little_is_known_of_them():
    unnamed = replace(ROUTER, role=Role.UNKNOWN)
    held = mapping(device=unnamed)
    scan = builders.scan(unnamed, gateways=(router(held, device=unnamed),))
    assert one(scan).status is Status.PASS
    own = replace(builders.device(10, Role.UNKNOWN), addresses=(address.ip(builders.OWN),))
    scan = home(own, held=[mapping(device=own)])
    assert one(scan).status is Status.PASS
