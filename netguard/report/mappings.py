"""One port that a router lets in from the internet, in words: whom it leads to, what answers there, how to close it. Pure."""

from collections.abc import Iterator, Mapping

from netaddr import IPAddress

from netguard.model import ports
from netguard.model.device import Device
from netguard.model.finding import fingerprint
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.mapping import UPNP, how_to_remove
from netguard.model.mapping import name as name_of_mapping
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Severity, Transport
from netguard.report import words
from netguard.report.services import on_port
from netguard.report.shape import FindingView, MappingView, Said
from netguard.report.subjects import name_of, prose

STALE = "upnp-stale-mapping"
ABOUT_A_MAPPING = frozenset({"upnp-port-mapping-lock", STALE, "upnp-port-mapping"})
"""Checks whose findings are about one mapping each; of each mapping they make exactly one."""

_ORDER = tuple(Severity)


def let_in(scan: Scan) -> tuple[PortMapping, ...]:
    """Every mapping that is not switched off, of all gateways."""
    return tuple(m for gateway in scan.gateways for m in gateway.mappings if m.enabled is not False)


def from_internet(scan: Scan, device: Device) -> tuple[str, ...]:
    """The ports by which a gateway lets the internet in to `device`."""
    keys = {device.key, *device.former_keys}
    return tuple(dict.fromkeys(_port(m) for m in let_in(scan) if m.device in keys))


def mapping_view(
    scan: Scan, gateway: Gateway, mapping: PortMapping, problems: Mapping[str, FindingView]
) -> MappingView:
    """`problems` is what stands open, by fingerprint."""
    owner = owner_of(scan, mapping)
    where = prose(mapping.internal_client) or "no address"
    who = f"{name_of(owner)} ({where})" if owner is not None else where
    if owner is None and mapping.client == scan.vantage.address:
        who = f"this computer ({where})"
    found = _about(scan, gateway, mapping, owner, problems)
    worst = min((p.severity for p in found if p.disposition == "open"), key=_ORDER.index, default=None)
    answers, absent = _answers(scan, mapping, owner)
    return MappingView(
        port=_port(mapping),
        leads_to=f"{who}, port {mapping.internal_port}",
        answers=answers,
        door=owner is not None and owner.role in DOOR_ROLES,
        # A sleeping lock may still have its address: the checks know it from earlier scans, and then say so.
        absent=absent and all(p.check == STALE for p in found),
        off=mapping.enabled is False,
        severity=worst,
        severity_word=words.SEVERITIES[worst] if worst else None,
        problems=found,
        details=tuple(_details(mapping)),
        close=how_to_remove(scan, gateway, mapping),
    )


def _about(
    scan: Scan, gateway: Gateway, mapping: PortMapping, owner: Device | None, problems: Mapping[str, FindingView]
) -> tuple[FindingView, ...]:
    """What was found about this mapping: its name is made of the mapping and of whom it leads to, or else of the router."""
    box = scan.device(gateway.device) if gateway.device is not None else None
    keys = [key for device in (owner, box) if device is not None for key in (device.key, *device.former_keys)]
    mark = clean(name_of_mapping(mapping))
    names = {fingerprint(check, clean(key), mark) for check in ABOUT_A_MAPPING for key in (*keys, "network")}
    return tuple(problem for name, problem in problems.items() if name in names)


def owner_of(scan: Scan, mapping: PortMapping) -> Device | None:
    """The device that it leads to; null where none in the document has that address."""
    return scan.device(mapping.device) if mapping.device is not None else None


def _port(mapping: PortMapping) -> str:
    """A mapping's port on the internet's side; 0 stands for all of them (WANIPConnection:1, ExternalPort)."""
    name = mapping.protocol.upper()
    return f"{name} {mapping.external_port}" if mapping.external_port else f"every {name} port"


def _answers(scan: Scan, mapping: PortMapping, owner: Device | None) -> tuple[str, bool]:
    """What answers where it leads to, as a sentence, and whether nobody is there."""
    client = mapping.client
    if client is None or (owner is None and str(client) != mapping.internal_client):
        return "The router names no address there that could be looked at.", False
    if owner is None:
        return _nobody(scan, client)
    if not owner.seen:
        return "It was not seen in this scan, so what answers there is not known.", False
    return _on_port(scan, owner, client, mapping), False


def _on_port(scan: Scan, owner: Device, client: IPAddress, mapping: PortMapping) -> str:
    service = on_port(scan, owner, client, mapping.protocol, mapping.internal_port)
    if service is not None and service.open:
        said = "".join(f"; {text}" for text in service.said)
        return f"{service.what or 'Something that was not recognised'} answers there{said}."
    if service is not None:
        return f"Nothing answers there now: {service.state}."
    if asked(owner, client, mapping.protocol, mapping.internal_port):
        return "Nothing answered on that port in this scan."
    return "That port was not asked in this scan, so what answers there is not known."


def _nobody(scan: Scan, client: IPAddress) -> tuple[str, bool]:
    if client == scan.vantage.address:
        return "It leads to the computer that this scan was made with.", False
    if client not in scan.vantage.segment.prefix:
        return "That address is on another network than the one that was scanned.", False
    if scan.personal_devices:
        return "No device in this report has that address; it may be one of those that were only counted.", False
    return "No device that was seen has that address.", True


def asked(device: Device, client: IPAddress, transport: Transport, port: int) -> bool:
    """Whether that port was asked in this scan."""
    return any(
        c.address == client and c.transport is transport and port in ports.parse(c.ports) for c in device.coverage
    )


def _details(mapping: PortMapping) -> Iterator[Said]:
    yield Said(label="Open to", text=clean(mapping.remote_host or "") or "anybody on the internet")
    if mapping.description:
        yield Said(label="Opened as", text=f"“{clean(mapping.description)}”, says whoever opened it")
    if mapping.enabled is False:
        yield Said(label="State", text="switched off, says the router")
    yield Said(label="Lasts", text=_lease(mapping.lease_seconds))
    if mapping.source != UPNP:
        yield Said(label="Listed by", text=clean(mapping.source))


def _lease(seconds: int | None) -> str:
    if seconds is None:
        return "not told"
    return words.another(seconds) if seconds > 0 else "until somebody closes it: it has no end of its own"


def weight(mapping: MappingView) -> tuple[int, bool, bool]:
    """What comes first: the worst, then what opens a door, then what is switched on."""
    return (
        _ORDER.index(mapping.severity) if mapping.severity is not None else len(_ORDER),
        not mapping.door,
        mapping.off,
    )
