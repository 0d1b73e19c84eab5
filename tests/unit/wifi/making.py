"""Frames made from the specifications' layouts; all names and addresses are invented. Sources are in `netguard.wifi`."""

import struct
from dataclasses import dataclass, field

from netaddr import EUI, mac_unix_expanded

from netguard.wifi.heard import Heard

BSSID = bytes.fromhex("0202020000a0")
IEEE, MICROSOFT, WFA = bytes.fromhex("000fac"), bytes.fromhex("0050f2"), bytes.fromhex("506f9a")
ESS, PRIVACY = 0x0001, 0x0010
CAPABLE, REQUIRED = 0x0080, 0x00C0


def eui(octets=BSSID):
    return EUI(octets.hex(), version=48, dialect=mac_unix_expanded)


def element(number, body):
    return bytes([number, len(body)]) + body


def vendor(oui, kind, body):
    return element(221, oui + bytes([kind]) + body)


def extension(number, body):
    return element(255, bytes([number]) + body)


def ssid(name=b"Harbour"):
    return element(0, name)


def rates(*more):
    return element(1, bytes([0x82, 0x84, 0x8B, 0x96, 0x24, *more]))


def ds(channel=6):
    return element(3, bytes([channel]))


TIM = element(5, bytes([0, 1, 0, 0]))


def suite(number, oui=IEEE):
    return oui + bytes([number])


def suites(numbers, oui=IEEE):
    return struct.pack("<H", len(numbers)) + b"".join(
        one if isinstance(one, bytes) else suite(one, oui) for one in numbers
    )


def rsn_body(pairwise=(4,), akms=(2,), caps=0, group=4, more=b""):
    """The RSN element from its version on; `caps` null leaves it out with all that follows."""
    body = struct.pack("<H", 1) + suite(group) + suites(pairwise) + suites(akms)
    return body if caps is None else body + struct.pack("<H", caps) + more


def rsn(*args, **kwargs):
    return element(48, rsn_body(*args, **kwargs))


def rsnx(bits=0x20):
    return element(244, bytes([bits]))


def override(number, *args, **kwargs):
    """RSN Element Override (0x29) or RSN Element Override 2 (0x2A)."""
    return vendor(WFA, number, rsn_body(*args, **kwargs))


def wpa(pairwise=(2,), akms=(2,), group=2):
    return vendor(
        MICROSOFT,
        1,
        struct.pack("<H", 1) + suite(group, MICROSOFT) + suites(pairwise, MICROSOFT) + suites(akms, MICROSOFT),
    )


def owe_transition(bssid, name, more=b""):
    return vendor(WFA, 0x1C, bssid + bytes([len(name)]) + name + more)


def attribute(kind, value):
    return struct.pack(">HH", kind, len(value)) + value


VERSION2 = attribute(0x1049, bytes.fromhex("00372a") + bytes([0, 1, 0x20]))


def wps_body(
    *, state=2, locked=None, selected=None, password=None, methods=None, response=False, version2=True, more=b""
):
    body = attribute(0x104A, b"\x10") + attribute(0x1044, bytes([state]))
    for kind, value in ((0x1057, locked), (0x1041, selected)):
        if value is not None:
            body += attribute(kind, bytes([value]))
    if password is not None:
        body += attribute(0x1012, struct.pack(">H", password))
    if response:
        body += attribute(0x103B, b"\x03") + attribute(0x1047, bytes(16)) + attribute(0x1021, b"Invented")
    body += more
    if methods is not None:
        body += attribute(0x1008, struct.pack(">H", methods))
    return body + (VERSION2 if version2 else b"")


def wps(**kwargs):
    return vendor(MICROSOFT, 4, wps_body(**kwargs))


def p2p(group_owner=True):
    return vendor(WFA, 9, bytes([2, 2, 0, 0x21, 0x0B if group_owner else 0x08, 3, 6, 0]) + BSSID)


P2P_MANAGED = vendor(WFA, 9, bytes([10, 1, 0, 1]))
"""What an ordinary access point says to manage Wi-Fi Direct around it."""

