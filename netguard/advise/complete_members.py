"""The members of a plan that a person has begun: what they wrote is kept, what they left out is filled. Pure.

A written member is the device with its MAC; where it has none, the one with its address today, else the only one that is
what the name says (`camera-1`, `nuki-bridge`, or what its owner calls it). Where it lives, what it keeps, what it may be
asked and where it may go is then filled as `propose` would say it of a device in that network. Devices that were seen and
not written become members, too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netaddr import EUI, IPAddress

from netguard.advise import planaddress, planwriter
from netguard.advise.complete_segments import Networks, read
from netguard.advise.place import Path, Place
from netguard.advise.propose_devices import Place as Home
from netguard.advise.propose_flows import Flows, flows, goes
from netguard.advise.propose_members import Known, Making, add, add_reserved, bases, station, to_keep
from netguard.model.device import Device
from netguard.model.plan import Domain, Member, Name, Segment, SegmentRole, Talk
from netguard.model.vocabulary import Transport

_NUMBER = re.compile(r"-[0-9]+$")
_Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What of the members was not written."""

    fields: Mapping[Path, Sequence[tuple[str, str]]]
    """Missing fields with their values as they stand in a file, by the path of what lacks them."""
    making: Making
    """Members that were not written at all."""
    devices: Mapping[int, Device]
    """Which device a written member is, by its place."""
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Filling:
    """Fills one written member after the other."""

    known: Known
    made: Networks
    homes: Mapping[str, Home]
    """Where each device that was seen is to live, by its key."""
    taken: set[IPAddress]
    named: set[str]
    fields: dict[Path, _Fields] = field(default_factory=dict)
    devices: dict[int, Device] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def fill(self, number: int, raw: Mapping[str, Any], device: Device | None, place: Place, making: Making) -> None:
        """What the member at this place lacks. Raises `PlanError` for what nobody can tell."""
        said: _Fields = []
        mac = read(planaddress.station, raw.get("mac")) or (station(device) if device is not None else None)
        if mac is None and raw.get("mac") is None:
            raise place.at("mac").wrong("it is missing, and the scan does not show which device this is")
        if raw.get("name") is None:
            making.named = self.named
            kind = bases(device, self.known.rules) if device is not None else ("device",)
            name = making.name(*kind)
            self.named.add(name)
            said.append(("name", name))
        if raw.get("mac") is None:
            said.append(("mac", f'"{mac}"'))
        segment = self._segment(raw, device, place)
        if raw.get("segment") is None and segment is not None:
            said.append(("segment", segment.name))
        path: Path = ("members", number)
        if segment is not None and mac is not None:
            said += self._rest(raw, device, mac, segment, path)
        if said:
            self.fields[path] = said
        if device is not None:
            self.devices[number] = device

    def _segment(self, raw: Mapping[str, Any], device: Device | None, place: Place) -> Segment | None:
        """Where it lives: as written, where an address that is written lies, or where it would be proposed to live."""
        layout = self.made.layout
        if raw.get("segment") is not None:
            return next((s for s in layout.segments if s.name == raw["segment"]), None)
        for own in _addresses(raw):
            for segment in layout.segments:
                if own in (segment.prefix_of(own.version) or ()):
                    return segment
        home = self.homes.get(device.key) if device is not None else None
        if home is None:
            raise place.at("segment").wrong("it is missing, and the scan does not show where this device should live")
        return layout.apart if home.apart and layout.apart is not None else layout.home

    def _rest(self, raw: Mapping[str, Any], device: Device | None, mac: EUI, segment: Segment, path: Path) -> _Fields:
        """Addresses, and what it may be asked and where it may go."""
        said: _Fields = []
        own: list[IPAddress] = list(_addresses(raw))
        if raw.get("addresses") is None:
            own = list(to_keep(self.taken, self.known, device, mac, self.made.layout.home, segment))
            self.taken.update(own)
        sources = tuple(
            s.name for s in self.made.layout.segments if s.role is SegmentRole.TRUSTED and s.name != segment.name
        )
        found = Flows()
        if segment.role is SegmentRole.IOT:
            if device is not None:
                found = flows(self.known.scan, self.known.rules, device, sources, self.known.learnt(device))
            else:
                talks, _ = goes(self.known.scan, None, self.known.egress.of(mac))
                found = Flows(talks=() if talks == "any" else talks)
        whole = Member(
            name=Name.of("x"), mac=mac, segment=segment.name, addresses=tuple(own), listens=found.listens, talks=found.talks
        )  # fmt: skip
        for name, text in planwriter.member_fields(whole, bare=segment.role is not SegmentRole.IOT):
            if name in {"addresses", "listens", "talks"} and raw.get(name) is None:
                said.append((name, text))
                if name == "talks" and device is None and not found.talks:
                    self.remarks.append(
                        f"members[{path[1]}]: the scan did not see it, and nothing says where it calls, so it gets no internet: write "
                        "`talks` if it needs some."
                    )
        self._entries(raw, found, sources, path)
        return said

    def _entries(self, raw: Mapping[str, Any], found: Flows, sources: Sequence[Name], path: Path) -> None:
        """What single entries of `listens` and `talks` lack, as far as there is one answer only."""
        for number, each in enumerate(_mappings(raw.get("listens"))):
            if each is not None and each.get("from") is None and len(sources) == 1:
                self.fields[*path, "listens", number] = [("from", sources[0])]
        for number, each in enumerate(_mappings(raw.get("talks"))):
            if each is None or each.get("service") is not None:
                continue
            known = _same(each, () if isinstance(found.talks, str) else found.talks)
            lacking: _Fields = []
            if known is not None and each.get("transport") is None:
                lacking.append(("transport", known.transport.value))
            if known is not None and each.get("ports") is None:
                lacking.append(("ports", planwriter.ports_text(known.ports)))
            if lacking:
                self.fields[*path, "talks", number] = lacking


