"""From a choice to the `Surroundings` that the rest of netguard works with; the same for every system. Pure."""

from dataclasses import dataclass

from netaddr import IPAddress

from netguard.model.address import in_order_of_use
from netguard.model.surroundings import Interface, Neighbour, Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.vantage import _capabilities as words
from netguard.vantage._choose import Choice, gateways_of
from netguard.vantage._parsed import Link, Situation, tidy

TOOLS = ("nmap", "nft", "iw", "nmcli")
"""The optional programs that `Surroundings.tools` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a back-end found out besides interfaces and routes."""

    os: str
    neighbours: tuple[Neighbour, ...] | None
    """None when the neighbour table could not be read."""
    dns: tuple[IPAddress, ...]
    tools: tuple[str, ...]
    rights: frozenset[str]
    """Of `raw-sockets` and `network-admin`."""
    can_scan_wifi: bool
    ssid: str | None = None


def own_addresses(situation: Situation) -> frozenset[IPAddress]:
    """Every address of this computer."""
    return frozenset(a.address for link in situation.links for a in link.addresses)


def surroundings(situation: Situation, choice: Choice, read: Read) -> Surroundings:
    """All that is known, with the chosen interface as the vantage."""
    neighbours = tidy(read.neighbours or (), own_addresses(situation))
    return Surroundings(
        vantage=Vantage(
            os=read.os,
            interface=choice.link.name,
            address=choice.assigned.address,
            mac=choice.link.mac,
            segment=Segment(prefix=choice.assigned.prefix.cidr, ssid=read.ssid),
            gateway=_next_hop(choice.gateway, neighbours),
            capabilities=_capabilities(situation, choice.link, read),
            privileged=words.RAW_SOCKETS in read.rights,
        ),
        interfaces=tuple(_interface(link, situation, choice, read.ssid) for link in _shown(situation)),
        prefixes=choice.prefixes,
        neighbours=neighbours,
        dns=tuple(dict.fromkeys(read.dns)),
        tools=tuple(sorted(read.tools)),
        remarks=choice.remarks,
    )


def _next_hop(gateway: IPAddress | None, neighbours: tuple[Neighbour, ...]) -> NextHop | None:
    if gateway is None:
        return None
    return NextHop(address=gateway, mac=next((n.mac for n in neighbours if n.address == gateway), None))


def _capabilities(situation: Situation, chosen: Link, read: Read) -> tuple[str, ...]:
    has = set(read.rights)
    if read.neighbours is not None:
        has.add(words.NEIGHBOUR_TABLE)
    if chosen.multicast and chosen.kind != "tunnel":
        has.add(words.MULTICAST)
    if any(link.kind == "wifi" and link.up and link.addresses for link in situation.links):
        has.add(words.WIFI_LINK)
    if read.can_scan_wifi:
        has.add(words.WIFI_SCAN)
    if "nmap" in read.tools:
        has.add(words.NMAP)
    return tuple(sorted(has))


def _shown(situation: Situation) -> list[Link]:
    return sorted((link for link in situation.links if link.up and link.addresses), key=lambda link: link.name)


def _interface(link: Link, situation: Situation, choice: Choice, ssid: str | None) -> Interface:
    return Interface(
        name=link.name,
        kind=link.kind,
        mac=link.mac,
        addresses=in_order_of_use(tuple(a.address for a in link.addresses)),
        prefixes=tuple(sorted({a.prefix.cidr for a in link.addresses}, key=lambda p: (p.version, int(p.ip)))),
        gateways=gateways_of(link, situation.routes),
        ssid=ssid if link.name == choice.link.name else None,
    )
