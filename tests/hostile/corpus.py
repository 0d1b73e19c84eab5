"""Strings that a device on the network could call itself, and a way to put them into every text of a scan."""

import dataclasses
from collections.abc import Callable
from typing import Any

from netguard.model.scan import Scan

MARK = "netguardmark"
"""Is part of the strings that would do harm, so that a test can find where they went."""

NASTY: dict[str, str] = {
    "script": f"<script>document.title='{MARK}'</script>",
    "script in odd case": f"<ScRiPt/src=data:text/javascript,document.title='{MARK}'>",
    "image": f"<img src=x onerror=document.title='{MARK}'>",
    "vector image": f"<svg/onload=document.title='{MARK}'>",
    "end of a style": f"</style></title></textarea><script>document.title='{MARK}'</script>",
    "end of a comment": f"--><b onmouseover=document.title='{MARK}'>",
    "end of an attribute": f"\" autofocus onfocus=document.title='{MARK}' x=\"",
    "end of a quoted attribute": f"' autofocus onfocus=document.title=\"{MARK}\" x='",
    "script address": f"javascript:document.title='{MARK}'",
    "entities": "&lt;script&gt;&#60;script&#62;&amp;amp;&#x0;",
    "quotes": "\"'`\u00b4\u2018\u2019\u201c\u201d\u00ab\u00bb\\",
    "template": "{{7*7}}{% raw %}${7*7}#{7*7}<%= 7*7 %>{{ self.__init__ }}",
    "terminal title": "\x1b]0;owned\x07\x1b[2J\x1b[1;31mred\x1b[0m",
    "terminal, eight bit": "\x9b2J\x9d0;owned\x9c\x90q\x9c",
    "cursor": "good\rbad\x08\x08\x08\x0b\x0c",
    "new lines": "one\ntwo\r\nthree\x85four\u2028five\u2029six",
    "log line": "x\n2025-11-21 finished: nothing found, grade A+",
    "direction": "safe\u202egpj.exe\u202c\u2066\u2067\u2069\u200e\u200f",
    "invisible": "\ufeff\u00adzero",
    "nothing but control": "\x00\x01\x02\x1f\x7f",
    "nul": "before\x00after",
    "lone surrogates": "\ud800x\udfff",
    "spreadsheet": '=HYPERLINK("http://127.0.0.1/"&A1,"x")',
    "spreadsheet plus": "+1+cmd|' /C calc'!A0",
    "spreadsheet at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "spreadsheet minus": "-2+3+cmd|' /C calc'!A0",
    "spreadsheet tab": "\t=1+1",
    "shell": "$(reboot) `reboot` ${IFS}; reboot && reboot | reboot > /dev/null #",
    "router command": 'hub"\nset firewall.@rule[0].target=ACCEPT\nadd name="x',
    "path": "../../../../etc/passwd\\..\\..\\con",
    "format": "%s%n%x{0}{0.__class__}%(a)s",
    "very long": "A" * 20_000,
    "very long words": "word " * 5_000,
    "tall": "Z" + "\u0335\u0321" * 200,
    "emoji": "👩‍👩‍👧‍👦 \uff37\uff49\uff44\uff45",
    "markdown": "[x](javascript:alert(1)) ![](http://127.0.0.1/) | a | b |\n# title",
    "mail": f"{MARK}@example.com mailto:{MARK}@b.example xmpp:{MARK}@c.example/x a.b-c_d+e@sub.example.org",
    "people and issues": "@torvalds @org/team (@a1) #1 owner/name#23 GH-4 gh-5",
    "list plus": "+ one",
    "list minus": "- one",
    "list number": "1. one",
    "list number, bracket": "007) one",
    "list of lists": "- 1. + - one",
    "wide": "\u6f22\u5b57" * 60,
    "xml": ']]><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
}
"""What it is, and the string."""

_STRUCTURE = frozenset({"schema", "letter", "best_possible", "listed", "unread"})
"""Fields that hold words of a closed list, which the codec refuses to read otherwise."""
_PORTS_OF = "Coverage"
"""Type whose `ports` must be ranges of numbers."""
_KINDS_OF = frozenset({"Vantage", "Intent"})
"""Types whose `kind` is such a word."""


def infected(scan: Scan, change: Callable[[str], str]) -> Scan:
    """`scan` with every free text changed in the same way, names that refer to each other included."""
    changed: Scan = _walk(scan, change)
    return changed


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if type(value) is str:
        return change(value)
    if isinstance(value, tuple):
        return tuple(_walk(item, change) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: _walk(getattr(value, f.name), change)
            for f in dataclasses.fields(value)
            if f.name not in _STRUCTURE and not _is_closed(type(value).__name__, f.name)
        }
        return dataclasses.replace(value, **fields)
    return value


def _is_closed(kind: str, field: str) -> bool:
    return (field == "kind" and kind in _KINDS_OF) or (field == "ports" and kind == _PORTS_OF)
