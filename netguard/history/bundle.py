"""One file with a history in it, or with one home's part: how it is written, and how it is read and looked through.

It is gzip-compressed text of a line a thing: first what it is (`netguard.history/1`), then scans, known and declared
devices, homes, mappings, acceptances and tried logins as JSON, and last how many lines came before and their SHA-256. Any tool
can read it, none can change it unnoticed by accident; who wants to deceive can, as with every file that nobody signed.
"""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Annotated, Any

import msgspec

from netguard.errors import DocumentError
from netguard.model import codec
from netguard.model.acceptance import Acceptance
from netguard.model.declared import Declaration
from netguard.model.home import Enrolment
from netguard.model.known import KnownDevice
from netguard.model.mapping import KnownMapping
from netguard.model.observation import clean
from netguard.model.scan import Scan

SCHEMA = "netguard.history/1"

MAX_LINE = codec.MAX_DOCUMENT + 4096
"""Bytes of one line: the largest document, and what stands around it. Stops a file made to fill memory."""

MAX_LINES = 2_000_000
"""Lines read of one file: a scan an hour for two hundred years. Stops a few kilobytes that unpack without end."""

MAX_BYTES = 16 * 2**30
"""Bytes read of one file once unpacked (16 GiB); 10,000 scans of 50 devices have 2. Stops the same with long lines."""

MAX_OTHER_LINE = 512 * 1024
"""Bytes of a line that is no scan. A known device has at most 16 identities of each of ten kinds, 96 other names of itself
and 16 of its host's, some 150 kB when each is as long as it can be."""

MAX_OTHERS = 64 * 2**20
"""Bytes of all lines together that are no scans: they are in memory at one time. A home of 50 devices has 0.1 MB."""

MAX_OF_A_SITE = {"known": 2000, "declared": 2000, "home": 1000, "mapping": 4096, "acceptance": 4096}
"""Lines of a kind of one site: as many devices and mappings as a history remembers (`compare.registry.MAX_DEVICES`,
`mappings.MAX_MAPPINGS`), and of the rest more than anybody enters."""

AHEAD = timedelta(days=1)
"""How far in the future a time in a file may be: clocks and time zones differ, and a scan from another year would stand
before all that are made from now on, and a device of then would never be gone."""

_LEVEL = 6
"""How hard gzip tries; the highest takes three times as long for a hundredth less."""

GZIP = b"\x1f\x8b"
"""How a gzip file begins (RFC 1952, 2.3.1)."""

MAX_LOGINS = 20_000
"""Lines of tried logins: one a day for a year, after which they count no more, for 50 devices."""

_LINE = msgspec.json.Decoder(dict[str, msgspec.Raw])

_TOO_LARGE = "it is larger than any history"

_CUT = "it was cut short or changed after it was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One scan, and where it stands in the history."""

    ordered_at: datetime
    scan: Scan
    document: bytes
    """The scan as it stands in the file: JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMapping:
    """One known mapping of a site."""

    site: str
    mapping: KnownMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedLogins:
    """Logins that one scan sent to one device. They are of no site: whose device it is, it counts them by itself."""

    mac: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}\Z")]
    family: Annotated[str, msgspec.Meta(max_length=100)]
    at: datetime
    tries: Annotated[int, msgspec.Meta(ge=1, le=100)]


Thing = Placed | KnownDevice | Declaration | Enrolment | SiteMapping | Acceptance | TriedLogins

_KINDS: dict[str, type[Any]] = {
    "known": KnownDevice,
    "declared": Declaration,
    "home": Enrolment,
    "mapping": SiteMapping,
    "acceptance": Acceptance,
    "logins": TriedLogins,
}


def scan_line(ordered_at: datetime, document: bytes) -> bytes:
    """The line of a scan, from its document as the codec writes it."""
    text = document.strip()
    if b"\n" in text:
        text = json.dumps(json.loads(text), ensure_ascii=False).encode()
    at = ordered_at.isoformat().replace("+00:00", "Z")
    return b'{"ordered_at":"%s","scan":%s}' % (at.encode(), text)


def line_of(value: object) -> bytes:
    """The line of one of the history's own values."""
    name = next(name for name, kind in _KINDS.items() if isinstance(value, kind))
    return f'{{"{name}":{codec.dumps_value(value)}}}'.encode()


def write(file: IO[bytes], lines: Iterable[bytes], tool: str, now: datetime) -> None:
    """Write `lines` into `file` as one that `read` reads."""
    digest, number = hashlib.sha256(), 1
    head = {"schema": SCHEMA, "written_at": now.isoformat().replace("+00:00", "Z"), "by": tool}
    # Without name and time: the same history makes the same file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=_LEVEL) as packed:
        first = json.dumps(head).encode() + b"\n"
        digest.update(first)
        packed.write(first)
        for line in lines:
            digest.update(line)
            digest.update(b"\n")
            packed.write(line + b"\n")
            number += 1
        packed.write(json.dumps({"end": {"lines": number, "sha256": digest.hexdigest()}}).encode() + b"\n")


def is_one(file: IO[bytes]) -> bool:
    """Whether `file`, which is read from its beginning, is meant to be such a file, packed or unpacked."""
    try:
        file.seek(0)
        start = file.read(2)
        if start == GZIP:
            return True
        file.seek(0)
        return b'"netguard.history/' in file.read(200).partition(b"\n")[0]
    finally:
        file.seek(0)


