"""Who a target of the document is, as a person calls it."""

import re
from dataclasses import dataclass
from typing import TypeVar

from netguard.model.address import in_order_of_use
from netguard.model.device import Device
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Role
from netguard.report import words

_CODE = re.compile(r"`([^`]{1,80})`")
Item = TypeVar("Item")

WIFI = "wifi:"
"""How the target of a finding about a network in the air begins."""

MAX_PROSE = 4000
"""Longest paragraph said; a document written to be shown (`netguard report FILE`) cannot drown the rest of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who something is about: the name, where it is, and whether it opens a door."""

    name: str
    where: str | None
    door: bool


def folded(items: tuple[Item, ...], shown: int) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """`items` in two: about `shown` that are said at once, and what folds. A fold that hides one thing is only work."""
    if len(items) <= shown + 1:
        return items, ()
    return items[:shown], items[shown:]


def prose(text: str) -> str:
    """`text` on one line, cleaned of control characters, at most `MAX_PROSE` long."""
    return clean(text, MAX_PROSE)


def worded(text: str) -> str:
    """`prose` in a person's quotation marks: checks set words apart as code does, and a reader is no compiler."""
    return _CODE.sub(r"“\1”", prose(text))


def name_of(device: Device) -> str:
    """Find what to call a device: its name, its model, or what it is. Never empty."""
    for candidate in (device.name, *device.hostnames, device.model):
        if candidate and (text := clean(candidate)):
            return text
    maker = clean(device.vendor or "")
    if device.role is Role.UNKNOWN:
        return f"Device by {maker}" if maker else "Device without a name"
    return f"{maker or 'Unnamed'} {words.ROLES[device.role]}"


def address_of(device: Device) -> str | None:
    """Choose the address to reach the device by, IPv4 before IPv6; null when none is known."""
    return next((str(a) for a in in_order_of_use(device.addresses)), None)


def subject(scan: Scan, target: str) -> Subject:
    """Who `target` is: a device key, `segment:<prefix>`, `wifi:<name>` or `network`."""
    device = scan.device(target)
    if device:
        return Subject(name=name_of(device), where=address_of(device), door=device.role in DOOR_ROLES)
    if target == "network":
        return Subject(name="The whole network", where=None, door=False)
    kind, _, prefix = target.partition(":")
    if kind == "segment":
        return Subject(name="The network", where=clean(prefix) or None, door=False)
    if target.startswith(WIFI):
        return Subject(name=f"Wi-Fi “{clean(prefix)}”", where=None, door=False)
    return Subject(name=clean(target) or "Unnamed", where=None, door=False)
