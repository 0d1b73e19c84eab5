"""Ports that routers forward from the internet: shared by the checks that judge where each of them leads.

Every mapping that was read is one finding of exactly one of them, by `Door.sort`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from netaddr import AddrFormatError, IPAddress, IPNetwork

from netguard.checks._contract import Check, Subject
from netguard.checks._gateways import device_of, own, subject_of, why_not_asked
from netguard.checks._segment import why_not_everybody
from netguard.checks._services import COMMANDING
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.gateway import Gateway, PortMapping, mapping_text
from netguard.model.known import KnownDevice
from netguard.model.mapping import how_to_remove
from netguard.model.mapping import name as name_of
from netguard.model.observation import Observation, clean
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Needs, Outcome, Role

MAX_NOTE = 60
"""Characters of what a mapping's maker wrote on it that are told: it is anybody's text, and no sentence of ours."""

ASKING: Mapping[int, frozenset[str]] = MappingProxyType(
    {4: frozenset({"discover.arp", "discover.ping"}), 6: frozenset({"discover.ndp"})}
)
"""The stages that ask every address of a network, by the version of IP. The others hear whoever speaks up, and from their
silence nothing follows."""

REMOVE_MAPPING = Remedy(
    group="remove-mapping",
    title="Close a port that leads to {device}, at the router",
    needs=Needs.MENU,
    intent="remove-mapping",
    loses=("reaching what is behind the port from outside, if anybody does",),
)

REFERENCES = (
    "ETSI EN 303 645 V3.1.3, 5.6-1",
    "OWASP ISVS 1.0, 3.2.2",
    "CIS Controls v8.1, 4.8",
    "CIS Controls v8.1, 13.4",
)


class Sort(StrEnum):
    """Where a mapping leads, as far as it decides which check judges it."""

    LOCK = "lock"
    """To a lock, hub or alarm, or to what may be one."""
    STALE = "stale"
    """To an address of the scanned network that nothing has."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One mapping of one gateway; what differs only in who may come in, or was read in two ways, is one."""

    gateway: Gateway
    keeper: Subject
    """Who holds it open."""
    mappings: tuple[PortMapping, ...]
    device: Device | None
    """The device in the document that it leads to."""
    known: KnownDevice | None
    """Where no device has the address: the one of earlier scans that had it last."""
    sort: Sort

    @property
    def mapping(self) -> PortMapping:
        """The first of `mappings`: they are alike in all that a door is told by."""
        return self.mappings[0]

    @property
    def name(self) -> str:
        """The fingerprint's discriminator, `tcp/8443/192.168.1.20/443`."""
        return name_of(self.mapping)

    @property
    def is_off(self) -> bool:
        """Whether the router lists it and says that it does not apply."""
        return all(m.enabled is False for m in self.mappings)

    @property
    def is_limited(self) -> bool:
        """Whether only named addresses of the internet may come in."""
        return all(m.remote_host for m in self.mappings)

    @property
    def is_permanent(self) -> bool:
        """Whether the router says that it has no end: a lease of 0 seconds is one without end."""
        return any(m.lease_seconds == 0 for m in self.mappings)

    @property
    def ends(self) -> bool:
        """Whether the router says of all of it that it ends by itself; of some leases it says nothing at all."""
        return all(m.lease_seconds for m in self.mappings)

    @property
    def is_everything(self) -> bool:
        """Whether it takes every external port that nothing else takes: external port 0 is the wildcard."""
        return self.mapping.external_port == 0

    def subject(self, target: str | None = None, called: str | None = None) -> Subject:
        """Whom a finding about it is about: the device it leads to, else who holds it open.

        Its identity is always the gateway's, since that is where the door is: it stays the same finding when the device
        behind it is asleep, or shows a stronger identity.
        """
        device = self.device
        if device is not None:
            known = Subject.device(device)
            target, called = target or known.target, called or known.name
        return Subject(
            target=target or self.keeper.target,
            identity=self.keeper.identity,
            name=called or clean(self.mapping.internal_client) or "nowhere",
        )


def doors(scan: Scan, past: Past, sort: Sort) -> tuple[Door, ...]:
    """The mappings of this sort that any gateway of `scan` holds, in the order of gateways and ports."""
    found = []
    for gateway in scan.gateways:
        alike: dict[str, list[PortMapping]] = {}
        for mapping in sorted(gateway.mappings, key=lambda m: (m.protocol, m.external_port, name_of(m))):
            alike.setdefault(name_of(mapping), []).append(mapping)
        found += [_door(scan, past, gateway, tuple(mappings)) for mappings in alike.values()]
    return tuple(door for door in found if door.sort is sort)


