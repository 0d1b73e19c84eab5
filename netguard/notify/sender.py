"""Handing one message to one receiver, by Apprise. The only place that sends anything to somebody else.

Apprise is an extra (`pip install netguard[notify]`): without it everything else works, and messages wait.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from netguard.errors import NetguardError, UsageError
from netguard.model.message import Text
from netguard.model.observation import clean
from netguard.notify.receivers import Receiver

SECONDS = 120.0
"""How long one receiver may take. Apprise waits for 4 seconds at each step by default, and mail takes a dozen steps; a
server that dribbles its answer would hold the next scan up for ever."""

MAX_REASON = 200
"""Characters kept of what a receiver's server said went wrong."""

SHORTEST_SECRET = 4
"""Characters from which a part of an address is taken for a secret in what Apprise says; shorter ones are in every word."""

LEAST_SAID = "it was not accepted"

_LOGGER = "apprise"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*")
_PARTS = re.compile(r"[^\w.~%+-]+|%[0-9A-Fa-f]{2}")


class MissingError(NetguardError):
    """Apprise is not installed."""

    def __init__(self) -> None:
        super().__init__("to send messages netguard needs Apprise: pip install netguard[notify]")


def need() -> None:
    """Raise `MissingError` where Apprise is not installed."""
    _module()


def check(receiver: Receiver) -> None:
    """Whether Apprise knows what to do with `receiver`; nothing is sent. Raises `UsageError`, or `MissingError`."""
    with _listening() as said:
        if _service(receiver) is None:
            raise UsageError(
                f"{receiver.label}: {_reason(receiver, said) or 'Apprise knows no such receiver'};"
                " see https://appriseit.com/services/"
            )


def deliver(receiver: Receiver, text: Text, *, seconds: float = SECONDS) -> str | None:
    """Hand `text` over: null when the receiver's server took it, else why not, without any part of the address.

    What takes longer than `seconds` counts as failed, though it may still arrive. Raises `MissingError`.
    """
    _module()
    outcome: list[str | None] = []

    def hand_over() -> None:
        outcome.append(_handed_over(receiver, text))

    # A daemon: it must not keep netguard alive for a server that never ends its answer.
    worker = threading.Thread(target=hand_over, name="netguard-notify", daemon=True)
    worker.start()
    worker.join(seconds)
    return outcome[0] if outcome else f"there was no answer within {seconds:.0f} seconds"


def _handed_over(receiver: Receiver, text: Text) -> str | None:
    with _listening() as said:
        try:
            service = _service(receiver)
            if service is None:
                return _reason(receiver, said) or "Apprise knows no such receiver"
            taken = service.notify(title=text.title, body=text.body, body_format=_module().NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - one of 140 services may break in any way; the message waits
            return _without_secrets(receiver, f"{type(error).__name__}: {error}")
        return None if taken else _reason(receiver, said) or LEAST_SAID


def _service(receiver: Receiver) -> Any:
    """Apprise's own object for exactly this address; null where it knows none."""
    apprise = _module()
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    asset.app_id, asset.app_desc, asset.app_url = "netguard", "netguard", ""
    asset.image_url_mask = asset.image_url_logo = None  # or the message would point to somebody's server
    return apprise.Apprise.instantiate(receiver.url, asset=asset)


def _module() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise MissingError from error
    return apprise


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise says of failures meanwhile, which is the only place where it gives their reasons."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger, ear = logging.getLogger(_LOGGER), Ear(logging.WARNING)
    before = logger.propagate
    logger.addHandler(ear)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(ear)
        logger.propagate = before


def _reason(receiver: Receiver, said: list[str]) -> str:
    return _without_secrets(receiver, "; ".join(dict.fromkeys(said)))


def _without_secrets(receiver: Receiver, text: str) -> str:
    """`text` on one line, without anything that stands in the address: host, topic, user, password, token."""
    text = _ADDRESS.sub("***", text)
    for part in sorted(set(_PARTS.split(receiver.url)[1:]), key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            text = text.replace(part, "***")
    return clean(text, MAX_REASON)
