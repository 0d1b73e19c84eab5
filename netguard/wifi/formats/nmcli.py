r"""Terse lists of NetworkManager: `nmcli -t -e yes -f IN-USE,SSID-HEX,BSSID,... device wifi list`, or its default fields.

A line has its fields with `:` between them, and `\` before each `:` and `\` inside one (nmcli(1), --escape). Which field
is which follows from the command, where it stands in the file, or from the orders that are in use; the first that fits
every line of the beginning. LC_ALL=C is taken for granted: a translated "yes" is passed over.

Flags are the words of NetworkManager's `NM80211ApSecurityFlags` as nmcli prints them (nmcli's devices.c, 1.58; "wpe" is
its own spelling). FT and SHA-256 forms are folded into `psk`, `802.1X` and `sae`, so that the suites themselves are not
known; nor are protected management frames and WPS.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO

from netguard.model.vocabulary import Security
from netguard.wifi._lines import bssid, lines
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told

NAME = "list by NetworkManager (nmcli -t -e yes device wifi list)"

MOST_FIELDS = 32
"""Fields of a line; `-f all` has some twenty."""
LONGEST_COMMAND = 500
"""Bytes of a line in which a command is looked for."""
ENOUGH = 64
"""Lines by which the order of the fields is known."""

_FLAG = (
    rb"(?:pair_(?:wpe40|wpe104|tkip|ccmp)|group_(?:wpe40|wpe104|tkip|ccmp)|psk|802\.1X|sae|owe|owe_transition_mode|"
    rb"wpa-eap-suite-b-192)"
)
_WORD = rb"(?:--|WEP|WPA1|WPA2|WPA3|OWE|OWE-TM|802\.1X)"

_SHAPES: Mapping[str, re.Pattern[bytes]] = {
    "IN-USE": re.compile(rb"[* ]?"),
    "ACTIVE": re.compile(rb"yes|no"),
    "SSID": re.compile(rb".{0,255}", re.DOTALL),
    "SSID-HEX": re.compile(rb"(?:[0-9A-F]{2}){0,32}"),
    "BSSID": re.compile(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}"),
    "MODE": re.compile(rb"Infra|Ad-Hoc|Mesh|N/A|--|"),
    "CHAN": re.compile(rb"\d{1,3}"),
    "FREQ": re.compile(rb"\d{3,5} MHz"),
    "RATE": re.compile(rb"\d{1,6} Mbit/s"),
    "BANDWIDTH": re.compile(rb"\d{1,5} MHz"),
    "SIGNAL": re.compile(rb"\d{1,3}"),
    "BARS": re.compile(rb"[*_ ]{0,8}|(?:\xe2\x96[\x80-\x8f]|[_ ]){0,8}"),
    "SECURITY": re.compile(rb"(?:%s(?: %s){0,4})?" % (_WORD, _WORD)),
    "WPA-FLAGS": re.compile(rb"\(none\)|%s(?: %s){0,12}" % (_FLAG, _FLAG)),
    "RSN-FLAGS": re.compile(rb"\(none\)|%s(?: %s){0,12}" % (_FLAG, _FLAG)),
}
_ANY = re.compile(rb".*", re.DOTALL)
"""Fields that are of no use here (NAME, DEVICE, DBUS-PATH)."""

_ORDERS = tuple(
    tuple(order.split(","))
    for order in (
        "IN-USE,SSID-HEX,BSSID,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS",
        "IN-USE,SSID,BSSID,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS",
        "IN-USE,BSSID,SSID,MODE,CHAN,RATE,SIGNAL,BARS,SECURITY",
        "IN-USE,BSSID,SSID,MODE,CHAN,RATE,BANDWIDTH,SIGNAL,BARS,SECURITY",
        "ACTIVE,SSID,BSSID,MODE,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS",
        "SSID,BSSID,MODE,CHAN,FREQ,RATE,SIGNAL,BARS,SECURITY,WPA-FLAGS,RSN-FLAGS,DEVICE,ACTIVE,IN-USE,DBUS-PATH",
        "NAME,SSID,SSID-HEX,BSSID,MODE,CHAN,FREQ,RATE,SIGNAL,BARS,SECURITY,WPA-FLAGS,RSN-FLAGS,DEVICE,ACTIVE,IN-USE,DBUS-PATH",
        "NAME,SSID,SSID-HEX,BSSID,MODE,CHAN,FREQ,RATE,BANDWIDTH,SIGNAL,BARS,SECURITY,WPA-FLAGS,RSN-FLAGS,DEVICE,ACTIVE,IN-USE,DBUS-PATH",
        "SSID,BSSID,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS",
        "SSID,BSSID,CHAN,SIGNAL,SECURITY",
        "SSID,BSSID,SIGNAL,SECURITY",
        "BSSID,SSID,CHAN,SIGNAL,SECURITY",
    )
)
"""Orders of fields in use: netguard's own, nmcli's defaults by version (`FIELDS_DEV_WIFI_LIST`), `-f all`, and those that
other programs ask for. The first that fits counts."""

_COMMAND = re.compile(rb"\bnmcli\b.*?(?:-f|--fields|--get-values|-g)[ =]+([A-Za-z,-]{3,300})\b")
_FIRST_OF_6 = 5925
"""MHz above which there is no WEP."""
_NO_KEY = re.compile(r"(?:pair|group)_")

_WEP_NOTE = "NetworkManager says WEP of whatever encryption it does not know, too; a capture (pcap) would tell"


def recognises(head: bytes) -> bool:
    """Whether a line has an escaped BSSID among the fields of an order that is in use."""
    return _order(head.split(b"\n")[: ENOUGH + 1]) is not None


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each line's access point. Raises `WifiFileError` where the fields are in no order that is known."""
    stream = lines(file, where.remark)
    first = list(islice(stream, ENOUGH))
    order = _order(first)
    if order is None:
        raise where.error(
            "its fields are in an order that netguard does not know; list them with nmcli -t -e yes -f "
            f"{','.join(_ORDERS[0])} device wifi list"
        )
    for line in chain(first, stream):
        values = _values(line, order)
        if values is not None:
            yield _heard(values)
        elif line.strip() and b"nmcli" not in line:
            where.remark("lines in it that do not have all fields were passed over")


