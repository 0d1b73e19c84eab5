"""Every check, whatever it judges, keeps the contract: adding one needs no change here."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netguard import registry
from netguard.checks._contract import Check, Subject
from netguard.model.observation import KINDS
from netguard.model.past import Past
from netguard.model.vocabulary import Role, Severity, Status, Transport
from netguard.rules import loader
from tests import builders

CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")


@cache
def loaded_rules():
    return loader.load()


@pytest.fixture
def rules():
    return loaded_rules()


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


PORTS = (21, 22, 23, 139, 443, 445, 554, 1883, 2375, 5555, 8080, 8123, 8443, 8554, 8883, 9527, 47123)
EVERY_ROLE = st.sampled_from(sorted(Role))
SERVICE = st.tuples(
    st.sampled_from(PORTS),
    st.sampled_from(["192.0.2.20", "192.0.2.120"]),
    st.sampled_from([None, "telnet", "ftp", "ssh", "adb", "mqtt", "rtsp", "smb", "http", "https", "tls", "snmp"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([Transport.TCP, Transport.UDP]),
)
SAID = st.tuples(
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(PORTS),
    st.one_of(st.none(), st.booleans(), st.integers(-1, 500), st.text(max_size=8), st.just(("TLSv1", "publickey"))),
)


@given(
    st.lists(st.tuples(EVERY_ROLE, st.lists(SERVICE, max_size=6), st.lists(SAID, max_size=8)), max_size=3),
    st.sampled_from([None, "23", "1-1024", builders.ALL_TCP]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_learnt_every_check_says_something_once(homes, asked):
    loaded = loaded_rules()
    devices, observations = [], []
    for number, (role, services, said) in enumerate(homes, 20):
        made = [
            builders.service(port, at=at, name=name, expected=expected, transport=transport)
            for port, at, name, expected, transport in services
        ]
        device = builders.device(number, role, services=made, asked=asked)
        devices.append(device)
        observations += [
            builders.observation(len(observations) + n, kind, value, of=device, port=port)
            for n, (kind, port, value) in enumerate(said)
        ]
    scan = builders.scan(*devices, observations=tuple(observations))
    for name, module in CHECKS.items():
        findings = list(module.judge(scan, loaded, Past()))
        assert findings, name
        assert len({f.fingerprint for f in findings}) == len(findings), name
        assert {f.check for f in findings} == {name}
        for finding in findings:
            assert all((finding.title, finding.why, finding.fix))
            assert set(finding.evidence) <= {o.id for o in observations}


def test_an_unknown_says_why_and_how():
    check: Check = CHECKS["telnet-open"].CHECK
    finding = check.unknown(Subject(target="t", identity="t", name="the camera"), because="it slept", how="Wake it.")
    assert finding.status is Status.UNKNOWN
    assert finding.severity is Severity.INFO
    assert "not checked on the camera, because it slept" in finding.title
    assert finding.fix == "Wake it."
