"""iot-management-port: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest

from netguard.checks.iot_management_port import CHECK, THINGS, judge
from netguard.checks.lock_unexpected_port import CHECK as UNEXPECTED
from netguard.checks.lock_unexpected_port import judge as judge_unexpected
from netguard.model import ports as port_text
from netguard.model.vocabulary import Confidence, PortState, Role, Severity, Status
from tests import builders
from tests.unit.checks.judging import RULES, exposing, facts, judged, with_record

GUARDED = (Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM)
MANAGING = [r for r in RULES.ports.services if r.manages]


@pytest.mark.parametrize("rule", MANAGING, ids=lambda r: r.name)
@pytest.mark.parametrize("role", [*GUARDED, Role.CAMERA, Role.TV])
def test_each_service_for_management_weighs_as_its_rule_says_on_locks_and_a_step_less_on_gadgets(rule, role):
    order = list(Severity)
    for port in port_text.parse(rule.ports):
        (finding,) = judged(judge, exposing(role, port))
        less = 0 if role in GUARDED else 1
        assert (finding.status, finding.severity) == (Status.FAIL, order[order.index(rule.risk) + less])
        assert finding.confidence is Confidence.LIKELY, "the port alone speaks for it"
        assert rule.name in finding.title
        assert finding.fix == rule.fix


@pytest.mark.parametrize("rule", MANAGING, ids=lambda r: r.name)
@pytest.mark.parametrize("role", [Role.ROUTER, Role.NAS, Role.COMPUTER, Role.PHONE])
def test_what_belongs_on_computers_and_routers_is_left_to_them(rule, role):
    port = min(port_text.parse(rule.ports))
    (finding,) = judged(judge, exposing(role, port))
    to_a_provider = rule.manages == "provider" and role is Role.ROUTER
    assert (finding.status is Status.FAIL) == (rule.manages == "anything" or to_a_provider)


@pytest.mark.parametrize("role", [Role.ROUTER, Role.ACCESS_POINT])
def test_the_providers_way_in_is_low_on_the_router_it_is_made_for(role):
    (finding,) = judged(judge, exposing(role, 7547))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.LOW)
    assert "TR-069 remote management on tcp/7547" in finding.title


@pytest.mark.parametrize(
    ("role", "login", "methods", "severity"),
    [
        *((role, "none", None, Severity.CRITICAL) for role in (*GUARDED, Role.ROUTER, Role.ACCESS_POINT)),
        *((role, "none", None, Severity.HIGH) for role in (Role.CAMERA, Role.NAS, Role.COMPUTER, Role.UNKNOWN)),
        (Role.LOCK_HUB, "required", ("publickey", "password"), Severity.MEDIUM),
        (Role.CAMERA, "required", ("password",), Severity.LOW),
        (Role.LOCK_HUB, "required", ("publickey",), Severity.LOW),
        (Role.CAMERA, "required", ("publickey",), Severity.LOW),
    ],
)
def test_severity_of_ssh_by_what_it_asks_for(role, login, methods, severity):
    device = exposing(role, 22, "ssh")
    said = {"ssh_login": login} | ({"ssh_auth": methods} if methods else {})
    (finding,) = judged(judge, device, observations=facts(device, 22, **said))
    assert (finding.status, finding.severity, finding.confidence) == (Status.FAIL, severity, Confidence.CONFIRMED)
    assert finding.title.endswith(", without any login") == (login == "none")


def test_ssh_on_any_port_is_found_by_what_it_says():
    (finding,) = judged(judge, exposing(Role.CAMERA, 40022, "ssh"))
    assert (finding.status, "SSH on tcp/40022" in finding.title) == (Status.FAIL, True)


def test_a_page_on_a_port_for_management_counts_where_such_a_page_lives_there():
    assert judged(judge, exposing(Role.CAMERA, 7547, "http"))[0].status is Status.FAIL
    assert judged(judge, exposing(Role.NAS, 2375, "https"))[0].status is Status.FAIL
    assert judged(judge, exposing(Role.CAMERA, 22, "http"))[0].status is Status.PASS
    assert judged(judge, exposing(Role.CAMERA, 8080, "http"))[0].status is Status.PASS


@pytest.mark.parametrize(("answer", "status"), [(True, Status.FAIL), (False, Status.PASS)])
def test_what_answered_that_it_is_no_winbox_is_none(answer, status):
    device = exposing(Role.PRINTER, 8291, "winbox" if answer else None)
    (finding,) = judged(judge, device, observations=facts(device, 8291, winbox_answer=answer))
    assert finding.status is status


def test_telnet_on_the_debugging_port_is_left_to_its_own_check():
    assert judged(judge, exposing(Role.CAMERA, 9527, "telnet"))[0].status is Status.PASS


def test_what_the_device_record_expects_is_no_finding_unless_it_lets_anybody_in():
    service = builders.service(22, name="ssh", expected=True)
    hub = builders.device(20, Role.SMART_HOME_HUB, services=[service], asked=builders.ALL_TCP)
    (finding,) = judged(judge, hub)
    assert (finding.status, "as its device record says" in finding.title) == (Status.PASS, True)
    (finding,) = judged(judge, hub, observations=facts(hub, 22, ssh_login="none"))
    assert (finding.status, finding.severity) == (Status.FAIL, Severity.CRITICAL)


def test_on_something_unidentified_it_cannot_be_said():
    (finding,) = judged(judge, exposing(Role.UNKNOWN, 22, "ssh"))
    assert finding.status is Status.UNKNOWN
    assert "before it is identified" in finding.title
    assert judged(judge, exposing(Role.UNKNOWN, 2375))[0].status is Status.FAIL


def test_it_passes_only_inside_coverage():
    quick = RULES.ports.quick.replace(" ", "")
    for role in (Role.CAMERA, Role.ROUTER, Role.LOCK_HUB, Role.UNKNOWN):
        (finding,) = judged(judge, builders.device(20, role, asked=quick))
        assert finding.status is Status.PASS
        # Of what may well have SSH nothing is said about SSH.
        assert ("SSH" in finding.title) == (role in THINGS)
        assert judged(judge, builders.device(20, role, asked="80"))[0].status is Status.UNKNOWN
    assert judged(judge)[0].status is Status.NOT_APPLICABLE


def test_a_closed_port_is_none():
    closed = builders.service(22, state=PortState.CLOSED)
    device = builders.device(20, Role.CAMERA, services=[closed], asked=builders.ALL_TCP)
    assert judged(judge, device)[0].status is Status.PASS


def test_the_device_records_own_fix_comes_first():
    device, rules = with_record(exposing(Role.LOCK_HUB, 22, "ssh"), {CHECK.id: "Hold the button for ten seconds."})
    assert judged(judge, device, rules=rules)[0].fix == "Hold the button for ten seconds."


def test_lock_unexpected_port_says_it_too_and_shares_the_step_that_closes_it():
    hub = exposing(Role.LOCK_HUB, 22, "ssh")
    hub = replace(hub, services=tuple(replace(s, expected=False) for s in hub.services))
    (one,), (other,) = judged(judge, hub), judged(judge_unexpected, hub)
    assert (one.status, other.status) == (Status.FAIL, Status.FAIL)
    assert one.severity is other.severity
    assert CHECK.remedy == UNEXPECTED.remedy


def test_hubs_and_locks_are_things():
    assert {Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM, Role.CAMERA} <= THINGS
    assert not {Role.ROUTER, Role.COMPUTER, Role.NAS, Role.PHONE, Role.UNKNOWN} & THINGS
