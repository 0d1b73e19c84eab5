"""The names that one finding had before its device became known by another key. Pure.

A fingerprint is made of the check, the device's key and what tells the finding from its siblings (`model.finding`). The
document does not hold the last of the three, so it is found out: only the right one gives the fingerprint that is there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from netguard.compare.sameness import Sameness
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.known import KnownDevice
from netguard.model.mapping import name as mapping_name
from netguard.model.scan import Scan

WORDS = (
    "",
    "callstranger",
    "filter",
    "igd",
    "inner",
    "internet",
    "name",
    "no-page",
    "nobody",
    "nowhere",
    "other",
    "outer",
    "pinholes",
    "provider",
    "smb1",
    "unreadable",
    "WFAWLANConfig",
)
"""Words by which checks tell two findings about one device apart; a test holds them to what the checks write."""

MAX_MARKS = 4096
"""Candidates tried for one device; a home's have some dozens. Stops a document made to keep a computer busy."""


class Keys:
    """Which keys are one device's: by what was learnt or said since, then by the document's own former keys.

    It is `Sameness`, as everywhere else: a key that another device has now was given away, and two devices that the person
    said are two stay two, whatever an older document calls former.
    """

    def __init__(self, devices: Iterable[Device], known: Iterable[KnownDevice]) -> None:
        devices, known = tuple(devices), tuple(known)
        self._same = Sameness(known, (devices,))
        groups: defaultdict[str, set[str]] = defaultdict(set)
        every = (*((d.key, *d.former_keys) for d in devices), *((k.key, *k.former_keys) for k in known))
        for key in (key for keys in every for key in keys):
            groups[self._same.of(key)].add(key)
        self._groups = {name: frozenset(keys) for name, keys in groups.items()}

    def of(self, target: str) -> frozenset[str]:
        """Every key of the device that has or had the key `target`; just that for what is no device."""
        return self._groups.get(self._same.of(target), frozenset((target,)))


class Names:
    """The fingerprints that the findings of one scan have, had, or will have under their devices' other keys."""

    def __init__(self, scan: Scan, keys: Keys) -> None:
        self._scan, self._keys = scan, keys
        boxes = (scan.device(gateway.device) for gateway in scan.gateways if gateway.device is not None)
        # A finding about a forwarded port bears its router's identity, whoever its target is.
        self._gateways = tuple(box for box in boxes if box is not None)
        self._marks: dict[str, tuple[str, ...]] = {}

    def of(self, finding: Finding) -> frozenset[str]:
        """All names of `finding`, its own included."""
        return frozenset((finding.fingerprint, *self._others(finding)))

    def _others(self, finding: Finding) -> Iterator[str]:
        target = self._scan.device(finding.target)
        for device in (*([target] if target is not None else []), *self._gateways):
            keys = self._keys.of(device.key)
            for key in keys:
                for mark in (*self._marks_of(device), *finding.references):
                    if fingerprint(finding.check, key, mark) == finding.fingerprint:
                        yield from (fingerprint(finding.check, other, mark) for other in keys)
                        return

    def _marks_of(self, device: Device) -> tuple[str, ...]:
        if device.key not in self._marks:
            self._marks[device.key] = tuple(dict.fromkeys(_marks(self._scan, device)))[:MAX_MARKS]
        return self._marks[device.key]


def _marks(scan: Scan, device: Device) -> Iterator[str]:
    yield from WORDS
    yield from (f"{s.transport}/{s.port}" for s in device.services)
    yield from (f"{o.transport}/{o.port}" for o in scan.observations if o.device == device.key and o.port is not None)
    yield from (mapping_name(m) for gateway in scan.gateways for m in gateway.mappings)
