"""mDNS in turns: what is asked when, of whom, how long it listens, and what a hostile link can and cannot do."""

import time
from functools import partial

import pytest
from netaddr import IPAddress

from netguard.discover import _mdns_packets as packets
from netguard.discover import mdns
from netguard.model import address
from netguard.model.observation import MAX_ITEMS, MAX_TEXT
from netguard.model.surroundings import Neighbour
from netguard.net.failures import Cancelled, NoAnswer, OutOfTime
from tests.unit.discover.conftest import make_ask
from tests.unit.discover.speaking import Air, Responder, answer, at, known, ptr, questions, service, txt
from tests.unit.discover.test_mdns_packets import HOSTILE, LOCK

HOME_POD, TV = IPAddress("192.0.2.2"), IPAddress("192.0.2.3")
FOUR, SIX = mdns.GROUPS[4], mdns.GROUPS[6]


@pytest.fixture
def ask():
    """The whole network is asked for."""
    return partial(make_ask, targets=("192.0.2.0/24",))


QUIETEST = 3 * mdns.ANSWER_SECONDS + 0.01


def lock(*addresses, **given):
    records = [
        *service("Front Door", "_hap._tcp", 52222, "front-door", "ci=6", "sf=0"),
        *(at("front-door.local.", a) for a in addresses),
        *(ptr(f"{packets.reverse_name(IPAddress(a))}.", "front-door.local.") for a in addresses),
    ]
    return Responder(*addresses, records=records, **given)


def discover(air, asked):
    return list(mdns.discover(asked, air))


def facts(sightings):
    return {(f.kind, f.value, f.port) for s in sightings for f in s.facts}


def asked_for(air, group=FOUR):
    return [{name for name, _ in questions(packet)} for packet in air.packets(group)]


def test_a_lock_is_found_over_ipv4_and_ipv6(ask):
    air = Air(lock("192.0.2.2", "fe80::2"))
    found = {str(s.address): s for s in discover(air, ask(service_types=("_hap._tcp",)))}
    assert set(found) == {"192.0.2.2", "fe80::2"}
    assert air.groups == [(FOUR, 5353, 255), (SIX, 5353, 255)]
    assert facts([found["192.0.2.2"]]) == {
        ("dnssd.type", "_hap._tcp", 52222),
        ("dnssd.instance", "Front Door._hap._tcp", 52222),
        ("dnssd.txt", "_hap._tcp ci=6", 52222),
        ("dnssd.txt", "_hap._tcp sf=0", 52222),
        ("host.address", "fe80::2", None),
    }
    assert {s.hostnames for s in found.values()} == {("front-door",)}
    assert ("host.address", "192.0.2.2", None) in facts([found["fe80::2"]])


def test_an_ipv6_only_vantage_asks_over_ipv6_alone(ask):
    air = Air(lock("fe80::2"), source=IPAddress("fe80::10"))
    found = discover(air, ask(own=IPAddress("fe80::10"), gateway=None))
    assert [str(s.address) for s in found] == ["fe80::2"]
    assert [group for group, *_ in air.groups] == [SIX]
    assert mdns.skip(ask(own=IPAddress("fe80::1"))) is None


def test_one_ip_version_that_does_not_work_costs_nothing_of_the_other(ask):
    for broken in ({"cut": [SIX]}, {"groupless": [SIX]}):
        assert [str(s.address) for s in discover(Air(lock("192.0.2.2"), **broken), ask())] == ["192.0.2.2"]
    with pytest.raises(NoAnswer):
        discover(Air(cut=[FOUR, SIX]), ask())
    with pytest.raises(NoAnswer):
        discover(Air(groupless=[FOUR, SIX]), ask())


def test_types_that_are_named_meanwhile_are_asked_for_and_everything_once_more(ask):
    speaker = Responder(TV, records=[*service("TV", "_airplay._tcp", 7000, "tv"), at("tv.local.", TV)])
    air = Air(speaker)
    (seen,) = discover(air, ask(service_types=("_hap._tcp",)))
    assert ("dnssd.instance", "TV._airplay._tcp", 7000) in facts([seen])
    enumeration = "_services._dns-sd._udp.local"
    first, plain, told, *rest = asked_for(air)
    assert first == {enumeration, "_hap._tcp.local"}
    assert plain == {"_airplay._tcp.local", "_hap._tcp.local"}
    assert told == {enumeration}
    assert {"_airplay._tcp.local"} in rest  # once more in the third turn, with what is known


