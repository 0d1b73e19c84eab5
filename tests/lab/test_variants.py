"""Twelve homes that differ in everything a home can differ in, each scanned once: everybody, nobody twice, no wrong lock.

What each one is about stands in `variants.py`; what its devices say is replayed from the records' sightings.
"""

from collections.abc import Iterator

import pytest

from netguard.demo.homes import Device as Described
from netguard.model.address import mac
from netguard.model.device import Device
from netguard.model.vocabulary import DOOR_ROLES, Depth, Ended, Outcome, Role
from tests.lab.lived import Lived, living
from tests.lab.replay import DESCRIPTION_PORT, RULES
from tests.lab.variants import VARIANTS

LONGEST_SECONDS = 60
"""A quick scan of such a home takes five to ten; the rest is a slow computer's. Garbage must not make it longer."""

MOST_OF_ONE = 700
"""Observations of one device, however much it says: what the notebook keeps of an address, and what was heard of it."""


@pytest.fixture(scope="module", params=[v.name for v in VARIANTS])
def lived(request, tmp_path_factory) -> Iterator[Lived]:
    with living(request.param, tmp_path_factory.mktemp("variant")) as found:
        yield found


def only(*names: str):
    """The test is about these variants."""
    return pytest.mark.parametrize("lived", names, indirect=True)


def described(lived: Lived, name: str) -> Described:
    return lived.drawn.home.device(name)


def notes(device: Device) -> str:
    return "; ".join(note.detail for note in device.sightings)


def test_every_device_is_found_once_and_nobody_else(lived):
    shown = lived.shown()
    expected = {d.name: 2 if d.name in lived.drawn.twice else 1 for d in lived.drawn.home.everyone}
    assert {name: len(found) for name, found in shown.items()} == expected
    assert all(lived.one(d.name).addresses for d in lived.drawn.home.everyone)


def test_each_has_its_mac_where_it_can_be_seen(lived):
    for name, expected in lived.drawn.macs.items():
        found = lived.one(name).mac
        assert found == (mac(expected) if expected is not None else None), name


def test_each_replayed_device_is_told_for_what_it_is(lived):
    told = {name: lived.one(name).role for name in lived.drawn.roles}
    assert told == lived.drawn.roles
    for one in lived.drawn.replayed:
        if lived.drawn.roles[one.device.name] is one.role:
            assert lived.one(one.device.name).profile == one.record


def test_only_what_its_evidence_cannot_be_seen_of_is_unknown(lived):
    known = {one.device.name for one in lived.drawn.replayed}
    unknown = lived.drawn.roles.keys() - known
    assert {lived.drawn.roles[name] for name in unknown} <= {Role.UNKNOWN}
    behind = {d.name for d in lived.drawn.home.devices if d.behind is not None}
    assert unknown <= behind
    assert len(unknown) == (1 if "extender" in lived.drawn.variant.name else 0)


def test_nothing_but_a_lock_is_taken_for_a_lock(lived):
    doors = {name for name, role in lived.drawn.roles.items() if role in DOOR_ROLES}
    for name, found in lived.shown().items():
        assert all(d.role not in DOOR_ROLES for d in found) or name in doors, name


def test_the_scan_ends_in_time_and_without_a_mistake_of_its_own(lived):
    assert lived.scan.depth is Depth.QUICK
    assert lived.scan.ended is Ended.FINISHED
    assert lived.seconds < LONGEST_SECONDS
    assert not [a for a in lived.scan.attempts if "own mistake" in (a.reason or "")]


def test_each_description_that_is_announced_is_read(lived):
    for one in lived.drawn.replayed:
        upnp = described(lived, one.device.name).upnp
        if upnp is not None and upnp.port == DESCRIPTION_PORT:
            found = lived.one(one.device.name)
            assert {o.value for o in lived.scan.observed(found.key, "upnp.udn")} == {f"uuid:{upnp.udn}"}, one.record


