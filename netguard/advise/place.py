"""Complaints about a file that a person wrote, naming its line and field. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from netguard.errors import PlanError
from netguard.model.observation import clean

Path = tuple[str | int, ...]
"""Where in a document a value is: names of fields and places in lists, from the outside in."""

MAX_SHOWN = 200
"""Characters of a name or reason in a complaint: the file may hold a megabyte in one word, or a terminal's commands."""

_STEP = re.compile(r"\.([a-z0-9]+)|\[([0-9]{1,9})\]")

T = TypeVar("T")


class Place:
    """Where in the file something is, so that a complaint can name its line and field."""

    def __init__(self, lines: Mapping[Path, int], shown: str, path: Path = (), whole: str = "plan") -> None:
        """`lines` of the values by their path, `shown` the file's name, `whole` what all of the file is called."""
        self._lines, self._shown, self._path, self._whole = lines, shown, path, whole

    def at(self, *steps: str | int) -> "Place":
        """What is inside of it."""
        return Place(self._lines, self._shown, (*self._path, *steps), self._whole)

    def wrong(self, reason: str) -> PlanError:
        """The complaint. A field that is not there is looked for where it would stand."""
        path = self._path
        while path and path not in self._lines:
            path = path[:-1]
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self._path).removeprefix(".")
        said = f"{clean(name, MAX_SHOWN) or self._whole}: {clean(reason, MAX_SHOWN)}"
        return PlanError(f"{self._shown}: line {self._lines.get(path, 1)}: {said}")

    def read(self, how: Callable[[str], T], text: str) -> T:
        """`text` as `how` reads it. Raises `PlanError` with the reason of its `ValueError`."""
        try:
            return how(text)
        except ValueError as error:
            raise self.wrong(str(error)) from error


def misshapen(
    place: Place, raw: Any, error: msgspec.ValidationError, choices: Mapping[str, str], thing: str
) -> PlanError:
    """Msgspec's "reason - at `$.members[3].mac`" as a complaint about that place."""
    reason, _, where = str(error).rpartition(" - at `")
    if not reason:
        reason, where = where, ""
    steps = [int(index) if index else word for word, index in _STEP.findall(where)]
    if where.startswith("key` in `"):
        for step in steps:
            raw = raw[step]
        name = next(key for key in raw if not isinstance(key, str))
        return place.at(*steps, str(name)).wrong(f"it is no field of {thing}")
    for start, said in (
        ("Object contains unknown field `", f"it is no field of {thing}"),
        ("Object missing required field `", "it is missing"),
    ):
        if reason.startswith(start):
            return place.at(*steps, reason.removeprefix(start).rstrip("`")).wrong(said)
    last = steps[-1] if steps else ""
    if last in choices:
        return place.at(*steps).wrong(f"it has to be {choices[str(last)]}")
    return place.at(*steps).wrong(f"{reason[:1].lower()}{reason[1:]}")
