"""wps-enabled: every cell, in the air and on the home network."""

from dataclasses import replace

import pytest

from netguard.checks.wps_enabled import judge
from netguard.model import address
from netguard.model.vocabulary import Confidence, Role, Security, Severity, Status, WpsMethod
from netguard.model.wifi import Wps
from tests import builders
from tests.unit.checks.airing import SECOND, air, keeps_the_contract_of_wifi, mine, one, outcome, router
from tests.unit.checks.judging import with_record

SERVICE = "urn:schemas-wifialliance-org:service:WFAWLANConfig:1"
DEVICE = "urn:schemas-wifialliance-org:device:WFADevice:1"
BUTTON = (WpsMethod.PUSH_BUTTON,)


def on(**given):
    return Wps(**({"present": True, "configured": True, "version": "2.0", "locked": False} | given))


def test_it_keeps_the_contract_of_wifi():
    keeps_the_contract_of_wifi(judge)


@pytest.mark.parametrize("method", [WpsMethod.LABEL, WpsMethod.DISPLAY, WpsMethod.KEYPAD])
@pytest.mark.parametrize(
    ("locked", "severity"), [(False, Severity.HIGH), (None, Severity.HIGH), (True, Severity.MEDIUM)]
)
def test_an_announced_pin_is_high_and_locked_medium(method, locked, severity):
    wps = on(methods=(method, WpsMethod.PUSH_BUTTON), locked=locked)
    assert outcome(judge, mine(wps=wps)) == (Status.FAIL, severity)


@pytest.mark.parametrize(
    ("wps", "expected"),
    [
        (on(methods=None), (Status.FAIL, Severity.MEDIUM)),
        (on(methods=None, locked=True), (Status.FAIL, Severity.MEDIUM)),
        (on(methods=()), (Status.FAIL, Severity.LOW)),
        (on(methods=BUTTON), (Status.FAIL, Severity.LOW)),
        (on(methods=(WpsMethod.USB, WpsMethod.NFC, WpsMethod.ETHERNET)), (Status.FAIL, Severity.LOW)),
        (Wps(present=False), (Status.PASS, None)),
        (Wps(present=None), (Status.UNKNOWN, None)),
        (None, (Status.UNKNOWN, None)),
    ],
)
def test_the_other_cells(wps, expected):
    assert outcome(judge, mine(wps=wps)) == expected


@pytest.mark.parametrize("methods", [None, BUTTON, (WpsMethod.LABEL,)])
def test_where_wps_has_nothing_to_give_it_is_low(methods):
    wps = on(methods=methods)
    for security in (Security.WPA3_PERSONAL, Security.WPA3_ENTERPRISE, Security.OWE):
        assert outcome(judge, mine(security, wps=wps)) == (Status.FAIL, Severity.LOW)
    assert outcome(judge, mine(wps=wps, band="6", channel=5)) == (Status.FAIL, Severity.LOW)
    transition = outcome(judge, mine(Security.WPA2_WPA3_PERSONAL, wps=on(methods=(WpsMethod.LABEL,))))
    assert transition == (Status.FAIL, Severity.HIGH), "there it hands out the password"


def test_what_is_said_never_claims_more_than_was_announced():
    assert "whether its PIN is offered is not visible from here" in one(judge, mine(wps=on(methods=None))).title
    assert one(judge, mine(wps=on(methods=(WpsMethod.LABEL,)))).title.endswith("has WPS on and announces its PIN")
    old = one(judge, mine(wps=on(methods=(WpsMethod.LABEL,), version="1.0")))
    assert old.title.endswith("in its version 1.0, which knows no lock against trying")
    assert "because nmcli cannot tell whether WPS is on" in one(judge, mine(wps=None, sources=("nmcli",))).title


def test_somebody_being_let_in_is_a_note_of_its_own():
    found = air(judge, mine(wps=on(methods=BUTTON, active=True)))
    assert [(f.status, f.severity) for f in found] == [(Status.FAIL, Severity.LOW), (Status.FAIL, Severity.INFO)]
    assert len({f.fingerprint for f in found}) == 2


def answering(kind="ssdp.type", value=SERVICE, **given):
    device = router(**given)
    return device, (builders.observation(1, kind, value, of=device),)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("ssdp.type", SERVICE), ("ssdp.type", DEVICE), ("upnp.service", SERVICE), ("upnp.device-type", DEVICE.upper())],
)
@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT])
def test_an_answer_on_the_home_network_is_a_finding_of_its_own_where_the_air_says_nothing(kind, value, role):
    device, facts = answering(kind, value, role=role)
    for networks in ((), (mine(wps=Wps(present=False)),), (mine(wps=None),)):
        failed = [f for f in air(judge, *networks, devices=(device,), observations=facts) if f.status is Status.FAIL]
        assert [(f.target, f.severity, f.evidence) for f in failed] == [(device.key, Severity.MEDIUM, ("o1",))]


