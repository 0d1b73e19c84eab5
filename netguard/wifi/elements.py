"""Information elements: what a beacon or probe response says, from bytes to typed facts. Never raises.

Numbers: IEEE 802.11-2020, table 9-92 (element ids), 9.4.2; HE operation: IEEE 802.11ax-2021, 9.4.2.249; vendor elements
of the Wi-Fi Alliance: "WPA3 Specification" (OWE transition, RSN override), "Wi-Fi Peer-to-Peer Technical Specification",
4.1.1. hostapd has them all in src/common/ieee802_11_defs.h.
"""

from collections.abc import Callable
from dataclasses import dataclass

from netguard.wifi import rsn, wps
from netguard.wifi.names import MAX_SSID
from netguard.wifi.rsn import Suites
from netguard.wifi.wps import Announced

SSID, RATES, DS, TIM, RSN, MORE_RATES, HT_OPERATION, WAPI = 0, 1, 3, 5, 48, 50, 61, 68
MULTIPLE_BSSID, MULTIPLE_BSSID_INDEX, VHT_CAPABILITIES, VHT_OPERATION, VENDOR, RSNX, EXTENSION = (
    71,
    85,
    191,
    192,
    221,
    244,
    255,
)
HE_CAPABILITIES, HE_OPERATION, EHT_OPERATION, EHT_CAPABILITIES = 35, 36, 106, 108

_WPA = rsn.MICROSOFT + b"\x01"
_WPS = rsn.MICROSOFT + b"\x04"
WFA = b"\x50\x6f\x9a"
"""OUI of the Wi-Fi Alliance."""
_P2P, _OWE_TRANSITION = WFA + b"\x09", WFA + b"\x1c"
_RSN_OVERRIDES = frozenset({WFA + b"\x29", WFA + b"\x2a"})
_RSNX_OVERRIDE = WFA + b"\x2b"

_H2E_ONLY = 0x80 | 123
"""BSS membership selector "SAE hash-to-element only" in the rates (IEEE 802.11-2020, 9.4.2.3)."""
_H2E, _SAE_PK = 0x20, 0x40
"""Bits 5 and 6 of the RSNX element's first byte (IEEE 802.11-2020, 9.4.2.241; SAE-PK: "WPA3 Specification")."""

MAX_BYTES = 16_384
"""Bytes of one frame's elements that are looked at. A frame has at most 11,454 (IEEE 802.11-2020, table 9-25); a file may
claim more, and megabytes of it would cost time and memory."""

MAX_OFFERS = 4
"""Elements of one kind whose offers are kept of one frame; one is right, and hundreds would fill memory."""

_PIECES = (rsn.IEEE, b"\x01\x00" + rsn.MICROSOFT)
"""What RSN and WPA elements are full of, and other elements have not: suites; in a WPA element after a version or count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """The other half of a network in OWE transition: for an open one, the encrypted one it belongs to."""

    bssid: bytes
    ssid: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """What one frame's elements say. Null is what they leave out.

    Frames that say the same give equal facts: what changes from beacon to beacon (traffic, load) is not among them.
    """

    ssid: bytes | None = None
    """Null without a usable name element; empty or zeros where it is hidden."""
    channel: int | None = None
    """Primary channel that the access point itself states."""
    six_ghz: bool = False
    """Whether `channel` is one at 6 GHz."""
    rsn: tuple[Suites, ...] = ()
    """One for each readable RSN element; more than one is not allowed and happens."""
    override: tuple[Suites, ...] = ()
    wpa: tuple[Suites, ...] = ()
    damaged: tuple[str, ...] = ()
    """Security elements that were there and could not be read: `RSN`, `WPA`, `RSN override`."""
    wps: Announced | None = None
    owe_partner: Partner | None = None
    h2e: bool = False
    """SAE by hash-to-element is offered."""
    h2e_only: bool = False
    sae_pk: bool = False
    wapi: bool = False
    group_owner: bool = False
    """Wi-Fi Direct: a device that opened a group for others to connect to, no network of a home."""
    multiple: bool = False
    """Whether further networks of the same radio are announced in it, see `netguard.wifi.multiple`."""
    not_transmitted: bool = False
    """These elements are already those of such a further network."""
    beacon: bool = False
    """A beacon; only that has a traffic indication map."""
    whole: bool = True
    """False where the last element passes the end: what came after is not known."""
    named: bool = True
    """False where the name element is missing that every announcement has: more may be missing."""
    proper: bool = False
    """Whether it has what every beacon has, a name element and rates, in a possible form."""
    modern: bool = False
    """802.11ac or later, which goes with no WEP: hostapd refuses the two together (src/ap/ap_config.c)."""
    traces: bool = False
    """No security element was found, and yet there are pieces of one: something is damaged."""


def walk(data: bytes) -> tuple[list[tuple[int, bytes]], bool]:
    """Id and body of each element, and whether they fill `data`. One whose length passes the end is left out."""
    found: list[tuple[int, bytes]] = []
    at, end = 0, len(data)
    while at + 1 < end:
        stop = at + 2 + data[at + 1]
        if stop > end:
            return found, False
        found.append((data[at], data[at + 2 : stop]))
        at = stop
    return found, at == end or data[at] == 0


def read(data: bytes) -> Elements:
    """The facts of one frame's elements. A bad element is skipped, never the frame."""
    found, whole = walk(data[:MAX_BYTES])
    facts = _Facts()
    for number, body in found:
        reader = _READERS.get(number)
        if reader is not None:
            reader(facts, body)
    return facts.elements(data, whole=whole and len(data) <= MAX_BYTES)