def test_nobody_repeats_what_was_heard(ask):
    devices = [lock(f"192.0.2.{n}", together=True) for n in (2, 3, 4)]
    for number, device in enumerate(devices):
        device.records = [
            *service(f"Lock {number}", "_hap._tcp", 80, f"lock-{number}", "ci=6"),
            at(f"lock-{number}.local.", device.addresses[0]),
        ]
    air = Air(*devices)
    assert len(discover(air, ask(service_types=("_hap._tcp",)))) == 3
    assert [len(device.answered) for device in devices] == [1, 1, 1]
    told = [pair for packet in air.packets(FOUR) for pair in known(packet)]
    assert ("_hap._tcp.local", "Lock 1._hap._tcp.local") in told


def test_who_missed_the_first_question_answers_the_second(ask):
    early, late = lock("192.0.2.2"), lock("192.0.2.3", deaf=1)
    late.records = [*service("Back", "_hap._tcp", 80, "back"), at("back.local.", "192.0.2.3")]
    found = discover(Air(early, late), ask(service_types=("_hap._tcp",)))
    assert {str(s.address) for s in found} == {"192.0.2.2", "192.0.2.3"}


def test_who_takes_no_known_answers_and_missed_the_first_is_asked_alone_at_last(ask):
    early, late = lock("192.0.2.2"), lock("192.0.2.3", deaf=1, strict=True)
    back = ptr("3.2.0.192.in-addr.arpa.", "back.local.")
    late.records = [*service("Back", "_hap._tcp", 80, "back", "ci=6"), at("back.local.", "192.0.2.3"), back]
    late.together = False
    found = IPAddress("192.0.2.2"), IPAddress("192.0.2.3")
    air = Air(early, late)
    seen = discover(air, ask(service_types=("_hap._tcp",), found=lambda: found))
    assert ("dnssd.instance", "Back._hap._tcp", None) in facts(seen)
    assert [to for _, _, to, _ in air.sent if not to.is_multicast()] == [IPAddress("192.0.2.3")]
    assert air.now <= sum(mdns.LONGEST_SECONDS) + 0.01


def test_a_late_one_that_must_not_be_touched_is_not_asked_alone(ask):
    late = lock("192.0.2.3", deaf=3)
    air = Air(late, untouchable=[IPAddress("192.0.2.3")])
    discover(air, ask(found=lambda: (IPAddress("192.0.2.3"),)))
    assert {to for _, _, to, _ in air.sent} == {FOUR, SIX}
    assert not any("3.2.0.192.in-addr.arpa" in names for names in asked_for(air))


def test_the_silent_are_asked_for_their_names_and_who_has_said_it_is_not(ask):
    quiet = Responder("192.0.2.7", records=[ptr("7.2.0.192.in-addr.arpa.", "Silent-Box.local.")])
    six = Responder("fe80::8", records=[ptr(f"{packets.reverse_name(IPAddress('fe80::8'))}.", "six.local.")])
    found = [IPAddress(a) for a in ("192.0.2.2", "192.0.2.7", "192.0.2.10", "fe80::8")]
    air = Air(lock("192.0.2.2"), quiet, six)
    names = {str(s.address): s.hostnames for s in discover(air, ask(found=lambda: tuple(found)))}
    assert names == {"192.0.2.2": ("front-door",), "192.0.2.7": ("Silent-Box",), "fe80::8": ("six",)}
    reverse = {name for names in asked_for(air) for name in names if name.endswith(".arpa")}
    assert reverse == {"7.2.0.192.in-addr.arpa", packets.reverse_name(IPAddress("fe80::8"))}


def test_a_name_that_another_gives_an_address_is_nobody_s(ask):
    liar = Responder("192.0.2.66", records=[ptr("7.2.0.192.in-addr.arpa.", "lock.local.")])
    found = discover(Air(liar), ask(found=lambda: (IPAddress("192.0.2.7"),)))
    assert not [s for s in found if s.hostnames or s.facts]