def _order(beginning: Sequence[bytes]) -> Sequence[str] | None:
    """The order of the fields that most of these lines have; null where no line with a BSSID has one."""
    fits: dict[Sequence[str], int] = {}
    for line in beginning:
        if asked := _COMMAND.search(line[:LONGEST_COMMAND]):
            return _asked(asked[1])
        for order in _ORDERS:
            if _values(line, order) is not None:
                fits[order] = fits.get(order, 0) + 1
    most = max(fits.values(), default=0)
    return next((order for order in _ORDERS if most and fits.get(order) == most), None)


def _asked(text: bytes) -> Sequence[str] | None:
    order = tuple(text.decode("ascii").upper().split(","))
    return order if "BSSID" in order and len(order) <= MOST_FIELDS else None


def _values(line: bytes, order: Sequence[str]) -> Mapping[str, bytes] | None:
    r"""The fields by name; null where one is missing, too many, or not of its shape, or no BSSID has `\` before its `:`."""
    if rb"\:" not in line:
        return None
    fields = _split(line.rstrip(b"\r"))
    if len(fields) != len(order):
        return None
    values = dict(zip(order, fields, strict=True))
    return values if all(_SHAPES.get(name, _ANY).fullmatch(value) for name, value in values.items()) else None


def _split(line: bytes) -> list[bytes]:
    fields = [bytearray()]
    escaped = False
    for octet in line:
        if escaped or octet not in b":\\":
            fields[-1].append(octet)
            escaped = False
        elif octet == ord("\\"):
            escaped = True
        elif len(fields) > MOST_FIELDS:
            break
        else:
            fields.append(bytearray())
    return [bytes(one) for one in fields]


def _heard(values: Mapping[str, bytes]) -> Heard:
    frequency = int(values["FREQ"].split()[0]) if "FREQ" in values else None
    told = _told(values, frequency)
    notes = (_WEP_NOTE,) if told.security is Security.WEP else ()
    return Heard(
        source="nmcli",
        bssid=bssid(values["BSSID"]),
        ssid=_ssid(values),
        frequency=frequency,
        channel=int(values["CHAN"]) if "CHAN" in values else None,
        associated=_associated(values),
        told=told,
        notes=notes,
    )


def _ssid(values: Mapping[str, bytes]) -> bytes | None:
    if "SSID-HEX" in values:
        return bytes.fromhex(values["SSID-HEX"].decode("ascii"))
    ssid = values.get("SSID")
    return b"" if ssid == b"--" else ssid


def _associated(values: Mapping[str, bytes]) -> bool | None:
    if "ACTIVE" in values:
        return values["ACTIVE"] == b"yes"
    return values["IN-USE"] == b"*" if "IN-USE" in values else None


