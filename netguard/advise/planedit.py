"""Adds to the text of a plan's file what it lacks, and leaves every character of what stands in it. Pure.

The text was read by `planfile.parsed` before: one document without aliases, types and deep nesting. New fields go behind the
last one of their mapping, new items behind the last one of their list, in the same style (`{a: b}` or a line each) and with
the same indentation; comments stay where they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from netguard.advise.place import Path

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Only the places of its nodes are used, and nothing is built of them."""


class ImpossibleError(ValueError):
    """Something stands in the file where nothing can be added in the style it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One more item of a list, in both styles."""

    line: str
    """On one line: `{name: hub}`."""
    lines: tuple[str, ...]
    """As a block, its comments first; the item begins with two spaces, a dash and a space: `  - name: hub`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What a file lacks."""

    fields: Mapping[Path, Sequence[tuple[str, str]]]
    """Name and value of fields of the mapping at a path, values on one line. A field that holds nothing gets its value."""
    items: Mapping[str, Sequence[Item]]
    """Items of a list that is, or is to be, a field of the whole."""

    def __bool__(self) -> bool:
        return any(self.fields.values()) or any(self.items.values())


def add(text: str, additions: Additions) -> str:
    """`text` with the additions. Raises `ImpossibleError`."""
    whole = yaml.compose(text, Loader=_Loader)
    if not isinstance(whole, yaml.MappingNode) or not whole.value:
        raise ImpossibleError("it is no mapping with fields")
    edits = _Edits(text)
    # What ends at one place is added from the inside out.
    for path, fields in sorted(additions.fields.items(), key=lambda each: -len(each[0])):
        if path:
            edits.fields(_at(whole, path), fields)
    there = {key.value for key, _ in whole.value}
    for name, items in sorted(additions.items.items(), key=lambda each: each[0] not in there):
        edits.items(whole, name, items)
    edits.heads(whole, additions.fields.get((), ()))
    return edits.done()


class _Edits:
    """Insertions into a text, each at its place."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._found: list[tuple[int, int, str]] = []

    def done(self) -> str:
        """The text with all of them; several at one place in the order in which they came."""
        made, at = [], 0
        for start, stop, new in sorted(self._found, key=lambda each: each[0]):
            made += [self._text[at:start], new]
            at = stop
        return "".join([*made, self._text[at:]])

    def heads(self, whole: yaml.MappingNode, fields: Sequence[tuple[str, str]]) -> None:
        """Fields of the whole that stand at its beginning: before all others, or behind `schema` where that is there."""
        first = whole.value[0]
        behind = next((value for key, value in whole.value if key.value == "schema"), None)
        there = {key.value for key, _ in whole.value}
        lines = [f"{name}: {value}" for name, value in fields if name not in there]
        indent = " " * whole.start_mark.column
        if whole.flow_style or not lines:
            self.fields(whole, fields)
            return
        if behind is not None:
            self._lines(behind, [f"{indent}{line}" for line in lines])
        else:
            start = first[0].start_mark.index
            self._found.append((start, start, "".join(f"{line}{self._end}{indent}" for line in lines)))
        self.fields(whole, [field for field in fields if field[0] in there])

    def fields(self, node: yaml.Node, fields: Iterable[tuple[str, str]]) -> None:
        """Fields of a mapping."""
        if not isinstance(node, yaml.MappingNode):
            raise ImpossibleError("there is no mapping where fields are missing")
        there = {key.value: value for key, value in node.value}
        for name, value in fields:
            if name in there:
                self._instead(there[name], f" {value}", value)
            elif node.flow_style:
                self._flow(node, f"{name}: {value}")
            else:
                self._lines(node, [f"{' ' * node.start_mark.column}{name}: {value}"])

    def items(self, whole: yaml.MappingNode, name: str, items: Sequence[Item]) -> None:
        """Items of the list that is the field `name` of the whole, which gets one where it has none."""
        if not items:
            return
        there = {key.value: value for key, value in whole.value}
        known = there.get(name)
        on_one_line = f"[{', '.join(item.line for item in items)}]"
        block = [line for item in items for line in item.lines]
        if isinstance(known, yaml.SequenceNode) and known.value:
            if known.flow_style:
                self._flow(known, ", ".join(item.line for item in items))
            else:
                indent = " " * known.start_mark.column
                self._lines(known, [f"{indent}{line.removeprefix('  ')}" for line in block])
        elif known is not None:
            if whole.flow_style:
                self._instead(known, f" {on_one_line}", on_one_line)
            else:
                self._instead(known, "", "")
                self._lines(known, block)
        elif whole.flow_style:
            self._flow(whole, f"{name}: {on_one_line}")
        else:
            self._lines(whole, [f"{' ' * whole.start_mark.column}{name}:", *block])

    def _instead(self, node: yaml.Node, beside: str, other: str) -> None:
        """`other` in the place of a node that holds nothing, `beside` where not even a word for nothing stands."""
        start, stop = node.start_mark.index, node.end_mark.index
        if node.value not in ("", "~", "null", []):
            raise ImpossibleError("there is something where a list or a value is missing")
        self._found.append((start, stop, beside if start == stop else other))

    def _flow(self, node: yaml.CollectionNode, new: str) -> None:
        """Behind the last part of `{...}` or `[...]`."""
        if not node.value:
            at = node.start_mark.index + 1
            self._found.append((at, at, new))
            return
        last = node.value[-1]
        at = (last[1] if isinstance(last, tuple) else last).end_mark.index
        self._found.append((at, at, f", {new}"))

    def _lines(self, node: yaml.Node, lines: Iterable[str]) -> None:
        """On lines of their own behind the line on which `node` ends."""
        end = _end(node)
        stop = self._text.find("\n", end)
        at = len(self._text) if stop < 0 else stop - (self._text[stop - 1] == "\r")
        rest = self._text[end:at].strip()
        if rest and not rest.startswith("#"):
            raise ImpossibleError("there is something behind the place where lines are missing")
        self._found.append((at, at, "".join(f"{self._end}{line}" for line in lines)))


def _at(node: yaml.Node, path: Path) -> yaml.Node:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        else:
            raise ImpossibleError("there is no such place")
    return node


def _end(node: yaml.Node) -> int:
    """Where the text of `node` ends: a block ends where its last part does, whatever comments follow."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        raise ImpossibleError("there is a text of several lines")
    end: int = node.end_mark.index
    return end
