"""Which advisories are about a device: shared by the checks about firmware.

A device is what it says it is. Its model is compared word by word with the models of its maker's file, never in part
(series of models, `DS-2CD2??2F-I*`, say where any character may stand); a hardware revision counts only where the file names some; versions are compared as rows of numbers.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from netguard.checks._contract import Check
from netguard.checks._gateways import ROUTER
from netguard.checks._looked import NETWORK, absent, not_seen, others
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.scan import Scan
from netguard.model.vocabulary import INFRASTRUCTURE_ROLES, Confidence
from netguard.rules import globs
from netguard.rules.advisories import MAX_AGE, Advisories, Ending, Fault, catalogue, is_old
from netguard.rules.loader import Rules

STATING = (
    "host.model",
    "upnp.model",
    "ubnt.model",
    "mndp.board",
    "http.realm",
    "http.title",
    "http.server",
    "ssdp.server",
)
"""Kinds of fact in which devices name their model, the plainest first."""

MAX_STATEMENTS = 64
"""Statements of one device that are compared; honest ones have about ten. Stops one that says thousands of things."""

BUILDS = 1000
"""Numbers from here on count builds, `20230219`: a version that leaves them out is not known to be an older one. Smaller
ones that are left out are zero: 6.42 is 6.42.0."""

_PARTS = re.compile(r"[^0-9a-z.+!-]+")
_SERIES_PARTS = re.compile(r"[^0-9a-z.+!?*-]+")
"""Between the words of a model's name in a file, where `?` and `*` mean something."""
_NUMBERS = re.compile(r"\d{1,12}")
_EARLY = re.compile(r"\d\s*[.-]?(?:rc|beta|alpha)\d*", re.IGNORECASE)
"""A version before the version: whether it has what that has is not known."""
_FREE = re.compile(r"openwrt|dd-wrt|tomato|merlin", re.IGNORECASE)
"""Firmware that is not the maker's: its versions cannot be compared with the maker's."""
_BUILD = re.compile(r"\bbuild\s*(\d{6,8})\b", re.IGNORECASE)
_CHANGESET = re.compile(r"\b(?:r|build\s?)(\d{4,6})\b", re.IGNORECASE)
"""`v3.0-r44715` and `build 44715`, as DD-WRT counts its changesets: `v3.0` stays the same for years, `v24` came before it."""
_REVISION = re.compile(r"v\d{1,2}(?:\.0)?|[a-z]\d")
_NUMBER_AS_REVISION = re.compile(r"v?\d{1,2}(?:\.\d{1,2})?")
"""`8.0`, as TP-Link writes its hardware version behind the model (UPnP's modelNumber); elsewhere it is some other number."""

