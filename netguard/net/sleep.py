"""Whether this computer slept: what it had asked is lost then, and the network around it may be another one.

A monotonic clock that stops while the computer sleeps is held against one that goes on. Which is which:

- Linux: CLOCK_MONOTONIC stops, CLOCK_BOOTTIME goes on (clock_gettime(2)).
- macOS: CLOCK_UPTIME_RAW stops, CLOCK_MONOTONIC goes on (its clock_gettime(3)).
- elsewhere (on Windows the monotonic clock may go on, too): a look that comes much later by the wall clock than it was
  meant to. Who sets the clock forward meanwhile is taken for a sleeper, so only a long sleep counts there.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from netguard.net.control import Cancel

LOOK_SECONDS = 0.5
"""Between two looks at the clocks. Every attempt under way when the computer fell asleep fails when it wakes, the first
after `limits.CONNECT_SECONDS_LEAST`; few of those are written down before the next look."""

SLEPT_SECONDS = 3.0
"""Shortest sleep that counts: TCP and the router's tables outlive a shorter one, and no answer is waited for as long."""

SLEPT_SECONDS_BY_WALL = 60.0
"""The same where only the wall clock tells: a busy computer is late by seconds, and time services correct by as much."""

Clock = Callable[[], float]
"""Seconds since any fixed moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Two clocks that go alike while the computer is awake."""

    awake: Clock
    """Stands still while it sleeps, or stands for that: then it is how long the watch itself meant to be away."""
    always: Clock
    """Goes on."""
    least: float = SLEPT_SECONDS
    """How much further `always` has gone after a sleep that counts."""


def clocks() -> Clocks | None:
    """This system's pair; null where the monotonic clock is not known to stop."""
    if sys.platform == "linux":
        return Clocks(awake=_clock(time.CLOCK_MONOTONIC), always=_clock(time.CLOCK_BOOTTIME))
    if sys.platform == "darwin":
        return Clocks(awake=_clock(time.CLOCK_UPTIME_RAW), always=_clock(time.CLOCK_MONOTONIC))
    return None


class Watch:
    """Holds two clocks against each other. `look` may be called at any time, and is told once of each sleep."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._gap = self._now()

    def look(self) -> float | None:
        """How many seconds the computer slept since the last look; null when it did not."""
        before, self._gap = self._gap, self._now()
        slept = self._gap - before
        return slept if slept >= self._clocks.least else None

    def _now(self) -> float:
        return self._clocks.always() - self._clocks.awake()


def by_wall(wall: Clock, pause: float = LOOK_SECONDS) -> Clocks:
    """For systems without such a pair: between two looks `pause` seconds should go by on the clock of the wall."""
    looks = 0

    def meant() -> float:
        nonlocal looks
        looks += 1
        return looks * pause

    return Clocks(awake=meant, always=wall, least=SLEPT_SECONDS_BY_WALL)


@contextmanager
def watching(cancel: Cancel, watch: Watch | None = None, pause: float = LOOK_SECONDS) -> Iterator[None]:
    """Look at the clocks every `pause` seconds while the block runs; a sleep sets `cancel`, with how long it was."""
    watch = watch or Watch(clocks() or by_wall(lambda: datetime.now(UTC).timestamp(), pause))
    over = threading.Event()

    def look() -> None:
        while not over.wait(pause):
            if (slept := watch.look()) is not None:
                cancel.set(why(slept))
                return

    thread = threading.Thread(target=look, name="netguard-sleep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def why(seconds: float) -> str:
    """What became of the scan, for the document and the person."""
    return f"this computer slept for {_told(seconds)} during the scan, so the scan ended with what it knew by then"


def _told(seconds: float) -> str:
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {unit}{'s' * (number != 1)}"
    return f"{seconds:.0f} seconds"


def _clock(number: int) -> Clock:
    return lambda: time.clock_gettime(number)
