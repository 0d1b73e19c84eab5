"""What the registry remembers, forgets, and does as the person says."""

import dataclasses
from datetime import timedelta

import pytest

from netguard.compare import labels
from netguard.compare.registry import MAX_DEVICES, MAX_OF_A_KIND, joined, learnt, parted
from netguard.model.vocabulary import Confidence, Role
from tests import builders
from tests.unit.compare.conftest import thing
from tests.unit.compare.test_match import NOW, device, known, text

PRIVATE = "da:11:22:33:44:01"
NUKI = "54:d2:72:00:00:01"


def scan(*devices, days=0):
    done = builders.scan(started_at=NOW + timedelta(days=days))
    return dataclasses.replace(done, devices=devices)


def ids():
    numbers = iter(range(100, 10**6))
    return lambda: f"{next(numbers):012x}"


def test_a_new_device_is_remembered_with_everything_it_showed():
    lock = device(("homekit", "h1"), ("mac", "m1"), ("address", "192.0.2.20"), role=Role.LOCK, vendor="V", name="Lock")

    (found,) = learnt(scan(lock), (), ids())

    assert (found.id, found.site, found.key, found.former_keys) == ("000000000064", "home", "homekit:h1", ())
    assert [i.text for i in found.identities] == ["homekit:h1", "mac:m1", "address:192.0.2.20"]
    assert found.first_seen == found.last_seen == NOW
    assert (found.name, found.role, found.vendor, found.addresses) == ("Lock", Role.LOCK, "V", lock.addresses)


def test_a_shallower_scan_takes_nothing_away():
    deep = device(("homekit", "h1"), ("mac", "m1"), role=Role.LOCK, vendor="V", model="M", profile="p", name="Lock")
    registry = learnt(scan(deep), (), ids())

    (found,) = learnt(scan(device(("mac", "m1")), days=1), registry, ids())

    assert (found.key, found.name, found.role, found.vendor) == ("homekit:h1", "Lock", Role.LOCK, "V")
    assert (found.model, found.profile) == ("M", "p")
    assert {i.text: i.last_seen for i in found.identities} == {"homekit:h1": NOW, "mac:m1": NOW + timedelta(days=1)}


def test_what_was_not_seen_stays_as_it_was_and_is_not_given_back():
    registry = (known(1, ("mac", "m1")),)

    assert [k.key for k in learnt(scan(device(("mac", "m2"))), registry, ids())] == ["mac:m2"]


def test_an_older_scan_that_is_saved_later_adds_to_the_past_only():
    registry = (known(1, ("mac", "m1"), days=-10, name="now"),)

    (found,) = learnt(scan(device(("upnp", "u1"), ("mac", "m1"), name="then")), registry, ids())

    assert (found.name, found.key) == ("now", "mac:m1")
    assert found.first_seen == NOW
    assert found.last_seen == NOW + timedelta(days=10)
    assert [i.text for i in found.identities] == ["upnp:u1", "mac:m1"]


def test_passing_identities_are_forgotten_after_a_season_and_the_device_with_the_last_of_them():
    fleeting = known(1, ("random-mac", "r1"), ("address", "192.0.2.20"), days=91)
    lasting = known(2, ("mac", "m1"), ("address", "192.0.2.21"), days=91)
    recent = known(3, ("random-mac", "r2"), days=89)
    named = known(4, ("random-mac", "r3"), days=91, said_name="Anna's phone")

    found = {k.id: k for k in learnt(scan(), (fleeting, lasting, recent, named), ids())}

    assert found.keys() == {fleeting.id, lasting.id, named.id}
    assert found[fleeting.id].is_empty
    assert [i.text for i in found[lasting.id].identities] == ["mac:m1"]
    assert not found[named.id].is_empty, "what the person said is never forgotten by itself"


def test_an_announcer_of_new_ids_in_every_scan_fills_nothing_and_pushes_out_nothing_else(home):
    for number in range(60):
        facts = [("ssdp.usn", f"uuid:device-{number}-{n}::x") for n in range(40)]
        home.scan(thing("spammer", "192.0.2.66", NUKI, *facts, names=f"name-{number}"), days=1)

    spammer = home.one("spammer")
    kinds = [i.kind for i in spammer.identities]
    assert max(map(kinds.count, kinds)) <= MAX_OF_A_KIND
    assert "mac" in kinds
    assert len(spammer.former_keys) <= 32
    assert len(home.known) == 3, "it, the router and this computer"


def test_a_sender_from_thousands_of_macs_pushes_out_nobody_that_lasts():
    mine = (known(1, ("mac", "m1"), days=30), known(2, ("random-mac", "mine"), said_name="Anna's phone", days=30))
    swarm = tuple(device(("random-mac", f"r{n}")) for n in range(MAX_DEVICES + 50))

    found = learnt(scan(*swarm), mine, ids())

    alive = [k for k in found if not k.is_empty]
    assert len(alive) == MAX_DEVICES - len(mine)
    assert not {k.id for k in found} & {k.id for k in mine}


def test_devices_with_nothing_but_an_address_are_not_remembered():
    make = {"role": Role.PLUG, "vendor": "V", "profile": "plug"}
    twins = [device(("address", f"192.0.2.{n}"), **make) for n in (20, 21)]

    assert learnt(scan(device(("address", "192.0.2.22"))), (), ids()) == ()
    assert learnt(scan(*twins), (), ids()) == ()
    assert [k.key for k in learnt(scan(twins[0]), (), ids())] == ["address:192.0.2.20"]


def test_declared_devices_that_were_not_seen_are_not_learnt():
    silent = dataclasses.replace(builders.device(), key="declared:000000000001", seen=False, mac=None, addresses=())

    assert learnt(scan(silent), (), ids()) == ()


