"""lock-shares-segment and iot-shares-segment: who lives beside whom, as truth tables."""

import pytest

from netguard.checks import iot_shares_segment, lock_shares_segment
from netguard.model import address
from netguard.model.past import Past
from netguard.model.vantage import NextHop, Segment
from netguard.model.vocabulary import Role, Severity, Status
from tests import builders


def status(check, *roles, **given):
    devices = [builders.device(20 + n, role) for n, role in enumerate(roles)]
    (finding,) = check.judge(builders.scan(*devices, **given), None, Past())
    return finding.status


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.LOCK, Role.PHONE), Status.FAIL),
        ((Role.LOCK_HUB, Role.ROUTER, Role.CAMERA), Status.FAIL),
        ((Role.LOCK, Role.PHONE, Role.UNKNOWN), Status.FAIL),
        ((Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ROUTER), Status.PASS),
        ((Role.LOCK, Role.ROUTER, Role.UNKNOWN), Status.UNKNOWN),
        ((Role.PHONE, Role.UNKNOWN), Status.UNKNOWN),
        ((Role.PHONE, Role.ROUTER), Status.NOT_APPLICABLE),
    ],
)
def test_a_lock_among_others(roles, expected):
    assert status(lock_shares_segment, *roles) is expected


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.CAMERA, Role.NAS), Status.FAIL),
        ((Role.TV, Role.PHONE, Role.UNKNOWN), Status.FAIL),
        ((Role.CAMERA, Role.LOCK_HUB, Role.ROUTER), Status.PASS),
        ((Role.CAMERA, Role.UNKNOWN), Status.UNKNOWN),
        ((Role.PHONE, Role.ROUTER), Status.NOT_APPLICABLE),
    ],
)
def test_gadgets_among_computers(roles, expected):
    assert status(iot_shares_segment, *roles) is expected


@pytest.mark.parametrize("check", [lock_shares_segment, iot_shares_segment])
def test_who_was_not_seen_cannot_be_ruled_out(check):
    roles = (Role.LOCK, Role.CAMERA) if check is iot_shares_segment else (Role.LOCK, Role.ROUTER)
    assert status(check, *roles) is Status.PASS or check is lock_shares_segment
    assert status(check, *roles, saw_everybody=False) is Status.UNKNOWN


@pytest.mark.parametrize("check", [lock_shares_segment, iot_shares_segment])
def test_a_part_of_the_network_is_not_the_network(check):
    roles = (Role.LOCK, Role.ROUTER, Role.CAMERA) if check is iot_shares_segment else (Role.LOCK, Role.ROUTER)
    whole, part = (builders.attempt("discover.arp", target=t) for t in ("192.0.2.0/24", "192.0.2.20/32, 192.0.2.21/32"))
    assert status(check, *roles, attempts=(whole,)) is Status.PASS
    assert status(check, *roles, attempts=(part,)) is Status.UNKNOWN


def test_where_the_only_locks_are_declared_and_unseen_nothing_is_said_of_them():
    def absent(number, name):
        fields = {"declared": True, "seen": False, "addresses": (), "name": name, "unseen": "Touch it."}
        return builders.device(number, Role.LOCK, **fields)

    phone = builders.device(30, Role.PHONE)
    (finding,) = lock_shares_segment.judge(builders.scan(phone, absent(20, "Front"), absent(21, "Back")), None, Past())
    assert finding.status is Status.UNKNOWN
    assert "because no declared lock (Front, Back) was seen on it" in finding.title
    assert finding.fix == "Front: Touch it. Back: Touch it."
    stranger = builders.device(31)
    (finding,) = lock_shares_segment.judge(builders.scan(stranger, absent(20, "Front")), None, Past())
    assert "because no declared lock (Front) was seen, and 1 devices" in finding.title
    lock = builders.device(22, Role.LOCK)
    (finding,) = lock_shares_segment.judge(builders.scan(phone, lock, absent(20, "Front")), None, Past())
    assert finding.status is Status.FAIL


@pytest.mark.parametrize("check", [lock_shares_segment, iot_shares_segment])
def test_personal_devices_that_were_only_counted_are_neighbours_all_the_same(check):
    devices = [builders.device(20, Role.LOCK), builders.device(21, Role.CAMERA)]
    shown = devices[:1] if check is lock_shares_segment else devices
    (finding,) = check.judge(builders.scan(*shown, personal_devices=7), None, Past())
    assert finding.status is Status.FAIL
    assert finding.title.endswith("on the same network as 7 personal devices")
    (finding,) = check.judge(builders.scan(*shown, personal_devices=0), None, Past())
    assert finding.status is Status.PASS
    beside = builders.device(22, Role.NAS, name="storage")
    (finding,) = check.judge(builders.scan(*shown, beside, personal_devices=1), None, Past())
    assert finding.title.endswith("storage and 1 personal device")


def test_a_flat_network_is_one_finding_however_many_live_on_it():
    devices = [builders.device(n, Role.LOCK if n < 30 else Role.PHONE) for n in range(20, 60)]
    (finding,) = lock_shares_segment.judge(builders.scan(*devices), None, Past())
    assert finding.severity is Severity.MEDIUM
    assert finding.target == "segment:192.0.2.0/24"


def test_new_addresses_do_not_make_it_a_new_finding():
    devices = [builders.device(20, Role.LOCK), builders.device(21, Role.PHONE)]
    scan = builders.scan(*devices)
    moved = builders.scan(
        *devices,
        vantage=type(scan.vantage)(
            os="linux",
            interface="wlan0",
            address=address.ip("198.51.100.7"),
            segment=Segment(prefix=address.network("198.51.100.0/24")),
            gateway=NextHop(address=address.ip("198.51.100.1"), mac=scan.vantage.gateway.mac),
        ),
    )
    (before,), (after,) = (lock_shares_segment.judge(s, None, Past()) for s in (scan, moved))
    assert before.fingerprint == after.fingerprint
