"""rules/ports.yaml: what the checks rely on."""

import pytest

from netguard import registry
from netguard.model import ports as port_text
from netguard.model.vocabulary import Transport
from netguard.rules import loader

RULES = loader.load().ports
CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")
WITH_PORTS = {name: module.PORTS for name, module in CHECKS.items() if hasattr(module, "PORTS")}
MANAGING = [r for r in RULES.services if r.manages]
TCP = [r for r in RULES.services if r.transport is Transport.TCP]


def test_depth_quick_asks_whatever_a_check_has_to_know():
    quick = port_text.parse(RULES.quick)
    assert {"telnet-open", "ftp-open", "adb-open", "mqtt-anonymous", "rtsp-open", "smbv1"} <= WITH_PORTS.keys()
    for name, ports in WITH_PORTS.items():
        assert set(ports) <= quick, name
    for rule in MANAGING:
        assert port_text.parse(rule.ports) <= quick, rule.name


def test_no_two_rules_speak_of_one_port_or_recognise_one_name():
    ports = [(rule.transport, port) for rule in RULES.services for port in port_text.parse(rule.ports)]
    assert len(ports) == len(set(ports))
    names = [name for rule in RULES.services for name in rule.speaks if name != "http"]
    assert len(names) == len(set(names))


def test_what_is_for_management_has_no_other_check():
    for rule in MANAGING:
        assert rule.transport is Transport.TCP
        for name, ports in WITH_PORTS.items():
            assert not set(ports) & port_text.parse(rule.ports), (rule.name, name)


@pytest.mark.parametrize("name", ["telnet-open", "ftp-open", "adb-open", "mqtt-anonymous", "rtsp-open", "smbv1"])
def test_each_check_of_a_service_finds_the_rule_about_it(name):
    assert any(WITH_PORTS[name][0] in port_text.parse(rule.ports) and rule.speaks for rule in TCP)


@pytest.mark.parametrize("rule", RULES.services, ids=lambda rule: rule.name)
def test_every_rule_says_what_to_do_in_whole_sentences(rule):
    for text in (rule.why, rule.fix):
        assert text.endswith(".")
        assert len(text) > 20
