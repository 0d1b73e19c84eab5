"""802.11 management frames: from a frame to what was heard. IEEE 802.11-2020, 9.2 (headers), 9.3.3 (beacon, response).

This runs for every beacon of a file, so it copies and decides as little as it can; the elements are read in `join`.
"""

import zlib
from functools import lru_cache

from netaddr import EUI, mac_unix_expanded

from netguard.wifi.heard import Heard

BEACON, PROBE_RESPONSE = 0x80, 0x50
"""First byte of such a frame: version 0, type management, subtypes 8 and 5 (IEEE 802.11-2020, table 9-1)."""

_TO_DS, _FROM_DS, _MORE_FRAGMENTS, _PROTECTED, _HTC = 0x01, 0x02, 0x04, 0x40, 0x80
_NEVER = _TO_DS | _FROM_DS | _MORE_FRAGMENTS | _PROTECTED
"""Flags that a readable beacon or probe response never has: neither goes through a distribution system, in pieces, or
encrypted."""

_HEADER, _HT_CONTROL, _FIXED = 24, 4, 12
"""Bytes of the header, of the HT Control field that the flag +HTC announces, and of timestamp, interval and capability."""

_FCS = 4

_NOBODY = b"\0" * 6

_REMEMBERED = 4096
"""Addresses kept as objects; to make one takes longer than to read the frame."""


def heard(frame: bytes, *, source: str, frequency: int | None = None, signal: float | None = None) -> Heard | None:
    """What `frame` tells if it is a beacon or probe response, without radiotap; null if it is anything else or damaged.

    Frames whose BSSID can be nobody's (zero or a group address) are null, too: tools send such beacons for their own
    ends. A frame check sequence that is still at the end is taken off where it is right: not every capture says whether
    it has them.
    """
    end = len(frame)
    if end < _HEADER + _FIXED:
        return None
    kind, flags = frame[0], frame[1]
    if kind != BEACON and kind != PROBE_RESPONSE:  # noqa: PLR1714 - twice as fast, for every frame of a capture
        return None
    if flags & _NEVER or frame[22] & 0x0F:  # a later fragment has a number
        return None
    bssid = frame[16:22]
    if bssid[0] & 1 or bssid == _NOBODY:
        return None
    start = _HEADER + _FIXED + (_HT_CONTROL if flags & _HTC else 0)
    if end - start >= _FCS and zlib.crc32(memoryview(frame)[:-_FCS]) == int.from_bytes(frame[-_FCS:], "little"):
        end -= _FCS
    if end < start:
        return None
    elements = frame[start:end]
    return Heard(
        source=source,
        bssid=_address(bssid),
        frequency=frequency,
        signal=signal,
        capability=frame[start - 2] | frame[start - 1] << 8,
        beacon=elements if kind == BEACON else None,
        response=elements if kind == PROBE_RESPONSE else None,
    )


@lru_cache(maxsize=_REMEMBERED)
def _address(octets: bytes) -> EUI:
    return EUI(int.from_bytes(octets, "big"), version=48, dialect=mac_unix_expanded)
