"""Trying a factory login, politely: what is sent, in which order, and what ends it.

    lock state → the page without a login → a made-up password → the factory's, some seconds apart → log out

A login works only if its answer says so, and the protected page, which was closed before and to the made-up password, now
opens. A status code is never enough. Whatever looks like a lock, or like somebody else being logged in, ends it at once.
"""

import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from netguard.model.login import Leave, Secret
from netguard.model.observation import Fact
from netguard.net.failures import Failure, NoAnswer, OutOfTime, TooMuch
from netguard.probe._contract import Target
from netguard.probe._login._contract import TOO_MANY, Scheme, Told
from netguard.probe._login.answers import fits
from netguard.probe._login.talk import Reply, Talk
from netguard.rules.logins import Attempts, LoginFamily, Pair

PAUSE = 2.0
"""Seconds between two logins, at least; up to half as much again comes on top."""

NOT_FOUND = 404
"""RFC 9110, 15.5.5."""

CONTROL_LENGTH = 16
"""Characters of the password that nobody has."""

LETTERS = string.ascii_letters + string.digits

SLOWER, SECONDS_SLOWER = 3.0, 2.0
"""An answer that takes so many times as long as the one to the control, and so many seconds more, is a brake."""

WARNINGS = (
    "too many",
    "locked",
    "try again later",
    "please wait",
    "captcha",
    "blocked",
    "attempts left",
    "attempts remaining",
    "gesperrt",
    "fehlversuche",
    "trop de tentatives",
    "bloqu",
    "bloccat",
    "demasiados intentos",
    "zablok",
    "geblokkeerd",
    "заблок",
    "锁定",
)
"""Words of a lock. They count where they stand in an answer, and did not in the page before any login was tried: scripts
of a login page have all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: `accepted` with the pair, `refused`, or `open` where no login was needed."""

    what: str
    pair: Pair | None = None


class Stopped(NoAnswer):
    """It was ended before it was clear; the message says why."""


