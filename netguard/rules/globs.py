"""The only pattern language of rule files: `*` for any text, `?` for any one character, without case.

Regular expressions are refused in rule files, because a hostile device's text can make one run for minutes.
These globs cannot: every piece between two stars has a fixed length and is looked for once, leftmost first,
so the work is at most the length of the text times the length of the glob.
"""

import re
from functools import lru_cache

MAX_GLOB = 128
"""Longest glob; no public marker is longer. Bounds the work that one text of a hostile device can cause."""

MAX_STARS = 4
"""Most stars in a glob; more of them only make a rule that nobody can review."""

_CACHE = 4096
"""Compiled globs kept: every shipped record's and a person's own several times over."""


def problem(glob: str) -> str | None:
    """Why `glob` cannot be used in a rule, or null."""
    if not glob:
        return "an empty glob matches nothing"
    if len(glob) > MAX_GLOB:
        return f"the glob is longer than {MAX_GLOB} characters"
    if glob.count("*") > MAX_STARS:
        return f"the glob has more than {MAX_STARS} stars"
    return None


def matches(glob: str, text: str) -> bool:
    """Whether the whole of `text` has the form `glob`, upper and lower case being the same."""
    glob, text = glob.lower(), text.lower()
    pieces = _pieces(glob)
    if len(pieces) == 1:
        return pieces[0].fullmatch(text) is not None
    head = pieces[0].match(text)
    if head is None:
        return False
    position = head.end()
    for piece in pieces[1:-1]:
        found = piece.search(text, position)
        if found is None:
            return False
        position = found.end()
    width = len(glob) - glob.rfind("*") - 1
    return len(text) - width >= position and pieces[-1].fullmatch(text, len(text) - width) is not None


@lru_cache(maxsize=_CACHE)
def _pieces(glob: str) -> tuple[re.Pattern[str], ...]:
    """What stands between the stars, each as a pattern of fixed length (so that it never backtracks)."""
    return tuple(
        re.compile("".join("." if letter == "?" else re.escape(letter) for letter in part), re.DOTALL)
        for part in glob.split("*")
    )
