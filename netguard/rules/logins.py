"""The shape of rules/logins/*.yaml, and what is refused in it: how one family of routers shows, and guards, its login. Pure.

A family is recognised by two marks that do not come from the same part of the same answer. What it says of itself without a
login is in `says`. `attempts` is there only where its login is documented well enough to try it a few times, and is used
only when the person asked for that; `reason` says in its stead why nothing is tried.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

import msgspec

from netguard.model.login import MOST_TRIES, Lock, Secret
from netguard.model.observation import KINDS, clean
from netguard.rules import globs, review
from netguard.rules.schema import Source, Verified

Globs = str | tuple[str, ...]

Means = Literal["none", "factory", "setup", "set", "asks", "locked"]
"""What a statement is about: no password at all, the one it came with, nobody has set it up yet, one of its owner's, that it
asks for one and would not if it had none, or that it refuses everybody for a while."""

BAD = frozenset({"none", "factory", "setup"})
"""Statements that become findings, and need more than a status code."""

Reads = Literal["text", "json", "xml", "lines"]
"""How `values` are found in a body: not at all, by dotted paths, by the names of elements, or as `name=value` a line."""

PROFILE = "profile"
"""What a hint may name besides the kinds of observation: the record of rules/devices by which the device was recognised."""

MAX_LOOKS = 3
"""Questions of its own that a family may ask to be recognised and to hear what it says of itself."""

STEPS = frozenset({"base64", "md5", "sha1", "sha256", "sha512", "upper", "quote", "json"})
"""What a place for a login may have done to it (`netguard/probe/_login/steps.py`, which a test compares)."""

LOGIN = frozenset({"account", "password", "token"})
"""Names of places that only the request of a login has something for."""

PLACES = LOGIN | {"host", "origin"}
"""Names of all places; those of a scheme's own notes begin with `note`."""

_PLACE = re.compile(r"\{([a-z:]+)((?:\|[a-z0-9]+)*)\}")

MAX_TEXT = 400
"""Characters of a sentence for people."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer has to be like: all that is given. Globs and texts are compared without case."""

    status: tuple[int, ...] = ()
    header: dict[str, Globs] = {}
    """By the header's name in small letters."""
    body: tuple[str, ...] = ()
    """Texts that all stand in the body."""
    without: tuple[str, ...] = ()
    """Texts none of which stands in it."""
    values: dict[str, Globs] = {}
    """Values in the body, by their names, as the request's `reads` finds them; `true`, `false` and `null` are words."""

    @property
    def shows_something(self) -> bool:
        """Whether it asks for more than a status code, and for what is not there."""
        return bool(self.header or self.body or self.values)


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One HTTP request. In `path`, `headers`, `fields` and `body` the schemes put `{account}`, `{password}`, `{token}` in.

    A name may have steps behind it, that are taken from left to right: `{password|md5}`, `{password|sha1|upper}`,
    `{account:password|base64}` (steps: `netguard/probe/_login/steps.py`).
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    fields: dict[str, str] = {}
    """As a form's (application/x-www-form-urlencoded). Not beside `body`."""
    body: str = ""
    reads: Reads = "text"


