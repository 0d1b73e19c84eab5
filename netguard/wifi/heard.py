"""What one source heard of one access point, before anything is made of it."""

from dataclasses import dataclass

from netaddr import EUI

from netguard.model.vocabulary import Pmf, Security
from netguard.model.wifi import Wps


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Security as a source worded it that has no raw elements. Null is what this source cannot know, never a guess."""

    security: Security | None = None
    akms: tuple[str, ...] | None = None
    """Words of the scan document, sorted; an unknown suite is its number."""
    pairwise: tuple[str, ...] | None = None
    group: str | None = None
    pmf: Pmf | None = None
    wps: Wps | None = None
    transition: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One frame, or one line of a list. Several of one BSSID are joined in `netguard.wifi.join`."""

    source: str
    """Module of `formats/` or `live/` that it comes from: `pcap`, `nl80211`, `netsh`."""
    bssid: EUI | None = None
    """Null where the source does not tell it (netsh, system_profiler)."""
    ssid: bytes | None = None
    """Network name as it was sent. Null where the source does not tell it; empty where it is hidden."""
    frequency: int | None = None
    """Centre of the primary channel, MHz."""
    channel: int | None = None
    """Primary channel number; null where it follows from the frequency or is not told."""
    signal: float | None = None
    """dBm."""
    associated: bool | None = None
    """Whether this computer is connected through it; null where the source cannot tell."""
    capability: int | None = None
    """The capability field of a beacon or probe response (IEEE 802.11-2020, 9.4.1.4), 16 bits."""
    beacon: bytes | None = None
    """Information elements of a beacon, as they were sent."""
    response: bytes | None = None
    """Information elements of a probe response."""
    elements: bytes | None = None
    """Information elements of one or the other, where the source does not tell which (Windows, macOS)."""
    told: Told | None = None
    notes: tuple[str, ...] = ()
    """What a person should know of this one, a sentence each: "the frame ends too early"."""
