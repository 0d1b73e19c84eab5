"""A message to one receiver, as the history keeps it until it is delivered, and after."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is said: a title of one line, and a body of some."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one receiver."""

    number: int
    site: str
    about: str
    """What it tells of: `scan <id>`, `quiet <month>`, `away <day>`. Of each no receiver is told twice."""
    receiver: str
    """The receiver's `id`."""
    text: Text
    made_at: datetime
    tries: int
    """How often it was handed over, or begun to be."""
    tried_at: datetime | None
    sent_at: datetime | None
    problem: str | None
    """Why the last try failed; while one is under way, by whom. How it begins says what became of the message."""

    @property
    def given_up(self) -> bool:
        """Whether it will not be tried again, though nobody knows that it was delivered."""
        return self._begins(GIVEN_UP)

    @property
    def said(self) -> bool:
        """Whether it was given up, and its receiver was told so in a later message."""
        return self._begins(GIVEN_UP + SAID)

    @property
    def passed_on(self) -> bool:
        """Whether it is not sent because those are told instead who are receivers now."""
        return self._begins(PASSED_ON)

    @property
    def unsure(self) -> bool:
        """Whether it may have arrived all the same: it was handed over once, and how that ended was never learnt."""
        return self.sent_at is None and UNSURE in self._state()

    @property
    def handing(self) -> str | None:
        """The computer that began to hand it over and has not said how that ended, if any."""
        return self.why[len(HANDING) :] if self.sent_at is None and self.why.startswith(HANDING) else None

    @property
    def why(self) -> str:
        """`problem` in words for a person, without what became of it; empty where there is none."""
        return (self.problem or "")[len(self._state()) :]

    def _begins(self, start: str) -> bool:
        return self.sent_at is None and self.problem is not None and self.problem.startswith(start)

    def _state(self) -> str:
        """How `problem` begins, by the words below."""
        rest = self.problem or ""
        for start in (GIVEN_UP, SAID, PASSED_ON, UNSURE):
            rest = rest.removeprefix(start)
        return (self.problem or "")[: len(self.problem or "") - len(rest)]


HANDING = "being handed over by "
"""How `problem` begins while a try is under way; the computer's name follows."""

UNSURE = "perhaps delivered: "
"""How `problem` begins, before anything of a try, once it is not known of one whether the message arrived."""

GIVEN_UP = "given up: "
"""How `problem` begins of a message that is not tried again."""

SAID = "said since: "
"""What follows `GIVEN_UP` once a later message told its receiver that this one was lost."""

PASSED_ON = "passed on: "
"""How `problem` begins of a message whose receiver is no longer one, and which others get in its place."""
