"""Reads what was learnt of devices' ways into the internet (`netguard.egress/1`, JSON), and refuses, naming the line. Pure."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NoReturn

import msgspec
from netaddr import EUI

from netguard.advise import planaddress
from netguard.advise.place import MAX_SHOWN, Path, Place, misshapen
from netguard.errors import PlanError
from netguard.model.egress import (
    MAX_ALL_FLOWS,
    MAX_DEVICES,
    MAX_FLOWS,
    MAX_KEY,
    MAX_SEEN,
    SCHEMA,
    Egress,
    Learnt,
    Source,
    Went,
)
from netguard.model.observation import clean
from netguard.model.plan import MAX_NAMES, MAX_PORTS, Domain
from netguard.model.vocabulary import Transport

MAX_FILE = 8 * 1024 * 1024
"""Bytes of a document (8 MiB); one of a hundred devices that were listened to for a month has about one. Stops a file made to
fill memory."""

MAX_DEPTH = 16
"""Deepest nesting; a document has five. Stops a file made to exhaust the stack."""

MAX_DIGITS = 20
"""Digits of a number. Stops a number of a million digits, which takes minutes to read."""

MAX_ADDRESSES = 64
"""Addresses of one flow; a cloud's name has up to about thirty in a month."""

_TOKEN = re.compile(r'[\[\]{},:]|"(?:[^"\\]|\\.)*+"?|[^\[\]{},:"\s]+', re.DOTALL)
"""RFC 8259, 2: what JSON is made of. A text that does not end is one token: begun anew at each of its quotes, it would take hours."""

