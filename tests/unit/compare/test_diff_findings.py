"""What becomes of findings between two scans, why, and which change each comes from."""

import itertools
from datetime import timedelta

import pytest

from netguard.model.observation import Observation
from netguard.model.vocabulary import Role, Severity, Status
from tests import builders
from tests.unit.compare.over_time import (
    camera,
    chain,
    closed,
    fates,
    finding,
    gateway,
    known,
    mapping,
    not_whole,
    only,
    own,
    router,
    scan,
    words,
)

CAMERA = camera(services=(443, 23))
LONG_AGO = builders.NOW - timedelta(days=100)


def judged(*findings, devices=None, **given):
    return scan(*(devices or (router(), CAMERA)), findings=findings, **given)


def telnet(status=Status.FAIL, severity=Severity.HIGH, target=CAMERA):
    return finding("telnet-open", target, status, severity, mark="tcp/23" if status is Status.FAIL else "")


def weak(status=Status.FAIL, severity=Severity.MEDIUM):
    """A finding that is about no part of its device."""
    return finding("no-login", CAMERA, status, severity)


OPEN, FINE, UNKNOWN = judged(weak()), judged(weak(Status.PASS)), judged(weak(Status.UNKNOWN))


def test_a_finding_is_new_persists_and_is_resolved():
    told = chain(FINE, OPEN, OPEN, FINE, FINE)
    assert [only(d).fate for d in told[:3]] == ["new", "persisting", "resolved"]
    assert not told[3].findings
    assert [(only(d).cause, only(d).severity, only(d).was) for d in told[:3]] == [
        ("network", "medium", None),
        (None, "medium", "medium"),
        ("network", "medium", "medium"),
    ]
    assert (only(told[0]).name, only(told[0]).target, only(told[0]).title) == ("camera 20", CAMERA.key, "no-login")


def test_a_finding_that_does_not_apply_any_more_is_resolved():
    assert fates(chain(OPEN, judged(weak(Status.NOT_APPLICABLE)))[0]) == {("no-login", "resolved")}


@pytest.mark.parametrize(
    ("before", "after", "fate"),
    [(Severity.MEDIUM, Severity.HIGH, "worsened"), (Severity.CRITICAL, Severity.LOW, "improved")],
)
def test_a_finding_of_another_severity(before, after, fate):
    found = only(chain(judged(weak(severity=before)), judged(weak(severity=after)))[0])
    assert (found.fate, found.was, found.severity, found.cause) == (fate, before, after, "network")


def test_what_could_not_be_judged_is_unobserved_and_not_new_afterwards():
    told = chain(OPEN, UNKNOWN, OPEN)
    assert [only(d).fate for d in told] == ["unobserved", "persisting"]
    assert only(told[0]).why == "the newer scan could not judge it"
    assert all(d.is_empty for d in told)


def test_what_could_not_be_judged_is_resolved_by_the_scan_that_looks():
    assert [fates(d) for d in chain(OPEN, UNKNOWN, judged(), FINE, FINE)] == [
        set(),
        set(),
        {("no-login", "resolved")},
        set(),
    ]


def test_nothing_is_resolved_that_was_not_judged():
    told = chain(OPEN, judged(), judged(finding("other", CAMERA, Status.PASS)), judged(weak(Status.UNKNOWN)))
    assert all(d.is_empty for d in told)


def test_a_finding_is_not_resolved_where_the_check_is_unsure_beside_it():
    unsure = judged(weak(Status.PASS), finding("no-login", CAMERA, Status.UNKNOWN, mark="else"))
    assert fates(chain(OPEN, unsure)[0]) == set()


def test_a_device_that_was_not_seen_says_why():
    told = chain(OPEN, scan(router()))
    assert only(told[0]).why == "its device was not seen this time"


def test_a_finding_that_was_resolved_breaks_out_anew():
    told = chain(OPEN, FINE, OPEN, UNKNOWN, OPEN, FINE, UNKNOWN, OPEN)
    assert [fates(d) for d in told] == [
        {("no-login", "resolved")},
        {("no-login", "regressed")},
        set(),
        set(),
        {("no-login", "resolved")},
        set(),
        {("no-login", "regressed")},
    ]


