"""From sightings and facts to devices. Pure: it opens nothing and knows no time; the same input, the same devices."""

from collections import defaultdict
from collections.abc import Mapping

from netaddr import IPAddress

from netguard.identify import evidence, expected, identity, merge, names
from netguard.model import ports
from netguard.model.address import is_randomised
from netguard.model.device import Coverage, Device, Identity, Service, SightingNote
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Surroundings
from netguard.model.vocabulary import Confidence, PortState, Role, Transport
from netguard.rules.loader import Rules
from netguard.rules.schema import DeviceRecord

MAX_HOSTNAMES = 16
"""Names kept of one device; stops one that answers with a new name each time."""

MAX_NOTES_OF_SOURCE = 8
"""Sightings of one protocol that the document keeps for one device."""

MAX_NOTES = 32
"""Sightings that the document keeps for one device."""

THIS_COMPUTER = "this computer"

_STATES = (PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.OPEN_OR_FILTERED)
"""Which answer to believe when two probes saw a port differently: the more definite one."""


def devices(
    sightings: tuple[Sighting, ...],
    facts: Mapping[IPAddress, tuple[tuple[str, Fact], ...]],
    services: tuple[Service, ...],
    coverage: tuple[Coverage, ...],
    surroundings: Surroundings,
    rules: Rules,
) -> tuple[Device, ...]:
    """The devices on the network, sorted by first address and MAC; each has a key that no other has.

    `facts` are what probes learnt, by the address they asked, as (probe's id, fact). `services` and `coverage` go to
    whoever holds their address; a port that was asked does not make a device, one that answered does.
    """
    answered = {a for a, known in facts.items() if known} | {s.address for s in services if s.state is PortState.OPEN}
    clusters = merge.merge(sightings, surroundings, answered)
    drafts = [_Draft(cluster, facts, rules) for cluster in clusters]
    settled = identity.without_shared([draft.identities for draft in drafts])
    return tuple(draft.device(own, services, coverage, rules) for draft, own in zip(drafts, settled, strict=True))


class _Draft:
    """One cluster while its parts are found out; `device` is the result."""

    def __init__(
        self, cluster: merge.Cluster, facts: Mapping[IPAddress, tuple[tuple[str, Fact], ...]], rules: Rules
    ) -> None:
        self.cluster = cluster
        probed = [pair for address in cluster.addresses for pair in facts.get(address, ())]
        self.facts = (*(f for s in cluster.sightings for f in s.facts), *(fact for _, fact in probed))
        self.hostnames = _hostnames(cluster.sightings, self.facts)
        self.texts = _texts(self.facts)
        trace = evidence.Trace(
            mac=cluster.mac, is_gateway=cluster.is_gateway, hostnames=self.hostnames, texts=self.texts
        )
        if cluster.is_vantage:
            self.verdict = evidence.Verdict(role=Role.COMPUTER, confidence=Confidence.CONFIRMED)
        else:
            self.verdict = evidence.decide(trace, rules.devices.values())
        self.vendor = self._vendor(rules)
        self.identities = identity.identities(
            mac=cluster.mac,
            addresses=cluster.addresses,
            hostnames=self.hostnames,
            texts=self.texts,
            vendor=self.vendor,
            role=self.verdict.role,
        )

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
        held = frozenset(cluster.addresses)
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
            services=_services([s for s in services if s.address in held], inbound),
            coverage=_coverage([c for c in coverage if c.address in held]),
            sightings=self._notes(len(self.identities) - len(own), record),
        )

    def _notes(self, shared: int, record: DeviceRecord | None) -> tuple[SightingNote, ...]:
        details = list(self.cluster.notes)
        if record is not None:
            details.append(f"recognised by the record {record.id}")
        if self.verdict.note is not None:
            details.append(self.verdict.note)
        if shared:
            details.append(f"{shared} of its identifiers are shown by another device too and were set aside")
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


def _services(found: list[Service], inbound: expected.Inbound) -> tuple[Service, ...]:
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


def _coverage(asked: list[Coverage]) -> tuple[Coverage, ...]:
    """What was asked, one line per address, transport and engine."""
    union: dict[tuple[int, int, Transport, str], set[int]] = defaultdict(set)
    addresses: dict[tuple[int, int], IPAddress] = {}
    for each in asked:
        where = (each.address.version, int(each.address))
        addresses[where] = each.address
        union[(*where, each.transport, each.engine)] |= ports.parse(each.ports)
    return tuple(
        Coverage(
            address=addresses[line[0], line[1]], transport=line[2], ports=ports.render(union[line]), engine=line[3]
        )
        for line in sorted(union)
    )
