"""YAML as rule files need it: small, literal, and with a line number in every complaint."""

import re
from typing import Any

import yaml

MAX_FILE = 64 * 1024
"""Bytes of one rule file (64 KiB); records have about 2. Stops a file made to fill memory."""

MAX_DEPTH = 32
"""Deepest nesting; records have about 5. Stops a file made to exhaust the stack."""

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,15}")
_NUMERIC = frozenset("-0123456789")
_NO_KEY = object()
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class UnusableError(ValueError):
    """The text is nothing that a rule file may hold. The message is `line N: reason`."""


_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""Only its events are used: what a plain scalar means is said here (`_plain`), and nothing else is ever built."""


Path = tuple[str | int, ...]
"""Where in a document a value is: names of fields and places in lists, from the outside in."""


def parse(data: bytes, *, most: int = MAX_FILE, lines: dict[Path, int] | None = None) -> Any:
    """The mappings, lists and scalars in `data`, at most `most` bytes; `lines` gets the line on which each of them begins.

    Raises `UnusableError` for what is not UTF-8 YAML of one document, is larger or deeper than a record can be,
    repeats a key, has an alias (a few of them make a file of a kilobyte stand for a gigabyte), or names a type.
    """
    if len(data) > most:
        raise UnusableError(f"line 1: the file is larger than {most >> 10} KiB, no record is")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnusableError(f"line {line}: it is not UTF-8") from error
    try:
        loader = _Loader(text)
        try:
            return _document(loader, {} if lines is None else lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UnusableError(f"line {line}: it is not YAML ({' '.join(str(error.problem).split())})") from error
    except yaml.YAMLError as error:
        raise UnusableError(f"line 1: it is not YAML ({' '.join(str(error).split())[:120]})") from error


class _Document:
    """The one document's value, built while the events come: what is too deep is refused before anything recurses."""

    __slots__ = ("found", "inside", "key", "lines", "outside", "path", "seen")

    def __init__(self, lines: dict[Path, int]) -> None:
        self.lines = lines
        self.path: list[str | int] = []
        """Where the innermost mapping or list is."""
        self.found: list[Any] = []
        self.inside: Any = self.found
        self.seen: set[str] | None = None
        """The innermost mapping's field names so far; null in a list."""
        self.key: Any = _NO_KEY
        """The field that waits for its value."""
        self.outside: list[tuple[Any, set[str] | None, Any]] = []

    def scalar(self, event: Any) -> None:
        """A text, number, truth value or null, or a field's name."""
        if event.tag is not None:
            raise _typed(event)
        text = event.value
        value = _plain(text) if event.implicit[0] else text
        if self.seen is None or self.key is not _NO_KEY:
            self.lines[(*self.path, self.place())] = _line(event)
            self.put(value)
        elif text in self.seen:
            raise UnusableError(f"line {_line(event)}: {text} is there twice")
        else:
            self.seen.add(text)
            self.key = value

    def begin(self, event: Any) -> None:
        """A mapping or list."""
        if event.tag is not None:
            raise _typed(event)
        if self.seen is not None and self.key is _NO_KEY:
            raise UnusableError(f"line {_line(event)}: a field's name has to be text")
        if len(self.outside) >= MAX_DEPTH:
            raise UnusableError(f"line {_line(event)}: it is nested deeper than {MAX_DEPTH} levels")
        if self.outside or self.found is not self.inside:
            self.path.append(self.place())
            self.lines[tuple(self.path)] = _line(event)
        self.outside.append((self.inside, self.seen, self.key))
        if type(event) is yaml.MappingStartEvent:
            self.inside, self.seen = {}, set()
        else:
            self.inside, self.seen = [], None
        self.key = _NO_KEY

    def end(self, _event: Any) -> None:
        """The end of the innermost mapping or list."""
        value = self.inside
        self.inside, self.seen, self.key = self.outside.pop()
        if self.path:
            self.path.pop()
        self.put(value)

    def place(self) -> str | int:
        """Where in the innermost mapping or list the next value goes."""
        return len(self.inside) if self.seen is None else str(self.key)

    def put(self, value: Any) -> None:
        """`value` where it belongs."""
        if self.seen is None:
            self.inside.append(value)
        else:
            self.inside[self.key] = value
            self.key = _NO_KEY

    def alias(self, event: Any) -> None:
        """A few of them would make a file of a kilobyte stand for a gigabyte."""
        raise UnusableError(f"line {_line(event)}: aliases are not allowed, write it out")

    def document(self, event: Any) -> None:
        """The beginning of a document."""
        if self.found:
            raise UnusableError(f"line {_line(event)}: it is not YAML (of one document: another one begins)")


_STEPS = {
    yaml.ScalarEvent: _Document.scalar,
    yaml.MappingStartEvent: _Document.begin,
    yaml.SequenceStartEvent: _Document.begin,
    yaml.MappingEndEvent: _Document.end,
    yaml.SequenceEndEvent: _Document.end,
    yaml.AliasEvent: _Document.alias,
    yaml.DocumentStartEvent: _Document.document,
}


def _document(loader: Any, lines: dict[Path, int]) -> Any:
    """The value of the document in `loader`. Raises `UnusableError` and `yaml.YAMLError`."""
    document = _Document(lines)
    next_event = loader.get_event
    while (event := next_event()) is not None:
        step = _STEPS.get(type(event))
        if step is not None:
            step(document, event)
    if not document.found:
        raise UnusableError("line 1: the file is empty")
    return document.found[0]


def _plain(text: str) -> Any:
    """What a scalar without quotes means in YAML 1.2's core schema: `no`, `00:17:88` and `2026-11-20` stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _typed(event: Any) -> UnusableError:
    # A tag of one's own may be a password that begins with `!` and lacks its quotes.
    common = str(event.tag).startswith("tag:yaml.org,")
    what = f"{event.tag} are not allowed" if common else "!... are not allowed; a text that begins with ! needs quotes"
    return UnusableError(f"line {_line(event)}: types such as {what}")


def _line(event: Any) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1
