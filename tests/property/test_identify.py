"""What holds of identification for any sightings whatever: order, repetition and hostile text."""

import dataclasses
import gc
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from netaddr import IPNetwork

from netguard.identify import identity
from netguard.identify.devices import THIS_COMPUTER, devices
from netguard.identify.merge import merge
from netguard.model.address import ip, is_randomised, mac
from netguard.model.device import Service
from netguard.model.observation import KINDS, Fact, Sighting
from netguard.model.surroundings import Interface, Neighbour, Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import PortState, Transport
from netguard.rules import globs
from netguard.rules.loader import load

RULES = load()
NET = IPNetwork("192.0.2.0/24")
GATEWAY = mac("0c:9d:92:00:00:01")
VANTAGE = Vantage(
    os="linux",
    interface="wlan0",
    address=ip("192.0.2.2"),
    mac=mac("02:aa:00:00:00:02"),
    segment=Segment(prefix=IPNetwork("192.0.2.0/24")),
    gateway=NextHop(address=ip("192.0.2.1"), mac=GATEWAY),
)
HERE = Surroundings(
    vantage=VANTAGE,
    interfaces=(Interface(name="wlan0", kind="wifi", mac=VANTAGE.mac, addresses=(VANTAGE.address, ip("fe80::2"))),),
    neighbours=(Neighbour(address=ip("fe80::9"), mac=mac("00:11:22:33:44:01")),),
)

# Few MACs and addresses, so that claims collide often.
macs = st.sampled_from(
    [
        None,
        GATEWAY,
        VANTAGE.mac,
        mac("ff:ff:ff:ff:ff:ff"),
        *(mac(f"00:11:22:33:44:0{n}") for n in range(4)),
        mac("da:00:00:00:00:01"),
    ]
)
addresses = st.sampled_from(
    [ip(f"192.0.2.{n}") for n in range(24)]
    + [ip("fe80::9"), ip("fe80::2"), ip("fe80::211:22ff:fe33:4402"), ip("::ffff:192.0.2.5"), ip("224.0.0.251")]
)
words = st.sampled_from(
    [
        "_hap._tcp ci=6",
        "_hap._tcp id=AA:BB:CC:DD:EE:FF",
        "_hap._tcp",
        "_smb._tcp",
        "uuid:12345678-aaaa::x",
        "O=Philips Hue",
        "k" * 64,
        "Pixel-7",
    ]
)
texts = st.one_of(words, st.text(max_size=40))
facts = st.builds(
    Fact,
    kind=st.sampled_from(sorted(KINDS)),
    value=st.one_of(texts, st.integers(), st.booleans(), st.none(), st.lists(texts, max_size=3).map(tuple)),
    transport=st.just(Transport.TCP),
    port=st.one_of(st.none(), st.integers(0, 65535)),
)
sightings = st.builds(
    lambda address, hardware, **rest: Sighting(
        address=address if hardware or address else ip("192.0.2.3"), mac=hardware, **rest
    ),
    address=st.one_of(st.none(), addresses),
    hardware=macs,
    source=st.sampled_from(["arp", "mdns", "ssdp"]),
    detail=st.text(max_size=5),
    hostnames=st.lists(texts, max_size=2).map(tuple),
    facts=st.lists(facts, max_size=4).map(tuple),
)
# Few names, ids, keys and claims, so that machines are split and joined often.
marks = st.one_of(
    st.builds(Fact, kind=st.just("host.address"), value=addresses.map(str)),
    st.builds(Fact, kind=st.just("tls.key"), value=st.sampled_from(["k" * 64, "l" * 64])),
    st.builds(Fact, kind=st.just("upnp.udn"), value=st.sampled_from(["uuid:device-one", "uuid:device-two"])),
    st.builds(Fact, kind=st.just("netbios.name"), value=st.sampled_from(["NAS<00>", "TV<20>"])),
    st.builds(
        Fact, kind=st.just("dnssd.txt"), value=st.sampled_from([f"_hap._tcp id=AA:BB:CC:DD:EE:0{n}" for n in (1, 2)])
    ),
    st.builds(Fact, kind=st.just("link.via"), value=macs.map(str)),
)
named = st.builds(
    lambda address, hardware, **rest: Sighting(detail="", address=address, mac=hardware, **rest),
    address=addresses,
    hardware=macs,
    source=st.sampled_from(["mdns", "dhcp", "arp"]),
    hostnames=st.lists(st.sampled_from(["nas", "tv", "lock.local"]), max_size=1).map(tuple),
    facts=st.lists(marks, max_size=3).map(tuple),
)
homes = st.one_of(st.lists(sightings, max_size=40), st.lists(named, max_size=40))
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=80)