WMM = vendor(MICROSOFT, 2, bytes.fromhex("010100000300a400002700a4000042435e0062322f00"))
HT = element(45, bytes(26)) + element(61, bytes([6]) + bytes(21))
VHT = element(191, bytes(12))
HE = extension(35, bytes(21))


def he_operation(channel=None, *, vht=False, cohosted=False):
    """HE Operation; with a channel it has the 6 GHz operation information."""
    parameters = (1 << 14 if vht else 0) | (1 << 15 if cohosted else 0) | (1 << 17 if channel else 0)
    body = (
        parameters.to_bytes(3, "little") + b"\x08" + b"\xfc\xff" + bytes(3 if vht else 0) + bytes(1 if cohosted else 0)
    )
    return extension(36, body + (bytes([channel, 0, channel, 0, 6]) if channel else b""))


def profile(index, name, *more, capability=ESS | PRIVACY):
    """One network of a Multiple BSSID element, with its subelement's head."""
    return element(
        0, element(83, struct.pack("<H", capability)) + ssid(name) + element(85, bytes([index, 1, 0])) + b"".join(more)
    )


def multiple(indicator, *profiles):
    return element(71, bytes([indicator]) + b"".join(profiles))


def non_inheritance(ids=(), extensions=()):
    return extension(56, bytes([len(ids), *ids, len(extensions), *extensions]))


def frame(elements, *, kind=0x80, flags=0, capability=ESS | PRIVACY, bssid=BSSID, sequence=0, control=b""):
    """An 802.11 frame: control, duration, receiver, sender, BSSID, sequence, fixed fields, elements."""
    return (
        bytes([kind, flags, 0, 0])
        + b"\xff" * 6
        + bssid * 2
        + struct.pack("<H", sequence)
        + control
        + bytes(8)
        + struct.pack("<HH", 100, capability)
        + elements
    )


def beacon(*elements, **kwargs):
    return frame(b"".join(elements), **kwargs)


def response(*elements, **kwargs):
    return frame(b"".join(elements), kind=0x50, **kwargs)


def heard(elements, *, kind="beacon", capability=ESS | PRIVACY, bssid=BSSID, source="pcap", **more):
    return Heard(source=source, bssid=eui(bssid) if bssid else None, capability=capability, **{kind: elements}, **more)


@dataclass(frozen=True)
class Example:
    """A network and what must be said of it."""

    elements: bytes
    security: str
    akms: tuple = ()
    pairwise: tuple | None = ("ccmp",)
    group: str | None = "ccmp"
    pmf: str | None = "none"
    transition: bool | None = False
    privacy: bool = True
    frequency: int = 2437
    notes: tuple = field(default=())
    """Pieces of what must be noted."""


def _plain(*more, name=b"Harbour", channel=6):
    return ssid(name) + rates() + ds(channel) + TIM + b"".join(more) + WMM


def _at_6(*more, operation=None):
    return ssid() + rates() + TIM + b"".join(more) + HE + (operation or he_operation(37))


