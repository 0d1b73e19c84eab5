"""What holds for every document and every value, not only for those somebody thought of."""

import dataclasses
import json
import math
import types
import typing
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.model import address, codec, observation, ports
from netguard.model.action import Grade
from netguard.model.attempt import Attempt
from netguard.model.device import Coverage, Service
from netguard.model.finding import fingerprint
from netguard.model.scan import SCHEMA, Scan
from netguard.model.vocabulary import Outcome

FORBIDDEN = {"Cc", "Zl", "Zp", "Cs"}
"""Categories of control characters, line and paragraph separators, halves of surrogate pairs."""

RELEASED = (Path(__file__).parents[1] / "unit" / "model" / "documents" / "scan-1.json").read_bytes()

texts = st.text(st.characters(codec="utf-8"), max_size=12)
port_sets = st.frozensets(st.integers(0, 65535), max_size=40) | st.builds(
    lambda start, length: frozenset(range(start, min(start + length, 65536))),
    st.integers(0, 65535),
    st.integers(0, 400),
)
ips = st.integers(0, 2**32 - 1).map(lambda n: IPAddress(n, 4)) | st.integers(0, 2**128 - 1).map(
    lambda n: IPAddress(n, 6)
)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)

LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    IPAddress: ips,
    IPNetwork: st.builds(
        lambda a, n: IPNetwork(f"{a}/{min(n, 32 if a.version == 4 else 128)}").cidr, ips, st.integers(0, 128)
    ),
    EUI: st.integers(0, 2**48 - 1).map(lambda n: EUI(n, version=48, dialect=mac_unix_expanded)),
}

