"""lock-pairing-open: fail, pass, unknown, not applicable, and how severe."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.checks.lock_pairing_open import judge
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Link, Outcome, Role, Severity, Status, Transport
from netguard.model.wifi import BasicServiceSet
from netguard.rules import loader
from tests import builders

RULES = loader.load()
KEYS = st.sampled_from(["sf", "SF", "ci", "CM", "DT", "id", ""])
VALUES = st.sampled_from(["0", "1", "2", "6", "10", "", "x", "9" * 300])
ASKED = builders.attempt("discover.mdns", target="224.0.0.251")


def judged(*devices, asked=(ASKED,), **given):
    return list(judge(builders.scan(*devices, attempts=asked, **given), RULES, Past()))


def announced(device, service, *texts, port=51826, name="Thing", first=1):
    """What mDNS learnt of one instance."""
    transport = Transport.UDP if service.endswith("_udp") else Transport.TCP
    said = [("dnssd.type", service), ("dnssd.instance", f"{name}.{service}")]
    said += [("dnssd.txt", f"{service} {text}") for text in texts]
    return [
        replace(builders.observation(n, kind, value, of=device), transport=transport, port=port)
        for n, (kind, value) in enumerate(said, first)
    ]


def homekit(role, *texts, **given):
    device = builders.device(20, role)
    return judged(device, observations=announced(device, "_hap._tcp", *texts, **given))


def matter(role, *texts):
    device = builders.device(20, role)
    return judged(device, observations=announced(device, "_matterc._udp", *texts, port=5540))


@pytest.mark.parametrize(
    ("role", "category", "severity"),
    [
        (Role.LOCK, 6, Severity.MEDIUM),
        (Role.LOCK_HUB, 2, Severity.MEDIUM),
        (Role.ALARM, 11, Severity.MEDIUM),
        (Role.UNKNOWN, 4, Severity.MEDIUM),
        (Role.SMART_HOME_HUB, 2, Severity.LOW),
        (Role.NAS, 2, Severity.LOW),
    ],
)
def test_severity_of_homekit_by_circumstance(role, category, severity):
    (finding,) = homekit(role, "sf=1", f"ci={category}", "id=AA:BB:CC:DD:EE:FF")
    assert (finding.status, finding.severity) == (Status.FAIL, severity)
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.evidence == ("o3", "o4")
    assert "HomeKit" in finding.title


@pytest.mark.parametrize(
    ("role", "texts", "severity"),
    [
        (Role.LOCK, ("CM=1",), Severity.HIGH),
        (Role.UNKNOWN, ("CM=1", "DT=10"), Severity.HIGH),
        (Role.LOCK, ("CM=2",), Severity.MEDIUM),
        (Role.LOCK_HUB, ("CM=1", "DT=14"), Severity.MEDIUM),
        (Role.SMART_HOME_HUB, ("cm=2",), Severity.LOW),
    ],
)
def test_severity_of_matter_by_circumstance(role, texts, severity):
    (finding,) = matter(role, *texts)
    assert (finding.status, finding.severity) == (Status.FAIL, severity)
    assert "Matter" in finding.title
    assert "15 minutes" in finding.fix


@pytest.mark.parametrize("flags", ["sf=0", "sf=4"])
def test_what_is_paired_passes_and_cites_it(flags):
    (finding,) = homekit(Role.LOCK, flags, "ci=6")
    assert (finding.status, finding.evidence) == (Status.PASS, ("o3", "o4"))


@pytest.mark.parametrize("flags", ["sf=1", "sf=3", "sf=5"])
def test_bit_0_alone_says_that_it_is_not_paired(flags):
    assert homekit(Role.LOCK, flags)[0].status is Status.FAIL


@pytest.mark.parametrize("texts", [("CM=0", "D=840"), ("D=840",), ("CM=3",), ("CM=x",)])
def test_a_closed_window_passes(texts):
    assert matter(Role.LOCK, *texts)[0].status is Status.PASS


def test_a_lock_that_announces_nothing_passes_only_when_it_was_asked():
    lock = builders.device(20, Role.LOCK)
    assert judged(lock)[0].status is Status.PASS
    failed = builders.attempt("discover.mdns", Outcome.FAILED, "multicast is not allowed here")
    (finding,) = judged(lock, asked=(failed,))
    assert finding.status is Status.UNKNOWN
    assert "multicast is not allowed here" in finding.title
    assert judged(lock, asked=())[0].status is Status.UNKNOWN
    assert judged(lock, asked=(failed, ASKED))[0].status is Status.PASS, "asked in another way"


@pytest.mark.parametrize(("service", "texts"), [("_hap._tcp", ()), ("_hap._udp", ("ci=6",)), ("_matterc._udp", ())])
def test_an_announcement_that_lacks_what_would_tell_is_unknown(service, texts):
    lock = builders.device(20, Role.LOCK)
    (finding,) = judged(lock, observations=announced(lock, service, *texts))
    assert finding.status is Status.UNKNOWN
    assert "not heard" in finding.title


def test_a_number_that_is_none_is_not_read():
    for value in ("sf=", "sf=x", "sf=-1", "sf=1e0", "sf=٣", "sf=" + "9" * 400):
        assert homekit(Role.LOCK, value)[0].status is Status.UNKNOWN


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["dnssd.type", "dnssd.instance", "dnssd.txt"]),
            st.one_of(
                st.builds("{} {}={}".format, st.sampled_from(["_hap._tcp", "_matterc._udp"]), KEYS, VALUES),
                st.sampled_from(["_hap._tcp", "_hap._udp", "a._matterc._udp", "", "._hap._tcp", " =", "_hap._tcp ="]),
                st.text(max_size=20),
                st.tuples(st.text(max_size=5)),
                st.integers(),
                st.none(),
            ),
            st.sampled_from([None, 0, 1, 65535]),
        ),
        max_size=12,
    ),
    st.sampled_from([Role.LOCK, Role.UNKNOWN, Role.SMART_HOME_HUB, Role.TV]),
)
def test_whatever_is_announced_it_is_judged_and_each_finding_is_one_of_its_kind(said, role):
    device = builders.device(20, role)
    facts = [
        replace(builders.observation(n, "dnssd.type", "x", of=device), kind=kind, value=value, port=port)
        for n, (kind, value, port) in enumerate(said)
    ]
    findings = judged(device, observations=facts)
    assert findings
    assert len({f.fingerprint for f in findings}) == len(findings)
    assert {f.status for f in findings} != {Status.FAIL, Status.PASS}


def test_something_unrecognised_in_set_up_may_be_a_lock():
    (finding,) = matter(Role.UNKNOWN, "CM=1")
    assert finding.status is Status.UNKNOWN
    assert "does not say what it is" in finding.title
    assert matter(Role.UNKNOWN, "CM=1", "DT=256")[0].status is Status.NOT_APPLICABLE, "it says that it is a light"
    assert matter(Role.LIGHT, "CM=1")[0].status is Status.NOT_APPLICABLE
    assert matter(Role.UNKNOWN, "CM=0")[0].status is Status.NOT_APPLICABLE


def test_other_devices_are_not_its_business():
    assert homekit(Role.LIGHT, "sf=1", "ci=5")[0].status is Status.NOT_APPLICABLE
    assert judged(builders.device(20, Role.CAMERA))[0].status is Status.NOT_APPLICABLE


def test_each_instance_is_judged_by_itself():
    hub = builders.device(20, Role.SMART_HOME_HUB)
    facts = [
        *announced(hub, "_hap._tcp", "sf=0", "id=AA", port=21063, name="Paired", first=1),
        *announced(hub, "_hap._tcp", "sf=1", "id=BB", port=21064, name="Open", first=11),
        *announced(hub, "_hap._tcp", "sf=1", "ci=6", "id=CC", port=21065, name="Door", first=21),
    ]
    findings = judged(hub, observations=facts)
    assert [(f.status, f.severity) for f in findings] == [
        (Status.FAIL, Severity.LOW),
        (Status.FAIL, Severity.MEDIUM),
    ]
    assert ["(Open)" in findings[0].title, "(Door)" in findings[1].title] == [True, True]
    assert findings[0].fingerprint != findings[1].fingerprint


def test_one_instance_at_two_addresses_or_heard_twice_is_one_finding():
    lock = builders.device(20, Role.LOCK)
    once = announced(lock, "_hap._tcp", "sf=1", "id=AA")
    (twice,) = judged(lock, observations=[*once, *announced(lock, "_hap._tcp", "sf=1", "id=AA", first=11)])
    (early,) = judged(lock, observations=[*once, *announced(lock, "_hap._tcp", port=None, first=11)])
    assert twice.fingerprint == early.fingerprint
    (portless,) = judged(
        lock, observations=[*once, *announced(lock, "_hap._tcp", "sf=1", "id=AA", port=None, first=11)]
    )
    assert portless.fingerprint == twice.fingerprint


def test_instances_that_cannot_be_told_apart_make_it_less_sure():
    hub = builders.device(20, Role.LOCK_HUB)
    facts = [
        *announced(hub, "_hap._tcp", "sf=0", port=None, name="One"),
        *announced(hub, "_hap._tcp", "sf=1", port=None, name="Two", first=11),
    ]
    (finding,) = judged(hub, observations=facts)
    assert (finding.status, finding.confidence) == (Status.FAIL, Confidence.LIKELY)


def test_a_new_port_does_not_make_it_a_new_finding():
    (one,), (other,) = (homekit(Role.LOCK, "sf=1", "id=aa:bb", port=port) for port in (1024, 50000))
    assert one.fingerprint == other.fingerprint


def test_what_the_computer_itself_announces_is_not_judged():
    scan = builders.scan(attempts=(ASKED,))
    own = scan.devices[0]
    facts = tuple(announced(own, "_hap._tcp", "sf=1", "ci=2"))
    assert [f.status for f in judge(replace(scan, observations=facts), RULES, Past())] == [Status.NOT_APPLICABLE]


def test_a_declared_lock_that_was_not_seen_is_no_pass():
    absent = builders.device(20, Role.LOCK, declared=True, seen=False, unseen="Wake it.", addresses=(), link=Link.WIFI)
    (finding,) = judged(absent)
    assert finding.status is Status.UNKNOWN
    assert finding.fix.startswith("Wake it. netguard scan --wait-for")
    (finding,) = judged(replace(absent, link=Link.ZIGBEE))
    assert finding.status is Status.NOT_APPLICABLE
    assert "no IP address of its own (Zigbee): its hub is what can be looked at" in finding.title


def test_the_wifi_that_a_bridge_opens_for_its_set_up_is_a_finding_and_other_names_are_none():
    names = ("August Connect-C0001234-WAC", "Connect-C0001234-WAC", "Connect", "WAC", "Connect 4 fun", None)
    air = tuple(BasicServiceSet(ssid=name, bssid=None) for name in names)
    found = [f for f in judged(wifi=air) if f.status is Status.FAIL]
    assert [(f.severity, f.confidence, f.target) for f in found] == [
        (Severity.MEDIUM, Confidence.POSSIBLE, "network"),
        (Severity.MEDIUM, Confidence.POSSIBLE, "network"),
    ]
    assert len({f.fingerprint for f in found}) == 2
    assert {f.title.partition("network ")[2] for f in found} == set(names[:2])
