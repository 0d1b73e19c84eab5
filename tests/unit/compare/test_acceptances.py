"""Which findings are accepted: exactly those that are meant, on the days that were said, under every key they had."""

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.compare import fingerprints
from netguard.compare.acceptances import Covering, accepts, decisions
from netguard.model import timeline
from netguard.model.acceptance import Acceptance
from netguard.model.finding import Finding, fingerprint
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.known import KnownDevice
from netguard.model.mapping import name as mapping_name
from netguard.model.vocabulary import Confidence, Role, Severity, Status
from tests import builders

CHECKS = Path(__file__).resolve().parents[3] / "netguard" / "checks"
DAY = date(2026, 11, 27)
MADE = datetime(2026, 11, 1, tzinfo=UTC)

BRIDGE = builders.device(20, Role.LOCK_HUB, services=(23, 8080))
CAMERA = builders.device(30, Role.CAMERA, services=(23,))


def finding(check, device, mark="", status=Status.FAIL, severity=Severity.HIGH, identity=None):
    target = device if isinstance(device, str) else device.key
    return Finding(
        fingerprint=fingerprint(check, identity or target, mark),
        check=check,
        status=status,
        severity=severity,
        confidence=Confidence.CONFIRMED,
        target=target,
        title=f"{check} {mark}",
        why="",
        fix="",
    )


TELNET = finding("telnet-open", BRIDGE, "tcp/23")
PLAIN = finding("lock-cleartext-api", BRIDGE, "tcp/8080")
OTHER = finding("telnet-open", CAMERA, "tcp/23")


def scan(*findings, devices=(BRIDGE, CAMERA), **more):
    return builders.scan(*devices, findings=findings, **more)


def said(number=1, until=DAY, **about):
    fields = {
        "id": f"{number:08x}",
        "site": "home",
        "reason": "it must be",
        "owner": "Ada",
        "accepted_at": MADE,
        "until": until,
    }
    return Acceptance(**(fields | about))


def covered(made, *acceptances, day=DAY, known=()):
    return {name: a.id for name, a in decisions(made, acceptances, day, known).accepted.items()}


def test_a_fingerprint_covers_that_finding_alone():
    one = said(fingerprint=TELNET.fingerprint)
    assert covered(scan(TELNET, PLAIN, OTHER), one) == {TELNET.fingerprint: one.id}


def test_a_check_on_a_device_covers_all_that_it_finds_there_and_nothing_elsewhere():
    ports = tuple(finding("telnet-open", BRIDGE, f"tcp/{port}") for port in (23, 2323))
    one = said(check="telnet-open", device=BRIDGE.key)
    assert covered(scan(*ports, PLAIN, OTHER), one) == {f.fingerprint: one.id for f in ports}


@pytest.mark.parametrize(
    "about",
    [
        {"fingerprint": TELNET.fingerprint[:-1]},
        {"fingerprint": TELNET.fingerprint.upper()},
        {"fingerprint": ""},
        {"check": "telnet", "device": BRIDGE.key},
        {"check": "telnet-open", "device": BRIDGE.key[:-1]},
        {"check": "telnet-open", "device": BRIDGE.key + "0"},
        {"check": "telnet-open", "device": ".*"},
        {"check": "*", "device": BRIDGE.key},
        {"check": "telnet-open", "device": ""},
        {"check": "telnet-open", "device": BRIDGE.name},
        {"check": "telnet-open"},
        {"device": BRIDGE.key},
        {"fingerprint": TELNET.fingerprint, "site": "holiday home"},
    ],
)
def test_nothing_is_covered_by_a_part_a_pattern_a_name_or_another_site(about):
    assert covered(scan(TELNET), said(**about)) == {}


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_written_covers_only_what_is_written(check, device):
    findings = (TELNET, PLAIN, OTHER)
    exact = {f.fingerprint for f in findings if (f.check, f.target) == (check, device)}
    assert set(covered(scan(*findings), said(check=check, device=device))) == exact


def test_what_is_not_open_is_never_accepted():
    findings = tuple(replace(TELNET, status=s) for s in Status if s is not Status.FAIL)
    for each in findings:
        assert covered(scan(each), said(fingerprint=each.fingerprint)) == {}


def test_the_last_day_counts_whole_and_the_next_no_more():
    one = said(fingerprint=TELNET.fingerprint, until=DAY)
    assert covered(scan(TELNET), one, day=DAY)
    after = decisions(scan(TELNET), (one,), DAY + timedelta(days=1))
    assert after.accepted == {}
    assert [(each.acceptance, each.open) for each in after.lapsed] == [(one, (TELNET.fingerprint,))]


def test_the_exact_one_decides_then_the_longest_then_the_newest():
    wide = said(1, DAY + timedelta(days=300), check="telnet-open", device=BRIDGE.key)
    short = said(2, DAY, fingerprint=TELNET.fingerprint)
    long = said(3, DAY + timedelta(days=9), fingerprint=TELNET.fingerprint)
    newer = replace(long, id="00000004", accepted_at=MADE + timedelta(days=1))
    for order in ((wide, short, long, newer), (newer, long, short, wide)):
        assert covered(scan(TELNET), *order) == {TELNET.fingerprint: newer.id}
    assert covered(scan(TELNET), wide, short, long) == {TELNET.fingerprint: long.id}


