"""The shape of rules/upnp.yaml, what is refused in it, and which of its faults a program's own words may have. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Literal, get_args

import msgspec

from netguard.model.observation import clean
from netguard.model.vocabulary import Severity
from netguard.rules import globs, review
from netguard.rules.schema import Source

Version = tuple[int, ...]

Effect = Literal["exploited", "takeover", "misuse", "crash"]
"""What a fault is good for. `rules/upnp.yaml` grades each of them, once."""

CALLSTRANGER = "CVE-2020-12695"
"""The fault that netguard can test for, where the person allows it (`upnp.callback`)."""

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}"
"""A version: the longest in use has four numbers, and a date of eight digits for one of them. A text of thousands of
digits, which would cost a second to read as a number, is cut."""

_WHOLE = re.compile(_NUMBER)
_AFTER = re.compile(rf"\s?/?\s?v?({_NUMBER})", re.IGNORECASE)
"""What follows a program's name: `/2.3.1`, ` 1.0`, `/V1.3`."""

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Versions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which versions have a fault: all that fit every bound that is given, and those in `only` besides.

    Compared number by number, never as text: 1.14.12 is later than 1.14.5, and 2.1.20191006 later than 2.1.
    """

    since: str | None = None
    below: str | None = None
    up_to: str | None = None
    only: tuple[str, ...] = ()
    unversioned: bool = False
    """Whether the fault is to be expected of the program that names no version at all."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault, or several that came and went together."""

    cves: tuple[str, ...]
    effect: Effect
    sources: tuple[str, ...]
    """Names in `sources` of the file."""
    versions: Versions | None = None
    """Null for every version, as far as anybody knows."""
    models: tuple[str, ...] = ()
    """Globs: only devices of these models have it; empty where the program has it on all."""


class Stack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One program that speaks UPnP, by how it calls itself in SERVER headers."""

    id: str
    name: str
    words: tuple[str, ...]
    """What stands before its version, in any letters, and never as a part of a longer word."""
    faults: tuple[Fault, ...]


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How faults with one effect are graded."""

    effect: Effect
    guarding: Severity
    """On what opens the door, watches over it, or is the network: locks, hubs, alarms, routers, access points."""
    elsewhere: Severity
    seen: str
    """What it is; the check's docstring says the same in its table."""
    why: str


class UpnpRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """rules/upnp.yaml: faults of programs that speak UPnP."""

    schema: Literal[1]
    grades: tuple[Grade, ...]
    stacks: tuple[Stack, ...]
    sources: dict[str, Source]

    def grade(self, effect: Effect) -> Grade:
        """How `effect` is graded. The loader has seen to it that each is, once."""
        return next(g for g in self.grades if g.effect == effect)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A program that a SERVER header names. `said` is its version, empty where it names none."""

    stack: Stack
    said: str

    @property
    def version(self) -> Version:
        """The version as numbers; empty where it names none."""
        return version(self.said) if self.said else ()

    def __str__(self) -> str:
        """For people: `MiniUPnPd 2.3.1`. Nothing but digits and dots in it is the device's own.

        Where no fault hangs on the version, it is left out: it would look as if it told something.
        """
        tells = any(fault.versions is not None for fault in self.stack.faults)
        return f"{self.stack.name} {self.said}" if self.said and tells else self.stack.name

    def faults(self, models: Iterable[str]) -> tuple[Fault, ...]:
        """The faults that this version may have on a device that states these `models`.

        Where the program names no version, none of those that hang on it.
        """
        known = tuple(model.lower() for model in models)
        return tuple(f for f in self.stack.faults if _has(f.versions, self.version) and _is_one_of(f.models, known))

    @property
    def by_model(self) -> tuple[Fault, ...]:
        """The faults that this version has on some models and not on others."""
        return tuple(f for f in self.stack.faults if f.models and _has(f.versions, self.version))


def named(stacks: Iterable[Stack], server: str) -> tuple[Named, ...]:
    """The programs in a SERVER header, each once, at the first place that tells a version."""
    low = server.lower()
    found: dict[str, Named] = {}
    for stack in stacks:
        for said in _versions(stack, low):
            if stack.id not in found or not found[stack.id].said:
                found[stack.id] = Named(stack=stack, said=said)
    return tuple(found.values())


def version(text: str) -> Version:
    """`1.14.0` as numbers. Raises `ValueError` for anything else."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no version such as 1.14.0")
    return tuple(map(int, text.split(".")))


def compare(one: Version, other: Version) -> int:
    """Below 0 where `one` is the earlier, 0 where they are the same: 1.0 is 1.0.0."""
    for a, b in zip_longest(one, other, fillvalue=0):
        if a != b:
            return a - b
    return 0


