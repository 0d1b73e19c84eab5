"""What macOS prints of its Wi-Fi: `system_profiler SPAirPortDataType -json`.

Of each network it tells name, channel with band, signal and a kind of security; neither the access point's address (of
the connected one, older macOS did) nor ciphers, protected management frames or WPS. Without the right to the location, a
name is `<redacted>`. Apple's own spelling of one kind lacks its first letter, so that kinds are known by their end.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from netguard.model.vocabulary import Security
from netguard.wifi._lines import BOM, bssid
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard, Told

NAME = "report by macOS (system_profiler SPAirPortDataType -json)"

LARGEST = 8 << 20
"""Bytes of a report. Some hundred networks need a tenth of a megabyte; JSON is read as a whole, and must not fill the memory."""
MOST_NETWORKS = 4096
"""Networks taken of one report, which a hostile one could fill with empty ones."""

_REDACTED = "<redacted>"
_KEY = b'"SPAirPortDataType"'
_KIND = re.compile(r"security_mode_([a-z0-9_]{1,40})$")
_CHANNEL = re.compile(r"(\d{1,3})(?: \((2|5|6) ?GHz\b|$|,)")
_SIGNAL = re.compile(r"(-\d{1,3}) dBm\b")

_SECURITY: Mapping[str, Security] = {
    "none": Security.OPEN,
    "wep": Security.WEP,
    "dynamic_wep": Security.WEP,
    "wpa_personal": Security.WPA_PERSONAL,
    "wpa_personal_mixed": Security.WPA_WPA2_PERSONAL,
    "wpa2_personal_mixed": Security.WPA_WPA2_PERSONAL,
    "wpa2_personal": Security.WPA2_PERSONAL,
    "wpa3_transition": Security.WPA2_WPA3_PERSONAL,
    "wpa2_wpa3_personal": Security.WPA2_WPA3_PERSONAL,
    "wpa3_personal": Security.WPA3_PERSONAL,
    "wpa_enterprise": Security.WPA_ENTERPRISE,
    "wpa_enterprise_mixed": Security.WPA_WPA2_ENTERPRISE,
    "wpa2_enterprise_mixed": Security.WPA_WPA2_ENTERPRISE,
    "wpa2_enterprise": Security.WPA2_ENTERPRISE,
    "wpa2_wpa3_enterprise": Security.WPA2_WPA3_ENTERPRISE,
    "wpa3_enterprise": Security.WPA3_ENTERPRISE,
    "owe": Security.OWE,
    "owe_transition": Security.OWE_TRANSITION,
}
_BOTH = frozenset({Security.WPA2_WPA3_PERSONAL, Security.WPA2_WPA3_ENTERPRISE, Security.OWE_TRANSITION})

_BASE = {"2": 2407, "5": 5000, "6": 5950}
"""MHz from which channels of 5 MHz are counted (IEEE 802.11-2020, annex E)."""


def recognises(head: bytes) -> bool:
    """Whether it is a JSON object that begins with the report's name."""
    return re.match(rb"\s*\{\s*" + re.escape(_KEY), head.removeprefix(BOM)) is not None


def read(file: BinaryIO, where: Where) -> Iterator[Heard]:
    """Give each network. Raises `WifiFileError` for a report that is cut, damaged or too large."""
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise where.error(f"it has more than {LARGEST >> 20} MB, and a report of macOS has less than one")
    try:
        report = msgspec.json.decode(data.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise where.error("the report is damaged, or its end is missing; save it anew") from error
    for count, (network, connected) in enumerate(_networks(report)):
        if count == MOST_NETWORKS:
            where.remark(f"it lists more than {MOST_NETWORKS} networks; the rest was not read")
            return
        if network.get("_name") == _REDACTED:
            where.remark(
                "macOS left the names out; allow Terminal to use your location (Privacy & Security) and save it anew"
            )
        yield _heard(network, connected=connected)


def _networks(report: object) -> Iterator[tuple[Mapping[str, object], bool]]:
    for section in _objects(_of(report, "SPAirPortDataType")):
        for interface in _objects(section.get("spairport_airport_interfaces")):
            current = interface.get("spairport_current_network_information")
            if isinstance(current, dict) and "_name" in current:
                yield current, True
            for key in ("spairport_airport_other_local_wireless_networks", "spairport_airport_local_wireless_networks"):
                for network in _objects(interface.get(key)):
                    yield network, False


def _of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _text(network: Mapping[str, object], key: str) -> str:
    value = network.get(key)
    return value if isinstance(value, str) else str(value) if type(value) is int else ""


def _heard(network: Mapping[str, object], *, connected: bool) -> Heard:
    channel = _CHANNEL.match(_text(network, "spairport_network_channel"))
    number = int(channel[1]) if channel else None
    signal = _SIGNAL.match(_text(network, "spairport_signal_noise"))
    kind = _KIND.search(_text(network, "spairport_security_mode"))
    security = _SECURITY.get(kind[1]) if kind else None
    name = _text(network, "_name")
    return Heard(
        source="system_profiler",
        bssid=bssid(_text(network, "spairport_network_bssid").encode("utf-8", "replace")),
        ssid=None if name == _REDACTED or "_name" not in network else name.encode("utf-8", "replace"),
        frequency=_frequency(number, channel[2] if channel else None),
        channel=number,
        signal=float(signal[1]) if signal else None,
        associated=connected,
        told=Told(security=security, transition=True if security in _BOTH else None),
    )


def _frequency(channel: int | None, band: str | None) -> int | None:
    """MHz of a channel in a band, where such a channel exists."""
    if channel is None or band is None:
        return None
    frequency = 2484 if (band, channel) == ("2", 14) else _BASE[band] + 5 * channel
    return frequency if {"2": channel <= 14, "5": 32 <= channel <= 177, "6": channel <= 233}[band] and channel else None