class _Facts:
    """What was found so far; of elements that may be there once the first counts (IEEE 802.11-2020, 9.3.3.1)."""

    __slots__ = (
        "beacon", "channel", "damaged", "group_owner", "h2e", "h2e_only", "modern", "multiple", "not_transmitted",
        "override", "partner", "rates", "rsn", "sae_pk", "six_ghz", "ssid", "wapi", "wpa", "wps",
    )  # fmt: skip

    def __init__(self) -> None:
        self.ssid: bytes | None = None
        self.rates: bool | None = None
        self.channel: int | None = None
        self.six_ghz = self.h2e = self.h2e_only = self.sae_pk = self.wapi = self.group_owner = self.modern = False
        self.beacon = self.multiple = self.not_transmitted = False
        self.rsn: list[Suites] = []
        self.override: list[Suites] = []
        self.wpa: list[Suites] = []
        self.damaged: set[str] = set()
        self.wps: list[bytes] = []
        self.partner: Partner | None = None

    def elements(self, data: bytes, *, whole: bool) -> Elements:
        secured = self.rsn or self.override or self.wpa
        return Elements(
            ssid=self.ssid,
            channel=self.channel,
            six_ghz=self.six_ghz,
            rsn=tuple(self.rsn),
            override=tuple(self.override),
            wpa=tuple(self.wpa),
            damaged=tuple(sorted(self.damaged)),
            wps=wps.read(b"".join(self.wps)) if self.wps else None,
            owe_partner=self.partner,
            h2e=self.h2e,
            h2e_only=self.h2e_only,
            sae_pk=self.sae_pk,
            wapi=self.wapi,
            group_owner=self.group_owner,
            multiple=self.multiple,
            not_transmitted=self.not_transmitted,
            beacon=self.beacon,
            whole=whole,
            named=self.ssid is not None,
            proper=self.ssid is not None and bool(self.rates),
            modern=self.modern,
            traces=not secured and (self.h2e or self.sae_pk or any(piece in data for piece in _PIECES)),
        )


def _ssid(facts: _Facts, body: bytes) -> None:
    if facts.ssid is None and len(body) <= MAX_SSID:
        facts.ssid = body


def _rates(facts: _Facts, body: bytes) -> None:
    if facts.rates is None:
        facts.rates = bool(body) and all(body)
    facts.h2e_only = facts.h2e_only or _H2E_ONLY in body


def _more_rates(facts: _Facts, body: bytes) -> None:
    facts.h2e_only = facts.h2e_only or _H2E_ONLY in body


def _channel(facts: _Facts, body: bytes) -> None:
    """DS Parameter Set and HT Operation begin with the primary channel; neither is sent at 6 GHz."""
    if facts.channel is None and body and body[0]:
        facts.channel = body[0]


def _tim(facts: _Facts, _: bytes) -> None:
    facts.beacon = True


