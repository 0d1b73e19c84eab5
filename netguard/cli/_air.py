"""Who hears Wi-Fi for a command: this computer's radio, or a file that another one has written."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Depth
from netguard.net.control import Cancel
from netguard.net.transcript import Transcript
from netguard.task import Air
from netguard.vantage import system
from netguard.vantage._capabilities import WIFI_LINK, WIFI_SCAN
from netguard.wifi import air, files
from netguard.wifi.heard import Heard

AUTO, OFF = "auto", "off"


def for_scan(choice: str, around: Surroundings, depth: Depth, cancel: Cancel, transcript: Transcript) -> Air | str:
    """What `scan --wifi` means: who listens, or why nobody does."""
    if choice == OFF:
        return "you asked to leave Wi-Fi out"
    if choice != AUTO:
        return lambda remarks: from_files([Path(choice)], remarks)
    if not depth.at_least(Depth.STANDARD):
        return f"depth {depth} does not look at Wi-Fi; netguard wifi does"
    if not {WIFI_LINK, WIFI_SCAN} & set(around.vantage.capabilities):
        return "this computer has no Wi-Fi; netguard wifi FILE reads what another one has heard"
    return lambda remarks: from_radio(around, cancel, transcript, remarks)


def rehearsed(choice: str, heard: Air | str) -> str:
    """What would be sent for Wi-Fi, in a sentence."""
    if isinstance(heard, str):
        return f"not looked at, because {heard}."
    if choice != AUTO:
        return f"{choice} is read; nothing is sent."
    return (
        "this computer's system is asked to let its radio look around, which sends probe requests to everybody on each "
        "channel; nothing is joined."
    )


def from_radio(
    around: Surroundings, cancel: Cancel, transcript: Transcript, remarks: list[str], *, again: bool = True
) -> tuple[Heard, ...]:
    """What this computer's radio hears, by the interface of the vantage where that is a radio.

    With `again` the system is asked to look around anew first, which is an act that sends.
    """
    chosen = next((i for i in around.interfaces if i.name == around.vantage.interface), None)
    interface = chosen.name if chosen is not None and chosen.kind == "wifi" else None
    if again:
        transcript.record("wifi-scan", interface or "any radio", "what the air says of your Wi-Fi")
    heard, told = air.hear(interface, around.vantage.os, again=again, run=system.run, cancel=cancel)
    remarks += told
    return heard


def from_files(paths: Iterable[Path], remarks: list[str]) -> Iterator[Heard]:
    """What was heard in all the files together, as they are read. Raises `WifiFileError` for one that cannot be."""
    for path in paths:
        yield from files.read(path, remarks)