_Entry = TypeVar("_Entry", Fault, Ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something a device says that may name its model."""

    words: tuple[str, ...]
    plain: bool
    """Whether it is a statement of the model and of nothing else."""
    fact: Observation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Generic[_Entry]):
    """An entry that is about a device."""

    entry: _Entry
    file: Advisories
    model: str
    """The model by the name that the file gives it, or what the device's record is called."""
    sure: bool
    """False where it depends on the hardware revision, and that is not known."""
    fact: Observation | None
    """What names the model."""


def faults(scan: Scan, device: Device, rules: Rules) -> tuple[Match[Fault], ...]:
    """The faults that devices of this model have or had, each number once, the sure ones first."""
    found: dict[str, Match[Fault]] = {}
    for match in sorted(_matches(scan, device, rules, lambda file: file.faults), key=lambda m: not m.sure):
        found.setdefault(match.entry.cve, match)
    return tuple(found.values())


def endings(scan: Scan, device: Device, rules: Rules) -> tuple[Match[Ending], ...]:
    """What is known of the end of corrections for this model, and of every series that its firmware comes in."""
    return tuple(_matches(scan, device, rules, lambda file: file.endings))


def makers_files(scan: Scan, device: Device, rules: Rules) -> tuple[Advisories, ...]:
    """The files about this device's maker, a person's own among them."""
    names = _names(scan, device, rules, statements(scan, device))
    return tuple(f for f in rules.advisories.values() if any(globs.matches(g, n) for g in f.makers for n in names))


def is_named(scan: Scan, device: Device) -> bool:
    """Whether the device says what model it is."""
    return device.model is not None or any(s.plain for s in statements(scan, device))


def page(scan: Scan, device: Device, rules: Rules) -> str:
    """Where its maker says until when it mends what, in brackets behind a sentence's words; empty where that is not known."""
    pages = [file.lookup for file in makers_files(scan, device, rules) if file.lookup is not None]
    return f" ({pages[0]})" if pages else ""


def called(device: Device, what: str = "its model") -> str:
    """The device's model and version for a sentence, as far as they are known; `what` stands for an unknown model."""
    model = device.model or what
    return f"{model} with firmware {device.firmware}" if device.firmware else model


def age(scan: Scan, rules: Rules) -> tuple[date | None, bool]:
    """The day of the catalogue of faults, and whether it is too old to pass anything by it."""
    known = catalogue(rules.advisories)
    return known, is_old(known, scan.started_at.date())


def too_old(known: date | None) -> tuple[str, str]:
    """Why nothing is said to be all right by an old catalogue, and what helps."""
    days = MAX_AGE.days
    because = (
        f"netguard's list of faults that are used in attacks is of {known}, more than {days} days before this scan"
        if known is not None
        else "netguard has no list of faults that are used in attacks"
    )
    return because, (
        "Give netguard a newer list: netguard advisories says where it is to be had, "
        "and netguard advisories import FILE reads it."
    )


def core(scan: Scan) -> tuple[Device, ...]:
    """The routers, access points and switches that were seen: each of them is judged, whatever is known of it."""
    return tuple(d for d in others(scan) if d.role in INFRASTRUCTURE_ROLES)


def beside_core(check: Check, scan: Scan, rules: Rules) -> Iterator[Finding]:
    """What `check` says of declared routers, access points and switches that were not seen, and where there is none at all."""
    yield from not_seen(check, scan, INFRASTRUCTURE_ROLES, rules)
    if not core(scan) and not absent(scan, INFRASTRUCTURE_ROLES):
        if scan.vantage.gateway is not None:
            yield check.unknown(ROUTER, because="the router was not seen", how="Scan again, the router included.")
        else:
            yield check.not_applicable(NETWORK, because="no router, access point or switch was recognised")


def statements(scan: Scan, device: Device) -> tuple[Statement, ...]:
    """What the device says that may name its model."""
    found = []
    if device.model:
        found.append(Statement(words=words(device.model), plain=True, fact=None))
    said = [o for o in scan.observations if o.device == device.key and isinstance(o.value, str)]
    for kind in STATING:
        plain = not kind.startswith(("http.", "ssdp."))
        found += [Statement(words=words(str(o.value)), plain=plain, fact=o) for o in said if o.kind == kind]
    # A fact is better evidence than the name that was made of it.
    return tuple(sorted(found[:MAX_STATEMENTS], key=lambda s: (not s.plain, s.fact is None)))


def words(text: str) -> tuple[str, ...]:
    """`NETGEAR R7000_v2 (EU)` as netgear, r7000, v2, eu."""
    return tuple(word for part in _PARTS.split(text.casefold()) if (word := part.strip(".")))


def version_fact(scan: Scan, device: Device) -> Observation | None:
    """The fact that the device's firmware version is from."""
    said = (o for o in scan.observations if o.device == device.key and o.kind == "firmware.version")
    return next((o for o in said if o.value == device.firmware), None)


def mended(version: str | None, fault: Fault) -> bool | None:
    """Whether the installed version is without the fault; null where that cannot be told."""
    if fault.unmended:
        return False
    if version is None or _EARLY.search(version) or (fault.models and _FREE.search(version)):
        return None
    answers = [_reaches(version, first, newest=first == _newest(fault.fixed)) for first in fault.fixed]
    if any(answers):
        return True
    if fault.last is not None:
        known, last = numbers(version), numbers(fault.last)
        return None if _leaves_builds_out(known, last) else _padded(known, last) > _padded(last, known)
    return None if not answers or None in answers else False


def numbers(version: str) -> tuple[int, ...]:
    """`V1.0.11.128_10.2.112` as 1, 0, 11, 128, 10, 2, 112."""
    return tuple(int(text) for text in _NUMBERS.findall(version))[:16]


def in_series(version: str | None, series: str) -> bool | None:
    """Whether this version is one of the series; null where no version is known."""
    if version is None or not (known := numbers(version)):
        return None
    wanted = numbers(series)
    return known[: len(wanted)] == wanted


def _reaches(version: str, first: str, *, newest: bool) -> bool | None:
    """Whether `version` is `first` or later: within its series, or for the newest of several anywhere after it."""
    if build := _BUILD.fullmatch(first):
        installed = _BUILD.search(version)
        return None if installed is None else installed[1][-6:] >= build[1][-6:]
    if changeset := _CHANGESET.fullmatch(first):
        installed = _CHANGESET.search(version)
        return None if installed is None else int(installed[1]) >= int(changeset[1])
    known, wanted = numbers(version), numbers(first)
    if _leaves_builds_out(known, wanted):
        return None
    if newest:
        return _padded(known, wanted) >= _padded(wanted, known)
    return known[: len(wanted) - 1] == wanted[:-1] and known >= wanted


def _leaves_builds_out(known: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a version cannot be compared with another because it says nothing, or not which build it is."""
    return not known or (known == wanted[: len(known)] and any(n >= BUILDS for n in wanted[len(known) :]))


def _newest(fixed: tuple[str, ...]) -> str | None:
    return max(fixed, key=numbers, default=None)


def _padded(version: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return version + (0,) * (len(other) - len(version))


def _matches(
    scan: Scan, device: Device, rules: Rules, entries: Callable[[Advisories], tuple[_Entry, ...]]
) -> Iterator[Match[_Entry]]:
    said = statements(scan, device)
    known = _revision_facts(scan, device)
    record = rules.devices.get(device.profile or "")
    for file in makers_files(scan, device, rules):
        for entry in entries(file):
            if record is not None and record.id in entry.records and device.confidence is not Confidence.POSSIBLE:
                yield Match(entry=entry, file=file, model=record.name, sure=True, fact=None)
                continue
            for model, statement, after in _named(entry.models, said):
                fits = _fits(entry.revisions, known or after)
                if fits is not False:
                    yield Match(entry=entry, file=file, model=model, sure=fits is True, fact=statement.fact)
                break


def _named(models: Iterable[str], said: tuple[Statement, ...]) -> Iterator[tuple[str, Statement, tuple[str, ...]]]:
    """Each model that a statement names, and the words behind it that may be its hardware revision.

    A model is called as the file calls it; one of a series as the device itself does.
    """
    for statement in said:
        for model in models:
            wanted = tuple(filter(None, _SERIES_PARTS.split(model.casefold())))
            for start in range(len(statement.words) - len(wanted) + 1):
                end = start + len(wanted)
                there = statement.words[start:end]
                if all(globs.matches(glob, word) for glob, word in zip(wanted, there, strict=True)):
                    form = _NUMBER_AS_REVISION if statement.plain else _REVISION
                    behind = [w for w in statement.words[end : end + 1] if form.fullmatch(w) or _REVISION.fullmatch(w)]
                    called_so = " ".join(there).upper() if set(model) & set("?*") else model
                    yield called_so, statement, tuple(behind)
                    break


def _revision_facts(scan: Scan, device: Device) -> tuple[str, ...]:
    said = (o for o in scan.observations if o.device == device.key and o.kind == "host.revision")
    return tuple(str(o.value).casefold() for o in said if o.value)


def _fits(wanted: tuple[str, ...], known: tuple[str, ...]) -> bool | None:
    """Whether a known hardware revision is one of those wanted; null where none is known and it matters."""
    if not wanted:
        return True
    if not known:
        return None
    return any(_same_revision(_plain(one), _plain(other)) for one in wanted for other in known)


def _same_revision(wanted: str, known: str) -> bool:
    return known == wanted or (len(wanted) == 1 and wanted.isalpha() and known[:1] == wanted and known[1:].isdigit())


def _plain(revision: str) -> str:
    """`Ver. 8.0`, `V8` and `8` are the same."""
    text = re.sub(r"^(?:hw|rev|ver|v)[. ]*(?=\w)", "", revision.strip().casefold()) or revision
    return re.sub(r"\.0*$", "", text)


def _names(scan: Scan, device: Device, rules: Rules, said: tuple[Statement, ...]) -> tuple[str, ...]:
    """What the device's maker is called: by the document, the record, and the device itself."""
    record = rules.devices.get(device.profile or "")
    named = [device.vendor, record.vendor if record else None]
    named += [
        str(o.value) for o in scan.observations if o.device == device.key and o.kind == "upnp.manufacturer" and o.value
    ]
    return tuple(filter(None, (*named, *(" ".join(s.words) for s in said))))
