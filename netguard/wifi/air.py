"""What this computer's own radio hears: the sources that have the elements as they were sent first, then lists that know less.

Nothing here joins a network, changes a connection or puts a radio into monitor mode.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import ModuleType

from netguard import registry
from netguard.errors import VantageError, WifiFileError
from netguard.net.control import Cancel, Deadline
from netguard.wifi.formats._contract import Where
from netguard.wifi.heard import Heard
from netguard.wifi.live._contract import Means, Runner

SECONDS = 45.0
"""Longest that one hearing may take: looking around anew takes some 12 s, a system's slowest list another 30."""

MOST_HEARD = 4096
"""Networks taken from one source: a crowded place has some hundreds; stops one that lists without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A system's own command that lists networks, and the format of `formats/` that reads what it prints."""

    name: str
    format: str
    argv: tuple[str, ...]
    by_interface: str | None = None
    """What goes before the name of an interface; null where the command lists them all."""
    end: tuple[str, ...] = ()
    lacks: str = "what protects its management frames, and whether WPS is on"
    """What it cannot know, in words."""
    encoding: str = "utf-8"
    """In which its text is handed on; `utf-16` begins with a mark that leaves no code page to be guessed."""


_UTF8 = "[Console]::OutputEncoding=New-Object Text.UTF8Encoding $false;netsh wlan show networks mode=bssid"
"""By itself netsh writes in the console's code page, and the names of networks do not survive it."""

LISTINGS: dict[str, Listing] = {
    "linux": Listing(
        name="NetworkManager",
        format="nmcli",
        argv=(
            *("nmcli", "-t", "-e", "yes", "-f"),
            "IN-USE,SSID-HEX,BSSID,CHAN,FREQ,SIGNAL,SECURITY,WPA-FLAGS,RSN-FLAGS",
            *("device", "wifi", "list"),
        ),
        by_interface="ifname",
        end=("--rescan", "no"),
    ),
    "windows": Listing(
        name="netsh",
        format="netsh",
        argv=("powershell", "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", _UTF8),
        encoding="utf-16",
        lacks="what each access point offers by itself, what protects its management frames, and whether WPS is on",
    ),
    "macos": Listing(
        name="system_profiler",
        format="system-profiler",
        argv=("system_profiler", "SPAirPortDataType", "-json"),
        lacks="which access point it is, its ciphers, what protects its management frames, and whether WPS is on",
    ),
}
"""By system (`Vantage.os`). nmcli lists what NetworkManager heard, and is not made to scan by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One way of hearing with this computer's radio, and whether it can be had."""

    name: str
    missing: str | None
    """Why not, and what would help; null where it works."""


def sources(interface: str | None, system: str, *, run: Runner, seconds: float = SECONDS) -> tuple[Source, ...]:
    """What could hear here, the best first, and what is missing. Sends nothing over the air."""
    means = Means(run=run, cancel=Cancel(), deadline=Deadline(seconds))
    return tuple(Source(name=m.NAME, missing=m.unavailable(interface, means)) for m in _modules(system))


def hear(
    interface: str | None,
    system: str,
    *,
    again: bool,
    run: Runner,
    cancel: Cancel | None = None,
    seconds: float = SECONDS,
) -> tuple[tuple[Heard, ...], tuple[str, ...]]:
    """What the radio hears, and what a person should know of it, a sentence each: what was not to be had, and what would help.

    `interface` is a name or null, for whichever radio there is; `system` is a word of `Vantage.os`; with `again` the
    radio looks around anew first, where that is allowed. The first source that hears anything is the only one, unless it
    could not look anew: they all share one radio. Nothing heard, and every reason for it, is an answer, too. Raises `Cancelled`.
    """
    means = Means(run=run, cancel=Cancel() if cancel is None else cancel, deadline=Deadline(seconds))
    heard: list[Heard] = []
    told: list[str] = []
    for module in _modules(system):
        means.old = None
        reason = module.unavailable(interface, means)
        if reason is None:
            more, reason = _taken(module.hear(interface, means, again))
            heard += more
            if more and means.old is None:
                return tuple(heard), (*means.remarks, *([reason] if reason else ()))
            reason = (
                reason or means.old or f"{module.NAME[0].upper()}{module.NAME[1:]} is empty: nothing was heard lately."
            )
        told.append(reason)
    listing = LISTINGS.get(system)
    if not heard and listing is not None:
        more, reason = _taken(_listed(listing, interface, means))
        heard += more
        if more:
            told.append(f"Only the list by {listing.name} could be read. Of a network it does not say {listing.lacks}.")
        elif reason:
            told.append(reason)
    if not heard:
        told.append("No Wi-Fi network was heard by this computer.")
    return tuple(heard), (*means.remarks, *told)


def _modules(system: str) -> list[ModuleType]:
    """The live sources of `system`, the best first."""
    found = registry.load_all("netguard.wifi.live", "SYSTEMS", "NAME", "RANK", "unavailable", "hear").values()
    return sorted((m for m in found if system in m.SYSTEMS), key=lambda m: int(m.RANK))


def _taken(source: Iterator[Heard]) -> tuple[tuple[Heard, ...], str | None]:
    """What it yields, and why it stopped, if it did: what was heard before that is still true."""
    found: list[Heard] = []
    try:
        for one in islice(source, MOST_HEARD):
            found.append(one)  # noqa: PERF402 - what came before an error must be there
    except VantageError as error:
        return tuple(found), str(error)
    return tuple(found), None


def _listed(listing: Listing, interface: str | None, means: Means) -> Iterator[Heard]:
    """What the system's own command lists. Raises `VantageError`."""
    only = (listing.by_interface, interface) if listing.by_interface and interface else ()
    argv = (*listing.argv, *only, *listing.end)
    try:
        said = means.run(argv)
    except OSError as error:
        raise VantageError(f"{argv[0]} is not installed, which would list the networks all the same.") from error
    if not said.strip():
        return
    where = Where(name=f"list by {listing.name}")
    file = io.BytesIO(said.encode(listing.encoding, "replace"))
    try:
        yield from registry.load("netguard.wifi.formats", listing.format).read(file, where)
    except WifiFileError as error:
        raise VantageError(str(error)) from error
    for remark in where.remarks:
        means.remark(remark)
