"""Making one of several: devices of one scan that the person said are one, and known devices that turn out to be one."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from netguard.compare.likeness import IDS, Traits
from netguard.model.address import in_order_of_use
from netguard.model.device import Device, Identity
from netguard.model.known import IDENTITY_ORDER, KnownDevice
from netguard.model.vocabulary import Confidence, Role

MAX_PARTS = 64
"""Names, identities and notes kept of a folded device; each of its parts has at most half as many."""

_T = TypeVar("_T")


def folded(devices: tuple[Device, ...]) -> Device:
    """One device with everything that `devices` (at least one, in a fixed order) showed.

    Name, role and make come from the one that was recognised best; addresses, services and coverage from all.
    """
    main = min(devices, key=_preference)
    if len(devices) == 1:
        return main
    rest = [device for device in devices if device is not main]
    everything = (main, *rest)
    return replace(
        main,
        identities=_in_order(tuple(i for d in everything for i in d.identities)),
        addresses=in_order_of_use(tuple(a for d in everything for a in d.addresses)),
        hostnames=tuple(sorted({n for d in everything for n in d.hostnames}))[:MAX_PARTS],
        mac=_first(d.mac for d in everything),
        mac_randomised=next((d.mac_randomised for d in everything if d.mac is not None), None),
        vendor=_first(d.vendor for d in everything),
        model=_first(d.model for d in everything),
        name=_first(d.name for d in everything),
        firmware=_first(d.firmware for d in everything),
        power=_first(d.power for d in everything),
        link=_first(d.link for d in everything),
        declared=any(d.declared for d in everything),
        services=tuple(
            sorted(
                (s for d in everything for s in d.services),
                key=lambda s: (s.address.version, int(s.address), s.transport, s.port),
            )
        ),
        coverage=tuple(
            sorted(
                (c for d in everything for c in d.coverage),
                key=lambda c: (c.address.version, int(c.address), c.transport, c.engine),
            )
        ),
        sightings=tuple(dict.fromkeys(n for d in everything for n in d.sightings))[:MAX_PARTS],
    )


def may_be_folded(mine: Traits, one: KnownDevice, other: KnownDevice, *, weak: bool) -> bool:
    """Whether two known devices that a device agrees with are one. `weak` says that it agrees with `other` weakly.

    Not when the person named them differently or said that they are two, nor when each has a network card that the
    device does not show both of; on weak evidence not when their ids differ either.
    """
    first, second = Traits.of_known(one), Traits.of_known(other)
    for left, right in ((one.said_name, other.said_name), (one.said_role, other.said_role)):
        if left is not None and right is not None and left != right:
            return False
    if set(one.apart) & {*second.texts, *other.joined} or set(other.apart) & {*first.texts, *one.joined, *mine.texts}:
        return False
    kinds = ("mac", *IDS) if weak else ("mac",)
    for kind in kinds:
        ours, theirs = first.of(kind), second.of(kind)
        shown = mine.of(kind)
        if ours and theirs and not ours & theirs and not (shown & ours and shown & theirs):
            return False
    return True


def _preference(device: Device) -> tuple[object, ...]:
    """Recognised before not, surest first, then the strongest identity."""
    confidences = tuple(Confidence)
    kinds = [IDENTITY_ORDER.index(i.kind) if i.kind in IDENTITY_ORDER else 99 for i in device.identities]
    return (
        device.role is Role.UNKNOWN,
        device.profile is None,
        confidences.index(device.confidence),
        min(kinds, default=99),
        sorted((i.kind, i.value) for i in device.identities),
    )


def _in_order(identities: tuple[Identity, ...]) -> tuple[Identity, ...]:
    unique = {(i.kind, i.value): i for i in identities}
    ranked = sorted(unique, key=lambda n: (IDENTITY_ORDER.index(n[0]) if n[0] in IDENTITY_ORDER else 99, n[1]))
    return tuple(unique[name] for name in ranked)[:MAX_PARTS]


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)
