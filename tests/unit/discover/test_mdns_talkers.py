"""Whose service is it: what an address says of itself, what it says for others, and what nobody can place onto anybody."""

from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork

from netguard.discover import _mdns_packets as packets
from netguard.discover import _mdns_talkers as talk
from netguard.model.observation import MAX_ITEMS
from tests.unit.discover.speaking import answer, at, ptr, service, srv, txt

POD, LOCK_AT, CAMERA, STRANGER = "192.0.2.2", "fd12::5", "fd00::40", "192.0.2.66"
ON_LINK = (IPNetwork("192.0.2.0/24"), IPNetwork("fd00::/64"))


def near(address):
    return (address.version == 6 and address.is_link_local()) or any(address in prefix for prefix in ON_LINK)


def talker(address, *records):
    made = talk.Talker(address=IPAddress(address))
    for start in range(0, len(records), 20):
        for record in packets.read(answer(*records[start : start + 20])).records:
            made.note(record)
    return made


def sightings(*talkers, taken=()):
    found = talk.sightings(talkers, near, [IPAddress(a) for a in taken])
    by_address = {}
    for sighting in found:
        by_address.setdefault(str(sighting.address), []).append(sighting)
    return by_address


def facts(found, kind=None):
    return {(f.kind, f.value) for s in found for f in s.facts if kind in {None, f.kind}}


PROXIED = (*service("Front Door", "_hap._udp", 5540, "3A7F", "ci=6", "sf=0"), at("3A7F.local.", LOCK_AT))
HOMEPOD = (
    *service("Living Room", "_meshcop._udp", 49191, "homepod", "nn=home"),
    *service("Living Room", "_airplay._tcp", 7000, "homepod"),
    at("homepod.local.", POD),
    at("homepod.local.", "fd00::2"),
)


def test_a_border_router_that_speaks_for_a_lock_is_no_lock():
    found = sightings(talker(POD, *HOMEPOD, *PROXIED))
    (pod,) = found[POD]
    assert facts([pod], "dnssd.type") == {("dnssd.type", "_meshcop._udp"), ("dnssd.type", "_airplay._tcp")}
    assert not [f for f in pod.facts if "_hap" in str(f.value)]
    assert pod.hostnames == ("homepod",)
    assert pod.detail == (
        "announces _airplay._tcp, _meshcop._udp; speaks for others, whose services are not its own: _hap._udp of 3A7F"
    )


def test_the_lock_it_speaks_for_is_a_device_of_its_own():
    found = sightings(talker(POD, *HOMEPOD, *PROXIED))
    assert set(found) == {POD, LOCK_AT}
    (lock,) = found[LOCK_AT]
    assert (lock.source, lock.hostnames, lock.mac) == ("mdns", ("3A7F",), None)
    assert lock.detail == f"{POD} announces _hap._udp for it"
    assert facts([lock]) == {
        ("dnssd.type", "_hap._udp"),
        ("dnssd.instance", "Front Door._hap._udp"),
        ("dnssd.txt", "_hap._udp ci=6"),
        ("dnssd.txt", "_hap._udp sf=0"),
    }
    assert {f.port for f in lock.facts} == {5540}


def test_two_border_routers_that_speak_for_one_lock_make_one_lock_of_it():
    other = (*service("Hall", "_meshcop._udp", 49192, "hub"), at("hub.local.", "192.0.2.3"))
    found = sightings(talker(POD, *HOMEPOD, *PROXIED), talker("192.0.2.3", *other, *PROXIED))
    assert {s.facts for s in found[LOCK_AT]} == {found[LOCK_AT][0].facts}
    assert set(found) == {POD, "192.0.2.3", LOCK_AT}


def test_a_hub_with_a_type_of_its_own_keeps_it_beside_the_same_type_of_others():
    own = service("Hub", "_hap._udp", 80, "homepod", "ci=2")
    found = sightings(talker(POD, *HOMEPOD, *own, *PROXIED))
    assert facts(found[POD], "dnssd.txt") == {("dnssd.txt", "_hap._udp ci=2"), ("dnssd.txt", "_meshcop._udp nn=home")}


def test_nobody_can_place_a_service_onto_an_address_that_speaks_for_itself():
    forged = (*service("Front Door", "_hap._tcp", 23, "camera", "ci=6"), at("camera.local.", CAMERA))
    liar = talker(STRANGER, at("liar.local.", STRANGER), *forged)
    honest = talker(CAMERA, *service("Cam", "_rtsp._tcp", 554, "camera"), at("camera.local.", CAMERA))
    found = sightings(liar, honest)
    assert facts(found[CAMERA], "dnssd.type") == {("dnssd.type", "_rtsp._tcp")}
    assert not facts(found[STRANGER], "dnssd.instance")
    # Neither when it was seen at all, whatever it speaks.
    assert set(sightings(liar, taken=[CAMERA])) == {STRANGER}