@only("two-routers")
def test_of_two_routers_one_is_the_gateway(lived):
    (hop,) = lived.scan.gateways
    assert hop.device == lived.one(lived.drawn.home.router.name).key
    second = lived.one("netgear-router")
    said = {o.value for o in lived.scan.observed(second.key, "ssdp.type")}
    assert "urn:schemas-upnp-org:device:InternetGatewayDevice:1" in said
    assert second.role is Role.ROUTER
    assert second.key != hop.device


@only("extender")
def test_who_is_behind_an_extender_is_told_apart_by_what_it_says(lived):
    carrier = lived.one("fritz-repeater")
    assert carrier.mac == mac(described(lived, "fritz-repeater").mac)
    assert "answered for 9 other addresses" in notes(carrier)
    behind = [d.name for d in lived.drawn.home.devices if d.behind == "fritz-repeater"]
    assert len(behind) == 8
    for name in behind:
        assert str(carrier.mac).lower() in notes(lived.one(name)).lower(), name


@only("extender")
def test_both_kinds_of_address_behind_an_extender_are_one_device_where_what_it_says_tells(lived):
    home = lived.drawn.home
    for device in home.devices:
        if device.behind is None or device.name in lived.drawn.twice:
            continue
        own = {home.address(device), home.link_local(device), home.address6(device)}
        found = {str(a) for a in lived.one(device.name).addresses}
        if device.name in lived.drawn.more:  # then it may answer from the address of the day alone
            found.add(str(home.address6(device)))
        assert found == own, device.name
    assert lived.one("nuki-bridge").role is Role.LOCK_HUB
    carrier = described(lived, "fritz-repeater")
    own = {home.address(carrier), home.address6(carrier), home.link_local(carrier)}
    assert {str(a) for a in lived.one(carrier.name).addresses} == own | lived.drawn.untold.keys()


@only("extender")
def test_where_nothing_tells_whose_an_ipv6_address_is_it_says_so_and_joins_nobody(lived):
    """Who shows nothing is listed once with its IPv4 and once with its IPv6 addresses: lost in another would be worse."""
    (name,) = lived.drawn.twice
    silent, home = described(lived, name), lived.drawn.home
    four, six = sorted(lived.shown()[name], key=lambda d: d.addresses[0].version)
    assert [str(a) for a in four.addresses] == [home.address(silent)]
    assert [str(a) for a in six.addresses] == [home.address6(silent), home.link_local(silent)]
    assert (four.role, six.role) == (Role.UNKNOWN, Role.UNKNOWN)
    assert "may be a device that is also listed with its IPv4 address" in notes(six)
    (temporary,) = lived.drawn.untold
    assert f"{temporary} may be its own or of a device it speaks for" in notes(lived.one("fritz-repeater"))


@only("extender", "translating-extender")
def test_neighbour_discovery_names_the_extenders_mac_for_whom_is_behind_it(lived):
    """Were only frames rewritten and not what they say, the true MACs would be in the document, and a carrier of them."""
    behind = [d for d in lived.drawn.home.devices if d.behind is not None]
    seen = {str(a): s.detail for d in lived.scan.devices for s in d.sightings if s.source == "ndp" for a in d.addresses}
    for device in behind:
        assert lived.drawn.home.link_local(device) in seen, device.name
    carried = {o.kind for o in lived.scan.observations} & {"link.via"}
    assert not carried
    hidden = {device.mac for device in behind}
    shown = {str(d.mac).lower() for d in lived.scan.devices} | {
        i.value for d in lived.scan.devices for i in d.identities
    }
    assert not hidden & shown


@only("translating-extender")
def test_who_has_a_translated_mac_is_one_device_with_that_mac(lived):
    behind = [d for d in lived.drawn.home.devices if d.behind is not None]
    assert len(behind) == 8
    for device in behind:
        found = lived.one(device.name)
        assert str(found.mac).replace("-", ":").lower() == f"02:0f:b5:{device.mac[9:]}"
        own = {
            lived.drawn.home.address(device), lived.drawn.home.address6(device), lived.drawn.home.link_local(device)
        }  # fmt: skip
        assert {str(a) for a in found.addresses} == own
        assert found.mac_randomised is True
        assert found.vendor == (RULES.devices[found.profile].vendor if found.profile is not None else found.vendor)


