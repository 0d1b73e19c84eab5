"""The difference itself, for other programs: a `netguard.diff/1` document."""

import json
from datetime import datetime

from netguard.model import codec
from netguard.model.difference import Difference

EXTENSION = "json"


def render(difference: Difference, now: datetime) -> str:
    """`difference` as a `netguard.diff/1` document with a final newline; `netguard schema diff` says what is in it.

    `now` changes nothing: a document has no opinion of its own age.
    """
    del now
    return json.dumps(json.loads(codec.dumps_value(difference)), ensure_ascii=False, indent=1) + "\n"
