"""Two network cards of one machine, and everything that only looks like it."""

import pytest

from netguard.identify.devices import devices
from netguard.model.address import ip, mac
from netguard.model.device import Service
from netguard.model.vocabulary import PortState, Role, Transport

ONE, TWO = ("192.0.2.40", "00:11:32:00:00:01"), ("192.0.2.41", "00:11:32:00:00:02")
THIRD = ("192.0.2.42", "00:11:32:00:00:03")
KEY = ("tls.key", "a" * 64)


def at(found, address):
    (device,) = [d for d in found if ip(address) in d.addresses]
    return device


@pytest.fixture
def home(here, rules, say, tell):
    """Devices of a home in which each card says what it is given: (address, MAC), name, facts, source."""

    def build(*cards, apart=frozenset(), services=(), more=()):
        said = [say(*where) for where, *_ in cards]
        for where, name, facts, *source in cards:
            stated = [tell(kind, value) for kind, value in facts]
            said.append(say(where[0], None, *stated, source=(*source, "mdns")[0], names=(name,) if name else ()))
        return devices((*said, *more), {}, services, (), here, rules, apart=apart)

    return build


def is_one(found):
    return at(found, ONE[0]) is at(found, TWO[0])


def test_a_nas_with_two_cards_is_one_device(home, say, tell):
    telnet = tuple(
        Service(address=ip(a), transport=Transport.TCP, port=p, state=PortState.OPEN)
        for a, p in ((ONE[0], 23), (TWO[0], 445))
    )
    found = home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), services=telnet, more=(say("2001:db8::40", ONE[1]),))

    nas = at(found, TWO[0])
    assert [str(a) for a in nas.addresses] == [ONE[0], TWO[0], "2001:db8::40"]
    assert nas.mac == mac(ONE[1])
    assert [s.port for s in nas.services] == [23, 445]
    assert {i.value for i in nas.identities if i.kind == "mac"} == {ONE[1], TWO[1]}
    assert nas.key == f"tls:{'a' * 64}"
    assert nas.sightings[0].detail == (
        f"it has two network cards, {ONE[1]} and {TWO[1]}: both show the same TLS key and the same host name"
    )
    assert nas.vendor == "Synology Incorporated"


def test_its_mac_is_the_first_addresses(home):
    high, low = ("192.0.2.90", ONE[1]), ("192.0.2.80", TWO[1])

    nas = at(home((high, "nas", [KEY]), (low, "nas", [KEY])), "192.0.2.90")

    assert (nas.mac, [str(a) for a in nas.addresses]) == (mac(TWO[1]), ["192.0.2.80", "192.0.2.90"])


def test_the_joined_machine_is_judged_by_what_both_cards_show(home):
    halves = (
        (ONE, "box", [KEY, ("dnssd.type", "_smb._tcp")]),
        (
            TWO,
            "box",
            [KEY, ("dnssd.txt", "_home-assistant._tcp version=2026.2.3"), ("dnssd.type", "_home-assistant._tcp")],
        ),
    )

    assert at(home(*halves), ONE[0]).role is Role.SMART_HOME_HUB


USN = ("ssdp.usn", "uuid:12345678-1234-1234-1234-1234567890ab::upnp:rootdevice")
CLAIMS = ([("host.address", TWO[0])], [("host.address", ONE[0])])
YES = {
    "TLS key and mDNS name": (("nas", [KEY]), ("nas", [KEY])),
    "SSH key and mDNS name": (("nas", [("ssh.key", "b" * 64)]), ("nas", [("ssh.key", "b" * 64)])),
    "key and NetBIOS name": ((None, [KEY, ("netbios.name", "NAS<20>")]), (None, [KEY, ("netbios.name", "NAS<00>")])),
    "key and UPnP id": ((None, [KEY, USN]), (None, [KEY, USN])),
    "mutual claims": (("pc", CLAIMS[0]), ("pc", CLAIMS[1])),
}
NO = {
    "a name alone": (("nas", []), ("nas", [])),
    "a key alone": ((None, [KEY]), (None, [KEY])),
    "a key and different names": (("nas", [KEY]), ("nas-2", [KEY])),
    "a key and a name the network gives": ((None, [KEY]), (None, [KEY])),
    "a UPnP id alone": ((None, [USN]), (None, [USN])),
    "a UPnP id and a name": (("nas", [USN]), ("nas", [USN])),
    "a claim by one side": (("pc", CLAIMS[0]), ("pc", [])),
    "claims under different names": (("pc", CLAIMS[0]), ("lock", CLAIMS[1])),
    "another HomeKit id": tuple(("hub", [KEY, ("dnssd.txt", f"_hap._tcp id=AA:BB:CC:DD:EE:0{n}")]) for n in (1, 2)),
    "another root device": tuple(
        ("nas", [KEY, ("ssdp.usn", f"uuid:media-server-{n}::upnp:rootdevice")]) for n in (1, 2)
    ),
    "another SSH key": tuple(("nas", [KEY, ("ssh.key", c * 64)]) for c in "bc"),
    "claims and another key": tuple(("pc", [*c, ("ssh.key", k * 64)]) for c, k in zip(CLAIMS, "bc", strict=True)),
}


@pytest.mark.parametrize("what", sorted(YES))
def test_strong_evidence_of_both_sides_joins(home, what):
    one, two = YES[what]

    assert is_one(home((ONE, *one), (TWO, *two)))


@pytest.mark.parametrize("what", sorted(NO))
def test_less_does_not(home, what):
    one, two = NO[what]

    assert not is_one(home((ONE, *one), (TWO, *two)))


