"""What the elements of one access point say, as iw words them (scan.c, `print_rsn_ie`, `print_wifi_wps`, iw 6.17)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netguard.model.vocabulary import Security
from netguard.model.wifi import Wps
from netguard.wifi import elements, rsn, wps
from netguard.wifi.heard import Told
from netguard.wifi.rsn import Suites
from netguard.wifi.security import offer

DOUBT = "what it offers was left out, since text that it sent may stand in between; a capture (pcap) would tell"
WPS_DOUBT = (
    "what it says of WPS was left out, since text that it sent may stand in between; a capture (pcap) would tell"
)
DAMAGED = "it has a security element that iw could not read to its end, so what it offers was left out"

_SECURITY = frozenset({"RSN", "WPA", "OWE Transition Mode", "WFA 0x29, data", "WFA 0x2a, data"})
_OVERRIDES = frozenset({"WFA 0x29, data", "WFA 0x2a, data"})
"""RSN override, as iw prints with -u what it has no name for."""
_MODERN = frozenset(
    {"VHT capabilities", "VHT operation", "HE capabilities", "HE Operation", "EHT capabilities", "EHT Operation"}
)
"""802.11ac and later, which forbids WEP."""
_SECOND_SET = "Information elements from Beacon frame"
"""With -b, iw prints the elements of the probe response, this line, and those of the beacon."""

_NAMED, _BARE = b"\0\0", b"\0\0\1\1\x82"
"""A name element, and one with rates: what every frame has besides what iw tells. iw leaves out an empty name."""

_SSID_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
_SUITE = rb"[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}:\d{1,3}"

_CIPHERS: Mapping[bytes, str] = {
    b"Use group cipher suite": "0",
    b"WEP-40": "wep-40",
    b"TKIP": "tkip",
    b"CCMP": "ccmp",
    b"WEP-104": "wep-104",
    b"AES-128-CMAC": "6",
    b"NO-GROUP": "none",
    b"GCMP": "gcmp",
    b"GCMP-256": "gcmp-256",
    b"BIP-GMAC-128": "11",
    b"BIP-GMAC-256": "12",
    b"BIP-CMAC-256": "13",
}
_AKMS: Mapping[bytes, str] = {
    b"IEEE 802.1X": "802.1x",
    b"PSK": "psk",
    b"FT/IEEE 802.1X": "ft-802.1x",
    b"FT/PSK": "ft-psk",
    b"IEEE 802.1X/SHA-256": "802.1x-sha256",
    b"PSK/SHA-256": "psk-sha256",
    b"TDLS/TPK": "7",
    b"SAE": "sae",
    b"FT/SAE": "ft-sae",
    b"IEEE 802.1X/SUITE-B": "suite-b",
    b"IEEE 802.1X/SUITE-B-192": "suite-b-192",
    b"FT/IEEE 802.1X/SHA-384": "ft-802.1x-sha384",
    b"FILS/SHA-256": "fils-sha256",
    b"FILS/SHA-384": "fils-sha384",
    b"FT/FILS/SHA-256": "ft-fils-sha256",
    b"FT/FILS/SHA-384": "ft-fils-sha384",
    b"OWE": "owe",
    b"FT/PSK/SHA-384": "ft-psk-sha384",
    b"PSK/SHA-384": "psk-sha384",
    b"SAE-EXT-KEY": "sae-ext-key",
    b"FT/SAE-EXT-KEY": "ft-sae-ext-key",
    b"OSEN": "50-6f-9a:1",
    b"DPP": "50-6f-9a:2",
}
"""iw's names of authentication suites; names have spaces in them, and spaces stand between them."""

_METHODS: Mapping[bytes, int] = {
    b"USB": 0x0001,
    b"Ethernet": 0x0002,
    b"Label": 0x0004,
    b"Display": 0x0008,
    b"Ext. NFC": 0x0010,
    b"Int. NFC": 0x0020,
    b"NFC Intf.": 0x0040,
    b"PBC": 0x0080,
    b"Keypad": 0x0100,
}
"""Bits of Config Methods that iw names. Those above only say of which kind a button or display is."""

