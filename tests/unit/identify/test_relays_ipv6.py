"""IPv6 addresses at one MAC that speaks for several machines: what joins one with an IPv4 address, and what does not."""

import pytest

from netguard.identify import relays
from netguard.identify.devices import devices
from netguard.identify.marks import NOTHING, contradict, strangers
from netguard.identify.merge import Shown, merge
from netguard.model.address import ip, mac
from netguard.model.vocabulary import DOOR_ROLES, Role

EXTENDER = "c0:25:06:00:00:05"
OWN, TV, LOCK, SILENT = "192.0.2.5", "192.0.2.21", "192.0.2.22", "192.0.2.23"
EXTENDER_LOCAL, EXTENDER_UNIQUE = "fe80::c225:6ff:fe00:5", "fd00::c225:6ff:fe00:5"
TV_LOCAL, TV_UNIQUE = "fe80::8e79:f5ff:fe7a:8b70", "fd00::8e79:f5ff:fe7a:8b70"
SILENT_LOCAL, SILENT_UNIQUE = "fe80::266f:28ff:fe8c:9d80", "fd00::266f:28ff:fe8c:9d80"
MAYBE_LISTED = "it may be a device that is also listed with its IPv4 address: nothing it shows over IPv6 tells which"


def by_address(clusters):
    return {str(a): c for c in clusters for a in c.addresses}


def addresses(cluster):
    return [str(a) for a in cluster.addresses]


@pytest.fixture
def behind(say, tell):
    """A TV, a lock and something silent behind an extender that puts its own MAC on their frames."""
    return (
        *(say(a, EXTENDER) for a in (OWN, TV, LOCK, SILENT)),
        say(TV, None, source="mdns", names=("living-room-tv",)),
        say(LOCK, None, tell("dnssd.txt", "_hap._tcp ci=6"), source="mdns", names=("front-door",)),
    )


def test_what_shows_a_hosts_name_is_that_hosts_and_what_shows_anothers_is_a_device(here, behind, say):
    said = (
        *behind,
        say("2001:db8::21", EXTENDER, source="mdns", names=("living-room-tv",)),
        say("2001:db8::22", EXTENDER, source="mdns", names=("somebody-else",)),
        say("2001:db8::23", EXTENDER),
        say("2001:db8::24", EXTENDER, source="mdns", names=("living-room-tv", "front-door")),
    )

    at = by_address(merge(said, here))

    assert addresses(at[TV]) == [TV, "2001:db8::21"]
    assert (addresses(at["2001:db8::22"]), at["2001:db8::22"].mac) == (["2001:db8::22"], None)
    assert addresses(at[OWN]) == [OWN, "2001:db8::23", "2001:db8::24"]
    assert at[OWN].notes == (
        "it also answered for 4 other addresses, which are listed by themselves",
        "2001:db8::23, 2001:db8::24 may be its own or of a device it speaks for",
    )
    assert MAYBE_LISTED in at["2001:db8::22"].notes


SHARED = {
    "an mDNS name": (("mdns", (), ("tv",)), ("mdns", (), ("tv",))),
    "an UPnP id": tuple(("ssdp", (("ssdp.usn", f"uuid:the-tvs-own-id::upnp:{what}"),), ()) for what in ("one", "two")),
    "a HomeKit id": (("mdns", (("dnssd.txt", "_hap._tcp id=AA:BB:CC:DD:EE:01"),), ()),) * 2,
    "a TLS key": (("tls", (("tls.key", "1" * 64),), ()),) * 2,
}


@pytest.mark.parametrize("kind", sorted(SHARED))
def test_whatever_both_show_joins_every_address_made_of_the_same_mac(here, say, tell, kind):
    four, six = SHARED[kind]
    said = [
        say(OWN, EXTENDER),
        say(LOCK, EXTENDER, source="mdns", names=("front-door",)),
        # Something that makes the MAC one that speaks for others, whatever the kind of mark is.
        say("192.0.2.30", EXTENDER, source="mdns", names=("yet-another",)),
        say(TV_LOCAL, EXTENDER),
        *(
            say(address, EXTENDER, *(tell(k, v) for k, v in facts), source=source, names=names)
            for address, (source, facts, names) in ((TV, four), (TV_UNIQUE, six))
        ),
    ]

    at = by_address(merge(said, here))

    assert addresses(at[TV]) == [TV, TV_UNIQUE, TV_LOCAL]
    assert (at[TV].mac, addresses(at[OWN])) == (None, [OWN])


