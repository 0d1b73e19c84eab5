"""One network for everything, taken apart: which steps that needs, and what this home's router can do of it. Pure.

| router | step | closes |
|---|---|---|
| VLANs | a network of their own for locks, hubs and things, then the rules between the networks | what is all there |
| not known | the same, with the question whether it can | the same |
| a guest network only | into it goes what works there; what does not needs another router | what went there, whole |
| neither | another router | nothing with this one |

What talks with each other at home moves together or stays together (`propose_devices.places`, which decides for the plan as
for these steps). Rules come last: on one network packets never pass the router, so no rule of its can come between.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netguard.advise.propose_devices import Place, places
from netguard.advise.router import Ability, Router, router
from netguard.model.action import Action, Intent
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, HUB_ROLES, IOT_ROLES, Needs, Role
from netguard.rules.loader import Rules

GROUP = "segment"
"""The remedies' group whose findings this is about."""

ANOTHER_ROUTER, ANOTHER_HOST = "segment-router", "segment-host"
"""How the ids of the steps begin that this router, or nothing but another device, can take."""

ABOUT: dict[str, frozenset[Role]] = {"lock-shares-segment": DOOR_ROLES, "iot-shares-segment": IOT_ROLES}
"""Whom each check is about: its finding is closed when none of them stays."""

NAMED = 6
"""Devices that a sentence names; a longer one is not read."""

FOUND_BY_SEARCH = frozenset({Role.TV, Role.SPEAKER, Role.PRINTER, Role.LOCK_HUB, Role.SMART_HOME_HUB})
"""What apps look for by multicast DNS (casting, AirPlay, IPP, HomeKit)."""

IN_ONE_NETWORK = "Until then no rule of the router's helps: devices of one network talk past it."
RULES = (
    "Then come the rules between the networks: `netguard plan` proposes who lives where and who may reach whom, and `netguard "
    "firewall` writes them for your router, with their undo, and tries them first."
)
TOGETHER = "Move locks and what they talk to at home in one go, since neither finds the other across networks."


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Who would live where, and what this home's router can keep apart."""

    router: Router
    moving: tuple[Place, ...]
    """What belongs into a network apart and can go there."""
    staying: tuple[Place, ...]
    """Locks, hubs and things that have to stay with everything else all the same."""


def topology(scan: Scan, rules: Rules) -> Topology:
    """The home that `scan` saw."""
    found = router(scan, rules.devices)
    everybody = places(scan, rules, guest_only=found.can is Ability.GUEST)
    return Topology(
        router=found,
        moving=tuple(p for p in everybody if p.apart),
        staying=tuple(p for p in everybody if not p.apart and p.device.role in DOOR_ROLES | HUB_ROLES | IOT_ROLES),
    )


def steps(home: Topology, target: str, closed: list[Finding], title: str) -> Iterator[tuple[Action, list[Finding]]]:
    """What closes the findings `closed` about the network `target`, each with its own. `title` is the remedy's."""
    can = home.router.can
    moving = () if can is Ability.NEITHER else home.moving
    staying = (*home.moving, *home.staying) if can is Ability.NEITHER else home.staying
    done = [
        f for f in closed if moving and not any(p.device.role in ABOUT.get(f.check, frozenset(Role)) for p in staying)
    ]
    left = [f for f in closed if f not in done]
    if moving:
        make = _guests if can is Ability.GUEST else _network
        yield make(home, target, done, title), done
    if left:
        make_left = _another_host if can in {Ability.VLANS, Ability.UNKNOWN} else _another_router
        yield make_left(home, target, left, staying), left


def beyond(actions: Iterable[Action], home: Topology) -> frozenset[str] | None:
    """Fingerprints of what stays open with this router, whatever else is done; null where it is not known what it can do."""
    if home.router.can is Ability.UNKNOWN:
        return None
    return frozenset(
        f for a in actions if a.needs is Needs.PURCHASE and not a.id.startswith(ANOTHER_HOST) for f in a.closes
    )


def _network(home: Topology, target: str, closed: list[Finding], title: str) -> Action:
    where = _shown(home.router)
    first = (
        f"Make a network of its own for them on {where}: a VLAN, with a name of its own in the Wi-Fi. {IN_ONE_NETWORK}"
        if home.router.can is Ability.VLANS
        else f"Look in the menu of {where} for VLANs or an IoT network; whether it has them is not known here. If it has a guest "
        f"network only, move there what works by its maker's cloud, and no lock that talks to a hub at home. {IN_ONE_NETWORK}"
    )
    return Action(
        id=f"{GROUP}:{target}",
        title=title,
        closes=_fingerprints(closed),
        needs=Needs.SEGMENT,
        loses=tuple(_lost(home.moving)),
        how=(first, _move(home.moving, "there"), *_stay(home.staying), RULES),
        intents=(Intent(kind="isolate-segment", segment=target), *_intents(home.moving)),
    )


