"""From sightings and facts to devices. Pure: it opens nothing and knows no time; the same input, the same devices."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from netaddr import IPAddress

from netguard.identify import evidence, expected, identity, join, marks, matching, merge, names
from netguard.model import ports
from netguard.model.address import is_randomised
from netguard.model.device import Coverage, Device, Identity, Service, SightingNote
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    INFRASTRUCTURE_ROLES,
    Confidence,
    PortState,
    Role,
    Transport,
)
from netguard.rules.loader import Rules
from netguard.rules.schema import DeviceRecord

MAX_HOSTNAMES = 16
"""Names kept of one device; stops one that answers with a new name each time."""

MAX_NOTES_OF_SOURCE = 8
"""Sightings of one protocol that the document keeps for one device."""

MAX_NOTES = 32
"""Sightings that the document keeps for one device."""

THIS_COMPUTER = "this computer"

_GUARDED = DOOR_ROLES | HUB_ROLES | {Role.ALARM}
"""What is joined with another MAC only when both showed its key: it must not vanish into a device that copies its words."""

_STATES = (PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.OPEN_OR_FILTERED)
"""Which answer to believe when two probes saw a port differently: the more definite one."""


def devices(
    sightings: tuple[Sighting, ...],
    facts: Mapping[IPAddress, tuple[tuple[str, Fact], ...]],
    services: tuple[Service, ...],
    coverage: tuple[Coverage, ...],
    surroundings: Surroundings,
    rules: Rules,
    *,
    apart: frozenset[frozenset[str]] = frozenset(),
) -> tuple[Device, ...]:
    """The devices on the network, sorted by first address and MAC; each has a key that no other has.

    `facts` are what probes learnt, by the address they asked, as (probe's id, fact). `services` and `coverage` go to
    whoever holds their address; a port that was asked does not make a device, one that answered does. `apart` are
    pairs of identities, each as `kind:value`, that the person said are two devices: they are never joined.
    """
    answered = {a for a, known in facts.items() if known} | {s.address for s in services if s.state is PortState.OPEN}
    probed = {address: tuple(fact for _, fact in known) for address, known in facts.items()}
    clusters = merge.merge(
        sightings,
        surroundings,
        answered,
        facts=probed,
        is_infrastructure=lambda shown: _role(shown, rules) in INFRASTRUCTURE_ROLES,
        apart=apart,
    )
    clusters = tuple(cluster for cluster in clusters if _is_here(cluster, answered))
    drafts = _one_machine_once([_Draft(cluster, probed, rules) for cluster in clusters], probed, rules, apart)
    settled = identity.without_shared([draft.identities for draft in drafts])
    open_to = _by_address(services)
    asked = _by_address(coverage)
    return tuple(
        draft.device(own, _at(open_to, draft), _at(asked, draft), rules)
        for draft, own in zip(drafts, settled, strict=True)
    )


def _is_here(cluster: merge.Cluster, answered: set[IPAddress]) -> bool:
    """Whether anything shows that it is on the network now, and not only that it was."""
    if cluster.is_vantage or cluster.is_gateway or not answered.isdisjoint(cluster.addresses):
        return True
    return any(not sighting.hearsay for sighting in cluster.sightings)


def _role(shown: tuple[Fact, ...], rules: Rules) -> Role:
    """What an address alone would be taken for."""
    return evidence.decide(matching.Trace(texts=_texts(shown)), matching.index_of(rules.devices)).role


_Placed = TypeVar("_Placed", Service, Coverage)


def _by_address(found: tuple[_Placed, ...]) -> dict[IPAddress, list[_Placed]]:
    placed: dict[IPAddress, list[_Placed]] = defaultdict(list)
    for each in found:
        placed[each.address].append(each)
    return placed


def _at(placed: dict[IPAddress, list[_Placed]], draft: "_Draft") -> tuple[_Placed, ...]:
    return tuple(each for address in draft.cluster.addresses for each in placed.get(address, ()))


def _one_machine_once(
    drafts: list["_Draft"],
    probed: Mapping[IPAddress, tuple[Fact, ...]],
    rules: Rules,
    apart: frozenset[frozenset[str]],
) -> list["_Draft"]:
    """`drafts` with machines that have two network cards made one, in the order of devices."""
    clusters = [draft.cluster for draft in drafts]
    shown = merge.Shown((s for c in clusters for s in c.sightings), probed)
    own = [draft.marks() for draft in drafts]
    named = [frozenset(f"{i.kind}:{i.value}" for i in draft.identities) for draft in drafts]
    left: dict[int, _Draft] = dict(enumerate(drafts))
    for pair in join.pairs(clusters, own, named, apart, shown):
        both = _Draft(join.joined(clusters[pair.first], clusters[pair.second], pair.why), probed, rules)
        roles = {each.verdict.role for each in (both, drafts[pair.first], drafts[pair.second])}
        if pair.by_key or not roles & _GUARDED:
            left[pair.first] = both
            del left[pair.second]
    return sorted(left.values(), key=lambda draft: merge.place(draft.cluster))


class _Draft:
    """One cluster while its parts are found out; `device` is the result."""

    def __init__(self, cluster: merge.Cluster, probed: Mapping[IPAddress, tuple[Fact, ...]], rules: Rules) -> None:
        self.cluster = cluster
        self.learnt = tuple(fact for address in cluster.addresses for fact in probed.get(address, ()))
        self.facts = (*(f for s in cluster.sightings for f in s.facts), *self.learnt)
        self.hostnames = _hostnames(cluster.sightings, self.facts)
        self.texts = _texts(self.facts)
        trace = matching.Trace(
            mac=cluster.mac,
            more_macs=cluster.more_macs,
            is_gateway=cluster.is_gateway,
            hostnames=self.hostnames,
            texts=self.texts,
        )
        if cluster.is_vantage:
            self.verdict = evidence.Verdict(role=Role.COMPUTER, confidence=Confidence.CONFIRMED)
        else:
            self.verdict = evidence.decide(trace, matching.index_of(rules.devices))
        self.vendor = self._vendor(rules)
        self.identities = identity.identities(
            macs=cluster.macs,
            addresses=cluster.addresses,
            hostnames=self.hostnames,
            texts=self.texts,
            vendor=self.vendor,
            role=self.verdict.role,
        )

    def marks(self) -> marks.Marks:
        """What it shows that could make it one machine with another MAC; nothing when it has no such thing."""
        if not self.cluster.disputed and not self.texts.keys() & join.KINDS:
            return marks.NOTHING
        return marks.of(self.cluster.sightings, self.learnt, self.cluster.addresses)

    def _vendor(self, rules: Rules) -> str | None:
        record = self.verdict.record
        if record is not None and record.vendor is not None:
            return record.vendor
        made = rules.vendors.name(self.cluster.mac) if self.cluster.mac is not None else None
        return made or names.manufacturer(self.texts)

    def device(
        self, own: tuple[Identity, ...], services: tuple[Service, ...], coverage: tuple[Coverage, ...], rules: Rules
    ) -> Device:
        """The device, recognised by `own`, which no other device shows."""
        cluster, record = self.cluster, self.verdict.record
        inbound = expected.Inbound.of(record, self.facts, rules.ports)
        return Device(
            key=identity.key(own),
            identities=own,
            name=THIS_COMPUTER if cluster.is_vantage else names.name(self.hostnames, self.texts, record),
            addresses=cluster.addresses,
            mac=cluster.mac,
            mac_randomised=is_randomised(cluster.mac) if cluster.mac is not None else None,
            vendor=self.vendor,
            model=self.verdict.model or names.model(self.texts),
            role=self.verdict.role,
            profile=record.id if record is not None else None,
            power=record.power if record is not None else None,
            confidence=self.verdict.confidence,
            hostnames=self.hostnames,
            firmware=names.firmware(self.texts),
            services=_services(services, inbound),
            coverage=_coverage(coverage),
            sightings=self._notes(own, record),
        )

    def _notes(self, own: tuple[Identity, ...], record: DeviceRecord | None) -> tuple[SightingNote, ...]:
        details = list(self.cluster.notes)
        if record is not None:
            details.append(f"recognised by the record {record.id}")
        if self.verdict.note is not None:
            details.append(self.verdict.note)
        shared = [each.kind for each in self.identities if each not in own]
        if "upnp" in shared:
            details.append("the same UPnP id is shown by two devices")
        if shared:
            details.append(f"{len(shared)} of its identifiers are shown by another device too and were set aside")
        if loud := self.texts.get("link.flood"):
            details.append(
                f"it said more by {', '.join(loud)} than netguard reads of one device; the rest was not read"
            )
        notes = [SightingNote(source="identify", detail=detail) for detail in details]
        by_source: dict[str, list[SightingNote]] = defaultdict(list)
        for source, detail in sorted({(s.source, s.detail) for s in self.cluster.sightings}):
            by_source[source].append(SightingNote(source=source, detail=detail))
        notes.extend(note for kept in by_source.values() for note in kept[:MAX_NOTES_OF_SOURCE])
        return tuple(notes[:MAX_NOTES])


def _hostnames(sightings: tuple[Sighting, ...], facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """Every name it goes by, each once whatever its case, sorted."""
    said = [n for s in sightings for n in s.hostnames]
    said += [text for fact in facts if fact.kind == "host.name" for text in _as_texts(fact)]
    unique = {name.rstrip(".").lower(): name.rstrip(".") for name in sorted(said, reverse=True) if name.strip(". ")}
    return tuple(unique[low] for low in sorted(unique))[:MAX_HOSTNAMES]


def _texts(facts: tuple[Fact, ...]) -> dict[str, tuple[str, ...]]:
    """The facts' values as text, by kind, each once, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        found[fact.kind].update(_as_texts(fact))
    return {kind: tuple(sorted(texts)) for kind, texts in sorted(found.items())}


def _as_texts(fact: Fact) -> tuple[str, ...]:
    items = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in items if v is not None)


