"""Every shipped record recognises what it is about, and nothing else's."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from netaddr import IPNetwork

from netguard.identify.devices import devices
from netguard.identify.evidence import Trace, decide
from netguard.model import ports
from netguard.model.address import ip, mac
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import Confidence, Role, Severity, Transport
from netguard.registry import names
from netguard.rules.loader import load

SIGHTINGS = Path(__file__).with_name("sightings")
RULES = load()
HERE = Surroundings(
    vantage=Vantage(
        os="linux",
        interface="eth0",
        address=ip("192.0.2.2"),
        mac=mac("02:00:00:00:00:02"),
        segment=Segment(prefix=IPNetwork("192.0.2.0/24")),
    )
)
ADDRESS = ip("192.0.2.77")


def staged(name):
    return yaml.safe_load((SIGHTINGS / f"{name}.yaml").read_text(encoding="utf-8"))


def traced(told):
    """What the staged sighting shows, as evidence is weighed against it."""
    texts = {}
    for fact in told.get("facts", ()):
        texts.setdefault(fact["kind"], set()).add(str(fact["value"]))
    return Trace(
        mac=mac(told["mac"]) if "mac" in told else None,
        is_gateway=bool(told.get("gateway")),
        hostnames=tuple(told.get("hostnames", ())),
        texts={kind: tuple(sorted(values)) for kind, values in texts.items()},
    )


def recognised(told, rules=RULES):
    """The device that the staged sighting becomes."""
    facts = tuple(
        Fact(kind=f["kind"], value=f["value"], transport=Transport.TCP if "port" in f else None, port=f.get("port"))
        for f in told.get("facts", ())
    )
    hardware = mac(told["mac"]) if "mac" in told else None
    sighting = Sighting(
        source="staged",
        detail="staged",
        address=ADDRESS,
        mac=hardware,
        hostnames=tuple(told.get("hostnames", ())),
        facts=facts,
    )
    here = HERE
    if told.get("gateway"):
        here = replace(HERE, vantage=replace(HERE.vantage, gateway=NextHop(address=ADDRESS, mac=hardware)))
    found = devices((sighting,), {}, (), (), here, rules)
    (device,) = [d for d in found if ADDRESS in d.addresses]
    return device


RECOGNISABLE = sorted(name for name, record in RULES.devices.items() if record.ip != "no")
"""What can be on a network at all."""


@pytest.mark.parametrize("name", RECOGNISABLE)
def test_every_record_recognises_its_staged_sighting(name):
    told = staged(name)

    device = recognised(told)

    assert told["record"] == name
    assert device.profile == name
    assert device.role is RULES.devices[name].role
    assert device.confidence is Confidence(told["confidence"])


def test_every_staged_sighting_belongs_to_a_record():
    assert {path.stem for path in SIGHTINGS.iterdir()} == set(RECOGNISABLE)


def test_there_are_records_for_what_homes_have():
    assert len(RULES.devices) >= 150


@pytest.mark.parametrize("name", RECOGNISABLE)
def test_no_other_makers_record_knows_a_devices_sighting(name):
    """A record that only its own evidence should meet, alone with another's sighting, recognises nothing."""
    trace = traced(staged(name))
    for other in RECOGNISABLE:
        record = RULES.devices[other]
        if other == name or record.generic or (name, other) in REVIEWED:
            continue
        assert decide(trace, [record]).record is None, f"{other} knows the sighting of {name}"


REVIEWED = {
    ("apple-ipad", "apple-iphone"),  # both announce Wi-Fi sync; the iPad's name and model decide
    ("nuki-bridge", "nuki-smart-lock"),  # one block of MAC addresses for both; the bridge's host name decides
    ("homematic-ccu", "homematic-access-point"),  # one block for both; the CCU's page decides
}
"""Sighting and record that share evidence and are told apart by more; each pair was looked at."""


@pytest.mark.parametrize("name", RECOGNISABLE)
def test_without_its_own_record_a_device_is_never_taken_for_a_door(name):
    """The confusion table: what the other records make of a device when its own is taken away."""
    others = {id_: record for id_, record in RULES.devices.items() if id_ != name}
    own = RULES.devices[name].role

    device = recognised(staged(name), replace(RULES, devices=others))

    doors = {Role.LOCK, Role.LOCK_HUB}
    assert own in doors or device.role not in doors
    allowed = {own, Role.UNKNOWN} | ALIKE.get(name, set())
    assert device.role in allowed


