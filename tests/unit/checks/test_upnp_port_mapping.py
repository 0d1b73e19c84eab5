"""Every cell of upnp-port-mapping's table, and what it says of addresses that nothing in the document has."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard import registry
from netguard.checks.upnp_port_mapping import CHECK, RELAY, judge
from netguard.model import address
from netguard.model.observation import clean
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Outcome, Role, Severity, Status, Transport
from tests import builders
from tests.unit.checks import judging
from tests.unit.checks.forwarding import IGD, ROUTER, by_ping, home, judged, known, mapping, router

CONSOLE = builders.device(20, Role.CONSOLE, name="Play box")
ELSEWHERE = "10.77.0.20"


def one(scan, past=None):
    (finding,) = judged(judge, scan, past)
    return finding


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        (Role.CAMERA, Severity.HIGH),
        (Role.DOORBELL, Severity.HIGH),
        (Role.NAS, Severity.HIGH),
        (Role.ROUTER, Severity.HIGH),
        (Role.ACCESS_POINT, Severity.HIGH),
        (Role.TV, Severity.MEDIUM),
        (Role.PRINTER, Severity.MEDIUM),
        (Role.VOIP, Severity.MEDIUM),
        (Role.THERMOSTAT, Severity.MEDIUM),
        (Role.COMPUTER, Severity.LOW),
        (Role.PHONE, Severity.LOW),
        (Role.TABLET, Severity.LOW),
        (Role.CONSOLE, Severity.LOW),
    ],
)
def test_how_bad_it_is_depends_on_what_it_leads_to(role, severity):
    device = builders.device(20, role)
    finding = one(home(device, held=[mapping(40001, 40001, device=device)]))
    assert (finding.status, finding.severity) == (Status.FAIL, severity)
    assert finding.target == device.key
    assert finding.title == f"TCP 40001 from the internet leads to {device.name}"


@pytest.mark.parametrize(
    ("external", "internal", "transport", "severity"),
    [
        (3389, 40001, Transport.TCP, Severity.HIGH),
        (40001, 445, Transport.TCP, Severity.HIGH),
        (40001, 5900, Transport.TCP, Severity.HIGH),
        (0, 0, Transport.TCP, Severity.HIGH),
        (0, 0, Transport.UDP, Severity.HIGH),
        (443, 443, Transport.UDP, Severity.LOW),
        (3074, 3074, Transport.UDP, Severity.LOW),
    ],
)
def test_a_port_that_strangers_look_for_is_high_whatever_it_leads_to(external, internal, transport, severity):
    held = mapping(external, internal, device=CONSOLE, protocol=transport)
    assert one(home(CONSOLE, held=[held])).severity is severity


def test_what_lets_anybody_in_is_critical():
    camera = builders.device(20, Role.CAMERA, services=(8554,), asked=builders.ALL_TCP)
    shown = judging.facts(camera, 8554, rtsp_describe=200)
    finding = one(home(camera, held=[mapping(40001, 8554, device=camera)], observations=shown))
    assert finding.severity is Severity.CRITICAL
    asks = judging.facts(camera, 8554, rtsp_describe=401)
    assert one(home(camera, held=[mapping(40001, 8554, device=camera)], observations=asks)).severity is Severity.HIGH
    tv = builders.device(20, Role.TV, services=[builders.service(5555, name="adb")], asked=builders.ALL_TCP)
    assert one(home(tv, held=[mapping(40001, 5555, device=tv)])).severity is Severity.CRITICAL


def test_a_closed_port_or_a_named_peer_makes_it_one_step_less_and_switched_off_is_info():
    nas = builders.device(20, Role.NAS, asked=builders.ALL_TCP)
    assert one(home(nas, held=[mapping(device=nas)])).severity is Severity.MEDIUM
    open_to_one = mapping(device=builders.device(20, Role.NAS), remote_host="198.51.100.7")
    assert one(home(builders.device(20, Role.NAS), held=[open_to_one])).severity is Severity.MEDIUM
    assert one(home(nas, held=[mapping(device=nas, enabled=False)])).severity is Severity.INFO
    unsaid = mapping(device=builders.device(20, Role.NAS), enabled=None)
    assert one(home(builders.device(20, Role.NAS), held=[unsaid])).severity is Severity.HIGH


def test_one_to_this_computer_says_so_and_what_listens_there_cannot_be_seen():
    own = builders.scan().devices[0]
    finding = one(home(held=[mapping(40001, 51413, device=own)]))
    assert finding.severity is Severity.LOW
    assert finding.title == "TCP 40001 from the internet leads to port 51413 of this computer"
    assert "cannot be seen from this computer itself" in finding.why
    assert one(home(held=[mapping(22, 22, device=own)])).severity is Severity.HIGH


def test_one_to_the_router_itself_says_so():
    finding = one(home(held=[mapping(40001, 8081, device=ROUTER)]))
    assert finding.severity is Severity.HIGH
    assert "the router itself (the router box)" in finding.title
    for text in ("127.0.0.1", "0.0.0.0"):
        finding = one(home(held=[mapping(40001, 8081, text)]))
        assert finding.severity is Severity.HIGH
        assert "That address is the router itself." in finding.why


def test_one_that_leads_out_again_is_a_relay_for_strangers():
    finding = one(home(held=[mapping(40001, 40001, "9.9.9.9")]))
    assert (finding.severity, finding.target) == (Severity.HIGH, ROUTER.key)
    assert RELAY in finding.why
    assert "leads to 9.9.9.9" in finding.title


@pytest.mark.parametrize("client", ["255.255.255.255", "192.0.2.255", "239.1.2.3"])
def test_one_that_leads_to_everybody_at_once_is_high(client):
    finding = one(home(held=[mapping(40001, 40001, client, protocol=Transport.UDP)]))
    assert finding.severity is Severity.HIGH
    assert "everybody's at once" in finding.why


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"client": ELSEWHERE}, "on another network"),
        ({"client": "fridge"}, "is no address that netguard can read"),
        ({"personal_devices": 2}, "may be a personal device's"),
        ({"attempts": by_ping("192.0.2.128/25")}, "was not asked in this scan"),
        ({"attempts": ()}, "was not asked in this scan"),
        ({"attempts": (builders.attempt("discover.arp", Outcome.FAILED, "no rights"),)}, "was not asked in this scan"),
        ({"attempts": (builders.attempt("discover.arp", target="everybody"),)}, "was not asked in this scan"),
    ],
)
def test_an_address_of_which_nothing_is_known_is_medium_and_never_called_unused(given, said):
    client = given.pop("client", "192.0.2.77")
    finding = one(home(held=[mapping(40001, 40001, client)], **given))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.MEDIUM)
    assert said in finding.why
    assert client in finding.title


def test_a_device_that_the_person_left_out_of_a_scan_may_have_had_a_name():
    camera = builders.device(77, Role.CAMERA)
    past = Past(known=(known(camera),))
    finding = one(home(held=[mapping(40001, 40001, "192.0.2.77")], attempts=by_ping("192.0.2.128/25")), past)
    assert finding.severity is Severity.MEDIUM


def test_what_is_unidentified_is_the_lock_check_s_and_what_nobody_has_the_stale_one_s():
    stranger = builders.device(21, Role.UNKNOWN)
    held = [mapping(device=stranger), mapping(client="192.0.2.77")]
    finding = one(home(stranger, held=held))
    assert finding.status is Status.PASS
    assert finding.title == "the router box forwards no other port into the home"


def test_it_is_as_sure_as_what_the_device_is_and_cites_what_shows_it():
    likely = builders.device(20, Role.TV, confidence=Confidence.LIKELY)
    finding = one(home(likely, held=[mapping(device=likely)]))
    assert finding.confidence is Confidence.LIKELY
    assert finding.evidence == ("o900",)
    assert finding.fingerprint == one(home(CONSOLE, held=[mapping(device=CONSOLE)])).fingerprint


def test_the_list_decides_what_is_left_to_say():
    assert one(home()).status is Status.PASS
    part = replace(IGD, listed="part")
    found = judged(judge, home(CONSOLE, gateways=(router(mapping(device=CONSOLE), igd=part),)))
    assert [f.status for f in found] == [Status.FAIL, Status.UNKNOWN]
    assert one(builders.scan(ROUTER)).status is Status.UNKNOWN
    scan = builders.scan()
    assert one(replace(scan, vantage=replace(scan.vantage, gateway=None))).status is Status.NOT_APPLICABLE


THREE = ("upnp-port-mapping-lock", "upnp-stale-mapping", "upnp-port-mapping")
CHECKS = {name: registry.load("netguard.checks", name) for name in THREE}
CLIENTS = st.sampled_from(
    ["192.0.2.20", "192.0.2.21", "192.0.2.77", "192.0.2.1", "192.0.2.10", "192.0.2.255", "192.0.2.0", ELSEWHERE,
     "9.9.9.9", "127.0.0.1", "0.0.0.0", "239.1.2.3", "255.255.255.255", "fd00:77::20", "fridge", ""]
)  # fmt: skip
HELD = st.builds(
    mapping,
    st.sampled_from([0, 22, 8443, 40001]),
    st.sampled_from([0, 443, 5555, 40001]),
    CLIENTS,
    protocol=st.sampled_from(Transport),
    remote_host=st.sampled_from([None, "198.51.100.7", "x" * 300]),
    enabled=st.sampled_from([None, True, False]),
    lease_seconds=st.sampled_from([None, 0, 1, 604800]),
    description=st.one_of(st.none(), st.text(max_size=80)),
)


@given(
    st.lists(HELD, max_size=6),
    st.lists(HELD, max_size=3),
    st.tuples(*[st.sampled_from(sorted(Role))] * 2),
    st.sampled_from([None, "all", "part", "refused"]),
    st.booleans(),
    st.sampled_from([None, 0, 3]),
)
@settings(max_examples=150, deadline=None)
def test_every_mapping_that_was_read_is_a_finding_of_exactly_one_check(own, others, roles, listed, remember, left_out):
    devices = [builders.device(number, role) for number, role in zip((20, 21), roles, strict=True)]
    second = builders.device(2, Role.TV)
    by_address = {str(d.addresses[0]): d.key for d in (ROUTER, *devices, second, builders.scan().devices[0])}
    joined = [[replace(m, device=by_address.get(m.internal_client)) for m in held] for held in (own, others)]
    gateways = (router(*joined[0], igd=replace(IGD, listed=listed)), router(*joined[1], device=second))
    scan = home(second, *devices, gateways=gateways, personal_devices=left_out)
    past = Past(known=(known(builders.device(77, Role.LOCK)),) if remember else ())
    found = [f for name in THREE for f in judged(CHECKS[name].judge, scan, past)]
    failed = [f for f in found if f.status is Status.FAIL]
    names = {
        (gateway.device, m.protocol, m.external_port, m.internal_client, m.internal_port)
        for gateway in gateways
        for m in gateway.mappings
    }
    assert len(failed) == len({f.fingerprint for f in failed}) == len(names)
    assert len({f.fingerprint for f in found}) == len(found)
    assert {f.target for f in found} <= {d.key for d in scan.devices}
    for finding in failed:
        assert finding.evidence
        assert clean(finding.title, 10_000) == finding.title
        assert clean(finding.why, 10_000) == finding.why
    if listed != "all":
        assert not any(f.status is Status.PASS for f in found)


def test_all_three_say_one_step_and_have_ids_of_the_contract():
    assert {module.CHECK.remedy.group for module in CHECKS.values()} == {"remove-mapping"}
    assert [module.CHECK.id for module in CHECKS.values()] == list(THREE)
    assert CHECK.remedy.intent == "remove-mapping"
    assert address.ip("192.0.2.20") == mapping().client
