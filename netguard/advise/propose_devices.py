"""Which devices of a home belong into a network of their own, why, and what their owner loses by it. Pure.

| what | where | because |
|---|---|---|
| locks, lock bridges, hubs, border routers, and what has a hub's radio (some TVs and speakers) | apart, all of them together | who reaches them stands before the door |
| the same, where something that stays answers as a hub or broker does (a NAS that runs one) | trusted, all of them together | a lock never moves away from what may command it |
| cameras, TVs, printers, lights, plugs and other things | apart | seldom updated, and with no business among computers |
| computers, phones, consoles, storage | trusted | what people keep their data on |
| what nobody recognised | trusted | it may be somebody's computer |
| routers, access points, switches | no member | they are the network |

Where there is only a guest network, which may keep its clients from each other, fewer can go: no lock or hub unless it is the
only one and its record says that it listens nowhere, nothing that a hub in the home commands, and no printer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netguard.model.device import Device
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    INFRASTRUCTURE_ROLES,
    IOT_ROLES,
    PERSONAL_ROLES,
    Confidence,
    Link,
    Role,
)
from netguard.rules.loader import Rules
from netguard.rules.schema import DeviceRecord

TOGETHER = DOOR_ROLES | HUB_ROLES | {Role.THREAD_BORDER_ROUTER}
"""What moves together or not at all: which of them talk with each other inside the home, a scan cannot see."""

HUB_RADIOS = frozenset({Link.THREAD, Link.ZIGBEE, Link.Z_WAVE})
"""Radios by which a device may command others."""

MAY_BE_HUBS = frozenset({Role.TV, Role.SPEAKER, Role.ALARM})
"""What is a hub, too, where it has such a radio: Apple TV, HomePod, Nest Hub, alarm panels."""

COMMANDED = frozenset(
    {
        Role.LIGHT, Role.PLUG, Role.THERMOSTAT, Role.SENSOR, Role.CAMERA, Role.DOORBELL, Role.ALARM, Role.APPLIANCE,
    }
)  # fmt: skip
"""What hubs command inside the home; a guest network would cut it off from them."""

COMMANDS = ("api.name", "mqtt.code")
"""Kinds of observation that show something which commands others: a hub's interface, a broker."""

MAX_NAME = 40
"""Characters of a device's own name in a remark."""

LOSES: Mapping[Role, str] = {
    Role.LOCK: "Adding or pairing it again may need the phone in its network for that moment.",
    Role.LOCK_HUB: "Adding or pairing it again may need the phone in its network for that moment.",
    Role.SMART_HOME_HUB: "Adding new devices to it may need the phone in its network for that moment.",
    Role.THREAD_BORDER_ROUTER: "Adding new devices to it may need the phone in its network for that moment.",
    Role.TV: "Casting finds it only where the router reflects mDNS (a step of the firewall's README); DLNA does not find it.",
    Role.SPEAKER: "Casting finds it only where the router reflects mDNS (a step of the firewall's README); apps that search by UPnP do not.",
    Role.PRINTER: "Computers that know its old address have to be told the new one; scanning into a shared folder needs an entry there under `listens`.",
    Role.CAMERA: "Recording onto a NAS or computer needs an entry there under `listens`; its app may need the internet or the listed ports.",
    Role.DOORBELL: "Recording onto a NAS or computer needs an entry there under `listens`.",
    Role.ALARM: "Adding sensors to it may need the phone in its network for that moment.",
    Role.VOIP: "Telephones of a server in the trusted network need an entry there under `listens`.",
}
"""What changes for the person, and how to keep it, by role; what is not here loses what `LOSES_ANY` says."""