LIMITED: dict[tuple[type, str], st.SearchStrategy[Any]] = {
    (Scan, "schema"): st.just(SCHEMA),
    (Service, "port"): st.integers(0, 65535),
    (Coverage, "ports"): port_sets.map(ports.render),
    (Grade, "evaluated"): st.floats(0, 1),
}
"""Fields that hold less than their type does."""


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Every value that a field of type `kind` may have."""
    origin, parameters = typing.get_origin(kind), typing.get_args(kind)
    if kind in LEAVES:
        return LEAVES[kind]
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values_of(p) for p in parameters])
    if origin is tuple:
        return st.lists(values_of(parameters[0]), max_size=3).map(tuple)
    if origin is typing.Literal:
        return st.sampled_from(parameters)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return records_of(kind)


def records_of(kind: Any) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    fields = {
        field.name: LIMITED[kind, field.name] if (kind, field.name) in LIMITED else values_of(hints[field.name])
        for field in dataclasses.fields(kind)
        if field.name != "unread"
    }
    if kind is Attempt:
        return st.fixed_dictionaries(fields).map(
            lambda f: Attempt(**f if f["outcome"] is Outcome.DONE else f | {"reason": f["reason"] or "because"})
        )
    return st.builds(kind, **fields)


scans = records_of(Scan)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@slow
@given(scans)
def test_every_scan_is_read_back_as_it_was_written(scan: Scan) -> None:
    written = codec.dumps(scan)
    read = codec.loads(written)
    assert read == scan
    assert codec.dumps(read) == written


@slow
@given(
    scans, st.dictionaries(texts.filter(lambda name: name not in typing.get_type_hints(Scan)), json_values, max_size=3)
)
def test_whatever_a_newer_document_has_is_written_back(scan: Scan, more: dict[str, Any]) -> None:
    newer = json.loads(codec.dumps(scan)) | more
    assert json.loads(codec.dumps(codec.loads(json.dumps(newer).encode()))) == newer


def _places(value: Any) -> list[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, child in inner for found in [(value, name), *_places(child)]]


PLACES = len(_places(json.loads(RELEASED)))
odd_values = json_values | st.sampled_from(
    [
        10**30,
        -1,
        1e308,
        "",
        "\x00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "::",
        "1-65536",
        [[]],
        {"": {}},
    ]
)


@slow
@given(st.lists(st.tuples(st.integers(0, PLACES - 1), odd_values | st.none()), min_size=1, max_size=4), st.booleans())
def test_a_mutated_document_is_read_or_refused_and_what_is_read_can_be_written(
    mutations: list[tuple[int, Any]], removing: bool
) -> None:
    document = json.loads(RELEASED)
    for number, value in mutations:
        places = _places(document)
        box, name = places[number % len(places)] if places else (document, "x")
        if removing and isinstance(box, dict):
            del box[name]
        else:
            box[name] = value
    _read_or_refused(json.dumps(document).encode())


@slow
@given(st.integers(0, len(RELEASED) - 1), st.binary(min_size=0, max_size=4), st.integers(0, 40))
def test_a_document_with_broken_bytes_is_read_or_refused(place: int, put: bytes, removed: int) -> None:
    _read_or_refused(RELEASED[:place] + put + RELEASED[place + removed :])


@slow
@given(
    st.binary(max_size=200)
    | st.text('[]{}:,"0123456789eE+-.\\unaftrls \x00', max_size=60).map(str.encode)
    | st.builds(lambda tail: b'{"schema": "netguard.scan/1", ' + tail, st.binary(max_size=80))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refused(data)


def _read_or_refused(data: bytes) -> None:
    try:
        scan = codec.loads(data)
    except codec.UnreadableDocument as refused:
        message = str(refused)
    else:
        assert codec.loads(codec.dumps(scan)) == scan
        return
    assert not {unicodedata.category(c) for c in message} & FORBIDDEN
    assert len(message) < 500


@given(port_sets)
def test_ports_are_parsed_as_they_were_rendered(numbers: frozenset[int]) -> None:
    text = ports.render(numbers)
    assert ports.parse(text) == numbers
    assert ports.render(ports.parse(text)) == text


@given(st.text(max_size=30) | st.text("0123456789-,", max_size=30))
def test_any_text_is_a_set_of_ports_or_refused(text: str) -> None:
    try:
        found = ports.parse(text)
    except ValueError:
        return
    assert all(0 <= port <= 65535 for port in found)
    assert sum(map(len, ports.ranges(text))) >= len(found)


@pytest.mark.parametrize("read", [address.ip, address.network, address.mac])
@given(text=st.text(max_size=60) | st.text("0123456789abcdefx:.-/%", max_size=40))
def test_any_text_is_an_address_or_refused(read: Callable[[str], object], text: str) -> None:
    try:
        found = read(text)
    except UnicodeError:
        raise AssertionError("an error that shows the text's bytes, not what is wrong with it") from None
    except ValueError:
        return
    assert read(str(found)) == found


DIRECTION = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = {"\u061c", "\u200e", "\u200f"}


@given(st.text(st.characters(), max_size=700), st.integers(1, 600))
def test_cleaned_text_is_short_and_has_no_control_or_direction_characters(text: str, limit: int) -> None:
    cleaned = observation.clean(text, limit)
    assert len(cleaned) <= limit
    assert not {unicodedata.category(c) for c in cleaned} & FORBIDDEN
    assert not {unicodedata.bidirectional(c) for c in cleaned} & DIRECTION
    assert not set(cleaned) & MARKS
    assert observation.clean(cleaned, limit) == cleaned
    cleaned.encode()


scalars = st.text(st.characters(), max_size=700) | st.booleans() | st.integers() | st.floats() | st.just(10**500)


@given(scalars | st.lists(scalars, max_size=100).map(tuple) | st.none())
def test_every_cleaned_value_fits_into_a_document(value: observation.Value) -> None:
    cleaned = observation.clean_value(value)
    assert json.loads(json.dumps(cleaned, allow_nan=False)) == (
        list(cleaned) if isinstance(cleaned, tuple) else cleaned
    )
    assert not isinstance(cleaned, float) or math.isfinite(cleaned)
    assert observation.clean_value(cleaned) == cleaned


names = st.text(st.characters(codec="utf-8"), max_size=40).map(observation.clean)


@given(names, names, names)
def test_a_fingerprint_is_the_same_every_time_and_fit_for_any_format(check: str, identity: str, part: str) -> None:
    made = fingerprint(check, identity, part)
    assert made == fingerprint(check, identity, part)
    assert len(made) == 32
    assert set(made) <= set("0123456789abcdef")


@given(st.tuples(names, names, names), st.tuples(names, names, names))
def test_two_fingerprints_are_equal_only_when_all_three_parts_are(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


@given(names, names)
def test_moving_text_from_one_part_to_the_next_makes_another_fingerprint(start: str, end: str) -> None:
    together = start + end
    parts = {(together, "", ""), ("", together, ""), ("", "", together), (start, end, ""), ("", start, end)}
    assert len({fingerprint(*part) for part in parts}) == len(parts)
