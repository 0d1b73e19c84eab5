"""Which family a login page is of: two marks of different parts, and what it then says of itself."""

import secrets
from collections.abc import Iterable, Mapping

import msgspec

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.net.failures import NoAnswer
from netguard.probe._contract import Ask
from netguard.probe._http import Answer as Heard
from netguard.probe._login.answers import fits
from netguard.probe._login.talk import Talk
from netguard.rules.globs import matches
from netguard.rules.logins import BAD, PROFILE, LoginFamily, Look, Mark, Means, Statement
from netguard.rules.review import values as globs_of

_OF_A_PORT = ("http.", "tls.", "tcp.")
"""Kinds of fact that belong to the port they were learnt at; all others are of the whole device."""

MOST_FAMILIES = 3
"""Families whose questions one port is asked: more hints than that say nothing."""


def hinted(device: Device, service: Service, ask: Ask) -> tuple[LoginFamily, ...]:
    """The families that what is known so far points to."""
    found = (
        family
        for family in ask.rules.logins.values()
        if any(_known(hint, device, service, ask.facts) for hint in family.hints)
    )
    return tuple(found)[:MOST_FAMILIES]


def _known(mark: Mark, device: Device, service: Service, facts: Iterable[Fact]) -> bool:
    if mark.fact == PROFILE:
        return device.profile is not None and _is(mark, device.profile)
    return any(
        f.kind == mark.fact
        and (f.port == service.port or not f.kind.startswith(_OF_A_PORT))
        and isinstance(f.value, str | int)
        and _is(mark, str(f.value))
        for f in facts
    )


def _is(mark: Mark, text: str) -> bool:
    return any(matches(glob, text) for glob in globs_of(mark.value))


def looked(family: LoginFamily, talk: Talk) -> dict[str, Heard]:
    """The answers to the family's own questions, by their ids. Raises `NoAnswer` and what `Net.connect` raises."""
    return {look.id: talk.ask(look).heard for look in family.looks}


def is_of(
    family: LoginFamily, heard: Mapping[str, Heard], device: Device, service: Service, facts: Iterable[Fact]
) -> bool:
    """Whether marks of two different parts are there."""
    reads = {look.id: look.reads for look in family.looks}
    facts = tuple(facts)
    parts: set[tuple[str, str]] = set()
    for mark in family.marks:
        if mark.answer is None or mark.look is None:
            there = _known(mark, device, service, facts)
        else:
            there = mark.look in heard and fits(mark.answer, heard[mark.look], reads[mark.look])
        if there:
            parts |= mark.parts
    return len(parts) >= 2


def says(family: LoginFamily, heard: Mapping[str, Heard], talk: Talk) -> Means | None:
    """What it says of its own login; null where it says nothing.

    What would become a finding is asked for once more at a path that there is not: who answers alike whatever it is asked
    has said nothing. Raises `NoAnswer` for that, and what `Net.connect` raises.
    """
    looks = {look.id: look for look in family.looks}
    for statement in family.says:
        look = looks[statement.look]
        if statement.look in heard and fits(statement.answer, heard[statement.look], look.reads):
            if statement.means in BAD and _says_so_to_anything(statement, look, talk):
                raise NoAnswer("it answers alike whatever it is asked, so what it says of its login tells nothing")
            return statement.means
    return None


def _says_so_to_anything(statement: Statement, look: Look, talk: Talk) -> bool:
    nowhere = msgspec.structs.replace(look, path=f"/{secrets.token_hex(8)}")
    return fits(statement.answer, talk.anew().ask(nowhere).heard, look.reads)
