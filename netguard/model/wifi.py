"""What the air says: one entry per access point and band."""

from dataclasses import dataclass

from netaddr import EUI

from netguard.model.vocabulary import Pmf, Security, WpsMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Wps:
    """Wi-Fi Protected Setup as announced; null means that the source could not tell."""

    present: bool | None = None
    configured: bool | None = None
    version: str | None = None
    locked: bool | None = None
    methods: tuple[WpsMethod, ...] | None = None
    active: bool | None = None
    """Whether somebody is being let in just now (Selected Registrar)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicServiceSet:
    """One BSS. `akms`, `pairwise` and `group` use the words of the scan document, unknown suites their number."""

    ssid: str | None
    bssid: EUI | None
    channel: int | None = None
    band: str | None = None
    """`2.4`, `5` or `6` (GHz)."""
    security: Security = Security.UNKNOWN
    akms: tuple[str, ...] | None = None
    pairwise: tuple[str, ...] | None = None
    group: str | None = None
    pmf: Pmf | None = None
    wps: Wps | None = None
    transition: bool | None = None
    hidden: bool | None = None
    own: bool | None = None
    associated: bool | None = None
    """Whether the vantage was connected through this one."""
    signal_dbm: float | None = None
    sources: tuple[str, ...] = ()
    """What told of it, sorted: `nl80211`, `pcap`."""
    notes: tuple[str, ...] = ()
    """What a reader should know of it, a sentence each: two RSN elements, an element that was cut."""
