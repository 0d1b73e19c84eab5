"""What one address said by multicast DNS, and what of it is about itself, about others, or about nobody. No sockets.

A record is taken for its speaker's own only where the speaker's own host name stands behind it. Border routers speak
for Thread devices (SRP advertising proxy), sleep proxies for computers that sleep: a hub that speaks for a lock is no lock.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from netaddr import IPAddress

from netguard.discover import _mdns_packets as packets
from netguard.model.observation import MAX_ITEMS, Fact, Sighting, clean
from netguard.model.vocabulary import Transport

ENUMERATION = "_services._dns-sd._udp.local"
"""RFC 6763, 9: asks for all service types."""

MAX_SIGHTINGS = 8
"""Sightings of `MAX_ITEMS` facts each for one address; a television with a dozen services needs two or three."""

MAX_ADDRESSES = 16
"""Addresses kept of one host name; a computer with IPv4, IPv6 and its temporary addresses has about ten."""

MAX_PROXIED = 32
"""Hosts that one address may speak for; a Thread network of a home has fewer, and one that makes them up fills no report."""

_NO_PORT = "_device-info._tcp"
"""Apple's, and what imitates it: TXT without SRV. It describes the speaker itself."""

Near = Callable[[IPAddress], bool]
"""Whether an address is on the link itself."""


@dataclass(slots=True)
class Instance:
    """One announced service, as far as it was heard."""

    port: int | None = None
    host: str | None = None
    """The SRV target, as it was said, without `.local`."""
    texts: tuple[str, ...] | None = None


@dataclass(slots=True)
class Talker:
    """Everything that `address` has said so far. `grown` counts what was new, for whoever waits for more."""

    address: IPAddress
    instances: dict[str, Instance] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    hosts: dict[str, set[IPAddress]] = field(default_factory=dict)
    """Host name in small letters to the addresses that it gives for it."""
    names: dict[str, str] = field(default_factory=dict)
    """The same names as they were said."""
    own: set[str] = field(default_factory=set)
    """Names in small letters that it says its own address has, by address record or by reverse name."""
    grown: int = 0
    reading: float = 0.0
    """Computing seconds spent on its packets."""
    cut: bool = False
    """Whether it said more than was read."""
    heard: set[int] = field(default_factory=set)
    """Hashes of its packets so far; the same one again says nothing new."""

    def note(self, record: packets.Record) -> None:
        """Add what `record` says, when there is room for it."""
        name = packets.local(record.name)
        if record.type == packets.PTR:
            self._note_pointer(name, packets.local(record.value))
        elif record.type in {packets.SRV, packets.TXT} and packets.service_type(name):
            self._note_instance(_with_type(name), record)
        elif record.type in {packets.A, packets.AAAA} and self._knows(name):
            given = self.hosts[name.lower()]
            address = IPAddress(record.value)
            if len(given) < MAX_ADDRESSES or address == self.address:
                self._add(given, address)
            if address == self.address:
                self._add(self.own, name.lower())

    def _note_pointer(self, name: str, value: str) -> None:
        if f"{name}.local".lower() == ENUMERATION:
            self._add(self.types, packets.known_type(value))
        elif service := packets.known_type(name):
            self._add(self.types, service)
            if value.lower().endswith(f".{service}"):
                self._instance(_with_type(value))
        elif name.lower() == packets.reverse_name(self.address) and self._knows(value):
            self._add(self.own, value.lower())

    def _note_instance(self, name: str, record: packets.Record) -> None:
        instance = self._instance(name)
        if instance is None:
            return
        if record.type == packets.TXT:
            self.grown += instance.texts != record.texts
            instance.texts = record.texts
            return
        host = packets.local(record.value)
        self.grown += (instance.port, instance.host) != (record.port, host)
        instance.port, instance.host = record.port, host if self._knows(host) else None

    def _instance(self, name: str) -> Instance | None:
        if name not in self.instances and len(self.instances) < MAX_ITEMS:
            self.instances[name] = Instance()
            self.grown += 1
        return self.instances.get(name)

    def _knows(self, host: str) -> bool:
        """Whether there is room for this host name; then it is kept."""
        low = host.lower()
        if low and low not in self.hosts and len(self.hosts) < MAX_ITEMS:
            self.hosts[low], self.names[low] = set(), host
            self.grown += 1
        return low in self.hosts

    def _add(self, into: "set[str] | set[IPAddress]", value: str | IPAddress) -> None:
        if value and value not in into and len(into) <= MAX_ITEMS:
            into.add(value)  # type: ignore[arg-type]
            self.grown += 1

    def vague(self) -> list[packets.Question]:
        """What to ask for to know its instances fully: SRV and TXT of each, and the addresses of hosts without any."""
        asked = [
            (f"{name}.local", kind)
            for name, instance in sorted(self.instances.items())
            if instance.host is None or instance.texts is None
            for kind in (packets.SRV, packets.TXT)
        ]
        bare = sorted({i.host.lower() for i in self.instances.values() if i.host and not self.hosts[i.host.lower()]})
        return asked + [(f"{self.names[name]}.local", kind) for name in bare for kind in (packets.A, packets.AAAA)]

    def said_anything(self) -> bool:
        """Whether anything was heard that could be read, or more than was read."""
        return bool(self.cut or self.instances or self.types or self.hosts)

    def own_names(self, near: Near) -> frozenset[str]:
        """Its own host names in small letters.

        Where no record gives its address a name, as with answers from a link-local address that is not published, the
        host behind its services is itself, unless that host is elsewhere. Of several, those that are on the link.
        """
        if self.own:
            return frozenset(self.own)
        targets = {i.host.lower() for i in self.instances.values() if i.host}
        if len(targets) == 1 and not any(self.hosts[t] for t in targets):
            return frozenset(targets)
        return frozenset(t for t in targets if self._may_be_here(self.hosts[t], near))

    def _may_be_here(self, given: set[IPAddress], near: Near) -> bool:
        """Whether a host with these addresses, of which none is the speaker's, may be the speaker all the same.

        One that speaks from an IPv4 address has that address in its IPv4 records, if it has any.
        """
        elsewhere = self.address.version == 4 and any(a.version == 4 for a in given)
        return not elsewhere and any(map(near, given))


