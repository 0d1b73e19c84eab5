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
    """Why the last try failed; while one is under way, by whom."""

    @property
    def given_up(self) -> bool:
        """Whether it will not be tried again, though it was never delivered."""
        return self.sent_at is None and self.problem is not None and self.problem.startswith(GIVEN_UP)

    @property
    def handing(self) -> str | None:
        """The computer that began to hand it over and has not said how that ended, if any."""
        begun = self.sent_at is None and self.problem is not None and self.problem.startswith(HANDING)
        return self.problem[len(HANDING) :] if begun and self.problem is not None else None


HANDING = "being handed over by "
"""How `problem` begins while a try is under way; the computer's name follows."""

GIVEN_UP = "given up: "
"""How `problem` begins of a message that is not tried again."""
