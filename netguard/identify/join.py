"""Machines with two network cards on the same segment: two MACs that are one device, on strong evidence only. Pure.

What a person loses when two devices are wrongly taken for one is worse than one listed twice, so both cards must show
that they are the same machine, nothing may speak against it, and no third device may show the same. A host that passes
connections on to another one can show the other's key: that is why a note says what was joined and why, and why the
joined device keeps the addresses, MACs and services of both.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from netaddr import IPAddress

from netguard.identify.marks import KEYS, Marks, contradict
from netguard.identify.merge import Cluster
from netguard.model.address import in_order_of_use

KINDS = frozenset({"tls.key", "ssh.key", "host.address"})
"""Kinds of fact without one of which two MACs are never joined, apart from answering for the same addresses."""

FEWEST = 2
"""IPv4 addresses of a machine whose two cards both answer for all of them: one for each card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two clusters, by their place, that are one machine."""

    first: int
    second: int
    by_key: bool
    """Whether each card by itself showed the machine's key; without that nothing that guards a door is joined."""
    why: str


def pairs(
    clusters: Sequence[Cluster],
    marks: Sequence[Marks],
    identities: Sequence[frozenset[str]],
    apart: frozenset[frozenset[str]],
    at: Callable[[IPAddress], Marks],
) -> tuple[Pair, ...]:
    """The clusters that are one machine in twos. One that could be one with two others is with neither.

    `marks` and `identities` (`kind:value`) are what each cluster shows, `at` what an address shows, `apart` the pairs
    of identities that a person said are two devices.
    """
    able = [n for n, c in enumerate(clusters) if c.mac is not None and not c.is_gateway and not c.is_vantage]
    split = {text for pair in apart for text in pair}
    # Who is never joined counts here all the same: a key that the gateway shows too is no single machine's.
    bearers = Counter((kind, key) for shown in marks for kind in KEYS for key in shown.ids.get(kind, ()))
    found: list[Pair] = []
    for first, second in sorted(_candidates(able, clusters, marks)):
        pair = (
            _by_key(first, second, marks, bearers)
            or _by_claims(first, second, clusters, marks)
            or _by_answers(first, second, clusters, marks, bearers, at)
        )
        if pair is None or contradict(marks[first], marks[second]):
            continue
        if split and _apart(identities[first], identities[second], apart):
            continue
        found.append(pair)
    busy: dict[int, int] = defaultdict(int)
    for pair in found:
        busy[pair.first] += 1
        busy[pair.second] += 1
    return tuple(pair for pair in found if busy[pair.first] == busy[pair.second] == 1)


def joined(one: Cluster, other: Cluster, why: str) -> Cluster:
    """Both as one device. Its MAC is the one of its first address."""
    addresses = in_order_of_use((*one.addresses, *other.addresses))
    first, second = (one, other) if addresses and addresses[0] in one.addresses else (other, one)
    return dataclasses.replace(
        first,
        addresses=addresses,
        sightings=(*first.sightings, *second.sightings),
        notes=(f"it has two network cards, {first.mac} and {second.mac}: {why}", *first.notes, *second.notes),
        more_macs=second.macs,
        disputed=frozenset(),
    )


def _candidates(able: Iterable[int], clusters: Sequence[Cluster], marks: Sequence[Marks]) -> set[tuple[int, int]]:
    """Pairs worth a closer look, found without comparing every cluster with every other one."""
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_dispute: dict[frozenset[IPAddress], list[int]] = defaultdict(list)
    by_address: dict[str, int] = {}
    allowed = frozenset(able)
    for number, shown in enumerate(marks):
        for kind in KEYS:
            for value in shown.ids.get(kind, ()):
                by_key[kind, value].append(number)
        by_address.update({str(address): number for address in clusters[number].addresses})
    for number in able:
        if len(clusters[number].disputed) >= FEWEST:
            by_dispute[clusters[number].disputed].append(number)
    found = {(each[0], each[1]) for each in (*by_key.values(), *by_dispute.values()) if len(each) == FEWEST}
    claimed = {(number, by_address[text]) for number in able for text in marks[number].claims & by_address.keys()}
    found |= {(one, other) for one, other in claimed if one < other and (other, one) in claimed}
    return {pair for pair in found if allowed.issuperset(pair)}


def _by_key(first: int, second: int, marks: Sequence[Marks], bearers: Mapping[tuple[str, str], int]) -> Pair | None:
    """The same key at both and at nobody else, and a name that one device on a link can have, or the same UPnP id.

    A DHCP name is not enough: devices of one model often have both their key and that name from the factory.
    """
    one, other = marks[first], marks[second]
    nothing: frozenset[str] = frozenset()
    same = [(kind, key) for kind in KEYS for key in sorted(one.ids.get(kind, nothing) & other.ids.get(kind, nothing))]
    if not same or any(bearers[each] > FEWEST for each in same):
        return None
    if one.bears(other):
        what = "host name"
    elif one.shares(other, ("upnp",)):
        what = "UPnP id"
    else:
        return None
    why = f"both show the same {same[0][0].upper()} key and the same {what}"
    return Pair(first=first, second=second, by_key=True, why=why)


def _by_claims(first: int, second: int, clusters: Sequence[Cluster], marks: Sequence[Marks]) -> Pair | None:
    """Each says under the same mDNS name that the other's address is its own."""
    one, other = marks[first], marks[second]
    if not one.bears(other, ("mdns",)):
        return None
    if one.claims.isdisjoint(map(str, clusters[second].addresses)):
        return None
    if other.claims.isdisjoint(map(str, clusters[first].addresses)):
        return None
    why = "each says under the same name that the other's address is its own"
    return Pair(first=first, second=second, by_key=False, why=why)


def _by_answers(
    first: int,
    second: int,
    clusters: Sequence[Cluster],
    marks: Sequence[Marks],
    bearers: Mapping[tuple[str, str], int],
    at: Callable[[IPAddress], Marks],
) -> Pair | None:
    """Both cards answer ARP for the same addresses, one for each card at least, and these are one machine.

    Linux answers so by itself (arp_ignore 0 in its ip-sysctl documentation). Whoever forges answers for one address of
    another machine, or has an address of its own, is not taken in by this: the addresses have to be the same ones.
    """
    addresses = sorted(clusters[first].disputed)
    if len(addresses) < FEWEST or clusters[second].disputed != clusters[first].disputed:
        return None
    held = {a for n in (first, second) for a in clusters[n].addresses if a.version == 4}
    if held != set(addresses):
        return None
    shown = [at(address) for address in addresses]
    borne = Counter((kind, key) for n in (first, second) for kind in KEYS for key in marks[n].ids.get(kind, ()))
    if any(bearers[each] > number for each, number in borne.items()):
        return None
    if not all(one.bears(other) and one.shares(other, KEYS) for one, other in combinations(shown, 2)):
        return None
    why = f"both answer for {', '.join(map(str, addresses[:4]))}, which show the same key and the same host name"
    return Pair(first=first, second=second, by_key=False, why=why)


def _apart(one: frozenset[str], other: frozenset[str], apart: frozenset[frozenset[str]]) -> bool:
    return any(len(pair) == FEWEST and pair & one and pair & other and pair <= one | other for pair in apart)
