"""Wi-Fi Protected Setup as beacons and probe responses announce it.

Layout and numbers: Wi-Fi Alliance, "Wi-Fi Simple Configuration Technical Specification", version 2.0.8, sections 8
(what a beacon and a probe response hold) and 12 (data elements, the WFA vendor extension among them). What access points make of it is described in hostapd's src/wps/wps_registrar.c.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netguard.model.vocabulary import WpsMethod
from netguard.model.wifi import Wps

_CONFIG_METHODS, _PASSWORD_ID, _RESPONSE_TYPE = 0x1008, 0x1012, 0x103B
_SELECTED, _STATE, _EXTENSION, _VERSION, _LOCKED = 0x1041, 0x1044, 0x1049, 0x104A, 0x1057

_WFA = b"\x00\x37\x2a"
"""Vendor id of the Wi-Fi Alliance in a vendor extension, which holds Version2."""
_VERSION2 = 0

_METHODS = (
    (0x0001, WpsMethod.USB),
    (0x0002, WpsMethod.ETHERNET),
    (0x0004, WpsMethod.LABEL),
    (0x0008 | 0x2000 | 0x4000, WpsMethod.DISPLAY),  # also as virtual and as physical display
    (0x0010 | 0x0020 | 0x0040, WpsMethod.NFC),  # token outside, token inside, interface
    (0x0080 | 0x0200 | 0x0400, WpsMethod.PUSH_BUTTON),  # also as virtual and as physical button
    (0x0100, WpsMethod.KEYPAD),
)
"""Bits of Config Methods; 0x1000 (P2PS) concerns Wi-Fi Direct only."""

PUSH_BUTTON_ID, PIN_ID = 4, 0
"""Device password ids: push button, and default (PIN)."""

MAX_ATTRIBUTES = 128
"""Attributes read of one frame; a probe response has some twenty, and thousands of empty ones would cost time only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What the WPS elements of one frame say. Null is what they leave out."""

    state: int | None = None
    """1 not configured, 2 configured."""
    version: str | None = None
    locked: bool | None = None
    selected: bool | None = None
    """Selected Registrar: somebody is being let in just now."""
    password_id: int | None = None
    config_methods: int | None = None
    response: bool = False
    """Whether they are from a probe response: only that has a Response Type."""
    damaged: bool = False


def read(data: bytes) -> Announced:
    """The attributes of all WPS elements of one frame, joined in their order. Never raises.

    An attribute that passes the end is left out, and so is one of a wrong length; the first of a kind counts.
    """
    found: dict[int, bytes] = {}
    damaged = False
    for kind, value in _attributes(data):
        if kind is None:
            damaged = True
        elif kind != _EXTENSION or value[:3] == _WFA:
            found.setdefault(kind, value)
    version = _octet(found.get(_VERSION))
    version2 = _version2(found.get(_EXTENSION, b""))
    state, locked, selected = (_octet(found.get(kind)) for kind in (_STATE, _LOCKED, _SELECTED))
    return Announced(
        state=state if state in {1, 2} else None,
        version=_shown(version2 if version2 is not None else version),
        locked=None if locked is None else bool(locked),
        selected=None if selected is None else bool(selected),
        password_id=_word(found.get(_PASSWORD_ID)),
        config_methods=_word(found.get(_CONFIG_METHODS)),
        response=_RESPONSE_TYPE in found,
        damaged=damaged,
    )


def methods(announced: Announced) -> tuple[WpsMethod, ...] | None:
    """The methods a probe response announces, sorted; null where it does not tell.

    Version 1 lists everything the access point can do, and there an empty list only says that it was not filled in.
    From version 2 on the list holds the ways in which a further, external registrar is let in, which is the access
    point's own PIN (label, display, keypad), and push button is left out of it: an empty one means that no PIN is
    offered. Many makers list the button all the same.
    """
    if not announced.response or announced.config_methods is None:
        return None
    listed = tuple(sorted(method for bits, method in _METHODS if announced.config_methods & bits))
    old = announced.version is None or announced.version.startswith("1.")
    return None if old and not announced.config_methods else listed


def joined(beacon: Announced | None, response: Announced | None) -> Wps:
    """One access point's WPS from the most common of its beacons and of its probe responses; null where none was heard.

    At least one of the two must be there. An attribute that only has to be sent when it is true (AP Setup Locked,
    Selected Registrar) is false where it is missing, but for the lock, which some access points put into the beacon only:
    without a beacon it stays null.
    """
    both = [one for one in (response, beacon) if one is not None]
    states = [one.state for one in both if one.state is not None]
    locks = [one.locked for one in both if one.locked is not None]
    locked = any(locks) if locks else None
    if not locked and beacon is not None and not beacon.damaged:
        locked = False
    return Wps(
        present=True,
        configured=states[0] == 2 if states else None,
        version=max((one.version for one in both if one.version), default=None),
        locked=locked,
        methods=methods(response) if response is not None else None,
        active=_active(both),
    )


def filled(seen: Wps, told: Wps | None) -> Wps:
    """`seen` with what it leaves null taken from `told`, unless the two disagree on whether there is WPS at all."""
    if told is None or (seen.present is not None and told.present is not None and seen.present != told.present):
        return seen
    missing = {
        name: getattr(told, name)
        for name in ("present", "configured", "version", "locked", "methods", "active")
        if getattr(seen, name) is None
    }
    return replace(seen, **missing)


def _active(both: list[Announced]) -> bool | None:
    if any(one.selected for one in both):
        return True
    return None if all(one.damaged and one.selected is None for one in both) else False


def _attributes(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Type and value of each attribute; a null type at the end where one passes it."""
    at, end = 0, len(data)
    for _ in range(MAX_ATTRIBUTES):
        if end - at < 4:
            break
        kind = data[at] << 8 | data[at + 1]
        stop = at + 4 + (data[at + 2] << 8 | data[at + 3])
        if stop > end:
            break
        yield kind, data[at + 4 : stop]
        at = stop
    if at < end and any(data[at:]):  # some access points fill up with zeros
        yield None, b""


def _octet(value: bytes | None) -> int | None:
    return value[0] if value is not None and len(value) == 1 else None


def _word(value: bytes | None) -> int | None:
    return int.from_bytes(value, "big") if value is not None and len(value) == 2 else None


def _version2(extension: bytes) -> int | None:
    """Version2 in a WFA vendor extension, whose subelements have an id and a length of one byte each."""
    at = 3
    while len(extension) - at >= 2:
        number, length = extension[at], extension[at + 1]
        if number == _VERSION2:
            return extension[at + 2] if length == 1 and len(extension) > at + 2 else None
        at += 2 + length
    return None


def _shown(version: int | None) -> str | None:
    """A version as people write it: the high half of the byte, a point, the low half."""
    return None if version is None else f"{version >> 4}.{version & 15}"
