"""The scan document as JSON. Unknown fields are kept, newer schemas are refused, nothing is guessed."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.model import address
from netguard.model.observation import clean
from netguard.model.scan import SCHEMA, Scan

MAX_DOCUMENT = 64 * 2**20
"""Bytes read of one document (64 MiB); a scan of 250 devices has about 1. Stops a file made to fill memory."""

MAX_DEPTH = 100
"""Levels of lists and objects in one document; a scan has 8. Stops a file too deeply nested to be written back."""

_MAX_REASON = 300
"""Characters of a reason shown; a damaged document's own text is part of it."""

_ELEMENT_NAMES = (
    ("key",),
    ("id",),
    ("fingerprint",),
    ("bssid",),
    ("ssid", "bssid", "channel"),
    ("address", "transport", "port"),
    ("address", "transport", "engine"),
    ("source", "protocol", "remote_host", "external_port"),
    ("source", "detail"),
    ("kind", "value"),
    ("stage", "target"),
)
"""What tells the elements of a document's lists apart, in the order to try; without any of them it is their place."""


_T = TypeVar("_T")


class UnreadableDocument(ValueError):
    """The bytes are no scan document that this version can read; the message says why and what to do."""


def dumps(scan: Scan, *, indent: int = 1) -> bytes:
    """`scan` as UTF-8 JSON with a final newline; fields read from a newer netguard are written back.

    `indent` is spaces per level, 0 for one line. Raises `ValueError` for a scan that could not be read
    again: a time that is not in UTC, a number or text that JSON has no place for.
    """
    for name, time in _times(scan):
        if time.utcoffset() != timedelta(0):
            raise ValueError(f"{name} is not in UTC")
    plain = msgspec.to_builtins(scan, enc_hook=_to_text)
    kept = plain.pop("unread")
    if kept:
        plain = _lay_over(plain, kept)
    return json.dumps(plain, ensure_ascii=False, indent=indent or None, allow_nan=False).encode() + b"\n"


