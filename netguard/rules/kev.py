"""Reads CISA's Known Exploited Vulnerabilities Catalog and makes advisories of it, in the form of `rules/advisories`.

The catalogue is a JSON file that its publisher and many mirrors offer (https://www.cisa.gov/known-exploited-vulnerabilities-catalog,
https://github.com/cisagov/kev-data; CC0). It names models only in sentences: what looks like one is taken, compared
word by word later, and only for makers whose devices netguard knows. What netguard's own files say better stays theirs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import yaml

from netguard.errors import RulesError
from netguard.model.observation import clean
from netguard.model.vocabulary import PERSONAL_ROLES, Role
from netguard.rules import literal
from netguard.rules.advisories import IMPORTED, Advisories, Ending, Fault, review
from netguard.rules.schema import DeviceRecord

MAX_FILE = 16 * 1024 * 1024
"""Bytes read of a catalogue (16 MiB); it has 1.2 MiB and grows by a tenth a year. Stops a file made to fill memory."""

MAX_FAULTS = 20_000
"""Entries of a catalogue; it has 1,400 (August 2025)."""

MAX_MODELS = 32
"""Models taken of one entry; the longest list has twelve."""

FAULTS_A_FILE = 60
"""Faults written to one file: far below what a rule file may have (64 KiB)."""

PAGE = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog"
MARK = (
    "# Written by `netguard advisories import`, which writes it again: put what you know yourself into another file.\n"
)
"""First line of every file that an import writes; without it none is replaced or removed."""

_NUMBER = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{1,23}")
_REVISION = re.compile(r"[VvRr]\d{1,2}")
_NO_MODELS = re.compile(
    r"(?:cve|802|ipv|tr-?0|utf|wpa|sha|md5|h\.?26|mp[34]|log4j|base64|oauth|http|tls|ssl|l2tp|ike|dhcp|snmp|smb|ospf|icmp|ntlm|p2p|s3|x\.509|win|2fa"
    r"|\d+(?:-?bit|g|gb|mb|nd|rd|st|th)\b).*|v?[0-9.+-]+[a-z]?",
    re.IGNORECASE,
)
"""Words with a figure that are names of standards, numbers of versions and the like."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, with the catalogue's own names of its fields; further fields are passed over."""

    cveID: str  # noqa: N815 - the catalogue's
    vendorProject: str  # noqa: N815
    product: str
    vulnerabilityName: str  # noqa: N815
    dateAdded: date  # noqa: N815
    shortDescription: str  # noqa: N815
    requiredAction: str  # noqa: N815


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The file as it is published."""

    dateReleased: str  # noqa: N815
    count: int
    vulnerabilities: list[Entry]

    @property
    def day(self) -> date:
        """The day it was released. Raises `ValueError`."""
        return date.fromisoformat(self.dateReleased[:10])


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What becomes of a catalogue: files by name (with its ending), and how much of it they hold."""

    files: Mapping[str, bytes]
    faults: int
    """Faults in the files."""
    makers: int
    known: int
    """Faults that netguard's own files, or a person's, have already."""
    read: int


