"""What is known of routers and other home devices: faults that are used in attacks, and models that get no corrections.

One file a maker, `rules/advisories/<maker>.yaml`; a person's own lie in `advisories/` of their rules folder, in the same
form, and `netguard advisories import` writes its there. Each statement names its models, its source and a date. A model is
compared word by word and never in part: `R7000` is not `R7000P`. A series is a word with `?` or `*`: `DS-2CD2??2F-I*`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec

from netguard.model.observation import clean
from netguard.rules import globs
from netguard.rules.schema import DeviceRecord, Source

MAX_AGE = timedelta(days=180)
"""How old the catalogue of faults may be before nothing is passed by it any more and the report warns."""

IMPORTED = "kev"
"""How the names of files begin that `netguard advisories import` writes, and may write again: `kev.yaml`, `kev-d-link.yaml`."""

MAX_WORDS = 6
"""Most words of a model's name; `ROG Rapture GT-AC2900` has three."""

SERIES_BEGINS = 5
"""Characters that a series of models has to begin with before its first `?` or `*`: less would be somebody else's models."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_DIGIT = re.compile(r"[0-9]")


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that is known to be used in attacks. The same number may be there again for other models."""

    cve: str
    what: str
    """What an attacker can do, as the rest of a sentence that begins with "anybody who reaches it"."""
    added: date
    """Since when the catalogue has it."""
    models: tuple[str, ...] = ()
    """Names of models, each of which is compared as a whole, or of series of them."""
    records: tuple[str, ...] = ()
    """Ids of device records whose every device is meant: systems that run on many models."""
    revisions: tuple[str, ...] = ()
    """The hardware revisions that have it, `A1`, `V8`; empty means all of them."""
    fixed: tuple[str, ...] = ()
    """The first versions without it: one for each series that was mended, the newest also for all later ones.
    `Build 150304` compares the number that follows `Build` in the installed version's text, `r45724` the number of the
    changeset, which is written `r45724` or `build 45724`."""
    last: str | None = None
    """The last version known to have it, where only that is known."""
    unmended: bool = False
    """Whether the maker does not mend it any more."""
    sources: tuple[str, ...]
    """Names in `sources` of the file."""


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Models, or a series of versions, that get no corrections any more, or will not from some day on."""

    models: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    series: str | None = None
    """The versions that begin so, `23.05`; null means all of them."""
    ended: date | None = None
    """The first day without corrections; null means that it had ended when somebody last looked."""
    going: bool = False
    """Whether it still gets them and no end is set: a series that is kept."""
    perhaps: bool = False
    """Whether the source only says that it may be so."""
    attacked: bool = False
    """Whether just these are known to be taken over because nobody mends them."""
    sources: tuple[str, ...]


class Advisories(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one maker's devices."""

    schema: Literal[1]
    id: str
    as_of: date
    """When somebody last looked at all of the file's sources."""
    catalogue: date | None = None
    """The day of CISA's catalogue that the file rests on; null where it does not."""
    vendor: str | None = None
    makers: tuple[str, ...] = ()
    """Globs of what the maker is called: by the device, its record, or the owner of its MAC's block. Empty only in a file
    that says no more than the day of the catalogue."""
    lookup: str | None = None
    """Where the maker says until when it mends a model, or which firmware is the newest."""
    faults: tuple[Fault, ...] = ()
    endings: tuple[Ending, ...] = ()
    sources: dict[str, Source]
    replaces: str | None = None


def catalogue(files: Mapping[str, Advisories]) -> date | None:
    """The day of the newest catalogue that any of `files` rests on. An import goes through all of it, whatever it keeps."""
    return max((each.catalogue for each in files.values() if each.catalogue is not None), default=None)


def is_old(known: date | None, today: date) -> bool:
    """Whether a catalogue of the day `known` is too old to say that nothing is wrong."""
    return known is None or today - known > MAX_AGE


def review(file: Advisories, name: str) -> Iterator[str]:
    """Problems of the file called `name` (without its ending)."""
    if file.id != name:
        yield f"id: it is {file.id!r}, it has to be the file's name, {name!r}"
    if not _ID.fullmatch(file.id):
        yield "id: it has to be lower-case words joined by `-`"
    if not file.makers and (file.faults or file.endings):
        yield "makers: it has to say what the maker is called, or nothing ever matches"
    if file.faults and file.catalogue is None:
        yield "catalogue: it has to say of which day the catalogue is that the faults are from"
    yield from _maker(file)
    yield from _sources(file)
    for number, fault in enumerate(file.faults):
        yield from _fault(file, fault, f"faults[{number}]")
    for number, ending in enumerate(file.endings):
        yield from _ending(file, ending, f"endings[{number}]")


