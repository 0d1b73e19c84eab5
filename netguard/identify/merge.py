"""Which sightings are one device. Pure; their order does not matter, and saying a thing twice changes nothing.

A MAC is a device. An address without a MAC belongs to the device that holds the address. No announcement can join two
MACs, or a device that repeats another one's identifiers or claims its address would swallow it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.model.address import in_order_of_use, is_group, is_randomised
from netguard.model.observation import Sighting
from netguard.model.surroundings import Surroundings

GATEWAY_ADDRESSES = 4
"""IPv4 addresses a gateway may hold; one that answers ARP for more is answering for others (proxy ARP, RFC 1027)."""

MOST_ADDRESSES = 16
"""IPv4 addresses any device may hold; stops an ARP spoofer from swallowing the network by answering for all of it."""

_ONES = IPAddress("255.255.255.255")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One device's share of the sightings. It has a MAC, or at least one address."""

    mac: EUI | None
    addresses: tuple[IPAddress, ...]
    sightings: tuple[Sighting, ...]
    notes: tuple[str, ...] = ()
    is_gateway: bool = False
    is_vantage: bool = False


def merge(
    sightings: Iterable[Sighting], surroundings: Surroundings, addresses: Iterable[IPAddress] = ()
) -> tuple[Cluster, ...]:
    """The devices behind `sightings`, and behind `addresses` that something else was learnt from.

    This computer is one of them, with all its addresses; so is the gateway when the kernel knows its MAC.
    Sorted by first address, then MAC.
    """
    own = _Own.of(surroundings)
    said = {_normal(s, own) for s in (*sightings, *_from_kernel(surroundings))}
    seen = sorted((s for s in said if s is not None), key=_order)
    extra = {own.chosen(plain) for plain in map(_plain, addresses) if plain is not None}
    holders = _Holders.of(seen, extra, surroundings, own)
    shares: dict[EUI | IPAddress, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        shares[holders.owner(sighting)].append(sighting)
    for address in extra:
        shares.setdefault(holders.of_address(address), [])
    gateway = surroundings.vantage.gateway
    clusters = []
    for owner, share in shares.items():
        mac = owner if isinstance(owner, EUI) else None
        held = frozenset({owner}) if isinstance(owner, IPAddress) else holders.held.get(owner, frozenset())
        is_vantage = (mac is not None and mac == own.mac) or bool(held & own.addresses)
        if is_vantage:
            held |= own.addresses
        clusters.append(
            Cluster(
                mac=mac,
                addresses=in_order_of_use(tuple(held)),
                sightings=tuple(share),
                notes=holders.notes(owner, held),
                is_gateway=gateway is not None
                and not is_vantage
                and (gateway.address in held or (mac is not None and mac == gateway.mac)),
                is_vantage=is_vantage,
            )
        )
    return tuple(sorted(clusters, key=lambda c: (_first(c.addresses), -1 if c.mac is None else int(c.mac))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What this computer itself answers with."""

    mac: EUI | None
    address: IPAddress
    macs: frozenset[EUI]
    addresses: frozenset[IPAddress]

    def chosen(self, address: IPAddress) -> IPAddress:
        """The vantage's address for any of this computer's when it has no MAC to hold them together."""
        return self.address if self.mac is None and address in self.addresses else address

    @classmethod
    def of(cls, surroundings: Surroundings) -> "_Own":
        vantage = surroundings.vantage
        chosen = [i for i in surroundings.interfaces if i.name == vantage.interface and i.kind != "loopback"]
        others = [i for i in surroundings.interfaces if i.kind in {"wired", "wifi"}]
        addresses = {vantage.address, *(a for i in chosen for a in i.addresses)}
        if vantage.mac is None:
            return cls(mac=None, address=vantage.address, macs=frozenset(), addresses=frozenset(addresses))
        macs = {vantage.mac, *(i.mac for i in others if i.mac is not None)}
        return cls(mac=vantage.mac, address=vantage.address, macs=frozenset(macs), addresses=frozenset(addresses))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holders:
    """Who holds which address."""

    by_address: Mapping[IPAddress, EUI | None]
    held: Mapping[EUI, frozenset[IPAddress]]
    disputed: Mapping[IPAddress, tuple[EUI, ...]]
    proxied: Mapping[IPAddress, EUI]
    """Addresses that only a device answering for others stood for."""

    @classmethod
    def of(cls, seen: list[Sighting], extra: set[IPAddress], surroundings: Surroundings, own: _Own) -> "_Holders":
        claims, claimants = _claims(seen, extra, surroundings, own)
        gateway = surroundings.vantage.gateway
        gateway_mac = gateway.mac if gateway is not None else None
        proxies = {
            mac
            for mac, addresses in claims.items()
            if sum(a.version == 4 for a in addresses) > (GATEWAY_ADDRESSES if mac == gateway_mac else MOST_ADDRESSES)
        }
        by_address: dict[IPAddress, EUI | None] = {}
        proxied: dict[IPAddress, EUI] = {}
        for address, macs in claimants.items():
            if address in own.addresses:
                by_address[address] = own.mac
                continue
            # What the kernel knows of the gateway outweighs who else claims its address.
            known = gateway_mac if gateway is not None and address == gateway.address else None
            mac = min(macs, key=lambda m: (m != known, m in proxies, len(claims[m]), int(m)))
            left = _proxy_address(mac, claims, claimants, surroundings) if mac in proxies else None
            if mac in proxies and address.version == 4 and address != left:
                proxied[address] = mac
                by_address[address] = None
            else:
                by_address[address] = mac
        held: dict[EUI, set[IPAddress]] = {mac: set() for mac in claims}
        for address, holder in by_address.items():
            if holder is not None:
                held[holder].add(address)
        return cls(
            by_address=by_address,
            held={mac: frozenset(addresses) for mac, addresses in held.items()},
            disputed={a: tuple(sorted(m - proxies)) for a, m in claimants.items() if len(m - proxies) > 1},
            proxied=proxied,
        )

    def owner(self, sighting: Sighting) -> EUI | IPAddress:
        """The key of the cluster that `sighting` belongs to."""
        if sighting.mac is not None and (sighting.address is None or sighting.address not in self.proxied):
            return sighting.mac
        if sighting.address is None:
            raise ValueError("a sighting needs an address or a MAC")
        return self.of_address(sighting.address)

    def of_address(self, address: IPAddress) -> EUI | IPAddress:
        """The MAC that holds `address`, or the address itself."""
        holder = self.by_address.get(address)
        return address if holder is None else holder

    def notes(self, owner: EUI | IPAddress, held: frozenset[IPAddress]) -> tuple[str, ...]:
        """What the person should know about how addresses were told apart."""
        found = []
        if isinstance(owner, EUI):
            answers = sum(mac == owner for mac in self.proxied.values())
            if answers:
                found.append(f"it also answered for {answers} other addresses, which are listed by themselves")
            for address, macs in sorted(self.disputed.items()):
                if owner in macs:
                    side = "holds" if address in held else "also claims"
                    found.append(f"it {side} {address}, which {len(macs)} devices claim")
        elif owner in self.proxied:
            found.append("another device answered for this address, so its own MAC is not known")
        return tuple(found)


def _claims(
    seen: list[Sighting], extra: set[IPAddress], surroundings: Surroundings, own: _Own
) -> tuple[dict[EUI, set[IPAddress]], dict[IPAddress, set[EUI]]]:
    """Which MAC said to hold which addresses, and the same by address.

    An address that nobody said to hold goes by the kernel's neighbour table, then by the MAC inside it.
    """
    claims: dict[EUI, set[IPAddress]] = defaultdict(set)
    claimants: dict[IPAddress, set[EUI]] = defaultdict(set)
    for sighting in seen:
        if sighting.mac is not None:
            claims[sighting.mac].update(() if sighting.address is None else (sighting.address,))
            if sighting.address is not None:
                claimants[sighting.address].add(sighting.mac)
    if own.mac is not None:
        claims[own.mac] |= own.addresses
        for address in own.addresses:
            claimants[address].add(own.mac)
    loose = {s.address for s in seen if s.mac is None and s.address is not None} | extra
    for neighbour in sorted(surroundings.neighbours, key=lambda n: (not n.reachable, int(n.mac))):
        # The kernel's table says whose an address is; it does not say that the device is still there.
        if neighbour.address in loose and neighbour.address not in claimants and _real(neighbour.mac):
            claims[neighbour.mac].add(neighbour.address)
            claimants[neighbour.address].add(neighbour.mac)
    for address in sorted(loose - set(claimants)):
        mac = _eui64(address)
        if mac in claims:
            claims[mac].add(address)
            claimants[address].add(mac)
    return claims, claimants


def _proxy_address(
    mac: EUI, claims: Mapping[EUI, set[IPAddress]], claimants: Mapping[IPAddress, set[EUI]], surroundings: Surroundings
) -> IPAddress | None:
    """The one IPv4 address left to a device that answers for others: the gateway's own, or the lowest undisputed."""
    gateway = surroundings.vantage.gateway
    if gateway is not None and gateway.mac == mac:
        return gateway.address
    alone = [a for a in claims[mac] if a.version == 4 and len(claimants[a]) == 1]
    return min(alone, default=None)


def _from_kernel(surroundings: Surroundings) -> Iterable[Sighting]:
    vantage = surroundings.vantage
    yield Sighting(source="vantage", detail="this computer", address=vantage.address, mac=vantage.mac)
    gateway = vantage.gateway
    if gateway is not None and gateway.mac is not None and _real(gateway.mac):
        detail = "default gateway of this computer"
        yield Sighting(source="vantage", detail=detail, address=gateway.address, mac=gateway.mac)


def _normal(sighting: Sighting, own: _Own) -> Sighting | None:
    """`sighting` without addresses and MACs that belong to nobody, null when nothing is left to hang it on.

    What this computer's other cards and addresses said becomes the chosen one's.
    """
    address = _plain(sighting.address)
    mac = sighting.mac if sighting.mac is not None and _real(sighting.mac) else None
    if own.mac is not None and (mac in own.macs or (mac is None and address in own.addresses)):
        mac = own.mac
    if address is None and mac is None:
        return None
    if address is not None and mac is None:
        address = own.chosen(address)
    return Sighting(
        source=sighting.source,
        detail=sighting.detail,
        address=address,
        mac=mac,
        hostnames=sighting.hostnames,
        facts=sighting.facts,
    )


def _plain(address: IPAddress | None) -> IPAddress | None:
    """`address` when one device can hold it; an IPv4 address inside an IPv6 one is taken out (RFC 4291, 2.5.5.2)."""
    if address is None:
        return None
    if address.version == 6 and address.is_ipv4_mapped():
        address = address.ipv4()
    nobody = int(address) == 0 or address == _ONES or address.is_multicast()
    return None if nobody else address


def _real(mac: EUI) -> bool:
    return int(mac) != 0 and not is_group(mac)


def _eui64(address: IPAddress) -> EUI | None:
    """The MAC inside an IPv6 address made from one (RFC 4291, appendix A); null for any other."""
    low = int(address) & (2**64 - 1)
    if address.version != 6 or (low >> 24) & 0xFFFF != 0xFFFE:
        return None
    mac = EUI((((low >> 40) ^ 0x020000) << 24) | (low & 0xFFFFFF), version=48)
    return None if is_randomised(mac) or not _real(mac) else mac


def _order(sighting: Sighting) -> tuple[str, str, str, str, str]:
    return (
        sighting.source,
        sighting.detail,
        str(sighting.address),
        str(sighting.mac),
        repr((sighting.hostnames, sighting.facts)),
    )


def _first(addresses: tuple[IPAddress, ...]) -> tuple[int, int]:
    return (addresses[0].version, int(addresses[0])) if addresses else (9, 0)
