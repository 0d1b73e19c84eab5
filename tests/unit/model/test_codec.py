"""The codec: what is written is read again, unknown things are kept, and damage is named."""

import copy
import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.model import codec
from netguard.model.codec import UnreadableDocument
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Ended, PortState, Role, Security, Transport, WpsMethod

DOCUMENTS = Path(__file__).with_name("documents")
RELEASED = (DOCUMENTS / "scan-1.json").read_bytes()


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(RELEASED)
    return loaded


def load(changed: object) -> Scan:
    return codec.loads(json.dumps(changed).encode())


def dumped(scan: Scan) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(codec.dumps(scan))
    return written


def test_the_released_document_is_read_with_its_values() -> None:
    scan = codec.loads(RELEASED)
    lock = scan.devices[0]
    assert scan.started_at == datetime(2026, 3, 1, 9, 15, tzinfo=UTC)
    assert (scan.ended, scan.depth) == (Ended.FINISHED, Depth.STANDARD)
    assert scan.vantage.segment.prefix == IPNetwork("192.168.7.0/24")
    assert scan.vantage.segment.ssid == "Harbour 🏠"
    assert lock.role is Role.LOCK_HUB
    assert lock.addresses[0] == IPAddress("192.168.7.30")
    assert lock.mac == EUI("00-00-5E-00-53-30")
    assert [s.port for s in lock.open_services] == [23]
    assert lock.services[1].state is PortState.OPEN_OR_FILTERED
    assert scan.wifi[0].security is Security.WPA2_WPA3_PERSONAL
    assert scan.wifi[0].wps is not None
    assert scan.wifi[0].wps.methods == (WpsMethod.DISPLAY, WpsMethod.PUSH_BUTTON)
    assert scan.gateways[0].mappings[0].protocol is Transport.TCP
    assert [o.value for o in scan.observations] == [
        "login:", ("_hap._tcp ci=6", "_hap._tcp sf=0"), 200, False, 0.5, None,
    ]  # fmt: skip
    assert scan.grade is not None
    assert scan.grade.letter == "D"
    assert scan.device("mac:00:00:5e:00:53:30") is lock, "a former key still names the device"


def test_the_released_document_is_written_back_as_it_was() -> None:
    assert json.loads(codec.dumps(codec.loads(RELEASED))) == document()
    assert codec.dumps(codec.loads(RELEASED)) == RELEASED


def test_the_released_document_has_a_value_for_every_field() -> None:
    empty: dict[str, bool] = {}

    def look(value: object, path: str) -> None:
        if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                if field.name != "unread":
                    inner, name = getattr(value, field.name), f"{type(value).__name__}.{field.name}"
                    empty[name] = empty.get(name, True) and inner in (None, ())
                    look(inner, name)
        elif isinstance(value, tuple):
            for inner in value:
                look(inner, path)

    look(codec.loads(RELEASED), "Scan")
    assert [name for name, is_empty in empty.items() if is_empty] == []