def _guests(home: Topology, target: str, closed: list[Finding], title: str) -> Action:
    del title  # it promises a network that this router has not
    where = _shown(home.router)
    first = (
        f"Switch the guest network of {where} on, with a password of its own, and see to it that guests cannot reach your own "
        "network. It has no VLANs, so that is all it can keep apart."
    )
    return Action(
        id=f"{GROUP}:{target}",
        title=f"Move {_counted(home.moving)} into the router's guest network",
        closes=_fingerprints(closed),
        needs=Needs.MENU,
        loses=tuple(_lost(home.moving)),
        how=(first, _move(home.moving, "into it"), *_stay(home.staying)),
        intents=tuple(Intent(kind="move-device", device=p.device.key, segment="guest") for p in home.moving),
    )


def _another_router(home: Topology, target: str, closed: list[Finding], staying: tuple[Place, ...]) -> Action:
    where = _shown(home.router)
    lacks = (
        f"{where[:1].upper()}{where[1:]} has neither VLANs nor a guest network"
        if home.router.can is Ability.NEITHER
        else f"{where[:1].upper()}{where[1:]} has no VLANs, and its guest network is no place for them"
    )
    return Action(
        id=f"{ANOTHER_ROUTER}:{target}",
        title=f"This router cannot keep {_names(staying)} apart: that takes one with VLANs",
        closes=_fingerprints(closed),
        needs=Needs.PURCHASE,
        how=(
            f"{lacks}. A router with VLANs can, in its place or set up behind it for locks, hubs and things alone.",
            TOGETHER,
            *dict.fromkeys(p.why for p in home.staying),
            RULES,
        ),
        intents=(Intent(kind="isolate-segment", segment=target), *_intents(staying)),
    )


def _another_host(home: Topology, target: str, closed: list[Finding], staying: tuple[Place, ...]) -> Action:
    del home
    return Action(
        id=f"{ANOTHER_HOST}:{target}",
        title=f"{_names(staying)} cannot move away from what commands them: give that a device of its own",
        closes=_fingerprints(closed),
        needs=Needs.PURCHASE,
        how=(*dict.fromkeys(p.why for p in staying), TOGETHER),
    )


def _intents(moving: tuple[Place, ...]) -> Iterator[Intent]:
    """Devices first, then the rules between the networks that they need."""
    for place in moving:
        yield Intent(kind="move-device", device=place.device.key, segment="iot")
    for place in moving:
        yield Intent(kind="reserve-address", device=place.device.key, segment="iot")
    yield Intent(kind="deny-flow", segment="iot")
    if any(p.device.role in FOUND_BY_SEARCH for p in moving):
        yield Intent(kind="reflect-mdns", segment="iot")


def _move(moving: tuple[Place, ...], where: str) -> str:
    together = any(p.device.role in DOOR_ROLES | HUB_ROLES for p in moving)
    return f"Connect {_names(moving)} {where}.{f' {TOGETHER}' if together and len(moving) > 1 else ''}"


def _stay(staying: tuple[Place, ...]) -> Iterator[str]:
    for why in dict.fromkeys(p.why for p in staying):
        yield f"{_names(tuple(p for p in staying if p.why == why))}: {why}"


def _lost(moving: tuple[Place, ...]) -> Iterator[str]:
    """What changes for whom, and how to keep it: what is the same for several is said once."""
    for lost in dict.fromkeys(p.loses for p in moving if p.loses is not None):
        yield f"{_names(tuple(p for p in moving if p.loses == lost))}: {lost}"


def _counted(found: tuple[Place, ...]) -> str:
    return called(found[0].device) if len(found) == 1 else f"{len(found)} devices"


def _names(found: tuple[Place, ...]) -> str:
    names = [called(p.device) for p in found]
    if len(names) > NAMED:
        names = [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more devices"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def called(device: Device) -> str:
    """What its owner calls it: its name, else where it is."""
    return clean(device.name or "") or str(next(iter(device.addresses), device.key))


def _shown(found: Router) -> str:
    return "your router" if found.record is None else f"your router ({found.record.name})"


def _fingerprints(closed: list[Finding]) -> tuple[str, ...]:
    return tuple(sorted({f.fingerprint for f in closed}))
