"""Who holds which address: who answers for it, whose frames those are, and who says that it is theirs. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netaddr import EUI, IPAddress

from netguard.identify import claims, relays
from netguard.identify.claims import Owner
from netguard.identify.marks import Marks, together
from netguard.identify.normal import Own, eui64, real
from netguard.model.observation import Sighting
from netguard.model.surroundings import Surroundings

GATEWAY_ADDRESSES = 4
"""IPv4 addresses a gateway may hold; one that answers ARP for more is answering for others (proxy ARP, RFC 1027)."""

MOST_ADDRESSES = 16
"""IPv4 addresses any device may hold; stops an ARP spoofer from swallowing the network by answering for all of it."""

MOST_DISPUTES = 8
"""Disputed addresses that get a note each; stops one that disputes all of them from crowding out what else is noted."""

LISTED = 4
"""Addresses written out in a note; stops one that claims hundreds from filling it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known besides the sightings, and what addresses show."""

    surroundings: Surroundings
    own: Own
    extra: frozenset[IPAddress]
    """Addresses that something else was learnt from."""
    marks: Callable[[IPAddress], Marks]
    is_infrastructure: Callable[[IPAddress], bool]
    apart: frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who holds which address."""

    by_address: Mapping[IPAddress, Owner]
    held: Mapping[Owner, frozenset[IPAddress]]
    disputes: Mapping[EUI, tuple[tuple[IPAddress, int], ...]]
    """By MAC, the addresses it answers for that others answer for as well, and how many do."""
    spoken: Mapping[IPAddress, EUI]
    """Addresses that only a device answering for others stood for."""
    answers: Mapping[EUI, int]
    """For how many devices that are listed by themselves a device answered."""
    relayed: frozenset[IPAddress]
    """Those of `spoken` that showed themselves to be different machines."""
    untold: Mapping[EUI, tuple[IPAddress, ...]]
    """By MAC that speaks for others, the IPv6 addresses that are its own or any of theirs."""
    folded: Mapping[Owner, tuple[IPAddress, ...]]
    """Addresses without a MAC that a device says are its own."""

    @classmethod
    def of(cls, seen: list[Sighting], context: Context) -> "Holders":
        """The holders of every address in `seen` and `context.extra`."""
        stated, claimants = _claims(seen, context)
        proxies = _proxies(stated, context)
        left = {mac: _proxy_address(mac, stated, claimants, context) for mac in proxies}
        by_address: dict[IPAddress, Owner] = {}
        spoken: dict[IPAddress, EUI] = {}
        own, gateway = context.own, context.surroundings.vantage.gateway
        for address, macs in claimants.items():
            if address in own.addresses:
                by_address[address] = own.mac if own.mac is not None else own.address
                continue
            # What the kernel knows of the gateway outweighs who else claims its address.
            known = gateway.mac if gateway is not None and address == gateway.address else None
            mac = min(macs, key=lambda m: (m != known, m in proxies, len(stated[m]), int(m)))
            by_address[address] = mac
            if mac in proxies and address.version == 4 and address != left[mac]:
                spoken[address] = mac
                by_address[address] = address
        relays_own = _relays(claimants, context)
        relayed = _relayed(by_address, claimants, proxies, relays_own)
        spoken |= relayed
        by_address |= {address: address for address in relayed}
        placed = _placed(by_address, claimants, spoken, relays_own, context)
        for speaker, told in placed.items():
            by_address |= told.homes
            spoken |= dict.fromkeys(told.homes, speaker)
            relayed |= {home: speaker for home in told.homes.values() if home.version == 6}
        answers = Counter(mac for address, mac in spoken.items() if by_address[address] == address)
        folded = _folded(seen, by_address, context)
        by_address |= folded
        held: dict[Owner, set[IPAddress]] = {mac: set() for mac in stated}
        for address, holder in by_address.items():
            held.setdefault(holder, set()).add(address)
        by_owner: dict[Owner, list[IPAddress]] = defaultdict(list)
        for address, owner in sorted(folded.items()):
            by_owner[owner].append(address)
            held.setdefault(owner, set()).update({owner} if isinstance(owner, IPAddress) else ())
        return cls(
            by_address=by_address,
            held={owner: frozenset(addresses) for owner, addresses in held.items()},
            disputes=_disputes(claimants, proxies),
            spoken=spoken,
            answers=answers,
            relayed=frozenset(relayed),
            untold={speaker: told.untold for speaker, told in placed.items() if told.untold},
            folded={owner: tuple(addresses) for owner, addresses in by_owner.items()},
        )

    def owner(self, sighting: Sighting) -> Owner:
        """The key of the device that `sighting` belongs to."""
        if sighting.mac is not None and (sighting.address is None or sighting.address not in self.spoken):
            return sighting.mac
        if sighting.address is None:
            raise ValueError("a sighting needs an address or a MAC")
        return self.of_address(sighting.address)

    def of_address(self, address: IPAddress) -> Owner:
        """The MAC that holds `address`, or the address that its device goes by."""
        return self.by_address.get(address, address)

    def notes(self, owner: Owner) -> tuple[str, ...]:
        """What the person should know about how addresses were told apart."""
        found = []
        if isinstance(owner, EUI):
            if owner in self.answers:
                found.append(
                    f"it also answered for {self.answers[owner]} other addresses, which are listed by themselves"
                )
            if owner in self.untold:
                found.append(f"{_listed(self.untold[owner])} may be its own or of a device it speaks for")
            held = self.held.get(owner, frozenset())
            disputes = self.disputes.get(owner, ())
            for address, number in disputes[:MOST_DISPUTES]:
                side = "holds" if address in held else "also claims"
                found.append(f"it {side} {address}, which {number} devices claim")
            if len(disputes) > MOST_DISPUTES:
                found.append(f"{len(disputes) - MOST_DISPUTES} more addresses are claimed by it and by others")
        elif owner in self.relayed:
            found.append(
                f"the device with the MAC {self.spoken[owner]} speaks for it, as an extender, a repeater or a host of "
                "virtual machines does, so its own MAC is not known"
            )
            if owner.version == 6 and any(
                a.version == 4 for a, mac in self.spoken.items() if mac == self.spoken[owner]
            ):
                found.append(
                    "it may be a device that is also listed with its IPv4 address: nothing it shows over IPv6 tells which"
                )
        elif owner in self.spoken:
            found.append("another device answered for this address, so its own MAC is not known")
        if owner in self.folded:
            found.append(f"it says that it has {_listed(self.folded[owner])}, where no MAC was seen")
        return tuple(found)


