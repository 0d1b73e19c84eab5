"""What `netguard advisories` does: saying what is known and how old it is, and taking in a newer catalogue."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from netguard import config
from netguard.cli import _documents
from netguard.errors import NetguardError, RulesError, UsageError
from netguard.report import words
from netguard.rules import globs, kev, loader
from netguard.rules.advisories import IMPORTED, MAX_AGE, Advisories, Ending, Fault, catalogue, is_old
from netguard.rules.loader import Rules

MIRROR = "https://github.com/cisagov/kev-data"

_GLOBS = re.compile(r"[0-9a-z.+!?*-]+")
"""The words of a model's name in a file, where `?` and `*` mean something; a person's have neither."""

_TITLES = ("MAKER", "FAULTS", "MODELS", "ENDED", "LOOKED AT", "FILE")


def folder() -> Path:
    """Where a person's own advisories lie."""
    return config.folder() / "rules" / "advisories"


def listed() -> Iterator[str]:
    """Lines for the screen: how old the catalogue is, and a line a file. Raises `RulesError`."""
    rules, today = loader.load(config.folder() / "rules"), _today()
    own = {path.stem for path in folder().glob("*.yaml")} if folder().is_dir() else set()
    yield from how_old(rules, today)
    rows = [_TITLES]
    for id_, file in sorted(rules.advisories.items(), key=lambda item: (item[1].vendor or "").casefold()):
        if file.makers:
            where = f"advisories/{id_}.yaml" + (", your own" if id_ in own else "")
            faults, ended = {f.cve for f in file.faults}, [e for e in file.endings if not e.going]
            rows.append(
                (file.vendor or id_, f"{len(faults)}", f"{len(_models(file))}", f"{len(ended)}", f"{file.as_of}", where)
            )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    yield ""
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def how_old(rules: Rules, today: date) -> Iterator[str]:
    """Whether the catalogue of faults can still be relied on, and where there is a newer one."""
    day = catalogue(rules.advisories)
    if day is None:
        yield "There is no catalogue of faults that are used in attacks."
    else:
        yield f"Faults that are used in attacks: CISA's catalogue of {day}, {(today - day).days} days ago."
    if is_old(day, today):
        yield (
            f"Warning: that is more than {MAX_AGE.days} days, so no router passes by it. Fetch a newer one as a file "
            f"(JSON) from {kev.PAGE} or {MIRROR}, and give it to: netguard advisories import FILE"
        )


def about(model: str) -> Iterator[str]:
    """Lines about one model. Raises `UsageError` for a name without a figure or with nothing in it, `RulesError`."""
    wanted = _words(model)
    if not wanted:
        raise UsageError(f"{model[:40]!r} is no model's name; write what its label says, as in R7000")
    rules = loader.load(config.folder() / "rules")
    met = []
    for file in rules.advisories.values():
        for fault in file.faults:
            if name := _named(fault, wanted):
                met.append(file)
                yield f"{file.vendor} {name}: {fault.cve} (in the catalogue since {fault.added}): {_state(fault)}"
        for ending in file.endings:
            if name := _named(ending, wanted):
                met.append(file)
                yield f"{file.vendor} {name}: {_end(ending)}"
        if file.lookup and file in met:
            yield f"{file.vendor} says more: {file.lookup}"
    if not met:
        day = catalogue(rules.advisories)
        yield (
            f"Nothing is known to netguard of a model {' '.join(model.split())}. That proves nothing about corrections: no "
            f"list has all models. The catalogue of faults is of {day}."
        )


def brought(file: IO[bytes]) -> Iterator[str]:
    """Take in the catalogue in `file`, and say what became of it. Raises `RulesError` and `NetguardError`.

    Nothing is changed by one that is older than what is known, is broken, or is from the future.
    """
    today = _today()
    name = str(getattr(file, "name", "standard input"))
    found = kev.read(file.read(kev.MAX_FILE + 1), name, today)
    rules = loader.load(config.folder() / "rules")
    day = catalogue(rules.advisories)
    if day is not None and found.day < day:
        raise RulesError(
            f"{name}: dateReleased: it is of {found.day}, and netguard already has the catalogue of {day}; nothing was changed"
        )
    earlier = _imported()
    others = {id_: known for id_, known in rules.advisories.items() if f"{id_}.yaml" not in earlier}
    made = kev.made(found, others, rules.devices.values(), today)
    for taken in made.files.keys() - earlier:
        if (folder() / taken).exists():
            raise RulesError(
                f"{folder() / taken}: file: you wrote it yourself; give it a name that does not begin with {IMPORTED}"
            )
    # The file with the catalogue's day comes last: until then nothing claims to be newer than it is.
    for written in sorted(made.files, key=lambda each: each == f"{IMPORTED}.yaml"):
        _documents.write(folder() / written, made.files[written])
    for gone in earlier - made.files.keys():
        try:
            (folder() / gone).unlink()
        except OSError as error:
            raise NetguardError(f"{folder() / gone} could not be removed ({error.strerror}); remove it") from error
    yield f"{words.count(made.read, 'fault was', 'faults were')} read, as CISA knew them on {found.day}."
    yield (
        f"Netguard's own files have {made.known:,} of them already. {made.faults:,} more name models of makers whose devices "
        "netguard knows; the others are about other things, or name no model."
    )
    yield f"They lie in {folder()}. netguard advisories says what is known now."


def _imported() -> set[str]:
    """Names of the files that an earlier import wrote."""
    found = set()
    for path in folder().glob(f"{IMPORTED}*.yaml") if folder().is_dir() else ():
        try:
            with path.open("rb") as file:
                if file.read(len(kev.MARK.encode())) == kev.MARK.encode():
                    found.add(path.name)
        except OSError as error:
            raise NetguardError(f"{path} cannot be read ({error.strerror})") from error
    return found


def _models(file: Advisories) -> set[str]:
    named = (*(f.models for f in file.faults), *(e.models for e in file.endings))
    systems = (*(f.records for f in file.faults), *(e.records for e in file.endings))
    return {name.casefold() for names in (*named, *systems) for name in names}


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[0-9a-z.+!-]+", text.casefold()))[:6]


def _named(entry: Fault | Ending, wanted: tuple[str, ...]) -> str | None:
    """The model, or series of models, of `entry` that a person means: all of its words are among theirs."""
    for name in entry.models:
        if all(any(globs.matches(glob, word) for word in wanted) for glob in _GLOBS.findall(name.casefold())):
            return name + (f" (hardware {_either(entry.revisions)})" if entry.revisions else "")
    return None


def _state(fault: Fault) -> str:
    if fault.unmended:
        return "its maker does not mend it any more"
    if fault.fixed:
        return f"mended from version {_either(fault.fixed)} on"
    if fault.last is not None:
        return f"known up to version {fault.last}"
    return "which version mends it is not known to netguard"


def _end(ending: Ending) -> str:
    if ending.going:
        return "it still gets corrections"
    if ending.perhaps:
        return "it may get no corrections any more"
    since = f" since {ending.ended}" if ending.ended else ""
    known = ", and is known to be taken over" if ending.attacked else ""
    return f"it gets no corrections any more{since}{known}"


def _either(texts: tuple[str, ...]) -> str:
    return " or ".join(texts)


def _today() -> date:
    return datetime.now(UTC).date()
