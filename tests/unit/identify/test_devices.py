"""From sightings and facts to devices, on a small home."""

import dataclasses
import sys

import pytest

from netguard.identify.devices import MAX_NOTES, MAX_NOTES_OF_SOURCE, THIS_COMPUTER, devices
from netguard.model.address import ip, mac
from netguard.model.device import Coverage, Service
from netguard.model.vocabulary import Confidence, PortState, Power, Role, Stability, Transport

LOCK = ("192.0.2.20", "54:d2:72:00:00:01")
TCP, UDP = Transport.TCP, Transport.UDP


def port(number, state=PortState.OPEN, address=LOCK[0], transport=TCP, **more):
    return Service(address=ip(address), transport=transport, port=number, state=state, **more)


def at(found, address):
    (device,) = [d for d in found if ip(address) in d.addresses]
    return device


@pytest.fixture
def bridge(here, rules, say):
    """A lock bridge with the given services and facts."""

    def build(*services, facts=(), said=(), names=("Nuki_Bridge_1A2B3C4D.local",), coverage=()):
        known = {ip(LOCK[0]): tuple(("probe.http", f) for f in facts)}
        found = devices((say(*LOCK, *said, names=names),), known, tuple(services), tuple(coverage), here, rules)
        return at(found, LOCK[0])

    return build


def test_a_lock_bridge_is_recognised_and_its_telnet_is_not_expected(bridge):
    device = bridge(port(8080), port(23))

    assert (device.role, device.profile, device.confidence) == (Role.LOCK_HUB, "nuki-bridge", Confidence.LIKELY)
    assert (device.vendor, device.power, device.mac_randomised) == ("Nuki", Power.MAINS, False)
    assert device.name == "Nuki_Bridge_1A2B3C4D"
    assert [(s.port, s.expected) for s in device.services] == [(23, False), (8080, True)]
    assert device.key == "mac:54:d2:72:00:00:01"


def test_who_is_not_recognised_has_no_expected_ports(here, rules, say):
    found = devices((say("192.0.2.9", "00:1b:21:00:00:01"),), {}, (port(23, address="192.0.2.9"),), (), here, rules)

    device = at(found, "192.0.2.9")
    assert (device.role, device.profile, device.confidence) == (Role.UNKNOWN, None, Confidence.POSSIBLE)
    assert device.services[0].expected is None


def homekit(tell, number=51234):
    return (
        tell("dnssd.type", "_hap._tcp", number),
        tell("dnssd.txt", "_hap._tcp ci=6"),
        tell("dnssd.txt", "_hap._tcp id=AA:BB:CC:DD:EE:FF"),
        tell("dnssd.txt", "_hap._tcp md=BE499"),
        tell("dnssd.instance", "Front Door._hap._tcp"),
    )


def test_a_homekit_lock_may_listen_where_it_announces(here, rules, say, tell):
    lock = say("192.0.2.30", "78:db:2f:00:00:01", *homekit(tell), names=("Encode-12.local",))
    services = [port(n, address="192.0.2.30") for n in (51234, 51235)] + [
        port(5353, address="192.0.2.30", transport=UDP),
        port(1900, address="192.0.2.30", transport=UDP),
    ]

    device = at(devices((lock,), {}, tuple(services), (), here, rules), "192.0.2.30")

    assert (device.role, device.profile, device.confidence) == (Role.LOCK, "homekit-lock", Confidence.CONFIRMED)
    assert device.key == "homekit:aa:bb:cc:dd:ee:ff"
    assert (device.name, device.model, device.power) == ("Front Door", "BE499", Power.BATTERY)
    assert {(s.transport, s.port): s.expected for s in device.services} == {
        (TCP, 51234): True,
        (TCP, 51235): False,
        (UDP, 5353): True,
        (UDP, 1900): False,
    }


def test_announcing_telnet_as_homekit_does_not_make_it_expected(here, rules, say, tell):
    lock = say("192.0.2.30", "78:db:2f:00:00:01", *homekit(tell, 23))

    device = at(devices((lock,), {}, (port(23, address="192.0.2.30"),), (), here, rules), "192.0.2.30")

    assert device.services[0].expected is False