ALIKE = {
    "bose-soundtouch": {Role.TV},
    "cambridge-streammagic": {Role.TV},
    "denon-heos": {Role.TV},
    "internet-radio": {Role.TV},
    "linkplay-wiim": {Role.TV},
    "nuki-bridge": {Role.LOCK},
    "onkyo-receiver": {Role.TV},
    "tado": {Role.SMART_HOME_HUB},
    "xbox": {Role.TV},
    # What a device is without its own record: true as far as it goes, because it announces that function too.
    "apple-homepod": {Role.THREAD_BORDER_ROUTER},
    "apple-ipad": {Role.PHONE},
    "apple-mac": {Role.NAS},
    "apple-tv": {Role.THREAD_BORDER_ROUTER, Role.CAMERA},
    "chromecast": {Role.TV},
    "doorbird": {Role.CAMERA},
    "sonos": {Role.TV, Role.NAS},
    "windows-computer": {Role.NAS},
}


@pytest.mark.parametrize(
    "hostname",
    [
        "clock-radio",
        "Kitchen-Clock",
        "spring-board",
        "Block-1",
        "blockchain",
        "lockscreen",
        "connect-four",
        "connect",
        "unlock-me",
        "ring-light",
        "hub",
        "st-lucia",
        "front-door",
        "augustus-pc",
        "yale-university",
        "padlock",
    ],
)
def test_words_that_sound_like_locks_are_no_locks(hostname):
    device = recognised({"mac": "00:1b:21:00:11:22", "hostnames": [hostname]})

    assert device.role is Role.UNKNOWN
    assert device.profile is None


def test_a_module_makers_block_alone_recognises_nothing():
    assert recognised({"mac": "b8:b7:f1:00:11:22"}).role is Role.UNKNOWN
    assert recognised({"mac": "b8:b7:f1:00:11:22", "hostnames": ["somfy_12"]}).role is Role.UNKNOWN


def test_a_randomised_mac_in_a_makers_block_says_nothing():
    assert recognised({"mac": "56:d2:72:00:11:22"}).role is Role.UNKNOWN


def test_a_certificates_subject_matches_in_either_order():
    for subject in ("CN=ecb5fafffe00aabb,O=Philips Hue,C=NL", "C=NL,O=Philips Hue,CN=ecb5fafffe00aabb"):
        device = recognised({"facts": [{"kind": "tls.subject", "value": subject, "port": 443}]})

        assert (device.profile, device.confidence) == ("philips-hue-bridge", Confidence.CONFIRMED)


def test_something_else_that_says_it_is_a_gateway_is_only_possibly_a_router():
    told = {"facts": [{"kind": "ssdp.type", "value": "urn:schemas-upnp-org:device:InternetGatewayDevice:1"}]}

    device = recognised(told)

    assert (device.role, device.confidence) == (Role.ROUTER, Confidence.POSSIBLE)


def test_common_has_a_thousand_ports_and_all_that_matter():
    light, quick, common = (ports.parse(getattr(RULES.ports, name)) for name in ("light", "quick", "common"))
    named = {
        entry.port
        for record in RULES.devices.values()
        for entry in record.expected_inbound or ()
        if entry.port is not None and entry.transport is Transport.TCP
    }
    risky = {p for rule in RULES.ports.services if rule.transport is Transport.TCP for p in ports.parse(rule.ports)}

    assert len(common) == 1000
    assert light < quick < common
    assert named <= common
    assert risky <= common


def test_ports_that_no_lock_should_have_are_graded_high_or_worse():
    risks = {(rule.transport, port): rule.risk for rule in RULES.ports.services for port in ports.parse(rule.ports)}

    for port in (23, 2323, 21, 1883, 5555, 7547, 3389, 5900):
        assert risks[Transport.TCP, port].at_least(Severity.HIGH)
    assert (Transport.UDP, 161) in risks


def test_every_record_says_where_it_is_from():
    for record in RULES.devices.values():
        assert record.sources
        assert record.verified.how in {"documents", "packets", "memory"}
        if record.role in {Role.LOCK, Role.LOCK_HUB}:
            assert record.expected_inbound is not None, record.id


def test_a_records_ports_do_not_include_one_of_high_risk_on_a_door():
    risky = {
        (rule.transport, port)
        for rule in RULES.ports.services
        if rule.risk.at_least(Severity.HIGH)
        for port in ports.parse(rule.ports)
    }
    for record in RULES.devices.values():
        if record.role in {Role.LOCK, Role.LOCK_HUB}:
            assert not {(e.transport, e.port) for e in record.expected_inbound or ()} & risky, record.id


def test_every_fix_of_a_record_is_for_a_check_that_exists():
    checks = set(names("netguard.checks"))

    assert checks
    assert {
        (id_, check) for id_, record in RULES.devices.items() for check in record.fixes if check not in checks
    } == set()


def test_many_records_say_what_closes_a_finding_and_where_to_report_a_fault():
    """A floor under what has been written down, so that nothing of it is lost unnoticed."""
    assert sum(bool(record.fixes) for record in RULES.devices.values()) >= 30
    assert sum(record.disclosure is not None for record in RULES.devices.values()) >= 40
    assert sum(bool(record.security) for record in RULES.devices.values()) >= 40
