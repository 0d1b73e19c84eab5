"""What the scans of one place, one after the other, say of devices, their ports, access points and mappings. Pure.

A state moves when a scan says so, and stays when it could not look. A comparison tells the difference of two states, not
of two scans; that is why consecutive ones tell each change once, whoever was asleep meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from netguard.compare.presence import ALWAYS_ON, SLEEPY, Presence, expectation, missed, seen
from netguard.compare.sameness import Sameness
from netguard.compare.series import Moment, was_asked
from netguard.model.known import KnownDevice
from netguard.model.timeline import DeviceLine, PointLine
from netguard.model.vocabulary import Security

SAMPLES = 2
"""Scans in a row that must have asked a port, or listened for an access point, before silence means that it is gone: one
lost packet on a bad radio link closes nothing (scantron #279, VilNE #6: phantom ports by loss)."""


class Port(StrEnum):
    """How one port of a device stands."""

    OPEN = "open"
    SILENT = "silent"
    """It was open, and did not answer when it was asked last."""
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the scans so far say of one device; an attribute that a scan does not tell stays as it was."""

    presence: Presence
    addresses: tuple[str, ...] = ()
    """Of IPv4. They are others when none of them is among those before."""
    mac: str | None = None
    randomised: bool | None = None
    macs: frozenset[str] = frozenset()
    """Every MAC it has shown here."""
    firmware: str | None = None
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ports: Mapping[str, Port] = field(default_factory=lambda: MappingProxyType({}))
    """Of every port that was ever open."""
    asked: frozenset[str] = frozenset()
    """What it has been asked so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One own access point; what a scan does not tell of it stays as it was."""

    line: PointLine
    here: bool = True
    misses: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything at one moment. Devices and gateways go by the names that `Sameness` gives."""

    devices: Mapping[str, Known] = field(default_factory=lambda: MappingProxyType({}))
    spots: Mapping[str, Spot] = field(default_factory=lambda: MappingProxyType({}))
    doors: Mapping[tuple[str, str], bool] = field(default_factory=lambda: MappingProxyType({}))
    """Mappings by gateway and name: whether it is still there, as far as anybody knows."""
    listed: frozenset[str] = frozenset()
    """Gateways that have listed all their mappings at least once."""
    heard: bool = False
    """Whether any scan heard Wi-Fi."""
    air: frozenset[str] = frozenset()
    """Every access point that was heard, whosever it was taken for."""
    whole: tuple[Moment, ...] = ()
    """The scans that asked everybody, oldest first."""

    def is_away(self, name: str) -> bool:
        """Whether the device is known, was not seen last, and is not gone."""
        known = self.devices.get(name)
        return known is not None and not known.presence.here and not known.presence.gone


def after(state: State, now: Moment, same: Sameness) -> State:
    """The state once `now` has been looked at."""
    devices = dict(state.devices)
    for name, line in now.devices.items():
        devices[name] = _seen(devices.get(name), line, now.asked.get(name, ()), now, same.known(name))
    for name, known in state.devices.items():
        if name not in now.devices:
            presence = missed(known.presence, same.known(name), now)
            if presence is not known.presence:
                devices[name] = replace(known, presence=presence)
    return State(
        devices=devices,
        spots=_spots(state.spots, now) if now.heard else state.spots,
        doors={
            door: door in now.mappings or (there and door[0] not in now.listed)
            for door, there in (dict.fromkeys(now.mappings, True) | dict(state.doors)).items()
        },
        listed=state.listed | now.listed,
        heard=state.heard or now.heard,
        air=state.air if now.air is None or now.air <= state.air else state.air | now.air,
        whole=(*state.whole, now) if now.sight.whole else state.whole,
    )


def away(state: State, same: Sameness) -> tuple[datetime, ...]:
    """When those devices were seen last that should be here, are not, and are not gone."""
    return tuple(
        known.presence.at
        for name, known in state.devices.items()
        if state.is_away(name) and expectation(known.presence.line, same.known(name)) in (ALWAYS_ON, SLEEPY)
    )


def _seen(
    before: Known | None, line: DeviceLine, asked: tuple[str, ...], now: Moment, registered: KnownDevice | None
) -> Known:
    presence = seen(before.presence if before is not None else None, line, now)
    if before is None:
        return Known(
            presence=presence,
            addresses=line.addresses,
            mac=line.mac,
            randomised=line.mac_randomised,
            macs=frozenset(filter(None, (line.mac,))),
            firmware=line.firmware,
            versions=_versions(line),
            ports=dict.fromkeys(line.open, Port.OPEN),
            asked=frozenset(asked),
        )
    if before.presence.line == line and before.asked.issuperset(asked) and _all_open(before, line):
        return replace(before, presence=presence)
    mac, randomised = _mac(before, line, now, registered)
    return Known(
        presence=presence,
        addresses=line.addresses
        if line.addresses and not set(line.addresses) & set(before.addresses)
        else before.addresses,
        mac=mac,
        randomised=randomised,
        macs=before.macs | frozenset(filter(None, (line.mac,))),
        firmware=line.firmware or before.firmware,
        versions=dict(before.versions) | _told_otherwise(before.versions, _versions(line)),
        ports=_ports(before.ports, line, asked),
        asked=before.asked | frozenset(asked),
    )


def _all_open(before: Known, line: DeviceLine) -> bool:
    """Whether every port that it ever had open is open now: nothing moves then."""
    return len(before.ports) == len(line.open) and all(port is Port.OPEN for port in before.ports.values())


def _mac(
    before: Known, line: DeviceLine, now: Moment, registered: KnownDevice | None
) -> tuple[str | None, bool | None]:
    """The MAC that it counts as having, and whether that was made up; a second card that it showed before is no other one."""
    if line.mac is None:
        return before.mac, before.randomised
    if before.mac is None or line.mac_randomised or before.randomised:
        return line.mac, line.mac_randomised
    cards = (
        {i.value for i in registered.identities if i.kind == "mac" and i.first_seen < now.ordered_at}
        if registered
        else set()
    )
    if line.mac in before.macs | cards:
        return before.mac, before.randomised
    return line.mac, line.mac_randomised


def _versions(line: DeviceLine) -> dict[str, str]:
    """What answers by port, where a port answers differently at two addresses all of it."""
    found: dict[str, list[str]] = {}
    for text in line.versions:
        port, _, version = text.partition(" ")
        found.setdefault(port, []).append(version)
    return {port: ", ".join(versions) for port, versions in found.items()}


def _told_otherwise(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What is another version, and not the same in more or fewer words, as another depth or engine puts it."""
    found = {}
    for port, version in now.items():
        mine, others = set(version.split()), set(before.get(port, "").split())
        if not others or not (mine <= others or others <= mine):
            found[port] = version
    return found


def _ports(before: Mapping[str, Port], line: DeviceLine, asked: tuple[str, ...]) -> dict[str, Port]:
    ports = dict(before)
    for port, stood in before.items():
        if port in line.closed:
            ports[port] = Port.GONE
        elif stood is not Port.GONE and was_asked(asked, port):
            ports[port] = Port.GONE if stood is Port.SILENT else Port.SILENT
    return ports | dict.fromkeys(line.open, Port.OPEN)


def _spots(before: Mapping[str, Spot], now: Moment) -> dict[str, Spot]:
    spots = dict(before)
    for bssid, spot in before.items():
        if bssid in now.points:
            continue
        if now.air is None:
            spots[bssid] = replace(spot, here=False)
        elif bssid in now.air:
            # Taken for nobody's, since this computer is connected otherwise: at its dock, by a cable.
            spots[bssid] = Spot(line=spot.line)
        else:
            misses = spot.misses + 1
            spots[bssid] = replace(spot, here=False, misses=misses, gone=spot.gone or misses >= SAMPLES)
    for bssid, line in now.points.items():
        was = before[bssid].line if bssid in before else line
        spots[bssid] = Spot(
            line=PointLine(
                bssid=bssid,
                ssid=line.ssid if line.ssid is not None else was.ssid,
                security=line.security if line.security is not Security.UNKNOWN else was.security,
                pmf=line.pmf if line.pmf is not None else was.pmf,
                wps=line.wps if line.wps is not None else was.wps,
            )
        )
    return spots