def _listed(addresses: tuple[IPAddress, ...]) -> str:
    more = f" and {len(addresses) - LISTED} more" if len(addresses) > LISTED else ""
    return ", ".join(map(str, addresses[:LISTED])) + more


def _claims(seen: list[Sighting], context: Context) -> tuple[dict[EUI, set[IPAddress]], dict[IPAddress, set[EUI]]]:
    """Which MAC was said to hold which addresses, and the same by address.

    An address that nobody said to hold goes by the kernel's neighbour table, then by the MAC inside it.
    """
    own, surroundings = context.own, context.surroundings
    stated: dict[EUI, set[IPAddress]] = defaultdict(set)
    claimants: dict[IPAddress, set[EUI]] = defaultdict(set)
    for sighting in seen:
        if sighting.mac is not None:
            stated[sighting.mac].update(() if sighting.address is None else (sighting.address,))
            if sighting.address is not None:
                claimants[sighting.address].add(sighting.mac)
    if own.mac is not None:
        stated[own.mac] |= own.addresses
        for address in own.addresses:
            claimants[address].add(own.mac)
    loose = {s.address for s in seen if s.mac is None and s.address is not None} | context.extra
    for neighbour in sorted(surroundings.neighbours, key=lambda n: (not n.reachable, int(n.mac))):
        # The kernel's table says whose an address is; it does not say that the device is still there.
        if neighbour.address in loose and neighbour.address not in claimants and real(neighbour.mac):
            stated[neighbour.mac].add(neighbour.address)
            claimants[neighbour.address].add(neighbour.mac)
    for address in sorted(loose - set(claimants)):
        mac = eui64(address)
        if mac in stated:
            stated[mac].add(address)
            claimants[address].add(mac)
    return stated, claimants


def _proxies(stated: Mapping[EUI, set[IPAddress]], context: Context) -> frozenset[EUI]:
    """Who answers for so many addresses that they cannot be its own."""
    gateway = context.surroundings.vantage.gateway
    gateway_mac = gateway.mac if gateway is not None else None
    return frozenset(
        mac
        for mac, addresses in stated.items()
        if sum(a.version == 4 for a in addresses) > (GATEWAY_ADDRESSES if mac == gateway_mac else MOST_ADDRESSES)
    )


def _disputes(
    claimants: Mapping[IPAddress, set[EUI]], proxies: frozenset[EUI]
) -> dict[EUI, tuple[tuple[IPAddress, int], ...]]:
    """What each MAC disputes with others; a device that answers for everybody disputes nothing."""
    found: dict[EUI, list[tuple[IPAddress, int]]] = defaultdict(list)
    for address in sorted(claimants):
        macs = claimants[address] - proxies
        if len(macs) > 1:
            for mac in macs:
                found[mac].append((address, len(macs)))
    return {mac: tuple(disputes) for mac, disputes in found.items()}


def _proxy_address(
    mac: EUI, stated: Mapping[EUI, set[IPAddress]], claimants: Mapping[IPAddress, set[EUI]], context: Context
) -> IPAddress | None:
    """The one IPv4 address left to a device that answers for others: the gateway's own, or the lowest undisputed."""
    gateway = context.surroundings.vantage.gateway
    if gateway is not None and gateway.mac == mac:
        return gateway.address
    alone = [a for a in stated[mac] if a.version == 4 and len(claimants[a]) == 1]
    return min(alone, default=None)