def test_a_device_that_must_not_listen_at_all_expects_nothing(here, rules, say):
    hub = say("192.0.2.31", "00:17:7a:00:00:01", names=("yale-connect-plus",))

    device = at(devices((hub,), {}, (port(80, address="192.0.2.31"),), (), here, rules), "192.0.2.31")

    assert (device.profile, device.services[0].expected) == ("yale-connect", False)


def test_this_computer_is_a_device_too(here, rules):
    device = at(devices((), {}, (), (), here, rules), "192.0.2.2")

    assert (device.name, device.role, device.confidence) == (THIS_COMPUTER, Role.COMPUTER, Confidence.CONFIRMED)
    assert device.profile is None
    assert device.sightings[0].source == "vantage"


def test_the_gateway_is_likely_a_router(here, rules):
    device = at(devices((), {}, (), (), here, rules), "192.0.2.1")

    assert (device.role, device.confidence, device.profile) == (Role.ROUTER, Confidence.LIKELY, "router")


def test_a_gateway_with_igd_is_a_router_whatever_discs_it_shares(here, rules, say, tell):
    router = say(
        "192.0.2.1",
        str(here.vantage.gateway.mac),
        tell("ssdp.type", "urn:schemas-upnp-org:device:InternetGatewayDevice:2"),
        tell("ssdp.type", "urn:schemas-upnp-org:device:MediaServer:1"),
        tell("dnssd.type", "_smb._tcp", 445),
    )

    device = at(devices((router,), {}, (), (), here, rules), "192.0.2.1")

    assert (device.role, device.confidence) == (Role.ROUTER, Confidence.CONFIRMED)


def test_what_a_probe_learnt_can_change_what_a_device_is(bridge, here, rules, say, tell):
    sighting = say("192.0.2.40", "00:1b:21:00:00:01")
    known = {ip("192.0.2.40"): (("probe.tls", tell("tls.subject", "C=NL,O=Philips Hue,CN=001788fffe23bfc2", 443)),)}

    before = at(devices((sighting,), {}, (), (), here, rules), "192.0.2.40")
    after = at(devices((sighting,), known, (), (), here, rules), "192.0.2.40")

    assert (before.role, after.role) == (Role.UNKNOWN, Role.SMART_HOME_HUB)
    assert after.confidence is Confidence.CONFIRMED


def test_two_devices_that_show_one_id_keep_keys_of_their_own(here, rules, say, tell):
    genuine = say("192.0.2.30", "78:db:2f:00:00:01", *homekit(tell))
    copy = say("192.0.2.66", "00:66:66:66:66:66", *homekit(tell))

    found = devices((genuine, copy), {}, (), (), here, rules)

    keys = [d.key for d in found]
    assert len(set(keys)) == len(keys)
    assert at(found, "192.0.2.30").key == "mac:78:db:2f:00:00:01"
    assert any("shown by another device too" in n.detail for n in at(found, "192.0.2.66").sightings)


def test_what_probes_said_of_one_port_comes_together(bridge):
    device = bridge(
        port(8080, PortState.FILTERED),
        port(8080, name="http"),
        port(8080, product="nginx", version="1.0"),
        port(8080, PortState.CLOSED, name="wrong"),
    )

    (service,) = device.services
    assert (service.state, service.name, service.product, service.version) == (PortState.OPEN, "http", "nginx", "1.0")


def test_coverage_of_one_engine_comes_together(bridge):
    def asked(text, engine="connect", transport=TCP):
        return Coverage(address=ip(LOCK[0]), transport=transport, ports=text, engine=engine)

    device = bridge(
        coverage=(asked("8080"), asked("1-10"), asked("5-20"), asked("1-9", "nmap"), asked("161", "udp", UDP))
    )

    assert [(c.transport, c.ports, c.engine) for c in device.coverage] == [
        (TCP, "1-20,8080", "connect"),
        (TCP, "1-9", "nmap"),
        (UDP, "161", "udp"),
    ]


