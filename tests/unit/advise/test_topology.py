"""Taking one network apart: which steps, by what the router can, and who moves with whom."""

from dataclasses import replace

import msgspec
import pytest

from netguard.advise.router import Ability, Router
from netguard.advise.topology import Topology, beyond
from netguard.model.action import Action
from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Needs, Role, Severity, Status
from netguard.pipeline import judge
from netguard.rules import loader
from netguard.rules.schema import Segments
from tests import builders

RULES = loader.load()
LOCK = builders.device(20, Role.LOCK, name="Front door")
HUB = builders.device(21, Role.SMART_HOME_HUB, name="Hub")
CAMERA = builders.device(22, Role.CAMERA, name="Yard camera")
TV = builders.device(23, Role.TV, name="Television")
PRINTER = builders.device(24, Role.PRINTER, name="Printer")
PHONE = builders.device(25, Role.PHONE, name="Phone")
VLANS, GUEST, NEITHER = (
    Segments(vlans=True),
    Segments(vlans=False, guest=True, guest_isolates=True),
    Segments(vlans=False, guest=False),
)


def judged(segments, *devices):
    """A home whose router can do `segments`, judged."""
    router = builders.device(1, Role.ROUTER, name="the box", profile="router")
    record = msgspec.structs.replace(RULES.devices["router"], segments=segments, name="Superbox")
    rules = replace(RULES, devices={**RULES.devices, "router": record})
    return judge(builders.scan(router, *devices), rules, Past())


def steps(scan):
    return {a.id.partition(":")[0]: a for a in scan.actions if a.id.startswith("segment")}


def checks(scan, action):
    return {f.check for f in scan.findings if f.fingerprint in action.closes}


def moved(action):
    return {i.device for i in action.intents if i.kind == "move-device"}


ALL = (LOCK, HUB, CAMERA, TV, PHONE)


def test_with_vlans_the_network_comes_first_and_the_rules_after_it():
    scan = judged(VLANS, *ALL)
    (action,) = steps(scan).values()
    assert action.needs is Needs.SEGMENT
    assert checks(scan, action) == {"lock-shares-segment", "iot-shares-segment"}
    kinds = list(dict.fromkeys(i.kind for i in action.intents))
    assert kinds == ["isolate-segment", "move-device", "reserve-address", "deny-flow", "reflect-mdns"]
    assert moved(action) == {d.key for d in (LOCK, HUB, CAMERA, TV)}
    assert "Superbox" in action.how[0]
    assert "devices of one network talk past it" in action.how[0]
    assert "netguard plan" in action.how[-1]
    assert any("in one go" in text for text in action.how)
    assert any(text.startswith("Television: Casting") for text in action.loses)
    assert scan.grade.best_possible == "A+"


@pytest.mark.parametrize("segments", [None, Segments(guest=True)])
def test_a_router_that_nobody_knows_gets_the_question_and_no_promise(segments):
    scan = judged(segments, *ALL)
    (action,) = steps(scan).values()
    assert action.needs is Needs.SEGMENT
    assert "whether it has them is not known here" in action.how[0]
    assert moved(action) == {d.key for d in (LOCK, HUB, CAMERA, TV)}
    assert scan.grade.best_possible is None


def test_a_guest_network_that_isolates_takes_no_lock_away_from_its_hub():
    scan = judged(GUEST, *ALL)
    found = steps(scan)
    assert set(found) == {"segment", "segment-router"}
    guests, another = found["segment"], found["segment-router"]
    assert guests.needs is Needs.MENU
    assert moved(guests) == {TV.key}
    assert {i.segment for i in guests.intents} == {"guest"}
    assert guests.title == "Move Television into the router's guest network"
    assert any("Front door" in text and "It stays" in text for text in guests.how)
    assert checks(scan, guests) == set(), "what stays keeps both findings open"
    assert another.needs is Needs.PURCHASE
    assert checks(scan, another) == {"lock-shares-segment", "iot-shares-segment"}
    assert another.title.startswith("This router cannot keep ")
    assert scan.grade.best_possible == "B"