def members(raw: Mapping[str, Any], place: Place, known: Known, made: Networks, homes: Sequence[Home]) -> Members:
    """The members of the plan in `raw`. Raises `PlanError` for one of which nobody can tell which device it is."""
    listed = raw.get("members")
    written = [
        (number, each)
        for number, each in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
    ]
    layout = made.layout
    taken = {r for s in layout.segments for r in s.router} | set(known.reserved.values())
    kept = {own for _, each in written for own in _addresses(each)}
    taken |= kept
    making = Making(taken=taken, before=len(written), kept=kept)
    devices = _recognised(written, known, homes)
    filling = _Filling(
        known=known, made=made, homes={h.device.key: h for h in homes}, taken=taken,
        named={each["name"] for _, each in written if isinstance(each.get("name"), str)},
    )  # fmt: skip
    for number, each in written:
        filling.fill(number, each, devices.get(number), place.at("members", number), making)
        if (mac := _mac(each, devices.get(number))) is not None:
            making.macs.add(mac)
    making.named = filling.named
    claimed = {d.key for d in devices.values()}
    for home in sorted(homes, key=lambda h: not h.apart):
        if home.device.key not in claimed:
            add(making, known, layout, home)
    if known.export is not None:
        add_reserved(making, known, layout)
    return Members(
        fields=filling.fields, making=making, devices=filling.devices, remarks=tuple(filling.remarks)
    )  # fmt: skip


def _mac(raw: Mapping[str, Any], device: Device | None) -> EUI | None:
    return read(planaddress.station, raw.get("mac")) or (station(device) if device is not None else None)


def _recognised(
    written: Sequence[tuple[int, Mapping[str, Any]]], known: Known, homes: Sequence[Home]
) -> dict[int, Device]:
    """Which device each written member is, by its place; each device once."""
    found: dict[int, Device] = {}
    left = {h.device.key: h.device for h in homes}
    by_mac: dict[EUI, Device] = {}
    for device in (*(h.device for h in sorted(homes, key=lambda h: not h.apart)), *known.scan.devices):
        if (own := station(device)) is not None:
            by_mac.setdefault(own, device)  # of two with one MAC, the one that `propose` takes
    for number, each in written:
        mac = read(planaddress.station, each.get("mac"))
        if mac is not None and (it := by_mac.get(mac)) is not None:
            found[number] = it
            left.pop(it.key, None)
    unknown = [(number, each) for number, each in written if each.get("mac") is None]
    for number, each in unknown:
        at_home = set(_addresses(each))
        at = [d for d in left.values() if at_home & set(d.addresses) and station(d) is not None]
        if len(at) == 1:
            found[number] = left.pop(at[0].key)
    for number, each in unknown:
        called = [d for d in left.values() if station(d) is not None and _is_called(d, each.get("name"), known)]
        if number not in found and len(called) == 1:
            found[number] = left.pop(called[0].key)
    return found


def _is_called(device: Device, name: object, known: Known) -> bool:
    """Whether a member of this name may be this device: what it is with a number or without, or what its owner calls it."""
    if not isinstance(name, str):
        return False
    own = re.sub(r"[^a-z0-9]+", "-", (device.name or "")[:80].lower()).strip("-")
    return name == own or _NUMBER.sub("", name) in {*bases(device, known.rules), device.role.value}


def _addresses(raw: Mapping[str, Any]) -> list[IPAddress]:
    """The addresses that are written and can be read."""
    listed = raw.get("addresses")
    found = [read(planaddress.whole, text) for text in listed] if isinstance(listed, list) else []
    return [own for own in found if own is not None]


def _mappings(listed: object) -> list[Mapping[str, Any] | None]:
    return [each if isinstance(each, dict) else None for each in listed] if isinstance(listed, list) else []


def _same(each: Mapping[str, Any], known: Sequence[Talk]) -> Talk | None:
    """The one entry that is known to have all of these names, and the transport and ports that are written."""
    names = each.get("names")
    wanted = {read(Domain.of, name) for name in names} if isinstance(names, list) and names else {None}
    transport = read(Transport, each.get("transport"))
    fitting = [t for t in known if wanted <= set(t.names) and transport in {None, t.transport}]
    return fitting[0] if len(fitting) == 1 else None
