"""From captured packets to what was heard: for every format that has packets in it."""

from collections.abc import Iterator
from typing import TypeAlias

from netguard.wifi import frames
from netguard.wifi.heard import Heard
from netguard.wifi.radiotap import LINKS

Packet: TypeAlias = tuple[int, bytes, int]
"""Link type, the bytes captured, and how many bytes of the packet's end the capture left out."""

MAX_PACKET = 262_144
"""Bytes of one packet: libpcap's MAXIMUM_SNAPLEN. A longer one is damage, and would be gigabytes of memory."""

MAX_SEEN = 16_384
"""Frames that are known again when they are sent again. A home sends a few hundred; more would only fill the memory."""

_NEVER = (0, -1000)

_FIXED = 32
"""Bytes before what stays the same from beacon to beacon: MAC header, and the time stamp that counts on."""


def heard(packets: Iterator[Packet], source: str) -> Iterator[Heard]:
    """Give what each beacon and probe response in `packets` says.

    An access point sends the same beacon ten times a second. One that was heard word for word before, on the same
    frequency, is given again only where it is louder, and the second, fourth, eighth time and so on: so what was heard
    often still outweighs what was heard once.
    """
    seen: dict[int, tuple[int, int]] = {}
    for link, data, cut in packets:
        reader = LINKS.get(link)
        found = reader(data, cut) if reader else None
        if found is None:
            continue
        frame, frequency, signal = found
        same = hash((frame[0], frame[16:22], frequency, frame[_FIXED:]))
        times, loudest = seen.get(same, _NEVER)
        times += 1
        louder = signal is not None and signal > loudest
        if times == 1 and len(seen) >= MAX_SEEN:
            seen.clear()
        seen[same] = times, signal if louder and signal is not None else loudest
        if not louder and times & times - 1:
            continue
        one = frames.heard(frame, source=source, frequency=frequency, signal=signal)
        if one is not None:
            yield one