def test_what_is_made_of_the_extenders_own_mac_is_the_extenders(here, behind, say):
    at = by_address(merge((*behind, say(EXTENDER_LOCAL, EXTENDER), say(EXTENDER_UNIQUE, EXTENDER)), here))

    assert addresses(at[OWN]) == [OWN, EXTENDER_UNIQUE, EXTENDER_LOCAL]
    assert at[OWN].mac == mac(EXTENDER)


def test_the_ipv4_address_that_shows_the_same_as_the_extenders_own_ipv6_address_is_its_own(here, behind, say):
    said = (*behind, *(say(a, EXTENDER, source="mdns", names=("range-extender",)) for a in (OWN, EXTENDER_LOCAL)))

    at = by_address(merge(said, here))

    assert (addresses(at[OWN]), at[OWN].mac) == ([OWN, EXTENDER_LOCAL], mac(EXTENDER))
    assert (addresses(at[SILENT]), at[SILENT].mac) == ([SILENT], None)


def test_what_shows_nothing_is_listed_beside_its_ipv4_address_and_says_so(here, behind, say):
    at = by_address(merge((*behind, say(SILENT_LOCAL, EXTENDER), say(SILENT_UNIQUE, EXTENDER)), here))

    assert addresses(at[SILENT]) == [SILENT]
    assert addresses(at[SILENT_LOCAL]) == [SILENT_UNIQUE, SILENT_LOCAL]
    assert (at[SILENT_LOCAL].mac, at[SILENT_LOCAL].notes[-1]) == (None, MAYBE_LISTED)
    assert addresses(at[OWN]) == [OWN]


def test_a_link_local_address_is_a_machine_and_one_of_the_prefix_alone_is_not(here, behind, say):
    """A phone has one link-local address and several that change; these must not make several devices of it."""
    at = by_address(merge((*behind, say("fe80::1:2:3:4", EXTENDER), say("2001:db8::5:6:7:8", EXTENDER)), here))

    assert addresses(at["fe80::1:2:3:4"]) == ["fe80::1:2:3:4"]
    assert addresses(at[OWN]) == [OWN, "2001:db8::5:6:7:8"]


def test_a_changing_address_that_one_machine_alone_says_it_has_is_that_machines(here, behind, say, tell):
    temporary, another = "2001:db8::5:6:7:8", "2001:db8::9:9:9:9"
    said = (
        *behind,
        say(temporary, EXTENDER),
        say(another, EXTENDER),
        say(TV, None, tell("host.address", (temporary, another)), source="mdns", names=("living-room-tv",)),
        say(LOCK, None, tell("host.address", (another,)), source="mdns", names=("front-door",)),
    )

    at = by_address(merge(said, here))

    assert addresses(at[TV]) == [TV, temporary]
    assert addresses(at[OWN]) == [OWN, another], "two say that it is theirs"


def test_nobody_swallows_a_machine_by_saying_that_its_addresses_are_theirs(here, behind, say, tell):
    claimed = tell("host.address", (SILENT_LOCAL, SILENT_UNIQUE, EXTENDER_LOCAL, "fe80::1:2:3:4"))
    said = (
        *behind,
        *(say(a, EXTENDER) for a in (SILENT_LOCAL, SILENT_UNIQUE, EXTENDER_LOCAL, "fe80::1:2:3:4")),
        say(TV, None, claimed, source="mdns", names=("living-room-tv",)),
    )

    at = by_address(merge(said, here))

    assert addresses(at[TV]) == [TV]
    assert addresses(at[SILENT_LOCAL]) == [SILENT_UNIQUE, SILENT_LOCAL]
    assert addresses(at[OWN]) == [OWN, EXTENDER_LOCAL]


def test_a_lock_that_is_heard_over_ipv6_alone_is_a_lock_and_the_extender_is_none(here, rules, say, tell):
    said = (
        *(say(a, EXTENDER) for a in (OWN, TV, EXTENDER_LOCAL, SILENT_LOCAL)),
        say(TV, None, source="mdns", names=("living-room-tv",)),
        say(SILENT_LOCAL, None, tell("dnssd.txt", "_hap._tcp ci=6"), source="mdns", names=("front-door",)),
    )

    found = {str(a): d for d in devices(said, {}, (), (), here, rules) for a in d.addresses}

    assert (found[SILENT_LOCAL].role, found[SILENT_LOCAL].mac) == (Role.LOCK, None)
    assert {found[a].role for a in (OWN, TV)}.isdisjoint(DOOR_ROLES)
    assert found[OWN].key == f"mac:{EXTENDER}"