def sightings(talkers: Iterable[Talker], near: Near, taken: Collection[IPAddress]) -> Iterator[Sighting]:
    """What all of them amount to: each speaker's own sightings, then those of the devices that others speak for.

    `taken` are addresses that somebody was seen at: what others say of these is left out, so that nobody can place a
    service onto a device that is there and speaks for itself. Left out and noted is also what has no address of its own.
    """
    speakers = sorted((t for t in talkers if t.said_anything()), key=lambda t: t.address)
    occupied = frozenset((*taken, *(t.address for t in speakers)))
    for talker in speakers:
        own = talker.own_names(near)
        others = _others(talker, own)
        yield from _own_sightings(talker, own, others)
        for host in sorted(others)[:MAX_PROXIED]:
            given = talker.hosts.get(host, set())
            free = sorted(a for a in given if _may_be_proxied(a, near) and a not in occupied)
            if host and free and not given & occupied:
                facts, texts = _facts(talker, others[host])
                yield Sighting(
                    source="mdns",
                    detail=f"{talker.address} announces {_listed(others[host])} for it",
                    address=free[0],
                    hostnames=(talker.names[host],),
                    facts=(*facts, *texts),
                )


def _others(talker: Talker, own: frozenset[str]) -> dict[str, list[str]]:
    """The instances that are somebody else's, by host name in small letters; by the empty name where none was heard.

    An instance without SRV is the speaker's own, but not where it is known to speak for others.
    """
    found: dict[str, list[str]] = {}
    for name, instance in sorted(talker.instances.items()):
        if instance.host is not None and instance.host.lower() not in own:
            found.setdefault(instance.host.lower(), []).append(name)
    if found:
        for name, instance in sorted(talker.instances.items()):
            if instance.host is None and packets.service_type(name) != _NO_PORT:
                found.setdefault("", []).append(name)
    return found


def _may_be_proxied(address: IPAddress, near: Near) -> bool:
    """Only IPv6 addresses of a home: those of Thread devices are unique local ones (RFC 4193) in a prefix of their own."""
    return (
        address.version == 6 and not address.is_link_local() and (bool(address.is_ipv6_unique_local()) or near(address))
    )


def _own_sightings(talker: Talker, own: frozenset[str], others: dict[str, list[str]]) -> Iterator[Sighting]:
    """What it is first, then what its TXT records say of it; several sightings when one cannot hold it all."""
    foreign = {name for names in others.values() for name in names}
    mine = [name for name in sorted(talker.instances) if name not in foreign]
    facts, texts = _facts(talker, mine)
    # A type is announced once for the speaker's own services and those it speaks for: only instances tell whose it is.
    bare = sorted(talker.types - {packets.service_type(name) for name in talker.instances})
    if talker.cut:
        facts.insert(0, Fact(kind="link.flood", value="mdns", transport=Transport.UDP, port=packets.PORT))
    facts += [Fact(kind="dnssd.type", value=name) for name in bare]
    facts += [Fact(kind="host.address", value=str(address)) for address in _claims(talker, own)]
    what = _listed((*mine, *bare)) or "its name"
    detail = f"announces {what}"
    if others:
        hosts = ", ".join(talker.names[host] for host in sorted(others) if host) or "a host it did not name"
        detail += f"; speaks for others, whose services are not its own: {_listed(sorted(foreign))} of {hosts}"
    everything = tuple(dict.fromkeys((*facts, *texts)))[: MAX_SIGHTINGS * MAX_ITEMS]
    for start in range(0, max(1, len(everything)), MAX_ITEMS):
        yield Sighting(
            source="mdns",
            detail=clean(detail),
            address=talker.address,
            hostnames=tuple(sorted(talker.names[name] for name in own)),
            facts=everything[start : start + MAX_ITEMS],
        )


def _facts(talker: Talker, names: Iterable[str]) -> tuple[list[Fact], list[Fact]]:
    """What the instances `names` are, and what their TXT records say."""
    facts: list[Fact] = []
    texts: list[Fact] = []
    for name in names:
        service, instance = packets.service_type(name), talker.instances[name]
        transport = Transport.UDP if service.endswith("._udp") else Transport.TCP
        facts.append(Fact(kind="dnssd.type", value=service, transport=transport, port=instance.port))
        facts.append(Fact(kind="dnssd.instance", value=name, transport=transport, port=instance.port))
        texts += [
            Fact(kind="dnssd.txt", value=f"{service} {entry}", transport=transport, port=instance.port)
            for entry in instance.texts or ()
        ]
    return facts, texts


def _claims(talker: Talker, own: frozenset[str]) -> list[IPAddress]:
    """The further addresses that it says its own names have; those that belong to no single device left out."""
    given = {address for name in own for address in talker.hosts[name]} - {talker.address}
    return sorted(a for a in given if int(a) and not a.is_multicast() and not a.is_loopback())[:MAX_ADDRESSES]


def _listed(names: Iterable[str]) -> str:
    """The service types in `names`, each once."""
    return ", ".join(sorted({packets.service_type(name) for name in names}))


def _with_type(instance: str) -> str:
    """The instance with its service type in small letters, so that all its records meet."""
    service = packets.service_type(instance)
    return instance[: len(instance) - len(service)] + service
