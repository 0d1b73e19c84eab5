"""What a plan closes of a scan: only what all was done for, and no word of a device."""

from dataclasses import replace

import pytest
from netaddr import EUI

from netguard.advise import planfile
from netguard.advise.closing import MAX_DOORS, Closed, Closing, Door, closing, is_of
from netguard.errors import DocumentError
from netguard.model.action import Action, Intent
from netguard.model.finding import Finding
from netguard.model.plan import Listen, Name
from netguard.model.vocabulary import Confidence, Needs, Role, Severity, Status, Transport
from tests import builders

HUB, CAMERA, LAPTOP = (
    builders.device(20, Role.LOCK_HUB),
    builders.device(30, Role.CAMERA),
    builders.device(40, Role.COMPUTER),
)
PLAN = planfile.read(
    b"""\
schema: netguard.plan/1
wan: {interface: wan0}
segments:
  - {name: home, role: trusted, interface: br-lan, prefix: 192.0.2.0/24}
  - {name: things, role: iot, interface: br-iot, prefix: 198.51.100.0/24}
members:
  - {name: the-hub, mac: "00:00:5e:00:53:14", segment: things}
  - {name: laptop, mac: "00:00:5e:00:53:28", segment: home}
"""
)


def finding(number, check="telnet-open", target=HUB, evidence=(), status=Status.FAIL):
    return Finding(
        fingerprint=f"{number:032x}", check=check, status=status, severity=Severity.HIGH, confidence=Confidence.CONFIRMED,
        target=target if isinstance(target, str) else target.key, title="t\n", why="w", fix="f", evidence=evidence,
    )  # fmt: skip


def action(*findings, intents):
    return Action(id="a", title="t", closes=tuple(f.fingerprint for f in findings), needs=Needs.MENU, intents=intents)


def scan(*findings, actions=(), **given):
    return builders.scan(HUB, CAMERA, LAPTOP, findings=findings, actions=actions, **given)


def move(device):
    return Intent(kind="move-device", device=device.key, segment="iot")


ISOLATE = Intent(kind="isolate-segment", segment="segment:192.0.2.0/24")
UPNP = Intent(kind="disable-feature", feature="upnp")


def closed(made, says=lambda intent: False, plan=PLAN):
    return [c.fingerprint for c in closing(made, plan, says).closes]


def test_a_network_apart_and_every_move_close_what_the_action_is_about():
    one = finding(1, "lock-shares-segment", "segment:192.0.2.0/24")
    made = scan(one, actions=(action(one, intents=(ISOLATE, move(HUB))),))
    assert closing(made, PLAN, lambda intent: False) == Closing(
        closes=(Closed(fingerprint=one.fingerprint, check="lock-shares-segment", member=None),)
    )


def test_a_device_that_does_not_move_leaves_all_of_it_open():
    one = finding(1, "lock-shares-segment", "segment:192.0.2.0/24")
    for stays in (CAMERA, LAPTOP):
        assert closed(scan(one, actions=(action(one, intents=(ISOLATE, move(HUB), move(stays))),))) == []


def test_without_a_network_apart_nothing_is_closed():
    one = finding(1, "lock-shares-segment", "segment:192.0.2.0/24")
    flat = replace(PLAN, segments=PLAN.segments[:1], members=())
    assert closed(scan(one, actions=(action(one, intents=(ISOLATE,)),)), plan=flat) == []


def test_what_needs_no_router_is_not_closed_by_one():
    one = finding(1)
    assert closed(scan(one, actions=(action(one, intents=()),))) == []


@pytest.mark.parametrize("says", [True, False])
def test_a_feature_is_closed_where_the_platform_has_words_for_it(says):
    one = finding(1, "upnp-igd-enabled", "network")
    made = scan(one, actions=(action(one, intents=(UPNP,)), action(intents=(UPNP,))))
    found = closing(made, PLAN, lambda intent: says and intent == UPNP)
    assert found.wanted == (UPNP,)
    assert [c.check for c in found.closes] == (["upnp-igd-enabled"] if says else [])


def test_what_another_device_has_to_do_is_nothing_for_the_router():
    one = finding(1, "smbv1", CAMERA)
    router = builders.device(1, Role.ROUTER)
    for owner, expected in ((CAMERA, 0), (router, 1)):
        intent = replace(UPNP, device=owner.key)
        made = builders.scan(router, HUB, CAMERA, findings=(one,), actions=(action(one, intents=(intent,)),))
        found = closing(made, PLAN, lambda intent: True)
        assert (len(found.wanted), len(found.closes)) == (expected, expected)