def test_the_released_document_is_valid_by_the_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(codec.json_schema())
    validator.check_schema(codec.json_schema())
    assert [error.message for error in validator.iter_errors(document())] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("schema"),
        lambda d: d.update(ended="perhaps"),
        lambda d: d["devices"][0]["services"][0].update(port="23"),
        lambda d: d["observations"][0].update(value={"a": 1}),
    ],
)
def test_the_schema_refuses_what_the_codec_refuses(damage: Callable[[dict[str, Any]], object]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    damaged = document()
    damage(damaged)
    assert not jsonschema.Draft202012Validator(codec.json_schema()).is_valid(damaged)
    with pytest.raises(UnreadableDocument):
        load(damaged)


def _objects(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [path] if isinstance(value, dict) else []
    return here + [found for name, child in inner for found in _objects(child, (*path, name))]


@pytest.mark.parametrize("path", _objects(document()), ids=lambda path: ".".join(map(str, path)) or "document")
def test_a_field_of_a_newer_netguard_is_kept_at_every_level(path: tuple[str | int, ...]) -> None:
    newer = document()
    place = newer
    for step in path:
        place = place[step]  # type: ignore[index]
    place["from_the_future"] = {"list": [1, None, {"deep": True}]}
    assert dumped(load(newer)) == newer


def test_a_top_level_field_called_unread_is_kept_like_any_other_unknown_one() -> None:
    newer = document() | {"unread": {"x": 1}}
    assert dumped(load(newer)) == newer


def test_unknown_fields_stay_with_their_element_when_others_are_removed_or_reordered() -> None:
    newer = document()
    for services in [newer["devices"][0]["services"]]:
        services[0]["from_the_future"] = "of telnet"
        services[1]["from_the_future"] = "of mdns"
    newer["devices"][1]["from_the_future"] = "of the phone"
    scan = load(newer)
    lock, phone = scan.devices
    without_telnet = dataclasses.replace(lock, services=lock.services[1:])
    written = dumped(dataclasses.replace(scan, devices=(phone, without_telnet)))
    assert [d.get("from_the_future") for d in written["devices"]] == ["of the phone", None]
    assert [s["from_the_future"] for s in written["devices"][1]["services"]] == ["of mdns"]


def test_unknown_fields_are_kept_between_elements_that_have_the_same_name() -> None:
    newer = document()
    newer["findings"].append(copy.deepcopy(newer["findings"][0]))
    newer["findings"][0]["from_the_future"] = 1
    newer["findings"][2]["from_the_future"] = 2
    assert dumped(load(newer)) == newer


def test_what_was_judged_anew_replaces_what_was_read() -> None:
    scan = dataclasses.replace(codec.loads(RELEASED), findings=(), grade=None)
    written = dumped(scan)
    assert written["findings"] == []
    assert written["grade"] is None


def test_a_document_without_the_fields_that_have_defaults_is_read() -> None:
    required = {"schema", *codec.json_schema()["$defs"]["Scan"]["required"]}
    scan = load({name: value for name, value in document().items() if name in required})
    assert scan.devices == ()
    assert scan.grade is None


@pytest.mark.parametrize("schema", ["netguard.scan/2", "netguard.scan/10", "netguard.scan/\x1b[31m" + "9" * 10_000])
def test_a_newer_schema_is_refused_with_what_to_do(schema: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"reads netguard\.scan/1: update netguard") as refused:
        load(document() | {"schema": schema})
    assert len(str(refused.value)) < 200
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("other", [[], 3, None, "text", {}, {"schema": 1}, {"schema": "sarif"}, {"schema": ["x"]}])
def test_json_that_is_no_scan_is_refused(other: object) -> None:
    with pytest.raises(UnreadableDocument, match="no netguard scan"):
        load(other)


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "$.devices[0].services[1].port": lambda d: d["devices"][0]["services"][1].update(port="x"),
    "$.devices[0].services[1]": lambda d: d["devices"][0]["services"][1].update(port=70000),
    "$.devices[0].coverage[0]": lambda d: d["devices"][0]["coverage"][0].update(ports="1-1024,http"),
    "$.devices[1].mac": lambda d: d["devices"][1].update(mac="not a mac"),
    "$.devices[0].addresses[2]": lambda d: d["devices"][0]["addresses"].__setitem__(2, "999.1.1.1"),
    "$.devices[0].role": lambda d: d["devices"][0].update(role="teapot"),
    "$.devices": lambda d: d.update(devices={}),
    "$.vantage.segment.prefix": lambda d: d["vantage"]["segment"].update(prefix="192.168.7.0/64"),
    "$.vantage.gateway.address": lambda d: d["vantage"]["gateway"].update(address=None),
    "$.observations[1].value": lambda d: d["observations"][1].update(value={"a": 1}),
    "$.observations[1].at": lambda d: d["observations"][1].update(at="2026-03-01T09:16:00"),
    "$.started_at": lambda d: d.update(started_at="2026-03-01T10:15:00+01:00"),
    "$.finished_at": lambda d: d.update(finished_at="yesterday"),
    "$.authorisation.at": lambda d: d["authorisation"].update(at="2026-03-01T09:16:00"),
    "$.attempts[1]": lambda d: d["attempts"][1].update(reason=None),
    "$.grade": lambda d: d["grade"].update(evaluated=1.5),
    "$.actions[0].needs": lambda d: d["actions"][0].update(needs="luck"),
    "`site`": lambda d: d.pop("site"),
}


@pytest.mark.parametrize("path", DAMAGES)
def test_damage_is_named_with_its_place(path: str) -> None:
    damaged = document()
    DAMAGES[path](damaged)
    with pytest.raises(UnreadableDocument, match="it is damaged") as refused:
        load(damaged)
    assert path in str(refused.value)


def test_the_text_of_a_hostile_document_reaches_the_terminal_short_and_without_control_characters() -> None:
    damaged = document()
    damaged["devices"][0]["role"] = "\x1b]0;owned\x07\u202e" + "A" * 100_000
    with pytest.raises(UnreadableDocument) as refused:
        load(damaged)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"schema": "netguard.scan/1"',
        b'{"schema": NaN}',
        b'{"schema": 1e999}',
        b'{"schema": "\\ud800"}',
        b'{"schema": "\xed\xa0\x80"}',
        b'{"schema": ' + b"9" * 10_000 + b"}",
        b"[" * 200_000,
        b'{"schema": "netguard.scan/1", "deep": ' + b"[" * 500 + b"]" * 500 + b"}",
        RELEASED + b"}",
        RELEASED[:-3],
    ],
    ids=lambda data: repr(data[:24]),
)
def test_bytes_that_are_no_document_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        codec.loads(data)


def test_a_document_larger_than_any_scan_is_refused_before_it_is_read() -> None:
    with pytest.raises(UnreadableDocument, match="larger than 64 MiB"):
        codec.loads(b" " * (codec.MAX_DOCUMENT + 1))


def test_nesting_within_the_limit_can_be_written_back_from_deep_in_the_stack() -> None:
    deep = b"[" * (codec.MAX_DEPTH - 2) + b"]" * (codec.MAX_DEPTH - 2)
    scan = codec.loads(RELEASED.rstrip()[:-1] + b', "deep": ' + deep + b"}")

    def descend(levels: int) -> bytes:
        return descend(levels - 1) if levels else codec.dumps(scan)

    assert json.loads(descend(sys.getrecursionlimit() // 2))["deep"]


def test_of_a_field_that_stands_twice_the_last_counts() -> None:
    scan = codec.loads(RELEASED.rstrip()[:-1] + b', "site": "Elsewhere"}')
    assert scan.site == "Elsewhere"


@pytest.mark.parametrize("time", [datetime(2026, 3, 1), datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=1)))])
def test_a_time_that_is_not_utc_is_never_written(time: datetime) -> None:
    with pytest.raises(ValueError, match="started_at is not in UTC"):
        codec.dumps(dataclasses.replace(codec.loads(RELEASED), started_at=time))


def test_one_line_is_written_when_no_indent_is_wanted() -> None:
    line = codec.dumps(codec.loads(RELEASED), indent=0)
    assert line.count(b"\n") == 1
    assert codec.loads(line) == codec.loads(RELEASED)


def test_macs_and_prefixes_are_written_in_one_notation() -> None:
    other = document()
    other["devices"][0]["mac"] = "00-00-5E-00-53-30"
    other["vantage"]["segment"]["prefix"] = "192.168.7.20/24"
    assert dumped(load(other)) == document()
