"""Scans over time in short: what a list of scans says of each, and what later scans are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netaddr import EUI, IPNetwork, mac_unix_expanded

from netguard.model.mapping import name as mapping_name
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Ended, Outcome, Power, Role, Security, Severity, Status

DISCOVERY = "discover."
"""How the stage of an attempt begins that asked who is here; its target names the networks that were asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """What a list of scans says about one of them, without its document being read."""

    id: str
    site: str
    started_at: datetime
    finished_at: datetime
    ended: Ended
    grade: str | None
    """The letter; null when too little could be looked at for one, or nothing was graded."""
    depth: Depth
    interface: str
    prefix: IPNetwork
    devices: int
    """Devices that were seen; declared ones that kept silent are left out."""
    failing: int
    """Findings with status `fail`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """One device that a scan saw."""

    key: str
    name: str | None = None
    role: Role = Role.UNKNOWN
    power: Power | None = None
    mac: str | None = None
    mac_randomised: bool | None = None
    addresses: tuple[str, ...] = ()
    """Its IPv4 addresses: those of IPv6 come and go by themselves (RFC 8981)."""
    firmware: str | None = None
    open: tuple[str, ...] = ()
    """Its open ports as `tcp/443`, in ascending order, one that is open at two addresses once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """One own access point on one band."""

    bssid: str
    ssid: str | None
    security: Security


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One finding that stood open."""

    fingerprint: str
    check: str
    severity: Severity
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is needed of a scan to tell what came, went and came back, some hundred times smaller than its document."""

    devices: tuple[DeviceLine, ...] = ()
    points: tuple[PointLine, ...] = ()
    mappings: tuple[str, ...] = ()
    """`<key of the gateway> <name of the mapping>`, as `model.mapping.name` gives it."""
    open: tuple[OpenLine, ...] = ()
    unchecked: tuple[str, ...] = ()
    """Fingerprints of what could not be judged."""
    whole: bool = False
    """Whether everybody on the vantage's own network was asked for, and that worked; else nobody is missing in it."""
    personal: bool = True
    """Whether phones, computers and the like are listed."""
    gateway: str | None = None
    """MAC of the next hop, which with the prefix tells one place from another."""
    privileged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scan of a site over time."""

    line: ScanLine
    summary: Summary


def line(scan: Scan) -> ScanLine:
    """What a list says about `scan`."""
    return ScanLine(
        id=scan.id,
        site=scan.site,
        started_at=scan.started_at,
        finished_at=scan.finished_at,
        ended=scan.ended,
        grade=scan.grade.letter if scan.grade else None,
        depth=scan.depth,
        interface=scan.vantage.interface,
        prefix=scan.vantage.segment.prefix,
        devices=sum(device.seen for device in scan.devices),
        failing=sum(finding.status is Status.FAIL for finding in scan.findings),
    )


def summary(scan: Scan) -> Summary:
    """`scan` in short. The same facts give the same summary, in whatever order they stand."""
    own_points = {p.bssid: p for p in scan.wifi if p.own and p.bssid is not None}
    hop = scan.vantage.gateway
    return Summary(
        devices=tuple(
            DeviceLine(
                key=d.key,
                name=d.name,
                role=d.role,
                power=d.power,
                mac=_text(d.mac),
                mac_randomised=d.mac_randomised,
                addresses=tuple(map(str, sorted({a for a in d.addresses if a.version == 4}))),
                firmware=d.firmware,
                open=ports((s.transport, s.port) for s in d.open_services),
            )
            for d in sorted(scan.devices, key=lambda d: d.key)
            if d.seen
        ),
        points=tuple(
            PointLine(bssid=str(_text(bssid)), ssid=p.ssid, security=p.security)
            for bssid, p in sorted(own_points.items())
        ),
        mappings=tuple(
            sorted({f"{g.device} {mapping_name(m)}" for g in scan.gateways if g.device for m in g.mappings})
        ),
        open=tuple(
            OpenLine(fingerprint=f.fingerprint, check=f.check, severity=f.severity, target=f.target)
            for f in sorted(scan.findings, key=lambda f: f.fingerprint)
            if f.status is Status.FAIL
        ),
        unchecked=tuple(sorted(f.fingerprint for f in scan.findings if f.status is Status.UNKNOWN)),
        whole=asked_everybody(scan),
        personal=scan.personal_devices is None,
        gateway=_text(hop.mac) if hop is not None else None,
        privileged=scan.vantage.privileged,
    )


def asked_everybody(scan: Scan) -> bool:
    """Whether `scan` came to its end and asked, with success, for everybody on its own network."""
    own = str(scan.vantage.segment.prefix)
    return scan.ended is Ended.FINISHED and any(
        a.stage.startswith(DISCOVERY) and a.outcome is Outcome.DONE and own in a.target.split(", ")
        for a in scan.attempts
    )


def ports(open_ones: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """(transport, port) as `tcp/443`, each once, by transport and number."""
    return tuple(f"{transport}/{port}" for transport, port in sorted(set(open_ones)))


def _text(mac: EUI | None) -> str | None:
    return None if mac is None else str(mac.format(mac_unix_expanded))
