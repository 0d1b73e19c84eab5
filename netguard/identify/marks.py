"""What an address or a device shows of who it is: its own names, its ids, its keys, the addresses it says it has. Pure.

Only what a device says of itself counts. Names that the network gives (a router's reverse names) tell nothing here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netaddr import IPAddress

from netguard.identify import identity
from netguard.model.observation import MAX_ITEMS, Fact, Sighting

OWN_WORDS = frozenset({"mdns", "netbios", "dhcp"})
"""Protocols in which a device names itself."""

UNIQUE_NAMES = ("mdns", "netbios")
"""Protocols that let one device on a link bear a name (RFC 6762, 8; RFC 1001, 15.1.3); DHCP lets all bear the same."""

IDS = ("homekit", "hue", "upnp")
"""Ids that one device shows one of, or a fixed set of; Matter's are one for each home it was added to."""

KEYS = ("tls", "ssh")
"""Keys that nobody can show without holding them."""

MAX_CLAIMS = 4 * MAX_ITEMS
"""Addresses kept that one device says are its own; stops one that claims a whole network."""

_COMPUTER = re.compile(r"(.*)<(?:00|20)>")
"""Workstation and server service: the computer's own name (Microsoft, MS-NBTE); other suffixes hold users and groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is shown, by protocol and by kind of identity; a kind that is not there was not shown."""

    names: Mapping[str, frozenset[str]]
    """By protocol of `OWN_WORDS`, first labels in small letters."""
    ids: Mapping[str, frozenset[str]]
    """By kind of `IDS` and `KEYS`."""
    claims: frozenset[str] = frozenset()
    """Addresses it says are its own, besides the one it speaks from, as text in its usual form."""

    def __bool__(self) -> bool:
        return bool(self.names or self.ids)

    @property
    def all_names(self) -> frozenset[str]:
        """Its own names, whatever protocol it said them in."""
        return frozenset().union(*self.names.values())

    def shares(self, other: "Marks", kinds: Iterable[str]) -> bool:
        """Whether both show the same id or key of one of `kinds`."""
        return any(self.ids.get(kind, frozenset()) & other.ids.get(kind, frozenset()) for kind in kinds)

    def bears(self, other: "Marks", protocols: Iterable[str] = UNIQUE_NAMES) -> bool:
        """Whether both say the same name in the same one of `protocols`."""
        return any(self.names.get(each, frozenset()) & other.names.get(each, frozenset()) for each in protocols)


NOTHING = Marks(names={}, ids={})


def of(sightings: Iterable[Sighting], probed: Iterable[Fact], held: Iterable[IPAddress]) -> Marks:
    """The marks in `sightings` of one address or device that holds `held`, and in what probes learnt of it."""
    said: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    heard = tuple(sightings)
    for sighting in heard:
        if sighting.source in OWN_WORDS:
            said[sighting.source] += sighting.hostnames
    sources = [(s.source, fact) for s in heard for fact in s.facts] + [("", fact) for fact in probed]
    for source, fact in sources:
        for text in fact.value if isinstance(fact.value, tuple) else (fact.value,):
            if not isinstance(text, str):
                continue
            texts[fact.kind].append(text)
            if fact.kind == "host.name" and source in OWN_WORDS:
                said[source].append(text)
            elif fact.kind == "netbios.name" and (computer := _COMPUTER.fullmatch(text)):
                said["netbios"].append(computer[1])
    own = tuple(held)
    names = {source: identity.telling(words, own) for source, words in said.items()}
    ids: dict[str, set[str]] = defaultdict(set)
    for told in identity.told(texts):
        ids[told.kind].add(told.value)
    return Marks(
        names={source: kept for source, kept in names.items() if kept},
        ids={kind: frozenset(ids[kind]) for kind in (*IDS, *KEYS) if kind in ids},
        claims=frozenset(sorted(set(texts.get("host.address", ())))[:MAX_CLAIMS]),
    )


def contradict(one: Marks, other: Marks) -> bool:
    """Whether what two show cannot be one machine's: two ids or names of one kind, with nothing in common.

    Different TLS keys prove it only where nothing else is the same: one server shows several for its several names.
    """
    for kind in (*IDS, "ssh"):
        if _apart(one.ids.get(kind), other.ids.get(kind)):
            return True
    if any(_apart(one.names.get(protocol), other.names.get(protocol)) for protocol in OWN_WORDS):
        return True
    same = one.shares(other, (*IDS, "ssh")) or bool(one.all_names & other.all_names)
    return not same and _apart(one.ids.get("tls"), other.ids.get("tls"))


def strangers(one: Marks, other: Marks) -> bool:
    """Whether what two IPv6 addresses, or one and an IPv4 address, show cannot be one machine's.

    Asks for more than `contradict`: a machine's programs for IPv4 and for IPv6 may be different ones, each with an UPnP
    id, a TLS key and a name of its own. So a contradiction counts only where nothing at all is the same, and only in
    what belongs to the machine and to no single program: its mDNS name, its HomeKit or Hue id, its SSH key.
    """
    if one.shares(other, (*IDS, *KEYS)) or one.all_names & other.all_names:
        return False
    if any(_apart(one.ids.get(kind), other.ids.get(kind)) for kind in ("homekit", "hue", "ssh")):
        return True
    return _apart(one.names.get("mdns"), other.names.get("mdns"))


def together(shown: Iterable[Marks]) -> Marks:
    """Everything that several addresses of one machine show."""
    names: dict[str, frozenset[str]] = {}
    ids: dict[str, frozenset[str]] = {}
    claims: frozenset[str] = frozenset()
    for each in shown:
        names |= {source: names.get(source, frozenset()) | said for source, said in each.names.items()}
        ids |= {kind: ids.get(kind, frozenset()) | values for kind, values in each.ids.items()}
        claims |= each.claims
    return Marks(names=names, ids=ids, claims=claims)


def _apart(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return bool(one and other and not one & other)