def read(data: bytes, name: str, today: date) -> Catalogue:
    """The catalogue in `data`. Raises `RulesError`, which says `name`, for what is none, is cut off or from the future."""
    if len(data) > MAX_FILE:
        raise RulesError(f"{name}: file: it is larger than {MAX_FILE >> 20} MiB, no such catalogue is")
    try:
        found = msgspec.json.decode(data, type=Catalogue)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$.")
        raise RulesError(
            f"{name}: {where.rstrip('`') or 'file'}: this is no catalogue of known exploited faults as CISA publishes it "
            f"({reason[:1].lower()}{reason[1:]})"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RulesError(
            f"{name}: file: this is no JSON, or was cut off; fetch the catalogue's JSON file again"
        ) from error
    if len(found.vulnerabilities) > MAX_FAULTS:
        raise RulesError(
            f"{name}: vulnerabilities: there are more than {MAX_FAULTS:,}, no such catalogue has that many"
        )
    if found.count != len(found.vulnerabilities) or not found.vulnerabilities:
        raise RulesError(
            f"{name}: count: it says {found.count:,} faults and has {len(found.vulnerabilities):,}; fetch it again"
        )
    try:
        day = found.day
    except ValueError as error:
        raise RulesError(f"{name}: dateReleased: {clean(found.dateReleased, 40)!r} is no date") from error
    if day > today + timedelta(days=1):
        raise RulesError(
            f"{name}: dateReleased: it is of {day}, which is still to come; is this computer's clock right?"
        )
    for number, entry in enumerate(found.vulnerabilities):
        if not _NUMBER.fullmatch(entry.cveID):
            raise RulesError(f"{name}: vulnerabilities[{number}].cveID: {clean(entry.cveID, 40)!r} is no CVE number")
    return found


def made(catalogue: Catalogue, known: Mapping[str, Advisories], records: Iterable[DeviceRecord], today: date) -> Made:
    """Files of advisories for what `catalogue` says of makers that `known` or `records` name.

    `known` are the files that were not imported: a fault that they have of this maker is left to them.
    """
    makers = _makers(known, records)
    gathered: dict[str, dict[str, tuple[Fault, Ending | None]]] = {}
    already = 0
    for entry in catalogue.vulnerabilities:
        for key in _keys(entry.vendorProject):
            vendor = makers.get(key)
            if vendor is None or not (named := models(f"{entry.product}. {entry.shortDescription}")):
                continue
            if any(f.cve == entry.cveID for file in vendor.files for f in file.faults):
                already += 1
                continue
            for number, (names, revisions) in enumerate(named):
                gathered.setdefault(key, {})[f"{entry.cveID} {number}"] = _advice(entry, names, revisions)
    files = dict(_files(gathered, makers, catalogue.day, today))
    files[f"{IMPORTED}.yaml"] = _written(
        {"id": IMPORTED, "sources": {"kev": {"url": PAGE, "checked": f"{today}"}}}, catalogue.day, today
    )
    return Made(
        files=files,
        faults=len({entry.split()[0] for found in gathered.values() for entry in found}),
        makers=len(gathered),
        known=already,
        read=len(catalogue.vulnerabilities),
    )


def models(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """What looks like models in a sentence, those with the same hardware revisions together: `((names, revisions), ...)`.

    `TL-WR940N V2/V4, TL-WR841N V8/V10` are two models with two revisions each.
    """
    found: dict[str, list[str]] = {}
    last = None
    for part in re.split(r"[\s,;:()\"'“”]+", text):
        if part.startswith("/") or ".cgi" in part or ".php" in part or ".asp" in part:
            continue
        for word in filter(None, (piece.strip(".-+") for piece in part.split("/"))):
            if last is not None and _REVISION.fullmatch(word):
                found[last].append(word)
            elif _is_model(word):
                last = word
                found.setdefault(word, [])
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, revisions in list(found.items())[:MAX_MODELS]:
        alike.setdefault(tuple(dict.fromkeys(revisions)), []).append(name)
    return tuple((tuple(names), revisions) for revisions, names in alike.items())


def _is_model(word: str) -> bool:
    return (
        _WORD.fullmatch(word) is not None
        and len(word) > 2
        and any(c.isdigit() for c in word)
        and any(c.isupper() for c in word)
        and not _NO_MODELS.fullmatch(word)
        and not _REVISION.fullmatch(word)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    name: str
    globs: tuple[str, ...]
    files: tuple[Advisories, ...]


def _makers(known: Mapping[str, Advisories], records: Iterable[DeviceRecord]) -> dict[str, _Maker]:
    """Makers by how they are compared: those of files, and of records of what is no phone or computer."""
    found: dict[str, _Maker] = {}
    for file in known.values():
        if file.vendor is not None and file.makers:
            key = _plain(file.vendor)
            before = found.get(key)
            files = (*(before.files if before else ()), file)
            globs = tuple(dict.fromkeys(glob for each in files for glob in each.makers))
            found[key] = _Maker(name=file.vendor, globs=globs, files=files)
    for record in records:
        if record.vendor and record.role not in PERSONAL_ROLES | {Role.UNKNOWN} and len(_plain(record.vendor)) > 1:
            name = record.vendor
            found.setdefault(_plain(name), _Maker(name=name, globs=(f"{name.casefold()[:60]}*",), files=()))
    return found


def _keys(vendor: str) -> Iterator[str]:
    """How the makers that the catalogue names (`D-Link and TRENDnet`, `QNAP Systems`) are compared."""
    for name in vendor[:200].split(" and "):
        yield _plain(name)
        if len(words := name.split()) > 1:
            yield _plain(words[0])


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _advice(entry: Entry, names: tuple[str, ...], revisions: tuple[str, ...]) -> tuple[Fault, Ending | None]:
    action = f"{entry.requiredAction} {entry.shortDescription}".casefold()
    ended = "end-of-life" in action or "end of life" in action
    perhaps = ended and ("could be end" in action or "if it is end" in action or "has since entered" in action)
    called = clean(entry.vulnerabilityName, 160).replace("“", "'").replace("”", "'")
    fault = Fault(
        cve=entry.cveID,
        what=f"can use what the catalogue calls “{called}”",
        added=entry.dateAdded,
        models=names,
        revisions=revisions,
        unmended=ended and not perhaps,
        sources=("kev",),
    )
    if not ended:
        return fault, None
    ending = Ending(models=names, revisions=revisions, perhaps=perhaps, attacked=not perhaps, sources=("kev",))
    return fault, ending


def _files(
    gathered: Mapping[str, Mapping[str, tuple[Fault, Ending | None]]],
    makers: Mapping[str, _Maker],
    day: date,
    today: date,
) -> Iterator[tuple[str, bytes]]:
    for key, found in sorted(gathered.items()):
        slug = re.sub(r"[^a-z0-9]+", "-", makers[key].name.casefold()).strip("-") or key
        advice = list(found.values())
        for start in range(0, len(advice), FAULTS_A_FILE):
            part = advice[start : start + FAULTS_A_FILE]
            id_ = f"{IMPORTED}-{slug}" + (f"-{start // FAULTS_A_FILE + 1}" if start else "")
            said = {
                "id": id_,
                "vendor": makers[key].name,
                "makers": list(makers[key].globs),
                "faults": [_plainly(fault) for fault, _ in part],
                "endings": [_plainly(ending) for _, ending in part if ending is not None],
                "sources": {"kev": {"url": PAGE, "checked": f"{today}"}},
            }
            yield f"{id_}.yaml", _written(said, day, today)


def _plainly(entry: Fault | Ending) -> dict[str, object]:
    """The entry as a rule file has it: without what is empty, null or false."""
    return {name: value for name, value in msgspec.to_builtins(entry).items() if value not in (None, False, (), [])}


def _written(said: Mapping[str, object], day: date, today: date) -> bytes:
    """The file's text, after reading it back as the loader will. Raises `RulesError` where that refuses it."""
    whole = {"schema": 1, "id": said["id"], "as_of": f"{today}", "catalogue": f"{day}", **said}
    data = (MARK + yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110)).encode()
    try:
        file = msgspec.convert(literal.parse(data), Advisories)
    except (literal.UnusableError, msgspec.ValidationError) as error:
        raise RulesError(f"{said['id']}: file: what was made of the catalogue cannot be kept ({error})") from error
    for problem in review(file, str(said["id"])):
        raise RulesError(f"{said['id']}: {problem}; nothing was changed")
    return data
