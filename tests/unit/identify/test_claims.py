"""Addresses without a MAC that a device says are its own."""

import pytest

from netguard.identify.claims import MAX_CLAIMANTS
from netguard.identify.merge import merge

LAPTOP, V4, PRIVATE, OTHER = "00:11:22:33:44:55", "192.0.2.9", "2001:db8::a1b2:c3d4", "2001:db8::77"


def by_address(clusters):
    return {str(a): c for c in clusters for a in c.addresses}


@pytest.fixture
def talk(say, tell):
    """What `address` says in mDNS: its host name, and which further addresses that name has."""

    def said(address, name, *claims, hardware=None, facts=()):
        stated = (*(tell("host.address", claim) for claim in claims), *facts)
        return say(address, hardware, *stated, source="mdns", names=(name,))

    return said


def test_a_privacy_address_that_bears_its_name_joins_the_device_that_claims_it(here, say, talk):
    said = (say(V4, LAPTOP), talk(V4, "laptop", PRIVATE, OTHER), talk(PRIVATE, "laptop", V4), say(OTHER))

    at = by_address(merge(said, here))

    assert at[PRIVATE] is at[V4]
    assert at[V4].notes == (f"it says that it has {PRIVATE}, where no MAC was seen",)
    assert at[OTHER] is not at[V4]


def test_all_its_addresses_may_claim_each_other(here, say, talk):
    mine = (V4, PRIVATE, OTHER, "fe80::5")
    said = [talk(a, "laptop", *(b for b in mine if b != a)) for a in mine]

    at = by_address(merge((say(V4, LAPTOP), *said), here))

    assert [str(a) for a in at[V4].addresses] == [V4, OTHER, PRIVATE, "fe80::5"]


def test_without_any_mac_the_addresses_of_one_name_are_one_device(nowhere, talk):
    at = by_address(merge((talk(V4, "laptop", PRIVATE), talk(PRIVATE, "laptop", V4)), nowhere))

    assert at[V4] is at[PRIVATE]
    assert at[V4].mac is None


def refused(here, *said, address=PRIVATE):
    return len(by_address(merge(said, here))[address].addresses) == 1


def test_a_claim_without_the_same_name_joins_nothing(here, say, talk):
    assert refused(here, talk(V4, "laptop", PRIVATE, hardware=LAPTOP), talk(PRIVATE, "lock"))
    assert refused(here, talk(V4, "laptop", PRIVATE, hardware=LAPTOP), say(PRIVATE))
    assert refused(here, talk(V4, "laptop", hardware=LAPTOP), talk(PRIVATE, "laptop"))


def test_who_copies_a_locks_name_and_claims_its_address_does_not_get_it(here, talk):
    """The lock, whose MAC is not known, says in its own answer which addresses its name has."""
    assert refused(here, talk(V4, "lock", PRIVATE, hardware=LAPTOP), talk(PRIVATE, "lock", "2001:db8::99"))


def test_an_address_that_two_claim_stays_by_itself(here, talk):
    other = talk("192.0.2.10", "laptop", PRIVATE, hardware="00:11:22:33:44:66")

    assert refused(here, talk(V4, "laptop", PRIVATE, hardware=LAPTOP), other, talk(PRIVATE, "laptop"))


def test_two_macs_are_not_joined_through_an_address_that_both_claim(here, talk):
    said = (
        talk(V4, "laptop", PRIVATE, OTHER, hardware=LAPTOP),
        talk("192.0.2.10", "laptop", OTHER, hardware="00:11:22:33:44:66"),
        talk(PRIVATE, "laptop", OTHER, V4),
        talk(OTHER, "laptop"),
    )

    at = by_address(merge(said, here))

    assert at[V4] is not at["192.0.2.10"]
    assert len(at[OTHER].addresses) == 1


def test_an_address_that_another_mac_holds_is_not_for_claiming(here, talk):
    at = by_address(
        merge(
            (
                talk(V4, "laptop", PRIVATE, hardware=LAPTOP),
                talk(PRIVATE, "laptop", hardware="00:11:22:33:44:66"),
            ),
            here,
        )
    )

    assert at[V4] is not at[PRIVATE]


def test_contradicting_ids_outweigh_a_claim(here, talk, tell):
    ids = [tell("dnssd.txt", f"_hap._tcp id=AA:BB:CC:DD:EE:0{n}") for n in (1, 2)]

    assert refused(
        here,
        talk(V4, "hub", PRIVATE, hardware=LAPTOP, facts=ids[:1]),
        talk(PRIVATE, "hub", V4, facts=ids[1:]),
    )


def test_a_router_that_repeats_what_others_announce_gets_nothing_and_spoils_nothing(here, talk):
    router = talk("192.0.2.1", "laptop", PRIVATE, hardware=str(here.vantage.gateway.mac))

    assert refused(here, router, talk(PRIVATE, "laptop"))
    at = by_address(merge((router, talk(V4, "laptop", PRIVATE, hardware=LAPTOP), talk(PRIVATE, "laptop")), here))
    assert at[PRIVATE] is at[V4]


def test_this_computers_addresses_are_not_for_claiming(here, talk):
    at = by_address(merge((talk(V4, "laptop", "192.0.2.2", "fe80::2", hardware=LAPTOP),), here))

    assert at["192.0.2.2"].is_vantage
    assert at["fe80::2"].is_vantage


def test_what_a_person_said_are_two_stays_two(here, talk):
    said = (talk(V4, "laptop", PRIVATE, hardware=LAPTOP), talk(PRIVATE, "laptop", V4))
    apart = frozenset({frozenset({f"mac:{LAPTOP}", f"address:{PRIVATE}"})})

    assert len(by_address(merge(said, here))[PRIVATE].addresses) == 2
    assert len(by_address(merge(said, here, apart=apart))[PRIVATE].addresses) == 1


def test_thousands_of_forged_claimants_cost_nothing_but_the_joining(here, talk):
    forged = [talk(f"fe80::{n:x}", "laptop", PRIVATE) for n in range(3, MAX_CLAIMANTS + 4)]

    assert refused(here, talk(V4, "laptop", PRIVATE, hardware=LAPTOP), talk(PRIVATE, "laptop"), *forged)


@pytest.mark.parametrize("claim", ["", "not an address", "192.0.2.999", "ff02::fb", "::", "x" * 500, "2001:DB8::77"])
def test_claims_that_are_no_address_are_passed_over(here, say, talk, claim):
    at = by_address(merge((talk(V4, "laptop", claim, hardware=LAPTOP), say(OTHER)), here))

    assert [str(a) for a in at[V4].addresses] == [V4]
