"""Which lines of evidence a device shows, found without asking every record. Pure.

Records are made ready once: a glob without a star is looked up as it is, one that begins with fixed text by that text,
and only the few that begin with a star are tried one by one. What comes out is what trying every line would give.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from netaddr import EUI

from netguard.model.address import is_randomised
from netguard.rules import globs
from netguard.rules.review import OUI_DIGITS, oui_prefix, values
from netguard.rules.schema import DeviceRecord, Evidence

MAX_TEXTS = 256
"""Different values of one kind that are compared; stops a device that announces thousands of services."""

_READY = 4
"""Sets of records that are kept ready: a scan uses one, a test of a contribution two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything one device has shown. `texts` is by kind of observation, sorted; `hostnames` are as they were said."""

    mac: EUI | None = None
    more_macs: tuple[EUI, ...] = ()
    """Its other network cards'."""
    is_gateway: bool = False
    hostnames: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line of evidence that is there, and the texts that show it, by key."""

    place: int
    evidence: Evidence
    hits: Mapping[str, frozenset[str]]


class _Globs:
    """The globs that all lines together ask of one key, ready to be looked up."""

    __slots__ = ("_by_head", "_fixed", "_loose", "_wanted_by")

    def __init__(self) -> None:
        self._wanted_by: dict[str, list[int]] = defaultdict(list)
        self._fixed: dict[str, list[int]] = {}
        self._by_head: dict[int, dict[str, list[tuple[globs.Glob, list[int]]]]] = {}
        self._loose: list[tuple[globs.Glob, list[int]]] = []

    def add(self, line: int, wanted: Iterable[str]) -> None:
        """Line number `line` is satisfied by any of `wanted`."""
        for glob in {glob.lower() for glob in wanted}:
            self._wanted_by[glob].append(line)

    def ready(self) -> None:
        """Sort the globs by how they are found; to be called once, after the last `add`."""
        for glob, lines in self._wanted_by.items():
            made = globs.compiled(glob)
            if made.fixed:
                self._fixed[made.head] = lines
            elif made.head:
                self._by_head.setdefault(len(made.head), {}).setdefault(made.head, []).append((made, lines))
            else:
                self._loose.append((made, lines))

    def hits(self, texts: Iterable[str]) -> dict[int, set[str]]:
        """The texts that satisfy each line, by the line's number."""
        found: dict[int, set[str]] = defaultdict(set)
        for text in texts:
            low = text.lower()
            for line in self._fixed.get(low, ()):
                found[line].add(text)
            for length, heads in self._by_head.items():
                for made, lines in heads.get(low[:length], ()):
                    if made.matches(low):
                        for line in lines:
                            found[line].add(text)
            for made, lines in self._loose:
                if made.core in low and made.matches(low):
                    for line in lines:
                        found[line].add(text)
        return found


class Index:
    """Records made ready: `shown` says which of their lines a device shows."""

    __slots__ = ("_always", "_gateway", "_globs", "_lines", "_needs", "_ouis", "records")

    def __init__(self, records: Iterable[DeviceRecord]) -> None:
        self.records = tuple(records)
        self._lines: list[tuple[int, int, Evidence]] = []
        self._needs: list[int] = []
        self._globs: dict[str, _Globs] = defaultdict(_Globs)
        self._ouis: dict[str, list[int]] = defaultdict(list)
        self._gateway: dict[str, list[int]] = defaultdict(list)
        for number, record in enumerate(self.records):
            for place, evidence in enumerate(record.evidence):
                self._add(number, place, evidence)
        self._always = [line for line, needs in enumerate(self._needs) if not needs]
        for each in self._globs.values():
            each.ready()

    def _add(self, number: int, place: int, evidence: Evidence) -> None:
        line = len(self._lines)
        self._lines.append((number, place, evidence))
        self._needs.append(len(evidence.match))
        for key, wanted in evidence.match.items():
            if key == "oui":
                for prefix in {oui_prefix(text) for text in values(wanted)} - {None}:
                    self._ouis[prefix or ""].append(line)
            elif key == "gateway":
                for stated in set(values(wanted)):
                    self._gateway[stated].append(line)
            else:
                self._globs[key].add(line, values(wanted))

    def shown(self, trace: Trace) -> dict[int, list[Shown]]:
        """The lines that are there, by their record's place in `records`, each record's in the order it states them."""
        hits: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
        for line in self._always:
            hits[line] = {}
        for line, digits in self._by_oui(trace).items():
            hits[line]["oui"] = frozenset(digits)
        stated = "true" if trace.is_gateway else "false"
        for line in self._gateway.get(stated, ()):
            hits[line]["gateway"] = frozenset({stated})
        for key, asked in self._globs.items():
            texts = _name_forms(trace.hostnames) if key == "hostname" else trace.texts.get(key, ())
            for line, found in asked.hits(texts[:MAX_TEXTS]).items():
                hits[line][key] = frozenset(found)
        shown: dict[int, list[Shown]] = defaultdict(list)
        for line in sorted(hits):
            if len(hits[line]) == self._needs[line]:
                number, place, evidence = self._lines[line]
                shown[number].append(Shown(place=place, evidence=evidence, hits=hits[line]))
        return shown

    def _by_oui(self, trace: Trace) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for mac in (trace.mac, *trace.more_macs):
            if mac is None or is_randomised(mac):
                continue
            digits = f"{int(mac):012x}"
            for size in OUI_DIGITS:
                for line in self._ouis.get(digits[:size], ()):
                    found[line].add(digits)
        return found


class _Same:
    """A collection of records that is recognised by being the same object; holding it keeps its id from being reused."""

    __slots__ = ("of",)

    def __init__(self, of: Mapping[str, DeviceRecord]) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.of is other.of


def index_of(records: Mapping[str, DeviceRecord]) -> Index:
    """The index of `records`, made at the first call and kept: rules never change once they are loaded."""
    return _kept(_Same(records))


@lru_cache(maxsize=_READY)
def _kept(records: _Same) -> Index:
    return Index(records.of.values())


def _name_forms(hostnames: tuple[str, ...]) -> tuple[str, ...]:
    """Each name in full and its first label: records say `connect`, networks say `connect.fritz.box`."""
    forms: dict[str, None] = {}
    for name in hostnames:
        full = name.rstrip(".").lower()
        forms.update({full: None, full.partition(".")[0]: None})
    return tuple(forms)