def test_one_that_has_ended_takes_nothing_from_one_that_holds():
    ended = said(1, DAY - timedelta(days=1), fingerprint=TELNET.fingerprint)
    wide = said(2, DAY, check="telnet-open", device=BRIDGE.key)
    made = decisions(scan(TELNET), (ended, wide), DAY)
    assert made.accepted == {TELNET.fingerprint: wide}
    assert [each.open for each in made.lapsed] == [()]


STRONGER = replace(BRIDGE, key="homekit:aa:bb:cc:dd:ee:ff", former_keys=(BRIDGE.key,))
RENAMED = finding("telnet-open", STRONGER, "tcp/23")


@pytest.mark.parametrize(
    "one",
    [said(fingerprint=TELNET.fingerprint), said(check="telnet-open", device=BRIDGE.key)],
    ids=["by fingerprint", "by check and device"],
)
def test_a_device_that_becomes_known_by_a_stronger_key_stays_accepted(one):
    assert covered(scan(RENAMED, devices=(STRONGER,)), one) == {RENAMED.fingerprint: one.id}


def test_a_key_of_later_holds_for_older_scans_too():
    later = said(fingerprint=RENAMED.fingerprint)
    known = KnownDevice(
        id="0" * 12, site="home", key=STRONGER.key, former_keys=(BRIDGE.key,), first_seen=MADE, last_seen=MADE
    )
    assert covered(scan(TELNET), later, known=(known,)) == {TELNET.fingerprint: later.id}
    assert covered(scan(TELNET), later, known=(replace(known, site="other"),)) == {}


def test_devices_that_the_person_merged_are_one():
    one = said(check="telnet-open", device=CAMERA.key)
    merged = KnownDevice(
        id="0" * 12, site="home", key=BRIDGE.key, former_keys=(CAMERA.key,), first_seen=MADE, last_seen=MADE
    )
    assert covered(scan(TELNET), one, known=(merged,)) == {TELNET.fingerprint: one.id}


def test_a_mapping_stays_accepted_when_its_router_becomes_known_by_another_key():
    mapping = PortMapping(
        source="upnp", protocol="tcp", external_port=8443, internal_client="192.0.2.20", internal_port=443
    )
    old = builders.device(1, Role.ROUTER)
    router = replace(old, key="upnp:uuid", former_keys=(old.key,))
    was = fingerprint("upnp-port-mapping", old.key, mapping_name(mapping))
    now = finding("upnp-port-mapping", BRIDGE, mapping_name(mapping), identity=router.key)
    made = scan(now, devices=(router, BRIDGE), gateways=(Gateway(device=router.key, mappings=(mapping,)),))
    assert covered(made, said(fingerprint=was)) == {now.fingerprint: "00000001"}


def test_earlier_scans_are_read_by_the_same_decisions():
    one = said(fingerprint=TELNET.fingerprint)
    covering = Covering(scan(RENAMED, devices=(STRONGER,)), (one,))
    is_accepted = accepts(covering, DAY)
    lines = timeline.summary(scan(TELNET, OTHER, devices=(BRIDGE, CAMERA))).open
    assert [line.target for line in lines if is_accepted(line)] == [BRIDGE.key]
    assert not any(map(accepts(covering, DAY + timedelta(days=1)), lines))


def test_a_key_that_was_given_away_covers_its_bearer_of_today_only():
    """The document calls it former of the one, and another device has it: an acceptance of the one is not about the other."""
    one, other = replace(BRIDGE, former_keys=("name:x",)), replace(CAMERA, key="name:x")
    first, second = finding("telnet-open", one, "tcp/23"), finding("telnet-open", other, "tcp/23")
    made = scan(first, second, devices=(one, other))
    assert set(covered(made, said(check="telnet-open", device=one.key))) == {first.fingerprint}
    assert set(covered(made, said(fingerprint=first.fingerprint))) == {first.fingerprint}
    assert set(covered(made, said(check="telnet-open", device="name:x"))) == {second.fingerprint}


def test_devices_that_the_person_took_apart_are_two_also_where_a_document_calls_them_one():
    joined = replace(BRIDGE, former_keys=(CAMERA.key,))
    bridge, camera = (
        KnownDevice(id=f"{n:012x}", site="home", key=d.key, first_seen=MADE, last_seen=MADE)
        for n, d in enumerate((BRIDGE, CAMERA))
    )
    on_bridge = finding("telnet-open", joined, "tcp/23")
    merged = scan(on_bridge, devices=(joined,))
    for_camera = said(check="telnet-open", device=CAMERA.key)
    assert covered(merged, for_camera), "until somebody says otherwise the document is right"
    assert covered(merged, for_camera, known=(bridge, camera)) == {}
    assert covered(scan(TELNET, OTHER), for_camera, known=(bridge, camera)) == {OTHER.fingerprint: for_camera.id}
    assert covered(merged, said(check="telnet-open", device=BRIDGE.key), known=(bridge, camera))


def test_the_words_that_checks_tell_findings_apart_by_are_all_known():
    written = set()
    for path in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "discriminator" and isinstance(node.value, ast.Constant):
                written.add(node.value.value)
    assert written <= set(fingerprints.WORDS)
    assert set(fingerprints.WORDS) <= written | {""}


def test_a_document_made_to_keep_a_computer_busy_is_given_up_on():
    many = tuple(builders.service(n) for n in range(1, 60_000))
    crowded = replace(STRONGER, services=many)
    far = finding("telnet-open", crowded, "tcp/59999")
    assert covered(scan(far, devices=(crowded,)), said(fingerprint="0" * 32)) == {}
