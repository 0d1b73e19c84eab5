"""Protocols that listen beside the whole scan, waiting for a device that sleeps, and leaving people's own devices alone."""

import threading

import pytest

from netguard import discovery
from netguard.model.address import ip, mac
from netguard.model.declared import Declaration
from netguard.model.known import KnownDevice
from netguard.model.past import Past
from netguard.model.vocabulary import Ended, Link, Outcome, Role
from netguard.net.control import Cancel
from netguard.probe._contract import Target
from tests.builders import NOW
from tests.unit.pipeline.conftest import HUB, TV, attempts, fact, others, protocol, sees, sighting, surface

PHONE_MAC, PLAIN_MAC = mac("5a:3e:91:00:00:01"), mac("00:1b:21:00:00:01")
LOCK = Declaration(
    id="0123456789ab",
    site="home",
    name="Front door",
    role=Role.LOCK,
    profile="homekit-lock",
    link=Link.WIFI,
    declared_at=NOW,
)


def announced():
    return sighting(HUB, facts=[fact("dnssd.txt", "_hap._tcp ci=6", None)])


def test_what_listens_hears_until_the_last_probe_and_no_longer(scan, stages):
    probed, heard = threading.Event(), []

    def listen(ask, net):
        while not ask.over():
            if probed.wait(0.01):
                heard.append("during the probes")
                yield sighting(TV, source="listener")
                break
        while not ask.over():
            probed.wait(0.01)
        heard.append("over")

    def probe(target, net):
        probed.set()
        return iter(())

    stages(
        discover={"fake": sees(sighting(HUB)), "listener": protocol(listen, listens=True)},
        probe={"look": surface(probe, wants=lambda device, ask: [Target(address=device.addresses[0], port=80)])},
    )
    found = scan()
    assert heard == ["during the probes", "over"]
    assert {d.addresses[0] for d in others(found)} == {HUB, TV}
    assert [outcome for _, outcome, _ in attempts(found, "discover.listener")] == [Outcome.DONE]


def test_a_listener_that_crashes_costs_itself_and_nothing_else(scan, stages):
    def crash(ask, net):
        raise ZeroDivisionError("oh no")
        yield

    stages(discover={"fake": sees(sighting(HUB)), "listener": protocol(crash, listens=True)}, probe={})
    found = scan()
    assert found.ended is Ended.FINISHED
    assert [outcome for _, outcome, _ in attempts(found, "discover.listener")] == [Outcome.FAILED]
    assert len(others(found)) == 1


def test_protocols_are_told_who_was_found_and_where_hubs_are(scan, stages):
    told = {}

    def later(ask, net):
        told["found"], told["hubs"] = ask.found(), ask.hubs()
        return iter(())

    known = KnownDevice(
        id="a" * 12, site="home", key="mac:x", first_seen=NOW, last_seen=NOW, role=Role.LOCK_HUB, addresses=(TV,)
    )
    stages(discover={"fake": sees(announced()), "later": protocol(later, after={"fake"})}, probe={})
    scan(past=Past(known=(known,)))
    assert told["found"] == (HUB,)
    assert set(told["hubs"]) == {HUB, TV}, "a lock seen now, and a hub known from before"


def test_it_waits_until_the_lock_that_was_woken_shows_itself(scan, stages, monkeypatch):
    monkeypatch.setattr(discovery, "WAIT_PAUSE", 0.01)
    looks = []

    def sleeper(ask, net):
        looks.append(1)
        if len(looks) == 3:
            yield announced()

    events = []
    stages(discover={"fake": protocol(sleeper)}, probe={})
    found = scan(past=Past(declared=(LOCK,)), asked={"wait_for": ("Front door",)}, progress=events.append)
    (lock,) = others(found)
    assert (lock.name, lock.declared, lock.seen) == ("Front door", True, True)
    assert len(looks) == 3
    assert attempts(found, "wait-for") == [("Front door", Outcome.DONE, None)]
    assert len(attempts(found, "discover.fake")) == 1, "looking again is not another step of the scan"
    notes = {event.note for event in events if event.stage == "wait" and event.note}
    assert len(notes) == 1
    assert notes.pop().startswith("Front door: ")


def test_it_does_not_wait_for_ever(scan, stages, monkeypatch):
    monkeypatch.setattr(discovery, "WAIT_PAUSE", 0.01)
    monkeypatch.setattr(discovery, "WAIT_SECONDS", 0.05)
    stages(discover={"fake": sees()}, probe={})
    found = scan(past=Past(declared=(LOCK,)), asked={"wait_for": ("Front door",)})
    ((name, outcome, reason),) = attempts(found, "wait-for")
    assert (name, outcome) == ("Front door", Outcome.FAILED)
    assert "did not show itself" in reason
    assert found.ended is Ended.FINISHED
    assert [d.seen for d in others(found)] == [False]


def test_waiting_can_be_interrupted(scan, stages):
    cancel = Cancel()

    def interrupted(ask, net):
        cancel.set()
        return iter(())

    stages(discover={"fake": protocol(interrupted)}, probe={})
    found = scan(past=Past(declared=(LOCK,)), asked={"wait_for": ("Front door",)}, cancel=cancel)
    assert found.ended is Ended.INTERRUPTED


@pytest.fixture
def mixed_home(stages):
    """A lock, a phone with a made-up MAC, a computer that says what it is, and something that says nothing."""
    probed = []

    def probe(target, net):
        probed.append(str(target.address))
        return iter(())

    seen = [
        announced(),
        sighting(ip("127.0.0.4"), PHONE_MAC, hostnames=("Annas-Galaxy",)),
        sighting(ip("127.0.0.5"), PLAIN_MAC, hostnames=("LAPTOP",), facts=[fact("http.title", "Bens page", 80)]),
        sighting(
            ip("127.0.0.6"),
            mac("f0:18:98:00:00:01"),
            hostnames=("Carls-MacBook-Pro.local",),
            facts=[fact("dnssd.txt", "_device-info._tcp model=MacBookPro18,1", None)],
        ),
    ]
    stages(
        discover={"fake": sees(*seen)},
        probe={"look": surface(probe, wants=lambda device, ask: [Target(address=device.addresses[0], port=80)])},
    )
    return probed


def test_personal_devices_are_counted_and_neither_named_nor_probed(scan, mixed_home):
    found = scan(asked={"infrastructure_only": True})
    assert found.personal_devices == 2
    assert set(mixed_home) == {str(HUB)}
    document = repr((found.devices, found.observations, found.attempts, found.findings))
    for word in ("Annas", "Carls", "5a-3e-91", "5a:3e:91", "127.0.0.4", "127.0.0.6"):
        assert word not in document
    (unknown,) = [d for d in others(found) if ip("127.0.0.5") in d.addresses]
    reasons = [reason for target, _, reason in attempts(found, "probe") if target == "127.0.0.5"]
    assert len(reasons) == 1
    assert "as you asked" in reasons[0]
    assert unknown.role is Role.UNKNOWN


def test_without_being_asked_nobody_is_left_out(scan, mixed_home):
    found = scan()
    assert found.personal_devices is None
    assert {"127.0.0.4", "127.0.0.5", "127.0.0.6"} <= set(mixed_home)
