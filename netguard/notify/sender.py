"""Handing one message to one receiver, by Apprise. The only place that sends anything to somebody else.

Apprise is an extra (`pip install netguard[notify]`): without it everything else works, and messages wait.
"""

import contextlib
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from netguard.errors import UsageError
from netguard.model.message import Text
from netguard.model.observation import clean
from netguard.notify import services
from netguard.notify.receivers import Receiver

SECONDS = 120.0
"""How long one receiver may take in all. Each step has its own, shorter time (`services`), and mail takes a dozen steps; a
server that dribbles its answer would hold the next scan up for ever."""

MAX_REASON = 200
"""Characters kept of what a receiver's server said went wrong."""

SHORTEST_SECRET = 4
"""Characters from which a part of an address is taken for a secret in what Apprise says; shorter ones are in every word."""

LEAST_SAID = "it was not accepted"

_LOGGER = "apprise"
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)\S*")
_PARTS = re.compile(r"[^\w.~%+-]+|%[0-9A-Fa-f]{2}")
_NO_ANSWER = re.compile(r"read timed out|read operation timed out|unexpectedly closed: .*timed out", re.IGNORECASE)
"""How requests (`ReadTimeout`), ssl and smtplib say that they waited in vain for an answer to what was sent already. That a
connection did not come about in time is said in other words ("connect timeout"): then nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a message is not known to have arrived, without any part of the address."""

    why: str
    unsure: bool = False
    """Whether it may have arrived all the same: it was handed over, and the answer did not come in time."""


@dataclass(slots=True)
class _Said:
    """What Apprise said of failures."""

    lines: list[str] = field(default_factory=list)
    no_answer: bool = False


def need() -> None:
    """Raise `MissingError` where Apprise is not installed."""
    services.module()


def check(receiver: Receiver) -> None:
    """Whether Apprise knows what to do with `receiver`, and can do it here; nothing is sent.

    Raises `UsageError` where not, also for several targets that it cannot tell apart, and `MissingError`.
    """
    with _listening() as said:
        if services.make(receiver) is None:
            raise UsageError(f"{receiver.label}: {_refused(receiver, said)}; see https://appriseit.com/services/")
        services.apart(receiver)


def deliver(receiver: Receiver, text: Text, *, seconds: float = SECONDS) -> Failure | None:
    """Hand `text` over: null when the receiver's server took it, else why that is not known.

    What takes longer than `seconds` may still arrive. Raises `MissingError`.
    """
    services.module()
    outcome: list[Failure | None] = []

    def hand_over() -> None:
        outcome.append(_handed_over(receiver, text))

    # A daemon: it must not keep netguard alive for a server that never ends its answer.
    worker = threading.Thread(target=hand_over, name="netguard-notify", daemon=True)
    worker.start()
    worker.join(seconds)
    return outcome[0] if outcome else Failure(why=f"there was no answer within {seconds:.0f} seconds", unsure=True)


def _handed_over(receiver: Receiver, text: Text) -> Failure | None:
    with _listening() as said:
        try:
            service = services.make(receiver)
            if service is None:
                return Failure(why=_refused(receiver, said))
            taken = service.notify(title=text.title, body=text.body, body_format=services.module().NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - one of 140 services may break in any way; the message waits
            why = f"{type(error).__name__}: {error}"
            return Failure(why=_without_secrets(receiver, why), unsure=_NO_ANSWER.search(why) is not None)
        if taken:
            return None
        if said.no_answer:
            return Failure(why="it was handed over, and no answer came in time", unsure=True)
        return Failure(why=_reason(receiver, said) or LEAST_SAID)


@contextmanager
def _listening() -> Iterator[_Said]:
    """What Apprise says meanwhile: of failures, whose reasons it gives nowhere else, and in passing that no answer came."""
    said = _Said()
    thread = threading.get_ident()  # one that was left behind after its time may still be talking

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread != thread:
                return
            with contextlib.suppress(Exception):  # a badly formed line of somebody's log must not fail the message
                line = record.getMessage()
                said.no_answer = said.no_answer or _NO_ANSWER.search(line) is not None
                if record.levelno >= logging.WARNING:
                    said.lines.append(line)

    logger, ear = logging.getLogger(_LOGGER), Ear(logging.DEBUG)
    before = logger.propagate, logger.level
    logger.addHandler(ear)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        logger.removeHandler(ear)
        logger.propagate = before[0]
        logger.setLevel(before[1])


def _refused(receiver: Receiver, said: _Said) -> str:
    """Why Apprise makes nothing of the address."""
    return services.lacking(receiver) or _reason(receiver, said) or "Apprise knows no such receiver"


def _reason(receiver: Receiver, said: _Said) -> str:
    return _without_secrets(receiver, "; ".join(dict.fromkeys(said.lines)))


def _without_secrets(receiver: Receiver, text: str) -> str:
    """`text` on one line, without anything that stands in the address but its kind: host, topic, user, password, token."""
    text = _ADDRESS.sub(r"\1***", text)
    scheme = receiver.url.partition("://")[0].lower()
    for part in sorted(set(_PARTS.split(receiver.url)[1:]), key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET and part.lower() != scheme:
            text = text.replace(part, "***")
    return clean(text, MAX_REASON)
