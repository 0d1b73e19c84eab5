"""Scans over time in short: what a list of scans says of each, and what later scans are compared with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from netaddr import EUI, IPNetwork, mac_unix_expanded

from netguard.model import ports as port_text
from netguard.model.device import Device, Service
from netguard.model.finding import Finding
from netguard.model.mapping import name as mapping_name
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import (
    Depth,
    Ended,
    Outcome,
    Pmf,
    PortState,
    Power,
    Role,
    Security,
    Severity,
    Status,
    Transport,
)

MOST_HEARD = 1000
"""Access points whose addresses a summary keeps. Some blocks of flats have hundreds; of more, which only a tool that invents
networks sends, none is kept, so that no series of scans grows by it."""

FIRMWARE = "firmware."
"""How the kinds of observation begin that tell which firmware a device has."""

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
    closed: tuple[str, ...] = ()
    """Ports that are listed because they were asked for by themselves, and answered as closed or were filtered."""
    versions: tuple[str, ...] = ()
    """What answers on its open ports, where its version is known: `tcp/22 OpenSSH 9.2`."""
    asked: tuple[int, ...] = ()
    """Which of the summary's `asked` it was asked: one a transport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """One own access point on one band."""

    bssid: str
    ssid: str | None
    security: Security
    pmf: Pmf | None = None
    wps: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One finding that stood open."""

    fingerprint: str
    check: str
    severity: Severity
    target: str
    title: str = ""
    by_firmware: bool = False
    """Whether it rests on which firmware its target has."""
    port: str | None = None
    """The one port of its target (`tcp/445`) that all of its evidence about that is from; null for none or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """About which targets one check had nothing to say but that all is well, or that it does not apply."""

    check: str
    targets: str
    """Places in the summary's `targets`, as ranges: `0-12,14`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is needed of a scan to tell what came, went and came back, some hundred times smaller than its document."""

    devices: tuple[DeviceLine, ...] = ()
    points: tuple[PointLine, ...] = ()
    mappings: tuple[str, ...] = ()
    """`<key of the gateway> <name of the mapping>`, as `model.mapping.name` gives it."""
    listed: tuple[str, ...] = ()
    """Keys of the gateways that listed all of their mappings."""
    open: tuple[OpenLine, ...] = ()
    unchecked: tuple[str, ...] = ()
    """Fingerprints of what could not be judged."""
    targets: tuple[str, ...] = ()
    """Everything that was judged, in alphabetical order."""
    settled: tuple[Settled, ...] = ()
    """What was looked at and stands neither open nor unchecked, by check."""
    asked: tuple[str, ...] = ()
    """Every set of ports that some device was asked: `tcp/1-1024,8080`."""
    heard: bool = False
    """Whether any Wi-Fi was heard; else no access point is missing in it."""
    air: tuple[str, ...] | None = None
    """The BSSID of every access point that was heard, whosever it is: which of them are own depends on how this computer is
    connected. Null for more than `MOST_HEARD`, and in what an older netguard kept: then none is missing in it, either."""
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
    ordered_at: datetime | None = None
    """Its place in the history, where it has one: its start, or just after the scan before where the clock was set back."""

    @property
    def placed_at(self) -> datetime:
        """Its place among the scans of its site; what was learnt of it has this time."""
        return self.ordered_at if self.ordered_at is not None else self.line.started_at


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
    asked = {d.key: _asked(d) for d in scan.devices if d.seen}
    texts = tuple(sorted({text for each in asked.values() for text in each}))
    place = {text: n for n, text in enumerate(texts)}
    targets = tuple(sorted({f.target for f in scan.findings}))
    firmware = frozenset(o.id for o in scan.observations if o.kind.startswith(FIRMWARE))
    observed = {o.id: o for o in scan.observations}
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
                closed=_closed(d),
                versions=tuple(sorted({v for s in d.open_services if (v := _version(s))})),
                asked=tuple(place[text] for text in asked[d.key]),
            )
            for d in sorted(scan.devices, key=lambda d: d.key)
            if d.seen
        ),
        points=tuple(
            PointLine(
                bssid=str(_text(bssid)),
                ssid=p.ssid,
                security=p.security,
                pmf=p.pmf,
                wps=p.wps.present if p.wps is not None else None,
            )
            for bssid, p in sorted(own_points.items())
        ),
        mappings=tuple(
            sorted({f"{g.device} {mapping_name(m)}" for g in scan.gateways if g.device for m in g.mappings})
        ),
        listed=tuple(
            sorted({g.device for g in scan.gateways if g.device and g.services.igd and g.services.igd.listed == "all"})
        ),
        open=tuple(
            OpenLine(
                fingerprint=f.fingerprint,
                check=f.check,
                severity=f.severity,
                target=f.target,
                title=f.title,
                by_firmware=not firmware.isdisjoint(f.evidence),
                port=_port(f, observed),
            )
            for f in sorted(scan.findings, key=lambda f: f.fingerprint)
            if f.status is Status.FAIL
        ),
        unchecked=tuple(sorted(f.fingerprint for f in scan.findings if f.status is Status.UNKNOWN)),
        targets=targets,
        settled=_settled(scan, targets),
        asked=texts,
        heard=bool(scan.wifi),
        air=_air(scan),
        whole=asked_everybody(scan),
        personal=scan.personal_devices is None,
        gateway=_text(hop.mac) if hop is not None else None,
        privileged=scan.vantage.privileged,
    )