def test_no_more_names_are_asked_for_than_a_home_has(ask):
    found = tuple(IPAddress(0xC0000000 + n) for n in range(5000))
    air = Air()
    discover(air, ask(found=lambda: found))
    assert sum(len(names) for names in asked_for(air)[1:]) <= mdns.MAX_REVERSE + 1


def test_an_instance_that_said_too_little_is_asked_again(ask):
    vague = Responder(HOME_POD, records=service("Front Door", "_hap._tcp", 52222, "front-door", "ci=6"), together=False)
    vague.records.append(at("front-door.local.", HOME_POD))
    found = discover(Air(vague), ask(service_types=("_hap._tcp",)))
    assert ("dnssd.txt", "_hap._tcp ci=6", 52222) in facts(found)


def test_a_thread_lock_behind_a_border_router_is_told_apart(ask):
    pod = Responder(
        HOME_POD,
        "fe80::2",
        records=[
            *service("Living Room", "_meshcop._udp", 49191, "homepod"),
            at("homepod.local.", HOME_POD),
            at("homepod.local.", "fe80::2"),
            *service("Front Door", "_hap._udp", 5540, "3A7F", "ci=6"),
            at("3A7F.local.", "fd12::5"),
        ],
    )
    found = {str(s.address): s for s in discover(Air(pod), ask(service_types=("_hap._udp", "_meshcop._udp")))}
    assert set(found) == {"192.0.2.2", "fe80::2", "fd12::5"}
    assert "_hap" not in str(found["192.0.2.2"].facts) + str(found["fe80::2"].facts)
    assert ("dnssd.txt", "_hap._udp ci=6", 5540) in facts([found["fd12::5"]])
    # Who asks for the border router alone is told of it alone.
    (alone,) = discover(Air(pod), ask(targets=("192.0.2.2/32",)))
    assert alone.address == HOME_POD
    # Somebody in the kernel's own table speaks for itself, too.
    table = (Neighbour(address=address.ip("fd12::5"), mac=address.mac("00:00:5e:00:53:02")),)
    assert "fd12::5" not in {str(s.address) for s in discover(Air(pod), ask(neighbours=table))}


def test_a_usual_home_is_done_in_a_second_and_a_half_and_a_silent_one_sooner(ask):
    devices = [lock(f"192.0.2.{n}", f"fe80::{n}", delay=0.02 + n * 0.008) for n in range(2, 15)]
    air = Air(*devices)
    found = tuple(IPAddress(f"192.0.2.{n}") for n in range(1, 15))
    discover(air, ask(service_types=("_hap._tcp", "_matter._tcp"), found=lambda: found))
    assert air.now <= 1.5
    air = Air()
    discover(air, ask())
    assert air.now <= QUIETEST


def test_power_saving_stations_are_waited_for(ask):
    air = Air(lock("192.0.2.2", delay=0.3 + 0.12))
    assert discover(air, ask())


def test_who_never_stops_talking_cannot_make_it_longer_than_stated(ask):
    said = [(n / 100, answer(ptr("_x._tcp.local.", f"X{n}._x._tcp.local.")), "192.0.2.66") for n in range(1000)]
    air = Air(lock("192.0.2.2"), said=said)
    found = discover(air, ask())
    assert air.now <= sum(mdns.LONGEST_SECONDS) + 0.01 <= 3.21
    assert HOME_POD in {s.address for s in found}


@pytest.mark.parametrize(
    "said", [lambda n: answer(ptr("_x._tcp.local.", f"X{n}._x._tcp.local.")), lambda n: b"junk%d" % n]
)
def test_who_says_more_than_is_read_is_noted_also_when_nothing_of_it_can_be_read(ask, said):
    loud = IPAddress("192.0.2.66")
    air = Air(lock("192.0.2.2"), said=[(0.01, said(n), loud) for n in range(mdns.PACKETS_PER_TURN + 1)])
    found = discover(air, ask())
    flooding = {s.address for s in found for f in s.facts if (f.kind, f.value) == ("link.flood", "mdns")}
    assert flooding == {loud}


