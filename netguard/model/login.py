"""Logins as netguard handles them: secrets that nobody can print, how often a login may be tried, and who counts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from netaddr import EUI

MOST_TRIES = 3
"""Wrong logins at most that one scan sends to a device, the control with its made-up password included."""

SPARE = 2
"""By so many tries netguard always stays below what a device is known to lock at: its owner mistypes, too."""

AGAIN_AFTER = timedelta(hours=24)
"""A device that was tried is not tried again before: what its login is does not change by the hour."""

SENT_LATER = timedelta(minutes=5)
"""So much later than it was counted a login may reach its device, which counts from then: a scan's logins take a minute."""


LOCALLY = 0x02
"""The bit of a MAC's first byte that says that somebody has made the address up (IEEE 802, 8.2)."""


def near(mac: EUI) -> str:
    """What the addresses of one router have in common: it numbers its cards in the last byte, or sets the bit `LOCALLY`."""
    first, *middle = mac.packed[:-1]
    return bytes((first & ~LOCALLY, *middle)).hex()


class Secret:
    """A password. Nothing prints it: neither `str` nor `repr`, no log, no traceback, no document."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Keep `text`."""
        self.__text = text

    def reveal(self) -> str:
        """The text, for whoever sends it."""
        return self.__text

    def __bool__(self) -> bool:
        return bool(self.__text)

    def __repr__(self) -> str:
        return "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__text == other.reveal()

    def __hash__(self) -> int:
        return hash(self.__text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


class Lock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a family of devices refuses everybody for a while."""

    after: int | None
    """Wrong logins; null where it never does, which `source` has to say."""
    within: int | None = None
    """Seconds within which they are counted; null where nobody has written that down."""
    source: str = ""

    @property
    def most_tries(self) -> int:
        """Wrong logins that may be sent in one scan; fewer than 2 means none, since a control alone tells nothing."""
        return MOST_TRIES if self.after is None else max(0, min(MOST_TRIES, self.after - SPARE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Tries that were sent to one device, or may have been."""

    at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """How many wrong logins may be sent to a device now; with 0 `reason` says why."""

    tries: int
    reason: str = ""
    id: int | None = None
    """By which what was not used is given back."""


def leave(lock: Lock, before: Iterable[Tried], now: datetime) -> Leave:
    """What may be sent now to a device of a family with this `lock`, to which these were sent before. Pure.

    A try from the future counts as one of now: the clock was set back.
    """
    before = tuple(before)
    tried = [Tried(at=min(each.at, now), tries=each.tries) for each in before if each.tries > 0]
    latest = max((each.at for each in tried), default=None)
    ahead = max((each.at for each in before if each.tries > 0 and each.at - now > AGAIN_AFTER), default=None)
    if ahead is not None:
        reason = (
            f"its login was tried on {_said(ahead)}, which is yet to come: this computer's clock is wrong, or was then"
        )
        return Leave(tries=0, reason=reason)
    if latest is not None and now - latest < AGAIN_AFTER:
        return Leave(tries=0, reason=f"its login was tried on {_said(latest)}, and is not tried twice within 24 hours")
    if lock.after is None:
        return Leave(tries=lock.most_tries)
    # Where nobody has written down when it forgets them, they count for good: DD-WRT keeps them until it is started again.
    counted = None if lock.within is None else max(AGAIN_AFTER, timedelta(seconds=lock.within) + SENT_LATER)
    used = sum(each.tries for each in tried if counted is None or now - each.at < counted)
    left = max(0, min(lock.most_tries, lock.after - SPARE - used))
    if left < 2:
        forgets = (
            "nobody has written down when it forgets them" if lock.within is None else "it has not forgotten them yet"
        )
        reason = (
            f"{used} logins were tried on it before, it may lock after {lock.after}, and {forgets}; "
            f"have a look at its login by hand"
            if used
            else f"it may lock after {lock.after} wrong logins, which leaves too few to try"
        )
        return Leave(tries=0, reason=reason)
    return Leave(tries=left)


def _said(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


class Ledger(Protocol):
    """Counts tries by device, over all scans, also of those that run at once or are not saved."""

    def reserve(self, macs: Collection[EUI], family: str, lock: Lock, now: datetime) -> Leave:
        """Note, for good, that as many tries as `leave` allows are sent now to the device that has `macs`, at least one.

        What was sent to one of them, or to an address that is `near` one, counts. Raises `NetguardError` when it cannot.
        """
        ...

    def settle(self, reserved: Leave, used: int) -> None:
        """Give back what of `reserved` was not sent. Raises `NetguardError` when it cannot; then all of it counts."""
        ...