@pytest.mark.parametrize(
    ("methods", "severity"),
    [((WpsMethod.LABEL,), Severity.HIGH), (None, Severity.MEDIUM), (BUTTON, Severity.MEDIUM)],
)
def test_what_the_same_device_announces_is_one_finding_with_it(methods, severity):
    device, facts = answering()
    both = mine(wps=on(methods=methods)), mine(bssid=SECOND, band="5", channel=44, wps=on(methods=methods))
    found = air(judge, *both, devices=(device,), observations=facts)
    assert [(f.target, f.severity, f.evidence) for f in found] == [("wifi:Home", severity, ("o1",))] * 2
    assert all("answers for WPS on the home network, too" in f.title for f in found)
    alone = air(judge, *both)
    assert [f.fingerprint for f in alone] == [f.fingerprint for f in found]


def test_another_boxs_answer_is_another_finding():
    device, facts = answering(mac="00:00:5f:00:53:77")
    found = air(judge, mine(wps=on(methods=BUTTON)), devices=(device,), observations=facts)
    assert [(f.target, f.severity) for f in found] == [("wifi:Home", Severity.LOW), (device.key, Severity.MEDIUM)]
    nameless = replace(device, mac=None)
    assert len(air(judge, mine(wps=on(methods=BUTTON)), devices=(nameless,), observations=facts)) == 2


def test_what_the_wifi_or_the_internet_comes_out_of_is_an_access_point_whatever_else_it_is():
    silent = mine(wps=None)
    tv = {"role": Role.TV, "number": 20, "mac": "00:00:5f:00:53:77"}
    cases = (
        (answering(role=Role.TV, mac="00:00:5e:00:53:01"), "its hardware address is the network's"),
        (answering(role=Role.TV, number=1, mac="00:00:5f:00:53:77"), "it has the gateway's address"),
    )
    for (device, facts), why in cases:
        found = air(judge, silent, devices=(device,), observations=facts)
        failed = [f for f in found if f.status is Status.FAIL]
        assert [(f.target, f.severity, f.confidence) for f in failed] == [
            (device.key, Severity.MEDIUM, Confidence.CONFIRMED)
        ], why
    device, facts = answering(**tv)
    assert [f.status for f in air(judge, silent, devices=(device,), observations=facts)] == [Status.UNKNOWN]


def test_what_nobody_knows_is_only_possibly_one():
    device, facts = answering("upnp.service", role=Role.UNKNOWN, number=20, mac="00:00:5f:00:53:77")
    found = air(judge, mine(), devices=(device,), observations=facts)
    failed = [f for f in found if f.status is Status.FAIL]
    assert [(f.target, f.severity, f.confidence) for f in failed] == [
        (device.key, Severity.MEDIUM, Confidence.POSSIBLE)
    ]


def test_what_is_no_router_and_what_is_no_such_service_is_left_alone():
    for role, value in (
        (Role.TV, SERVICE),
        (Role.COMPUTER, DEVICE),
        (Role.ROUTER, "upnp:rootdevice"),
        (Role.ROUTER, 7),
    ):
        device, facts = answering(value=value, role=role, number=20, mac="00:00:5f:00:53:77")
        found = air(judge, mine(), devices=(device,), observations=facts)
        assert [f.status for f in found] == [Status.PASS]


def test_the_record_of_the_router_says_where_to_switch_it_off():
    device, rules = with_record(router(), {"wps-enabled": "Home Network, Wi-Fi, WPS: off."})
    assert (
        one(judge, mine(wps=on(methods=BUTTON)), devices=(device,), rules=rules).fix == "Home Network, Wi-Fi, WPS: off."
    )
    far = replace(device, mac=address.mac("00:00:5f:00:53:77"))
    assert one(judge, mine(wps=on(methods=BUTTON)), devices=(far,), rules=rules).fix.startswith("Switch WPS off")
    facts = (builders.observation(1, "ssdp.type", SERVICE, of=far),)
    found = air(judge, devices=(far,), rules=rules, observations=facts)
    assert found[-1].fix == "Home Network, Wi-Fi, WPS: off."
