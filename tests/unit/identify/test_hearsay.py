"""What others remember of a device says something about one that is here, and never that it is here."""

import dataclasses

import pytest

from netguard.identify.devices import devices
from netguard.model.address import ip
from netguard.model.observation import Fact
from tests.unit.identify.conftest import seen

LOCK, MAC = "192.0.2.20", "54:d2:72:00:00:20"


def hearsay(*given, **named):
    return dataclasses.replace(seen(*given, **named), hearsay=True)


@pytest.fixture
def found(here, rules):
    def find(*sightings, facts=None):
        return {str(a): d for d in devices(sightings, facts or {}, (), (), here, rules) for a in d.addresses}

    return find


def test_a_stale_entry_and_a_name_at_the_router_make_no_device(found):
    stale = hearsay(LOCK, MAC, source="neighbours")
    named = hearsay(LOCK, source="ptr", names=["Nuki_Bridge_1A2B3C4D"])
    assert LOCK not in found(stale, named)


@pytest.mark.parametrize("source", ["arp", "mdns"])
def test_with_any_sign_of_life_they_count(found, source):
    stale = hearsay(LOCK, MAC, source="neighbours")
    named = hearsay(LOCK, source="ptr", names=["Nuki_Bridge_1A2B3C4D"])
    device = found(stale, named, seen(LOCK, source=source))[LOCK]
    assert (device.profile, device.seen) == ("nuki-bridge", True)
    assert str(device.mac).replace("-", ":").lower() == MAC


def test_an_answer_to_a_probe_is_a_sign_of_life(found):
    facts = {ip(LOCK): (("http", Fact(kind="http.status", value=200)),)}
    assert LOCK in found(hearsay(LOCK, MAC, source="neighbours"), facts=facts)


def test_a_device_that_is_here_keeps_the_address_that_is_only_remembered(found):
    both = found(seen(LOCK, MAC), hearsay("2001:db8::20", MAC, source="neighbours"))
    assert both[LOCK] is both["2001:db8::20"]


def test_this_computer_and_its_router_are_always_here(found):
    assert {"192.0.2.1", "192.0.2.2"} <= set(found())