def leads(scan: Scan, door: Door, to: str) -> str:
    """`TCP 8443 from the internet leads to port 443 of Kitchen hub`, and at which router where it is not the own one."""
    mapping = door.mapping
    transport = mapping.protocol.upper()
    if door.is_everything:
        port, where = f"Every free {transport} port", to
    else:
        port = f"{transport} {mapping.external_port}"
        where = to if mapping.internal_port == mapping.external_port else f"port {mapping.internal_port} of {to}"
    verb = "is set to lead" if door.is_off else "leads"
    at = "" if door.gateway is own(scan) else f", at {door.keeper.name}"
    off = ", but is switched off" if door.is_off else ""
    return f"{port} from the internet {verb} to {where}{at}{off}"


def about(scan: Scan, past: Past, door: Door) -> str:
    """What a person should know of it besides where it leads: who may come in, until when, its note, since when."""
    said = []
    if door.is_limited:
        hosts = sorted({clean(m.remote_host or "", MAX_NOTE) for m in door.mappings})
        said.append(f"Only {', '.join(hosts)} may come in.")
    seconds = [m.lease_seconds for m in door.mappings if m.lease_seconds]
    if door.is_permanent:
        said.append("It has no end.")
    elif not door.ends:
        said.append("The router does not say until when.")
    else:
        said.append(f"It ends by itself in {_span(max(seconds))}, unless it is asked for again.")
    notes = dict.fromkeys(clean(m.description, MAX_NOTE) for m in door.mappings if m.description)
    said += [f"Whoever opened it called it “{note}”." for note in notes if note]
    said.append(_since(scan, past, door))
    return " ".join(said)


def how_to_close(scan: Scan, door: Door) -> str:
    """What to type, or where to click, to close it, and what to do when it comes back."""
    commands = dict.fromkeys(filter(None, (how_to_remove(scan, door.gateway, m) for m in door.mappings)))
    typed = f"{' and '.join(commands)} {'close' if len(commands) > 1 else 'closes'} it; so does deleting it"
    return (
        f"{typed if commands else 'Delete it'} in the router's menu, under UPnP or port forwarding. If it comes back, the device or its app asks for it: switch UPnP off at the "
        "router, or this feature in the app. To reach it from outside use the maker's own service or a VPN into your home."
    )


def shown(scan: Scan, door: Door) -> tuple[Observation, ...]:
    """The observations that show it."""
    texts = {mapping_text(m) for m in door.mappings}
    return tuple(o for o in scan.observed(door.gateway.device, "igd.mapping") if o.value in texts)


def rest(check: Check, scan: Scan, found: tuple[Door, ...], *, none: str) -> Iterator[Finding]:
    """What is left to say of the home's own router: that it lists no such mapping, or why that is not known.

    Passes only where the router named its last mapping, or was asked in every way and offers no UPnP to list any by.
    """
    if scan.vantage.gateway is None:
        yield check.not_applicable(
            subject_of(scan, None), because="this network has no router that leads to the internet"
        )
        return
    gateway = own(scan)
    subject = subject_of(scan, gateway)
    igd = gateway.services.igd if gateway is not None else None
    if igd is not None and igd.listed == "all":
        if not any(door.gateway is gateway for door in found):
            yield check.passed(subject, title=f"{subject.name} {none}")
    elif igd is not None and igd.listed is not None:
        because, how = _not_all(subject, refused=igd.listed == "refused")
        yield check.unknown(subject, because=because, how=how)
    elif evidence := _absent(scan, gateway):
        if gateway is not None and (gateway.services.natpmp is not None or gateway.services.pcp is not None):
            yield check.unknown(
                subject,
                because="it opens ports by NAT-PMP or PCP, in which nobody can ask what is open",
                how="Look in the router's menu which ports it forwards, and switch NAT-PMP and PCP off.",
            )
        else:
            yield check.passed(subject, title=f"{subject.name} offers no UPnP to open ports by", evidence=evidence)
    else:
        because, how = why(scan)
        yield check.unknown(subject, because=because, how=how)


def why(scan: Scan) -> tuple[str, str]:
    """Why the own router's UPnP is not known, and what would let netguard ask it."""
    if scan.vantage.gateway is not None and not scan.gateways:
        return "this scan is of a netguard that asked no router about it", "Scan again."
    return why_not_asked(scan, "probe.igd")


def _absent(scan: Scan, gateway: Gateway | None) -> tuple[Observation, ...]:
    device = device_of(scan, gateway)
    return tuple(o for o in scan.observed(device.key, "igd.absent") if o.value is True) if device is not None else ()


def is_absent(scan: Scan) -> tuple[Observation, ...]:
    """What shows that the own router was asked for an IGD in every known way and offers none; empty where nothing does."""
    return _absent(scan, own(scan))