def test_a_second_address_of_somebody_seen_cannot_be_used_either():
    forged = (*service("Front Door", "_hap._tcp", 23, "camera"), at("camera.local.", CAMERA), at("camera.local.", POD))
    liar = talker(STRANGER, at("liar.local.", STRANGER), *forged)
    assert set(sightings(liar, taken=[POD])) == {STRANGER}


def test_only_addresses_of_a_home_are_given_to_the_devices_others_speak_for():
    for where in ("2001:db8:9::1", "192.0.2.77", "198.51.100.1", "fe80::77", "ff02::1", "::1", "::"):
        records = (*service("X", "_hap._tcp", 1, "x"), at("x.local.", where))
        assert set(sightings(talker(POD, *HOMEPOD, *records))) == {POD}, where
    for where in ("fd12::5", "fc00::1", "fd00::9"):
        records = (*service("X", "_hap._tcp", 1, "x"), at("x.local.", where))
        assert set(sightings(talker(POD, *HOMEPOD, *records))) == {POD, where}, where


def test_without_an_address_it_is_left_out_and_noted():
    found = sightings(talker(POD, *HOMEPOD, *service("X", "_hap._tcp", 1, "x", "ci=6")))
    assert set(found) == {POD}
    assert "_hap" not in str(facts(found[POD]))
    assert found[POD][0].detail.endswith("not its own: _hap._tcp of x")


def test_an_instance_without_srv_is_not_the_speaker_s_where_it_speaks_for_others():
    lost = (ptr("_hap._udp.local.", "Back Door._hap._udp.local."), txt("Back Door._hap._udp.local.", b"ci=6"))
    info = txt("Living Room._device-info._tcp.local.", b"model=AudioAccessory5,1")
    found = sightings(talker(POD, *HOMEPOD, *PROXIED, *lost, info))
    assert "_hap" not in str(facts(found[POD]))
    assert ("dnssd.txt", "_device-info._tcp model=AudioAccessory5,1") in facts(found[POD])
    # Nobody else is known behind it here, so it is the speaker itself.
    assert ("dnssd.txt", "_hap._udp ci=6") in facts(sightings(talker(POD, *HOMEPOD, *lost))[POD])


def test_who_does_not_say_its_own_address_is_the_only_host_it_names():
    bare = service("Lock", "_hap._tcp", 80, "lock", "ci=6")
    (seen,) = sightings(talker(POD, *bare))[POD]
    assert seen.hostnames == ("lock",)
    assert ("dnssd.txt", "_hap._tcp ci=6") in facts([seen])


def test_from_a_link_local_address_that_is_not_published_it_is_the_host_on_the_link():
    nas = (*service("NAS", "_smb._tcp", 445, "nas"), at("nas.local.", "fd00::50"), at("nas.local.", "192.0.2.50"))
    (seen,) = sightings(talker("fe80::50", *nas))["fe80::50"]
    assert seen.hostnames == ("nas",)
    assert facts([seen], "host.address") == {("host.address", "192.0.2.50"), ("host.address", "fd00::50")}


def test_a_lock_elsewhere_is_not_the_speaker_even_when_it_is_all_that_was_heard():
    found = sightings(talker("fe80::2", *PROXIED))
    assert not found["fe80::2"][0].facts
    assert found["fe80::2"][0].hostnames == ()
    assert ("dnssd.txt", "_hap._udp ci=6") in facts(found[LOCK_AT])


def test_a_speaker_from_an_ipv4_address_is_no_host_with_another_ipv4_address():
    # A sleep proxy that answers for a computer, its own name not heard.
    asleep = (*service("Mac", "_smb._tcp", 445, "mac"), at("mac.local.", "192.0.2.80"))
    found = sightings(talker(POD, *asleep))
    assert found[POD][0].hostnames == ()
    assert not found[POD][0].facts


def test_an_own_name_is_an_address_record_or_a_reverse_name_of_the_very_address():
    reverse = ptr("2.2.0.192.in-addr.arpa.", "Homepod.local.")
    assert sightings(talker(POD, reverse))[POD][0].hostnames == ("Homepod",)
    other = ptr("3.2.0.192.in-addr.arpa.", "tv.local.")
    assert POD not in sightings(talker(POD, other))
    (seen,) = sightings(talker(POD, at("tv.local.", "192.0.2.3")))[POD]
    assert (seen.hostnames, seen.facts) == ((), ())


def test_further_addresses_of_its_own_name_are_kept_as_what_it_says():
    own = (
        at("nas.local.", POD),
        at("NAS.local.", "192.0.2.7"),
        at("nas.local.", "fe80::7"),
        at("other.local.", "fd00::9"),
    )
    odd = (
        at("nas.local.", "0.0.0.0"),
        at("nas.local.", "224.0.0.1"),
        at("nas.local.", "127.0.0.1"),
        at("nas.local.", "::1"),
    )
    (seen,) = sightings(talker(POD, *own, *odd))[POD]
    assert facts([seen]) == {("host.address", "192.0.2.7"), ("host.address", "fe80::7")}