def _told(values: Mapping[str, bytes], frequency: int | None) -> Told:
    if "SECURITY" not in values:
        return Told()
    words = frozenset(values["SECURITY"].decode("ascii").split()) - {"--"}
    if "WPA-FLAGS" not in values or "RSN-FLAGS" not in values:
        return _by_words(words, frequency)
    old, new = (_flags(values[name]) for name in ("WPA-FLAGS", "RSN-FLAGS"))
    if not old | new:
        return _by_words(words, frequency)
    return replace(
        _by_words(words, frequency),
        security=_by_flags(old, new, words),
        pairwise=_ciphers(old | new, "pair_"),
        group=_group(new or old),
    )


def _flags(value: bytes) -> frozenset[str]:
    return frozenset() if value == b"(none)" else frozenset(value.decode("ascii").split())


def _ciphers(flags: frozenset[str], start: str) -> tuple[str, ...] | None:
    """Ciphers whose flags begin with `start`; null where there is none: those of Wi-Fi 7 and of WPA3 with 192 bit have none."""
    names = {"tkip": "tkip", "ccmp": "ccmp", "wpe40": "wep-40", "wpe104": "wep-104"}
    return tuple(sorted(names[flag.removeprefix(start)] for flag in flags if flag.startswith(start))) or None


def _group(flags: frozenset[str]) -> str | None:
    ciphers = _ciphers(flags, "group_")
    return ciphers[0] if ciphers and len(ciphers) == 1 else None


_BY_WORDS: Mapping[frozenset[str], Security] = {
    frozenset(words.split()): security
    for words, security in {
        "": Security.OPEN,
        "WEP": Security.WEP,
        "WPA1": Security.WPA_PERSONAL,
        "WPA1 WPA2": Security.WPA_WPA2_PERSONAL,
        "WPA1 WPA2 WPA3": Security.WPA_WPA2_PERSONAL,
        "WPA2": Security.WPA2_PERSONAL,
        "WPA2 WPA3": Security.WPA2_WPA3_PERSONAL,
        "WPA3": Security.WPA3_PERSONAL,
        "OWE": Security.OWE,
        "OWE-TM": Security.OWE_TRANSITION,
        "WPA1 802.1X": Security.WPA_ENTERPRISE,
        "WPA1 WPA2 802.1X": Security.WPA_WPA2_ENTERPRISE,
        "WPA2 802.1X": Security.WPA2_ENTERPRISE,
        "WPA3 802.1X": Security.WPA3_ENTERPRISE_192,
    }.items()
}
"""What the words of SECURITY mean together; other mixes are no class of the scan document."""


def _by_words(words: frozenset[str], frequency: int | None) -> Told:
    security = _BY_WORDS.get(words)
    if security is Security.WEP and frequency is not None and frequency > _FIRST_OF_6:
        security = None
    both = {Security.WPA2_WPA3_PERSONAL, Security.OWE_TRANSITION}
    return Told(security=security, transition=True if security in both else None)


def _by_flags(old: frozenset[str], new: frozenset[str], words: frozenset[str]) -> Security | None:
    """The class by the flags' key managements; null where they are of a mix that has no class, or there is none."""
    before, after = (frozenset(f for f in flags if not _NO_KEY.match(f)) for flags in (old, new))
    if "owe_transition_mode" in after or "OWE-TM" in words:
        return Security.OWE_TRANSITION
    return _BY_KEYS.get((before, after))


_PSK, _SAE, _EAP, _OWE, _B192 = (frozenset({k}) for k in ("psk", "sae", "802.1X", "owe", "wpa-eap-suite-b-192"))
_NONE: frozenset[str] = frozenset()
_BY_KEYS: Mapping[tuple[frozenset[str], frozenset[str]], Security] = {
    (_PSK, _NONE): Security.WPA_PERSONAL,
    (_PSK, _PSK): Security.WPA_WPA2_PERSONAL,
    (_PSK, _PSK | _SAE): Security.WPA_WPA2_PERSONAL,
    (_NONE, _PSK): Security.WPA2_PERSONAL,
    (_NONE, _PSK | _SAE): Security.WPA2_WPA3_PERSONAL,
    (_NONE, _SAE): Security.WPA3_PERSONAL,
    (_NONE, _OWE): Security.OWE,
    (_EAP, _NONE): Security.WPA_ENTERPRISE,
    (_EAP, _EAP): Security.WPA_WPA2_ENTERPRISE,
    (_NONE, _EAP): Security.WPA2_ENTERPRISE,
    (_NONE, _B192): Security.WPA3_ENTERPRISE_192,
}
"""Key managements of the WPA and of the RSN element."""
