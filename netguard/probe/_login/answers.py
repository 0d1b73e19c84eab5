"""Whether an answer is like a record says. Pure; all of it comes from a device and is bounded."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from netguard.model.observation import MAX_ITEMS
from netguard.probe._http import MAX_BODY
from netguard.probe._http import Answer as Heard
from netguard.rules.globs import matches
from netguard.rules.logins import Answer, Globs, Reads
from netguard.rules.review import values as globs_of

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

MAX_VALUE = 512
"""Characters of a value in a line; honest ones have under a hundred. A longer one is none."""

MAX_VALUES = 512
"""Values read of one body; login pages' answers have about twenty. Stops one made to keep netguard busy."""

MAX_DEPTH = 8
"""Deepest nesting read of JSON; honest answers have three."""


def fits(wanted: Answer, heard: Heard, reads: Reads) -> bool:
    """Whether `heard`, the answer to a request that `reads` so, is all that `wanted` asks for."""
    if wanted.status and heard.status not in wanted.status:
        return False
    if not all(_is(globs, heard.headers.get(name)) for name, globs in wanted.header.items()):
        return False
    text = heard.body.decode("utf-8", "replace").lower()
    if not all(part.lower() in text for part in wanted.body) or any(part.lower() in text for part in wanted.without):
        return False
    found = read(heard, reads) if wanted.values else {}
    return all(_is(globs, found.get(name)) for name, globs in wanted.values.items())


def _is(globs: Globs, text: str | None) -> bool:
    return text is not None and any(matches(glob, text) for glob in globs_of(globs))


def read(heard: Heard, reads: Reads) -> Mapping[str, str]:
    """The values in a body by their names; none where it is not what it should be."""
    body = heard.body[:MAX_BODY]
    if reads == "json":
        return _of_json(body)
    if reads == "xml":
        return _of_xml(body)
    if reads == "lines":
        return _of_lines(body)
    return {}


def _of_lines(body: bytes) -> Mapping[str, str]:
    """Line by line, and each in one go: an answer made of line ends alone must not keep netguard busy."""
    found: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").split("\n"):
        if len(found) >= MAX_VALUES:
            break
        name, equals, value = (part.strip() for part in line.partition("="))
        if equals and _NAME.fullmatch(name) and len(value) <= MAX_VALUE:
            found[name] = value
    return found


def _of_json(body: bytes) -> Mapping[str, str]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return {}
    found: dict[str, str] = {}
    _flatten(document, "", found, 0)
    return found


def _flatten(value: Any, name: str, found: dict[str, str], depth: int) -> None:
    """Every plain value by its path: `output.isAdminPasswordDefault`, `result.0.code`."""
    if len(found) >= MAX_VALUES or depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in list(value.items())[:MAX_VALUES]:
            _flatten(inner, f"{name}.{key}" if name else str(key), found, depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value[:MAX_ITEMS]):
            _flatten(inner, f"{name}.{number}" if name else str(number), found, depth + 1)
    elif value is None or isinstance(value, bool):
        found[name] = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, str):
        found[name] = value
    else:
        found[name] = msgspec.json.encode(value).decode()


def _of_xml(body: bytes) -> Mapping[str, str]:
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    found: dict[str, str] = {}
    for element in root.iter():
        if len(found) >= MAX_VALUES:
            break
        if isinstance(element.tag, str) and not len(element):
            found.setdefault(element.tag.rpartition("}")[2], (element.text or "").strip())
    return found