def _rsn(facts: _Facts, body: bytes) -> None:
    _offer(facts, facts.rsn, rsn.rsn(body), "RSN")


def _offer(facts: _Facts, offers: list[Suites], suites: Suites | None, name: str) -> None:
    if suites is None:
        facts.damaged.add(name)
    elif len(offers) < MAX_OFFERS:
        offers.append(suites)


def _rsnx(facts: _Facts, body: bytes) -> None:
    facts.h2e = facts.h2e or bool(body and body[0] & _H2E)
    facts.sae_pk = facts.sae_pk or bool(body and body[0] & _SAE_PK)


def _wapi(facts: _Facts, _: bytes) -> None:
    facts.wapi = True


def _multiple(facts: _Facts, _: bytes) -> None:
    facts.multiple = True


def _index(facts: _Facts, _: bytes) -> None:
    facts.not_transmitted = True


def _modern(facts: _Facts, _: bytes) -> None:
    facts.modern = True


def _extension(facts: _Facts, body: bytes) -> None:
    number = body[0] if body else None
    if number == HE_OPERATION:
        primary = _six_ghz_primary(body)
        if primary:
            facts.channel, facts.six_ghz = primary, True
    if number in _MODERN:
        facts.modern = True


_MODERN = frozenset({HE_CAPABILITIES, HE_OPERATION, EHT_OPERATION, EHT_CAPABILITIES})


def _six_ghz_primary(body: bytes) -> int | None:
    """Primary channel in the 6 GHz Operation Information of an HE Operation element; null where there is none.

    Three bytes of parameters, one of colour, two of rates, then what the parameters say is there: VHT operation (3
    bytes, bit 14), co-hosted BSSs (1, bit 15), 6 GHz (5, bit 17).
    """
    if len(body) < 7 or not body[3] & 0x02:
        return None
    at = 7 + (3 if body[2] & 0x40 else 0) + (1 if body[2] & 0x80 else 0)
    return body[at] if len(body) >= at + 5 else None


def _vendor(facts: _Facts, body: bytes) -> None:
    start, rest = body[:4], body[4:]
    if start == _WPA:
        _offer(facts, facts.wpa, rsn.wpa(rest), "WPA")
    elif start == _WPS:
        facts.wps.append(rest)
    elif start in _RSN_OVERRIDES:
        _offer(facts, facts.override, rsn.rsn(rest), "RSN override")
    elif start == _RSNX_OVERRIDE:
        _rsnx(facts, rest)
    elif start == _OWE_TRANSITION:
        facts.partner = facts.partner or _partner(rest)
    elif start == _P2P:
        facts.group_owner = facts.group_owner or _is_group_owner(rest)


def _partner(body: bytes) -> Partner | None:
    """BSSID, length of the name, name; a class of channels and a channel may follow."""
    if len(body) < 7 or body[6] > MAX_SSID or len(body) < 7 + body[6]:
        return None
    return Partner(bssid=body[:6], ssid=body[7 : 7 + body[6]])


def _is_group_owner(body: bytes) -> bool:
    """Whether the P2P Capability attribute (2) says Group Owner (bit 0 of its second byte).

    Attributes have an id of one byte and a length of two, little-endian. An ordinary access point may have the element,
    too, to manage Wi-Fi Direct around it (attribute 10); that makes it no group owner.
    """
    at = 0
    while len(body) - at >= 3:
        stop = at + 3 + (body[at + 1] | body[at + 2] << 8)
        if body[at] == 2 and stop <= len(body) and stop - at >= 5:
            return bool(body[at + 4] & 1)
        at = stop
    return False


_READERS: dict[int, Callable[[_Facts, bytes], None]] = {
    SSID: _ssid,
    RATES: _rates,
    DS: _channel,
    TIM: _tim,
    RSN: _rsn,
    MORE_RATES: _more_rates,
    HT_OPERATION: _channel,
    WAPI: _wapi,
    MULTIPLE_BSSID: _multiple,
    MULTIPLE_BSSID_INDEX: _index,
    VHT_CAPABILITIES: _modern,
    VHT_OPERATION: _modern,
    VENDOR: _vendor,
    RSNX: _rsnx,
    EXTENSION: _extension,
}
