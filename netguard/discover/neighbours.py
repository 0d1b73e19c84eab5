"""The kernel's neighbour table: who this computer has lately spoken with. Sends nothing; read after the others made it fill."""

from collections.abc import Iterator

from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting
from netguard.net.access import Net

AFTER = frozenset({"arp", "ndp", "ping", "mdns", "mndp", "ssdp"})
LISTENS = False


def skip(ask: Ask) -> str | None:
    """Why it cannot run here: never."""
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every neighbour on the interface that is a target."""
    for neighbour in ask.neighbours():
        if ask.is_target(neighbour.address) and not neighbour.address.is_multicast():
            yield Sighting(
                source="neighbours",
                detail=f"{neighbour.address} is at {neighbour.mac}",
                address=neighbour.address,
                mac=neighbour.mac,
                facts=(Fact(kind="link.reply", value="neighbour-table"),) if neighbour.reachable else (),
            )