def read(file: IO[bytes], now: datetime | None = None) -> Iterator[Thing]:
    """Everything in `file`, which `write` wrote, each thing checked; packed, or unpacked by another program.

    Raises `DocumentError` for anything else, at the latest with the last line: nothing may be kept before that. So it does
    for what says that it is of a time after `now` (null: the clock's).
    """
    latest = (now or datetime.now(UTC)) + AHEAD
    file.seek(0)
    packed = file.read(2) == GZIP
    file.seek(0)
    try:
        if packed:
            with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                yield from _things(unpacked, latest)
        else:
            yield from _things(file, latest)
    except (OSError, EOFError, zlib.error) as error:
        # gzip says BadGzipFile, an OSError, EOFError or zlib.error for what is damaged; a disk's errors have a strerror.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else f"it is damaged or {_CUT[3:]}"
        raise DocumentError(f"it cannot be read: {clean(str(reason).lower())}") from error


def check_time(what: str, time: datetime, latest: datetime) -> None:
    """Raise `DocumentError` when `what`, which is of `time`, is of after `latest`."""
    if time > latest:
        raise DocumentError(
            f"{what} is of {time:%Y-%m-%d}, which is to come; set this computer's clock if that is wrong"
        )


def _things(file: Any, latest: datetime) -> Iterator[Thing]:
    digest, number, size = hashlib.sha256(), 0, 0
    others, of_site = 0, Counter[tuple[str, str]]()
    while True:
        line = file.readline(MAX_LINE + 1)
        size += len(line)
        if len(line) > MAX_LINE or size > MAX_BYTES or number > MAX_LINES:
            raise DocumentError(_TOO_LARGE)
        if not line.endswith(b"\n"):
            raise DocumentError(_CUT)
        number += 1
        where = f"line {number:,}"
        plain = _plain(line, where)
        if number == 1:
            _check_head(plain)
        elif "end" in plain:
            if _said(plain["end"]) != {"lines": number - 1, "sha256": digest.hexdigest()} or file.read(1):
                raise DocumentError(_CUT)
            return
        else:
            if "scan" not in plain:
                others += len(line)
                if len(line) > MAX_OTHER_LINE or others > MAX_OTHERS:
                    raise DocumentError(f"{_TOO_LARGE} ({where})")
            thing = _thing(plain, where)
            if not isinstance(thing, Placed):
                kind = next(iter(plain))
                site, most = ("", MAX_LOGINS) if isinstance(thing, TriedLogins) else (thing.site, MAX_OF_A_SITE[kind])
                of_site[kind, site] += 1
                if of_site[kind, site] > most:
                    raise DocumentError(f"{_TOO_LARGE}: more than {most:,} lines of {kind!r} of one site")
            _check_times(thing, where, latest)
            yield thing
        digest.update(line)


def _check_times(thing: Thing, where: str, latest: datetime) -> None:
    """Raise `DocumentError` when something in `thing` is of after `latest`."""
    for what, time in _times(thing):
        check_time(f"{where}: {what}", time, latest)


def _times(thing: Thing) -> Iterator[tuple[str, datetime]]:
    """What `thing` says of when it was."""
    match thing:
        case Placed():
            name = f"scan {clean(thing.scan.id)}"
            yield name, thing.scan.started_at
            yield name, thing.scan.finished_at
            yield f"the place of {name} in the history", thing.ordered_at
        case KnownDevice():
            times = (t for i in thing.identities for t in (i.first_seen, i.last_seen))
            yield f"what is known of device {clean(thing.id)}", max(thing.first_seen, thing.last_seen, *times)
        case SiteMapping():
            yield "a mapping", max(thing.mapping.first_seen, thing.mapping.last_seen)
        case Declaration():
            yield f"declared device {clean(thing.id)}", thing.declared_at
        case Enrolment():
            yield "a home", thing.enrolled_at
        case Acceptance():
            yield f"accepted risk {clean(thing.id)}", thing.accepted_at
        case TriedLogins():
            yield "a login that was tried", thing.at


def _plain(line: bytes, where: str) -> dict[str, bytes]:
    """The line's object, with its values as they stand there."""
    try:
        plain = _LINE.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise DocumentError(f"it is damaged: {where} is no JSON object ({clean(str(error), 200)})") from error
    if not plain:
        raise DocumentError(f"it is damaged: {where} is empty")
    return {name: bytes(raw) for name, raw in plain.items()}


def _check_head(plain: dict[str, bytes]) -> None:
    try:
        schema = msgspec.json.decode(plain.get("schema", b"null"))
    except msgspec.DecodeError:
        schema = None
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and schema.startswith("netguard.history/"):
        raise DocumentError(f"it is {clean(schema, 40)}, this netguard reads {SCHEMA}: update netguard to read it")
    raise DocumentError("it is no history that netguard wrote")


def _said(end: bytes) -> object:
    try:
        return msgspec.json.decode(end)
    except msgspec.DecodeError:
        return None


def _thing(plain: dict[str, bytes], where: str) -> Thing:
    try:
        if "scan" in plain:
            scan = codec.loads(plain["scan"])
            at = msgspec.json.decode(plain.get("ordered_at", b"null"), type=datetime)
            if at.tzinfo is None:
                raise DocumentError(f"it is damaged: {where}: a time without time zone")
            return Placed(ordered_at=at, scan=scan, document=plain["scan"])
        name = next(iter(plain))
        if name not in _KINDS:
            raise DocumentError(f"it is damaged or of a newer netguard: {where} holds {clean(name, 40)!r}")
        value: Thing = codec.loads_value(plain[name].decode(), _KINDS[name])
    except (codec.UnreadableDocument, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise DocumentError(f"it is damaged: {where}: {clean(str(error), 300)}") from error
    return value