class Trying:
    """One try of one family's factory logins at one port. `used` counts the logins that were sent."""

    def __init__(self, family: LoginFamily, scheme: Scheme, talk: Talk) -> None:
        """Nothing is sent yet."""
        assert family.attempts is not None  # noqa: S101 - whoever tries has looked
        self._family, self._scheme, self._talk = family, scheme, talk
        self._attempts: Attempts = family.attempts
        self.used = 0
        self._before = b""
        self._usual: float | None = None
        self._refusal: tuple[int, frozenset[str]] | None = None

    def closed(self) -> bool:
        """Whether the protected page is closed without a login. Raises `Stopped` where that is not to be told."""
        reply = self._protected(self._talk.anew())
        self._before = reply.heard.body.lower()
        if reply.heard.status in TOO_MANY:
            raise Stopped(f"it answered {reply.heard.status}, so it is left alone")
        if reply.heard.status == NOT_FOUND:
            raise Stopped("the page that a login would open is not there, so whether one works cannot be told")
        if not self._opens(reply):
            return True
        if self._opens(self._nowhere()):
            raise Stopped("it shows the same whatever it is asked for, so whether a login works cannot be told")
        return False

    def run(self, leave: Leave) -> Outcome:
        """Send the control and then the pairs, no more than `leave` allows. Raises `Stopped` and what `Net.connect` raises."""
        control = Secret("".join(secrets.choice(LETTERS) for _ in range(CONTROL_LENGTH)))
        if self._let_in(self._attempts.pairs[0].account, control):
            raise Stopped("it takes a password that nobody has, so what it says to others tells nothing")
        pairs = self._attempts.pairs[: leave.tries - 1]
        for pair in pairs:
            self._pause()
            if self._let_in(pair.account, pair.password):
                return Outcome(what="accepted", pair=pair)
        if len(pairs) < len(self._attempts.pairs):
            raise Stopped(
                "it refused what could be tried of its factory's logins; there are more, and no room for them"
            )
        return Outcome(what="refused")

    def _let_in(self, account: str, password: Secret) -> bool:
        """Whether this login opens the protected page; one session, which is ended. Raises `Stopped`."""
        talk = self._talk.anew()
        said = self._sent(talk, account, password)
        refusal, opens = talk.last, False
        # Where the login goes with every request, to ask again with one that was refused, if only to leave, is to try it again.
        by_header = talk.credentials is not None and talk.last is not None
        try:
            self._look_out(said, talk)
            opens = self._opens(talk.last if by_header and talk.last is not None else self._protected(talk))
        finally:
            if by_header:
                may_be_in = said is Told.ACCEPTED and (opens or self._attempts.accepted is not None)
            else:
                may_be_in = opens or said in {Told.ACCEPTED, Told.UNCLEAR}
            if may_be_in:
                self._leave(talk)
        if said is Told.ACCEPTED and opens:
            return True
        if said is Told.REFUSED and not opens:
            self._as_before(refusal, account)
            return False
        raise Stopped(
            "it shows what is protected although it did not say yes to the login"
            if opens
            else "it said yes to a login, and then did not show what is protected"
            if said is Told.ACCEPTED
            else "what it answered to a login is neither yes nor no"
        )

    def _sent(self, talk: Talk, account: str, password: Secret) -> Told:
        """Send the login, and count it: not where the page lacks what one needs, or says before that it would be no use."""
        counts = True
        try:
            said = self._scheme.log_in(talk, self._attempts, account, password)
            counts = talk.tried or said not in {Told.LOCKED, Told.BUSY}
        except Failure:
            counts = talk.tried
            raise
        finally:
            self.used += counts
        return said

    def _look_out(self, said: Told, talk: Talk) -> None:
        """Raise `Stopped` at the first sign of a lock, or of somebody else."""
        reply = talk.last
        if said is Told.LOCKED:
            raise Stopped("it says that it locks, or has locked, logins; nothing more is tried")
        if said is Told.BUSY:
            raise Stopped("somebody else is logged in, who would be put out; nothing more is tried")
        # Of a yes neither its words nor its seconds speak of a lock: a page is made for who is let in, which takes its time.
        if reply is None or said is Told.ACCEPTED:
            return
        text = reply.heard.body.lower()
        word = next((w for w in WARNINGS if w.encode() in text and w.encode() not in self._before), None)
        if word is not None:
            raise Stopped(f"its answer speaks of a lock ({word!r}); nothing more is tried")
        if self._usual is None:
            self._usual = reply.seconds
        elif reply.seconds > SLOWER * self._usual + SECONDS_SLOWER:
            raise Stopped("it answers much later than before, as devices do that brake logins; nothing more is tried")

    def _as_before(self, reply: Reply | None, account: str) -> None:
        """Raise `Stopped` where the factory's login is refused in other words than the made-up one: they may be about a lock."""
        said = None if reply is None else (reply.heard.status, words(reply.heard.body, account))
        if self._refusal is not None and said != self._refusal:
            raise Stopped("it refuses the factory's login in other words than a made-up one, as devices do that lock")
        self._refusal = said

    def _protected(self, talk: Talk) -> Reply:
        return talk.ask(self._attempts.protected.request)

    def _nowhere(self) -> Reply:
        request = msgspec.structs.replace(self._attempts.protected.request, path=f"/{secrets.token_hex(8)}")
        return self._talk.anew().ask(request)

    def _opens(self, reply: Reply) -> bool:
        return fits(self._attempts.protected.opens, reply.heard, self._attempts.protected.request.reads)

    def _leave(self, talk: Talk) -> None:
        """Log out; that it fails costs nothing but a session that ends by itself."""
        if self._attempts.logout is not None:
            try:
                talk.ask(self._attempts.logout)
            except (NoAnswer, TooMuch, OutOfTime):
                return

    def _pause(self) -> None:
        self._talk.net.cancel.pause(PAUSE * (1 + secrets.randbelow(500) / 1000))


_HIDES = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
"""What begins and ends something that a page does not show (HTML Living Standard, 13.2.5)."""

_WORD = re.compile(r"[^\W_]{3,}")


def words(body: bytes, account: str) -> frozenset[str]:
    """The words that an answer shows: no tags and scripts, nothing with a digit in it (times, tokens), not the account."""
    shown = " ".join(_shown(body.decode("utf-8", "replace").lower()))
    return frozenset(w for w in _WORD.findall(shown) if w.isalpha() and w != account.lower())


def _shown(page: str) -> Iterator[str]:
    """The pieces of `page` between its tags, comments and scripts, in one pass: tags alone must not keep netguard busy.

    Python's `html.parser` (3.11.7) takes eleven seconds for 64 KB of `<b a=`, and gives up with an AssertionError at `<![`.
    """
    never: set[str] = set()
    at = 0
    while (begins := page.find("<", at)) >= 0:
        yield page[at:begins]
        hides = (ends for opens, ends in _HIDES if ends not in never and page.startswith(opens, begins))
        for closing in (*hides, ">"):
            at = page.find(closing, begins + 1)
            if at >= 0:
                at += len(closing)
                break
            never.add(closing)
        else:
            at = begins + 1
            break
    yield page[at:]


def facts(outcome: Outcome, target: Target) -> Iterator[Fact]:
    """What is kept of it: never the password, only whether it is an empty one."""
    said: dict[str, str | bool] = {"login.tried": outcome.what}
    if outcome.pair is not None:
        said |= {"login.account": outcome.pair.account, "login.empty": not outcome.pair.password}
    for kind, value in said.items():
        yield Fact(kind=kind, value=value, transport=target.transport, port=target.port)