_CHOICES = {"transport": "tcp or udp", "source": ", ".join(Source)}
_WHOLE = "learnt"
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Went(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seen: int
    first: _Moment
    last: _Moment
    source: Source
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    transport: Transport | None = None
    ports: tuple[int, ...] = ()


class _Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    since: _Moment = msgspec.field(name="from")
    until: _Moment
    mac: str | None = None
    key: str | None = None
    flows: tuple[_Went, ...] = ()


class _Egress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    devices: tuple[_Device, ...] = ()


class _Lines(dict[Path, int]):
    """Line of every value of a JSON text, looked up only when something is wrong."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text: str | None = text

    def _look(self) -> None:
        if self._text is not None:
            text, self._text = self._text, None
            for path, line in places(text):
                self.setdefault(path, line)

    def __contains__(self, path: object) -> bool:
        self._look()
        return super().__contains__(path)

    def get(self, path: Path, default: Any = None) -> Any:
        """Line of the value at `path`."""
        self._look()
        return super().get(path, default)


def read(data: bytes, shown: str = "learnt.json") -> Egress:
    """What was learnt; `shown` is the file's name for complaints.

    Raises `PlanError`: `learnt.json: line 12: devices[3].mac: reason`.
    """
    if len(data) > MAX_FILE:
        raise PlanError(f"{shown}: line 1: {_WHOLE}: it is larger than {MAX_FILE >> 20} MiB, no home needs that")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PlanError(f"{shown}: line {line}: {_WHOLE}: it is not UTF-8") from error
    raw = _parsed(text, shown)
    place = Place(_Lines(text), shown, whole=_WHOLE)
    if not isinstance(raw, dict):
        raise place.wrong(f'it has to be an object with fields, "schema": "{SCHEMA}" first')
    if raw.get("schema") != SCHEMA:
        raise place.at("schema").wrong(f"it has to be {SCHEMA}")
    try:
        shape = msgspec.convert(raw, _Egress)
    except msgspec.ValidationError as error:
        raise misshapen(place, raw, error, _CHOICES, "what was learnt") from error
    return Egress(devices=tuple(_devices(shape, place.at("devices"))))


def places(text: str) -> Iterator[tuple[Path, int]]:
    """Path and line of every value of `text`, in order; a field that is there twice comes twice. `text` is JSON already."""
    steps: list[str | int] = []
    waits = False  # whether the next text is a field's name
    line, at = 1, 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        line, at = line + text.count("\n", at, token.start()), token.start()
        if word in "]}":
            steps.pop()
            waits = False
        elif word == ",":
            if steps and isinstance(steps[-1], int):
                steps[-1] += 1
            else:
                waits = True
        elif waits:
            steps[-1], waits = json.loads(word, strict=False), False
        elif word != ":":
            yield tuple(steps), line
            if word in "[{":
                steps.append(0 if word == "[" else "")
                waits = word == "{"


def _parsed(text: str, shown: str) -> Any:
    """The JSON in `text`, with no name twice in an object, no number that is none, and nothing too deep."""
    _see_that_it_is_shallow(text, shown)

    def number(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            raise _UnusableError(digits, f"a number has at most {MAX_DIGITS} digits")
        return int(digits)

    def never(word: str) -> NoReturn:
        raise _UnusableError(word, f"{word} is no number")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise _UnusableError(json.dumps(name), f"{clean(name, MAX_SHOWN)} is there twice")
            found[name] = value
        return found

    try:
        found = json.loads(text, parse_int=number, parse_constant=never, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise PlanError(f"{shown}: line {error.lineno}: {_WHOLE}: it is not JSON ({error.msg})") from error
    except _UnusableError as error:
        raise PlanError(f"{shown}: line {_first(text, error)}: {_WHOLE}: {error.reason}") from error
    for token in _TOKEN.finditer(text):
        if token[0][0] == '"' and "\\u" in token[0] and _is_broken(json.loads(token[0])):
            line = text.count("\n", 0, token.start()) + 1
            raise PlanError(f"{shown}: line {line}: {_WHOLE}: half a surrogate pair is no character (RFC 8259, 8.2)")
    return found


def _see_that_it_is_shallow(text: str, shown: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, token.start()) + 1
            raise PlanError(f"{shown}: line {line}: {_WHOLE}: it is nested deeper than {MAX_DEPTH} levels")


def _is_broken(text: str) -> bool:
    """Whether it cannot be written, as half a surrogate pair cannot."""
    return any("\ud800" <= c <= "\udfff" for c in text)


class _UnusableError(Exception):
    """What JSON allows and a document may not have: the token and the reason."""

    def __init__(self, token: str, reason: str) -> None:
        super().__init__(reason)
        self.token, self.reason = token, reason


def _first(text: str, error: _UnusableError) -> int:
    """The line of the first place that is there twice, else of the token."""
    seen: set[Path] = set()
    if error.token.startswith('"'):
        for path, line in places(text):
            if path in seen:
                return line
            seen.add(path)
    at = next((token.start() for token in _TOKEN.finditer(text) if token[0] == error.token), 0)
    return text.count("\n", 0, at) + 1


def _devices(shape: _Egress, place: Place) -> Iterator[Learnt]:
    if len(shape.devices) > MAX_DEVICES:
        raise place.at(MAX_DEVICES).wrong(f"there are {len(shape.devices)}, a document has at most {MAX_DEVICES}")
    seen: dict[EUI | str, int] = {}
    flows = 0
    for number, each in enumerate(shape.devices):
        here = place.at(number)
        flows += len(each.flows)
        if len(each.flows) > MAX_FLOWS:
            raise here.at("flows", MAX_FLOWS).wrong(f"there are {len(each.flows)}, a device has at most {MAX_FLOWS}")
        if flows > MAX_ALL_FLOWS:
            raise here.at("flows").wrong(f"a document has at most {MAX_ALL_FLOWS} flows")
        mac = here.at("mac").read(planaddress.station, each.mac) if each.mac is not None else None
        if mac is None and each.key is None:
            raise here.at("mac").wrong("it is missing, and so is key: whose flows are these?")
        if each.key is not None and not 1 <= len(each.key) <= MAX_KEY:
            raise here.at("key").wrong(f"a key has 1 to {MAX_KEY} characters")
        for name, own in (("mac", mac), ("key", each.key)):
            if own is not None and seen.setdefault(own, number) != number:
                raise here.at(name).wrong(f"devices[{seen[own]}] has this {name} already")
        if each.until < each.since:
            raise here.at("until").wrong("it is before from")
        yield Learnt(
            mac=mac, key=each.key, since=each.since, until=each.until,
            flows=tuple(_went(one, here.at("flows", n)) for n, one in enumerate(each.flows)),
        )  # fmt: skip


def _went(each: _Went, here: Place) -> Went:
    for name, count, most in (
        ("names", len(each.names), MAX_NAMES),
        ("addresses", len(each.addresses), MAX_ADDRESSES),
        ("ports", len(each.ports), MAX_PORTS),
    ):
        if count > most:
            raise here.at(name, most).wrong(f"there are {count}, a flow has at most {most}")
    if not each.names and not each.addresses:
        raise here.at("names").wrong("it is missing, and so is addresses: where did it go?")
    if (each.transport is None) != (not each.ports):
        missing, there = ("transport", "ports") if each.transport is None else ("ports", "transport")
        raise here.at(missing).wrong(f"it is missing beside {there}; leave both out where neither was seen")
    if each.transport is None and not each.names:
        raise here.at("transport").wrong("it is missing: an address alone says nothing")
    for number, port in enumerate(each.ports):
        if not 1 <= port <= 65535:
            raise here.at("ports", number).wrong(f"{port} is no port; they go from 1 to 65535")
    if not 1 <= each.seen <= MAX_SEEN:
        raise here.at("seen").wrong(f"it has to be 1 to {MAX_SEEN}")
    if each.last < each.first:
        raise here.at("last").wrong("it is before first")
    names = {here.at("names", n).read(Domain.of, text) for n, text in enumerate(each.names)}
    addresses = {here.at("addresses", n).read(planaddress.whole, text) for n, text in enumerate(each.addresses)}
    return Went(
        names=tuple(sorted(names)), addresses=tuple(sorted(addresses)), transport=each.transport,
        ports=tuple(sorted(set(each.ports))), seen=each.seen, first=each.first, last=each.last, source=each.source,
    )  # fmt: skip
