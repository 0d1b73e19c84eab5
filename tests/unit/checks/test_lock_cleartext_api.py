"""lock-cleartext-api: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import msgspec
import pytest

from netguard.checks.lock_cleartext_api import FIX, MQTT_FIX, judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Link, Outcome, Role, Severity, Status
from netguard.rules import loader
from tests import builders

RULES = loader.load()
HUB, BRIDGE = Role.SMART_HOME_HUB, Role.LOCK_HUB


def judged(*devices, rules=RULES, **given):
    return list(judge(builders.scan(*devices, **given), rules, Past()))


def hub(role=HUB, *services, asked=builders.ALL_TCP, number=20, **given):
    return builders.device(number, role, services=services, asked=asked, **given)


def said(device, name, port, *, encrypted, login="required", first=1):
    facts = {"api.name": name, "api.login": login, "api.encrypted": encrypted}
    return [
        builders.observation(n, kind, value, of=device, port=port)
        for n, (kind, value) in enumerate(facts.items(), first)
        if value is not None
    ]


def found(role, interface, *, encrypted, port=8080, **given):
    device = hub(role, port, **given)
    return judged(device, observations=said(device, interface, port, encrypted=encrypted))


@pytest.mark.parametrize(
    ("role", "name", "severity"),
    [
        (BRIDGE, "Nuki Bridge HTTP API", Severity.HIGH),
        (Role.LOCK, "Nuki Bridge HTTP API", Severity.HIGH),
        (BRIDGE, "tedee Bridge API", Severity.MEDIUM),
        (HUB, "tedee Bridge API", Severity.MEDIUM),
        (BRIDGE, "a new interface", Severity.MEDIUM),
        (HUB, "Hue API", Severity.LOW),
        (HUB, "Homematic XML-RPC", Severity.LOW),
        (HUB, "Zigbee2MQTT", Severity.LOW),
        (HUB, "Home Assistant", Severity.LOW),
        (Role.NAS, "Z-Wave JS server", Severity.LOW),
    ],
)
def test_severity_by_circumstance(role, name, severity):
    (finding,) = found(role, name, encrypted=False)
    assert (finding.status, finding.severity) == (Status.FAIL, severity)
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.evidence == ("o1", "o2", "o3")
    assert ("token in the address" in finding.title) == (severity is Severity.HIGH)


@pytest.mark.parametrize(
    ("service", "confidence"),
    [
        (builders.service(1883, name="mqtt"), Confidence.CONFIRMED),
        (builders.service(2883, name="mqtt"), Confidence.CONFIRMED),
        (builders.service(1883), Confidence.LIKELY),
    ],
)
def test_mqtt_on_a_hub_is_low(service, confidence):
    (finding,) = judged(hub(HUB, service))
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, Severity.LOW, confidence)
    assert finding.fix == MQTT_FIX


def test_mqtt_elsewhere_and_something_else_on_its_port_are_not_judged():
    assert [f.status for f in judged(hub(Role.NAS, 1883))] == [Status.NOT_APPLICABLE]
    (web,) = judged(hub(HUB, builders.service(1883, name="http")))
    assert web.status is Status.UNKNOWN


def test_the_plain_one_of_two_ways_is_the_finding():
    device = hub(HUB, 80, 443, profile="philips-hue-bridge")
    facts = said(device, "Hue API", 80, encrypted=False) + said(device, "Hue API", 443, encrypted=True, first=4)
    (finding,) = judged(device, observations=facts)
    assert (finding.status, finding.evidence) == (Status.FAIL, ("o1", "o2", "o3"))
    assert "tcp/80" in finding.title


def test_it_passes_where_every_way_is_encrypted_and_every_port_was_asked():
    device = hub(HUB, 443, profile="philips-hue-bridge")
    facts = said(device, "Hue API", 443, encrypted=True)
    (finding,) = judged(device, observations=facts)
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert "Hue API (tcp/443)" in finding.title
    (partly,) = judged(replace(device, coverage=(builders.coverage("443"),)), observations=facts)
    assert partly.status is Status.UNKNOWN
    assert "(tcp 80 left out)" in partly.title


def test_what_did_not_answer_or_does_not_show_is_unknown():
    device = hub(BRIDGE, 8080, profile="nuki-bridge")
    failed = builders.attempt("probe.nuki", Outcome.FAILED, "it answered 503", target="192.0.2.20 tcp/8080")
    (finding,) = judged(device, attempts=(failed,))
    assert finding.status is Status.UNKNOWN
    assert "tcp/8080 did not answer as expected: it answered 503" in finding.title
    (mute,) = found(HUB, "a new interface", encrypted=None)
    assert mute.status is Status.UNKNOWN
    (strange,) = judged(hub(HUB, 39500))
    assert "knows no question" in strange.title
    (partly,) = judged(hub(HUB, asked="1-1024"))
    assert "does not ask all its ports" in partly.title


def test_it_does_not_apply_where_there_is_nothing_to_read_along():
    (nothing,) = judged(builders.device(20, Role.CAMERA))
    assert (nothing.status, nothing.target) == (Status.NOT_APPLICABLE, "network")
    (silent,) = judged(hub(BRIDGE))
    assert silent.status is Status.NOT_APPLICABLE
    assert "listens on no TCP port" in silent.title


def test_a_declared_bridge_that_was_not_seen_is_no_pass():
    absent = builders.device(20, BRIDGE, declared=True, seen=False, unseen="Plug it in.", addresses=(), link=Link.WIFI)
    (finding,) = judged(absent)
    assert (finding.status, finding.fix.startswith("Plug it in.")) == (Status.UNKNOWN, True)


def test_what_to_do_is_the_records_own_where_it_knows():
    def rules(text):
        record = msgspec.structs.replace(
            RULES.devices["nuki-bridge"], fixes={"lock-cleartext-api": text} if text else {}
        )
        return replace(RULES, devices=RULES.devices | {"nuki-bridge": record})

    device = hub(BRIDGE, 8080, profile="nuki-bridge")
    facts = said(device, "Nuki Bridge HTTP API", 8080, encrypted=False)
    assert judged(device, observations=facts, rules=rules("Menu > off"))[0].fix == "Menu > off"
    assert judged(device, observations=facts, rules=rules(""))[0].fix == FIX


def test_a_fingerprint_follows_device_and_port_and_nothing_else():
    def print_(**given):
        return found(HUB, "Hue API", encrypted=False, **given)[0].fingerprint

    assert print_() == print_(name="renamed")
    assert print_() != print_(key="mac:other")
    assert print_() != print_(port=80)
