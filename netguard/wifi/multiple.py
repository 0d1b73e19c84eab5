"""Several networks in one beacon: the Multiple BSSID element.

IEEE 802.11-2020, 9.4.2.45 (the element), 9.4.2.73 (index), 9.4.2.240 (non-inheritance), 11.1.3.8 (what a network that is
not transmitted inherits). Linux takes them apart in the same way (net/wireless/scan.c, `cfg80211_parse_mbssid_data`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.wifi import elements as ie

_CAPABILITY, _PROFILE, _NON_INHERITANCE = 83, 0, 56

MAX_INDEX = 46
"""Highest BSSID index (IEEE 802.11-2020, 9.4.2.73), so that no element can claim thousands of networks."""
_MAX_INDICATOR = 8
"""Highest MaxBSSID Indicator; a larger one would move bytes of the maker's prefix."""

_ONLY_ITS_OWN = frozenset({ie.SSID, ie.TIM, ie.MULTIPLE_BSSID, ie.MULTIPLE_BSSID_INDEX, _CAPABILITY})
"""What is never inherited."""

_OWN_VENDOR = frozenset({b"\x00\x50\xf2\x04", b"\x50\x6f\x9a\x09", b"\x50\x6f\x9a\x1c"})
"""WPS, Wi-Fi Direct and OWE transition are not taken over: access points do not repeat that a guest network lacks them, and
to inherit them would be to claim a PIN that it does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One network that is announced in another one's frame."""

    bssid: bytes
    capability: int
    elements: bytes
    """As if it had sent them itself, with a BSSID index element among them."""


def profiles(data: bytes, bssid: bytes) -> Iterator[Profile]:
    """The networks announced in the elements `data` of the network `bssid`, 6 bytes. What is damaged is left out."""
    found, _ = ie.walk(data[: ie.MAX_BYTES])
    seen = set()
    for indicator, own in _raw(body for number, body in found if number == ie.MULTIPLE_BSSID):
        capability = next((body for number, body in own if number == _CAPABILITY), b"")
        index = next((body for number, body in own if number == ie.MULTIPLE_BSSID_INDEX), b"")
        if (
            len(capability) < 2
            or not index
            or not 1 <= index[0] <= min(MAX_INDEX, 2**indicator - 1)
            or index[0] in seen
        ):
            continue
        seen.add(index[0])
        yield Profile(
            bssid=address(bssid, indicator, index[0]),
            capability=int.from_bytes(capability[:2], "little"),
            elements=_composed(found, own),
        )


def address(transmitted: bytes, indicator: int, index: int) -> bytes:
    """BSSID number `index` of a set of 2 to the power of `indicator`: the last bits are counted up, the others stay."""
    whole, mask = int.from_bytes(transmitted, "big"), (1 << indicator) - 1
    return ((whole & ~mask) | ((whole + index) & mask)).to_bytes(6, "big")


_Walked = list[tuple[int, bytes]]


def _raw(bodies: Iterable[bytes]) -> list[tuple[int, _Walked]]:
    """Indicator and elements of each profile; one that does not begin with its capability goes on with the last one."""
    found: list[tuple[int, _Walked]] = []
    for body in bodies:
        if not body or not 1 <= body[0] <= _MAX_INDICATOR:
            continue
        parts, _ = ie.walk(body[1:])
        for number, part in parts:
            if number != _PROFILE:
                continue
            own, _ = ie.walk(part)
            if own and own[0][0] == _CAPABILITY:
                found.append((body[0], own))
            elif found:
                found[-1][1].extend(own)
    return found[:MAX_INDEX]


def _composed(transmitted: _Walked, own: _Walked) -> bytes:
    """The elements that hold for a network: its own, then what it inherits."""
    left_out = next(
        (body for number, body in own if number == ie.EXTENSION and body[:1] == bytes([_NON_INHERITANCE])), b""
    )
    ids, extensions = _listed(left_out)
    overridden = {_key(number, body) for number, body in own}
    taken = [
        (number, body)
        for number, body in transmitted
        if number not in _ONLY_ITS_OWN
        and _key(number, body) not in overridden
        and number not in ids
        and not (number == ie.VENDOR and body[:4] in _OWN_VENDOR)
        and not (number == ie.EXTENSION and body and body[0] in extensions)
    ]
    kept = [(number, body) for number, body in own if number != _CAPABILITY]
    return b"".join(bytes([number, len(body)]) + body for number, body in (*kept, *taken))


def _key(number: int, body: bytes) -> tuple[int, bytes]:
    """What makes two elements the same one: the id, and for vendors and extensions what kind."""
    if number == ie.VENDOR:
        return number, body[:4]
    return number, body[:1] if number == ie.EXTENSION else b""


def _listed(body: bytes) -> tuple[bytes, bytes]:
    """Ids and extension ids of a non-inheritance element: after the extension id, two lists with their lengths before."""
    length = body[1] if len(body) > 1 else 0
    rest = body[2 + length :]
    return body[2 : 2 + length], rest[1 : 1 + rest[0]] if rest else b""
