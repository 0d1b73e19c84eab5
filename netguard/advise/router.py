"""What this home's router can keep apart, as far as its device record says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from netguard.model.device import Device
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence
from netguard.rules.schema import DeviceRecord


class Ability(StrEnum):
    """What the router can keep apart."""

    VLANS = "vlans"
    GUEST = "guest"
    """A guest network only."""
    NEITHER = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """The router on the way to the internet."""

    device: Device | None = None
    """Null where the scan saw none."""
    record: DeviceRecord | None = None
    """What is known of its kind; null where it was not recognised, or by a guess only."""
    can: Ability = Ability.UNKNOWN
    guests_meet: bool | None = None
    """Whether guests reach each other, as it comes; null where nobody has written that down."""


def router(scan: Scan, records: Mapping[str, DeviceRecord]) -> Router:
    """The first router on the way, by the gateway's MAC or address, and what it can do by its record among `records`.

    A guess is none: whoever is told that their router cannot do something buys another one.
    """
    device = _first_hop(scan)
    record = records.get(device.profile or "") if device is not None else None
    if device is None or record is None or device.confidence is Confidence.POSSIBLE:
        return Router(device=device)
    known = record.segments
    if known is None:
        return Router(device=device, record=record)
    apart = known.guest_isolates
    return Router(
        device=device,
        record=record,
        can=_ability(vlans=known.vlans, guest=known.guest),
        guests_meet=None if apart is None else not apart,
    )


def _ability(*, vlans: bool | None, guest: bool | None) -> Ability:
    if vlans:
        return Ability.VLANS
    if vlans is None or guest is None:
        return Ability.UNKNOWN
    return Ability.GUEST if guest else Ability.NEITHER


def _first_hop(scan: Scan) -> Device | None:
    hop = scan.vantage.gateway
    if hop is None:
        return None
    own = (d for d in scan.devices if hop.mac is not None and d.mac == hop.mac)
    return next(own, None) or next((d for d in scan.devices if hop.address in d.addresses), None)