@only("ipv6-only")
def test_a_home_without_ipv4_is_seen_by_ipv6_alone(lived):
    assert {a.version for d in lived.scan.devices for a in d.addresses} == {6}
    (skipped,) = [a for a in lived.scan.attempts if a.stage == "discover.arp"]
    assert skipped.outcome is Outcome.SKIPPED
    assert lived.scan.vantage.address.version == 6


@only("privacy-addresses")
def test_addresses_that_change_every_day_belong_to_their_device(lived):
    temporary = {a for addresses in lived.drawn.more.values() for a in addresses}
    seen = {str(a): d for d in lived.scan.devices for a in d.addresses}
    assert len(temporary & seen.keys()) >= len(temporary) / 2
    for name, addresses in lived.drawn.more.items():
        for address in set(addresses) & seen.keys():
            assert seen[address] == lived.one(name)
    for device in lived.drawn.home.devices:
        assert {a.version for a in lived.one(device.name).addresses} == {4, 6}, device.name


@only("proxy-arp")
def test_for_whom_the_router_answers_is_a_device_of_its_own(lived):
    router = lived.one(lived.drawn.home.router.name)
    behind = [d.name for d in lived.drawn.home.devices if d.behind is not None]
    assert len(behind) == 4
    assert "answered for 4 other addresses" in notes(router)
    for name in behind:
        assert lived.one(name).key != router.key
        assert lived.one(name).mac is None


@only("dual-homed-nas")
def test_a_nas_with_two_network_cards_is_one(lived):
    nas = described(lived, "synology-nas")
    found = lived.one("synology-nas")
    assert {str(a) for a in found.addresses} == set(lived.drawn.home.addresses(nas))
    assert "two network cards" in notes(found)
    for each in nas.macs:
        assert str(mac(each)).lower() in notes(found).lower()


@only("five-addresses")
def test_a_device_with_five_addresses_is_one(lived):
    found = lived.one("raspberry-pi")
    assert {str(a) for a in found.addresses} == set(lived.drawn.home.addresses(described(lived, "raspberry-pi")))
    assert len(found.addresses) == 5


@only("ordinary-user")
def test_an_ordinary_user_finds_everybody_too_and_is_told_what_was_not_done(lived):
    assert not lived.scan.vantage.privileged
    skipped = {a.stage for a in lived.scan.attempts if a.outcome is Outcome.SKIPPED and "need root" in (a.reason or "")}
    assert skipped == {"discover.arp", "discover.dhcp", "discover.ndp"}


@only("noisy")
def test_who_says_far_too_much_is_bounded_and_noted_and_hides_nobody(lived):
    noise = lived.one("noise")
    said = [o for o in lived.scan.observations if o.device == noise.key]
    assert 0 < len(said) <= MOST_OF_ONE
    assert {s.source for s in noise.sightings} >= {"mdns", "ssdp"}
    assert {o.value for o in said if o.kind == "link.flood"} == {"mdns", "ssdp"}
    assert "it said more by mdns, ssdp than netguard reads" in notes(noise)
    assert not [o for o in lived.scan.observations if o.kind == "link.flood" and o.device != noise.key]
    for text in (*noise.hostnames, *(str(o.value) for o in said), *(note.detail for note in noise.sightings)):
        assert len(text) <= 2000
        assert not set(text) & set("\x1b\x07\x9b\u202e\u2028\r\n\0")
    assert noise.role is Role.UNKNOWN


@only("other-prefix", "noisy")
def test_the_same_upnp_id_from_two_hosts_is_two_devices_and_noted(lived):
    one, other = lived.one("twin-one"), lived.one("twin-two")
    assert one.key != other.key
    for each in (one, other):
        assert "upnp" not in {i.kind for i in each.identities}
        assert "the same UPnP id is shown by two devices" in notes(each)
