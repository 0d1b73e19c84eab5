"""hub-no-login: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import msgspec
import pytest

from netguard import registry
from netguard.checks import _interfaces
from netguard.checks.hub_no_login import FIX, SETUP_FIX, judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Depth, Ended, Link, Outcome, Role, Severity, Status, Transport
from netguard.rules import loader
from tests import builders
from tests.unit.probe.conftest import make_ask

RULES = loader.load()
HUB, BRIDGE = Role.SMART_HOME_HUB, Role.LOCK_HUB


def judged(*devices, rules=RULES, **given):
    return list(judge(builders.scan(*devices, **given), rules, Past()))


def hub(role=HUB, *services, asked=builders.ALL_TCP, number=20, **given):
    return builders.device(number, role, services=services, asked=asked, **given)


def said(device, name, login, port, *, encrypted=False, first=1, transport=Transport.TCP):
    """What a probe learnt of one interface; null for what it did not show."""
    facts = {"api.name": name, "api.login": login, "api.encrypted": encrypted}
    return [
        replace(builders.observation(n, kind, value, of=device, port=port), transport=transport)
        for n, (kind, value) in enumerate(facts.items(), first)
        if value is not None
    ]


def found(role, name, login, **given):
    transport = Transport.UDP if name == "Aqara LAN protocol" else Transport.TCP
    device = hub(role, 8123, **given)
    return judged(device, observations=said(device, name, login, 8123, transport=transport))


@pytest.mark.parametrize(
    ("role", "name", "login", "severity", "confidence"),
    [
        (HUB, "Zigbee2MQTT", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Z-Wave JS server", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Z-Wave JS UI", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Homematic XML-RPC", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Hubitat web interface", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Home Assistant", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (BRIDGE, "Nuki Bridge HTTP API", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (BRIDGE, "tedee Bridge API", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (Role.LOCK, "tedee Bridge API", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (Role.NAS, "Zigbee2MQTT", "none", Severity.CRITICAL, Confidence.CONFIRMED),
        (BRIDGE, "a new interface", "setup", Severity.CRITICAL, Confidence.CONFIRMED),
        (HUB, "Home Assistant", "setup", Severity.HIGH, Confidence.CONFIRMED),
        (HUB, "Homematic remote scripts", None, Severity.HIGH, Confidence.LIKELY),
        (HUB, "Hue API", "none", Severity.MEDIUM, Confidence.CONFIRMED),
        (HUB, "Aqara LAN protocol", None, Severity.MEDIUM, Confidence.POSSIBLE),
    ],
)
def test_severity_by_circumstance(role, name, login, severity, confidence):
    (finding,) = found(role, name, login)
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, severity, confidence)
    assert name in finding.title
    assert finding.evidence == (("o1", "o2", "o3") if login else ("o1", "o3"))


def test_ssh_is_another_check_s_business_and_said_once():
    """It is judged by iot-management-port, and never asked of hubs how to get in."""
    device = hub(HUB, 22)
    (finding,) = judged(device, observations=[builders.observation(1, "ssh.login", "none", of=device, port=22)])
    assert finding.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("login", "words"), [("required", "asks for a login"), ("button", "only whoever presses its button")]
)
def test_it_passes_where_a_login_or_a_button_is_asked_for(login, words):
    (finding,) = found(HUB, "Home Assistant", login)
    assert (finding.status, finding.severity) == (Status.PASS, Severity.INFO)
    assert words in finding.title
    assert "Home Assistant (tcp/8123)" in finding.title
    assert finding.evidence


def test_one_open_interface_among_closed_ones_is_the_finding():
    device = hub(HUB, 3000, 8091, 8123)
    facts = [
        *said(device, "Home Assistant", "required", 8123),
        *said(device, "Z-Wave JS server", "none", 3000, first=4),
        *said(device, "Z-Wave JS UI", "none", 8091, first=7),
    ]
    findings = judged(device, observations=facts)
    assert [(f.status, f.severity) for f in findings] == [(Status.FAIL, Severity.CRITICAL)] * 2
    assert ["tcp/3000" in findings[0].title, "tcp/8091" in findings[1].title] == [True, True]
    assert len({f.fingerprint for f in findings}) == 2


def test_an_interface_that_did_not_answer_is_no_pass():
    device = hub(HUB, 2001, 2010, profile="homematic-ccu")
    failed = builders.attempt("probe.homematic", Outcome.FAILED, "no answer in time", target="192.0.2.20 tcp/2010")
    facts = said(device, "Homematic XML-RPC", "required", 2001)
    (finding,) = judged(device, observations=facts, attempts=(failed,))
    assert finding.status is Status.UNKNOWN
    assert "tcp/2010 did not answer as expected: no answer in time" in finding.title
    facts += said(device, "Homematic XML-RPC", "required", 2010, first=4)
    assert judged(device, observations=facts, attempts=(failed,))[0].status is Status.PASS


def test_another_probes_or_devices_failure_does_not_count():
    device = hub(HUB, 8123)
    facts = said(device, "Home Assistant", "required", 8123)
    others = (
        builders.attempt("probe.http", Outcome.FAILED, "reset", target="192.0.2.20 tcp/8123"),
        builders.attempt("probe.zwave-js", Outcome.FAILED, "reset", target="192.0.2.21 tcp/3000"),
        builders.attempt("probe.zwave-js", Outcome.DONE, target="192.0.2.20 tcp/3000"),
    )
    assert judged(device, observations=facts, attempts=others)[0].status is Status.PASS


def test_ports_that_were_left_out_are_said():
    device = hub(HUB, 2001, asked="2001,8181,42001,42010", profile="homematic-ccu")
    (finding,) = judged(device, observations=said(device, "Homematic XML-RPC", "required", 2001))
    assert finding.status is Status.UNKNOWN
    assert "(tcp 2010 left out)" in finding.title
    assert "--depth deep" in finding.fix


def test_an_open_port_that_nobody_asked_is_no_pass():
    device = hub(HUB, 3000, 8091, profile="zwave-js")
    (finding,) = judged(device, observations=said(device, "Z-Wave JS UI", "required", 8091), ended=Ended.INTERRUPTED)
    assert finding.status is Status.UNKNOWN
    assert "tcp/3000 was not asked" in finding.title


def test_a_hub_that_nobody_knows_how_to_ask_is_unknown_with_where_to_look():
    (finding,) = judged(hub(HUB, 39500, profile="smartthings-hub"))
    assert finding.status is Status.UNKNOWN
    assert "knows no question" in finding.title
    assert "who may command it" in finding.fix
    (partly,) = judged(hub(HUB, 39500, asked="1-1024,39500"))
    assert "depth standard does not ask all its ports" in partly.title
    (mute,) = found(HUB, "a new interface", None)
    assert mute.status is Status.UNKNOWN
    assert "a new interface (tcp/8123) does not show" in mute.title


def test_a_bridge_that_listens_nowhere_obeys_nobody():
    (finding,) = judged(hub(BRIDGE))
    assert finding.status is Status.NOT_APPLICABLE
    assert "listens on no TCP port" in finding.title
    device = hub(BRIDGE)
    spoke = said(device, "Aqara LAN protocol", None, 9898, transport=Transport.UDP)
    assert judged(device, observations=spoke)[0].status is Status.FAIL


def test_it_does_not_apply_without_hubs():
    (finding,) = judged(builders.device(20, Role.CAMERA), builders.device(21, Role.LOCK))
    assert (finding.status, finding.target) == (Status.NOT_APPLICABLE, "network")


def test_a_declared_hub_that_was_not_seen_is_no_pass():
    absent = builders.device(20, BRIDGE, declared=True, seen=False, unseen="Plug it in.", addresses=(), link=Link.WIFI)
    (finding,) = judged(absent)
    assert finding.status is Status.UNKNOWN
    assert finding.fix.startswith("Plug it in.")


def test_what_to_do_is_of_the_interface_not_of_whatever_else_the_computer_runs():
    def rules(**fixes):
        names = ("home_assistant", "zwave_js", "aqara_hub", "xiaomi_gateway")
        records = {name.replace("_", "-"): {"hub-no-login": fixes[name]} if name in fixes else {} for name in names}
        made = {id_: msgspec.structs.replace(RULES.devices[id_], fixes=fix) for id_, fix in records.items()}
        return replace(RULES, devices=made)

    device = hub(HUB, 3000, profile="home-assistant")
    facts = said(device, "Z-Wave JS server", "none", 3000)
    assert judged(device, observations=facts, rules=rules(home_assistant="HA", zwave_js="ZW"))[0].fix == "ZW"
    assert judged(device, observations=facts, rules=rules(home_assistant="HA"))[0].fix == FIX
    device = hub(HUB, profile="xiaomi-gateway")
    facts = said(device, "Aqara LAN protocol", None, 9898, transport=Transport.UDP)
    assert judged(device, observations=facts, rules=rules(aqara_hub="A", xiaomi_gateway="X"))[0].fix == "X"
    assert judged(device, observations=facts, rules=rules(aqara_hub="A"))[0].fix == "A"
    (new,) = found(HUB, "Home Assistant", "setup")
    assert new.fix == SETUP_FIX


def test_a_fingerprint_follows_device_and_port_and_nothing_else():
    def print_(**given):
        device = hub(HUB, 8123, **given)
        return judged(device, observations=said(device, "Home Assistant", "none", 8123))[0].fingerprint

    assert print_() == print_(name="renamed")
    assert print_() != print_(key="mac:other")


def test_the_names_ports_and_stages_are_the_probes_own():
    names = set()
    for stage in _interfaces.STAGES:
        module = registry.load("netguard.probe", stage.removeprefix("probe."))
        names |= {value for key, value in vars(module).items() if key in {"NAME", "SCRIPTS", "SERVER", "INTERFACE"}}
    assert names == set(_interfaces.RECORDS)
    assert set(_interfaces.RECORDS.values()) <= set(RULES.devices)


@pytest.mark.parametrize("profile", _interfaces.PORTS)
def test_every_port_that_is_missed_would_have_been_asked(profile):
    ports = _interfaces.PORTS[profile]
    device = builders.device(20, HUB, services=sorted(ports), profile=profile)
    asked = {
        target.port
        for stage in _interfaces.STAGES
        for target in registry.load("netguard.probe", stage.removeprefix("probe.")).wants(device, make_ask())
    }
    assert asked == ports


def test_the_own_computer_is_not_judged():
    scan = builders.scan(depth=Depth.DEEP)
    facts = tuple(said(scan.devices[0], "Zigbee2MQTT", "none", 8080))
    assert [f.status for f in judge(replace(scan, observations=facts), RULES, Past())] == [Status.NOT_APPLICABLE]
