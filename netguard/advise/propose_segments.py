"""The networks of a proposed plan: those that are there, and one more where none for things is. Pure.

What the router's own configuration says is taken as it is. Without it only the network that was scanned is known: the
interfaces' names are then guesses, and the proposal says so.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from netaddr import IPAddress, IPNetwork

from netguard.advise import planaddress
from netguard.advise.exports._contract import Export
from netguard.errors import UsageError
from netguard.model.gateway import PRIVATE
from netguard.model.plan import InterfaceName, Name, Segment, SegmentRole
from netguard.model.scan import Scan

VLANS = tuple(range(20, 100, 10)) + tuple(range(21, 4095))
"""VLANs to try for a new network, in this order; 1 is what switches call everything else, and the first ten are often taken."""

BLOCKS = ("192.168.{n}.0/24", "10.77.{n}.0/24", "172.20.{n}.0/24")
"""Prefixes to try for a new network with the VLAN's number in them, after those beside the scanned one (RFC 1918, 3)."""

HIGHEST_OCTET = 254
"""The highest number that a prefix can have in its third place, and that people do not take for a broadcast."""

TRUSTED_INTERFACE, WAN_INTERFACE = InterfaceName.of("br-lan"), InterfaceName.of("wan")
"""How OpenWrt calls them, where nobody says how this router does."""

ULA = IPNetwork("fc00::/7")
"""RFC 4193: addresses that stay whatever the provider hands out."""

ASSUMED_PREFIX = {"ula": 48, "provider": 60}
"""Bits that a home's IPv6 prefixes share: a ULA has a /48 (RFC 4193, 3.1); of a provider's a /60 is the least that has several
networks in it (RFC 6177, 2, speaks of /56 and /48)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All networks of the plan. Members live in `home` or `apart`."""

    wan: InterfaceName
    segments: tuple[Segment, ...]
    home: Segment
    """The one that was scanned."""
    apart: Segment | None
    """Where things are to live; null where the router can have no such network."""
    notes: tuple[str, ...]

    @property
    def sources(self) -> tuple[Name, ...]:
        """From where things may be asked: every trusted network but the one that they live in."""
        return tuple(
            s.name
            for s in self.segments
            if s.role is SegmentRole.TRUSTED and (self.apart is None or s.name != self.apart.name)
        )


def layout(scan: Scan, export: Export | None, role: SegmentRole | None) -> Layout:
    """The networks. `role` is what the network apart has to be; null for none at all.

    Raises `UsageError` where the export is of another router than the one that was scanned behind.
    """
    notes: list[str] = []
    if export is None:
        home = scanned(scan)
        there: tuple[Segment, ...] = (home,)
        wan = WAN_INTERFACE
        notes.append(
            f"The interfaces {home.interface} and {wan} are OpenWrt's names: put your router's own in their place, or give its "
            "configuration with --from-router."
        )
    else:
        there, home = known(scan, export)
        wan = export.wan or WAN_INTERFACE
        notes += export.remarks
        guessed = [s.name for s in there if s.role is SegmentRole.TRUSTED and s.name != home.name]
        if guessed:
            notes.append(
                f"{', '.join(guessed)}: nothing in the name says what it is for, so it is taken to be trusted, and may be asked "
                "and ask for what `listens` says only. Change its role if it is for guests or things."
            )
    if role is None:
        return Layout(wan=wan, segments=there, home=home, apart=None, notes=tuple(notes))
    if home.role is role:
        apart = home
    else:
        apart = next((s for s in there if s.role is role), None) or new(
            Taken.of(scan, export, there), export, home, role, notes
        )
    if apart not in there:
        there = (*there, apart)
    elif apart is not home:
        notes.append(
            f"What lives in {apart.name} already was not seen by this scan. Who is no member gets no internet there: scan from "
            f"there, too, and add what is missing."
            if role is SegmentRole.IOT
            else f"{apart.name} is your router's guest network."
        )
    return Layout(wan=wan, segments=there, home=home, apart=apart, notes=tuple(notes))