def test_of_two_scans_that_overlap_the_second_finds_what_the_first_learnt():
    lock = device(("homekit", "h1"), ("mac", "m1"))
    first = learnt(scan(lock), (), ids())

    (again,) = learnt(scan(lock, days=1), first, lambda: pytest.fail("it is no new device"))

    assert again.id == first[0].id


def test_a_key_that_only_the_document_has_becomes_a_former_one():
    """The registry moved on while the scan ran: findings under the document's key must still be found."""
    document = dataclasses.replace(device(("mac", "m1")), key="mac:m1")
    registry = (known(1, ("homekit", "h1"), ("mac", "m1")),)

    (found,) = learnt(scan(document), registry, ids())

    assert (found.key, found.former_keys) == ("homekit:h1", ("mac:m1",))


def test_known_ones_that_turn_out_to_be_one_are_folded_with_both_keys():
    one = known(1, ("mac", "m1"), said_name="Hall lock")
    other = known(2, ("homekit", "h1"), said_role=Role.LOCK)

    found = {k.id: k for k in learnt(scan(device(("homekit", "h1"), ("mac", "m1"))), (one, other), ids())}

    kept, gone = found[other.id], found[one.id]
    assert gone.is_empty
    assert (kept.key, kept.former_keys) == ("homekit:h1", ("mac:m1",))
    assert (kept.said_name, kept.said_role) == ("Hall lock", Role.LOCK)


def test_merging_keeps_the_first_and_everything_of_both():
    one = known(1, ("mac", "m1"), ("name", "box/nuki/lock"), role=Role.LOCK, apart=("homekit:h1", "mac:m9"))
    other = known(2, ("homekit", "h1"), ("tls", "t1"), said_name="Front door")

    whole, gone = joined(one, other)

    assert gone.is_empty
    assert (whole.id, whole.key, whole.former_keys) == (one.id, "homekit:h1", ("mac:m1",))
    assert whole.said_name == "Front door"
    assert whole.joined == ("homekit:h1", "mac:m1"), "a name or a certificate would let others in"
    assert whole.apart == ("mac:m9",), "what is one now is no longer apart"


def test_merging_phones_ties_their_names_because_their_macs_change():
    one = known(1, ("name", "anna/apple/phone"), ("random-mac", "r1"), role=Role.PHONE)
    other = known(2, ("random-mac", "r2"))

    whole, _ = joined(one, other)

    assert whole.joined == ("name:anna/apple/phone", "random-mac:r1", "random-mac:r2")


def test_splitting_gives_two_that_stay_two():
    whole = known(1, ("homekit", "h1"), ("mac", "m1"), ("mac", "m2"), joined=("mac:m1", "mac:m2"), said_name="Hub")

    rest, other = parted(whole, ["homekit:h1", "mac:m2"], "00000000000b")

    assert (rest.id, rest.key, rest.joined, rest.said_name) == (whole.id, "mac:m1", ("mac:m1",), "Hub")
    assert rest.apart == ("homekit:h1", "mac:m2")
    assert (other.id, other.key, other.apart, other.said_name) == ("00000000000b", "homekit:h1", ("mac:m1",), None)
    assert labels.apart((rest, other)) == {frozenset({"mac:m1", "homekit:h1"}), frozenset({"mac:m1", "mac:m2"})}


def test_splitting_and_merging_again_is_as_before():
    whole = known(1, ("homekit", "h1"), ("mac", "m1"))

    again, _ = joined(*parted(whole, ["mac:m1"], "00000000000b"))

    assert again.apart == ()
    assert [i.text for i in again.identities] == [i.text for i in whole.identities]
    assert again.key == whole.key


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["mac:m9"], "has not shown mac:m9"),
        (["address:192.0.2.20"], "both need something"),
        (["mac:m1", "homekit:h1"], "both need something"),
    ],
)
def test_a_split_that_leaves_nothing_is_refused(texts, says):
    whole = known(1, ("homekit", "h1"), ("mac", "m1"), ("address", "192.0.2.20"))

    with pytest.raises(ValueError, match=says):
        parted(whole, texts, "00000000000b")


def test_labels_follow_keys_and_former_keys_and_change_nothing_else():
    lock, other = builders.device(20, Role.UNKNOWN), builders.device(21, Role.TV)
    said = known(1, ("homekit", "h1"), former_keys=(lock.key,), said_name="Front door", said_role=Role.LOCK)
    document = builders.scan(dataclasses.replace(lock, confidence=Confidence.POSSIBLE), other)

    seen = labels.laid_over(document, (said,))

    assert [d.name for d in seen.devices] == ["this computer", "Front door", "tv 21"]
    assert (seen.devices[1].role, seen.devices[1].confidence) == (Role.LOCK, Confidence.CONFIRMED)
    assert seen.devices[1].key == lock.key
    assert document.devices[1].name == "unknown 20", "the document itself stays as it was"


def test_labels_of_another_site_and_without_words_are_not_laid_over():
    document = builders.scan(builders.device(20))
    silent = known(1, ("mac", "x"), key=document.devices[1].key)
    foreign = dataclasses.replace(silent, site="cabin", said_name="Cabin")

    assert labels.laid_over(document, (silent, foreign)) is document


def test_a_key_that_is_somebodys_now_outweighs_that_it_was_another_ones_once():
    document = builders.scan(builders.device(20))
    key = document.devices[1].key
    old = known(1, ("mac", "x"), former_keys=(key,), said_name="Old")
    new = known(2, ("mac", "y"), key=key, said_name="New")

    assert labels.laid_over(document, (old, new)).devices[1].name == "New"


def test_the_same_identity_is_written_the_same_way_everywhere():
    assert known(1, ("mac", "m1")).identities[0].text == text(("mac", "m1"))