def test_a_port_that_was_asked_makes_no_device_but_an_open_one_does(here, rules):
    asked = Coverage(address=ip("192.0.2.50"), transport=TCP, ports="23", engine="connect")
    closed = port(23, PortState.CLOSED, address="192.0.2.51")

    found = devices((), {}, (closed, port(23, address="192.0.2.52")), (asked,), here, rules)

    assert {str(a) for d in found for a in d.addresses} >= {"192.0.2.52"}
    assert not {str(a) for d in found for a in d.addresses} & {"192.0.2.50", "192.0.2.51"}


def test_names_facts_and_firmware_are_filled_in(bridge, tell):
    device = bridge(
        facts=(
            tell("firmware.version", "2.13.0"),
            tell("host.name", "nuki_bridge_1a2b3c4d.local"),
            tell("upnp.model", "B2"),
        ),
    )

    assert (device.firmware, device.model) == ("2.13.0", "B2")
    assert device.hostnames == ("Nuki_Bridge_1A2B3C4D.local",)


def test_a_devices_chatter_is_bounded(here, rules, say):
    chatter = tuple(
        dataclasses.replace(say(*LOCK, source=f"source{n % 9}", names=(f"name-{n}",)), detail=f"{n}")
        for n in range(900)
    )

    device = at(devices(chatter, {}, (), (), here, rules), LOCK[0])

    assert len(device.sightings) <= MAX_NOTES
    assert sum(n.source == "source1" for n in device.sightings) <= MAX_NOTES_OF_SOURCE
    assert len(device.hostnames) <= 16


def test_a_phone_with_a_private_mac_is_known_by_its_name(here, rules, say, tell):
    phone = say(
        "192.0.2.60", "da:11:22:33:44:55", tell("dnssd.type", "_apple-mobdev2._tcp", 32498), names=("iPhone.local",)
    )

    device = at(devices((phone,), {}, (), (), here, rules), "192.0.2.60")

    assert (device.role, device.mac_randomised, device.vendor) == (Role.PHONE, True, "Apple")
    assert device.key == "name:iphone/apple/phone"


def test_on_the_loopback_every_address_is_a_device(nowhere, rules, say):
    found = devices(tuple(say(f"127.0.7.{n}") for n in (1, 2, 3)), {}, (), (), nowhere, rules)

    assert [d.key for d in found] == [
        "address:127.0.7.1",
        "address:127.0.7.2",
        "address:127.0.7.3",
        "address:192.0.2.2",
    ]
    assert all(d.mac is None and d.mac_randomised is None for d in found)


def test_names_are_what_the_owner_chose_before_what_the_network_says(here, rules, say, tell):
    printer = say(
        "192.0.2.70",
        "00:80:77:00:00:01",
        tell("dnssd.type", "_ipp._tcp", 631),
        tell("dnssd.instance", "Study Printer._ipp._tcp"),
        tell("dnssd.instance", "a4f0c1d2e3b4a5f6._googlecast._tcp"),
        names=("BRN008077000001.local",),
    )
    unnamed = say(
        "192.0.2.71", "94:9f:3e:00:00:01", tell("dnssd.type", "_sonos._tcp", 1443), names=("0123456789abcdef.local",)
    )

    found = devices((printer, unnamed), {}, (), (), here, rules)

    assert at(found, "192.0.2.70").name == "Study Printer"
    assert at(found, "192.0.2.71").name == "Sonos speaker"


def test_home_assistants_lock_in_accessory_mode_is_not_taken_for_the_house(here, rules, say, tell):
    hub = say(
        "192.0.2.80",
        "dc:a6:32:00:00:01",
        tell("dnssd.type", "_home-assistant._tcp", 8123),
        tell("dnssd.txt", "_home-assistant._tcp version=2026.2.3"),
        *homekit(tell, 21064),
    )

    device = at(
        devices((hub,), {}, (port(21064, address="192.0.2.80"), port(8123, address="192.0.2.80")), (), here, rules),
        "192.0.2.80",
    )

    assert (device.role, device.profile, device.firmware) == (Role.SMART_HOME_HUB, "home-assistant", "2026.2.3")
    assert [s.expected for s in device.services] == [True, True]