LOSES_ANY = (
    "Apps that search for it by broadcast do not find it any more; those that use its address or its maker's cloud do."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one device is to live."""

    device: Device
    apart: bool
    """Whether it moves into the network of things (or the guest network, where there is no other)."""
    why: str
    loses: str | None = None
    """What its owner loses and how to keep it; null for what stays."""


def called(device: Device, rules: Rules) -> str:
    """`Front Door (HomeKit door lock), 192.168.1.21 today`: for people only, the device chose the words itself."""
    record = rules.devices.get(device.profile or "")
    what = record.name if record is not None else device.role.value
    name = clean(device.name or "", MAX_NAME)
    first = f"{name} ({what})" if name and name.lower() != what.lower() else what
    perhaps = "" if device.confidence is Confidence.CONFIRMED else f", {device.confidence}"
    return f"{first}{perhaps}" + (f", {device.addresses[0]} today" if device.addresses else "")


def living(scan: Scan) -> tuple[Device, ...]:
    """Who was seen and is no part of the network itself, by key."""
    gateway = scan.vantage.gateway
    return tuple(
        sorted(
            (
                d
                for d in scan.devices
                if d.seen
                and d.role not in INFRASTRUCTURE_ROLES
                and not (gateway and (gateway.address in d.addresses or (d.mac is not None and d.mac == gateway.mac)))
            ),
            key=lambda d: d.key,
        )
    )


def places(scan: Scan, rules: Rules, *, guest_only: bool = False) -> tuple[Place, ...]:
    """Where each device that was seen is to live, by key. `guest_only`: apart means the router's guest network."""
    devices = living(scan)
    together = {d.key: d for d in devices if _is_together(d, rules)}
    speaking = {o.device for o in scan.observations if o.kind in COMMANDS}
    commanding = tuple(d for d in devices if d.key in speaking and d.key not in together and d.role not in IOT_ROLES)
    alone = len(together) == 1 and not commanding and all(_listens_nowhere(d, rules) for d in together.values())
    hubs = commanding or tuple(d for d in together.values() if d.role not in DOOR_ROLES)

    def place(device: Device) -> Place:
        if device.key in together and commanding:
            return Place(device=device, apart=False, why=_beside(commanding, rules))
        if guest_only and device.key in together and not alone:
            return Place(
                device=device,
                apart=False,
                why="It stays: a guest network may keep its clients from each other, and cut a lock off from its hub or app.",
            )
        if guest_only and hubs and device.role in COMMANDED:
            return Place(
                device=device, apart=False, why="It stays: a hub in the home may command it, and could not from there."
            )
        if guest_only and device.role is Role.PRINTER:
            return Place(device=device, apart=False, why="It stays: nobody could print from outside the guest network.")
        if device.key in together or device.role in IOT_ROLES:
            return Place(
                device=device, apart=True, why=_why(device, guest_only=guest_only), loses=_loses(device, guest_only)
            )
        return Place(device=device, apart=False, why=_stays(device))

    return tuple(map(place, devices))


def unsure(found: Iterable[Place]) -> tuple[Device, ...]:
    """Whom nobody recognised and who stay, while a lock or hub moves: one of them may be what commands the lock."""
    found = tuple(found)
    if not any(p.apart and p.device.role in TOGETHER for p in found):
        return ()
    return tuple(p.device for p in found if not p.apart and p.device.role is Role.UNKNOWN)


def _is_together(device: Device, rules: Rules) -> bool:
    if device.role in TOGETHER:
        return True
    record = _record(device, rules)
    return device.role in MAY_BE_HUBS and record is not None and bool(HUB_RADIOS & set(record.links))


def _listens_nowhere(device: Device, rules: Rules) -> bool:
    record = _record(device, rules)
    return record is not None and record.expected_inbound == () and not device.open_services


def _record(device: Device, rules: Rules) -> DeviceRecord | None:
    return rules.devices.get(device.profile or "")


def _beside(commanding: tuple[Device, ...], rules: Rules) -> str:
    return (
        f"It stays: {called(commanding[0], rules)} answers as a hub or broker does, and a lock never moves away from what may "
        "command it. Give that program a device of its own if it does; if it has nothing to do with it, move it."
    )


def _why(device: Device, *, guest_only: bool) -> str:
    where = "into the guest network" if guest_only else "apart"
    if device.role in TOGETHER:
        return f"It moves {where}, with all locks and hubs: whoever reaches them stands before the door."
    return f"It moves {where}: a thing that needs neither computers nor phones around it."


def _loses(device: Device, guest_only: bool) -> str:  # noqa: FBT001 - what is lost depends on it
    if guest_only:
        return "What works by its maker's cloud goes on; apps and casting that need the same network work from within the guest network only."
    return LOSES.get(device.role, LOSES_ANY)


def _stays(device: Device) -> str:
    if device.role in PERSONAL_ROLES:
        return "It stays: people keep their own data on it."
    if device.mac_randomised:
        return "It stays: its MAC is made up, as phones and laptops do. If it is a thing, say so with `netguard devices role`."
    return (
        "It stays, because nobody recognised it. Say what it is with `netguard devices role`, and make the plan again."
    )
