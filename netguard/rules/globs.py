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

_WILD = re.compile(r"[*?]")


class Glob:
    """A glob made ready for many texts. Texts are given to it in small letters (`str.lower`), as it is itself.

    `head` is the fixed text that whatever matches begins with, `core` the longest fixed text that it holds; both may
    be empty. `fixed` says that nothing but `head` itself matches.
    """

    __slots__ = ("_low", "_pieces", "_width", "core", "fixed", "head")

    def __init__(self, glob: str) -> None:
        low = glob.lower()
        parts = _WILD.split(low)
        self.head = parts[0]
        self.core = max(parts, key=len)
        self.fixed = len(parts) == 1
        self._low = low
        self._pieces: tuple[re.Pattern[str], ...] = ()
        self._width = len(low) - low.rfind("*") - 1

    def matches(self, low: str) -> bool:
        """Whether the whole of `low`, a text in small letters, has this form."""
        if self.fixed:
            return low == self.head
        if self.core not in low:
            return False
        if not self._pieces:
            # Made when first needed: few of some thousand globs ever meet a text that holds their core.
            self._pieces = _pieces(self._low)
        first, last = self._pieces[0], self._pieces[-1]
        if len(self._pieces) == 1:
            return first.fullmatch(low) is not None
        head = first.match(low)
        if head is None:
            return False
        position = head.end()
        for piece in self._pieces[1:-1]:
            found = piece.search(low, position)
            if found is None:
                return False
            position = found.end()
        start = len(low) - self._width
        return start >= position and last.fullmatch(low, start) is not None


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
    return compiled(glob).matches(text.lower())


@lru_cache(maxsize=_CACHE)
def compiled(glob: str) -> Glob:
    """`glob` made ready; the same one for the same text."""
    return Glob(glob)


def _pieces(low: str) -> tuple[re.Pattern[str], ...]:
    """What stands between the stars, each as a pattern of fixed length (so that it never backtracks)."""
    return tuple(
        re.compile("".join("." if letter == "?" else re.escape(letter) for letter in part), re.DOTALL)
        for part in low.split("*")
    )
