"""What was looked at, and why not where it was not: shared by the checks about ports."""

from collections.abc import Iterator

from netguard.checks._contract import Check, Subject
from netguard.model import ports as port_text
from netguard.model.action import Remedy
from netguard.model.declared import LINK_NAMES, without_address
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.scan import Scan
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    Depth,
    Ended,
    Link,
    Needs,
    Outcome,
    PortState,
    Power,
    Role,
    Transport,
)
from netguard.rules.loader import Rules

ALL_TCP_PORTS = 65535

CLOSE_PORT = Remedy(
    group="close-port",
    title="Close what {device} has no reason to open",
    needs=Needs.MENU,
    intent="disable-feature",
    loses=("remote maintenance over the closed port, if anybody uses it",),
)

NETWORK = Subject(target="network", identity="network", name="this network")


def others(scan: Scan) -> tuple[Device, ...]:
    """Every device that was seen, but the computer netguard ran on."""
    return tuple(d for d in scan.devices if d.seen and scan.vantage.address not in d.addresses)


def absent(scan: Scan, roles: frozenset[Role]) -> tuple[Device, ...]:
    """Declared devices with one of these roles that were not seen."""
    return tuple(d for d in scan.devices if d.declared and not d.seen and d.role in roles)


def not_seen(check: Check, scan: Scan, roles: frozenset[Role], rules: Rules) -> Iterator[Finding]:
    """What `check` says of each declared device with one of these roles that was not seen: never that all is well.

    One that has an IP address of its own is unknown, with how to wake it. To one that has none the check does not
    apply, and the finding says what can be looked at instead.
    """
    for device in absent(scan, roles):
        subject = Subject.device(device)
        record = rules.devices.get(device.profile or "")
        if without_address(device) or (device.link is None and record is not None and record.ip == "no"):
            hub = (
                record.name if record and record.role in DOOR_ROLES | HUB_ROLES and record.role != device.role else None
            )
            yield check.not_applicable(subject, because=_no_address(subject.name, device.link, hub))
        else:
            how = device.unseen or "Wake it and scan again."
            yield check.unknown(
                subject,
                because="it was declared but not seen",
                how=f"{how} netguard scan --wait-for waits until it shows itself.",
            )


def _no_address(name: str, link: Link | None, hub: str | None) -> str:
    how = f" ({LINK_NAMES[link]})" if link is not None else ""
    by = "any bridge or hub that it talks to" if link is Link.BLUETOOTH else "its hub"
    if link is Link.BRIDGE:
        by = "its bridge"
    if hub:
        by = f"its hub ({hub})" if link is not Link.BRIDGE else f"its bridge ({hub})"
    return f"{name} has no IP address of its own{how}: {by} is what can be looked at"


def asked(device: Device, transport: Transport = Transport.TCP) -> frozenset[int]:
    """The ports that were asked and answered for, over all its addresses."""
    return frozenset(p for c in device.coverage if c.transport is transport for p in port_text.parse(c.ports))


def open_on(
    device: Device, *ports: int, name: str | tuple[str, ...] | None = None, transport: Transport = Transport.TCP
) -> tuple[Service, ...]:
    """Open services on these ports that are not known to be something else, and those called `name` anywhere."""
    called = (name,) if isinstance(name, str) else name or ()
    return tuple(
        s
        for s in device.services
        if s.state is PortState.OPEN
        and s.transport is transport
        and (s.name in called or (s.port in ports and s.name is None))
    )


def fix_on(device: Device, rules: Rules, check_id: str, otherwise: str) -> str:
    """What closes this check's finding on this very device, where its record knows it; else `otherwise`."""
    record = rules.devices.get(device.profile or "")
    return record.fixes.get(check_id, otherwise) if record else otherwise


def why_not_asked(scan: Scan, device: Device) -> tuple[str, str]:
    """Why ports of `device` were not asked, and how to let netguard ask them."""
    where = {str(address) for address in device.addresses} | {device.key}
    failed = [
        a
        for a in scan.attempts
        if a.stage in {"probe", "probe.ports"} and a.target in where and a.outcome is not Outcome.DONE
    ]
    if failed:
        return failed[-1].reason or "it could not be looked at", _what_would_help(scan, device, failed[-1].outcome)
    if device.power is Power.BATTERY or (device.role is Role.LOCK and device.power is None):
        return (
            "it runs on a battery, so only its known ports were asked",
            f"Name it to have it asked fully: netguard scan {next(iter(device.addresses), '')}",
        )
    if scan.depth is not Depth.DEEP:
        return f"depth {scan.depth} does not ask all its ports", "Scan with --depth deep."
    return "it was not asked", "Scan again."


def _what_would_help(scan: Scan, device: Device, outcome: Outcome) -> str:
    if outcome is Outcome.SKIPPED and not device.addresses:
        return "Scan again while it is awake, so that its address is seen."
    if outcome is Outcome.SKIPPED and scan.ended is Ended.FINISHED:
        return "Take it off never_touch or pause in your settings if you want it looked at."
    if scan.ended is not Ended.FINISHED:
        return "Scan again and let the scan finish."
    nearer = "Scan again from nearer to it"
    if scan.depth is not Depth.DEEP:
        nearer += ", or with --depth deep, which gives each device more time"
    return f"{nearer}. Where its own firewall drops everything, nothing can be seen from here."


def names(devices: tuple[Device, ...], most: int = 4) -> str:
    """The devices' names for a sentence, cut after `most`."""
    shown = [Subject.device(d).name for d in devices[:most]]
    return ", ".join(shown) + (f" and {len(devices) - most} more" if len(devices) > most else "")


def others_named(scan: Scan, devices: tuple[Device, ...]) -> str:
    """As `names`, with the personal devices that were counted and left out of the document."""
    counted = (
        f"{scan.personal_devices} personal device{'s' * (scan.personal_devices != 1)}" if scan.personal_devices else ""
    )
    return " and ".join(filter(None, (names(devices) if devices else "", counted)))