def _services(found: tuple[Service, ...], inbound: expected.Inbound) -> tuple[Service, ...]:
    """One service per port, with what all probes said about it together."""
    by_port: dict[tuple[int, int, Transport, int], list[Service]] = defaultdict(list)
    for service in found:
        by_port[service.address.version, int(service.address), service.transport, service.port].append(service)
    return tuple(_joined(by_port[port], inbound) for port in sorted(by_port))


def _joined(same: list[Service], inbound: expected.Inbound) -> Service:
    ranked = sorted(
        same, key=lambda s: (_STATES.index(s.state), repr((s.name or "~", s.product or "~", s.version or "~")))
    )
    best = ranked[0]
    agreeing = [s for s in ranked if s.state is best.state]
    # Product and version belong together, so both come from the same probe's answer.
    product = next((s for s in agreeing if s.product and s.version), None)
    product = product or next((s for s in agreeing if s.product or s.version), best)
    return Service(
        address=best.address,
        transport=best.transport,
        port=best.port,
        state=best.state,
        name=next((s.name for s in agreeing if s.name), None),
        product=product.product,
        version=product.version,
        expected=inbound.allows(best.transport, best.port),
    )


def _coverage(asked: tuple[Coverage, ...]) -> tuple[Coverage, ...]:
    """What was asked, one line per address, transport and engine."""
    union: dict[tuple[int, int, Transport, str], set[str]] = defaultdict(set)
    addresses: dict[tuple[int, int], IPAddress] = {}
    for each in asked:
        where = (each.address.version, int(each.address))
        addresses[where] = each.address
        union[(*where, each.transport, each.engine)].add(each.ports)
    return tuple(
        Coverage(
            address=addresses[line[0], line[1]],
            transport=line[2],
            ports=_united(frozenset(union[line])),
            engine=line[3],
        )
        for line in sorted(union)
    )


@lru_cache(maxsize=64)
def _united(texts: frozenset[str]) -> str:
    """The ports in any of `texts`; most devices were asked the same ones."""
    return ports.render(frozenset().union(*map(ports.parse, texts)))
