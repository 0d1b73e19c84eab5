"""What a router can keep apart: by its record, and never by a guess."""

from dataclasses import replace

import msgspec
import pytest

from netguard.advise.router import Ability, router
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Confidence, Role
from netguard.rules import loader
from netguard.rules.schema import DeviceRecord, Segments
from tests import builders

RULES = loader.load()
BOX = builders.device(1, Role.ROUTER)


def seen(profile, **given):
    return builders.scan(replace(BOX, profile=profile, **given))


def record(**segments):
    return replace_record(RULES.devices["router"], Segments(**segments) if segments else None)


def replace_record(old, segments):
    return msgspec.structs.replace(old, segments=segments)


@pytest.mark.parametrize(
    ("segments", "can", "guests_meet"),
    [
        ({}, Ability.UNKNOWN, None),
        ({"vlans": True}, Ability.VLANS, None),
        ({"vlans": True, "guest": True, "guest_isolates": False}, Ability.VLANS, True),
        ({"vlans": False, "guest": True}, Ability.GUEST, None),
        ({"vlans": False, "guest": True, "guest_isolates": True}, Ability.GUEST, False),
        ({"vlans": False, "guest": False}, Ability.NEITHER, None),
        ({"vlans": False}, Ability.UNKNOWN, None),
        ({"guest": True}, Ability.UNKNOWN, None),
    ],
)
def test_what_its_record_says_decides(segments, can, guests_meet):
    found = router(seen("router"), {"router": record(**segments)})
    assert (found.can, found.guests_meet) == (can, guests_meet)
    assert found.device is not None
    assert found.record is not None


def test_a_guess_is_no_knowledge():
    found = router(seen("fritzbox", confidence=Confidence.POSSIBLE), RULES.devices)
    assert (found.can, found.record) == (Ability.UNKNOWN, None)
    assert router(seen("fritzbox", confidence=Confidence.LIKELY), RULES.devices).can is Ability.GUEST


def test_only_the_first_router_on_the_way_counts():
    other = builders.device(9, Role.ROUTER, profile="openwrt")
    scan = builders.scan(replace(BOX, profile="eero"), other)
    assert router(scan, RULES.devices).can is Ability.GUEST
    elsewhere = replace(scan, vantage=replace(scan.vantage, gateway=NextHop(address=other.addresses[0], mac=None)))
    assert router(elsewhere, RULES.devices).can is Ability.VLANS
    nowhere = replace(scan, vantage=replace(scan.vantage, gateway=None))
    assert router(nowhere, RULES.devices).device is None


def test_a_router_that_nobody_knows_is_not_judged():
    assert router(seen(None), RULES.devices).can is Ability.UNKNOWN
    assert router(seen("router"), RULES.devices).can is Ability.UNKNOWN


def test_records_that_could_not_be_meant_are_refused():
    with pytest.raises(ValueError, match="leave it out"):
        Segments()
    with pytest.raises(ValueError, match="guest does not say"):
        Segments(vlans=False, guest_isolates=True)
    with pytest.raises(ValueError, match="about routers"):
        msgspec.structs.replace(RULES.devices["nuki-bridge"], segments=Segments(vlans=True))
    assert not any(r.segments for r in RULES.devices.values() if r.role is not Role.ROUTER)


def test_what_the_records_say_of_well_known_routers():
    def can(profile):
        return router(seen(profile), RULES.devices).can

    assert {p: can(p) for p in ("openwrt", "mikrotik", "opnsense", "unifi-gateway")} == dict.fromkeys(
        ("openwrt", "mikrotik", "opnsense", "unifi-gateway"), Ability.VLANS
    )
    assert {can("fritzbox"), can("eero")} == {Ability.GUEST}
    assert {can("asus-router"), can("google-wifi")} == {Ability.UNKNOWN}
    assert isinstance(RULES.devices["fritzbox"], DeviceRecord)