def strangers(file: Advisories, records: Mapping[str, DeviceRecord]) -> Iterator[str]:
    """Problems with the ids of device records that the file names."""
    named = [(f"faults[{number}]", fault.records) for number, fault in enumerate(file.faults)]
    named += [(f"endings[{number}]", ending.records) for number, ending in enumerate(file.endings)]
    for where, ids in named:
        for id_ in ids:
            if id_ not in records:
                yield f"{where}.records: there is no device record {id_[:40]}"


def _maker(file: Advisories) -> Iterator[str]:
    for number, glob in enumerate(file.makers):
        if reason := globs.problem(glob):
            yield f"makers[{number}]: {reason}"
        elif len(glob.replace("*", "").replace("?", "")) < 2:
            yield f"makers[{number}]: {glob!r} would match every maker"
    if file.lookup is not None and not file.lookup.startswith("https://"):
        yield f"lookup: {file.lookup[:80]!r} is no https address"
    if file.vendor is not None and (not file.vendor.strip() or clean(file.vendor, 80) != file.vendor):
        yield "vendor: it is empty, longer than 80 characters or has control characters"


def _ending(file: Advisories, ending: Ending, where: str) -> Iterator[str]:
    yield from _whom(ending, where)
    yield from _resting(file, ending.sources, where)
    if ending.going and (ending.ended or ending.perhaps or ending.attacked):
        yield f"{where}.going: what still gets corrections has not ended"
    if ending.series is not None and not _DIGIT.search(ending.series):
        yield f"{where}.series: {ending.series[:40]!r} is no version"


def _fault(file: Advisories, fault: Fault, where: str) -> Iterator[str]:
    yield from _whom(fault, where)
    yield from _resting(file, fault.sources, where)
    if not _CVE.fullmatch(fault.cve):
        yield f"{where}.cve: {fault.cve[:40]!r} is no number such as CVE-2023-1389"
    if not fault.what.strip() or clean(fault.what.strip(), 300) != " ".join(fault.what.strip().splitlines()):
        yield f"{where}.what: it is empty, longer than 300 characters or has control characters"
    for text in (*fault.fixed, *([fault.last] if fault.last is not None else [])):
        if not _DIGIT.search(text) or len(text) > 80:
            yield f"{where}.fixed: {text[:40]!r} is no version"
    if fault.unmended and fault.fixed:
        yield f"{where}.unmended: it has a version without the fault"


def _whom(entry: Fault | Ending, where: str) -> Iterator[str]:
    if not entry.models and not entry.records:
        yield f"{where}.models: it has to name models or device records"
    for text in entry.models:
        if not 0 < len(text.split()) <= MAX_WORDS or len(text) > 80 or clean(text) != text:
            yield f"{where}.models: {text[:40]!r} is no model's name"
        yield from (f"{where}.models: {word[:40]!r}: {reason}" for word in text.split() if (reason := _series(word)))
    for text in entry.revisions:
        if not text.strip() or len(text) > 20:
            yield f"{where}.revisions: {text[:40]!r} is no revision"


def _series(word: str) -> str | None:
    """Why a word of a model's name cannot be a series, or null, also for one that is none."""
    begins = len(re.split(r"[*?]", word)[0])
    if begins == len(word):
        return None
    return globs.problem(word) or (
        f"a series has to begin with {SERIES_BEGINS} plain characters" if begins < SERIES_BEGINS else None
    )


def _resting(file: Advisories, names: tuple[str, ...], where: str) -> Iterator[str]:
    if not names:
        yield f"{where}.sources: every statement needs a source"
    for name in names:
        if name not in file.sources:
            yield f"{where}.sources: {name[:40]!r} is not in sources"


def _sources(file: Advisories) -> Iterator[str]:
    if not file.sources:
        yield "sources: every statement needs a source"
    used = {name for each in (*(f.sources for f in file.faults), *(e.sources for e in file.endings)) for name in each}
    for name, source in file.sources.items():
        if not source.url.startswith("https://"):
            yield f"sources.{name}.url: {source.url[:80]!r} is no https address"
        try:
            date.fromisoformat(source.checked)
        except ValueError:
            yield f"sources.{name}.checked: {source.checked[:20]!r} is no date, write 2026-11-20"
        if (file.faults or file.endings) and name not in used:
            yield f"sources.{name}: nothing rests on it"
