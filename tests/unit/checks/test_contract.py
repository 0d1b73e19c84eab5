"""Every check, whatever it judges, keeps the contract: adding one needs no change here."""

import pytest

from netguard import registry
from netguard.checks._contract import Check, Subject
from netguard.model.past import Past
from netguard.model.vocabulary import Severity, Status
from netguard.rules import loader
from tests import builders

CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")


@pytest.fixture(scope="module")
def rules():
    return loader.load()


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_who_it_is_and_why_it_matters(name):
    check: Check = CHECKS[name].CHECK
    assert check.id == name
    assert 0 < len(check.title) <= 60
    assert len(check.why) > 40
    assert check.references
    assert "|" in CHECKS[name].__doc__ or "everity" in CHECKS[name].__doc__, (
        "severity by circumstance belongs into the docstring"
    )


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_of_an_empty_network_neither_passes_nor_fails(name, rules):
    findings = list(CHECKS[name].judge(builders.scan(), rules, Past()))
    assert findings
    assert {f.status for f in findings} <= {Status.NOT_APPLICABLE, Status.UNKNOWN}


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_gives_the_same_answer_twice_and_unique_fingerprints(name, rules):
    devices = [
        builders.device(n, role) for n, role in enumerate(("lock", "lock-hub", "camera", "phone", "unknown"), 20)
    ]
    scan = builders.scan(*devices)
    first, second = (list(CHECKS[name].judge(scan, rules, Past())) for _ in range(2))
    assert first == second
    assert len({f.fingerprint for f in first}) == len(first)


def test_an_unknown_says_why_and_how():
    check: Check = CHECKS["telnet-open"].CHECK
    finding = check.unknown(Subject(target="t", identity="t", name="the camera"), because="it slept", how="Wake it.")
    assert finding.status is Status.UNKNOWN
    assert finding.severity is Severity.INFO
    assert "not checked on the camera, because it slept" in finding.title
    assert finding.fix == "Wake it."
