"""Texts with places for a login in them: `{account}`, `{password|md5}`, `{account:password|base64}`. Pure.

A place names one thing or several, joined by colons, and what is done to it, from left to right. What is put in never
stands in an error.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

import msgspec

_PLACE = re.compile(r"\{([a-z:]+)((?:\|[a-z0-9]+)*)\}")

STEPS: Mapping[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    "sha1": lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "sha512": lambda text: hashlib.sha512(text.encode()).hexdigest(),
    "upper": str.upper,
    "quote": lambda text: quote(text, safe=""),
    "json": lambda text: msgspec.json.encode(text).decode()[1:-1],
}
"""What can be done to a text: as UTF-8, digests as small hexadecimal letters, `quote` by RFC 3986, `json` as
what stands between the quotes of a text in JSON (RFC 8259, 7)."""


def filled(text: str, things: Mapping[str, str]) -> str:
    """`text` with `things` in its places; a scheme's own notes (`note...`) are empty while it has learnt none.

    Raises `KeyError` for any other place, and for a step, that there is not.
    """

    def value(place: re.Match[str]) -> str:
        made = ":".join(
            things.get(name, "") if name.startswith("note") else things[name] for name in place[1].split(":")
        )
        for step in place[2].split("|")[1:]:
            made = STEPS[step](made)
        return made

    return _PLACE.sub(value, text)


def places(text: str) -> frozenset[str]:
    """The names and steps that `text` uses, for whoever checks a record: `account`, `password`, `|md5`."""
    found: set[str] = set()
    for place in _PLACE.finditer(text):
        found |= {*place[1].split(":"), *(f"|{step}" for step in place[2].split("|")[1:])}
    return frozenset(found)