def test_without_ipv4_machines_behind_an_extender_are_told_apart_too(here, say):
    said = [
        say(a, EXTENDER, source="mdns", names=(name,) if name else ())
        for a, name in ((TV_LOCAL, "tv"), (TV_UNIQUE, ""), (SILENT_LOCAL, "front-door"), (EXTENDER_LOCAL, ""))
    ]

    at = by_address(merge(said, here))

    assert (addresses(at[TV_LOCAL]), at[TV_LOCAL].mac) == ([TV_UNIQUE, TV_LOCAL], None)
    assert (addresses(at[SILENT_LOCAL]), at[SILENT_LOCAL].mac) == ([SILENT_LOCAL], None)
    assert (addresses(at[EXTENDER_LOCAL]), at[EXTENDER_LOCAL].mac) == ([EXTENDER_LOCAL], mac(EXTENDER))
    assert at[EXTENDER_LOCAL].notes == ("it also answered for 2 other addresses, which are listed by themselves",)
    assert MAYBE_LISTED not in at[TV_LOCAL].notes, "there is no IPv4 address it could be listed with"


def test_without_ipv4_what_shows_nothing_is_the_extender_where_its_mac_is_in_no_address(here, say):
    said = [
        say(a, EXTENDER, source="mdns", names=(name,) if name else ())
        for a, name in (("fe80::1:1", "tv"), ("fe80::1:2", "front-door"), ("fe80::1:3", ""))
    ]

    at = by_address(merge(said, here))

    assert [at[f"fe80::1:{n}"].mac for n in (1, 2, 3)] == [None, None, mac(EXTENDER)]


ONE_MACHINE = {
    "another UPnP id over IPv6": (("ssdp.usn", "uuid:media-server-one::x"), ("ssdp.usn", "uuid:media-server-two::x")),
    "another TLS key over IPv6": (("tls.key", "1" * 64), ("tls.key", "2" * 64)),
}


@pytest.mark.parametrize("kind", sorted(ONE_MACHINE))
def test_a_machine_whose_programs_for_ipv6_are_others_stays_one(here, say, tell, kind):
    """Everybody has IPv6 addresses, so what tells an extender by them must not tell it of an ordinary machine."""
    said = [
        say(a, EXTENDER, tell(*shown), source="ssdp")
        for a, shown in zip((TV, TV_LOCAL), ONE_MACHINE[kind], strict=True)
    ]

    found = by_address(merge(said, here))

    assert found[TV] is found[TV_LOCAL]


def test_another_key_and_the_same_name_is_one_machine(here, say, tell):
    one, other = (
        Shown([say(TV, None, tell("ssh.key", key * 64), source="mdns", names=("nas",))], {})(ip(TV)) for key in "12"
    )
    assert contradict(one, other)
    assert not strangers(one, other)
    assert not strangers(one, NOTHING)


def test_a_router_that_repeats_others_over_ipv6_stays_one(here, say):
    """An mDNS reflector: over IPv6 it repeats other names than over IPv4."""
    router = str(here.vantage.gateway.mac)
    said = [say(a, router, source="mdns", names=(n,)) for a, n in (("192.0.2.1", "router-7"), ("fe80::1", "tv"))]

    at = by_address(merge(said, here))

    assert at["192.0.2.1"] is at["fe80::1"]


def test_whose_ipv6_address_is_disputed_makes_no_device(here, behind, say):
    said = (*behind, say(SILENT_LOCAL, EXTENDER), say(SILENT_LOCAL, "00:11:22:33:44:55"))

    at = by_address(merge(said, here))

    assert at[SILENT_LOCAL].mac in {mac(EXTENDER), mac("00:11:22:33:44:55")}


def test_thousands_of_made_up_addresses_are_compared_no_further(here, behind, say, monkeypatch):
    monkeypatch.setattr(relays, "MAX_FOLLOWERS", 3)
    made_up = [f"fe80::1:{n:x}" for n in range(1, 9)]

    clusters = merge((*behind, *(say(a, EXTENDER) for a in made_up)), here)

    own = by_address(clusters)[OWN]
    assert len(clusters) == len(merge(behind, here)) + 3
    assert set(addresses(own)) == {OWN, *made_up[3:]}


@pytest.mark.parametrize(
    ("address", "made"),
    [
        (EXTENDER_LOCAL, True),
        (EXTENDER_UNIQUE, True),
        (TV_LOCAL, False),
        ("fe80::c025:6ff:fe00:5", False),
        ("192.0.2.5", False),
    ],
)
def test_an_address_made_of_a_mac(address, made):
    assert relays.is_made_of(ip(address), mac(EXTENDER)) is made
