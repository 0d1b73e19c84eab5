"""The scan document as JSON. Unknown fields are kept, newer schemas are refused, nothing is guessed."""

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.model import address
from netguard.model.scan import SCHEMA, Scan

MAX_DOCUMENT = 64 * 2**20
"""Bytes read of one document (64 MiB); a scan of 250 devices has about 1. Stops a file made to fill memory."""

_ELEMENT_NAMES = ("key", "id", "fingerprint", "bssid")
"""What tells the elements of a document's lists apart, in the order to try."""


class UnreadableDocument(ValueError):
    """The bytes are no scan document that this version can read; the message says why and what to do."""


def dumps(scan: Scan, *, indent: int = 1) -> bytes:
    """`scan` as UTF-8 JSON with a final newline; fields read from a newer netguard are written back."""
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
        raise UnreadableDocument(f"it is not JSON ({error})") from error
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith("netguard.scan/"):
            raise UnreadableDocument(f"it is {schema}, this netguard reads {SCHEMA}: update netguard to read it")
        raise UnreadableDocument("it is JSON, but no netguard scan (there is no schema field that says so)")
    raw.pop("unread", None)
    try:
        scan = msgspec.convert(raw, Scan, dec_hook=_from_text)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableDocument(f"it is damaged: {error}") from error
    return dataclasses.replace(scan, unread=MappingProxyType(raw))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    schema = msgspec.json.schema(Scan, schema_hook=_schema_of)
    definition = schema["$defs"]["Scan"]
    definition["properties"].pop("unread")
    definition["properties"]["schema"] = {"const": SCHEMA}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = SCHEMA
    return schema


def _to_text(value: object) -> object:
    if isinstance(value, IPAddress | IPNetwork):
        return str(value)
    if isinstance(value, EUI):
        return value.format(mac_unix_expanded)
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(f"{type(value)} has no place in a scan document")


def _from_text(kind: type, value: object) -> object:
    readers = {IPAddress: address.ip, IPNetwork: address.network, EUI: address.mac}
    if kind in readers and isinstance(value, str):
        return readers[kind](value)
    if isinstance(value, kind):
        return value
    raise ValueError(f"expected {kind.__name__}")


def _schema_of(kind: type) -> dict[str, Any]:
    formats = {
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
        name = next((n for n in _ELEMENT_NAMES if all(isinstance(e, dict) and e.get(n) for e in ours)), None)
        if name:
            old = {e[name]: e for e in kept if isinstance(e, Mapping) and isinstance(e.get(name), str)}
            return [_lay_over(e, old[e[name]]) if e[name] in old else e for e in ours]
        if len(ours) == len(kept):
            return [_lay_over(a, b) for a, b in zip(ours, kept, strict=True)]
    return ours
