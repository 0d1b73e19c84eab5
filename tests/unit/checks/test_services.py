"""What the checks about services share."""

import itertools

import pytest

from netguard.checks import _services
from netguard.checks._looked import fix_on, open_on
from netguard.model.vocabulary import Confidence, Role, Severity, Transport
from netguard.probe import _contract
from tests import builders
from tests.unit.checks.judging import RULES, with_record


@pytest.mark.parametrize(("role", "confidence"), list(itertools.product(Role, Confidence)))
def test_checks_and_probes_agree_on_who_is_spared(role, confidence):
    device = builders.device(20, role, confidence=confidence)
    assert _services.is_spared(device) == _contract.is_spared(device)


def test_a_fix_is_the_device_records_where_it_knows_one():
    device, rules = with_record(builders.device(20, Role.LOCK_HUB), {"ftp-open": "Menu > FTP: off"})
    assert fix_on(device, rules, "ftp-open", "otherwise") == "Menu > FTP: off"
    assert fix_on(device, rules, "telnet-open", "otherwise") == "otherwise"
    assert fix_on(builders.device(20), rules, "ftp-open", "otherwise") == "otherwise"
    assert fix_on(builders.device(20, profile="gone-since"), rules, "ftp-open", "otherwise") == "otherwise"


def test_a_service_is_sought_by_port_where_nothing_else_is_known_and_by_name_anywhere():
    services = [
        builders.service(21),
        builders.service(22, name="ftp"),
        builders.service(2121, name="smb"),
        builders.service(21, name="ssh", at="192.0.2.21"),
        builders.service(21, transport=Transport.UDP),
    ]
    device = builders.device(20, services=services)
    assert open_on(device, 21, name="ftp") == tuple(services[:2])
    assert open_on(device, 21, name=("ftp", "smb")) == tuple(services[:3])
    assert open_on(device, 21, transport=Transport.UDP) == (services[4],)


@pytest.mark.parametrize(
    ("port", "name", "rule"),
    [
        (22, None, "SSH"),
        (40022, "ssh", "SSH"),
        (23, "ssh", "SSH"),
        (7547, "http", "TR-069 remote management"),
        (40080, "http", None),
        (23, None, "Telnet"),
    ],
)
def test_what_was_recognised_says_more_than_the_port(port, name, rule):
    found = _services.port_rule(RULES, builders.service(port, name=name))
    assert (found and found.name) == rule


def test_severities_end_at_info():
    assert [_services.one_step_less(s) for s in Severity] == [*list(Severity)[1:], Severity.INFO]
