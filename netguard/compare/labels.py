"""What the person said of their devices, laid over a scan. Pure; the document itself never changes."""

from collections.abc import Iterable
from dataclasses import replace

from netguard.model.device import Device
from netguard.model.known import KnownDevice, kind_of
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence


def laid_over(scan: Scan, known: tuple[KnownDevice, ...]) -> Scan:
    """`scan` with the names and roles that the person gave its devices; `known` of other sites are left out.

    A device of an old document is found by the key it had then. `scan` comes back as it is when nothing was said.
    """
    devices = on_devices(scan.devices, tuple(k for k in known if k.site == scan.site))
    return scan if devices == scan.devices else replace(scan, devices=devices)


def on_devices(devices: tuple[Device, ...], known: tuple[KnownDevice, ...]) -> tuple[Device, ...]:
    """`devices` with the names and roles that the person gave them; a role that a person gave is certain."""
    by_key = _by_key([k for k in known if k.said_name or k.said_role])
    return tuple(_labelled(device, by_key) for device in devices) if by_key else devices


def apart(known: Iterable[KnownDevice]) -> frozenset[frozenset[str]]:
    """Pairs of identities (`kind:value`) that the person said are two devices, as `identify.devices` takes them."""
    pairs = set()
    for each in known:
        others = frozenset(each.apart)
        mine = {*(i.text for i in each.identities if i.kind != "address"), *each.joined} - others if others else set()
        pairs |= {frozenset((a, b)) for a in others for b in mine if kind_of(a) != "address"}
    return frozenset(pairs)


def _by_key(said: Iterable[KnownDevice]) -> dict[str, KnownDevice]:
    """Known devices by key; by a former one where that is nobody's key now."""
    found: dict[str, KnownDevice] = {}
    ordered = sorted(said, key=lambda k: k.id)
    for each in ordered:
        found.setdefault(each.key, each)
    for each in ordered:
        for former in each.former_keys:
            found.setdefault(former, each)
    return found


def _labelled(device: Device, by_key: dict[str, KnownDevice]) -> Device:
    label = next((by_key[k] for k in (device.key, *device.former_keys) if k in by_key), None)
    if label is None:
        return device
    return replace(
        device,
        name=label.said_name or device.name,
        role=label.said_role or device.role,
        confidence=Confidence.CONFIRMED if label.said_role is not None else device.confidence,
    )