def _not_all(subject: Subject, *, refused: bool) -> tuple[str, str]:
    how = "Look in the router's menu, under UPnP or port forwarding, which ports it forwards."
    if refused:
        return f"{subject.name} does not say which ports it has opened", how
    return f"{subject.name} did not name all of its mappings", f"Scan again. {how}"


def _door(scan: Scan, past: Past, gateway: Gateway, mappings: tuple[PortMapping, ...]) -> Door:
    mapping = mappings[0]
    device = scan.device(mapping.device) if mapping.device is not None else None
    known = _last(past, mapping.client) if device is None else None
    return Door(
        gateway=gateway,
        keeper=subject_of(scan, gateway),
        mappings=mappings,
        device=device,
        known=known,
        sort=_sort(scan, gateway, mapping, device, known),
    )


def _sort(scan: Scan, gateway: Gateway, mapping: PortMapping, device: Device | None, known: KnownDevice | None) -> Sort:
    if device is not None:
        if device.key == gateway.device or scan.vantage.address in device.addresses:
            return Sort.OTHER
        return Sort.LOCK if device.role in COMMANDING | {Role.UNKNOWN} else Sort.OTHER
    if known is not None and role(known) in COMMANDING and elsewhere(scan, known) is None:
        # A lock that sleeps is still behind its door.
        return Sort.LOCK
    return Sort.STALE if _nobody_has(scan, mapping.client) else Sort.OTHER


def role(known: KnownDevice) -> Role:
    """What a known device is, the person's word first."""
    return known.said_role or known.role


def called(known: KnownDevice) -> str:
    """What to call a known device, the person's word first."""
    return clean(known.said_name or known.name or str(next(iter(known.addresses), known.key)))


def elsewhere(scan: Scan, known: KnownDevice) -> Device | None:
    """The device of this scan that a known one is, seen at whatever addresses it has now."""
    return next((d for k in (known.key, *known.former_keys) if (d := scan.device(k)) is not None and d.seen), None)


def everybody_was_asked(scan: Scan, client: IPAddress | None) -> bool:
    """Whether nothing that is on can have been missed at `client`: its network was asked by ARP."""
    return client is not None and why_not_everybody(scan) is None


def _nobody_has(scan: Scan, client: IPAddress | None) -> bool:
    """Whether `client` was looked for, on the network that was scanned, and nothing was found there.

    Personal devices that were left out of the document may have it: then nobody can say.
    """
    prefix = scan.vantage.segment.prefix
    if client is None or client not in prefix or client in (prefix.network, prefix.broadcast):
        return False
    return not scan.personal_devices and any(
        client in network
        for a in scan.attempts
        if a.stage in ASKING[client.version] and a.outcome is Outcome.DONE
        for network in _networks(a.target)
    )


def _networks(target: str) -> tuple[IPNetwork, ...]:
    """The networks that an attempt was about."""
    try:
        return tuple(IPNetwork(part) for part in target.split(", "))
    except (AddrFormatError, ValueError):
        return ()


def _last(past: Past, client: IPAddress | None) -> KnownDevice | None:
    """The known device that had `client` last."""
    return max((k for k in past.known if client in k.addresses), key=lambda k: (k.last_seen, k.id), default=None)


def _since(scan: Scan, past: Past, door: Door) -> str:
    """When it was first seen, as far as the history goes."""
    device = device_of(scan, door.gateway)
    keys = {device.key, *device.former_keys} if device is not None else {door.gateway.device}
    first = min((m.first_seen for m in past.mappings if m.gateway in keys and m.name == door.name), default=None)
    without = _lacked(past.previous, keys, door.name)
    if first is None or first >= scan.started_at:
        if without is not None:
            return f"It is new: the scan of {date(without)} did not have it."
        return "This is the first scan that sees it."
    back = f"; the scan of {date(without)} did not have it, and now it is back" if without is not None else ""
    return f"First seen {date(first)}{back}."


def _lacked(previous: Scan | None, keys: set[str] | set[str | None], name: str) -> datetime | None:
    """When the scan before this one read all mappings of the gateway and this one was not among them."""
    for gateway in previous.gateways if previous is not None else ():
        igd = gateway.services.igd
        if gateway.device in keys and igd is not None and igd.listed == "all":
            there = any(name_of(m) == name for m in gateway.mappings)
            return None if there or previous is None else previous.started_at
    return None


def date(at: datetime) -> str:
    """`12 May 2026`, in UTC."""
    return f"{at.day} {at:%B %Y}"


def _span(seconds: int) -> str:
    """How long that is, in its largest whole unit."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' * (count != 1)}"
    return "less than a minute"
