"""What the real checks find becomes few steps: the same home, judged whole."""

import pytest

from netguard import registry
from netguard.model.past import Past
from netguard.model.vocabulary import Role, Severity, Status
from netguard.pipeline import judge
from netguard.rules import loader
from tests import builders
from tests.unit.checks.judging import exposing, facts

RULES = loader.load()
CHECKS = registry.load_all("netguard.checks", "CHECK", "judge")


def judged(*devices, **given):
    return judge(builders.scan(*devices, **given), RULES, Past())


def failed(scan, device):
    return [f for f in scan.findings if f.status is Status.FAIL and f.target == device.key]


def forgotten_bridge():
    """A lock bridge on which somebody forgot telnet, FTP, SSH and ADB, none of which its record expects."""
    services = [
        builders.service(port, name=name, expected=False)
        for port, name in ((21, "ftp"), (22, "ssh"), (23, "telnet"), (5555, "adb"), (47123, None))
    ]
    return builders.device(20, Role.LOCK_HUB, services=services, asked=builders.ALL_TCP, name="Front door bridge")


def test_all_ports_that_one_device_has_to_close_are_one_step():
    bridge = forgotten_bridge()
    scan = judged(bridge)
    found = failed(scan, bridge)
    by_check = {f.check for f in found}
    assert by_check >= {"telnet-open", "ftp-open", "adb-open", "iot-management-port", "lock-unexpected-port"}
    (action,) = [a for a in scan.actions if a.id.endswith(bridge.key)]
    assert set(action.closes) == {f.fingerprint for f in found}
    assert action.title == "Close what Front door bridge has no reason to open"


def test_two_devices_are_two_steps_and_another_kind_of_step_on_one_device_is_its_own():
    bridge = forgotten_bridge()
    nas = exposing(Role.NAS, 445, "smb", number=21)
    camera = builders.device(
        22,
        Role.CAMERA,
        services=[
            builders.service(23, name="telnet", at="192.0.2.22"),
            builders.service(554, name="rtsp", at="192.0.2.22"),
        ],
        asked=builders.ALL_TCP,
    )
    seen = (*facts(nas, 445, smb_v1=True), *facts(camera, 554, nas.services[0].transport, 10, rtsp_describe=200))
    scan = judged(bridge, nas, camera, observations=seen)
    ids = {a.id for a in scan.actions if not a.id.startswith("segment:")}
    assert ids == {
        f"close-port:{bridge.key}",
        f"close-port:{camera.key}",
        f"require-login:{camera.key}",
        f"smb1-off:{nas.key}",
    }


def test_a_flat_network_is_one_step_however_many_checks_say_so():
    devices = [builders.device(20 + n, role) for n, role in enumerate((Role.LOCK, Role.CAMERA, Role.PHONE, Role.NAS))]
    scan = judged(*devices)
    found = [f for f in scan.findings if f.status is Status.FAIL]
    assert {f.check for f in found} == {"lock-shares-segment", "iot-shares-segment"}
    (action,) = scan.actions
    assert set(action.closes) == {f.fingerprint for f in found}
    assert action.title == "Give locks and gadgets a network of their own"


def test_the_worst_comes_first_and_of_equals_what_concerns_a_door():
    camera, bridge, nas = (
        exposing(Role.CAMERA, 23, "telnet", number=21),
        exposing(Role.LOCK_HUB, 23, "telnet", number=22),
        exposing(Role.TV, 5555, "adb", number=23),
    )
    shells = [f for d in (camera, bridge) for f in facts(d, 23, telnet_login="shell")]
    scan = judged(camera, bridge, nas, observations=(*shells, *facts(nas, 5555, adb_authentication="none")))
    worst = {f.fingerprint: list(Severity).index(f.severity) for f in scan.findings}
    order = [min(worst[c] for c in a.closes) for a in scan.actions]
    assert order == sorted(order)
    assert scan.actions[0].id == f"close-port:{bridge.key}"
    quiet = judged(
        camera, exposing(Role.LOCK, 21, "ssh", number=22), observations=facts(camera, 23, telnet_login="silent")
    )
    same = [a for a in quiet.actions if {worst_of(quiet, a)} == {Severity.MEDIUM} and not a.id.startswith("segment:")]
    assert [a.id for a in same][:1] == [f"close-port:{builders.device(22).key}"]
    assert len(same) == 2


def worst_of(scan, action):
    return min((f.severity for f in scan.findings if f.fingerprint in action.closes), key=list(Severity).index)


def test_everything_that_stands_open_is_closed_by_exactly_one_step():
    bridge = forgotten_bridge()
    scan = judged(bridge, exposing(Role.NAS, 445, "smb", number=21), builders.device(22, Role.PHONE))
    closes = [c for a in scan.actions for c in a.closes]
    assert sorted(closes) == sorted(f.fingerprint for f in scan.findings if f.status is Status.FAIL)


@pytest.mark.parametrize("group", sorted({m.CHECK.remedy.group for m in CHECKS.values()}))
def test_checks_whose_findings_one_step_closes_say_the_same_step(group):
    said = [m.CHECK.remedy for m in CHECKS.values() if m.CHECK.remedy.group == group]
    assert {(r.title, r.needs, r.per_device, r.intent) for r in said} == {
        (said[0].title, said[0].needs, said[0].per_device, said[0].intent)
    }


def test_the_same_home_has_the_same_steps():
    one, other = judged(forgotten_bridge()), judged(forgotten_bridge())
    assert [a.id for a in one.actions] == [a.id for a in other.actions]
    assert one.actions == other.actions