@calm
@given(homes, st.randoms(use_true_random=False))
def test_the_order_of_sightings_does_not_matter(home, random):
    shuffled = list(home)
    random.shuffle(shuffled)

    assert merge(home, HERE) == merge(shuffled, HERE)


@calm
@given(homes)
def test_saying_it_twice_changes_nothing(home):
    once = merge(home, HERE)

    assert merge(home + home, HERE) == once


@calm
@given(homes)
def test_merging_what_was_merged_gives_the_same_devices(home):
    once = merge(home, HERE)
    again = merge([s for cluster in once for s in cluster.sightings], HERE)

    assert [(c.mac, c.addresses, c.notes, c.is_gateway, c.is_vantage) for c in again] == [
        (c.mac, c.addresses, c.notes, c.is_gateway, c.is_vantage) for c in once
    ]


@calm
@given(homes)
def test_no_address_or_mac_is_in_two_devices_and_one_is_this_computer(home):
    clusters = merge(home, HERE)

    held = [a for c in clusters for a in c.addresses]
    hardware = [c.mac for c in clusters if c.mac is not None]
    assert len(held) == len(set(held))
    assert len(hardware) == len(set(hardware))
    real = {s.address for s in home if s.address is not None and s.address in NET}
    assert real <= set(held)
    assert all(c.addresses or c.mac is not None for c in clusters)
    assert sum(c.is_vantage for c in clusters) == 1
    assert sum(c.is_gateway for c in clusters) == 1


@calm
@given(
    homes, st.dictionaries(addresses, st.lists(st.tuples(st.just("probe"), facts), max_size=3).map(tuple), max_size=5)
)
def test_every_device_has_a_key_of_its_own_and_the_same_one_each_time(home, learnt):
    services = tuple(Service(address=a, transport=Transport.TCP, port=23, state=PortState.OPEN) for a in learnt)

    found = devices(tuple(home), learnt, services, (), HERE, RULES)

    keys = [d.key for d in found]
    assert len(keys) == len(set(keys))
    assert all(d.key == f"{d.identities[0].kind}:{d.identities[0].value}" for d in found)
    backwards = {a: learnt[a] for a in reversed(learnt)}
    assert devices(tuple(reversed(home)), backwards, services[::-1], (), HERE, RULES) == found


@calm
@given(homes, st.sets(addresses, max_size=6))
def test_however_devices_are_split_and_joined_no_service_is_lost_or_doubled(home, listening):
    services = tuple(
        Service(address=a, transport=Transport.TCP, port=23, state=PortState.OPEN)
        for a in sorted(listening)
        if int(a) and not a.is_multicast() and not (a.version == 6 and a.is_ipv4_mapped())
    )

    found = devices(tuple(home), {}, services, (), HERE, RULES)

    held = [a for device in found for a in device.addresses]
    listed = sorted((s for d in found for s in d.services), key=lambda s: s.address)
    assert [dataclasses.replace(s, expected=None) for s in listed] == list(services)
    assert len(held) == len(set(held))
    assert sum(d.name == THIS_COMPUTER for d in found) == 1


@calm
@given(homes, st.randoms(use_true_random=False))
def test_what_a_person_said_are_two_are_never_joined(home, random):
    def key(mac_):
        return f"{'random-mac' if is_randomised(mac_) else 'mac'}:{mac_}"

    hardware = sorted({s.mac for s in home if s.mac is not None}, key=int)
    apart = frozenset(frozenset((key(a), key(b))) for a in hardware for b in hardware if a != b)
    shuffled = list(home)
    random.shuffle(shuffled)

    found = devices(tuple(home), {}, (), (), HERE, RULES, apart=apart)

    for device in found:
        assert sum(i.kind in {"mac", "random-mac"} for i in device.identities) <= 1
    assert devices(tuple(shuffled), {}, (), (), HERE, RULES, apart=apart) == found


