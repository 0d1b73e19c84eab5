"""lock-unexpected-port: fail, pass, unknown, not applicable, and how severe."""

import pytest

from netguard.checks.lock_unexpected_port import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Link, Power, Role, Severity, Status
from netguard.rules import loader
from tests import builders


@pytest.fixture(scope="module")
def rules():
    return loader.load()


@pytest.fixture
def judged(rules):
    return lambda *devices, **given: list(judge(builders.scan(*devices, **given), rules, Past()))


def test_a_port_without_a_reason_fails_and_cites_what_was_seen(judged):
    bridge = builders.device(
        20, Role.LOCK_HUB, services=[builders.service(23, name="telnet", expected=False)], asked=builders.ALL_TCP
    )
    seen = builders.observation(1, "telnet.banner", "login:", of=bridge, port=23)
    (finding,) = judged(bridge, observations=(seen,))
    assert finding.status is Status.FAIL
    assert finding.severity.at_least(Severity.HIGH)
    assert finding.evidence == ("o1",)
    assert "tcp/23 (telnet)" in finding.title


@pytest.mark.parametrize(
    ("role", "severity"),
    [(Role.LOCK, Severity.MEDIUM), (Role.LOCK_HUB, Severity.MEDIUM), (Role.SMART_HOME_HUB, Severity.LOW)],
)
def test_a_port_no_rule_knows_weighs_by_what_it_is_on(judged, role, severity):
    (finding,) = judged(
        builders.device(20, role, services=[builders.service(47123, expected=False)], asked=builders.ALL_TCP)
    )
    assert (finding.status, finding.severity) == (Status.FAIL, severity)


def test_it_passes_only_when_every_port_was_asked_and_each_is_expected(judged):
    good = [builders.service(8080, expected=True)]
    (finding,) = judged(builders.device(20, Role.LOCK_HUB, services=good, asked=builders.ALL_TCP))
    assert finding.status is Status.PASS
    (partly,) = judged(builders.device(20, Role.LOCK_HUB, services=good, asked="1-1024,8080"))
    assert partly.status is Status.UNKNOWN
    assert "1,025 of 65,535" in partly.title


def test_half_asked_and_unexpected_is_both_a_fail_and_an_unknown(judged):
    findings = judged(builders.device(20, Role.LOCK_HUB, services=[builders.service(23, expected=False)], asked="23"))
    assert {f.status for f in findings} == {Status.FAIL, Status.UNKNOWN}


def test_without_a_record_an_open_port_is_unknown_and_never_all_right(judged):
    (finding,) = judged(builders.device(20, Role.LOCK, services=[8080], asked=builders.ALL_TCP))
    assert finding.status is Status.UNKNOWN
    assert "nobody has recorded" in finding.title


def test_a_battery_lock_says_that_its_battery_was_spared(judged):
    (finding,) = judged(builders.device(20, Role.LOCK, power=Power.BATTERY, asked="51826"))
    assert finding.status is Status.UNKNOWN
    assert "battery" in finding.title


@pytest.mark.parametrize("role", [Role.CAMERA, Role.NAS, Role.UNKNOWN, Role.ROUTER])
def test_other_devices_are_not_its_business(judged, role):
    (finding,) = judged(
        builders.device(20, role, services=[builders.service(23, expected=False)], asked=builders.ALL_TCP)
    )
    assert finding.status is Status.NOT_APPLICABLE


def absent(**given):
    fields = {"declared": True, "seen": False, "addresses": (), "name": "Front door", "unseen": "Not seen. Touch it."}
    return builders.device(20, given.pop("role", Role.LOCK), **fields | given)


@pytest.mark.parametrize("link", [None, Link.WIFI, Link.THREAD, Link.ETHERNET])
def test_a_declared_lock_that_was_not_seen_is_unknown_with_how_to_wake_it(judged, link):
    (finding,) = judged(absent(link=link))
    assert finding.status is Status.UNKNOWN
    assert "not checked on Front door, because it was declared but not seen" in finding.title
    assert finding.fix.startswith("Not seen. Touch it.")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"link": Link.Z_WAVE}, "(Z-Wave): its hub is what"),
        ({"link": Link.BLUETOOTH}, "(Bluetooth): any bridge or hub that it talks to is what"),
        ({"link": Link.BRIDGE}, "): its bridge is what"),
        ({"link": Link.BRIDGE, "profile": "nuki-bridge"}, "its bridge (Nuki Bridge) is what"),
        ({"link": Link.ZIGBEE, "profile": "smartthings-hub"}, "its hub (SmartThings hub) is what"),
    ],
)
def test_to_a_declared_lock_without_an_address_it_does_not_apply_and_names_its_hub(judged, given, says):
    (finding,) = judged(absent(**given))
    assert finding.status is Status.NOT_APPLICABLE
    assert "because Front door has no IP address of its own" in finding.title
    assert says in finding.title


def test_a_seen_bridge_does_not_speak_for_the_lock_that_was_not_seen(judged):
    findings = judged(builders.device(21, Role.LOCK_HUB, asked=builders.ALL_TCP), absent())
    assert [f.status for f in findings] == [Status.PASS, Status.UNKNOWN]
    assert len({f.fingerprint for f in findings}) == 2
