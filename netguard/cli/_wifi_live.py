"""`netguard wifi --live`: a table that fills as networks are heard, for somebody who walks around and stands at doors."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from netaddr import EUI
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from netguard.model.vocabulary import Pmf, Security
from netguard.model.wifi import BasicServiceSet
from netguard.net.failures import Cancelled
from netguard.report import words
from netguard.wifi.heard import Heard
from netguard.wifi.join import MAX_BSS, Joiner


class Hear(Protocol):
    """Looks around anew, and gives what was heard and what a person should know of it: `netguard.wifi.air.hear`."""

    def __call__(self, *, again: bool) -> tuple[tuple[Heard, ...], tuple[str, ...]]: ...


PAUSE = 5.0
"""Seconds between two looks around: while a radio looks around it carries no data, and NetworkManager refuses to be hurried."""

TICK = 0.5
"""Seconds between two looks at the clock while it waits."""

MOST_SAID = 2 * MAX_BSS
"""Lines remembered as said already, where it is no terminal; somebody who invents networks must not fill the memory."""

MOST_REMARKS = 6
"""Sentences under the table; more would push it off the screen."""

WEAK = frozenset(
    {
        Security.OPEN,
        Security.WEP,
        Security.WPA_PERSONAL,
        Security.WPA_WPA2_PERSONAL,
        Security.WPA_ENTERPRISE,
        Security.WPA_WPA2_ENTERPRISE,
    }
)
"""Shown in red: what nobody should have at home. A colour only; judging is for the checks."""

_COLUMNS = ("", "Network", "Channel", "Encryption", "WPS", "PMF", "Signal")
_LEGEND = "*: this computer is connected. PMF: protected management frames. Ctrl-C ends it."


@dataclass(slots=True)
class Seen:
    """Everything heard since it began, and what was heard last."""

    joiner: Joiner = field(default_factory=Joiner)
    now: dict[EUI | tuple[bytes | None, int | None, int | None], float | None] = field(default_factory=dict)
    """What was heard in the last look around, with its signal."""
    remarks: tuple[str, ...] = ()
    looks: int = 0

    def add(self, heard: tuple[Heard, ...], remarks: tuple[str, ...]) -> None:
        """Take one look around."""
        self.looks += 1
        self.remarks = remarks[:MOST_REMARKS]
        self.now.clear()
        for one in heard:
            self.joiner.add(one)
            if one.bssid is not None:
                self.now[one.bssid] = one.signal

    def networks(self) -> list[BasicServiceSet]:
        """Those that this computer is connected through first, then the nearest."""
        return sorted(self.joiner.networks(), key=lambda n: (not n.associated, -(self.signal(n) or -200.0)))

    def signal(self, network: BasicServiceSet) -> float | None:
        """The signal of the last look around, in dBm; without a BSSID the strongest ever."""
        return network.signal_dbm if network.bssid is None else self.now.get(network.bssid)

    def gone(self, network: BasicServiceSet) -> bool:
        """Whether it was not heard in the last look around."""
        return network.bssid is not None and network.bssid not in self.now


def live(
    hear: Hear,
    *,
    seconds: float | None,
    out: Console,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[BasicServiceSet, ...]:
    """Show what is heard until Ctrl-C or for `seconds`, and give all of it, each network once.

    On a terminal it is one table, else a line for each network when it is first heard and when what it offers changes.
    The first look around is always made. `pause` waits; it may raise `Cancelled` or `KeyboardInterrupt`, and so may `hear`.
    """
    seen = Seen()
    end = None if seconds is None else clock() + seconds
    if out.is_terminal:
        with Live(_shown(seen), console=out, auto_refresh=False, transient=False) as drawn:
            _look(hear, seen, end, pause, clock, lambda: drawn.update(_shown(seen), refresh=True))
    else:
        said: dict[object, str] = {}
        _look(hear, seen, end, pause, clock, lambda: _lines(seen, said, out))
    return seen.joiner.networks()


def _look(
    hear: Hear,
    seen: Seen,
    end: float | None,
    pause: Callable[[float], None],
    clock: Callable[[], float],
    show: Callable[[], None],
) -> None:
    """Look around again and again until it is over."""
    try:
        while True:
            seen.add(*hear(again=True))
            show()
            again = clock() + PAUSE
            while clock() < again:
                if end is not None and clock() >= end:
                    return
                pause(min(TICK, PAUSE))
    except (Cancelled, KeyboardInterrupt):
        return


def _shown(seen: Seen) -> Group:
    """The table, and under it what a person should know."""
    table = Table(box=None, pad_edge=False)
    for title in _COLUMNS:
        table.add_column(title, overflow="fold")
    for network in seen.networks():
        table.add_row(*_cells(network, seen), style="dim" if seen.gone(network) else None)
    looks = words.count(seen.looks, "look around", "looks around")
    title = (
        f"{words.count(len(table.rows), 'network')} after {looks}. {_LEGEND}" if seen.looks else "Looking around ..."
    )
    # Text, never markup: a network may be called "[red]".
    return Group(Text(title), table, *(Text(remark, style="yellow") for remark in seen.remarks))


def _cells(network: BasicServiceSet, seen: Seen) -> tuple[Text, ...]:
    signal = seen.signal(network)
    pmf = words.NOT_TOLD if network.pmf is None else words.PMFS[network.pmf]
    return (
        Text("*" if network.associated else ""),
        Text(_name(network), style="bold" if network.associated else ""),
        Text(_channel(network)),
        Text(words.SECURITIES[network.security], style="red" if network.security in WEAK else ""),
        Text(words.wps(network.wps), style="red" if network.wps is not None and network.wps.present else ""),
        Text(pmf, style="red" if network.pmf is Pmf.NONE and network.security not in WEAK else ""),
        Text("not heard now" if seen.gone(network) else "?" if signal is None else f"{signal:.0f} dBm"),
    )


def _channel(network: BasicServiceSet) -> str:
    channel = "?" if network.channel is None else str(network.channel)
    return f"{channel} ({network.band} GHz)" if network.band else channel


def _name(network: BasicServiceSet) -> str:
    """The name as it may be shown: `Joiner` cleaned it of what terminals obey."""
    return network.ssid or "(hidden name)"


def _lines(seen: Seen, said: dict[object, str], out: Console) -> None:
    """A line for each network that is new, or offers something else than before."""
    for network in seen.networks():
        mark, name, channel, encryption, wps, pmf, signal = (cell.plain for cell in _cells(network, seen))
        address = str(network.bssid).replace("-", ":").lower() if network.bssid is not None else "address not told"
        # The name is last: it can look like anything, and everything before it is true.
        offer = (
            f"{address}{', connected' if mark else ''}, channel {channel}: encryption {encryption}; WPS {wps}; "
            f"protected management frames {pmf}"
        )
        key = network.bssid or (network.ssid, network.channel)
        if said.get(key) != f"{offer} {name}":
            _remember(said, key, f"{offer} {name}")
            out.print(Text(f"{offer}; {signal}; called {name}"), soft_wrap=True)
    for remark in seen.remarks:
        if remark not in said:
            _remember(said, remark, remark)
            out.print(Text(remark), soft_wrap=True)


def _remember(said: dict[object, str], key: object, text: str) -> None:
    said.pop(key, None)
    if len(said) >= MOST_SAID:
        del said[next(iter(said))]
    said[key] = text
