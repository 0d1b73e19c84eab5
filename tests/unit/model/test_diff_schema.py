"""The compatibility rule for what changed: within `netguard.diff/1` fields are only added."""

import json
from pathlib import Path

from netguard.model import codec
from netguard.model.difference import SCHEMA, Difference
from tests.unit.model.test_schema_snapshot import _shape, breaks

SNAPSHOT = Path(__file__).with_name("documents") / "diff-1.schema.json"


def test_no_field_of_the_released_schema_was_removed_or_changed():
    assert breaks(json.loads(SNAPSHOT.read_text(encoding="utf-8")), codec.json_schema(Difference, SCHEMA)) == []


def test_the_snapshot_knows_every_field_so_that_all_of_them_are_guarded():
    now = json.loads(json.dumps(codec.json_schema(Difference, SCHEMA)))
    assert _shape(json.loads(SNAPSHOT.read_text(encoding="utf-8"))) == _shape(now), (
        "a field was added: write `netguard schema diff` into diff-1.schema.json"
    )


def test_the_schema_is_of_the_document_that_it_names():
    schema = codec.json_schema(Difference, SCHEMA)
    assert schema["title"] == SCHEMA == schema["$defs"]["Difference"]["properties"]["schema"]["const"]
    assert "schema" in schema["$defs"]["Difference"]["required"]
    assert schema["$defs"]["Side"]["properties"]["started_at"]["format"] == "date-time"
