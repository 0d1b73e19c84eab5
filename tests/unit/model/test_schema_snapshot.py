"""The compatibility rule: within `netguard.scan/1` fields are only added."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netguard.model import codec

SNAPSHOT = Path(__file__).with_name("documents") / "scan-1.schema.json"
PROSE = frozenset({"title", "description", "default"})


def released() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return schema


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader or writer of the schema `old` could trip over in `new`, as texts; none when fields were only added."""
    found = []
    for name, record in old["$defs"].items():
        now = new["$defs"].get(name)
        if now is None:
            found.append(f"{name} is gone")
        elif "enum" in record:
            found += [f"{name} lost the word {word}" for word in record["enum"] if word not in now.get("enum", ())]
        else:
            found += _record_breaks(name, record, now)
    return found


def _record_breaks(name: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = [f"{name}.{field} became required" for field in new["required"] if field not in old["required"]]
    for field, kind in old["properties"].items():
        if field not in new["properties"]:
            found.append(f"{name}.{field} is gone")
        elif _shape(kind) != _shape(new["properties"][field]):
            found.append(f"{name}.{field} changed its type")
    return found


def _shape(kind: Any) -> Any:
    if isinstance(kind, dict):
        return {name: _shape(value) for name, value in kind.items() if name not in PROSE}
    return [_shape(value) for value in kind] if isinstance(kind, list) else kind


def test_no_field_of_the_released_schema_was_removed_or_changed() -> None:
    assert breaks(released(), codec.json_schema()) == []


def test_the_snapshot_knows_every_field_so_that_all_of_them_are_guarded() -> None:
    now = json.loads(json.dumps(codec.json_schema()))
    assert _shape(released()) == _shape(now), "a field was added: write `netguard schema` into scan-1.schema.json"


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "Device is gone": lambda d: d.pop("Device"),
    "Device.vendor is gone": lambda d: d["Device"]["properties"].pop("vendor"),
    "Service.port changed its type": lambda d: d["Service"]["properties"].update(port={"type": "string"}),
    "Scan.devices became required": lambda d: d["Scan"]["required"].append("devices"),
    "Role lost the word lock": lambda d: d["Role"]["enum"].remove("lock"),
}


@pytest.mark.parametrize("expected", CHANGES)
def test_a_change_that_breaks_readers_is_noticed(expected: str) -> None:
    changed = copy.deepcopy(released())
    CHANGES[expected](changed["$defs"])
    assert expected in breaks(released(), changed)


def test_a_field_that_was_added_breaks_nobody() -> None:
    changed = copy.deepcopy(released())
    changed["$defs"]["Device"]["properties"]["colour"] = {"type": "string"}
    assert breaks(released(), changed) == []


def test_the_snapshot_and_the_committed_document_are_of_the_same_schema() -> None:
    document = json.loads(SNAPSHOT.with_name("scan-1.json").read_text(encoding="utf-8"))
    assert document["schema"] == released()["$defs"]["Scan"]["properties"]["schema"]["const"]