def test_what_passed_is_not_closed_and_a_members_finding_bears_its_name_in_the_plan():
    one, passed = finding(1), finding(2, status=Status.PASS)
    made = scan(one, passed, actions=(action(one, passed, intents=(move(HUB),)),))
    assert closing(made, PLAN, lambda intent: False).closes == (
        Closed(fingerprint=one.fingerprint, check="telnet-open", member=Name("the-hub")),
    )


def test_doors_are_the_ports_that_findings_about_moved_members_rest_on():
    seen = (
        builders.observation(1, "telnet.banner", "x", of=HUB, port=23),
        builders.observation(2, "http.title", "x", of=HUB),
        builders.observation(3, "ssh.banner", "x", of=LAPTOP, port=22),
        builders.observation(4, "telnet.banner", "x", of=HUB, port=70000),
    )
    made = scan(
        finding(1, evidence=("o1", "o2", "o4", "o9")),
        finding(2, target=LAPTOP, evidence=("o3",)),
        finding(3, target=CAMERA, evidence=("o1",)),
        finding(4, evidence=("o1",)),
        observations=seen,
    )
    door = Door(member="the-hub", transport=Transport.TCP, port=23)
    assert closing(made, PLAN, lambda intent: False).doors == (door,)


def test_a_port_that_the_plan_lets_others_reach_is_not_closed():
    seen = (builders.observation(1, "http.title", "x", of=HUB, port=8080),)
    one = finding(1, "lock-cleartext-api", evidence=("o1",))
    made = scan(one, actions=(action(one, intents=(Intent(kind="deny-flow", device=HUB.key),)),), observations=seen)
    assert closed(made) == [one.fingerprint]
    listens = (Listen(transport=Transport.TCP, ports=(443, 8080), source=Name("home")),)
    open_plan = replace(PLAN, members=(replace(PLAN.members[0], listens=listens), PLAN.members[1]))
    assert closed(made, plan=open_plan) == []


def test_doors_are_bounded():
    seen = tuple(builders.observation(n, "telnet.banner", "x", of=HUB, port=n) for n in range(1, 200))
    made = scan(finding(1, evidence=tuple(o.id for o in seen)), observations=seen)
    assert len(closing(made, PLAN, lambda intent: False).doors) == MAX_DOORS


@pytest.mark.parametrize("feature", ["up\nnp", "", "UPnP", "x" * 60, "up np", "upnp;reboot"])
def test_a_feature_that_is_no_name_is_refused(feature):
    made = scan(actions=(action(intents=(replace(UPNP, feature=feature),)),))
    with pytest.raises(DocumentError, match="which is no feature's name; scan again"):
        closing(made, PLAN, lambda intent: True)


@pytest.mark.parametrize(
    "changed", [{"fingerprint": "not hex\n"}, {"fingerprint": "f" * 65}, {"check": "a\nb"}, {"check": "A"}]
)
def test_a_finding_of_no_check_is_refused(changed):
    one = replace(finding(1), **changed)
    with pytest.raises(DocumentError, match="a finding of no check"):
        closing(scan(one, actions=(action(one, intents=(UPNP,)),)), PLAN, lambda intent: True)


def test_a_scan_is_of_this_home_by_a_mac_and_by_its_network_where_the_person_named_it():
    """192.168.1.0/24 is everybody's: the last scan of another home must not count for this one."""
    elsewhere = replace(PLAN, segments=PLAN.segments[1:], members=())
    assert is_of(scan(), PLAN)
    assert is_of(scan(), replace(elsewhere, members=(replace(PLAN.members[0]),)))
    router = replace(PLAN.members[0], mac=EUI("00:00:5e:00:53:01"))
    assert is_of(scan(), replace(elsewhere, members=(router,))), "the gateway, which the scan saw as such only"
    for nobody in (replace(PLAN, members=()), replace(PLAN, members=(replace(router, mac=EUI("02:00:00:00:00:01")),))):
        assert not is_of(scan(), nobody)
        assert is_of(scan(), nobody, named=True)
    assert not is_of(scan(), elsewhere, named=True)
