"""Which sightings are one device. Pure; their order does not matter, and saying a thing twice changes nothing.

A MAC is a device, unless its addresses show that it speaks for others (`relays`). An address without a MAC belongs to
the device that holds the address, or rightly says that it is its own (`claims`). No announcement can join two MACs
here, or a device that repeats another one's identifiers or claims its address would swallow it; what can is in `join`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.identify import marks
from netguard.identify.claims import Owner
from netguard.identify.holders import Context, Holders
from netguard.identify.normal import Own, normal, order, plain, real
from netguard.model.address import in_order_of_use
from netguard.model.observation import Fact, Sighting
from netguard.model.surroundings import Surroundings

MAX_CARRIERS = 2
"""MACs named in notes as carriers of one device's frames; stops one that forges a new one with each frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One device's share of the sightings. It has a MAC, or at least one address."""

    mac: EUI | None
    addresses: tuple[IPAddress, ...]
    sightings: tuple[Sighting, ...]
    notes: tuple[str, ...] = ()
    is_gateway: bool = False
    is_vantage: bool = False
    more_macs: tuple[EUI, ...] = ()
    """Its other network cards', when several were joined."""
    disputed: frozenset[IPAddress] = frozenset()
    """IPv4 addresses it answers for that one other MAC answers for as well."""

    @property
    def macs(self) -> tuple[EUI, ...]:
        """All its MACs, the first address's first."""
        return (*(() if self.mac is None else (self.mac,)), *self.more_macs)


class Shown:
    """What each address shows, found when it is asked for. `facts` are what probes learnt, by address."""

    def __init__(self, seen: Iterable[Sighting], facts: Mapping[IPAddress, tuple[Fact, ...]]) -> None:
        self._facts = facts
        self._known: dict[IPAddress, marks.Marks] = {}
        self._sightings: dict[IPAddress, list[Sighting]] = defaultdict(list)
        for sighting in seen:
            if sighting.address is not None:
                self._sightings[sighting.address].append(sighting)

    def __call__(self, address: IPAddress) -> marks.Marks:
        """The marks of `address`."""
        if address not in self._known:
            heard = self._sightings.get(address, ())
            self._known[address] = marks.of(heard, self._facts.get(address, ()), (address,))
        return self._known[address]

    def told(self, address: IPAddress) -> tuple[Fact, ...]:
        """All facts about `address`."""
        heard = self._sightings.get(address, ())
        return (*(fact for sighting in heard for fact in sighting.facts), *self._facts.get(address, ()))


def merge(
    sightings: Iterable[Sighting],
    surroundings: Surroundings,
    addresses: Iterable[IPAddress] = (),
    *,
    facts: Mapping[IPAddress, tuple[Fact, ...]] | None = None,
    is_infrastructure: Callable[[tuple[Fact, ...]], bool] = lambda _: False,
    apart: frozenset[frozenset[str]] = frozenset(),
) -> tuple[Cluster, ...]:
    """The devices behind `sightings`, and behind `addresses` that something else was learnt from.

    `facts` are what probes learnt, by address. `is_infrastructure` says whether what an address shows is a router's or
    an access point's. `apart` are pairs of identities (`kind:value`) that a person said are two devices.

    This computer is one of them, with all its addresses; so is the gateway when the kernel knows its MAC.
    Sorted by first address, then MAC.
    """
    own = Own.of(surroundings)
    said = {normal(s, own) for s in (*sightings, *_from_kernel(surroundings))}
    seen = sorted((s for s in said if s is not None), key=order)
    extra = frozenset(own.chosen(each) for each in map(plain, addresses) if each is not None)
    shown = Shown(seen, facts or {})
    context = Context(
        surroundings=surroundings,
        own=own,
        extra=extra,
        marks=shown,
        is_infrastructure=lambda address: is_infrastructure(shown.told(address)),
        apart=apart,
    )
    holders = Holders.of(seen, context)
    shares: dict[Owner, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        shares[holders.owner(sighting)].append(sighting)
    for address in extra:
        shares.setdefault(holders.of_address(address), [])
    clusters = [_cluster(owner, tuple(share), holders, context) for owner, share in shares.items()]
    return tuple(sorted(clusters, key=place))


def place(cluster: Cluster) -> tuple[tuple[int, int], int]:
    """The order of devices: by first address, then MAC."""
    addresses = cluster.addresses
    first = (addresses[0].version, int(addresses[0])) if addresses else (9, 0)
    return first, -1 if cluster.mac is None else int(cluster.mac)


def _cluster(owner: Owner, share: tuple[Sighting, ...], holders: Holders, context: Context) -> Cluster:
    own, gateway = context.own, context.surroundings.vantage.gateway
    mac = owner if isinstance(owner, EUI) else None
    held = holders.held.get(owner, frozenset({owner}) if isinstance(owner, IPAddress) else frozenset())
    is_vantage = (mac is not None and mac == own.mac) or bool(held & own.addresses)
    if is_vantage:
        held |= own.addresses
    return Cluster(
        mac=mac,
        addresses=in_order_of_use(tuple(held)),
        sightings=share,
        notes=(*holders.notes(owner), *_carried(share, mac)),
        is_gateway=gateway is not None
        and not is_vantage
        and (gateway.address in held or (mac is not None and mac == gateway.mac)),
        is_vantage=is_vantage,
        disputed=frozenset(a for a, macs in _disputes(mac, holders) if a.version == 4 and macs == 2),
    )


def _disputes(mac: EUI | None, holders: Holders) -> tuple[tuple[IPAddress, int], ...]:
    return () if mac is None else holders.disputes.get(mac, ())


def _carried(share: tuple[Sighting, ...], mac: EUI | None) -> tuple[str, ...]:
    """Whose MAC was on frames that named another one as their sender (`link.via`)."""
    shown = {str(fact.value).lower() for s in share for fact in s.facts if fact.kind == "link.via"}
    others = sorted(shown - {str(mac).lower()})[:MAX_CARRIERS]
    return tuple(
        f"its frames are carried by {text}: an extender or repeater, or one that forges them" for text in others
    )


def _from_kernel(surroundings: Surroundings) -> Iterable[Sighting]:
    vantage = surroundings.vantage
    yield Sighting(source="vantage", detail="this computer", address=vantage.address, mac=vantage.mac)
    gateway = vantage.gateway
    if gateway is not None and gateway.mac is not None and real(gateway.mac):
        detail = "default gateway of this computer"
        yield Sighting(source="vantage", detail=detail, address=gateway.address, mac=gateway.mac)
