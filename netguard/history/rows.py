"""What a scan is in the table: its row, and what is read from one."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, TypeVar

import msgspec
from netaddr import mac_unix_expanded
from sqlalchemy import ColumnElement, Connection, Row, func, select

from netguard.errors import DocumentError, HistoryError
from netguard.history.tables import homes, scans
from netguard.model import address, codec
from netguard.model.home import Enrolment
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.timeline import Entry, ScanLine, Summary
from netguard.model.timeline import line as line_of
from netguard.model.timeline import summary as summary_of
from netguard.model.vocabulary import Depth, Ended

LINE = tuple(scans.c[name] for name in ScanLine.__dataclass_fields__)
"""The columns that `line` reads."""

ENTRY = (*LINE, scans.c.summary, scans.c.ordered_at)
"""The columns that `entry` reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One scan in the order of its site: as little as tells which of thousands are worth reading."""

    id: str
    at: datetime
    """Its place in the order: its start, or just after the one before where the clock was set back."""
    started_at: datetime
    prefix: str
    finished: bool
    devices: int
    failing: int


STOP = (*(scans.c[name] for name in ("id", "started_at", "prefix", "ended", "devices", "failing")), scans.c.ordered_at)
"""The columns that `stop` reads."""

_SUMMARY = msgspec.json.Decoder(Summary)
"""A summary is plain text, numbers and words: thirty times faster than the codec, which a list of a year needs."""


class _Gateway(msgspec.Struct):
    """What tells one place from another, of a summary."""

    gateway: str | None = None


_GATEWAY = msgspec.json.Decoder(_Gateway)


class NewerError(DocumentError):
    """A newer netguard wrote the document: it is not damaged."""


class Unreadable(Enum):
    """What a summary says that is not there, or damaged."""

    UNREADABLE = auto()


UNREADABLE = Unreadable.UNREADABLE

_Short = TypeVar("_Short")

_TICK = timedelta(microseconds=1)
"""By so much a scan stands behind the one before it when the clock was set back between them."""


def row_of(scan: Scan, json: bytes | None = None) -> dict[str, Any]:
    """All of its row but where it stands (`ordered_at`); `json` is its document, where it is at hand.

    Raises `HistoryError` for a scan that could not be read again.
    """
    told = line_of(scan)
    return {name: getattr(told, name) for name in ScanLine.__dataclass_fields__} | {
        "ended": told.ended.value,
        "depth": told.depth.value,
        "prefix": str(told.prefix),
        "schema": scan.schema,
        "document": _packed(scan) if json is None else zlib.compress(json),
        "summary": packed_summary(summary_of(scan)),
    }


def packed_summary(short: Summary) -> bytes:
    """A scan in short, as it is kept."""
    return zlib.compress(codec.dumps_value(short).encode())


def place(connection: Connection, scan: Scan) -> datetime:
    """Where a scan that was just made stands: after all that were saved before, wherever the clock was set meanwhile."""
    last: datetime | None = connection.execute(
        select(func.max(scans.c.ordered_at)).where(scans.c.site == scan.site)
    ).scalar()
    if last is None or last < scan.started_at:
        return scan.started_at
    return last + min(_TICK, datetime.max.replace(tzinfo=UTC) - last)


def stop(row: Row[Any]) -> Stop:
    """Where the scan in `row` stands."""
    id_, started_at, prefix, ended, devices, failing, at = tuple(row)
    return Stop(
        id=id_,
        at=at,
        started_at=started_at,
        prefix=prefix,
        finished=ended == Ended.FINISHED.value,
        devices=devices,
        failing=failing,
    )


def line(row: Row[Any]) -> ScanLine:
    """What a list says of the scan in `row`. Raises `ValueError` for a damaged one."""
    return ScanLine(**_told(row._asdict()))


def entry(row: Row[Any]) -> Entry | None:
    """The scan in `row` in short; null where no summary was kept (by an old netguard), or a damaged one: its document has all."""
    values = row._asdict()
    short, at = _short(values.pop("summary"), _SUMMARY), values.pop("ordered_at")
    return None if short is None else Entry(line=ScanLine(**_told(values)), summary=short, ordered_at=at)


def gateway(packed: object) -> str | Unreadable | None:
    """The router's MAC in a summary as it is kept, read without the rest of it."""
    short = _short(packed, _GATEWAY)
    return UNREADABLE if short is None else short.gateway


def entry_of(row: Row[Any], scan: Scan) -> Entry:
    """The scan in `row` in short, as its document says."""
    return Entry(line=line_of(scan), summary=summary_of(scan), ordered_at=row.ordered_at)


def document(connection: Connection, scan_id: str) -> bytes:
    """The document of the scan with this id as JSON, at most one byte more than one may have. Raises `DocumentError`."""
    packed = connection.execute(select(scans.c.document).where(scans.c.id == scan_id)).scalar_one()
    try:
        # A row made to fill memory is refused by the codec, not unpacked.
        return zlib.decompressobj().decompress(packed, codec.MAX_DOCUMENT + 1)
    except (zlib.error, TypeError) as error:
        raise DocumentError(f"the saved scan {clean(scan_id)} cannot be read: it is damaged") from error


def unpacked(connection: Connection, scan_id: str) -> Scan:
    """The scan with this id. Raises `DocumentError` when it cannot be read."""
    try:
        return codec.loads(document(connection, scan_id))
    except codec.UnreadableDocument as error:
        kind = NewerError if "update netguard" in str(error) else DocumentError
        raise kind(f"the saved scan {clean(scan_id)} cannot be read: {error}") from error


def enrolment(row: Row[Any]) -> Enrolment:
    """The network in `row`. Raises `ValueError` for a damaged one."""
    return Enrolment(
        site=row.site,
        gateway_mac=address.mac(row.gateway_mac),
        prefixes=tuple(address.network(prefix) for prefix in row.prefixes.split()),
        ssid=row.ssid,
        enrolled_at=row.enrolled_at,
    )


def home_row(home: Enrolment) -> dict[str, Any]:
    """The row of a network."""
    return {
        "site": home.site,
        "gateway_mac": home.gateway_mac.format(mac_unix_expanded),
        "prefixes": " ".join(str(prefix) for prefix in sorted(set(home.prefixes))),
        "ssid": home.ssid,
        "enrolled_at": home.enrolled_at,
    }


def same_home(home: Enrolment) -> ColumnElement[bool]:
    """What holds for the row of the same network, whosever it is."""
    row = home_row(home)
    same: ColumnElement[bool] = (homes.c.gateway_mac == row["gateway_mac"]) & (homes.c.prefixes == row["prefixes"])
    return same


def _short(packed: object, decoder: msgspec.json.Decoder[_Short]) -> _Short | None:
    """What is in a summary as it is kept; null for none, and for a damaged one."""
    if not isinstance(packed, bytes):
        return None
    try:
        return decoder.decode(zlib.decompressobj().decompress(packed, codec.MAX_DOCUMENT))
    except (zlib.error, UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return values | {
        "ended": Ended(values["ended"]),
        "depth": Depth(values["depth"]),
        "prefix": address.network(values["prefix"]),
    }


def _packed(scan: Scan) -> bytes:
    try:
        return zlib.compress(codec.dumps(scan, indent=0))
    except ValueError as error:
        raise HistoryError(f"scan {clean(scan.id)} cannot be saved: {clean(str(error))}") from error