def _relays(claimants: Mapping[IPAddress, set[EUI]], context: Context) -> dict[EUI, IPAddress | None]:
    """MACs whose addresses show several machines, and the address that is left to each; null where none shows to be.

    An address that another MAC claims too stays disputed: who answers for others' addresses must not make devices of
    them by that. Of the gateway IPv4 alone tells: routers repeat what others announce (mDNS reflectors), not always
    the same over both.
    """
    gateway = context.surroundings.vantage.gateway
    gateways = _gateway_macs(claimants, context)
    at: dict[EUI, list[IPAddress]] = defaultdict(list)
    for address, macs in claimants.items():
        if len(macs) == 1 and macs != {context.own.mac} and address not in context.own.addresses:
            at[next(iter(macs))].append(address)
    found: dict[EUI, IPAddress | None] = {}
    for mac, addresses in at.items():
        four, six = ([a for a in sorted(addresses) if a.version == version] for version in (4, 6))
        if gateway is not None and mac in gateways:
            if relays.speaks_for_others(four, context.marks):
                found[mac] = gateway.address
        elif relays.speaks_for_others([*four, *six], context.marks):
            own = [a for a in six if relays.is_made_of(a, mac)]
            shown = together(map(context.marks, own))
            left = relays.own_address(four or ([] if own else six), context.marks, context.is_infrastructure, shown)
            found[mac] = left
    return found


def _gateway_macs(claimants: Mapping[IPAddress, set[EUI]], context: Context) -> set[EUI]:
    """The gateway's MAC as the kernel knows it, else that of who alone answers for its address."""
    gateway = context.surroundings.vantage.gateway
    if gateway is None:
        return set()
    if gateway.mac is not None:
        return {gateway.mac}
    macs = claimants.get(gateway.address, set())
    return macs if len(macs) == 1 else set()


def _relayed(
    by_address: Mapping[IPAddress, Owner],
    claimants: Mapping[IPAddress, set[EUI]],
    proxies: frozenset[EUI],
    relays_own: Mapping[EUI, IPAddress | None],
) -> dict[IPAddress, EUI]:
    """IPv4 addresses that a MAC answers for although what they show is another machine's, and that MAC."""
    return {
        address: mac
        for address, macs in claimants.items()
        if address.version == 4
        for mac in macs
        if macs == {mac} == {by_address[address]}
        and mac in relays_own
        and mac not in proxies
        and address != relays_own[mac]
    }


def _placed(
    by_address: Mapping[IPAddress, Owner],
    claimants: Mapping[IPAddress, set[EUI]],
    spoken: Mapping[IPAddress, EUI],
    relays_own: Mapping[EUI, IPAddress | None],
    context: Context,
) -> dict[EUI, relays.Placed]:
    """For each MAC that speaks for others, whose the IPv6 addresses at it are that are not its own."""
    gateways = _gateway_macs(claimants, context)
    found: dict[EUI, relays.Placed] = {}
    for speaker in sorted({*spoken.values(), *relays_own}):
        at_it = [a for a, macs in claimants.items() if macs == {speaker} and by_address[a] == speaker]
        four = sorted({*(a for a in at_it if a.version == 4), *(a for a, mac in spoken.items() if mac == speaker)})
        if len(four) > relays.MAX_HOSTS:
            continue
        told = relays.placed(
            [a for a in at_it if a.version == 6],
            speaker,
            {a: context.marks(a) for a in four},
            context.marks,
            founding=speaker in relays_own and speaker not in gateways,
        )
        own = relays_own.get(speaker)
        mine = {a for a in four if a not in spoken} | ({own, told.homes.get(own)} if own is not None else set())
        homes = {a: home for a, home in told.homes.items() if home not in mine}
        found[speaker] = relays.Placed(homes=homes, untold=told.untold)
    return found


def _folded(seen: list[Sighting], by_address: Mapping[IPAddress, Owner], context: Context) -> dict[IPAddress, Owner]:
    """Addresses without a MAC whose device another of its addresses' words tell.

    A gateway's word does not count: routers repeat what others announce (mDNS reflectors). Nor does this computer's.
    """
    gateway = context.surroundings.vantage.gateway
    aside: set[Owner] = set(context.own.addresses) | ({context.own.mac} if context.own.mac is not None else set())
    if gateway is not None:
        aside |= {gateway.address} | ({gateway.mac} if gateway.mac is not None else set())

    def apart_from_all(address: IPAddress) -> bool:
        return address not in aside and by_address.get(address, address) not in aside

    named = {s.address for s in seen if s.address is not None} | context.extra
    loose = {a for a in named if a not in by_address and apart_from_all(a)}
    if not loose:
        return {}
    claiming = {s.address for s in seen if any(fact.kind == "host.address" for fact in s.facts)}
    talkers = sorted(a for a in claiming if a is not None and apart_from_all(a))
    return claims.folded(loose, talkers, by_address, context.marks, context.apart)
