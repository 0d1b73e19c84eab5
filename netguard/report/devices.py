"""Devices in words: what each is, what it exposes, and what it was asked."""

from collections.abc import Mapping

from netaddr import mac_unix_expanded

from netguard.model import ports
from netguard.model.declared import without_address
from netguard.model.device import Coverage, Device
from netguard.model.finding import Finding
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, INFRASTRUCTURE_ROLES, Role, Status, Transport
from netguard.report import words
from netguard.report.mappings import from_internet
from netguard.report.services import distinct, services
from netguard.report.shape import DeviceView, FindingView, Said
from netguard.report.subjects import address_of, name_of, prose

_GUARDS = frozenset({Role.THREAD_BORDER_ROUTER, Role.ALARM, Role.DOORBELL, Role.CAMERA})
UNSEEN = "Not seen in this scan: asleep, elsewhere, switched off, or without an IP address of its own."
"""Of a device that was not seen, where the document does not say more."""

SHORT_PORTS = 60
"""Characters up to which a list of asked ports is written out; a longer one is only counted."""


def devices(scan: Scan, problems: Mapping[str, FindingView]) -> tuple[DeviceView, ...]:
    """All devices: locks and their bridges, hubs, the router, what guards the home, then the rest by address.

    `problems` is what stands open, by fingerprint.
    """
    return tuple(_device(scan, d, problems) for d in sorted(scan.devices, key=_rank))


def unseen(scan: Scan) -> tuple[Said, ...]:
    """Name what was declared and not seen, doors first, each with why that may be and what to do about it."""
    absent = sorted((d for d in scan.devices if not d.seen), key=_rank)
    return tuple(Said(label=name_of(d), text=why_unseen(d)) for d in absent)


def why_unseen(device: Device) -> str:
    """Why `device` may not have been seen, and how to wake it or what else to look at: whole sentences."""
    return prose(device.unseen or "") or UNSEEN


def _rank(device: Device) -> tuple[int, int, int, str]:
    order = (
        device.role is Role.LOCK,
        device.role in DOOR_ROLES,
        device.role in HUB_ROLES,
        device.role in INFRASTRUCTURE_ROLES,
        device.role in _GUARDS,
        device.role is not Role.UNKNOWN,
        True,
    )
    first = min(device.addresses, default=None, key=lambda a: (a.version, int(a)))
    return order.index(True), first.version if first else 9, int(first) if first else 0, device.key


def _device(scan: Scan, device: Device, problems: Mapping[str, FindingView]) -> DeviceView:
    keys = {device.key, *device.former_keys}
    about = tuple(f for f in scan.findings if f.target in keys)
    names = {f.fingerprint for f in about}
    groups = services(scan, device)
    return DeviceView(
        name=name_of(device),
        role=device.role,
        role_word=words.ROLES[device.role],
        door=device.role in DOOR_ROLES,
        maker=_maker(device),
        address=address_of(device),
        unseen=None if device.seen else why_unseen(device),
        problems=tuple(problem for fingerprint, problem in problems.items() if fingerprint in names),
        judged=_judged(about),
        unexpected=distinct(groups, "unexpected"),
        open=distinct(groups),
        from_internet=from_internet(scan, device),
        details=tuple(_details(device)),
        services=groups,
        asked=asked(device),
        sightings=tuple(Said(label=clean(s.source), text=clean(s.detail)) for s in device.sightings),
    )


def _judged(about: tuple[Finding, ...]) -> str | None:
    good = sum(f.status is Status.PASS for f in about)
    missing = sum(f.status is Status.UNKNOWN for f in about)
    if not good and not missing:
        return None
    return f"{good or 'none'} all right" + (f", {missing} not checked" if missing else "")


def _maker(device: Device) -> str | None:
    vendor, model = clean(device.vendor or ""), clean(device.model or "")
    if vendor and model.casefold().startswith(vendor.casefold()):
        return model
    return " ".join(filter(None, (vendor, model))) or None


def _details(device: Device) -> list[Said]:
    said = []
    if device.addresses:
        said.append(Said(label="Addresses", text=", ".join(str(a) for a in device.addresses)))
    if device.mac is not None:
        note = " (a private address, made up by the device)" if device.mac_randomised else ""
        said.append(Said(label="Hardware address", text=device.mac.format(mac_unix_expanded) + note))
    if device.hostnames:
        said.append(Said(label="Calls itself", text=", ".join(clean(h) for h in device.hostnames)))
    if device.firmware:
        said.append(Said(label="Firmware", text=clean(device.firmware)))
    if device.power:
        said.append(Said(label="Power", text=words.POWERS[device.power]))
    if device.link:
        how = words.LINKS[device.link]
        said.append(
            Said(label="Connected", text=f"by {how}" + (", which the scan cannot see" * without_address(device)))
        )
    if device.role is not Role.UNKNOWN and device.seen:
        record = f", by the record {clean(device.profile)}" if device.profile else ""
        said.append(Said(label="Recognised", text=words.RECOGNISED[device.confidence] + record))
    if device.declared:
        said.append(Said(label="Declared", text="you told netguard that you have it"))
    said.append(Said(label="Known by", text=clean(device.key)))
    return said


def asked(device: Device) -> tuple[str, ...]:
    """Say what was asked of the device, one sentence per address and transport: what is not in here was not asked."""
    if not device.seen:
        return ("Nothing was asked of it, so nothing in here speaks about it.",)
    if not device.coverage:
        return ("No port of it was asked.",)
    gathered: dict[tuple[str, Transport], list[Coverage]] = {}
    for part in device.coverage:
        gathered.setdefault((str(part.address), part.transport), []).append(part)
    several = len({address for address, _ in gathered}) > 1
    said = []
    for (address, transport), parts in gathered.items():
        numbers = frozenset().union(*(ports.parse(p.ports) for p in parts))
        opened = sum(
            str(s.address) == address and s.transport is transport and s.port in numbers for s in device.open_services
        )
        where = f" at {address}" if several else ""
        said.append(f"Asked {_ports(numbers, transport)}{where}, {opened or 'none'} open.")
    return tuple(said)


def _ports(numbers: frozenset[int], transport: Transport) -> str:
    exact = ports.render(numbers)
    shown = f" ({exact})" if numbers and len(exact) <= SHORT_PORTS else ""
    return words.count(len(numbers), f"{transport.upper()} port") + shown