ATTRIBUTE = re.compile(
    rb"\* (?:(?:Version|Version2): \d{1,2}\.\d{1,2}"
    rb"|(?:Manufacturer|Model|Model Number|Serial Number|Device name):.*"
    rb"|Wi-Fi Protected Setup State: \d{1,3}(?: \((?:Unc|C)onfigured\))?"
    rb"|Response Type: \d{1,3}(?: \(AP\))?"
    rb"|(?:Selected Registrar|AP setup locked|RF Bands): 0x[0-9a-f]{1,2}"
    rb"|Device Password ID: \d{1,5} \([A-Za-z() ?-]{2,24}\)"
    rb"|(?:Selected Registrar )?Config methods:(?: (?:USB|Ethernet|Label|Display|Ext\. NFC|Int\. NFC|NFC Intf\.|PBC|Keypad),?)*"
    rb"|UUID: [0-9a-f-]{36}|Primary Device Type: \d{1,5}-[0-9a-f]{8}-\d{1,5}"
    rb"|Unknown TLV \(0x[0-9a-f]{4}, \d{1,3} bytes\):(?: [0-9a-f]{2})*"
    rb"|Unknown vendor extension\. len=\d{1,3}|bogus tail data \(\d{1,3}\):(?: [0-9a-f]{2})*"
    rb"|[A-Za-z0-9 -]{1,30}: \(invalid,? length[ =]\d{1,5}\))",
    re.DOTALL,
)
"""A line of the WPS element as iw prints it."""


@dataclass(slots=True, kw_only=True)
class Section:
    """One element: its name before the colon, and its lines without what indents them."""

    name: str
    near: bool
    """Whether somebody else's text may have written it."""
    details: list[bytes] = field(default_factory=list)
    broken: bool = False
    """Whether a line was in it that iw does not print there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What iw says of an access point before its elements."""

    capability: int | None
    band: str | None
    response: bool
    """Whether the elements are those of a probe response."""


def told(sections: Sequence[Section], about: About, *, doubtful: bool) -> tuple[Told, bytes | None, tuple[str, ...]]:
    """Security, name and notes of one access point. `doubtful`: lines were passed over that may have been its own."""
    notes = []
    ssid = _ssid(sections, doubtful=doubtful)
    if not sections:
        return Told(), ssid, (DOUBT,) if doubtful else ()
    announced, sure = _wps(sections, response=about.response, doubtful=doubtful)
    if not sure:
        notes.append(WPS_DOUBT)
    certain = [s for s in sections if not s.near]
    known = {(s.name, tuple(s.details)) for s in certain}
    if doubtful or any(s.near and s.name in _SECURITY and (s.name, tuple(s.details)) not in known for s in sections):
        return Told(wps=announced), ssid, (*notes, DOUBT)
    new, old = ([_suites(s.details) for s in certain if s.name == name] for name in ("RSN", "WPA"))
    if None in new or None in old:
        return Told(wps=announced), ssid, (*notes, DAMAGED)
    found = _offer(_readable(new), _readable(old), names={s.name for s in certain}, about=about)
    return replace(found, wps=announced), ssid, tuple(notes)


def _readable(found: Iterable[Suites | None]) -> list[Suites]:
    return [suites for suites in found if suites is not None]


def _ssid(sections: Sequence[Section], *, doubtful: bool) -> bytes | None:
    """The name, empty where it is hidden. iw prints no line at all for an empty one."""
    for section in sections:
        if section.name == "SSID":
            text = section.details[0] if section.details else b""
            return None if section.near else _SSID_ESCAPE.sub(lambda m: bytes([int(m[1], 16)]), text)
    return b"" if sections and not doubtful else None


def _suites(details: Sequence[bytes]) -> Suites | None:
    """What an RSN or WPA element offers; null where iw could not read it to its end, or wrote what we do not know."""
    values: dict[bytes, bytes] = {}
    for line in details:
        name, _, value = line.removeprefix(b"* ").partition(b":")
        values.setdefault(name, value.strip())
    if any(line.startswith(b"* bogus tail data") for line in details) or values.get(b"Version") != b"1":
        return None
    group = _words(values.get(b"Group cipher", b""), _CIPHERS)
    pairwise = _words(values.get(b"Pairwise ciphers", b""), _CIPHERS)
    # An element that ends before its authentication suites means IEEE 802.1X (IEEE 802.11-2020, 9.4.2.24.1).
    akms = _words(values.get(b"Authentication suites", b"IEEE 802.1X"), _AKMS)
    if group is None or pairwise is None or akms is None or len(group) != 1:
        return None
    flags = values.get(b"Capabilities", b"").split()
    return Suites(
        group=group[0],
        pairwise=pairwise,
        akms=akms,
        capable=b"MFP-capable" in flags,
        required=b"MFP-required" in flags,
    )


def _words(text: bytes, names: Mapping[bytes, str]) -> tuple[str, ...] | None:
    """The sorted words of a list of suites; null where there is none, or something else is among them."""
    known = b"|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    found = []
    at = 0
    one = re.compile(rb"(?:(%s)|(%s))(?: +|$)" % (known, _SUITE))
    while at < len(text):
        match = one.match(text, at)
        if match is None:
            return None
        found.append(names[match[1]] if match[1] else _numbered(match[2], names))
        at = match.end()
    return tuple(sorted(set(found))) or None


