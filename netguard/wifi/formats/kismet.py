"""The log of Kismet, an SQLite database (kismetwireless.net/docs/dev/kismetdb): the packets it kept, then its own summary.

Packets tell everything. For an access point of which no frame was kept there is what Kismet made of it, in the JSON of
table `devices`; that is less, and worded otherwise. Facts from Kismet's sources, phy_80211.h, packet_ieee80211.h and
phy_80211_dissectors.cc, before and after November 2023, when its words for security changed:

- `wps_state` is a bit field, 1 configured, 2 not configured, 4 locked: not WPS's own numbers.
- `crypt_bitfield` (since then) has a bit for each suite, those of RSN and WPA elements together. It is 0 for WEP as well,
  and nothing in it tells WPA beside WPA2 from WPA alone. Bit 17 is a cipher, and also an OWE transition element.
- `crypt_set` (before; kept since, but not always in the old meaning) has privacy, versions and families.
- Key managements newer than OWE, and RSN overriding, are not in either.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from netaddr import EUI
from netaddr.core import AddrFormatError

from netguard.model.observation import clean
from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.model.wifi import Wps
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told
from netguard.wifi.packets import MAX_PACKET, Packet, heard

NAME = "database of Kismet"

_MAGIC = b"SQLite format 3\x00"

MAX_VALUE = 8 << 20
"""Bytes of one value of the database: a busy access point's JSON has some 100 kB. A larger one is not loaded."""

ROW_BYTES = 100
"""A row of Kismet's tables takes more, by its addresses and the source's UUID alone; so a file has fewer rows than this
says. A damaged file's pages can lead in circles, and would give rows for ever."""

_STEP = 100_000
"""Instructions of SQLite's machine between two looks at whether it is still within bounds."""

_STEPS = 1_000
"""Looks before the file's size counts. A query takes some 30 instructions a row; one that was made to take for ever, by a
view or a computed column, is stopped in seconds."""

MAX_COMPLETE = 65_536
"""Addresses kept of access points whose frames were read, so that a file of nothing but invented ones fills no memory."""

MAX_SSIDS = 64
"""Networks of one access point that are looked at; Kismet keeps every name that it ever announced."""


def recognises(head: bytes) -> bool:
    """Whether the file is an SQLite database; whether it is Kismet's is seen when it is read."""
    return head.startswith(_MAGIC)


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give what each kept beacon and probe response says, then what Kismet says of access points without one.

    SQLite reads by path, so `file` is left alone. Raises `WifiFileError` for another program's database, for one that is
    damaged from the start, and for one that was not unpacked.
    """
    if where.path is None:
        raise where.error("a database of Kismet is read only as a file that is not packed; unpack it first")
    size = where.path.stat().st_size
    rows = size // ROW_BYTES + 1
    with closing(_opened(where, where.path, size)) as base:
        complete: set[EUI] = set()
        for one in _guarded(heard(_packets(base, rows), "kismet"), where):
            if one.bssid is not None and len(complete) < MAX_COMPLETE:
                complete.add(one.bssid)
            yield one
        summaries = 0
        for one in _guarded(_devices(base, rows), where):
            if one.bssid not in complete:
                summaries += 1
                yield one
    if summaries:
        where.remark(
            f"Kismet kept no frame of {summaries} of the access points; its own summary does not tell everything"
        )


_DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged database raises: Python reads the names in its tables, and what SQLite says of it, as UTF-8."""


def _opened(where: Where, path: Path, size: int) -> sqlite3.Connection:
    """Open the database so that nothing is ever written, not even a lock. Raises `WifiFileError` if it is not Kismet's."""
    with ExitStack() as stack:
        try:
            base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            stack.callback(base.close)
            _bound(base, size)
            named = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in named if isinstance(name, bytes)}
        except _DAMAGE as error:
            raise where.error(f"it begins like a database, but SQLite cannot read it: {clean(str(error))}") from error
        if not {b"devices", b"packets"} <= tables:
            raise where.error("it is a database, but not one of Kismet: it has no tables of devices and packets")
        stack.pop_all()
    return base