def test_ten_thousand_announcements_are_bounded_and_quick(ask):
    packet = [answer(ptr("_hap._tcp.local.", f"L{n}._hap._tcp.local."), compress=False) for n in range(200)]
    said = [(0.01, packet[n % 200], IPAddress(0xC0000200 + 64 + n % 190)) for n in range(10_000)]
    air = Air(lock("192.0.2.2", delay=0.02), said=said)
    began = time.perf_counter()
    found = discover(air, ask())
    assert (
        time.perf_counter() - began < 30
    )  # measured 1 to 2 s, of which the reading stops by itself in a real listening
    assert HOME_POD in {s.address for s in found}
    assert len({s.address for s in found}) <= 191


def test_one_that_names_everything_leaves_room_for_the_others(ask):
    enumeration = "_services._dns-sd._udp.local."
    types = answer(*(ptr(enumeration, f"_a{n}._tcp.local.") for n in range(60)), compress=False)
    vague = answer(*(ptr("_b._tcp.local.", f"B{n}._b._tcp.local.") for n in range(60)), compress=False)
    said = [(0.01, data, f"192.0.2.{n}") for n in range(60, 64) for data in (types, vague)]
    honest = Responder(TV, records=[*service("TV", "_z._tcp", 7000, "tv"), at("tv.local.", TV)], together=False)
    air = Air(honest, said=said)
    found = discover(air, ask())
    assert ("dnssd.instance", "TV._z._tcp", 7000) in facts(found)
    assert len(air.packets(FOUR)) < 40


def test_forged_sources_are_bounded(ask, monkeypatch):
    monkeypatch.setattr(mdns, "MAX_TALKERS", 20)
    said = [(0.01, LOCK, IPAddress(0xC0000201 + n)) for n in range(200)]
    assert len(discover(Air(said=said), ask())) <= 20


@pytest.mark.parametrize("packet", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_speaker_costs_little_and_keeps_few_things(ask, packet, caplog):
    began = time.perf_counter()
    # Its packets differ by a byte at the end, so that each is read anew.
    found = discover(Air(said=[(0.01, packet + bytes([n]), TV) for n in range(256)]), ask())
    # One packet more than the allowance, on a computer ten times slower than this one.
    assert time.perf_counter() - began < 10
    assert sum(len(s.facts) for s in found) <= 8 * MAX_ITEMS
    for seen in found:
        assert len(seen.hostnames) <= MAX_ITEMS
        assert all(len(f.value) <= MAX_TEXT for f in seen.facts)
    assert not caplog.records  # it would be on the terminal


def test_who_makes_reading_expensive_is_not_read_any_more_and_the_others_are(ask, monkeypatch):
    monkeypatch.setattr(mdns, "MAX_READING", 0.0)
    more = answer(ptr("_x._tcp.local.", "X._x._tcp.local."))
    found = discover(Air(said=[(0.01, LOCK, TV), (0.01, more, TV), (0.01, LOCK, HOME_POD)]), ask())
    assert {s.address for s in found} == {TV, HOME_POD}
    assert "_x._tcp" not in {f.value for s in found for f in s.facts}


def test_our_own_and_off_link_answers_are_left_out(ask):
    for speaker in ("192.0.2.10", "198.51.100.2", "2001:db8::9"):
        assert discover(Air(said=[(0.01, LOCK, speaker)]), ask()) == []
    assert discover(Air(said=[(0.01, LOCK, "fe80::9")]), ask())


def test_what_somebody_says_is_about_itself_only(ask):
    forged = answer(at("front-door.local.", HOME_POD), txt("Lock._hap._tcp.local.", b"ci=6"))
    found = discover(Air(lock("192.0.2.2"), said=[(0.01, forged, TV)]), ask())
    alone = discover(Air(lock("192.0.2.2")), ask())
    assert [s for s in found if s.address == HOME_POD] == alone


@pytest.mark.parametrize("why", [Cancelled("the scan was interrupted"), OutOfTime("its time was used up")])
def test_what_was_heard_before_the_end_is_given_and_then_the_end(ask, why):
    class Ending(Air):
        def may_touch(self, address):
            raise why

    given = []
    with pytest.raises(type(why)):
        given.extend(mdns.discover(ask(found=lambda: (TV,)), Ending(lock("192.0.2.2"))))
    assert [s.address for s in given] == [HOME_POD]