@pytest.mark.parametrize("source", ["dhcp", "reverse"])
def test_two_cameras_with_the_factorys_key_and_the_factorys_name_are_two(home, source):
    assert not is_one(home((ONE, "ipcam", [KEY], source), (TWO, "ipcam", [KEY], source)))


def test_a_key_that_a_third_device_shows_joins_nobody(home):
    found = home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), (THIRD, "other", [KEY]))

    assert len({at(found, a).key for a, _ in (ONE, TWO, THIRD)}) == 3


def test_a_key_that_the_gateway_shows_too_joins_nobody(home, here, say, tell):
    router = say("192.0.2.1", None, tell(*KEY))

    assert not is_one(home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), more=(router,)))


@pytest.mark.parametrize("where", ["gateway", "vantage"])
def test_the_gateway_and_this_computer_are_joined_with_nobody(home, here, where):
    card = {
        "gateway": (str(here.vantage.gateway.address), str(here.vantage.gateway.mac)),
        "vantage": (str(here.vantage.address), str(here.vantage.mac)),
    }[where]

    found = home((card, "box", [KEY]), (TWO, "box", [KEY]))

    assert at(found, card[0]) is not at(found, TWO[0])


def test_who_could_be_one_with_two_others_is_with_neither(home):
    everybody = [[("host.address", a) for a, _ in (ONE, TWO, THIRD) if a != own] for own, _ in (ONE, TWO, THIRD)]

    found = home(*((where, "pc", claims) for where, claims in zip((ONE, TWO, THIRD), everybody, strict=True)))

    assert len({at(found, a).key for a, _ in (ONE, TWO, THIRD)}) == 3


LOCK = ("dnssd.txt", "_hap._tcp ci=6")


def test_a_lock_is_not_swallowed_by_who_copies_its_words(home):
    """All that a claim needs can be copied; the lock's answers name the impostor's address only if they are forged."""
    found = home((ONE, "door", [*CLAIMS[0], LOCK]), (TWO, "door", CLAIMS[1]))

    assert not is_one(found)
    assert at(found, ONE[0]).role is Role.LOCK


def test_a_lock_hub_with_two_cards_needs_its_key(home):
    found = home((ONE, "door", [KEY, LOCK]), (TWO, "door", [KEY]))

    assert is_one(found)
    assert at(found, ONE[0]).role is Role.LOCK


@pytest.mark.parametrize(
    "pair",
    [{f"mac:{ONE[1]}", f"mac:{TWO[1]}"}, {f"mac:{ONE[1]}", f"address:{TWO[0]}"}],
)
def test_what_a_person_said_are_two_stays_two(home, pair):
    assert not is_one(home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), apart=frozenset({frozenset(pair)})))


def test_what_a_person_said_of_others_changes_nothing(home):
    pairs = ({f"mac:{ONE[1]}", "mac:00:00:5e:00:00:01"}, {f"mac:{ONE[1]}", f"address:{ONE[0]}"})

    for pair in pairs:
        assert is_one(home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), apart=frozenset({frozenset(pair)})))


def test_the_same_upnp_id_from_two_hosts_is_noted_and_set_aside(home):
    found = home((ONE, None, [USN]), (TWO, None, [USN]))

    for address, hardware in (ONE, TWO):
        device = at(found, address)
        assert device.key == f"mac:{hardware}"
        assert "the same UPnP id is shown by two devices" in [n.detail for n in device.sightings]


def flux(say, *cards):
    """Both cards answer for all addresses, as Linux does."""
    return tuple(say(address, hardware) for address, _ in cards for _, hardware in cards)


def test_cards_that_answer_for_each_others_address_are_one_machine(home, say):
    found = home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), more=flux(say, ONE, TWO))

    nas = at(found, ONE[0])
    assert is_one(found)
    assert {i.value for i in nas.identities if i.kind == "mac"} == {ONE[1], TWO[1]}
    details = [n.detail for n in nas.sightings]
    assert any("both answer for 192.0.2.40, 192.0.2.41" in d for d in details)
    assert any("which 2 devices claim" in d for d in details)
    assert not [d for d in found if d.mac == mac(TWO[1])]


def test_who_answers_for_a_machines_addresses_and_has_its_own_is_not_its_card(home, say):
    spoofer = "00:66:66:66:66:66"
    claimed = tuple(say(a, spoofer) for a in (ONE[0], TWO[0], "192.0.2.66"))
    victim = tuple(say(a, ONE[1]) for a in (ONE[0], TWO[0]))

    found = home(((ONE[0], ONE[1]), "nas", [KEY]), ((TWO[0], ONE[1]), "nas", [KEY]), more=(*claimed, *victim))

    assert [str(a) for d in found if d.mac == mac(spoofer) for a in d.addresses] == ["192.0.2.66"]


def test_who_answers_for_one_address_of_another_is_not_its_card(home, say):
    found = home((ONE, "nas", [KEY]), more=(say(ONE[0], "00:66:66:66:66:66"),))

    assert [str(d.mac) for d in found if "00:66" in str(d.mac)] == ["00:66:66:66:66:66"]


def test_a_hub_whose_addresses_another_mac_answers_for_stays_by_itself(home, say):
    found = home((ONE, "door", [KEY, LOCK]), (TWO, "door", [KEY, LOCK]), more=flux(say, ONE, TWO))

    assert len([d for d in found if d.mac in {mac(ONE[1]), mac(TWO[1])}]) == 2


def test_a_third_device_with_the_key_keeps_cards_apart_that_answer_for_each_other(home, say):
    found = home((ONE, "nas", [KEY]), (TWO, "nas", [KEY]), (THIRD, "other", [KEY]), more=flux(say, ONE, TWO))

    assert len([d for d in found if d.mac in {mac(ONE[1]), mac(TWO[1]), mac(THIRD[1])}]) == 3