def test_a_finding_nobody_had_looked_for_may_have_been_there_all_along():
    told = chain(UNKNOWN, OPEN)
    assert (only(told[0]).fate, only(told[0]).cause) == ("new", "vantage")
    assert only(chain(FINE, UNKNOWN, OPEN)[1]).cause == "network"


# Parts: a finding about a port, a mapping or an access point.


def test_a_finding_about_a_port_comes_from_the_port():
    quiet = judged(telnet(Status.PASS), devices=(router(), camera(services=(443,))))
    shut = judged(telnet(Status.PASS), devices=(router(), camera(services=(443, closed(23)))))
    told = chain(quiet, judged(telnet()), shut)
    assert [words(d) for d in told] == [["service new tcp/23"], ["service gone tcp/23"]]
    assert [fates(d) for d in told] == [{("telnet-open", "new")}, {("telnet-open", "resolved")}]
    assert [d.changes[0].findings for d in told] == [(only(told[0]).fingerprint,)] * 2


def test_a_port_that_was_silent_once_resolves_nothing_although_the_check_passed():
    silent = judged(telnet(Status.PASS), devices=(router(), camera(services=(443,))))
    told = chain(judged(telnet()), silent, judged(telnet()), silent, silent)
    assert [fates(d) for d in told] == [set(), set(), set(), {("telnet-open", "resolved")}]
    assert only(told[0]).why == "its port did not answer this time; it counts as closed when it is silent again"
    assert words(told[3]) == ["service gone tcp/23"]


def test_one_of_two_ports_is_resolved_by_its_own_end():
    def standing(*ports, shut=()):
        there = camera(services=(443, *ports, *map(closed, shut)))
        return judged(*(finding("telnet-open", there, mark=f"tcp/{port}") for port in ports), devices=(router(), there))

    told = chain(standing(23, 2323), standing(23, shut=(2323,)))
    assert {(f.title, f.fate) for f in told[0].findings} == {
        ("telnet-open tcp/23", "persisting"),
        ("telnet-open tcp/2323", "resolved"),
    }


def test_a_port_nobody_had_asked_gives_its_cause_to_its_finding():
    narrow = judged(devices=(router(), camera(asked="443")))
    told = chain(narrow, judged(telnet()))[0]
    assert only(told).cause == "vantage"
    assert told.changes[0].findings == (only(told).fingerprint,)


def test_findings_of_a_device_that_is_gone_are_resolved_with_it():
    told = chain(OPEN, scan(router()), scan(router()), scan(router()))
    assert [fates(d) for d in told] == [set(), {("no-login", "resolved")}, set()]
    (change,) = told[1].changes
    assert (change.turn, change.findings) == ("gone", (only(told[1]).fingerprint,))
    assert only(told[1]).title == "no-login"


def test_findings_of_a_new_device_are_told_with_it():
    told = chain(scan(router()), OPEN)[0]
    assert told.changes[0].findings == (only(told).fingerprint,)
    assert only(told).cause == "network"


def test_a_finding_about_a_mapping_ends_with_the_mapping():
    door = finding("upnp-port-mapping", CAMERA, identity=router().key, mark="tcp/8443/192.168.1.20/443")

    def forwarding(*findings, listed="all"):
        doors = [mapping(8443, "192.168.1.20")] if findings else []
        return judged(*findings, gateways=(gateway(*doors, listed=listed),))

    told = chain(forwarding(), forwarding(door), forwarding(listed="part"), forwarding(door), forwarding())
    assert [words(d) for d in told] == [
        ["mapping new tcp/8443/192.168.1.20/443"],
        [],
        [],
        ["mapping gone tcp/8443/192.168.1.20/443"],
    ]
    assert [fates(d) for d in told] == [
        {("upnp-port-mapping", "new")},
        set(),
        set(),
        {("upnp-port-mapping", "resolved")},
    ]
    assert [len(d.changes[0].findings) for d in (told[0], told[3])] == [1, 1]


