"""Homes that change between two scans, as data: `test_staged_changes.py` says what must come of each."""

from dataclasses import dataclass

from netguard.compare.registry import joined, parted
from tests.unit.compare.conftest import thing


def hap(number, category=6):
    return ("dnssd.txt", f"_hap._tcp id=AA:BB:CC:DD:EE:{number:02X}"), ("dnssd.txt", f"_hap._tcp ci={category}")


def usn(number):
    return ("ssdp.usn", f"uuid:2f402f80-da50-11e1-9b23-0017881022{number:02x}::upnp:rootdevice")


def tls(letter):
    return ("tls.key", letter * 64)


def ssh(letter):
    return ("ssh.key", letter * 64)


HUE = ("dnssd.txt", "_hue._tcp bridgeid=001788FFFE23BFC2"), ("dnssd.txt", "_hue._tcp modelid=BSB002")
FABRIC = ("dnssd.instance", "0123456789ABCDEF-0000000000000001._matter._tcp")
LIFX = ("dnssd.txt", "_hap._tcp md=LIFX A19")
MADE_BY_TAPO = ("upnp.manufacturer", "TP-Link"), ("upnp.model", "Tapo P100")

NUKI, NUKI_2 = "54:d2:72:00:00:01", "54:d2:72:00:00:02"
CABLE = "00:1b:21:00:00:01"
BULB_A, BULB_B, BULB_C = "d0:73:d5:00:00:0a", "d0:73:d5:00:00:0b", "d0:73:d5:00:00:0c"
PRIVATE, PRIVATE_2, PRIVATE_3 = "da:11:22:33:44:01", "da:11:22:33:44:02", "da:11:22:33:44:03"
ATTACKER = "00:e0:4c:66:66:66"


def split_off(home, who, part, *texts):
    rest, other = parted(home.one(who), texts, home.new_id())
    home.change(rest, other)
    home.truth[other.id] = part


@dataclass(frozen=True, kw_only=True)
class Case:
    scans: tuple
    open: tuple[str, ...] = ()
    """Who is honestly not recognised in the last scan although it was there before."""
    person: object = None
    """What the person says before the last scan."""
    days: int = 7
    because: str = ""
    """A part of the reason given for the first thing of the last scan."""


