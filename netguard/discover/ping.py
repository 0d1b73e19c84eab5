"""Harmless TCP connects to every address, for when there is no root: open and refused both mean that somebody is there."""

from collections.abc import Iterator

from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting
from netguard.model.vocabulary import PortState, Transport
from netguard.net.access import Net

AFTER: frozenset[str] = frozenset()
LISTENS = False

PORTS = (80, 443)
"""The two that firewalls on household devices most often let through or refuse aloud."""


def skip(ask: Ask) -> str | None:
    """Why it is not needed: ARP and neighbour discovery find more, with less."""
    if ask.raw_packets and ask.surroundings.vantage.mac is not None:
        return "ARP and neighbour discovery ask everybody already"
    return None


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every address that accepted or refused. The kernel's own ARP fills the neighbour table meanwhile."""
    hosts = [host for host in ask.hosts() if net.may_touch(host)]
    states = net.knock(hosts, PORTS)
    for host in hosts:
        said = {port: states.get((host, port)) for port in PORTS}
        if any(state in {PortState.OPEN, PortState.CLOSED} for state in said.values()):
            words = ", ".join(f"tcp/{port} {state}" for port, state in said.items() if state)
            yield Sighting(
                source="ping",
                detail=f"{host}: {words}",
                address=host,
                facts=(Fact(kind="link.reply", value="tcp", transport=Transport.TCP),),
            )