def test_a_mapping_that_was_not_listed_resolves_nothing_although_the_check_passed():
    door = finding("upnp-port-mapping", router(), mark="tcp/8443/192.168.1.20/443")
    there = judged(door, gateways=(gateway(mapping(8443, "192.168.1.20")),))
    unlisted = judged(finding("upnp-port-mapping", router(), Status.PASS), gateways=(gateway(listed="part"),))
    told = chain(there, unlisted)
    assert only(told[0]).why == "its router did not list all its mappings"


def test_a_finding_about_wifi_comes_from_its_access_point():
    def air(*findings, points):
        return judged(*findings, wifi=points)

    mixed = finding("wifi-transition", "wifi:Home", mark="00:00:5e:00:53:01")
    fine = finding("wifi-transition", "wifi:Home", Status.PASS)
    wpa3 = own(security="wpa3-personal")
    told = chain(air(fine, points=(wpa3,)), air(mixed, points=(own(security="wpa2-wpa3-personal"),)))
    assert words(told[0]) == ["access-point changed security=wpa3-personal>wpa2-wpa3-personal"]
    assert told[0].changes[0].findings == (only(told[0]).fingerprint,)
    assert only(told[0]).name == "Wi-Fi “Home”"


def test_an_access_point_that_was_not_heard_once_resolves_nothing():
    bad, fine = finding("wps-enabled", "wifi:Home"), finding("wps-enabled", "wifi:Home", Status.PASS)
    both, one = (own(), own("00:00:5e:00:53:02")), (own(),)
    told = chain(judged(bad, wifi=both), judged(fine, wifi=one), judged(bad, wifi=both))
    assert all(d.is_empty for d in told)
    assert only(told[0]).why == "one of its access points was not heard this time"
    told = chain(judged(bad, wifi=both), judged(fine, wifi=one), judged(fine, wifi=one))
    assert [fates(d) for d in told] == [set(), {("wps-enabled", "resolved")}]


def test_a_network_is_not_in_order_because_its_lock_sleeps():
    lock = builders.device(20, Role.LOCK)
    shared = finding("lock-shares-segment", "segment:192.0.2.0/24", identity="segment:x")
    fine = finding("lock-shares-segment", "segment:192.0.2.0/24", Status.NOT_APPLICABLE, identity="segment:x")
    with_lock, without = judged(shared, devices=(router(), lock)), judged(fine, devices=(router(),))
    told = chain(with_lock, without, with_lock, without, without)
    assert all(d.is_empty for d in told)
    assert only(told[0]).why == "somebody who was there then was not seen this time"
    assert only(told[0]).name == "the network 192.0.2.0/24"


def test_a_network_is_not_in_order_by_a_scan_that_asked_nobody():
    there = builders.device(20, Role.CAMERA)
    shared = finding("iot-shares-segment", "segment:192.0.2.0/24")
    fine = finding("iot-shares-segment", "segment:192.0.2.0/24", Status.PASS)
    told = chain(judged(shared, devices=(router(), there)), not_whole(judged(fine, devices=(router(),))))
    assert only(told[0]).why == "somebody who was there then was not seen this time"


def test_a_network_is_in_order_once_everybody_who_was_there_is_looked_at():
    away = builders.device(21, Role.CAMERA)
    shared = finding("iot-shares-segment", "segment:192.0.2.0/24")
    fine = finding("iot-shares-segment", "segment:192.0.2.0/24", Status.PASS)
    # The camera was away already when the finding was seen last: it says nothing of it.
    told = chain(
        judged(devices=(router(), away)), judged(shared, devices=(router(),)), judged(fine, devices=(router(),))
    )
    assert fates(told[1]) == {("iot-shares-segment", "resolved")}


def running(version, *findings):
    there = camera(firmware=version)
    fact = Observation(
        id="o1",
        device=there.key,
        address=there.addresses[0],
        transport=None,
        port=None,
        probe="http",
        kind="firmware.version",
        value=version,
        at=builders.NOW,
    )
    return judged(*findings, devices=(router(), there), observations=(fact,))