def _guarded(some: Iterator[Heard], where: Where) -> Iterator[Heard]:
    """Give what `some` gives, until the database turns out to be damaged or to take for ever."""
    try:
        yield from some
    except _DAMAGE as error:
        where.remark(f"the database is damaged ({clean(str(error))}); what could be read of it was read")


def _bound(base: sqlite3.Connection, size: int) -> None:
    base.text_factory = bytes
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    base.execute("PRAGMA trusted_schema = OFF")  # a file's own views and columns may call nothing with side effects
    left = [_STEPS + size // _STEP]

    def over() -> int:
        left[0] -= 1
        return left[0] < 0

    base.set_progress_handler(over, _STEP)


# A value's type and length are known to SQLite without loading it; Kismet writes these as blobs.
_PACKETS = """SELECT dlt, packet, error, NULL FROM packets
    WHERE typeof(packet) = 'blob' AND length(packet) <= ? LIMIT ?"""
_PACKETS_WITH_LENGTHS = """SELECT dlt, packet, error, packet_full_len FROM packets
    WHERE typeof(packet) = 'blob' AND length(packet) <= ? LIMIT ?"""
_DEVICES = """SELECT devmac, strongest_signal, device FROM devices
    WHERE phyname = 'IEEE802.11' AND typeof(device) = 'blob' AND length(device) <= ? LIMIT ?"""


def _packets(base: sqlite3.Connection, rows: int) -> Iterator[Packet]:
    columns = {name for _, name, *_ in base.execute("PRAGMA table_info(packets)")}
    query = _PACKETS_WITH_LENGTHS if b"packet_full_len" in columns else _PACKETS
    for link, packet, wrong, whole in base.execute(query, (MAX_PACKET, rows)):
        if isinstance(link, int) and not wrong:
            yield link, packet, max(0, whole - len(packet)) if isinstance(whole, int) else 0


def _devices(base: sqlite3.Connection, rows: int) -> Iterator[Heard]:
    for address, signal, device in base.execute(_DEVICES, (MAX_VALUE, rows)):
        bssid = _address(address)
        if bssid is None:
            continue
        try:
            record = msgspec.json.decode(device)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            continue
        frequency = _number(record, "kismet.device.base.frequency")
        for ssid in _networks(record):
            yield Heard(
                source="kismet",
                bssid=bssid,
                ssid=_ssid(ssid),
                frequency=frequency // 1000 or None if frequency else None,
                channel=_channel(ssid),
                signal=float(signal) if isinstance(signal, int) and -128 < signal < 0 else None,
                told=_told(ssid),
            )


def _networks(record: Any) -> Iterable[Mapping[str, Any]]:
    """Give what Kismet keeps of each name that the access point announced: a list, an object by number in older logs."""
    dot11 = record.get("dot11.device") if isinstance(record, dict) else None
    if not isinstance(dot11, dict):
        return ()
    kept = dot11.get("dot11.device.advertised_ssid_map")
    if isinstance(kept, dict):
        kept = list(kept.values())
    if not isinstance(kept, list) or not kept:
        kept = [dot11.get("dot11.device.last_beaconed_ssid_record")]
    return [each for each in kept[:MAX_SSIDS] if isinstance(each, dict)]


_ESCAPED = re.compile(rb"\\(x[0-9A-Fa-f]{2}|u00[0-9A-Fa-f]{2}|[0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _ssid(network: Mapping[str, Any]) -> bytes | None:
    """Give the name as it was sent: Kismet escapes what cannot be printed (util.cc, munge_to_printable)."""
    name = network.get("dot11.advertisedssid.ssid")
    if not isinstance(name, str):
        return None

    def plain(match: re.Match[bytes]) -> bytes:
        what = match[1]
        if what[:1] == b"x" and len(what) == 3:
            return bytes([int(what[1:], 16)])
        if what[:1] == b"u" and len(what) == 5:
            return bytes([int(what[3:], 16)])
        if len(what) == 3:
            return bytes([int(what, 8) & 0xFF])
        return _LETTERS.get(what, what)

    return _ESCAPED.sub(plain, name.encode("utf-8", "replace"))[:32]


def _told(network: Mapping[str, Any]) -> Told:
    bits = _number(network, "dot11.advertisedssid.crypt_bitfield")
    wps = _wps(network)
    if bits is None:
        old = _number(network, "dot11.advertisedssid.crypt_set")
        return Told(security=None if old is None else _old_security(old), wps=wps, pmf=_pmf(network))
    akms = _words(bits, _AKMS)
    pairwise, group = _words(bits, _PAIRWISE), _words(bits, _GROUP)
    pmf = _pmf(network)
    return Told(
        security=_security(frozenset(akms), bits, pmf, rsn=_announced(network)),
        akms=akms or None,
        pairwise=pairwise or None,
        group=group[0] if len(group) == 1 else None,
        pmf=pmf if bits else None,
        wps=wps,
    )


_GROUP = {7: "wep-40", 8: "wep-104", 9: "tkip", 10: "ccmp", 12: "gcmp", 13: "gcmp-256", 14: "ccmp-256"}
_PAIRWISE = {23: "wep-40", 24: "wep-104", 25: "tkip", 26: "ccmp", 28: "gcmp", 29: "gcmp-256", 30: "ccmp-256"}
_AKMS = {
    37: "802.1x",
    38: "psk",
    39: "ft-802.1x",
    40: "ft-psk",
    41: "802.1x-sha256",
    42: "psk-sha256",
    44: "sae",
    45: "ft-sae",
    47: "suite-b",
    48: "suite-b-192",
    49: "ft-802.1x-sha384",
    50: "fils-sha256",
    51: "fils-sha384",
    52: "ft-fils-sha256",
    53: "ft-fils-sha384",
    54: "owe",
    55: "ft-psk-sha384",
    56: "psk-sha384",
}
"""Bits of `crypt_bitfield` (packet_ieee80211.h, dot11_crypt_...) in the words of the scan document."""

_WEP, _WPA, _WPA1 = 1 << 0, 1 << 1, 1 << 2

_PSK = frozenset({"psk", "ft-psk", "psk-sha256", "psk-sha384", "ft-psk-sha384"})
_SAE = frozenset({"sae", "ft-sae"})
_ENTERPRISE = frozenset({"802.1x", "ft-802.1x"})
_RSN = 48
"""Number of the RSN element."""

_PERSONAL = (Security.WPA_PERSONAL, Security.WPA_WPA2_PERSONAL, Security.WPA2_PERSONAL)
_BY_SERVER = (Security.WPA_ENTERPRISE, Security.WPA_WPA2_ENTERPRISE, Security.WPA2_ENTERPRISE)


def _words(bits: int, names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(sorted(name for bit, name in names.items() if bits >> bit & 1))


def _announced(network: Mapping[str, Any]) -> bool | None:
    """Whether there was an RSN element, where Kismet was told to keep the elements' numbers."""
    numbers = network.get("dot11.advertisedssid.ie_tag_list")
    return _RSN in numbers if isinstance(numbers, list) and numbers else None


def _security(akms: frozenset[str], bits: int, pmf: Pmf | None, *, rsn: bool | None) -> Security | None:
    """Give the class, where Kismet's bits can mean one only. Bits of 0 are an open network or WEP."""
    wpa = bool(bits & _WPA1)
    if bits & (_WEP | _WPA) == _WEP:
        found = Security.WEP
    elif akms and akms <= _PSK:
        return _version(_PERSONAL, wpa=wpa, rsn=rsn)
    elif akms and akms <= _ENTERPRISE:
        return _version(_BY_SERVER, wpa=wpa, rsn=rsn)
    elif akms and akms <= _PSK | _SAE and not wpa:
        found = Security.WPA2_WPA3_PERSONAL if akms & _PSK else Security.WPA3_PERSONAL
    elif akms == {"802.1x-sha256"} and pmf is Pmf.REQUIRED:
        found = Security.WPA3_ENTERPRISE
    else:
        return {frozenset({"owe"}): Security.OWE, frozenset({"suite-b-192"}): Security.WPA3_ENTERPRISE_192}.get(akms)
    return found


def _version(classes: tuple[Security, Security, Security], *, wpa: bool, rsn: bool | None) -> Security | None:
    """Choose of WPA alone, both, and WPA2 alone; null where it is not known whether there is WPA2 beside WPA."""
    alone, both, without = classes
    if not wpa:
        return without
    return None if rsn is None else both if rsn else alone


_OLD_MASK, _OLD_WEP = 0xFFFFF, 1 << 1
_OLD_WEP_KINDS = (1 << 3) | (1 << 4)
_OLD_PSK, _OLD_EAP, _OLD_SAE, _OLD_OWE = 1 << 7, 1 << 11, 1 << 16, 1 << 17
_OLD_WPA1, _OLD_WPA2, _OLD_WPA3 = 1 << 27, 1 << 28, 1 << 29


def _old_security(bits: int) -> Security | None:
    """Give the class from `crypt_set` of logs that have nothing else (packet_ieee80211.h, crypt_...)."""
    if bits == 0:
        return Security.OPEN
    if bits & _OLD_MASK & ~_OLD_WEP_KINDS == _OLD_WEP:
        return Security.WEP
    wpa, rsn = bool(bits & _OLD_WPA1), bool(bits & (_OLD_WPA2 | _OLD_WPA3))
    families = bits & (_OLD_PSK | _OLD_EAP | _OLD_SAE | _OLD_OWE)
    if families == _OLD_PSK and (wpa or rsn):
        return _version(_PERSONAL, wpa=wpa, rsn=rsn)
    if families == _OLD_EAP and (wpa or rsn) and not bits & _OLD_WPA3:
        return _version(_BY_SERVER, wpa=wpa, rsn=rsn)
    if families == _OLD_SAE | _OLD_PSK and not wpa:
        return Security.WPA2_WPA3_PERSONAL
    return {_OLD_SAE: Security.WPA3_PERSONAL}.get(families)


def _pmf(network: Mapping[str, Any]) -> Pmf | None:
    required = _number(network, "dot11.advertisedssid.wpa_mfp_required")
    supported = _number(network, "dot11.advertisedssid.wpa_mfp_supported")
    if required is None or supported is None:
        return None
    return Pmf.REQUIRED if required else Pmf.CAPABLE if supported else Pmf.NONE


_CONFIGURED, _NOT_CONFIGURED, _LOCKED = 1, 2, 4

_METHODS = (
    (0x0001, WpsMethod.USB),
    (0x0002, WpsMethod.ETHERNET),
    (0x0004, WpsMethod.LABEL),
    (0x0008, WpsMethod.DISPLAY),
    (0x0070, WpsMethod.NFC),
    (0x0080, WpsMethod.PUSH_BUTTON),
    (0x0100, WpsMethod.KEYPAD),
)
"""Config Methods (Wi-Fi Simple Configuration, table "Configuration Methods"): the kinds, without virtual and physical."""


def _wps(network: Mapping[str, Any]) -> Wps | None:
    """Give WPS as Kismet summed it up; without a state in it there was none in what it last heard, which proves nothing."""
    state = _number(network, "dot11.advertisedssid.wps_state")
    if not state:
        return None
    methods = _number(network, "dot11.advertisedssid.wps_config_methods")  # 0 where the last frame had none of them
    configured = {_CONFIGURED: True, _NOT_CONFIGURED: False}.get(state & (_CONFIGURED | _NOT_CONFIGURED))
    return Wps(
        present=True,
        configured=configured,
        locked=True if state & _LOCKED else None,
        methods=tuple(sorted(name for bit, name in _METHODS if methods & bit)) if methods else None,
    )


def _number(network: Any, key: str) -> int | None:
    value = network.get(key) if isinstance(network, dict) else None
    return int(value) if isinstance(value, int | bool) or (isinstance(value, float) and abs(value) < 2**53) else None


def _channel(network: Mapping[str, Any]) -> int | None:
    """Give the primary channel from Kismet's words: `6`, `36VHT80`, `11HT40-`."""
    text = network.get("dot11.advertisedssid.channel")
    found = re.match(r"[0-9]{1,3}", text) if isinstance(text, str) else None
    return int(found[0]) or None if found else None


def _address(value: object) -> EUI | None:
    try:
        return EUI(value.decode("ascii"), version=48) if isinstance(value, bytes) and len(value) == 17 else None
    except (AddrFormatError, ValueError):
        return None