def loads(data: bytes) -> Scan:
    """The scan in `data`. Raises `UnreadableDocument` for anything that is not a `netguard.scan/1` document."""
    if len(data) > MAX_DOCUMENT:
        raise UnreadableDocument(f"it is larger than {MAX_DOCUMENT >> 20} MiB, no scan is")
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableDocument(f"it is not JSON ({_reason(error)})") from error
    if not _is_shallow(raw):
        raise UnreadableDocument(f"it is nested more than {MAX_DEPTH} levels deep, no scan is")
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith("netguard.scan/"):
            found = clean(schema, 40)
            raise UnreadableDocument(f"it is {found}, this netguard reads {SCHEMA}: update netguard to read it")
        raise UnreadableDocument("it is JSON, but no netguard scan (there is no schema field that says so)")
    try:
        scan = msgspec.convert({n: v for n, v in raw.items() if n != "unread"}, Scan, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        raise UnreadableDocument(f"it is damaged: {_reason(error)}") from error
    for name, time in _times(scan):
        if time.utcoffset() != timedelta(0):
            raise UnreadableDocument(f"it is damaged: a time in UTC is needed - at `$.{name}`")
    return dataclasses.replace(scan, unread=MappingProxyType(raw))


def dumps_value(value: object) -> str:
    """One of the history's own values (a frozen dataclass of `model/`) as a line of JSON in ASCII.

    Raises `ValueError` for a number that JSON has no place for, `TypeError` for a type that has none.
    """
    return json.dumps(msgspec.to_builtins(value, enc_hook=_to_text), allow_nan=False, separators=(",", ":"))


def loads_value(text: str, kind: type[_T]) -> _T:
    """The value of the type `kind` that `dumps_value` wrote; fields that this version does not know are ignored.

    Raises `UnreadableDocument` for anything else, and for a time without time zone.
    """
    try:
        value = msgspec.convert(msgspec.json.decode(text), kind, dec_hook=_from_text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise UnreadableDocument(f"it is damaged: {_reason(error)}") from error
    if not _is_aware(value):
        raise UnreadableDocument("it is damaged: a time without time zone")
    return value


def json_schema(kind: type = Scan, title: str = SCHEMA) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document: of the scan, or of another `kind` whose schema is called `title`."""
    schema = msgspec.json.schema(kind, schema_hook=_schema_of)
    definition = schema["$defs"][kind.__name__]
    definition["properties"].pop("unread", None)
    definition["properties"]["schema"] = {"const": title}
    definition["required"] = ["schema", *definition["required"]]
    for record in schema["$defs"].values():
        for name, value in record.get("properties", {}).items():
            if name == "at" or name.endswith("_at"):
                value["format"] = "date-time"
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = title
    return schema


def _times(scan: Scan) -> Iterator[tuple[str, datetime]]:
    """Every time in the document, with its path."""
    yield "started_at", scan.started_at
    yield "finished_at", scan.finished_at
    yield "authorisation.at", scan.authorisation.at
    for place, observation in enumerate(scan.observations):
        yield f"observations[{place}].at", observation.at


def _is_aware(value: object) -> bool:
    """Whether every time in a dataclass, and in the tuples and dataclasses inside it, has a time zone."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, tuple):
        return all(map(_is_aware, value))
    if dataclasses.is_dataclass(value):
        return all(_is_aware(getattr(value, field.name)) for field in dataclasses.fields(value))
    return True


def _reason(error: Exception) -> str:
    """The error's text, fit to be shown: it repeats what the document says, which may be hostile."""
    return clean(str(error), _MAX_REASON)


def _is_shallow(raw: object) -> bool:
    level: list[Any] = [raw]
    for _ in range(MAX_DEPTH):
        boxes = [box for box in level if isinstance(box, dict | list)]
        if not boxes:
            return True
        level = [inner for box in boxes for inner in (box.values() if isinstance(box, dict) else box)]
    return False


def _to_text(value: object) -> object:
    if isinstance(value, IPAddress | IPNetwork):
        return str(value)
    if isinstance(value, EUI):
        return value.format(mac_unix_expanded)
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value)} has no place in a scan document")


def _from_text(kind: type, value: object) -> object:
    readers = {IPAddress: address.ip, IPNetwork: address.network, EUI: address.mac}
    if kind in readers and isinstance(value, str):
        return readers[kind](value)
    if isinstance(value, kind):
        return value
    raise ValueError(f"expected {kind.__name__}")


def _schema_of(kind: type) -> dict[str, Any]:
    formats: dict[type, dict[str, Any]] = {
        IPAddress: {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        IPNetwork: {"type": "string", "description": "CIDR prefix"},
        EUI: {"type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"},
    }
    return formats[kind]


def _lay_over(ours: Any, kept: Any) -> Any:
    """`ours`, plus what `kept` has at the same place and `ours` has no name for."""
    if isinstance(ours, dict) and isinstance(kept, Mapping):
        merged = {name: _lay_over(value, kept[name]) if name in kept else value for name, value in ours.items()}
        return merged | {name: value for name, value in kept.items() if name not in ours}
    if isinstance(ours, list | tuple) and isinstance(kept, list | tuple):
        for names in _ELEMENT_NAMES:
            mine, theirs = _named(ours, names), _named(kept, names)
            if mine is not None and theirs is not None:
                return [_lay_over(e, theirs[n]) if n in theirs else e for n, e in mine.items()]
        if len(ours) == len(kept):
            return [_lay_over(a, b) for a, b in zip(ours, kept, strict=True)]
    return ours


def _named(elements: Sequence[Any], names: tuple[str, ...]) -> dict[tuple[Any, ...], Any] | None:
    """`elements` by their values of `names`, in order; null when that does not tell all of them apart."""
    found: dict[tuple[Any, ...], Any] = {}
    for element in elements:
        if not isinstance(element, Mapping) or not all(n in element for n in names):
            return None
        name = tuple(element[n] for n in names)
        if not all(isinstance(part, str | int | None) for part in name) or name == (None,) or name in found:
            return None
        found[name] = element
    return found