def test_identifying_opens_nothing(bridge):
    seen = []
    watching = True

    def hook(event, args):
        if watching and event.split(".")[0] in {"open", "socket", "subprocess", "os"}:
            seen.append((event, args))

    sys.addaudithook(hook)
    bridge(port(23))
    watching = False

    assert seen == []


def test_an_icon_is_no_model(here, rules, say, tell):
    nas = say("192.0.2.71", "00:11:32:00:00:01", tell("dnssd.txt", "_device-info._tcp model=Xserve"))
    mac_book = say("192.0.2.72", "a4:83:e7:00:00:01", tell("dnssd.txt", "_device-info._tcp model=MacBookPro18,3"))

    found = devices((nas, mac_book), {}, (), (), here, rules)

    assert at(found, "192.0.2.71").model is None
    assert at(found, "192.0.2.71").vendor == "Synology Incorporated"
    assert at(found, "192.0.2.72").model == "MacBookPro18,3"


def test_the_author_of_a_program_is_no_maker(here, rules, say, tell):
    box = say("192.0.2.71", None, tell("upnp.manufacturer", "Justin Maggard"))
    other = say("192.0.2.72", None, tell("upnp.manufacturer", "Example Works"))

    found = devices((box, other), {}, (), (), here, rules)

    assert (at(found, "192.0.2.71").vendor, at(found, "192.0.2.72").vendor) == (None, "Example Works")


def test_hostile_text_stays_one_clean_line(bridge, tell):
    device = bridge(
        said=(
            tell("dnssd.instance", "\x1b[31m<script>\n" + "x" * 5000 + "._hap._tcp"),
            tell("upnp.model", "\u202eevil\r\n"),
        ),
        names=("Nuki_Bridge_\x1b[2J" + "y" * 5000,),
    )

    for text in (device.name, device.model, *device.hostnames):
        assert text is None or (len(text) <= 512 and text.isprintable())
    assert mac(LOCK[1]) == device.mac


def test_privacy_addresses_are_addresses_of_a_device_and_nothing_to_know_it_by_later(here, rules, say):
    private = ("2001:db8::a1b2:c3d4:e5f6:1", "2001:db8::9999:8888:7777:1", "fd00::1234:5678:9abc:def0")
    laptop = "00:1b:21:00:00:01"

    device = at(devices(tuple(say(a, laptop) for a in ("192.0.2.9", *private)), {}, (), (), here, rules), "192.0.2.9")

    assert len(device.addresses) == 4
    assert device.key == f"mac:{laptop}"
    assert {i.kind for i in device.identities if i.value in private} == {"address"}
    assert {i.stability for i in device.identities if i.kind == "address"} == {Stability.TEMPORARY}


def test_what_a_border_router_announces_for_a_thread_lock_is_the_locks(here, rules, say, tell):
    """Proxied instances come as sightings at the address of the device they are about."""
    router = say("192.0.2.50", "00:1b:21:00:00:01", tell("dnssd.type", "_meshcop._udp", 49154), names=("border",))
    lock = say("fd00:1::5", None, *homekit(tell), source="mdns", names=("thread-lock",))

    found = devices((router, lock), {}, (), (), here, rules)

    assert at(found, "fd00:1::5").role is Role.LOCK
    assert at(found, "fd00:1::5").key == "homekit:aa:bb:cc:dd:ee:ff"
    assert at(found, "192.0.2.50").key == "mac:00:1b:21:00:00:01"


def test_a_port_is_listed_by_its_address_and_once(here, rules, say):
    mine = [port(80, address=a) for a in ("fe80::9", "192.0.2.9", "192.0.2.9")]
    asked = Coverage(address=ip("fe80::9"), transport=TCP, ports="1-3", engine="connect")

    found = devices(
        (say("192.0.2.9", "00:1b:21:00:00:01"), say("fe80::9", "00:1b:21:00:00:01"), say("192.0.2.10")),
        {},
        tuple(mine),
        (asked,),
        here,
        rules,
    )

    assert [str(s.address) for s in at(found, "192.0.2.9").services] == ["192.0.2.9", "fe80::9"]
    assert [(str(c.address), c.ports) for c in at(found, "192.0.2.9").coverage] == [("fe80::9", "1-3")]
    assert at(found, "192.0.2.10").services == ()