@calm
@given(
    st.text(alphabet="ab*?", max_size=12).filter(lambda g: globs.problem(g) is None),
    st.text(alphabet="ab", max_size=12),
)
def test_globs_agree_with_their_plainest_definition(glob, text):
    def plain(pattern, rest):
        if not pattern:
            return not rest
        if pattern[0] == "*":
            return plain(pattern[1:], rest) or bool(rest and plain(pattern, rest[1:]))
        return bool(rest) and pattern[0] in ("?", rest[0]) and plain(pattern[1:], rest[1:])

    assert globs.matches(glob, text) is plain(glob, text)


def test_a_device_made_to_slow_the_matching_does_not():
    """Thousands of long names, each nearly what a record looks for."""
    names = [f"{'nuki_bridge' * 40}{n}" for n in range(64)]
    nasty = tuple(
        Sighting(
            source="mdns",
            detail=str(n),
            address=ip("192.0.2.9"),
            mac=mac("00:66:66:66:66:66"),
            hostnames=tuple(names),
            facts=tuple(
                Fact(kind=kind, value="*" + f"{'camera O=Philips Hu ' * 25}{n}")
                for kind in ("dnssd.txt", "tls.subject", "rtsp.server", "http.title", "http.realm")
            ),
        )
        for n in range(400)
    )
    begun = time.monotonic()

    devices(nasty, {}, (), (), HERE, RULES)

    assert time.monotonic() - begun < 10


def _answers_for_everybody(number):
    address = ip(f"10.0.{number >> 8}.{number & 255}")
    return Sighting(source="mdns", detail="", address=address, mac=macs_[0], hostnames=(f"name-{number}",))


def _claims_everybody(number):
    claims = tuple(Fact(kind="host.address", value=f"fe80::{n:x}") for n in range(60))
    key = Fact(kind="tls.key", value="k" * 64)
    return Sighting(
        source="mdns",
        detail="",
        address=ip(f"fe80::{number:x}"),
        mac=macs_[number],
        hostnames=("nas",),
        facts=(*claims, key),
    )


def _claims_without_a_mac(number):
    claims = tuple(Fact(kind="host.address", value=f"fe80::{n:x}") for n in range(60))
    return Sighting(source="mdns", detail="", address=ip(f"fe80::{number:x}"), hostnames=("nas",), facts=claims)


macs_ = [mac(f"00:66:66:00:{n >> 8:02x}:{n & 255:02x}") for n in range(2000)]


def _computing(home, many):
    """Seconds of computing, without those that Python spends on tidying up after other tests meanwhile."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        found = devices(home, {}, (), (), HERE, RULES)
        taken = time.process_time() - begun
    finally:
        gc.enable()
    assert len(found) >= many - 1
    return taken


@pytest.mark.parametrize("forged", [_answers_for_everybody, _claims_everybody, _claims_without_a_mac])
def test_thousands_of_forged_sightings_take_time_by_their_number_only(forged):
    """Where each is compared with every other one it takes several times as long."""
    seconds = []
    for many in (400, 1600):
        home = tuple(forged(number) for number in range(1, many))
        seconds.append(min(_computing(home, many) for _ in range(3)))

    assert seconds[1] < 9 * seconds[0], "four times as many take four times as long, not sixteen"


@calm
@given(st.lists(st.lists(st.sampled_from([*"abc"]), max_size=3), max_size=4))
def test_what_is_left_of_identities_is_nobody_elses(shown):
    given_ = [
        tuple(identity.Identity(kind="upnp", value=v, stability="permanent") for v in dict.fromkeys(values))
        for values in shown
    ]

    left = identity.without_shared(given_)

    flat = [i for each in left for i in each]
    assert len(flat) == len(set(flat))