EXAMPLES = {
    "open": Example(_plain(HT), "open", (), (), None, privacy=False),
    "wep": Example(_plain(), "wep", (), None, None),
    "wep and 802.11n": Example(_plain(HT), "wep", (), None, None),
    "owe": Example(_plain(rsn(akms=(18,), caps=REQUIRED)), "owe", ("owe",), pmf="required"),
    "owe transition, open half": Example(
        _plain(owe_transition(bytes.fromhex("0202020000a1"), b"Harbour-OWE", bytes([81, 6]))),
        "owe-transition", (), (), None, transition=True, privacy=False, notes=("'Harbour-OWE'",),
    ),
    "owe transition, encrypted half": Example(
        _plain(rsn(akms=(18,), caps=REQUIRED), owe_transition(BSSID, b"Harbour"), name=b""),
        "owe", ("owe",), pmf="required", transition=True, notes=("open half",),
    ),
    "wpa": Example(_plain(wpa()), "wpa-personal", ("psk",), ("tkip",), "tkip"),
    "wpa and wpa2": Example(
        _plain(rsn(pairwise=(2, 4), group=2), wpa()), "wpa-wpa2-personal", ("psk",), ("ccmp", "tkip"), "tkip"
    ),
    "wpa2 with tkip only": Example(_plain(rsn(pairwise=(2,), group=2)), "wpa2-personal", ("psk",), ("tkip",), "tkip"),
    "wpa2": Example(_plain(rsn()), "wpa2-personal", ("psk",)),
    "wpa2, no capabilities": Example(_plain(rsn(caps=None)), "wpa2-personal", ("psk",)),
    "wpa2, pmf capable": Example(_plain(rsn(caps=CAPABLE)), "wpa2-personal", ("psk",), pmf="capable"),
    "wpa2 sha-256, pmf required": Example(
        _plain(rsn(akms=(6,), caps=REQUIRED)), "wpa2-personal", ("psk-sha256",), pmf="required"
    ),
    "wpa2 and wpa3": Example(
        _plain(rsn(akms=(2, 8, 9), caps=CAPABLE), rsnx()),
        "wpa2-wpa3-personal", ("ft-sae", "psk", "sae"), pmf="capable", transition=True,
    ),
    "two RSN elements": Example(
        _plain(rsn(), rsn(akms=(2, 8), caps=CAPABLE)),
        "wpa2-wpa3-personal", ("psk", "sae"), pmf="capable", transition=True, notes=("two RSN elements",),
    ),
    "wpa3": Example(_plain(rsn(akms=(8,), caps=REQUIRED), rsnx()), "wpa3-personal", ("sae",), pmf="required"),
    "wpa3, ext key": Example(
        _plain(rsn(pairwise=(4, 9), akms=(24,), caps=REQUIRED), rsnx()),
        "wpa3-personal", ("sae-ext-key",), ("ccmp", "gcmp-256"), pmf="required",
    ),
    "sae without pmf": Example(
        _plain(rsn(akms=(8,))), "wpa3-personal", ("sae",), notes=("without protected management frames",)
    ),
    "wpa3 compatibility": Example(
        _plain(
            rsn(),
            override(0x29, akms=(8,), caps=REQUIRED),
            override(0x2A, pairwise=(9,), akms=(24,), caps=REQUIRED),
            vendor(WFA, 0x2B, b"\x20"),
        ),
        "wpa3-compatibility", ("psk", "sae", "sae-ext-key"), ("ccmp", "gcmp-256"), pmf="capable", transition=True,
    ),
    "wpa enterprise": Example(_plain(wpa(akms=(1,))), "wpa-enterprise", ("802.1x",), ("tkip",), "tkip"),
    "wpa and wpa2 enterprise": Example(
        _plain(rsn(akms=(1,)), wpa(akms=(1,), pairwise=(4,), group=4)), "wpa-wpa2-enterprise", ("802.1x",)
    ),
    "wpa2 enterprise": Example(_plain(rsn(akms=(1, 3))), "wpa2-enterprise", ("802.1x", "ft-802.1x")),
    "wpa2 enterprise of Cisco": Example(
        _plain(rsn(akms=(suite(0, bytes.fromhex("004096")),))), "wpa2-enterprise", ("00-40-96:0",)
    ),
    "wpa2 and wpa3 enterprise": Example(
        _plain(rsn(akms=(1, 5), caps=CAPABLE)),
        "wpa2-wpa3-enterprise", ("802.1x", "802.1x-sha256"), pmf="capable", transition=True,
    ),
    "wpa3 enterprise": Example(
        _plain(rsn(akms=(3, 5), caps=REQUIRED)), "wpa3-enterprise", ("802.1x-sha256", "ft-802.1x"), pmf="required"
    ),
    "wpa3 enterprise 192": Example(
        _plain(rsn(pairwise=(9,), akms=(12,), caps=REQUIRED, group=9, more=bytes(2) + suite(12))),
        "wpa3-enterprise-192", ("suite-b-192",), ("gcmp-256",), "gcmp-256", "required",
    ),
    "password and login": Example(
        _plain(rsn(akms=(1, 2))), "wpa2-personal", ("802.1x", "psk"), notes=("both a password and logins",)
    ),
    "dpp alone": Example(_plain(rsn(akms=(suite(2, WFA),), caps=CAPABLE)), "unknown", ("50-6f-9a:2",), pmf="capable"),
    "akm without a name": Example(_plain(rsn(akms=(99,))), "unknown", ("99",)),
    "psk's number of another maker": Example(_plain(rsn(akms=(suite(2, b"\1\2\3"),))), "unknown", ("01-02-03:2",)),
    "wapi": Example(_plain(element(68, bytes(20))), "unknown", None, None, None, None, None, notes=("WAPI",)),
    "RSN and no privacy": Example(_plain(rsn()), "wpa2-personal", ("psk",), privacy=False, notes=("privacy bit",)),
    "required, not capable": Example(
        _plain(rsn(caps=0x40)), "wpa2-personal", ("psk",), notes=("taken as having none",)
    ),
    "encrypted, 802.11ax, no RSN": Example(
        _plain(HT, VHT, HE), "unknown", None, None, None, None, None, notes=("not how",)
    ),
    "6 GHz": Example(
        _at_6(rsn(akms=(8, 24), caps=REQUIRED), rsnx()), "wpa3-personal", ("sae", "sae-ext-key"), pmf="required", frequency=6135
    ),
    "6 GHz, h2e by selector": Example(
        ssid() + rates(0xFB) + TIM + rsn(akms=(8,), caps=REQUIRED) + HE + he_operation(37, vht=True, cohosted=True),
        "wpa3-personal", ("sae",), pmf="required", frequency=6135,
    ),
    "6 GHz, override": Example(
        _at_6(rsn(akms=(8,), caps=REQUIRED), rsnx(), override(0x2A, pairwise=(9,), akms=(24,), caps=REQUIRED)),
        "wpa3-personal", ("sae", "sae-ext-key"), ("ccmp", "gcmp-256"), pmf="required", frequency=6135,
    ),
    "6 GHz, owe": Example(_at_6(rsn(akms=(18,), caps=REQUIRED)), "owe", ("owe",), pmf="required", frequency=6135),
    "6 GHz, open": Example(
        _at_6(), "open", (), (), None, privacy=False, frequency=6135, notes=("6 GHz", "it is open"),
    ),
    "6 GHz, encrypted somehow": Example(
        ssid() + rates() + TIM, "unknown", None, None, None, None, None, frequency=6135, notes=("not how",)
    ),
    "6 GHz, wpa2": Example(
        _at_6(rsn(caps=REQUIRED)), "wpa2-personal", ("psk",), pmf="required", frequency=6135, notes=("WPA2 by password",)
    ),
    "6 GHz, pmf optional": Example(
        _at_6(rsn(akms=(8,), caps=CAPABLE), rsnx()), "wpa3-personal", ("sae",), pmf="capable", frequency=6135,
        notes=("does not require protected management frames",),
    ),
    "6 GHz, tkip": Example(
        _at_6(rsn(pairwise=(2, 4), akms=(8,), caps=REQUIRED), rsnx()), "wpa3-personal", ("sae",), ("ccmp", "tkip"),
        pmf="required", frequency=6135, notes=("TKIP",),
    ),
    "6 GHz, wpa": Example(
        _at_6(rsn(akms=(8,), caps=REQUIRED), rsnx(), wpa(pairwise=(4,), group=4)), "wpa-wpa2-personal", ("psk", "sae"),
        pmf="capable", frequency=6135, notes=("the first WPA",),
    ),
    "6 GHz, no h2e": Example(
        _at_6(rsn(akms=(8,), caps=REQUIRED)), "wpa3-personal", ("sae",), pmf="required", frequency=6135,
        notes=("hash-to-element",),
    ),
}  # fmt: skip
"""One of every class and of every oddity."""