def test_addresses_names_and_hosts_are_bounded_and_the_own_address_is_heard_all_the_same():
    many = [at("nas.local.", f"fd00::{n:x}") for n in range(1, 60)]
    (seen,) = sightings(talker(POD, *many, at("nas.local.", POD)))[POD]
    assert seen.hostnames == ("nas",)
    assert len(facts([seen], "host.address")) <= talk.MAX_ADDRESSES
    noisy = talker(POD, *(r for n in range(200) for r in service(f"I{n}", "_hap._tcp", n, f"h{n}", "a=b")))
    assert len(noisy.instances) == len(noisy.hosts) == MAX_ITEMS
    proxied = [s for s in talk.sightings([noisy], near, ()) if str(s.address) != POD]
    assert len(proxied) <= talk.MAX_PROXIED


def test_a_proxy_of_hundreds_makes_a_bounded_number_of_devices():
    records = [
        r for n in range(200) for r in (*service(f"I{n}", "_hap._tcp", n, f"h{n}"), at(f"h{n}.local.", f"fd12::{n:x}"))
    ]
    found = sightings(talker(POD, *HOMEPOD, *records))
    assert 1 < len(found) <= talk.MAX_PROXIED + 1


def test_a_talkative_television_is_kept_whole():
    services = [f"_service{n}._tcp" for n in range(12)]
    records = [
        r
        for n, name in enumerate(services)
        for r in service("TV", name, 7000 + n, "tv", *(f"k{i}=v" for i in range(20)))
    ]
    found = sightings(talker("192.0.2.3", *records))["192.0.2.3"]
    assert len(found) > 1
    assert {f.value for f in found[0].facts if f.kind == "dnssd.type"} == set(services)
    assert len(facts(found)) == 12 * (2 + 20)


def test_udp_services_are_udp_and_types_are_the_same_in_any_case():
    (seen,) = sightings(talker(POD, srv("Border._meshcop._udp.local.", 49191, "b.local.")))[POD]
    assert {f.transport for f in seen.facts} == {"udp"}
    mixed = (
        ptr("_HAP._TCP.local.", "Front Door._HAP._TCP.local."),
        srv("Front Door._hap._tcp.LOCAL.", 80, "Door.local."),
    )
    (seen,) = sightings(talker(POD, *mixed))[POD]
    assert facts([seen]) == {("dnssd.type", "_hap._tcp"), ("dnssd.instance", "Front Door._hap._tcp")}


def test_what_is_vague_is_asked_for():
    vague = talker(
        POD, ptr("_hap._tcp.local.", "Door._hap._tcp.local."), srv("Cam._rtsp._tcp.local.", 554, "Cam.local.")
    )
    assert vague.vague() == [
        ("Cam._rtsp._tcp.local", packets.SRV),
        ("Cam._rtsp._tcp.local", packets.TXT),
        ("Door._hap._tcp.local", packets.SRV),
        ("Door._hap._tcp.local", packets.TXT),
        ("Cam.local", packets.A),
        ("Cam.local", packets.AAAA),
    ]
    assert talker(POD, *HOMEPOD).vague() == []


def test_saying_it_again_is_nothing_new():
    once = talker(POD, *HOMEPOD, *PROXIED)
    grown = once.grown
    for record in packets.read(answer(*HOMEPOD)).records:
        once.note(record)
    assert once.grown == grown > 0


record_like = st.builds(
    packets.Record,
    name=st.text(max_size=30) | st.sampled_from(["a._hap._tcp.local", "_hap._tcp.local", "a.local", talk.ENUMERATION]),
    type=st.sampled_from([1, 12, 16, 28, 33]),
    value=st.sampled_from(["192.0.2.2", "fd12::5", "::"]),
    port=st.integers(0, 65535),
    texts=st.tuples(st.text(max_size=20)),
)


@given(st.lists(record_like, max_size=60), st.lists(record_like, max_size=20))
def test_whatever_is_said_the_rules_hold(said, by_another):
    one, other = talk.Talker(address=IPAddress(POD)), talk.Talker(address=IPAddress(LOCK_AT))
    for record in said:
        one.note(record)
    for record in by_another:
        other.note(record)
    found = list(talk.sightings([one, other], near, ()))
    spoken = {IPAddress(POD), IPAddress(LOCK_AT)}
    for sighting in found:
        if sighting.address in spoken and other.said_anything():
            # Nobody speaks for an address that speaks for itself.
            assert "for it" not in sighting.detail
    assert {s.address for s in found} <= spoken