CASES = {
    "nothing changes": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, *hap(1)), thing("tv", "192.0.2.30", CABLE)],
            [thing("lock", "192.0.2.20", NUKI, *hap(1)), thing("tv", "192.0.2.30", CABLE)],
        ),
    ),
    "DHCP renumbers everybody": Case(
        scans=(
            [thing("a", "192.0.2.20", BULB_A), thing("b", "192.0.2.21", BULB_B), thing("lock", "192.0.2.22", NUKI)],
            [thing("a", "192.0.2.22", BULB_A), thing("b", "192.0.2.20", BULB_B), thing("lock", "192.0.2.21", NUKI)],
        ),
        because="the same MAC",
    ),
    "a lease runs out and another device gets the address": Case(
        scans=([thing("lock", "192.0.2.20", NUKI)], [thing("guest", "192.0.2.20", PRIVATE)]),
    ),
    "the home gets another prefix": Case(
        scans=([thing("lock", "192.0.2.20", NUKI)], [thing("lock", "198.51.100.77", NUKI)]),
    ),
    "two identical bulbs swap addresses": Case(
        scans=(
            [thing("a", "192.0.2.20", BULB_A, names="LIFX-Bulb"), thing("b", "192.0.2.21", BULB_B, names="LIFX-Bulb")],
            [thing("a", "192.0.2.21", BULB_A, names="LIFX-Bulb"), thing("b", "192.0.2.20", BULB_B, names="LIFX-Bulb")],
        ),
    ),
    "two identical bulbs whose MACs nobody sees swap addresses and are told by their ids": Case(
        scans=(
            [thing("a", "192.0.2.20", None, *hap(10, 5)), thing("b", "192.0.2.21", None, *hap(11, 5))],
            [thing("a", "192.0.2.21", None, *hap(10, 5)), thing("b", "192.0.2.20", None, *hap(11, 5))],
        ),
        because="the same HomeKit id",
    ),
    "two identical plugs without MAC and id are no guess by address": Case(
        scans=(
            [thing("a", "192.0.2.20", None, *MADE_BY_TAPO)],
            [thing("b", "192.0.2.20", None, *MADE_BY_TAPO), thing("a", "192.0.2.21", None, *MADE_BY_TAPO)],
        ),
        open=("a",),
        because="nothing but its address",
    ),
    "one of its kind without MAC and id is known by address and kind, and netguard says so": Case(
        scans=(
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
        ),
        because="the same address and the same kind of device",
    ),
    "the same kind at another address without anything else is not recognised": Case(
        scans=(
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
            [thing("camera", "192.0.2.21", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
        ),
        open=("camera",),
    ),
    "something without any trait at a known address is not recognised": Case(
        scans=([thing("lock", "192.0.2.20", NUKI)], [thing("stranger", "192.0.2.20", None, ("http.status", "200"))]),
        because="nothing but its address",
    ),
    "another kind of device at the address": Case(
        scans=(
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
            [thing("plug", "192.0.2.20", None, *MADE_BY_TAPO)],
        ),
    ),
    "a phone takes another private MAC": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE, names="Annas-iPhone")],
            [thing("phone", "192.0.2.41", PRIVATE_2, names="Annas-iPhone")],
        ),
        because="the same name with another MAC",
    ),
    "a phone takes a private MAC for the first time": Case(
        scans=(
            [thing("phone", "192.0.2.40", "f0:18:98:00:00:01", names="Annas-iPhone")],
            [thing("phone", "192.0.2.41", PRIVATE, names="Annas-iPhone")],
        ),
    ),
    "a phone nobody named takes another private MAC": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE, names="iPhone")],
            [thing("phone", "192.0.2.41", PRIVATE_2, names="iPhone")],
        ),
        open=("phone",),
    ),
    "another phone nobody named comes while the first is out": Case(
        scans=(
            [thing("anna", "192.0.2.40", PRIVATE, names="iPhone")],
            [thing("ben", "192.0.2.40", PRIVATE_2, names="iPhone")],
        ),
    ),
    "a phone is renamed": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE, names="Annas-iPhone")],
            [thing("phone", "192.0.2.40", PRIVATE, names="Bens-iPhone")],
        ),
        because="the same private MAC",
    ),
    "a phone is renamed and takes another private MAC": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE, names="Annas-iPhone")],
            [thing("phone", "192.0.2.40", PRIVATE_2, names="Bens-iPhone")],
        ),
        open=("phone",),
    ),
    "two phones swap private MACs": Case(
        scans=(
            [
                thing("anna", "192.0.2.40", PRIVATE, names="Annas-iPhone"),
                thing("ben", "192.0.2.41", PRIVATE_2, names="Bens-iPhone"),
            ],
            [
                thing("anna", "192.0.2.41", PRIVATE_3, names="Annas-iPhone"),
                thing("ben", "192.0.2.40", PRIVATE_2, names="Bens-iPhone"),
            ],
        ),
    ),
    "somebody bears the name of a phone that is here": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE, names="Annas-iPhone")],
            [
                thing("other", "192.0.2.41", PRIVATE_2, names="Annas-iPhone"),
                thing("phone", "192.0.2.40", PRIVATE),
            ],
        ),
    ),
    "firmware changes the announced name": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, names="Nuki_Bridge_BC614E")],
            [thing("lock", "192.0.2.21", NUKI, names="nuki-opener-v3")],
        ),
    ),
    "firmware changes name, certificate and UPnP id": Case(
        scans=(
            [thing("bridge", "192.0.2.20", NUKI, tls("a"), usn(1), names="Nuki_Bridge_BC614E")],
            [thing("bridge", "192.0.2.20", NUKI, tls("b"), usn(2), names="nuki-opener-v3")],
        ),
    ),
    "a certificate is renewed while no MAC is seen": Case(
        scans=(
            [thing("nas", "192.0.2.20", None, tls("a"), ("dnssd.type", "_smb._tcp"), names="diskstation")],
            [thing("nas", "192.0.2.20", None, tls("b"), ("dnssd.type", "_smb._tcp"), names="diskstation")],
        ),
        because="the same name",
    ),
    "the hardware is replaced by the same model with the same name at the same address": Case(
        scans=(
            [thing("old", "192.0.2.20", NUKI, *hap(1), names="Nuki_Bridge")],
            [thing("replacement", "192.0.2.20", NUKI_2, *hap(2), names="Nuki_Bridge")],
        ),
        because="its hardware is another",
    ),
    "the replaced hardware comes back": Case(
        scans=(
            [thing("old", "192.0.2.20", NUKI, *hap(1), names="Nuki_Bridge")],
            [thing("replacement", "192.0.2.20", NUKI_2, *hap(2), names="Nuki_Bridge")],
            [
                thing("old", "192.0.2.20", NUKI, *hap(1), names="Nuki_Bridge"),
                thing("replacement", "192.0.2.21", NUKI_2, *hap(2), names="Nuki_Bridge"),
            ],
        ),
    ),
    "the replacement has the factory's certificate, too": Case(
        scans=(
            [thing("old", "192.0.2.20", BULB_A, tls("f"), names="lifx-bulb")],
            [thing("replacement", "192.0.2.20", BULB_B, tls("f"), names="lifx-bulb")],
        ),
    ),
    "a second device with the factory's certificate appears": Case(
        scans=(
            [thing("a", "192.0.2.20", BULB_A, tls("f"))],
            [thing("b", "192.0.2.20", BULB_B, tls("f")), thing("a", "192.0.2.21", BULB_A, tls("f"))],
        ),
    ),
    "a hub moves from Wi-Fi to a cable": Case(
        scans=(
            [thing("hub", "192.0.2.20", NUKI, *hap(1, 2))],
            [thing("hub", "192.0.2.33", CABLE, *hap(1, 2))],
        ),
        because="the same HomeKit id with another MAC",
    ),
    "a hub moves to a cable and back": Case(
        scans=(
            [thing("hub", "192.0.2.20", NUKI, *hap(1, 2))],
            [thing("hub", "192.0.2.33", CABLE, *hap(1, 2))],
            [thing("hub", "192.0.2.20", NUKI)],
        ),
    ),
    "a laptop is docked": Case(
        scans=(
            [
                thing(
                    "laptop",
                    "192.0.2.50",
                    "3c:22:fb:00:00:01",
                    ssh("s"),
                    ("dnssd.type", "_rfb._tcp"),
                    names="Annas-MacBook-Pro",
                )
            ],
            [thing("laptop", "192.0.2.51", CABLE, ssh("s"), ("dnssd.type", "_rfb._tcp"), names="Annas-MacBook-Pro")],
        ),
    ),
    "a lock is reset to factory settings": Case(
        scans=([thing("lock", "192.0.2.20", NUKI, *hap(1))], [thing("lock", "192.0.2.20", NUKI, *hap(2))]),
    ),
    "a stronger identity appears": Case(
        scans=([thing("lock", "192.0.2.20", NUKI)], [thing("lock", "192.0.2.20", NUKI, *hap(1))]),
    ),
    "a MAC appears where there was none": Case(
        scans=(
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
            [thing("camera", "192.0.2.20", "00:e0:4c:00:00:01", ("rtsp.server", "Hipcam RealServer/V1.0"))],
        ),
        because="the same address and the same kind of device",
    ),
    "a MAC appears where there was none, and a twin beside it": Case(
        scans=(
            [thing("camera", "192.0.2.20", None, ("rtsp.server", "Hipcam RealServer/V1.0"))],
            [
                thing("camera", "192.0.2.20", "00:e0:4c:00:00:01", ("rtsp.server", "Hipcam RealServer/V1.0")),
                thing("twin", "192.0.2.21", "00:e0:4c:00:00:02", ("rtsp.server", "Hipcam RealServer/V1.0")),
            ],
        ),
        open=("camera",),
    ),
    "a shallower scan sees only the MAC": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, *hap(1), tls("a"), names="Nuki_Bridge")],
            [thing("lock", "192.0.2.21", NUKI)],
        ),
    ),
    "without root only the announcements are seen": Case(
        scans=([thing("lock", "192.0.2.20", NUKI, *hap(1))], [thing("lock", "192.0.2.29", None, *hap(1))]),
        because="the same HomeKit id",
    ),
    "an extender rewrites the MAC": Case(
        scans=([thing("hue", "192.0.2.20", "00:17:88:00:00:01", *HUE)], [thing("hue", "192.0.2.20", PRIVATE, *HUE)]),
    ),
    "an attacker bears the lock's name": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, names="Nuki_Bridge")],
            [thing("attacker", "192.0.2.66", ATTACKER, names="Nuki_Bridge")],
        ),
    ),
    "an attacker with a private MAC bears the lock's name and address": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, names="Nuki_Bridge")],
            [thing("attacker", "192.0.2.20", PRIVATE, names="Nuki_Bridge")],
        ),
    ),
    "an attacker repeats the lock's id beside it": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, *hap(1))],
            [thing("attacker", "192.0.2.10", ATTACKER, *hap(1)), thing("lock", "192.0.2.20", NUKI, *hap(1))],
        ),
    ),
    "an attacker repeats the lock's id and name while the lock says nothing": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, *hap(1), names="Nuki_Bridge")],
            [
                thing("attacker", "192.0.2.10", ATTACKER, *hap(1), names="Nuki_Bridge"),
                thing("lock", "192.0.2.20", NUKI),
            ],
        ),
        because="its hardware is another",
    ),
    "a known computer repeats the sleeping lock's id": Case(
        scans=(
            [thing("lock", "192.0.2.20", NUKI, *hap(1)), thing("pc", "192.0.2.66", ATTACKER)],
            [thing("pc", "192.0.2.66", ATTACKER, *hap(1))],
            [thing("lock", "192.0.2.20", NUKI, *hap(1)), thing("pc", "192.0.2.66", ATTACKER)],
        ),
    ),
    "IPv6 privacy addresses come and go": Case(
        scans=(
            [thing("pc", ("192.0.2.60", "2001:db8::a1"), CABLE)],
            [thing("pc", ("2001:db8::b2", "2001:db8::c3"), CABLE)],
        ),
    ),
    "an IPv6-only device takes a new privacy address and keeps its id": Case(
        scans=(
            [thing("bulb", "2001:db8::a1", None, FABRIC)],
            [thing("bulb", "2001:db8::b2", None, FABRIC)],
        ),
        because="the same Matter id",
    ),
    "two known devices turn out to be one": Case(
        scans=(
            [thing("bulb", "192.0.2.20", BULB_A)],
            [thing("bulb seen without MAC", "192.0.2.99", None, *hap(7, 5))],
            [thing("bulb seen without MAC", "192.0.2.21", BULB_A, *hap(7, 5))],
        ),
        because="turned out to be the same one",
    ),
    "a computer's names and keys move to new hardware": Case(
        scans=(
            [thing("old", "192.0.2.50", "3c:22:fb:00:00:01", names="Annas-MacBook-Pro")],
            [thing("new", "192.0.2.50", "3c:22:fb:00:00:02", names="Annas-MacBook-Pro")],
        ),
    ),
    "a device was away for two years": Case(
        scans=([thing("lock", "192.0.2.20", NUKI, names="Nuki_Bridge")], [thing("lock", "192.0.2.77", NUKI)]),
        days=730,
    ),
    "a nameless phone with a private MAC was away for two years": Case(
        scans=([thing("phone", "192.0.2.20", PRIVATE)], [], [thing("phone", "192.0.2.77", PRIVATE)]),
        open=("phone",),
        days=365,
    ),
    "the person says that two private MACs are one phone": Case(
        scans=(
            [thing("phone", "192.0.2.40", PRIVATE), thing("phone's other MAC", "192.0.2.41", PRIVATE_2)],
            [thing("phone", "192.0.2.45", PRIVATE_2)],
        ),
        person=lambda home: home.change(*joined(home.one("phone"), home.one("phone's other MAC"))),
        because="you said",
    ),
    "the person says that what looked like one is two": Case(
        scans=(
            [thing("hub", "192.0.2.20", NUKI, *hap(1, 2))],
            [thing("hub", "192.0.2.20", NUKI, *hap(1, 2))],
            [thing("hub", "192.0.2.20", NUKI), thing("software hub", "192.0.2.33", CABLE, *hap(1, 2))],
        ),
        person=lambda home: split_off(home, "hub", "software hub", "homekit:aa:bb:cc:dd:ee:01"),
        because="the same MAC",
    ),
}
