"""What a scheme is: a module of `schemes` with `log_in(talk, attempts, account, password)`, and what came of one login.

`log_in` sends one login and no more, by `talk.log_in` so that it counts, and says what the answer was like. Who is in then is
not believed because of that: `trying` reads the protected page. What it has to keep to read that page and to log out goes into
`talk`. Who logs in by a header sets `talk.credentials`; who does so by a cookie of its own takes a refused one out again, since
the next request with it is one more wrong login.
"""

from enum import StrEnum
from typing import Protocol

from netguard.model.login import Secret
from netguard.probe._login.answers import fits
from netguard.probe._login.talk import Reply, Talk
from netguard.rules.logins import Attempts, Reads

TOO_MANY = frozenset({429, 503})
"""Too Many Requests (RFC 6585, 4) and Service Unavailable (RFC 9110, 15.6.4): it wants to be left alone."""


class Told(StrEnum):
    """What the answer to one login said."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOCKED = "locked"
    """It refuses everybody for a while, or is about to."""
    BUSY = "busy"
    """Somebody else is logged in."""
    UNCLEAR = "unclear"


class Scheme(Protocol):
    """How a login is sent."""

    def log_in(self, talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
        """Send one login. Raises `NoAnswer` and what `Net.connect` raises, also where what it needs first is missing."""
        ...


def told(attempts: Attempts, reply: Reply, reads: Reads = "text") -> Told:
    """What `reply` says by the record's patterns; a lock counts before everything else."""
    heard = reply.heard
    if heard.status in TOO_MANY or (attempts.locked is not None and fits(attempts.locked, heard, reads)):
        return Told.LOCKED
    if attempts.busy is not None and fits(attempts.busy, heard, reads):
        return Told.BUSY
    if attempts.accepted is not None and fits(attempts.accepted, heard, reads):
        return Told.ACCEPTED
    if attempts.refused is not None and fits(attempts.refused, heard, reads):
        return Told.REFUSED
    return Told.UNCLEAR