def problems(rules: UpnpRules) -> Iterator[str]:
    """What no person could have meant, as `field: reason`."""
    graded = Counter(grade.effect for grade in rules.grades)
    for effect in get_args(Effect):
        if graded[effect] != 1:
            yield f"grades: {effect} is graded {graded[effect]} times, it has to be once"
    for number, grade in enumerate(rules.grades):
        for field, text in (("seen", grade.seen), ("why", grade.why)):
            if not text.strip() or clean(text, 1000) != text:
                yield f"grades[{number}].{field}: it is empty, longer than 1000 characters or has control characters"
        if not grade.guarding.at_least(grade.elsewhere):
            yield f"grades[{number}].elsewhere: it is worse than on what guards the home"
    ids = Counter(stack.id for stack in rules.stacks)
    for number, stack in enumerate(rules.stacks):
        if ids[stack.id] != 1:
            yield f"stacks[{number}].id: {stack.id[:40]!r} is there {ids[stack.id]} times"
        yield from _stack(stack, rules, f"stacks[{number}]")
    used = {name for stack in rules.stacks for fault in stack.faults for name in fault.sources}
    for name in rules.sources:
        if name not in used:
            yield f"sources.{name}: nothing rests on it"
    yield from review.sources(tuple(rules.sources.values()))


def _stack(stack: Stack, rules: UpnpRules, where: str) -> Iterator[str]:
    if not _NAME.fullmatch(stack.id):
        yield f"{where}.id: it has to be lower-case words joined by `-`"
    if not stack.name.strip() or clean(stack.name, 80) != stack.name:
        yield f"{where}.name: it is empty, longer than 80 characters or has control characters"
    if not stack.words or not all(len(w) > 3 and w == clean(w.lower(), 80) for w in stack.words):
        yield f"{where}.words: each has to be in small letters, and more than three of them"
    if not stack.faults:
        yield f"{where}.faults: a program without any needs no rule"
    for number, fault in enumerate(stack.faults):
        yield from _fault(fault, rules, f"{where}.faults[{number}]")


def _fault(fault: Fault, rules: UpnpRules, where: str) -> Iterator[str]:
    if not fault.cves or not all(_CVE.fullmatch(cve) for cve in fault.cves):
        yield f"{where}.cves: each has to be an id such as CVE-2020-12695, and there has to be one"
    if not fault.sources:
        yield f"{where}.sources: every statement needs a source"
    for name in fault.sources:
        if name not in rules.sources:
            yield f"{where}.sources: {name[:40]!r} is not in sources"
    for model in fault.models:
        if reason := globs.problem(model):
            yield f"{where}.models: {reason}"
    if fault.versions is not None:
        yield from _bounds(fault.versions, f"{where}.versions")


def _bounds(versions: Versions, where: str) -> Iterator[str]:
    given = [versions.since, versions.below, versions.up_to, *versions.only]
    if not any(given):
        yield f"{where}: it bounds nothing; leave it out if every version has the fault"
    for text in filter(None, given):
        try:
            version(text)
        except ValueError as error:
            yield f"{where}: {error}"
            return
    end = versions.below or versions.up_to
    if versions.below and versions.up_to:
        yield f"{where}: give either below or up_to"
    if versions.since and end and compare(version(versions.since), version(end)) > 0:
        yield f"{where}: it ends before it begins"


def _versions(stack: Stack, low: str) -> Iterator[str]:
    """The version after each of the program's names in `low`; an empty one where none follows."""
    for word in stack.words:
        start = low.find(word)
        while start >= 0:
            end = start + len(word)
            # "xMiniUPnPd" and "miniupnpdx" are other programs.
            if not low[:start][-1:].isalnum() and not low[end:][:1].isalpha():
                told = _AFTER.match(low, end)
                yield told.group(1) if told else ""
            start = low.find(word, end)


def _has(versions: Versions | None, found: Version) -> bool:
    if versions is None:
        return True
    if not found:
        return versions.unversioned
    if any(compare(found, version(text)) == 0 for text in versions.only):
        return True
    if not (versions.since or versions.below or versions.up_to):
        return False
    return (
        (versions.since is None or compare(found, version(versions.since)) >= 0)
        and (versions.below is None or compare(found, version(versions.below)) < 0)
        and (versions.up_to is None or compare(found, version(versions.up_to)) <= 0)
    )


def _is_one_of(wanted: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return not wanted or any(globs.Glob(glob).matches(model) for glob in wanted for model in known)
