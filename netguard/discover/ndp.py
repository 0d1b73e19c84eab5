"""IPv6 neighbours (RFC 4861): ask everybody on the link for an echo, and hear who advertises an address. Needs root.

An MLDv2 query (RFC 3810) would also wake those that ignore such an echo, Windows for one. None is sent: the lowest address
that queries becomes the querier, and the router that was it falls silent for minutes (RFC 3810, 7.6.2), after which
switches forget who listens to which group. Those devices are found by ARP, mDNS and the neighbour table.
"""

import random
from collections import Counter
from collections.abc import Iterator

from netaddr import EUI, IPAddress

from netguard.discover import _icmpv6 as icmpv6
from netguard.discover._contract import Ask
from netguard.model.observation import Fact, Sighting
from netguard.net.access import Net

AFTER: frozenset[str] = frozenset()
LISTENS = False

QUIET_SECONDS = 0.2
"""A round is over when nobody has answered for this long: all answer at once, and a Wi-Fi beacon comes every 0.1 s."""

LAST_QUIET_SECONDS = 0.35
"""The wait of the round that adds nobody, which ends it: power-saving stations get multicast at every third beacon or so."""

MOST_ROUNDS = 4
"""Rounds at most, so that a stream of made-up answers cannot keep it going."""

ROUND_SECONDS = 3.0
"""Longest wait for one round's answers, however much is heard."""

MAX_SOURCES = 8
"""Addresses of ours that answers are asked for to: bounds what a router that hands out many prefixes makes us send."""

MAX_ADDRESSES = 32
"""Addresses believed of one sender: honest hosts have a link-local one and some temporary ones for each prefix (RFC 8981);
stops one that answers with made-up ones."""

MAX_FOUND = 2048
"""Addresses believed in all; stops made-up MACs."""

_SAID = {
    icmpv6.ECHO_REPLY: "answered",
    icmpv6.ROUTER_SOLICITATION: "asked for routers",
    icmpv6.ROUTER_ADVERTISEMENT: "says that it is a router",
    icmpv6.NEIGHBOUR_SOLICITATION: "asked for a neighbour",
    icmpv6.NEIGHBOUR_ADVERTISEMENT: "advertised it",
}


def skip(ask: Ask) -> str | None:
    """Why it cannot run here; None when it can."""
    if not ask.raw_packets:
        return "raw packets need root"
    if ask.surroundings.vantage.mac is None:
        return "this interface has no MAC address, so there is no neighbour discovery on it"
    if not sources(ask):
        return "this interface has no IPv6 address"
    if not any(network.version == 6 for network in ask.targets) and not ask.is_whole:
        return "no IPv6 address was asked for"
    return None


def sources(ask: Ask) -> tuple[IPAddress, ...]:
    """Our link-local address and one of each IPv6 prefix on the link: hosts answer from an address of the same kind."""
    own = [a for a in ask.own_addresses if a.version == 6]
    chosen = [next((a for a in own if a.is_link_local()), None)]
    chosen += [next((a for a in own if a in p), None) for p in ask.surroundings.prefixes if p.version == 6]
    found = dict.fromkeys(a for a in chosen if a is not None)
    return tuple(found or dict.fromkeys(own))[:MAX_SOURCES]


def discover(ask: Ask, net: Net) -> Iterator[Sighting]:
    """One sighting for every (address, MAC) that was heard. Asks again until a round adds nobody."""
    own_mac = ask.surroundings.vantage.mac
    assert own_mac is not None  # noqa: S101 - skip() said so
    own = frozenset(ask.own_addresses)
    # No secret: whoever is on the link reads it, too. It only tells our answers from others'.
    identifier = random.getrandbits(16)
    seen: set[icmpv6.Heard] = set()
    known: set[tuple[IPAddress, EUI]] = set()
    each: Counter[EUI] = Counter()
    with net.raw("ndp") as raw:
        for sequence in range(MOST_ROUNDS):
            added = False
            for source in sources(ask):
                raw.ask(icmpv6.echo(own_mac, source, identifier, sequence), icmpv6.ALL_NODES)
            for frame in raw.frames_until_quiet(QUIET_SECONDS, LAST_QUIET_SECONDS, ROUND_SECONDS):
                heard = icmpv6.parse(frame, identifier)
                if heard is None or heard in seen or own_mac in (heard.mac, heard.via) or heard.address in own:
                    continue
                if not ask.is_target(heard.address):
                    continue
                who = heard.address, heard.mac
                if who not in known:
                    sender = heard.via or heard.mac
                    if each[sender] >= MAX_ADDRESSES or len(known) >= MAX_FOUND:
                        continue
                    known.add(who)
                    each[sender] += 1
                    added = True
                seen.add(heard)
                yield _sighting(heard)
            if not added:
                return


def _sighting(heard: icmpv6.Heard) -> Sighting:
    facts = [Fact(kind="link.reply", value="ndp")]
    if heard.router is not None:
        facts.append(Fact(kind="link.router", value=heard.router))
    if heard.via is not None:
        facts.append(Fact(kind="link.via", value=str(heard.via)))
    return Sighting(
        source="ndp",
        detail=f"{heard.address} is at {heard.mac} ({_SAID[heard.kind]})",
        address=heard.address,
        mac=heard.mac,
        facts=tuple(facts),
    )
