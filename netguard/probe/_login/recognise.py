"""Which family a login page is of: two marks of different parts, and what it then says of itself."""

import secrets
from collections.abc import Iterable, Mapping

import msgspec

from netguard.model.device import Device, Service
from netguard.model.observation import Fact
from netguard.net.failures import Failure, NoAnswer, TooMuch
from netguard.probe._contract import Ask
from netguard.probe._http import Answer as Heard
from netguard.probe._login.answers import fits
from netguard.probe._login.talk import Talk
from netguard.rules.globs import matches
from netguard.rules.logins import PROFILE, LoginFamily, Look, Mark, Means, Statement
from netguard.rules.logins import Answer as Pattern
from netguard.rules.review import values as globs_of

_OF_A_PORT = ("http.", "tls.", "tcp.")
"""Kinds of fact that belong to the port they were learnt at; all others are of the whole device."""

MOST_FAMILIES = 4
"""Families whose questions one port is asked, those first that most of what is known points to. A maker has up to three."""


def hinted(device: Device, service: Service, ask: Ask) -> tuple[LoginFamily, ...]:
    """The families that what is known so far points to."""
    hints = {
        id_: sum(_known(hint, device, service, ask.facts) for hint in family.hints)
        for id_, family in ask.rules.logins.items()
    }
    found = sorted((id_ for id_, many in hints.items() if many), key=lambda id_: (-hints[id_], id_))
    return tuple(ask.rules.logins[id_] for id_ in found[:MOST_FAMILIES])


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


def looked(family: LoginFamily, talk: Talk) -> tuple[dict[str, Heard], Failure | None]:
    """The answers to the family's own questions, by their ids, and why one of them has none.

    Asked in one conversation: a question may need the cookie that the one before it was given (Keenetic, HiLink). After two
    without an answer it is left alone. Raises what `Net.connect` raises besides `NoAnswer` and `TooMuch`.
    """
    heard: dict[str, Heard] = {}
    trouble: Failure | None = None
    for look in family.looks:
        try:
            heard[look.id] = talk.ask(look).heard
        except (NoAnswer, TooMuch) as failure:
            if trouble is not None:
                break
            trouble = failure
    return heard, trouble


def is_of(
    family: LoginFamily, heard: Mapping[str, Heard], device: Device, service: Service, facts: Iterable[Fact]
) -> bool:
    """Whether marks of two different parts are there; one that is seen alike in two answers is one."""
    reads = {look.id: look.reads for look in family.looks}
    facts = tuple(facts)
    parts: set[tuple[str, str]] = set()
    seen: list[Pattern] = []
    for mark in family.marks:
        if mark.answer is None or mark.look is None:
            there = _known(mark, device, service, facts)
        else:
            there = mark.look in heard and fits(mark.answer, heard[mark.look], reads[mark.look])
        if there and (mark.answer is None or mark.answer not in seen):
            parts |= mark.parts
            seen += [mark.answer] if mark.answer is not None else []
    return len(parts) >= 2


def says(family: LoginFamily, heard: Mapping[str, Heard], talk: Talk) -> Means | None:
    """What it says of its own login; null where it says nothing.

    It is asked for once more at a path that there is not: who answers alike whatever it is asked has said nothing, nothing
    bad and nothing good. Raises `NoAnswer` for that, and what `Net.connect` raises.
    """
    looks = {look.id: look for look in family.looks}
    for statement in family.says:
        look = looks[statement.look]
        if statement.look in heard and fits(statement.answer, heard[statement.look], look.reads):
            if statement.means != "locked" and _says_so_to_anything(statement, look, talk):
                raise NoAnswer("it answers alike whatever it is asked, so what it says of its login tells nothing")
            return statement.means
    return None


def _says_so_to_anything(statement: Statement, look: Look, talk: Talk) -> bool:
    nowhere = msgspec.structs.replace(look, path=f"/{secrets.token_hex(8)}")
    return fits(statement.answer, talk.anew().ask(nowhere).heard, look.reads)
