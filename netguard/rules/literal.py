"""YAML as rule files need it: small, literal, and with a line number in every complaint."""

import re
from typing import Any

import yaml

MAX_FILE = 64 * 1024
"""Bytes of one rule file (64 KiB); records have about 2. Stops a file made to fill memory."""

MAX_DEPTH = 32
"""Deepest nesting; records have about 5. Stops a file made to exhaust the stack."""

_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_CORE + name for name in ("str", "bool", "int", "float", "null", "map", "seq"))


class UnusableError(ValueError):
    """The text is nothing that a rule file may hold. The message is `line N: reason`."""


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Reads plain scalars as YAML 1.2's core schema does: `no`, `00:17:88` and `2026-11-20` stay text."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name, pattern, first in (
        ("bool", r"^(?:true|false)$", "tf"),
        ("int", r"^-?(?:0|[1-9][0-9]{0,15})$", "-0123456789"),
        ("float", r"^-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,15}$", "-0123456789"),
        ("null", r"^(?:null|~|)$", "n~"),
    ):
        for letter in first:
            found.setdefault(letter, []).append((_CORE + name, re.compile(pattern)))
    found[""] = [(_CORE + "null", re.compile(r"^$"))]
    return found


_Loader.yaml_implicit_resolvers = _resolvers()


def parse(data: bytes) -> Any:
    """The mappings, lists and scalars in `data`.

    Raises `UnusableError` for what is not UTF-8 YAML of one document, is larger or deeper than a record can be,
    repeats a key, has an alias (a few of them make a file of a kilobyte stand for a gigabyte), or names a type.
    """
    if len(data) > MAX_FILE:
        raise UnusableError(f"line 1: the file is larger than {MAX_FILE >> 10} KiB, no record is")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnusableError(f"line {line}: it is not UTF-8") from error
    try:
        depth = 0
        # The events come one by one, so what is too deep is refused before anything recurses into it.
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise UnusableError(f"line {_line(event)}: it is nested deeper than {MAX_DEPTH} levels")
            if isinstance(event, yaml.AliasEvent):
                raise UnusableError(f"line {_line(event)}: aliases are not allowed, write it out")
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise UnusableError("line 1: the file is empty")
        _inspect(node)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UnusableError(f"line {line}: it is not YAML ({' '.join(str(error.problem).split())})") from error
    except yaml.YAMLError as error:
        raise UnusableError(f"line 1: it is not YAML ({' '.join(str(error).split())[:120]})") from error


def _inspect(root: yaml.Node) -> None:
    """Refuses types, repeated keys and keys that are no text, anywhere below `root`."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.tag not in _PLAIN_TAGS:
            raise UnusableError(f"line {_line(node)}: types such as {node.tag} are not allowed")
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise UnusableError(f"line {_line(key)}: a field's name has to be text")
                if key.value in seen:
                    raise UnusableError(f"line {_line(key)}: {key.value} is there twice")
                seen.add(key.value)
                waiting.append(value)


def _line(what: yaml.Node | yaml.Event) -> int:
    mark = what.start_mark
    return mark.line + 1 if mark else 1