def scanned(scan: Scan) -> Segment:
    """The scanned network, as far as a scan shows it."""
    prefix = scan.vantage.segment.prefix
    four = prefix if prefix.version == 4 else None
    six = prefix if prefix.version == 6 else _ipv6(scan)
    for found in (four, six):
        if found is not None and (reason := planaddress.unfit(found)):
            raise UsageError(f"no plan can be made for the network that was scanned: {reason}")
    gateway = scan.vantage.gateway
    router = [gateway.address] if gateway is not None else []
    return Segment(
        name=Name.of("trusted"),
        role=SegmentRole.TRUSTED,
        interface=TRUSTED_INTERFACE,
        vlan=scan.vantage.segment.vlan,
        prefix=four,
        prefix6=six,
        router=_routers(router, four, six),
    )


def known(scan: Scan, export: Export) -> tuple[tuple[Segment, ...], Segment]:
    """The export's networks, and which of them was scanned; what only the scan knows of that one is added."""
    prefix = scan.vantage.segment.prefix
    for index, segment in enumerate(export.segments):
        own = segment.prefix_of(prefix.version)
        if own is not None and (prefix in own or own in prefix):
            six = segment.prefix6 or _ipv6(scan, others=[s.prefix6 for s in export.segments if s.prefix6 is not None])
            home = Segment(
                name=segment.name,
                role=segment.role,
                interface=segment.interface,
                vlan=segment.vlan,
                prefix=segment.prefix,
                prefix6=six,
                router=segment.router,
            )
            return (*export.segments[:index], home, *export.segments[index + 1 :]), home
    others = ", ".join(str(s.prefix or s.prefix6) for s in export.segments)
    raise UsageError(
        f"the scan looked at {prefix}, and the router's configuration knows {others}: it is another router's, or another scan is meant"
    )


def _routers(found: Iterable[IPAddress], *prefixes: IPNetwork | None) -> tuple[IPAddress, ...]:
    fitting = [a for a in found if any(p is not None and a in p and not planaddress.is_of_all(a, p) for p in prefixes)]
    return tuple(dict.fromkeys(fitting))


def _ipv6(scan: Scan, others: Iterable[IPNetwork] = ()) -> IPNetwork | None:
    """The scanned network's IPv6 prefix: what this computer or two devices have an address of, one that stays first."""
    seen: Counter[IPNetwork] = Counter()
    for device in scan.devices:
        weight = 2 if scan.vantage.address in device.addresses else 1
        for prefix in {IPNetwork(f"{a}/64").cidr for a in device.addresses if a.version == 6 and not a.is_link_local()}:
            seen[prefix] += weight
    elsewhere = list(others)
    fitting = [
        p
        for p, count in seen.items()
        if count > 1 and planaddress.unfit(p) is None and not any(p in o or o in p for o in elsewhere)
    ]
    return min(fitting, key=lambda p: (p not in ULA, -seen[p], int(p.first)), default=None)


@dataclass(slots=True)
class Taken:
    """What one more network cannot have."""

    prefixes: list[IPNetwork]
    vlans: set[int]
    names: set[str]
    interfaces: set[str]

    @classmethod
    def of(cls, scan: Scan, export: Export | None, there: Iterable[Segment]) -> "Taken":
        """What the networks that are there have, and what is around them."""
        made = cls(prefixes=[], vlans=set(), names=set(), interfaces=set())
        for segment in there:
            made.add(segment)
        made.prefixes += list(export.taken) if export is not None else []
        # Between this router and the internet there may be another: what its addresses are in is no free network.
        outside = [g.external_address for g in scan.gateways if g.external_address is not None]
        made.prefixes += [IPNetwork(f"{own}/24").cidr for own in outside if own.version == 4]
        return made

    def add(self, segment: Segment) -> None:
        """One more network that is there."""
        self.prefixes += [p for p in (segment.prefix, segment.prefix6) if p is not None]
        if segment.vlan is not None:
            self.vlans.add(segment.vlan)
        self.names.add(segment.name)
        self.interfaces.add(segment.interface)