def unsure(device):
    return finding("firmware-end-of-life", device, Status.UNKNOWN)


def test_a_finding_about_firmware_ends_with_the_firmware():
    old = finding("firmware-end-of-life", camera(), evidence=("o1",))
    told = chain(running("1.0", old), running("1.0"), running("2.0"))
    assert [fates(d) for d in told] == [set(), {("firmware-end-of-life", "resolved")}]
    assert words(told[1]) == ["firmware changed firmware=1.0>2.0"]
    mute = judged(devices=(router(), camera(firmware=None)))
    assert [fates(d) for d in chain(running("1.0", old), running("2.0", unsure(camera())), mute)] == [set(), set()]
    told = chain(running("1.0", old), running("2.0"))
    assert told[0].changes[0].findings == (only(told[0]).fingerprint,)
    assert fates(chain(running("1.0", old), running("2.0", unsure(camera())))[0]) == set()
    beside = finding("no-login", camera())
    assert fates(chain(running("1.0", beside), running("2.0"))[0]) == set()
    other = finding("firmware-end-of-life", camera(), mark="other")
    assert fates(chain(running("1.0", old), running("2.0", other))[0]) == {("firmware-end-of-life", "new")}


# Keys that move.


def test_a_finding_follows_its_device_to_another_key():
    renamed = camera(key="hue:1", former_keys=(CAMERA.key,), services=(443, 23))
    for mark in ("", "tcp/23"):
        old = judged(finding("some-check", CAMERA, mark=mark))
        new = judged(finding("some-check", renamed, mark=mark), devices=(router(), renamed))
        assert only(chain(old, new)[0]).fate == "persisting"
        assert only(chain(new, old)[0]).fate == "persisting"
        fine = judged(finding("some-check", renamed, Status.PASS), devices=(router(), renamed))
        told = chain(old, fine)[0]
        assert [(f.fate, f.target) for f in told.findings] == [("resolved", "hue:1")]


def test_the_order_is_the_weightiest_first():
    findings = [finding(f"c{n}", CAMERA, severity=s) for n, s in enumerate((Severity.LOW, Severity.CRITICAL))]
    told = chain(judged(weak()), judged(weak(Status.PASS), *findings))[0]
    assert [(f.fate, f.severity) for f in told.findings] == [
        ("new", "critical"),
        ("new", "low"),
        ("resolved", "medium"),
    ]


def test_a_merge_in_the_registry_moves_findings_too():
    one = camera(key="mac:a", mac=None)
    merged = known("a", "hue:1", "mac:a")
    told = chain(judged(finding("x", one, mark="tcp/443"), devices=(router(), one)), scan(router()), known=[merged])[0]
    assert only(told).target == "hue:1"


def smb(*ports, status=Status.FAIL):
    """What is told by what the ports answered, and has no port in its fingerprint."""
    number = itertools.count(1)
    seen = tuple(builders.observation(next(number), "smb1", value=True, of=CAMERA, port=port) for port in ports)
    facts = tuple(o.id for o in seen)
    found = finding("smbv1", CAMERA, status, mark="smb1" if status is Status.FAIL else "", evidence=facts)
    return {"findings": (found,), "observations": seen}


def test_a_finding_belongs_to_the_port_that_its_evidence_is_from():
    both = (router(), camera(services=(443, 445)))
    without = (router(), camera(services=(443, closed(445))))
    there, gone = scan(*both, **smb(445)), scan(*without, **smb(status=Status.NOT_APPLICABLE))
    told = chain(scan(router(), CAMERA, **smb(status=Status.PASS)), there, gone)
    assert [[(c.what, c.turn, c.findings) for c in d.changes if c.what == "tcp/445"] for d in told] == [
        [("tcp/445", turn, (only(d).fingerprint,))] for d, turn in zip(told, ("new", "gone"), strict=True)
    ]
    (loose,) = chain(scan(*both, **smb(443, 445)), gone)
    assert [c.findings for c in loose.changes] == [()]