def _numbered(text: bytes, names: Mapping[bytes, str]) -> str:
    """The word for a suite that this iw had no name for: older ones print SAE as 00-0f-ac:8."""
    oui, _, number = text.partition(b":")
    if int(number) > 0xFF:
        return text.decode("ascii")
    suite = bytes.fromhex(oui.replace(b"-", b"").decode("ascii")) + bytes([int(number)])
    return rsn.akm(suite) if names is _AKMS else rsn.cipher(suite)


def _offer(new: Sequence[Suites], old: Sequence[Suites], *, names: set[str], about: About) -> Told:
    """What RSN and WPA elements offer together.

    Of WPA2 alone `transition` is null: without -u iw leaves out what RSN override (WPA3 compatibility mode) would add.
    """
    facts = replace(
        elements.read(_BARE if {"SSID", "Supported rates"} <= names else _NAMED),
        rsn=tuple(new),
        wpa=tuple(old),
        owe_partner=elements.Partner(bssid=b"", ssid=b"") if "OWE Transition Mode" in names else None,
        modern=not names.isdisjoint(_MODERN),
        h2e=True,  # iw does not tell, and that it lacks must not be said
    )
    found = offer(facts, about.capability, about.band)
    security, transition = found.security, found.transition
    if security is Security.WPA2_PERSONAL:
        overridden = not names.isdisjoint(_OVERRIDES)
        security, transition = (Security.WPA3_COMPATIBILITY, True) if overridden else (security, None)
    return Told(
        security=None if security is Security.UNKNOWN else security,
        akms=found.akms,
        pairwise=found.pairwise,
        group=found.group,
        pmf=found.pmf,
        transition=transition,
    )


def _wps(sections: Sequence[Section], *, response: bool, doubtful: bool) -> tuple[Wps | None, bool]:
    """What it announces of WPS, and whether all that is certain; null where it is not."""
    sets: list[dict[bytes, bytes]] = [{}]
    for section in sections:
        if section.name == _SECOND_SET:
            sets.append({})
        elif section.name == "WPS" and (section.near or section.broken or not _collected(section, sets[-1])):
            return None, False
    frames = [_announced(found, response=response and number == 0) for number, found in enumerate(sets) if found]
    if not frames:
        return (None, True) if doubtful else (Wps(present=False), True)
    if doubtful:
        return None, False
    answers = [frame for frame in frames if frame.response]
    beacons = [frame for frame in frames if not frame.response]
    return wps.joined(beacons[0] if beacons else None, answers[0] if answers else None), True


def _collected(section: Section, found: dict[bytes, bytes]) -> bool:
    """Add the attributes of `section` to `found`; whether each is there only once. Vendors' ones may be there often."""
    found.setdefault(b"", b"")
    for line in section.details:
        if not ATTRIBUTE.fullmatch(line):
            continue  # an iw that words it otherwise
        name, _, value = line.removeprefix(b"* ").partition(b":")
        if name.startswith(b"Unknown"):
            if value.startswith(b" 00 37 2a "):
                name = b"Version2"
                value = _version2(bytes.fromhex(value.decode("ascii")))
            else:
                found.setdefault(b"vendor", line)
                continue
        if name in found:
            return False
        found[name] = value.strip()
    return True


def _version2(extension: bytes) -> bytes:
    """What older iw prints as an unknown attribute: subelements of one byte id and length; Version2 is 0."""
    at = 3
    while len(extension) - at >= 3:
        if extension[at] == 0:
            return b"%d.%d" % (extension[at + 2] >> 4, extension[at + 2] & 15)
        at += 2 + extension[at + 1]
    return b""


def _announced(found: Mapping[bytes, bytes], *, response: bool) -> wps.Announced:
    state, _, _ = found.get(b"Wi-Fi Protected Setup State", b"").partition(b" ")
    version = found.get(b"Version2") or found.get(b"Version") or None
    if b"Version2" not in found and found.get(b"vendor", b"").startswith(b"* Unknown vendor extension"):
        version = None  # Version2 may be in it, beside others
    listed = found.get(b"Config methods")
    return wps.Announced(
        state={b"1": 1, b"2": 2}.get(state),
        version=version.decode("ascii") if version else None,
        locked=_flag(found.get(b"AP setup locked")),
        selected=_flag(found.get(b"Selected Registrar")),
        config_methods=None if listed is None else sum(_METHODS.get(m.strip(), 0) for m in listed.split(b",")),
        response=response or b"Response Type" in found,
    )


def _flag(value: bytes | None) -> bool | None:
    if not value or not re.fullmatch(rb"0x[0-9a-f]{1,2}", value):
        return None
    return value not in {b"0x0", b"0x00"}