class Look(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that anybody may ask: it logs nobody in and changes nothing."""

    id: str


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something by which the family is known: a fact that another look learnt at this port, or an answer to one of its own."""

    fact: str | None = None
    """A kind of observation, `http.title`."""
    value: Globs = ()
    look: str | None = None
    answer: Answer | None = None

    @property
    def parts(self) -> frozenset[tuple[str, str]]:
        """Where it is seen; two marks of the same part are one."""
        if self.fact is not None:
            return frozenset({("fact", self.fact)})
        assert self.answer is not None  # noqa: S101 - `problems` sees to it
        found = {"header": self.answer.header, "body": self.answer.body, "values": self.answer.values}
        return frozenset((self.look or "", part) for part, given in found.items() if given)


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer means. The first of a family's statements that fits is believed."""

    look: str
    answer: Answer
    means: Means


class Pair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A login as it leaves the factory."""

    account: str
    password: Secret
    source: str
    """Where it stands, an https address among `sources`."""


class Token(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that the login page gives and the login has to give back, by what stands around it in the body."""

    request: Request
    after: str
    before: str


class Protected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page that only who is logged in may read, and what it shows then. Reading it changes nothing."""

    request: Request
    opens: Answer


class Attempts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to log in, to see that one is in, and to leave."""

    scheme: str
    """A module of `netguard/probe/_login/schemes`."""
    pairs: tuple[Pair, ...]
    lock: Lock
    protected: Protected
    request: Request | None = None
    """What logs in, for the schemes that need to be told."""
    token: Token | None = None
    accepted: Answer | None = None
    """What the answer to the login is like where it worked; alone it is never believed."""
    refused: Answer | None = None
    locked: Answer | None = None
    """What it is like where it refuses everybody for a while, or is about to."""
    busy: Answer | None = None
    """What it is like while somebody else is logged in, who would be put out."""
    logout: Request | None = None


class Menus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where its owner changes things: the path through its menu, in its own words, `Administration > System > Password`."""

    password: str
    encryption: str | None = None
    """HTTPS for its own pages; null where nobody has written down that it can."""
    access: str | None = None
    """From where its pages may be opened; null likewise."""


class LoginFamily(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One family of routers and access points whose login page, and what is behind it, is the same."""

    schema: Literal[1]
    id: str
    name: str
    confidence: Literal["documented", "reported", "memory"]
    """Whether its maker or the source of a program that talks to it says so, or somebody who has one; or nobody was found."""
    verified: Verified
    sources: tuple[Source, ...]
    factory: str
    """A sentence: with which login it leaves the factory."""
    shared: bool = True
    """Whether a login that others of them have as well lets into some; false where each has one of its own on its label."""
    derived: bool = False
    """Whether others, providers or builders of firmware, ship its pages with logins of their own: that the one known of it is
    refused tells only that there is a password."""
    menus: Menus
    hints: tuple[Mark, ...]
    """Facts, one of which has to be there before any of its looks is taken."""
    marks: tuple[Mark, ...]
    looks: tuple[Look, ...] = ()
    says: tuple[Statement, ...] = ()
    attempts: Attempts | None = None
    reason: str | None = None
    """Why nothing is tried, a sentence; only without `attempts`."""
    inconclusive: tuple[Literal["factory", "changed", "none", "answers-all"], ...] = ()
    """In which of the states that it is tested in netguard can tell nothing, by what is known of it."""
    replaces: str | None = None

    @property
    def refusal_shows_a_password(self) -> bool:
        """Whether its known logins being refused means that there is a password: not where others ship it, maybe with none."""
        pairs = () if self.attempts is None else self.attempts.pairs
        return not self.derived or any(not pair.password for pair in pairs)


def problems(family: LoginFamily, name: str) -> Iterator[str]:
    """Problems of the record in the file `name` (without its ending), each `field: reason`. Passwords are in none of them."""
    if family.id != name:
        yield f"id: it is {family.id!r}, it has to be the file's name, {name!r}"
    yield from review.sources(family.sources)
    yield from review.verified(family.verified)
    yield from _texts(family)
    yield from _looks(family)
    yield from _marks(family)
    for number, statement in enumerate(family.says):
        yield from _statement(family, statement, f"says[{number}]")
    if family.shared and any(statement.means == "asks" for statement in family.says):
        yield "says: that it asks for a password is no good news where that may be the one all of them came with"
    if not family.shared and family.attempts is not None:
        yield "attempts: there is no login to try where none is shared"
    if (family.attempts is None) == (family.reason is None):
        yield "attempts: either they are there, or `reason` says why not"
    if family.attempts is not None:
        yield from _attempts(family, family.attempts)


def _texts(family: LoginFamily) -> Iterator[str]:
    texts = {
        "name": family.name,
        "factory": family.factory,
        "reason": family.reason,
        "menus.password": family.menus.password,
        "menus.encryption": family.menus.encryption,
        "menus.access": family.menus.access,
    }
    for field, text in texts.items():
        if text is not None and (not text.strip() or clean(text, MAX_TEXT) != text):
            yield f"{field}: it is empty, longer than {MAX_TEXT} characters or has control characters"


def _looks(family: LoginFamily) -> Iterator[str]:
    if len(family.looks) > MAX_LOOKS:
        yield f"looks: there are more than {MAX_LOOKS}, which is no way to treat a router"
    for twice in [id_ for id_, times in Counter(look.id for look in family.looks).items() if times > 1]:
        yield f"looks: {twice!r} is there twice"
    for number, look in enumerate(family.looks):
        yield from _request(look, f"looks[{number}]")
        if LOGIN & _named(look):
            yield f"looks[{number}]: what anybody may ask has no login in it"


def _marks(family: LoginFamily) -> Iterator[str]:
    if not family.hints:
        yield "hints: without one every router would be asked its questions"
    for number, hint in enumerate(family.hints):
        if hint.fact is None:
            yield f"hints[{number}]: it has to be a fact that is known before anything is asked"
        else:
            yield from _mark(family, hint, f"hints[{number}]")
    for number, mark in enumerate(family.marks):
        yield from _mark(family, mark, f"marks[{number}]")
    well_formed = [m for m in family.marks if (m.fact is None) != (m.look is None or m.answer is None)]
    if len(frozenset[tuple[str, str]]().union(*(m.parts for m in well_formed))) < 2:
        yield "marks: they have to be of two parts at least (two kinds of fact, or header and body of an answer)"


def _mark(family: LoginFamily, mark: Mark, where: str) -> Iterator[str]:
    if (mark.fact is None) == (mark.look is None) or (mark.look is None) != (mark.answer is None):
        yield f"{where}: give either `fact` and `value`, or `look` and `answer`"
        return
    if mark.fact is not None:
        if mark.fact not in KINDS and not (mark.fact == PROFILE and where.startswith("hints")):
            yield f"{where}.fact: {mark.fact!r} is no kind of observation"
        if not mark.value:
            yield f"{where}.value: it is missing"
        yield from _globs(mark.value, f"{where}.value")
        return
    assert mark.answer is not None  # noqa: S101 - as above
    yield from _answer(mark.answer, f"{where}.answer", shows=True)
    if mark.look not in {look.id for look in family.looks}:
        yield f"{where}.look: there is no look {mark.look!r}"


def _statement(family: LoginFamily, statement: Statement, where: str) -> Iterator[str]:
    if statement.look not in {look.id for look in family.looks}:
        yield f"{where}.look: there is no look {statement.look!r}"
    yield from _answer(statement.answer, f"{where}.answer", shows=False)
    if not (statement.answer.status or statement.answer.shows_something):
        yield f"{where}.answer: it fits every answer"


def _attempts(family: LoginFamily, attempts: Attempts) -> Iterator[str]:
    if not attempts.pairs:
        yield "attempts.pairs: there is none, so nothing can be tried"
    if family.confidence == "memory":
        yield "attempts: what nobody was found to say is not tried; leave them out, and say so in `reason`"
    urls = {source.url for source in family.sources}
    for number, pair in enumerate(attempts.pairs):
        if pair.source not in urls:
            yield f"attempts.pairs[{number}].source: it is none of `sources`"
    if len(attempts.pairs) > (room := max(1, attempts.lock.most_tries - 1)):
        yield f"attempts.pairs: with the control there is room for {room} of them"
    if attempts.lock.most_tries < 2:
        yield f"attempts.lock: with a control and one login it has to bear 4 wrong ones (at most {MOST_TRIES} are sent)"
    if attempts.lock.after is None and not attempts.lock.source:
        yield "attempts.lock: that it never locks has to have a source"
    yield from _answer(attempts.protected.opens, "attempts.protected.opens", shows=True)
    for field in ("accepted", "refused", "locked", "busy"):
        answer: Answer | None = getattr(attempts, field)
        if answer is not None:
            yield from _answer(answer, f"attempts.{field}", shows=False)
    yield from _requests(attempts)


def _requests(attempts: Attempts) -> Iterator[str]:
    token = attempts.token
    for field, request, missing in (
        ("protected.request", attempts.protected.request, LOGIN),
        ("request", attempts.request, frozenset[str]() if token is not None else frozenset({"token"})),
        ("token.request", token.request if token is not None else None, LOGIN),
        ("logout", attempts.logout, LOGIN),
    ):
        if request is not None:
            yield from _request(request, f"attempts.{field}")
            for name in sorted(missing & _named(request)):
                yield f"attempts.{field}: there is no {name} for it"


def _request(request: Request, where: str) -> Iterator[str]:
    if not request.path.startswith("/") or " " in request.path or not request.path.isascii():
        yield f"{where}.path: it has to begin with / and have no blanks"
    if request.fields and request.body:
        yield f"{where}: fields and body exclude each other"
    if (request.fields or request.body) and request.method != "POST":
        yield f"{where}.method: what has a body is a POST"
    if any(not ((name + value).isprintable() and (name + value).isascii()) for name, value in request.headers.items()):
        yield f"{where}.headers: a header is one line of ASCII"
    for place in _places(request):
        strange = [n for n in place[1].split(":") if n not in PLACES and not n.startswith("note")]
        strange += [step for step in place[2].split("|")[1:] if step not in STEPS]
        if strange:
            yield f"{where}: {strange[0][:40]!r} is no place for a login, nor a step"


def _named(request: Request) -> frozenset[str]:
    """The names of all its places."""
    return frozenset(name for place in _places(request) for name in place[1].split(":"))


def _places(request: Request) -> list[re.Match[str]]:
    texts = (request.path, request.body, *request.headers.values(), *request.fields.values())
    return [place for text in texts for place in _PLACE.finditer(text)]


def _answer(answer: Answer, where: str, *, shows: bool) -> Iterator[str]:
    if shows and not answer.shows_something:
        yield f"{where}: a status code alone shows nothing; say what stands in the header or body"
    for number in answer.status:
        if not 100 <= number <= 599:
            yield f"{where}.status: {number} is no status code"
    for name, value in answer.header.items():
        if name != name.lower():
            yield f"{where}.header: names are in small letters"
        yield from _globs(value, f"{where}.header.{name}")
    for name, value in answer.values.items():
        yield from _globs(value, f"{where}.values.{name}")
    if not all(answer.body) or not all(answer.without):
        yield f"{where}: an empty text stands in every body"


def _globs(wanted: Globs, where: str) -> Iterator[str]:
    for glob in review.values(wanted):
        if reason := globs.problem(glob):
            yield f"{where}: {reason}"