def _air(scan: Scan) -> tuple[str, ...] | None:
    heard = {p.bssid for p in scan.wifi if p.bssid is not None}
    return tuple(sorted(str(_text(bssid)) for bssid in heard)) if len(heard) <= MOST_HEARD else None


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


def _asked(device: Device) -> tuple[str, ...]:
    """The ports that `device` was asked, a text a transport; those of which the answer cannot be told were not."""
    found = []
    for transport in Transport:
        vague = {s.port for s in device.services if s.transport is transport and s.state is PortState.OPEN_OR_FILTERED}
        texts = frozenset(c.ports for c in device.coverage if c.transport is transport)
        if text := _united(texts, frozenset(vague)):
            found.append(f"{transport}/{text}")
    return tuple(found)


@lru_cache(maxsize=512)
def _united(texts: frozenset[str], without: frozenset[int]) -> str:
    return port_text.union(texts, without)


def _closed(device: Device) -> tuple[str, ...]:
    there = {(s.transport, s.port) for s in device.open_services}
    shut = {PortState.CLOSED, PortState.FILTERED}
    return ports({(s.transport, s.port) for s in device.services if s.state in shut} - there)


def _port(finding: Finding, observed: Mapping[str, Observation]) -> str | None:
    """The port that all evidence of `finding` about its target is from; null for none, several, or what has no port."""
    about = (observed[id_] for id_ in finding.evidence if id_ in observed)
    found = {(o.transport, o.port) for o in about if o.device == finding.target}
    if len(found) != 1:
        return None
    ((transport, port),) = found
    return None if transport is None or port is None else f"{transport}/{port}"


def _version(service: Service) -> str | None:
    if not service.version:
        return None
    return " ".join(filter(None, (f"{service.transport}/{service.port}", service.product, service.version)))


def _settled(scan: Scan, targets: tuple[str, ...]) -> tuple[Settled, ...]:
    """By check the targets that it judged, and about which nothing of it stands open or unchecked."""
    place = {target: n for n, target in enumerate(targets)}
    good: dict[str, set[int]] = {}
    other: dict[str, set[int]] = {}
    for finding in scan.findings:
        fine = finding.status in {Status.PASS, Status.NOT_APPLICABLE}
        (good if fine else other).setdefault(finding.check, set()).add(place[finding.target])
    settled = {check: numbers - other.get(check, set()) for check, numbers in good.items()}
    return tuple(
        Settled(check=check, targets=port_text.render(numbers)) for check, numbers in sorted(settled.items()) if numbers
    )


def _text(mac: EUI | None) -> str | None:
    return None if mac is None else str(mac.format(mac_unix_expanded))
