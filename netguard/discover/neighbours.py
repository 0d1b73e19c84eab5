"""The kernel's neighbour table: who this computer has lately spoken with. Sends nothing; read after the others made it fill.

An entry that the kernel holds to be stale says who had an address, and not that it is still there: Linux keeps such
entries for as long as it has room (arp(7), gc_thresh1).
"""

import time
from collections.abc import Iterator

from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Neighbour
from netguard.net.access import Net

AFTER = frozenset({"arp", "mndp", "ndp", "ping", "mdns", "ssdp"})
LISTENS = False

SETTLE_SECONDS = 9.0
"""Longest wait for what the kernel makes of a stale entry that was just used: it waits five seconds for a sign, then asks
three times, a second apart (arp(7): delay_first_probe_time, ucast_solicit, retrans_time)."""

SETTLE_PAUSE = 0.5
"""Seconds between two looks at the table."""


def skip(ask: Ask) -> str | None:
    """Why it cannot run here: never."""
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every neighbour on the interface that is a target; hearsay where the kernel is not certain of it."""
    for neighbour in _settled(ask, net):
        if ask.is_target(neighbour.address) and not neighbour.address.is_multicast():
            yield Sighting(
                source="neighbours",
                detail=f"{neighbour.address} is at {neighbour.mac}",
                address=neighbour.address,
                mac=neighbour.mac,
                facts=(Fact(kind="link.reply", value="neighbour-table"),) if neighbour.reachable else (),
                hearsay=not neighbour.reachable,
            )


def _settled(ask: Ask, net: Net) -> tuple[Neighbour, ...]:
    """The table; without raw packets when the kernel has made up its mind.

    The connection attempts to a silent device are then all that shows whether it is there: the kernel asks by ARP itself.
    """
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        table = ask.neighbours()
        if ask.raw_packets or time.monotonic() >= end or not _in_doubt(table, ask, net):
            return table
        net.cancel.pause(SETTLE_PAUSE)


def _in_doubt(table: tuple[Neighbour, ...], ask: Ask, net: Net) -> bool:
    """Whether there is somebody who was tried, has said nothing, and of whom the kernel is not certain."""
    heard = set(ask.found())
    doubtful = (n.address for n in table if not n.reachable and n.address.version == 4 and n.address not in heard)
    return any(ask.is_target(address) and net.may_touch(address) for address in doubtful)