def new(
    taken: Taken,
    export: Export | None,
    home: Segment,
    role: SegmentRole,
    notes: list[str],
    name: Name | None = None,
    vlan: int | None = None,
) -> Segment:
    """One more network, beside all that is known to be taken, of this name and VLAN where its owner has said so.

    Raises `UsageError` where no prefix is free.
    """
    wanted = [] if vlan is None else [vlan]
    number, four = _free([*wanted, *(v for v in VLANS if v not in taken.vlans)], home, taken.prefixes)
    six = _prefix6(home, taken.prefixes)
    if home.prefix is None and six is not None:
        four = None
    prefixes = [p for p in (four, six) if p is not None]
    if not prefixes:
        raise UsageError("no prefix is free for one more network: take one of the router's networks away first")
    vlan = vlan or number
    name = name or _free_name(role.value, taken.names)
    listed = " and ".join(map(str, prefixes))
    if role is SegmentRole.GUEST:
        notes.append(f"{name} is your router's guest network; {listed} is a guess: put in what the router's menu says.")
    else:
        notes.append(
            f"{name} is new: {listed} and VLAN {vlan} are free as far as the scan"
            f"{' and the configuration show' if export is not None else ' shows'}. The router has to have it before a device "
            "can move: the steps of `netguard firewall` say how."
        )
    if six is not None:
        notes.append(
            "IPv6 prefixes may come out differently, since the router hands them out; rules go by MAC and by an address's ending."
        )
    return Segment(
        name=name,
        role=role,
        interface=_interface(name, vlan, export, taken.interfaces),
        vlan=None if role is SegmentRole.GUEST else vlan,
        prefix=four,
        prefix6=six,
        router=tuple(IPAddress(p.first + 1, p.version) for p in prefixes),
    )


def _free(vlans: list[int], home: Segment, taken: list[IPNetwork]) -> tuple[int, IPNetwork | None]:
    """A VLAN, and a free /24 with its number in it; beside the scanned one where that is private. Null where none is free."""
    own = home.prefix
    beside = []
    if own is not None and any(own in private for private in PRIVATE):
        first, second = own.network.words[:2]
        beside.append(f"{first}.{second}.{{n}}.0/24")
    for block in (*beside, *BLOCKS):
        for vlan in vlans:
            if vlan <= HIGHEST_OCTET:
                found = IPNetwork(block.format(n=vlan))
                if not any(found in other or other in found for other in taken):
                    return vlan, found
    return vlans[0], None


def _prefix6(home: Segment, taken: list[IPNetwork]) -> IPNetwork | None:
    own = home.prefix6
    if own is None or own.prefixlen != planaddress.HALF:
        return None
    shared = ASSUMED_PREFIX["ula" if own in ULA else "provider"]
    whole = IPNetwork(f"{own.network}/{shared}").cidr
    for number in range(1, min(1 << (planaddress.HALF - shared), 4096)):
        found = IPNetwork(f"{IPAddress(whole.first + (number << 64), 6)}/64")
        if not any(found in other or other in found for other in taken):
            return found
    return None


def _free_name(wanted: str, used: AbstractSet[str]) -> Name:
    return Name.of(next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, len(used) + 3))) if n not in used))


def _interface(name: Name, vlan: int, export: Export | None, used: AbstractSet[str]) -> InterfaceName:
    pattern = export.new_interface if export is not None else "br-{name}"
    for text in (pattern.replace("{name}", name).replace("{vlan}", str(vlan)), f"vlan{vlan}", f"ng{vlan}"):
        if text not in used and len(text) <= 15:
            return InterfaceName.of(text)
    return InterfaceName.of(f"netguard{vlan}")
