"""Who hears Wi-Fi for a command: this computer's radio, or a file that another one has written."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth
from netguard.net.control import Cancel
from netguard.task import Air
from netguard.vantage import system
from netguard.vantage._capabilities import WIFI_LINK, WIFI_SCAN
from netguard.wifi import air, files
from netguard.wifi.heard import Heard

AUTO, OFF = "auto", "off"


def for_scan(choice: str, around: Surroundings, depth: Depth, cancel: Cancel) -> Air | str:
    """What `scan --wifi` means: who listens, or why nobody does."""
    if choice == OFF:
        return "you asked to leave Wi-Fi out"
    if choice != AUTO:
        return lambda remarks: from_files([Path(choice)], remarks)
    if not depth.at_least(Depth.STANDARD):
        return f"depth {depth} does not look at Wi-Fi; netguard wifi does"
    if not {WIFI_LINK, WIFI_SCAN} & set(around.vantage.capabilities):
        return "this computer has no Wi-Fi; netguard wifi FILE reads what another one has heard"
    return lambda remarks: from_radio(around, cancel, remarks, again=True)


def from_radio(around: Surroundings, cancel: Cancel, remarks: list[str], *, again: bool) -> tuple[Heard, ...]:
    """What this computer's radio hears, by the interface of the vantage where that is a radio."""
    chosen = next((i for i in around.interfaces if i.name == around.vantage.interface), None)
    interface = chosen.name if chosen is not None and chosen.kind == "wifi" else None
    heard, told = air.hear(interface, around.vantage.os, again=again, run=system.run, cancel=cancel)
    remarks += told
    return heard


def from_files(paths: Iterable[Path], remarks: list[str]) -> Iterator[Heard]:
    """What was heard in all the files together, as they are read. Raises `WifiFileError` for one that cannot be."""
    for path in paths:
        yield from files.read(path, remarks)