def test_things_that_need_nobody_close_their_finding_by_the_guest_network():
    scan = judged(GUEST, TV, CAMERA, PHONE)
    (action,) = steps(scan).values()
    assert action.id.startswith("segment:")
    assert checks(scan, action) == {"iot-shares-segment"}
    assert moved(action) == {TV.key, CAMERA.key}
    assert scan.grade.best_possible == "A+"


def test_a_printer_stays_out_of_the_guest_network_since_nobody_could_print():
    scan = judged(GUEST, TV, PRINTER, PHONE)
    found = steps(scan)
    assert moved(found["segment"]) == {TV.key}
    assert checks(scan, found["segment-router"]) == {"iot-shares-segment"}


def test_a_router_without_either_is_told_so():
    scan = judged(NEITHER, *ALL)
    (action,) = steps(scan).values()
    assert action.id.startswith("segment-router:")
    assert action.needs is Needs.PURCHASE
    assert "neither VLANs nor a guest network" in action.how[0]
    assert "Superbox" in action.how[0]
    assert moved(action) == {d.key for d in (LOCK, HUB, CAMERA, TV)}
    assert scan.grade.best_possible == "B"
    assert judged(NEITHER, TV, PHONE).grade.best_possible == "A"
    assert judged(NEITHER, PHONE).grade.best_possible == "A", "nothing can be tested to be apart"


@pytest.mark.parametrize("segments", [VLANS, None, GUEST, NEITHER])
def test_every_finding_is_closed_by_exactly_one_step(segments):
    for devices in (ALL, (TV, PHONE), (LOCK, PHONE), (LOCK, HUB, PHONE), (LOCK, PRINTER, PHONE), ()):
        scan = judged(segments, *devices)
        closed = sorted(c for a in scan.actions for c in a.closes)
        assert closed == sorted(f.fingerprint for f in scan.findings if f.status is Status.FAIL)


def test_a_lock_never_leaves_what_commands_it_on_a_computer():
    nas = builders.device(30, Role.NAS, name="Store")
    told = builders.observation(1, "api.name", "home-assistant", of=nas, port=8123)
    router = builders.device(1, Role.ROUTER, name="the box", profile="openwrt")
    scan = judge(builders.scan(router, nas, *ALL, observations=(told,)), RULES, Past())
    found = steps(scan)
    assert moved(found["segment"]) == {CAMERA.key, TV.key}
    host = found["segment-host"]
    assert "lock-shares-segment" in checks(scan, host)
    assert "cannot move away from what commands them" in host.title
    assert scan.grade.best_possible == "A+", "that is no fault of the router's"


def test_what_only_another_router_closes_bounds_what_this_one_can_reach():
    replaced = Action(id="replace-device:mac:box", title="t", closes=("old",), needs=Needs.PURCHASE)
    host = Action(id="segment-host:segment:x", title="t", closes=("host",), needs=Needs.PURCHASE)
    menu = Action(id="upnp-off:mac:box", title="t", closes=("upnp",), needs=Needs.MENU)
    home = Topology(router=Router(can=Ability.VLANS), moving=(), staying=())
    assert beyond((replaced, host, menu), home) == {"old"}
    assert beyond((replaced,), replace(home, router=Router(can=Ability.UNKNOWN))) is None


def test_a_series_that_ended_is_an_update_and_bounds_nothing():
    router = builders.device(1, Role.ROUTER, name="the box", profile="openwrt", vendor="OpenWrt", firmware="23.05.3")
    scan = judge(builders.scan(replace(router, confidence=Confidence.CONFIRMED), *ALL), RULES, Past())
    (action,) = [a for a in scan.actions if "firmware-end-of-life" in checks(scan, a)]
    assert (action.id.partition(":")[0], action.needs) == ("update-firmware", Needs.MENU)
    assert scan.grade.best_possible == "A+"


def test_severity_decides_before_the_order_of_the_steps():
    scan = judged(VLANS, *ALL)
    worst = {f.fingerprint: f.severity for f in scan.findings}
    ranks = [min(list(Severity).index(worst[c]) for c in a.closes) for a in scan.actions if a.closes]
    assert ranks == sorted(ranks)
